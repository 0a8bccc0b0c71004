package backend

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/entra"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// TestTheStoreEqualsEntrasIdea plays three cycles in each dialect and then compares the store itself, person by person and
// member by member, with what Entra believes. Nothing in between is asked but the database.
func TestTheStoreEqualsEntrasIdea(t *testing.T) {
	for _, dialect := range []entra.Dialect{"legacy", "flagged", "mixed"} {
		t.Run(string(dialect), func(t *testing.T) {
			b, secret := serve(t)
			c, err := entra.New(entra.Options{
				URL: b.door.address(), Token: secret, Dialect: dialect, People: 200, Groups: 12, Seed: 7, Concurrency: 4,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			report, err := c.Rehearse(t.Context(), 3)
			if err != nil {
				t.Fatal(err)
			}
			if !report.OK() {
				var text bytes.Buffer
				_ = report.Print(&text)
				t.Errorf("the rehearsal does not agree:\n%s", text.String())
			}
			compare(t, b, c)
		})
	}
}

// compare holds the store against the client's own idea of the directory.
func compare(t *testing.T, b *Backend, c *entra.Client) {
	t.Helper()
	people := map[string]store.Record{}
	if err := b.store.Scan(t.Context(), scim.User, store.With{}, func(r store.Record) error {
		people[r.ID] = r
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	expected, active := 0, 0
	for _, p := range c.People() {
		if !p.Expected {
			continue
		}
		expected++
		if p.Active {
			active++
		}
		r, ok := people[p.ID]
		if !ok {
			t.Errorf("%s (%s) is not in the store", p.UserName, p.ID)
			continue
		}
		person, err := scim.FromDocument(scim.User, r.Doc)
		if err != nil {
			t.Fatal(err)
		}
		if is, _ := person.Active(); is != p.Active {
			t.Errorf("%s: active is %v, want %v", p.UserName, is, p.Active)
		}
		if got := cell(person.Get(scim.Path{URN: scim.EnterpriseURN, Attr: "manager", Sub: "value"})); got != p.ManagerID {
			t.Errorf("%s: manager is %q, want %q", p.UserName, got, p.ManagerID)
		}
		for path, want := range p.Values {
			where, err := scim.ParsePath(scim.User, path)
			if err != nil {
				t.Fatal(err)
			}
			if got := cell(person.Get(where)); got != want {
				t.Errorf("%s: %s is %q, want %q", p.UserName, path, got, want)
			}
		}
	}
	if len(people) != expected {
		t.Errorf("%d people in the store, want %d", len(people), expected)
	}
	if n, err := b.counts(t.Context(), scim.User); err != nil || n.Total != expected || n.Active != active {
		t.Errorf("counted %+v, %v; want %d, %d of them active", n, err, expected, active)
	}
	groups := map[string]store.Record{}
	if err := b.store.Scan(t.Context(), scim.Group, store.With{Members: true}, func(r store.Record) error {
		groups[r.ID] = r
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	expected = 0
	for _, g := range c.Groups() {
		if !g.Expected {
			continue
		}
		expected++
		r, ok := groups[g.ID]
		if !ok {
			t.Errorf("group %s is not in the store", g.DisplayName)
			continue
		}
		group, err := scim.FromDocument(scim.Group, r.Doc)
		if err != nil {
			t.Fatal(err)
		}
		if group.DisplayName() != g.DisplayName || group.ExternalID() != g.ObjectID {
			t.Errorf("group is %s (%s), want %s (%s)", group.DisplayName(), group.ExternalID(), g.DisplayName, g.ObjectID)
		}
		var members []string
		for _, m := range r.Members {
			members = append(members, m.Value)
		}
		slices.Sort(members)
		if !slices.Equal(members, g.MemberIDs) {
			t.Errorf("group %s has %d members, want %d:\n%v\n%v", g.DisplayName, len(members), len(g.MemberIDs), members, g.MemberIDs)
		}
	}
	if len(groups) != expected {
		t.Errorf("%d groups in the store, want %d", len(groups), expected)
	}
}

func TestARehearsalInAScratchFolderAgrees(t *testing.T) {
	var text bytes.Buffer
	agreed, err := Rehearse(t.Context(), Rehearsal{People: 20, Groups: 3, Cycles: 2, Dialect: "mixed", Seed: 3, Report: &text})
	if err != nil || !agreed {
		t.Errorf("Rehearse = %v, %v:\n%s", agreed, err, text.String())
	}
	if !strings.Contains(text.String(), "Verified") {
		t.Errorf("report:\n%s", text.String())
	}
	if _, err := Rehearse(t.Context(), Rehearsal{People: 1, Cycles: 1, Dialect: "klingon"}); err == nil || !strings.Contains(err.Error(), "legacy") {
		t.Errorf("unknown dialect = %v, want one that names the choices", err)
	}
}
