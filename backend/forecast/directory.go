package forecast

import (
	"slices"
	"strings"

	"scimdesk/backend/scim"
)

// Person is somebody who is here already, or a group that is.
type Person struct {
	ID      string
	Name    string
	LocalID string
	Former  []string // user IDs of before
	Doc     []byte   // canonical document
}

// Directory is everybody here, found by what Entra may match by, and by what people resemble each other in.
type Directory struct {
	people []here
	by     map[string]map[string][]int // matching path -> key -> people
	hints  map[string][]int            // key of what makes two seem the same person -> people
}

type here struct {
	Person
	userName string // a group's name
	claimed  bool   // one of Entra's users is matched with it, or became it
	alike    bool   // one of Entra's users would be created, and is it
}

// newDirectory indexes people or groups by the attributes that are matched by, and always by what is unique.
func newDirectory(kind *scim.ResourceType, people []Person, paths []scim.Path) (*Directory, error) {
	d := &Directory{people: make([]here, len(people)), by: map[string]map[string][]int{}, hints: map[string][]int{}}
	for _, p := range paths {
		d.by[p.String()] = make(map[string][]int, len(people))
	}
	for i, p := range people {
		r, err := scim.FromDocument(kind, p.Doc)
		if err != nil {
			return nil, err
		}
		d.people[i] = here{Person: p, userName: calledHere(r)}
		for _, path := range paths {
			d.index(path, i, r)
		}
		for _, hint := range hintsOf(r, p) {
			d.hints[hint] = append(d.hints[hint], i)
		}
	}
	return d, nil
}

func (d *Directory) index(path scim.Path, i int, r *scim.Resource) {
	keys := d.by[path.String()]
	for _, key := range keysOf(r.Get(path)) {
		keys[key] = append(keys[key], i)
	}
}

// calledHere is what a person or a group is known by here.
func calledHere(r *scim.Resource) string {
	if r.Type == scim.Group {
		return r.DisplayName()
	}
	return r.UserName()
}

// reindex follows a change of a person. Who has kept a value keeps their place.
func (d *Directory) reindex(path scim.Path, i int, before, after *scim.Resource) {
	was, now := keysOf(before.Get(path)), keysOf(after.Get(path))
	if slices.Equal(was, now) {
		return
	}
	keys := d.by[path.String()]
	for _, key := range was {
		if at := slices.Index(keys[key], i); at >= 0 {
			keys[key] = slices.Delete(keys[key], at, at+1)
		}
	}
	for _, key := range now {
		keys[key] = append(keys[key], i)
	}
}

// add takes in somebody whom the cycle creates: Entra finds them from then on.
func (d *Directory) add(paths []scim.Path, name string, r *scim.Resource) {
	d.people = append(d.people, here{Person: Person{Name: name, Doc: r.Document()}, userName: calledHere(r), claimed: true})
	for _, path := range paths {
		d.index(path, len(d.people)-1, r)
	}
}

// keysOf gives the keys of all texts in a value.
func keysOf(v any) (keys []string) {
	switch v := v.(type) {
	case string:
		if key := scim.Key(v); key != "" {
			return []string{key}
		}
	case []any:
		for _, one := range v {
			keys = append(keys, keysOf(one)...)
		}
	case map[string]any:
		return keysOf(v["value"])
	}
	return keys
}

// hintsOf gives what makes somebody here and one of Entra's users seem the same person, each with its kind before it.
func hintsOf(r *scim.Resource, p Person) []string {
	var all []string
	add := func(kind string, values ...string) {
		for _, v := range values {
			if key := scim.Key(strings.TrimSpace(v)); key != "" {
				all = append(all, kind+key)
			}
		}
	}
	if r.Type == scim.Group {
		add("external:", r.ExternalID())
		add("name:", plainName(r.DisplayName()))
		return all
	}
	add("mail:", r.Emails()...)
	add("user:", r.UserName())
	add("user:", p.LocalID)
	add("user:", p.Former...)
	if strings.Contains(r.UserName(), "@") {
		add("mail:", r.UserName())
	}
	add("external:", r.ExternalID())
	if name, ok := r.Attrs["name"].(map[string]any); ok {
		given, _ := name["givenName"].(string)
		family, _ := name["familyName"].(string)
		if given != "" && family != "" {
			add("name:", given+" "+family)
		}
	}
	add("name:", r.DisplayName())
	return all
}

