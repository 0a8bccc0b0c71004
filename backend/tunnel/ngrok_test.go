package tunnel_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

const (
	authtoken = "2contosoSecretPart_6examplePart"
	forgotten = "2forgottenSecretPart_7otherPart"
	desk      = "desk.contoso.example"
)

// heartbeat is how often. One that is missed is not noticed within a test: there the SDK races with itself (it logs by a logger that Auth
// exchanges), also for a connection that was dropped long before. TestASilentPath, which the race detector does not run, is about that.
const (
	heartbeat = 300 * time.Millisecond
	tolerance = time.Minute
)

// line is a tunnel through the unmodified SDK to a double of ngrok, and everything that it says.
type line struct {
	*tunnel.Tunnel
	t      *testing.T
	ngrok  *ngroktest.Server
	logged *pages
	end    func() error // ends Run

	mu    sync.Mutex
	said  []tunnel.Status
	heard int           // how many of them have been waited for
	more  chan struct{} // closed when there is another
}

// pages collects what is logged.
type pages struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *pages) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *pages) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// open runs a tunnel to a double; roots are what it trusts, nil for what it should. Under the race detector it has no heartbeats: one that
// is written while its session ends races inside muxado with the frame that ends its stream. Without it the same tests run with them.
func open(t *testing.T, s *ngroktest.Server, h http.Handler, roots *x509.CertPool) *line {
	t.Helper()
	interval := heartbeat
	if raced {
		interval = tolerance
	}
	return openWith(t, s, h, roots, interval, tolerance)
}

