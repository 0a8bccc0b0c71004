package scim

import (
	"strings"
	"testing"
	"time"
)

var renderMeta = Meta{
	ID: "7f1c", Version: 3,
	Created:  time.Date(2026, 1, 5, 11, 0, 0, 120_999_999, time.FixedZone("", 3600)),
	Modified: time.Date(2026, 2, 5, 10, 0, 0, 0, time.UTC),
}

const (
	base       = "https://scim.contoso.example/scim/v2"
	renderedAt = `"meta":{"resourceType":"User","created":"2026-01-05T10:00:00.120Z","lastModified":"2026-02-05T10:00:00.000Z","version":"W/\"3\"","location":"` + base + `/Users/7f1c"}`
)

func TestRender(t *testing.T) {
	r := user(t, `{"userName":"<a&b>","urn:x]y\"z:1.0:User":{"a":1}}`)
	m := renderMeta
	got, err := Render(User, r.Document(), m, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"schemas":["` + UserURN + `","urn:x]y\"z:1.0:User"],"id":"7f1c","userName":"<a&b>","active":true,"urn:x]y\"z:1.0:User":{"a":1},` + renderedAt + `}`
	if string(got) != want {
		t.Errorf("person\n got %s\nwant %s", got, want)
	}
	m.Groups = []GroupRef{{ID: "g 1", Display: "Sales"}, {ID: "g2"}}
	got, _ = Render(User, r.Document(), m, base, nil)
	wantJSON(t, "groups", string(got), strings.Replace(want, `"meta"`, `"groups":[{"value":"g 1","$ref":"`+base+`/Groups/g%201","display":"Sales","type":"direct"},{"value":"g2","$ref":"`+base+`/Groups/g2","type":"direct"}],"meta"`, 1))
	if !strings.Contains(string(r.Document()), `<a&b>`) {
		t.Error("HTML is escaped")
	}

	g := parse(t, Group, `{"displayName":"G"}`)
	m.Members = []Member{{Value: "u1", Type: "User", Display: "Una"}, {Value: "g2", Type: "Group"}, {Value: "?"}}
	got, _ = Render(Group, g.Document(), m, base, nil)
	meta := strings.NewReplacer(`"User"`, `"Group"`, "/Users/", "/Groups/").Replace(renderedAt)
	wantJSON(t, "group", string(got), `{"schemas":["`+GroupURN+`"],"id":"7f1c","displayName":"G","members":[
		{"value":"u1","$ref":"`+base+`/Users/u1","type":"User","display":"Una"},{"value":"g2","$ref":"`+base+`/Groups/g2","type":"Group"},{"value":"?"}],`+meta+`}`)
	m.Members = nil
	got, _ = Render(Group, g.Document(), m, base, nil)
	if !strings.Contains(string(got), `"members":[]`) {
		t.Errorf("a group without members: %s", got)
	}

	for _, broken := range []string{``, `{}`, `[]`, `{"schemas":["x"`, `{"schemas":["x]"}`} {
		if _, err := Render(User, []byte(broken), m, base, nil); err == nil {
			t.Errorf("the damaged document %s is rendered", broken)
		}
		p, _ := ParseProjection(User, "userName", "")
		if _, err := Render(User, []byte(broken), m, base, p); err == nil && broken != `{}` && !strings.HasSuffix(broken, "}") {
			t.Errorf("the damaged document %s is projected", broken)
		}
	}
}

func TestProjection(t *testing.T) {
	r := user(t, `{"userName":"ada","displayName":"Ada","name":{"givenName":"A","familyName":"B"},"emails":[{"type":"work","value":"w"},{"type":"home","value":"h","display":"H"}],
		"shoe":{"size":44},`+ent+`:{"department":"D","manager":{"value":"m","$ref":"r"}},"urn:acme:people":{"badge":"7"}}`)
	m := renderMeta
	m.Groups = []GroupRef{{ID: "g", Display: "Sales"}}
	schemas := `"schemas":["` + UserURN + `","` + EnterpriseURN + `","urn:acme:people"],"id":"7f1c"`
	groups := `"groups":[{"value":"g","$ref":"` + base + `/Groups/g","display":"Sales","type":"direct"}]`
	all := map[string]string{
		"userName": `"userName":"ada"`, "displayName": `"displayName":"Ada"`, "name": `"name":{"givenName":"A","familyName":"B"}`, "active": `"active":true`,
		"emails": `"emails":[{"type":"work","value":"w"},{"type":"home","value":"h","display":"H"}]`, "shoe": `"shoe":{"size":44}`,
		"ent": ent + `:{"department":"D","manager":{"value":"m","$ref":"r"}}`, "acme": `"urn:acme:people":{"badge":"7"}`, "groups": groups, "meta": renderedAt,
	}
	without := func(names ...string) []string {
		var rest []string
	next:
		for name, text := range all {
			for _, n := range names {
				if n == name {
					continue next
				}
			}
			rest = append(rest, text)
		}
		return rest
	}
	for _, c := range []struct {
		attributes, excluded string
		want                 []string
	}{
		{"id", "", nil},
		{"userName", "", []string{all["userName"]}},
		{" USERNAME , name.GivenName ,,", "", []string{all["userName"], `"name":{"givenName":"A"}`}},
		{"emails.value", "", []string{`"emails":[{"value":"w"},{"value":"h"}]`}},
		{"emails.display", "", []string{`"emails":[{"display":"H"}]`}},
		{"emails.nothing,nobody", "", nil},
		{"name,name.givenName", "", []string{all["name"]}},
		{"shoe.SIZE", "", []string{all["shoe"]}},
		{"groups", "", []string{groups}},
		{"groups.value", "", []string{`"groups":[{"value":"g"}]`}},
		{"meta", "", []string{renderedAt}},
		{"meta.version", "", []string{`"meta":{"version":"W/\"3\""}`}},
		{"manager", "", []string{ent + `:{"manager":{"value":"m","$ref":"r"}}`}},
		{EnterpriseURN + ":manager.value", "", []string{ent + `:{"manager":{"value":"m"}}`}},
		{strings.ToUpper(EnterpriseURN), "", []string{all["ent"]}},
		{"urn:acme:people", "", []string{all["acme"]}},
		{"urn:acme:people:badge", "", []string{all["acme"]}},
		{UserURN + ":userName", "", []string{all["userName"]}},
		{UserURN, "", without("ent", "acme")},
		{"userName", "userName", []string{all["userName"]}},
		{"", "emails,groups,id,schemas", without("emails", "groups")},
		{"", "Members", without()},
		{"", "name.familyName", append(without("name"), `"name":{"givenName":"A"}`)},
		{"", "name.familyName,name.givenName", without("name")},
		{"", "manager", append(without("ent"), ent+`:{"department":"D"}`)},
		{"", EnterpriseURN, without("ent")},
		{"", "urn:acme:people:badge", without("acme")},
		{"", UserURN, []string{all["ent"], all["acme"]}},
		{"", "meta.created", append(without("meta"), strings.Replace(renderedAt, `"created":"2026-01-05T10:00:00.120Z",`, "", 1))},
		{" , ", "", without()},
	} {
		p, err := ParseProjection(User, c.attributes, c.excluded)
		if err != nil {
			t.Errorf("%q, %q: %v", c.attributes, c.excluded, err)
			continue
		}
		got, err := Render(User, r.Document(), m, base, p)
		if err != nil {
			t.Fatal(err)
		}
		wantJSON(t, "attributes="+c.attributes+" excludedAttributes="+c.excluded, string(got), "{"+strings.Join(append([]string{schemas}, c.want...), ",")+"}")
	}
	for _, bad := range []string{"a b", "a.b.c", `emails[type eq "work"]`, strings.Repeat("x", maxFilter+1)} {
		_, err := ParseProjection(User, bad, "")
		wantError(t, err, InvalidValue, "attributes")
		_, err = ParseProjection(User, "", bad)
		wantError(t, err, InvalidValue, "excludedAttributes")
	}
}

func TestProjectionOfMembers(t *testing.T) {
	g := parse(t, Group, `{"displayName":"G"}`)
	m := renderMeta
	m.Members = []Member{{Value: "u", Type: "User"}}
	for _, c := range []struct {
		attributes, excluded string
		wants                bool
	}{
		{"", "", true}, {"", "members", false}, {"", "MEMBERS", false}, {"", GroupURN + ":members", false}, {"", "members.display", true},
		{"id", "", false}, {"displayName", "", false}, {"members", "", true}, {"members.value", "", true}, {GroupURN, "", true}, {"", GroupURN, false},
	} {
		p, err := ParseProjection(Group, c.attributes, c.excluded)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Wants("members"); got != c.wants {
			t.Errorf("%+v: wants members: %v", c, got)
		}
		got, err := Render(Group, g.Document(), m, base, p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got), `"members"`) != c.wants {
			t.Errorf("%+v: %s", c, got)
		}
	}
	p, _ := ParseProjection(Group, "members", "")
	got, _ := Render(Group, g.Document(), renderMeta, base, p)
	wantJSON(t, "no members", string(got), `{"schemas":["`+GroupURN+`"],"id":"7f1c","members":[]}`)
}

func TestRenderListAndError(t *testing.T) {
	wantJSON(t, "empty list", string(RenderList(0, 1, nil)), `{"schemas":["`+ListURN+`"],"totalResults":0,"startIndex":1,"itemsPerPage":0,"Resources":[]}`)
	wantJSON(t, "list", string(RenderList(11, 6, [][]byte{[]byte(`{"id":"1"}`), []byte(`{"id":"2"}`)})),
		`{"schemas":["`+ListURN+`"],"totalResults":11,"startIndex":6,"itemsPerPage":2,"Resources":[{"id":"1"},{"id":"2"}]}`)
	wantJSON(t, "error", string(RenderError(409, "uniqueness", "userName \"a\"\n<x> \xff")),
		`{"schemas":["`+ErrorURN+`"],"scimType":"uniqueness","status":"409","detail":"userName \"a\"\n<x> �"}`)
	wantJSON(t, "error without a type", string(RenderError(404, "", "x")), `{"schemas":["`+ErrorURN+`"],"status":"404","detail":"x"}`)
}

func TestETag(t *testing.T) {
	for s, want := range map[string]int64{`W/"3"`: 3, ` "12" `: 12, ETag(1<<62 + 1): 1<<62 + 1} {
		if got, ok := ParseETag(s); got != want || !ok {
			t.Errorf("ParseETag(%s) = %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{``, `*`, `3`, `W/3`, `""`, `"-3"`, `"a"`, `"1","2"`, `w/"3"`, `"99999999999999999999"`} {
		if _, ok := ParseETag(s); ok {
			t.Errorf("ParseETag(%s) is one of ours", s)
		}
	}
	for s, want := range map[string]bool{`*`: true, `W/"3"`: true, `"1", W/"3"`: true, `"1"`: false, ``: false, `"abc", "3"`: true} {
		if got := MatchETag(s, 3); got != want {
			t.Errorf("MatchETag(%s) = %v", s, got)
		}
	}
}
