package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"scimdesk/backend/server"
)

// How the listener waits. There is no WriteTimeout: a handler's own time limit bounds it, and the same settings hold for a
// tunnel, where an expired write deadline breaks the whole session.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	finishTimeout = 10 * time.Second
	rebindEvery   = 2 * time.Second
	maxHeader     = 64 << 10
)

// ErrExposed refuses a listen address that other computers reach: the secret would travel unencrypted.
var ErrExposed = errors.New("the listen address is reachable from other computers and has no TLS: use 127.0.0.1, or say --behind-proxy if a reverse proxy adds TLS")

// checkListen accepts host:port on loopback, anything if a proxy stands before it, and NoListener.
func checkListen(addr string, behindProxy bool) error {
	if addr == NoListener {
		return nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	if err != nil {
		return fmt.Errorf("listen address %q: use host:port, such as 127.0.0.1:8088: %w", addr, err)
	}
	if behindProxy || host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("listen address %q: %w", addr, ErrExposed)
}

// local is what the loopback listener serves: SCIM, and a health check that needs no token and tells nothing. The check
// is not part of the SCIM handler, so that no tunnel carries it.
func local(scim http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("ok\n"))
			return
		}
		scim.ServeHTTP(w, r)
	})
}

// listener is one address and the server on it.
type listener struct {
	want    string
	http    *http.Server
	log     *slog.Logger
	changed func()

	mu    sync.Mutex
	ln    net.Listener
	err   error     // why there is no ln
	since time.Time // when ln last came or was first missed
	ended bool
}

func newListener(addr string, h http.Handler, log *slog.Logger, changed func()) *listener {
	return &listener{want: addr, log: log, changed: changed, http: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
}

func (l *listener) bind(ctx context.Context) net.Listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.want == NoListener || l.ended || l.ln != nil {
		return l.ln
	}
	first := l.since.IsZero()
	l.ln, l.err = (&net.ListenConfig{}).Listen(ctx, "tcp", l.want)
	if first || l.ln != nil {
		l.since = time.Now()
	}
	return l.ln
}

func (l *listener) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *listener) changedAt() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.since
}

// bound is the address really listened on, "" if none.
func (l *listener) bound() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ln == nil {
		return ""
	}
	return l.ln.Addr().String()
}

// run serves until ctx ends. An address that is taken is tried again until it is free.
func (l *listener) run(ctx context.Context) error {
	ln := l.bind(ctx)
	for ln == nil && ctx.Err() == nil {
		again := time.NewTimer(rebindEvery)
		select {
		case <-ctx.Done():
		case <-again.C:
			if l.want == NoListener {
				continue
			}
			if ln = l.bind(ctx); ln != nil {
				l.log.Info("listening", "address", l.bound())
				l.changed()
			}
		}
		again.Stop()
	}
	if ln == nil {
		return nil
	}
	served := make(chan error, 1)
	go func() { served <- l.http.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve SCIM: %w", err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if err := l.http.Shutdown(finish); err != nil {
		return fmt.Errorf("finish requests: %w", errors.Join(err, l.http.Close()))
	}
	return nil
}

func (l *listener) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	err := l.http.Close()
	if l.ln != nil {
		_ = l.ln.Close() // closed already if it was served
	}
	return err
}

// address is the SCIM base URL that a client on this computer uses.
func (l *listener) address() string {
	at := l.bound()
	if at == "" {
		if l.want == NoListener {
			return ""
		}
		at = l.want
	}
	return "http://" + at + server.DefaultBasePath
}
