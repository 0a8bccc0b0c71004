package main

import (
	"context"
	"encoding/json"
	"log/slog"
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
	made, err := a.RotateToken()
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
	page, err := a.Activity(backend.ActivityQuery{})
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
	for _, err := range []error{second(a.Snapshot()), second(a.RotateToken()), a.Watch(), a.Retry()} {
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
