package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"scimdesk/backend/scim"
)

// A model is what the store should be, as simply as it can be said.
type model struct {
	people, groups map[string]*entry
	order          []string // ids, oldest first
}

type entry struct {
	name     string // key of userName or displayName
	active   bool
	deleted  bool
	version  int64
	members  []string // of a group, also those who are deleted
	gone     map[string]bool
	happened []string
}

func (m *model) living(of map[string]*entry) []string {
	var ids []string
	for _, id := range m.order {
		if e, ok := of[id]; ok && !e.deleted {
			ids = append(ids, id)
		}
	}
	return ids
}

func (m *model) taken(of map[string]*entry, name, except string) bool {
	for id, e := range of {
		if id != except && !e.deleted && e.name == name {
			return true
		}
	}
	return false
}

// shown are a group's members as a client sees them.
func (m *model) shown(g *entry) []string {
	ids := []string{}
	for _, id := range g.members {
		if !g.gone[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// in are the living groups that somebody is shown in.
func (m *model) in(id string) []string {
	groups := []string{}
	for _, gid := range m.living(m.groups) {
		if slices.Contains(m.shown(m.groups[gid]), id) {
			groups = append(groups, gid)
		}
	}
	return groups
}

func (m *model) bump(id string) {
	if e, ok := m.people[id]; ok && !e.deleted {
		e.version++
	}
}

// TestAgainstModel does random things to the store and to the model and compares all there is to see.
func TestAgainstModel(t *testing.T) {
	seeds := uint64(4)
	if underRace {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { againstModel(t, seed) })
	}
}

func againstModel(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 99))
	s := open(t, Options{})
	m := &model{people: map[string]*entry{}, groups: map[string]*entry{}}
	pick := func(of map[string]*entry) string {
		if len(of) == 0 {
			return "nobody"
		}
		keys := slices.Sorted(maps.Keys(of))
		return keys[random.IntN(len(keys))]
	}
	some := func() []string {
		ids := []string{}
		for range random.IntN(4) {
			id := pick(m.people)
			if random.IntN(10) == 0 {
				id = "stranger"
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	for step := range 400 {
		kind, of := scim.User, m.people
		if random.IntN(3) == 0 {
			kind, of = scim.Group, m.groups
		}
		name := fmt.Sprint("n", random.IntN(25))
		switch random.IntN(8) {
		case 0, 1:
			r := person(t, name)
			if kind == scim.Group {
				r = group(t, name, some()...)
			}
			rec, err := s.Create(t.Context(), cause, r, With{})
			if m.taken(of, name, "") != (kindOf(err) == scim.Uniqueness) || err != nil && kindOf(err) != scim.Uniqueness {
				t.Fatalf("step %d: create %s %s: %v", step, kind.Name, name, err)
			}
			if err != nil {
				continue
			}
			e := &entry{name: name, active: kind == scim.User, version: 1, gone: map[string]bool{}, happened: []string{"created"}}
			of[rec.ID] = e
			m.order = append(m.order, rec.ID)
			for _, member := range r.Members {
				m.add(e, member.Value)
			}
		case 2:
			id := pick(of)
			attribute := "userName"
			if kind == scim.Group {
				attribute = "displayName"
			}
			_, err := s.Update(t.Context(), cause, kind, id, 0, set(attribute, name))
			if e := m.expect(t, of, id, err, m.taken(of, name, id)); e != nil && e.name != name {
				e.name = name
				e.version++
				e.happened = append(e.happened, "updated")
			}
		case 3:
			if kind == scim.Group {
				continue
			}
			id, active := pick(of), random.IntN(2) == 0
			_, err := s.Update(t.Context(), cause, kind, id, 0, set("active", active))
			if e := m.expect(t, of, id, err, false); e != nil && e.active != active {
				e.active = active
				e.version++
				e.happened = append(e.happened, map[bool]string{true: "enabled", false: "disabled"}[active])
			}
		case 4:
			id := pick(of)
			err := s.Delete(t.Context(), cause, kind, id, 0)
			if e := m.expect(t, of, id, err, false); e != nil {
				e.happened = append(e.happened, "deleted")
				m.hide(id, e, true)
			}
		case 5:
			id := pick(of)
			_, err := s.Restore(t.Context(), cause, kind, id)
			e, ok := of[id]
			switch {
			case !ok || !e.deleted:
				if kindOf(err) != scim.NotFound {
					t.Fatalf("step %d: restore of a living one: %v", step, err)
				}
			case m.taken(of, e.name, id):
				if kindOf(err) != scim.Uniqueness {
					t.Fatalf("step %d: restore to a taken name: %v", step, err)
				}
			case err != nil:
				t.Fatalf("step %d: restore: %v", step, err)
			default:
				e.happened = append(e.happened, "restored")
				m.hide(id, e, false)
			}
		default:
			id, ids := pick(m.groups), some()
			op := scim.MemberOpKind(random.IntN(3))
			_, err := s.Update(t.Context(), cause, scim.Group, id, 0, members(op, ids...))
			if e := m.expect(t, m.groups, id, err, false); e != nil && m.change(e, op, ids) {
				e.version++
			}
		}
		if step%40 == 39 {
			m.compare(t, s)
		}
		if t.Failed() {
			t.Fatalf("after step %d", step)
		}
	}
	sound(t, s)
}

// expect gives the entry that a write should have changed, nil if it should have been refused.
func (m *model) expect(t *testing.T, of map[string]*entry, id string, err error, taken bool) *entry {
	t.Helper()
	e, ok := of[id]
	switch {
	case !ok || e.deleted:
		if kindOf(err) != scim.NotFound {
			t.Fatalf("a write to nobody: %v", err)
		}
		return nil
	case taken:
		if kindOf(err) != scim.Uniqueness {
			t.Fatalf("a taken name: %v", err)
		}
		return nil
	case err != nil:
		t.Fatalf("write: %v", err)
	}
	return e
}

func (m *model) add(g *entry, id string) bool {
	if slices.Contains(g.members, id) && !g.gone[id] {
		return false
	}
	if !slices.Contains(g.members, id) {
		g.members = append(g.members, id)
	}
	delete(g.gone, id)
	m.note(g, id, "member added")
	return true
}

func (m *model) remove(g *entry, id string) bool {
	i := slices.Index(g.members, id)
	if i < 0 {
		return false
	}
	g.members = slices.Delete(g.members, i, i+1)
	delete(g.gone, id)
	m.note(g, id, "member removed")
	return true
}

func (m *model) note(g *entry, id, what string) {
	g.happened = append(g.happened, what)
	if e, ok := m.people[id]; ok {
		e.happened = append(e.happened, what)
	}
	m.bump(id)
}

func (m *model) change(g *entry, op scim.MemberOpKind, ids []string) (changed bool) {
	if op == scim.ReplaceMembers {
		for _, id := range slices.Clone(g.members) {
			if !slices.Contains(ids, id) {
				changed = m.remove(g, id) || changed
			}
		}
	}
	for _, id := range ids {
		if op == scim.RemoveMembers {
			changed = m.remove(g, id) || changed
		} else {
			changed = m.add(g, id) || changed
		}
	}
	return changed
}

// hide deletes somebody or brings them back.
func (m *model) hide(id string, e *entry, deleted bool) {
	bump := func() {
		for _, gid := range m.in(id) {
			m.groups[gid].version++
		}
	}
	if deleted {
		bump()
	}
	for _, g := range m.groups {
		if slices.Contains(g.members, id) {
			if deleted {
				g.gone[id] = true
			} else {
				delete(g.gone, id)
			}
		}
	}
	e.deleted = deleted
	e.version++
	if !deleted {
		bump()
	}
	for _, member := range m.shown(e) {
		m.bump(member)
	}
}

func (m *model) compare(t *testing.T, s *Store) {
	t.Helper()
	for kind, of := range map[*scim.ResourceType]map[string]*entry{scim.User: m.people, scim.Group: m.groups} {
		living := m.living(of)
		want := Counts{Total: len(living), Deleted: len(of) - len(living)}
		for _, id := range living {
			e := of[id]
			if e.active || kind == scim.Group {
				want.Active++
			}
			rec, err := s.Get(t.Context(), kind, id, With{Groups: true, Members: true})
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			if scim.Key(rec.Name) != e.name || rec.Version != e.version {
				t.Errorf("%s %s version %d, want %s version %d (%v)", kind.Name, rec.Name, rec.Version, e.name, e.version, e.happened)
			}
			if kind == scim.User {
				same(t, "groups of "+id, groupIDs(rec), m.in(id))
			} else {
				same(t, "members of "+id, memberIDs(rec), m.shown(e))
			}
		}
		for id, e := range of {
			same(t, "history of "+id, actions(t, s, Record{Type: kind, ID: id}), e.happened)
			if e.deleted {
				if _, err := s.Get(t.Context(), kind, id, With{}); kindOf(err) != scim.NotFound {
					t.Errorf("deleted %s: %v", id, err)
				}
			}
		}
		if got := counted(t, s, kind); got != want {
			t.Errorf("%s: counts %+v, want %+v", kind.Name, got, want)
		}
		for _, filter := range []string{"", `meta.lastModified gt "2001-01-01T00:00:00Z"`} {
			var listed []string
			for start := 1; start <= len(living); start += 3 {
				page := find(t, s, kind, filter, start, 3)
				if page.Total != len(living) {
					t.Errorf("%s from %d: total %d, want %d", filter, start, page.Total, len(living))
				}
				for _, rec := range page.Records {
					listed = append(listed, rec.ID)
				}
			}
			same(t, kind.Name+" "+filter, listed, living)
		}
	}
	if got, want := find(t, s, scim.User, "active eq true", 1, 0).Total, counted(t, s, scim.User).Active; got != want {
		t.Errorf("active: %d, counted %d", got, want)
	}
}
