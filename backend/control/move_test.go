package control

import (
	"encoding/base64"
	"slices"
	"testing"

	"scimdesk/backend"
)

// TestAForecastThroughTheDoor makes one of people and groups at the owner, and reads both parts of it.
func TestAForecastThroughTheDoor(t *testing.T) {
	b, _ := open(t)
	c, err := Reach(t.Context(), b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	hand := func(name, text string) string {
		t.Helper()
		up, err := c.PutUpload(t.Context(), backend.UploadPart{Name: name, Data: base64.StdEncoding.EncodeToString([]byte(text))})
		if err != nil {
			t.Fatal(err)
		}
		return up.ID
	}
	if _, err := b.SaveTarget(t.Context(), backend.TargetChange{ID: "eptura"}); err != nil {
		t.Fatal(err)
	}
	ask := backend.ForecastRequest{
		Users:  hand("users.csv", "userPrincipalName,displayName,objectId\nanna@contoso.example,Anna,o1\n"),
		Groups: hand("groups.csv", "displayName,objectId\nSales,g1\nOffice,g2\n"), GroupsBy: []string{"externalId"},
	}
	made, err := c.MakeForecast(t.Context(), ask)
	if err != nil || made.Total != 1 || made.GroupsTotal != 2 || !slices.Equal(made.GroupsBy, ask.GroupsBy) {
		t.Fatalf("%+v, %v", made, err)
	}
	people, err := c.ForecastRows(t.Context(), backend.PlanQuery{Plan: made.Plan, Limit: 10})
	if err != nil || people.Total != 1 || people.Rows[0].Kind != backend.ForecastPerson || people.Rows[0].UPN != "anna@contoso.example" {
		t.Errorf("people: %+v, %v", people, err)
	}
	groups, err := c.ForecastGroups(t.Context(), backend.PlanQuery{Plan: made.Plan, From: 1, Limit: 10})
	if err != nil || groups.Total != 2 || len(groups.Rows) != 1 || groups.Rows[0].Kind != backend.ForecastGroup || groups.Rows[0].Name != "Office" || groups.Rows[0].State != backend.ForecastCreate {
		t.Errorf("groups: %+v, %v", groups, err)
	}
	if _, err := c.ForecastGroups(t.Context(), backend.PlanQuery{Plan: "of before", Limit: 10}); codeOf(err) != "PLAN_GONE" {
		t.Errorf("groups of no forecast: %v", err)
	}
}
