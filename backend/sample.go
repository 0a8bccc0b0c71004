package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"scimdesk/backend/entra"
)

// SampleOptions says what is played. People is 10 to 2,000; Speed is slow (to watch each request), entra (as fast as Entra sends) or
// fast (as fast as it goes).
type SampleOptions struct {
	People int    `json:"people"`
	Speed  string `json:"speed"`
}

// SampleInfo is how the sample stands, and what the live folder does meanwhile.
type SampleInfo struct {
	Active   bool   `json:"active"`  // the window shows the sample
	Playing  bool   `json:"playing"` // Entra is being played
	People   int    `json:"people"`
	Speed    string `json:"speed"`
	Phase    string `json:"phase"`    // connect, cycle, verify, done or failed
	Cycle    int    `json:"cycle"`    // 1 is the initial cycle
	Requests int    `json:"requests"` // sent so far
	Agreed   bool   `json:"agreed"`   // done: everything read back is as it was sent
	Code     string `json:"code"`     // failed: an error code, and its sentence
	Message  string `json:"message"`

	LiveRequests int64  `json:"liveRequests"` // what the live folder received since the sample began
	LiveServing  bool   `json:"liveServing"`
	LiveSince    string `json:"liveSince"` // when the sample began
}

const (
	sampleLeast, sampleMost = 10, 2000
	samplePerGroup          = 15
	sampleSeed              = 2026 // everybody sees the same office
	sampleCycles            = 10
	sampleSettlings         = 5               // cycles for what failed before, at the end
	sampleNamesakes         = 3               // cycles in which somebody's user name is taken, until Entra's admin has mended it
	sampleFinish            = 1 * time.Second // for requests in flight when the sample is left
)

// A tempo is how Entra is played: requests a second (0 is no limit), how many people at a time, and the pause after the first
// cycle. Each further pause is half as long again: the longer one watches, the rarer something new is worth an interruption.
type tempo struct {
	pace        float64
	concurrency int
	pause       time.Duration
}

var tempi = map[string]tempo{
	"slow":  {pace: 3, concurrency: 1, pause: 2 * time.Second},
	"entra": {pace: 25, concurrency: 1, pause: 2 * time.Second},
	"fast":  {concurrency: 4},
}

// Sample is a backend of invented people on a scratch folder, with Entra being played at it: an initial cycle, then cycles in
// which the office lives, then everything is read back and compared. In the first cycles two people share a user name, so that one
// sees what a refusal looks like. It listens on loopback alone, and its secret is in memory
// alone.
type Sample struct {
	backend *Backend
	remove  func() error
	wire    *sampleWire
	client  *entra.Client
	tempo   tempo
	began   time.Time

	stop    context.CancelFunc // ends the play
	played  chan struct{}      // closed when it has ended
	unserve context.CancelFunc
	served  chan error

	mu   sync.Mutex
	info SampleInfo
}

