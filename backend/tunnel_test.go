package backend

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/entra"
	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

const (
	ngrokToken  = "2contosoSecretPart_6examplePart"
	ngrokDomain = "desk.contoso.example"
)

// behind has a backend be reached by way of a double of ngrok. A heartbeat that is missed is not noticed within a test: the SDK
// races with itself there. Under the race detector there is none at all, since one that is written while its session ends races inside muxado.
func behind(s *ngroktest.Server) func(*Options) {
	every := 300 * time.Millisecond
	if underRace {
		every = time.Minute
	}
	return func(o *Options) {
		o.Ngrok, o.Domain, o.Listen = true, ngrokDomain, NoListener
		o.Opener = tunnel.NewNgrok(tunnel.NgrokOptions{
			Server: s.Addr(), CAs: s.Roots(), HeartbeatInterval: every, HeartbeatTolerance: time.Minute,
		})
		o.Outside = Outside{
			Roots: s.Roots(), Dial: s.DialContext,
			Resolve: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, nil
			},
		}
	}
}

// tunnelled is serve behind a double of ngrok, once the tunnel is up.
func tunnelled(t *testing.T, o ngroktest.Options, change ...func(*Options)) (*Backend, string, *ngroktest.Server) {
	t.Helper()
	s := ngroktest.Start(t, o)
	b, secret := serve(t, append([]func(*Options){behind(s)}, change...)...)
	if err := b.SaveAuthtoken(t.Context(), ngrokToken, config.InFile); err != nil {
		t.Fatal(err)
	}
	up(t, b)
	return b, secret, s
}

// up waits until the tunnel is.
func up(t testing.TB, b *Backend) TunnelInfo {
	t.Helper()
	return tunnelIs(t, b, tunnel.Up)
}

// reached waits until what comes by the edge comes here: a loss is not told at once.
func reached(t testing.TB, b *Backend, s *ngroktest.Server) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for range 3000 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.address()+"/Users", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.EdgeClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.Header.Get(ngroktest.HeaderCode) == "" {
			return
		}
		<-again.C
	}
	t.Fatal("waited in vain for the edge to reach the server")
}

func tunnelIs(t testing.TB, b *Backend, state tunnel.State) TunnelInfo {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range b.Watch(ctx) {
		if i := b.tunnelInfo(); i.State == string(state) {
			return i
		}
	}
	t.Fatalf("waited in vain for the tunnel to be %s: %+v", state, b.tunnelInfo())
	return TunnelInfo{}
}

// comer is Entra, coming by the public address.
func comer(t testing.TB, b *Backend, s *ngroktest.Server, secret string, o entra.Options) *entra.Client {
	t.Helper()
	o.URL, o.Token, o.HTTP = b.address(), secret, s.EdgeClient()
	c, err := entra.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestARehearsalThroughTheTunnel plays Entra by the public address, over HTTPS, and compares the store with what Entra believes.
func TestARehearsalThroughTheTunnel(t *testing.T) {
	b, secret, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	c := comer(t, b, s, secret, entra.Options{Dialect: "mixed", People: 60, Groups: 6, Seed: 7, Concurrency: 4})
	report, err := c.Rehearse(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || report.URL != "https://"+ngrokDomain+"/scim/v2" {
		var text bytes.Buffer
		_ = report.Print(&text)
		t.Errorf("the rehearsal does not agree:\n%s", text.String())
	}
	compare(t, b, c)
	if n := s.Requests(); n < report.Total.Count {
		t.Errorf("%d requests came by the edge, %d were sent", n, report.Total.Count)
	}
}

// TestOnlySCIMIsReached by the public address: neither the health check of the loopback listener nor anything else.
func TestOnlySCIMIsReached(t *testing.T) {
	b, secret, s := tunnelled(t, ngroktest.Options{})
	for path, want := range map[string]int{
		"/scim/v2/Users?count=0": 200, "/healthz": 404, "/": 404, "/index.html": 404, "/control": 404, "/run.json": 404, "/scim/v2/../../healthz": 404,
		"//healthz": 404, "/scim/v2x/Users": 404, "/oauth/token": 404,
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", strings.TrimSuffix(b.address(), "/scim/v2")+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := s.EdgeClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want || res.Header.Get(ngroktest.HeaderCode) != "" {
			t.Errorf("%s: %d by the edge's %q, want %d of the app", path, res.StatusCode, res.Header.Get(ngroktest.HeaderCode), want)
		}
	}
}

// stormy runs cycles while the connection is lost again and again. What was cut off is sent again, and a cycle that begins while
// nobody is there is put off until somebody is; nothing else may go wrong.
func stormy(t *testing.T, b *Backend, s *ngroktest.Server, c *entra.Client, more func(cycle int) bool) (failed int) {
	t.Helper()
	cycle := func(run func(context.Context) (entra.Cycle, error)) entra.Cycle {
		done, err := run(t.Context())
		failed += done.Total.Failed
		switch {
		case errors.Is(err, entra.ErrQuarantine), errors.Is(err, entra.ErrSilent):
			reached(t, b, s)
		case err != nil:
			t.Fatal(err)
		}
		for _, f := range done.Failures {
			if f.Status != 0 && f.Status != http.StatusNotFound && f.Status != http.StatusBadGateway {
				t.Errorf("a loss of the connection does not explain this: %v", &f)
			}
		}
		return done
	}
	for n := 1; more(n); n++ {
		cycle(c.Cycle)
	}
	reached(t, b, s)
	for range 5 {
		if last := cycle(c.Settle); last.Escrow == 0 && last.Stopped == "" {
			break
		}
	}
	differences, err := c.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Errorf("after the storm: %+v", d)
	}
	compare(t, b, c)
	return failed
}

