package forecast

import (
	"strings"

	"scimdesk/backend/scim"
)

// Person is somebody who is here already.
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
	userName string
	claimed  bool // one of Entra's users is matched with it
}

// newDirectory indexes people by the attributes that are matched by, and always by userName.
func newDirectory(people []Person, paths []scim.Path) (*Directory, error) {
	d := &Directory{people: make([]here, len(people)), by: map[string]map[string][]int{}, hints: map[string][]int{}}
	for _, p := range paths {
		d.by[p.String()] = make(map[string][]int, len(people))
	}
	for i, p := range people {
		r, err := scim.FromDocument(scim.User, p.Doc)
		if err != nil {
			return nil, err
		}
		d.people[i] = here{Person: p, userName: r.UserName()}
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

func (d *Directory) unindex(path scim.Path, i int, r *scim.Resource) {
	keys := d.by[path.String()]
	for _, key := range keysOf(r.Get(path)) {
		kept := keys[key][:0:0]
		for _, j := range keys[key] {
			if j != i {
				kept = append(kept, j)
			}
		}
		keys[key] = kept
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

// alike gives somebody here whom nobody of Entra's is matched with, and who seems to be the user; -1 if nobody does. What is sure
// comes first: addresses, then names that people sign in with, then what they are called.
func (d *Directory) alike(u User) int {
	upn, mail := u.Get("userPrincipalName"), u.Get("mail")
	var tries []string
	add := func(kind, value string) {
		if key := scim.Key(value); key != "" {
			tries = append(tries, kind+key)
		}
	}
	add("mail:", mail)
	add("mail:", upn)
	add("user:", upn)
	add("user:", mail)
	add("external:", u.Get("objectId"))
	add("user:", mailbox(upn))
	add("user:", mailbox(mail))
	add("user:", u.Get("mailNickname"))
	add("user:", u.Get("employeeId"))
	add("name:", u.Get("givenName")+" "+u.Get("surname"))
	add("name:", u.Get("displayName"))
	for _, try := range tries {
		for _, i := range d.hints[try] {
			if !d.people[i].claimed {
				return i
			}
		}
	}
	return -1
}

// mailbox is the part of an address before the @, "" for what is none.
func mailbox(address string) string {
	name, _, found := strings.Cut(address, "@")
	if !found {
		return ""
	}
	return name
}
