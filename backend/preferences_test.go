package backend

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"scimdesk/backend/config"
)

// openPreferences opens those of a user of the test's own, in dir.
func openPreferences(t *testing.T, dir string) *PreferenceStore {
	t.Helper()
	t.Setenv(config.EnvConfig, dir)
	return OpenPreferences(slog.New(slog.NewTextHandler(t.Output(), nil)))
}

func folderOf(t *testing.T, p *PreferenceStore) string {
	t.Helper()
	dir, err := p.Folder()
	if err != nil {
		t.Error(err)
	}
	return dir
}

func TestPreferencesSurviveARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scimdesk")
	p := openPreferences(t, dir)
	if got := p.Get(); !reflect.DeepEqual(got, Preferences{Theme: "system", Views: []View{}}) || p.Place().Known || folderOf(t, p) != "" {
		t.Fatalf("at first: %+v, %+v, %q", got, p.Place(), folderOf(t, p))
	}
	place := Place{X: -5, Y: 6, Width: 1000, Height: 700, Maximised: true}
	for _, set := range []func() error{
		func() error { return p.SetLook("dark", "de") },
		func() error { return p.SetView(View{"people", `{"columns":["name"]}`}) },
		func() error { return p.SetView(View{"groups", `[1]`}) },
		func() error { return p.SetPlace(place) },
		func() error { return p.SetFolder(dir) },
	} {
		if err := set(); err != nil {
			t.Fatal(err)
		}
	}
	place.Known = true
	want := Preferences{Theme: "dark", Language: "de", Views: []View{{"groups", `[1]`}, {"people", `{"columns":["name"]}`}}}
	for _, p := range []*PreferenceStore{p, openPreferences(t, dir)} {
		if got := p.Get(); !reflect.DeepEqual(got, want) || p.Place() != place || folderOf(t, p) != dir {
			t.Errorf("kept: %+v, %+v, %q", got, p.Place(), folderOf(t, p))
		}
	}
}

func TestABadPreferenceChangesNothing(t *testing.T) {
	p := openPreferences(t, t.TempDir())
	if err := p.SetLook("light", "en"); err != nil {
		t.Fatal(err)
	}
	before := p.Get()
	for name, err := range map[string]error{
		"theme":    p.SetLook("pink", "en"),
		"language": p.SetLook("dark", "xx"),
		"view":     p.SetView(View{"people", "{"}),
		"place":    p.SetPlace(Place{}),
		"folder":   p.SetFolder("here"),
	} {
		if Code(err) != "BAD_SETTING" || !strings.Contains(Message(err), name) {
			t.Errorf("%s: %v, code %s", name, err, Code(err))
		}
	}
	if got := p.Get(); !reflect.DeepEqual(got, before) || p.Place().Known {
		t.Errorf("changed to %+v", got)
	}
}

// TestTwoWindowsKeepEachOthersPreferences: one user may have a window on each of two data folders.
func TestTwoWindowsKeepEachOthersPreferences(t *testing.T) {
	dir := t.TempDir()
	one, other := openPreferences(t, dir), openPreferences(t, dir)
	if err := one.SetLook("dark", "de"); err != nil {
		t.Fatal(err)
	}
	if err := other.SetView(View{"people", "1"}); err != nil {
		t.Fatal(err)
	}
	if got := openPreferences(t, dir).Get(); got.Theme != "dark" || len(got.Views) != 1 {
		t.Errorf("after both: %+v", got)
	}
}

func TestPreferencesAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	p := openPreferences(t, dir)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if err := p.SetView(View{fmt.Sprint("v", i), "{}"}); err != nil {
				t.Error(err)
			}
			_ = p.Get()
		})
	}
	all.Wait()
	if got := openPreferences(t, dir).Get(); len(got.Views) != 16 {
		t.Errorf("%d of 16 views are kept", len(got.Views))
	}
}

// TestLooksNeverKeepTheWindowFromOpening: of a broken file a copy is kept when it is replaced, and a place that can't be written to is
// an error of the change alone.
func TestLooksNeverKeepTheWindowFromOpening(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(config.EnvConfig, dir)
	broken := `{"version":1,"theme":"pink","folder":""}`
	if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	p := OpenPreferences(slog.New(slog.NewTextHandler(&logged, nil)))
	if p.Get().Theme != "system" || !strings.Contains(logged.String(), "theme must be") {
		t.Errorf("preferences %+v; log %s", p.Get(), logged.String())
	}
	if err := p.SetLook("dark", ""); err != nil || openPreferences(t, dir).Get().Theme != "dark" {
		t.Errorf("after the broken file was kept aside: %v", err)
	}
	aside, err := filepath.Glob(filepath.Join(dir, "window.json.broken-*"))
	if err != nil || len(aside) != 1 || !strings.Contains(logged.String(), filepath.Base(aside[0])) {
		t.Fatalf("kept aside %v, %v; log %s", aside, err, logged.String())
	}
	if text, err := os.ReadFile(aside[0]); err != nil || string(text) != broken {
		t.Errorf("the copy says %q, %v", text, err)
	}

	p = openPreferences(t, filepath.Join(dir, "window.json")) // a file where the folder should be
	if err := p.SetLook("dark", "de"); err == nil || p.Get().Theme != "system" {
		t.Errorf("nothing can be written: %v, %+v", err, p.Get())
	}
}

// TestTheFolderSurvivesABrokenFile, through changes of anything else and further starts.
func TestTheFolderSurvivesABrokenFile(t *testing.T) {
	dir := t.TempDir()
	text := fmt.Sprintf(`{"version":2,"folder":%q,"from":"a newer one"}`, dir)
	if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if p := openPreferences(t, dir); folderOf(t, p) != dir {
			t.Errorf("at a start: %q", folderOf(t, p))
		}
	}
	if err := openPreferences(t, dir).SetLook("dark", "de"); err != nil {
		t.Fatal(err)
	}
	if p := openPreferences(t, dir); folderOf(t, p) != dir || p.Get().Theme != "dark" {
		t.Errorf("after a change: %q, %+v", folderOf(t, p), p.Get())
	}
}

// TestALostFolderStaysLost until it is chosen again or the file is mended: nothing else may hide that.
func TestALostFolderStaysLost(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "window.json")
	lose := func() *PreferenceStore {
		if err := os.WriteFile(path, []byte(`{"version":1,"fol`), 0o600); err != nil {
			t.Fatal(err)
		}
		return openPreferences(t, dir)
	}
	p := lose()
	_, err := p.Folder()
	for _, err := range []error{err, p.SetLook("dark", "de"), p.SetPlace(Place{Width: 900, Height: 600})} {
		if Code(err) != "BAD_CONFIG" || !strings.Contains(Message(err), path) {
			t.Errorf("%s: %v", Code(err), err)
		}
	}
	if err := p.SetFolder(dir); err != nil || folderOf(t, p) != dir || folderOf(t, openPreferences(t, dir)) != dir {
		t.Errorf("chosen again: %v", err)
	}
	if err := p.SetLook("dark", "de"); err != nil {
		t.Error(err)
	}
	p = lose()
	if err := os.WriteFile(path, []byte(`{"version":1,"theme":"light"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if folderOf(t, p) != "" || p.Get().Theme != "light" {
		t.Errorf("mended: %+v", p.Get())
	}
}
