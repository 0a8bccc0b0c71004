package backend

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// rowNames gives the names of a part of the list of people, with the states of those who are gone.
func rowNames(p PeoplePage) []string {
	out := []string{}
	for _, r := range p.Rows {
		if r.State == StateGone {
			out = append(out, r.ID+StateGone)
			continue
		}
		out = append(out, r.Name)
	}
	return out
}

func people(t *testing.T, b *Backend, q ListQuery) PeoplePage {
	t.Helper()
	p, err := b.People(t.Context(), q)
	if err != nil {
		t.Fatalf("People %+v: %v", q, err)
	}
	if p.Rows == nil || p.List == "" || p.Store != b.id || p.From != q.From {
		t.Errorf("page %+v", p)
	}
	return p
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// addNamed adds people with these names and gives their ids.
func addNamed(t *testing.T, b *Backend, secret string, names ...string) []string {
	t.Helper()
	ids := make([]string, len(names))
	for i, name := range names {
		ids[i] = add(t, b, secret, "/Users", fmt.Sprintf(`{"userName":"%s@contoso.example","displayName":%q}`, strings.ReplaceAll(name, " ", "."), name))
	}
	return ids
}

func TestPeopleAreAskedForByTheirIDs(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Bea", "Dan", "Fay")
	send(t, b, "DELETE", "/Users/"+ids[1], secret, "")
	page, err := b.People(t.Context(), ListQuery{IDs: []string{ids[2], "nobody", ids[1]}, Search: "bea"})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "those asked for", rowNames(page), []string{"Fay", "Dan"})
	if page.Total != 2 {
		t.Errorf("total %d, want 2", page.Total)
	}
	if _, err := b.People(t.Context(), ListQuery{IDs: make([]string, 501)}); Code(err) != "BAD_QUERY" {
		t.Errorf("501 ids: %v", err)
	}
	groups, err := b.Groups(t.Context(), ListQuery{IDs: ids})
	if err != nil || groups.Total != 0 {
		t.Errorf("people asked for as groups: %+v, %v", groups, err)
	}
}

