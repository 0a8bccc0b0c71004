package backend

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/tunnel"
)

// Ways in which Entra reaches a folder.
const (
	WayNone  = "none"  // not at all: this computer alone
	WayNgrok = "ngrok" // through a tunnel that ScimDesk holds
	WayOwn   = "own"   // through the admin's own address: a reverse proxy, another tunnel, Entra's provisioning agent, or a certificate
)

// Connection is how Entra reaches this folder, and what is known of it.
type Connection struct {
	Address   string             `json:"address"` // the SCIM base URL that Entra is given, "" while there is none
	Tunnel    TunnelInfo         `json:"tunnel"`
	Edge      EdgeInfo           `json:"edge"`
	Changed   AddressChange      `json:"changed"`
	Authtoken AuthtokenInfo      `json:"authtoken"`
	Quota     QuotaInfo          `json:"quota"`
	Power     PowerInfo          `json:"power"`
	Gaps      []Gap              `json:"gaps"` // newest first, at most 20
	Settings  ConnectionSettings `json:"settings"`

	Certificate CertificateInfo `json:"certificate"`
}

// ConnectionSettings is what may be changed of it; everything is said each time.
type ConnectionSettings struct {
	Way            string `json:"way"`            // none, ngrok or own
	Domain         string `json:"domain"`         // of ngrok; "" is the account's own
	Proxy          string `json:"proxy"`          // socks5://host:port or http://host:port on the way to ngrok, "" for none
	EdgePolicy     bool   `json:"edgePolicy"`     // ngrok refuses what is not SCIM before it comes here
	EntraOnly      bool   `json:"entraOnly"`      // ngrok lets only Entra's addresses in
	PublicURL      string `json:"publicUrl"`      // of the admin's own address
	CertFile       string `json:"certFile"`       // PEM, with the chain; "" for none
	KeyFile        string `json:"keyFile"`        // PEM
	TrustedProxies string `json:"trustedProxies"` // addresses or prefixes, separated by commas, whose X-Forwarded headers are believed
	KeepAwake      bool   `json:"keepAwake"`      // this computer does not sleep while it receives
	AllNight       string `json:"allNight"`       // does this computer run all night: "", yes or no
	Plan           string `json:"plan"`           // of ngrok: free, hobbyist or paid
	Fixed          string `json:"fixed"`          // "flag" if the command line decides the way and nothing of it can be changed here
}

// TunnelInfo is the state of the tunnel.
type TunnelInfo struct {
	Way             string  `json:"way"`
	State           string  `json:"state"` // off, starting, up, reconnecting or blocked
	Since           string  `json:"since"`
	Code            string  `json:"code"` // why it is not up, such as TUNNEL_AUTH; "" if there is nothing to tell
	Message         string  `json:"message"`
	Detail          string  `json:"detail"`  // what ngrok or the system said, secrets hidden
	Ngrok           string  `json:"ngrok"`   // ngrok's own code, such as ERR_NGROK_107
	Attempt         int     `json:"attempt"` // of reconnecting
	NextTry         string  `json:"nextTry"`
	Region          string  `json:"region"`
	Latency         float64 `json:"latency"` // milliseconds to ngrok and back; 0 while unknown
	Account         string  `json:"account"`
	Plan            string  `json:"plan"` // as ngrok names it
	ReconnectsToday int     `json:"reconnectsToday"`
	LastReconnect   string  `json:"lastReconnect"`
	LastOutage      float64 `json:"lastOutage"` // seconds that the last one took
}

// EdgeInfo is what became of the rules that ngrok's edge was given.
type EdgeInfo struct {
	State  string   `json:"state"` // off, on, or refused: then ngrok lets everything through and this app decides alone
	Code   string   `json:"code"`  // why it was refused
	Detail string   `json:"detail"`
	Rules  []string `json:"rules"` // names: path, method, credential, address
}

// AddressChange tells that the public address is another than the one Entra was given. Old is "" while there is nothing to tell.
type AddressChange struct {
	Old string `json:"old"`
	New string `json:"new"`
	At  string `json:"at"`
}

// AuthtokenInfo tells where the authtoken of ngrok is kept; the token itself is never told.
type AuthtokenInfo struct {
	Exists   bool   `json:"exists"`
	Place    string `json:"place"` // keychain, file, environment or memory
	Keychain bool   `json:"keychain"`
	Problem  string `json:"problem"` // why the keychain can't be used, "" if it can
}

