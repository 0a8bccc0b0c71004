package backend

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/entra"
	"scimdesk/backend/tunnel"
)

// CheckState is a self-check from outside in, as far as it has come.
type CheckState struct {
	Running  bool        `json:"running"`
	Started  string      `json:"started"` // "" if none was made yet
	Finished string      `json:"finished"`
	Address  string      `json:"address"` // that was asked
	Person   bool        `json:"person"`  // with a probe person
	Cause    string      `json:"cause"`   // asked, reconnect
	OK       bool        `json:"ok"`
	Failed   string      `json:"failed"` // the name of the first step that failed, "" if none
	Other    bool        `json:"other"`  // the address that was asked is not the one of now
	Steps    []CheckStep `json:"steps"`
}

// CheckSummary is the last self-check of the address of now in short.
type CheckSummary struct {
	Running  bool   `json:"running"`
	Finished string `json:"finished"` // "" if none of this address was made yet
	OK       bool   `json:"ok"`
	Failed   string `json:"failed"`
}

// CheckStep is one step of it.
type CheckStep struct {
	Name   string   `json:"name"`  // dns, connect, tls, edge, path, credential, match; with a person also create, patch, disable, read, delete
	State  string   `json:"state"` // waiting, running, ok, warning, failed or skipped
	Took   float64  `json:"took"`  // milliseconds; 0 where an answer that was there already was only looked at
	Where  string   `json:"where"` // who stopped it: network, certificate, edge, rule, proxy, app or database; "" if nobody
	Code   string   `json:"code"`  // such as CHECK_DNS
	Detail string   `json:"detail"`
	Facts  []string `json:"facts"` // "key: value": address, reached, names, issuer, until, tls, status, request
}

// CheckRequest says what a self-check is to look at.
type CheckRequest struct {
	Person bool   `json:"person"` // with a probe person
	URL    string `json:"url"`    // a SCIM base URL that leads here; "" is the folder's own
}

// Why a self-check is made.
const (
	checkAsked     = "asked"
	checkReconnect = "reconnect"
)

// checkAgain is how long after a reconnect the edge may take to find the way here, before its saying otherwise is believed.
const checkAgain = 5 * time.Second

// checkLife is how long a self-check's credential is accepted: as long as the longest check goes on.
const checkLife = time.Minute

