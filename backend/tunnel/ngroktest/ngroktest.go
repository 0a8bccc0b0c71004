// Package ngroktest plays ngrok's service on loopback, so that the unmodified SDK can be tested without an account: it speaks the
// agents' protocol over TLS with a certificate authority of its own, and has an edge that brings HTTPS requests to whoever holds
// their host. It hands out domains, refuses by the codes it is told, drops, falls silent and stops tunnels.
//
// It cannot evaluate traffic policies: it takes any text for one and lets everything through, so rules are unproved until a real
// account has seen them. Nor does it know plans, quotas or regions. What it knows of the protocol was read off the SDK, version 3 of
// the messages over muxado 2.
package ngroktest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// DevDomain is the domain of who asks for none, unless Options says otherwise.
const DevDomain = "quiet-otter.ngrok-free.example"

// Options of New. The zero Options is a service that lets everybody in.
type Options struct {
	// Authtoken is the only one that is accepted; others get ERR_NGROK_107. "" accepts all.
	Authtoken string
	// DevDomain is given to who asks for no domain.
	DevDomain string
	// Domains are those that may be asked for besides DevDomain; others get ERR_NGROK_319. nil allows all.
	Domains []string
	// Sessions is how many there may be at a time, one more gets ERR_NGROK_108; 0 means any number.
	Sessions int
	// Latency is added to what agents and the service say to each other, each way.
	Latency time.Duration
}

// Auth is what an agent signed in with.
type Auth struct {
	Authtoken string
	ClientID  string // "" the first time, then what it was given
	Cookie    string
	Version   string // of the SDK
	Heartbeat time.Duration
	Refused   string // ERR_NGROK_107, or "" if it was let in
}

// Bind is what an agent asked to hold.
type Bind struct {
	ClientID   string // of the session
	ID         string // of the bind, "" the first time
	Domain     string // that it was given, or would have been
	Asked      string // "" for none
	Policy     string
	Pooling    bool
	ForwardsTo string
	Token      string // of the bind, "" the first time
	Refused    string
}

// A refusal answers the next sign-ins or binds that match by a code.
type refusal struct {
	code string
	left int // negative for ever
	auth func(Auth) bool
	bind func(Bind) bool
}

// Server is the service. All methods may be called concurrently.
type Server struct {
	o    Options
	ca   *authority
	edge *http.Server
	done sync.WaitGroup

	mu       sync.Mutex
	door     net.Listener // of agents, nil while down
	port     string
	front    net.Listener // of visitors
	agents   map[*agent]struct{}
	conns    map[net.Conn]struct{} // of agents
	tunnels  map[string]*tunnel    // by domain
	refusals []*refusal
	auths    []Auth
	binds    []Bind
	requests int
	number   int           // of the last session or bind
	muted    chan struct{} // closed when heartbeats are answered again; nil while they are
	instead  http.Handler
	spy      func(*http.Request)
	moved    chan struct{} // closed and made anew when anything of this changes
	closed   bool
}

// Start is New for a test: it ends with it.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// New starts the service on ports of loopback.
func New(o Options) (*Server, error) {
	if o.DevDomain == "" {
		o.DevDomain = DevDomain
	}
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	s := &Server{
		o: o, ca: ca, moved: make(chan struct{}),
		agents: map[*agent]struct{}{}, conns: map[net.Conn]struct{}{}, tunnels: map[string]*tunnel{},
	}
	if s.front, err = listen(""); err != nil {
		return nil, err
	}
	if err := s.Up(); err != nil {
		return nil, errors.Join(err, s.front.Close())
	}
	s.edge = s.newEdge()
	s.done.Go(func() { _ = s.edge.ServeTLS(s.front, "", "") }) // ends by Close
	return s, nil
}

// listen takes a port, or any below those that the system gives to whoever dials: so it can be given up and taken again.
func listen(port string) (net.Listener, error) {
	var err error
	for range 100 {
		at := port
		if at == "" {
			at = fmt.Sprint(20000 + rand.IntN(12000))
		}
		var ln net.Listener
		if ln, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:"+at); err == nil {
			return ln, nil
		}
		if port != "" || !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, fmt.Errorf("play ngrok: %w", err)
}

// Close ends everything.
func (s *Server) Close() {
	s.Down()
	s.mu.Lock()
	s.closed = true
	s.unmute()
	s.change()
	s.mu.Unlock()
	_ = s.edge.Close()
	s.done.Wait()
}

