package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// before fills a folder with people whom Entra does not know: u0 with u0@contoso.example and so on, and others with the e-mails given.
func before(t *testing.T, dir string, n int, others map[string]string) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	somebody := func(tx *store.Tx, userName, email string) error {
		r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": userName, "displayName": "P " + userName, "active": true,
			"emails": []any{map[string]any{"type": "work", "value": email}}}}
		_, err := tx.Create(store.Cause{Origin: "scimd"}, r, store.Local{LocalID: "L-" + userName})
		return err
	}
	for from := 0; from < n; from += 500 {
		if err := st.Batch(t.Context(), func(tx *store.Tx) error {
			for i := from; i < min(n, from+500); i++ {
				if err := somebody(tx, fmt.Sprint("u", i), fmt.Sprintf("u%d@contoso.example", i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Batch(t.Context(), func(tx *store.Tx) error {
		for userName, email := range others {
			if err := somebody(tx, userName, email); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// names gives everybody's user ID, sorted, of a folder that nobody has open.
func names(t *testing.T, dir string) []string {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	var all []string
	if err := st.Scan(t.Context(), scim.User, store.With{}, func(rec store.Record) error {
		r, err := scim.FromDocument(scim.User, rec.Doc)
		all = append(all, r.UserName())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// TestUserIDsOnTheCommandLine plans, is refused, applies and undoes, in a folder that nobody has open and beside its owner.
func TestUserIDsOnTheCommandLine(t *testing.T) {
	for _, owned := range []bool{false, true} {
		t.Run(fmt.Sprint("owned ", owned), func(t *testing.T) {
			dir := t.TempDir()
			before(t, dir, 3, map[string]string{"a1": "same@contoso.example", "a2": "same@contoso.example"})
			if owned {
				d := start(t, dir, freeAddr(t))
				defer func() { _, _ = d.cmd.Process.Kill(), <-d.done }()
			}
			planned(t, dir)
			code, _, errOut := call(t, "userids", "apply", "--to", "email", "--data", dir)
			if code != exitFailed || !strings.Contains(errOut, "2 collide:") || !strings.Contains(errOut, "a1 -> same@contoso.example: P a2 (a2) would get it too") {
				t.Errorf("apply with collisions: %d %s", code, errOut)
			}
			ids, report := filepath.Join(t.TempDir(), "ids.csv"), filepath.Join(t.TempDir(), "report.json")
			code, out, errOut := call(t, "userids", "apply", "--to", "email", "--skip-collisions", "--ids", ids, "--report", report, "--data", dir)
			if code != exitOK || !strings.Contains(out, "Converted 3 of 3 user IDs, job 1.") || !strings.Contains(out, "2  are left out") {
				t.Fatalf("apply: %d %s%s", code, out, errOut)
			}
			if text, err := os.ReadFile(ids); err != nil || !strings.Contains(string(text), "u1,u1@contoso.example,L-u1,") {
				t.Errorf("old to new: %s, %v", text, err)
			}
			if text, err := os.ReadFile(report); err != nil || strings.Count(string(text), `"state":"done"`) != 3 {
				t.Errorf("the report: %s, %v", text, err)
			}
			if code, out, _ = call(t, "userids", "jobs", "--data", dir); code != exitOK || !strings.Contains(out, "convert email: 3 of 3") {
				t.Errorf("jobs: %d %s", code, out)
			}
			list := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(list, []byte("Nr;Who\n1;u2\n2;nobody\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, out, errOut = call(t, "lookup", list, "--to", "userName,localId,state", "--data", dir); code != exitOK ||
				strings.TrimPrefix(out, "\ufeff") != "Nr,Who,userName,localId,state\r\n1,u2,u2@contoso.example,L-u2,former\r\n2,nobody,,,none\r\n" {
				t.Errorf("lookup: %d %q %s", code, out, errOut)
			}
			if code, out, _ = call(t, "lookup", list, "--column", "who", "--format", "json", "--data", dir); code != exitOK || !strings.Contains(out, `"Who":"u2","userName":"u2@contoso.example"`) {
				t.Errorf("lookup: %d %q", code, out)
			}
			if code, out, errOut = call(t, "userids", "undo", "--data", dir); code != exitOK || out != "Undone: 3 of 3 user IDs of job 1.\n" {
				t.Errorf("undo: %d %s%s", code, out, errOut)
			}
			if code, _, errOut = call(t, "userids", "undo", "--data", dir); code != exitFailed || !strings.Contains(errOut, "nothing to undo") {
				t.Errorf("a second undo: %d %s", code, errOut)
			}
			planned(t, dir)
		})
	}
}

// planned looks at the plan for the folder of TestUserIDsOnTheCommandLine in each format.
func planned(t *testing.T, dir string) {
	t.Helper()
	code, out, errOut := call(t, "userids", "plan", "--to", "email", "--format", "json", "--data", dir)
	var rows []struct{ From, To, State string }
	if err := json.Unmarshal([]byte(out), &rows); code != exitOK || err != nil || len(rows) != 5 || rows[0].From != "u0" || rows[0].To != "u0@contoso.example" || rows[0].State != "change" ||
		rows[3].State != "collision" {
		t.Errorf("plan as JSON: %d %v %s%s", code, err, out, errOut)
	}
	_, out, _ = call(t, "userids", "plan", "--to", "email", "--format", "csv", "--search", "u1", "--data", dir)
	if table, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(table) != 2 || table[1][2] != "u1" || table[1][4] != "change" {
		t.Errorf("plan as CSV: %v %q", err, out)
	}
	if code, out, _ = call(t, "userids", "plan", "--to", "email", "--data", dir); code != exitOK || !strings.Contains(out, "      3  change\n         u0 -> u0@contoso.example\n") {
		t.Errorf("plan as text: %d %s", code, out)
	}
}

// TestWrongUserIDCommands lists command lines that can't be followed.
func TestWrongUserIDCommands(t *testing.T) {
	dir := t.TempDir()
	before(t, dir, 1, nil)
	for want, args := range map[string][]string{
		"say what the user IDs shall become": {"userids", "plan"},
		"--to file needs --file":             {"userids", "plan", "--to", "file"},
		"either left out or get numbers":     {"userids", "apply", "--to", "email", "--skip-collisions", "--suffix-collisions"},
		"--format is text or json":           {"userids", "jobs", "--format", "csv"},
		"--to is one of email, other-email":  {"userids", "plan", "--to", "sideways"},
		"say plan or apply or undo or jobs":  {"userids"},
		"name one file":                      {"lookup"},
		"values are userName, email":         {"lookup", written(t, "ids.txt", "a.berg\n"), "--from", "shoe"},
	} {
		if code, _, errOut := call(t, append(args, "--data", dir)...); code == exitOK || !strings.Contains(errOut, want) {
			t.Errorf("%q: %d %s", args, code, errOut)
		}
	}
}

// TestKilledInTheMiddleOfAConversion kills the daemon while it converts, and again while it takes that back. What opens the folder next ends it whole:
// nobody is in between.
func TestKilledInTheMiddleOfAConversion(t *testing.T) {
	const people = 2500
	dir := t.TempDir()
	before(t, dir, people, nil)
	was := names(t, dir)
	killed(t, dir, "userids", "apply", "--to", "email", "--data", dir)
	code, out, errOut := call(t, "userids", "jobs", "--data", dir)
	if code != exitOK || !strings.Contains(errOut, "Going on with job 1") || !strings.Contains(out, "done") || !strings.Contains(out, fmt.Sprintf("%d of %[1]d, 0 failed", people)) {
		t.Fatalf("jobs: %d %s%s", code, out, errOut)
	}
	for _, name := range names(t, dir) {
		if !strings.HasSuffix(name, "@contoso.example") {
			t.Fatalf("%s was not converted", name)
		}
	}
	killed(t, dir, "userids", "undo", "--data", dir)
	d := start(t, dir, freeAddr(t))
	j := jobOf(t, dir, func(j backend.JobInfo) bool { return j.State == "undone" })
	if j.Undone != people || j.Refused != 0 {
		t.Errorf("the job is %+v", j)
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-d.done; err == nil {
		t.Error("it ended well before it was killed")
	}
	if !slices.Equal(names(t, dir), was) {
		t.Error("people are not as they were")
	}
	undamaged(t, dir, "in the end")
}

// killed serves a folder, begins a command beside that, and kills the owner when a part of its work is done.
func killed(t *testing.T, dir string, args ...string) {
	t.Helper()
	d := start(t, dir, freeAddr(t))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(t.Context(), args, strings.NewReader(""), io.Discard, io.Discard) // it fails when the owner is gone
	}()
	j := jobOf(t, dir, func(j backend.JobInfo) bool {
		return j.State == "running" && j.Done > 0 || j.State == "undoing" && j.Undone > 0
	})
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-d.done; err == nil {
		t.Error("it ended well before it was killed")
	}
	<-ended
	t.Logf("killed at %d done, %d undone of %d", j.Done, j.Undone, j.Total)
}

// jobOf waits until the newest job is as wanted.
func jobOf(t *testing.T, dir string, wanted func(backend.JobInfo) bool) backend.JobInfo {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	owner, err := control.Reach(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	for {
		all, err := owner.Jobs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) > 0 && wanted(all[0]) {
			return all[0]
		}
		<-tick.C
	}
}