func openWith(t *testing.T, s *ngroktest.Server, h http.Handler, roots *x509.CertPool, heartbeat, tolerance time.Duration) *line {
	t.Helper()
	if h == nil {
		h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "from "+r.RemoteAddr) })
	}
	if roots == nil {
		roots = s.Roots()
	}
	l := &line{t: t, ngrok: s, logged: &pages{}, more: make(chan struct{})}
	log := slog.New(slog.NewTextHandler(l.logged, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
	l.Tunnel = tunnel.New(tunnel.Options{
		Handler: h, Log: log, Changed: l.hear,
		Opener: tunnel.NewNgrok(tunnel.NgrokOptions{
			Server: s.Addr(), CAs: roots, HeartbeatInterval: heartbeat, HeartbeatTolerance: tolerance, Log: log,
		}),
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	l.end = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := l.end(); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	return l
}

func (l *line) hear(s tunnel.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, s)
	close(l.more)
	l.more = make(chan struct{})
}

// await gives the next status that is as wanted, past or to come, after the one that was waited for before.
func (l *line) await(what string, as func(tunnel.Status) bool) tunnel.Status {
	l.t.Helper()
	late := time.After(25 * time.Second)
	for {
		l.mu.Lock()
		for l.heard < len(l.said) {
			s := l.said[l.heard]
			l.heard++
			if as(s) {
				l.mu.Unlock()
				return s
			}
		}
		more := l.more
		l.mu.Unlock()
		select {
		case <-more:
		case <-late:
			l.t.Fatalf("waited in vain for %s; it is %+v because of %+v", what, l.Status(), l.Status().Reason)
		}
	}
}

func (l *line) is(state tunnel.State) tunnel.Status {
	l.t.Helper()
	return l.await(string(state), func(s tunnel.Status) bool { return s.State == state })
}

// code is why a tunnel is not up.
func code(s tunnel.Status) string {
	if s.Reason == nil {
		return ""
	}
	return s.Reason.Code + " " + s.Reason.Ngrok
}

// states are those that were told so far, each once in a row.
func (l *line) states() (all []tunnel.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.said {
		all = append(all, s.State)
	}
	return slices.Compact(all)
}

// visit asks for a domain through the edge.
func (l *line) visit(domain string) (int, string) {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), "GET", "https://"+domain+"/", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	res, err := l.ngrok.EdgeClient().Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// serves fails unless a domain is answered by the handler.
func (l *line) serves(domain string) {
	l.t.Helper()
	if status, body := l.visit(domain); status != 200 || !strings.HasPrefix(body, "from 127.0.0.1:") {
		l.t.Errorf("%s: %d %s", domain, status, body)
	}
}

// keeps fails if a secret is in anything that was said or logged.
func (l *line) keeps(secrets ...string) {
	l.t.Helper()
	l.mu.Lock()
	said, err := json.Marshal(l.said)
	words := ""
	for _, s := range l.said {
		words += fmt.Sprintf("%+v %+v\n", s, s.Reason)
	}
	l.mu.Unlock()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, secret := range secrets {
		for where, text := range map[string]string{"a status": string(said) + words, "the log": l.logged.String()} {
			if i := strings.Index(text, secret); i >= 0 {
				l.t.Errorf("a secret is in %s: …%s…", where, text[max(0, i-80):i+len(secret)])
			}
		}
	}
}

func TestItIsUpWithWhatNgrokSays(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{Authtoken: authtoken})
	l := openWith(t, s, nil, nil, heartbeat, tolerance) // the latency is a heartbeat's
	l.Set(tunnel.Config{Authtoken: authtoken})
	up := l.is(tunnel.Up)
	if up.URL != "https://"+ngroktest.DevDomain || up.Region != "eu" || up.Account != "Contoso" || up.Plan != "Free" || up.Reason != nil {
		t.Errorf("up = %+v", up)
	}
	l.serves(ngroktest.DevDomain)
	if beat := l.await("latency", func(s tunnel.Status) bool { return s.Latency > 0 }); beat.State != tunnel.Up {
		t.Errorf("latency told while %s", beat.State)
	}
	l.Set(tunnel.Config{})
	l.is(tunnel.Off)
	if status, _ := l.visit(ngroktest.DevDomain); status != 404 {
		t.Errorf("after the end: %d", status)
	}
	if want := []tunnel.State{tunnel.Starting, tunnel.Up, tunnel.Off}; !slices.Equal(l.states(), want) {
		t.Errorf("states %v, want %v", l.states(), want)
	}
}

// TestABadTokenStops: ngrok's own words repeat it, ours never.
func TestABadTokenStops(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"ERR_NGROK_105", "ERR_NGROK_106", "ERR_NGROK_107"} {
		s := ngroktest.Start(t, ngroktest.Options{})
		s.RefuseAuth(number, 0, func(a ngroktest.Auth) bool { return a.Authtoken == forgotten })
		l := open(t, s, nil, nil)
		l.Set(tunnel.Config{Authtoken: forgotten})
		blocked := l.is(tunnel.Blocked)
		if code(blocked) != "TUNNEL_AUTH "+number || blocked.Reason.Heals || !strings.Contains(blocked.Reason.Message, "dashboard.ngrok.com") {
			t.Errorf("blocked = %+v, %+v", blocked, blocked.Reason)
		}
		if !strings.Contains(blocked.Reason.Detail, "authtoken") {
			t.Errorf("ngrok's words are lost: %q", blocked.Reason.Detail)
		}
		l.Set(tunnel.Config{Authtoken: authtoken})
		l.is(tunnel.Up)
		if auths := s.Auths(); len(auths) != 2 || auths[0].Authtoken != forgotten || auths[1].Authtoken != authtoken {
			t.Errorf("signed in by %+v, want once by each token", auths)
		}
		first, second, _ := strings.Cut(forgotten, "_")
		l.keeps(forgotten, first, second, authtoken)
	}
}

