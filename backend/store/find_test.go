package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// current checks that what lists sort by and search in is what the documents say.
func current(t testing.TB, s *Store) {
	t.Helper()
	rows, err := s.readers.Query("select type, id, doc, name, name_key, email_key, search, title_key, department_key, manager_id, local, local_key, role, entra from resources")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind, id, doc string
		var got columns
		if err := rows.Scan(&kind, &id, &doc, &got.name, &got.nameKey, &got.emailKey, &got.search, &got.title, &got.department, &got.manager,
			&got.local, &got.localKey, &got.role, &got.entra); err != nil {
			t.Fatal(err)
		}
		r, err := scim.FromDocument(typeNamed(kind), []byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		l, err := localOf(got.local)
		if err != nil {
			t.Fatal(err)
		}
		want := s.columnsOf(id, r, l, got.entra == 1)
		want.unique, want.display, want.external, want.active, want.emails = got.unique, got.display, got.external, got.active, nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the columns of lists are\n%+v, what is kept says\n%+v", id, got, want)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// ticking gives a clock that moves by a second a look, so that no two rows share a time.
func ticking() func() time.Time {
	clock := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time { clock = clock.Add(time.Second); return clock }
}

// listed gives the names of a list.
func listed(t testing.TB, s *Store, kind *scim.ResourceType, f Find) []string {
	t.Helper()
	seqs, err := s.Find(t.Context(), kind, f)
	if err != nil {
		t.Fatalf("Find %+v: %v", f, err)
	}
	rows, err := s.Rows(t.Context(), kind, seqs)
	if err != nil {
		t.Fatalf("Rows: %v", err)
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Name
	}
	return out
}

// office is a few people whose orders all differ: Ärztin is deleted, arzt disabled, Zoë changed last.
func office(t testing.TB, s *Store) map[string]Record {
	t.Helper()
	all := map[string]Record{}
	for _, p := range []struct{ name, userName, email string }{
		{"Zoë", "m.zoe@x.example", "b@x.example"}, {"arzt", "z.arzt@x.example", ""}, {"Ärztin", "a.arztin@x.example", "c@x.example"},
		{"ÅNGSTRÖM", "K.angstrom@x.example", "D@x.example"}, {"Łukasz", "l@x.example", "a@x.example"},
	} {
		more := []string{`"displayName":"` + p.name + `"`}
		if p.email != "" {
			more = append(more, `"emails":[{"type":"home","value":"0@x.example"},{"type":"Work","value":"`+p.email+`"}]`)
		}
		all[p.name] = create(t, s, person(t, p.userName, more...))
	}
	update(t, s, all["arzt"], set("active", false))
	if err := s.Delete(t.Context(), cause, scim.User, all["Ärztin"].ID, 0); err != nil {
		t.Fatal(err)
	}
	update(t, s, all["Zoë"], set("title", "Clerk"))
	return all
}

func TestListsInOrder(t *testing.T) {
	s := open(t, Options{Now: ticking(), findSlice: 2})
	office(t, s)
	for sort, want := range map[string]string{
		"":           "ÅNGSTRÖM arzt Ärztin Łukasz Zoë",
		SortName:     "ÅNGSTRÖM arzt Ärztin Łukasz Zoë",
		SortUserName: "Ärztin ÅNGSTRÖM Łukasz Zoë arzt",
		SortEmail:    "arzt Łukasz Zoë Ärztin ÅNGSTRÖM",
		SortState:    "ÅNGSTRÖM Łukasz Zoë arzt Ärztin",
		SortCreated:  "Zoë arzt Ärztin ÅNGSTRÖM Łukasz",
		SortChanged:  "ÅNGSTRÖM Łukasz arzt Ärztin Zoë",
	} {
		names := strings.Fields(want)
		same(t, "by "+sort, listed(t, s, scim.User, Find{Sort: sort, State: FindAll}), names)
		same(t, "living by "+sort, listed(t, s, scim.User, Find{Sort: sort}), slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "Ärztin" }))
		if sort == SortState { // within a state names go on as they do
			names = strings.Fields("Ärztin arzt ÅNGSTRÖM Łukasz Zoë")
		} else {
			slices.Reverse(names)
		}
		same(t, "down by "+sort, listed(t, s, scim.User, Find{Sort: sort, State: FindAll, Descending: true}), names)
	}
	for state, want := range map[string]string{
		FindLiving: "ÅNGSTRÖM arzt Łukasz Zoë", FindActive: "ÅNGSTRÖM Łukasz Zoë", FindDisabled: "arzt", FindDeleted: "Ärztin",
	} {
		same(t, "state "+state, listed(t, s, scim.User, Find{State: state}), strings.Fields(want))
	}
	for _, f := range []Find{{State: "odd"}, {State: FindUnknown}, {Sort: "id"}} {
		if _, err := s.Find(t.Context(), scim.User, f); err == nil {
			t.Errorf("%+v is a list", f)
		}
	}
}

