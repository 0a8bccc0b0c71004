package tunnel

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// fake plays ngrok: each method answers with the next error of its list, and with success when the list is empty.
type fake struct {
	mu       sync.Mutex
	opens    []error
	binds    []error
	resumes  []error
	takes    time.Duration // how long each of them takes
	early    error         // told as a loss before Open comes back
	calls    []string      // in order: open TOKEN, bind DOMAIN POLICY, resume, drop, close
	at       []time.Time   // of calls
	sessions []*fakeSession
}

func (f *fake) call(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.at = append(f.calls, fmt.Sprintf(format, args...)), append(f.at, time.Now())
}

// answer waits as long as an answer takes, and gives the next one.
func (f *fake) answer(ctx context.Context, list *[]error) error {
	f.mu.Lock()
	takes := f.takes
	f.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(*list) == 0 {
		return nil
	}
	err := (*list)[0]
	*list = (*list)[1:]
	return err
}

func (f *fake) Open(ctx context.Context, c Config, tell func(Event)) (Session, error) {
	f.call("open %s", c.Authtoken)
	if err := f.answer(ctx, &f.opens); err != nil {
		return nil, err
	}
	s := &fakeSession{fake: f, tell: tell}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.early != nil {
		tell(Event{Kind: Lost, Err: f.early})
	}
	f.sessions = append(f.sessions, s)
	return s, nil
}

// last is the newest session.
func (f *fake) last() *fakeSession {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sessions[len(f.sessions)-1]
}

type fakeSession struct {
	*fake
	tell     func(Event)
	listener *fakeListener
}

func (s *fakeSession) Listen(ctx context.Context, domain, policy string) (Listener, error) {
	s.call("bind %s%s", domain, policy)
	if err := s.answer(ctx, &s.binds); err != nil {
		return nil, err
	}
	if domain == "" {
		domain = "own.ngrok.example"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener = &fakeListener{fake: s.fake, url: "https://" + domain, conns: make(chan net.Conn), ended: make(chan struct{})}
	return s.listener, nil
}

func (s *fakeSession) Resume(ctx context.Context) error {
	s.call("resume")
	return s.answer(ctx, &s.resumes)
}

func (s *fakeSession) Drop()      { s.call("drop") }
func (s *fakeSession) Info() Info { return Info{"eu", "Contoso", "Free"} }
func (s *fakeSession) Close()     { s.call("close") }

type fakeListener struct {
	fake  *fake
	url   string
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
	why   error
}

func (l *fakeListener) end(err error) {
	l.once.Do(func() {
		l.why = err
		close(l.ended)
	})
}

func (l *fakeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.ended:
		return nil, l.why
	}
}

func (l *fakeListener) Close() error   { l.end(net.ErrClosed); return nil }
func (l *fakeListener) Addr() net.Addr { return &net.TCPAddr{} }
func (l *fakeListener) URL() string    { return l.url }

// desk is a tunnel at the fake, in a bubble of testing/synctest.
type desk struct {
	*fake
	*Tunnel
	t      *testing.T
	began  time.Time
	mu     sync.Mutex
	told   []Status
	inside bool
	end    func()
}

func inBubble(t *testing.T, f *fake, do func(*desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{fake: f, t: t, began: time.Now()}
		d.Tunnel = New(Options{Opener: f, Changed: d.changed, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(len(r.URL.Path)-1) * time.Second) // a request to /aaa takes three seconds
			_, _ = io.WriteString(w, r.URL.Path)
		})})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		d.end = func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run ended by %v", err)
			}
			done <- nil
		}
		do(d)
		d.end()
		if s := d.Status(); s.State != Off {
			t.Errorf("after Run the tunnel is %s", s.State)
		}
		d.closed()
	})
}

func (d *desk) changed(s Status) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside {
		d.t.Error("Changed is called concurrently")
	}
	d.inside = true
	d.told = append(d.told, s)
	d.inside = false
}

// closed checks that every session that was opened was closed too.
func (d *desk) closed() {
	d.fake.mu.Lock()
	defer d.fake.mu.Unlock()
	n := 0
	for _, c := range d.calls {
		if c == "close" {
			n++
		}
	}
	if n != len(d.sessions) {
		d.t.Errorf("%d sessions were opened and %d closed: %q", len(d.sessions), n, d.calls)
	}
}

// wait lets time pass, and all that happens in it.
func (d *desk) wait(of time.Duration) {
	time.Sleep(of)
	synctest.Wait()
}

