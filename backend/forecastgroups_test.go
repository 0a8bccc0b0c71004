package backend

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/entra"
	"scimdesk/backend/forecast"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// groupExport writes groups as the portal's file has them, the classic one or the newer.
func groupExport(t testing.TB, groups []entra.GivenGroup, preview bool) string {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"displayName", "objectId", "mail", "mailEnabled", "securityEnabled"}}
	if preview {
		rows = [][]string{{"id", "displayName", "groupType", "membershipType", "source", "mail"}}
	}
	for _, g := range groups {
		row := []string{g.DisplayName, g.ObjectID, "", "False", "True"}
		if preview {
			row = []string{g.ObjectID, g.DisplayName, "Security", "Assigned", "Cloud", ""}
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// someGroups imports groups and gives Entra's: some are here under the same name, in another letter case or with the same id, some here are not
// in Entra, some are empty, and some of Entra's share a name. Where names are not unique here, two here share one too.
func someGroups(t *testing.T, b *Backend, byName bool, users []entra.User) []entra.GivenGroup {
	t.Helper()
	const member = "nobody.active"
	applied(t, b, importOf(t, b, "groups", "", "displayName,externalId,members\nOffice,,"+member+"\nSame,g-same,\nsales team,,\nOld name,g-renamed,"+member+"\n"+
		"Only here,,"+member+"\nEmpty,,\n\"Ops \"\"night\"\" \\ day\",,\nTwins,,"+member+"\nMoved,g-moved,\n"))
	if !byName {
		twin, err := scim.ParseResource(scim.Group, []byte(`{"displayName":"TWINS","externalId":"elsewhere"}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.Create(t.Context(), store.Cause{Origin: "window"}, twin, store.With{}); err != nil {
			t.Fatal(err)
		}
	}
	some := []string{users[0].ObjectID, users[len(users)-1].ObjectID}
	return []entra.GivenGroup{
		{ObjectID: "g-office", DisplayName: "Office", Members: some}, {ObjectID: "g-same", DisplayName: "Same"},
		{ObjectID: "g-sales", DisplayName: "Sales Team", Members: some[:1]}, {ObjectID: "g-renamed", DisplayName: "New name"},
		{ObjectID: "g-empty", DisplayName: "Empty"}, {ObjectID: "g-ops", DisplayName: `Ops "night" \ day`, Members: some},
		{ObjectID: "g-twin1", DisplayName: "Twins", Members: some[:1]}, {ObjectID: "g-twin2", DisplayName: "twins", Members: some[1:]},
		{ObjectID: "g-new", DisplayName: "New", Members: some}, {ObjectID: "g-fresh1", DisplayName: "Fresh"}, {ObjectID: "g-fresh2", DisplayName: "Fresh", Members: some},
		{ObjectID: "g-moves", DisplayName: "Moved"}, {ObjectID: "g-moved", DisplayName: "Moved away"}, // the first has the name that the second had here
	}
}

// groupsHere gives all groups, by id.
func groupsHere(t *testing.T, b *Backend) map[string]GroupRow {
	t.Helper()
	page, err := b.Groups(t.Context(), ListQuery{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]GroupRow{}
	for _, g := range page.Rows {
		all[g.ID] = g
	}
	return all
}

// groupsAreAsForecast holds each row against what Entra caused. Before are the groups that were here when the forecast was made.
func groupsAreAsForecast(t *testing.T, b *Backend, f Forecast, caused []entra.Group, before map[string]GroupRow, since map[string]int64) {
	t.Helper()
	page, err := b.ForecastGroups(t.Context(), PlanQuery{Plan: f.Plan, Limit: 500})
	if err != nil || page.Total != f.GroupsTotal || len(page.Rows) != page.Total || f.Green {
		t.Fatalf("%d of %d rows, green %t, %v", len(page.Rows), f.GroupsTotal, f.Green, err)
	}
	now := map[string]entra.Group{}
	for _, g := range caused {
		now[g.ObjectID] = g
	}
	merged := map[string]bool{} // the target's ids of groups that are two of Entra's
	for _, r := range page.Rows {
		if r.Reason == forecast.Claimed {
			merged[now[r.ObjectID].ID] = true
		}
	}
	seen := map[string]int{}
	told := map[string]bool{}
	for _, r := range page.Rows {
		seen[r.State]++
		seen[r.Reason]++
		told[r.ObjectID], told[r.ID] = true, true
		if here := before[r.ID]; here.Members != r.Members && r.ID != "" {
			t.Errorf("%s has %d members here, not %d", r.Name, here.Members, r.Members)
		}
		groupIsAsForecast(t, b, f, r, now[r.ObjectID], since, merged)
	}
	for _, g := range caused {
		if !told[g.ObjectID] {
			t.Errorf("nothing is said of %s", g.DisplayName)
		}
	}
	for id, g := range before {
		if !told[id] {
			t.Errorf("nothing is said of %s, which is here", g.Name)
		}
	}
	if got, want := len(groupsHere(t, b)), len(before)+seen[ForecastCreate]; got != want {
		t.Errorf("%d groups are here after the cycle, not %d", got, want)
	}
	want := map[string]int{ForecastAdopt: 6, ForecastSame: 1, ForecastCreate: 4, ForecastConflict: 2, forecast.Claimed: 2, ForecastOrphan: 2, forecast.SeemsHere: 1}
	byName := !slices.Contains(f.GroupsBy, "externalId")
	switch {
	case len(f.GroupsBy) == 2:
		want = map[string]int{
			ForecastAdopt: 6, ForecastSame: 1, ForecastCreate: 3, ForecastConflict: 3, ForecastOrphan: 3, forecast.Several: 2, forecast.Claimed: 1, forecast.DependsOnOrder: 1,
		}
	case !byName:
		want = map[string]int{ForecastAdopt: 2, ForecastSame: 1, ForecastCreate: 10, ForecastOrphan: 7, forecast.SeemsHere: 4, forecast.MayBeHere: 2}
	}
	if same := seen[ForecastSame] + seen[ForecastAdopt]; byName && same == want[ForecastAdopt]+want[ForecastSame] {
		want[ForecastAdopt], want[ForecastSame] = seen[ForecastAdopt], seen[ForecastSame] // a table without externalId leaves more as they are
	}
	for what, n := range want {
		if seen[what] != n {
			t.Errorf("%d are %s, not %d: %v", seen[what], what, n, seen)
		}
	}
	if f.GroupsTwice != seen[forecast.SeemsHere]+seen[forecast.MayBeHere] {
		t.Errorf("%d groups would be made twice, not %d", f.GroupsTwice, seen[forecast.SeemsHere])
	}
}

// groupIsAsForecast holds one row against what Entra caused.
func groupIsAsForecast(t *testing.T, b *Backend, f Forecast, r ForecastRow, now entra.Group, since map[string]int64, merged map[string]bool) {
	t.Helper()
	want := map[string]string{}
	for _, change := range r.Changes {
		want[change.Path] = change.New
	}
	was := int64(0)
	switch r.State {
	case ForecastAdopt, ForecastSame:
		if was = since[r.ID]; now.ID != r.ID {
			t.Errorf("%s is adopted as %s and not %s", r.Name, now.ID, r.ID)
		}
	case ForecastCreate:
		if now.ID == "" || since[now.ID] != 0 {
			t.Errorf("%s is not created: %+v", r.Name, now)
		}
	case ForecastConflict:
		if r.Reason == forecast.Several {
			if now.ID != "" {
				t.Errorf("%s matches several and is not given up on: %+v", r.Name, now)
			}
			return
		}
		if now.ID == "" || r.ID != "" && now.ID != r.ID || r.ID == "" && since[now.ID] != 0 {
			t.Errorf("%s does not become the group of another one: %+v, %+v", r.Name, r, now)
		}
		return
	case ForecastOrphan:
		if last := lastChangeOf(t, b, "Group", r.ID); last != since[r.ID] {
			t.Errorf("the orphan %s was changed", r.Here)
		}
		return
	default:
		t.Errorf("%s is %s: %s", r.Name, r.State, r.Reason)
		return
	}
	if merged[now.ID] {
		return // the other one changed it once more
	}
	got := changesOf(t, b, "Group", now.ID, was, f.GroupsUnknown)
	maps.DeleteFunc(got, func(path, _ string) bool { return strings.HasPrefix(path, "members") })
	if !maps.Equal(got, want) {
		t.Errorf("%s is %s with %v and not %v", r.Name, r.State, got, want)
	}
}

// TestAForecastOfGroupsIsSearchedAndExported: its rows are filtered and searched as people's are, and stand behind them in the file.
func TestAForecastOfGroupsIsSearchedAndExported(t *testing.T) {
	b, _ := serve(t)
	peopled(t, b, `{"userName":"nobody.active"}`)
	groups := someGroups(t, b, true, []entra.User{{ObjectID: "o1"}})
	users := "userPrincipalName,objectId\nnobody.active,o1\n"
	ask := ForecastRequest{Users: handed(t, b, "users.csv", users), Groups: handed(t, b, "groups.csv", groupExport(t, groups, true))}
	f, err := b.MakeForecast(t.Context(), ask)
	if err != nil || f.Total != 1 || !f.WithGroups || f.GroupsTotal != 15 || !slices.Equal(f.GroupsBy, []string{"displayName"}) || f.Green {
		t.Fatalf("%+v, %v", f, err)
	}
	page, err := b.ForecastGroups(t.Context(), PlanQuery{Plan: f.Plan, State: ForecastConflict, Search: "fresh"})
	if err != nil || page.Total != 1 || page.Rows[0].ObjectID != "g-fresh2" || page.Rows[0].Kind != ForecastGroup || page.Rows[0].With != "Fresh" {
		t.Errorf("%+v, %v", page.Rows, err)
	}
	out, err := b.ExportForecast(t.Context(), f.Plan, "csv", t.TempDir())
	if err != nil || out.Count != 16 {
		t.Errorf("%+v, %v", out, err)
	}
	// Without the groups that can't be told apart, the same people are no reason to wait.
	ask.Groups = handed(t, b, "groups.csv", groupExport(t, slices.DeleteFunc(groups, func(g entra.GivenGroup) bool {
		return g.ObjectID == "g-twin2" || g.ObjectID == "g-fresh2" || g.ObjectID == "g-renamed"
	}), false))
	if f, err = b.MakeForecast(t.Context(), ask); err != nil || !f.Green {
		t.Errorf("%+v, %v", f, err)
	}
	ask.Groups = handed(t, b, "groups.csv", "mail\nx@contoso.example\n")
	if _, err := b.MakeForecast(t.Context(), ask); Code(err) != "BAD_FILE" || !strings.Contains(err.Error(), "groups.csv") {
		t.Errorf("a list of no groups gives %v", err)
	}
}