// refusals are codes of each kind, as the service says them to a sign-in or to a bind.
var refusals = []struct {
	number, code string
	state        tunnel.State
	bind         bool
}{
	{"ERR_NGROK_123", "TUNNEL_ACCOUNT", tunnel.Blocked, false},
	{"ERR_NGROK_121", "TUNNEL_OLD_APP", tunnel.Blocked, false},
	{"ERR_NGROK_9040", "TUNNEL_REFUSED_HERE", tunnel.Blocked, false},
	{"ERR_NGROK_9009", "TUNNEL_PROXY_PLAN", tunnel.Blocked, false},
	{"ERR_NGROK_100", "TUNNEL_BUG", tunnel.Blocked, false},
	{"ERR_NGROK_108", "TUNNEL_TOO_MANY", tunnel.Reconnecting, false},
	{"ERR_NGROK_349", "TUNNEL_TOO_FAST", tunnel.Reconnecting, false},
	{"ERR_NGROK_99999", "TUNNEL_OTHER", tunnel.Reconnecting, false},
	{"ERR_NGROK_300", "TUNNEL_AUTH", tunnel.Blocked, true},
	{"ERR_NGROK_313", "TUNNEL_DOMAIN_PLAN", tunnel.Blocked, true},
	{"ERR_NGROK_319", "TUNNEL_DOMAIN_UNKNOWN", tunnel.Blocked, true},
	{"ERR_NGROK_320", "TUNNEL_DOMAIN_FOREIGN", tunnel.Blocked, true},
	{"ERR_NGROK_326", "TUNNEL_DOMAIN_BAD", tunnel.Blocked, true},
	{"ERR_NGROK_322", "TUNNEL_DOMAIN_REGION", tunnel.Blocked, true},
	{"ERR_NGROK_316", "TUNNEL_DOMAIN_ACL", tunnel.Blocked, true},
	{"ERR_NGROK_334", "TUNNEL_DOMAIN_TAKEN", tunnel.Reconnecting, true},
	{"ERR_NGROK_350", "TUNNEL_TOO_MANY", tunnel.Blocked, true},
	{"ERR_NGROK_351", "TUNNEL_TOO_FAST", tunnel.Reconnecting, true},
}

// TestEachKindOfRefusal, at the start and when a connection that was lost is made again, where the SDK types no error.
func TestEachKindOfRefusal(t *testing.T) {
	t.Parallel()
	for _, c := range refusals {
		t.Run(c.number, func(t *testing.T) {
			t.Parallel()
			s := ngroktest.Start(t, ngroktest.Options{})
			refuse := func() (lift func()) {
				if c.bind {
					return s.RefuseBind(c.number, 0, nil)
				}
				return s.RefuseAuth(c.number, 0, nil)
			}
			lift := refuse()
			l := open(t, s, nil, nil)
			l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
			want := c.code + " " + c.number
			if got := l.is(c.state); code(got) != want || got.Reason.Heals != (c.state == tunnel.Reconnecting) {
				t.Errorf("at the start: %s %s", got.State, code(got))
			}
			lift()
			l.Reconnect()
			l.is(tunnel.Up)
			lift = refuse()
			s.Drop()
			got := l.await(want, func(s tunnel.Status) bool { return code(s) == want })
			if got.State != c.state {
				t.Errorf("after a loss: %s", got.State)
			}
			lift()
			l.Reconnect()
			l.is(tunnel.Up)
			l.serves(desk)
			l.keeps(authtoken)
		})
	}
}

func TestWithoutATokenItSaysSo(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Domain: desk})
	if got := l.is(tunnel.Blocked); code(got) != "TUNNEL_NO_TOKEN " || len(s.Auths()) != 0 {
		t.Errorf("%+v, %d sign-ins", got.Reason, len(s.Auths()))
	}
}

func TestAnInspectedConnectionIsNamed(t *testing.T) {
	t.Parallel()
	s, other := ngroktest.Start(t, ngroktest.Options{}), ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, other.Roots())
	l.Set(tunnel.Config{Authtoken: authtoken})
	if got := l.await("a reason", func(s tunnel.Status) bool { return s.Reason != nil }); code(got) != "TUNNEL_INSPECTED " {
		t.Errorf("%+v", got.Reason)
	}
}

// TestADropIsOverAtOnce: the same session comes back, and what is served goes on.
func TestADropIsOverAtOnce(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{Authtoken: authtoken})
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	l.is(tunnel.Up)
	for drops := 1; drops <= 3; drops++ {
		s.Drop()
		lost := l.is(tunnel.Reconnecting)
		if code(lost) != "TUNNEL_LOST " || !lost.Reason.Heals {
			t.Errorf("lost: %+v", lost.Reason)
		}
		if up := l.is(tunnel.Up); up.Reconnects != drops || up.Outage <= 0 || up.Reconnect.IsZero() {
			t.Errorf("after drop %d: %+v", drops, up)
		}
		l.serves(desk)
	}
	for _, a := range s.Auths()[1:] {
		if a.ClientID == "" {
			t.Errorf("another session was opened: %+v", a)
		}
	}
}

