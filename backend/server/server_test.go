package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

const secret = "sdk_test"

// office is a server on a store of its own.
type office struct {
	t     *testing.T
	store *store.Store
	http  *httptest.Server
}

func open(t *testing.T, change ...func(*Options)) *office {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Store:  st,
		Verify: func(s string) (Caller, bool) { return Caller{Token: "token-1"}, s == secret },
		Log:    slog.New(slog.NewTextHandler(t.Output(), nil)),

		RefusalDelay: -1,
	}
	for _, c := range change {
		c(&o)
	}
	off := &office{t: t, store: st, http: httptest.NewServer(New(o))}
	t.Cleanup(func() {
		off.http.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return off
}

// reply is an answer, read.
type reply struct {
	status int
	closed bool // the connection ended with it
	header http.Header
	body   string
	json   map[string]any
}

// do sends a request; target is what stands behind the host, headers are "Name: value".
func (o *office) do(method, target, body string, headers ...string) reply {
	o.t.Helper()
	return o.doAs(false, method, target, body, headers...)
}

// doAs is do by somebody who may have no User-Agent.
func (o *office) doAs(nobody bool, method, target, body string, headers ...string) reply {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.http.URL, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	req.URL.Opaque = strings.TrimPrefix(o.http.URL, "http:") + path
	req.URL.RawQuery = query
	req.Header.Set("Authorization", "Bearer "+secret)
	if body != "" {
		req.Header.Set("Content-Type", scim.MediaType)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if value == "" {
			req.Header.Del(name)
			continue
		}
		req.Header.Set(name, value)
	}
	if nobody {
		req.Header.Set("User-Agent", "") // or the client would say its name
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	r := reply{status: res.StatusCode, closed: res.Close, header: res.Header, body: string(text)}
	if len(text) > 0 && res.Header.Get("Content-Type") == scim.MediaType {
		if err := json.Unmarshal(text, &r.json); err != nil {
			o.t.Fatalf("%s %s: the answer is not JSON: %v\n%s", method, target, err, text)
		}
	}
	return r
}

func (o *office) create(endpoint, body string) (id string) {
	o.t.Helper()
	r := o.do("POST", "/scim/v2/"+endpoint, body)
	if r.status != http.StatusCreated {
		o.t.Fatalf("create: %d %s", r.status, r.body)
	}
	return r.json["id"].(string)
}

// everything is the whole content as text, to see that nothing changed.
func (o *office) everything() string {
	o.t.Helper()
	var b strings.Builder
	for _, t := range []*scim.ResourceType{scim.User, scim.Group} {
		err := o.store.Scan(o.t.Context(), t, store.With{Groups: true, Members: true}, func(r store.Record) error {
			_, err := fmt.Fprintln(&b, r.ID, r.Version, string(r.Doc), r.Groups, r.Members)
			return err
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	return b.String()
}

func TestBadInputIsNamedAndChangesNothing(t *testing.T) {
	o := open(t)
	ada := o.create("Users", `{"userName":"ada@contoso.example","displayName":"Ada"}`)
	o.create("Users", `{"userName":"bob@contoso.example","displayName":"Bob"}`)
	sales := o.create("Groups", `{"displayName":"Sales","members":[{"value":"`+ada+`"}]}`)
	before := o.everything()

	user, group := "/scim/v2/Users/"+ada, "/scim/v2/Groups/"+sales
	op := func(ops string) string {
		return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + ops + `]}`
	}
	filter := func(f string) string {
		return "/scim/v2/Users?filter=" + strings.NewReplacer(" ", "+", "&", "%26", "#", "%23").Replace(f)
	}
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	for _, c := range []struct {
		name, method, target, body string
		headers                    []string
		status                     int
		scimType, detail           string
	}{
		{"no JSON", "POST", "/scim/v2/Users", "userName=ada", nil, 400, "invalidSyntax", "JSON"},
		{"cut JSON", "POST", "/scim/v2/Users", `{"userName":"x"`, nil, 400, "invalidSyntax", "JSON"},
		{"two values", "POST", "/scim/v2/Users", `{"userName":"x"} {}`, nil, 400, "invalidSyntax", ""},
		{"empty body", "POST", "/scim/v2/Users", ``, nil, 400, "invalidSyntax", ""},
		{"array body", "POST", "/scim/v2/Users", `[]`, nil, 400, "invalidSyntax", "object"},
		{"null body", "POST", "/scim/v2/Users", `null`, nil, 400, "invalidSyntax", "object"},
		{"not UTF-8", "POST", "/scim/v2/Users", "{\"userName\":\"\xff\xfe\"}", nil, 400, "invalidSyntax", "UTF-8"},
		{"too deep", "POST", "/scim/v2/Users", `{"userName":"x","x":` + deep + `}`, nil, 400, "invalidSyntax", ""},
		{"twice in other spelling", "POST", "/scim/v2/Users", `{"userName":"x","UserName":"y"}`, nil, 400, "invalidSyntax", "userName"},
		{"no userName", "POST", "/scim/v2/Users", `{"displayName":"x"}`, nil, 400, "invalidValue", "userName"},
		{"blank userName", "POST", "/scim/v2/Users", `{"userName":"  "}`, nil, 400, "invalidValue", "userName"},
		{"number as userName", "POST", "/scim/v2/Users", `{"userName":7}`, nil, 400, "invalidValue", "userName"},
		{"endless userName", "POST", "/scim/v2/Users", `{"userName":"` + strings.Repeat("x", 5000) + `"}`, nil, 400, "invalidValue", "userName"},
		{"word as active", "POST", "/scim/v2/Users", `{"userName":"x","active":"perhaps"}`, nil, 400, "invalidValue", "active"},
		{"string as name", "POST", "/scim/v2/Users", `{"userName":"x","name":"Ada"}`, nil, 400, "invalidValue", "name"},
		{"schemas no list", "POST", "/scim/v2/Users", `{"schemas":"urn","userName":"x"}`, nil, 400, "invalidValue", "schemas"},
		{"taken userName", "POST", "/scim/v2/Users", `{"userName":"ADA@contoso.example"}`, nil, 409, "uniqueness", "ADA@contoso.example"},
		{"no group name", "POST", "/scim/v2/Groups", `{}`, nil, 400, "invalidValue", "displayName"},
		{"taken group name", "POST", "/scim/v2/Groups", `{"displayName":"sales"}`, nil, 409, "uniqueness", "sales"},
		{"member without value", "POST", "/scim/v2/Groups", `{"displayName":"x","members":[{"display":"y"}]}`, nil, 400, "invalidValue", "members"},

		{"other media type", "POST", "/scim/v2/Users", `{"userName":"x"}`, []string{"Content-Type: text/plain"}, 415, "", "text/plain"},
		{"form", "POST", "/scim/v2/Users", `userName=x`, []string{"Content-Type: application/x-www-form-urlencoded"}, 415, "", "application/scim+json"},
		{"other charset", "POST", "/scim/v2/Users", `{"userName":"x"}`, []string{"Content-Type: application/json; charset=utf-16"}, 415, "", "UTF-8"},
		{"compressed", "POST", "/scim/v2/Users", `{"userName":"x"}`, []string{"Content-Encoding: gzip"}, 415, "", "gzip"},
		{"too large", "POST", "/scim/v2/Users", `{"userName":"x","nickName":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "", "1048576"},

		{"patch without operations", "PATCH", user, `{}`, nil, 400, "invalidSyntax", "Operations"},
		{"operations no list", "PATCH", user, `{"Operations":{}}`, nil, 400, "invalidSyntax", "Operations"},
		{"unknown op", "PATCH", user, op(`{"op":"move","path":"title","value":"x"}`), nil, 400, "invalidSyntax", "move"},
		{"op missing", "PATCH", user, op(`{"path":"title","value":"x"}`), nil, 400, "invalidSyntax", "op"},
		{"broken path", "PATCH", user, op(`{"op":"replace","path":"emails[type eq","value":"x"}`), nil, 400, "invalidPath", "emails[type eq"},
		{"path no string", "PATCH", user, op(`{"op":"replace","path":7,"value":"x"}`), nil, 400, "", "path"},
		{"no path and no object", "PATCH", user, op(`{"op":"replace","value":"x"}`), nil, 400, "", ""},
		{"remove nothing", "PATCH", user, op(`{"op":"remove"}`), nil, 400, "noTarget", ""},
		{"value missing", "PATCH", user, op(`{"op":"add","path":"title"}`), nil, 400, "invalidValue", "title"},
		{"id is ours", "PATCH", user, op(`{"op":"replace","path":"id","value":"x"}`), nil, 400, "mutability", "id"},
		{"groups are ours", "PATCH", user, op(`{"op":"add","path":"groups","value":[{"value":"x"}]}`), nil, 400, "mutability", "groups"},
		{"userName cleared", "PATCH", user, op(`{"op":"remove","path":"userName"}`), nil, 400, "", "userName"},
		{"userName emptied", "PATCH", user, op(`{"op":"replace","path":"userName","value":""}`), nil, 400, "", "userName"},
		{"userName taken", "PATCH", user, op(`{"op":"replace","path":"userName","value":"bob@CONTOSO.example"}`), nil, 409, "uniqueness", "bob@CONTOSO.example"},
		{"wrong type", "PATCH", user, op(`{"op":"replace","path":"name.givenName","value":{"a":1}}`), nil, 400, "invalidValue", "givenName"},
		{"a later operation fails", "PATCH", user, op(`{"op":"replace","path":"title","value":"Lead"},{"op":"replace","path":"active","value":"perhaps"}`), nil, 400, "invalidValue", "active"},
		{"no match to build from", "PATCH", user, op(`{"op":"replace","path":"emails[value co \"x\"].display","value":"x"}`), nil, 400, "noTarget", "emails"},
		{"member without id", "PATCH", group, op(`{"op":"add","path":"members","value":[{"display":"x"}]}`), nil, 400, "invalidValue", "members"},
		{"a later member operation fails", "PATCH", group, op(`{"op":"remove","path":"members","value":[{"value":"` + ada + `"}]},{"op":"add","path":"members","value":[{}]}`), nil, 400, "invalidValue", "members"},
		{"group name cleared", "PATCH", group, op(`{"op":"replace","path":"displayName","value":""}`), nil, 400, "", "displayName"},

		{"unknown person", "GET", "/scim/v2/Users/nobody", "", nil, 404, "", "nobody"},
		{"unknown person patched", "PATCH", "/scim/v2/Users/nobody", op(`{"op":"replace","path":"title","value":"x"}`), nil, 404, "", "nobody"},
		{"unknown person replaced", "PUT", "/scim/v2/Users/nobody", `{"userName":"x"}`, nil, 404, "", "nobody"},
		{"unknown person deleted", "DELETE", "/scim/v2/Users/nobody", "", nil, 404, "", "nobody"},
		{"a group's id as a person", "GET", "/scim/v2/Users/" + sales, "", nil, 404, "", sales},
		{"id with odd characters", "GET", "/scim/v2/Users/%00%27%22;drop", "", nil, 404, "", ""},
		{"unknown endpoint", "GET", "/scim/v2/Devices", "", nil, 404, "", "/devices"},
		{"too long a path", "GET", "/scim/v2/Users/a/b/c", "", nil, 404, "", ""},
		{"unknown schema", "GET", "/scim/v2/Schemas/urn:none", "", nil, 404, "", "urn:none"},
		{"no method of the list", "PATCH", "/scim/v2/Users", op(``), nil, 405, "", "GET, POST"},
		{"no method of a person", "POST", user, `{}`, nil, 405, "", "GET, PUT, PATCH, DELETE"},
		{"search by POST", "POST", "/scim/v2/Users/.search", `{}`, nil, 501, "", "POST"},
		{"odd method", "BREW", user, "", nil, 405, "", ""},
		{"bulk", "POST", "/scim/v2/Bulk", `{}`, nil, 501, "", "bulk"},
		{"me", "GET", "/scim/v2/Me", "", nil, 501, "", "/Me"},
		{"older version", "PATCH", user, op(`{"op":"replace","path":"title","value":"x"}`), []string{`If-Match: W/"99"`}, 412, "", ""},
		{"version of somebody else", "DELETE", user, "", []string{`If-Match: "abc"`}, 412, "", "abc"},

		{"empty filter", "GET", filter(""), "", nil, 400, "invalidFilter", ""},
		{"half a filter", "GET", filter("userName eq"), "", nil, 400, "invalidFilter", ""},
		{"unknown operator", "GET", filter(`userName like "a"`), "", nil, 400, "invalidFilter", "like"},
		{"open bracket", "GET", filter(`(userName eq "a"`), "", nil, 400, "invalidFilter", ""},
		{"open string", "GET", filter(`userName eq "a`), "", nil, 400, "invalidFilter", ""},
		{"rest behind", "GET", filter(`userName eq "a" "b"`), "", nil, 400, "invalidFilter", ""},
		{"greater than a boolean", "GET", filter(`active gt true`), "", nil, 400, "invalidFilter", "active"},
		{"bottomless filter", "GET", filter(strings.Repeat("(", 500) + `userName eq "a"` + strings.Repeat(")", 500)), "", nil, 400, "invalidFilter", ""},
		{"endless filter", "GET", filter(strings.Repeat(`userName eq "a" or `, 1000) + `userName eq "a"`), "", nil, 400, "invalidFilter", ""},
		{"broken escape", "GET", "/scim/v2/Users?filter=%zz", "", nil, 400, "invalidFilter", "filter"},
		{"two filters", "GET", filter(`userName eq "a"`) + `&filter=userName+eq+"b"`, "", nil, 400, "invalidFilter", "twice"},
		{"word as count", "GET", "/scim/v2/Users?count=many", "", nil, 400, "invalidValue", "count"},
		{"word as startIndex", "GET", "/scim/v2/Users?startIndex=first", "", nil, 400, "invalidValue", "startIndex"},
		{"filter on discovery", "GET", `/scim/v2/Schemas?filter=id+eq+"x"`, "", nil, 400, "invalidFilter", ""},

		{"no token", "GET", "/scim/v2/Users", "", []string{"Authorization: "}, 401, "", "token"},
		{"wrong token", "POST", "/scim/v2/Users", `{"userName":"x"}`, []string{"Authorization: Bearer no"}, 401, "", "token"},
		{"basic", "GET", "/scim/v2/Users", "", []string{"Authorization: Basic " + secret}, 401, "", "token"},
		{"wrong token and unknown path", "GET", "/scim/v2/Nothing", "", []string{"Authorization: Bearer no"}, 401, "", "token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := &office{t: t, store: o.store, http: o.http}
			r := o.do(c.method, c.target, c.body, c.headers...)
			if r.status != c.status {
				t.Fatalf("status = %d, want %d: %s", r.status, c.status, r.body)
			}
			if got := r.header.Get("Content-Type"); got != scim.MediaType {
				t.Errorf("Content-Type = %q", got)
			}
			if got := r.json["status"]; got != fmt.Sprint(c.status) {
				t.Errorf("status in the body = %v", got)
			}
			if got, _ := r.json["scimType"].(string); c.scimType != "" && got != c.scimType {
				t.Errorf("scimType = %q, want %q: %s", got, c.scimType, r.body)
			}
			if detail, _ := r.json["detail"].(string); detail == "" || !strings.Contains(detail, c.detail) {
				t.Errorf("detail = %q does not name %q", detail, c.detail)
			}
			if strings.Contains(r.body, secret) {
				t.Error("the answer holds the secret")
			}
		})
	}
	if after := o.everything(); after != before {
		t.Errorf("bad input changed the store:\n%s\n->\n%s", before, after)
	}
}

func TestPathsAreForgiving(t *testing.T) {
	o := open(t)
	id := o.create("Users", `{"userName":"ada@contoso.example"}`)
	for _, target := range []string{
		"/scim/v2/Users/" + id, "/scim/v2/users/" + id, "/SCIM/V2/USERS/" + id, "//scim//v2//Users//" + id, "/scim/v2/Users/" + id + "/",
		"/scim/v2/Users/" + id + "?aadOptscim062020",
	} {
		if r := o.do("GET", target, ""); r.status != 200 || r.json["id"] != id {
			t.Errorf("GET %s = %d %s", target, r.status, r.body)
		}
	}
	for _, target := range []string{
		`/scim/v2/Users?filter=userName+eq+"ADA%40contoso.example"`,
		`/scim/v2/Users/?filter=userName%20eq%20%22ada%40contoso.example%22`,
		`/scim/v2/Users?aadOptscim062020&filter=userName+eq+"ada%40contoso.example"`,
		`/scim/v2/Users?aadOptscim062020?filter=userName+eq+"ada%40contoso.example"`,
		`/scim/v2/Users?filter=userName+eq+"ada%40contoso.example"&aadOptscim062020`,
		`/scim/v2/Users?filter=userName+ne+"x;y"`,
	} {
		if r := o.do("GET", target, ""); r.status != 200 || r.json["totalResults"] != float64(1) {
			t.Errorf("GET %s = %d %s", target, r.status, r.body)
		}
	}
	for _, target := range []string{"/", "/scim", "/scim/v20/Users", "/healthz", "/oauth/token"} {
		r := o.do("GET", target, "", "Authorization: ")
		if r.status != 404 || strings.Contains(r.body, "scim") {
			t.Errorf("GET %s = %d %q, want a 404 that tells nothing", target, r.status, r.body)
		}
	}
	if r := o.do("HEAD", "/scim/v2/Users/"+id, ""); r.status != 200 || r.body != "" {
		t.Errorf("HEAD = %d %q", r.status, r.body)
	}
}

func TestEveryKindHasAnAnswer(t *testing.T) {
	for _, k := range scim.Kinds() {
		row, ok := statuses[k]
		if !ok || row.status < 400 {
			t.Errorf("kind %d has no status", k)
		}
	}
	if len(statuses) != len(scim.Kinds()) {
		t.Errorf("%d statuses for %d kinds", len(statuses), len(scim.Kinds()))
	}
}

func TestAPanicIsAnErrorWithTheRequestID(t *testing.T) {
	o := open(t, func(o *Options) { o.Verify = func(string) (Caller, bool) { panic("with " + secret) } })
	r := o.do("GET", "/scim/v2/Users", "")
	if r.status != 500 {
		t.Fatalf("status = %d", r.status)
	}
	id := r.header.Get("X-Request-Id")
	if detail, _ := r.json["detail"].(string); id == "" || !strings.Contains(detail, id) || strings.Contains(detail, secret) {
		t.Errorf("detail = %q for request %q", detail, id)
	}
}

func TestActivityHoldsEveryRequest(t *testing.T) {
	o := open(t)
	id := o.create("Users", `{"userName":"ada@contoso.example","displayName":"Ada Berg","password":"hunter2"}`)
	patch := func(ops string) string { return `{"Operations":[` + ops + `]}` }
	o.do("GET", `/scim/v2/Users?filter=userName+eq+"5c1f0a7e-2f55-4c36-9a0c-0c9a3d1b7f10"`, "")
	o.do("GET", `/scim/v2/Users?filter=userName+eq+"ada%40contoso.example"`, "")
	o.do("GET", `/scim/v2/Users?filter=id+eq+"`+id+`"+and+manager+eq+"x"&attributes=id`, "")
	o.do("PATCH", "/scim/v2/Users/"+id, patch(`{"op":"Replace","path":"active","value":"False"}`))
	o.do("PATCH", "/scim/v2/Users/"+id, patch(`{"op":"Replace","path":"active","value":"True"}`))
	o.do("POST", "/scim/v2/Users", `{"userName":"ada@contoso.example"}`)
	o.do("GET", "/scim/v2/Users", "", "Authorization: Bearer wrong")
	o.do("DELETE", "/scim/v2/Users/"+id, "")

	want := []string{
		"POST 201 create Ada Berg", "GET 200 test 5c1f0a7e-2f55-4c36-9a0c-0c9a3d1b7f10", "GET 200 match Ada Berg", "GET 200 match " + id,
		"PATCH 200 disable Ada Berg", "PATCH 200 enable Ada Berg", "POST 409 create ada@contoso.example", "GET 401 other ",
		"DELETE 204 delete Ada Berg",
	}
	rows := waitForActivity(t, o.store, len(want))
	seen := map[string]store.Activity{}
	for _, a := range rows {
		seen[fmt.Sprintf("%s %d %s %s", a.Method, a.Status, a.Action, a.Name)] = a
	}
	for _, w := range want {
		if _, ok := seen[w]; !ok {
			t.Errorf("no row %q in %v", w, seen)
		}
	}
	a := seen[want[0]]
	if a.RequestID == "" || a.Token != "token-1" || a.ResourceID != id || a.Target != "/scim/v2/Users" || a.At.IsZero() {
		t.Errorf("row of the create = %+v", a)
	}
	request, response, err := o.store.ActivityBodies(t.Context(), a.Seq)
	if err != nil || !strings.Contains(string(request), "ada@contoso.example") || !strings.Contains(string(response), id) {
		t.Errorf("bodies = %q, %q, %v", request, response, err)
	}
	if strings.Contains(string(request), "hunter2") {
		t.Error("the password is kept in the request's body")
	}
	history, err := o.store.History(t.Context(), scim.User, id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, h := range history {
		actions = append(actions, h.Action)
		if h.RequestID == "" {
			t.Errorf("history %s points at no request", h.Action)
		}
	}
	if got := strings.Join(actions, " "); got != "deleted enabled disabled created" {
		t.Errorf("history = %s", got)
	}
}

// waitForActivity waits until the rows of reads and refusals, which are written in batches, are there.
func waitForActivity(t *testing.T, st *store.Store, n int) []store.Activity {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		rows, err := st.ActivityPage(ctx, store.ActivityQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) >= n {
			return rows
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d of %d rows", len(rows), n)
		case <-tick.C:
		}
	}
}

func TestAllowNamesWhatIsPossible(t *testing.T) {
	o := open(t)
	for target, want := range map[string]string{
		"/scim/v2/Users": "GET, POST", "/scim/v2/Groups/": "GET, POST", "/scim/v2/Users/x": "GET, PUT, PATCH, DELETE", "/scim/v2/Schemas": "GET",
	} {
		if r := o.do("BREW", target, ""); r.status != 405 || r.header.Get("Allow") != want {
			t.Errorf("%s: %d, Allow %q, want %q", target, r.status, r.header.Get("Allow"), want)
		}
	}
}

// TestSecretsAreNotKept puts them wherever an admin may paste one by mistake.
func TestSecretsAreNotKept(t *testing.T) {
	mask := func(s string) string { return strings.ReplaceAll(s, "sdk_pasted", "***") }
	o := open(t, func(o *Options) { o.Mask = mask })
	answers := []reply{
		o.do("GET", "/scim/v2/Users?access_token=sdk_pasted", ""),
		o.do("GET", "/scim/v2/Users/sdk_pasted", "", "User-Agent: Bearer sdk_pasted"),
		o.do("GET", `/scim/v2/Users?filter=userName+eq+"sdk_pasted"`, ""),
		o.do("GET", `/scim/v2/Users?filter=password+eq+"hunter2"`, ""),
		o.do("GET", "/scim/v2/sdk_pasted", "", "Authorization: "),
		o.do("POST", "/scim/v2/Users", `{"userName":"sdk_pasted"}`),
	}
	for _, r := range answers[:5] {
		if strings.Contains(r.body, "sdk_pasted") {
			t.Errorf("the answer repeats a secret: %s", r.body)
		}
	}
	for _, a := range waitForActivity(t, o.store, len(answers)) {
		request, response, err := o.store.ActivityBodies(t.Context(), a.Seq)
		if err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprintf("%+v %s %s", a, request, response); strings.Contains(text, "sdk_pasted") || strings.Contains(text, "hunter2") {
			t.Errorf("kept: %s", text)
		}
	}
}

// TestStrangersDoNotFillTheDisk: of many refusals only the first of each minute have rows, the rest are counted.
func TestStrangersDoNotFillTheDisk(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Now().UnixNano())
	o := open(t, func(o *Options) { o.Now = func() time.Time { return time.Unix(0, clock.Load()) } })
	const sent = strangerRows + 140
	for range sent {
		if r := o.do("POST", "/scim/v2/Users?"+strings.Repeat("x", 1000), `{"userName":"x"}`, "Authorization: Bearer no"); r.status != 401 {
			t.Fatal(r.status)
		}
	}
	clock.Add(int64(2 * time.Minute))
	o.do("GET", "/scim/v2/Users", "")
	rows := waitForActivity(t, o.store, strangerRows+2)
	if len(rows) != strangerRows+2 {
		t.Errorf("%d rows", len(rows))
	}
	sums := 0
	for _, a := range rows {
		if a.Detail == "140 more requests within a minute without an accepted token" {
			sums++
		}
		if len(a.Target) > strangerText {
			t.Errorf("%d bytes of a stranger's target are kept", len(a.Target))
		}
	}
	if sums != 1 {
		t.Errorf("%d rows sum up the rest", sums)
	}
}

func TestLanes(t *testing.T) {
	l := newLanes()
	var leave []func()
	for range handledBig {
		f, err := l.enter(t.Context(), bigBody+1)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, f)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.enter(late, bigBody+1); !errors.Is(err, context.Canceled) {
		t.Errorf("a third big body: %v", err)
	}
	f, err := l.enter(t.Context(), 100)
	if err != nil {
		t.Errorf("a small body beside big ones: %v", err)
	}
	for _, f := range append(leave, f) {
		f()
	}
	if len(l.all) != 0 || len(l.big) != 0 || *l.room != (room{}) {
		t.Errorf("%d and %d places are not given back, or %d in the room", len(l.all), len(l.big), l.room.requests)
	}
}

func TestTheBodyLimitCanBeSet(t *testing.T) {
	o := open(t, func(o *Options) { o.MaxBody = 100 })
	if r := o.do("POST", "/scim/v2/Users", `{"userName":"`+strings.Repeat("x", 100)+`"}`); r.status != 413 || !strings.Contains(r.body, "100 bytes") {
		t.Errorf("a body of more than 100 bytes: %d %s", r.status, r.body)
	}
	o.create("Users", `{"userName":"ada@contoso.example"}`)
}

func TestLocationFollowsTheAddressThatWasUsed(t *testing.T) {
	o := open(t, func(o *Options) { o.BasePaths = func() []string { return []string{"/scim/v2", "/scim"} } })
	id := o.create("Users", `{"userName":"ada@contoso.example"}`)
	for _, path := range []string{"/scim/v2/Users/", "/scim/Users/"} {
		r := o.do("GET", path+id, "")
		meta, _ := r.json["meta"].(map[string]any)
		if want := o.http.URL + path + id; meta["location"] != want || r.header.Get("Location") != want {
			t.Errorf("location = %v, header %q, want %s", meta["location"], r.header.Get("Location"), want)
		}
	}
	p := open(t, func(o *Options) { o.PublicURL = func() string { return "https://desk.contoso.example/" } })
	id = p.create("Users", `{"userName":"ada@contoso.example"}`)
	r := p.do("GET", "/scim/v2/Users/"+id, "")
	if want := "https://desk.contoso.example/scim/v2/Users/" + id; r.header.Get("Location") != want {
		t.Errorf("location = %q, want %q", r.header.Get("Location"), want)
	}
}

func TestEntityTags(t *testing.T) {
	o := open(t)
	id := o.create("Users", `{"userName":"ada@contoso.example"}`)
	path := "/scim/v2/Users/" + id
	tag := o.do("GET", path, "").header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	if r := o.do("GET", path, "", "If-None-Match: "+tag); r.status != 304 || r.body != "" {
		t.Errorf("unchanged = %d %q", r.status, r.body)
	}
	rename := `{"Operations":[{"op":"replace","path":"title","value":"Lead"}]}`
	if r := o.do("PATCH", path, rename, "If-Match: "+tag); r.status != 200 {
		t.Errorf("current version = %d", r.status)
	}
	if r := o.do("PATCH", path, rename, "If-Match: "+tag); r.status != 412 {
		t.Errorf("older version = %d", r.status)
	}
	now := o.do("GET", path, "").header.Get("ETag")
	if r := o.do("PATCH", path, rename, "If-Match: "+tag+", "+now); r.status != 200 {
		t.Errorf("a list with the current version = %d", r.status)
	}
	if r := o.do("PATCH", path, rename, "If-Match: "+tag+", \"x\""); r.status != 412 {
		t.Errorf("a list without the current version = %d", r.status)
	}
	if r := o.do("GET", path, "", "If-None-Match: "+tag); r.status != 200 {
		t.Errorf("changed = %d", r.status)
	}
}

func TestPutKeepsWhatItMustNotTake(t *testing.T) {
	o := open(t)
	ada := o.create("Users", `{"userName":"ada@contoso.example","title":"Lead","active":false}`)
	sales := o.create("Groups", `{"displayName":"Sales","members":[{"value":"`+ada+`"}]}`)
	r := o.do("PUT", "/scim/v2/Users/"+ada, `{"userName":"ada@contoso.example","displayName":"Ada"}`)
	if r.status != 200 || r.json["active"] != false || r.json["title"] != nil || r.json["displayName"] != "Ada" {
		t.Errorf("person after PUT = %s", r.body)
	}
	r = o.do("PUT", "/scim/v2/Groups/"+sales, `{"displayName":"Sales EU"}`)
	if members, _ := r.json["members"].([]any); r.status != 200 || len(members) != 1 {
		t.Errorf("group after PUT without members = %s", r.body)
	}
	r = o.do("PUT", "/scim/v2/Groups/"+sales, `{"displayName":"Sales EU","members":[]}`)
	if members, ok := r.json["members"].([]any); r.status != 200 || !ok || len(members) != 0 {
		t.Errorf("group after PUT with no members = %s", r.body)
	}
}

func TestPaging(t *testing.T) {
	o := open(t)
	for i := range 11 {
		o.create("Users", fmt.Sprintf(`{"userName":"user%02d@contoso.example"}`, i))
	}
	for _, c := range []struct {
		query          string
		start, n, name int
	}{
		{"startIndex=1&count=5", 1, 5, 0}, {"startIndex=6&count=5", 6, 5, 5}, {"startIndex=11&count=5", 11, 1, 10},
		{"startIndex=12&count=5", 12, 0, 0}, {"startIndex=0&count=5", 1, 5, 0}, {"startIndex=-3&count=-1", 1, 0, 0}, {"count=0", 1, 0, 0},
		{"startIndex=99999999999999999999", 2147483647, 0, 0}, {"", 1, 11, 0},
	} {
		r := o.do("GET", "/scim/v2/Users?"+c.query, "")
		list, ok := r.json["Resources"].([]any)
		if !ok || r.status != 200 || len(list) != c.n || r.json["totalResults"] != 11.0 || r.json["startIndex"] != float64(c.start) || r.json["itemsPerPage"] != float64(c.n) {
			t.Errorf("%s: %d %.200s", c.query, r.status, r.body)
			continue
		}
		if c.n > 0 {
			if first := list[0].(map[string]any)["userName"]; first != fmt.Sprintf("user%02d@contoso.example", c.name) {
				t.Errorf("%s begins with %v", c.query, first)
			}
		}
	}
}

func TestNothingIsSavedOnAFullDisk(t *testing.T) {
	e := &store.Unavailable{State: store.StateFull, Err: errors.New("disk full")}
	c := &call{server: &server{log: slog.New(slog.DiscardHandler), mask: func(s string) string { return s }}, activity: &store.Activity{}, request: httptest.NewRequest("POST", "/", http.NoBody)}
	a := c.fail(fmt.Errorf("create: %w", e))
	if a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("answer = %d %v", a.status, a.header)
	}
}

// TestNoRequestNamesTheSecret looks for it in everything that was stored.
func TestNoRequestNamesTheSecret(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	const shown = "sdk_thesecretthatmustnotbekept"
	ts := httptest.NewServer(New(Options{Store: st, Verify: func(s string) (Caller, bool) { return Caller{Token: "id"}, s == shown }}))
	for _, auth := range []string{"Bearer " + shown, "Bearer " + shown + "x"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", ts.URL+"/scim/v2/Users", strings.NewReader(`{"userName":"ada@contoso.example"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", auth)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	ts.Close()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err == nil && strings.Contains(string(content), shown) {
			t.Errorf("%s holds the secret", filepath.Base(f))
		}
	}
}
