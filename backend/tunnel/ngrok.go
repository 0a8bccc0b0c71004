package tunnel

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.ngrok.com/ngrok/v2"
	"golang.ngrok.com/ngrok/v2/rpc"
)

// How long things at ngrok's take at most.
const (
	dialTimeout   = 10 * time.Second // the SDK's own dialer has none; the system's can be two minutes
	patience      = 250 * time.Millisecond
	unbindTimeout = 3 * time.Second
	closeTimeout  = 3 * time.Second
)

// NgrokOptions of NewNgrok. Zero values are ngrok's own.
type NgrokOptions struct {
	Server             string         // host:port
	CAs                *x509.CertPool // that sign the server's certificate; nil means ngrok's own root, never the system's
	HeartbeatInterval  time.Duration
	HeartbeatTolerance time.Duration // a connection that is silent for interval and tolerance is lost
	Log                *slog.Logger  // nil discards
}

// NewNgrok opens sessions with ngrok itself. What the SDK tells of this computer (system, program's path, process id) is not in our
// hands; nothing is added to it.
func NewNgrok(o NgrokOptions) Opener {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &opener{o}
}

type opener struct{ o NgrokOptions }

// Open lets the SDK connect in the background, since its Connect comes back only from success, and gives it one turn to dial.
func (p *opener) Open(ctx context.Context, c Config, tell func(Event)) (Session, error) {
	dial, err := dialer(c.Proxy)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	s := &session{
		life: life, end: end, tell: tell, warn: p.warn(c), returned: make(chan struct{}),
		gate: &gate{dial: dial, turns: make(chan turn)},
	}
	if s.agent, err = ngrok.NewAgent(p.options(c, s, s.gate)...); err != nil {
		end()
		return nil, err
	}
	if s.probe, err = ngrok.NewAgent(p.options(c, s, direct(dial))...); err != nil {
		end()
		return nil, err
	}
	go s.connect()
	err = s.try(ctx, dialTimeout)
	if err == nil {
		<-s.returned
		err = s.failed
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// warn logs what ngrok wants to be known, such as the day from which it will not accept this version.
func (p *opener) warn(c Config) func(error) {
	return func(err error) { p.o.Log.Warn("ngrok warns", "text", redact(err.Error(), c.secrets()...)) }
}

func (p *opener) options(c Config, s *session, dialer ngrok.Dialer) []ngrok.AgentOption {
	options := []ngrok.AgentOption{
		ngrok.WithAuthtoken(c.Authtoken),
		ngrok.WithAutoConnect(false),
		ngrok.WithDialer(dialer),
		ngrok.WithEventHandler(s.on),
		ngrok.WithRPCHandler(s.command),
		ngrok.WithLogger(slog.New(quiet{p.o.Log.Handler(), c.secrets()})),
	}
	if p.o.Server != "" {
		options = append(options, ngrok.WithAgentConnectURL(p.o.Server))
	}
	if p.o.CAs != nil {
		options = append(options, ngrok.WithAgentConnectCAs(p.o.CAs))
	}
	if p.o.HeartbeatInterval > 0 {
		options = append(options, ngrok.WithHeartbeatInterval(p.o.HeartbeatInterval))
	}
	if p.o.HeartbeatTolerance > 0 {
		options = append(options, ngrok.WithHeartbeatTolerance(p.o.HeartbeatTolerance))
	}
	return options
}

// session is one agent of the SDK. The SDK keeps its identity (client id, cookie, the tokens of what is bound) only while it retries by
// itself, so it is left to do so; but it dials through the gate, which opens once a try. What fails before the gate lets it go on is never
// told to the SDK, so that it does not sleep; what fails after makes it sleep up to 30 seconds, and then Resume is ErrAway.
type session struct {
	agent    ngrok.Agent
	probe    ngrok.Agent // never connected; asks why the agent could not
	gate     *gate
	life     context.Context // the SDK's session dies with the context that it was connected with
	end      context.CancelFunc
	tell     func(Event)
	warn     func(error)
	returned chan struct{} // closed when the SDK's Connect has come back; failed and info are set then
	failed   error
	info     Info

	mu      sync.Mutex
	trying  bool
	result  chan error // of the try under way
	up      bool
	dropped bool // by Drop, and the SDK has not told so yet
	closed  bool
	asked   EventKind // Stop or Restart, once ngrok's dashboard wants it
}

func (s *session) connect() {
	defer close(s.returned)
	if s.failed = s.agent.Connect(s.life); s.failed != nil {
		return
	}
	if as, err := s.agent.Session(); err == nil {
		for _, w := range as.Warnings() {
			s.warn(w)
		}
		if d, ok := as.(ngrok.AgentSessionDetails); ok {
			s.info = Info{Region: d.Region(), Account: d.AccountName(), Plan: d.PlanName()}
		}
	}
}

// Resume waits shortly for the SDK, which may be asleep.
func (s *session) Resume(ctx context.Context) error { return s.try(ctx, patience) }

// try gives the SDK one turn to dial, and waits for what comes of it.
func (s *session) try(ctx context.Context, patience time.Duration) error {
	result := s.begin()
	defer s.abandon()
	dialed := make(chan error, 1)
	away := time.NewTimer(patience)
	defer away.Stop()
	select {
	case s.gate.turns <- turn{ctx, dialed}:
	case <-away.C:
		return ErrAway
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for {
		select {
		case err := <-dialed:
			if err != nil {
				return err
			}
			dialed = nil
		case err := <-result:
			return s.why(ctx, err)
		case <-ctx.Done():
			s.gate.drop()
			return context.Cause(ctx)
		}
	}
}

// why asks again when a try ended with no more than a closed connection. The SDK reads and writes at once and tells what failed first; now
// and then a certificate that it refused is told as that.
func (s *session) why(ctx context.Context, err error) error {
	probe, ok := s.probe.(ngrok.Diagnoser)
	if err == nil || !ok || because(err).Code != kindLost.code {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if _, found := probe.Diagnose(ctx, ""); found != nil && bySystem(found) == kindInspected {
		return found
	}
	return err
}

func (s *session) begin() <-chan error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trying, s.result = true, make(chan error, 1)
	return s.result
}

func (s *session) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trying = false
}

// on is called by the SDK, inline: it must not block, nor call the agent, which holds its lock while it connects.
func (s *session) on(e ngrok.Event) {
	switch e := e.(type) {
	case *ngrok.EventAgentConnectSucceeded:
		s.settle(nil)
	case *ngrok.EventAgentDisconnected:
		if asked := s.wanted(); asked != "" {
			s.say(Event{Kind: asked})
			return
		}
		if e.Error == nil { // nil is the last one: the SDK has given up
			s.say(Event{Kind: Ended, Err: errEnded})
			return
		}
		s.settle(e.Error)
	case *ngrok.EventAgentHeartbeatReceived:
		s.say(Event{Kind: Beat, Latency: e.Latency})
	}
}

// settle tells that a session that was up is lost, else ends the try under way. The SDK tells each loss once, and before what comes of the
// next try; but that try may have begun by then, when the connection was dropped on purpose.
func (s *session) settle(err error) {
	s.mu.Lock()
	lost, dropped := s.up && err != nil, s.dropped && err != nil
	s.up, s.dropped = err == nil, false
	if s.trying && !lost && !dropped {
		s.trying = false
		s.result <- err
	}
	s.mu.Unlock()
	if lost {
		s.say(Event{Kind: Lost, Err: err})
	}
}

func (s *session) say(e Event) {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if !closed {
		s.tell(e)
	}
}

var (
	errEnded  = errors.New("ngrok's library ended the session")
	errUpdate = errors.New("this program is updated by its installer")
)

// command answers ngrok's dashboard. After stop and restart the SDK closes the session by itself, and tells so. Until then nothing is
// told here: whoever hears of it closes the session, and the reply would be lost.
func (s *session) command(_ context.Context, _ ngrok.AgentSession, r rpc.Request) ([]byte, error) {
	asked := map[string]EventKind{rpc.StopAgentMethod: Stop, rpc.RestartAgentMethod: Restart}[r.Method()]
	if asked == "" {
		return nil, errUpdate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = asked
	return nil, nil
}

func (s *session) wanted() EventKind {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Listen binds. The SDK ignores the context here, so the connection is closed when it ends.
func (s *session) Listen(ctx context.Context, domain, policy string) (Listener, error) {
	var options []ngrok.EndpointOption
	if domain != "" {
		options = append(options, ngrok.WithURL("https://"+domain))
	}
	if policy != "" {
		options = append(options, ngrok.WithTrafficPolicy(policy))
	}
	stop := context.AfterFunc(ctx, s.gate.drop)
	defer stop()
	l, err := s.agent.Listen(s.life, options...)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	return newListener(l, s), nil
}

// Drop has nothing told of what it does.
func (s *session) Drop() {
	s.mu.Lock()
	s.up, s.dropped = false, s.up
	s.mu.Unlock()
	s.gate.drop()
}

// Info is of the first connection; the SDK says nothing of later ones.
func (s *session) Info() Info { return s.info }

// Close waits for Connect before it disconnects, since both want the agent's lock.
func (s *session) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	select {
	case <-s.returned:
	default:
		s.gate.drop()
		s.end()
		<-s.returned
	}
	late := time.AfterFunc(closeTimeout, s.gate.drop) // saying goodbye on a dead connection waits for the system's time-out
	_ = s.agent.Disconnect()                          // the only errors are of a connection that is gone already
	late.Stop()
	s.end()
	s.gate.drop()
}

// direct is a dialer that waits for no turn.
type direct func(ctx context.Context, network, address string) (net.Conn, error)

func (d direct) Dial(network, address string) (net.Conn, error) {
	return d(context.Background(), network, address)
}

func (d direct) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

// gate is the SDK's dialer. It lets the SDK dial once a turn, and keeps the connection, so that it can be dropped.
type gate struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	turns chan turn // without a buffer: a turn is taken when the SDK waits for one

	mu   sync.Mutex
	conn net.Conn
}

// turn is the leave to dial once.
type turn struct {
	ctx    context.Context
	dialed chan<- error // nil when there is a connection
}

func (g *gate) Dial(network, address string) (net.Conn, error) {
	return g.DialContext(context.Background(), network, address)
}

func (g *gate) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	for {
		select {
		case t := <-g.turns:
			conn, err := g.try(t.ctx, network, address)
			t.dialed <- err
			if err == nil {
				return conn, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (g *gate) try(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := g.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conn = conn
	return conn, nil
}

func (g *gate) drop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.conn != nil {
		_ = g.conn.Close() // nothing is written to it any more
		g.conn = nil
	}
}

// listener takes connections from the SDK's as long as it gives any. The SDK's own holds a lock while a connection waits for Accept, and
// Close wants that lock: http.Server.Shutdown, which closes while it keeps its accept loop waiting, would never come back.
type listener struct {
	sdk   ngrok.EndpointListener
	of    *session
	conns chan net.Conn
	done  chan struct{} // closed by Close
	ended chan struct{} // closed when the SDK's has ended; err says why
	err   error
	once  sync.Once
}

func newListener(sdk ngrok.EndpointListener, of *session) *listener {
	l := &listener{sdk: sdk, of: of, conns: make(chan net.Conn), done: make(chan struct{}), ended: make(chan struct{})}
	go l.pump()
	return l
}

func (l *listener) pump() {
	defer close(l.ended)
	for {
		conn, err := l.sdk.Accept()
		if err != nil {
			if l.err = err; l.of.wanted() != "" {
				l.err = errEnded // not this address alone; the session tells why
			}
			return
		}
		select {
		case l.conns <- conn:
		case <-l.done:
			_ = conn.Close() // the edge says that nobody is here, which is so
		}
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
		return nil, net.ErrClosed
	case conn := <-l.conns:
		return conn, nil
	case <-l.ended:
		return nil, l.err
	}
}

// Close asks ngrok to take the address back. An answer that does not come means that the connection is dead, and it is dropped.
func (l *listener) Close() error {
	var err error
	l.once.Do(func() {
		close(l.done)
		late := time.AfterFunc(unbindTimeout, l.of.gate.drop)
		defer late.Stop()
		err = l.sdk.Close()
	})
	return err
}

func (l *listener) Addr() net.Addr { return l.sdk.Addr() }
func (l *listener) URL() string    { return l.sdk.URL().String() }

// quiet passes on what the SDK logs as Debug, without secrets: what goes wrong is told by the Tunnel, once. The SDK's own Debug has what
// goes over the wire, and is dropped.
type quiet struct {
	to      slog.Handler
	secrets []string
}

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l > slog.LevelDebug && q.to.Enabled(ctx, slog.LevelDebug)
}

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, slog.LevelDebug, "ngrok: "+redact(r.Message, q.secrets...), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" || a.Key == "error" || a.Key == "reason" {
			clean.AddAttrs(slog.String(a.Key, redact(a.Value.String(), q.secrets...)))
		}
		return true
	})
	return q.to.Handle(ctx, clean)
}

func (q quiet) WithAttrs([]slog.Attr) slog.Handler { return q }
func (q quiet) WithGroup(string) slog.Handler      { return q }