// TestAnOutageIsSatOut: the service is gone for more than one try, and the tunnel comes back without being told to.
func TestAnOutageIsSatOut(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	l.is(tunnel.Up)
	s.Down()
	for attempt := 1; attempt <= 3; attempt++ {
		l.await("the next attempt", func(s tunnel.Status) bool { return s.State == tunnel.Reconnecting && s.Attempt == attempt })
	}
	missed := l.await("a reason", func(s tunnel.Status) bool { return s.Attempt >= 3 && code(s) == "TUNNEL_NO_NET " })
	if missed.Next.IsZero() {
		t.Errorf("no next try is told: %+v", missed)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if up := l.is(tunnel.Up); up.Reconnects != 1 {
		t.Errorf("up = %+v", up)
	}
	l.serves(desk)
}

// TestReconnectWaitsForNoTimer: ngrok asked for patience of at least half a minute, and the SDK itself sleeps after what it was
// refused; waking up and the button ask at once. The test would not wait that long.
func TestReconnectWaitsForNoTimer(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, nil)
	s.RefuseAuth("ERR_NGROK_108", 1, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	if waiting := l.is(tunnel.Reconnecting); time.Until(waiting.Next) < 20*time.Second {
		t.Fatalf("it is tried again so soon that the test proves nothing: %+v", waiting)
	}
	l.Reconnect()
	l.is(tunnel.Up)
	s.RefuseAuth("ERR_NGROK_108", 1, nil)
	s.Drop()
	l.await("a wait", func(s tunnel.Status) bool {
		return s.State == tunnel.Reconnecting && code(s) == "TUNNEL_TOO_MANY ERR_NGROK_108"
	})
	l.Reconnect()
	l.is(tunnel.Up)
	l.serves(desk)
	if n := len(s.Auths()); n != 4 {
		t.Errorf("%d sign-ins, want 4: %+v", n, s.Auths())
	}
}

// TestWokeWhileUp drops the connection that is held, since it may be dead without anybody having noticed.
func TestWokeWhileUp(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	l.is(tunnel.Up)
	l.Woke()
	if lost := l.is(tunnel.Reconnecting); lost.Attempt != 1 {
		t.Errorf("%+v", lost)
	}
	l.is(tunnel.Up)
	l.serves(desk)
	if auths := s.Auths(); len(auths) != 2 || auths[1].ClientID == "" {
		t.Errorf("signed in by %+v, want the same session twice", auths)
	}
}

// TestAStaleSessionIsOutlived: after a loss ngrok may think for a while that the old connection is still there.
func TestAStaleSessionIsOutlived(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	l.is(tunnel.Up)
	s.RefuseBind("ERR_NGROK_334", 2, nil)
	s.Drop()
	l.await("taken", func(s tunnel.Status) bool { return code(s) == "TUNNEL_DOMAIN_TAKEN ERR_NGROK_334" })
	l.Reconnect()
	l.await("taken", func(s tunnel.Status) bool { return code(s) == "TUNNEL_DOMAIN_TAKEN ERR_NGROK_334" })
	l.Reconnect()
	l.is(tunnel.Up)
	l.serves(desk)
}

// TestTwoInstancesForOneDomain: the second says so, and takes over when the first ends.
func TestTwoInstancesForOneDomain(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	c := tunnel.Config{Authtoken: authtoken, Domain: desk}
	first := open(t, s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "first") }), nil)
	first.Set(c)
	first.is(tunnel.Up)
	second := open(t, s, nil, nil)
	second.Set(c)
	if got := second.is(tunnel.Reconnecting); code(got) != "TUNNEL_DOMAIN_TAKEN ERR_NGROK_334" || !got.Reason.Heals {
		t.Errorf("second: %+v", got.Reason)
	}
	if _, body := first.visit(desk); body != "first" {
		t.Errorf("answered by %q", body)
	}
	first.Set(tunnel.Config{})
	first.is(tunnel.Off)
	second.is(tunnel.Up)
	second.serves(desk)
}

