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

// Of a check that goes on, and of one whose minute is over.
const (
	checkSecret = "sdc_check"
	endedSecret = "sdc_ended"
)

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
			callers := map[string]Caller{secret: {Token: "token-1"}, checkSecret: {Check: true, LastFour: "eck!"}, endedSecret: {LastFour: "eck!"}}
			return callers[s], s == secret || s == checkSecret
		}
	})
	o.store = st
	t.Cleanup(func() { _ = st.Close() })
	return o, dir, told
}

// dump is every row of every table.
func dump(t *testing.T, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "scimdesk.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all []string
	for _, table := range linesOf(t, db, `select name from sqlite_schema where type = 'table' order by name`) {
		row := linesOf(t, db, `select group_concat('quote("' || name || '")', ' || ''|'' || ') from pragma_table_info('`+table+`')`)[0]
		all = append(all, linesOf(t, db, `select '`+table+`|' || `+row+` as row from "`+table+`" order by row`)...)
	}
	return strings.Join(all, "\n")
}

// linesOf gives the one column of each row.
func linesOf(t *testing.T, db *sql.DB, text string) (lines []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestEntraMeetsNoProbe: not even while there is one.
func TestEntraMeetsNoProbe(t *testing.T) {
	o, _, _ := watched(t)
	made := o.do("POST", "/scim/v2/Users", `{"userName":"probe@x.example"}`, "Authorization: Bearer "+checkSecret)
	id, _ := made.json["id"].(string)
	if made.status != 201 {
		t.Fatalf("%d %s", made.status, made.body)
	}
	if r := o.do("GET", "/scim/v2/Users/"+id, ""); r.status != 404 {
		t.Errorf("asked for by its id: %d %s", r.status, r.body)
	}
	for _, query := range []string{"", `?filter=id+eq+"` + id + `"`, `?filter=userName+eq+"probe@x.example"`} {
		if r := o.do("GET", "/scim/v2/Users"+query, ""); r.status != 200 || strings.Contains(r.body, id) {
			t.Errorf("%s: %d %s", query, r.status, r.body)
		}
	}
}

// TestACheckLeavesNothing: whatever a self-check asks, every table is byte for byte what it was, the log of requests too.
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

	// What it may not meet.
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
	if after := dump(t, dir); after != before {
		t.Errorf("before:\n%s\n\nafter:\n%s", before, after)
	}
	for _, c := range (*told)[commits:] {
		if c != (store.Commit{}) {
			t.Errorf("somebody was told of a check: %+v", c)
		}
	}

	// The log goes on as if it had never been, and a secret that is no longer a check's is a stranger's.
	o.create("Users", `{"userName":"bo@x.example"}`)
	expect("a secret that has ended", o.do("GET", "/scim/v2/Users", "", "Authorization: Bearer "+endedSecret), 401)
	if err := o.store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := o.store.ActivityPage(t.Context(), store.ActivityQuery{Limit: 1000})
	if err != nil || len(rows) != 4 || rows[0].Seq != 4 || rows[0].Status != 401 || rows[0].Hint != "eck!" || rows[1].Name != "bo@x.example" {
		t.Errorf("the log: %+v, %v", rows, err)
	}
}
