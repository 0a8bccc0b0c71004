package tunnel

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	tryTimeout = 20 * time.Second // a server that takes the connection and then says nothing
	recent     = 2 * time.Second  // a try that has begun, or a connection that has come up, this shortly ago is not begun again
)

// errSilent ends a try that took too long.
var errSilent = errors.New("ngrok did not answer in time")

// keeper decides what is done next. It belongs to one goroutine; whatever waits for the network is an operation in another, at most one at
// a time, whose end comes back by post. So each decision sees everything that was decided before, and step need only compare what is
// wanted with what is there.
type keeper struct {
	o    Options
	post func(func())
	show func(Status)

	want    Config
	live    *live      // the session that is there, up or lost; nil if there is none
	op      *operation // under way
	blocked *Reason
	quit    bool // Run's context has ended

	backoff backoff
	timer   *time.Timer
	waiting bool // for the timer

	status Status // as it was shown last
	lostAt time.Time
	upAt   time.Time
	upWall time.Time // upAt by the wall clock, as operation.began
}

// live is a session and what is bound on it.
type live struct {
	session  Session
	opened   Config // authtoken and proxy are what it was opened with
	server   *http.Server
	listener Listener // nil while nothing is bound
	bound    Config   // domain and policy are what was asked for
	refused  *Reason  // why it was bound without the policy
	lost     bool     // the connection is gone
	early    error    // the loss that was told before the operation that connects had ended
	over     bool     // it can't be used any more, and is closed or will be
}

// operation is what waits for the network.
type operation struct {
	cancel context.CancelFunc
	began  time.Time // by the wall clock, which goes on during sleep
	live   *live
	stale  bool // what comes of it is of no interest, unless it went well
}

// step begins the next thing to do, if nothing is under way.
func (k *keeper) step() {
	if k.op != nil {
		return
	}
	l := k.live
	switch {
	case l != nil && !k.keeps(l):
		k.close(l)
	case k.want == Config{}:
		k.off()
	case k.blocked != nil:
	case k.want.Authtoken == "":
		k.block(kindNone.reason(""))
	case k.waiting:
	case l == nil:
		k.open()
	case l.lost:
		k.resume(l)
	case !k.isBound(l):
		k.bind(l)
	default:
		k.up(l)
	}
}

// keeps tells whether a session is of use for what is wanted. A lost one would bind again what it had, so it must be that.
func (k *keeper) keeps(l *live) bool {
	return !l.over && k.blocked == nil && l.fits(k.want) && (!l.lost || l.listener == nil || k.isBound(l))
}

// fits tells whether the session could have been opened with c.
func (l *live) fits(c Config) bool {
	return l.opened.Authtoken == c.Authtoken && l.opened.Proxy == c.Proxy
}

func (k *keeper) isBound(l *live) bool {
	return l.listener != nil && l.bound.Domain == k.want.Domain && l.bound.Policy == k.want.Policy
}

// start runs what waits for the network, then done with how it went.
func (k *keeper) start(l *live, limit time.Duration, run func(context.Context) error, done func(error)) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, errSilent)
	op := &operation{live: l, cancel: cancel, began: time.Now().Round(0)}
	k.op = op
	go func() {
		err := run(ctx)
		cancel()
		k.post(func() {
			k.op = nil
			if err == nil || !op.stale {
				done(err)
			}
			k.step()
		})
	}()
}

func (k *keeper) open() {
	l := &live{opened: k.want, server: k.server()}
	k.start(l, tryTimeout, func(ctx context.Context) (err error) {
		l.session, err = k.o.Opener.Open(ctx, l.opened, func(e Event) { k.post(func() { k.event(l, e) }) })
		return err
	}, func(err error) {
		if err != nil {
			k.fail(err)
			return
		}
		k.live = l
		k.settle(l)
	})
}

func (k *keeper) resume(l *live) {
	k.start(l, tryTimeout, l.session.Resume, func(err error) {
		switch {
		case err == nil:
			l.lost = false
			k.settle(l)
		case errors.Is(err, ErrAway):
			l.over = true
		case l.bound.Policy != "" && k.because(err).Code == kindPolicy.code:
			l.over = true // another session asks for the policy once more, and does without it
		default:
			k.fail(err)
		}
	})
}