// TestAPolicyThatIsRefused: the address is held without it, and that is said; the next policy is asked for again.
func TestAPolicyThatIsRefused(t *testing.T) {
	t.Parallel()
	const bad, good = `{"on_http_request":[{"bad":1}]}`, `{"on_http_request":[]}`
	s := ngroktest.Start(t, ngroktest.Options{})
	s.RefuseBind("ERR_NGROK_2201", 0, func(b ngroktest.Bind) bool { return b.Policy == bad })
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk, Policy: bad})
	if up := l.is(tunnel.Up); up.Refused == nil || up.Refused.Code != "TUNNEL_POLICY" || up.Refused.Ngrok != "ERR_NGROK_2201" {
		t.Errorf("refused = %+v", up.Refused)
	}
	l.serves(desk)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk, Policy: good})
	l.await("no refusal", func(s tunnel.Status) bool { return s.State == tunnel.Up && s.Refused == nil })
	l.serves(desk)
	var policies []string
	for _, b := range s.Binds() {
		policies = append(policies, b.Policy)
	}
	if want := []string{bad, "", good}; !slices.Equal(policies, want) {
		t.Errorf("policies %q, want %q", policies, want)
	}
	// From now on it is refused, also when a connection that was lost is made again.
	s.RefuseBind("ERR_NGROK_2201", 0, func(b ngroktest.Bind) bool { return b.Policy != "" })
	s.Drop()
	l.is(tunnel.Reconnecting)
	if up := l.is(tunnel.Up); up.Refused == nil || up.Refused.Code != "TUNNEL_POLICY" {
		t.Errorf("refused after a loss = %+v", up.Refused)
	}
	l.serves(desk)
}

// TestChangesNeedNoNewProcess: another domain or policy is bound on the session that is there, another token needs another session.
func TestChangesNeedNoNewProcess(t *testing.T) {
	t.Parallel()
	const policy, other = `{"on_http_request":[]}`, "office.contoso.example"
	s := ngroktest.Start(t, ngroktest.Options{})
	l := openWith(t, s, nil, nil, heartbeat, tolerance) // a policy alone changes nothing that is told, but the next heartbeat's latency is
	up := func(c tunnel.Config) {
		t.Helper()
		binds := len(s.Binds())
		l.Set(c)
		if err := s.Await(t.Context(), func() bool { return len(s.Binds()) == binds+1 && s.Online(c.Domain) }); err != nil {
			t.Fatal(err)
		}
		l.await("the domain", func(s tunnel.Status) bool { return s.State == tunnel.Up && s.URL == "https://"+c.Domain })
		l.serves(c.Domain)
	}
	up(tunnel.Config{Authtoken: authtoken, Domain: desk})
	up(tunnel.Config{Authtoken: authtoken, Domain: other})
	if s.Online(desk) {
		t.Error("the first domain is still held")
	}
	up(tunnel.Config{Authtoken: authtoken, Domain: other, Policy: policy})
	if last := s.Binds()[2]; last.Policy != policy || last.Domain != other {
		t.Errorf("bound %+v", last)
	}
	if n := len(s.Auths()); n != 1 {
		t.Errorf("%d sign-ins for one token", n)
	}
	up(tunnel.Config{Authtoken: forgotten, Domain: other, Policy: policy})
	if auths := s.Auths(); len(auths) != 2 || auths[1].Authtoken != forgotten || auths[1].ClientID != "" {
		t.Errorf("signed in by %+v", auths)
	}
	if n := s.Sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

// TestASilentPath: nothing comes through any more and nobody says so. Heartbeats notice, and until then a reconnect that is asked for.
func TestASilentPath(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("the SDK races with itself when a heartbeat is missed")
	}
	s := ngroktest.Start(t, ngroktest.Options{})
	l := openWith(t, s, nil, nil, heartbeat, 2*heartbeat)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	l.is(tunnel.Up)
	s.Mute(true)
	l.is(tunnel.Reconnecting)
	s.Mute(false)
	l.is(tunnel.Up)
	l.serves(desk)
}

