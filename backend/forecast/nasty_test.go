package forecast

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
)

// The headers of the portal's two files, as published ones have them.
const (
	classicHeader = "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country," +
		"physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobile,authenticationPhoneNumber,authenticationAlternativePhoneNumber,authenticationEmail," +
		"alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification"
	previewHeader = "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,streetAddress,state,country," +
		"officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName," +
		"creationType,directorySynced,invitationState,identityIssuer,createdDateTime"
)

// TestBothFilesOfThePortal reads each generation as it is downloaded: with a mark in front, CRLF, quoted commas, True and False, and guests.
func TestBothFilesOfThePortal(t *testing.T) {
	for format, file := range map[string]string{
		Classic: classicHeader + "\r\n" +
			`j.roe_fabrikam.example#EXT#@contoso.example,"Roe, Jörg (Fabrikam)",Roe,j.roe@fabrikam.example,Jörg,o-1,Guest,"Lead, Sales",Vertrieb,True,DE,"Weg 1, Hof",BY,Germany,"Haus 2, Zimmer 3",Hof,01234,'+49 30 1,+49 170 1,,,,,,,` + "\r\n" +
			`off@contoso.example,Off,,,,o-2,Member,,,False,,,,,,,,,,,,,,,,` + "\r\n",
		Preview: previewHeader + "\r\n" +
			`"j.roe_fabrikam.example#EXT#@contoso.example","Roe, Jörg (Fabrikam)","Roe","j.roe@fabrikam.example","Jörg","o-1","Guest","Lead, Sales","Vertrieb","True","DE","Weg 1, Hof","BY","Germany","Haus 2, Zimmer 3","Hof","01234","'+49 30 1","+49 170 1",,,,,"Contoso","Invitation","","Accepted","fabrikam.example","1/2/2026 3:04:05 PM"` + "\r\n" +
			`"off@contoso.example","Off",,,,"o-2","Member",,,"False",,,,,,,,,,,,,,,,,,,` + "\r\n",
	} {
		table, err := exchange.Read([]byte("\uFEFF"+file), exchange.Options{Known: KnownHeader})
		if err != nil {
			t.Fatal(err)
		}
		e, err := ReadUsers(table.Header, table.Rows, table.Lines)
		if err != nil || e.Format != format {
			t.Fatalf("%s is read as %+v, %v", format, e, err)
		}
		users := e.Users()
		for property, want := range map[string]string{
			"userPrincipalName": "j.roe_fabrikam.example#EXT#@contoso.example", "displayName": "Roe, Jörg (Fabrikam)", "objectId": "o-1", "jobTitle": "Lead, Sales",
			"streetAddress": "Weg 1, Hof", "physicalDeliveryOfficeName": "Haus 2, Zimmer 3", "postalCode": "01234", "telephoneNumber": "+49 30 1", "mobile": "+49 170 1",
			"mail": "j.roe@fabrikam.example",
		} {
			if got := users[0].Get(property); got != want {
				t.Errorf("%s: %s is %q, want %q", format, property, got, want)
			}
		}
		if len(users) != 2 || !users[0].enabled() || users[1].enabled() || users[1].Line != 3 || e.Has("mailNickname") || e.Has("companyName") != (format == Preview) {
			t.Errorf("%s: %d users, the second of line %d", format, len(users), users[1].Line)
		}
		result, err := Make(Input{Users: e, Mapping: mapping, Scope: ReadScope(nil, [][]string{{"j.roe_fabrikam.example@contoso.example"}})})
		if err != nil || result.Rows[0].State != Create || !slices.Contains(result.Unknown, "externalId") {
			t.Fatalf("%s: %+v, %v", format, result, err)
		}
		if i := slices.IndexFunc(result.Rows[0].Changes, func(c scim.Change) bool { return c.Path == "userName" }); i < 0 ||
			result.Rows[0].Changes[i].New != "j.roe_fabrikam.example@contoso.example" {
			t.Errorf("%s: the guest is sent as %+v", format, result.Rows[0].Changes)
		}
	}
}

func TestAHeaderAloneIsNoForecast(t *testing.T) {
	if _, err := ReadUsers([]string{"userPrincipalName"}, nil, nil); !errors.Is(err, ErrNobody) {
		t.Errorf("a file without users gives %v", err)
	}
}

