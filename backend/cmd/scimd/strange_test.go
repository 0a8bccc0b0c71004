package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimdesk/backend"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// A mistyped --data makes no database among somebody's papers, and says what is wrong.
func TestAFolderOfOtherThingsStaysAsItIs(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(file, []byte("Dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"status"}, {"export", "people"}, {"userids", "plan", "--to", "email"}, {"userids", "undo"}, {"lookup", file}, {"forecast", file}, {"handover"}} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitFailed || out != "" || !strings.Contains(errOut, "is no data folder") {
			t.Errorf("%q: %d %s%s", args, code, out, errOut)
		}
		if code, _, errOut := call(t, append(args, "--data", file)...); code != exitFailed || !strings.Contains(errOut, "is a file") {
			t.Errorf("%q at a file: %d %s", args, code, errOut)
		}
	}
	alone(t, dir, "letter.txt")
}

// alone wants a folder to hold just what is named.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(names) {
		t.Fatalf("%s holds %v, %v", dir, entries, err)
	}
	for i, e := range entries {
		if e.Name() != names[i] {
			t.Errorf("%s holds %v", dir, entries)
		}
	}
}

// What only asks what an import would do leaves nothing behind: no folder, no database in one that is empty or holds other things, nothing in the
// system's temporary folder.
func TestADryRunLeavesNothingBehind(t *testing.T) {
	folder, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	list := written(t, "people.csv", "userName\nanna\n")
	papers := filepath.Join(folder, "papers")
	if err := errors.Join(os.Mkdir(filepath.Join(folder, "empty"), 0o700), os.Mkdir(papers, 0o700), os.WriteFile(filepath.Join(papers, "letter.txt"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"none", "empty", "papers"} {
		code, out, errOut := call(t, "import", "people", list, "--dry-run", "--format", "json", "--data", filepath.Join(folder, name))
		if code != exitOK || !strings.Contains(out, `"state":"create"`) || errOut != "" {
			t.Errorf("%s: %d %s%s", name, code, out, errOut)
		}
	}
	alone(t, folder, "empty", "papers")
	alone(t, filepath.Join(folder, "empty"))
	alone(t, papers, "letter.txt")
	alone(t, temporary)
}

// grouped makes groups, each with some of the people who are there as its member.
func grouped(t *testing.T, dir string, groups ...[2]string) (ids []string) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir, GroupKey: (*scim.Resource).ExternalID})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	people := map[string]string{}
	if err := st.Scan(t.Context(), scim.User, store.With{}, func(rec store.Record) error {
		r, err := scim.FromDocument(scim.User, rec.Doc)
		people[r.UserName()] = rec.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := st.Batch(t.Context(), func(tx *store.Tx) error {
		for n, g := range groups {
			r := &scim.Resource{Type: scim.Group, Attrs: map[string]any{"displayName": g[0], "externalId": fmt.Sprint("G-", n)}, Members: []scim.Member{{Value: people[g[1]]}}}
			rec, err := tx.Create(store.Cause{Origin: "scimd"}, r, store.Local{})
			if err != nil {
				return err
			}
			ids = append(ids, rec.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

// A group is named as people name it; where several have the name, all their ids are told and nothing is done.
func TestAGroupIsNamedByItsName(t *testing.T) {
	for _, owned := range []bool{false, true} {
		t.Run(fmt.Sprint("owned ", owned), func(t *testing.T) {
			dir := t.TempDir()
			before(t, dir, 3, nil)
			ids := grouped(t, dir, [2]string{"Größe \"A\"", "u1"}, [2]string{"Twins", "u0"}, [2]string{"TWINS", "u2"})
			if owned {
				d := start(t, dir, freeAddr(t))
				defer func() { _, _ = d.cmd.Process.Kill(), <-d.done }()
			}
			for name, person := range map[string]string{ids[0]: "u1", "Größe \"A\"": "u1", "GRÖSSE \"A\"": "", "gröSSe": "", "GRÖẞE \"a\"": "u1", ids[2]: "u2"} {
				code, out, errOut := call(t, "userids", "plan", "--to", "email", "--group", name, "--format", "json", "--data", dir)
				var rows []struct{ From string }
				if person == "" && (code != exitFailed || !strings.Contains(errOut, "no group has the name")) {
					t.Errorf("%s: %d %s", name, code, errOut)
				}
				if err := json.Unmarshal([]byte(out), &rows); person != "" && (code != exitOK || err != nil || len(rows) != 1 || rows[0].From != person) {
					t.Errorf("%s: %d %v %s%s", name, code, err, out, errOut)
				}
				code, out, errOut = call(t, "export", "people", "--group", name, "--data", dir)
				if person != "" && (code != exitOK || strings.Count(out, "\n") != 2 || !strings.Contains(out, person+"@")) {
					t.Errorf("export of %s: %d %s%s", name, code, out, errOut)
				}
			}
			for _, args := range [][]string{{"userids", "apply", "--to", "email"}, {"export", "people"}} {
				code, out, errOut := call(t, append(args, "--group", "twins", "--data", dir)...)
				if code != exitUsage || out != "" || !strings.Contains(errOut, ids[1]+", "+ids[2]) || strings.Contains(errOut, ids[0]) {
					t.Errorf("%q: %d %s%s", args, code, out, errOut)
				}
			}
		})
	}
}

// Whoever asks for JSON gets an array of flat objects, also of what was done, and an empty one where nothing was.
func TestWhatWasDoneAsJSON(t *testing.T) {
	dir := t.TempDir()
	before(t, dir, 2, nil)
	list := written(t, "people.csv", "userName\nanna\n")
	for _, c := range []struct {
		want int
		args []string
	}{
		{2, []string{"userids", "plan", "--to", "email"}}, {1, []string{"userids", "apply", "--to", "email"}}, {0, []string{"userids", "apply", "--to", "email"}},
		{1, []string{"userids", "undo"}}, {1, []string{"userids", "jobs"}}, {1, []string{"import", "people", list}}, {1, []string{"import", "undo"}},
		{0, []string{"userids", "plan", "--to", "email", "--search", "nobody"}}, {1, []string{"lookup", list}}, {2, []string{"handover", "--pending"}},
	} {
		code, out, errOut := call(t, append(c.args, "--format", "json", "--data", dir)...)
		var rows []map[string]any
		if err := json.Unmarshal([]byte(out), &rows); code != exitOK || err != nil || rows == nil || len(rows) != c.want {
			t.Errorf("%q: %d %v %s%s", c.args, code, err, out, errOut)
		}
	}
}

// Somebody who was deleted is found, and told from the living.
func TestTheDeletedAreToldInALookup(t *testing.T) {
	dir := t.TempDir()
	list := written(t, "people.csv", "userName\nanna\n")
	for _, args := range [][]string{{"import", "people", list}, {"import", "undo"}} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitOK {
			t.Fatalf("%q: %d %s%s", args, code, out, errOut)
		}
	}
	if code, out, errOut := call(t, "lookup", list, "--to", "status,state", "--data", dir); code != exitOK || !strings.HasSuffix(out, "\nanna,"+backend.StateDeleted+",found\r\n") {
		t.Errorf("%d %q %s", code, out, errOut)
	}
}

// Files of a hand-over may be wanted in a folder of which not even what it lies in is there; where none is made, nothing is left of it.
func TestAFolderForAHandOverIsMade(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	before(t, dir, 1, nil)
	deep := filepath.Join(place, "for", "the", "office")
	if code, out, errOut := call(t, "handover", "--out", deep, "--again", "7", "--data", dir); code != exitFailed {
		t.Errorf("one that is not there: %d %s%s", code, out, errOut)
	}
	alone(t, place)
	code, out, errOut := call(t, "handover", "--out", deep, "--data", dir)
	if _, err := os.Stat(strings.TrimSpace(out)); code != exitOK || err != nil || filepath.Dir(strings.TrimSpace(out)) != deep {
		t.Errorf("%d %v %s%s", code, err, out, errOut)
	}
}

// Each command's help is one screen of the same form: what it does, examples of it, and a line for each flag.
func TestHelpIsOneScreen(t *testing.T) {
	const lines, width = 60, 132
	for _, command := range []string{
		"run", "token", "oauth", "connection", "authtoken", "tunnel", "check", "status", "import", "export", "userids", "lookup", "forecast", "handover", "target", "rehearse",
	} {
		code, out, errOut := call(t, command, "--help")
		if code != exitOK || errOut != "" || !strings.HasPrefix(out, "scimd "+command+" ") || !strings.Contains(out, "\n\n  scimd "+command) || !strings.Contains(out, "\n\nFlags\n  --") ||
			!strings.Contains(out, "  --data FOLDER ") && command != "rehearse" {
			t.Errorf("%s: %d\n%s%s", command, code, out, errOut)
		}
		if n := strings.Count(out, "\n"); n > lines {
			t.Errorf("%s has %d lines", command, n)
		}
		for line := range strings.SplitSeq(out, "\n") {
			if len([]rune(line)) > width {
				t.Errorf("%s: too wide: %s", command, line)
			}
		}
	}
}

// TestAnOldListIsToldWhomItMeans: where a user ID is somebody else's now, the list says whose it was, and how many lines are so.
func TestAnOldListIsToldWhomItMeans(t *testing.T) {
	dir := t.TempDir()
	list := written(t, "list.txt", "anna\n")
	for _, args := range [][]string{
		{"import", "people", written(t, "people.csv", "userName,email,localId\nanna,anna@contoso.example,L1\n")}, {"userids", "apply", "--to", "email"},
		{"import", "people", written(t, "more.csv", "userName,email,localId\nanna,other@contoso.example,L2\n")},
	} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitOK {
			t.Fatalf("%q: %d %s%s", args, code, out, errOut)
		}
	}
	code, out, errOut := call(t, "lookup", list, "--to", "email,state,formerOwner", "--data", dir)
	if code != exitOK || !strings.HasSuffix(out, "\nanna,other@contoso.example,found,anna@contoso.example\r\n") || !strings.Contains(errOut, "somebody else's user ID before: 1.") {
		t.Errorf("%d %q %s", code, out, errOut)
	}
}
