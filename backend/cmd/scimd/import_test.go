package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimdesk/backend"
)

func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const staff = "userName;email;displayName;givenName;familyName;externalId;Shoe\n" +
	"a.berg;anna@contoso.example;Anna Berg;Anna;Berg;E-1;42\nb.klein;ben@contoso.example;Ben Klein;Ben;Klein;2,3E+11;\n;nobody@contoso.example;Nobody;;;;\n"

// TestImportOnTheCommandLine previews, imports and takes back, in a folder that nobody has open and beside its owner.
func TestImportOnTheCommandLine(t *testing.T) {
	for _, owned := range []bool{false, true} {
		t.Run(fmt.Sprint("owned ", owned), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "office")
			if owned {
				d := start(t, dir, freeAddr(t))
				defer func() { _, _ = d.cmd.Process.Kill(), <-d.done }()
			}
			file := written(t, "staff.csv", staff)
			code, out, errOut := call(t, "import", "people", file, "--dry-run", "--data", dir)
			if code != exitOK || !strings.Contains(out, "      2  would be made\n      1  can't be taken\n") || !strings.Contains(errOut, "line 4  Nobody: it has neither") ||
				!strings.Contains(errOut, "Look at line 3, externalId: numbers of which a spreadsheet has lost digits") || !strings.Contains(errOut, "no attribute is called so: Shoe") {
				t.Errorf("dry run: %d %s%s", code, out, errOut)
			}
			if code, out, _ = call(t, "export", "people", "--data", dir); owned && code != exitOK || strings.Contains(out, "a.berg") {
				t.Errorf("a dry run changed something: %d %s", code, out)
			}
			if _, err := os.Stat(dir); !owned && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a dry run left a folder behind: %v", err)
			}
			report := filepath.Join(t.TempDir(), "report.json")
			code, out, errOut = call(t, "import", "people", file, "--report", report, "--data", dir)
			if code != exitOK || !strings.Contains(out, "Imported by job 1: 2 of 2 steps done.") {
				t.Fatalf("import: %d %s%s", code, out, errOut)
			}
			if text, err := os.ReadFile(report); err != nil || strings.Count(string(text), `"state":"create"`) != 2 || strings.Count(string(text), `"id":""`) != 1 ||
				strings.Count(string(text), `"state":"invalid"`) != 1 {
				t.Errorf("the report: %s %v", text, err)
			}
			code, out, _ = call(t, "import", "people", file, "--format", "json", "--dry-run", "--existing", "overwrite", "--map", "Shoe=title", "--map", "2=", "--data", dir)
			var rows []struct {
				Line                                 int
				State, UserName, LocalID, ID, Reason string
			}
			if err := json.Unmarshal([]byte(out), &rows); code != exitOK || err != nil || len(rows) != 3 || rows[0].State != "update" || rows[1].State != "same" ||
				rows[2].State != "invalid" || rows[0].ID == "" || rows[0].LocalID != "a.berg" {
				t.Errorf("plan as JSON: %d %v %s", code, err, out)
			}
			groups := written(t, "groups.json", `[{"displayName":"Office","members":[{"value":"a.berg"}]}]`)
			if code, out, errOut = call(t, "import", "groups", groups, "--data", dir); code != exitOK || !strings.Contains(out, "Imported by job 2") {
				t.Errorf("groups: %d %s%s", code, out, errOut)
			}
			if code, out, _ = call(t, "export", "groups", "--data", dir); code != exitOK || !strings.Contains(out, "a.berg") {
				t.Errorf("groups are %s", out)
			}
			for _, job := range []string{"job 2", "job 1"} {
				if code, out, errOut = call(t, "import", "undo", "--data", dir); code != exitOK || !strings.Contains(out, "Undone: 2 of 2 rows of "+job) {
					t.Errorf("undo: %d %s%s", code, out, errOut)
				}
			}
			if code, out, _ = call(t, "export", "people", "--data", dir); code != exitOK || strings.Contains(out, "a.berg") {
				t.Errorf("undone, there is %s", out)
			}
			if code, _, errOut = call(t, "import", "undo", "--data", dir); code != exitFailed || !strings.Contains(errOut, "nothing to undo") {
				t.Errorf("a third undo: %d %s", code, errOut)
			}
			code, out, errOut = call(t, "import", "people", written(t, "x.csv", "userName,manager\nx,nobody\ny,x\n"), "--data", dir, "--dry-run")
			if code != exitOK || !strings.Contains(out, "1  of them not as they stand in the file") || !strings.Contains(errOut, "line 2  x: the manager nobody is not known, and is left out") {
				t.Errorf("with a remark: %d %s%s", code, out, errOut)
			}
			if code, _, errOut = call(t, "import", "people", written(t, "x.csv", "userName,localId\n,\nx\ty,\n"), "--data", dir, "--delimiter", ","); code != exitFailed || !strings.Contains(errOut, "nothing could be taken") {
				t.Errorf("nobody: %d %s", code, errOut)
			}
		})
	}
}

