package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/config"
)

// desk opens a desk as the window does, with preferences of its own.
func desk(t *testing.T, o Options) (*Desk, *PreferenceStore) {
	t.Helper()
	quiet(t)
	if os.Getenv(config.EnvConfig) == "" {
		t.Setenv(config.EnvConfig, t.TempDir())
	}
	o.Face = "window"
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	prefs := OpenPreferences(o.Log)
	d := NewDesk(o, prefs, nil)
	d.Open()
	t.Cleanup(d.Close)
	return d, prefs
}

// shownNow is the state that the page would show.
func shownNow(t *testing.T, d *Desk) Snapshot {
	t.Helper()
	s, err := AskShown(t.Context(), d, (*Backend).Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func liveNow(t *testing.T, d *Desk) Snapshot {
	t.Helper()
	s, err := AskLive(t.Context(), d, (*Backend).Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// told waits for a Notify that fits.
func told(t *testing.T, notes <-chan Notify, what string, fits func(Notify) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case n, ok := <-notes:
			if !ok {
				t.Fatalf("%s: the channel is closed", what)
			}
			if fits(n) {
				return
			}
		case <-deadline:
			t.Fatalf("%s was not told", what)
		}
	}
}

func TestASampleStandsInPlaceOfTheLiveFolder(t *testing.T) {
	d, _ := desk(t, Options{Dir: t.TempDir()})
	before := shownNow(t, d)
	secret, err := AskShown(t.Context(), d, func(b *Backend, ctx context.Context) (NewToken, error) { return b.RotateToken(ctx, TokenRotation{}) })
	if err != nil {
		t.Fatal(err)
	}
	notes := d.Watch(t.Context())
	told(t, notes, "the live folder", func(n Notify) bool { return n.Store == before.Store && n.People })

	if err := d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "slow"}); err != nil {
		t.Fatal(err)
	}
	during := shownNow(t, d)
	if during.Store == before.Store || !during.Sample || liveNow(t, d).Store != before.Store {
		t.Errorf("shown %+v, live %+v", during, liveNow(t, d))
	}
	told(t, notes, "the sample", func(n Notify) bool { return n.Store == during.Store && n.People && n.Groups && n.Status })
	for _, err := range []error{
		d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "slow"}),
		d.UseFolder(t.Context(), t.TempDir()),
	} {
		if Code(err) != "SAMPLE_RUNNING" {
			t.Errorf("during a sample: %v", err)
		}
	}

	// Live goes on receiving, and the sample's page is told.
	state, err := d.SampleState(t.Context())
	if err != nil || !state.Active || !state.LiveServing || state.LiveRequests != 0 || state.LiveSince == "" {
		t.Errorf("at first: %+v, %v", state, err)
	}
	live, err := AskLive(t.Context(), d, func(b *Backend, _ context.Context) (*Backend, error) { return b, nil })
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		add(t, live, secret.Secret, "/Users", fmt.Sprintf(`{"userName":"p%d@contoso.example"}`, i))
	}
	told(t, notes, "what live received", func(n Notify) bool {
		if n.Store != during.Store {
			t.Errorf("told of %s while the sample is shown", n.Store)
		}
		state, err = d.SampleState(t.Context())
		return n.Status && err == nil && state.LiveRequests == 3
	})

	if err := d.LeaveSample(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(during.Folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the sample's folder: %v", err)
	}
	after := shownNow(t, d)
	if after.Store != before.Store || after.Sample || after.People.Total != 3 {
		t.Errorf("shown after the sample: %+v", after)
	}
	told(t, notes, "the live folder again", func(n Notify) bool { return n.Store == before.Store && n.People && n.Activity >= 3 })
	if state, err := d.SampleState(t.Context()); err != nil || state != (SampleInfo{}) {
		t.Errorf("without a sample: %+v, %v", state, err)
	}
	if err := d.LeaveSample(t.Context()); err != nil {
		t.Errorf("leaving no sample: %v", err)
	}
}

// TestACallUnderWayIsCancelledWhenTheSampleIsLeft: its answer would be taken for the live folder's.
func TestACallUnderWayIsCancelledWhenTheSampleIsLeft(t *testing.T) {
	d, _ := desk(t, Options{Dir: t.TempDir()})
	shownNow(t, d)
	if err := d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "slow"}); err != nil {
		t.Fatal(err)
	}
	began, answered := make(chan struct{}), make(chan error, 1)
	go func() {
		s, err := AskShown(t.Context(), d, func(b *Backend, ctx context.Context) (Snapshot, error) {
			close(began)
			<-ctx.Done()
			return b.Snapshot(context.WithoutCancel(ctx)) // the backend still answers: it is closed after its calls
		})
		if s != (Snapshot{}) {
			err = errors.Join(err, fmt.Errorf("answered with %+v", s))
		}
		answered <- err
	}()
	<-began
	if err := d.LeaveSample(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; Code(err) != "CANCELLED" {
		t.Errorf("the call that was under way: %v", err)
	}
}

