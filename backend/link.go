package backend

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/power"
	"scimdesk/backend/server"
	"scimdesk/backend/tunnel"
)

// latencyEvery is how often a new latency alone is told.
const latencyEvery = 10 * time.Second

// link is what keeps the folder within Entra's reach: the tunnel with what it is opened with, the admin's certificate, the address
// that Entra was given, and the wakefulness of this computer. What may take time, the keychain above all, happens in run.
type link struct {
	b       *Backend
	tunnel  *tunnel.Tunnel
	secrets *config.Secrets
	cert    *certificate
	given   *given
	awake   *awake
	sleeps  func(context.Context, func(power.Sleep)) // power.Watch, but in tests
	find    func(context.Context) authtoken          // reads secrets, but in tests
	wake    chan struct{}                            // holds one: run has something to look at
	looking sync.Mutex                               // one look for the authtoken after the other
	telling sync.Mutex                               // the tunnel is told one thing after the other

	mu      sync.Mutex
	running bool
	asked   bool   // somebody wants to know about the authtoken
	begun   bool   // it is being looked for, or was
	stopped bool   // by the admin, until StartTunnel or the next start
	arrived bool   // a request with an accepted token came by an address that Entra was not known to have
	base    string // the base path of one that came by the address that Entra has, but by another path; "" for none
	token   authtoken
	set     tunnel.Config   // what the tunnel was told last
	queue   []tunnel.Status // what it told, and run has not looked at yet
	status  tunnel.Status   // what it told last
	since   time.Time       // when the link began to wait for the authtoken, or to lack it
	told    time.Time
	day     string // of today, and how often the tunnel came back on it
	returns int
}

// authtoken is ngrok's, as it was found. Nothing of it is told but where it is kept.
type authtoken struct {
	looked   bool
	secret   string
	place    string
	problem  error // why it could not be read
	keychain error // why the keychain can't be used
}

// missing is why there is no authtoken. A problem that has a sentence of its own says more than that there is none.
func (t authtoken) missing() error {
	switch {
	case t.problem == nil:
		return ErrNoAuthtoken
	case Code(t.problem) != "INTERNAL":
		return t.problem
	}
	return fmt.Errorf("%w: %w", ErrNoAuthtoken, t.problem)
}

func newLink(b *Backend, o Options, now func() time.Time) *link {
	l := &link{
		b:       b,
		secrets: config.OpenSecrets(b.dir, o.Sample),
		cert:    newCertificate(now),
		given:   &given{store: b.store},
		sleeps:  power.Watch,
		wake:    make(chan struct{}, 1),
		status:  tunnel.Status{State: tunnel.Off, Since: b.started},
	}
	l.find = l.findAuthtoken
	l.awake = newAwake(b.log, b.tellStatus)
	return l
}

// open makes the tunnel, which serves h once run runs.
func (l *link) open(o Options, h http.Handler) {
	l.tunnel = tunnel.New(tunnel.Options{Handler: h, Opener: o.Opener, Changed: l.moved, Log: l.b.log})
	l.applied()
}

// run keeps what the settings want until ctx ends, then closes the tunnel.
func (l *link) run(ctx context.Context) error {
	l.mu.Lock()
	l.running, l.since = true, time.Now()
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.running = false
		l.mu.Unlock()
	}()
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { l.awake.run(ctx) })
	beside.Go(func() { l.sleeps(ctx, func(s power.Sleep) { l.slept(ctx, s) }) })
	done := make(chan error, 1)
	go func() { done <- l.tunnel.Run(ctx) }()
	l.stir()
	for {
		select {
		case <-l.wake:
			if l.mustLook() {
				beside.Go(func() { l.look(ctx) })
			}
			l.tell(false)
			l.digest(ctx)
		case err := <-done:
			l.digest(context.WithoutCancel(ctx))
			l.b.keepCame(ctx, true)
			return err
		}
	}
}

// stir makes run look again.
func (l *link) stir() {
	select {
	case l.wake <- struct{}{}:
	default: // it is about to
	}
}

// mustLook tells, once, that it is time to look for the authtoken: a keychain may ask its user, who shall know why.
func (l *link) mustLook() bool {
	way := l.b.setting.connection().Way
	l.mu.Lock()
	defer l.mu.Unlock()
	must := (way == WayNgrok || l.asked) && !l.begun && !l.b.sample
	l.begun = l.begun || must
	return must
}

// ask has the authtoken be looked for, by run or, where nobody runs it, at once: a command line can wait.
func (l *link) ask(ctx context.Context) {
	l.mu.Lock()
	l.asked = true
	running, looked := l.running, l.token.looked
	l.mu.Unlock()
	if running {
		l.stir()
	} else if !looked && l.b.door.wanted() == NoListener { // else it is about to run
		l.look(ctx)
	}
}

