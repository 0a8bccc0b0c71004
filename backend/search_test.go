package backend

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/store"
)

// findAll asks on until it is done, and gives the matches in the order they came.
func findAll(t *testing.T, b *Backend, q ActivityFind) []Activity {
	t.Helper()
	seqs := []int64{}
	for done := false; !done; {
		found, err := b.FindActivity(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, found.Seqs...)
		if done = found.Done; q.After != 0 {
			q.After = found.Through
		} else {
			q.Before = found.Through
		}
	}
	page, err := b.ActivityAt(t.Context(), seqs)
	if err != nil {
		t.Fatal(err)
	}
	if q.After == 0 {
		slices.Reverse(page.Rows)
	}
	if got := seqsOf(page.Rows); !slices.Equal(got, seqs) {
		t.Fatalf("found %v, which are the rows %v", seqs, got)
	}
	return page.Rows
}

func seqsOf(rows []Activity) []int64 {
	out := []int64{}
	for _, r := range rows {
		out = append(out, r.Seq)
	}
	return out
}

// words tells rows by what they were.
func words(rows []Activity) string {
	out := []string{}
	for _, r := range rows {
		out = append(out, fmt.Sprint(r.Action, " ", r.Status))
	}
	return strings.Join(out, ", ")
}

// visit plays what Entra does for one person, and what goes wrong around it. It gives the person's id.
func visit(t *testing.T, b *Backend, secret string) string {
	t.Helper()
	send(t, b, "GET", `/Users?filter=userName+eq+"anna.b%40contoso.example"`, secret, "")
	id := add(t, b, secret, "/Users", `{"userName":"anna.b@contoso.example","displayName":"Änna Berg"}`)
	send(t, b, "PATCH", "/Users/"+id, secret, fmt.Sprintf(rename, "Anna Berg-Roe"))
	send(t, b, "POST", "/Users", secret, `{"userName":"ANNA.b@contoso.example","displayName":"Another"}`)
	send(t, b, "POST", "/Users", secret, `{"userName":`)
	send(t, b, "GET", "/Users/nobody", secret, "")
	send(t, b, "PATCH", "/Users/nobody", secret, fmt.Sprintf(rename, "x"))
	send(t, b, "GET", "/Users", "sdk_wrong", "")
	send(t, b, "DELETE", "/Users/"+id, secret, "")
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestFindActivity(t *testing.T) {
	b, secret := serve(t)
	start := time.Now()
	id := visit(t, b, secret)
	all := findAll(t, b, ActivityFind{})
	const everything = "delete 204, other 401, update 404, read 404, create 400, create 409, update 200, create 201, match 200"
	if words(all) != everything {
		t.Fatalf("all = %s", words(all))
	}
	for name, c := range map[string]struct {
		f    ActivityFilter
		want string
	}{
		"success":           {ActivityFilter{Outcomes: []string{"success"}}, "delete 204, update 200, create 201, match 200"},
		"not found":         {ActivityFilter{Outcomes: []string{"notFound"}}, "read 404"},
		"failure":           {ActivityFilter{Outcomes: []string{"failure"}}, "other 401, update 404, create 400, create 409"},
		"several outcomes":  {ActivityFilter{Outcomes: []string{"failure", "notFound", "error", "cutOff"}}, "other 401, update 404, read 404, create 400, create 409"},
		"status":            {ActivityFilter{Status: 409}, "create 409"},
		"status of another": {ActivityFilter{Status: 409, Outcomes: []string{"success"}}, ""},
		"method and action": {ActivityFilter{Methods: []string{"PATCH", "GET"}, Actions: []string{"update", "match"}}, "update 404, update 200, match 200"},
		"her id":            {ActivityFilter{Resource: id}, "delete 204, update 200, create 201"},
		"her name":          {ActivityFilter{Person: "anna berg"}, "delete 204, update 200, create 201"},
		"part of user name": {ActivityFilter{Person: "ANNA.B@CONT"}, "match 200"},
		"her user name":     {ActivityFilter{Person: "anna.b@contoso.example"}, "delete 204, update 200, create 201, match 200"},
		"a name and method": {ActivityFilter{Person: "berg", Methods: []string{"PATCH"}}, "update 200"},
		"words of details":  {ActivityFilter{Text: "BEARER token"}, "other 401"},
		"a word of a path":  {ActivityFilter{Text: "nobody"}, "update 404, read 404"},
		"since the start":   {ActivityFilter{From: start.Add(-time.Second).Format(time.RFC3339)}, everything},
		"before the start":  {ActivityFilter{Until: start.Add(-time.Second).Format(time.RFC3339)}, ""},
	} {
		for _, limit := range []int{0, 1} {
			if got := words(findAll(t, b, ActivityFind{Filter: c.f, Limit: limit})); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
			up := findAll(t, b, ActivityFind{Filter: c.f, Limit: limit, After: Beginning})
			slices.Reverse(up)
			if words(up) != c.want {
				t.Errorf("%s, upwards: %s, want %s", name, words(up), c.want)
			}
		}
	}
	newer, err := b.FindActivity(t.Context(), ActivityFind{After: all[0].Seq})
	if err != nil || !newer.Done || len(newer.Seqs) > 0 || newer.Through != all[0].Seq {
		t.Errorf("newer than the newest: %+v, %v", newer, err)
	}
	send(t, b, "GET", "/Users/nobody", secret, "")
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if next := findAll(t, b, ActivityFind{After: newer.Through}); words(next) != "read 404" {
		t.Errorf("what came since: %s", words(next))
	}
}

func TestFindActivityInAnEmptyLog(t *testing.T) {
	b, secret := serve(t)
	up, err := b.FindActivity(t.Context(), ActivityFind{After: Beginning})
	if err != nil || !up.Done || up.Seqs == nil || up.Through != Beginning {
		t.Errorf("upwards: %+v, %v", up, err)
	}
	if down, err := b.FindActivity(t.Context(), ActivityFind{}); err != nil || !down.Done || len(down.Seqs) > 0 {
		t.Errorf("downwards: %+v, %v", down, err)
	}
	add(t, b, secret, "/Users", `{"userName":"a"}`)
	if rows := findAll(t, b, ActivityFind{After: up.Through}); words(rows) != "create 201" {
		t.Errorf("the first row: %s", words(rows))
	}
}

func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	b, _ := serve(t)
	long := strings.Repeat("ä", 201)
	for name, q := range map[string]ActivityFind{
		"outcome":    {Filter: ActivityFilter{Outcomes: []string{"success", "bad"}}},
		"status":     {Filter: ActivityFilter{Status: 99}},
		"big status": {Filter: ActivityFilter{Status: 600}},
		"person":     {Filter: ActivityFilter{Person: long}},
		"text":       {Filter: ActivityFilter{Text: long}},
		"resource":   {Filter: ActivityFilter{Resource: long}},
		"from":       {Filter: ActivityFilter{From: "yesterday"}},
		"until":      {Filter: ActivityFilter{Until: "2026-11-22"}},
		"methods":    {Filter: ActivityFilter{Methods: make([]string, 21)}},
		"direction":  {Before: 5, After: 3},
		"below zero": {Before: -1},
	} {
		if _, err := b.FindActivity(t.Context(), q); Code(err) != "BAD_QUERY" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.FindActivity(t.Context(), ActivityFind{Filter: ActivityFilter{Text: long[:400]}, Limit: 1 << 40}); err != nil {
		t.Errorf("200 characters: %v", err)
	}
	if _, err := b.ActivityAt(t.Context(), make([]int64, 1001)); Code(err) != "BAD_QUERY" {
		t.Errorf("1,001 rows: %v", err)
	}
}

func TestActivityAt(t *testing.T) {
	b, secret := serve(t)
	for range 120 {
		send(t, b, "GET", "/Users/nobody", secret, "")
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := b.ActivityAt(t.Context(), []int64{900, 119, 3, 3, 0, -5, 60, 119, 1})
	if err != nil || !slices.Equal(seqsOf(page.Rows), []int64{1, 3, 60, 119}) || page.Head.Last != 120 || page.Rows[1].Target != "/scim/v2/Users/nobody" {
		t.Errorf("%v %+v %v", seqsOf(page.Rows), page.Head, err)
	}
	many := []int64{}
	for i := range int64(1000) {
		many = append(many, 1000-i)
	}
	if page, err = b.ActivityAt(t.Context(), many); err != nil || len(page.Rows) != 120 {
		t.Errorf("1,000 seqs: %d rows, %v", len(page.Rows), err)
	}
	if page, err = b.ActivityAt(t.Context(), nil); err != nil || page.Rows == nil || len(page.Rows) != 0 {
		t.Errorf("none: %+v, %v", page, err)
	}
}

// last gives the newest request in full.
func last(t *testing.T, b *Backend) ActivityDetail {
	t.Helper()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := b.ActivityDetail(t.Context(), s.Activity.Last)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestActivityDetail(t *testing.T) {
	b, secret := serve(t)
	id := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"Ada"}`)
	body := fmt.Sprintf(rename, "Zoë")
	_, _, answer := ask(t, b, "PATCH", "/Users/"+id, secret, body)
	d := last(t, b)
	if d.Row.Method != "PATCH" || d.Row.Identity != "Zoë" || d.Request != body || d.Response != answer || d.RequestCut || d.ResponseCut || d.ChangesMore {
		t.Errorf("detail = %+v", d)
	}
	if len(d.Changes) != 1 || d.Changes[0].Resource.ID != id || d.Changes[0].Activity != d.Row.Seq || len(d.Changes[0].Changes) != 1 ||
		d.Changes[0].Changes[0] != (Change{Path: "displayName", Kind: "changed", Old: "Ada", New: "Zoë"}) {
		t.Errorf("changes = %+v", d.Changes)
	}
	if text := fmt.Sprintf("%+v", d); strings.Contains(text, secret) || !strings.Contains(d.Curl, "$SCIM_TOKEN") || !strings.Contains(d.PowerShell, "$env:SCIM_TOKEN") {
		t.Errorf("the token stands in it, or its variable does not: %s", text)
	}
	_, err := b.ActivityDetail(t.Context(), d.Row.Seq+1)
	if Code(err) != "NOT_FOUND" || !strings.Contains(Message(err), "not in the log any more") {
		t.Errorf("a request that is not there: %v", err)
	}
}

// TestABodyIsShownAsItCame: cut, broken or with a password in it.
func TestABodyIsShownAsItCame(t *testing.T) {
	b, secret := serve(t)
	const kept = 64 << 10
	ask(t, b, "POST", "/Users", secret, `{"userName":"long@contoso.example","nickName":"`+strings.Repeat("ä", kept)+`"}`)
	d := last(t, b)
	if !d.RequestCut || !d.ResponseCut || len(d.Request) > kept || len(d.Request) < kept-4 || !strings.HasSuffix(d.Request, "ä") {
		t.Errorf("a long body: cut %v %v, %d bytes, ends with %q", d.RequestCut, d.ResponseCut, len(d.Request), d.Request[len(d.Request)-5:])
	}
	if strings.Contains(d.Curl, "nickName") || !strings.Contains(d.Curl, "# The body is left out") || !strings.Contains(d.PowerShell, "# The body is left out") {
		t.Errorf("half a body would be sent: %.300s", d.Curl)
	}
	exact := `{"userName":"exact@contoso.example","nickName":"`
	exact += strings.Repeat("a", kept-len(exact)-2) + `"}`
	ask(t, b, "POST", "/Users", secret, exact)
	if d = last(t, b); d.RequestCut || d.Request != exact || !strings.Contains(d.Curl, exact) {
		t.Errorf("a body of just 64 KiB: cut %v, %d bytes", d.RequestCut, len(d.Request))
	}
	ask(t, b, "POST", "/Users", secret, "{\"userName\":\"a\xff\xc3(\"}")
	if d = last(t, b); d.Request != `{"userName":"a\xff\xc3("}` || !strings.Contains(d.Curl, "it is no text") {
		t.Errorf("no UTF-8: %q, %s", d.Request, d.Curl)
	}
	ask(t, b, "POST", "/Users", secret, `{"userName":"p@contoso.example","password":"hunter2hunter2"}`)
	if d = last(t, b); strings.Contains(fmt.Sprintf("%+v", d), "hunter2") || !strings.Contains(d.Curl, "# *** stands for") {
		t.Errorf("a password: %+v", d)
	}
	ask(t, b, "GET", "/Users", "sdk_wrong", "")
	if d = last(t, b); d.Row.Status != http.StatusUnauthorized || d.Request != "" || d.Response != "" || len(d.Changes) != 0 || d.Changes == nil {
		t.Errorf("a stranger: %+v", d)
	}
}

func TestARequestWithManyChanges(t *testing.T) {
	b, secret := serve(t)
	group := add(t, b, secret, "/Groups", `{"displayName":"Everybody"}`)
	members := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"value":"member-%d-of-%d"}`, i, n))
		}
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[` + strings.Join(all, ",") + `]}]}`
	}
	for n, more := range map[int]bool{detailRows: false, detailRows + 1: true} {
		if status, v := send(t, b, "PATCH", "/Groups/"+group, secret, members(n)); status != 204 {
			t.Fatal(status, v)
		}
		if d := last(t, b); len(d.Changes) != detailRows || d.ChangesMore != more || d.Changes[0].Action != "member added" {
			t.Errorf("%d members: %d changes, more %v", n, len(d.Changes), d.ChangesMore)
		}
	}
}

func TestSnapshotTellsWhoWasRefused(t *testing.T) {
	b, secret := serve(t)
	if s, err := b.Snapshot(t.Context()); err != nil || s.Refused != (RefusedInfo{}) {
		t.Errorf("before: %+v, %v", s.Refused, err)
	}
	send(t, b, "GET", "/Users", "sdk_wrong", "")
	send(t, b, "GET", "/Users", secret, "")
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil || s.Refused.At == "" || !strings.HasPrefix(s.Refused.Remote, "127.0.0.1:") || !strings.Contains(s.Refused.Detail, "not accepted") || s.Refused.Activity != 1 {
		t.Errorf("refused = %+v, %v", s.Refused, err)
	}
}

// TestHowRequestsCameIsTold, and those that are not as Entra sends them are found.
func TestHowRequestsCameIsTold(t *testing.T) {
	b, _ := serve(t)
	now := time.Now()
	for _, a := range []store.Activity{
		{Action: "match", Status: 200, Via: "tunnel"},
		{Action: "read", Status: 404, Via: "local", Unlike: "userAgent,header"},
		{Action: "other", Status: 401, Via: "tunnel", Hint: "wxyz"},
	} {
		a.At, a.Method, a.Target = now, http.MethodGet, "/scim/v2/Users"
		b.store.Log(&a)
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := words(findAll(t, b, ActivityFind{Filter: ActivityFilter{Unlike: true}})); got != "read 404" {
		t.Errorf("unlike Entra: %s", got)
	}
	rows := findAll(t, b, ActivityFind{})
	if words(rows) != "other 401, read 404, match 200" || rows[0].LastFour != "wxyz" || rows[0].Via != "tunnel" || !slices.Equal(rows[1].Unlike, []string{"userAgent", "header"}) || rows[2].Unlike == nil {
		t.Errorf("%+v", rows)
	}
	o, err := b.Overview(t.Context())
	if err != nil || o.Failures != 1 || o.Refused != 1 || len(o.Failed) != 1 || o.Failed[0].Seq != rows[0].Seq {
		t.Errorf("overview: %+v %v", o, err)
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.Refused.Activity != rows[0].Seq {
		t.Errorf("refused: %+v %v", s.Refused, err)
	}
}