// Addr is where agents connect to, as host:port.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "127.0.0.1:" + s.port
}

// Roots is what agents and visitors have to trust.
func (s *Server) Roots() *x509.CertPool { return s.ca.pool() }

// Down is an outage: the service takes no connection, and those that are there are gone without a word.
func (s *Server) Down() {
	s.mu.Lock()
	if s.door != nil {
		_ = s.door.Close()
		s.door = nil
	}
	s.mu.Unlock()
	s.Drop()
}

// Up ends an outage.
func (s *Server) Up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.door != nil || s.closed {
		return nil
	}
	ln, err := listen(s.port)
	if err != nil {
		return err
	}
	_, s.port, _ = net.SplitHostPort(ln.Addr().String())
	s.door = ln
	s.done.Go(func() { s.accept(ln) })
	return nil
}

func (s *Server) accept(ln net.Listener) {
	config := &tls.Config{GetCertificate: s.ca.certificate, MinVersion: tls.VersionTLS12}
	for {
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		conn := tls.Server(late(raw, s.o.Latency), config)
		if !s.hold(conn, ln) {
			_ = conn.Close()
			continue
		}
		s.done.Go(func() {
			defer s.release(conn)
			s.serve(conn)
		})
	}
}

// hold keeps a connection for Drop, unless an outage has begun meanwhile.
func (s *Server) hold(c net.Conn, ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.door != ln {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) release(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	_ = c.Close()
}

// Drop cuts the connections of all agents, as a lost network does, and gives how many.
func (s *Server) Drop() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		cut(c)
	}
	return len(s.conns)
}

// cut closes what is below TLS: nobody is told.
func cut(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	_ = c.Close()
}

// Mute has heartbeats go unanswered, as on a path that is silently dead, or be answered again.
func (s *Server) Mute(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !on {
		s.unmute()
	} else if s.muted == nil {
		s.muted = make(chan struct{})
	}
}

func (s *Server) unmute() {
	if s.muted != nil {
		close(s.muted)
		s.muted = nil
	}
}

// RefuseAuth answers sign-ins by a code, such as ERR_NGROK_107: all that match, or as many as times says if that is above 0. The
// returned function ends it. No match means any.
func (s *Server) RefuseAuth(code string, times int, match func(Auth) bool) (lift func()) {
	if match == nil {
		match = func(Auth) bool { return true }
	}
	return s.refuse(&refusal{code: code, left: times, auth: match})
}

// RefuseBind is RefuseAuth for binds: of a domain, of a policy. A service that has not yet noticed that an agent is gone refuses its
// return as ERR_NGROK_334 a few times.
func (s *Server) RefuseBind(code string, times int, match func(Bind) bool) (lift func()) {
	if match == nil {
		match = func(Bind) bool { return true }
	}
	return s.refuse(&refusal{code: code, left: times, bind: match})
}

func (s *Server) refuse(r *refusal) func() {
	if r.left <= 0 {
		r.left = -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, r)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refusals = slices.DeleteFunc(s.refusals, func(one *refusal) bool { return one == r })
	}
}

// refused gives the code by which somebody is to be refused, "" if he is not. The lock is held.
func (s *Server) refused(match func(*refusal) bool) string {
	for _, r := range s.refusals {
		if r.left != 0 && match(r) {
			r.left--
			return r.code
		}
	}
	return ""
}

// SetDevDomain gives another domain to who asks for none from now on.
func (s *Server) SetDevDomain(domain string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.DevDomain = domain
}

// Auths are the sign-ins so far, in their order.
func (s *Server) Auths() []Auth {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.auths)
}

// Binds are the binds so far, in their order.
func (s *Server) Binds() []Bind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.binds)
}

// Requests is how many the edge has brought to agents.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Sessions is how many agents are signed in.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.agents)
}

// Online tells whether anybody holds a domain.
func (s *Server) Online(domain string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tunnels[domain] != nil
}

// Await waits until ok, which is asked again whenever an agent came, went, bound or let go.
func (s *Server) Await(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		moved := s.moved
		s.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for agents: %w", ctx.Err())
		}
	}
}

// change tells those who Await. The lock is held.
func (s *Server) change() {
	close(s.moved)
	s.moved = make(chan struct{})
}
