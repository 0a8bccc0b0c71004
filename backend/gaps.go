package backend

import (
	"context"
	"math"
	"sync"
	"time"

	"scimdesk/backend/power"
	"scimdesk/backend/store"
	"scimdesk/backend/tunnel"
)

// Why nobody could reach the server.
const (
	gapSleep   = "sleep"    // this computer, or this process, did not run
	gapEnded   = "ended"    // the program was closed
	gapStopped = "stopped"  // the admin stopped the tunnel
	gapBlocked = "blocked"  // the tunnel is, by what will not heal by itself
	gapOffline = "offline"  // no network
	gapListen  = "listener" // the address that an own way ends at can't be listened on
	gapTunnel  = "tunnel"   // anything else that ended the connection with ngrok
)

// gapRanks say which cause a gap keeps when there are several: sleep and closing explain a lost connection, and what the admin has to act
// on comes before all.
var gapRanks = map[string]int{gapTunnel: 1, gapOffline: 2, gapEnded: 3, gapSleep: 3, gapBlocked: 4, gapStopped: 4, gapListen: 4}

const (
	// gapLeast is how long a gap is at least, unless a request fell into it: Entra tries again before it minds.
	gapLeast = time.Minute
	// gapBefore is how long before a gap was noticed a request may have been cut off by it.
	gapBefore = 5 * time.Second
	// visitEvery is how often Entra comes (entra-client's cycles of 40 minutes).
	visitEvery = 40 * time.Minute
	// aliveEvery is how often a sign of life is kept, so that a killed program knows how long it was away.
	aliveEvery = time.Minute
	// metaAlive is the key of the last sign of life, "" while nobody is to come.
	metaAlive = "last sign of life"
	// gapsShown is how many Connection gives.
	gapsShown = 20
)

// gaps notes when Entra can't come although it is to, and why. What it notes is in the store at once, so that it is there after a crash.
type gaps struct {
	b     *Backend
	now   func() time.Time
	mu    sync.Mutex      // one event after the other
	lasts bool            // a gap does
	last  store.Gap       // the one that lasts
	wake  chan struct{}   // holds one: the listener may have come or gone
	over  <-chan struct{} // closed when the program ends: what goes down then is no news
}

func newGaps(b *Backend, now func() time.Time) *gaps {
	return &gaps{b: b, now: now, wake: make(chan struct{}, 1)}
}

// run notes the gap since the last sign of life, then keeps signs of life until ctx ends.
func (g *gaps) run(ctx context.Context) {
	g.mu.Lock()
	g.over = ctx.Done()
	g.mu.Unlock()
	g.note(ctx, "the last sign of life", g.begin)
	beat := time.NewTicker(aliveEvery)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			g.note(ctx, "a sign of life", g.alive)
			g.b.tellStatus() // what lasts is longer now
		case <-g.wake:
			g.note(ctx, "what became of the listener", g.alive)
		case <-ctx.Done():
			g.note(context.WithoutCancel(ctx), "the end", g.alive)
			return
		}
	}
}

// stir has run look at the listener.
func (g *gaps) stir() {
	select {
	case g.wake <- struct{}{}:
	default: // it is about to
	}
}

// doorMoved tells that the listener came, went or failed.
func (b *Backend) doorMoved() {
	b.gaps.stir()
	b.tellStatus()
}

// note does one thing after the other. What can't be noted is for the log alone.
func (g *gaps) note(ctx context.Context, what string, do func(context.Context) error) {
	g.mu.Lock()
	err := do(ctx)
	g.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		g.b.log.Warn("note "+what, "err", err)
	}
}

// receives tells whether Entra is to come here at all.
func (g *gaps) receives() bool { return !g.b.sample && g.b.setting.connection().Way != WayNone }

// tunnels tells whether Entra is to come by a tunnel, which alone tells when it is up again.
func (g *gaps) tunnels() bool { return g.b.setting.connection().Way == WayNgrok }

