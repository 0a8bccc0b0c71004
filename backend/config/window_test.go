package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// faultsOf gives the faults of an error, none if it is of another kind.
func faultsOf(err error) []string {
	if f, ok := errors.AsType[*Faults](err); ok {
		return f.List
	}
	return nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

var quiet = slog.New(slog.DiscardHandler)

// only checks that a folder holds these files and nothing else, such as a half-written one.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	if !reflect.DeepEqual(found, names) {
		t.Errorf("the folder holds %v, want %v", found, names)
	}
}

func TestAWindowIsReadAsItWasSaved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when missing")
	w, err := LoadWindow(dir)
	if err != nil || w.Theme != "system" || w.Language != "" || w.Place != nil || w.Folder != "" || len(w.Views) != 0 {
		t.Fatalf("without a file: %+v, %v", w, err)
	}
	w.Theme, w.Language, w.Folder = "dark", "de", filepath.Join(dir, "office & <sons>")
	w.Place = &Place{X: -1920, Y: 40, Width: 1280, Height: 800, Maximised: true}
	// 4 KiB when compact, far more as the file has it
	big := `{"columns":[` + strings.TrimSuffix(strings.Repeat(`1,`, 2000), ",") + `],"sort":"<name>"}`
	for name, state := range map[string]string{"people": big, "groups": ` { "a" : null } `, "gone": "1"} {
		if err := w.SetView(name, state); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.SetView("gone", ""); err != nil {
		t.Fatal(err)
	}
	if err := SaveWindow(dir, w, quiet); err != nil {
		t.Fatal(err)
	}
	got, err := LoadWindow(dir)
	if err != nil || !reflect.DeepEqual(got, w) || got.Views["groups"] != `{"a":null}` || string(got.Views["people"]) != big {
		t.Errorf("read again: %+v, %v\nwant %+v", got, err, w)
	}
	only(t, dir, "window.json")
	info, err := os.Stat(filepath.Join(dir, "window.json"))
	if err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestAWindowThatBreaksTheRulesIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	for name, change := range map[string]func(*Window){
		"theme":            func(w *Window) { w.Theme = "pink" },
		"language":         func(w *Window) { w.Language = "fr" },
		"folder":           func(w *Window) { w.Folder = "office" },
		"place, no width":  func(w *Window) { w.Place = &Place{Height: 100} },
		"place, far away":  func(w *Window) { w.Place = &Place{X: 1 << 20, Width: 1, Height: 1} },
		"views, too large": func(w *Window) { w.Views["a"] = View(`"` + strings.Repeat("x", 4095) + `"`) },
		"views, no name":   func(w *Window) { w.Views[""] = "1" },
		"views, odd name":  func(w *Window) { w.Views["a b"] = "1" },
		"views, long name": func(w *Window) { w.Views[strings.Repeat("x", 65)] = "1" },
		"views, one too many": func(w *Window) {
			for i := range 33 {
				w.Views[fmt.Sprint("v", i)] = "1"
			}
		},
	} {
		w := DefaultWindow()
		change(&w)
		key, _, _ := strings.Cut(name, ",")
		faults := faultsOf(SaveWindow(dir, w, quiet))
		if len(faults) != 1 || !strings.HasPrefix(faults[0], key+" must be ") {
			t.Errorf("%s: %q", name, faults)
		}
	}
	only(t, dir)
	w := DefaultWindow()
	if faults := faultsOf(w.SetView("people", "{")); len(faults) != 1 || len(w.Views) != 0 {
		t.Errorf("a view that is no JSON: %q, kept %v", faults, w.Views)
	}
	w.Theme, w.Language = "", "x"
	if faults := faultsOf(w.Check()); len(faults) != 2 {
		t.Errorf("two faults at once: %q", faults)
	}
}

func TestABrokenWindowFileIsKeptAside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "window.json")
	for _, text := range []string{"", "{", "[]", "null", `{"version":1,"theme":null}`, `{"version":1,"place":{"x":1,"depth":2}}`, `{"version":2}`} {
		write(t, path, text)
		w, err := LoadWindow(dir)
		if len(faultsOf(err)) == 0 || !strings.Contains(err.Error(), path) || w.Theme != "system" {
			t.Errorf("%q: %+v, %v", text, w, err)
		}
	}
	aside, err := CopyWindowAside(dir, time.Date(2026, 3, 1, 9, 5, 7, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	only(t, dir, "window.json", "window.json.broken-20260301-090507")
	if text, err := os.ReadFile(aside); err != nil || string(text) != `{"version":2}` {
		t.Errorf("kept aside: %q, %v", text, err)
	}
}

// TestTheFolderIsReadFromABrokenFile, or told to be unknown: another one must not be served in its place.
func TestTheFolderIsReadFromABrokenFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "window.json")
	office := filepath.Join(dir, "office")
	named, err := json.Marshal(office)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, folder string
		known        bool
	}{
		{`{"version":1,"folder":` + string(named) + `,"theme":"pink"}`, office, true},
		{`{"version":2,"folder":` + string(named) + `,"new":{}}`, office, true},
		{"\uFEFF" + `{"folder":` + string(named) + `,"theme":"da`, office, true},
		{`{"version":1,"folder":"","new":1}`, "", true},
		{`{"version":1,"theme":"pink"}`, "", true},
		{`{"version":2,"theme":"dark"}`, "", false},
		{`{"version":1,"theme":"dark","fold`, "", false},
		{`{"version":1,"folder":"office"}`, "", false},
		{`{"version":1,"folder":7}`, "", false},
		{`{"version":1,"folder":"","folder":` + string(named) + `}`, "", false},
		{"", "", false},
		{"[]", "", false},
		{"null", "", false},
	} {
		write(t, path, c.text)
		folder, err := SalvageFolder(dir)
		if folder != c.folder || (err == nil) != c.known || err != nil && (len(faultsOf(err)) == 0 || !strings.Contains(err.Error(), path)) {
			t.Errorf("%s: %q, %v", c.text, folder, err)
		}
	}
	if _, err := SalvageFolder(path); err == nil {
		t.Error("a file that can't be read names a folder")
	}
}

func TestUserDirFollowsEachSystem(t *testing.T) {
	for goos, want := range map[string]string{"windows": "ScimDesk", "darwin": "ScimDesk", "linux": "scimdesk", "freebsd": "scimdesk"} {
		if got := userDir(goos, "conf"); got != filepath.Join("conf", want) {
			t.Errorf("%s: %s", goos, got)
		}
	}
	t.Setenv(EnvConfig, "/srv/looks")
	if dir, err := UserDir(); err != nil || dir != "/srv/looks" {
		t.Errorf("UserDir = %q, %v; want what %s says", dir, err, EnvConfig)
	}
}