// TestTheDashboardsWord: stopped there is stopped here, until somebody starts it here; a restart is one.
func TestTheDashboardsWord(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	l.is(tunnel.Up)
	stops := []func() error{
		func() error {
			if said := s.Stop(); len(said) != 1 || said[0] != "" {
				return fmt.Errorf("answered %q", said)
			}
			return nil
		},
		func() error { return s.StopTunnel(desk, "stopped by somebody", "") },
	}
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got := l.is(tunnel.Blocked); code(got) != "TUNNEL_REMOTE_STOP " || got.Reason.Heals {
			t.Errorf("stopped: %+v", got.Reason)
		}
		l.Reconnect()
		l.is(tunnel.Up)
		l.serves(desk)
	}
	if said := s.Restart(); len(said) != 1 || said[0] != "" {
		t.Errorf("Restart: %q", said)
	}
	l.is(tunnel.Reconnecting)
	l.is(tunnel.Up)
	l.serves(desk)
}

// TestTheEndLetsRequestsEnd: no new ones come, and the one that runs is answered.
func TestTheEndLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*line){
		"shutdown": func(l *line) { go func() { _ = l.end() }() },
		"off":      func(l *line) { l.Set(tunnel.Config{}) },
	} {
		t.Run(name, func(t *testing.T) {
			s := ngroktest.Start(t, ngroktest.Options{})
			began, finish := make(chan struct{}), make(chan struct{})
			l := open(t, s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				close(began)
				<-finish
				_, _ = io.WriteString(w, "finished")
			}), nil)
			l.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
			l.is(tunnel.Up)
			answer := make(chan string, 1)
			go func() {
				status, body := l.visit(desk)
				answer <- fmt.Sprint(status, " ", body)
			}()
			<-began
			end(l)
			if err := s.Await(t.Context(), func() bool { return !s.Online(desk) }); err != nil {
				t.Fatal(err)
			}
			select {
			case got := <-answer:
				t.Fatalf("the request was cut off: %s", got)
			case <-time.After(200 * time.Millisecond): // for whoever would cut it off to do so
				close(finish)
			}
			if got := <-answer; got != "200 finished" {
				t.Errorf("the request got %s", got)
			}
			l.is(tunnel.Off)
		})
	}
}

// TestNothingIsLeft: 200 starts and stops, then no goroutine has our code on its stack. There are no heartbeats: one that is written
// while its session is closed races inside muxado with the frame that ends its stream, which so many sessions would meet.
func TestNothingIsLeft(t *testing.T) {
	const tunnels, cycles = 8, 25
	s := ngroktest.Start(t, ngroktest.Options{})
	var all sync.WaitGroup
	var lines []*line
	for i := range tunnels {
		l := openWith(t, s, nil, nil, tolerance, tolerance)
		lines = append(lines, l)
		all.Go(func() {
			for range cycles {
				l.Set(tunnel.Config{Authtoken: authtoken, Domain: fmt.Sprintf("desk%d.contoso.example", i)})
				l.is(tunnel.Up)
				l.Set(tunnel.Config{})
				l.is(tunnel.Off)
			}
		})
	}
	all.Wait()
	if n := len(s.Binds()); n < tunnels*cycles {
		t.Errorf("%d binds, want %d", n, tunnels*cycles)
	}
	for _, l := range lines {
		if err := l.end(); err != nil {
			t.Error(err)
		}
	}
	s.Close()
	for deadline := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		left := ours()
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
		}
	}
}

// ours are the goroutines with our code on their stacks, but for the tests themselves.
func ours() (left []string) {
	buffer := make([]byte, 4<<20)
	for stack := range strings.SplitSeq(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if strings.Contains(stack, "scimdesk/") && !strings.Contains(stack, "testing.tRunner") && !strings.Contains(stack, "_test.Test") {
			left = append(left, stack)
		}
	}
	return left
}
