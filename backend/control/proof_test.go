package control

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"scimdesk/backend"
)

// listen lets h serve at the port in the run.json of a new folder.
func listen(t *testing.T, h http.Handler, secret string) (dir string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	dir = t.TempDir()
	port := s.Listener.Addr().(*net.TCPAddr).Port
	if err := writeRun(runFile(dir), run{PID: 1, Face: "scimd", Port: port, Secret: secret}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// owner is a client of a door that proves itself and then answers by h.
func owner(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	var dir string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /folder", func(w http.ResponseWriter, _ *http.Request) { reply(w, dir, nil) })
	mux.Handle("/", h)
	dir = listen(t, guard(testSecret, mux), testSecret)
	c, err := Reach(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAStrangerAtTheOldPortIsNoOwner(t *testing.T) {
	const secret = "of a run that ended"
	for name, answer := range map[string]http.HandlerFunc{
		"JSON":             func(http.ResponseWriter, *http.Request) {},
		"the proof it got": func(w http.ResponseWriter, r *http.Request) { w.Header().Set(proofHeader, r.Header.Get(proofHeader)) },
		"an older answer":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(proofHeader, answerProof(secret, "old")) },
		"another secret": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(proofHeader, answerProof("x", r.Header.Get(nonceHeader)))
		},
		"a refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a way to elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var dir string
			var asked atomic.Int32
			dir = listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				for key, values := range r.Header {
					if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, secret) }) {
						t.Errorf("the stranger got the secret in %s", key)
					}
				}
				if r.URL.Path == "/elsewhere" {
					t.Error("the client followed the stranger")
				}
				answer(w, r)
				_, _ = io.WriteString(w, strconv.Quote(dir))
			}), secret)
			if _, err := Reach(t.Context(), dir); !errors.Is(err, ErrNoOwner) {
				t.Errorf("Reach = %v", err)
			}
			if asked.Load() != 1 {
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

func TestARunWithoutASecretIsNoOwner(t *testing.T) {
	var dir string
	dir = listen(t, guard("", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, dir, nil) })), "")
	if _, err := Reach(t.Context(), dir); !errors.Is(err, ErrNoOwner) {
		t.Errorf("Reach = %v", err)
	}
}

// The port may change hands between the knock and the question.
func TestAStrangerIsNotBelievedAfterTheKnock(t *testing.T) {
	b, d := open(t)
	c, err := Reach(t.Context(), b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(c.run.Port))
	if err != nil {
		t.Skipf("somebody took the port: %v", err)
	}
	stranger := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, struct{}{}, nil) })}
	go func() { _ = stranger.Serve(ln) }()
	t.Cleanup(func() { _ = stranger.Close() })

	_, snapshot := c.Snapshot(t.Context())
	_, rotate := c.RotateToken(t.Context(), backend.TokenRotation{})
	_, tokens := c.Tokens(t.Context())
	_, oauth := c.MakeOAuthClient(t.Context())
	var out bytes.Buffer
	for what, err := range map[string]error{
		"Snapshot": snapshot, "RotateToken": rotate, "EndToken": c.EndToken(t.Context()), "Tokens": tokens,
		"UndoRotation": c.UndoRotation(t.Context()), "FinishRotation": c.FinishRotation(t.Context()),
		"MakeOAuthClient": oauth, "EndOAuthClient": c.EndOAuthClient(t.Context()),
		"Export": c.Export(t.Context(), &out, "people", "json"),
		"Watch":  c.Watch(t.Context(), func(backend.Notify) { t.Error("a stranger notified") }),
	} {
		if !errors.Is(err, errStranger) {
			t.Errorf("%s = %v", what, err)
		}
	}
	if out.Len() != 0 {
		t.Errorf("a stranger exported %q", out.String())
	}
}

func TestACopyOfAFolderHasNoOwner(t *testing.T) {
	b, _ := open(t)
	text, err := os.ReadFile(runFile(b.Dir()))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(runFile(dir), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Reach(t.Context(), dir); !errors.Is(err, ErrNoOwner) {
		t.Errorf("Reach of a copy = %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(b.Dir(), link); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if _, err := Reach(t.Context(), link); err != nil {
		t.Errorf("Reach by a link = %v", err)
	}
}

func TestAnEmptyTokenIsAnError(t *testing.T) {
	c := owner(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, struct{}{}, nil) })
	if token, err := c.RotateToken(t.Context(), backend.TokenRotation{}); err == nil {
		t.Errorf("RotateToken = %+v", token)
	}
	if made, err := c.MakeOAuthClient(t.Context()); err == nil {
		t.Errorf("MakeOAuthClient = %+v", made)
	}
}

func TestAnExportThatBreaksOffIsAnError(t *testing.T) {
	broken := errors.New("the disk went away")
	for _, size := range []int{0, 10, 1 << 20} {
		c := owner(t, func(w http.ResponseWriter, _ *http.Request) {
			export(w, func(out io.Writer) error {
				if size == 0 {
					return broken
				}
				_, err := out.Write(bytes.Repeat([]byte("a"), size))
				return errors.Join(err, broken)
			})
		})
		var out bytes.Buffer
		err := c.Export(t.Context(), &out, "people", "csv")
		if err == nil {
			t.Errorf("an export that broke off after %d bytes is a success of %d", size, out.Len())
		}
		if _, told := errors.AsType[*Error](err); told != (size == 0) {
			t.Errorf("after %d bytes: %v", size, err)
		}
	}
}
