// Package control is the local door to a data folder that a process has open: the owner's methods over HTTP on loopback, for
// the command line beside it. The door is not the SCIM server and never stands behind a tunnel. Who may read run.json
// in the data folder may come in: it holds the port and a secret made anew for each run. On Unix the file is its owner's alone
// (0600). Windows knows no such mode: there the folder's permissions decide, and a file in it has those of the folder. The
// default place, in %LOCALAPPDATA%, is the user's alone; another folder is as open as whoever made it left it.
package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	d := &Door{file: runFile(b.Dir()), server: newServer(secret, routes(b), log)}
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

// newServer has no limit on writing: /watch streams for as long as its reader stays.
func newServer(secret string, next http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:        guard(secret, next),
		ReadTimeout:    5 * time.Second,
		IdleTimeout:    30 * time.Second,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
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
		err = insist(func() error { return os.Rename(f.Name(), file) })
	}
	if err != nil {
		return fmt.Errorf("write run.json: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Close shuts the door and removes run.json.
func (d *Door) Close() error {
	err := d.server.Close()
	if gone := insist(func() error { return os.Remove(d.file) }); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// insist tries for about a second: Windows neither replaces nor removes a file that another process is just reading.
func insist(try func() error) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for range 50 {
		if err := try(); err == nil || errors.Is(err, os.ErrNotExist) {
			return err
		}
		<-again.C
	}
	return try()
}

// guard lets in who knows the run's secret, and no page in a browser: those send an Origin or another Host. It proves to who
// comes in that the door knows the secret too. A refusal proves nothing and ends the connection.
func guard(secret string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := r.Header.Get(nonceHeader)
		known := proves(r.Header, askProof(secret, r.Method, r.RequestURI, nonce))
		if !known || r.Header.Get("Origin") != "" || !strings.HasPrefix(r.Host, "127.0.0.1:") {
			w.Header().Set("Connection", "close")
			http.Error(w, "this door is for scimd on this computer", http.StatusForbidden)
			return
		}
		if err := unsealBody(secret, r); err != nil {
			w.Header().Set("Connection", "close")
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		w.Header().Set(proofHeader, answerProof(secret, nonce))
		next.ServeHTTP(w, r)
	})
}

func routes(b *backend.Backend) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /folder", func(w http.ResponseWriter, _ *http.Request) { reply(w, b.Dir(), nil) })
	mux.HandleFunc("GET /snapshot", func(w http.ResponseWriter, r *http.Request) {
		s, err := b.Snapshot(r.Context())
		reply(w, s, err)
	})
	tokenRoutes(mux, b)
	mux.HandleFunc("GET /export/{what}/{format}", func(w http.ResponseWriter, r *http.Request) {
		export(w, func(out io.Writer) error {
			if r.URL.RawQuery != "" {
				return b.ExportList(r.Context(), out, listOf(r))
			}
			return b.Export(r.Context(), out, r.PathValue("what"), r.PathValue("format"))
		})
	})
	connectionRoutes(mux, b)
	checkRoutes(mux, b)
	moveRoutes(mux, b)
	diagnosticsRoutes(mux, b)
	mux.HandleFunc("GET /watch", func(w http.ResponseWriter, r *http.Request) { watch(w, r, b) })
	return mux
}

// listOf reads what Client.ExportList asks for.
func listOf(r *http.Request) backend.ExportRequest {
	q := r.URL.Query()
	filter := backend.ListQuery{State: q.Get("state"), Quality: q.Get("quality"), Group: q.Get("group")}
	return backend.ExportRequest{What: r.PathValue("what"), Format: r.PathValue("format"), Filter: filter, Columns: q["column"]}
}

// export answers with what write writes. An error after its first byte breaks the connection off, so that the reader sees that
// the end is missing.
func export(w http.ResponseWriter, write func(io.Writer) error) {
	started := &firstWrite{ResponseWriter: w}
	err := write(started)
	if err != nil && !started.yes {
		reply(w, nil, err)
	} else if err != nil {
		panic(http.ErrAbortHandler)
	}
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
