package backend

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// oddNames are names that have broken programs.
var oddNames = []string{`Ann "Q" O'Neil`, "two\nlines", "مُحمّد علي", "\u202eEvil\u202c", "=cmd|' /C calc'!A1", "a\tb", "王芳 👩\u200d💻", "\\", "<script>alert(1)</script>"}

func TestAPersonInFull(t *testing.T) {
	b, secret := serve(t)
	boss := addNamed(t, b, secret, "Boss")[0]
	ana := add(t, b, secret, "/Users", `{"userName":"ana@contoso.example","externalId":"E-1","displayName":"Ana","active":false,"title":"Buyer",
		"name":{"familyName":"Ruiz","givenName":"Ana"},"emails":[{"type":"home","value":"h@x.example"},{"type":"work","value":"w@x.example","primary":true}],
		"phoneNumbers":[{"type":"work","value":"1"},{"type":"work","value":"2"}],"roles":[{"value":"Clerk"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Finance","manager":{"value":"`+boss+`"}},
		"urn:ietf:params:scim:schemas:extension:Contoso:2.0:User":{"badge":7,"shoe":{"size":43.5}}}`)
	b2 := add(t, b, secret, "/Groups", `{"displayName":"B","members":[{"value":"`+ana+`"}]}`)
	a1 := add(t, b, secret, "/Groups", `{"displayName":"a","members":[{"value":"`+ana+`"}]}`)
	p, err := b.Person(t.Context(), ana)
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != ana || p.ExternalID != "E-1" || p.Name != "Ana" || p.UserName != "ana@contoso.example" || p.Email != "w@x.example" || p.State != StateDisabled ||
		p.Created == "" || p.Changed == "" || p.Deleted != "" || p.Version != 3 || p.Store != b.id {
		t.Errorf("person %+v", p)
	}
	if want := (Reference{Type: "User", ID: boss, Name: "Boss", State: StateActive, Found: true}); p.Manager != want {
		t.Errorf("manager %+v", p.Manager)
	}
	if len(p.Groups) != 2 || p.Groups[0].ID != a1 || p.Groups[1].ID != b2 || p.Groups[1].Name != "B" || !p.Groups[1].Found {
		t.Errorf("groups %+v", p.Groups)
	}
	const work, own = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:", "urn:ietf:params:scim:schemas:extension:Contoso:2.0:User:"
	want := []Attribute{{"externalId", "E-1"}, {"userName", "ana@contoso.example"}, {"name.familyName", "Ruiz"}, {"name.givenName", "Ana"}, {"displayName", "Ana"},
		{"title", "Buyer"}, {"active", "false"}, {`emails[type eq "home"].value`, "h@x.example"}, {`emails[type eq "work"].value`, "w@x.example"},
		{`emails[type eq "work"].primary`, "true"}, {"phoneNumbers", `{"value":"1","type":"work"}`}, {"phoneNumbers", `{"value":"2","type":"work"}`},
		{"roles", `{"value":"Clerk"}`}, {work + "department", "Finance"}, {work + "manager.value", boss}, {own + "badge", "7"}, {own + "shoe.size", "43.5"}}
	if !slices.Equal(p.Attributes, want) {
		t.Errorf("attributes\n%v, want\n%v", p.Attributes, want)
	}
	var shown map[string]any
	if err := json.Unmarshal([]byte(p.JSON), &shown); err != nil || shown["id"] != ana || !strings.Contains(p.JSON, "\n  \"userName\": ") {
		t.Errorf("JSON %v\n%s", err, p.JSON)
	}
	_, entra := send(t, b, "GET", "/Users/"+ana, secret, "")
	if fmt.Sprint(shown) != fmt.Sprint(entra) {
		t.Errorf("SCIM shows\n%v, the window\n%v", entra, shown)
	}

	// The paths are those of history, so that both can be laid side by side.
	rec, err := b.store.Look(t.Context(), scim.User, ana, store.With{})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		t.Fatal(err)
	}
	var paths, diff []string
	for _, a := range p.Attributes {
		paths = append(paths, a.Path)
	}
	for _, c := range scim.Diff(nil, doc) {
		diff = append(diff, c.Path)
	}
	slices.Sort(paths)
	same(t, "paths", paths, diff)

	send(t, b, "DELETE", "/Users/"+boss, secret, "")
	send(t, b, "DELETE", "/Users/"+ana, secret, "")
	if p, err = b.Person(t.Context(), ana); err != nil || p.State != StateDeleted || p.Deleted == "" || p.Changed != p.Deleted || len(p.Groups) != 2 || p.Manager.State != StateDeleted {
		t.Errorf("deleted: %+v %v", p, err)
	}
	if _, err := b.Person(t.Context(), a1); Code(err) != "NOT_FOUND" {
		t.Errorf("a group as a person: %v", err)
	}
	orphan := add(t, b, secret, "/Users", `{"userName":"o@x.example","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"nobody"}}}`)
	if p, err := b.Person(t.Context(), orphan); err != nil || p.Manager != (Reference{Type: "User", ID: "nobody"}) || p.Groups == nil {
		t.Errorf("manager nobody: %+v %v", p, err)
	}
}