// is checks the state, and that what was told last is what Status gives.
func (d *desk) is(state State) Status {
	d.t.Helper()
	synctest.Wait()
	s := d.Status()
	if s.State != state {
		d.t.Fatalf("it is %s for %+v, want %s; calls: %q", s.State, s.Reason, state, d.done())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.told); n > 0 && d.told[n-1] != s {
		d.t.Errorf("told last: %+v, but it is %+v", d.told[n-1], s)
	}
	return s
}

// states are those that were told, each once in a row.
func (d *desk) states() string {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []string
	for _, s := range d.told {
		list = append(list, string(s.State))
	}
	return strings.Join(slices.Compact(list), " ")
}

// done are the calls until now.
func (d *desk) done() []string {
	synctest.Wait()
	d.fake.mu.Lock()
	defer d.fake.mu.Unlock()
	return slices.Clone(d.calls)
}

// since gives the calls since the last time it was asked.
func (d *desk) since(seen *int) []string {
	all := d.done()
	calls := all[*seen:]
	*seen = len(all)
	return calls
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (f *fake) refuse(list *[]error, errs ...error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*list = append(*list, errs...)
}

var (
	good       = Config{Authtoken: "2abcdefgh_good0123456"}
	errNoNet   = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
	errBroken  = errors.New("read EOF from remote peer")
	errInvalid = says("Your authtoken: "+good.Authtoken, "107")
	errOnline  = says("The endpoint is already online.", "334")
	errRules   = says("bad action", "2201")
)

// says lays an error out as ngrok does.
func says(text, code string) error {
	return fmt.Errorf("failed: %s\r\n\r\nERR_NGROK_%s\r\n", text, code)
}

func times(n int, err error) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func TestItStartsAndStops(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.is(Off)
		d.Reconnect()
		d.is(Off)
		d.Set(good)
		s := d.is(Up)
		if s.URL != "https://own.ngrok.example" || s.Region != "eu" || s.Account != "Contoso" || s.Plan != "Free" || s.Reason != nil || s.Reconnects != 0 {
			t.Errorf("up: %+v", s)
		}
		d.Set(good)
		d.wait(time.Hour)
		d.Set(Config{})
		if s := d.is(Off); s.URL != "https://own.ngrok.example" || s.Latency != 0 {
			t.Errorf("off: %+v", s)
		}
		d.Set(good)
		d.is(Up)
		same(t, "calls", d.done(), []string{"open 2abcdefgh_good0123456", "bind ", "close", "open 2abcdefgh_good0123456", "bind "})
		if got := d.states(); got != "starting up off starting up" {
			t.Errorf("told: %s", got)
		}
	})
}

func TestBackoffInOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		waits []time.Duration
	}{
		{"no network", errNoNet, waits[soon]},
		{"too many agents", errors.New("ERR_NGROK_108"), waits[slow]},
		{"unknown to us", errors.New("ERR_NGROK_99999"), waits[slow]},
		{"in use", errors.New("ERR_NGROK_334"), waits[taken]},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(c.waits) + 3
			inBubble(t, &fake{opens: times(n, c.err)}, func(d *desk) {
				d.Set(good)
				d.wait(time.Hour)
				for i := range n {
					base := c.waits[min(i, len(c.waits)-1)]
					if got := d.at[i+1].Sub(d.at[i]); got < base || got > base+base/5 {
						t.Errorf("wait %d took %v, want %v and at most a fifth more", i+1, got, base)
					}
				}
				i := 0
				for _, s := range d.told {
					if s.State != Reconnecting {
						continue
					}
					if i++; s.Attempt != i || !s.Reason.Heals || s.Reason.Message == "" {
						t.Errorf("told %d: %+v", i, s)
					}
				}
				if i != n {
					t.Errorf("told of %d tries, want %d", i, n)
				}
				s := d.is(Up)
				if s.Attempt != 0 || !s.Next.IsZero() || s.Reconnects != 0 || s.Reason == nil {
					t.Errorf("up: %+v", s)
				}
			})
		})
	}
}

func TestJitterStaysInBounds(t *testing.T) {
	var b backoff
	var low, high bool
	for range 1000 {
		b.reset()
		b.next(taken)
		d := b.next(taken)
		if d < 5*time.Second || d > 6*time.Second {
			t.Fatalf("a wait of %v", d)
		}
		low, high = low || d < 5300*time.Millisecond, high || d > 5700*time.Millisecond
	}
	if !low || !high {
		t.Error("the waits are not spread")
	}
}

