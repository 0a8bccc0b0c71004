package entra

import (
	"maps"
	"slices"
)

// Person is one person as the target should hold them: the client's own idea, to compare a directory with.
type Person struct {
	// ObjectID is the person's identity in Entra. It never reaches the target.
	ObjectID string
	// ID is the target's id, empty while the person has none there.
	ID string
	// UserName is the person's userPrincipalName in Entra at this moment.
	UserName string
	// Expected says that the target should hold this person. People who were disabled before they were ever provisioned
	// are not created, and people who were deleted for good are gone.
	Expected bool
	// Active is what the attribute active should be.
	Active bool
	// Values holds the expected text of every mapped attribute that has one, by its path, such as
	// emails[type eq "work"].value. An attribute emptied in Entra keeps the value it had, since Entra sends no nulls.
	Values map[string]string
	// ManagerID is the target's id of the person they report to, empty for none.
	ManagerID string
}

// Group is one group as the target should hold it.
type Group struct {
	// ObjectID is the group's identity in Entra, and the externalId at the target.
	ObjectID string
	// ID is the target's id, empty while the group has none there.
	ID string
	// DisplayName is what the group is called and matched by.
	DisplayName string
	// Expected says that the target should hold this group.
	Expected bool
	// MemberIDs holds the target's ids of the members, sorted.
	MemberIDs []string
}

// state is where somebody stands in the office's directory.
type state uint8

const (
	working    state = iota // enabled and assigned: in scope
	disabled                // accountEnabled is false
	unassigned              // out of scope
	binned                  // deleted, and restorable for a while
	purged                  // deleted for good: a DELETE is due, or was answered
	forgotten               // deleted after having been unassigned: no longer managed, so no DELETE
)

// person is somebody in Entra's directory, with the properties that the default mappings read.
type person struct {
	seq      int // order of arrival; managers always have a lower one, so that there are no circles
	objectID string
	state    state
	since    int // the cycle in which state changed

	userPrincipalName, mailNickname, mail         string
	displayName, givenName, surname, language     string
	jobTitle, department, employeeID              string
	office, street, city, region, postal, country string
	phone, mobile, fax                            string
	manager                                       *person
	mapped                                        *mapped // nil for the default mappings
	culture                                       int
	link                                          link
}

// link is what the client remembers of one object at the target.
type link struct {
	id      string         // the target's id; empty while none is known
	maybe   bool           // a creation was sent and not answered, so there may be an account that must be found
	stale   bool           // a change was sent and not answered, or a restart asked for it: read before trusting has
	lost    bool           // the target no longer knows the id; forgotten at the end of the pass
	read    int            // the cycle in which has was read from or created at the target
	patches int            // how many changes were sent; picks the style in the mixed dialect
	has     [values]string // what the target is believed to hold
	active  bool
	manager string // target's id of the manager
}

// The mapped attributes with a text, in the order in which changes of several are sent. With active and manager they are
// the 22 default mappings of an application outside the gallery.
const (
	userName = iota
	displayName
	title
	workMail
	language
	givenName
	familyName
	formatted
	externalID
	employeeNumber
	department
	addressFormatted
	streetAddress
	locality
	region
	postalCode
	country
	workPhone
	mobilePhone
	faxPhone

	organization    // these are in the mappings of some targets alone
	plainDepartment // at the top level, not of the extension
	locale
	values
)

// attribute is where a value lives in a User: a path as written in a PATCH, and its parts for reading.
type attribute struct {
	path      string
	container string // name, emails, the URN of the extension, or nothing
	kind      string // the type of the element in a list
	name      string
}

var attributes = [values]attribute{
	userName:         {"userName", "", "", "userName"},
	displayName:      {"displayName", "", "", "displayName"},
	title:            {"title", "", "", "title"},
	workMail:         {`emails[type eq "work"].value`, "emails", "work", "value"},
	language:         {"preferredLanguage", "", "", "preferredLanguage"},
	givenName:        {"name.givenName", "name", "", "givenName"},
	familyName:       {"name.familyName", "name", "", "familyName"},
	formatted:        {"name.formatted", "name", "", "formatted"},
	externalID:       {"externalId", "", "", "externalId"},
	employeeNumber:   {enterpriseUser + ":employeeNumber", enterpriseUser, "", "employeeNumber"},
	department:       {enterpriseUser + ":department", enterpriseUser, "", "department"},
	addressFormatted: {`addresses[type eq "work"].formatted`, "addresses", "work", "formatted"},
	streetAddress:    {`addresses[type eq "work"].streetAddress`, "addresses", "work", "streetAddress"},
	locality:         {`addresses[type eq "work"].locality`, "addresses", "work", "locality"},
	region:           {`addresses[type eq "work"].region`, "addresses", "work", "region"},
	postalCode:       {`addresses[type eq "work"].postalCode`, "addresses", "work", "postalCode"},
	country:          {`addresses[type eq "work"].country`, "addresses", "work", "country"},
	workPhone:        {`phoneNumbers[type eq "work"].value`, "phoneNumbers", "work", "value"},
	mobilePhone:      {`phoneNumbers[type eq "mobile"].value`, "phoneNumbers", "mobile", "value"},
	faxPhone:         {`phoneNumbers[type eq "fax"].value`, "phoneNumbers", "fax", "value"},
	organization:     {enterpriseUser + ":organization", enterpriseUser, "", "organization"},
	plainDepartment:  {"department", "", "", "department"},
	locale:           {"locale", "", "", "locale"},
}

