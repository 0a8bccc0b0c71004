package scim

import (
	"encoding/json"
	"strings"
	"testing"
)

func changes(t *testing.T, before, after *Resource) string {
	t.Helper()
	var lines []string
	for _, c := range Diff(before, after) {
		old, _ := json.Marshal(c.Old)
		is, _ := json.Marshal(c.New)
		lines = append(lines, c.Path+": "+string(old)+" > "+string(is))
	}
	return strings.Join(lines, "\n")
}

func TestDiff(t *testing.T) {
	const e = EnterpriseURN
	for _, c := range []struct {
		name, before, after string
		want                []string
	}{
		{"nothing", `"title":"T","emails":[{"value":"a"}],"x":{"y":[1]}`, `"title":"T","emails":[{"value":"a"}],"x":{"y":[1]}`, nil},
		{"one", `"title":"T"`, `"title":"U"`, []string{`title: "T" > "U"`}},
		{"came and went, sorted", `"title":"T","active":false`, `"nickName":"N","active":"True"`, []string{`active: false > true`, `nickName: null > "N"`, `title: "T" > null`}},
		{"inside an object", `"name":{"givenName":"A","familyName":"B"}`, `"name":{"givenName":"C","middleName":"D"}`,
			[]string{`name.familyName: "B" > null`, `name.givenName: "A" > "C"`, `name.middleName: null > "D"`}},
		{"object gone", `"name":{"givenName":"A"}`, ``, []string{`name.givenName: "A" > null`}},
		{"extension of its own", ``, ent + `:{"department":"D"},"urn:x:y:1.0:User":{"schemas":["a"]}`, []string{e + `:department: null > "D"`, `urn:x:y:1.0:User:schemas: null > "a"`}},
		{"extension", ent + `:{"department":"D","manager":{"value":"m"}}`, ent + `:{"department":"E"}`,
			[]string{e + `:department: "D" > "E"`, e + `:manager.value: "m" > null`}},
		{"by type", `"emails":[{"type":"work","value":"a","primary":true},{"type":"home","value":"b"}]`, `"emails":[{"type":"home","value":"b"},{"type":"work","value":"c","primary":true}]`,
			[]string{`emails[type eq "work"].value: "a" > "c"`}},
		{"of a new type", ``, `"phoneNumbers":[{"type":"mobile","value":"1"}]`, []string{`phoneNumbers[type eq "mobile"].value: null > "1"`}},
		{"of a type that went", `"addresses":[{"type":"work","locality":"M","region":"R"}]`, ``,
			[]string{`addresses[type eq "work"].locality: "M" > null`, `addresses[type eq "work"].region: "R" > null`}},
		{"two of one type", `"emails":[{"type":"work","value":"a"}]`, `"emails":[{"type":"work","value":"a"},{"type":"work","value":"b"}]`,
			[]string{`emails: null > {"type":"work","value":"b"}`}},
		{"without a type", `"roles":[{"value":"a"},{"value":"b"}]`, `"roles":[{"value":"b"},{"value":"c"}]`, []string{`roles: {"value":"a"} > {"value":"c"}`}},
		{"several without a type", `"roles":[{"value":"a"},{"value":"b"}]`, `"roles":[{"value":"c"}]`,
			[]string{`roles: {"value":"a"} > null`, `roles: {"value":"b"} > null`, `roles: null > {"value":"c"}`}},
		{"the same twice", `"tags":["a","a"]`, `"tags":["a"]`, []string{`tags: "a" > null`}},
		{"another kind", `"x":{"y":1}`, `"x":"z"`, []string{`x: {"y":1} > "z"`}},
		{"spelling", `"userType":"a"`, `"userType":"A"`, []string{`userType: "a" > "A"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			parse := func(body string) *Resource {
				if body != "" {
					body = "," + body
				}
				return user(t, `{"userName":"ada"`+body+`}`)
			}
			if got, want := changes(t, parse(c.before), parse(c.after)), strings.Join(c.want, "\n"); got != want {
				t.Errorf("changes\n got %s\nwant %s", got, want)
			}
		})
	}
	r := user(t, `{"userName":"ada","emails":[{"type":"work"}]}`)
	if got, want := changes(t, nil, r), "active: null > true\n"+`emails[type eq "work"]: null > {"type":"work"}`+"\nuserName: null > \"ada\""; got != want {
		t.Errorf("of a new person\n got %s\nwant %s", got, want)
	}
	if got := changes(t, r, nil); !strings.Contains(got, `userName: "ada" > null`) {
		t.Errorf("of a person who goes: %s", got)
	}
}
