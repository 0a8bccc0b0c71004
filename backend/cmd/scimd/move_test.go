package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// A list that breaks off while it is read is no shorter list, and a folder is no empty file.
func TestWhatCannotBeReadIsNotTakenIn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "office")
	var out, errOut strings.Builder
	in := io.MultiReader(strings.NewReader("userName\nanna\nbo"), iotest.ErrReader(errors.New("the cable is out")))
	if code := run(t.Context(), []string{"import", "people", "-", "--data", dir}, in, &out, &errOut); code != exitFailed || !strings.Contains(errOut.String(), "the cable is out") {
		t.Errorf("broken off: %d %s%s", code, out.String(), errOut.String())
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("half a list was taken in: %q", left)
	}
	if code, _, errOut := call(t, "lookup", t.TempDir(), "--data", dir); code != exitFailed || strings.Contains(errOut, "empty") {
		t.Errorf("a folder: %d %s", code, errOut)
	}
	other := filepath.Join(t.TempDir(), "other")
	if code, _, _ := call(t, "import", "people", filepath.Join(dir, "none.csv"), "--data", other); code != exitFailed {
		t.Errorf("no file: %d", code)
	}
	if _, err := os.Stat(other); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there made a data folder: %v", err)
	}
}

// The number of an import under userids undo must not delete its people, nor the other way round.
func TestUndoTakesBackOnlyItsKind(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "people.csv")
	if err := os.WriteFile(list, []byte("userName,email\nanna,anna@contoso.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "office")
	for _, args := range [][]string{{"import", "people", list}, {"userids", "apply", "--to", "email"}} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitOK {
			t.Fatalf("%q: %d %s%s", args, code, out, errOut)
		}
	}
	for _, args := range [][]string{{"userids", "undo", "--job", "1"}, {"import", "undo", "--job", "2"}} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitFailed || !strings.Contains(errOut, "is no ") {
			t.Errorf("%q: %d %s%s", args, code, out, errOut)
		}
	}
	if all := names(t, dir); !slices.Equal(all, []string{"anna@contoso.example"}) {
		t.Errorf("people are %q", all)
	}
}