// source applies the mappings: what Entra wants the target to hold. Attributes without a value are empty here and absent
// on the wire.
func (p *person) source() [values]string {
	all := [values]string{
		userName:         p.userPrincipalName,
		displayName:      p.displayName,
		title:            p.jobTitle,
		workMail:         p.mail,
		language:         p.language,
		givenName:        p.givenName,
		familyName:       p.surname,
		formatted:        joined(p.givenName, p.surname),
		externalID:       p.mailNickname,
		employeeNumber:   p.employeeID,
		department:       p.department,
		addressFormatted: p.office,
		streetAddress:    p.street,
		locality:         p.city,
		region:           p.region,
		postalCode:       p.postal,
		country:          p.country,
		workPhone:        p.phone,
		mobilePhone:      p.mobile,
		faxPhone:         p.fax,
		organization:     company,
		plainDepartment:  p.department,
		locale:           p.language,
	}
	if p.mapped != nil && p.mapped.byObjectID {
		all[externalID] = p.objectID
	}
	for i := range all {
		if !p.maps(i) {
			all[i] = ""
		}
	}
	return all
}

// company is what everybody of the office works for.
const company = "Contoso"

func joined(given, surname string) string {
	switch {
	case given == "":
		return surname
	case surname == "":
		return given
	default:
		return given + " " + surname
	}
}

// gone says that Entra no longer has the person.
func (p *person) gone() bool { return p.state == purged || p.state == forgotten }

// due says whether the person needs requests in this cycle, apart from references and deletion.
func (p *person) due() bool {
	if p.gone() {
		return false
	}
	l := &p.link
	switch {
	case l.id == "":
		return p.state == working || l.maybe
	case l.stale, l.active != (p.state == working):
		return true
	case p.state != working:
		return false
	}
	for i, want := range p.source() {
		if want != "" && want != l.has[i] {
			return true
		}
	}
	return false
}

// deletable says that a DELETE is due, or that it must be found out whether one is.
func (p *person) deletable() bool { return p.state == purged && (p.link.id != "" || p.link.maybe) }

// wantedManager is the target's id of the manager, and whether a change of it can and must be sent. A manager who is not
// at the target is not sent, and who is out of scope keeps the reference they have.
func (p *person) wantedManager() (id string, due bool) {
	if p.state != working || p.link.id == "" || p.mapped != nil && !p.mapped.manager {
		return p.link.manager, false
	}
	if p.manager != nil {
		id = p.manager.link.id
		if id == "" {
			return p.link.manager, false
		}
	}
	return id, id != p.link.manager
}

// expected is what the target should hold for the person once everything has been sent.
func (p *person) expected() (person Person) {
	person = Person{ObjectID: p.objectID, ID: p.link.id, UserName: p.userPrincipalName, Active: p.state == working, Values: map[string]string{}}
	person.Expected = p.state == working || p.link.id != "" && p.state != purged
	if !person.Expected {
		return person
	}
	want := p.link.has
	if p.state == working {
		for i, v := range p.source() {
			if v != "" {
				want[i] = v
			}
		}
	}
	for i, v := range want {
		if v != "" {
			person.Values[attributes[i].path] = v
		}
	}
	person.ManagerID, _ = p.wantedManager()
	return person
}

// group is a group in Entra's directory.
type group struct {
	seq      int
	objectID string
	name     string
	assigned bool
	members  []*person
	mapped   *mapped // nil for the default mappings
	link     groupLink
}

// groupLink is what the client remembers of one group at the target.
type groupLink struct {
	id         string
	maybe      bool
	stale      bool
	patches    int
	name       string
	externalID string
	held       map[*person]held
}

// held is one member that the target is believed to hold. An unsure one has been sent, to be added or removed, and not
// been answered; both requests are harmless when repeated.
type held struct {
	id     string
	unsure bool
}

func (g *group) due() bool {
	l := &g.link
	switch {
	case !g.assigned:
		return false
	case l.id == "":
		return true
	default:
		return l.stale || l.name != g.name || g.external() != "" && l.externalID != g.external()
	}
}

func (g *group) deletable() bool { return !g.assigned && (g.link.id != "" || g.link.maybe) }

// pending lists the members to add and to remove, in the order of arrival. Members who are not at the target are left
// out, and so are those whom the target dropped when it deleted them.
func (g *group) pending() (add, remove []*person) {
	wanted := make(map[*person]bool, len(g.members))
	for _, p := range g.members {
		wanted[p] = true
		if p.link.id == "" {
			continue
		}
		if h, ok := g.link.held[p]; !ok || h.unsure || h.id != p.link.id {
			add = append(add, p)
		}
	}
	for p := range g.link.held {
		if !wanted[p] && p.link.id != "" {
			remove = append(remove, p)
		}
	}
	slices.SortFunc(remove, func(a, b *person) int { return a.seq - b.seq })
	return add, remove
}

func (g *group) expected() Group {
	e := Group{ObjectID: g.objectID, ID: g.link.id, DisplayName: g.name, Expected: g.assigned, MemberIDs: []string{}}
	if !g.assigned {
		return e
	}
	ids := map[string]bool{}
	for _, p := range g.members {
		if p.link.id != "" {
			ids[p.link.id] = true
		}
	}
	e.MemberIDs = slices.AppendSeq(e.MemberIDs, maps.Keys(ids))
	slices.Sort(e.MemberIDs)
	return e
}
