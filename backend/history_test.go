package backend

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

func history(t *testing.T, b *Backend, q HistoryQuery) HistoryPage {
	t.Helper()
	page, err := b.History(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestAManagerIsToldByName(t *testing.T) {
	b, secret := serve(t)
	ada := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"Ada"}`)
	bea := add(t, b, secret, "/Users", `{"userName":"bea@contoso.example","displayName":"Bea"}`)
	for _, manager := range []string{ada, "stranger"} {
		status, v := send(t, b, "PATCH", "/Users/"+bea, secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
			{"op":"Add","path":"`+scim.EnterpriseURN+`:manager","value":"`+manager+`"}]}`)
		if status != 200 {
			t.Fatal(status, v)
		}
	}
	send(t, b, "DELETE", "/Users/"+ada, secret, "")
	want := []Change{
		{Path: managerPath, Kind: "changed", Old: ada, New: "stranger", OldName: "Ada"},
		{Path: managerPath, Kind: "added", New: ada, NewName: "Ada"},
	}
	for i, row := range history(t, b, HistoryQuery{Type: "User", ID: bea, Limit: 2}).Rows {
		if len(row.Changes) != 1 || row.Changes[0] != want[i] {
			t.Errorf("change %d = %+v, want %+v", i, row.Changes, want[i])
		}
	}
}

func TestHistory(t *testing.T) {
	b, secret := serve(t)
	ada := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"Ada"}`)
	sales := add(t, b, secret, "/Groups", `{"displayName":"Sales","members":[{"value":"`+ada+`"},{"value":"stranger"}]}`)
	status, v := send(t, b, "PATCH", "/Users/"+ada, secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
		{"op":"Replace","path":"active","value":"False"},{"op":"Replace","path":"displayName","value":"Ada <Byron> & \"Co\""},
		{"op":"Add","path":"title","value":"Countess"},{"op":"Add","path":"roles","value":[{"value":"r1","display":"One & two"}]}]}`)
	if status != 200 {
		t.Fatal(status, v)
	}
	send(t, b, "DELETE", "/Users/"+ada, secret, "")

	page := history(t, b, HistoryQuery{Type: "User", ID: ada})
	actions := []string{}
	for _, r := range page.Rows {
		actions = append(actions, r.Action)
	}
	if !slices.Equal(actions, []string{"deleted", "disabled", "member added", "created"}) || page.More || page.Store == "" {
		t.Fatalf("history = %v, more %v", actions, page.More)
	}
	changed := page.Rows[1]
	if changed.Origin != "scim" || changed.RequestID == "" || changed.Activity == 0 || changed.At == "" ||
		changed.Resource != (Reference{Type: "User", ID: ada, Name: `Ada <Byron> & "Co"`, State: StateDeleted, Found: true}) || changed.Other != (Reference{}) {
		t.Errorf("row = %+v", changed)
	}
	want := map[string]Change{
		"active":      {Path: "active", Kind: "changed", Old: "true", New: "false"},
		"displayName": {Path: "displayName", Kind: "changed", Old: "Ada", New: `Ada <Byron> & "Co"`},
		"title":       {Path: "title", Kind: "added", Old: "", New: "Countess"},
		"roles":       {Path: "roles", Kind: "added", Old: "", New: `{"display":"One & two","value":"r1"}`},
	}
	for _, c := range changed.Changes {
		if c != want[c.Path] {
			t.Errorf("%s = %+v, want %+v", c.Path, c, want[c.Path])
		}
		delete(want, c.Path)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
	joined := page.Rows[2]
	if joined.Resource != (Reference{Type: "Group", ID: sales, Name: "Sales", State: StateActive, Found: true}) || joined.Other.ID != ada || len(joined.Changes) != 0 || joined.Changes == nil {
		t.Errorf("membership = %+v", joined)
	}
	if gone := page.Rows[0].Changes; len(gone) > 0 && gone[0].Kind != "removed" {
		t.Errorf("deleted = %+v", gone)
	}
	group := history(t, b, HistoryQuery{Type: "Group", ID: sales})
	if len(group.Rows) != 3 || group.Rows[0].Other != (Reference{ID: "stranger"}) || group.Rows[1].Other.State != StateDeleted {
		t.Errorf("group = %+v", group.Rows)
	}

	for limit := 1; limit <= 7; limit++ {
		var seqs []int64
		for before := int64(0); ; before = seqs[len(seqs)-1] {
			page := history(t, b, HistoryQuery{Before: before, Limit: limit})
			for _, r := range page.Rows {
				seqs = append(seqs, r.Seq)
			}
			if !page.More {
				break
			}
			if len(page.Rows) != limit {
				t.Errorf("a page of %d says that there is more", len(page.Rows))
			}
		}
		if !slices.Equal(seqs, []int64{6, 5, 4, 3, 2, 1}) {
			t.Errorf("all in pages of %d: %v", limit, seqs)
		}
	}
	if _, err := b.History(t.Context(), HistoryQuery{Type: "User", ID: sales}); Code(err) != "NOT_FOUND" {
		t.Errorf("a group as a person: %v", err)
	}
	if _, err := b.History(t.Context(), HistoryQuery{Type: "Device", ID: ada}); Code(err) != "BAD_QUERY" {
		t.Errorf("an unknown type: %v", err)
	}
}