// TestSamplesComeAndGoUnderCalls has the race detector look at switching.
func TestSamplesComeAndGoUnderCalls(t *testing.T) {
	d, _ := desk(t, Options{Dir: t.TempDir()})
	live := shownNow(t, d).Store
	ctx, stop := context.WithCancel(t.Context())
	var pages sync.WaitGroup
	for range 4 {
		pages.Go(func() {
			for ctx.Err() == nil {
				s, err := AskShown(ctx, d, (*Backend).Snapshot)
				switch {
				case err != nil && Code(err) != "CANCELLED":
					t.Error(err)
				case err == nil && s.Sample == (s.Store == live):
					t.Errorf("a sample %v with the store %s", s.Sample, s.Store)
				}
				if _, err := d.SampleState(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	pages.Go(func() {
		for range d.Watch(ctx) {
		}
	})
	for range 5 {
		if err := errors.Join(d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "fast"}), d.LeaveSample(t.Context())); err != nil {
			t.Error(err)
		}
	}
	stop()
	pages.Wait()
}

// TestClosingEndsTheSampleToo: quiet looks for what is left.
func TestClosingEndsTheSampleToo(t *testing.T) {
	d, _ := desk(t, Options{Dir: t.TempDir()})
	shownNow(t, d)
	if err := d.StartSample(t.Context(), SampleOptions{People: 100, Speed: "entra"}); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if _, err := AskShown(t.Context(), d, (*Backend).Snapshot); Code(err) != "CANCELLED" {
		t.Errorf("a call after the end: %v", err)
	}
	if err := d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "fast"}); Code(err) != "CANCELLED" {
		t.Errorf("a sample after the end: %v", err)
	}
	d.Open()
	d.Close()
}

// TestASampleNeedsNoLiveFolder: it can be tried while the folder is in trouble.
func TestASampleNeedsNoLiveFolder(t *testing.T) {
	taken := t.TempDir()
	owner, err := Open(t.Context(), Options{Dir: taken, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := desk(t, Options{Dir: taken})
	if _, err := AskShown(t.Context(), d, (*Backend).Snapshot); Code(err) != "SECOND_COPY" {
		t.Fatalf("a taken folder: %v", err)
	}
	notes := d.Watch(t.Context())
	if err := d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "slow"}); err != nil {
		t.Fatal(err)
	}
	s := shownNow(t, d)
	told(t, notes, "the sample", func(n Notify) bool { return n.Store == s.Store })
	if state, err := d.SampleState(t.Context()); err != nil || !state.Active || state.LiveServing {
		t.Errorf("without a live folder: %+v, %v", state, err)
	}
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	d.Open() // the page's Retry
	if liveNow(t, d).Sample {
		t.Error("the live folder is a sample")
	}
	if err := d.LeaveSample(t.Context()); err != nil {
		t.Fatal(err)
	}
	told(t, notes, "the live folder", func(n Notify) bool { return n.Store == liveNow(t, d).Store })
}

func TestWhoDecidesOnTheFolder(t *testing.T) {
	at := t.TempDir()
	named := func(name string) string { return filepath.Join(at, name) }
	for _, c := range []struct{ flag, env, preferred, dir, by string }{
		{named("flag"), named("env"), named("chosen"), named("flag"), "flag"},
		{"", named("env"), named("chosen"), named("env"), "environment"},
		{"", "", named("chosen"), named("chosen"), "setting"},
	} {
		t.Setenv(EnvData, c.env)
		t.Setenv(config.EnvConfig, t.TempDir())
		prefs := OpenPreferences(slog.New(slog.DiscardHandler))
		if err := prefs.SetFolder(c.preferred); err != nil {
			t.Fatal(err)
		}
		d := NewDesk(Options{Dir: c.flag, Listen: "127.0.0.1:0"}, prefs, nil)
		if dir, by, err := d.Folder(); dir != c.dir || by != c.by || err != nil {
			t.Errorf("%+v: %s by %s, %v", c, dir, by, err)
		}
		d.Open()
		if s := shownNow(t, d); s.Folder != c.dir {
			t.Errorf("%+v: opened %s", c, s.Folder)
		}
		if err := d.UseFolder(t.Context(), named("other")); (err == nil) != (c.by == "setting") || err != nil && Code(err) != "FOLDER_FIXED" {
			t.Errorf("%+v: another folder: %v", c, err)
		}
		d.Close()
	}
}

// chosen opens a desk whose folder stands in the preferences, on a port that it has to itself.
func chosen(t *testing.T) (d *Desk, prefs *PreferenceStore, dir, address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "first")
	t.Setenv(config.EnvConfig, t.TempDir())
	if err := OpenPreferences(slog.New(slog.DiscardHandler)).SetFolder(dir); err != nil {
		t.Fatal(err)
	}
	d, prefs = desk(t, Options{Listen: address})
	if s := shownNow(t, d); s.Folder != dir || s.Listener.Listen != address {
		t.Fatalf("opened %s at %s", s.Folder, s.Listener.Listen)
	}
	return d, prefs, dir, address
}

