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
	people := 200
	if underRace {
		people = 100
	}
	for _, dialect := range []entra.Dialect{"legacy", "flagged", "mixed"} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			b, secret := serve(t)
			c, err := entra.New(entra.Options{
				URL: b.door.address(), Token: secret, Dialect: dialect, People: people, Groups: 12, Seed: 7, Concurrency: 4,
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

// TestTheSameSeedAgain: a second rehearsal goes on where an earlier one with its seed has been, whatever the first one's
// later life has left there. One with another seed is kept away, and writes nothing.
func TestTheSameSeedAgain(t *testing.T) {
	b, secret := serve(t)
	cycles := 8
	if underRace {
		cycles = 3
	}
	for _, dialect := range []string{"mixed", "flagged", "legacy"} {
		var text bytes.Buffer
		agreed, err := Rehearse(t.Context(), Rehearsal{
			URL: b.door.address(), Token: secret, Dialect: dialect, People: 60, Groups: 9, Cycles: cycles, Seed: 4, Concurrency: 4, Report: &text,
		})
		if err != nil || !agreed {
			t.Errorf("%s: Rehearse = %v, %v:\n%s", dialect, agreed, err, text.String())
		}
	}
	before := written(t, b)
	if _, err := Rehearse(t.Context(), Rehearsal{URL: b.door.address(), Token: secret, People: 60, Groups: 9, Cycles: 1, Seed: 5}); err == nil || !strings.Contains(err.Error(), "same --seed") {
		t.Errorf("another seed: %v", err)
	}
	if now := written(t, b); now != before {
		t.Errorf("%d writes by a rehearsal that was refused", now-before)
	}
}

// TestARehearsalKeepsAwayFromOthers: where somebody else's people and groups are nothing is written, unless that was asked for.
func TestARehearsalKeepsAwayFromOthers(t *testing.T) {
	b, secret := serve(t)
	for path, body := range map[string]string{
		"/Users":  `{"userName":"ruth@contoso.example","active":true}`,
		"/Groups": `{"displayName":"Contoso choir","externalId":"6a1f7a0e-3c58-4a53-8f0e-0c5b6f3e2d11"}`,
	} {
		if status, _, answer := ask(t, b, "POST", path, secret, body); status != 201 {
			t.Fatal(answer)
		}
	}
	ids := map[string]string{}
	if err := b.store.Scan(t.Context(), scim.User, store.With{}, func(r store.Record) error {
		ids[r.ID] = r.ID
		if status, _, answer := ask(t, b, "POST", "/Groups", secret, `{"displayName":"ALL STAFF","members":[{"value":"`+r.ID+`"}]}`); status != 201 {
			t.Error(answer)
		}
		return nil
	}); err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	before := written(t, b)
	r := Rehearsal{URL: b.door.address(), Token: secret, People: 30, Groups: 3, Cycles: 5, Seed: 4}
	agreed, err := Rehearse(t.Context(), r)
	want := "the server holds 2 groups and 1 person that are not of this rehearsal: use an empty data folder, the same --seed as before, or --among-others to mix with them"
	if agreed || err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Rehearse = %v, %v, want %s", agreed, err, want)
	}
	if now := written(t, b); now != before {
		t.Errorf("%d writes by a rehearsal that was refused", now-before)
	}
	var text bytes.Buffer
	r.AmongOthers, r.Report = true, &text
	if agreed, err := Rehearse(t.Context(), r); err != nil || !agreed {
		t.Errorf("among others: Rehearse = %v, %v:\n%s", agreed, err, text.String())
	}
}

// written counts the requests so far that were not only reading.
func written(t *testing.T, b *Backend) (n int) {
	t.Helper()
	for after := int64(-1); ; { // 0 would ask for the newest
		page, err := b.store.ActivityPage(t.Context(), store.ActivityQuery{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return n
		}
		for _, a := range page {
			after = a.Seq
			if a.Method != "GET" {
				n++
			}
		}
	}
}
