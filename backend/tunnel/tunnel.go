// Package tunnel keeps a public address open: it connects to ngrok, serves what comes in, and holds on through sleep, changed
// networks and outages. What will not heal by itself stops it with a reason and one thing to do; the rest is tried again, at once
// where that helps. Nothing of ours is below it.
package tunnel

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
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
type Reason struct { //nolint:errname // it is told to people, and an error besides
	Code    string // stable, for faces: TUNNEL_AUTH, TUNNEL_DOMAIN_TAKEN, ...; see codes.go
	Ngrok   string // ERR_NGROK_107, "" if ngrok said nothing
	Message string // what happened and the one thing to do, in the admin's words
	Detail  string // what ngrok or the system said, without secrets
	Heals   bool   // it is tried again
	pace    pace
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

// Tunnel is one tunnel over its life. All methods may be called concurrently, and none waits for the network.
type Tunnel struct {
	o    Options
	wake chan struct{} // holds one: there is mail

	mu     sync.Mutex
	mail   []func() // for Run's goroutine, which alone owns the keeper, in order
	status Status
	keeper keeper
}

// New prepares a tunnel that is Off.
func New(o Options) *Tunnel {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Opener == nil {
		o.Opener = NewNgrok(NgrokOptions{Log: o.Log})
	}
	t := &Tunnel{o: o, wake: make(chan struct{}, 1), status: Status{State: Off, Since: time.Now()}}
	t.keeper = keeper{o: o, post: t.post, show: t.show, status: t.status}
	return t
}

// Run keeps what Set wants until ctx ends, then lets requests in flight end.
func (t *Tunnel) Run(ctx context.Context) error {
	k := &t.keeper
	k.timer = time.NewTimer(0)
	defer k.timer.Stop()
	ended := ctx.Done()
	for {
		select {
		case <-t.wake:
			for _, do := range t.take() {
				do()
			}
		case <-k.timer.C:
			k.waiting = false
			k.step()
		case <-ended:
			ended = nil
			k.finish()
		}
		if k.finished() {
			return nil
		}
	}
}

// Set has the tunnel be opened as c says; the zero Config closes it. The same Config again opens it anew if it is Blocked, and does nothing
// else. Another policy or domain is bound on the present session where that can be.
func (t *Tunnel) Set(c Config) {
	c.Domain = strings.ToLower(c.Domain)
	t.post(func() { t.keeper.set(c) })
}

// Reconnect drops the connection, or the wait for the next attempt, and connects at once. It does nothing when Off. A connection that has
// come up in the two seconds before is left: it healed by itself while somebody pressed the button.
func (t *Tunnel) Reconnect() { t.post(func() { t.keeper.reconnect(false) }) }

// Woke is Reconnect after a sleep: whatever connection there is, it is of before.
func (t *Tunnel) Woke() { t.post(func() { t.keeper.reconnect(true) }) }

// Status gives how it is now.
func (t *Tunnel) Status() Status {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status
}

func (t *Tunnel) post(do func()) {
	t.mu.Lock()
	t.mail = append(t.mail, do)
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *Tunnel) take() []func() {
	t.mu.Lock()
	defer t.mu.Unlock()
	mail := t.mail
	t.mail = nil
	return mail
}

// show is called by Run's goroutine alone, so Changed is told in order.
func (t *Tunnel) show(s Status) {
	t.mu.Lock()
	t.status = s
	t.mu.Unlock()
	if t.o.Changed != nil {
		t.o.Changed(s)
	}
}
