package target

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

func TestBuiltInTargets(t *testing.T) {
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range all {
		required, matches := 0, []string{}
		for i, a := range slices.Concat(one.Users, one.Groups) {
			if a.Required {
				required++
			}
			if a.Match > 0 {
				matches = append(matches, fmt.Sprintf("%s%d", map[bool]string{true: "u", false: "g"}[i < len(one.Users)], a.Match)+":"+a.Path)
			}
		}
		got = append(got, fmt.Sprintf("%s %s %d+%d by %s; %s; %d required; %v %v %v", one.ID, one.BasePath, len(one.Users), len(one.Groups), one.GroupKey,
			strings.Join(matches, " "), required, one.Exact, one.OneToken, one.Roles))
		if len(one.Steps) < 8 {
			t.Errorf("%s: its tutorial has %d steps", one.ID, len(one.Steps))
		}
	}
	want := []string{
		"generic /scim/v2 22+3 by displayName; u1:userName g1:displayName; 2 required; false false false",
		"evercate /scim 8+2 by displayName; u1:userName g1:displayName; 2 required; false false false",
		"eptura /scim/v1 8+3 by externalId; u1:userName g1:externalId g2:displayName; 8 required; true false false",
		"alvao /scim 22+3 by displayName; u1:userName u2:externalId g1:displayName; 4 required; false false false",
		"envoy /scim/v2 19+3 by displayName; u1:userName g1:displayName; 2 required; false false false",
		"platform /scim 6+2 by displayName; u1:userName g1:displayName; 2 required; false true true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("built in are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOwnFileIsReadStrictly(t *testing.T) {
	const line = `{"path": "userName", "source": "userPrincipalName", "match": 1}`
	whole := func(change func(string) string) string {
		return change(`{"version": 1, "id": "crm", "name": "Our CRM", "basePath": "/crm/scim/", "users": [` + line + `]}`)
	}
	as := func(old, replaced string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, replaced, 1) }
	}
	one, faults := Read([]byte("\uFEFF" + whole(as("", ""))))
	if len(faults) > 0 || one.BasePath != "/crm/scim" || one.GroupKey != GroupsByName || one.Users[0].Kind != KindString || one.Users[0].Apply != ApplyAlways {
		t.Fatalf("read %+v, %v", one, faults)
	}
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"nothing", "", []string{"line 1 is no JSON: unexpected end of JSON input"}},
		{"broken", "{\n\"id\": }", []string{"line 2 is no JSON: invalid character '}' looking for beginning of value"}},
		{"list", "[]", []string{"the file must be an object"}},
		{"empty", "{}", []string{"version is missing", "id is missing", "name is missing", "basePath is missing", "users is missing"}},
		{"unknown key", whole(as(`"id"`, `"colour": 1, "id"`)), []string{"colour is unknown"}},
		{"twice", whole(as(`"id": "crm"`, `"id": "crm", "id": "crm"`)), []string{"id stands there twice"}},
		{"null", whole(as(`"crm"`, `null`)), []string{"id must not be null"}},
		{"version", whole(as(`1`, `2`)), []string{"version must be 1"}},
		{"id", whole(as(`"crm"`, `"C r m"`)), []string{"id must be lower-case letters, digits and dashes, at most 40"}},
		{"types at once", whole(as(`"id": "crm", "name": "Our CRM"`, `"id": 7, "name": false, "oneToken": "yes", "steps": "all"`)),
			[]string{"id must be a text", "name must be a text", "oneToken must be true or false", "steps must be a list of texts"}},
		{"endpoint", whole(as(`/crm/scim/`, `/scim/Users`)), []string{"basePath must be a path"}},
		{"root", whole(as(`/crm/scim/`, `/`)), []string{"basePath must be a path"}},
		{"escape", whole(as(`/crm/scim/`, `/crm/../scim`)), []string{"basePath must be a path"}},
		{"step", whole(as(`"users"`, `"steps": ["app", "dance", "app"], "users"`)), []string{`steps[2]: "dance" is unknown`, `steps[3]: "app" stands there twice`}},
		{"line unknown", whole(as(`"match": 1`, `"match": 1, "color": 2`)), []string{"users[1].color is unknown"}},
		{"line path", whole(as(`"userName"`, `"emails[type eq"`)), []string{"users[1].path must be the path", "users must have a line for userName"}},
		{"line own", whole(as(line, line+`, {"path": "meta.created", "source": "x"}`)), []string{"users[2].path: meta.created is the server's own"}},
		{"line twice", whole(as(line, line+`, {"path": "USERNAME", "source": "mail", "match": 1}`)), []string{`users[2].path: "userName" stands there twice`, "users[2].match: 1 stands there twice"}},
		{"no match", whole(as(`, "match": 1`, ``)), []string{"users must have a line with match 1"}},
		{"choices", whole(as(`"match": 1`, `"match": 1, "kind": "date", "apply": "never", "rule": "iban", "note": "x"`)),
			[]string{`users[1].kind: "date" is unknown`, `users[1].apply: "never" is unknown`, `users[1].rule: "iban" is unknown`, `users[1].note: "x" is unknown`}},
		{"two lines of text", whole(as(`Our CRM`, `Our\nCRM`)), []string{"name must be a text of at most 100 bytes on one line"}},
		{"too many", whole(as(line, strings.Repeat(line+",", lineLimit)+line)), []string{"users has 201 lines, and 200 are allowed"}},
		{"too large", strings.Repeat(" ", SizeLimit+1), []string{"the file is larger than 256 KiB"}},
	} {
		_, faults := Read([]byte(c.file))
		if len(faults) != len(c.want) {
			t.Errorf("%s: %q, want %q", c.name, faults, c.want)
			continue
		}
		for i, f := range faults {
			if !strings.HasPrefix(f, c.want[i]) {
				t.Errorf("%s: %q, want %q", c.name, f, c.want[i])
			}
		}
	}
}