// The old-to-new file is part of a conversion: where it can't come to be, nobody is converted.
func TestNothingIsDoneThatCannotBeReported(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	before(t, dir, 2, nil)
	for _, flag := range []string{"--ids", "--report"} {
		for _, file := range []string{filepath.Join(folder, "none", "ids.csv"), folder, filepath.Join(dir, "scimdesk.db"), filepath.Join(dir, "targets", "x.json")} {
			if code, out, errOut := call(t, "userids", "apply", "--to", "email", flag, file, "--data", dir); code != exitFailed || out != "" {
				t.Errorf("%s %s: %d %s%s", flag, file, code, out, errOut)
			}
		}
	}
	if all := names(t, dir); !slices.Equal(all, []string{"u0", "u1"}) {
		t.Errorf("people are %q", all)
	}
	list := filepath.Join(folder, "list.csv")
	if err := os.WriteFile(list, []byte("userName\nanna\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errOut := call(t, "import", "people", list, "--report", filepath.Join(folder, "none", "r.csv"), "--data", dir); code != exitFailed || out != "" {
		t.Errorf("import: %d %s%s", code, out, errOut)
	}
	if all := names(t, dir); len(all) != 2 {
		t.Errorf("people are %q", all)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// A mistyped name puts no list in the place of the database, and standard output stays what it is.
func TestOutputSparesWhatIsThere(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	before(t, dir, 2, nil)
	list, link := filepath.Join(folder, "list.txt"), filepath.Join(folder, "link.csv")
	if err := os.WriteFile(list, []byte("u0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := []string{filepath.Join(dir, "scimdesk.db"), filepath.Join(dir, "scimdesk.db-wal"), filepath.Join(dir, "config.json")}
	if err := os.Symlink(files[0], link); err == nil {
		files = append(files, link)
	}
	for _, file := range files {
		for _, args := range [][]string{{"export", "people", "--out", file}, {"lookup", list, "--out", file}} {
			if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitFailed || out != "" || !strings.Contains(errOut, "name another") {
				t.Errorf("%q: %d %s%s", args, code, out, errOut)
			}
		}
	}
	if all := names(t, dir); len(all) != 2 {
		t.Fatalf("people are %q", all)
	}
	made := filepath.Join(folder, "made.csv")
	if err := os.WriteFile(made, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(made, filepath.Join(folder, "ids.csv")); err != nil {
		t.Skip("no links here:", err)
	}
	if code, out, errOut := call(t, "userids", "apply", "--to", "email", "--ids", filepath.Join(folder, "ids.csv"), "--data", dir); code != exitOK {
		t.Fatalf("%d %s%s", code, out, errOut)
	}
	if info, err := os.Lstat(filepath.Join(folder, "ids.csv")); err != nil || info.Mode().IsRegular() {
		t.Errorf("the link was replaced: %v %v", info, err)
	}
	if text, err := os.ReadFile(made); err != nil || strings.Count(string(text), "\n") != 3 {
		t.Errorf("%q, %v", text, err)
	}
}

// What a flag can't be is a command line that is wrong, whoever finds it out.
func TestWrongValuesAreUsage(t *testing.T) {
	dir := t.TempDir()
	before(t, dir, 1, nil)
	list := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(list, []byte("u0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"userids", "plan", "--to", "nothing"}, {"userids", "plan", "--to", "template", "--template", "{x"}, {"userids", "apply", "--to", "domain"},
		{"lookup", list, "--from", "nothing"}, {"lookup", list, "--to", "nothing"}, {"lookup", list, "--column", "0"}, {"lookup", list, "--column", "9"},
	} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitUsage || out != "" {
			t.Errorf("%q: %d %s%s", args, code, out, errOut)
		}
	}
	inside := filepath.Join(dir, "for-hr")
	if code, _, errOut := call(t, "handover", "--out", inside, "--data", dir); code != exitFailed || !strings.Contains(errOut, "data folder") {
		t.Errorf("into the data folder: %d %s", code, errOut)
	}
	if _, err := os.Stat(inside); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder was left in the data folder: %v", err)
	}
}

// What a stranger is called does not steer the terminal.
func TestPendingIsPrintable(t *testing.T) {
	dir := t.TempDir()
	before(t, dir, 0, map[string]string{"eve\x1b[2J\nfoo": "eve@contoso.example"})
	if code, out, errOut := call(t, "handover", "--pending", "--format", "text", "--data", dir); code != exitOK || strings.Contains(out, "\x1b") || strings.Count(out, "\n") != 1 {
		t.Errorf("%d %q %s", code, out, errOut)
	}
}

// TestForecastTellsGroups: with a list of groups each of them is told behind the people, in every format.
func TestForecastTellsGroups(t *testing.T) {
	lists := t.TempDir()
	dir := filepath.Join(lists, "office")
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(lists, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, args := range [][]string{
		{"import", "people", write("people.csv", "userName\nanna@contoso.example\n")},
		{"import", "groups", write("teams.csv", "displayName,externalId,members\nOffice,,anna@contoso.example\nOld name,g2,\n")},
	} {
		if code, out, errOut := call(t, append(args, "--data", dir)...); code != exitOK {
			t.Fatalf("%q: %d %s%s", args, code, out, errOut)
		}
	}
	users := write("users.csv", "userPrincipalName,objectId,accountEnabled\nanna@contoso.example,o1,True\n")
	groups := write("groups.csv", "id,displayName,groupType\ng1,Office,Security\ng2,New name,Security\n")
	told := func(args ...string) string {
		t.Helper()
		code, out, errOut := call(t, append([]string{"forecast", users, "--data", dir}, args...)...)
		if code != exitOK {
			t.Fatalf("%q: %d %s%s", args, code, out, errOut)
		}
		return out
	}
	if text := told(); strings.Contains(text, "roup") || !strings.Contains(text, "Nobody would be made twice") {
		t.Errorf("without groups:\n%s", text)
	}
	text := told("--groups", groups)
	for _, want := range []string{
		"match by displayName", "1  adopted, and changed\n           Office is Office here: externalId", "New name (g2), and Old name is here already with 0 members",
		"Old name, with 0 members", "something to settle",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	twins := write("twins.csv", "id,displayName,groupType\ng1,Office,Security\ng3,Office,Security\n")
	text = told("--groups", twins, "--scope", write("scope.txt", "anna@contoso.example\nwho@contoso.example\n"))
	for _, want := range []string{"who@contoso.example: named in the scope, but not in Entra's list of users", "Office: another one in Entra's list is matched with Office already"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(told("--groups", groups, "--format", "json")), &rows); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, r := range rows {
		kinds = append(kinds, r["kind"].(string)+" "+r["state"].(string))
	}
	if want := []string{"person same", "group adopt", "group create", "group orphan"}; !slices.Equal(kinds, want) || rows[1]["members"] != 1.0 {
		t.Errorf("%q with %v members, want %q", kinds, rows[1]["members"], want)
	}
	if lines := strings.Split(told("--groups", groups, "--format", "csv"), "\r\n"); len(lines) < 5 || !strings.HasPrefix(strings.TrimPrefix(lines[0], "\ufeff"), "kind,line,") || !strings.HasPrefix(lines[2], "group,2,Office,,g1,adopt") {
		t.Errorf("csv %q", lines)
	}
}