func TestSearchesInLists(t *testing.T) {
	s := open(t, Options{})
	anna := create(t, s, person(t, "a.berg@contoso.example", `"displayName":"Anna Berg-Straße"`, `"title":"Leiterin Einkauf"`, `"externalId":"E-77"`,
		`"name":{"givenName":"Änne","familyName":"Björk"}`, `"emails":[{"type":"home","value":"anni@home.example"}]`,
		`"`+scim.EnterpriseURN+`":{"department":"Finance, EU","employeeNumber":"0042"}`))
	create(t, s, person(t, "bo@contoso.example", `"displayName":"Bo 100%_\\"`))
	create(t, s, group(t, "Sales"))
	for search, want := range map[string]string{
		"anna": "Anna", "ANNA": "Anna", "berg anna": "Anna", "  strasse\tann ": "Anna", "STRASSE": "Anna", "straße": "Anna", "anne": "Anna", "bjork": "Anna",
		"einkauf leiterin": "Anna", "finance": "Anna", "finance,": "Anna", "0042": "Anna", "e-77": "Anna", "anni@": "Anna", anna.ID: "Anna",
		strings.ToUpper(anna.ID[30:]): "Anna", "contoso": "Anna Bo", "": "Anna Bo", " ": "Anna Bo", "%": "Bo", "_": "Bo", `\`: "Bo", "anna bo": "", "nobody": "", "sales": "", "'": "", `"`: "",
	} {
		got := []string{}
		for _, name := range listed(t, s, scim.User, Find{Search: search}) {
			first, _, _ := strings.Cut(name, " ")
			got = append(got, first)
		}
		same(t, "search "+search, got, strings.Fields(want))
	}
	same(t, "groups", listed(t, s, scim.Group, Find{Search: "sal"}), []string{"Sales"})

	update(t, s, anna, set("title", "Vorständin"))
	same(t, "old title", listed(t, s, scim.User, Find{Search: "einkauf"}), []string{})
	update(t, s, anna, set("emails", []any{map[string]any{"value": "Zz@home.example"}}))
	same(t, "by the new address", listed(t, s, scim.User, Find{Sort: SortEmail, Descending: true}), []string{"Anna Berg-Straße", `Bo 100%_\`})
	same(t, "old address", listed(t, s, scim.User, Find{Search: "anni@"}), []string{})
	same(t, "new title", listed(t, s, scim.User, Find{Search: "vorstandin"}), []string{"Anna Berg-Straße"})
	sound(t, s)
}

// A name of any length is found by its beginning, and leaves the rest of the search text in its bounds.
func TestSearchTextIsBounded(t *testing.T) {
	s := open(t, Options{})
	long := create(t, s, person(t, "long@x.example", `"displayName":"Ж`+strings.Repeat("жщ", 400)+`"`))
	same(t, "found", listed(t, s, scim.User, Find{Search: strings.Repeat("жщ", 50)}), []string{long.Name})
	var size int
	if err := s.readers.QueryRow("select octet_length(search) from resources").Scan(&size); err != nil || size > searchLimit || size < searchLimit-10 {
		t.Errorf("%d bytes, %v", size, err)
	}
}

// TestListsAgainstModel compares every list with one made the simple way, in slices so short that names are shared across them.
func TestListsAgainstModel(t *testing.T) {
	s := open(t, Options{Now: ticking(), findSlice: 7})
	random := rand.New(rand.NewPCG(3, 4))
	names := []string{"Ana", "ana", "Änna", "Bo", "", "Zoë"}
	var all []Record
	for i := range 120 {
		all = append(all, create(t, s, person(t, fmt.Sprintf("p%d@x.example", random.IntN(1_000_000)), `"displayName":"`+names[random.IntN(len(names))]+`"`,
			fmt.Sprintf(`"active":%t`, i%3 != 0), fmt.Sprintf(`"emails":[{"value":"e%d@x.example"}]`, random.IntN(9)))))
	}
	for range 60 {
		rec := all[random.IntN(len(all))]
		if random.IntN(3) == 0 {
			_ = s.Delete(t.Context(), cause, scim.User, rec.ID, 0) // again, perhaps
		} else if _, err := s.Get(t.Context(), scim.User, rec.ID, With{}); err == nil {
			update(t, s, rec, set("title", fmt.Sprint(random.IntN(1000))))
		}
	}
	rows, err := s.Rows(t.Context(), scim.User, mustFind(t, s, Find{State: FindAll, Sort: SortCreated}))
	if err != nil || len(rows) != len(all) {
		t.Fatal(len(rows), err)
	}
	type entry struct {
		seq                   int64
		name, userName, email string
		state                 int
		created, changed      time.Time
		living, active        bool
	}
	var model []entry
	for _, r := range rows {
		doc, err := scim.FromDocument(scim.User, r.Doc)
		if err != nil {
			t.Fatal(err)
		}
		active, _ := doc.Active()
		e := entry{seq: r.Seq, name: Fold(r.Name), userName: scim.Key(doc.UserName()), email: Fold(Email(doc)), created: r.Created, changed: r.Modified, living: r.Deleted.IsZero(), active: active}
		if !active {
			e.state = 1
		}
		if !e.living {
			e.state, e.changed = 2, r.Deleted
		}
		model = append(model, e)
	}
	keys := map[string]func(a, b entry) int{
		SortName: func(a, b entry) int { return 0 }, SortUserName: func(a, b entry) int { return cmp.Compare(a.userName, b.userName) },
		SortEmail: func(a, b entry) int { return cmp.Compare(a.email, b.email) }, SortState: func(a, b entry) int { return a.state - b.state },
		SortCreated: func(a, b entry) int { return a.created.Compare(b.created) }, SortChanged: func(a, b entry) int { return a.changed.Compare(b.changed) },
	}
	states := map[string]func(entry) bool{
		FindAll: func(entry) bool { return true }, FindLiving: func(e entry) bool { return e.living }, FindDeleted: func(e entry) bool { return !e.living },
		FindActive: func(e entry) bool { return e.living && e.active }, FindDisabled: func(e entry) bool { return e.living && !e.active },
	}
	for sort, key := range keys {
		for state, in := range states {
			for _, down := range []bool{false, true} {
				var want []entry
				for _, e := range model {
					if in(e) {
						want = append(want, e)
					}
				}
				slices.SortFunc(want, func(a, b entry) int {
					by := key(a, b)
					rank := cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.seq, b.seq))
					if down {
						by = -by
						if sort == SortName {
							rank = -rank
						}
					}
					return cmp.Or(by, rank)
				})
				seqs := make([]int64, len(want))
				for i, e := range want {
					seqs[i] = e.seq
				}
				same(t, fmt.Sprintf("%s of %q down %t", sort, state, down), mustFind(t, s, Find{Sort: sort, State: state, Descending: down}), seqs)
			}
		}
	}
	sound(t, s)
}

func mustFind(t testing.TB, s *Store, f Find) []int64 {
	t.Helper()
	seqs, err := s.Find(t.Context(), scim.User, f)
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	return seqs
}

func TestRowsOfLists(t *testing.T) {
	s := open(t, Options{Now: ticking()})
	ana, bo := create(t, s, person(t, "ana@x.example")), create(t, s, person(t, "bo@x.example"))
	sales := create(t, s, group(t, "Sales", ana.ID, bo.ID, "nobody"))
	gone := create(t, s, group(t, "Gone", ana.ID))
	update(t, s, ana, set("active", false))
	for _, r := range []Record{bo, gone} {
		if err := s.Delete(t.Context(), cause, r.Type, r.ID, 0); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := s.Rows(t.Context(), scim.User, []int64{bo.Seq, 4711, ana.Seq, sales.Seq})
	if err != nil || len(rows) != 4 {
		t.Fatal(rows, err)
	}
	if r := rows[0]; r.ID != bo.ID || r.Deleted.IsZero() || r.Linked != 1 || r.LastAction != "deleted" {
		t.Errorf("bo: %+v", r)
	}
	if r := rows[2]; r.ID != ana.ID || r.Linked != 1 || r.LastAction != "disabled" {
		t.Errorf("ana: %+v", r)
	}
	if rows[1].ID != "" || rows[3].ID != "" {
		t.Errorf("nobody, and a group: %+v %+v", rows[1], rows[3])
	}
	groups, err := s.Rows(t.Context(), scim.Group, []int64{sales.Seq, gone.Seq})
	if err != nil || groups[0].Linked != 2 || groups[0].LastAction != "member added" || groups[1].Linked != 1 || groups[1].LastAction != "deleted" {
		t.Errorf("groups: %+v %v", groups, err)
	}
	if n, err := s.Tally(t.Context(), sales.Seq); err != nil || n != (Tally{Members: 2, Unknown: 1}) {
		t.Errorf("tally: %+v %v", n, err)
	}
	if first, err := s.FirstMembers(t.Context(), sales.Seq, 1); err != nil || len(first) != 1 || first[0].Value != ana.ID {
		t.Errorf("first members: %+v %v", first, err)
	}
	if of, err := s.GroupsOf(t.Context(), bo.ID); err != nil || len(of) != 1 || of[0].ID != sales.ID {
		t.Errorf("groups of the deleted: %+v %v", of, err)
	}
	if rec, err := s.Look(t.Context(), scim.Group, gone.ID, With{}); err != nil || rec.Deleted.IsZero() {
		t.Errorf("the deleted group: %+v %v", rec, err)
	}
	if _, err := s.Look(t.Context(), scim.User, gone.ID, With{}); kindOf(err) != scim.NotFound {
		t.Errorf("a group as a person: %v", err)
	}
	var each []string
	seqs, err := s.Seqs(t.Context(), scim.User, []string{bo.ID, "nobody", sales.ID, ana.ID})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Each(t.Context(), scim.User, append(seqs, 4711), With{Groups: true}, func(r Record) error {
		each = append(each, r.ID)
		return nil
	})
	same(t, "each", each, []string{bo.ID, ana.ID})
	if err != nil {
		t.Error(err)
	}
}

func TestFindMembers(t *testing.T) {
	s := open(t, Options{findSlice: 3})
	all := office(t, s)
	inner := create(t, s, group(t, "Mitte"))
	g := create(t, s, group(t, "Everybody", all["Zoë"].ID, "zz-Nobody", all["arzt"].ID, all["Łukasz"].ID, all["ÅNGSTRÖM"].ID, inner.ID, "aa-Nobody"))
	// Entra may name somebody whom it has deleted: they are a member, though nobody sees them.
	update(t, s, g, members(scim.AddMembers, all["Ärztin"].ID))
	names := func(f Find) []string {
		seqs, err := s.FindMembers(t.Context(), g.ID, f)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.Memberships(t.Context(), g.ID, seqs)
		if err != nil {
			t.Fatal(err)
		}
		out := []string{}
		for _, m := range rows {
			out = append(out, cmp.Or(m.Record.Name, m.ID))
			if m.ID == "" || m.Added.IsZero() {
				t.Errorf("member: %+v", m)
			}
		}
		return out
	}
	everybody := strings.Fields("ÅNGSTRÖM arzt Ärztin Łukasz Mitte Zoë aa-Nobody zz-Nobody")
	for what, want := range map[Find][]string{
		{}: everybody, {State: FindAll}: everybody, {State: FindActive}: strings.Fields("ÅNGSTRÖM Łukasz Mitte Zoë"), {State: FindDisabled}: {"arzt"},
		{State: FindDeleted}: {"Ärztin"}, {State: FindUnknown}: strings.Fields("aa-Nobody zz-Nobody"), {Search: "ARZT"}: strings.Fields("arzt Ärztin"),
		{Search: "nobody"}: strings.Fields("aa-Nobody zz-Nobody"), {Search: "x.example", State: FindActive}: strings.Fields("ÅNGSTRÖM Łukasz Zoë"),
		{Search: all["Zoë"].ID}: {"Zoë"}, {Search: "nobody zoe"}: {},
	} {
		same(t, fmt.Sprintf("%+v", what), names(what), want)
	}
	if err := s.Delete(t.Context(), cause, scim.User, all["Zoë"].ID, 0); err != nil {
		t.Fatal(err)
	}
	same(t, "without the deleted", names(Find{State: FindActive}), strings.Fields("ÅNGSTRÖM Łukasz Mitte"))
	if err := s.Delete(t.Context(), cause, scim.Group, g.ID, 0); err != nil {
		t.Fatal(err)
	}
	same(t, "of a deleted group", names(Find{State: FindDisabled}), []string{"arzt"})
	if _, err := s.FindMembers(t.Context(), "nobody", Find{}); kindOf(err) != scim.NotFound {
		t.Errorf("members of no group: %v", err)
	}
	if rows, err := s.Memberships(t.Context(), g.ID, []int64{4711}); err != nil || len(rows) != 1 || rows[0].ID != "" {
		t.Errorf("a membership that is gone: %+v %v", rows, err)
	}
	sound(t, s)
}

// TestListsAndSCIMDoNotWaitForEachOther: while all connections of the one are taken, the other goes on.
func TestListsAndSCIMDoNotWaitForEachOther(t *testing.T) {
	s := open(t, Options{})
	ana := create(t, s, person(t, "ana@x.example"))
	all := create(t, s, group(t, "All", ana.ID))
	hold := func(db *sql.DB, n int) (release func()) {
		var held []*sql.Conn
		for range n {
			c, err := db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, c)
		}
		return func() {
			for _, c := range held {
				_ = c.Close()
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	release := hold(s.browsers, browserCount)
	if got := names(find(t, s, scim.User, `userName eq "ana@x.example"`, 1, 1)); len(got) != 1 {
		t.Errorf("match: %v", got)
	}
	get(t, s, all)
	release()

	release = hold(s.readers, readerCount)
	defer release()
	for what, ask := range map[string]func() error{
		"people":        func() error { return second(s.Find(ctx, scim.User, Find{})) },
		"members":       func() error { return second(s.FindMembers(ctx, all.ID, Find{})) },
		"tally":         func() error { return second(s.Tally(ctx, all.Seq)) },
		"first members": func() error { return second(s.FirstMembers(ctx, all.Seq, 10)) },
		"rows":          func() error { return second(s.Rows(ctx, scim.User, []int64{ana.Seq})) },
		"memberships":   func() error { return second(s.Memberships(ctx, all.ID, []int64{1})) },
		"member rows":   func() error { return second(s.MemberRows(ctx, all.ID, "", 10)) },
		"export": func() error {
			return s.Each(ctx, scim.User, []int64{ana.Seq}, With{Groups: true}, func(Record) error { return nil })
		},
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestTallyInSlices counts those who are there, deleted, purged half or unknown, across slices.
func TestTallyInSlices(t *testing.T) {
	s := open(t, Options{findSlice: 3})
	var who []string
	for i := range 7 {
		who = append(who, create(t, s, person(t, fmt.Sprintf("p%d@x.example", i))).ID)
	}
	g := create(t, s, group(t, "All", append(who, "a-nobody", "z-nobody")...))
	for _, id := range who[:2] {
		if err := s.Delete(t.Context(), cause, scim.User, id, 0); err != nil {
			t.Fatal(err)
		}
	}
	// The first of them is being removed for good, and the membership is left for another step.
	if err := s.writer.write(t.Context(), func(tx *Tx) error { return second(tx.exec(tombText, 1, tombPrefix+who[0])) }); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Tally(t.Context(), g.Seq); err != nil || n != (Tally{Members: 7, Unknown: 2}) {
		t.Errorf("tally: %+v %v", n, err)
	}
}