// settle takes up what was told of a session while it was being connected.
func (k *keeper) settle(l *live) {
	if err := l.early; err != nil {
		l.early = nil
		k.lose(l, err)
	}
}

// bind asks for the address, without the policy if that is what ngrok does not accept.
func (k *keeper) bind(l *live) {
	old, c := l.listener, k.want
	var got Listener
	var refused *Reason
	l.listener = nil
	k.start(l, tryTimeout, func(ctx context.Context) (err error) {
		if old != nil {
			_ = old.Close() // it serves no more in any case
		}
		got, err = l.session.Listen(ctx, c.Domain, c.Policy)
		if err == nil || c.Policy == "" {
			return err
		}
		if r := because(err, c.secrets()...); r.Code == kindPolicy.code {
			refused = r
			got, err = l.session.Listen(ctx, c.Domain, "")
		}
		return err
	}, func(err error) {
		switch {
		case err == nil:
			l.listener, l.bound, l.refused = got, c, refused
			k.serve(l)
		case !l.lost: // a loss was told, and counted, by itself
			k.fail(err)
		}
	})
}

func (k *keeper) close(l *live) {
	l.over = true
	dead := l.lost
	k.start(l, closeLimit, func(ctx context.Context) error {
		shutdown(ctx, l.server, dead)
		l.session.Close()
		return nil
	}, func(error) { k.live = nil })
}

// set is what Tunnel.Set says.
func (k *keeper) set(c Config) {
	if k.quit || (c == k.want && k.blocked == nil) {
		return
	}
	k.want, k.blocked = c, nil
	k.rest()
	if op := k.op; op != nil && !op.live.over {
		op.stale = true
		if !op.live.fits(c) {
			op.cancel()
		}
	}
	if c != (Config{}) && (k.status.State != Up || !k.keeps(k.live)) {
		k.tell(func(s *Status) { *s = s.fresh(Starting, nil) })
	}
	k.step()
}

// reconnect is what Tunnel.Reconnect and Tunnel.Woke say.
func (k *keeper) reconnect(woke bool) {
	if k.quit || k.want == (Config{}) {
		return
	}
	if k.blocked != nil {
		k.blocked = nil
		k.tell(func(s *Status) { *s = s.fresh(Starting, nil) })
	}
	if !woke && k.isFresh() {
		return
	}
	k.rest()
	switch op := k.op; {
	case op != nil && !op.live.over && time.Now().Round(0).Sub(op.began) >= recent:
		op.stale = true
		op.cancel()
	case op == nil && k.live != nil && !k.live.lost && !k.live.over:
		k.live.session.Drop()
		k.lose(k.live, nil)
	}
	k.step()
}

// isFresh tells whether the connection has come up so shortly ago that it is what somebody wanted who pressed the button: it came while they did.
func (k *keeper) isFresh() bool {
	since := time.Now().Round(0).Sub(k.upWall)
	return k.status.State == Up && since >= 0 && since < recent
}

// finish is for the end of Run's context.
func (k *keeper) finish() {
	k.set(Config{})
	k.quit = true
	k.step()
}

func (k *keeper) finished() bool { return k.quit && k.op == nil && k.live == nil }

// event is what a session told.
func (k *keeper) event(l *live, e Event) {
	connecting := k.op != nil && k.op.live == l && (k.live != l || l.lost)
	if l.over || (k.live != l && !connecting) {
		return
	}
	if !l.fits(k.want) { // what it says is of another authtoken or proxy
		k.end(l)
		k.step()
		return
	}
	switch e.Kind {
	case Beat:
		if k.status.State == Up {
			k.tell(func(s *Status) { s.Latency = e.Latency })
		}
		return
	case Stop:
		k.end(l)
		k.block(kindStopped.reason(""))
	case Restart:
		k.end(l)
		k.wait(soon, nil)
	case Ended:
		k.end(l)
		k.fail(e.Err)
	case Lost:
		if connecting {
			l.early = e.Err
			return
		}
		k.lose(l, e.Err)
	}
	k.step()
}