// TestAnotherFolderIsUsed, at the same address, which the old one holds until the new one is open.
func TestAnotherFolderIsUsed(t *testing.T) {
	d, prefs, first, address := chosen(t)
	before := shownNow(t, d)
	notes := d.Watch(t.Context())
	second := filepath.Join(t.TempDir(), "second")
	if err := d.UseFolder(t.Context(), second+"/"); err != nil {
		t.Fatal(err)
	}
	after := shownNow(t, d)
	if after.Folder != second || after.Store == before.Store {
		t.Errorf("shown after the change: %+v", after)
	}
	told(t, notes, "the new folder", func(n Notify) bool { return n.Store == after.Store })
	if dir, by, _ := d.Folder(); dir != second || by != "setting" || folderOf(t, prefs) != second {
		t.Errorf("%s by %s, kept %s", dir, by, folderOf(t, prefs))
	}
	told(t, notes, "the listener", func(Notify) bool { return shownNow(t, d).Listener.Serving })
	if got := shownNow(t, d).Listener.Listen; got != address {
		t.Errorf("listens on %s, want %s", got, address)
	}
	// The old folder is free again, so one can go back.
	if err := d.UseFolder(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if s := shownNow(t, d); s.Folder != first {
		t.Errorf("back in %s", s.Folder)
	}
	if err := d.UseFolder(t.Context(), first); err != nil || shownNow(t, d).Folder != first {
		t.Errorf("the same folder again: %v", err)
	}
}

// TestAFolderThatCannotBeOpenedChangesNothing: the old one goes on answering.
func TestAFolderThatCannotBeOpenedChangesNothing(t *testing.T) {
	d, prefs, first, _ := chosen(t)
	before := shownNow(t, d)
	secret, err := AskShown(t.Context(), d, func(b *Backend, ctx context.Context) (NewToken, error) { return b.RotateToken(ctx, TokenRotation{}) })
	if err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	owner, err := Open(t.Context(), Options{Dir: taken, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx          context.Context
		folder, code string
	}{
		{t.Context(), taken, "SECOND_COPY"},
		{t.Context(), filepath.Join(file, "below"), ""},
		{t.Context(), "relative", "BAD_SETTING"},
		{late, t.TempDir(), "CANCELLED"},
	} {
		if err := d.UseFolder(c.ctx, c.folder); err == nil || c.code != "" && Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.folder, err, c.code)
		}
	}
	if _, err := os.Stat("relative"); !errors.Is(err, os.ErrNotExist) {
		t.Error("a folder was made where nobody asked for one")
	}
	now := shownNow(t, d)
	if now.Store != before.Store || !now.Listener.Serving || folderOf(t, prefs) != first {
		t.Errorf("after the failures: %+v, kept %s", now, folderOf(t, prefs))
	}
	live, err := AskLive(t.Context(), d, func(b *Backend, _ context.Context) (*Backend, error) { return b, nil })
	if err != nil {
		t.Fatal(err)
	}
	add(t, live, secret.Secret, "/Users", `{"userName":"ana@contoso.example"}`)
}