// TestARehearsalWithALossInItsMiddle: what was under way when the connection was lost is sent again, and the directory is right.
func TestARehearsalWithALossInItsMiddle(t *testing.T) {
	b, secret, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	var asked, at, drops atomic.Int32
	at.Store(150)
	c := comer(t, b, s, secret, entra.Options{
		Dialect: "mixed", People: 100, Groups: 8, Seed: 11, Concurrency: 4,
		Progress: func(entra.Exchange) {
			if asked.Add(1) == at.Load() {
				s.Drop()
				drops.Add(1)
			}
		},
	})
	failed := stormy(t, b, s, c, func(cycle int) bool {
		if cycle == 3 { // in the middle of a later cycle too
			at.Store(asked.Load() + 5)
		}
		return cycle <= 4
	})
	if drops.Load() != 2 || failed == 0 {
		t.Errorf("%d drops made %d requests fail, so nothing was tried", drops.Load(), failed)
	}
	if i := up(t, b); i.ReconnectsToday != 2 || i.LastReconnect == "" || i.LastOutage <= 0 {
		t.Errorf("tunnel = %+v, want 2 reconnects", i)
	}
}

// TestAnOutageOfTwentySeconds is told while it lasts, with each try and the next, and then all is as before.
func TestAnOutageOfTwentySeconds(t *testing.T) {
	if testing.Short() {
		t.Skip("20 seconds are long")
	}
	t.Parallel() // it waits more than it works
	b, secret, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	asks := func() int {
		req, err := http.NewRequestWithContext(t.Context(), "GET", b.address()+"/Users?count=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := s.EdgeClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := asks(); got != 200 {
		t.Fatal(got)
	}
	s.Down()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	attempts := 0
	for range b.Watch(ctx) {
		switch i := b.tunnelInfo(); tunnel.State(i.State) {
		case tunnel.Reconnecting:
			attempts = max(attempts, i.Attempt)
			if i.Since == "" || i.Message == "" {
				t.Errorf("told: %+v", i)
			}
		case tunnel.Up: // until the loss is noticed
			if attempts > 0 {
				t.Fatalf("up while nobody answers: %+v", i)
			}
		default:
			t.Fatalf("an outage ends nothing: %+v", i)
		}
	}
	if attempts < 3 {
		t.Errorf("%d attempts in 20 seconds", attempts)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if err := b.Reconnect(t.Context()); err != nil { // the next try by itself may be half a minute away
		t.Fatal(err)
	}
	if i := up(t, b); i.ReconnectsToday != 1 || i.LastOutage < 20 {
		t.Errorf("back: %+v", i)
	}
	if got := asks(); got != 200 {
		t.Errorf("after the outage: %d", got)
	}
}

// TestSoakThroughTheTunnel lets Entra come for SOAK_MINUTES, or 20 seconds, while the connection is lost every minute, or every six
// seconds, in the long run now and then for 20 seconds.
func TestSoakThroughTheTunnel(t *testing.T) {
	if testing.Short() {
		t.Skip("20 seconds are long")
	}
	minutes, err := strconv.Atoi(cmp.Or(os.Getenv("SOAK_MINUTES"), "0"))
	if err != nil {
		t.Fatal(err)
	}
	long, every, people := 20*time.Second, 6*time.Second, 60
	if minutes > 0 {
		long, people = time.Duration(minutes)*time.Minute, 200
		every = min(time.Minute, long/3)
	}
	t.Parallel() // it waits more than it works
	b, secret, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken}, func(o *Options) { o.Log = nil })
	var requests atomic.Int64
	c := comer(t, b, s, secret, entra.Options{
		Dialect: "mixed", People: people, Groups: 12, Seed: 3, Concurrency: 4, Pace: 400,
		Progress: func(entra.Exchange) { requests.Add(1) },
	})
	end, stopped := make(chan struct{}), make(chan struct{})
	drops := 0
	go func() {
		defer close(stopped)
		again := time.NewTicker(every)
		defer again.Stop()
		for {
			select {
			case <-end:
				return
			case <-again.C:
			}
			if b.tunnelInfo().State != string(tunnel.Up) {
				continue
			}
			drops++
			if drops%5 == 3 && minutes > 0 { // an outage of 20 seconds
				s.Down()
				select {
				case <-end:
				case <-time.After(20 * time.Second):
				}
				if err := s.Up(); err != nil {
					t.Error(err)
				}
			} else {
				s.Drop()
			}
			runtime.GC() // what is left is what is kept
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			t.Logf("loss %d: %d requests so far, %d MiB on the heap, %d MiB from the system, %d goroutines",
				drops, requests.Load(), m.HeapAlloc>>20, m.Sys>>20, runtime.NumGoroutine())
		}
	}()
	began := time.Now()
	failed := stormy(t, b, s, c, func(int) bool {
		if time.Since(began) < long {
			return true
		}
		close(end)
		<-stopped
		return false
	})
	i := up(t, b)
	b.link.mu.Lock()
	reconnects := b.link.status.Reconnects
	b.link.mu.Unlock()
	t.Logf("%d cycles, %d requests, %d failed, %d losses, %d reconnects, the last in %.3f s", len(c.Report().Cycles), requests.Load(), failed, drops, reconnects, i.LastOutage)
	if reconnects != drops || drops == 0 {
		t.Errorf("%d reconnects after %d losses", reconnects, drops)
	}
}
