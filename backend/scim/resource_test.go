package scim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	ent  = `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
	acme = `"urn:ietf:params:scim:schemas:extension:Acme:2.0:User"`
)

// TestParseResource has what a person's document keeps of what was sent, beside userName and active.
func TestParseResource(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"names in other case", `"DisplayName":"Ada","NAME":{"GivenName":"Ada"},"EMails":[{"VALUE":"a@b","Type":"work"}]`,
			`{"displayName":"Ada","name":{"givenName":"Ada"},"emails":[{"value":"a@b","type":"work"}]}`},
		{"nulls", `"displayName":null,"name":{"givenName":null,"familyName":"R"},"addresses":null,"emails":[null,{"value":"x","type":null}]`,
			`{"name":{"familyName":"R"},"emails":[{"value":"x"}]}`},
		{"empty values", `"nickName":"","roles":[],"name":{},"phoneNumbers":[{"type":"work","value":""}],` + ent + `:{}`, `{}`},
		{"server's own", `"id":"7","meta":{"resourceType":"User"},"groups":[{"value":"g"}]`, `{}`},
		{"password", `"password":"Secret-1"`, `{}`},
		{"as it was sent", `"displayName":" Ada  \u0042erg ","phoneNumbers":[{"value":"+34 (911) 000-000"}],"x":1.50,"y":1e3`,
			`{"displayName":" Ada  Berg ","phoneNumbers":[{"value":"+34 (911) 000-000"}],"x":1.50,"y":1e3}`},
		{"unknown attributes", `"favourite":{"Colour":"red","list":[1,"a",{"b":null,"c":""}],"empty":{}},"shoe size":44`,
			`{"favourite":{"Colour":"red","list":[1,"a",{"c":""}],"empty":{}},"shoe size":44}`},
		{"unknown lists", `"tags":["a",null,""],"none":[null]`, `{"tags":["a",""]}`},
		{"unknown sub-attributes", `"name":{"nick":"A"},"emails":[{"value":"x","verified":true}]`,
			`{"name":{"nick":"A"},"emails":[{"value":"x","verified":true}]}`},
		{"enterprise", strings.ToUpper(ent) + `:{"Department":"Audit"}`, `{` + ent + `:{"department":"Audit"}}`},
		{"malformed enterprise as a key", `"urn:ietf:params:scim:schemas:extension:enterprise:2.0User":{"department":"Audit"}`, `{` + ent + `:{"department":"Audit"}}`},
		{"core URN as a key", `"urn:ietf:params:scim:schemas:core:2.0:User":{"title":"Dr"}`, `{"title":"Dr"}`},
		{"own extension", acme + `:{"badge":"7","Nested":{"a":[1]}}`, `{` + acme + `:{"badge":"7","Nested":{"a":[1]}}}`},
		{"extension without a version", `"urn:acme:people":{"badge":"7"}`, `{"urn:acme:people":{"badge":"7"}}`},
		{"dotted names", `"name.givenName":"Ada","name.familyName":"Berg"`, `{"name":{"givenName":"Ada","familyName":"Berg"}}`},
		{"URN before the name", `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber":"7"`, `{` + ent + `:{"employeeNumber":"7"}}`},
		{"manager without its URN", `"manager":"m-1"`, `{` + ent + `:{"manager":{"value":"m-1"}}}`},
		{"manager null, and in its place", `"manager":null,` + ent + `:{"manager":{"value":"m-1","displayName":"Boss"}}`, `{` + ent + `:{"manager":{"value":"m-1"}}}`},
		{"manager in an array", ent + `:{"manager":[{"$ref":"https://x.example/Users/m","value":"m"}]}`, `{` + ent + `:{"manager":{"value":"m","$ref":"https://x.example/Users/m"}}}`},
		{"manager empty", ent + `:{"manager":{"value":""},"department":"D"}`, `{` + ent + `:{"department":"D"}}`},
		{"one value alone", `"emails":{"value":"x","type":"work"}`, `{"emails":[{"value":"x","type":"work"}]}`},
		{"bare values", `"emails":["a@b","c@d"]`, `{"emails":[{"value":"a@b"},{"value":"c@d"}]}`},
		{"a bare value alone", `"emails":"a@b"`, `{"emails":[{"value":"a@b"}]}`},
		{"one object in an array", `"name":[{"givenName":"Ada"}]`, `{"name":{"givenName":"Ada"}}`},
		{"primary as text", `"roles":[{"primary":"True","display":"d","value":"v","type":"t"}]`, `{"roles":[{"primary":true,"display":"d","value":"v","type":"t"}]}`},
		{"primary of an address", `"addresses":[{"type":"work","primary":"false","formatted":"x"}]`, `{"addresses":[{"type":"work","primary":false,"formatted":"x"}]}`},
		{"two primaries", `"emails":[{"value":"a"},{"value":"b","primary":true},{"value":"c","primary":true}]`,
			`{"emails":[{"value":"a"},{"value":"b","primary":true},{"value":"c","primary":false}]}`},
		{"role as JSON in text", `"roles":[{"value":"{\"id\":\"r1\",\"value\":\"admin\",\"displayName\":\"Admin\"}"}]`, `{"roles":[{"id":"r1","value":"admin","display":"Admin"}]}`},
		{"role as JSON alone", `"roles":["{\"value\":\"admin\",\"displayName\":\"Admin\",\"display\":null}"]`, `{"roles":[{"value":"admin","display":"Admin"}]}`},
		{"role that only looks like JSON", `"roles":[{"value":"{admin"}]`, `{"roles":[{"value":"{admin"}]}`},
		{"type True of a role", `"roles":[{"type":"True","value":"x","primary":true}]`, `{"roles":[{"type":"True","value":"x","primary":true}]}`},
		{"unknown type", `"phoneNumbers":[{"type":"boat","value":"1"}]`, `{"phoneNumbers":[{"type":"boat","value":"1"}]}`},
		{"certificate", `"x509Certificates":[{"value":"MIIB"}]`, `{"x509Certificates":[{"value":"MIIB"}]}`},
		{"value path as a key", `"emails[type eq \"work\"].value":"a@b"`, `{"emails":[{"type":"work","value":"a@b"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := user(t, `{"userName":"ada@contoso.example",`+c.body+`}`)
			wantJSON(t, "document", attrs(r), c.want)
			wantStable(t, r)
		})
	}
}

func TestActiveOfANewPerson(t *testing.T) {
	for body, want := range map[string]bool{
		`{"userName":"a"}`:                  true,
		`{"userName":"a","active":null}`:    true,
		`{"userName":"a","active":true}`:    true,
		`{"userName":"a","active":false}`:   false,
		`{"userName":"a","Active":"False"}`: false,
		`{"userName":"a","active":"tRUE"}`:  true,
	} {
		if got, ok := user(t, body).Active(); got != want || !ok {
			t.Errorf("%s: active = %v, %v, want %v", body, got, ok, want)
		}
	}
	if _, ok := parse(t, Group, `{"displayName":"G"}`).Active(); ok {
		t.Error("a group is active")
	}
}

func TestReplacementKeepsActive(t *testing.T) {
	now := user(t, `{"userName":"a","title":"T","active":false}`)
	sent, err := ParseReplacement(User, []byte(`{"userName":"b","nickName":"n"}`))
	if err != nil {
		t.Fatal(err)
	}
	now.ReplaceWith(sent)
	wantJSON(t, "replaced", string(now.Document()), `{"schemas":["`+UserURN+`"],"userName":"b","nickName":"n","active":false}`)
	sent, _ = ParseReplacement(User, []byte(`{"userName":"b","active":"True"}`))
	now.ReplaceWith(sent)
	if on, _ := now.Active(); !on {
		t.Error("a PUT with active does not set it")
	}
	now.Attrs["userName"] = "other"
	if sent.UserName() != "b" {
		t.Error("the resource shares its attributes with what was sent")
	}
}

func TestSchemasOfADocument(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"none sent", `{"userName":"a"}`, []string{UserURN}},
		{"sent without values", `{"schemas":["` + EnterpriseURN + `"],"userName":"a"}`, []string{UserURN, EnterpriseURN}},
		{"values without being sent", `{"userName":"a",` + ent + `:{"department":"D"}}`, []string{UserURN, EnterpriseURN}},
		{"malformed", `{"schemas":["urn:ietf:params:scim:schemas:extension:enterprise:2.0User","` + UserURN + `"],"userName":"a"}`, []string{UserURN, EnterpriseURN}},
		{"unknown without values", `{"schemas":["urn:x:y:2.0:User","http://schemas.example/Group",null],"userName":"a"}`, []string{UserURN}},
		{"unknown with values", `{"userName":"a","urn:x:z:2.0:User":{"a":1},"urn:x:b:2.0:User":{"a":1},"manager":"m"}`,
			[]string{UserURN, EnterpriseURN, "urn:x:b:2.0:User", "urn:x:z:2.0:User"}},
		{"other case", `{"SCHEMAS":["` + strings.ToUpper(EnterpriseURN) + `"],"userName":"a"}`, []string{UserURN, EnterpriseURN}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := user(t, c.body)
			var got []string
			for _, v := range r.Attrs["schemas"].([]any) {
				got = append(got, v.(string))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("schemas = %q, want %q", got, c.want)
			}
			wantStable(t, r)
		})
	}
	r := parse(t, Group, `{"schemas":["`+GroupURN+`","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"displayName":"G"}`)
	wantJSON(t, "group", string(r.Document()), `{"schemas":["`+GroupURN+`"],"displayName":"G"}`)
}

func TestParseResourceRefuses(t *testing.T) {
	long := strings.Repeat("x", maxNameText+1)
	deep := strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40)
	for _, c := range []struct {
		name, body string
		kind       Kind
		names      string
	}{
		{"nothing", ``, InvalidSyntax, "offset 0"},
		{"half", `{"userName":"a"`, InvalidSyntax, "offset 15"},
		{"rest", `{"userName":"a"} x`, InvalidSyntax, "offset 17"},
		{"array", `[]`, InvalidSyntax, "not an array"},
		{"not UTF-8", "{\"userName\":\"a\xff\"}", InvalidSyntax, "UTF-8"},
		{"twice", `{"userName":"a","USERNAME":"b"}`, InvalidSyntax, "userName"},
		{"twice inside", `{"userName":"a","x":[{"Y":1,"y":2}]}`, InvalidSyntax, "twice"},
		{"too deep", `{"userName":"a","x":` + deep + `}`, InvalidSyntax, "32 deep"},
		{"U+0000", `{"userName":"a\u0000"}`, InvalidSyntax, "U+0000"},
		{"half a pair", `{"userName":"a\ud800"}`, InvalidSyntax, "surrogate"},
		{"schemas", `{"schemas":"x","userName":"a"}`, InvalidValue, "schemas must be an array of strings, not a string"},
		{"schemas of numbers", `{"schemas":[1],"userName":"a"}`, InvalidValue, "schemas"},
		{"no userName", `{"displayName":"a"}`, InvalidValue, "userName"},
		{"null userName", `{"userName":null}`, InvalidValue, "userName"},
		{"empty userName", `{"userName":""}`, InvalidValue, "userName"},
		{"blank userName", `{"userName":" \t "}`, InvalidValue, "userName"},
		{"number for text", `{"userName":"a","displayName":7}`, InvalidValue, "displayName must be a string, not a number"},
		{"array for text", `{"userName":"a","title":["x"]}`, InvalidValue, "title must be a string, not an array"},
		{"object for text", `{"userName":"a","name":{"givenName":{}}}`, InvalidValue, "name.givenName must be a string, not an object"},
		{"text for an object", `{"userName":"a","name":"Ada"}`, InvalidValue, "name must be an object, not a string"},
		{"text for an address", `{"userName":"a","addresses":[7]}`, InvalidValue, "addresses"},
		{"two for one", `{"userName":"a","name":[{"givenName":"x"},{"givenName":"y"}]}`, InvalidValue, "name"},
		{"word for a boolean", `{"userName":"a","active":"perhaps"}`, InvalidValue, `active must be a boolean, not "perhaps"`},
		{"number for a boolean", `{"userName":"a","active":1}`, InvalidValue, "active must be a boolean, not a number"},
		{"number for an element's text", `{"userName":"a","emails":[{"value":7}]}`, InvalidValue, "emails.value must be a string, not a number"},
		{"text for an extension", `{"userName":"a",` + ent + `:"x"}`, InvalidValue, "enterprise"},
		{"long userName", `{"userName":"` + long + `"}`, InvalidValue, "userName is longer than 1024"},
		{"long displayName", `{"userName":"a","displayName":"` + long + `"}`, InvalidValue, "displayName"},
		{"broken value path", `{"userName":"a","emails[type":"x"}`, InvalidPath, "emails[type"},
		{"sub-attribute of text", `{"userName":"a","title.x":"y"}`, InvalidPath, "title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseResource(User, []byte(c.body))
			wantError(t, err, c.kind, c.names)
		})
	}
	_, err := ParseResource(Group, []byte(`{"displayName":" "}`))
	wantError(t, err, InvalidValue, "displayName")
	if _, err := ParseResource(User, []byte(`{"userName":"`+strings.Repeat("é", maxNameText)+`"}`)); err != nil {
		t.Errorf("a name of %d characters is refused: %v", maxNameText, err)
	}
}

