package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"scimdesk/backend"
)

func open(t *testing.T) (*backend.Backend, *Door) {
	t.Helper()
	b, err := backend.Open(t.Context(), backend.Options{Dir: t.TempDir(), Listen: backend.NoListener, Face: "window"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), b, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(d.Close(), b.Close()) })
	return b, d
}

func readRun(t *testing.T, dir string) run {
	t.Helper()
	text, err := os.ReadFile(runFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	var r run
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheOwnerAnswers(t *testing.T) {
	b, _ := open(t)
	c, err := Reach(t.Context(), b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if c.Face() != "window" || c.PID() != os.Getpid() {
		t.Errorf("owner = %s, %d", c.Face(), c.PID())
	}
	token, err := c.RotateToken(t.Context(), backend.TokenRotation{})
	if err != nil || !strings.HasPrefix(token.Secret, "sdk_") {
		t.Fatalf("RotateToken = %+v, %v", token, err)
	}
	s, err := c.Snapshot(t.Context())
	if err != nil || s.Folder != b.Dir() || s.Token.LastFour != token.Token.LastFour {
		t.Errorf("Snapshot = %+v, %v", s, err)
	}
	var out bytes.Buffer
	if err := c.Export(t.Context(), &out, "people", "json"); err != nil || strings.TrimSpace(out.String()) != "[]" {
		t.Errorf("Export = %q, %v", out.String(), err)
	}
	_, err = b.EditPerson(t.Context(), backend.PersonEdit{LocalID: "a&b c", Values: []backend.Attribute{{Path: "userName", Value: "ana"}}})
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	err = c.ExportList(t.Context(), &out, backend.ExportRequest{What: "people", Format: "csv", Filter: backend.ListQuery{Quality: "made-here"}, Columns: []string{"userName", "state"}})
	if err != nil || out.String() != "\uFEFFuserName,state,localId\r\nana,active,a&b c\r\n" {
		t.Errorf("ExportList = %q, %v", out.String(), err)
	}
	if err := c.ExportList(t.Context(), &out, backend.ExportRequest{What: "people", Format: "csv", Filter: backend.ListQuery{State: "gone & lost"}}); err == nil || !strings.Contains(err.Error(), "gone & lost") {
		t.Errorf("a state that there is not: %v", err)
	}
	if err := c.Export(t.Context(), &out, "devices", "csv"); err == nil {
		t.Error("an export of devices is no error")
	}
}

func TestWatchGoesThroughTheDoor(t *testing.T) {
	b, _ := open(t)
	c, err := Reach(t.Context(), b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	n := 0
	err = c.Watch(ctx, func(got backend.Notify) {
		if n++; n == 1 {
			if _, err := b.RotateToken(t.Context(), backend.TokenRotation{}); err != nil {
				t.Error(err)
			}
			return
		}
		if !got.Status {
			t.Errorf("after a rotation: %+v", got)
		}
		stop()
	})
	if err != nil || n != 2 {
		t.Errorf("Watch = %v after %d", err, n)
	}
}

func TestOnlyWhoKnowsTheSecretComesIn(t *testing.T) {
	b, d := open(t)
	r := readRun(t, b.Dir())
	if info, err := os.Stat(runFile(b.Dir())); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("run.json: %v, %v", info.Mode(), err)
	}
	const path = "/token/rotate"
	for name, change := range map[string]func(*http.Request){
		"no proof":        func(q *http.Request) { q.Header.Del(proofHeader) },
		"an empty secret": func(q *http.Request) { q.Header.Set(proofHeader, askProof("", "POST", path, "n")) },
		"wrong secret":    func(q *http.Request) { q.Header.Set(proofHeader, askProof(r.Secret+"x", "POST", path, "n")) },
		"the secret":      func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+r.Secret); q.Header.Del(proofHeader) },
		"another nonce":   func(q *http.Request) { q.Header.Set(nonceHeader, "m") },
		"another path":    func(q *http.Request) { q.URL.Path = "/token/end" },
		"another query":   func(q *http.Request) { q.URL.RawQuery = "all" },
		"another method":  func(q *http.Request) { q.Method = "GET" },
		"from a page":     func(q *http.Request) { q.Header.Set("Origin", "http://127.0.0.1:"+strconv.Itoa(r.Port)) },
		"by a name":       func(q *http.Request) { q.Host = "desk.contoso.example" },
		"as a SCIM user":  func(q *http.Request) { q.URL.Path = "/scim/v2/Users"; q.Header.Del(proofHeader) },
	} {
		q, err := http.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1:"+strconv.Itoa(r.Port)+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set(nonceHeader, "n")
		q.Header.Set(proofHeader, askProof(r.Secret, "POST", path, "n"))
		change(q)
		res, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusForbidden || !res.Close || res.Header.Get(proofHeader) != "" {
			t.Errorf("%s: %s, close %v, proof %q", name, res.Status, res.Close, res.Header.Get(proofHeader))
		}
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.Token.Exists {
		t.Errorf("somebody came in: %+v, %v", s.Token, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(runFile(b.Dir())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("run.json stays behind: %v", err)
	}
	if _, err := Reach(t.Context(), b.Dir()); !errors.Is(err, ErrNoOwner) {
		t.Errorf("Reach without an owner = %v", err)
	}
}

func TestTheTraceOfAKilledOwnerIsNoOwner(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{`{"pid":1,"face":"scimd","port":1,"secret":"x"}`, `{"pid"`, ``} {
		if err := os.WriteFile(runFile(dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Reach(t.Context(), dir); !errors.Is(err, ErrNoOwner) {
			t.Errorf("Reach with run.json %q = %v", text, err)
		}
	}
}

func TestRunFileWaitsForWhoReadsIt(t *testing.T) {
	for name, hold := range map[string]func(t *testing.T, file string) (release func() error){
		"a reader": func(t *testing.T, file string) func() error { // in the way on Windows
			if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			return f.Close
		},
		"a folder that is not empty": func(t *testing.T, file string) func() error { // in the way everywhere
			if err := os.MkdirAll(filepath.Join(file, "in"), 0o700); err != nil {
				t.Fatal(err)
			}
			return func() error { return os.RemoveAll(file) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Door{server: &http.Server{ReadTimeout: time.Second}, file: runFile(t.TempDir())}
			for does, try := range map[string]func() error{
				"write": func() error { return writeRun(d.file, run{PID: 1, Secret: "s"}) },
				"close": d.Close,
			} {
				release := hold(t, d.file)
				released := make(chan error, 1)
				time.AfterFunc(100*time.Millisecond, func() { released <- release() })
				if err := errors.Join(try(), <-released); err != nil {
					t.Errorf("%s: %v", does, err)
				}
				if err := os.RemoveAll(d.file); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestRunFileDoesNotWaitForEver(t *testing.T) {
	file := runFile(t.TempDir())
	if err := os.MkdirAll(filepath.Join(file, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeRun(file, run{}); err == nil {
		t.Error("run.json took the place of a folder")
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "run-*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
