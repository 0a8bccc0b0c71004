package backend

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/entra"
	"scimdesk/backend/forecast"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

// classicExport writes users as the portal's classic file has them: no mail nickname, no employee id, no language, no fax.
func classicExport(t testing.TB, users []entra.User) string {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{strings.Split("userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,usageLocation,"+
		"streetAddress,state,country,physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobile", ",")}
	for _, u := range users {
		rows = append(rows, []string{u.UserPrincipalName, u.DisplayName, u.Surname, u.Mail, u.GivenName, u.ObjectID, "Member", u.JobTitle, u.Department,
			map[bool]string{true: "False", false: "True"}[u.Disabled], "DE", u.StreetAddress, u.State, u.Country, u.PhysicalDeliveryOfficeName, u.City,
			u.PostalCode, u.TelephoneNumber, u.Mobile})
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// forecastRows gives all rows of a forecast.
func forecastRows(t testing.TB, b *Backend, f Forecast) []ForecastRow {
	t.Helper()
	var all []ForecastRow
	for {
		page, err := b.ForecastRows(t.Context(), PlanQuery{Plan: f.Plan, From: len(all), Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Rows...)
		if len(all) >= page.Total {
			return all
		}
	}
}

// peopled puts people into a folder as an import does.
func peopled(t testing.TB, b *Backend, bodies ...string) []string {
	t.Helper()
	var ids []string
	for _, body := range bodies {
		r, err := scim.ParseResource(scim.User, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := b.store.Create(t.Context(), store.Cause{Origin: "window"}, r, store.With{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, rec.ID)
	}
	return ids
}

// inventedUsers are users of Entra's, some of whom may not sign in.
func inventedUsers(rng *rand.Rand, n int) []entra.User {
	users := make([]entra.User, n)
	for i := range users {
		given, family := fmt.Sprintf("Given%d", rng.IntN(n)), fmt.Sprintf("Family%d", i)
		upn := strings.ToLower(fmt.Sprintf("%s.%s@contoso.example", given, family))
		users[i] = entra.User{
			ObjectID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), UserPrincipalName: upn, Mail: upn, MailNickname: "nick" + fmt.Sprint(i),
			DisplayName: given + " " + family, GivenName: given, Surname: family, JobTitle: []string{"", "Lead", "Clerk"}[rng.IntN(3)],
			Department: []string{"", "Sales", "Lager"}[rng.IntN(3)], City: []string{"", "Berlin"}[rng.IntN(2)],
			TelephoneNumber: []string{"", "+49 30 12345"}[rng.IntN(2)], Disabled: rng.IntN(6) == 0,
		}
	}
	return users
}

// someOfThem are people here: some under Entra's user name, in any letter case and with other values, some under their old ID, some whom
// Entra does not know.
func someOfThem(rng *rand.Rand, users []entra.User) []string {
	var bodies []string
	for i, u := range users {
		name, title := u.UserPrincipalName, u.JobTitle
		switch rng.IntN(5) {
		case 0:
			continue
		case 1:
			name = strings.ToUpper(name)
		case 2:
			name = fmt.Sprintf("%c.%s", u.GivenName[0]|0x20, strings.ToLower(u.Surname))
		case 3:
			title = "Something else"
		}
		bodies = append(bodies, fmt.Sprintf(`{"userName":%q,"displayName":%q,"title":%q,"active":%t,"emails":[{"type":"work","value":%q}]}`,
			name, u.DisplayName, title, rng.IntN(5) > 0, u.Mail))
		if i%9 == 0 {
			bodies = append(bodies, fmt.Sprintf(`{"userName":"orphan%d","active":true}`, i))
		}
	}
	return bodies
}

// changesOf gives what history says a request changed since a row of it, by path, but for what is not to be compared.
func changesOf(t *testing.T, b *Backend, kind, id string, since int64, without []string) map[string]string {
	t.Helper()
	page, err := b.History(t.Context(), HistoryQuery{Type: kind, ID: id, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]string{}
	for _, row := range page.Rows {
		if row.Seq <= since {
			break
		}
		for _, c := range row.Changes {
			if !slices.Contains(without, c.Path) {
				changes[c.Path] = c.New
			}
		}
	}
	return changes
}

func lastChange(t *testing.T, b *Backend, id string) int64 {
	t.Helper()
	return lastChangeOf(t, b, "User", id)
}

func lastChangeOf(t *testing.T, b *Backend, kind, id string) int64 {
	t.Helper()
	page, err := b.History(t.Context(), HistoryQuery{Type: kind, ID: id, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return page.Rows[0].Seq
}

// TestTheForecastIsWhatEntraThenDoes makes a forecast of random offices for each target, lets Entra be played with the same users and the
// target's own table, and compares person by person and group by group: who is adopted, with which changes, who is created, who is refused, who is left alone.
func TestTheForecastIsWhatEntraThenDoes(t *testing.T) {
	all, err := target.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for i, one := range all {
		for _, by := range [][]string{nil, {"externalId", "userName"}} {
			if by != nil && !hasObjectID(one) {
				continue
			}
			t.Run(fmt.Sprint(one.ID, by), func(t *testing.T) {
				t.Parallel()
				forecastAndCycle(t, one, by, uint64(i), i%2 == 1)
			})
		}
	}
}

// hasObjectID tells whether people of a target can be matched by their object id.
func hasObjectID(t *target.Target) bool {
	return slices.ContainsFunc(t.Users, func(a target.Attribute) bool { return a.Path == "externalId" && a.Source == "objectId" })
}

// nastyUsers are a few whom something is the matter with, and the people here in whose way they are.
func nastyUsers(byObjectID bool) (users []entra.User, bodies []string) {
	user := func(id, upn, name string) entra.User {
		return entra.User{ObjectID: id, UserPrincipalName: upn, Mail: upn, MailNickname: id, DisplayName: name, GivenName: name, Surname: "Case"}
	}
	guest := user("n-guest", "g.uest_fabrikam.example#EXT#@contoso.example", "Guest, of Fabrikam")
	guest.Mail = "g.uest@fabrikam.example"
	plain := user("n-plain", "plain@contoso.example", "Plain")
	plain.Mail, plain.Surname = "", "" // strict targets require both
	held := user("n-held", "held@contoso.example", "Held")
	held.Disabled = true
	users = []entra.User{guest, held, plain, user("n-taken", "taken@contoso.example", "Taken"), user("n-twins", "twins@contoso.example", "Twins"),
		user("n-again", "again@contoso.example", "Again")}
	bodies = []string{
		`{"userName":"g.uest_fabrikam.example@contoso.example","displayName":"Guest","active":true}`,
		`{"userName":"held@contoso.example","displayName":"Held","active":true}`,
		`{"userName":"nobody.active","displayName":"No active"}`,
	}
	if byObjectID {
		bodies = append(bodies, // whose externalId says one thing and whose name says another
			`{"userName":"t.aken","externalId":"n-taken","active":true}`, `{"userName":"taken@contoso.example","externalId":"other","active":true}`,
			`{"userName":"twin1","externalId":"n-twins","active":true}`, `{"userName":"twin2","externalId":"n-twins","active":true}`,
			`{"userName":"again@contoso.example","externalId":"n-more","active":true}`)
		bodies[1] = `{"userName":"held@contoso.example","externalId":"n-plain","active":true}`
	}
	return users, bodies
}

func forecastAndCycle(t *testing.T, one *target.Target, by []string, seed uint64, protect bool) {
	rng := rand.New(rand.NewPCG(seed, 7))
	b, _ := serve(t)
	strict := one.ID == "eptura" || one.ID == "alvao"
	use(t, b, TargetChange{ID: one.ID, Strict: strict})
	secret, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	nasty, inTheWay := nastyUsers(by != nil)
	users := append(nasty, inventedUsers(rng, 24)...)
	before := peopled(t, b, append(inTheWay, someOfThem(rng, users[len(nasty):])...)...)
	if protect {
		if _, err := b.store.SetLocal(t.Context(), store.Cause{Origin: "window"}, before[1], func(l *store.Local) error { l.Protected = true; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	byName := one.GroupKey == target.GroupsByName
	teams := someGroups(t, b, byName, users)
	since := map[string]int64{}
	for _, id := range before {
		since[id] = lastChange(t, b, id)
	}
	groups := groupsHere(t, b)
	for id := range groups {
		since[id] = lastChangeOf(t, b, "Group", id)
	}
	ask := ForecastRequest{Users: handed(t, b, "users.csv", classicExport(t, users)), Groups: handed(t, b, "groups.csv", groupExport(t, teams, by != nil)), Matching: by}
	if by != nil && !byName { // the other reading of what the target's own page says
		ask.GroupsBy = []string{"externalId"}
	}
	f, err := b.MakeForecast(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	rows := forecastRows(t, b, f)

	table := tableOf(one)
	table.UsersBy = by
	if by == nil {
		table.UsersBy = f.Matching
	}
	if ask.GroupsBy != nil {
		table.GroupsBy = ask.GroupsBy
	}
	if !slices.Equal(f.GroupsBy, table.GroupsBy) {
		t.Errorf("groups are matched by %v, not by %v", f.GroupsBy, table.GroupsBy)
	}
	for i := range users { // Entra takes the mark of a guest out itself, before anything is sent
		users[i].UserPrincipalName = strings.Replace(users[i].UserPrincipalName, "#EXT#", "", 1)
	}
	c, err := entra.New(entra.Options{URL: b.address(), Token: secret.Secret, Users: users, GivenGroups: teams, Mapping: table, Dialect: "flagged", Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Cycle(t.Context()); err != nil {
		t.Fatal(err)
	}
	groupsAreAsForecast(t, b, f, c.Groups(), groups, since)
	caused := map[string]entra.Person{}
	for _, p := range c.People() {
		caused[p.ObjectID] = p
	}
	seen := map[string]int{}
	for _, r := range rows {
		seen[r.State]++
		seen[r.Reason]++
		sameAsForecast(t, b, f, r, caused[r.ObjectID], before, since)
	}
	want := []string{ForecastAdopt, ForecastCreate, ForecastOut, ForecastOrphan}
	if by != nil {
		want = append(want, forecast.Taken, forecast.Several, forecast.Claimed)
	}
	if protect || one.ID == "eptura" {
		want = append(want, ForecastRefused)
	}
	for _, what := range want {
		if seen[what] == 0 {
			t.Errorf("nobody is %s: the office tests nothing: %v", what, seen)
		}
	}
}

// sameAsForecast holds one row against what Entra caused.
func sameAsForecast(t *testing.T, b *Backend, f Forecast, r ForecastRow, now entra.Person, before []string, since map[string]int64) {
	t.Helper()
	want := map[string]string{}
	for _, change := range r.Changes {
		want[change.Path] = change.New
	}
	switch r.State {
	case ForecastAdopt, ForecastSame:
		if got := changesOf(t, b, "User", r.ID, since[r.ID], f.Unknown); now.ID != r.ID || !maps.Equal(got, want) {
			t.Errorf("%s is adopted as %s and not %s, with the changes %v and not %v", r.UPN, now.ID, r.ID, got, want)
		}
	case ForecastCreate:
		if now.ID == "" || slices.Contains(before, now.ID) {
			t.Errorf("%s is not created: %+v", r.UPN, now)
		} else if got := changesOf(t, b, "User", now.ID, 0, f.Unknown); !maps.Equal(mapped(got), mapped(want)) {
			t.Errorf("%s is created with %v and not %v", r.UPN, got, want)
		}
	case ForecastOut, ForecastInvalid:
		if now.ID != "" {
			t.Errorf("%s is not left alone: %+v", r.UPN, now)
		}
	case ForecastConflict, ForecastRefused:
		if r.ID == "" && now.ID != "" {
			t.Errorf("%s is %s and yet here: %+v", r.UPN, r.State, now)
		}
		if r.ID != "" && r.Reason != forecast.Claimed && lastChange(t, b, r.ID) != since[r.ID] {
			t.Errorf("%s is %s and yet changed", r.UPN, r.State)
		}
	case ForecastOrphan:
		if last := lastChange(t, b, r.ID); last != since[r.ID] {
			t.Errorf("the orphan %s was changed", r.Here)
		}
	default:
		t.Errorf("%s is %s: %s", r.UPN, r.State, r.Reason)
	}
}

// mapped leaves out of somebody new what a creation brings without a line in the table.
func mapped(values map[string]string) map[string]string {
	maps.DeleteFunc(values, func(path, _ string) bool { return path == "active" || strings.HasSuffix(path, ".primary") })
	return values
}

// TestAForecastIsMendedByConverting converts the user IDs that a forecast offers to, and the next forecast is green.
func TestAForecastIsMendedByConverting(t *testing.T) {
	b, _ := serve(t)
	users := []entra.User{{ObjectID: "o1", UserPrincipalName: "anna.berg@contoso.example", Mail: "anna.berg@contoso.example", DisplayName: "Anna Berg"}}
	ids := peopled(t, b, `{"userName":"a.berg","displayName":"Anna Berg","active":true}`)
	ask := ForecastRequest{Users: handed(t, b, "users.csv", classicExport(t, users))}
	f, err := b.MakeForecast(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	if r := forecastRows(t, b, f)[0]; r.State != ForecastCreate || r.WithID != ids[0] || r.Fix != FixConvert || f.Green {
		t.Fatalf("Anna would be here twice, and the forecast says %+v, green %t", r, f.Green)
	}
	fixed, err := b.FixForecast(t.Context(), ForecastFix{Plan: f.Plan, Fix: FixConvert})
	if err != nil {
		t.Fatal(err)
	}
	job, err := b.ApplyUserIDs(t.Context(), fixed.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if job, err = b.WaitJob(t.Context(), job.Seq); err != nil || job.Done != 1 {
		t.Fatalf("the conversion: %+v, %v", job, err)
	}
	if f, err = b.MakeForecast(t.Context(), ask); err != nil || !f.Green {
		t.Errorf("after the conversion: %+v, %v", f, err)
	}
}

// TestAForecastMendsOnlyWhatItOffers offers nothing where it is not sure who is who, or where nothing here mends it.
func TestAForecastMendsOnlyWhatItOffers(t *testing.T) {
	b, _ := serve(t)
	peopled(t, b, `{"userName":"a.berg","displayName":"Anna Berg","active":true}`, `{"userName":"l.lund","displayName":"Lee Lund","active":true}`)
	export := "userPrincipalName,displayName,objectId,accountEnabled\nanna@x.example,Anna Berg,o1,True\nanna2@x.example,Anna Berg,o2,True\nlee@x.example,Lee Lund,o3,True\n"
	f, err := b.MakeForecast(t.Context(), ForecastRequest{Users: handed(t, b, "users.csv", export)})
	if err != nil || f.Green || f.Twice != 3 || f.Mends != 1 || f.Fix != FixConvert {
		t.Fatalf("%+v, %v", f, err)
	}
	if r := forecastRows(t, b, f)[0]; r.Reason != forecast.MayBeHere || r.With != "Anna Berg" || r.Fix != "" {
		t.Errorf("two are called Anna Berg: %+v", r)
	}
	if _, err := b.FixForecast(t.Context(), ForecastFix{Plan: f.Plan, Fix: FixConvert, N: []int{0}}); Code(err) != "BAD_QUERY" {
		t.Errorf("converting her gives %v", err)
	}
	if _, err := b.FixForecast(t.Context(), ForecastFix{Plan: f.Plan, Fix: FixExternalID}); Code(err) != "BAD_QUERY" {
		t.Errorf("externalIds where user IDs are matched by give %v", err)
	}
	fixed, err := b.FixForecast(t.Context(), ForecastFix{Plan: f.Plan, Fix: FixConvert})
	if err != nil {
		t.Fatal(err)
	}
	if page, err := b.UserIDRows(t.Context(), PlanQuery{Plan: fixed.Plan, Limit: 10}); err != nil || page.Total != 1 || page.Rows[0].From != "l.lund" {
		t.Errorf("the plan is %+v, %v", page, err)
	}
	empty := ForecastRequest{Users: handed(t, b, "empty.csv", "userPrincipalName,displayName,objectId\n")}
	if _, err := b.MakeForecast(t.Context(), empty); Code(err) != "BAD_FILE" || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("a file of nobody gives %v", err)
	}
}

// TestStrictHoldsNothingUnknownAgainstAnybody: the portal's file does not tell everything that a target requires.
func TestStrictHoldsNothingUnknownAgainstAnybody(t *testing.T) {
	b, _ := serve(t)
	use(t, b, TargetChange{ID: "eptura", Strict: true})
	f, err := b.MakeForecast(t.Context(), ForecastRequest{Users: handed(t, b, "users.csv", "userPrincipalName,givenName\nanna@x.example,Anna\nbob@x.example,\n")})
	if err != nil {
		t.Fatal(err)
	}
	rows := forecastRows(t, b, f)
	if rows[0].State != ForecastCreate {
		t.Errorf("the file has no column for what is missing: %+v", rows[0])
	}
	if rows[1].State != ForecastRefused || !strings.Contains(rows[1].Detail, "givenName") {
		t.Errorf("the file says that Bob has no given name: %+v", rows[1])
	}
}

// TestAForecastIsMendedByExternalIDs sets the externalId that Entra matches by, and takes it back.
func TestAForecastIsMendedByExternalIDs(t *testing.T) {
	b, _ := serve(t)
	ids := peopled(t, b, `{"userName":"a.berg","displayName":"Anna Berg","active":true}`)
	rows := []ForecastRow{{With: "Anna Berg", WithID: ids[0], ObjectID: "o1"}}
	job, err := b.setExternalIDs(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	if job, err = b.WaitJob(t.Context(), job.Seq); err != nil || job.Done != 1 {
		t.Fatalf("the job: %+v, %v", job, err)
	}
	if p, err := b.Person(t.Context(), ids[0]); err != nil || p.ExternalID != "o1" {
		t.Errorf("externalId is %q, %v", p.ExternalID, err)
	}
	if job, err = b.UndoJob(t.Context(), JobUndo{Job: job.Seq}); err != nil {
		t.Fatal(err)
	}
	if job, err = b.WaitJob(t.Context(), job.Seq); err != nil || job.Undone != 1 {
		t.Fatalf("the undo: %+v, %v", job, err)
	}
	if p, err := b.Person(t.Context(), ids[0]); err != nil || p.ExternalID != "" {
		t.Errorf("externalId is %q, %v", p.ExternalID, err)
	}
}
