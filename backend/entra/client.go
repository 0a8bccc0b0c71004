package entra

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options says which target to provision, and what the office looks like.
type Options struct {
	// URL is the tenant URL as an admin types it into Entra, such as https://scim.example/scim/v2. Plain http is taken for
	// loopback only, as the token would travel in the open. A query such as aadOptscim062020 is sent with every request.
	URL string
	// Token is the secret token, sent as a bearer. It appears in no error, report or callback.
	Token string
	// Dialect is Legacy when empty, or Flagged when the URL carries aadOptscim062020.
	Dialect Dialect
	// People and Groups are how many there are in the office at the start. An office without people stays empty.
	People, Groups int
	// Users are the people of the office where they are not to be invented: then People is 0, and only Cycle's first visit is sure to be
	// about them alone, since in later ones the office lives on.
	Users []User
	// GivenGroups are its groups where these are not to be invented: then Groups is 0. Several may have one name, as in Entra.
	GivenGroups []GivenGroup
	// Seed decides everything that is invented: the same seed gives the same people and the same life.
	Seed uint64
	// Domain is what the invented addresses end in. It ends in .example itself, so that nobody's real address is made up.
	// Empty means office.example.
	Domain string
	// Mapping is what is sent, nil for the default mappings of an application outside the gallery.
	Mapping *Mapping
	// Concurrency is how many objects are worked on at the same time, 1 when zero. The requests of one object stay in order.
	Concurrency int
	// Pace limits the requests a second, zero for no limit.
	Pace float64
	// Timeout is how long one request may take, 30 seconds when zero.
	Timeout time.Duration
	// HTTP is the client to send with, nil for one made as Entra's. Redirects are never followed. A transport that is an
	// *http.Transport is copied without compression, as Entra asks for none.
	HTTP *http.Client
	// Progress is told about each request when it has ended, from several goroutines if Concurrency is above 1. It must not
	// call the client.
	Progress func(Exchange)
}

const (
	maxPeople      = 1_000_000
	maxGroups      = 100_000
	maxConcurrency = 256
)

// Client plays Entra's provisioning service towards one target. Its methods can be called from several goroutines; they
// wait for each other.
type Client struct {
	options Options
	wire    wire
	mu      sync.Mutex
	office  *office
	number  int             // of the last cycle
	lived   bool            // the initial cycle has begun
	before  map[string]bool // what was at the target before
	cycles  []Cycle
	tallies map[Kind]*tally
	slowest Exchange
	began   time.Time
	probes  *rand.Rand // the names that nobody has
}