func TestMembersOfANewGroup(t *testing.T) {
	for _, c := range []struct {
		members string
		want    []Member
	}{
		{`[]`, []Member{}},
		{`null`, nil},
		{`["u1"]`, []Member{{Value: "u1"}}},
		{`{"value":"u1"}`, []Member{{Value: "u1"}}},
		{`[{"value":"u1","$ref":null},{"Value":"u2","TYPE":"user","display":"Two"},{"value":"u1"},null]`,
			[]Member{{Value: "u1"}, {Value: "u2", Type: "User", Display: "Two"}}},
		{`[{"value":"g1","$ref":"https://x.example/scim/v2/Groups/g1"},{"value":"u","$ref":"../Users/u"}]`,
			[]Member{{Value: "g1", Type: "Group"}, {Value: "u", Type: "User"}}},
	} {
		r := parse(t, Group, `{"displayName":"G","members":`+c.members+`}`)
		if !slices.Equal(r.Members, c.want) || (r.Members == nil) != (c.want == nil) {
			t.Errorf("%s: members = %#v, want %#v", c.members, r.Members, c.want)
		}
		if _, ok := r.Attrs["members"]; ok {
			t.Errorf("%s: members stand in the document", c.members)
		}
	}
	for _, bad := range []string{`[{"value":""}]`, `[" "]`, `[{"display":"x"}]`, `[7]`, `[[{"value":"u"}]]`, `[{"value":7}]`, `true`} {
		_, err := ParseResource(Group, []byte(`{"displayName":"G","members":`+bad+`}`))
		wantError(t, err, InvalidValue, "members")
	}
}

