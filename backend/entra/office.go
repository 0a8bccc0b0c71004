package entra

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// office is Entra's own directory: invented, and the same for the same seed.
type office struct {
	rng    *rand.Rand
	domain string
	mark   string // what all object ids begin with
	names  []nameList
	people []*person
	groups []*group
	taken  map[string]int  // local parts of addresses ever used, and the highest number given to each
	called map[string]bool // group names ever used
	alumni []*person       // people who were deleted and may come back
	mapped *mapped         // nil for the default mappings
	hired  int
	formed int
}

// nameList is a culture with its names taken apart.
type nameList struct {
	culture
	given    [2][][2]string // men, women: native and ASCII
	families [][3]string    // native for men, for women, ASCII
	roads    []string
}

func newOffice(people, groups int, seed uint64, domain string) *office {
	o := &office{rng: rand.New(rand.NewPCG(seed, 0x5c1f0a7e2f554c36)), domain: domain, taken: make(map[string]int, people), called: map[string]bool{}}
	o.mark = guid(rand.New(rand.NewPCG(seed, 2)))[:9]
	for _, c := range cultures {
		n := nameList{culture: c, roads: strings.Split(c.streets, ",")}
		for i, list := range []string{c.men, c.women} {
			for s := range strings.SplitSeq(list, ",") {
				native, ascii, _ := strings.Cut(s, "=")
				n.given[i] = append(n.given[i], [2]string{native, ascii})
			}
		}
		for s := range strings.SplitSeq(c.families, ",") {
			native, ascii, _ := strings.Cut(s, "=")
			man, woman, two := strings.Cut(native, "/")
			if !two {
				woman = man
			}
			n.families = append(n.families, [3]string{man, woman, ascii})
		}
		o.names = append(o.names, n)
	}
	o.people = make([]*person, 0, people)
	for i := range people {
		p := o.hire(0)
		if i > 0 {
			p.manager = o.people[(i-1)/8]
		}
		o.place(p, i)
	}
	for i := range groups {
		o.found(i, people)
	}
	return o
}

// guid makes an object id as Entra writes them. Its first block comes of the seed alone, so that what an office of this
// seed has provisioned can be told from what others have, even after a life that is not known here.
func (o *office) guid() string { return o.mark + guid(o.rng)[len(o.mark):] }

// identifies says whether an object id is one of an office with this seed.
func (o *office) identifies(objectID string) bool {
	return len(objectID) == 36 && strings.HasPrefix(objectID, o.mark)
}

func guid(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", uint32(a>>32), uint16(a>>16), uint16(a)&0xfff, uint16(b>>48)&0x3fff|0x8000, b&0xffffffffffff)
}

// chance is true in so many of a hundred cases.
func (o *office) chance(percent int) bool { return o.rng.IntN(100) < percent }

func pick[T any](o *office, list []T) T { return list[o.rng.IntN(len(list))] }

// digits replaces each # of a pattern by a digit.
func (o *office) digits(pattern string) string {
	b := []byte(pattern)
	for i, c := range b {
		if c == '#' {
			b[i] = byte('0' + o.rng.IntN(10))
		}
	}
	return string(b)
}

// local gives out a local part once: the second ana.ruiz is ana.ruiz2.
func (o *office) local(name string) string {
	for {
		o.taken[name]++
		n := o.taken[name]
		if n == 1 {
			return name
		}
		numbered := name + strconv.Itoa(n)
		if o.taken[numbered] == 0 {
			o.taken[numbered] = 1
			return numbered
		}
	}
}

// hire invents a person who has neither a manager nor a place yet.
func (o *office) hire(cycle int) *person {
	o.hired++
	p := &person{seq: o.hired, objectID: o.guid(), since: cycle, culture: o.rng.IntN(len(o.names)), mapped: o.mapped}
	n := &o.names[p.culture]
	sex := o.rng.IntN(2)
	given, family := pick(o, n.given[sex]), pick(o, n.families)
	p.givenName, p.surname, p.language = given[0], family[sex], n.language
	p.displayName = o.shown(p)
	o.address(p, given[1]+"."+family[2])
	p.city, p.region, p.country = n.city, n.region, n.country
	p.street = pick(o, n.roads) + " " + strconv.Itoa(1+o.rng.IntN(180))
	p.postal = o.digits(n.postal)
	if o.chance(90) {
		p.office = fmt.Sprintf("%s-%d.%02d", []string{"HQ", "North", "Süd", "Annex"}[o.rng.IntN(4)], 1+o.rng.IntN(6), 1+o.rng.IntN(40))
	}
	if o.chance(85) {
		p.phone = o.digits(n.phone)
	}
	if o.chance(65) {
		p.mobile = o.digits(n.mobile)
	}
	if o.chance(6) {
		p.fax = o.digits(n.phone)
	}
	if o.chance(95) {
		p.employeeID = strconv.Itoa(1000 + o.hired)
	}
	o.people = append(o.people, p)
	return p
}

