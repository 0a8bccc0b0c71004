package forecast

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

var mapping = []Mapping{
	{Source: "userPrincipalName", Path: "userName", Match: 1},
	{Source: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, Path: "active"},
	{Source: "displayName", Path: "displayName"},
	{Source: "jobTitle", Path: "title"},
	{Source: "mail", Path: `emails[type eq "work"].value`},
	{Source: "givenName", Path: "name.givenName"},
	{Source: "surname", Path: "name.familyName"},
	{Source: `Join(" ", [givenName], [surname])`, Path: "name.formatted"},
	{Source: "mobile", Path: `phoneNumbers[type eq "mobile"].value`},
	{Source: "mailNickname", Path: "externalId"},
	{Source: "manager", Path: scim.EnterpriseURN + ":manager"},
}

func export(t *testing.T, csv string) *Export {
	t.Helper()
	var rows [][]string
	var lines []int
	for i, l := range strings.Split(strings.TrimSpace(csv), "\n") {
		rows, lines = append(rows, strings.Split(strings.TrimSpace(l), ",")), append(lines, i+1)
	}
	e, err := ReadUsers(rows[0], rows[1:], lines[1:])
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func person(t testing.TB, id, body string) Person {
	t.Helper()
	r, err := scim.ParseResource(scim.User, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return Person{ID: id, Name: r.UserName(), Doc: r.Document()}
}

func forecastOf(t *testing.T, in Input) map[string]Row {
	t.Helper()
	if in.Mapping == nil {
		in.Mapping = mapping
	}
	result, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Row{}
	for _, r := range result.Rows {
		key := r.UPN
		if key == "" {
			key = r.Here
		}
		if _, twice := by[key]; twice {
			key += " again"
		}
		by[key] = r
	}
	return by
}

func TestWhatTheFirstCycleDoes(t *testing.T) {
	users := export(t, `
userPrincipalName,displayName,surname,mail,givenName,objectId,jobTitle,accountEnabled
ANNA@contoso.example,Anna Berg,Berg,anna@contoso.example,Anna,o1,Lead,True
same@contoso.example,Sam East,East,same@contoso.example,Sam,o2,,True
new@contoso.example,New One,One,new@contoso.example,New,o3,,True
off@contoso.example,Off Here,Here,off@contoso.example,Off,o4,Boss,False
never@contoso.example,Never In,In,never@contoso.example,Never,o5,,False
lee@contoso.example,Lee Lund,Lund,lee@contoso.example,Lee,o6,,True
guest_fabrikam.example#EXT#@contoso.example,Guest,,,,o7,,True
,Nobody,,,,o8,,True`)
	people := []Person{
		person(t, "1", `{"userName":"anna@contoso.example","displayName":"Anna B.","title":"Clerk","active":true}`),
		person(t, "2", `{"userName":"same@contoso.example","displayName":"Sam East","active":true,"name":{"givenName":"Sam","familyName":"East","formatted":"Sam East"},"emails":[{"type":"work","value":"same@contoso.example"}]}`),
		person(t, "3", `{"userName":"off@contoso.example","displayName":"Old name","active":true}`),
		person(t, "4", `{"userName":"l.lund","displayName":"Lee Lund","active":true}`),
		person(t, "5", `{"userName":"left@contoso.example","active":true}`),
		person(t, "6", `{"userName":"guest_fabrikam.example@contoso.example","displayName":"Guest","active":true}`),
	}
	got := forecastOf(t, Input{Users: users, People: people})
	for upn, want := range map[string]struct{ state, id, reason, with string }{
		"ANNA@contoso.example":                        {Adopt, "1", "", ""},
		"same@contoso.example":                        {Same, "2", "", ""},
		"new@contoso.example":                         {Create, "", "", ""},
		"off@contoso.example":                         {Adopt, "3", "", ""},
		"never@contoso.example":                       {Out, "", DisabledInEntra, ""},
		"lee@contoso.example":                         {Create, "", SeemsHere, "4"},
		"guest_fabrikam.example#EXT#@contoso.example": {Same, "6", "", ""},
		"":                     {Invalid, "", NoUserName, ""},
		"left@contoso.example": {Orphan, "5", NotInEntra, ""},
		"l.lund":               {Orphan, "4", NotInEntra, ""},
	} {
		r, ok := got[upn]
		if !ok || r.State != want.state || r.ID != want.id || r.Reason != want.reason || r.WithID != want.with {
			t.Errorf("%q: %+v, want %+v", upn, r, want)
		}
	}
	if len(got) != 10 {
		t.Errorf("%d rows, want 10: %v", len(got), got)
	}
	var changed []string
	for _, c := range got["ANNA@contoso.example"].Changes {
		changed = append(changed, c.Path)
	}
	for _, path := range []string{"userName", "displayName", "title", `emails[type eq "work"].value`, "name.givenName"} {
		if !slices.ContainsFunc(changed, func(c string) bool { return strings.HasPrefix(c, strings.TrimSuffix(path, ".value")) }) {
			t.Errorf("Anna's %s would change, and %v does not say so", path, changed)
		}
	}
	if c := got["off@contoso.example"].Changes; len(c) != 1 || c[0].Path != "active" {
		t.Errorf("of somebody who may not sign in Entra changes active alone, not %v", c)
	}
}

func TestColumnsThatAreNotThereAreUnknown(t *testing.T) {
	users := export(t, "User principal name,Display name\nanna@contoso.example,Anna")
	result, err := Make(Input{Users: users, Mapping: mapping, People: []Person{
		person(t, "1", `{"userName":"anna@contoso.example","displayName":"Anna","title":"Clerk","active":false}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"title", "active", "externalId", "name.formatted"} {
		if !slices.Contains(result.Unknown, path) {
			t.Errorf("%s is not among the unknown ones: %v", path, result.Unknown)
		}
	}
	if slices.Contains(result.Unknown, "displayName") {
		t.Error("displayName has a column")
	}
}

func TestMatchingFollowsThePrecedence(t *testing.T) {
	byID := []Mapping{{Source: "userPrincipalName", Path: "userName", Match: 2}, {Source: "objectId", Path: "externalId", Match: 1}}
	users := export(t, "userPrincipalName,id\nanna@contoso.example,o1\nbob@contoso.example,o2\ncid@contoso.example,o3\ndot@contoso.example,o4")
	people := []Person{
		person(t, "1", `{"userName":"a.berg","externalId":"O1"}`),
		person(t, "2", `{"userName":"bob@contoso.example","externalId":"x"}`),
		person(t, "3", `{"userName":"c1","externalId":"o3"}`),
		person(t, "4", `{"userName":"c2","externalId":"o3"}`),
		person(t, "5", `{"userName":"d","externalId":"o4"}`),
		person(t, "6", `{"userName":"dot@contoso.example"}`),
	}
	got := forecastOf(t, Input{Users: users, People: people, Mapping: byID})
	if r := got["anna@contoso.example"]; r.State != Adopt || r.ID != "1" || r.By != "externalId" || users.Format != Preview {
		t.Errorf("Anna is matched by externalId first: %+v", r)
	}
	if r := got["bob@contoso.example"]; r.State != Adopt || r.ID != "2" || r.By != "userName" {
		t.Errorf("Bob is matched by userName next: %+v", r)
	}
	if r := got["cid@contoso.example"]; r.State != Conflict || r.Reason != Several || !strings.Contains(r.With, "c1") || !strings.Contains(r.With, "c2") {
		t.Errorf("two have Cid's externalId, so Entra gives up: %+v", r)
	}
	if r := got["dot@contoso.example"]; r.State != Conflict || r.Reason != Taken || r.WithID != "6" {
		t.Errorf("Dot's userName is somebody else's, so the change is refused: %+v", r)
	}
}

func TestTheScopeLeavesOthersAlone(t *testing.T) {
	users := export(t, "userPrincipalName,objectId\nanna@contoso.example,o1\nbob@contoso.example,o2")
	scope := ReadScope([]string{"id", "displayName"}, [][]string{{"O1", "bob@contoso.example"}, {"o9", "x"}})
	got := forecastOf(t, Input{Users: users, Scope: scope, People: []Person{person(t, "2", `{"userName":"bob@contoso.example"}`)}})
	if r := got["anna@contoso.example"]; r.State != Create {
		t.Errorf("Anna is in scope: %+v", r)
	}
	if r := got["bob@contoso.example"]; r.State != Out || r.Reason != NotInScope {
		t.Errorf("Bob is named in a column that identifies nobody: %+v", r)
	}
	if r := got["bob@contoso.example again"]; r.State != Orphan || r.Reason != OutOfScopeHere {
		t.Errorf("Bob is here and Entra does not send him: %+v", r)
	}
	if r := got["o9"]; r.State != Invalid || r.Reason != NotInFile {
		t.Errorf("nobody in the file is o9: %+v", r)
	}
	if pasted := ReadScope(nil, [][]string{{" Anna@contoso.example "}}); !pasted["anna@contoso.example"] {
		t.Errorf("a pasted list is %v", pasted)
	}
}

func TestWhatHappensInTheCycleCounts(t *testing.T) {
	byMail := []Mapping{{Source: "mail", Path: "userName", Match: 2}, {Source: "objectId", Path: "externalId", Match: 1}}
	users := export(t, "userPrincipalName,objectId,mail\na@x.example,o1,one@x.example\nb@x.example,o2,two@x.example\nc@x.example,o3,one@x.example")
	got := forecastOf(t, Input{Users: users, Mapping: byMail, People: []Person{
		person(t, "1", `{"userName":"two@x.example","externalId":"o1"}`)}})
	if r := got["a@x.example"]; r.State != Adopt || r.ID != "1" {
		t.Errorf("the first is matched: %+v", r)
	}
	if r := got["b@x.example"]; r.State != Create || r.Reason != DependsOnOrder || r.WithID != "1" {
		t.Errorf("the second gets a name that the first gave up in the same cycle: %+v", r)
	}
	if r := got["c@x.example"]; r.State != Conflict {
		t.Errorf("the third would be the first again: %+v", r)
	}
}

func TestAFileThatIsNone(t *testing.T) {
	if _, err := ReadUsers([]string{"Name", "Mail"}, nil, nil); !errors.Is(err, ErrNoUsers) {
		t.Errorf("a list without user principal names gives %v", err)
	}
	users := export(t, "userPrincipalName\nanna@x.example")
	_, err := Make(Input{Users: users, Mapping: []Mapping{{Source: "mailNickname", Path: "externalId", Match: 1}}})
	if !errors.Is(err, ErrMatching) || !strings.Contains(err.Error(), "externalId") {
		t.Errorf("a file that does not tell what is matched by gives %v", err)
	}
}

func TestTheServerMayRefuse(t *testing.T) {
	users := export(t, "userPrincipalName\nanna@x.example")
	no := errors.New("no")
	in := Input{Users: users, Mapping: mapping, Refuse: func(id string, before, after *scim.Resource, _ []string) error {
		if id != "" || before != nil || after.UserName() != "anna@x.example" {
			t.Errorf("asked about %q, %v, %v", id, before, after)
		}
		return no
	}}
	if r := forecastOf(t, in)["anna@x.example"]; r.State != Refused || r.Detail != "no" {
		t.Errorf("a refusal is %+v", r)
	}
}
