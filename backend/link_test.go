package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/power"
	"scimdesk/backend/server"
	"scimdesk/backend/tunnel"
)

// A desk plays ngrok without a network: it gives each session the address that the test has set, and notes what is asked of it.
type ngrokDesk struct {
	mu       sync.Mutex
	own      string // the domain of an account without another
	refuses  string // the policy that is not taken, "" takes all
	opened   []tunnel.Config
	bound    []string // domain and policy of each Listen
	dropped  int
	sessions []*ngrokSession
}

type ngrokSession struct {
	desk *ngrokDesk
	tell func(tunnel.Event)
}

type ngrokListener struct {
	url    string
	closed chan struct{}
	once   sync.Once
}

func (d *ngrokDesk) Open(_ context.Context, c tunnel.Config, tell func(tunnel.Event)) (tunnel.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, c)
	s := &ngrokSession{d, tell}
	d.sessions = append(d.sessions, s)
	return s, nil
}

func (d *ngrokDesk) times() (opened, bound, dropped int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.opened), len(d.bound), d.dropped
}

// binds waits until an address was asked for so many times.
func (d *ngrokDesk) binds(t *testing.T, n int) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for range 30_000 {
		if _, bound, _ := d.times(); bound >= n {
			return
		}
		<-look.C
	}
	t.Fatalf("waited in vain until an address was asked for %d times", n)
}

func (s *ngrokSession) Listen(_ context.Context, domain, policy string) (tunnel.Listener, error) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.bound = append(s.desk.bound, domain+" "+policy)
	if s.desk.refuses != "" && strings.Contains(policy, s.desk.refuses) {
		return nil, errors.New("the policy is not taken\n\nERR_NGROK_2263")
	}
	if domain == "" {
		domain = s.desk.own
	}
	return &ngrokListener{url: "https://" + domain, closed: make(chan struct{})}, nil
}

func (s *ngrokSession) Resume(context.Context) error { return nil }
func (s *ngrokSession) Drop() {
	s.desk.mu.Lock()
	s.desk.dropped++
	s.desk.mu.Unlock()
	s.tell(tunnel.Event{Kind: tunnel.Lost, Err: errors.New("dropped")})
}
func (s *ngrokSession) Info() tunnel.Info {
	return tunnel.Info{Region: "eu", Account: "Contoso", Plan: "Free"}
}
func (s *ngrokSession) Close() {}

func (l *ngrokListener) Accept() (net.Conn, error) { <-l.closed; return nil, net.ErrClosed }
func (l *ngrokListener) Close() error              { l.once.Do(func() { close(l.closed) }); return nil }
func (l *ngrokListener) Addr() net.Addr            { return &net.TCPAddr{} }
func (l *ngrokListener) URL() string               { return l.url }