// QuotaInfo is what went through the tunnel this month, by this app's own count, against the plan's limits.
type QuotaInfo struct {
	Plan          string  `json:"plan"`
	Month         string  `json:"month"` // 2026-11
	Requests      int64   `json:"requests"`
	RequestLimit  int64   `json:"requestLimit"` // 0 if there is none
	Bytes         int64   `json:"bytes"`
	ByteLimit     int64   `json:"byteLimit"`
	Percent       float64 `json:"percent"` // of the limit that is nearer
	Level         string  `json:"level"`   // ok, high from 70 percent on, critical from 90 on, over from 100 on
	People        int     `json:"people"`
	CycleRequests int64   `json:"cycleRequests"` // about what a full cycle of that many people needs
	MonthEnd      int64   `json:"monthEnd"`      // requests at the end of the month if it goes on so; 0 while nothing can be said
}

// PowerInfo is whether this computer is kept awake.
type PowerInfo struct {
	Wanted  bool   `json:"wanted"`
	Holding bool   `json:"holding"`
	Means   string `json:"means"`   // by what, in the system's own words
	Problem string `json:"problem"` // why it can't be, "" if it can
}

// Gap is a time in which nobody could reach the server.
type Gap struct {
	From    string  `json:"from"`
	To      string  `json:"to"`    // "" while it lasts
	Cause   string  `json:"cause"` // sleep, stopped, offline, tunnel, blocked, listener or ended
	Detail  string  `json:"detail"`
	Seconds float64 `json:"seconds"`
	Visits  int     `json:"visits"` // about how often Entra came in vain, at one visit in 40 minutes
}

// Why the tunnel is not touched.
var (
	// ErrSampleConnection means that a sample has no address, since its people are invented.
	ErrSampleConnection = errors.New("a sample has no public address")
	// ErrNoTunnel means that the way is another one.
	ErrNoTunnel = errors.New("the way is not a tunnel")
	// ErrNoAuthtoken means that the tunnel can't be opened without ngrok's authtoken.
	ErrNoAuthtoken = errors.New("ngrok's authtoken is not known")
	// ErrWay means that what the command line says of the way can't be used; what wraps it says what can.
	ErrWay = errors.New("this can't be the way to this computer")
	// ErrNotServing means that nobody serves the folder: the tunnel lives with whoever does.
	ErrNotServing = errors.New("nobody serves this folder now")
)

// Connection gives how Entra reaches this folder.
func (b *Backend) Connection(ctx context.Context) (Connection, error) {
	b.link.ask(ctx)
	now := time.Now()
	quota, err := b.quotaInfo(ctx, now)
	if err != nil {
		return Connection{}, err
	}
	gaps, err := b.gapList(ctx, now)
	if err != nil {
		return Connection{}, err
	}
	return Connection{
		Address:     b.publicAddress(),
		Tunnel:      b.tunnelInfo(),
		Edge:        b.edgeInfo(),
		Changed:     b.addressChange(),
		Authtoken:   b.authtokenInfo(),
		Power:       b.link.awake.info(),
		Quota:       quota,
		Gaps:        gaps,
		Settings:    b.connectionSettings(),
		Certificate: b.link.cert.info(b.setting.connection().PublicURL),
	}, nil
}

// Reach is the part of Connection that changes by itself; it costs nothing to ask for.
type Reach struct {
	Address string
	Tunnel  TunnelInfo
	Changed AddressChange
}

// Reach gives how Entra could come now.
func (b *Backend) Reach() Reach {
	return Reach{Address: b.publicAddress(), Tunnel: b.tunnelInfo(), Changed: b.addressChange()}
}

func (b *Backend) connectionSettings() ConnectionSettings {
	c := b.setting.connection()
	s := ConnectionSettings{
		Way: c.Way, Domain: c.Domain, Proxy: hidePassword(c.Proxy), EdgePolicy: c.EdgePolicy, EntraOnly: c.EntraOnly, PublicURL: c.PublicURL,
		CertFile: c.CertFile, KeyFile: c.KeyFile, TrustedProxies: c.TrustedProxies, KeepAwake: c.KeepAwake, AllNight: c.AllNight, Plan: c.Plan,
	}
	if b.setting.wayFixed() {
		s.Fixed = byFlag
	}
	return s
}

