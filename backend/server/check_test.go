package server

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"scimdesk/backend/store"
)

const checkSecret = "sdc_check"

// watched is an office whose folder can be read from outside, with a credential for checks.
func watched(t *testing.T) (o *office, dir string, told *[]store.Commit) {
	t.Helper()
	dir, told = t.TempDir(), new([]store.Commit)
	st, err := store.Open(t.Context(), store.Options{Dir: dir, Committed: func(c store.Commit) { *told = append(*told, c) }})
	if err != nil {
		t.Fatal(err)
	}
	o = open(t, func(o *Options) {
		if err := o.Store.Close(); err != nil {
			t.Fatal(err)
		}
		o.Store = st
		o.Verify = func(s string) (Caller, bool) {
			return map[string]Caller{secret: {Token: "token-1"}, checkSecret: {Check: true, LastFour: "eck!"}}[s], s == secret || s == checkSecret
		}
	})
	o.store = st
	t.Cleanup(func() { _ = st.Close() })
	return o, dir, told
}

// dump is every row of the tables that hold the directory.
func dump(t *testing.T, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "scimdesk.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all []string
	for _, table := range []string{"resources", "emails", "members", "history", "counters", "bodies", "tokens", "activity where via <> 'check'"} {
		all = append(all, rowsOf(t, db, table)...)
	}
	return strings.Join(all, "\n")
}

func rowsOf(t *testing.T, db *sql.DB, table string) (lines []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "select * from "+table+" order by 1, 2")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := table
		for _, v := range values {
			line += fmt.Sprintf("|%v", *v.(*any))
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestACheckLeavesNothing: whatever a self-check asks, the directory is byte for byte what it was.
func TestACheckLeavesNothing(t *testing.T) {
	o, dir, told := watched(t)
	ana := o.create("Users", `{"userName":"ana@x.example","externalId":"7","emails":[{"value":"ana@x.example","type":"work"}]}`)
	team := o.create("Groups", `{"displayName":"Team","members":[{"value":"`+ana+`"}]}`)
	if err := o.store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, commits := dump(t, dir), len(*told)
	check := func(method, target, body string) reply {
		return o.do(method, "/scim/v2"+target, body, "Authorization: Bearer "+checkSecret)
	}
	expect := func(what string, r reply, status int) {
		t.Helper()
		if r.status != status {
			t.Fatalf("%s: %d %s", what, r.status, r.body)
		}
	}

	// What the check does.
	empty := check("GET", `/Users?filter=userName+eq+"no-such"`, "")
	expect("an empty match", empty, 200)
	made := check("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ana@x.example","active":true}`)
	expect("create", made, 201)
	id, _ := made.json["id"].(string)
	meta, _ := made.json["meta"].(map[string]any)
	if meta["resourceType"] != "User" || made.header.Get("Location") != o.http.URL+"/scim/v2/Users/"+id || made.header.Get("ETag") != `W/"1"` {
		t.Errorf("a probe does not look like a person: %s %v", made.body, made.header)
	}
	patched := check("PATCH", "/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}`)
	expect("disable", patched, 200)
	if patched.json["active"] != false {
		t.Errorf("disabled: %s", patched.body)
	}
	found := check("GET", `/Users?filter=userName+eq+"ANA@x.example"`, "")
	if list, _ := found.json["Resources"].([]any); len(list) != 1 || strings.Contains(found.body, ana) {
		t.Errorf("its own person is not found, or another is: %s", found.body)
	}

	// What nobody may meet.
	expect("a probe asked for by Entra", o.do("GET", "/scim/v2/Users/"+id, ""), 404)
	for _, r := range []reply{o.do("GET", "/scim/v2/Users", ""), o.do("GET", `/scim/v2/Users?filter=id+eq+"`+id+`"`, "")} {
		if strings.Contains(r.body, id) {
			t.Errorf("Entra meets a probe: %s", r.body)
		}
	}
	for _, path := range []string{"/Users/" + ana, "/Groups/" + team} {
		for _, method := range []string{"GET", "DELETE"} {
			expect(method+path+" by a check", check(method, path, ""), 404)
		}
		expect("PUT"+path+" by a check", check("PUT", path, `{"userName":"x","displayName":"x"}`), 404)
		expect("PATCH"+path+" by a check", check("PATCH", path, `{"Operations":[{"op":"replace","path":"displayName","value":"x"}]}`), 404)
	}
	expect("a group by a check", check("POST", "/Groups", `{"displayName":"Check"}`), 404)
	if r := check("GET", "/Groups", ""); r.status != 200 || strings.Contains(r.body, team) {
		t.Errorf("groups by a check: %s", r.body)
	}

	// Whatever else it does, in any order.
	random := rand.New(rand.NewPCG(4, 2))
	ids := []string{id, ana, team, "nobody"}
	for i := range 200 {
		one := ids[random.IntN(len(ids))]
		switch random.IntN(7) {
		case 0:
			if r := check("POST", "/Users", fmt.Sprintf(`{"userName":"p%d@x.example","emails":[{"value":"p@x.example"}]}`, random.IntN(9))); r.status == 201 {
				ids = append(ids, r.json["id"].(string))
			}
		case 1:
			check("PATCH", "/Users/"+one, fmt.Sprintf(`{"Operations":[{"op":"add","value":{"userName":"p%d@x.example","title":"%d"}}]}`, random.IntN(9), i))
		case 2:
			check("PUT", "/Users/"+one, fmt.Sprintf(`{"userName":"q%d@x.example"}`, random.IntN(9)))
		case 3:
			check("DELETE", "/Users/"+one, "")
		case 4:
			check("PATCH", "/Groups/"+one, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+id+`"}]}]}`)
		case 5:
			if r := check("GET", "/Users?count=50&startIndex="+fmt.Sprint(1+random.IntN(3)), ""); strings.Contains(r.body, ana) {
				t.Fatalf("a check meets a person: %s", r.body)
			}
		case 6:
			check("GET", "/Users/"+one, "")
		}
	}
	for _, id := range ids {
		check("DELETE", "/Users/"+id, "")
	}
	if err := o.store.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	rows, err := o.store.ActivityPage(t.Context(), store.ActivityQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	checks := 0
	for _, a := range rows {
		if a.Via != store.ViaCheck {
			continue
		}
		checks++
		if request, response, err := o.store.ActivityBodies(t.Context(), a.Seq); err != nil || request != nil || response != nil || a.Token != "" {
			t.Fatalf("a check's row: %+v, %s, %s, %v", a, request, response, err)
		}
	}
	if checks < 200 {
		t.Errorf("%d rows of checks", checks)
	}
	after := dump(t, dir)
	for line := range strings.SplitSeq(after, "\n") {
		if !strings.Contains(before, line) && !strings.HasPrefix(line, "activity") && !strings.HasPrefix(line, "bodies") {
			t.Errorf("left: %s", line)
		}
	}
	for line := range strings.SplitSeq(before, "\n") {
		if !strings.Contains(after, line) {
			t.Errorf("gone: %s", line)
		}
	}
	for _, c := range (*told)[commits:] {
		if c.People || c.Groups {
			t.Errorf("somebody was told of a probe: %+v", c)
		}
	}
}
