package store

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

// A modelled person is what TestPickedListsAgainstModel knows of one.
type modelled struct {
	rec                            Record
	userName, email, title, depart string
	external, localID, role, boss  string
	entra, deleted, active         bool
	groups                         map[string]bool
}

// company makes people of whom all sorts of things are missing, and gives them in order of name.
func company(t *testing.T, s *Store, r *rand.Rand) (people []*modelled, groups []Record) {
	t.Helper()
	some := func(n int, of ...string) string {
		if r.IntN(n) == 0 {
			return ""
		}
		return of[r.IntN(len(of))]
	}
	for i := range 60 {
		p := &modelled{userName: fmt.Sprintf("u%02d", (i*37)%60), email: some(4, "a@x.example", "b@x.example", fmt.Sprintf("u%d@x.example", i), fmt.Sprintf("v%d@x.example", i)),
			title: some(3, "Äbte", "buyer", "CEO"), depart: some(3, "Sales", "sales", "IT"), external: some(3, fmt.Sprint("E", i)), localID: some(2, fmt.Sprint("L-", 99-i)),
			role: some(2, RoleAdministrator, RoleUserManager), boss: some(3, "nobody", "first", "gone"), entra: r.IntN(2) == 0, active: r.IntN(4) > 0, groups: map[string]bool{}}
		if i == 1 || i == 3 {
			p.email = "lone@x.example" // of whom one will be deleted
		}
		more := []string{fmt.Sprintf(`"active":%v`, p.active), fmt.Sprintf(`"displayName":"N%02d"`, i)}
		for name, value := range map[string]string{"title": p.title, "externalId": p.external} {
			if value != "" {
				more = append(more, fmt.Sprintf(`%q:%q`, name, value))
			}
		}
		if p.email != "" {
			more = append(more, fmt.Sprintf(`"emails":[{"value":%q,"type":"work"}]`, p.email))
		}
		switch {
		case p.boss == "first" && i > 0:
			p.boss = people[0].rec.ID
		case p.boss == "gone" && i > 1:
			p.boss = people[1].rec.ID
		}
		var work []string
		if p.depart != "" {
			work = append(work, fmt.Sprintf(`"department":%q`, p.depart))
		}
		if p.boss != "" {
			work = append(work, fmt.Sprintf(`"manager":{"value":%q}`, p.boss))
		}
		if len(work) > 0 {
			more = append(more, fmt.Sprintf(`%q:{%s}`, scim.EnterpriseURN, strings.Join(work, ",")))
		}
		c := byHand
		if p.entra {
			c = cause
		}
		batch(t, s, func(tx *Tx) (err error) {
			p.rec, err = tx.Create(c, person(t, p.userName, more...), Local{LocalID: p.localID, Role: p.role})
			return err
		})
		people = append(people, p)
	}
	for i := range 5 {
		var in []string
		for _, p := range people {
			if r.IntN(4) == 0 && !slices.Contains(people[40:50], p) {
				in = append(in, p.rec.ID)
			}
		}
		g := create(t, s, group(t, fmt.Sprint("G", i), append(in, "nobody", people[0].rec.ID)...))
		groups = append(groups, g)
		for _, p := range people {
			p.groups[g.ID] = slices.Contains(in, p.rec.ID) || p == people[0]
		}
	}
	update(t, s, groups[0], members(scim.AddMembers, groups[1].ID)) // a group in a group
	for i, p := range people {
		if i == 1 || i%9 == 5 {
			p.deleted = true
			if err := s.Delete(t.Context(), byHand, scim.User, p.rec.ID, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Delete(t.Context(), byHand, scim.Group, groups[4].ID, 0); err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		delete(p.groups, groups[4].ID)
	}
	return people, groups[:4]
}

func (p *modelled) linked() (n int) {
	for _, in := range p.groups {
		n += bit(in)
	}
	return n
}

// meets says whether a list has somebody.
func (f Find) meets(p *modelled, all []*modelled) bool {
	switch f.State {
	case FindLiving:
		if p.deleted {
			return false
		}
	case FindDisabled:
		if p.deleted || p.active {
			return false
		}
	case FindDeleted:
		if !p.deleted {
			return false
		}
	}
	if f.Group != "" && (!p.groups[f.Group] || p.deleted) || f.Manager != "" && (p.boss != f.Manager || p.deleted) || f.Role != "" && p.role != f.Role ||
		!strings.Contains(Fold(p.title+" "+p.rec.Name), Fold(f.Search)) {
		return false
	}
	living := func(match func(*modelled) bool) bool {
		return slices.ContainsFunc(all, func(o *modelled) bool { return !o.deleted && o != p && match(o) })
	}
	switch f.Quality {
	case "":
		return true
	case NoEmail:
		return !p.deleted && p.email == ""
	case SameEmail:
		return !p.deleted && p.email != "" && living(func(o *modelled) bool { return o.email == p.email })
	case NoManagerFound:
		return !p.deleted && p.boss != "" && !living(func(o *modelled) bool { return o.rec.ID == p.boss })
	case NoGroup:
		return !p.deleted && p.linked() == 0
	case NoLocalID:
		return !p.deleted && p.localID == ""
	}
	return !p.deleted && !p.entra
}

func (f Find) before(a, b *modelled) int {
	key := func(p *modelled) string {
		return map[string]string{SortTitle: Fold(p.title), SortDepartment: Fold(p.depart), SortExternalID: scim.Key(p.external), SortLocalID: scim.Key(p.localID)}[f.Sort]
	}
	by := strings.Compare(key(a), key(b))
	if f.Sort == SortGroups {
		by = cmp.Compare(a.linked(), b.linked())
	}
	if f.Sort == SortName || f.Descending {
		by = -by
	}
	if f.Sort == SortName && f.Descending {
		return strings.Compare(b.rec.Name, a.rec.Name)
	}
	return cmp.Or(by, strings.Compare(a.rec.Name, b.rec.Name))
}

// TestPickedListsAgainstModel reads whole lists, and few rows by themselves.
func TestPickedListsAgainstModel(t *testing.T) {
	for _, slice := range []int{3, 0} {
		s := open(t, Options{findSlice: slice})
		r := rand.New(rand.NewPCG(7, uint64(slice)))
		people, groups := company(t, s, r)
		of := func(all ...string) string { return all[r.IntN(len(all))] }
		sorts := []string{SortName, SortTitle, SortDepartment, SortExternalID, SortLocalID, SortGroups}
		all := []string{"", "", NoEmail, SameEmail, NoManagerFound, NoGroup, NoLocalID, MadeHere}
		hits := map[string]int{}
		for range 400 {
			f := Find{State: of(FindLiving, FindLiving, FindAll, FindDisabled, FindDeleted), Sort: of(sorts...), Descending: r.IntN(2) == 0, Quality: of(all...),
				Group: of("", "", groups[0].ID, groups[1].ID), Manager: of("", "", "", people[0].rec.ID, people[0].rec.ID, people[1].rec.ID, "nobody"),
				Role: of("", "", RoleAdministrator), Search: of("", "", "abte", "n1")}
			var want []string
			for _, p := range people {
				if f.meets(p, people) {
					want = append(want, p.rec.Name)
				}
			}
			slices.SortStableFunc(want, func(a, b string) int {
				at := func(name string) *modelled {
					return people[slices.IndexFunc(people, func(p *modelled) bool { return p.rec.Name == name })]
				}
				return f.before(at(a), at(b))
			})
			got := listed(t, s, scim.User, f)
			if !slices.Equal(got, want) {
				t.Fatalf("slices of %d, %+v:\ngot  %v\nwant %v", slice, f, got, want)
			}
			hits[f.Quality] += bit(len(want) > 0)
			hits["sort "+f.Sort] += bit(len(want) > 2)
		}
		for _, what := range append(all[1:], "sort groups", "sort title", "sort localId") {
			if hits[what] < 5 {
				t.Errorf("%q was met by somebody %d times", what, hits[what])
			}
		}
		counts, err := s.QualityCounts(t.Context())
		if err != nil || len(counts) != 6 {
			t.Fatalf("counts: %v %v", counts, err)
		}
		for quality, n := range counts {
			if want := len(listed(t, s, scim.User, Find{Quality: quality})); n != want || n == 0 {
				t.Errorf("slices of %d: %d are counted for %s, the list has %d", slice, n, quality, want)
			}
		}
		if n, err := s.Reports(t.Context(), strings.ToUpper(people[0].rec.ID)); err != nil || n == 0 || n != len(listed(t, s, scim.User, Find{Manager: people[0].rec.ID})) {
			t.Errorf("reports: %d %v", n, err)
		}
		// Groups by how many members SCIM shows.
		type sized struct {
			name string
			n    int
		}
		var want []sized
		for _, g := range groups {
			want = append(want, sized{g.Name, len(get(t, s, g).Members)})
		}
		slices.SortStableFunc(want, func(a, b sized) int { return cmp.Compare(a.n, b.n) })
		var order []string
		for _, g := range want {
			order = append(order, g.name)
		}
		same(t, "groups by size", listed(t, s, scim.Group, Find{Sort: SortGroups}), order)
		sound(t, s)
	}
}

func TestListsThatAreNotThere(t *testing.T) {
	s := open(t, Options{})
	for _, f := range []Find{{Quality: "none"}, {Sort: "none"}, {State: "none"}} {
		if _, err := s.Find(t.Context(), scim.User, f); err == nil {
			t.Errorf("%+v was given", f)
		}
	}
	if _, err := s.Find(t.Context(), scim.User, Find{Group: "nobody"}); kindOf(err) != scim.NotFound {
		t.Errorf("members of no group: %v", err)
	}
	if seqs, err := s.Find(t.Context(), scim.User, Find{Manager: "nobody"}); err != nil || len(seqs) != 0 {
		t.Errorf("reports of nobody: %v %v", seqs, err)
	}
	if n, err := s.QualityCounts(t.Context()); err != nil || len(n) != 6 || n[NoGroup] != 0 {
		t.Errorf("counts of nobody: %v %v", n, err)
	}
}