// Outside is how a self-check reaches the public address: the zero value is the system's way, anything else for tests and for trials
// with a double of ngrok.
type Outside struct {
	Roots   *x509.CertPool
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// checks runs self-checks, one at a time.
type checks struct {
	b       *Backend
	outside Outside
	again   time.Duration // checkAgain, but in tests

	mu     sync.Mutex
	closed bool
	last   CheckState
	cancel context.CancelFunc // of the one under way
	done   chan struct{}      // closed when it has ended, nil if none was made
}

func newChecks(b *Backend, o Outside) *checks {
	return &checks{b: b, outside: o, again: checkAgain, last: CheckState{Steps: []CheckStep{}}}
}

// StartCheck begins a self-check through the public address, or on this computer while there is none, with a probe person if asked. Check
// tells how it goes, and Notify.Status each time it moves. One that somebody asked for and that is under way goes on instead.
func (b *Backend) StartCheck(ctx context.Context, person bool) (CheckState, error) {
	return b.StartCheckOf(ctx, CheckRequest{Person: person})
}

// StartCheckOf is StartCheck at any address that leads here, such as one that is not in use yet.
func (b *Backend) StartCheckOf(ctx context.Context, r CheckRequest) (CheckState, error) {
	for {
		wait, state, err := b.checks.start(checkAsked, r)
		if wait == nil {
			return state, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return CheckState{}, ctx.Err()
		}
	}
}

// Check gives the self-check under way, or the last one.
func (b *Backend) Check(context.Context) (CheckState, error) {
	s := b.checks.state()
	s.Other = s.Started != "" && s.Address != b.checkedAddress()
	return s, nil
}

// CancelCheck ends the one under way, and returns when what it made is removed.
func (b *Backend) CancelCheck(ctx context.Context) error {
	c := b.checks
	c.mu.Lock()
	running, done := c.last.Running, c.done
	if running {
		c.cancel()
	}
	c.mu.Unlock()
	if !running {
		return nil
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkAfterReconnect sends one request through the tunnel that has just come back, unless a check is under way, and another one if the edge
// does not yet let it through. It does not wait.
func (b *Backend) checkAfterReconnect() {
	if _, _, err := b.checks.start(checkReconnect, CheckRequest{}); err != nil {
		b.log.Debug("no self-check after the reconnect", "err", err)
	}
}

// checkSummary is the last self-check in short. One of another address than that of now says nothing of it.
func (b *Backend) checkSummary() CheckSummary {
	s := b.checks.state()
	if s.Address != b.checkedAddress() {
		return CheckSummary{Running: s.Running}
	}
	return CheckSummary{Running: s.Running, Finished: s.Finished, OK: s.OK, Failed: s.Failed}
}

// start begins a check, or gives the one that goes on. One that nobody asked for makes way: then there is something to wait for.
func (c *checks) start(cause string, r CheckRequest) (wait chan struct{}, state CheckState, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last.Running && c.last.Cause == checkReconnect && cause == checkAsked {
		c.cancel()
		return c.done, CheckState{}, nil
	}
	if c.last.Running {
		return nil, c.copied(), nil
	}
	o, err := c.options(r)
	if err != nil || c.closed {
		return nil, CheckState{}, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel, c.done = cancel, make(chan struct{})
	c.last = CheckState{Running: true, Started: stamp(time.Now()), Address: o.URL, Person: r.Person, Cause: cause}
	for _, name := range entra.CheckSteps(o) {
		c.last.Steps = append(c.last.Steps, CheckStep{Name: name, State: string(entra.StepWaiting), Facts: []string{}})
	}
	go c.run(ctx, o, cause, c.done)
	c.b.tellStatus()
	return nil, c.copied(), nil
}

// options say what is to be checked, and how it is reached: by the proxy that the tunnel takes, if it takes one.
func (c *checks) options(r CheckRequest) (entra.CheckOptions, error) {
	set := c.b.setting.connection()
	address := cmp.Or(r.URL, c.b.checkedAddress())
	if address == "" || !c.b.serving() {
		return entra.CheckOptions{}, ErrNotServing
	}
	o := entra.CheckOptions{
		URL: address, Person: r.Person, EntraOnly: set.Way == WayNgrok && set.EdgePolicy && set.EntraOnly, RuleHeader: tunnel.RuleHeader,
		Roots: c.outside.Roots, Resolve: c.outside.Resolve, Dial: c.outside.Dial, Step: c.moved,
	}
	if set.Way == WayNgrok && set.Proxy != "" && o.Dial == nil {
		dial, err := tunnel.Through(set.Proxy)
		if err != nil {
			return o, err
		}
		o.Dial, o.Proxy = dial, true
	}
	return o, nil
}

// checkedAddress is what a self-check asks unless it is told otherwise: the public address, or this computer's own while there is none.
func (b *Backend) checkedAddress() string { return cmp.Or(b.publicAddress(), b.ownAddress()) }

// serving tells that Run runs.
func (b *Backend) serving() bool {
	b.link.mu.Lock()
	defer b.link.mu.Unlock()
	return b.link.running
}

// ownAddress is where the listener can be reached from this computer, "" if it does not listen.
func (b *Backend) ownAddress() string {
	host, port, err := net.SplitHostPort(b.door.bound())
	if err != nil {
		return ""
	}
	address := b.door.address()
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		address = strings.Replace(address, net.JoinHostPort(host, port), net.JoinHostPort("127.0.0.1", port), 1)
	}
	return address
}

// run makes one check with a credential of its own.
func (c *checks) run(ctx context.Context, o entra.CheckOptions, cause string, done chan struct{}) {
	defer close(done)
	secret, end := c.b.tokens.MintCheck(checkLife)
	defer end()
	o.Secret = secret
	steps, err := entra.Check(ctx, o)
	if cause == checkReconnect && slices.ContainsFunc(steps, func(s entra.CheckStep) bool { return s.State == entra.StepFailed && s.Where == entra.AtEdge }) {
		select {
		case <-time.After(c.again):
			_, err = entra.Check(ctx, o)
		case <-ctx.Done():
		}
	}
	if o.Person {
		if err := c.b.store.RemoveProbes(context.WithoutCancel(ctx)); err != nil { // where the way there broke meanwhile
			c.b.log.Warn("remove what a self-check has left", "err", err)
		}
	}
	c.finish(ctx, err)
}

// moved notes a step as it begins or has ended.
func (c *checks) moved(s entra.CheckStep) {
	c.mu.Lock()
	for i := range c.last.Steps {
		if c.last.Steps[i].Name == s.Name {
			c.last.Steps[i] = CheckStep{
				Name: s.Name, State: string(s.State), Took: float64(s.Took.Microseconds()) / 1000,
				Where: string(s.Where), Code: s.Code, Detail: Mask(s.Detail), Facts: s.Facts,
			}
		}
	}
	c.mu.Unlock()
	c.b.tellStatus()
}

func (c *checks) finish(ctx context.Context, err error) {
	c.mu.Lock()
	cancelled := ctx.Err() != nil
	c.cancel()
	s := &c.last
	s.Running, s.Finished, s.OK = false, stamp(time.Now()), !cancelled
	if err != nil { // the address can't be asked at all
		s.Steps[0].State, s.Steps[0].Code, s.Steps[0].Detail = string(entra.StepFailed), "CHECK_URL", Mask(err.Error())
	}
	var stop CheckStep
	for _, step := range s.Steps {
		if step.State == string(entra.StepFailed) && s.Failed == "" {
			s.Failed, stop, s.OK = step.Name, step, false
		}
	}
	cause := s.Cause
	c.mu.Unlock()
	switch {
	case stop.Name != "":
		c.b.log.Warn("self-check failed", "cause", cause, "step", stop.Name, "where", stop.Where, "code", stop.Code, "detail", stop.Detail)
	default:
		c.b.log.Info("self-check done", "cause", cause, "cancelled", cancelled)
	}
	c.b.tellStatus()
}

func (c *checks) state() CheckState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.copied()
}

// copied shares nothing with last. It needs mu.
func (c *checks) copied() CheckState {
	s := c.last
	s.Steps = append([]CheckStep{}, c.last.Steps...)
	return s
}

// close ends the one under way and begins no other.
func (c *checks) close() {
	c.mu.Lock()
	c.closed = true
	done := c.done
	if c.last.Running {
		c.cancel()
	}
	c.mu.Unlock()
	if done != nil {
		<-done
	}
}
