package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/server"
)

// How the listener waits. The WriteTimeout is for this listener alone: over a tunnel an expired write deadline breaks the
// whole session.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 60 * time.Second
	writeTimeout  = 2 * time.Minute
	idleTimeout   = 2 * time.Minute
	finishTimeout = 10 * time.Second
	rebindEvery   = 2 * time.Second
	maxHeader     = 16 << 10
)

// ErrExposed refuses a listen address that other computers reach: the secret would travel unencrypted.
var ErrExposed = errors.New("the listen address is reachable from other computers and has no TLS: use 127.0.0.1, or say --behind-proxy if a reverse proxy adds TLS")

// ErrAddress is a listen address that is none.
var ErrAddress = errors.New("use host:port, such as 127.0.0.1:8088")

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
		return fmt.Errorf("listen address %q: %w: %w", addr, ErrAddress, err)
	}
	if behindProxy || host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("listen address %q: %w", addr, ErrExposed)
}

// checkPublic accepts nothing, or scheme and host alone.
func checkPublic(public string) error {
	if public == "" {
		return nil
	}
	u, err := url.Parse(public)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("public URL %q: use scheme and host alone, such as https://desk.contoso.example: %w", public, ErrAddress)
	}
	return nil
}

// address is the SCIM base URL that clients are given.
func (b *Backend) address() string {
	if b.public != "" && b.door.want != NoListener {
		return strings.TrimRight(b.public, "/") + server.DefaultBasePath
	}
	return b.door.address()
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
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),

		DisableGeneralOptionsHandler: true, // OPTIONS * is no SCIM
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

// run serves until ctx ends. An address that is taken, or a listener that fails, is tried again until it serves.
func (l *listener) run(ctx context.Context) error {
	for ctx.Err() == nil {
		ln := l.bind(ctx)
		if ln == nil {
			l.pause(ctx)
			continue
		}
		l.log.Debug("serving", "address", ln.Addr().String())
		l.changed()
		served := make(chan error, 1)
		go func() { served <- l.http.Serve(ln) }()
		select {
		case err := <-served:
			l.lose(fmt.Errorf("serve SCIM: %w", err))
		case <-ctx.Done():
			return l.finish(ctx)
		}
	}
	return nil
}

// pause waits for the next try.
func (l *listener) pause(ctx context.Context) {
	again := time.NewTimer(rebindEvery)
	defer again.Stop()
	select {
	case <-ctx.Done():
	case <-again.C:
	}
}

// lose notes that nothing is listened on any more, and why.
func (l *listener) lose(err error) {
	l.mu.Lock()
	_ = l.ln.Close() // Serve has closed it, if it could
	l.ln, l.err, l.since = nil, err, time.Now()
	ended := l.ended
	l.mu.Unlock()
	if !ended {
		l.log.Error("the listener failed and is opened again", "err", err)
		l.changed()
	}
}

// finish lets requests in flight end, for a while. Cutting one off after that loses nothing that was answered.
func (l *listener) finish(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	err := l.http.Shutdown(bounded)
	if errors.Is(err, context.DeadlineExceeded) {
		l.log.Warn("requests that did not end were cut off", "after", finishTimeout)
		return l.http.Close()
	}
	if err != nil {
		return fmt.Errorf("finish requests: %w", err)
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