func TestWhatIsAppliedOnce(t *testing.T) {
	once := []Mapping{{Source: "userPrincipalName", Path: "userName", Match: 1}, {Source: "displayName", Path: "displayName", Once: true}}
	got := forecastOf(t, Input{Mapping: once, Users: export(t, "userPrincipalName,displayName\nnew@x.example,New\nold@x.example,Other"),
		People: []Person{person(t, "1", `{"userName":"old@x.example","displayName":"Old","active":true}`)}})
	if r := got["new@x.example"]; !slices.ContainsFunc(r.Changes, func(c scim.Change) bool { return c.Path == "displayName" && c.New == "New" }) {
		t.Errorf("somebody new gets it: %+v", r)
	}
	if r := got["old@x.example"]; r.State != Same {
		t.Errorf("somebody who is here keeps theirs: %+v", r)
	}
}

// What the file does not tell changes nothing, and no rule holds it against anybody.
func TestUnknownIsNotEmpty(t *testing.T) {
	in := Input{Users: export(t, "userPrincipalName\noff@x.example\nnew@x.example"), Mapping: mapping,
		People: []Person{person(t, "1", `{"userName":"off@x.example","active":false}`)},
		Refuse: func(_ string, _, after *scim.Resource, untold []string) error {
			if active, has := after.Active(); !active || !has || !slices.Contains(untold, "active") || !slices.Contains(untold, "title") || slices.Contains(untold, "userName") {
				return fmt.Errorf("active %t %t, untold %v", active, has, untold)
			}
			return nil
		}}
	got := forecastOf(t, in)
	if r := got["off@x.example"]; r.State != Same {
		t.Errorf("whether they may sign in is not known: %+v", r)
	}
	if r := got["new@x.example"]; r.State != Create {
		t.Errorf("somebody new is enabled, and knows what is not told: %+v", r)
	}
}

func TestWhoSeemsToBeWhom(t *testing.T) {
	users := export(t, `userPrincipalName,displayName,mail
one@x.example,Anna Berg,
two@x.example,Anna Berg,
sure@x.example,Lee Lund,l@old.example
late@x.example,Lee Lund,
bob@a.example,Bob A,
bob@b.example,Bob B,`)
	got := forecastOf(t, Input{Users: users, People: []Person{
		person(t, "1", `{"userName":"a.berg","displayName":"Anna Berg"}`),
		person(t, "2", `{"userName":"lund2","displayName":"Lee Lund"}`),
		person(t, "3", `{"userName":"lund1","displayName":"Somebody","emails":[{"type":"work","value":"L@old.example"}]}`),
		person(t, "4", `{"userName":"bob","displayName":"Bob B"}`),
	}})
	for upn, want := range map[string]string{
		"one@x.example": MayBeHere + " 1", "two@x.example": MayBeHere + " 1", "sure@x.example": SeemsHere + " 3", "late@x.example": SeemsHere + " 2",
		"bob@a.example": " ", "bob@b.example": SeemsHere + " 4",
	} {
		if r := got[upn]; r.State != Create || r.Reason+" "+r.WithID != want {
			t.Errorf("%s: %s %s %s, want %s", upn, r.State, r.Reason, r.WithID, want)
		}
	}
}

func TestASecondMatchInTheCycle(t *testing.T) {
	byNick := []Mapping{{Source: "mailNickname", Path: "externalId", Match: 1}, {Source: "userPrincipalName", Path: "userName"}}
	got := forecastOf(t, Input{Mapping: byNick, Users: export(t, "userPrincipalName,mailNickname\na@x.example,nick\na@y.example,nick")})
	if r := got["a@x.example"]; r.State != Create {
		t.Errorf("the first is created: %+v", r)
	}
	if r := got["a@y.example"]; r.State != Conflict || r.Reason != Claimed || r.With != "a@x.example" {
		t.Errorf("the second is found to be the first: %+v", r)
	}
}

// Thousands who all match are neither all named nor all gone through.
func TestSeveralAreNamedInShort(t *testing.T) {
	in := Input{Users: export(t, "userPrincipalName,objectId\na@x.example,same"), Mapping: []Mapping{
		{Source: "objectId", Path: "externalId", Match: 1}, {Source: "userPrincipalName", Path: "userName", Match: 2}}}
	for i := range 50 {
		in.People = append(in.People, person(t, fmt.Sprint(i), fmt.Sprintf(`{"userName":"p%d","externalId":"same"}`, i)))
	}
	if r := forecastOf(t, in)["a@x.example"]; r.Reason != Several || r.With != "p0, p1, p2, p3, p4, …" {
		t.Errorf("%+v", r)
	}
}