// SaveConnection checks all values, saves them and applies them, without ending what is in flight. It keeps what SaveSettings saves.
// A proxy that comes back with its password hidden, as Connection gives it, keeps its password. On an error nothing has changed.
func (b *Backend) SaveConnection(ctx context.Context, s ConnectionSettings) (Connection, error) {
	if b.sample {
		return Connection{}, ErrSampleConnection
	}
	b.setting.saving.Lock()
	defer b.setting.saving.Unlock()
	before := b.setting.get()
	after, err := b.setting.checkConnection(s, before)
	if err != nil {
		return Connection{}, err
	}
	if after != before {
		if err := config.Save(b.dir, after, b.log); err != nil {
			return Connection{}, err
		}
		b.setting.put(after)
		b.log.Info("connection saved", "way", after.Way, "wayBefore", before.Way, "domain", after.Domain, "publicUrl", after.PublicURL)
		if after.Way != before.Way {
			b.link.resume()
		}
		b.link.applied()
		b.noteAddress(ctx)
		b.tellStatus()
	}
	return b.Connection(ctx)
}

// over is what holds: what the command line says of a connection, before what the file says, with the public URL as clients spell it.
func (s *setting) over(c config.Connection) config.Connection {
	if s.ngrok {
		c.Way = WayNgrok
		if s.domain != "" {
			c.Domain = s.domain
		}
	}
	if s.public != "" {
		c.Way, c.PublicURL = WayOwn, s.public
	}
	c.PublicURL = config.Origin(c.PublicURL)
	return c
}

func (s *setting) wayFixed() bool { return s.ngrok || s.public != "" }

// connection is what holds now.
func (s *setting) connection() config.Connection { return s.over(s.get().Connection) }

// checkWay looks at what the command line says of a connection.
func (s *setting) checkWay() error {
	if s.public != "" && !config.IsOrigin(s.public) {
		return fmt.Errorf("%w: public URL %q: use scheme and host alone, such as https://desk.contoso.example", ErrWay, s.public)
	}
	if s.public != "" && s.ngrok {
		return fmt.Errorf("%w: a public URL and ngrok can't both be it", ErrWay)
	}
	if err := tunnel.CheckDomain(s.domain); err != nil {
		return fmt.Errorf("%w: domain %q: %w", ErrWay, s.domain, err)
	}
	return nil
}

// checkConnection makes what the file shall say of what is asked for, or tells all that is wrong with it.
func (s *setting) checkConnection(c ConnectionSettings, before config.File) (config.File, error) {
	after := before
	held := s.over(before.Connection)
	after.Connection = config.Connection{
		Way: c.Way, Domain: host(c.Domain), Proxy: strings.TrimSpace(c.Proxy), EdgePolicy: c.EdgePolicy, EntraOnly: c.EntraOnly,
		PublicURL: config.Origin(strings.TrimSpace(c.PublicURL)), CertFile: strings.TrimSpace(c.CertFile), KeyFile: strings.TrimSpace(c.KeyFile),
		TrustedProxies: strings.TrimSpace(c.TrustedProxies), KeepAwake: c.KeepAwake, AllNight: c.AllNight, Plan: c.Plan,
	}
	now := &after.Connection
	if now.Proxy == hidePassword(before.Proxy) {
		now.Proxy = before.Proxy
	}
	var faults []string
	if s.wayFixed() {
		if now.Way != held.Way || now.Domain != held.Domain || now.PublicURL != held.PublicURL {
			faults = append(faults, fmt.Sprintf("way must be %s, with its domain and publicUrl, since the command line decides it", held.Way))
		}
		now.Way, now.Domain, now.PublicURL = before.Way, before.Domain, before.PublicURL
	}
	if broken, ok := errors.AsType[*config.Faults](after.Check()); ok {
		faults = append(faults, broken.List...)
	}
	holds := s.over(*now)
	faults = append(faults, tunnelFaults(holds)...)
	if now.Proxy != before.Proxy && hasHiddenPassword(now.Proxy) {
		faults = append(faults, "proxy must have its password typed anew, since the hidden one belongs to another address")
	}
	faults = append(faults, certificateFaults(holds, time.Now())...)
	listen := after.Listen
	if s.listenBy != "" {
		listen = s.listen
	}
	if err := checkListen(listen, s.behindProxy || secure(holds)); err != nil {
		faults = append(faults, "certFile must stay while other computers reach the listener: "+err.Error())
	}
	if len(faults) > 0 {
		return after, &config.Faults{List: faults}
	}
	return after, nil
}

