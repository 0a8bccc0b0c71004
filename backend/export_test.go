package backend

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// exported writes a file and gives it as a table by its header.
func exported(t *testing.T, b *Backend, r ExportRequest) (ExportResult, []map[string]string) {
	t.Helper()
	r.Format = "csv"
	out, err := b.ExportFile(t.Context(), r)
	if err != nil {
		t.Fatalf("export %+v: %v", r, err)
	}
	text, err := os.ReadFile(out.Path)
	if err != nil {
		t.Fatal(err)
	}
	plain, marked := strings.CutPrefix(string(text), "\uFEFF")
	if !marked {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(plain)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var table []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		table = append(table, m)
	}
	return out, table
}

func column(table []map[string]string, name string) []string {
	out := []string{}
	for _, row := range table {
		out = append(out, row[name])
	}
	return out
}

// left are the names of a folder's files.
func left(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestExportFileHoldsWhatTheListShows(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Zoë", "Ada", "Ärger", "Bo")
	send(t, b, "DELETE", "/Users/"+ids[1], secret, "")
	send(t, b, "PATCH", "/Users/"+ids[3], secret, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":false}]}`)
	sales := add(t, b, secret, "/Groups", `{"displayName":"Sales","members":[{"value":"`+ids[0]+`"},{"value":"`+ids[3]+`"},{"value":"nobody"}]}`)
	old := add(t, b, secret, "/Groups", `{"displayName":"Old","members":[{"value":"`+ids[0]+`"}]}`)
	send(t, b, "DELETE", "/Groups/"+old, secret, "")
	dir := t.TempDir()

	out, table := exported(t, b, ExportRequest{What: "people", Folder: dir})
	same(t, "people", column(table, "displayName"), []string{"Ärger", "Bo", "Zoë"})
	same(t, "states", column(table, "state"), []string{"active", "disabled", "active"})
	same(t, "groups", column(table, "groups"), []string{"", "Sales", "Sales"})
	if out.Count != 3 || filepath.Dir(out.Path) != dir || !regexp.MustCompile(`^ScimDesk people \d{4}-\d\d-\d\d \d\d\.\d\d\.csv$`).MatchString(filepath.Base(out.Path)) {
		t.Errorf("result %+v", out)
	}
	if info, err := os.Stat(out.Path); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
	_, table = exported(t, b, ExportRequest{What: "people", Folder: dir, Filter: ListQuery{State: "all", Sort: "userName", Descending: true, Search: "contoso", From: 2, Limit: 1}})
	same(t, "everybody, down by user name", column(table, "displayName"), []string{"Ärger", "Zoë", "Bo", "Ada"})
	if table[3]["state"] != StateDeleted || table[3]["deleted"] == "" || table[0]["deleted"] != "" {
		t.Errorf("the deleted: %v", table[3])
	}
	out, table = exported(t, b, ExportRequest{What: "people", Folder: dir, IDs: []string{ids[3], "nobody", ids[1], sales}, Filter: ListQuery{Search: "zoe"}})
	same(t, "selection", column(table, "displayName"), []string{"Bo", "Ada"})
	if out.Count != 2 {
		t.Errorf("count %d", out.Count)
	}
	out, table = exported(t, b, ExportRequest{What: "people", Folder: dir, Filter: ListQuery{Search: "nobody at all"}})
	if out.Count != 0 || len(table) != 0 {
		t.Errorf("nobody: %+v %v", out, table)
	}

	out, table = exported(t, b, ExportRequest{What: "groups", Folder: dir, Filter: ListQuery{State: "all"}})
	same(t, "groups", column(table, "displayName"), []string{"Old", "Sales", "Sales", "Sales"})
	same(t, "states of groups", column(table, "state"), []string{"deleted", "active", "active", "active"})
	if out.Count != 2 || table[0]["memberDisplayName"] != "Zoë" {
		t.Errorf("groups: %+v %v", out, table)
	}
	out, table = exported(t, b, ExportRequest{What: "members", Folder: dir, Filter: ListQuery{Group: sales}})
	same(t, "members", column(table, "displayName"), []string{"Bo", "Zoë", ""})
	same(t, "states of members", column(table, "state"), []string{"disabled", "active", "unknown"})
	if out.Count != 3 || table[2]["id"] != "nobody" || table[0]["userName"] != "Bo@contoso.example" || table[0]["added"] == "" {
		t.Errorf("members: %+v %v", out, table)
	}
	_, table = exported(t, b, ExportRequest{What: "members", Folder: dir, Filter: ListQuery{Group: sales}, IDs: []string{"nobody"}})
	same(t, "selected members", column(table, "id"), []string{"nobody"})

	for what, want := range map[string]int{"people": 4, "groups": 2, "members": 3} {
		filter := ListQuery{State: "all"}
		if what == "members" {
			filter.Group = sales
		}
		out, err := b.ExportFile(t.Context(), ExportRequest{What: what, Format: "json", Folder: dir, Filter: filter})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(out.Path)
		if err != nil {
			t.Fatal(err)
		}
		var list []map[string]any
		if err := json.Unmarshal(text, &list); err != nil || len(list) != want || out.Count != want || !strings.HasSuffix(out.Path, ".json") {
			t.Errorf("%s as JSON: %+v, %v\n%s", what, out, err, text)
		}
		if what == "people" && (list[0]["displayName"] != "Ada" || list[0]["deleted"] == nil || list[1]["deleted"] != nil || list[1]["id"] != ids[2]) {
			t.Errorf("people as JSON: %s", text)
		}
	}
}

func TestExportFileOfOddNames(t *testing.T) {
	b, secret := serve(t)
	for i, name := range oddNames {
		quoted, _ := json.Marshal(name)
		add(t, b, secret, "/Users", fmt.Sprintf(`{"userName":"odd%02d@x.example","displayName":%s,"title":"+1"}`, i, quoted))
	}
	_, table := exported(t, b, ExportRequest{What: "people", Folder: t.TempDir(), Filter: ListQuery{Sort: "userName"}})
	want := []string{}
	for _, name := range oddNames {
		if strings.HasPrefix(name, "=") {
			name = "'" + name
		}
		want = append(want, name)
	}
	same(t, "names", column(table, "displayName"), want)
	if table[0]["title"] != "'+1" {
		t.Errorf("a cell that a spreadsheet would compute: %q", table[0]["title"])
	}
}

func TestExportFileOverwritesNothing(t *testing.T) {
	b, secret := serve(t)
	addNamed(t, b, secret, "Ada")
	dir := t.TempDir()
	part := filepath.Join(dir, "part")
	for i, want := range []string{"name.csv", "name (2).csv", "name (3).csv"} {
		if err := os.WriteFile(part, []byte{byte('0' + i)}, 0o600); err != nil {
			t.Fatal(err)
		}
		path, err := nameFile(part, "name", ".csv")
		if err != nil || filepath.Base(path) != want {
			t.Errorf("%s, %v", path, err)
		}
		_ = os.Remove(part)
	}
	// As on a file system without links.
	for i, want := range []error{nil, os.ErrExist} {
		if err := os.WriteFile(part, []byte("new"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := takeName(part, filepath.Join(dir, "taken.csv")); !errors.Is(err, want) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "name.csv")); err != nil || string(text) != "0" {
		t.Errorf("the first file now holds %s, %v", text, err)
	}
	if err := os.Remove(part); err != nil {
		t.Error(err)
	}
	same(t, "files", left(t, dir), []string{"name (2).csv", "name (3).csv", "name.csv", "taken.csv"})
}

func TestExportFileLeavesNoHalfFile(t *testing.T) {
	b, secret := serve(t)
	ids := addNamed(t, b, secret, "Ada", "Bo")
	dir := t.TempDir()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.ExportFile(stopped, ExportRequest{What: "people", Format: "csv", Folder: dir}); Code(err) != "CANCELLED" {
		t.Errorf("stopped: %v", err)
	}
	late, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := b.ExportFile(late, ExportRequest{What: "people", Format: "json", Folder: dir, IDs: ids}); Code(err) != "CALL_TIMEOUT" {
		t.Errorf("too late: %v", err)
	}
	for _, r := range []ExportRequest{{What: "devices", Format: "csv"}, {What: "people", Format: "xlsx"}, {What: "people", Format: "csv", Filter: ListQuery{State: "odd"}}} {
		r.Folder = dir
		if _, err := b.ExportFile(t.Context(), r); Code(err) != "BAD_QUERY" {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if _, err := b.ExportFile(t.Context(), ExportRequest{What: "members", Format: "csv", Folder: dir, Filter: ListQuery{Group: ids[0]}}); Code(err) != "NOT_FOUND" {
		t.Errorf("members of a person: %v", err)
	}
	same(t, "files", left(t, dir), []string{})

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Join(dir, "missing"), file} {
		_, err := b.ExportFile(t.Context(), ExportRequest{What: "people", Format: "csv", Folder: folder})
		if Code(err) != "EXPORT_FAILED" || !strings.Contains(Message(err), folder) || strings.Contains(Message(err), ".part") {
			t.Errorf("into %s: %s %q", folder, Code(err), Message(err))
		}
	}
}

func TestExportFileOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	b, secret := serve(t)
	for i := range 40 {
		add(t, b, secret, "/Users", fmt.Sprintf(`{"userName":"p%d@x.example","nickName":"%s"}`, i, strings.Repeat("x", 4000)))
	}
	fill(t, filepath.Join(disk, "ballast"))
	for _, format := range []string{"csv", "json"} {
		_, err := b.ExportFile(t.Context(), ExportRequest{What: "people", Format: format, Folder: disk})
		if Code(err) != "EXPORT_FAILED" || !strings.Contains(Message(err), "no space left") {
			t.Errorf("%s: %s %q", format, Code(err), Message(err))
		}
	}
	same(t, "files", left(t, disk), []string{"ballast"})
	if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
		t.Fatal(err)
	}
	if out, err := b.ExportFile(t.Context(), ExportRequest{What: "people", Format: "json", Folder: disk}); err != nil || out.Count != 40 {
		t.Errorf("with room again: %+v %v", out, err)
	}
}

func TestExportGoesToDownloads(t *testing.T) {
	if dir := ExportFolder(); !filepath.IsAbs(dir) {
		t.Errorf("the folder for downloads is %q", dir)
	}
}

// TestExportFileOfASample is not taken for a real one.
func TestExportFileOfASample(t *testing.T) {
	for sample, want := range map[bool]string{true: "ScimDesk sample people 20", false: "ScimDesk people 20"} {
		b, _ := serve(t, func(o *Options) { o.Sample = sample })
		out, err := b.ExportFile(t.Context(), ExportRequest{What: "people", Format: "csv", Folder: t.TempDir()})
		if err != nil || !strings.HasPrefix(filepath.Base(out.Path), want) {
			t.Errorf("sample %v: %s, %v", sample, out.Path, err)
		}
	}
}

// TestExportFileRemovesWhatKilledOnesLeft, and nothing of an export that may be at work, nor of anybody else.
func TestExportFileRemovesWhatKilledOnesLeft(t *testing.T) {
	b, _ := serve(t)
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{
		".scimdesk-1.part": 25 * time.Hour, ".scimdesk-2.part": time.Hour, "scimdesk-3.part": 900 * time.Hour, ".scimdesk-4.csv": 900 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("Ada"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := b.ExportFile(t.Context(), ExportRequest{What: "people", Format: "csv", Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".scimdesk-2.part", ".scimdesk-4.csv", filepath.Base(out.Path), "scimdesk-3.part"}
	slices.Sort(want)
	same(t, "in the folder", left(t, dir), want)
}
