package entra

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long a check may take: each step, and all of them together.
const (
	checkStepLimit = 10 * time.Second
	checkLimit     = 50 * time.Second // and one step more, to remove a probe person after it
)

// CheckOptions says which address is to be checked.
type CheckOptions struct {
	// URL is the tenant URL, as Options.URL. Plain http is taken for loopback only; then there is no step for TLS.
	URL string
	// Secret is sent as a bearer. It appears in no step.
	Secret string
	// Person has somebody be created, changed, disabled, read and deleted who is called self-check.
	Person bool
	// EntraOnly says that the edge lets in only Entra's own addresses: being stopped by that rule is then as it should be.
	EntraOnly bool
	// RuleHeader is the header in which an edge names the rule of ours that it refused a request by.
	RuleHeader string
	// Roots are whom a certificate is trusted from, nil for the system's.
	Roots *x509.CertPool
	// Resolve and Dial are how the address is reached, nil for the system's own way.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	// Proxy says that Dial goes through a proxy: a name that only the proxy can resolve is no failure then.
	Proxy bool
	// Step is told of each step when it begins and when it has ended, by one goroutine.
	Step func(CheckStep)
}

// StepState is how a step of a check stands.
type StepState string

// The states of a step.
const (
	StepWaiting StepState = "waiting"
	StepRunning StepState = "running"
	StepOK      StepState = "ok"
	StepWarning StepState = "warning" // goes on, but the admin should know
	StepFailed  StepState = "failed"
	StepSkipped StepState = "skipped" // an earlier one stopped the check
)

// Stop is who stopped a request on its way, "" if nobody did.
type Stop string

// The places a request can be stopped at, from outside in.
const (
	AtNetwork     Stop = "network"
	AtCertificate Stop = "certificate"
	AtEdge        Stop = "edge"  // the tunnel's
	AtRule        Stop = "rule"  // one of ours, at the edge
	AtProxy       Stop = "proxy" // anybody else's before the app
	AtApp         Stop = "app"
	AtDatabase    Stop = "database"
)

// CheckStep is one step of a check.
type CheckStep struct {
	Name   string
	State  StepState
	Took   time.Duration // what it waited for; 0 where an answer that was there already was only looked at
	Where  Stop
	Code   string   // stable, such as CHECK_DNS; "" if there is nothing to tell
	Detail string   // what was found, in technical words
	Facts  []string // "key: value", such as "tls: 1.3"
}

// finding is why a step is not simply ok.
type finding struct {
	state  StepState
	where  Stop
	code   string
	detail string
}

func failed(where Stop, code, format string, args ...any) *finding {
	return &finding{StepFailed, where, code, fmt.Sprintf(format, args...)}
}

func warned(where Stop, code, format string, args ...any) *finding {
	return &finding{StepWarning, where, code, fmt.Sprintf(format, args...)}
}

// check is one run of Check.
type check struct {
	options CheckOptions
	wire    wire
	host    string
	address string   // host:port to dial
	conn    net.Conn // open and not yet used
	http    *http.Transport
	answer  *reply // of the match
	mark    string // of the probe person
	id      string // theirs, once it is known
	maybe   bool   // they may be there although nobody said so
}

// part is a step and what it does.
type part struct {
	name  string
	do    func(context.Context, *CheckStep) *finding
	looks bool        // at an answer that is there already
	due   func() bool // if not nil: it runs when it is due, whatever came before it
}

// Check looks at a SCIM server from outside in: the name, the connection, TLS, whoever stands before the app, the path, the credential
// and a match that finds nobody, then a probe person if wanted. It sends one request, and six more for a person, who is removed again
// also when a step fails or ctx ends. The first step that fails stops it. The error is about the options alone.
func Check(ctx context.Context, o CheckOptions) ([]CheckStep, error) {
	c, err := newCheck(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	defer c.close()
	parts := c.parts()
	steps := make([]CheckStep, len(parts))
	stopped := false
	for i, p := range parts {
		steps[i] = CheckStep{Name: p.name, State: StepSkipped, Facts: []string{}}
		if !stopped || p.due != nil && p.due() {
			stopped = c.run(ctx, p, &steps[i]) || stopped
		}
		c.tell(steps[i])
	}
	return steps, nil
}

// CheckSteps are the names of the steps of a check, in their order.
func CheckSteps(o CheckOptions) []string {
	names := []string{"dns", "connect", "tls", "edge", "path", "credential", "match"}
	if !strings.HasPrefix(strings.ToLower(o.URL), "https:") {
		names = slices.Delete(names, 2, 3)
	}
	if o.Person {
		names = append(names, "create", "patch", "disable", "read", "delete")
	}
	return names
}

func (c *check) parts() []part {
	all := map[string]part{
		"dns": {do: c.resolve}, "connect": {do: c.connect}, "tls": {do: c.secure},
		"edge": {do: c.ask}, "path": {do: c.path, looks: true}, "credential": {do: c.credential, looks: true}, "match": {do: c.match, looks: true},
		"create": {do: c.create}, "patch": {do: c.rename}, "disable": {do: c.disable}, "read": {do: c.read},
		"delete": {do: c.remove, due: func() bool { return c.id != "" || c.maybe }},
	}
	var list []part
	for _, name := range CheckSteps(c.options) {
		p := all[name]
		p.name = name
		list = append(list, p)
	}
	return list
}

func newCheck(o CheckOptions) (*check, error) {
	options := Options{URL: o.URL, Token: o.Secret}
	base, err := options.check()
	if err != nil {
		return nil, err
	}
	c := &check{host: base.Hostname(), mark: strings.ToLower(rand.Text())}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	c.options = o
	c.wire = wire{base: base, token: o.Secret, timeout: checkStepLimit}
	port := base.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[base.Scheme]
	}
	c.address = net.JoinHostPort(c.host, port)
	c.http = newTransport(1)
	c.http.Proxy = nil // Dial decides
	c.http.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) { return c.take(ctx, network) }
	c.http.DialTLSContext = func(ctx context.Context, network, _ string) (net.Conn, error) { return c.take(ctx, network) }
	return c, nil
}