// TestImportFromAServerOnTheCommandLine: the token goes to that server and nowhere else.
func TestImportFromAServerOnTheCommandLine(t *testing.T) {
	const secret = "the-old-systems-token"
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"totalResults":1,"Resources":[{"id":"7","userName":"a.berg","name":{"givenName":"Anna"}}]}`))
	}))
	defer old.Close()
	dir, token := t.TempDir(), written(t, "token.txt", secret+"\n")
	code, out, errOut := call(t, "import", "people", "--url", old.URL, "--data", dir)
	if code != exitFailed || !strings.Contains(errOut, "it refuses the token (401)") {
		t.Errorf("without a token: %d %s%s", code, out, errOut)
	}
	code, out, errOut = call(t, "import", "people", "--url", old.URL, "--token-file", token, "--data", dir)
	if code != exitOK || !strings.Contains(out, "1 of 1 steps done") || strings.Contains(out+errOut, secret) {
		t.Errorf("with it: %d %s%s", code, out, errOut)
	}
	if code, out, _ = call(t, "export", "people", "--data", dir); code != exitOK || !strings.Contains(out, ",7,a.berg,") {
		t.Errorf("people are %s", out)
	}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), secret) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWrongImportCommands(t *testing.T) {
	dir, file := t.TempDir(), written(t, "staff.csv", staff)
	for want, args := range map[string][]string{
		"say people or groups and a file, or undo": {"import", "members", file},
		"name one file":                          {"import", "people"},
		"is one word too many":                   {"import", "people", file, file},
		"--token-file goes with --url":           {"import", "people", file, "--token-file", file},
		"--existing is skip, empty or overwrite": {"import", "people", file, "--existing", "delete"},
		"--format is text, csv or json":          {"import", "people", file, "--format", "xml"},
		"say column=attribute":                   {"import", "people", file, "--map", "x"},
		`the file has no column "Hat"`:           {"import", "people", file, "--map", "Hat=title"},
		`a column can't be "hat"`:                {"import", "people", file, "--map", "Shoe=hat"},
		`"::" can't be a delimiter`:              {"import", "people", file, "--delimiter", "::"},
		"must begin with https://":               {"import", "people", "--url", "http://old.contoso.example/scim"},
		"no such file":                           {"import", "people", file + ".gone"},
	} {
		if code, _, errOut := call(t, append(args, "--data", dir)...); code == exitOK || !strings.Contains(errOut, want) {
			t.Errorf("%q: %d %s", args, code, errOut)
		}
	}
}

// TestKilledInTheMiddleOfAnImport kills the daemon while it imports, and again while it takes that back: the file is not needed any more, and what opens
// the folder next ends it whole.
func TestKilledInTheMiddleOfAnImport(t *testing.T) {
	const people = 1500
	var text strings.Builder
	text.WriteString("userName,displayName,manager,groups\n")
	for i := range people {
		fmt.Fprintf(&text, "u%d,User %d,u%d,Everybody; Team %d\n", i, i, (i+1)%people, i%7)
	}
	dir := t.TempDir()
	killed(t, dir, "import", "people", written(t, "staff.csv", text.String()), "--data", dir)
	code, out, errOut := call(t, "userids", "jobs", "--data", dir) // whoever opens the folder goes on with it
	if code != exitOK || !strings.Contains(errOut, "Going on with job 1") {
		t.Fatalf("jobs: %d %s%s", code, out, errOut)
	}
	if n := len(names(t, dir)); n != people {
		t.Fatalf("%d people, want %d", n, people)
	}
	code, out, _ = call(t, "export", "groups", "--data", dir)
	if n := strings.Count(out, ",Everybody,"); code != exitOK || n != people {
		t.Errorf("%d are in the group of all, want %d", n, people)
	}
	killed(t, dir, "import", "undo", "--data", dir)
	d := start(t, dir, freeAddr(t))
	j := jobOf(t, dir, func(j backend.JobInfo) bool { return j.State == "undone" })
	if j.Refused != 0 || j.Failed != 0 || j.Undone != j.Total {
		t.Errorf("the job is %+v", j)
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-d.done; err == nil {
		t.Error("scimd survived a kill")
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("%d people are left", len(left))
	}
	undamaged(t, dir, "in the end")
}