// look reads the authtoken and whether the keychain can be used. A keychain that waits for its user delays nothing but the tunnel.
func (l *link) look(ctx context.Context) {
	l.looking.Lock()
	defer l.looking.Unlock()
	found := l.find(ctx)
	if ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	l.token, l.begun, l.since = found, true, time.Now()
	l.mu.Unlock()
	if found.problem != nil {
		l.b.log.Warn("read ngrok's authtoken", "err", found.problem)
	}
	l.stir()
	l.b.tellStatus()
}

func (l *link) findAuthtoken(ctx context.Context) authtoken {
	found := authtoken{looked: true}
	found.secret, found.place, found.problem = l.secrets.Authtoken(ctx)
	found.keychain = l.secrets.Keychain(ctx)
	return found
}

// applied takes over settings that have changed.
func (l *link) applied() {
	c := l.b.setting.connection()
	l.cert.use(c)
	l.stir()
}

// tell tells the tunnel what is wanted of it, if that is something else than before or insist says so, and whether to stay awake.
func (l *link) tell(insist bool) {
	l.telling.Lock()
	defer l.telling.Unlock()
	c := l.b.setting.connection()
	l.mu.Lock()
	receiving := l.running && (c.Way == WayOwn || c.Way == WayNgrok && !l.stopped)
	want := l.want(c)
	other := want != l.set
	l.set = want
	l.mu.Unlock()
	if other || insist {
		l.tunnel.Set(want)
	}
	l.awake.want(receiving && c.KeepAwake)
}

// want is what the tunnel is to be opened with, the zero Config for not at all. It needs mu.
func (l *link) want(c config.Connection) tunnel.Config {
	if !l.running || c.Way != WayNgrok || l.stopped || l.token.secret == "" {
		return tunnel.Config{}
	}
	want := tunnel.Config{Authtoken: l.token.secret, Domain: c.Domain, Proxy: c.Proxy}
	if c.EdgePolicy {
		want.Policy = tunnel.Policy(l.b.rules(c))
	}
	return want
}

// rules are what the edge is asked to refuse: what is not served here anyway.
func (b *Backend) rules(c config.Connection) tunnel.Rules {
	paths := server.Paths(b.basePaths())
	if b.oauthOn() {
		paths = append(paths, server.TokenPath)
	}
	return tunnel.Rules{Paths: paths, EntraOnly: c.EntraOnly}
}

// carried counts what went through the tunnel, for the meter against the plan's limits.
func (b *Backend) carried(bytes int64) {
	b.store.AddCarried(monthOf(time.Now()), 1, bytes)
}

// reachable tells whether Entra could come now, as far as this computer knows.
func (b *Backend) reachable() bool {
	if b.setting.connection().Way == WayNgrok {
		_, up := b.link.origin()
		return up
	}
	return b.door.bound() != ""
}

// slept connects at once after a sleep: nobody has the old connection any more.
func (l *link) slept(ctx context.Context, s power.Sleep) {
	l.tunnel.Woke()
	l.b.slept(ctx, s)
}

// moved is told by the tunnel, and hands on to run what may take time.
func (l *link) moved(s tunnel.Status) {
	l.mu.Lock()
	l.queue = append(l.queue, s)
	l.mu.Unlock()
	l.stir()
}

// digest looks at what the tunnel told since the last time.
func (l *link) digest(ctx context.Context) {
	for {
		l.mu.Lock()
		if len(l.queue) == 0 {
			l.mu.Unlock()
			break
		}
		before, now := l.status, l.queue[0]
		l.queue, l.status = l.queue[1:], now
		if now.Reconnects > before.Reconnects {
			l.count(now.Reconnect, now.Reconnects-before.Reconnects)
		}
		quiet := onlyLatency(before, now) && time.Since(l.told) < latencyEvery
		if !quiet {
			l.told = time.Now()
		}
		l.mu.Unlock()
		if now.State != before.State || now.Reason != before.Reason {
			l.b.tunnelMoved(ctx, before, now)
		}
		if now.State == tunnel.Up && now.Reconnects > before.Reconnects {
			l.b.checkAfterReconnect()
		}
		if !quiet {
			l.b.tellStatus()
		}
	}
	l.b.noteAddress(ctx)
	l.b.keepCame(ctx, false)
	l.mu.Lock()
	arrived, base := l.arrived, l.base
	l.arrived, l.base = false, ""
	l.mu.Unlock()
	if base != "" {
		l.b.changeGiven(ctx, func(a givenAddress) givenAddress { return a.cameBy(base) })
	}
	if arrived {
		l.b.log.Info("Entra came by the new address")
		l.b.changeGiven(ctx, givenAddress.settled)
	}
}