func TestValuesAreShownAsTheyWereWritten(t *testing.T) {
	for v, want := range map[any]string{
		nil: "", "": "", "a\nb": "a\nb", true: "true", false: "false", json.Number("12345678901234567890"): "12345678901234567890", json.Number("1.50"): "1.50",
		"sdk_0123456789abcdefghij": "***",
	} {
		if got := shown(v); got != want {
			t.Errorf("%v = %q, want %q", v, got, want)
		}
	}
	if got := shown(map[string]any{"b": []any{"<", nil}, "a": json.Number("1e2")}); got != `{"a":1e2,"b":["<",null]}` {
		t.Errorf("an object = %s", got)
	}
	if c := change(scim.Change{Path: "x", Old: "a"}); c.Kind != "removed" || c.New != "" {
		t.Errorf("%+v", c)
	}
	if c := change(scim.Change{Path: "x", Old: false, New: ""}); c.Kind != "changed" || c.Old != "false" {
		t.Errorf("%+v", c)
	}
}

// TestNumbersKeepTheirDigits through the server, the document, the history and back.
func TestNumbersKeepTheirDigits(t *testing.T) {
	b, secret := serve(t)
	id := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","urn:contoso:2.0:Extra":{"level":1.50,"badge":12345678901234567890}}`)
	want := map[string]string{"urn:contoso:2.0:Extra:level": "1.50", "urn:contoso:2.0:Extra:badge": "12345678901234567890"}
	for _, c := range history(t, b, HistoryQuery{Type: "User", ID: id}).Rows[0].Changes {
		if w, ok := want[c.Path]; ok && c.New != w {
			t.Errorf("%s = %s, want %s", c.Path, c.New, w)
		}
		delete(want, c.Path)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
}

func TestOverview(t *testing.T) {
	b, secret := serve(t)
	o, err := b.Overview(t.Context())
	if err != nil || len(o.Hours) != 24 || o.Failed == nil || o.Changes == nil || len(o.Failed)+len(o.Changes)+o.Failures+o.Refused != 0 {
		t.Errorf("of nothing = %+v, %v", o, err)
	}
	visit(t, b, secret)
	if o, err = b.Overview(t.Context()); err != nil {
		t.Fatal(err)
	}
	sum := Hour{}
	for i, h := range o.Hours {
		sum.Success += h.Success
		sum.NotFound += h.NotFound
		sum.Failure += h.Failure
		sum.Error += h.Error
		sum.CutOff += h.CutOff
		if i > 0 && parse(t, h.At).Sub(parse(t, o.Hours[i-1].At)) != time.Hour {
			t.Errorf("hours %s and %s", o.Hours[i-1].At, h.At)
		}
	}
	if sum != (Hour{Success: 4, NotFound: 1, Failure: 4}) || o.Failures != 4 || o.Refused != 1 {
		t.Errorf("counts = %+v, failures %d, refused %d", sum, o.Failures, o.Refused)
	}
	if f, err := b.FindActivity(t.Context(), ActivityFind{Filter: ActivityFilter{Outcomes: []string{"failure", "error"}, From: o.Hours[0].At}}); err != nil || len(f.Seqs) != o.Failures {
		t.Errorf("the link behind the number finds %d of %d, %v", len(f.Seqs), o.Failures, err)
	}
	if words(o.Failed) != "other 401, update 404, create 400, create 409" {
		t.Errorf("failed = %s", words(o.Failed))
	}
	if len(o.Changes) != 3 || o.Changes[0].Action != "deleted" || o.Changes[2].Action != "created" {
		t.Errorf("changes = %+v", o.Changes)
	}
	for range 3 {
		visit(t, b, secret)
	}
	if o, err = b.Overview(t.Context()); err != nil || len(o.Failed) != 5 || o.Failures != 16 || len(o.Changes) != 8 {
		t.Errorf("more = %d failed of %d, %d changes, %v", len(o.Failed), o.Failures, len(o.Changes), err)
	}
}

func parse(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestHoursAreThoseOfTheClock(t *testing.T) {
	zone := func(name string, offset time.Duration) *time.Location {
		return time.FixedZone(name, int(offset.Seconds()))
	}
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{time.Date(2026, 11, 22, 14, 59, 59, 999, time.UTC), "2026-11-21T15:00:00Z"},
		{time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC), "2026-11-21T16:00:00Z"},
		{time.Date(2026, 11, 22, 14, 20, 0, 0, zone("IST", 5*time.Hour+30*time.Minute)), "2026-11-21T15:00:00+05:30"},
		{time.Date(2026, 11, 22, 0, 10, 0, 0, zone("NPT", 5*time.Hour+45*time.Minute)), "2026-11-21T01:00:00+05:45"},
		{time.Date(2026, 11, 22, 14, 20, 0, 0, zone("NST", -3*time.Hour-30*time.Minute)), "2026-11-21T15:00:00-03:30"},
	} {
		if got := firstHour(c.now).Format(time.RFC3339); got != c.want {
			t.Errorf("at %s hours begin at %s, want %s", c.now, got, c.want)
		}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	after := time.Date(2026, 10, 25, 10, 20, 0, 0, berlin) // the clock was put back at three
	if got := after.Sub(firstHour(after)); got != 23*time.Hour+20*time.Minute {
		t.Errorf("24 hours are %v when the clock was put back", got)
	}
}
