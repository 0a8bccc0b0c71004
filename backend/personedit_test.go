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
	for _, e := range []PersonEdit{{ID: ids[0], Version: before.Version, Mark: before.Mark, Note: "x"}, {ID: ids[0], Version: before.Version + 1, Note: "x"}} {
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
	if err != nil || p.Manager.Name != "middle" || len(p.Above) != 1 || p.Above[0].Name != "top" || p.Circle {
		t.Errorf("low %+v %v", p, err)
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