// take gives the connection that the steps have made, or makes another.
func (c *check) take(ctx context.Context, network string) (net.Conn, error) {
	if conn := c.conn; conn != nil {
		c.conn = nil
		return conn, nil
	}
	conn, err := c.options.Dial(ctx, network, c.address)
	if err != nil || c.wire.base.Scheme == "http" {
		return conn, err
	}
	return c.handshake(ctx, conn, c.config())
}

func (c *check) close() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.http.CloseIdleConnections()
}

// run does one step and tells whether it stops the check. What removes the probe person runs also when ctx has ended.
func (c *check) run(ctx context.Context, p part, s *CheckStep) (stopped bool) {
	s.State = StepRunning
	c.tell(*s)
	if p.due != nil {
		ctx = context.WithoutCancel(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, checkStepLimit)
	defer cancel()
	start := time.Now()
	f := p.do(limited, s)
	for i, fact := range s.Facts { // certificates and headers come from anybody
		s.Facts[i] = c.wire.clean(fact)
	}
	if !p.looks {
		s.Took = time.Since(start)
	}
	switch {
	case f == nil:
		s.State = StepOK
		return false
	case errors.Is(ctx.Err(), context.Canceled):
		f = &finding{StepSkipped, "", "CHECK_CANCELLED", ""}
	}
	s.State, s.Where, s.Code, s.Detail = f.state, f.where, f.code, c.wire.clean(f.detail)
	// From here nothing more can be seen where the edge lets only Entra in.
	return f.state != StepWarning || f.code == codeEntraOnly
}

func (c *check) tell(s CheckStep) {
	if c.options.Step != nil {
		s.Facts = slices.Clone(s.Facts)
		c.options.Step(s)
	}
}

func (s *CheckStep) fact(key, format string, args ...any) {
	s.Facts = append(s.Facts, key+": "+fmt.Sprintf(format, args...))
}

// resolve asks for the addresses behind the name. An address that only this network, or only this computer, can reach is worth a warning:
// the name may lead elsewhere outside.
func (c *check) resolve(ctx context.Context, s *CheckStep) *finding {
	addresses, err := c.lookup(ctx)
	if err != nil && c.options.Proxy {
		return nil
	}
	if err != nil {
		return c.noName(err)
	}
	var private, loopback bool
	for _, a := range addresses {
		a = a.Unmap()
		s.fact("address", "%s", a)
		loopback = loopback || a.IsLoopback()
		private = private || a.IsPrivate() || a.IsLinkLocalUnicast() || shared.Contains(a)
	}
	switch {
	case loopback:
		return warned("", "CHECK_LOOPBACK", "the name leads to this computer itself")
	case private:
		return warned("", "CHECK_PRIVATE", "the name leads to an address inside this network")
	}
	return nil
}

// shared are the addresses behind a provider's own translation (RFC 6598), which nobody outside can reach either.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func (c *check) lookup(ctx context.Context) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(c.host); err == nil {
		return []netip.Addr{a}, nil
	}
	if c.options.Resolve != nil {
		return c.options.Resolve(ctx, c.host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", c.host)
}

func (c *check) noName(err error) *finding {
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return failed(AtNetwork, "CHECK_DNS", "%s has no address", c.host)
		}
		err = errors.New(e.Err) // the whole names this computer's own resolver
	}
	return failed(AtNetwork, "CHECK_DNS_SILENT", "no answer about %s: %v", c.host, err)
}

// connect opens a TCP connection, which the next steps use.
func (c *check) connect(ctx context.Context, s *CheckStep) *finding {
	conn, err := c.options.Dial(ctx, "tcp", c.address)
	if err != nil {
		return c.noConnection(err)
	}
	c.conn = conn
	s.fact("reached", "%s", conn.RemoteAddr())
	return nil
}

func (c *check) noConnection(err error) *finding {
	switch {
	case c.options.Proxy:
		return failed(AtNetwork, "CHECK_CONNECT_PROXY", "%v", err)
	case isTimeout(err):
		return failed(AtNetwork, "CHECK_CONNECT_TIMEOUT", "no answer from %s within %s", c.address, checkStepLimit)
	case isRefused(err):
		return failed(AtNetwork, "CHECK_CONNECT_REFUSED", "%s refuses connections", c.address)
	}
	return failed(AtNetwork, "CHECK_CONNECT", "%v", plain(err))
}

// plain takes off what net puts around a cause.
func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || ok && e.Timeout()
}
