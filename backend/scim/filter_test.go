package scim

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func match(t testing.TB, rt *ResourceType, filter string, r *Resource, m Meta) bool {
	t.Helper()
	f, err := ParseFilter(rt, filter)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	wantRoundTrip(t, rt, f)
	return f.Match(r, m)
}

// wantRoundTrip checks that a filter's text gives the same filter.
func wantRoundTrip(t testing.TB, rt *ResourceType, f *Filter) {
	t.Helper()
	text := f.String()
	if len(text) > maxFilter {
		return
	}
	again, err := ParseFilter(rt, text)
	if err != nil {
		t.Fatalf("%s, a filter's own text: %v", text, err)
	}
	if !reflect.DeepEqual(again, f) {
		t.Errorf("%s is another filter\n was %#v\n  is %#v", text, f.Root, again.Root)
	}
}

func TestMatchPeople(t *testing.T) {
	r := user(t, `{"externalId":"E-1","userName":"Ada@contoso.example","displayName":"Ada Ñu","title":"Dr","active":true,
		"name":{"givenName":"Ada","familyName":"Ñu"},
		"emails":[{"type":"work","value":"ada@contoso.example","primary":true},{"type":"home","value":"ada@home.example"}],
		"roles":[{"value":"admin","primary":true}],"addresses":[{"type":"work","locality":"Madrid"}],
		"shoe":{"size":44,"wide":true,"made":"2020"},"tags":["red","blue"],"level":7,"hollow":[{}],
		`+ent+`:{"department":"Audit","manager":{"value":"M-1"}},`+acme+`:{"badge":"7","cards":[{"type":"a","code":"1"}]}}`)
	m := Meta{
		ID: "0194f3a0-0000-7000-8000-00000000000a", Version: 3,
		Created:  time.Date(2026, 1, 5, 10, 0, 0, 123_456_789, time.UTC),
		Modified: time.Date(2026, 2, 5, 10, 0, 0, 0, time.UTC),
		Groups:   []GroupRef{{ID: "g-1", Display: "Sales"}},
	}
	for filter, want := range map[string]bool{
		// Entra's
		`userName eq "ada@contoso.example"`:                               true,
		`userName eq "ADA@CONTOSO.EXAMPLE"`:                               true,
		`USERNAME EQ "ada@contoso.example"`:                               true,
		`userName eq ada@contoso.example`:                                 true,
		`userName eq "5c1f0a7e-2f55-4c36-9a0c-0c9a3d1b7f10"`:              false,
		`externalId eq "e-1"`:                                             true,
		`externalId eq E-1`:                                               true,
		`emails[type eq "work"].value eq "ADA@contoso.example"`:           true,
		`emails[type eq "home"].value eq "ada@contoso.example"`:           false,
		`emails.value eq "ada@home.example"`:                              true,
		`emails eq "ada@home.example"`:                                    true,
		`id eq "` + m.ID + `" and manager eq "m-1"`:                       true,
		`manager eq "m-1" and id eq "` + m.ID + `"`:                       true,
		`manager.value eq "other"`:                                        false,
		EnterpriseURN + `:manager eq "m-1"`:                               true,
		EnterpriseURN + `:Department eq "audit"`:                          true,
		`urn:ietf:params:scim:schemas:core:2.0:user:userName sw "ada"`:    true,
		`roles[primary eq "True"].value eq "admin"`:                       true,
		`roles[primary eq true].value eq "admin"`:                         true,
		`roles[primary eq "False"].value eq "admin"`:                      false,
		`active eq "True"`:                                                true,
		`active eq true`:                                                  true,
		`active eq FALSE`:                                                 false,
		`active ne false`:                                                 true,
		`groups eq "g-1"`:                                                 true,
		`groups.display eq "sales"`:                                       true,
		`groups[type eq "direct"].value eq "g-2"`:                         false,
		`urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge eq 7`: true,
		`urn:ietf:params:scim:schemas:extension:acme:2.0:user:cards[type eq "a"].code eq "1"`: true,

		// operators
		`displayName co "A Ñ"`:                                true,
		`displayName co "a ñ"`:                                true,
		`displayName sw "ada"`:                                true,
		`displayName ew "ñu"`:                                 true,
		`displayName ew "N\u0303U"`:                           true,
		`displayName co ""`:                                   true,
		`displayName gt "ad"`:                                 true,
		`displayName lt "ad"`:                                 false,
		`displayName ge "ada ñu" and displayName le "ADA ÑU"`: true,
		`title pr`:                                            true,
		`nickName pr`:                                         false,
		`not (nickName pr)`:                                   true,
		`nickName eq null`:                                    true,
		`title eq null`:                                       false,
		`title ne null`:                                       true,
		`nickName eq "x"`:                                     false,
		`nickName ne "x"`:                                     true,
		`not (nickName eq "x")`:                               true,
		`emails.value ne "ada@home.example"`:                  false,
		`emails.value ne "x"`:                                 true,
		`emails[type eq "other"]`:                             false,
		`emails[type eq "work" and value co "contoso"]`:       true,
		`emails[type eq "work" and value co "home"]`:          false,
		`emails[type eq "work"] and active eq true`:           true,
		`emails[not (type eq "work")].value pr`:               true,
		`emails[type eq "work"].display pr`:                   false,
		`emails.type eq "home"`:                               true,
		`addresses.locality eq "madrid"`:                      true,
		`name pr`:                                             true,
		`name.givenName eq "ada" and name.familyName eq "ñu"`: true,
		`schemas eq "` + EnterpriseURN + `"`:                  true,
		`schemas eq "urn:other"`:                              false,

		// precedence
		`title eq "Dr" or nickName eq "x" and nickName eq "y"`:   true,
		`(title eq "Dr" or nickName eq "x") and nickName eq "y"`: false,
		`not (title eq "Dr") or active eq true`:                  true,
		`not (title eq "Dr" or active eq true)`:                  false,

		// what stands beside the document
		`meta.created eq "2026-01-05T10:00:00.123Z"`:      true,
		`meta.created eq "2026-01-05T11:00:00.123+01:00"`: true,
		`meta.lastModified gt "2026-02-05T09:59:59Z"`:     true,
		`meta.lastModified ge "2026-02-05T10:00:00Z"`:     true,
		`meta.lastModified lt "2026-02-05T10:00:00"`:      false,
		`meta.lastModified sw "2026-02"`:                  true,
		`meta.resourceType eq "user"`:                     true,
		`meta.version eq "W/\"3\""`:                       true,
		`id pr`:                                           true,

		// what nobody knows
		`shoe.size eq 44`:       true,
		`shoe.size eq 44.0`:     true,
		`shoe.size gt 43`:       true,
		`shoe.size lt 43`:       false,
		`shoe.size eq "44"`:     true,
		`shoe.wide eq true`:     true,
		`shoe.wide eq "True"`:   true,
		`shoe.wide gt true`:     false,
		`shoe.made eq 2020`:     true,
		`shoe pr`:               true,
		`SHOE.SIZE eq 44`:       true,
		`tags eq "RED"`:         true,
		`tags[value eq "blue"]`: true,
		`hollow pr`:             false,
		`tags co "x"`:           false,
		`level ge 7 and level le 7.0 and level lt 1e1`: true,
		`nobody eq "x"`:         false,
		`not (nobody eq "x")`:   true,
		`nobody ne "x"`:         true,
		`nobody[a eq 1].b eq 2`: false,
		`members eq "x"`:        false,
		`password eq "x"`:       false,
	} {
		if got := match(t, User, filter, r, m); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
}

func TestMatchGroups(t *testing.T) {
	r := parse(t, Group, `{"displayName":"Sales EMEA","externalId":"2F0A"}`)
	m := Meta{ID: "g-88", Members: []Member{{Value: "u1", Type: "User", Display: "Una"}, {Value: "g2", Type: "Group"}}}
	for filter, want := range map[string]bool{
		`displayName eq "sales emea"`:               true,
		`displayName eq "SALES"`:                    false,
		`externalId eq "2f0a"`:                      true,
		`id eq "g-88" and members eq "u1"`:          true,
		`members eq "u2" and id eq "g-88"`:          false,
		`members.value eq "g2"`:                     true,
		`members[type eq "Group"].value eq "g2"`:    true,
		`members[type eq "User" and value eq "g2"]`: false,
		`members.display co "un"`:                   true,
		`members pr`:                                true,
		`meta.resourceType eq "Group"`:              true,
		`groups eq "x"`:                             false,
	} {
		if got := match(t, Group, filter, r, m); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
	if match(t, Group, `members pr`, r, Meta{}) {
		t.Error("a group without members has some")
	}
}

func TestFilterNeeds(t *testing.T) {
	for _, c := range []struct {
		rt              *ResourceType
		filter          string
		members, groups bool
	}{
		{Group, `displayName eq "x"`, false, false},
		{Group, `not (id eq "x" or MEMBERS.value eq "y")`, true, false},
		{Group, `members[value eq "y"]`, true, false},
		{User, `userName eq "x" and groups.value eq "g"`, false, true},
		{User, `emails[type eq "groups"]`, false, false},
		{User, `urn:ietf:params:scim:schemas:extension:Acme:2.0:User:groups eq "g"`, false, false},
	} {
		f, err := ParseFilter(c.rt, c.filter)
		if err != nil {
			t.Fatal(err)
		}
		if f.NeedsMembers() != c.members || f.NeedsGroups() != c.groups {
			t.Errorf("%s: needs members %v, groups %v", c.filter, f.NeedsMembers(), f.NeedsGroups())
		}
	}
}

// TestFilterText has what the store plans by: names, URNs and operators in one spelling.
func TestFilterText(t *testing.T) {
	for filter, want := range map[string]string{
		`USERNAME Eq ana`:                     `userName eq "ana"`,
		`groups eq "g"`:                       `groups.value eq "g"`,
		`emails eq "x"`:                       `emails.value eq "x"`,
		`EMAILS[TYPE eq work].Value EQ "x"`:   `emails[type eq "work"].value eq "x"`,
		`emails[type eq "work"] pr`:           `emails[type eq "work"]`,
		`manager eq "m"`:                      EnterpriseURN + `:manager.value eq "m"`,
		UserURN + `:userName eq "x"`:          `userName eq "x"`,
		`a eq 1 or b eq 2 and not(c eq true)`: `a eq 1 or b eq 2 and not (c eq true)`,
		`(a eq 1 or b eq 2) and c eq NULL`:    `(a eq 1 or b eq 2) and c eq null`,
		`a eq 1 and (b eq 2 and c eq 3)`:      `a eq 1 and (b eq 2 and c eq 3)`,
		`((((a pr))))`:                        `a pr`,
		`not pr`:                              `not pr`,
		`or eq 1 and and eq 2`:                `or eq 1 and and eq 2`,
		`externalId eq 0042`:                  `externalId eq "0042"`,
		`externalId eq true`:                  `externalId eq "true"`,
		`active eq "TRUE"`:                    `active eq true`,
		`userName eq "CONTOSO\ana\nb"`:        `userName eq "CONTOSO\\ana\nb"`,
		`userName eq "a\"b\\c\u00e9\/"`:       `userName eq "a\"b\\cé/"`,
		`x eq -1.5e3`:                         `x eq -1.5e3`,
		`x eq 1.`:                             `x eq "1."`,
		`urn:acme:people:badge eq "7"`:        `urn:acme:people:badge eq "7"`,
		`urn:acme:x:1.0:User:a.b eq "7"`:      `urn:acme:x:1.0:User:a.b eq "7"`,
		"userName\teq\n\"x\"":                 `userName eq "x"`,
	} {
		f, err := ParseFilter(User, filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if got := f.String(); got != want {
			t.Errorf("%s is written %s, want %s", filter, got, want)
		}
	}
}

func TestFilterRefuses(t *testing.T) {
	for _, c := range []struct{ filter, names string }{
		{``, "name is expected"},
		{` `, "name is expected"},
		{`userName`, "operator"},
		{`userName eq`, "value is expected"},
		{`userName eq "x`, "quotation mark"},
		{`userName like "x"`, `"like`},
		{`userName eq "x" userName eq "y"`, "unexpected"},
		{`userName eq "x" and`, "name is expected"},
		{`and userName eq "x"`, "operator"},
		{`(userName eq "x"`, `')'`},
		{`userName eq "x")`, "unexpected"},
		{`not userName eq "x"`, "operator"},
		{`emails[type eq "work"`, `']'`},
		{`emails[type eq "work"]. eq "x"`, "after the dot"},
		{`emails[type].value eq "x"`, "operator"},
		{`emails[] pr`, "name is expected"},
		{`emails[type[x eq 1] eq 2]`, "operator"},
		{`emails.type[value eq 1] pr`, "sub-attribute"},
		{`title[x eq 1]`, "title has no sub-attributes"},
		{`a.b.c eq 1`, "a.b.c"},
		{EnterpriseURN + ` pr`, "URN alone"},
		{`active gt true`, "active is a boolean, which gt can't compare"},
		{`active co "r"`, "active is a boolean"},
		{`active eq "perhaps"`, `active is a boolean and can't be compared with "perhaps"`},
		{`active eq 1`, "active"},
		{`title gt null`, "null"},
		{`meta.created gt "yesterday"`, "meta.created is a dateTime"},
		{`x509Certificates.value gt "a"`, "x509Certificates.value is binary"},
		{`name eq "x"`, "name has no value of its own"},
		{`addresses eq "x"`, "addresses"},
		{"userName eq \"\xff\"", "UTF-8"},
		{strings.Repeat("(", 33) + `a pr` + strings.Repeat(")", 33), "32 deep"},
		{strings.Repeat("not (", 33) + `a pr` + strings.Repeat(")", 33), "32 deep"},
		{strings.Repeat(`a pr or `, 200) + `a pr`, "200 comparisons"},
		{`userName eq "` + strings.Repeat("x", maxFilter) + `"`, "8192 bytes"},
	} {
		_, err := ParseFilter(User, c.filter)
		wantError(t, err, InvalidFilter, c.names)
	}
	for _, fine := range []string{
		strings.Repeat("(", 32) + `a pr` + strings.Repeat(")", 32),
		strings.Repeat(`a pr or `, 199) + `a pr`,
		strings.Repeat(`(a pr) and b[c pr] or `, 60) + `a pr`,
	} {
		f, err := ParseFilter(User, fine)
		if err != nil {
			t.Fatal(err)
		}
		wantRoundTrip(t, User, f)
	}
}

func TestParsePath(t *testing.T) {
	for text, want := range map[string]string{
		"USERNAME":                           "userName",
		" name.GIVENNAME ":                   "name.givenName",
		`Emails[Type EQ "work"].VALUE`:       `emails[type eq "work"].value`,
		`emails[type eq "work"]`:             `emails[type eq "work"]`,
		"manager":                            EnterpriseURN + ":manager",
		"Manager.Value":                      EnterpriseURN + ":manager.value",
		strings.ToUpper(EnterpriseURN):       EnterpriseURN,
		UserURN + ":name.familyname":         "name.familyName",
		malformedEnterpriseURN + ":division": EnterpriseURN + ":division",
		"urn:ietf:params:scim:schemas:extension:Acme:2.0:User:Badge.X": "urn:ietf:params:scim:schemas:extension:Acme:2.0:User:Badge.X",
		"addresses.primary": "addresses.primary",
		"emails.$REF":       "emails.$ref",
		"größe.breit":       "größe.breit",
	} {
		p, err := ParsePath(User, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := p.String(); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
}

func TestCompareNumbers(t *testing.T) {
	r := user(t, `{"userName":"a","big":9007199254740993,"huge":1e400,"small":-0.5}`)
	for filter, want := range map[string]bool{
		`big eq 9007199254740993`:              true,
		`big eq 9007199254740992`:              false,
		`huge gt 1e308`:                        true,
		`small lt 0 and small ge -5e-1`:        true,
		`huge eq 1` + strings.Repeat("0", 400): true,
	} {
		if got := match(t, User, filter, r, Meta{}); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
}

func ExampleFilter_String() {
	f, err := ParseFilter(User, `Emails[Type eq work].Value EQ "ada@contoso.example" AND (manager eq "m-1" or not (active eq "True"))`)
	fmt.Println(f, err)
	// Output: emails[type eq "work"].value eq "ada@contoso.example" and (urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m-1" or not (active eq true)) <nil>
}