func TestWhatDoesNotHealBlocks(t *testing.T) {
	inBubble(t, &fake{opens: times(3, errInvalid)}, func(d *desk) {
		d.Set(good)
		s := d.is(Blocked)
		if s.Reason.Code != "TUNNEL_AUTH" || s.Reason.Ngrok != "ERR_NGROK_107" || s.Reason.Heals || !strings.Contains(s.Reason.Detail, "***") {
			t.Errorf("reason: %+v", s.Reason)
		}
		d.wait(24 * time.Hour)
		same(t, "calls", d.done(), []string{"open 2abcdefgh_good0123456"})
		d.Set(good)
		d.is(Blocked)
		d.Reconnect()
		d.is(Blocked)
		if n := len(d.done()); n != 3 {
			t.Errorf("%d tries, want one for each time it was asked: 3", n)
		}
		d.Set(good)
		if s := d.is(Up); s.Reason != nil {
			t.Errorf("up, but for %+v", s.Reason)
		}
		if got := d.states(); got != "starting blocked starting blocked starting blocked starting up" {
			t.Errorf("told: %s", got)
		}
	})
}

func TestNoAuthtoken(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(Config{Domain: "a.ngrok.example"})
		if s := d.is(Blocked); s.Reason.Code != "TUNNEL_NO_TOKEN" {
			t.Errorf("reason: %+v", s.Reason)
		}
		if len(d.done()) != 0 {
			t.Error("it was tried")
		}
	})
}

func TestALossIsResumedAtOnce(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		d.wait(time.Minute)
		d.refuse(&d.resumes, errNoNet, errNoNet)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.wait(2 * time.Second)
		s := d.is(Up)
		if s.Reconnects != 1 || s.Reason == nil || s.Outage < 1500*time.Millisecond || s.Outage > 1900*time.Millisecond || !s.Reconnect.Equal(s.Since) {
			t.Errorf("up again: %+v", s)
		}
		same(t, "calls", d.done()[2:], []string{"resume", "resume", "resume"})
		if at := d.at[2:]; !at[0].Equal(d.began.Add(time.Minute)) {
			t.Errorf("the first try came %v after the loss", at[0].Sub(d.began.Add(time.Minute)))
		}
		var attempts []int
		for _, s := range d.told {
			if s.State == Reconnecting {
				attempts = append(attempts, s.Attempt)
			}
		}
		if !slices.Equal(attempts, []int{1, 2, 3}) {
			t.Errorf("attempts: %v", attempts)
		}
		d.Set(Config{Authtoken: "2other000_other0000000"})
		if s := d.is(Up); s.Reconnects != 1 {
			t.Errorf("a change counts as a loss: %+v", s)
		}
	})
}

func TestALossSoonAfterIsNotALoopWithoutWaits(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		seen := 2
		for i := range 4 {
			d.last().tell(Event{Kind: Lost, Err: errBroken})
			if got := d.since(&seen); len(got) == 1 != (i == 0) {
				t.Errorf("loss %d: %q", i, got)
			}
			d.wait(3 * time.Second)
			d.is(Up)
			d.since(&seen)
		}
		d.wait(time.Minute)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		same(t, "after a minute", d.since(&seen), []string{"resume"})
	})
}

func TestTheAddressIsStillHeld(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		d.refuse(&d.resumes, times(3, errOnline)...)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		if s := d.is(Reconnecting); s.Reason.Code != "TUNNEL_DOMAIN_TAKEN" || s.Attempt != 2 || time.Until(s.Next) < 2*time.Second {
			t.Errorf("held: %+v", s)
		}
		d.wait(21 * time.Second)
		d.is(Up)
		same(t, "calls", d.done()[2:], []string{"resume", "resume", "resume", "resume"})
	})
	inBubble(t, &fake{binds: times(2, errOnline)}, func(d *desk) {
		d.Set(good)
		d.is(Reconnecting)
		d.wait(9 * time.Second)
		d.is(Up)
		same(t, "calls at the start", d.done(), []string{"open 2abcdefgh_good0123456", "bind ", "bind ", "bind "})
	})
}