// TestAnotherFolderHelps where the chosen one can't be opened, and the usual one is chosen by no name.
func TestAnotherFolderHelps(t *testing.T) {
	taken := t.TempDir()
	owner, err := Open(t.Context(), Options{Dir: taken, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	t.Setenv(EnvData, "")
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv("LOCALAPPDATA", t.TempDir())
	t.Setenv(config.EnvConfig, t.TempDir())
	if err := OpenPreferences(slog.New(slog.DiscardHandler)).SetFolder(taken); err != nil {
		t.Fatal(err)
	}
	d, prefs := desk(t, Options{})
	notes := d.Watch(t.Context())
	if _, err := AskShown(t.Context(), d, (*Backend).Snapshot); Code(err) != "SECOND_COPY" {
		t.Fatalf("a taken folder: %v", err)
	}
	if err := d.UseFolder(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	usual, err := config.DataDir()
	if err != nil {
		t.Fatal(err)
	}
	s := shownNow(t, d)
	if dir, by, err := d.Folder(); s.Folder != usual || dir != usual || by != "default" || folderOf(t, prefs) != "" || err != nil {
		t.Errorf("opened %s, tells %s by %s, kept %q, %v", s.Folder, dir, by, folderOf(t, prefs), err)
	}
	told(t, notes, "the usual folder", func(n Notify) bool { return n.Store == s.Store })
}

// slow gives a data folder that is being opened until its owner says so: its settings are a pipe. Reached returns once somebody
// opens it, with what lets it go on.
func slow(t *testing.T) (dir string, reached func() (goOn func())) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there are no named pipes in folders")
	}
	dir = t.TempDir()
	b, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "config.json")
	if err := errors.Join(b.Close(), exec.CommandContext(t.Context(), "mkfifo", settings).Run()); err != nil {
		t.Fatal(err)
	}
	return dir, func() func() {
		f, err := os.OpenFile(settings, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			_, err := f.WriteString(`{"version":1}`)
			if err := errors.Join(err, f.Close()); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestWaitingForTheFolderIsNoFailure: an update of a large database takes longer than a call may.
func TestWaitingForTheFolderIsNoFailure(t *testing.T) {
	dir, reached := slow(t)
	d, _ := desk(t, Options{Dir: dir})
	goOn := reached()
	for _, ask := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := AskShown(ctx, d, (*Backend).Snapshot); return err },
		func(ctx context.Context) error { _, err := AskLive(ctx, d, (*Backend).Settings); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := ask(ctx); Code(err) != "OPENING" {
			t.Errorf("code %s: %v", Code(err), err)
		}
		cancel()
	}
	goOn()
	if s := shownNow(t, d); s.Folder != dir {
		t.Errorf("opened %s", s.Folder)
	}
}

// TestRetryLeavesAnotherFolderInPeace: there is one live folder, however long the other one takes to open.
func TestRetryLeavesAnotherFolderInPeace(t *testing.T) {
	taken := t.TempDir()
	owner, err := Open(t.Context(), Options{Dir: taken, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(config.EnvConfig, t.TempDir())
	if err := OpenPreferences(slog.New(slog.DiscardHandler)).SetFolder(taken); err != nil {
		t.Fatal(err)
	}
	d, _ := desk(t, Options{})
	if _, err := AskShown(t.Context(), d, (*Backend).Snapshot); Code(err) != "SECOND_COPY" {
		t.Fatalf("a taken folder: %v", err)
	}
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	dir, reached := slow(t)
	used := make(chan error, 1)
	go func() { used <- d.UseFolder(t.Context(), dir) }()
	goOn := reached()
	d.Open() // the page's Retry
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := d.StartSample(ctx, SampleOptions{People: 10, Speed: "slow"}); Code(err) != "OPENING" {
		t.Errorf("a sample meanwhile: %v", err)
	}
	goOn()
	if err := <-used; err != nil {
		t.Fatal(err)
	}
	if s := shownNow(t, d); s.Folder != dir {
		t.Errorf("shown is %s", s.Folder)
	}
	free, err := Open(t.Context(), Options{Dir: taken, Listen: NoListener})
	if err != nil {
		t.Fatalf("the folder that nobody uses: %v", err)
	}
	if err := free.Close(); err != nil {
		t.Error(err)
	}
	if err := d.UseFolder(t.Context(), taken); err != nil {
		t.Error(err)
	}
}

// TestASampleThatEndsSlowlyIsLeft: the live folder is shown at once, so that is no failure.
func TestASampleThatEndsSlowlyIsLeft(t *testing.T) {
	d, _ := desk(t, Options{Dir: t.TempDir()})
	live := shownNow(t, d).Store
	if err := d.StartSample(t.Context(), SampleOptions{People: 10, Speed: "slow"}); err != nil {
		t.Fatal(err)
	}
	began, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = AskShown(t.Context(), d, func(*Backend, context.Context) (int, error) {
			close(began)
			<-end
			return 0, nil
		})
	}()
	<-began
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := d.LeaveSample(ctx); err != nil {
		t.Errorf("left, and told: %v", err)
	}
	if s := shownNow(t, d); s.Store != live {
		t.Errorf("shown is %+v", s)
	}
	close(end)
	<-ended
}
