package tunnel

import (
	"context"
	"errors"
	"net"
	"time"
)

// An Opener opens sessions with ngrok, or plays them in tests. It tries once each time it is asked: when the next try is made is for the
// Tunnel alone to decide, since the SDK retries everything for ever, also what will not heal.
type Opener interface {
	// Open connects and authenticates once. Ctx bounds this try, not the session's life. What happens to the session later is told by tell,
	// in order, also while Open still runs; tell does not block.
	Open(ctx context.Context, c Config, tell func(Event)) (Session, error)
}

// Session is one authenticated session. Its methods are called one at a time, but for Drop.
type Session interface {
	// Listen asks for a public address: domain, or the account's own if it is "".
	Listen(ctx context.Context, domain, policy string) (Listener, error)

	// Resume connects a lost session once more, under the same identity and with everything that it had bound. ErrAway means that this
	// can't be done now: the session is to be closed, and another opened.
	Resume(ctx context.Context) error

	// Drop closes the connection, and the session is lost; nothing is told of that. With Resume it is the only way to reconnect at once.
	Drop()

	// Info is what ngrok said of the session.
	Info() Info

	// Close ends it for good, within some seconds. Nothing is told after.
	Close()
}

// Listener is a public address. Accept gives connections whose RemoteAddr is the client's, as the edge saw it. When ngrok ends it by
// itself, Accept's error says why. It survives Resume.
type Listener interface {
	net.Listener
	URL() string // https://name.ngrok.app
}

// Info is what ngrok said when a session was opened; everything may be missing.
type Info struct{ Region, Account, Plan string }

// Event is what happened to a session.
type Event struct {
	Kind    EventKind
	Err     error         // of Lost and Ended
	Latency time.Duration // of Beat
}

// EventKind is a kind of Event.
type EventKind string

// The kinds of Event.
const (
	Lost    EventKind = "lost"    // the connection is gone; Resume may bring it back
	Ended   EventKind = "ended"   // the session is gone for good
	Beat    EventKind = "beat"    // a heartbeat came back
	Stop    EventKind = "stop"    // somebody stops this agent in ngrok's dashboard
	Restart EventKind = "restart" // somebody restarts it there
)

// ErrAway means that a lost session can't be resumed at this moment.
var ErrAway = errors.New("the session can't be resumed now")