func TestAReasonSeenWhileReconnecting(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		d.refuse(&d.resumes, errNoNet, errInvalid)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.wait(time.Hour)
		if s := d.is(Blocked); s.Reason.Ngrok != "ERR_NGROK_107" {
			t.Errorf("reason: %+v", s.Reason)
		}
		same(t, "calls", d.done()[2:], []string{"resume", "resume", "close"})
	})
}

func TestReconnect(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		seen := 2
		d.wait(recent)
		d.Reconnect()
		if s := d.is(Up); s.Reconnects != 1 || s.Reason != nil || s.Outage != 0 {
			t.Errorf("up again: %+v", s)
		}
		same(t, "while up", d.since(&seen), []string{"drop", "resume"})

		d.refuse(&d.resumes, times(8, errNoNet)...)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.wait(20 * time.Second)
		d.is(Reconnecting)
		d.since(&seen)
		d.Set(good)
		same(t, "the same again", d.since(&seen), nil)
		d.Reconnect()
		s := d.is(Reconnecting)
		same(t, "while it waits", d.since(&seen), []string{"resume", "resume"}) // the second one since the waits begin anew
		if time.Until(s.Next) > time.Second {
			t.Errorf("the next wait is %v", time.Until(s.Next))
		}
		d.wait(time.Minute)
		d.is(Up)
		d.since(&seen)

		d.refuse(&d.resumes, errOnline, ErrAway)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.is(Reconnecting)
		d.Reconnect()
		d.is(Up)
		same(t, "while the SDK sleeps", d.since(&seen), []string{"resume", "resume", "close", "open 2abcdefgh_good0123456", "bind "})
	})
}

// TestReconnectJustAfterItCameBack: it healed while the button was being pressed, and is not dropped once more. A sleep asks for a new one always.
func TestReconnectJustAfterItCameBack(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		d.wait(time.Hour)
		seen := len(d.done())
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		for d.is(d.Status().State).State != Up {
			d.wait(time.Millisecond)
		}
		back := d.is(Up)
		d.Reconnect()
		d.wait(recent - time.Millisecond)
		d.Reconnect()
		if s := d.is(Up); s.Reconnects != 1 || !s.Since.Equal(back.Since) {
			t.Errorf("it came back at %v, and: %+v", back.Since, s)
		}
		same(t, "while it came back", d.since(&seen), []string{"resume"})
		d.wait(time.Millisecond)
		d.Reconnect()
		d.is(Up)
		d.Reconnect()
		d.is(Up)
		same(t, "later, twice", d.since(&seen), []string{"drop", "resume"})
		d.Woke()
		d.is(Up)
		same(t, "after a sleep", d.since(&seen), []string{"drop", "resume"})
	})
}

func TestReconnectDuringATry(t *testing.T) {
	inBubble(t, &fake{takes: 15 * time.Second}, func(d *desk) {
		d.Set(good)
		d.wait(time.Second)
		d.Reconnect()
		same(t, "shortly after it began", d.done(), []string{"open 2abcdefgh_good0123456"})
		d.wait(2 * time.Second)
		d.Reconnect()
		same(t, "later", d.done(), []string{"open 2abcdefgh_good0123456", "open 2abcdefgh_good0123456"})
		d.is(Starting)
		d.wait(time.Minute)
		d.is(Up)
	})
}

func TestAServerThatSaysNothing(t *testing.T) {
	inBubble(t, &fake{takes: time.Hour}, func(d *desk) {
		d.Set(good)
		d.wait(19 * time.Second)
		d.is(Starting)
		d.wait(2 * time.Second)
		if s := d.is(Reconnecting); s.Reason.Code != "TUNNEL_NO_NET" {
			t.Errorf("reason: %+v", s.Reason)
		}
	})
}

func TestSetWhileConnecting(t *testing.T) {
	other := Config{Authtoken: "2other000_other0000000"}
	inBubble(t, &fake{takes: 3 * time.Second, opens: []error{errInvalid}}, func(d *desk) {
		d.Set(good)
		d.wait(time.Second)
		d.Set(other)
		d.wait(time.Second)
		same(t, "another token", d.done(), []string{"open 2abcdefgh_good0123456", "open 2other000_other0000000"})
		d.refuse(&d.opens) // the first answer was not taken
		d.is(Starting)
		d.wait(time.Minute)
		d.is(Blocked) // the answer that was meant for the first one
		d.Set(good)
		d.wait(4 * time.Second)
		seen := len(d.done())
		d.Set(Config{Authtoken: good.Authtoken, Domain: "B.ngrok.example"})
		d.wait(time.Minute)
		same(t, "another domain", d.since(&seen), []string{"bind b.ngrok.example"})
		if s := d.is(Up); s.URL != "https://b.ngrok.example" {
			t.Errorf("up at %s", s.URL)
		}
		d.Set(other)
		d.wait(time.Second)
		d.Set(Config{})
		d.is(Off)
	})
}