// begin opens the gap in which the program did not run, and ends it at once where there is no tunnel to wait for.
func (g *gaps) begin(ctx context.Context) error {
	newest, err := g.b.store.Gaps(ctx, 1)
	if err != nil {
		return err
	}
	if len(newest) > 0 && newest[0].To.IsZero() {
		g.lasts, g.last = true, newest[0]
	}
	text, err := g.b.store.Meta(ctx, metaAlive)
	if err != nil {
		return err
	}
	now := g.now()
	if alive, err := time.Parse(time.RFC3339, text); err == nil && alive.Before(now) && g.receives() {
		if err := g.open(ctx, alive, gapEnded, ""); err != nil {
			return err
		}
	}
	return g.alive(ctx)
}

// alive keeps a sign of life while Entra is to come, and looks how things stand when that is not by a tunnel.
func (g *gaps) alive(ctx context.Context) error {
	now := g.now()
	if !g.tunnels() {
		if err := g.listens(ctx, now); err != nil {
			return err
		}
	}
	if g.receives() {
		if err := g.b.beginCounting(ctx, now); err != nil {
			return err
		}
		return g.b.store.SetMeta(ctx, metaAlive, now.UTC().Format(time.RFC3339))
	}
	if text, err := g.b.store.Meta(ctx, metaAlive); text == "" || err != nil {
		return err
	}
	return g.b.store.SetMeta(ctx, metaAlive, "")
}

// listens ends what lasts, unless the listener behind an own address can't be: then it begins.
func (g *gaps) listens(ctx context.Context, now time.Time) error {
	failed := g.b.door.failure()
	if failed != nil && g.lasts && g.last.Cause == gapListen && g.receives() {
		return nil
	}
	if err := g.close(ctx, now); err != nil || failed == nil || !g.receives() {
		return err
	}
	return g.open(ctx, g.b.door.changedAt(), gapListen, Code(failed)+": "+Mask(failed.Error()))
}

func (g *gaps) ending() bool {
	select {
	case <-g.over:
		return true
	default:
		return false
	}
}

// slept notes a sleep, once the tunnel has been told to reconnect.
func (b *Backend) slept(ctx context.Context, s power.Sleep) {
	b.gaps.note(ctx, "a sleep", func(ctx context.Context) error { return b.gaps.slept(ctx, s) })
	b.tellStatus()
}

func (g *gaps) slept(ctx context.Context, s power.Sleep) error {
	if !g.receives() || s.To.Sub(s.From) < gapLeast || g.lasts && gapRanks[g.last.Cause] > gapRanks[gapSleep] {
		return nil
	}
	if err := g.b.store.AddGap(ctx, s.From, s.To, gapSleep, ""); err != nil {
		return err
	}
	if g.lasts && !g.last.From.After(s.To) { // they are one now
		g.last.Cause, g.last.Detail = gapSleep, ""
		if s.From.Before(g.last.From) {
			g.last.From = s.From
		}
	}
	return nil
}

// tunnelMoved notes what the tunnel's next state means for who wants to come.
func (b *Backend) tunnelMoved(ctx context.Context, before, now tunnel.Status) {
	b.gaps.note(ctx, "a gap", func(ctx context.Context) error { return b.gaps.moved(ctx, before, now) })
}

func (g *gaps) moved(ctx context.Context, before, now tunnel.Status) error {
	at := now.Since
	if at.IsZero() {
		at = g.now()
	}
	cause, detail := gapCause(now)
	switch {
	case now.State == tunnel.Up, !g.tunnels():
		return g.close(ctx, at)
	case g.ending() || !g.receives():
		return nil
	case before.State == tunnel.Up:
		return g.open(ctx, at, cause, detail)
	case g.lasts && gapRanks[cause] >= gapRanks[g.last.Cause] && (g.last.Cause != cause || g.last.Detail != detail):
		return g.open(ctx, at, cause, detail)
	}
	return nil
}