// shown is the display name in the order of the person's language.
func (o *office) shown(p *person) string {
	if n := &o.names[p.culture]; n.familyFirst {
		if n.language == "vi-VN" {
			return p.surname + " " + p.givenName
		}
		return p.surname + p.givenName
	}
	return joined(p.givenName, p.surname)
}

// address gives the person a new userPrincipalName, and with it the mail address and the nickname.
func (o *office) address(p *person, name string) {
	local := o.local(name)
	p.userPrincipalName = local + "@" + o.domain
	p.mailNickname = local
	p.mail = ""
	if o.chance(97) {
		p.mail = p.userPrincipalName
	}
}

// place gives somebody a department and a title: the first is the director, the next eight lead a department each, the
// rest work where their manager does.
func (o *office) place(p *person, rank int) {
	switch {
	case rank == 0:
		p.department, p.jobTitle = "Management", "Managing Director"
	case rank <= 8 || p.manager == nil:
		b := &branches[rank%len(branches)]
		p.department, p.jobTitle = b.name, "Head of "+b.name
	default:
		p.department = p.manager.department
		if p.manager.seq == 1 {
			p.department = branches[o.rng.IntN(len(branches))].name
		}
		p.jobTitle = o.title(p.department)
		if o.chance(3) {
			p.jobTitle = ""
		}
	}
}

func (o *office) title(department string) string {
	for _, b := range branches {
		if b.name == department {
			return pick(o, b.titles)
		}
	}
	return "Specialist"
}

// groupName names the i-th group: first everybody, then departments and places, then projects. Names are given once.
func (o *office) groupName(i int) string {
	var name string
	switch {
	case i == 0:
		name = "All staff"
	case i <= len(branches) && i%2 == 1:
		name = branches[i-1].name
	case i <= len(branches):
		name = "Site " + o.names[i%len(o.names)].city
	default:
		name = projects[(i-len(branches)-1)%len(projects)]
	}
	unique := name
	for n := 0; o.called[strings.ToLower(unique)]; n++ {
		unique = name + " " + strconv.Itoa(i+n)
	}
	o.called[strings.ToLower(unique)] = true
	return unique
}

// found makes the i-th group. A quarter of everybody is in the first, departments and places have those who belong to
// them, and the others somebody from anywhere: most are small, some larger, some empty.
func (o *office) found(i, people int) {
	g := &group{seq: o.formed, objectID: o.guid(), name: o.groupName(i), assigned: true, mapped: o.mapped}
	o.formed++
	switch {
	case i == 0:
		g.members = o.sample(max(50, people/4), func(*person) bool { return true })
	case i <= len(branches) && i%2 == 1:
		g.members = o.sample(400, func(p *person) bool { return p.department == branches[i-1].name })
	case i <= len(branches):
		g.members = o.sample(400, func(p *person) bool { return p.city == o.names[i%len(o.names)].city })
	case i%7 == 3 || len(o.people) == 0:
	default:
		size := 1 + o.rng.IntN(12)
		if i%5 == 1 {
			size = 20 + o.rng.IntN(180)
		}
		chosen := map[*person]bool{}
		for range 2 * size { // by lot, without a look at everybody
			if p := pick(o, o.people); p.state == working && !chosen[p] && len(g.members) < size {
				chosen[p] = true
				g.members = append(g.members, p)
			}
		}
	}
	o.groups = append(o.groups, g)
}

// sample picks so many of those who work here and fit.
func (o *office) sample(size int, fits func(*person) bool) []*person {
	var list []*person
	for _, p := range o.people {
		if p.state == working && fits(p) {
			list = append(list, p)
		}
	}
	o.rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return slices.Clip(list[:min(size, len(list))])
}