func TestAnotherDomainOrPolicyOnTheSameSession(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		c := good
		d.Set(c)
		d.is(Up)
		first := d.last().listener
		c.Domain = "a.ngrok.example"
		d.Set(c)
		if s := d.is(Up); s.URL != "https://a.ngrok.example" {
			t.Errorf("up at %s", s.URL)
		}
		if _, err := first.Accept(); err == nil {
			t.Error("the old address is still served")
		}
		c.Policy = "{}"
		d.Set(c)
		d.is(Up)
		same(t, "calls", d.done()[1:], []string{"bind ", "bind a.ngrok.example", "bind a.ngrok.example{}"})
		if got := d.states(); got != "starting up" {
			t.Errorf("told: %s", got)
		}

		seen := len(d.done())
		d.refuse(&d.resumes, errNoNet, errNoNet, errNoNet, errNoNet)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.is(Reconnecting)
		d.since(&seen)
		c.Domain = "b.ngrok.example"
		d.Set(c)
		d.is(Up)
		same(t, "while it is lost", d.since(&seen), []string{"close", "open 2abcdefgh_good0123456", "bind b.ngrok.example{}"})
	})
}

func TestThePolicyIsRefused(t *testing.T) {
	c := Config{Authtoken: good.Authtoken, Policy: "{}"}
	inBubble(t, &fake{binds: []error{errRules}}, func(d *desk) {
		d.Set(c)
		s := d.is(Up)
		if s.Refused == nil || s.Refused.Code != "TUNNEL_POLICY" || s.Refused.Ngrok != "ERR_NGROK_2201" || s.Reason != nil {
			t.Errorf("up: %+v", s)
		}
		same(t, "calls", d.done()[1:], []string{"bind {}", "bind "})
		d.wait(time.Hour)
		d.Reconnect()
		if s := d.is(Up); s.Refused == nil {
			t.Error("after a reconnect the refusal is forgotten")
		}
		seen := len(d.done())
		c.Policy = "{ }"
		d.Set(c)
		if s := d.is(Up); s.Refused != nil {
			t.Errorf("another policy: %+v", s.Refused)
		}
		same(t, "another policy", d.since(&seen), []string{"bind { }"})

		d.refuse(&d.resumes, errRules)
		d.refuse(&d.binds, errRules)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.wait(time.Minute)
		if s := d.is(Up); s.Refused == nil {
			t.Error("no refusal")
		}
		same(t, "refused at a reconnect", d.since(&seen), []string{"resume", "close", "open 2abcdefgh_good0123456", "bind { }", "bind "})
	})
}

func TestWhatNgrokEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		happen func(*fakeSession)
		state  State
		code   string
		calls  []string
	}{
		{"stopped", func(s *fakeSession) { s.tell(Event{Kind: Stop}) }, Blocked, "TUNNEL_REMOTE_STOP", []string{"close"}},
		{"restarted", func(s *fakeSession) { s.tell(Event{Kind: Restart}) }, Up, "", []string{"close", "open 2abcdefgh_good0123456", "bind "}},
		{"ended", func(s *fakeSession) { s.tell(Event{Kind: Ended, Err: errEnded}) }, Up, "TUNNEL_LOST", []string{"close", "open 2abcdefgh_good0123456", "bind "}},
		{"the address stopped", func(s *fakeSession) { s.listener.end(errors.New("stopped by Robin")) }, Blocked, "TUNNEL_REMOTE_STOP", []string{"close"}},
		{"the address stopped by an unknown code", func(s *fakeSession) { s.listener.end(errors.New("stopped https://x/errors/err_ngrok_9999")) }, Blocked, "TUNNEL_REMOTE_STOP", []string{"close"}},
		{"the account was closed", func(s *fakeSession) { s.listener.end(errors.New("ERR_NGROK_338")) }, Blocked, "TUNNEL_ACCOUNT", []string{"close"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, &fake{}, func(d *desk) {
				d.Set(good)
				d.is(Up)
				d.wait(time.Minute)
				c.happen(d.last())
				s := d.is(c.state)
				if code := ""; s.Reason != nil && s.Reason.Code != c.code || s.Reason == nil && c.code != code {
					t.Errorf("reason: %+v", s.Reason)
				}
				if c.state == Up && s.Reconnects != 1 {
					t.Errorf("%d reconnects", s.Reconnects)
				}
				same(t, "calls", d.done()[2:], c.calls)
			})
		})
	}
}

