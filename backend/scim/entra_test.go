package scim

import (
	"slices"
	"strings"
	"testing"
)

// TestEntraPatches has each shape in which Entra, its validators and Microsoft's samples change a person.
func TestEntraPatches(t *testing.T) {
	const e = EnterpriseURN
	full := `"displayName":"Ana Ruiz","name":{"givenName":"Ana","familyName":"Ruiz"},"emails":[{"primary":true,"type":"work","value":"ana@contoso.example"}],` +
		ent + `:{"employeeNumber":"1042","manager":{"value":"m-1"}}`
	for _, c := range []struct{ name, before, ops, want string }{
		{"flag off, several operations", full,
			`{"op":"Replace","path":"displayName","value":"Ana R."},
			 {"op":"Replace","path":"emails[type eq \"work\"].value","value":"ana.r@contoso.example"},
			 {"op":"Replace","path":"name.familyName","value":"Ruiz-Gil"},
			 {"op":"Add","path":"` + e + `:department","value":"Audit"},
			 {"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+34 611 111 111"}`,
			`{"displayName":"Ana R.","name":{"givenName":"Ana","familyName":"Ruiz-Gil"},"emails":[{"primary":true,"type":"work","value":"ana.r@contoso.example"}],
			  "phoneNumbers":[{"type":"mobile","value":"+34 611 111 111"}],` + ent + `:{"employeeNumber":"1042","department":"Audit","manager":{"value":"m-1"}}}`},
		{"flag on, one without a path", full,
			`{"op":"replace","path":"emails[type eq \"work\"].value","value":"ana.r@contoso.example"},
			 {"op":"replace","value":{"displayName":"Ana R.","name.familyName":"Ruiz-Gil","externalId":"ana","` + e + `:employeeNumber":"1043"}}`,
			`{"externalId":"ana","displayName":"Ana R.","name":{"givenName":"Ana","familyName":"Ruiz-Gil"},"emails":[{"primary":true,"type":"work","value":"ana.r@contoso.example"}],` +
				ent + `:{"employeeNumber":"1043","manager":{"value":"m-1"}}}`},
		{"add without a path", ``, `{"op":"add","value":{"name.givenName":"A","name.familyName":"B","` + e + `:department":"D","` + e + `:manager":"m"}}`,
			`{"name":{"givenName":"A","familyName":"B"},` + ent + `:{"department":"D","manager":{"value":"m"}}}`},
		{"value path as a key", ``, `{"op":"replace","value":{"emails[type eq \"work\"].value":"w","addresses[type eq \"work\"].locality":"M","roles[primary eq \"True\"].value":"r"}}`,
			`{"emails":[{"type":"work","value":"w"}],"addresses":[{"type":"work","locality":"M"}],"roles":[{"primary":true,"value":"r"}]}`},
		{"names in Pascal case", ``, `{"OP":"Replace","PATH":"DisplayName","VALUE":"A"},{"op":"Replace","value":{"Name.GivenName":"B"}}`, `{"displayName":"A","name":{"givenName":"B"}}`},
		{"manager as documented", ``, `{"op":"Add","path":"manager","value":[{"$ref":"https://contoso.example/scim/Users/m","value":"m"}]}`, `{` + ent + `:{"manager":{"value":"m","$ref":"https://contoso.example/scim/Users/m"}}}`},
		{"manager as text", ``, `{"op":"Add","path":"` + e + `:manager","value":"m"}`, `{` + ent + `:{"manager":{"value":"m"}}}`},
		{"manager as an object", full, `{"op":"replace","path":"` + e + `:manager","value":{"value":"m-2"}}`, `{` + full[:strings.Index(full, `"manager"`)] + `"manager":{"value":"m-2"}}}`},
		{"manager by its value", ``, `{"op":"add","path":"` + e + `:manager.value","value":"m"}`, `{` + ent + `:{"manager":{"value":"m"}}}`},
		{"manager at the top of an object", ``, `{"op":"replace","value":{"manager":{"value":"m"}}}`, `{` + ent + `:{"manager":{"value":"m"}}}`},
		{"manager cleared by text", ent + `:{"manager":{"value":"m"}}`, `{"op":"replace","path":"` + e + `:manager","value":""}`, `{}`},
		{"manager cleared by null", ent + `:{"manager":{"value":"m"}}`, `{"op":"replace","path":"` + e + `:manager","value":null}`, `{}`},
		{"manager cleared by an object", ent + `:{"manager":{"value":"m"},"department":"D"}`, `{"op":"replace","path":"` + e + `:manager","value":{"value":""}}`, `{` + ent + `:{"department":"D"}}`},
		{"manager cleared with its reference", ent + `:{"manager":{"value":"m","$ref":"../Users/m"}}`, `{"op":"replace","path":"manager","value":{"value":""}}`, `{}`},
		{"manager cleared by its value", ent + `:{"manager":{"value":"m","$ref":"../Users/m"}}`, `{"op":"remove","path":"` + e + `:manager.value"}`, `{}`},
		{"manager cleared by an array", ent + `:{"manager":{"value":"m"}}`, `{"op":"replace","path":"manager","value":[]}`, `{}`},
		{"manager cleared by a key", ent + `:{"manager":{"value":"m"}}`, `{"op":"replace","value":{"` + e + `:manager":""}}`, `{}`},
		{"manager removed", ent + `:{"manager":{"value":"m"}}`, `{"op":"Remove","path":"` + e + `:manager"}`, `{}`},
		{"manager removed with a value", ent + `:{"manager":{"value":"m"}}`, `{"op":"Remove","path":"manager","value":[{"value":"m"}]}`, `{}`},
		{"role as JSON in text", ``, `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"r\",\"value\":\"admin\",\"displayName\":\"Admin\"}"}]}`, `{"roles":[{"id":"r","value":"admin","display":"Admin"}]}`},
		{"role as JSON in text, again", `"roles":[{"id":"r","value":"admin","display":"Admin"}]`, `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"r\",\"value\":\"admin\",\"displayName\":\"Admin\"}"}]}`, `{"roles":[{"id":"r","value":"admin","display":"Admin"}]}`},
		{"roles, the whole array", `"roles":[{"value":"old"}]`, `{"op":"replace","path":"roles","value":[{"primary":"False","type":"WindowsAzureActiveDirectoryRole","display":"Admin","value":"admin"}]}`,
			`{"roles":[{"primary":false,"type":"WindowsAzureActiveDirectoryRole","display":"Admin","value":"admin"}]}`},
		{"role by its primary", `"roles":[{"primary":true,"value":"a","display":"A"},{"value":"b"}]`, `{"op":"replace","path":"roles[primary eq \"True\"].value","value":"c"}`, `{"roles":[{"primary":true,"value":"c","display":"A"},{"value":"b"}]}`},
		{"own attribute with several values", acme + `:{"skills":[{"value":"a"}]}`, `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:Acme:2.0:User:skills","value":[{"value":"b"}]}`, `{` + acme + `:{"skills":[{"value":"a"},{"value":"b"}]}}`},
		{"null in a value path", `"emails":[{"type":"work","value":"w","primary":true},{"type":"home","value":"h"}]`, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":null}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"several ways to clear", `"title":"T","nickName":"N","name":{"givenName":"A"},"emails":[{"value":"a"}]`,
			`{"op":"replace","path":"title","value":""},{"op":"replace","path":"nickName","value":null},{"op":"replace","path":"name.givenName","value":""},{"op":"replace","path":"emails","value":""}`, `{}`},
		{"exactly the text", ``, `{"op":"replace","path":"timezone","value":"upd-8f2k"},{"op":"replace","path":"locale","value":"2026-02-03T04:05:06.7Z"},{"op":"replace","path":"userType","value":" x "}`,
			`{"timezone":"upd-8f2k","locale":"2026-02-03T04:05:06.7Z","userType":" x "}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := `{"userName":"ana@contoso.example"`
			if c.before != "" {
				body += "," + c.before
			}
			r := user(t, body+"}")
			if err := patched(t, r, c.ops); err != nil {
				t.Fatal(err)
			}
			wantJSON(t, "document", attrs(r), c.want)
		})
	}
}

func TestEntraDisables(t *testing.T) {
	for _, c := range []struct {
		op   string
		want bool
	}{
		{`{"op":"Replace","path":"active","value":"False"}`, false},
		{`{"op":"Replace","path":"active","value":"True"}`, true},
		{`{"op":"replace","path":"active","value":false}`, false},
		{`{"op":"Add","path":"active","value":"false"}`, false},
		{`{"op":"replace","value":{"active":false}}`, false},
		{`{"op":"replace","value":{"Active":"FALSE"}}`, false},
		{`{"op":"replace","path":"` + UserURN + `:active","value":"False"}`, false},
	} {
		r := user(t, `{"userName":"a"}`)
		if err := patched(t, r, c.op); err != nil {
			t.Errorf("%s: %v", c.op, err)
		}
		if got, ok := r.Active(); got != c.want || !ok {
			t.Errorf("%s: active = %v, %v, want %v", c.op, got, ok, c.want)
		}
	}
	r := user(t, `{"userName":"a"}`)
	if err := patched(t, r, `{"op":"replace","path":"active","value":null}`); err != nil {
		t.Error(err)
	}
	if _, ok := r.Active(); ok {
		t.Error("active is there after it was cleared")
	}
}

// TestValidatorAdds is the validator's test that adds every attribute to a person who has a userName only, one operation
// each, in its order.
func TestValidatorAdds(t *testing.T) {
	var ops []string
	add := func(path, value string) {
		ops = append(ops, `{"op":"add","path":"`+strings.ReplaceAll(path, `"`, `\"`)+`","value":`+value+`}`)
	}
	add("active", "true")
	for _, name := range []string{"displayName", "title", "preferredLanguage", "userType", "nickName", "locale", "timezone", "profileUrl",
		"name.givenName", "name.familyName", "name.formatted", "name.middleName", "name.honorificPrefix", "name.honorificSuffix"} {
		add(name, `"`+name+`"`)
	}
	add(`emails[type eq "work"].value`, `"w@contoso.example"`)
	add(`emails[type eq "work"].primary`, "true")
	for _, line := range []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country"} {
		add(`addresses[type eq "work"].`+line, `"`+line+`"`)
	}
	add(`addresses[type eq "work"].primary`, "true")
	for _, kind := range []string{"work", "mobile", "fax"} {
		add(`phoneNumbers[type eq "`+kind+`"].value`, `"`+kind+`"`)
	}
	add(`phoneNumbers[type eq "work"].primary`, `"True"`)
	for _, name := range []string{"employeeNumber", "department", "costCenter", "organization", "division"} {
		add(EnterpriseURN+":"+name, `"`+name+`"`)
	}
	add(EnterpriseURN+":manager", `{"value":"m"}`)
	for _, name := range []string{"display", "value", "type"} {
		add(`roles[primary eq "True"].`+name, `"`+name+`"`)
	}
	r := user(t, `{"schemas":["`+UserURN+`"],"userName":"a"}`)
	if err := patched(t, r, strings.Join(ops, ",")); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "document", string(r.Document()), `{"schemas":["`+UserURN+`","`+EnterpriseURN+`"],"userName":"a","active":true,
		"displayName":"displayName","title":"title","preferredLanguage":"preferredLanguage","userType":"userType","nickName":"nickName","locale":"locale",
		"timezone":"timezone","profileUrl":"profileUrl",
		"name":{"givenName":"name.givenName","familyName":"name.familyName","formatted":"name.formatted","middleName":"name.middleName","honorificPrefix":"name.honorificPrefix","honorificSuffix":"name.honorificSuffix"},
		"emails":[{"type":"work","value":"w@contoso.example","primary":true}],
		"addresses":[{"type":"work","formatted":"formatted","streetAddress":"streetAddress","locality":"locality","region":"region","postalCode":"postalCode","country":"country","primary":true}],
		"phoneNumbers":[{"type":"work","value":"work","primary":true},{"type":"mobile","value":"mobile"},{"type":"fax","value":"fax"}],
		"roles":[{"primary":true,"display":"display","value":"value","type":"type"}],
		`+ent+`:{"employeeNumber":"employeeNumber","department":"department","costCenter":"costCenter","organization":"organization","division":"division","manager":{"value":"m"}}}`)
}

// TestEntraMembers has each shape in which members of a group change.
func TestEntraMembers(t *testing.T) {
	type want struct {
		kind  MemberOpKind
		ids   string
		where string
	}
	for _, c := range []struct {
		name, ops string
		want      []want
	}{
		{"add", `{"op":"Add","path":"members","value":[{"$ref":null,"value":"u1"}]}`, []want{{AddMembers, "u1", ""}}},
		{"remove with values", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u1"},{"value":"u2"}]}`, []want{{RemoveMembers, "u1 u2", ""}}},
		{"remove by a path", `{"op":"remove","path":"members[value eq \"u1\"]"}`, []want{{RemoveMembers, "u1", ""}}},
		{"remove by a path with a value", `{"op":"remove","path":"members[value eq \"u1\"]","value":[{"value":"u2"}]}`, []want{{RemoveMembers, "u1", ""}}},
		{"remove by a path, unquoted", `{"op":"remove","path":"MEMBERS[Value EQ u1]"}`, []want{{RemoveMembers, "u1", ""}}},
		{"remove one of several", `{"op":"remove","path":"members[value eq \"u1\" or (value eq \"u2\" or value eq \"u1\")]"}`, []want{{RemoveMembers, "u1 u2", ""}}},
		{"remove by another filter", `{"op":"remove","path":"members[type eq \"Group\"]"}`, []want{{RemoveMembers, "", `type eq "Group"`}}},
		{"remove a member's value", `{"op":"remove","path":"members[value eq \"u1\"].value"}`, []want{{RemoveMembers, "u1", ""}}},
		{"remove text", `{"op":"remove","path":"members","value":["u1"]}`, []want{{RemoveMembers, "u1", ""}}},
		{"remove one object", `{"op":"remove","path":"members","value":{"value":"u1"}}`, []want{{RemoveMembers, "u1", ""}}},
		{"remove nobody", `{"op":"remove","path":"members","value":[]}`, nil},
		{"remove everybody", `{"op":"remove","path":"members"}`, []want{{ReplaceMembers, "", ""}}},
		{"add nobody", `{"op":"add","path":"members","value":[]}`, nil},
		{"add without a path", `{"op":"add","value":{"members":[{"value":"u1"}]}}`, []want{{AddMembers, "u1", ""}}},
		{"add one by a path", `{"op":"add","path":"members[value eq \"u1\"]","value":{"display":"x"}}`, []want{{AddMembers, "u1", ""}}},
		{"add by its value", `{"op":"add","path":"members.value","value":"u1"}`, []want{{AddMembers, "u1", ""}}},
		{"replace", `{"op":"replace","path":"members","value":[{"value":"u1"},{"value":"u2"},{"value":"u1"}]}`, []want{{ReplaceMembers, "u1 u2", ""}}},
		{"replace by none", `{"op":"replace","path":"members","value":[]}`, []want{{ReplaceMembers, "", ""}}},
		{"replace by null", `{"op":"replace","path":"members","value":null}`, []want{{ReplaceMembers, "", ""}}},
		{"replace by empty text", `{"op":"replace","path":"members","value":""}`, []want{{ReplaceMembers, "", ""}}},
		{"replace one by another", `{"op":"replace","path":"members[value eq \"u1\"]","value":{"value":"u2"}}`, []want{{RemoveMembers, "u1", ""}, {AddMembers, "u2", ""}}},
		{"replace one by itself", `{"op":"replace","path":"members[value eq \"u1\"]","value":{"value":"u1","display":"x"}}`, []want{{AddMembers, "u1", ""}}},
		{"replace one by nothing", `{"op":"replace","path":"members[value eq \"u1\"]","value":""}`, []want{{RemoveMembers, "u1", ""}}},
		{"immutable names", `{"op":"replace","path":"members[value eq \"u1\"].display","value":"x"},{"op":"add","path":"members.display","value":"x"}`, nil},
		{"with the URN", `{"op":"add","path":"` + GroupURN + `:members","value":[{"value":"u1"}]}`, []want{{AddMembers, "u1", ""}}},
		{"in order", `{"op":"add","path":"members","value":[{"value":"u1"}]},{"op":"add","path":"members","value":["u2","u1"]},{"op":"remove","path":"members[value eq \"u1\"]"},{"op":"remove","path":"members[value eq \"u3\"]"},{"op":"add","path":"members","value":"u1"}`,
			[]want{{AddMembers, "u1 u2", ""}, {RemoveMembers, "u1 u3", ""}, {AddMembers, "u1", ""}}},
		{"replace and add", `{"op":"replace","path":"members","value":["u1"]},{"op":"add","path":"members","value":["u2"]},{"op":"replace","path":"members","value":["u3"]}`,
			[]want{{ReplaceMembers, "u1 u2", ""}, {ReplaceMembers, "u3", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := ParsePatch(Group, patchBody(c.ops))
			if err != nil {
				t.Fatal(err)
			}
			if p.TouchesDocument() {
				t.Error("it touches the document")
			}
			var got []want
			for _, op := range p.Members() {
				w := want{op.Kind, strings.Join(ids(op.Members), " "), ""}
				if op.Where != nil {
					w.where = op.Where.String()
				}
				got = append(got, w)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("operations = %v, want %v", got, c.want)
			}
		})
	}
}

func TestMembersBesideOtherChanges(t *testing.T) {
	p, err := ParsePatch(Group, patchBody(`{"op":"replace","value":{"displayName":"H","externalId":"e","members":[{"value":"u"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if !p.TouchesDocument() || len(p.Members()) != 1 {
		t.Errorf("touches = %v, members = %v", p.TouchesDocument(), p.Members())
	}
	r := parse(t, Group, `{"displayName":"G"}`)
	if err := p.Apply(r); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "group", string(r.Document()), `{"schemas":["`+GroupURN+`"],"displayName":"H","externalId":"e"}`)
}

func TestMembersRefused(t *testing.T) {
	for _, c := range []struct {
		op    string
		kind  Kind
		names string
	}{
		{`{"op":"add","path":"members","value":""}`, InvalidValue, "members.value"},
		{`{"op":"remove","path":"members","value":""}`, InvalidValue, "members.value"},
		{`{"op":"add","path":"members","value":[{"value":""}]}`, InvalidValue, "members.value"},
		{`{"op":"add","path":"members","value":[{"$ref":"x"}]}`, InvalidValue, "members.value"},
		{`{"op":"add","path":"members","value":7}`, InvalidValue, "not a number"},
		{`{"op":"add","path":"members","value":[{"value":7}]}`, InvalidValue, "members.value must be a string"},
		{`{"op":"remove","path":"members.value"}`, Mutability, "members.value"},
		{`{"op":"replace","path":"members[display eq \"x\"]","value":{"value":"u"}}`, NoTarget, "members"},
		{`{"op":"remove","path":"members[value eq"}`, InvalidPath, "members[value eq"},
	} {
		_, err := ParsePatch(Group, patchBody(c.op))
		wantError(t, err, c.kind, "Operations[0]", c.names)
	}
}

func TestManyMembersAreLinear(t *testing.T) {
	all := make([]string, 20000)
	for i := range all {
		all[i] = `{"value":"0194f3a0-0000-7000-8000-` + strings.Repeat("0", 6) + string(rune('a'+i%26)) + `"}`
	}
	p, err := ParsePatch(Group, patchBody(`{"op":"Add","path":"members","value":[`+strings.Join(all, ",")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(p.Members()[0].Members); got != 26 {
		t.Errorf("%d members are left of 26 different ones", got)
	}
}

func TestMatchMember(t *testing.T) {
	p, err := ParsePatch(Group, patchBody(`{"op":"remove","path":"members[type eq \"group\" and not (value eq \"g2\")]"}`))
	if err != nil {
		t.Fatal(err)
	}
	where := p.Members()[0].Where
	for m, want := range map[Member]bool{
		{Value: "g1", Type: "Group"}: true,
		{Value: "g2", Type: "Group"}: false,
		{Value: "u1", Type: "User"}:  false,
		{Value: "u2"}:                false,
	} {
		if got := where.MatchMember(m); got != want {
			t.Errorf("%+v: %v, want %v", m, got, want)
		}
	}
}
