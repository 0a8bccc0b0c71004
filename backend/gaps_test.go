package backend

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/power"
	"scimdesk/backend/store"
	"scimdesk/backend/tunnel"
)

// gapPlay moves a tunnel and the clock by hand, on a folder that Entra comes to through ngrok.
type gapPlay struct {
	*gaps
	t     *testing.T
	clock time.Time
	state tunnel.Status
	stop  func()
}

var gapStart = time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)

func playGaps(t *testing.T) *gapPlay {
	t.Helper()
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, Ngrok: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &gapPlay{t: t, clock: gapStart}
	p.gaps = newGaps(b, func() time.Time { return p.clock })
	b.gaps = p.gaps
	p.start()
	p.to(tunnel.Up, "")
	return p
}

// start is what run does when the program starts.
func (p *gapPlay) start() {
	p.t.Helper()
	ctx, stop := context.WithCancel(p.t.Context())
	p.lasts, p.last, p.over, p.stop = false, store.Gap{}, ctx.Done(), stop
	p.state = tunnel.Status{State: tunnel.Off}
	p.must(p.begin(p.t.Context()))
}

func (p *gapPlay) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *gapPlay) after(d time.Duration) *gapPlay {
	p.clock = p.clock.Add(d)
	return p
}

func (p *gapPlay) to(state tunnel.State, code string) *gapPlay {
	p.t.Helper()
	next := tunnel.Status{State: state, Since: p.clock}
	if code != "" {
		next.Reason = &tunnel.Reason{Code: code}
	}
	p.b.tunnelMoved(p.t.Context(), p.state, next)
	p.state = next
	return p
}

// want wants gaps, newest first, each as "from to cause" with from and to since gapStart, "-" for one that lasts.
func (p *gapPlay) want(want ...string) {
	p.t.Helper()
	list, err := p.b.store.Gaps(p.t.Context(), 0)
	p.must(err)
	var got []string
	for _, g := range list {
		to := "-"
		if !g.To.IsZero() {
			to = g.To.Sub(gapStart).String()
		}
		got = append(got, g.From.Sub(gapStart).String()+" "+to+" "+g.Cause)
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		p.t.Errorf("the gaps are %q, want %q", got, want)
	}
}

// A tunnel that is closed since Entra comes another way leaves no gap behind: nobody would ever tell its end.
func TestNoGapOfATunnelThatIsNotTheWay(t *testing.T) {
	p := playGaps(t)
	p.after(time.Hour).b.setting.public = "https://desk.contoso.example"
	p.to(tunnel.Off, "")
	p.want()
	p.b.setting.public = ""
	p.after(time.Hour).to(tunnel.Starting, "").to(tunnel.Up, "")
	p.after(time.Hour).to(tunnel.Off, "")
	p.want("3h0m0s - stopped")
	p.after(time.Hour).b.setting.public = "https://desk.contoso.example"
	p.must(p.alive(t.Context()))
	p.want("3h0m0s 4h0m0s stopped")
}

func TestGapOfATunnel(t *testing.T) {
	p := playGaps(t)
	p.after(time.Hour).to(tunnel.Reconnecting, "TUNNEL_OTHER")
	p.want("1h0m0s - tunnel")
	if g, err := p.b.gapNow(t.Context(), p.clock); err != nil || g.From != "" {
		t.Errorf("one that has just begun is told as %+v, %v", g, err)
	}
	p.after(90*time.Minute).to(tunnel.Reconnecting, "TUNNEL_NO_NET")
	p.want("1h0m0s - offline")
	g, err := p.b.gapNow(t.Context(), p.clock)
	if err != nil || g.From != "2026-11-16T09:00:00.000Z" || g.To != "" || g.Seconds != 5400 || g.Visits != 2 || g.Detail != "TUNNEL_NO_NET" {
		t.Errorf("one that lasts is told as %+v, %v", g, err)
	}
	p.after(30*time.Minute).to(tunnel.Reconnecting, "TUNNEL_OTHER") // no network says more
	p.to(tunnel.Up, "")
	p.want("1h0m0s 3h0m0s offline")
	list, err := p.b.gapList(t.Context(), p.clock)
	if err != nil || len(list) != 1 || list[0].To != "2026-11-16T11:00:00.000Z" || list[0].Visits != 3 {
		t.Errorf("the list is %+v, %v", list, err)
	}
	if g, err := p.b.gapNow(t.Context(), p.clock.AddDate(0, 0, 2)); err != nil || g.From != "" {
		t.Errorf("two days later the last is told as %+v, %v", g, err)
	}
}

