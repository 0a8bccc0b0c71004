package backend

import (
	"context"
	"errors"
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
	Rules  []string `json:"rules"` // names: path, credential, method, address, hostile
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
	Cause   string  `json:"cause"` // sleep, stopped, offline, tunnel, blocked or ended
	Detail  string  `json:"detail"`
	Seconds float64 `json:"seconds"`
	Visits  int     `json:"visits"` // about how often Entra came in vain, at one visit in 40 minutes
}

var errUnbuilt = errors.New("not built yet")

// Connection gives how Entra reaches this folder.
func (b *Backend) Connection(ctx context.Context) (Connection, error) {
	return Connection{}, errUnbuilt
}

// SaveConnection checks all values, saves them and applies them, without ending what is in flight. On an error nothing has changed.
func (b *Backend) SaveConnection(ctx context.Context, s ConnectionSettings) (Connection, error) {
	return Connection{}, errUnbuilt
}

// SaveAuthtoken keeps ngrok's authtoken in the keychain or, only on request, in a file; then the tunnel starts with it.
func (b *Backend) SaveAuthtoken(ctx context.Context, secret, place string) error { return errUnbuilt }

// ForgetAuthtoken removes it from wherever it is kept, and ends the tunnel.
func (b *Backend) ForgetAuthtoken(ctx context.Context) error { return errUnbuilt }

// StartTunnel opens the tunnel if it is off or blocked.
func (b *Backend) StartTunnel(ctx context.Context) error { return errUnbuilt }

// StopTunnel closes it until StartTunnel or the next start of the program.
func (b *Backend) StopTunnel(ctx context.Context) error { return errUnbuilt }

// Reconnect drops the connection to ngrok and makes a new one at once.
func (b *Backend) Reconnect(ctx context.Context) error { return errUnbuilt }

// SettleAddress notes that Entra has been given the address of now.
func (b *Backend) SettleAddress(ctx context.Context) error { return errUnbuilt }
