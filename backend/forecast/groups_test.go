package forecast

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
)

// groupsOf makes a forecast of groups and gives its rows by line of the file, those of orphans by the group's id.
func groupsOf(t *testing.T, by, file string, bodies ...string) map[string]string {
	t.Helper()
	table, err := exchange.Read([]byte(file), exchange.Options{Known: KnownGroupHeader})
	if err != nil {
		t.Fatal(err)
	}
	e, err := ReadGroups(table.Header, table.Rows, table.Lines)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Kind: scim.Group, Unique: by, Users: e, Mapping: []Mapping{{Source: "objectId", Path: "externalId"}, {Source: "displayName", Path: "displayName"}}}
	for i, m := range in.Mapping {
		if m.Path == by {
			in.Mapping[i].Match = 1
		}
	}
	for i, body := range bodies {
		r, err := scim.ParseResource(scim.Group, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		in.People = append(in.People, Person{ID: fmt.Sprint("h", i+1), Name: r.DisplayName(), Doc: r.Document()})
	}
	result, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range result.Rows {
		var changes []string
		for _, c := range r.Changes {
			changes = append(changes, c.Path)
		}
		at := fmt.Sprint(r.Line)
		if r.Line == 0 {
			at = r.ID
		}
		got[at] = strings.Join(slices.DeleteFunc([]string{r.State, r.Reason, r.ID, r.With, r.WithID, strings.Join(changes, "+")}, func(s string) bool { return s == "" }), " ")
	}
	return got
}

func wantGroups(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for at, row := range want {
		if got[at] != row {
			t.Errorf("%s is %q, want %q", at, got[at], row)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d: %q", len(got), len(want), got)
	}
}

func TestGroupsMatchedByName(t *testing.T) {
	file := "displayName,objectId,mail,securityEnabled,groupType\n" +
		"Sales,g1,,True,Security\nsales,g2,,True,Security\nSame,g3,,True,\nRenamed now,g4,,True,\nNew,g5,,True,\nNEW,g6,,True,\n,g7,,True,\n" +
		"Town  Hall,g8,,True,\nNews list,g9,,False,\nAll mail,g10,,,Distribution\n"
	got := groupsOf(t, "displayName", file, `{"displayName":"SALES"}`, `{"displayName":"Same","externalId":"g3"}`, `{"displayName":"Renamed","externalId":"g4"}`,
		`{"displayName":"Town Hall"}`, `{"displayName":"News list"}`, `{"displayName":"Only here"}`)
	wantGroups(t, got, map[string]string{
		"2": "adopt h1 displayName+externalId", "3": "conflict CLAIMED h1 SALES h1", "4": "same h2", "5": "create SEEMS_HERE Renamed h3 displayName+externalId",
		"6": "create displayName+externalId", "7": "conflict CLAIMED New", "8": "invalid NO_GROUP_NAME", "9": "create SEEMS_HERE Town Hall h4 displayName+externalId",
		"10": "out NOT_SECURITY_ENABLED", "11": "out NOT_SECURITY_ENABLED",
		"h3": "orphan NOT_IN_ENTRA h3", "h4": "orphan NOT_IN_ENTRA h4", "h5": "orphan IN_ENTRA_OUT_OF_SCOPE h5", "h6": "orphan NOT_IN_ENTRA h6",
	})
}

func TestGroupsMatchedByExternalID(t *testing.T) {
	file := "id,displayName,groupType,membershipType,source\n" +
		"g1,Sales,Security,Assigned,Cloud\ng2,Sales,Security,Assigned,Cloud\ng3,Named anew,,,\n,Nobody's,,,\nG5,Case,,,\ng6,One,,,\ng7,One,,,\ng8,Two,,,\n"
	got := groupsOf(t, "externalId", file, `{"displayName":"Sales","externalId":"g2"}`, `{"displayName":"Sales","externalId":"other"}`, `{"displayName":"Named once","externalId":"g3"}`,
		`{"displayName":"Case","externalId":"g5"}`, `{"displayName":"One"}`, `{"displayName":"Two"}`, `{"displayName":"two"}`)
	wantGroups(t, got, map[string]string{
		"2": "create SEEMS_HERE Sales h2 displayName+externalId", "3": "same h1", "4": "adopt h3 displayName", "5": "invalid NO_OBJECT_ID",
		"6": "adopt h4 externalId", "7": "create MAY_BE_HERE One h5 displayName+externalId", "8": "create MAY_BE_HERE One h5 displayName+externalId",
		"9":  "create MAY_BE_HERE Two h6 displayName+externalId",
		"h2": "orphan NOT_IN_ENTRA h2", "h5": "orphan NOT_IN_ENTRA h5", "h6": "orphan NOT_IN_ENTRA h6", "h7": "orphan NOT_IN_ENTRA h7",
	})
}

// A view's words for the columns are understood, what a list does not tell changes nothing, and several of one name here are in the way.
func TestAShortListOfGroups(t *testing.T) {
	got := groupsOf(t, "displayName", "Group name\nOffice\nTwins\n", `{"displayName":"Office","externalId":"kept"}`, `{"displayName":"Twins"}`, `{"displayName":"twins"}`)
	wantGroups(t, got, map[string]string{"2": "same h1", "3": "conflict SEVERAL_MATCH Twins, twins", "h2": "orphan NOT_IN_ENTRA h2", "h3": "orphan NOT_IN_ENTRA h3"})
}

func TestWhatIsNoListOfGroups(t *testing.T) {
	if _, err := ReadGroups([]string{"mail"}, [][]string{{"a"}}, []int{2}); !errors.Is(err, ErrNoGroups) {
		t.Errorf("without a name or id: %v", err)
	}
	if _, err := ReadGroups([]string{"userPrincipalName", "displayName", "objectId"}, [][]string{{"anna@contoso.example", "Anna", "1"}}, []int{2}); !errors.Is(err, ErrNoGroups) {
		t.Errorf("a list of users: %v", err)
	}
	if _, err := ReadGroups([]string{"displayName"}, nil, nil); !errors.Is(err, ErrNoGroup) {
		t.Errorf("a header alone: %v", err)
	}
	e, err := ReadGroups([]string{"displayName"}, [][]string{{"Office"}}, []int{2})
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Kind: scim.Group, Unique: "externalId", Users: e, Mapping: []Mapping{{Source: "objectId", Path: "externalId", Match: 1}}}
	if _, err := Make(in); !errors.Is(err, ErrMatching) {
		t.Errorf("without what is matched by: %v", err)
	}
	in.Mapping = nil
	if result, err := Make(in); err != nil || result.Rows[0].State != Out || result.Rows[0].Reason != NoGroups {
		t.Errorf("a target without groups: %+v, %v", result, err)
	}
}