func TestGet(t *testing.T) {
	r := user(t, `{"userName":"a","name":{"givenName":"Ada"},"manager":"m","emails":[{"type":"home"},{"type":"home","value":"h"},{"type":"work","value":"w"}],`+acme+`:{"badge":"7"}}`)
	for path, want := range map[string]any{
		"USERNAME":                          "a",
		"name.givenname":                    "Ada",
		"name.middleName":                   nil,
		"manager.value":                     "m",
		`emails[type eq "work"].value`:      "w",
		`emails[type eq "home"].value`:      "h",
		`emails[type eq "other"].value`:     nil,
		"emails.value":                      "h",
		"title":                             nil,
		strings.Trim(acme, `"`) + ":badge":  "7",
		strings.Trim(acme, `"`) + ":nobody": nil,
		EnterpriseURN + ":department":       nil,
	} {
		p, err := ParsePath(User, path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if got := r.Get(p); got != want {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
}

func TestDocumentOrder(t *testing.T) {
	r := user(t, `{"zzz":1,"aaa":2,"urn:x:y:2.0:User":{"b":1,"a":2},`+ent+`:{"manager":{"$ref":"r","value":"v"},"costCenter":"c"},"emails":[{"type":"work","value":"<a&b>\u2028"}],"userName":"u","externalId":"e"}`)
	want := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:x:y:2.0:User"],` +
		`"externalId":"e","userName":"u","active":true,"emails":[{"value":"<a&b>` + "\u2028" + `","type":"work"}],` +
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"c","manager":{"value":"v","$ref":"r"}},` +
		`"aaa":2,"urn:x:y:2.0:User":{"a":2,"b":1},"zzz":1}`
	if got := string(r.Document()); got != want {
		t.Errorf("document\n got %s\nwant %s", got, want)
	}
}

func TestAccessors(t *testing.T) {
	r := user(t, `{"userName":"Ada@X","displayName":"Ada","externalId":"E","emails":[{"value":"b"},{"type":"work"},{"value":"a"}]}`)
	if got := fmt.Sprintln(r.UserName(), r.DisplayName(), r.ExternalID(), r.Emails()); got != "Ada@X Ada E [b a]\n" {
		t.Errorf("accessors give %s", got)
	}
	c := r.Clone()
	c.Attrs["emails"].([]any)[0].(map[string]any)["value"] = "other"
	if r.Emails()[0] != "b" {
		t.Error("a clone shares values")
	}
}