// TestAnyForecast holds random directories and exports against a model of maps: who matches whom, nobody is two, everybody is told once.
func TestAnyForecast(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f"}
	letters := rapid.SampledFrom(names)
	rapid.Check(t, func(t *rapid.T) {
		here := rapid.SliceOfDistinct(letters, rapid.ID[string]).Draw(t, "here")
		type sent struct {
			upn, id  string
			disabled bool
		}
		var in Input
		for i, name := range here {
			value := rapid.SampledFrom([]string{"", "o-a", "o-b", "o-c"}).Draw(t, "external")
			body := fmt.Sprintf(`{"userName":%q,"active":true}`, name+"@x.example")
			if value != "" {
				body = fmt.Sprintf(`{"userName":%q,"externalId":%q,"active":true}`, name+"@x.example", value)
			}
			r, err := scim.ParseResource(scim.User, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			in.People = append(in.People, Person{ID: fmt.Sprint(i), Name: name, Doc: r.Document()})
		}
		var users []sent
		var rows [][]string
		var lines []int
		for i, name := range rapid.SliceOfN(letters, 1, 8).Draw(t, "users") {
			u := sent{upn: strings.ToUpper(name) + "@x.example", id: "o-" + letters.Draw(t, "id"), disabled: rapid.Bool().Draw(t, "disabled")}
			users = append(users, u)
			rows, lines = append(rows, []string{u.upn, u.id, map[bool]string{true: "False", false: "True"}[u.disabled]}), append(lines, i+2)
		}
		e, err := ReadUsers([]string{"userPrincipalName", "objectId", "accountEnabled"}, rows, lines)
		if err != nil {
			t.Fatal(err)
		}
		in.Users = e
		in.Mapping = []Mapping{{Source: "objectId", Path: "externalId", Match: 1}, {Source: "userPrincipalName", Path: "userName", Match: 2}}
		result, err := Make(in)
		if err != nil {
			t.Fatal(err)
		}
		model(t, result.Rows, len(users), in.People)
		for i, u := range users {
			r := result.Rows[i]
			if r.UPN != u.upn || r.Line != i+2 {
				t.Fatalf("row %d is %+v", i, r)
			}
			if u.disabled && (r.State == Create || len(r.Changes) > 1) {
				t.Fatalf("somebody who may not sign in is %+v", r)
			}
		}
	})
}

// model replays what the rows say on plain maps, and asks of each whether it could have been otherwise.
func model(t *rapid.T, rows []Row, users int, people []Person) {
	type one struct{ userName, external string }
	now := map[string]*one{}
	for _, p := range people {
		r, err := scim.FromDocument(scim.User, p.Doc)
		if err != nil {
			t.Fatal(err)
		}
		now[p.ID] = &one{scim.Key(r.UserName()), r.ExternalID()}
	}
	find := func(match func(*one) bool) (ids []string) {
		for id, o := range now {
			if match(o) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	claimed := map[string]bool{}
	for i, r := range rows[:users] {
		upn := scim.Key(r.UPN)
		ids := find(func(o *one) bool { return o.external == r.ObjectID })
		if len(ids) == 0 {
			ids = find(func(o *one) bool { return o.userName == upn })
		}
		want := ""
		holders := find(func(o *one) bool { return o.userName == upn })
		switch {
		case len(ids) > 1:
			want = Several
		case len(ids) == 1 && claimed[ids[0]]:
			want = Claimed
		case len(ids) == 1 && r.State == Same, len(ids) == 0 && r.State == Out:
		case len(ids) == 1 && len(r.Changes) == 1 && r.Changes[0].Path == "active":
		case len(holders) == 1 && (len(ids) == 0 || holders[0] != ids[0]):
			want = Taken
		}
		if want == Taken && strings.HasPrefix(holders[0], "new") {
			want = TakenInCycle
		}
		if (want != "") != (r.State == Conflict) || want != "" && r.Reason != want {
			t.Fatalf("row %d is %+v, want %q", i, r, want)
		}
		switch r.State {
		case Adopt, Same:
			if len(ids) != 1 || r.ID != ids[0] {
				t.Fatalf("row %d is matched with %s, and not %v", i, r.ID, ids)
			}
			claimed[r.ID] = true
			for _, c := range r.Changes {
				switch c.Path {
				case "userName":
					now[r.ID].userName = upn
				case "externalId":
					now[r.ID].external = r.ObjectID
				}
			}
		case Create:
			id := fmt.Sprint("new", i)
			now[id], claimed[id] = &one{upn, r.ObjectID}, true
		case Conflict:
			if r.ID != "" {
				claimed[r.ID] = true
			}
		}
	}
	for _, r := range rows[users:] {
		if r.State != Orphan || claimed[r.ID] {
			t.Fatalf("%+v is no orphan", r)
		}
		claimed[r.ID] = true
	}
	for _, p := range people {
		if !claimed[p.ID] {
			t.Fatalf("nobody speaks of %s", p.Name)
		}
	}
}