// count counts how often the tunnel came back on the day of now. It needs mu.
func (l *link) count(at time.Time, n int) {
	if day := at.Local().Format(time.DateOnly); day != l.day {
		l.day, l.returns = day, 0
	}
	l.returns += n
}

// onlyLatency tells that nothing but the latency is new.
func onlyLatency(a, b tunnel.Status) bool {
	a.Latency, b.Latency = 0, 0
	return a == b
}

// origin is the scheme and host of the public address, "" while there is none, and whether it is up as far as this computer knows.
func (l *link) origin() (origin string, up bool) {
	c := l.b.setting.connection()
	switch c.Way {
	case WayOwn:
		return strings.TrimRight(c.PublicURL, "/"), true
	case WayNgrok:
		l.mu.Lock()
		defer l.mu.Unlock()
		return strings.TrimRight(l.status.URL, "/"), l.status.State == tunnel.Up
	}
	return "", false
}

// publicOrigin is what links in answers begin with, "" for the address that the client used.
func (b *Backend) publicOrigin() string {
	if origin, up := b.link.origin(); up {
		return origin
	}
	return ""
}

// publicAddress is the SCIM base URL that Entra is given, "" while there is none. A tunnel that is not up yet will have the
// one that Entra was given, as far as anybody knows.
func (b *Backend) publicAddress() string {
	origin, _ := b.link.origin()
	if origin == "" {
		return atPath(b.link.given.by(b.setting.connection().Way), b.tenantPath())
	}
	return origin + b.tenantPath()
}

// address is the SCIM base URL that clients are given: the public one, or this computer's own while nobody else is to come.
func (b *Backend) address() string {
	if b.setting.connection().Way == WayNone {
		return atPath(b.door.address(), b.tenantPath())
	}
	return b.publicAddress()
}

// tellStatus tells faces that something of Snapshot has changed.
func (b *Backend) tellStatus() { b.hub.tell(Notify{Store: b.id, Status: true}) }

// tunnelInfo tells how the tunnel is.
func (b *Backend) tunnelInfo() TunnelInfo {
	way := b.setting.connection().Way
	l := b.link
	l.mu.Lock()
	defer l.mu.Unlock()
	i := TunnelInfo{Way: way, State: string(tunnel.Off), Since: stamp(l.status.Since)}
	if way == WayNgrok && l.running {
		l.describe(&i)
	}
	s := l.status
	i.Region, i.Account, i.Plan = s.Region, s.Account, s.Plan
	i.LastReconnect, i.LastOutage = stamp(s.Reconnect), s.Outage.Seconds()
	if l.day == time.Now().Format(time.DateOnly) {
		i.ReconnectsToday = l.returns
	}
	return i
}

// describe says the state, and why it is not up. It needs mu.
func (l *link) describe(i *TunnelInfo) {
	s := l.status
	switch {
	case l.stopped: // soon
		i.State = string(s.State)
	case !l.token.looked:
		i.State, i.Since = string(tunnel.Starting), stamp(l.since)
	case l.token.secret == "":
		i.State, i.Since = string(tunnel.Blocked), stamp(l.since)
		err := l.token.missing()
		i.Code, i.Message = Code(err), Message(err)
		if l.token.problem != nil {
			i.Detail = Mask(l.token.problem.Error())
		}
	case s.State == tunnel.Off:
		i.State = string(tunnel.Starting) // it has been told to, and has not said so yet
	default:
		i.State = string(s.State)
		if r := s.Reason; r != nil && s.State != tunnel.Up {
			i.Code, i.Message, i.Detail, i.Ngrok = r.Code, r.Message, r.Detail, r.Ngrok
		}
		i.Attempt, i.NextTry = s.Attempt, stamp(s.Next)
		i.Latency = float64(s.Latency.Microseconds()) / 1000
	}
}

// edgeInfo tells what became of the rules.
func (b *Backend) edgeInfo() EdgeInfo {
	c := b.setting.connection()
	b.link.mu.Lock()
	refused := b.link.status.Refused
	b.link.mu.Unlock()
	i := EdgeInfo{State: "off", Rules: []string{}}
	if c.Way != WayNgrok || !c.EdgePolicy {
		return i
	}
	if refused != nil {
		i.State, i.Code, i.Detail = "refused", refused.Code, refused.Detail
		return i
	}
	i.State, i.Rules = "on", tunnel.RuleNames(b.rules(c))
	return i
}

// authtokenInfo tells where the authtoken is kept.
func (b *Backend) authtokenInfo() AuthtokenInfo {
	b.link.mu.Lock()
	defer b.link.mu.Unlock()
	t := b.link.token
	i := AuthtokenInfo{Exists: t.secret != "", Place: t.place, Keychain: t.looked && t.keychain == nil}
	if t.keychain != nil {
		i.Problem = Mask(t.keychain.Error())
	}
	return i
}