// linked opens and runs a backend whose authtoken is known and whose computer never sleeps, unless prepare says otherwise. The returned
// function ends it.
func linked(t *testing.T, o Options, prepare func(*Backend)) (*Backend, func()) {
	t.Helper()
	o.Face, o.Listen = "scimd", "127.0.0.1:0"
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b.link.find = func(context.Context) authtoken {
		return authtoken{looked: true, secret: "of the test", place: config.InMemory}
	}
	b.link.sleeps = func(ctx context.Context, _ func(power.Sleep)) { <-ctx.Done() }
	if prepare != nil {
		prepare(b)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	end := sync.OnceFunc(func() {
		stop()
		if err := errors.Join(<-done, b.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return b, end
}

// reaches waits for a state, and looks each time that a face would.
func reaches(t *testing.T, b *Backend, what string, holds func(Connection) bool) Connection {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var c Connection
	for range b.Watch(ctx) {
		c = connection(t, b)
		if holds(c) {
			return c
		}
	}
	t.Fatalf("waited in vain until %s: %+v", what, c)
	return c
}

func isUp(c Connection) bool { return c.Tunnel.State == string(tunnel.Up) }

func connection(t *testing.T, b *Backend) Connection {
	t.Helper()
	c, err := b.Connection(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func save(t *testing.T, b *Backend, change func(*ConnectionSettings)) Connection {
	t.Helper()
	s := connection(t, b).Settings
	change(&s)
	c, err := b.SaveConnection(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheTunnelStartsWithTheProgramAndCanBeStopped(t *testing.T) {
	desk := &ngrokDesk{own: "desk.ngrok.example"}
	b, _ := linked(t, Options{Dir: t.TempDir(), Opener: desk, Ngrok: true}, nil)
	c := reaches(t, b, "it is up", isUp)
	if c.Address != "https://desk.ngrok.example/scim/v2" || c.Tunnel.Region != "eu" || c.Tunnel.Since == "" || c.Settings.Fixed != "flag" || c.Edge.State != "on" {
		t.Errorf("%+v", c)
	}
	if b.publicOrigin() != "https://desk.ngrok.example" {
		t.Errorf("links begin with %q", b.publicOrigin())
	}
	if err := b.StopTunnel(t.Context()); err != nil {
		t.Fatal(err)
	}
	c = reaches(t, b, "it is off", func(c Connection) bool { return c.Tunnel.State == string(tunnel.Off) })
	if c.Address == "" || b.publicOrigin() != "" || b.reachable() {
		t.Errorf("stopped: address %q, links begin with %q", c.Address, b.publicOrigin())
	}
	if err := b.StartTunnel(t.Context()); err != nil {
		t.Fatal(err)
	}
	reaches(t, b, "it is up again", isUp)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for dropped := 0; dropped == 0; _, _, dropped = desk.times() { // one that has come up just now is left
		if err := b.Reconnect(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-again.C
	}
	c = reaches(t, b, "it came back", func(c Connection) bool { return isUp(c) && c.Tunnel.ReconnectsToday > 0 })
	if _, _, dropped := desk.times(); dropped != 1 || c.Tunnel.LastReconnect == "" {
		t.Errorf("dropped %d times, %+v", dropped, c.Tunnel)
	}
}

// TestAKeychainThatWaitsDelaysNothing: it is asked beside everything else, and only where the tunnel needs it.
func TestAKeychainThatWaitsDelaysNothing(t *testing.T) {
	desk := &ngrokDesk{own: "desk.ngrok.example"}
	answer, asked := make(chan authtoken), make(chan struct{}, 1)
	slow := func(b *Backend) {
		b.link.find = func(ctx context.Context) authtoken {
			asked <- struct{}{}
			select {
			case a := <-answer:
				return a
			case <-ctx.Done():
				return authtoken{}
			}
		}
	}
	b, _ := linked(t, Options{Dir: t.TempDir(), Opener: desk}, slow)
	if s, err := b.Snapshot(t.Context()); err != nil || s.Tunnel.State != string(tunnel.Off) || s.Tunnel.Way != WayNone {
		t.Errorf("%+v, %v", s.Tunnel, err)
	}
	select {
	case <-asked:
		t.Error("the keychain was asked although nobody wants a tunnel")
	default:
	}
	save(t, b, func(s *ConnectionSettings) { s.Way = WayNgrok })
	<-asked
	if s, err := b.Snapshot(t.Context()); err != nil || s.Tunnel.State != string(tunnel.Starting) {
		t.Errorf("while the keychain is silent: %+v, %v", s.Tunnel, err)
	}
	answer <- authtoken{looked: true, keychain: config.ErrNoKeychain}
	c := reaches(t, b, "it is blocked", func(c Connection) bool { return c.Tunnel.State == string(tunnel.Blocked) })
	if c.Tunnel.Code != "TUNNEL_NO_TOKEN" || c.Authtoken.Exists || c.Authtoken.Keychain || c.Authtoken.Problem == "" {
		t.Errorf("without an authtoken: %+v, %+v", c.Tunnel, c.Authtoken)
	}
	if opened, _, _ := desk.times(); opened != 0 {
		t.Errorf("%d sessions without an authtoken", opened)
	}
	done := make(chan error, 1)
	for problem, code := range map[error]string{
		fmt.Errorf("%w: it is locked", config.ErrNoKeychain):              "NO_KEYCHAIN",
		fmt.Errorf("read NGROK_AUTHTOKEN: %w", config.ErrAuthtoken):       "BAD_AUTHTOKEN",
		fmt.Errorf("read the authtoken: %w", io.ErrUnexpectedEOF):         "TUNNEL_NO_TOKEN",
		&fs.PathError{Op: "open", Path: "authtoken", Err: syscall.EACCES}: "NO_PERMISSION",
	} {
		go func() { done <- b.StartTunnel(t.Context()) }()
		<-asked
		answer <- authtoken{looked: true, problem: problem}
		err := <-done
		i := b.tunnelInfo()
		if Code(err) != code || i.Code != code || i.Detail != problem.Error() || strings.Contains(i.Message+err.Error(), "\n") || strings.Count(i.Message, "authtoken is not known") > 0 {
			t.Errorf("%v: %v, %+v", problem, err, i)
		}
	}
	go func() { done <- b.StartTunnel(t.Context()) }()
	<-asked
	answer <- authtoken{looked: true, secret: "of the test", place: config.InKeychain}
	if err := <-done; err != nil {
		t.Error(err)
	}
	reaches(t, b, "it is up", isUp)
}

func TestAnotherDomainIsAnAlarmUntilEntraComesByIt(t *testing.T) {
	desk := &ngrokDesk{own: "first.ngrok.example"}
	dir := t.TempDir()
	b, end := linked(t, Options{Dir: dir, Opener: desk, Ngrok: true}, nil)
	if c := reaches(t, b, "it is up", isUp); c.Changed != (AddressChange{}) {
		t.Errorf("the first address is an alarm: %+v", c.Changed)
	}
	reaches(t, b, "the address is known", func(Connection) bool { return b.link.given.get().Address != "" })
	end()

	desk.own = "second.ngrok.example"
	b, end = linked(t, Options{Dir: dir, Opener: desk, Ngrok: true}, nil)
	alarm := func(c Connection) bool { return c.Changed.Old != "" }
	c := reaches(t, b, "there is an alarm", alarm)
	if c.Changed.Old != "https://first.ngrok.example/scim/v2" || c.Changed.New != "https://second.ngrok.example/scim/v2" || c.Changed.At == "" || c.Address != c.Changed.New {
		t.Errorf("%+v, address %s", c.Changed, c.Address)
	}
	at := c.Changed.At
	end()

	b, end = linked(t, Options{Dir: dir, Opener: desk, Ngrok: true}, nil)
	if c := connection(t, b); c.Changed.At != at {
		t.Errorf("after a restart: %+v, want that of %s", c.Changed, at)
	}
	reaches(t, b, "it is up", isUp)
	for _, not := range []struct {
		host string
		who  server.Caller
	}{{"first.ngrok.example", server.Caller{Token: "t"}}, {"second.ngrok.example", server.Caller{Check: true}}} {
		b.entered(server.Entry{Via: server.ViaTunnel, Host: not.host, Who: not.who})
	}
	b.link.digest(t.Context())
	if c := connection(t, b); !alarm(c) {
		t.Error("a self-check, or a request by the old address, ended the alarm")
	}
	b.entered(server.Entry{Via: server.ViaTunnel, Host: "Second.ngrok.example", Who: server.Caller{Token: "t"}})
	reaches(t, b, "the alarm ends", func(c Connection) bool { return !alarm(c) })
	end()

	desk.own = "third.ngrok.example"
	b, end = linked(t, Options{Dir: dir, Opener: desk, Ngrok: true}, nil)
	c = reaches(t, b, "there is an alarm", alarm)
	if c.Changed.Old != "https://second.ngrok.example/scim/v2" {
		t.Errorf("%+v", c.Changed)
	}
	if err := b.SettleAddress(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := connection(t, b); alarm(c) {
		t.Errorf("settled: %+v", c.Changed)
	}
	end()

	desk.own = "fourth.ngrok.example"
	b, end = linked(t, Options{Dir: dir, Opener: desk, Ngrok: true}, nil)
	reaches(t, b, "there is an alarm", alarm)
	end()
	desk.own = "third.ngrok.example"
	b, _ = linked(t, Options{Dir: dir, Opener: desk, Ngrok: true}, nil)
	reaches(t, b, "the old address is back", func(c Connection) bool { return isUp(c) && !alarm(c) })
}

// TestAnOwnAddressThatChangesIsAnAlarmToo, and one that Entra is not to use any more is none.
func TestAnOwnAddressThatChangesIsAnAlarmToo(t *testing.T) {
	b, _ := linked(t, Options{Dir: t.TempDir(), Opener: &ngrokDesk{}}, nil)
	own := func(url string) Connection {
		return save(t, b, func(s *ConnectionSettings) { s.Way, s.PublicURL = WayOwn, url })
	}
	if c := own("https://desk.contoso.example/"); c.Changed.Old != "" || c.Address != "https://desk.contoso.example/scim/v2" || b.publicOrigin() != "https://desk.contoso.example" {
		t.Errorf("the first address: %+v, %s", c.Changed, c.Address)
	}
	if c := own("https://Desk.Contoso.example:443"); c.Changed.Old != "" || c.Settings.PublicURL != "https://desk.contoso.example" {
		t.Errorf("the same address in another spelling: %+v, %s", c.Changed, c.Settings.PublicURL)
	}
	if c := own("https://scim.contoso.example"); c.Changed.Old != "https://desk.contoso.example/scim/v2" || c.Changed.New != "https://scim.contoso.example/scim/v2" {
		t.Errorf("another address: %+v", c.Changed)
	}
	if c := save(t, b, func(s *ConnectionSettings) { s.Way = WayNone }); c.Address != "" || b.publicOrigin() != "" {
		t.Errorf("without a way the address is %q", c.Address)
	}
	if c := own("https://desk.contoso.example"); c.Changed.Old != "" {
		t.Errorf("the old address is back: %+v", c.Changed)
	}
}

func TestTheEdgeIsBoundAgainWhenItsRulesChange(t *testing.T) {
	desk := &ngrokDesk{own: "desk.ngrok.example"}
	b, _ := linked(t, Options{Dir: t.TempDir(), Opener: desk}, nil)
	save(t, b, func(s *ConnectionSettings) { s.Way, s.EdgePolicy = WayNgrok, false })
	if c := reaches(t, b, "it is up", isUp); c.Edge.State != "off" {
		t.Errorf("without rules: %+v", c.Edge)
	}
	desk.binds(t, 1)
	save(t, b, func(s *ConnectionSettings) { s.EdgePolicy = true })
	desk.binds(t, 2)
	if c := reaches(t, b, "it has rules", isUp); c.Edge.State != "on" || len(c.Edge.Rules) == 0 {
		t.Errorf("with rules: %+v", c.Edge)
	}
	save(t, b, func(s *ConnectionSettings) { s.AllNight, s.Plan = "yes", "paid" }) // is nothing to the edge
	save(t, b, func(s *ConnectionSettings) { s.EntraOnly = true })
	desk.binds(t, 3)
	desk.mu.Lock()
	defer desk.mu.Unlock()
	if len(desk.opened) != 1 || desk.bound[0] != " " || !strings.Contains(desk.bound[1], "scim") || desk.bound[1] == desk.bound[2] {
		t.Errorf("%d sessions, bound %q", len(desk.opened), desk.bound)
	}
}

func TestARefusedPolicyIsTold(t *testing.T) {
	desk := &ngrokDesk{own: "desk.ngrok.example", refuses: "azuread"}
	b, _ := linked(t, Options{Dir: t.TempDir(), Opener: desk, Ngrok: true}, nil)
	reaches(t, b, "it is up", isUp)
	save(t, b, func(s *ConnectionSettings) { s.EntraOnly = true })
	c := reaches(t, b, "the refusal is told", func(c Connection) bool { return isUp(c) && c.Edge.State == "refused" })
	if c.Edge.Code != "TUNNEL_POLICY" || !strings.Contains(c.Edge.Detail, "ERR_NGROK_2263") {
		t.Errorf("%+v", c.Edge)
	}
}

// TestWakingReconnectsAtOnce: nothing of it waits for a heartbeat or a timer.
func TestWakingReconnectsAtOnce(t *testing.T) {
	desk := &ngrokDesk{own: "desk.ngrok.example"}
	slept := make(chan power.Sleep)
	b, _ := linked(t, Options{Dir: t.TempDir(), Opener: desk, Ngrok: true}, func(b *Backend) {
		b.link.sleeps = func(ctx context.Context, each func(power.Sleep)) {
			for {
				select {
				case s := <-slept:
					each(s)
				case <-ctx.Done():
					return
				}
			}
		}
	})
	reaches(t, b, "it is up", isUp)
	slept <- power.Sleep{From: time.Now().Add(-time.Hour), To: time.Now()}
	c := reaches(t, b, "it is back", func(c Connection) bool { return isUp(c) && c.Tunnel.ReconnectsToday == 1 })
	if _, _, dropped := desk.times(); dropped != 1 {
		t.Errorf("dropped %d times, %+v", dropped, c.Tunnel)
	}
}

func TestTheComputerIsKeptAwakeOnlyWhileItReceives(t *testing.T) {
	var mu sync.Mutex
	var did []string
	note := func(what string) { mu.Lock(); did = append(did, what); mu.Unlock() }
	broken := false
	b, end := linked(t, Options{Dir: t.TempDir(), Opener: &ngrokDesk{own: "desk.ngrok.example"}}, func(b *Backend) {
		b.link.awake.keep = func(context.Context, string) (string, func(), error) {
			if broken {
				return "", nil, errors.New("there is no bus")
			}
			note("hold")
			return "the test", func() { note("release") }, nil
		}
	})
	holds := func(yes bool) func(Connection) bool { return func(c Connection) bool { return c.Power.Holding == yes } }
	if c := save(t, b, func(s *ConnectionSettings) { s.KeepAwake = true }); c.Power.Wanted {
		t.Errorf("nobody comes, and yet: %+v", c.Power)
	}
	save(t, b, func(s *ConnectionSettings) { s.Way = WayNgrok })
	if c := reaches(t, b, "it is held awake", holds(true)); !c.Power.Wanted || c.Power.Means != "the test" {
		t.Errorf("%+v", c.Power)
	}
	reaches(t, b, "it is up", isUp)
	if err := b.StopTunnel(t.Context()); err != nil {
		t.Fatal(err)
	}
	reaches(t, b, "it may sleep", holds(false))
	save(t, b, func(s *ConnectionSettings) { s.Way, s.PublicURL = WayOwn, "https://desk.contoso.example" })
	reaches(t, b, "it is held awake again", holds(true))
	save(t, b, func(s *ConnectionSettings) { s.KeepAwake = false })
	reaches(t, b, "it may sleep again", holds(false))
	broken = true
	save(t, b, func(s *ConnectionSettings) { s.KeepAwake = true })
	c := reaches(t, b, "the fault is told", func(c Connection) bool { return c.Power.Problem != "" })
	if !c.Power.Wanted || c.Power.Holding || !strings.Contains(c.Power.Problem, "no bus") {
		t.Errorf("%+v", c.Power)
	}
	broken = false
	save(t, b, func(s *ConnectionSettings) { s.KeepAwake = false })
	save(t, b, func(s *ConnectionSettings) { s.KeepAwake = true })
	reaches(t, b, "it is held awake once more", holds(true))
	end()
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(did, " "); got != "hold release hold release hold release" {
		t.Errorf("it did %s", got)
	}
}
