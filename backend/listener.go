package backend

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
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
var ErrExposed = errors.New("the listen address is reachable from other computers and has no TLS: use 127.0.0.1, give a certificate under the own address, or say --behind-proxy if a reverse proxy adds TLS")

// ErrAddress is a listen address that is none.
var ErrAddress = errors.New("use host:port, such as 127.0.0.1:8088")

// checkListen accepts host:port on loopback, anything if it is private, since TLS is spoken there or a proxy stands before it, and NoListener.
func checkListen(addr string, private bool) error {
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
	if private || host == "localhost" {
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

// listener is one address and the server on it. The address may change: whoever is connected to the old one is served on.
type listener struct {
	http    *http.Server
	secure  func() *tls.Config // nil while plain HTTP is spoken
	log     *slog.Logger
	changed func()
	wake    chan struct{} // holds one: what is to be served may be another

	mu     sync.Mutex
	want   string
	ln     *socket
	err    error     // why there is no ln
	since  time.Time // when ln last came or was first missed
	moving bool      // ln gave way to an address that is being tried
	ended  bool
}

// A socket is what is listened on. It speaks TLS from the connection on that comes after that is wanted. Once retired it takes no connection, and each that it has taken ends after its next answer; so no
// request that was sent is cut off.
type socket struct {
	net.Listener
	secure  func() *tls.Config
	retired atomic.Bool
}

// Accept gives a *tls.Conn where TLS is wanted, in which http.Server finds out about HTTP/2.
func (s *socket) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if t := s.secure(); t != nil {
		return tls.Server(c, t), nil
	}
	return c, nil
}

func (s *socket) retire() {
	s.retired.Store(true)
	_ = s.Close() // Serve says what there is to say
}

// socketOf finds in a request's context what its connection came by.
type socketOf struct{}

func newListener(addr string, h http.Handler, secure func() *tls.Config, log *slog.Logger, changed func()) *listener {
	return &listener{want: addr, secure: secure, log: log, changed: changed, wake: make(chan struct{}, 1), http: &http.Server{
		Handler:           partingHandler(h),
		BaseContext:       func(ln net.Listener) context.Context { return context.WithValue(context.Background(), socketOf{}, ln) },
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),

		DisableGeneralOptionsHandler: true, // OPTIONS * is no SCIM
	}}
}

// partingHandler tells clients of a retired socket to come back by the new address, and those that came before TLS was wanted, or
// since it is not any more, to come back as it is now.
func partingHandler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s, ok := r.Context().Value(socketOf{}).(*socket); ok && (s.retired.Load() || (s.secure() != nil) != (r.TLS != nil)) {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

func (l *listener) listen(ctx context.Context, addr string) (*socket, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve SCIM: %w", err)
	}
	return &socket{Listener: ln, secure: l.secure}, nil
}

// bind listens on the wanted address unless that is done.
func (l *listener) bind(ctx context.Context) *socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.want == NoListener || l.ended || l.moving {
		return nil
	}
	if l.ln != nil {
		return l.ln
	}
	first := l.since.IsZero()
	l.ln, l.err = l.listen(ctx, l.want)
	if first || l.ln != nil {
		l.since = time.Now()
	}
	return l.ln
}

// A move is another address that is listened on, but not served yet. Either commit or undo ends it.
type move struct {
	l    *listener
	want string
	next *socket // nil if the present socket is that of the new address too
	gap  bool    // the present one had to be closed for it
}

// prepare listens on another address beside the present one. Only where both can't be, since one is a part of the other, as
// 127.0.0.1:8088 is of 0.0.0.0:8088, the present one gives way until the move ends; connections in between are refused.
func (l *listener) prepare(ctx context.Context, addr string) (*move, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil, fmt.Errorf("serve SCIM on %s: %w", addr, net.ErrClosed)
	}
	m := &move{l: l, want: addr}
	samePort, sameHost := against(ctx, l.ln, addr)
	if samePort && sameHost {
		return m, nil
	}
	var err error
	m.next, err = l.listen(ctx, addr)
	if err != nil && samePort && isBusy(err) {
		m.gap, l.moving = true, true
		l.ln.retire()
		if m.next, err = l.listen(ctx, addr); err != nil {
			m.giveBack(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// against tells whether an address has the port and the host of a socket.
func against(ctx context.Context, s *socket, addr string) (samePort, sameHost bool) {
	if s == nil {
		return false, false
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false, false
	}
	number, err := net.DefaultResolver.LookupPort(ctx, "tcp", port)
	now, ok := s.Addr().(*net.TCPAddr)
	if err != nil || !ok || number != now.Port {
		return false, false
	}
	if host == "" {
		return true, now.IP.Equal(net.IPv6unspecified)
	}
	there, err := net.ResolveTCPAddr("tcp", addr) // prefers what Listen prefers
	return true, err == nil && there.IP.Equal(now.IP)
}

// commit changes over: the old socket takes no more connections, the new one is served.
func (m *move) commit() {
	l := m.l
	l.mu.Lock()
	l.want = m.want
	if m.next != nil {
		if l.ln != nil {
			l.ln.retire()
		}
		l.ln, l.err, l.since, l.moving = m.next, nil, time.Now(), false
	}
	if l.ended && l.ln != nil {
		l.ln.retire()
	}
	l.mu.Unlock()
	l.stir()
	l.changed()
}

// undo leaves everything as it was before.
func (m *move) undo(ctx context.Context) {
	m.l.mu.Lock()
	defer m.l.mu.Unlock()
	if m.next != nil {
		m.next.retire()
	}
	if m.gap {
		m.giveBack(ctx)
	}
}

// giveBack listens again on the address that gave way. If that fails the server goes on trying, as ever.
func (m *move) giveBack(ctx context.Context) {
	l := m.l
	l.moving, l.ln = false, nil
	if !l.ended {
		l.ln, l.err = l.listen(context.WithoutCancel(ctx), l.want)
	}
	l.stir()
}

// stir makes run look again at what is to be served.
func (l *listener) stir() {
	select {
	case l.wake <- struct{}{}:
	default: // it is about to
	}
}

// wanted is the address that is or should be listened on.
func (l *listener) wanted() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.want
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
	if l.wanted() == NoListener {
		<-ctx.Done()
		return nil
	}
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
			l.lose(ln, fmt.Errorf("serve SCIM: %w", err))
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
	case <-l.wake:
	case <-again.C:
	}
}

// lose notes that a socket is not served any more, and why. One that was retired is not missed.
func (l *listener) lose(s *socket, err error) {
	_ = s.Close() // Serve has closed it, if it could
	l.mu.Lock()
	missed := l.ln == s && !l.moving
	if missed {
		l.ln, l.err, l.since = nil, err, time.Now()
	}
	ended := l.ended
	l.mu.Unlock()
	if missed && !ended {
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
		if at = l.wanted(); at == NoListener {
			return ""
		}
	}
	if l.secure() != nil {
		return "https://" + at + server.DefaultBasePath
	}
	return "http://" + at + server.DefaultBasePath
}