func TestShortGapIsNone(t *testing.T) {
	p := playGaps(t)
	p.after(time.Hour).to(tunnel.Reconnecting, "TUNNEL_OTHER").after(59*time.Second).to(tunnel.Up, "")
	p.want()
	p.to(tunnel.Reconnecting, "TUNNEL_OTHER").after(time.Minute).to(tunnel.Up, "")
	p.want("1h0m59s 1h1m59s tunnel")
}

func TestShortGapThatARequestFellIntoIsOne(t *testing.T) {
	p := playGaps(t)
	p.after(time.Hour)
	p.b.store.Log(&store.Activity{At: p.clock.Add(-time.Second), Method: "PATCH", Target: "/scim/v2/Users/1", Status: 499, Token: "t"})
	for { // a row is on disk a moment after it is logged
		if found, err := p.b.store.WasCutOff(t.Context(), p.clock.Add(-time.Minute), p.clock); err != nil || found {
			p.must(err)
			break
		}
	}
	p.to(tunnel.Reconnecting, "TUNNEL_OTHER").after(3*time.Second).to(tunnel.Up, "")
	p.want("1h0m0s 1h0m3s tunnel")
}

func TestBlockedAndStopped(t *testing.T) {
	p := playGaps(t)
	p.after(time.Hour).to(tunnel.Reconnecting, "TUNNEL_NO_NET").after(time.Hour).to(tunnel.Blocked, "TUNNEL_AUTH")
	p.want("1h0m0s - blocked")
	p.after(time.Hour).to(tunnel.Off, "")
	p.want("1h0m0s - stopped")
	p.after(time.Hour).to(tunnel.Starting, "").to(tunnel.Up, "")
	p.want("1h0m0s 4h0m0s stopped")
}

func TestSleepBeatsTheTunnel(t *testing.T) {
	p := playGaps(t)
	slept := func(from, to time.Duration) {
		p.b.slept(t.Context(), power.Sleep{From: gapStart.Add(from), To: gapStart.Add(to)})
	}
	// The tunnel notices after waking, before the sleep is known or after it: both is one gap.
	p.after(10*time.Hour).to(tunnel.Reconnecting, "TUNNEL_OTHER").after(time.Second)
	slept(2*time.Hour, 10*time.Hour+time.Second)
	p.after(2*time.Second).to(tunnel.Up, "")
	p.want("2h0m0s 10h0m3s sleep")
	p.after(10 * time.Hour)
	slept(15*time.Hour, 20*time.Hour)
	p.to(tunnel.Reconnecting, "TUNNEL_NO_NET").after(5*time.Minute).to(tunnel.Reconnecting, "TUNNEL_OTHER").to(tunnel.Up, "")
	p.want("15h0m0s 20h5m3s sleep", "2h0m0s 10h0m3s sleep")
	// A nap is none, and neither is one while the admin has stopped the tunnel.
	p.after(time.Hour)
	slept(20*time.Hour+30*time.Minute, 20*time.Hour+30*time.Minute+45*time.Second)
	p.to(tunnel.Off, "").after(time.Hour)
	slept(21*time.Hour+10*time.Minute, 22*time.Hour)
	p.want("21h5m3s - stopped", "15h0m0s 20h5m3s sleep", "2h0m0s 10h0m3s sleep")
}