// New checks the options and invents the office. It sends nothing. The error names every option that is wrong.
func New(o Options) (*Client, error) {
	base, err := o.check()
	if err != nil {
		return nil, err
	}
	mapping, err := o.Mapping.compile()
	if err != nil {
		return nil, err
	}
	c := &Client{
		options: o,
		office:  newOffice(o.People, o.Groups, o.Seed, o.Domain),
		tallies: map[Kind]*tally{},
		probes:  rand.New(rand.NewPCG(o.Seed, 1)),
		wire:    wire{base: base, token: o.Token, timeout: o.Timeout, progress: o.Progress},
	}
	c.office.employ(o.Users)
	c.office.give(o.GivenGroups)
	c.office.use(mapping)
	if o.Pace > 0 {
		c.wire.pace = &pacer{gap: time.Duration(float64(time.Second) / o.Pace)}
	}
	client := http.Client{Transport: newTransport(o.Concurrency)}
	if o.HTTP != nil {
		transport := client.Transport
		client = *o.HTTP
		switch t := client.Transport.(type) {
		case nil:
			client.Transport = transport
		case *http.Transport:
			t = t.Clone()
			t.DisableCompression = true
			client.Transport = t
		}
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.wire.http = &client
	return c, nil
}

// check fills in what was left out and collects all faults.
func (o *Options) check() (*url.URL, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	base, err := url.Parse(o.URL)
	switch {
	case err != nil:
		fault("the URL cannot be read") // the text of err holds the URL, and that may hold a secret
		base = &url.URL{}
	case base.User != nil:
		fault("the URL holds a user name: the token belongs into Token")
	case base.Host == "" || base.Scheme != "https" && base.Scheme != "http":
		fault("the URL must begin with https:// and a host")
	case base.Scheme == "http" && !loopback(base.Hostname()):
		fault("the URL must begin with https://: http is only for loopback")
	case base.Fragment != "":
		fault("the URL has a fragment (#), which never reaches a server")
	case o.Token != "" && strings.Contains(o.URL, o.Token):
		fault("the URL holds the token")
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	if o.Token == "" || strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		fault("the token is missing, or holds spaces or characters beyond ASCII")
	}
	switch {
	case o.Dialect == "" && strings.Contains(base.RawQuery, "aadOptscim062020"):
		o.Dialect = Flagged
	case o.Dialect == "":
		o.Dialect = Legacy
	default:
		if o.Dialect, err = ParseDialect(string(o.Dialect)); err != nil {
			faults = append(faults, err)
		}
	}
	if o.Domain == "" {
		o.Domain = "office.example"
	}
	o.Domain = strings.ToLower(o.Domain)
	if !strings.HasSuffix(o.Domain, ".example") || strings.Trim(o.Domain, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		fault("the domain %q must be ASCII and end in .example", o.Domain)
	}
	if o.People < 0 || o.People > maxPeople {
		fault("people must be from 0 to %d, not %d", maxPeople, o.People)
	}
	if o.Groups < 0 || o.Groups > maxGroups {
		fault("groups must be from 0 to %d, not %d", maxGroups, o.Groups)
	}
	if o.Concurrency == 0 {
		o.Concurrency = 1
	}
	if o.Concurrency < 0 || o.Concurrency > maxConcurrency {
		fault("concurrency must be from 1 to %d, not %d", maxConcurrency, o.Concurrency)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Pace < 0 || o.Timeout < 0 {
		fault("pace and timeout must not be negative")
	}
	return base, errors.Join(faults...)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Close ends idle connections. The client can be used again afterwards.
func (c *Client) Close() { c.wire.http.CloseIdleConnections() }

// TestConnection does what the button of that name does: it asks for a user and a group that cannot exist, and expects
// empty lists. An error is a *Failure with the code that Entra would show.
func (c *Client) TestConnection(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visit()
	defer c.keep(v)
	if err := v.probe(ctx); err != nil {
		return fmt.Errorf("test connection: %w", err)
	}
	return nil
}

// Cycle runs one cycle. The first is the initial cycle; before each later one the office lives, and its changes are
// sent. A request that fails is no error but a line in the answer, and what it was for is tried again in the next cycle.
// An error means that the cycle ended early: ctx was cancelled, the probe failed, Entra would have quarantined the job
// (ErrQuarantine), or the target stopped answering (ErrSilent). The next call goes on from there.
func (c *Client) Cycle(ctx context.Context) (Cycle, error) { return c.cycle(ctx, true) }

// Settle runs a cycle without anything new from the office: it sends what failed before, and nothing but the probe when
// everything is as it should be.
func (c *Client) Settle(ctx context.Context) (Cycle, error) { return c.cycle(ctx, false) }

// Restart does what "Restart provisioning" does: the next cycle looks at every object again. The links to the target
// stay; people are read and corrected, groups too, and all members are sent again. Only so are changes noticed that
// were made at the target behind Entra's back.
func (c *Client) Restart() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.office.people {
		p.link.stale = p.link.id != ""
	}
	for _, g := range c.office.groups {
		g.link.stale = g.link.id != ""
		g.distrust()
	}
}

// ProvisionOnDemand provisions one person by their userPrincipalName, at once and always in the legacy dialect, since
// the feature does not know the flag. It does not create people who are out of scope, and cannot restore deleted ones.
func (c *Client) ProvisionOnDemand(ctx context.Context, userPrincipalName string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.office.people, func(p *person) bool {
		return !p.gone() && strings.EqualFold(p.userPrincipalName, userPrincipalName)
	})
	if i < 0 {
		return fmt.Errorf("provision on demand: %q is not in the directory", userPrincipalName)
	}
	p := c.office.people[i]
	if p.state == binned {
		return fmt.Errorf("provision on demand: %s is deleted, and cannot be restored this way", userPrincipalName)
	}
	v := c.visit()
	v.dialect = Legacy
	defer c.keep(v)
	if err := v.probeUsers(ctx); err != nil {
		return fmt.Errorf("provision on demand: %w", err)
	}
	v.demand(ctx, p)
	v.forgetLost()
	if ctx.Err() != nil {
		return fmt.Errorf("provision on demand: %w", ctx.Err())
	}
	if len(v.failures) > 0 {
		return fmt.Errorf("provision on demand: %w", &v.failures[0])
	}
	return nil
}

// People returns everybody whom the target should know or might know, in the order of their arrival.
func (c *Client) People() []Person {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Person, 0, len(c.office.people))
	for _, p := range c.office.people {
		list = append(list, p.expected())
	}
	return list
}

// Groups returns all groups, those included that are to be deleted.
func (c *Client) Groups() []Group {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Group, 0, len(c.office.groups))
	for _, g := range c.office.groups {
		list = append(list, g.expected())
	}
	return list
}

// visit begins a series of requests that are counted together.
func (c *Client) visit() *visit {
	if c.began.IsZero() {
		c.began = time.Now()
	}
	return &visit{
		Client:  c,
		dialect: c.options.Dialect,
		tallies: map[Kind]*tally{},
		started: time.Now(),
	}
}

// keep adds the counts of a visit to the client's.
func (c *Client) keep(v *visit) {
	for kind, t := range v.tallies {
		merged(c.tallies, kind).add(t)
	}
	if v.slowest.Took > c.slowest.Took {
		c.slowest = v.slowest
	}
}
