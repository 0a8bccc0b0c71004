package backend

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

const workMail = `emails[type eq "work"].value`

// edit changes a person as they are now.
func edit(t *testing.T, b *Backend, id string, change func(*PersonEdit)) (Person, error) {
	t.Helper()
	p, err := b.Person(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	e := PersonEdit{ID: id, Version: p.Version, Mark: p.Mark, LocalID: p.LocalID, Role: p.Role, Note: p.Note, Protected: p.Protected}
	change(&e)
	return b.EditPerson(t.Context(), e)
}

// made makes a person here.
func made(t *testing.T, b *Backend, userName, localID string, values ...Attribute) Person {
	t.Helper()
	p, err := b.EditPerson(t.Context(), PersonEdit{LocalID: localID, Values: append([]Attribute{{"userName", userName}}, values...)})
	if err != nil {
		t.Fatalf("make %s: %v", userName, err)
	}
	return p
}

func TestWhatEntraHasWrittenIsEntras(t *testing.T) {
	b, secret := serve(t)
	id := addNamed(t, b, secret, "Ana")[0]
	p, err := edit(t, b, id, func(e *PersonEdit) {
		e.LocalID, e.Role, e.Note, e.Protected = " a.berg ", "administrator", "Night shift\nonly", true
		e.Values = []Attribute{{"displayName", "Ana"}, {"title", ""}} // as they are: no change
	})
	if err != nil || p.LocalID != "a.berg" || p.Role != "administrator" || p.Note != "Night shift\nonly" || !p.Protected || !p.Entra || p.Version != 1 {
		t.Fatalf("%+v %v", p, err)
	}
	for what, e := range map[string]PersonEdit{
		"title, displayName": {Values: []Attribute{{"title", "Lead"}, {"userName", "Ana@contoso.example"}, {"displayName", "Bea"}}},
		workMail:             {Values: []Attribute{{workMail, "ana@x.example"}}},
	} {
		e.LocalID = "lost"
		if _, err := edit(t, b, id, func(now *PersonEdit) { now.LocalID, now.Values = e.LocalID, e.Values }); !errors.Is(err, ErrEntraOwns) || Code(err) != "ENTRA_OWNS" || !strings.Contains(Message(err), ": "+what+".") {
			t.Errorf("%s: %v", what, err)
		}
	}
	row := people(t, b, ListQuery{}).Rows[0]
	if row.LocalID != "a.berg" || row.Role != "administrator" || !row.Protected || !row.Entra || row.Former == nil {
		t.Errorf("row %+v", row)
	}
	rows, err := b.History(t.Context(), HistoryQuery{Type: "User", ID: id})
	if err != nil || len(rows.Rows) != 2 || rows.Rows[0].Origin != "scimd" || len(rows.Rows[0].Changes) != 4 {
		t.Errorf("history %+v %v", rows, err)
	}
	_, shown := send(t, b, "GET", "/Users/"+id, secret, "")
	if _, told := shown["localId"]; told {
		t.Errorf("SCIM shows %v", shown)
	}
}

func TestPeopleMadeHereAreChangedHere(t *testing.T) {
	b, secret := serve(t)
	boss := made(t, b, "boss@contoso.example", "")
	p := made(t, b, "bo@contoso.example", "B-7", Attribute{"name.givenName", "Bo"}, Attribute{workMail, "bo@contoso.example"},
		Attribute{scim.EnterpriseURN + ":manager.value", boss.ID}, Attribute{"active", "false"}, Attribute{"title", ""})
	if p.Entra || p.State != StateDisabled || p.Email != "bo@contoso.example" || p.Manager.ID != boss.ID || p.LocalID != "B-7" || p.Name != "bo@contoso.example" {
		t.Fatalf("made %+v", p)
	}
	p, err := edit(t, b, p.ID, func(e *PersonEdit) {
		e.Note = "came by hand"
		e.Values = []Attribute{{"userName", "bob@contoso.example"}, {"active", "true"}, {workMail, ""}, {"displayName", "Bob"}}
	})
	if err != nil || p.UserName != "bob@contoso.example" || p.State != StateActive || p.Email != "" || p.Name != "Bob" || p.Note != "came by hand" || p.Manager.ID != boss.ID {
		t.Errorf("changed %+v %v", p, err)
	}
	if len(p.Former) != 1 || p.Former[0].UserName != "bo@contoso.example" || p.Former[0].Until == "" {
		t.Errorf("former %+v", p.Former)
	}
	if found := people(t, b, ListQuery{Search: "bo@contoso"}); len(found.Rows) != 1 || found.Rows[0].ID != p.ID || len(found.Rows[0].Former) != 1 {
		t.Errorf("by the old user ID: %+v", found.Rows)
	}
	for what, e := range map[string]PersonEdit{
		"no user ID":      {},
		"a path":          {Values: []Attribute{{"userName", "x"}, {"emails[", "x"}}},
		"a role":          {Role: "king", Values: []Attribute{{"userName", "x"}}},
		"a long local ID": {LocalID: strings.Repeat("x", 257), Values: []Attribute{{"userName", "x"}}},
		"a broken one":    {LocalID: "a\nb", Values: []Attribute{{"userName", "x"}}},
		"a long note":     {Note: strings.Repeat("ä", 4001), Values: []Attribute{{"userName", "x"}}},
		"a long value":    {Values: []Attribute{{"userName", "x"}, {"title", strings.Repeat("x", 4001)}}},
		"many values":     {Values: make([]Attribute, 201)},
	} {
		if _, err := b.EditPerson(t.Context(), e); Code(err) != "REFUSED" {
			t.Errorf("%s: %s %v", what, Code(err), err)
		}
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.People.Total != 2 {
		t.Errorf("%+v %v", s.People, err)
	}
	// From when Entra has written somebody, what it writes is its own.
	send(t, b, "PATCH", "/Users/"+p.ID, secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"title","value":"Lead"}]}`)
	if _, err := edit(t, b, p.ID, func(e *PersonEdit) { e.Values = []Attribute{{"displayName", "Rob"}} }); Code(err) != "ENTRA_OWNS" {
		t.Errorf("after Entra: %v", err)
	}
}

func TestAnEditIsRefusedWhenSomebodyElseWasFaster(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Ana", "Bea")
	before, err := b.Person(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := edit(t, b, ids[0], func(e *PersonEdit) { e.LocalID = "A-1" }); err != nil {
		t.Fatal(err)
	}
	after, err := b.Person(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []PersonEdit{
		{ID: ids[0], Version: after.Version, Mark: before.Mark, Note: "x"},
		{ID: ids[0], Version: after.Version + 1, Note: "x"},
		{ID: ids[0], Version: after.Version + 1, Mark: after.Mark, Values: []Attribute{{"title", "x"}}},
	} {
		if _, err := b.EditPerson(t.Context(), e); Code(err) != "CHANGED" {
			t.Errorf("%+v: %v", e, err)
		}
	}
	_, err = edit(t, b, ids[1], func(e *PersonEdit) { e.LocalID = "a-1" })
	if Code(err) != "REFUSED" || !strings.Contains(Message(err), "Ana") || !strings.Contains(Message(err), ids[0]) {
		t.Errorf("the same local ID: %v", err)
	}
	_, err = b.EditPerson(t.Context(), PersonEdit{Values: []Attribute{{"userName", "BEA@contoso.example"}}})
	if Code(err) != "REFUSED" || !strings.Contains(Message(err), "Bea") {
		t.Errorf("the same user ID: %v", err)
	}
	if _, err := b.EditPerson(t.Context(), PersonEdit{ID: "nobody"}); Code(err) != "NOT_FOUND" {
		t.Errorf("nobody: %v", err)
	}
}

func TestManagersAreFollowedUpwardsAndNeverInACircle(t *testing.T) {
	b, _ := serve(t)
	manager := scim.EnterpriseURN + ":manager.value"
	top := made(t, b, "top", "")
	middle := made(t, b, "middle", "", Attribute{manager, top.ID})
	low := made(t, b, "low", "", Attribute{manager, middle.ID})
	made(t, b, "lower", "", Attribute{manager, middle.ID})
	p, err := b.Person(t.Context(), low.ID)
	if err != nil || p.Manager.Name != "middle" || len(p.Above) != 1 || p.Above[0].Name != "top" || p.Circle || p.Reports != 0 {
		t.Errorf("low %+v %v", p, err)
	}
	page := people(t, b, ListQuery{Manager: top.ID})
	same(t, "reports", rowNames(page), []string{"middle"})
	if page.Rows[0].Reports != 2 {
		t.Errorf("reports of middle: %d", page.Rows[0].Reports)
	}
	if _, err := edit(t, b, top.ID, func(e *PersonEdit) { e.Values = []Attribute{{manager, low.ID}} }); err != nil {
		t.Fatal(err)
	}
	p, err = b.Person(t.Context(), low.ID)
	if err != nil || len(p.Above) != 1 || !p.Circle {
		t.Errorf("in a circle %+v %v", p, err)
	}
	p, err = edit(t, b, top.ID, func(e *PersonEdit) { e.Values = []Attribute{{manager, top.ID}} })
	if err != nil || p.Manager.ID != top.ID || len(p.Above) != 0 || !p.Circle {
		t.Errorf("their own manager %+v %v", p, err)
	}
	p, err = edit(t, b, top.ID, func(e *PersonEdit) { e.Values = []Attribute{{manager, "nobody"}} })
	if err != nil || p.Manager.Found || len(p.Above) != 0 || p.Circle {
		t.Errorf("an unknown manager %+v %v", p, err)
	}
}

func TestALocalIDIsAlwaysExported(t *testing.T) {
	b, secret := serve(t)
	addNamed(t, b, secret, "Ana")
	p := made(t, b, "bo", "B-7", Attribute{"displayName", "Bo"}, Attribute{`emails[type eq "home"].value`, "bo@home.example"})
	if _, err := edit(t, b, p.ID, func(e *PersonEdit) { e.Role, e.Values = "user-manager", []Attribute{{"userName", "bob"}} }); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, table := exported(t, b, ExportRequest{What: "people", Folder: dir, Filter: ListQuery{Sort: "userName", Descending: true}})
	same(t, "local IDs", column(table, "localId"), []string{"B-7", ""})
	same(t, "roles", column(table, "role"), []string{"user-manager", ""})
	same(t, "former user IDs", column(table, "formerUserNames"), []string{"bo", ""})
	same(t, "origins", column(table, "origin"), []string{"here", "entra"})
	text, err := os.ReadFile(out.Path)
	if err != nil || !strings.HasPrefix(string(text), "\uFEFFid,localId,userName,") {
		t.Errorf("the full CSV: %.60s %v", text, err)
	}
	out, table = exported(t, b, ExportRequest{What: "people", Folder: dir, Columns: []string{"name", "state", "email", "changed", "groups"}})
	if text, err = os.ReadFile(out.Path); err != nil || !strings.HasPrefix(string(text), "\uFEFFname,state,email,lastModified,groups,localId\r\n") {
		t.Errorf("the chosen columns: %.60s %v", text, err)
	}
	same(t, "e-mails", column(table, "email"), []string{"", "bo@home.example"})
	if _, err := b.ExportFile(t.Context(), ExportRequest{What: "people", Format: "csv", Folder: dir, Columns: []string{"name", "password"}}); Code(err) != "BAD_QUERY" {
		t.Errorf("a column that there is not: %v", err)
	}
	out, err = b.ExportFile(t.Context(), ExportRequest{What: "people", Format: "json", Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		ID, LocalID, Role, UserName string
		FormerUserNames             []string
	}
	if text, err = os.ReadFile(out.Path); err != nil || json.Unmarshal(text, &all) != nil || len(all) != 2 || all[1].LocalID != "B-7" || all[1].ID != p.ID || len(all[1].FormerUserNames) != 1 ||
		strings.Count(string(text), `"localId":`) != 2 || strings.Count(string(text), `"formerUserNames":`) != 2 {
		t.Errorf("JSON %s %v", text, err)
	}
}

func TestListsAreNarrowedToWhoseDataWantALook(t *testing.T) {
	b, secret := serve(t)
	gone := made(t, b, "gone", "")
	if q, err := b.Quality(t.Context()); err != nil || q.LocalIDs {
		t.Errorf("before anybody has a local ID: %+v %v", q, err)
	}
	ana := made(t, b, "ana", "A-1", Attribute{"displayName", "Ana"}, Attribute{workMail, "both@x.example"}, Attribute{"title", "B"})
	made(t, b, "bea", "", Attribute{"displayName", "Bea"}, Attribute{workMail, "both@x.example"}, Attribute{"title", "a"}, Attribute{"externalId", "2"})
	made(t, b, "cai", "C-0", Attribute{"displayName", "Cai"}, Attribute{scim.EnterpriseURN + ":manager.value", gone.ID}, Attribute{"externalId", "1"})
	dan := add(t, b, secret, "/Users", `{"userName":"dan","displayName":"Dan","emails":[{"type":"work","value":"dan@x.example"}]}`)
	send(t, b, "DELETE", "/Users/"+gone.ID, secret, "")
	sales := add(t, b, secret, "/Groups", `{"displayName":"Sales","members":[{"value":"`+dan+`"},{"value":"`+ana.ID+`"}]}`)
	add(t, b, secret, "/Groups", `{"displayName":"Empty","externalId":"e"}`)
	add(t, b, secret, "/Groups", `{"displayName":"Once","members":[{"value":"`+gone.ID+`"}]}`)

	left := add(t, b, secret, "/Users", `{"userName":"left"}`)
	add(t, b, secret, "/Groups", `{"displayName":"Left","members":[{"value":"`+left+`"}]}`)
	send(t, b, "DELETE", "/Users/"+left, secret, "")

	want := map[string][]string{"no-email": {"Cai"}, "same-email": {"Ana", "Bea"}, "no-manager-found": {"Cai"}, "no-group": {"Bea", "Cai"}, "no-local-id": {"Bea", "Dan"}, "made-here": {"Ana", "Bea", "Cai"}}
	counts, err := b.Quality(t.Context())
	if err != nil || len(counts.Counts) != len(want) || !counts.LocalIDs {
		t.Errorf("counts %+v %v", counts, err)
	}
	for _, c := range counts.Counts {
		same(t, c.State, rowNames(people(t, b, ListQuery{Quality: c.State})), want[c.State])
		if c.Count != len(want[c.State]) {
			t.Errorf("%s: %d, want %d", c.State, c.Count, len(want[c.State]))
		}
	}
	same(t, "members", rowNames(people(t, b, ListQuery{Group: sales})), []string{"Ana", "Dan"})
	same(t, "members with no local ID", rowNames(people(t, b, ListQuery{Group: sales, Quality: "no-local-id"})), []string{"Dan"})
	same(t, "by local ID", rowNames(people(t, b, ListQuery{Sort: "localId"})), []string{"Bea", "Dan", "Ana", "Cai"})
	same(t, "by title", rowNames(people(t, b, ListQuery{Sort: "title", Descending: true})), []string{"Ana", "Bea", "Cai", "Dan"})
	same(t, "by external ID", rowNames(people(t, b, ListQuery{Sort: "externalId", Descending: true})), []string{"Bea", "Cai", "Ana", "Dan"})
	same(t, "by groups", rowNames(people(t, b, ListQuery{Sort: "groups", Descending: true})), []string{"Ana", "Dan", "Bea", "Cai"})
	if list := people(t, b, ListQuery{Group: sales, Limit: 1}); len(people(t, b, ListQuery{List: list.List, Limit: 9}).Rows) == 2 {
		t.Error("a list of a group's people was given for everybody")
	}

	empty, err := b.Groups(t.Context(), ListQuery{Quality: "no-members"})
	if err != nil || len(empty.Rows) != 2 || empty.Rows[0].Name != "Empty" || empty.Rows[1].Name != "Left" || empty.Rows[1].Members != 0 {
		t.Errorf("empty groups %+v %v", empty.Rows, err)
	}
	most, err := b.Groups(t.Context(), ListQuery{Sort: "members", Descending: true})
	if err != nil || most.Rows[0].Name != "Sales" {
		t.Errorf("groups by members %+v %v", most.Rows, err)
	}
	_, table := exported(t, b, ExportRequest{What: "people", Folder: t.TempDir(), Filter: ListQuery{Quality: "same-email", Group: sales}})
	same(t, "exported", column(table, "displayName"), []string{"Ana"})

	for what, err := range map[string]error{
		"quality": second(b.People(t.Context(), ListQuery{Quality: "no-members"})), "quality of groups": second(b.Groups(t.Context(), ListQuery{Quality: "no-email"})),
		"quality of members": second(b.Members(t.Context(), ListQuery{Group: sales, Quality: "no-email"})), "manager of groups": second(b.Groups(t.Context(), ListQuery{Manager: ana.ID})),
	} {
		if Code(err) != "BAD_QUERY" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := b.People(t.Context(), ListQuery{Group: "nobody"}); Code(err) != "NOT_FOUND" {
		t.Errorf("people of no group: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestPurgingTakesOnlyTheDeleted(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Ana", "Bea", "Cai")
	for _, id := range ids[:2] {
		send(t, b, "DELETE", "/Users/"+id, secret, "")
	}
	if n, err := b.Purge(t.Context(), "User", []string{ids[0], ids[2], "nobody"}); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	same(t, "those left", rowNames(people(t, b, ListQuery{State: "all"})), []string{"Bea", "Cai"})
	if _, err := b.Person(t.Context(), ids[0]); Code(err) != "NOT_FOUND" {
		t.Errorf("the purged: %v", err)
	}
	if n, err := b.Purge(t.Context(), "Group", []string{ids[1]}); n != 0 || err != nil {
		t.Errorf("a person as a group: %d, %v", n, err)
	}
	if _, err := b.Purge(t.Context(), "Device", nil); Code(err) != "BAD_QUERY" {
		t.Errorf("devices: %v", err)
	}
}