// tunnelFaults are what only the tunnel can judge.
func tunnelFaults(c config.Connection) (faults []string) {
	if err := tunnel.CheckDomain(c.Domain); err != nil {
		faults = append(faults, "domain must be a host name at ngrok: "+err.Error())
	}
	if err := tunnel.CheckProxy(c.Proxy); err != nil {
		faults = append(faults, "proxy must be one on the way to ngrok: "+err.Error())
	}
	return faults
}

// host is a domain as it is meant, of what is copied from a dashboard.
func host(domain string) string {
	domain = strings.ToLower(strings.TrimSpace(domain))
	return strings.TrimSuffix(strings.TrimPrefix(domain, "https://"), "/")
}

// hidePassword is a proxy as it may be shown.
func hidePassword(proxy string) string {
	u, err := url.Parse(proxy)
	if err != nil || u.User == nil {
		return proxy
	}
	return u.Redacted()
}

// hasHiddenPassword tells whether a proxy has been shown without its password, and comes back so.
func hasHiddenPassword(proxy string) bool {
	u, err := url.Parse(proxy)
	if err != nil {
		return false
	}
	password, _ := u.User.Password()
	return password != "" && hidePassword(proxy) == proxy
}

// SaveAuthtoken keeps ngrok's authtoken in the keychain or, only on request, in a file; then the tunnel starts with it, if it is the way.
func (b *Backend) SaveAuthtoken(ctx context.Context, secret, place string) error {
	if b.sample {
		return ErrSampleConnection
	}
	if err := b.link.secrets.SaveAuthtoken(ctx, secret, place); err != nil {
		return err
	}
	b.log.Info("ngrok's authtoken saved", "place", place, "face", b.face)
	b.link.resume()
	b.link.look(ctx)
	b.link.tell(true)
	return nil
}

// ForgetAuthtoken removes it from wherever it is kept, and ends the tunnel.
func (b *Backend) ForgetAuthtoken(ctx context.Context) error {
	if b.sample {
		return ErrSampleConnection
	}
	if err := b.link.secrets.ForgetAuthtoken(ctx); err != nil {
		return err
	}
	b.log.Info("ngrok's authtoken forgotten", "face", b.face)
	b.link.look(ctx)
	return nil
}

// StartTunnel opens the tunnel if it is off or blocked.
func (b *Backend) StartTunnel(ctx context.Context) error {
	if err := b.link.check(); err != nil {
		return err
	}
	b.link.resume()
	b.link.mu.Lock()
	missing := b.link.token.looked && b.link.token.secret == ""
	b.link.mu.Unlock()
	if missing { // a keychain that was locked may be open now
		b.link.look(ctx)
	}
	b.link.tell(true)
	b.tellStatus()
	b.link.mu.Lock()
	defer b.link.mu.Unlock()
	if b.link.token.looked && b.link.token.secret == "" {
		return b.link.token.missing()
	}
	return nil
}

// StopTunnel closes it until StartTunnel or the next start of the program.
func (b *Backend) StopTunnel(context.Context) error {
	if err := b.link.check(); err != nil {
		return err
	}
	b.log.Info("tunnel stopped", "face", b.face)
	b.link.mu.Lock()
	b.link.stopped = true
	b.link.mu.Unlock()
	b.link.stir()
	b.tellStatus()
	return nil
}

// Reconnect drops the connection to ngrok and makes a new one at once, but for one that has come up just now. What is blocked is tried again.
func (b *Backend) Reconnect(ctx context.Context) error {
	if err := b.link.check(); err != nil {
		return err
	}
	b.link.mu.Lock()
	ready := !b.link.stopped && b.link.status.State != tunnel.Blocked && b.link.status.State != tunnel.Off
	b.link.mu.Unlock()
	if !ready {
		return b.StartTunnel(ctx)
	}
	b.link.tunnel.Reconnect()
	return nil
}

// SettleAddress notes that Entra has been given the address of now.
func (b *Backend) SettleAddress(ctx context.Context) error {
	if b.sample {
		return ErrSampleConnection
	}
	changed, err := b.link.given.change(ctx, givenAddress.settled)
	if changed {
		b.log.Info("Entra has been given the new address", "face", b.face)
		b.tellStatus()
	}
	return err
}

// check tells why the tunnel can't be touched.
func (l *link) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.b.sample:
		return ErrSampleConnection
	case l.b.setting.connection().Way != WayNgrok:
		return ErrNoTunnel
	case !l.running:
		return ErrNotServing
	}
	return nil
}

// resume takes back that the admin stopped the tunnel.
func (l *link) resume() {
	l.mu.Lock()
	l.stopped = false
	l.mu.Unlock()
}
