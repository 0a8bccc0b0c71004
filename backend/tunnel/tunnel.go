// Package tunnel keeps a public address open: it connects to ngrok, serves what comes in, and holds on through sleep, changed
// networks and outages. What will not heal by itself stops it with a reason and one thing to do; the rest is tried again, at once
// where that helps. Nothing of ours is below it.
package tunnel

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// State of a tunnel.
type State string

// The states.
const (
	Off          State = "off"
	Starting     State = "starting"
	Up           State = "up"
	Reconnecting State = "reconnecting"
	Blocked      State = "blocked" // by what will not heal by itself
)

// Config is what a tunnel is opened with. The zero Config is no tunnel.
type Config struct {
	Authtoken string
	Domain    string // "" for the account's own
	Proxy     string // socks5://[user:password@]host:port or http://[user:password@]host:port; "" for none
	Policy    string // ngrok's traffic policy as JSON, "" for none
}

// Status is how a tunnel is.
type Status struct {
	State      State
	Since      time.Time
	URL        string  // https://name.ngrok.app, of the last time it was up
	Reason     *Reason // why it is not up, or why it was lost the last time; nil if there is none
	Attempt    int     // of reconnecting, from 1
	Next       time.Time
	Region     string
	Latency    time.Duration // 0 while unknown
	Account    string
	Plan       string
	Reconnects int           // since Run
	Reconnect  time.Time     // when it was last up again after a loss; zero if never
	Outage     time.Duration // how long that one took
	Refused    *Reason       // why ngrok did not take the policy, nil if it did or there is none
}

// Reason is why a tunnel is not up.
type Reason struct {
	Code    string // stable, for faces: TUNNEL_AUTH, TUNNEL_DOMAIN_TAKEN, ...; see codes.go
	Ngrok   string // ERR_NGROK_107, "" if ngrok said nothing
	Message string // what happened and the one thing to do, in the admin's words
	Detail  string // what ngrok or the system said, without secrets
	Heals   bool   // it is tried again
}

// Error is the message.
func (r *Reason) Error() string { return r.Message }

// Options of New.
type Options struct {
	Handler http.Handler
	Opener  Opener       // nil means ngrok
	Changed func(Status) // called in order and never concurrently; must not block
	Log     *slog.Logger // nil discards
}

// An Opener opens one session with ngrok, or plays it in tests.
type Opener interface {
	// TODO: decided by whoever builds it
}

// Tunnel is one tunnel over its life. All methods may be called concurrently, and none waits for the network.
type Tunnel struct{}

// New prepares a tunnel that is Off.
func New(o Options) *Tunnel { return &Tunnel{} }

// Run keeps what Set wants until ctx ends, then lets requests in flight end.
func (t *Tunnel) Run(ctx context.Context) error { return errors.New("not built yet") }

// Set has the tunnel be opened as c says; the zero Config closes it. The same Config again opens it anew if it is Blocked, and does nothing
// else. Another policy or domain is bound on the present session where that can be.
func (t *Tunnel) Set(c Config) {}

// Reconnect drops the connection, or the wait for the next attempt, and connects at once. It does nothing when Off.
func (t *Tunnel) Reconnect() {}

// Status gives how it is now.
func (t *Tunnel) Status() Status { return Status{State: Off} }
