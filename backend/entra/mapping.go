package entra

import (
	"errors"
	"fmt"
	"slices"
)

// Mapping is a pair of mapping tables as an admin enters them in Entra: what is in them is sent, and nothing else.
type Mapping struct {
	Users  []MappedAttribute
	Groups []MappedAttribute
	// GroupsBy are the attributes that groups are matched by, the first first: displayName and externalId. Empty means displayName alone.
	GroupsBy []string
	// UsersBy are the attributes that people are matched by, the first first: userName and externalId. Empty means userName alone.
	UsersBy []string
}

// MappedAttribute is a line of a table: the target's attribute, as the path of a PATCH, and Entra's.
type MappedAttribute struct{ Path, Source string }

// mapped is a Mapping taken apart.
type mapped struct {
	on            [values]bool
	byObjectID    bool // externalId is objectId, and not mailNickname
	manager       bool
	groupExternal bool // groups have an externalId
	groupsBy      []string
	usersBy       []string
}

const pathOfMembers = "members"

// sources are what the attributes are mapped from by default, or by targets that have them.
func sources() [values]string {
	return [values]string{
		userName: "userPrincipalName", displayName: "displayName", title: "jobTitle", workMail: "mail", language: "preferredLanguage", givenName: "givenName",
		familyName: "surname", formatted: `Join(" ", [givenName], [surname])`, externalID: "mailNickname", employeeNumber: "employeeId", department: "department",
		addressFormatted: "physicalDeliveryOfficeName", streetAddress: "streetAddress", locality: "city", region: "state", postalCode: "postalCode", country: "country",
		workPhone: "telephoneNumber", mobilePhone: "mobile", faxPhone: "facsimileTelephoneNumber", organization: "companyName", plainDepartment: "department",
		locale: "preferredLanguage",
	}
}

// compile takes a mapping apart; nil is the default one. Its errors name every line that can't be played.
func (m *Mapping) compile() (*mapped, error) {
	if m == nil {
		return nil, nil //nolint:nilnil // no mapping is the default one
	}
	var faults []error
	c := &mapped{groupsBy: m.GroupsBy, usersBy: m.UsersBy}
	known := sources()
	for _, a := range m.Users {
		i := slices.IndexFunc(attributes[:], func(at attribute) bool { return at.path == a.Path })
		switch {
		case a.Path == "active":
		case a.Path == managerPath && a.Source == "manager":
			c.manager = true
		case i == externalID && a.Source == "objectId":
			c.on[i], c.byObjectID = true, true
		case i >= 0 && a.Source == known[i]:
			c.on[i] = true
		default:
			faults = append(faults, fmt.Errorf("users can't be mapped from %s to %s", a.Source, a.Path))
		}
	}
	if !c.on[userName] {
		faults = append(faults, errors.New("users must have a line for userName"))
	}
	for _, by := range m.UsersBy {
		if by != "userName" && (by != "externalId" || !c.on[externalID]) {
			faults = append(faults, fmt.Errorf("users can't be matched by %s", by))
		}
	}
	named := map[string]bool{}
	for _, a := range m.Groups {
		switch a {
		case MappedAttribute{"displayName", "displayName"}, MappedAttribute{pathOfMembers, "members"}, MappedAttribute{"externalId", "objectId"}:
			named[a.Path] = true
		default:
			faults = append(faults, fmt.Errorf("groups can't be mapped from %s to %s", a.Source, a.Path))
		}
	}
	if c.groupExternal = named["externalId"]; !named["displayName"] || !named[pathOfMembers] {
		faults = append(faults, errors.New("groups must have lines for displayName and members"))
	}
	for _, by := range m.GroupsBy {
		if by == pathOfMembers || !named[by] {
			faults = append(faults, fmt.Errorf("groups can't be matched by %s", by))
		}
	}
	return c, errors.Join(faults...)
}

// use has everybody be sent by a mapping.
func (o *office) use(m *mapped) {
	o.mapped = m
	for _, p := range o.people {
		p.mapped = m
	}
	for _, g := range o.groups {
		g.mapped = m
	}
}

// maps says whether a value is in the table. By default that is each of the 22 mappings.
func (p *person) maps(i int) bool {
	if p.mapped == nil {
		return i < organization
	}
	return p.mapped.on[i]
}

// matched are the attributes that a group is matched by, the first first.
func (g *group) matched() []string {
	if g.mapped == nil || len(g.mapped.groupsBy) == 0 {
		return []string{"displayName"}
	}
	return g.mapped.groupsBy
}

// external is a group's externalId as the table has it, empty where it has none.
func (g *group) external() string {
	if g.mapped != nil && !g.mapped.groupExternal {
		return ""
	}
	return g.objectID
}
