package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend"
	"scimdesk/backend/store"
)

// TestACommandWhoseJobStandsStill says so instead of waiting for ever, and when the job goes on: by itself where the folder has an owner, else with
// the next command.
func TestACommandWhoseJobStandsStill(t *testing.T) {
	for owned, when := range map[bool]string{false: "when the folder is opened again", true: "by itself"} {
		t.Run(fmt.Sprint("owned ", owned), func(t *testing.T) {
			dir := t.TempDir()
			before(t, dir, 3, nil)
			db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "scimdesk.db"))+"?_pragma=busy_timeout(10000)")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			run := func(text string) {
				t.Helper()
				if _, err := db.ExecContext(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			if owned {
				d := start(t, dir, freeAddr(t))
				defer func() { _, _ = d.cmd.Process.Kill(), <-d.done }()
			}
			run(`create trigger refuse before update on resources begin select raise(abort, 'of the test'); end`)
			code, _, errOut := call(t, "userids", "apply", "--to", "email", "--data", dir)
			if code != exitFailed || !strings.Contains(errOut, "job 1 stands still and goes on "+when+": ") {
				t.Errorf("%d %s", code, errOut)
			}
			run(`drop trigger refuse`)
			if owned {
				jobOf(t, dir, func(j backend.JobInfo) bool { return j.State == store.JobDone && j.Done == 3 })
				return
			}
			if code, _, errOut = call(t, "userids", "jobs", "--data", dir); code != exitOK || !strings.Contains(errOut, "Going on with job 1, which was cut off\n") {
				t.Errorf("%d %s", code, errOut)
			}
			if got := names(t, dir); !slices.Equal(got, []string{"u0@contoso.example", "u1@contoso.example", "u2@contoso.example"}) {
				t.Errorf("user IDs are %q", got)
			}
		})
	}
}