// What ends a session also ends what was under way on it, whose own failure says nothing more.
func TestWhatNgrokEndsWhileItBinds(t *testing.T) {
	for _, c := range []struct {
		name    string
		event   Event
		state   State
		attempt int
		code    string
	}{
		{"stopped", Event{Kind: Stop}, Blocked, 0, "TUNNEL_REMOTE_STOP"},
		{"restarted", Event{Kind: Restart}, Reconnecting, 1, ""},
		{"ended", Event{Kind: Ended, Err: errEnded}, Reconnecting, 1, "TUNNEL_LOST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, &fake{takes: time.Second}, func(d *desk) {
				d.Set(good)
				d.wait(time.Minute)
				d.refuse(&d.binds, errBroken)
				d.Set(Config{Authtoken: good.Authtoken, Domain: "b.ngrok.example"})
				d.wait(500 * time.Millisecond)
				d.last().tell(c.event)
				synctest.Wait() // the bind has failed, the next session is not open yet
				s := d.is(c.state)
				if s.Attempt != c.attempt || c.code == "" && s.Reason != nil || c.code != "" && (s.Reason == nil || s.Reason.Code != c.code) {
					t.Errorf("attempt %d for %+v", s.Attempt, s.Reason)
				}
			})
		})
	}
}

func TestALossWhileItConnects(t *testing.T) {
	inBubble(t, &fake{takes: time.Second}, func(d *desk) {
		d.Set(good)
		d.wait(5 * time.Second)
		d.is(Up)
		d.wait(time.Minute)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.wait(500 * time.Millisecond)
		d.last().tell(Event{Kind: Lost, Err: errBroken}) // resumed, and lost before that was known
		d.wait(600 * time.Millisecond)
		d.is(Reconnecting)
		d.wait(10 * time.Second)
		d.is(Up)
		same(t, "calls", d.done()[2:], []string{"resume", "resume"})

		d.wait(time.Minute)
		d.Set(Config{Authtoken: good.Authtoken, Domain: "b.ngrok.example"})
		d.wait(500 * time.Millisecond)
		d.refuse(&d.binds, errBroken)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.wait(time.Second)
		if s := d.is(Reconnecting); s.Attempt != 1 {
			t.Errorf("one loss is counted as %d: %+v", s.Attempt, s)
		}
	})
	inBubble(t, &fake{early: errBroken}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		same(t, "calls", d.done(), []string{"open 2abcdefgh_good0123456", "resume", "bind "})
	})
}

func TestLatency(t *testing.T) {
	inBubble(t, &fake{}, func(d *desk) {
		d.Set(good)
		d.is(Up)
		d.last().tell(Event{Kind: Beat, Latency: 42 * time.Millisecond})
		if s := d.is(Up); s.Latency != 42*time.Millisecond {
			t.Errorf("latency %v", s.Latency)
		}
		d.refuse(&d.resumes, errNoNet, errNoNet)
		d.last().tell(Event{Kind: Lost, Err: errBroken})
		d.last().tell(Event{Kind: Beat, Latency: time.Second})
		if s := d.is(Reconnecting); s.Latency != 0 {
			t.Errorf("latency %v while it is lost", s.Latency)
		}
		d.Set(Config{})
		d.is(Off)
		d.fake.sessions[0].tell(Event{Kind: Beat, Latency: time.Second})
		if s := d.is(Off); s.Latency != 0 {
			t.Errorf("latency %v of a session that is closed", s.Latency)
		}
	})
}