// TestACopyIsAnOwnFile says the same under another name, and can be read.
func TestACopyIsAnOwnFile(t *testing.T) {
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		text, err := one.Copy("ours", "Ours & <theirs>")
		if err != nil {
			t.Fatal(err)
		}
		own, faults := Read(text)
		if len(faults) > 0 {
			t.Fatalf("%s: %v\n%s", one.ID, faults, text)
		}
		if own.ID != "ours" || own.Name != "Ours & <theirs>" {
			t.Errorf("the copy is %s, %s", own.ID, own.Name)
		}
		own.ID, own.Name, own.text = one.ID, one.Name, one.text
		if !reflect.DeepEqual(own, one) {
			t.Errorf("%s: the copy says %+v, want %+v", one.ID, own, one)
		}
	}
}

func FuzzRead(f *testing.F) {
	all, err := BuiltIn()
	if err != nil {
		f.Fatal(err)
	}
	for _, one := range all {
		f.Add(one.Text())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		one, faults := Read(text)
		if (one == nil) != (len(faults) > 0) {
			t.Fatalf("%v and %v", one, faults)
		}
		if one == nil {
			return
		}
		for _, kind := range []*scim.ResourceType{scim.User, scim.Group} {
			if _, err := one.Judge(kind); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestPhones(t *testing.T) {
	for _, c := range []struct{ number, country, normal string }{
		{"tel:+49-30-1234567", "", "ok"},
		{"TEL:+1.425.555(0100)", "", "ok"},
		{"tel:+49-30-1234567;ext=12", "", "ok"},
		{"tel:7042;phone-context=contoso.example", "", "ok"},
		{"tel:7042", "", ""},
		{"tel:+", "", ""},
		{"tel:+49 30 1234567", "", "tel:+49-30-1234567"},
		{"+49 30 1234567", "", "tel:+49-30-1234567"},
		{"+49 (0)30 1234567", "", "tel:+49-30-1234567"},
		{"030 1234567", "de", "tel:+49-30-1234567"},
		{"030 1234567", "", ""},
		{"030 1234567", "Deutschland", ""},
		{"+1 425 555 0100 x12", "US", "tel:+1-425-555-0100;ext=12"},
		{"on request", "DE", ""},
		{"tel:+49-30-1;=x", "", ""},
	} {
		got := "ok"
		if !isTelURI(c.number) {
			got = telURI(c.number, c.country)
		}
		if got != c.normal {
			t.Errorf("%q in %q is %q, want %q", c.number, c.country, got, c.normal)
		}
	}
}

func TestJudge(t *testing.T) {
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	eptura := all[2]
	j, err := eptura.Judge(scim.User)
	if err != nil {
		t.Fatal(err)
	}
	r, err := scim.ParseResource(scim.User, []byte(`{"userName": "anna.berg@contoso.example", "externalId": "7", "title": "Head", "department": "Sales",
		"name": {"givenName": "Anna", "familyName": " "}, "emails": [{"type": "work", "value": "anna.berg@contoso.example", "primary": true}, {"type": "home", "value": "a@b.example"}],
		"addresses": [{"type": "work", "country": "DE"}],
		"phoneNumbers": [{"type": "work", "value": "030 1234567"}, {"type": "mobile", "value": "tel:+49-170-1234567"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "9"}},
		"urn:contoso:User": {"badge": {"no": 3}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := j.Has(r, false); !slices.Equal(got, []bool{true, true, true, true, false, true, true, true}) {
		t.Errorf("has %v", got)
	}
	if got, want := j.Faults(r), []Fault{
		{Line: 4, Path: "name.familyName", Rule: RuleRequired},
		{Line: 6, Path: `phoneNumbers[type eq "work"].value`, Value: "030 1234567", Normal: "tel:+49-30-1234567", Rule: RulePhone},
	}; !slices.Equal(got, want) {
		t.Errorf("faults are %v, want %v", got, want)
	}
	if got, want := j.Unmapped(r), []string{`addresses[type eq "work"].country`, "department", `emails[type eq "home"].value`, "title",
		"urn:contoso:User:badge.no", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"}; !slices.Equal(got, want) {
		t.Errorf("unmapped are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	alvao, err := all[3].Judge(scim.User)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := alvao.Unmapped(r), []string{"department", `emails[type eq "home"].value`, "urn:contoso:User:badge.no"}; !slices.Equal(got, want) {
		t.Errorf("ALVAO does not list %v, want %v", got, want)
	}
}

func TestPageIsEscapedAndWhole(t *testing.T) {
	one, faults := Read([]byte(`{"version": 1, "id": "crm", "name": "<b>CRM</b>", "basePath": "/crm", "exact": true, "groups": [],
		"users": [{"path": "userName", "source": "Replace([mail], \"<script>\", , , \"&\", , )", "match": 1, "required": true, "apply": "only-on-create", "note": "whole-email"}]}`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, isGerman := range []bool{false, true} {
		var page, text strings.Builder
		p := Page{Target: one, Address: "https://desk.contoso.example/crm", German: isGerman}
		if err := p.HTML(&page); err != nil {
			t.Fatal(err)
		}
		if err := p.Text(&text); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"&lt;script&gt;", "&lt;b&gt;CRM&lt;/b&gt;", "https://desk.contoso.example/crm", "userName", p.words().Once, p.words().Exact} {
			if !strings.Contains(page.String(), part) {
				t.Errorf("the page lacks %s", part)
			}
		}
		for _, part := range []string{"<script", "<b>", "src=", "href="} {
			if strings.Contains(page.String(), part) {
				t.Errorf("the page has %s", part)
			}
		}
		if got := text.String(); !strings.Contains(got, `Replace([mail], "<script>", , , "&", , )  userName`) || strings.Contains(got, " \n") {
			t.Errorf("the text is\n%s", got)
		}
		for _, code := range Notes() {
			if p.words().Notes[code] == "" {
				t.Errorf("note %s has no sentence", code)
			}
		}
	}
}