// hintsFor gives what makes a user of Entra's and somebody here seem the same person. What is sure comes first: addresses, then names
// that people sign in with, then what they are called. "" is a hint that the user has no value for.
func hintsFor(u User) [11]string {
	upn, mail := u.Get("userPrincipalName"), u.Get("mail")
	hint := func(kind, value string) string {
		if key := scim.Key(strings.TrimSpace(value)); key != "" {
			return kind + key
		}
		return ""
	}
	if u.of.groups {
		return [11]string{hint("external:", u.Get("objectId")), hint("name:", plainName(u.Get("displayName")))}
	}
	return [...]string{
		hint("mail:", mail), hint("mail:", upn), hint("user:", upn), hint("user:", mail), hint("external:", u.Get("objectId")),
		hint("user:", mailbox(upn)), hint("user:", mailbox(mail)), hint("user:", u.Get("mailNickname")), hint("user:", u.Get("employeeId")),
		hint("name:", u.Get("givenName")+" "+u.Get("surname")), hint("name:", u.Get("displayName")),
	}
}

// plainName is a group's name as a reader tells it from others: without spaces that nobody sees.
func plainName(name string) string { return strings.Join(strings.Fields(name), " ") }

// resemble names for each creation who here seems to be the same person: those would be here twice. Surer hints go first, over all
// creations, and nobody here is two of Entra's. Where a hint fits several, on either side, it is only said that somebody may be.
func (d *Directory) resemble(users []User, rows []Row) {
	var open []int
	hints := map[int][11]string{}
	for i, row := range rows {
		if row.State == Create && row.Reason == "" {
			open = append(open, i)
			hints[i] = hintsFor(users[i])
		}
	}
	for tier := range len(hintsFor(User{of: &Export{}})) {
		asked := map[string]int{}
		for _, i := range open {
			asked[hints[i][tier]]++
		}
		var rest []int
		for _, i := range open {
			hint := hints[i][tier]
			if free := d.free(hint); len(free) == 1 && asked[hint] == 1 {
				p := &d.people[free[0]]
				p.alike = true
				rows[i].Reason, rows[i].With, rows[i].WithID, rows[i].Here = SeemsHere, p.Name, p.ID, p.userName
				continue
			}
			rest = append(rest, i)
		}
		open = rest
	}
	for _, i := range open {
		for _, hint := range hints[i] {
			if free := d.free(hint); len(free) > 0 {
				p := d.people[free[0]]
				rows[i].Reason, rows[i].With, rows[i].WithID, rows[i].Here = MayBeHere, p.Name, p.ID, p.userName
				break
			}
		}
	}
}

// free gives at most two of those whom a hint fits and whom none of Entra's users is. Who is taken is forgotten on the way, so that a name
// that thousands have is not gone through for each of them.
func (d *Directory) free(hint string) []int {
	list := d.hints[hint]
	if len(list) == 0 {
		return nil
	}
	taken := func(i int) bool { return d.people[i].claimed || d.people[i].alike }
	for len(list) > 0 && taken(list[0]) {
		list = list[1:]
	}
	for len(list) > 1 && (taken(list[1]) || list[1] == list[0]) {
		list[1] = list[0]
		list = list[1:]
	}
	d.hints[hint] = list
	return list[:min(len(list), 2)]
}

// mailbox is the part of an address before the @, "" for what is none.
func mailbox(address string) string {
	name, _, found := strings.Cut(address, "@")
	if !found {
		return ""
	}
	return name
}