func TestTheEndInEachState(t *testing.T) {
	for _, c := range []struct {
		name string
		fake *fake
		into func(*desk)
	}{
		{"off", &fake{}, func(*desk) {}},
		{"starting", &fake{takes: 10 * time.Second}, func(d *desk) { d.Set(good); d.wait(time.Second); d.is(Starting) }},
		{"binding", &fake{takes: 10 * time.Second}, func(d *desk) { d.Set(good); d.wait(11 * time.Second); d.is(Starting) }},
		{"up", &fake{}, func(d *desk) { d.Set(good); d.is(Up) }},
		{"waiting", &fake{opens: times(9, errNoNet)}, func(d *desk) { d.Set(good); d.wait(10 * time.Second); d.is(Reconnecting) }},
		{"blocked", &fake{opens: times(1, errInvalid)}, func(d *desk) { d.Set(good); d.is(Blocked) }},
		{"resuming", &fake{}, func(d *desk) {
			d.Set(good)
			d.is(Up)
			d.fake.mu.Lock()
			d.takes = 10 * time.Second
			d.fake.mu.Unlock()
			d.Woke()
			d.is(Reconnecting)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, c.fake, func(d *desk) {
				c.into(d)
				began := time.Now()
				d.end()
				if took := time.Since(began); took != 0 {
					t.Errorf("it took %v", took)
				}
				d.Set(good)
				d.Reconnect()
				if s := d.Status(); s.State != Off {
					t.Errorf("it is %s", s.State)
				}
			})
		})
	}
}

func TestARequestInFlightEnds(t *testing.T) {
	for path, in := range map[string]time.Duration{"/aaa": 3 * time.Second, "/" + strings.Repeat("a", 60): 10 * time.Second} {
		inBubble(t, &fake{}, func(d *desk) {
			d.Set(good)
			d.is(Up)
			ours, theirs := net.Pipe()
			d.last().listener.conns <- theirs
			answer := make(chan string, 1)
			go func() {
				_, _ = fmt.Fprintf(ours, "GET %s HTTP/1.1\r\nHost: own.ngrok.example\r\n\r\n", path)
				r, err := http.ReadResponse(bufio.NewReader(ours), nil)
				if err != nil {
					answer <- ""
					return
				}
				body, _ := io.ReadAll(r.Body)
				answer <- string(body)
			}()
			synctest.Wait()
			began := time.Now()
			d.end()
			if took := time.Since(began); took > in+time.Second || took < in-time.Second {
				t.Errorf("%s: the end took %v, want about %v", path, took, in)
			}
			if got := <-answer; (got == path) != (in < 10*time.Second) {
				t.Errorf("%s: answered %q", path, got)
			}
			time.Sleep(time.Hour) // the handler that was given up
		})
	}
}

func TestTheServer(t *testing.T) {
	k := keeper{o: New(Options{}).o}
	s := k.server()
	if s.WriteTimeout != 0 || s.ReadTimeout != 0 {
		t.Error("a deadline on one of ngrok's streams breaks the session")
	}
	if s.ReadHeaderTimeout != 10*time.Second || s.IdleTimeout != 2*time.Minute || s.MaxHeaderBytes != 16<<10 {
		t.Errorf("limits: %v %v %d", s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
	if !s.DisableGeneralOptionsHandler {
		t.Error("net/http answers OPTIONS * before the handler is asked")
	}
}

func TestNoSecretIsTold(t *testing.T) {
	c := Config{Authtoken: "2abcdefgh_good0123456", Proxy: "http://robin:p%40ss-word-9@proxy.contoso.example:3128"}
	text := errors.New(`dial http://robin:p%40ss-word-9@proxy, password "p@ss-word-9", authtoken 2abcdefgh_good0123456, or good0123456 alone, or 2abcdefgh. ERR_NGROK_107`)
	hidden := func(d *desk) {
		for _, s := range d.told {
			told := fmt.Sprintf("%+v", s) // of the reason it has the message alone
			if s.Reason != nil {
				told += s.Reason.Detail
			}
			for _, secret := range []string{"2abcdefgh", "good0123456", "p@ss-word-9", "p%40ss-word-9"} {
				if strings.Contains(told, secret) {
					t.Errorf("%s is told: %s", secret, told)
				}
			}
		}
	}
	inBubble(t, &fake{opens: []error{text}}, func(d *desk) {
		d.Set(c)
		d.is(Blocked)
		hidden(d)
	})
	inBubble(t, &fake{takes: time.Second}, func(d *desk) { // and by a session that another has been wanted in place of
		d.Set(c)
		d.wait(1500 * time.Millisecond) // it binds
		d.post(func() {                 // before what is under way has ended
			d.keeper.set(Config{Authtoken: "3zyxwvuts_other0123456"})
			d.keeper.event(d.keeper.live, Event{Kind: Lost, Err: text})
		})
		d.wait(time.Minute)
		d.is(Up)
		hidden(d)
	})
}