func TestAListHoldsStill(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Bea", "Dan", "Fay", "Hal", "Jan")
	first := people(t, b, ListQuery{Limit: 2})
	same(t, "first part", rowNames(first), []string{"Bea", "Dan"})

	// People come, go, and are gone for good.
	addNamed(t, b, secret, "Ada", "Eve")
	for _, id := range ids[1:3] {
		send(t, b, "DELETE", "/Users/"+id, secret, "")
	}
	if _, err := b.store.PurgeDeleted(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	send(t, b, "PATCH", "/Users/"+ids[3], secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"Zed"}]}`)

	whole := people(t, b, ListQuery{List: first.List})
	same(t, "the same list", rowNames(whole), []string{"Bea", StateGone, StateGone, "Zed", "Jan"})
	if whole.List != first.List || whole.Total != 5 {
		t.Errorf("list %s with %d, was %s", whole.List, whole.Total, first.List)
	}
	same(t, "its end", rowNames(people(t, b, ListQuery{List: first.List, From: 3, Limit: 10})), []string{"Zed", "Jan"})
	same(t, "behind its end", rowNames(people(t, b, ListQuery{List: first.List, From: 99})), []string{})
	fresh := people(t, b, ListQuery{})
	same(t, "a new list", rowNames(fresh), []string{"Ada", "Bea", "Eve", "Jan", "Zed"})

	// A name with another question is no name.
	for _, q := range []ListQuery{{List: "nonsense"}, {List: fresh.List, Descending: true}, {List: fresh.List, Search: "a"}} {
		if p := people(t, b, q); p.List == fresh.List || p.List == q.List {
			t.Errorf("%+v was answered from list %s", q, p.List)
		}
	}
	if g, err := b.Groups(t.Context(), ListQuery{List: fresh.List}); err != nil || g.List == fresh.List || g.Total != 0 {
		t.Errorf("a list of people as groups: %+v %v", g, err)
	}
}

func TestFewListsAreKept(t *testing.T) {
	b, secret := serve(t)
	addNamed(t, b, secret, "Ada")
	first := people(t, b, ListQuery{})
	for i := range listsKept - 1 {
		people(t, b, ListQuery{Search: fmt.Sprint("x", i)})
	}
	if p := people(t, b, ListQuery{List: first.List}); p.List != first.List {
		t.Error("the list is dropped though it is one of eight")
	}
	people(t, b, ListQuery{Search: "y"})
	if p := people(t, b, ListQuery{List: first.List}); p.List != first.List {
		t.Error("the list that was looked at last is dropped")
	}
	if len(b.lists.kept) != listsKept {
		t.Errorf("%d lists are kept", len(b.lists.kept))
	}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			p, err := b.People(t.Context(), ListQuery{Search: strings.Repeat("a", i%4), List: first.List})
			if err != nil || p.List == "" {
				t.Errorf("%+v %v", p, err)
			}
		})
	}
	all.Wait()
	if len(b.lists.kept) != listsKept {
		t.Errorf("%d lists are kept", len(b.lists.kept))
	}
	b.lists.close()
	people(t, b, ListQuery{})
	if len(b.lists.kept) != 0 {
		t.Error("a closed backend keeps lists")
	}
}

func TestWhatCantBeListedIsSaid(t *testing.T) {
	b, secret := serve(t)
	sales := add(t, b, secret, "/Groups", `{"displayName":"Sales"}`)
	ask := map[string]func(ListQuery) error{
		"people":  func(q ListQuery) error { _, err := b.People(t.Context(), q); return err },
		"groups":  func(q ListQuery) error { _, err := b.Groups(t.Context(), q); return err },
		"members": func(q ListQuery) error { q.Group = sales; _, err := b.Members(t.Context(), q); return err },
	}
	for _, c := range []struct {
		kinds string
		q     ListQuery
		says  string // "" is allowed
	}{
		{"people groups members", ListQuery{Search: strings.Repeat("ä", 200)}, ""},
		{"people groups members", ListQuery{Search: strings.Repeat("a", 201)}, "200"},
		{"people groups members", ListQuery{From: -1}, "0"},
		{"people groups members", ListQuery{Limit: -1}, "-1"},
		{"people groups members", ListQuery{Limit: 100_000, State: "all", Sort: "name"}, ""},
		{"people groups members", ListQuery{State: "Active"}, "active"},
		{"people members", ListQuery{State: "disabled"}, ""},
		{"groups", ListQuery{State: "disabled"}, "deleted"},
		{"people groups", ListQuery{State: "unknown"}, "deleted"},
		{"members", ListQuery{State: "unknown"}, ""},
		{"people", ListQuery{Sort: "email"}, ""},
		{"groups members", ListQuery{Sort: "email"}, "name"},
		{"people groups members", ListQuery{Sort: "name; drop table resources"}, "name"},
	} {
		for kind := range strings.FieldsSeq(c.kinds) {
			err := ask[kind](c.q)
			if c.says == "" && err != nil {
				t.Errorf("%s %+v: %v", kind, c.q, err)
			}
			if c.says != "" && (Code(err) != "BAD_QUERY" || !errors.Is(err, ErrQuery) || !strings.Contains(Message(err), c.says)) {
				t.Errorf("%s %+v: %s %q, want it to name %s", kind, c.q, Code(err), Message(err), c.says)
			}
		}
	}
	if _, err := b.Members(t.Context(), ListQuery{Group: "nobody"}); Code(err) != "NOT_FOUND" {
		t.Errorf("members of no group: %v", err)
	}
}

func TestPartsOfALongList(t *testing.T) {
	b, secret := serve(t)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("P %02d", i))
	}
	addNamed(t, b, secret, names...)
	var all []string
	list := ""
	for from := 0; from < 12; from += 5 {
		p := people(t, b, ListQuery{List: list, From: from, Limit: 5, Search: "p"})
		if p.Total != 12 || list != "" && p.List != list {
			t.Errorf("part from %d: %+v", from, p)
		}
		list = p.List
		all = append(all, rowNames(p)...)
	}
	same(t, "all parts", all, names)
}

// TestAKeptListShowsNobodyElse: what came after the newest row was removed for good does not take its place.
func TestAKeptListShowsNobodyElse(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Ada", "Cid", "Bea")
	payroll, canteen := add(t, b, secret, "/Groups", `{"displayName":"Payroll"}`), add(t, b, secret, "/Groups", `{"displayName":"Canteen"}`)
	patch := func(group, op, id string) {
		t.Helper()
		if status, body := send(t, b, "PATCH", "/Groups/"+group, secret, fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
			"Operations":[{"op":%q,"path":"members","value":[{"value":%q}]}]}`, op, id)); status >= 300 {
			t.Fatal(status, body)
		}
	}
	patch(payroll, "Add", ids[0])
	patch(payroll, "Add", ids[2])
	members, err := b.Members(t.Context(), ListQuery{Group: payroll})
	if err != nil {
		t.Fatal(err)
	}
	patch(payroll, "Remove", ids[2])
	patch(canteen, "Add", ids[1])
	members, err = b.Members(t.Context(), ListQuery{Group: payroll, List: members.List})
	if err != nil || len(members.Rows) != 2 || members.Rows[0].Name != "Ada" || members.Rows[1] != (MemberRow{State: StateGone}) {
		t.Errorf("Payroll has %+v, %v", members.Rows, err)
	}

	newest := addNamed(t, b, secret, "Dan")
	send(t, b, "DELETE", "/Users/"+newest[0], secret, "")
	deleted := people(t, b, ListQuery{State: StateDeleted})
	if _, err := b.store.PurgeDeleted(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	addNamed(t, b, secret, "Zoe")
	again := people(t, b, ListQuery{State: StateDeleted, List: deleted.List})
	if again.List != deleted.List || len(again.Rows) != 1 || again.Rows[0].State != StateGone {
		t.Errorf("the deleted are %+v", again.Rows)
	}
}