func TestAGroupInFull(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Zoë", "ada", "Gone")
	many := make([]string, 0, 1010)
	for i := range 1008 {
		many = append(many, fmt.Sprintf(`{"value":"nobody-%04d"}`, i))
	}
	big := add(t, b, secret, "/Groups", `{"displayName":"Big","externalId":"g-1","members":[{"value":"`+ids[0]+`"},{"value":"`+ids[1]+`"},{"value":"`+ids[2]+`"},`+strings.Join(many, ",")+`]}`)
	send(t, b, "DELETE", "/Users/"+ids[2], secret, "")
	g, err := b.Group(t.Context(), big)
	if err != nil || g.Name != "Big" || g.ExternalID != "g-1" || g.Members != 1010 || g.Unknown != 1008 || !g.MembersCut || g.State != StateActive {
		t.Errorf("group %+v %v", g, err)
	}
	var shown struct{ Members []any }
	if err := json.Unmarshal([]byte(g.JSON), &shown); err != nil || len(shown.Members) != membersShown {
		t.Errorf("%d members in the JSON, %v", len(shown.Members), err)
	}
	if want := []Attribute{{"externalId", "g-1"}, {"displayName", "Big"}}; !slices.Equal(g.Attributes, want) {
		t.Errorf("attributes %v", g.Attributes)
	}
	m, err := b.Members(t.Context(), ListQuery{Group: big, Limit: 3})
	if err != nil || m.Total != 1010 || len(m.Rows) != 3 {
		t.Fatalf("%+v %v", m, err)
	}
	if r := m.Rows[0]; r.ID != ids[1] || r.Name != "ada" || r.UserName != "ada@contoso.example" || r.State != StateActive || r.Type != "User" || r.Added == "" {
		t.Errorf("first member %+v", r)
	}
	if r := m.Rows[2]; r.ID != "nobody-0000" || r.State != StateUnknown || r.Name != "" {
		t.Errorf("a member that names nobody: %+v", r)
	}
	send(t, b, "PATCH", "/Groups/"+big, secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"members[value eq \"`+ids[1]+`\"]"}]}`)
	if again, err := b.Members(t.Context(), ListQuery{Group: big, List: m.List, Limit: 3}); err != nil || again.List != m.List || again.Rows[0].State != StateGone || again.Rows[1].ID != ids[0] {
		t.Errorf("after one left: %+v %v", again, err)
	}
	rows, err := b.Groups(t.Context(), ListQuery{Search: "g-1"})
	if err != nil || len(rows.Rows) != 1 || rows.Rows[0].Members != 1009 || rows.Rows[0].LastAction != "member removed" {
		t.Errorf("list of groups %+v %v", rows, err)
	}
	send(t, b, "DELETE", "/Groups/"+big, secret, "")
	if g, err := b.Group(t.Context(), big); err != nil || g.State != StateDeleted || g.Deleted == "" || g.Members != 1009 {
		t.Errorf("deleted: %+v %v", g, err)
	}
	if rows, err := b.Groups(t.Context(), ListQuery{State: StateDeleted}); err != nil || rows.Total != 1 || rows.Rows[0].State != StateDeleted || rows.Rows[0].LastAction != "deleted" {
		t.Errorf("deleted groups %+v %v", rows, err)
	}
}

func TestRestore(t *testing.T) {
	b, secret := serve(t)
	ana := addNamed(t, b, secret, "Ana")[0]
	sales := add(t, b, secret, "/Groups", `{"displayName":"Sales \"1\"","members":[{"value":"`+ana+`"}]}`)
	send(t, b, "DELETE", "/Users/"+ana, secret, "")
	taker := add(t, b, secret, "/Users", `{"userName":"ANA@contoso.example","displayName":"Anabel"}`)
	err := b.Restore(t.Context(), "User", ana)
	if Code(err) != "REFUSED" || !strings.Contains(Message(err), "Anabel") || !strings.Contains(Message(err), "Ana@contoso.example") || !strings.Contains(Message(err), taker) {
		t.Errorf("restoring while the name is taken: %s %q", Code(err), Message(err))
	}
	send(t, b, "DELETE", "/Users/"+taker, secret, "")

	told := b.Watch(t.Context())
	<-told
	if err := b.Restore(t.Context(), "User", ana); err != nil {
		t.Fatal(err)
	}
	select {
	case n := <-told:
		if !n.People || !n.Groups {
			t.Errorf("told %+v", n)
		}
	case <-time.After(20 * time.Second):
		t.Error("nobody was told")
	}
	if status, v := send(t, b, "GET", "/Users/"+ana, secret, ""); status != 200 || len(v["groups"].([]any)) != 1 {
		t.Errorf("after restoring: %d %v", status, v)
	}
	h, err := b.History(t.Context(), HistoryQuery{Type: "User", ID: ana})
	if err != nil || h.Rows[0].Action != "restored" || h.Rows[0].Origin != "scimd" {
		t.Errorf("history %+v %v", h.Rows, err)
	}
	if err := b.Restore(t.Context(), "User", ana); Code(err) != "NOT_FOUND" {
		t.Errorf("restoring somebody who is there: %v", err)
	}

	send(t, b, "DELETE", "/Groups/"+sales, secret, "")
	add(t, b, secret, "/Groups", `{"displayName":"sales \"1\""}`)
	if err := b.Restore(t.Context(), "Group", sales); Code(err) != "REFUSED" || !strings.Contains(Message(err), `sales "1"`) {
		t.Errorf("restoring a group whose name is taken: %q", Message(err))
	}
	for kind, id := range map[string]string{"User": sales, "Group": "nobody"} {
		if err := b.Restore(t.Context(), kind, id); Code(err) != "NOT_FOUND" {
			t.Errorf("restore %s %s: %v", kind, id, err)
		}
	}
	if err := b.Restore(t.Context(), "device", ana); Code(err) != "BAD_QUERY" {
		t.Errorf("restore a device: %v", err)
	}
}

func TestOddNamesInLists(t *testing.T) {
	b, secret := serve(t)
	for i, name := range oddNames {
		quoted, _ := json.Marshal(name)
		id := add(t, b, secret, "/Users", fmt.Sprintf(`{"userName":"odd%d@x.example","displayName":%s}`, i, quoted))
		p, err := b.Person(t.Context(), id)
		if err != nil || p.Name != name {
			t.Errorf("%q is shown as %q, %v", name, p.Name, err)
		}
		first := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' })[0]
		if found := people(t, b, ListQuery{Search: first}); !slices.Contains(rowNames(found), name) {
			t.Errorf("%q does not find %q: %q", first, name, rowNames(found))
		}
	}
	if p := people(t, b, ListQuery{}); p.Total != len(oddNames) {
		t.Errorf("%d people", p.Total)
	}
}
