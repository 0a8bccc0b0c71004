package entra

// User is somebody in Entra's directory, by the names of Entra's own properties.
type User struct {
	ObjectID, UserPrincipalName, Mail, MailNickname                             string
	DisplayName, GivenName, Surname, PreferredLanguage                          string
	JobTitle, Department, EmployeeID                                            string
	PhysicalDeliveryOfficeName, StreetAddress, City, State, PostalCode, Country string
	TelephoneNumber, Mobile, FacsimileTelephoneNumber                           string
	Disabled                                                                    bool // accountEnabled is false
}

// employ puts given users into an office in place of invented ones. Entra sends them in this order.
func (o *office) employ(users []User) {
	for _, u := range users {
		o.hired++
		p := &person{
			seq: o.hired, objectID: u.ObjectID, userPrincipalName: u.UserPrincipalName, mailNickname: u.MailNickname, mail: u.Mail,
			displayName: u.DisplayName, givenName: u.GivenName, surname: u.Surname, language: u.PreferredLanguage,
			jobTitle: u.JobTitle, department: u.Department, employeeID: u.EmployeeID,
			office: u.PhysicalDeliveryOfficeName, street: u.StreetAddress, city: u.City, region: u.State, postal: u.PostalCode, country: u.Country,
			phone: u.TelephoneNumber, mobile: u.Mobile, fax: u.FacsimileTelephoneNumber,
		}
		if p.objectID == "" {
			p.objectID = o.guid()
		}
		if u.Disabled {
			p.state, p.link.maybe = disabled, true // not created, but disabled where they are there
		}
		o.people = append(o.people, p)
	}
}

// GivenGroup is a group in Entra's directory. Members are ObjectIDs of given users.
type GivenGroup struct {
	ObjectID, DisplayName string
	Members               []string
}

// give puts given groups into an office. Entra sends them in this order.
func (o *office) give(groups []GivenGroup) {
	people := make(map[string]*person, len(o.people))
	for _, p := range o.people {
		people[p.objectID] = p
	}
	for _, given := range groups {
		g := &group{seq: o.formed, objectID: given.ObjectID, name: given.DisplayName, assigned: true}
		o.formed++
		for _, id := range given.Members {
			if p := people[id]; p != nil {
				g.members = append(g.members, p)
			}
		}
		o.groups = append(o.groups, g)
	}
}
