// Package control is the local door to a data folder that a process has open: the owner's methods over HTTP on loopback, for
// the command line beside it. The door is not the SCIM server and never stands behind a tunnel. Who may read run.json
// in the data folder (its owner, 0600) may come in: it holds the port and a secret made anew for each run.
package control

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"scimdesk/backend"
)

// run is what run.json says of the process that owns the folder.
type run struct {
	PID    int    `json:"pid"`
	Face   string `json:"face"`
	Port   int    `json:"port"`
	Secret string `json:"secret"`
}

func runFile(dir string) string { return filepath.Join(dir, "run.json") }

// failure is an error on its way through the door.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Door is an open door.
type Door struct {
	server *http.Server
	file   string
}

// Open opens the door of b, writes run.json and serves until Close.
func Open(ctx context.Context, b *backend.Backend, log *slog.Logger) (*Door, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open control door: %w", err)
	}
	secret := rand.Text()
	d := &Door{file: runFile(b.Dir()), server: &http.Server{
		Handler:           guard(secret, routes(b)),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	port := ln.Addr().(*net.TCPAddr).Port
	if err := writeRun(d.file, run{PID: os.Getpid(), Face: b.Face(), Port: port, Secret: secret}); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	go func() {
		if err := d.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			log.Error("control door closed", "err", err)
		}
	}()
	return d, nil
}

// writeRun replaces run.json at once, so that nobody reads half of it, and with the owner's rights only from its first byte on.
func writeRun(file string, r run) error {
	text, err := json.Marshal(r) //nolint:gosec // the secret of this run is what the file is for
	if err != nil {
		return fmt.Errorf("write run.json: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), "run-*.json") // 0600
	if err != nil {
		return fmt.Errorf("write run.json: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write run.json: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Close shuts the door and removes run.json.
func (d *Door) Close() error {
	err := d.server.Close()
	if gone := os.Remove(d.file); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// guard lets in who shows the run's secret, and no page in a browser: those send an Origin or another Host.
func guard(secret string, next http.Handler) http.Handler {
	want := []byte("Bearer " + secret)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := []byte(r.Header.Get("Authorization"))
		if subtle.ConstantTimeCompare(got, want) != 1 || r.Header.Get("Origin") != "" || !strings.HasPrefix(r.Host, "127.0.0.1:") {
			http.Error(w, "this door is for scimd on this computer", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func routes(b *backend.Backend) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /snapshot", func(w http.ResponseWriter, r *http.Request) {
		s, err := b.Snapshot(r.Context())
		reply(w, s, err)
	})
	mux.HandleFunc("POST /token/rotate", func(w http.ResponseWriter, r *http.Request) {
		t, err := b.RotateToken(r.Context())
		reply(w, t, err)
	})
	mux.HandleFunc("POST /token/end", func(w http.ResponseWriter, r *http.Request) {
		reply(w, struct{}{}, b.EndToken(r.Context()))
	})
	mux.HandleFunc("GET /export/{what}/{format}", func(w http.ResponseWriter, r *http.Request) {
		started := &firstWrite{ResponseWriter: w}
		err := b.Export(r.Context(), started, r.PathValue("what"), r.PathValue("format"))
		if err != nil && !started.yes {
			reply(w, nil, err)
		} else if err != nil {
			panic(http.ErrAbortHandler) // the reader must see that the end is missing
		}
	})
	mux.HandleFunc("GET /watch", func(w http.ResponseWriter, r *http.Request) { watch(w, r, b) })
	return mux
}

// watch streams every Notify as a line of JSON.
func watch(w http.ResponseWriter, r *http.Request, b *backend.Backend) {
	out := json.NewEncoder(w)
	flush := http.NewResponseController(w)
	for n := range b.Watch(r.Context()) {
		if err := out.Encode(n); err != nil {
			return
		}
		if err := flush.Flush(); err != nil {
			return
		}
	}
}

type firstWrite struct {
	http.ResponseWriter
	yes bool
}

func (f *firstWrite) Write(p []byte) (int, error) {
	f.yes = true
	return f.ResponseWriter.Write(p)
}

func reply(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		v = failure{backend.Code(err), backend.Message(err)}
	}
	_ = json.NewEncoder(w).Encode(v) // a caller that went away is no news
}
