package scim

import (
	"fmt"
	"strings"
	"testing"
)

// TestPatch has a person before (beside userName and active), operations, and the person after them.
func TestPatch(t *testing.T) {
	const work = `"emails":[{"type":"work","value":"w","display":"W","primary":true},{"type":"home","value":"h"}]`
	for _, c := range []struct{ name, before, ops, want string }{
		{"no operations", `"title":"T"`, ``, `{"title":"T"}`},
		{"add one", ``, `{"op":"add","path":"nickName","value":"Ani"}`, `{"nickName":"Ani"}`},
		{"add is replace where there is one", `"nickName":"A"`, `{"op":"add","path":"nickName","value":"B"}`, `{"nickName":"B"}`},
		{"replace makes what is missing", ``, `{"op":"replace","path":"nickName","value":"B"}`, `{"nickName":"B"}`},
		{"remove", `"nickName":"A","title":"T"`, `{"op":"remove","path":"nickName"}`, `{"title":"T"}`},
		{"remove what is not there", `"title":"T"`, `{"op":"remove","path":"nickName"},{"op":"remove","path":"name.givenName"},{"op":"remove","path":"emails[type eq \"work\"]"}`, `{"title":"T"}`},
		{"remove with a value", `"title":"T"`, `{"op":"remove","path":"title","value":"other"}`, `{}`},
		{"sub-attribute", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"replace","path":"name.familyName","value":"C"}`, `{"name":{"givenName":"A","familyName":"C"}}`},
		{"sub-attribute of nothing", ``, `{"op":"replace","path":"name.familyName","value":"C"}`, `{"name":{"familyName":"C"}}`},
		{"last sub-attribute removed", `"name":{"givenName":"A"}`, `{"op":"remove","path":"name.givenName"}`, `{}`},
		{"complex keeps what is not named", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"replace","path":"name","value":{"givenName":"C"}}`, `{"name":{"givenName":"C","familyName":"B"}}`},
		{"sub-attribute cleared inside an object", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"replace","path":"name","value":{"givenName":"","middleName":"M"}}`, `{"name":{"familyName":"B","middleName":"M"}}`},
		{"sub-attribute cleared without a path", `"name":{"givenName":"A","familyName":"B"}`, `{"op":"replace","value":{"name":{"givenName":null}}}`, `{"name":{"familyName":"B"}}`},
		{"all sub-attributes cleared", `"name":{"givenName":"A"}`, `{"op":"replace","path":"name","value":{"givenName":""}}`, `{}`},
		{"complex replaced by nothing", `"name":{"givenName":"A"}`, `{"op":"replace","path":"name","value":{}}`, `{}`},
		{"nothing added to a complex", `"name":{"givenName":"A"}`, `{"op":"add","path":"name","value":{}}`, `{"name":{"givenName":"A"}}`},
		{"without a path", `"title":"T"`, `{"op":"replace","value":{"title":"U","NickName":"N"}}`, `{"title":"U","nickName":"N"}`},
		{"without a path, nulls clear", `"title":"T","nickName":"N"`, `{"op":"replace","value":{"title":null,"nickName":""}}`, `{}`},
		{"path null", ``, `{"op":"add","path":null,"value":{"title":"U"}}`, `{"title":"U"}`},
		{"path empty", ``, `{"op":"add","path":"","value":{"title":"U"}}`, `{"title":"U"}`},
		{"in order", ``, `{"op":"add","path":"title","value":"1"},{"op":"remove","path":"title"},{"op":"add","path":"title","value":"2"}`, `{"title":"2"}`},
		{"required gone and back", ``, `{"op":"remove","path":"userName"},{"op":"add","path":"userName","value":"x"}`, `{}`},
		{"read-only without a path", `"title":"T"`, `{"op":"replace","value":{"id":"7","meta":{"version":"1"},"groups":[],"title":"U"}}`, `{"title":"U"}`},
		{"password", ``, `{"op":"replace","path":"password","value":"Secret-1"}`, `{}`},
		{"unknown attribute", ``, `{"op":"add","path":"shoe","value":{"size":44,"left":null}}`, `{"shoe":{"size":44}}`},
		{"unknown in other case", `"Shoe":{"Size":44}`, `{"op":"replace","path":"SHOE.size","value":45}`, `{"Shoe":{"Size":45}}`},
		{"unknown dotted", ``, `{"op":"add","value":{"shoe.size":44}}`, `{"shoe":{"size":44}}`},
		{"unknown list", `"tags":["a"]`, `{"op":"add","path":"tags","value":["b","a"]}`, `{"tags":["a","b"]}`},
		{"unknown list without one", `"tags":["a","b"]`, `{"op":"remove","path":"tags","value":["A"]}`, `{"tags":["b"]}`},
		{"unknown value path", ``, `{"op":"add","path":"badges[kind eq \"red\"].code","value":"7"}`, `{"badges":[{"kind":"red","code":"7"}]}`},

		{"add to several", `"emails":[{"value":"a"}]`, `{"op":"add","path":"emails","value":[{"value":"b","type":"home"}]}`, `{"emails":[{"value":"a"},{"value":"b","type":"home"}]}`},
		{"add the same again", `"emails":[{"value":"A@b","type":"work"}]`, `{"op":"add","path":"emails","value":[{"value":"a@B","type":"WORK","display":"d"}]}`, `{"emails":[{"value":"a@B","type":"WORK","display":"d"}]}`},
		{"add the same without its type", `"emails":[{"value":"a","type":"work"}]`, `{"op":"add","path":"emails","value":[{"value":"a"},{"value":"a"}]}`, `{"emails":[{"value":"a","type":"work"}]}`},
		{"add the same of another type", `"emails":[{"value":"a","type":"work"}]`, `{"op":"add","path":"emails","value":{"value":"a","type":"home"}}`, `{"emails":[{"value":"a","type":"work"},{"value":"a","type":"home"}]}`},
		{"add the same address", `"addresses":[{"formatted":"x"}]`, `{"op":"add","path":"addresses","value":[{"formatted":"x"},{"formatted":"y"}]}`, `{"addresses":[{"formatted":"x"},{"formatted":"y"}]}`},
		{"add none", work, `{"op":"add","path":"emails","value":[]},{"op":"add","value":{"emails":null,"tags":[]}},{"op":"add","path":"emails","value":""}`, `{` + work + `}`},
		{"add nothing in place of one", `"title":"T"`, `{"op":"add","path":"title","value":""}`, `{}`},
		{"add a primary", work, `{"op":"add","path":"emails","value":[{"value":"n","primary":true}]}`,
			`{"emails":[{"type":"work","value":"w","display":"W","primary":false},{"type":"home","value":"h"},{"value":"n","primary":true}]}`},
		{"make another primary", work, `{"op":"replace","path":"emails[type eq \"home\"].primary","value":"True"}`,
			`{"emails":[{"type":"work","value":"w","display":"W","primary":false},{"type":"home","value":"h","primary":true}]}`},
		{"replace several", work, `{"op":"replace","path":"emails","value":[{"value":"n"}]}`, `{"emails":[{"value":"n"}]}`},
		{"replace several by none", work, `{"op":"replace","path":"emails","value":[]}`, `{}`},
		{"remove some", work, `{"op":"remove","path":"emails","value":[{"value":"W"}]}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"remove of another type", work, `{"op":"remove","path":"emails","value":[{"value":"w","type":"home"}]}`, `{` + work + `}`},
		{"remove of the same type", work, `{"op":"remove","path":"emails","value":[{"value":"w","type":"WORK"},{"value":"h","type":"work"}]}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"remove with a type that was never kept", `"roles":[{"value":"a"},{"value":"b"}]`, `{"op":"Remove","path":"roles","value":[{"value":"a","type":"WindowsAzureActiveDirectoryRole"}]}`, `{"roles":[{"value":"b"}]}`},
		{"remove nothing", work, `{"op":"remove","path":"emails","value":[]}`, `{` + work + `}`},
		{"remove an address", `"addresses":[{"type":"work","locality":"M"},{"type":"home","locality":"M"}]`, `{"op":"remove","path":"addresses","value":[{"type":"home","locality":"M"}]}`, `{"addresses":[{"type":"work","locality":"M"}]}`},
		{"remove all", work, `{"op":"remove","path":"emails"}`, `{}`},
		{"sub-attribute of all", work, `{"op":"replace","path":"emails.display","value":"D"}`,
			`{"emails":[{"type":"work","value":"w","display":"D","primary":true},{"type":"home","value":"h","display":"D"}]}`},
		{"sub-attribute of all removed", work, `{"op":"remove","path":"emails.value"}`, `{}`},
		{"sub-attribute of none", ``, `{"op":"add","path":"emails.value","value":"n"}`, `{"emails":[{"value":"n"}]}`},

		{"filtered replace", work, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"n"}`,
			`{"emails":[{"type":"work","value":"n","display":"W","primary":true},{"type":"home","value":"h"}]}`},
		{"filtered replace of all that match", `"emails":[{"type":"work","value":"a"},{"type":"Work","value":"b"}]`, `{"op":"replace","path":"emails[type eq \"work\"].display","value":"n"}`,
			`{"emails":[{"type":"work","value":"a","display":"n"},{"type":"Work","value":"b","display":"n"}]}`},
		{"filtered replace makes", ``, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"n"}`, `{"emails":[{"type":"work","value":"n"}]}`},
		{"filtered add makes beside others", `"emails":[{"type":"home","value":"h"}]`, `{"op":"add","path":"emails[type eq \"work\"].value","value":"n"}`, `{"emails":[{"type":"home","value":"h"},{"type":"work","value":"n"}]}`},
		{"made of two equalities", ``, `{"op":"add","path":"emails[type eq \"work\" and primary eq true].value","value":"n"}`, `{"emails":[{"type":"work","primary":true,"value":"n"}]}`},
		{"made with a boolean of text", ``, `{"op":"add","path":"roles[primary eq \"True\"].display","value":"D"},{"op":"add","path":"roles[primary eq \"True\"].value","value":"v"},{"op":"add","path":"roles[primary eq \"True\"].type","value":"t"}`,
			`{"roles":[{"primary":true,"display":"D","value":"v","type":"t"}]}`},
		{"made primary before others", `"roles":[{"value":"old","primary":false}]`, `{"op":"replace","path":"roles[primary eq \"True\"].value","value":"v"}`, `{"roles":[{"value":"old","primary":false},{"primary":true,"value":"v"}]}`},
		{"element replaced", work, `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n"}}`, `{"emails":[{"type":"work","value":"n"},{"type":"home","value":"h"}]}`},
		{"element added to", work, `{"op":"add","path":"emails[type eq \"work\"]","value":{"value":"n"}}`, `{"emails":[{"type":"work","value":"n","display":"W","primary":true},{"type":"home","value":"h"}]}`},
		{"element made", ``, `{"op":"replace","path":"emails[type eq \"work\"]","value":[{"value":"n"}]}`, `{"emails":[{"type":"work","value":"n"}]}`},
		{"element by its value alone", work, `{"op":"replace","path":"emails[type eq \"work\"]","value":"n"}`, `{"emails":[{"type":"work","value":"n","display":"W","primary":true},{"type":"home","value":"h"}]}`},
		{"element removed", work, `{"op":"remove","path":"emails[type eq \"work\"]"}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"element's last value removed", work, `{"op":"remove","path":"emails[type eq \"work\"].value"}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"element's label removed", work, `{"op":"remove","path":"emails[type eq \"work\"].display"}`, `{"emails":[{"type":"work","value":"w","primary":true},{"type":"home","value":"h"}]}`},
		{"element cleared by empty text", work, `{"op":"replace","path":"emails[type eq \"work\"].value","value":""}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"nothing made by empty text", ``, `{"op":"replace","path":"emails[type eq \"work\"].value","value":""},{"op":"add","path":"emails[type eq \"home\"].value","value":null}`, `{}`},
		{"nothing cleared by another filter", `"emails":[{"type":"home","value":"h"}]`, `{"op":"remove","path":"emails[not (type pr)]"}`, `{"emails":[{"type":"home","value":"h"}]}`},
		{"odd filter that matches", `"emails":[{"type":"home","value":"h"}]`, `{"op":"replace","path":"emails[value co \"H\"].value","value":"n"}`, `{"emails":[{"type":"home","value":"n"}]}`},
		{"address keeps its other lines", `"addresses":[{"type":"work","locality":"M","region":"R"}]`, `{"op":"replace","path":"addresses[type eq \"work\"].locality","value":"N"}`, `{"addresses":[{"type":"work","locality":"N","region":"R"}]}`},

		{"extension attribute", ``, `{"op":"add","path":"` + EnterpriseURN + `:department","value":"D"}`, `{` + ent + `:{"department":"D"}}`},
		{"last extension attribute removed", ent + `:{"department":"D"}`, `{"op":"remove","path":"` + EnterpriseURN + `:department"}`, `{}`},
		{"extension replaced keeps the rest", ent + `:{"department":"D","division":"V"}`, `{"op":"replace","path":"` + EnterpriseURN + `","value":{"department":"E"}}`, `{` + ent + `:{"department":"E","division":"V"}}`},
		{"extension removed", ent + `:{"department":"D"},"title":"T"`, `{"op":"remove","path":"` + EnterpriseURN + `"}`, `{"title":"T"}`},
		{"extension cleared", ent + `:{"department":"D"}`, `{"op":"replace","path":"` + EnterpriseURN + `","value":""}`, `{}`},
		{"extension inside an object", ``, `{"op":"add","value":{` + ent + `:{"department":"D","manager.value":"m"}}}`, `{` + ent + `:{"department":"D","manager":{"value":"m"}}}`},
		{"core URN", ``, `{"op":"add","path":"` + UserURN + `:name.givenName","value":"A"},{"op":"add","path":"` + UserURN + `","value":{"title":"T"}}`, `{"name":{"givenName":"A"},"title":"T"}`},
		{"own extension by path", ``, `{"op":"add","path":"urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge","value":"7"}`, `{` + acme + `:{"badge":"7"}}`},
		{"own extension by key", acme + `:{"badge":"7"}`, `{"op":"replace","value":{"URN:ietf:params:scim:schemas:extension:acme:2.0:User:Badge":"8"}}`, `{` + acme + `:{"badge":"8"}}`},
		{"own extension, value path", ``, `{"op":"add","path":"urn:ietf:params:scim:schemas:extension:Acme:2.0:User:cards[type eq \"a\"].code","value":"7"}`, `{` + acme + `:{"cards":[{"type":"a","code":"7"}]}}`},
		{"own extension removed", acme + `:{"badge":"7"}`, `{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:Acme:2.0:User"}`, `{}`},
		{"plain URN as an extension", ``, `{"op":"add","path":"urn:acme:people","value":{"badge":"7"}}`, `{"urn:acme:people":{"badge":"7"}}`},
		{"plain URN with its attribute", `"urn:acme:people":{"badge":"7"}`, `{"op":"replace","path":"urn:acme:people:badge","value":"8"}`, `{"urn:acme:people":{"badge":"8"}}`},
		{"plain URN removed", `"urn:acme:people":{"badge":"7"}`, `{"op":"remove","path":"urn:acme:people"}`, `{}`},
		{"reference goes with its value", ent + `:{"manager":{"value":"m","$ref":"../Users/m"}}`, `{"op":"replace","path":"manager","value":{"value":"n"}}`, `{` + ent + `:{"manager":{"value":"n"}}}`},
		{"reference stays with its value", ent + `:{"manager":{"value":"m","$ref":"../Users/m"}}`, `{"op":"replace","path":"manager","value":"m"}`, `{` + ent + `:{"manager":{"value":"m","$ref":"../Users/m"}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := `{"userName":"ada"`
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

func TestPatchRefuses(t *testing.T) {
	op := func(s string) string { return `{"Operations":[` + s + `]}` }
	for _, c := range []struct {
		name, body string
		kind       Kind
		names      string
	}{
		{"no JSON", `{`, InvalidSyntax, "offset"},
		{"array", `[]`, InvalidSyntax, "object"},
		{"no Operations", `{}`, InvalidSyntax, "Operations"},
		{"null Operations", `{"Operations":null}`, InvalidSyntax, "Operations"},
		{"Operations as an object", `{"Operations":{"op":"add"}}`, InvalidSyntax, "not an object"},
		{"operation as text", op(`"add"`), InvalidSyntax, "Operations[0]"},
		{"no op", op(`{"path":"title","value":"x"}`), InvalidSyntax, "op is missing"},
		{"unknown op", op(`{"op":"add","path":"title","value":"x"},{"op":"move","path":"title"}`), InvalidSyntax, `Operations[1]: op must be add, replace or remove, not "move"`},
		{"number as op", op(`{"op":1,"path":"title"}`), InvalidSyntax, "a number"},
		{"number as path", op(`{"op":"remove","path":7}`), InvalidPath, "path must be a string"},
		{"schemas", `{"schemas":"x","Operations":[]}`, InvalidValue, "schemas"},
		{"no value", op(`{"op":"replace","path":"title"}`), InvalidValue, "title"},
		{"scalar without a path", op(`{"op":"add","value":"x"}`), InvalidValue, "path is missing"},
		{"array without a path", op(`{"op":"replace","value":[{}]}`), InvalidValue, "path is missing"},
		{"removal without a path", op(`{"op":"remove","value":{"title":"x"}}`), NoTarget, "path is missing"},
		{"removal of everything", op(`{"op":"remove","path":"` + UserURN + `"}`), NoTarget, "core schema"},
		{"read-only", op(`{"op":"replace","path":"id","value":"x"}`), Mutability, "id is read-only"},
		{"read-only meta", op(`{"op":"remove","path":"meta.created"}`), Mutability, "meta.created"},
		{"read-only groups", op(`{"op":"add","path":"groups","value":[{"value":"g"}]}`), Mutability, "groups"},
		{"read-only sub-attribute", op(`{"op":"add","path":"manager.displayName","value":"x"}`), Mutability, "displayName"},
		{"wrong type", op(`{"op":"replace","path":"displayName","value":7}`), InvalidValue, "Operations[0]: displayName must be a string, not a number"},
		{"wrong type in a value path", op(`{"op":"replace","path":"emails[type eq \"work\"].primary","value":"maybe"}`), InvalidValue, "emails.primary"},
		{"wrong type without a path", op(`{"op":"replace","value":{"name.givenName":["x"]}}`), InvalidValue, "name.givenName"},
		{"text for an extension", op(`{"op":"replace","path":"` + EnterpriseURN + `","value":"x"}`), InvalidValue, "enterprise"},
		{"blank path", op(`{"op":"remove","path":" "}`), InvalidPath, ""},
		{"open bracket", op(`{"op":"remove","path":"emails[type eq"}`), InvalidPath, "emails[type eq"},
		{"unclosed bracket", op(`{"op":"remove","path":"emails[type eq \"work\""}`), InvalidPath, "]"},
		{"rest of a path", op(`{"op":"remove","path":"emails[type eq \"work\"]x"}`), InvalidPath, "x"},
		{"two names", op(`{"op":"remove","path":"name givenName"}`), InvalidPath, "givenName"},
		{"three levels", op(`{"op":"remove","path":"a.b.c"}`), InvalidPath, "a.b.c"},
		{"sub-attribute of text", op(`{"op":"remove","path":"title.x"}`), InvalidPath, "title has no sub-attributes"},
		{"filter on text", op(`{"op":"remove","path":"title[x eq 1]"}`), InvalidPath, "title"},
		{"filter on one value", op(`{"op":"remove","path":"name[givenName eq \"x\"]"}`), InvalidPath, "name has one value"},
		{"too many", op(strings.Repeat(`{},`, maxOperations) + `{}`), TooMany, "Operations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParsePatch(User, []byte(c.body))
			wantError(t, err, c.kind, c.names)
		})
	}
}

func TestApplyRefusesAndChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name, ops string
		kind      Kind
		names     string
	}{
		{"userName removed", `{"op":"replace","path":"title","value":"x"},{"op":"remove","path":"userName"}`, InvalidValue, "userName"},
		{"userName blank", `{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"userName","value":" "}`, InvalidValue, "userName"},
		{"userName null", `{"op":"replace","value":{"title":"x","userName":null}}`, InvalidValue, "userName"},
		{"displayName long", `{"op":"replace","path":"displayName","value":"` + strings.Repeat("x", maxNameText+1) + `"}`, InvalidValue, "displayName"},
		{"or makes nothing", `{"op":"add","path":"title","value":"x"},{"op":"add","path":"emails[type eq \"a\" or type eq \"b\"].value","value":"x"}`, NoTarget, "Operations[1]: emails[type eq"},
		{"ne makes nothing", `{"op":"replace","path":"emails[value ne \"a\" and type eq \"x\"].value","value":"x"}`, NoTarget, "emails"},
		{"gt makes nothing", `{"op":"replace","path":"emails[value gt \"a\"].value","value":"x"}`, NoTarget, "emails"},
		{"contradiction makes nothing", `{"op":"replace","path":"emails[type eq \"a\" and type eq \"b\"].value","value":"x"}`, NoTarget, "emails"},
		{"sub-attribute of an unknown text", `{"op":"add","path":"shoe.size","value":1}`, NoTarget, "shoe"},
		{"filter on an unknown text", `{"op":"add","path":"shoe[a eq 1].b","value":1}`, NoTarget, "shoe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := user(t, `{"userName":"ada","shoe":"44"}`)
			err := patched(t, r, c.ops)
			wantError(t, err, c.kind, c.names)
			wantJSON(t, "document", attrs(r), `{"shoe":"44"}`)
		})
	}
	g := parse(t, Group, `{"displayName":"G"}`)
	wantError(t, patched(t, g, `{"op":"remove","path":"displayName"}`), InvalidValue, "displayName")
}

// TestPatchIsReusable: the store may run a patch twice, and it may be applied to others.
func TestPatchIsReusable(t *testing.T) {
	p, err := ParsePatch(User, patchBody(`{"op":"add","path":"emails","value":[{"value":"a","type":"work"}]},{"op":"add","path":"emails[type eq \"work\"].display","value":"x"},{"op":"add","path":"shoe","value":{"a":{"b":[1]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	one, two := user(t, `{"userName":"one"}`), user(t, `{"userName":"two"}`)
	for _, r := range []*Resource{one, two, one} {
		if err := p.Apply(r); err != nil {
			t.Fatal(err)
		}
	}
	one.Attrs["emails"].([]any)[0].(map[string]any)["value"] = "changed"
	one.Attrs["shoe"].(map[string]any)["a"] = 1
	for _, r := range []*Resource{two, user(t, `{"userName":"three"}`)} {
		if err := p.Apply(r); err != nil {
			t.Fatal(err)
		}
		wantJSON(t, r.UserName(), attrs(r), `{"emails":[{"value":"a","type":"work","display":"x"}],"shoe":{"a":{"b":[1]}}}`)
	}
}

// TestPatchCostIsBounded: what would be quadratic is linear or refused.
func TestPatchCostIsBounded(t *testing.T) {
	many := func(n int, format string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(all, ",")
	}
	r := user(t, `{"userName":"ada","roles":[`+many(8000, `{"value":"r%d"}`)+`]}`)
	if err := patched(t, r, `{"op":"add","path":"roles","value":[`+many(8000, `{"value":"R%d","display":"d"}`)+`]}`); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Attrs["roles"].([]any)); n != 8000 {
		t.Errorf("there are %d roles, want 8000", n)
	}
	err := patched(t, r, many(9000, `{"op":"replace","path":"roles[value eq \"r%d\"].display","value":"x"}`))
	wantError(t, err, TooMany, "several requests")
	err = patched(t, r, `{"op":"add","path":"roles","value":[`+many(13000, `{"value":"s%d"}`)+`]}`)
	wantError(t, err, TooMany, "roles")
	if err := patched(t, r, `{"op":"remove","path":"roles","value":[`+many(7999, `{"value":"r%d"}`)+`]}`); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "roles", attrs(r), `{"roles":[{"value":"R7999","display":"d"}]}`)

	// One value written to thousands, and a resource that grows without end.
	err = patched(t, user(t, `{"userName":"ada","roles":[`+many(8000, `{"value":"r%d"}`)+`]}`), `{"op":"replace","path":"roles.note","value":"`+strings.Repeat("x", 100_000)+`"}`)
	wantError(t, err, TooMany, "several requests")
	grown := user(t, `{"userName":"ada"}`)
	for i := 0; err == nil || i == 0; i++ {
		if i > 10 {
			t.Fatal("a resource grows without end")
		}
		err = patched(t, grown, fmt.Sprintf(`{"op":"add","path":"note%d","value":"%s"}`, i, strings.Repeat("x", 900_000)))
	}
	wantError(t, err, TooMany, "4 MiB")

	wide := user(t, `{"userName":"ada",`+many(maxFields-20, `"a%d":1`)+`}`)
	wantError(t, patched(t, wide, `{"op":"add","value":{`+many(30, `"b%d":1`)+`}}`), TooMany, "attributes")
	_, err = ParseResource(User, []byte(`{"userName":"ada",`+many(maxFields, `"a%d":1`)+`}`))
	wantError(t, err, InvalidSyntax, "1000 attributes")
}