// OpenSample makes the folder and begins to play; ctx counts only until it returns. What can't be played gives ErrRehearsal.
func OpenSample(ctx context.Context, o SampleOptions, log *slog.Logger) (*Sample, error) {
	t, ok := tempi[o.Speed]
	if !ok {
		return nil, fmt.Errorf("%w: the speed must be slow, entra or fast, not %q", ErrRehearsal, o.Speed)
	}
	if o.People < sampleLeast || o.People > sampleMost {
		return nil, fmt.Errorf("%w: people must be from %d to %d, not %d", ErrRehearsal, sampleLeast, sampleMost, o.People)
	}
	b, remove, err := OpenScratch(ctx, Options{Listen: "127.0.0.1:0", Face: "window", Sample: true, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open sample: %w", err)
	}
	s := &Sample{
		backend: b, remove: remove, tempo: t, began: time.Now(),
		wire:   newSampleWire(t.concurrency),
		played: make(chan struct{}), served: make(chan error, 1),
		info: SampleInfo{Playing: true, People: o.People, Speed: o.Speed, Phase: "connect"},
	}
	if err := s.connect(ctx, o.People); err != nil {
		return nil, errors.Join(fmt.Errorf("open sample: %w", err), remove())
	}
	life := context.WithoutCancel(ctx)
	serve, unserve := context.WithCancel(life)
	play, stop := context.WithCancel(life)
	s.unserve, s.stop = unserve, stop
	go func() { s.served <- b.Run(serve) }()
	go s.play(play)
	return s, nil
}

// connect gives the played Entra address and secret. The backend's later secrets reach it as the first one does.
func (s *Sample) connect(ctx context.Context, people int) error {
	if err := s.backend.ListenError(); err != nil {
		return err
	}
	s.backend.sender = s.wire
	secret, err := s.backend.RotateToken(ctx, TokenRotation{})
	if err != nil {
		return err
	}
	s.client, err = entra.New(entra.Options{
		URL: s.backend.door.address(), Token: secret.Secret, Dialect: "mixed",
		People: people, Groups: (people + samplePerGroup - 1) / samplePerGroup, Seed: sampleSeed,
		Concurrency: s.tempo.concurrency, Pace: s.tempo.pace,
		HTTP: &http.Client{Transport: s.wire},
		Progress: func(entra.Exchange) {
			s.mu.Lock()
			s.info.Requests++
			s.mu.Unlock()
		},
	})
	return err
}

// Backend is what a face shows.
func (s *Sample) Backend() *Backend { return s.backend }

// Info tells how it stands; whether it is shown and the live fields are left to the caller.
func (s *Sample) Info() SampleInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

// Close ends the play at once and removes the folder; nothing of it is left.
func (s *Sample) Close() error {
	s.stop()
	<-s.played
	s.client.Close()
	s.unserve()
	var err error
	select {
	case err = <-s.served:
	case <-time.After(sampleFinish): // somebody else holds a request open
		err = errors.Join(s.backend.door.close(), <-s.served)
	}
	if err = errors.Join(err, s.remove()); err != nil {
		return fmt.Errorf("close sample: %w", err)
	}
	return nil
}

// play runs the cycles and tells how they end. A secret that is refused stops Entra; it goes on when there is a new one, as
// it does when the admin pastes it and starts provisioning again.
func (s *Sample) play(ctx context.Context) {
	defer close(s.played)
	for {
		s.wire.forgetPaste()
		agreed, err := s.run(ctx)
		if ctx.Err() != nil {
			return
		}
		s.change(func(i *SampleInfo) {
			i.Playing, i.Agreed, i.Phase = false, agreed, "done"
			if err != nil {
				i.Phase, i.Code, i.Message = "failed", Code(err), Message(err)
			}
		})
		if err == nil {
			return
		}
		s.backend.log.Warn("the sample's Entra stopped", "err", err)
		if !refused(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wire.pasted:
		}
	}
}

// run goes on from where the last one ended; a cycle that was cut short counts as one. A panic is its error.
func (s *Sample) run(ctx context.Context) (agreed bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.backend.log.Error("panic in the sample", "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	s.begin("connect")
	if err := s.client.TestConnection(ctx); err != nil {
		return false, err
	}
	s.begin("cycle")
	for n := len(s.client.Report().Cycles); n < sampleCycles; n++ {
		if err := s.rest(ctx, n); err != nil {
			return false, err
		}
		s.change(func(i *SampleInfo) { i.Cycle = n + 1 })
		if _, err := s.client.Cycle(ctx); err != nil {
			return false, err
		}
		if n < sampleNamesakes {
			if err := s.client.Namesake(ctx); err != nil {
				return false, err
			}
		}
	}
	for range sampleSettlings {
		if cycles := s.client.Report().Cycles; cycles[len(cycles)-1].Escrow == 0 {
			break
		}
		if _, err := s.client.Settle(ctx); err != nil {
			return false, err
		}
	}
	s.begin("verify")
	differences, err := s.client.Verify(ctx)
	return err == nil && len(differences) == 0, err
}

// rest is the time in which the office lives, after n cycles.
func (s *Sample) rest(ctx context.Context, n int) error {
	if n == 0 || s.tempo.pause == 0 {
		return nil
	}
	pause := s.tempo.pause
	for range n - 1 {
		pause += pause / 2
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (s *Sample) begin(phase string) {
	s.change(func(i *SampleInfo) { i.Playing, i.Phase, i.Code, i.Message = true, phase, "", "" })
}

// change changes what Info gives, and tells whoever watches.
func (s *Sample) change(f func(*SampleInfo)) {
	s.mu.Lock()
	f(&s.info)
	s.mu.Unlock()
	s.backend.hub.tell(Notify{Store: s.backend.id, Status: true})
}

// refused says that the played Entra was turned away for its secret.
func refused(err error) bool {
	f, ok := errors.AsType[*entra.Failure](err)
	return ok && f.Status == http.StatusUnauthorized
}

// sampleWire is what the played Entra sends by. Each request goes with the secret that was pasted last; while a new one is made
// none is on its way, so that a rotation ends no request of the sample's own.
type sampleWire struct {
	mu     sync.RWMutex
	under  http.RoundTripper
	secret string
	pasted chan struct{} // holds one: there is a new secret
}

func newSampleWire(connections int) *sampleWire {
	return &sampleWire{
		under:  &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: connections},
		pasted: make(chan struct{}, 1),
	}
}

// RoundTrip sends one request.
func (w *sampleWire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+w.secret)
	return w.under.RoundTrip(r)
}

// CloseIdleConnections is what http.Client asks for.
func (w *sampleWire) CloseIdleConnections() {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if t, ok := w.under.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// paste makes a secret while nothing is on its way, and sends with it from then on.
func (w *sampleWire) paste(rotate func() (NewToken, error)) (NewToken, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	made, err := rotate()
	if err != nil {
		return NewToken{}, err
	}
	w.secret = made.Secret
	select {
	case w.pasted <- struct{}{}:
	default: // it has not looked since the last one
	}
	return made, nil
}

// forgetPaste forgets that there was a new secret: the next request goes with it.
func (w *sampleWire) forgetPaste() {
	select {
	case <-w.pasted:
	default:
	}
}
