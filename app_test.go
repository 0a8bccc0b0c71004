package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

// newApp gives an App with preferences of its own, and nothing open.
func newApp(t *testing.T, o backend.Options) *App {
	t.Helper()
	t.Setenv("SCIMDESK_CONFIG", t.TempDir())
	o.Log = slog.New(slog.DiscardHandler)
	return NewApp(o, backend.OpenPreferences(o.Log), time.Now())
}

// openApp gives an App whose folder is being opened, without a window.
func openApp(t *testing.T, dir string) *App {
	t.Helper()
	a := newApp(t, backend.Options{Dir: dir, Listen: "127.0.0.1:0", Face: "window"})
	a.desk.Open()
	t.Cleanup(func() { a.shutdown(context.Background()) })
	return a
}

// codeOf is what the page reads of an error.
func codeOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	text, ok := formatError(err).(string)
	var shown struct{ Code, Message string }
	if !ok || json.Unmarshal([]byte(text), &shown) != nil || shown.Message == "" {
		t.Fatalf("the page can't read %q", text)
	}
	return shown.Code
}

func TestThePageIsAnsweredFromTheFolder(t *testing.T) {
	a := openApp(t, t.TempDir())
	before, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	made, err := a.RotateToken(backend.TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	after, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if before.Token.Exists || !after.Token.Exists || !strings.HasSuffix(made.Secret, after.Token.LastFour) {
		t.Errorf("token before %+v, after %+v", before.Token, after.Token)
	}
	page, err := a.ActivityAt(nil)
	if err != nil || page.Store != after.Store || page.Rows == nil {
		t.Errorf("page %+v, %v", page, err)
	}
}

func TestTheCommandLineFindsTheWindow(t *testing.T) {
	dir := t.TempDir()
	a := openApp(t, dir)
	if _, err := a.Snapshot(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		owner, err := control.Reach(t.Context(), dir)
		if err == nil {
			if owner.Face() != "window" {
				t.Errorf("the owner is %q", owner.Face())
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestATakenFolderIsToldAndOpensOnRetry(t *testing.T) {
	dir := t.TempDir()
	owner := openApp(t, dir)
	if _, err := owner.Snapshot(); err != nil {
		t.Fatal(err)
	}
	a := openApp(t, dir)
	for _, err := range []error{second(a.Snapshot()), second(a.RotateToken(backend.TokenRotation{})), a.Watch(), a.Retry()} {
		if got := codeOf(t, err); got != "SECOND_COPY" {
			t.Errorf("code %s", got)
		}
	}
	owner.shutdown(t.Context())
	if err := a.Retry(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Snapshot(); err != nil {
		t.Error(err)
	}
}

func TestAnExportIsCancelledAndLeavesNothing(t *testing.T) {
	a := openApp(t, t.TempDir())
	if err := a.CancelExport(); err != nil {
		t.Fatalf("without an export: %v", err)
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				_ = a.CancelExport()
			}
		}
	}()
	for deadline := time.Now().Add(10 * time.Second); ; {
		dir := t.TempDir()
		_, err := a.ExportFile(backend.ExportRequest{What: "people", Format: "csv", Folder: dir})
		if err == nil && time.Now().Before(deadline) {
			continue // it was done before it could be cancelled
		}
		if got := codeOf(t, err); got != "CANCELLED" {
			t.Errorf("code %s", got)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		return
	}
}

func second[T any](_ T, err error) error { return err }

func TestAPanicIsTheCallsError(t *testing.T) {
	a := openApp(t, t.TempDir())
	_, err := call(a, func(*backend.Backend, context.Context) (int, error) { panic("broken") })
	if got := codeOf(t, err); got != "INTERNAL" {
		t.Errorf("code %s", got)
	}
	if _, err := a.Snapshot(); err != nil {
		t.Errorf("after a panic: %v", err)
	}
}

func TestClosingLetsGoOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	a := openApp(t, dir)
	if _, err := a.Snapshot(); err != nil {
		t.Fatal(err)
	}
	a.shutdown(t.Context())
	b, err := backend.Open(t.Context(), backend.Options{Dir: dir, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestClosingWithoutAFolderDoesNotWait(t *testing.T) {
	newApp(t, backend.Options{}).shutdown(t.Context())
}

func TestFoldersHaveInstancesOfTheirOwn(t *testing.T) {
	t.Chdir(t.TempDir())
	if instanceID("a") == instanceID("b") || instanceID("") == instanceID("a") {
		t.Error("two folders share an instance")
	}
	if instanceID("a") != instanceID("./x/../a") {
		t.Error("one folder has two instances")
	}
}

// TestASampleIsShownInPlaceOfTheLiveFolder, and what belongs to the live folder alone goes there all the time.
func TestASampleIsShownInPlaceOfTheLiveFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	a := openApp(t, t.TempDir())
	before, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.StartSample(backend.SampleOptions{People: 10, Speed: "slow"}); err != nil {
		t.Fatal(err)
	}
	if got := codeOf(t, a.StartSample(backend.SampleOptions{People: 10, Speed: "slow"})); got != "SAMPLE_RUNNING" {
		t.Errorf("a second sample: %s", got)
	}
	during, err := a.Snapshot()
	if err != nil || !during.Sample || during.Store == before.Store {
		t.Errorf("during the sample: %+v, %v", during, err)
	}
	page, err := a.ActivityAt(nil)
	if err != nil || page.Store != during.Store {
		t.Errorf("requests of %s, %v", page.Store, err)
	}
	under, err := live(a, (*backend.Backend).Snapshot)
	if err != nil || under.Store != before.Store {
		t.Errorf("live is %+v, %v", under, err)
	}
	if state, err := a.SampleState(); err != nil || !state.Active || !state.Playing || !state.LiveServing {
		t.Errorf("the sample stands at %+v, %v", state, err)
	}
	if err := a.LeaveSample(); err != nil {
		t.Fatal(err)
	}
	if after, err := a.Snapshot(); err != nil || after.Store != before.Store {
		t.Errorf("after the sample: %+v, %v", after, err)
	}
}

func TestPreferencesNeedNoFolder(t *testing.T) {
	a := newApp(t, backend.Options{})
	if err := a.SavePreferences("dark", "de"); err != nil {
		t.Fatal(err)
	}
	if err := a.SaveView(backend.View{Name: "people", State: `{"sort":"name"}`}); err != nil {
		t.Fatal(err)
	}
	p, err := a.Preferences()
	if err != nil || p.Theme != "dark" || p.Language != "de" || len(p.Views) != 1 || p.Views[0].Name != "people" {
		t.Errorf("preferences %+v, %v", p, err)
	}
	if got := codeOf(t, a.SavePreferences("pink", "de")); got != "BAD_SETTING" {
		t.Errorf("an unknown theme: %s", got)
	}
}

func TestAFolderFromAFlagStays(t *testing.T) {
	dir := t.TempDir()
	a := openApp(t, dir)
	if got, err := a.Folder(); err != nil || got.Folder != dir || got.By != "flag" {
		t.Errorf("folder %+v, %v", got, err)
	}
	if got := codeOf(t, a.UseFolder(t.TempDir())); got != "FOLDER_FIXED" {
		t.Errorf("another folder: %s", got)
	}
}

// TestAnotherFolderMayOutlastACall, since its database may have to be updated.
func TestAnotherFolderMayOutlastACall(t *testing.T) {
	if goruntime.GOOS == "windows" {
		t.Skip("there are no named pipes in folders")
	}
	a := newApp(t, backend.Options{Listen: "127.0.0.1:0", Face: "window"})
	if err := a.prefs.SetFolder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	a = NewApp(backend.Options{Listen: "127.0.0.1:0", Face: "window", Log: a.log}, a.prefs, time.Now())
	a.desk.Open()
	t.Cleanup(func() { a.shutdown(context.Background()) })
	if _, err := a.Snapshot(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	b, err := backend.Open(t.Context(), backend.Options{Dir: dir, Listen: backend.NoListener})
	if err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "config.json") // opening waits for what it says
	if err := errors.Join(b.Close(), exec.CommandContext(t.Context(), "mkfifo", pipe).Run()); err != nil {
		t.Fatal(err)
	}
	a.limit = 20 * time.Millisecond
	used := make(chan error, 1)
	go func() { used <- a.UseFolder(dir) }()
	f, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	<-time.After(5 * a.limit)
	_, err = f.WriteString(`{"version":1}`)
	if err := errors.Join(err, f.Close(), <-used); err != nil {
		t.Errorf("after more than a call's time: %v", err)
	}
}

// TestOnlyOwnFilesAndPagesAreOpened: the page can't have anything else started.
func TestOnlyOwnFilesAndPagesAreOpened(t *testing.T) {
	a := newApp(t, backend.Options{})
	if err := a.ShowFile(filepath.Join(t.TempDir(), "people.csv")); err == nil {
		t.Error("a file that was not exported is shown")
	}
	for _, name := range []string{"", "https://contoso.example", "Entra"} {
		if err := a.OpenPage(name); err == nil {
			t.Errorf("the page %q is opened", name)
		}
	}
	gone := filepath.Join(t.TempDir(), "gone.csv")
	a.written[gone] = true
	if err := a.ShowFile(gone); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that was moved away: %v", err)
	}
}

// TestWhatOpensIsTold: the file or page reaches the system's own program, whose failure is the call's.
func TestWhatOpensIsTold(t *testing.T) {
	if goruntime.GOOS != "linux" {
		t.Skip("the program that opens is replaced by a script")
	}
	bin := t.TempDir()
	said := filepath.Join(bin, "said")
	script := func(text string) {
		if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	a := newApp(t, backend.Options{})
	file := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.written[file] = true
	if err := a.ShowFile(file); err == nil {
		t.Error("without a program that opens: no error")
	}
	script(`printf '%s\n' "$1" >>"` + said + `"`)
	if err := errors.Join(a.ShowFile(file), a.OpenPage("entra"), a.OpenPage("scim-docs")); err != nil {
		t.Fatal(err)
	}
	want := filepath.Dir(file) + "\n" + pages["entra"] + "\n" + pages["scim-docs"] + "\n"
	if got, err := os.ReadFile(said); err != nil || string(got) != want {
		t.Errorf("opened %q, %v, want %q", got, err, want)
	}
	script("exit 3")
	if err := a.ShowFile(file); err == nil || !strings.Contains(err.Error(), "xdg-open") {
		t.Errorf("a program that fails: %v", err)
	}
}

func TestAFileIsShownAsTheSystemDoes(t *testing.T) {
	for goos, want := range map[string][]string{
		"linux":   {"xdg-open", "/home/ana"},
		"darwin":  {"open", "-R", "/home/ana/people 1.csv"},
		"windows": {"explorer", "/select,", "/home/ana/people 1.csv"},
	} {
		if got := fileManager(goos, "/home/ana/people 1.csv"); !slices.Equal(got, want) {
			t.Errorf("%s: %q", goos, got)
		}
	}
}

func TestAWindowComesBackWhereItFits(t *testing.T) {
	type at = backend.Place
	for _, c := range []struct{ was, comes at }{
		{at{X: 0, Y: 0, Width: 1600, Height: 1000}, at{X: 0, Y: 0, Width: 1600, Height: 1000}},
		{at{X: 700, Y: 400, Width: 900, Height: 600}, at{X: 700, Y: 400, Width: 900, Height: 600}},
		{at{X: 701, Y: 400, Width: 900, Height: 600}, at{X: 160, Y: 100, Width: 1280, Height: 800}},
		{at{X: 700, Y: 401, Width: 900, Height: 600}, at{X: 160, Y: 100, Width: 1280, Height: 800}},
		{at{X: -1, Y: 0, Width: 900, Height: 600}, at{X: 160, Y: 100, Width: 1280, Height: 800}},
		{at{X: 0, Y: 0, Width: 3840, Height: 2160}, at{X: 160, Y: 100, Width: 1280, Height: 800}},
		{at{X: 2000, Y: 1200, Width: 900, Height: 600}, at{X: 160, Y: 100, Width: 1280, Height: 800}},
	} {
		if got := placed(c.was, 1600, 1000); got != c.comes {
			t.Errorf("%+v comes back at %+v, want %+v", c.was, got, c.comes)
		}
	}
	if got, want := placed(at{X: 5, Y: 5, Width: 1280, Height: 800}, 1024, 768), (at{Width: 1024, Height: 768}); got != want {
		t.Errorf("on a small screen: %+v, want %+v", got, want)
	}
}