// gapCause says why a tunnel that is not up is not.
func gapCause(s tunnel.Status) (cause, detail string) {
	if s.Reason != nil {
		detail = s.Reason.Code
		if s.Reason.Detail != "" {
			detail += ": " + Mask(s.Reason.Detail)
		}
	}
	switch {
	case s.State == tunnel.Off:
		return gapStopped, ""
	case s.State == tunnel.Blocked:
		return gapBlocked, detail
	case s.Reason != nil && s.Reason.Code == "TUNNEL_NO_NET":
		return gapOffline, detail
	}
	return gapTunnel, detail
}

// open begins a gap, or gives the one that lasts another cause. One that follows right after a sleep, or after the program was closed, is
// the rest of it.
func (g *gaps) open(ctx context.Context, at time.Time, cause, detail string) error {
	newest, err := g.b.store.Gaps(ctx, 1)
	if err != nil {
		return err
	}
	if err := g.b.store.OpenGap(ctx, at, cause, detail); err != nil {
		return err
	}
	if g.lasts {
		g.last.Cause, g.last.Detail = cause, detail
		return nil
	}
	g.lasts, g.last = true, store.Gap{From: at, Cause: cause, Detail: detail}
	if len(newest) == 0 {
		return nil
	}
	if p := newest[0]; gapRanks[p.Cause] == gapRanks[gapSleep] && gapRanks[cause] < gapRanks[gapSleep] && !p.To.After(at) && at.Sub(p.To) < gapLeast {
		g.last = store.Gap{From: p.From, Cause: p.Cause, Detail: p.Detail}
		return g.b.store.AddGap(ctx, p.To, at, p.Cause, p.Detail)
	}
	return nil
}

// close ends the gap that lasts, if one does. A short one that nobody noticed was none.
func (g *gaps) close(ctx context.Context, at time.Time) error {
	if !g.lasts {
		return nil
	}
	noticed := at.Sub(g.last.From) >= gapLeast
	if !noticed {
		var err error
		if noticed, err = g.b.store.WasCutOff(ctx, g.last.From.Add(-gapBefore), at); err != nil {
			return err
		}
	}
	end := g.b.store.DropGap
	if noticed {
		end = func(ctx context.Context) error { return g.b.store.CloseGap(ctx, at) }
	}
	if err := end(ctx); err != nil {
		return err
	}
	g.lasts, g.last = false, store.Gap{}
	return nil
}

// gapList gives gaps, newest first. One that has just begun may be none yet, and is left out.
func (b *Backend) gapList(ctx context.Context, now time.Time) ([]Gap, error) {
	found, err := b.store.Gaps(ctx, gapsShown+1)
	if err != nil {
		return nil, err
	}
	list := make([]Gap, 0, len(found))
	for _, g := range found {
		if !g.To.IsZero() || now.Sub(g.From) >= gapLeast {
			list = append(list, gapInfo(g, now))
		}
	}
	return list[:min(len(list), gapsShown)], nil
}

// gapNow gives the gap that lasts, or else the last one that ended today; From is "" if there is none.
func (b *Backend) gapNow(ctx context.Context, now time.Time) (Gap, error) {
	found, err := b.store.Gaps(ctx, 2)
	if err != nil {
		return Gap{}, err
	}
	for _, g := range found {
		today := g.To.Local().Format(time.DateOnly) == now.Local().Format(time.DateOnly)
		if g.To.IsZero() && now.Sub(g.From) >= gapLeast || !g.To.IsZero() && today {
			return gapInfo(g, now), nil
		}
	}
	return Gap{}, nil
}

func gapInfo(g store.Gap, now time.Time) Gap {
	end := g.To
	if end.IsZero() {
		end = now
	}
	lasted := max(end.Sub(g.From), 0)
	return Gap{
		From: stamp(g.From), To: stamp(g.To), Cause: g.Cause, Detail: g.Detail,
		Seconds: lasted.Seconds(), Visits: int(math.Round(lasted.Seconds() / visitEvery.Seconds())),
	}
}
