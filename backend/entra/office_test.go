package entra

import (
	"strings"
	"testing"
	"unicode"
)

func TestOffice(t *testing.T) {
	o := newOffice(100_000, 200, 1, "office.example")
	names, ids, scripts := map[string]bool{}, map[string]bool{}, map[string]int{}
	expected := []string{"Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Han", "Hiragana", "Hangul", "Devanagari", "Thai", "Georgian"}
	managed, several := 0, map[*person]int{}
	for i, p := range o.people {
		upn := p.userPrincipalName
		if names[upn] || !strings.HasSuffix(upn, "@office.example") || strings.Trim(upn, "abcdefghijklmnopqrstuvwxyz0123456789.@") != "" {
			t.Fatalf("userPrincipalName %q", upn)
		}
		if !anyGUID.MatchString(p.objectID) || ids[p.objectID] {
			t.Fatalf("objectId %q", p.objectID)
		}
		names[upn], ids[p.objectID] = true, true
		if p.displayName == "" || p.givenName == "" || p.surname == "" || p.department == "" {
			t.Fatalf("%+v", p)
		}
		for _, name := range expected {
			if i%20 == 0 && strings.ContainsFunc(p.displayName, func(r rune) bool { return unicode.Is(unicode.Scripts[name], r) }) {
				scripts[name]++
			}
		}
		if p.manager != nil {
			managed++
			if p.manager.seq >= p.seq {
				t.Fatalf("person %d reports to %d", p.seq, p.manager.seq)
			}
		} else if i > 0 {
			t.Fatalf("person %d reports to nobody", p.seq)
		}
	}
	for _, script := range expected {
		if scripts[script] < 20 {
			t.Errorf("%d people with %s names", scripts[script], script)
		}
	}
	called, sizes := map[string]bool{}, map[int]bool{}
	for _, g := range o.groups {
		if called[strings.ToLower(g.name)] {
			t.Errorf("two groups are called %q", g.name)
		}
		called[strings.ToLower(g.name)] = true
		sizes[len(g.members)] = true
		once := map[*person]bool{}
		for _, p := range g.members {
			if once[p] {
				t.Fatalf("%s is twice in %s", p.userPrincipalName, g.name)
			}
			once[p] = true
			several[p]++
		}
	}
	if len(o.groups) != 200 || !sizes[0] || len(sizes) < 20 || len(o.groups[0].members) != 25_000 {
		t.Errorf("%d groups of %d sizes", len(o.groups), len(sizes))
	}
	overlap := 0
	for _, n := range several {
		if n > 1 {
			overlap++
		}
	}
	if managed != len(o.people)-1 || overlap < 100 {
		t.Errorf("%d have a manager, %d are in several groups", managed, overlap)
	}
}

// TestSmallOffices lets offices live that have next to nobody in them.
func TestSmallOffices(t *testing.T) {
	for people := range 4 {
		for groups := range 3 {
			s := newTarget(t)
			c := newClient(t, s, Options{Dialect: Mixed, People: people, Groups: groups, Seed: uint64(people)})
			for range 8 {
				cycle(t, c)
			}
			agree(t, c)
			if people == 0 && len(s.users) > 0 {
				t.Error("somebody was hired into an empty office")
			}
		}
	}
}

// TestReturns expects people to come back: with a new account where the old one was deleted, and into the old one where
// it was only disabled.
func TestReturns(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{People: 80, Groups: 5, Seed: 21})
	created, adopted := 0, 0
	for i := range 12 {
		r := cycle(t, c)
		if i == 0 {
			continue
		}
		back := 0
		for _, change := range r.Changes {
			if change.What == "people hired again" {
				back = change.Count
			}
		}
		created += r.Count(CreateUser)
		adopted += r.Count(MatchUser) - r.Count(CreateUser)
		for _, p := range c.office.people {
			if m := p.manager; m != nil && (m.state == binned || m.gone()) {
				t.Errorf("cycle %d: %s reports to somebody who left", r.Number, p.userPrincipalName)
			}
		}
		if r.Count(MatchUser) < back {
			t.Errorf("cycle %d: %d came back, %d were matched", r.Number, back, r.Count(MatchUser))
		}
	}
	if created == 0 || adopted == 0 {
		t.Errorf("%d were created, %d adopted", created, adopted)
	}
	agree(t, c)
}

func BenchmarkOffice(b *testing.B) {
	for b.Loop() {
		newOffice(100_000, 1000, 1, "office.example")
	}
}
