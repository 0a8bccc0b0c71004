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

func TestPreferencesSurviveARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scimdesk")
	p := openPreferences(t, dir)
	if got := p.Get(); !reflect.DeepEqual(got, Preferences{Theme: "system", Views: []View{}}) || p.Place().Known || p.Folder() != "" {
		t.Fatalf("at first: %+v, %+v, %q", got, p.Place(), p.Folder())
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
		if got := p.Get(); !reflect.DeepEqual(got, want) || p.Place() != place || p.Folder() != dir {
			t.Errorf("kept: %+v, %+v, %q", got, p.Place(), p.Folder())
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

// TestLooksNeverKeepTheWindowFromOpening: a file that is broken is kept aside, and a place that can't be written to is an error of
// the change alone.
func TestLooksNeverKeepTheWindowFromOpening(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(config.EnvConfig, dir)
	if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	p := OpenPreferences(slog.New(slog.NewTextHandler(&logged, nil)))
	aside, err := filepath.Glob(filepath.Join(dir, "window.json.broken-*"))
	if err != nil || len(aside) != 1 || !strings.Contains(logged.String(), filepath.Base(aside[0])) || p.Get().Theme != "system" {
		t.Errorf("kept aside %v, %v; preferences %+v; log %s", aside, err, p.Get(), logged.String())
	}
	if err := p.SetLook("dark", ""); err != nil || openPreferences(t, dir).Get().Theme != "dark" {
		t.Errorf("after the broken file was kept aside: %v", err)
	}

	p = openPreferences(t, filepath.Join(dir, "window.json")) // a file where the folder should be
	if err := p.SetLook("dark", "de"); err == nil || p.Get().Theme != "system" {
		t.Errorf("nothing can be written: %v, %+v", err, p.Get())
	}
}