// served is told when an address is no longer served. While it is the one that is bound, ngrok has ended it: somebody did that in its
// dashboard, or ngrok by a rule of its own.
func (k *keeper) served(l *live, ln Listener, err error) {
	if k.live != l || l.over || !l.fits(k.want) || l.listener != ln || errors.Is(err, errEnded) { // the last one is told by an event too
		return
	}
	k.end(l)
	r := k.because(err)
	if r.Ngrok == "" || r.Code == kindOther.code {
		n := r.Ngrok
		r = kindStopped.reason(r.Detail)
		r.Ngrok = n
	}
	k.refuse(r)
	k.step()
}

// end notes that a session can't be used any more: why is known, and what is under way on it has nothing to add.
func (k *keeper) end(l *live) {
	l.over = true
	if k.op != nil {
		k.op.stale = true
		k.op.cancel()
	}
}

// lose notes that the connection of a session is gone; err is nil if that was on purpose.
func (k *keeper) lose(l *live, err error) {
	l.lost = true
	if err == nil {
		k.wait(soon, nil)
		return
	}
	k.fail(err)
}

func (k *keeper) fail(err error) { k.refuse(k.because(err)) }

func (k *keeper) because(err error) *Reason { return because(err, k.want.secrets()...) }

// refuse has it tried again, or not.
func (k *keeper) refuse(r *Reason) {
	if r.pace == never {
		k.block(r)
		return
	}
	k.wait(r.pace, r)
}

func (k *keeper) block(r *Reason) {
	k.down()
	k.blocked = r
	k.rest()
	k.tell(func(s *Status) { *s = s.fresh(Blocked, r) })
}

// wait has the next try made later, or at once.
func (k *keeper) wait(p pace, r *Reason) {
	k.down()
	d := k.backoff.next(p)
	k.waiting = d > 0
	if k.waiting {
		k.timer.Reset(d)
	}
	k.tell(func(s *Status) {
		attempt := s.Attempt + 1
		*s = s.fresh(Reconnecting, r)
		s.Attempt, s.Next = attempt, time.Now().Add(d)
	})
}

// down notes since when the address is not there.
func (k *keeper) down() {
	if k.status.State != Up {
		return
	}
	k.lostAt = time.Now()
	if k.lostAt.Sub(k.upAt) >= steady {
		k.backoff.reset()
	}
}

// rest ends the wait for the next try, and forgets what went wrong.
func (k *keeper) rest() {
	k.backoff.reset()
	if k.waiting {
		k.waiting = false
		k.tell(func(s *Status) { s.Next = time.Now() })
	}
}

func (k *keeper) up(l *live) {
	now := time.Now()
	if k.status.State != Up {
		k.upAt, k.upWall = now, now.Round(0)
	}
	k.tell(func(s *Status) {
		if s.State != Up && !k.lostAt.IsZero() {
			s.Reconnects++
			s.Reconnect, s.Outage = now, now.Sub(k.lostAt)
		}
		*s = s.fresh(Up, s.Reason)
		info := l.session.Info()
		s.Region, s.Account, s.Plan = info.Region, info.Account, info.Plan
		s.URL, s.Refused = l.listener.URL(), l.refused
	})
	k.lostAt = time.Time{}
}

func (k *keeper) off() {
	k.lostAt = time.Time{}
	k.tell(func(s *Status) { *s = s.fresh(Off, nil) })
}

// fresh is s in another state, without what belongs to the one before.
func (s Status) fresh(state State, r *Reason) Status {
	if s.State == state {
		s.Reason, s.Attempt, s.Next = r, 0, time.Time{}
		return s
	}
	s.State, s.Since, s.Reason, s.Attempt, s.Next, s.Latency, s.Refused = state, time.Now(), r, 0, time.Time{}, 0, nil
	return s
}

// tell shows what has changed.
func (k *keeper) tell(change func(*Status)) {
	s := k.status
	change(&s)
	if s != k.status {
		k.status = s
		k.show(s)
	}
}