func TestGapWhileTheProgramWasClosed(t *testing.T) {
	p := playGaps(t)
	// Closing says how long it ran; what the tunnel does then is no news.
	p.after(time.Hour).stop()
	p.must(p.alive(t.Context()))
	p.to(tunnel.Off, "")
	p.want()
	p.after(2 * time.Hour).start()
	p.want("1h0m0s - ended")
	p.to(tunnel.Starting, "").after(2*time.Second).to(tunnel.Up, "")
	p.want("1h0m0s 3h0m2s ended")

	// One that was killed has its last sign of life, and a gap that lasted then goes on.
	p.after(time.Hour)
	p.must(p.alive(t.Context()))
	p.after(30 * time.Second).start()
	p.to(tunnel.Up, "")
	p.want("1h0m0s 3h0m2s ended")
	p.after(time.Hour).to(tunnel.Reconnecting, "TUNNEL_NO_NET").after(time.Hour).start()
	p.want("5h0m32s - ended", "1h0m0s 3h0m2s ended")
	p.to(tunnel.Blocked, "TUNNEL_AUTH")
	p.want("5h0m32s - blocked", "1h0m0s 3h0m2s ended")
}

func TestNoGapWhereNobodyIsToCome(t *testing.T) {
	p := playGaps(t)
	p.after(time.Hour).to(tunnel.Reconnecting, "TUNNEL_OTHER").after(time.Hour)
	p.b.setting.ngrok = false // the way is none now
	p.must(p.alive(t.Context()))
	p.want("1h0m0s 2h0m0s tunnel")
	p.after(time.Hour).start()
	p.b.slept(t.Context(), power.Sleep{From: gapStart, To: p.clock})
	p.want("1h0m0s 2h0m0s tunnel")

	p.b.setting.public = "https://desk.contoso.example" // there is no tunnel to wait for
	p.must(p.alive(t.Context()))
	p.after(time.Hour).start()
	p.want("3h0m0s 4h0m0s ended", "1h0m0s 2h0m0s tunnel")
}

// The whole backend keeps signs of life while it runs, and its last one at the end.
func TestRunKeepsSignsOfLife(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		b, err := Open(t.Context(), Options{Dir: dir, Listen: "127.0.0.1:0", PublicURL: "https://desk.contoso.example"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		started(t, b)
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		at, err := b.store.Meta(t.Context(), metaAlive)
		if alive, bad := time.Parse(time.RFC3339, at); err != nil || bad != nil || time.Since(alive) > time.Minute {
			t.Errorf("the last sign of life is %q: %v", at, err)
		}
		if list, err := b.gapList(t.Context(), time.Now()); err != nil || len(list) != 0 {
			t.Errorf("closing it for a moment is a gap: %+v, %v", list, err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAListenerThatCannotBeIsAGap under an own address, until its port is free.
func TestAListenerThatCannotBeIsAGap(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: taken.Addr().String(), PublicURL: "https://desk.contoso.example"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	defer func() {
		end()
		if err := errors.Join(<-ended, b.Close()); err != nil {
			t.Error(err)
		}
	}()
	found := func(done func([]store.Gap) bool) []store.Gap {
		t.Helper()
		look := time.NewTicker(10 * time.Millisecond)
		defer look.Stop()
		var list []store.Gap
		for range 2000 {
			if list, err = b.store.Gaps(t.Context(), 0); err != nil {
				t.Fatal(err)
			} else if done(list) {
				return list
			}
			<-look.C
		}
		t.Fatalf("waited in vain: %+v", list)
		return nil
	}
	gap := found(func(list []store.Gap) bool { return len(list) == 1 })[0]
	if gap.Cause != gapListen || !strings.HasPrefix(gap.Detail, "PORT_BUSY: ") || gap.From.Sub(b.door.changedAt()).Abs() > time.Millisecond || !gap.To.IsZero() {
		t.Errorf("%+v, missed since %s", gap, b.door.changedAt())
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	found(func(list []store.Gap) bool { return len(list) == 0 }) // it was too short for Entra to notice
}
