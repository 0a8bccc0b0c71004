package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// ErrOpening means that a call's time was over while the data folder was still being opened, which goes on.
var ErrOpening = errors.New("the data folder is still being opened")

// ErrSampleRunning refuses what can't be done while the window shows a sample.
var ErrSampleRunning = errors.New("the window shows a sample")

// A Desk holds what a window works at: the live folder and, for as long as one is shown, a sample in its place. The live folder
// goes on receiving under it. The window's calls go through AskShown and AskLive, which wait while a folder is being opened, and
// see to it that no answer comes from a backend that the window has left meanwhile.
type Desk struct {
	o      Options
	prefs  *PreferenceStore
	beside func(context.Context, *Backend) (io.Closer, error)
	log    *slog.Logger

	life context.Context
	end  context.CancelFunc
	turn chan struct{}  // holds one: whoever opens or leaves something
	work sync.WaitGroup // what Close waits for

	began   time.Time
	bundles plans[[]DiagnosticsFile] // of a folder that could not be opened

	mu      sync.Mutex
	folder  string // as Options.Dir
	by      string
	lost    error // why no folder is known
	live    *seat
	turning bool // another folder is being opened in place of live, which nobody else may replace meanwhile
	sample  *sampleSeat
	moved   chan struct{} // closed when another backend is shown
}

// A seat is one backend that calls can go to: being opened, open until its life ends, or failed to open.
type seat struct {
	folder string
	life   context.Context
	leave  context.CancelFunc
	opened chan struct{} // closed when backend or err is set
	closed chan struct{}

	backend *Backend
	err     error // before it is opened: why it can't be

	// Guarded by Desk.mu.
	gone  bool
	calls sync.WaitGroup
	mark  int64 // where its log of requests stood when the sample began
}

type sampleSeat struct {
	*seat
	*Sample
}

// NewDesk prepares a desk at the data folder that a flag (o.Dir), the environment or the user's preferences name, in this order.
// Beside, if set, is opened for each live backend and closed before it.
func NewDesk(o Options, prefs *PreferenceStore, beside func(context.Context, *Backend) (io.Closer, error)) *Desk {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{o: o, prefs: prefs, beside: beside, log: o.Log, turn: make(chan struct{}, 1), moved: make(chan struct{}), began: time.Now()}
	d.life, d.end = context.WithCancel(context.Background())
	d.decide()
	return d
}

// Open begins to open the live folder, unless it is open or being opened, or another one is about to take its place. The first time it also removes what samples of
// killed processes have left.
func (d *Desk) Open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.life.Err() != nil || d.turning || d.live != nil && !d.live.failed() {
		return
	}
	if d.lost != nil {
		d.decide() // it may have been mended
	}
	first, s := d.live == nil, d.newSeat(d.folder)
	s.err, d.live = d.lost, s
	d.work.Go(func() { d.serve(s, true) })
	if first {
		d.work.Go(func() {
			<-s.opened // what the user waits for comes first
			RemoveLeftovers(d.life, d.log)
		})
	}
}

func (d *Desk) newSeat(folder string) *seat {
	s := &seat{folder: folder, opened: make(chan struct{}), closed: make(chan struct{})}
	s.life, s.leave = context.WithCancel(d.life)
	return s
}

// failed says that it could not be opened.
func (s *seat) failed() bool {
	select {
	case <-s.opened:
		return s.err != nil
	default:
		return false
	}
}

// serve opens a live folder, serves it until its life ends, and closes it.
func (d *Desk) serve(s *seat, shown bool) {
	defer close(s.closed)
	d.open(s)
	if s.err != nil {
		if shown {
			d.log.Error("open data folder", "err", s.err)
		}
		return
	}
	if shown {
		d.show()
	}
	var beside io.Closer
	if d.beside != nil {
		var err error
		if beside, err = d.beside(s.life, s.backend); err != nil {
			d.log.Error("open the door for the command line", "err", err)
		}
	}
	if err := s.backend.Run(s.life); err != nil {
		d.log.Error("serve", "err", err)
	}
	<-s.life.Done() // a listener that failed does not end the window: the page tells
	d.settle(s)
	if beside != nil {
		if err := beside.Close(); err != nil {
			d.log.Error("shut the door for the command line", "err", err)
		}
	}
	if err := s.backend.Close(); err != nil {
		d.log.Error("close data folder", "err", err)
	}
}

// open opens a seat's folder; a panic is its error.
func (d *Desk) open(s *seat) {
	defer close(s.opened)
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("panic while opening the data folder", "panic", v, "stack", string(debug.Stack()))
			s.err = fmt.Errorf("panic: %v", v)
		}
	}()
	if s.err != nil {
		return // nobody knows which folder it is
	}
	o := d.o
	o.Dir = s.folder
	if s.backend, s.err = Open(s.life, o); s.err != nil {
		return
	}
	head, err := s.backend.activityHead(s.life)
	if err != nil {
		d.log.Warn("read activity", "err", err)
	}
	d.mu.Lock()
	s.mark = head.Last
	d.mu.Unlock()
}

// show tells Watch that another backend is shown.
func (d *Desk) show() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.showLocked()
}

func (d *Desk) showLocked() {
	close(d.moved)
	d.moved = make(chan struct{})
}

// settle waits until no call is under way on a seat whose life has ended, and none can begin.
func (d *Desk) settle(s *seat) {
	d.mu.Lock()
	s.gone = true
	d.mu.Unlock()
	s.calls.Wait()
}

// shown is the seat that the window shows, and liveSeat the one under a sample. Both need d.mu; there is none before Open.
func (d *Desk) shown() *seat {
	if d.sample != nil {
		return d.sample.seat
	}
	return d.live
}

func (d *Desk) liveSeat() *seat { return d.live }

// AskShown asks the backend that the window shows, the sample while there is one. It waits until the folder is open and gives
// the error with which it could not be, or ErrOpening when ctx's time is over before. An answer that comes when the window has turned to another backend is dropped, and
// context.Canceled given.
func AskShown[T any](ctx context.Context, d *Desk, f func(*Backend, context.Context) (T, error)) (T, error) {
	return askSeat(ctx, d, d.shown, f)
}

// AskLive is AskShown for what belongs to the live folder alone.
func AskLive[T any](ctx context.Context, d *Desk, f func(*Backend, context.Context) (T, error)) (T, error) {
	return askSeat(ctx, d, d.liveSeat, f)
}

func askSeat[T any](ctx context.Context, d *Desk, which func() *seat, f func(*Backend, context.Context) (T, error)) (T, error) {
	var none T
	s, err := d.enter(ctx, which)
	if err != nil {
		return none, err
	}
	defer s.calls.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	t, err := f(s.backend, ctx)
	if s.life.Err() != nil {
		return none, fmt.Errorf("the window has left %s: %w", s.backend.dir, context.Canceled)
	}
	return t, err
}

// stillOpening is the error of what waited for a folder to open until ctx ended. The end of a call's time is none of the opening.
func stillOpening(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrOpening
	}
	return ctx.Err()
}

// enter waits until the seat is open and counts a call on it.
func (d *Desk) enter(ctx context.Context, which func() *seat) (*seat, error) {
	for {
		d.mu.Lock()
		s := which()
		if s == nil || s.gone {
			d.mu.Unlock()
			return nil, fmt.Errorf("nothing is open: %w", context.Canceled)
		}
		select {
		case <-s.opened:
			if s.err == nil {
				s.calls.Add(1)
			}
			d.mu.Unlock()
			return s, s.err
		default:
			d.mu.Unlock()
		}
		select {
		case <-s.opened:
		case <-ctx.Done():
			return nil, stillOpening(ctx)
		}
	}
}

// take waits for the right to open or leave something; the returned function gives it back. Only the opening of another folder
// outlasts a call.
func (d *Desk) take(ctx context.Context) (func(), error) {
	select {
	case d.turn <- struct{}{}:
		return func() { <-d.turn }, nil
	case <-ctx.Done():
		return nil, stillOpening(ctx)
	}
}

// StartSample opens a sample and shows it in place of the live folder, which goes on receiving. ErrSampleRunning if one is
// shown already.
func (d *Desk) StartSample(ctx context.Context, o SampleOptions) error {
	release, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	d.mu.Lock()
	playing, live := d.sample != nil, d.live
	d.mu.Unlock()
	if playing {
		return ErrSampleRunning
	}
	mark := d.liveState(ctx, live).last
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(d.life, cancel)()
	sample, err := OpenSample(ctx, o, d.log)
	if err != nil {
		return err
	}
	s := d.newSeat("")
	s.backend = sample.Backend()
	close(s.opened)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sample = &sampleSeat{s, sample}
	if mark > 0 {
		live.mark = mark
	}
	d.showLocked()
	return nil
}

// LeaveSample shows the live folder again; nothing of the sample is left when it returns, unless ctx ends before. What goes wrong
// with the sample's end is logged: the sample is left all the same. Without a sample it does nothing.
func (d *Desk) LeaveSample(ctx context.Context) error {
	release, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	d.mu.Lock()
	sample := d.sample
	d.sample = nil
	d.showLocked()
	d.mu.Unlock()
	if sample == nil {
		return nil
	}
	done := make(chan struct{})
	d.work.Go(func() {
		defer close(done)
		sample.leave()
		d.settle(sample.seat)
		if err := sample.Sample.Close(); err != nil {
			d.log.Error("close the sample", "err", err)
		}
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
	return nil
}

// SampleState tells how the sample stands, and what the live folder does meanwhile. Without one Active is false.
func (d *Desk) SampleState(ctx context.Context) (SampleInfo, error) {
	d.mu.Lock()
	sample, live := d.sample, d.live
	d.mu.Unlock()
	if sample == nil {
		return SampleInfo{}, nil
	}
	i := sample.Info()
	i.Active, i.LiveSince = true, stamp(sample.began)
	now := d.liveState(ctx, live)
	i.LiveServing = now.serving
	d.mu.Lock()
	defer d.mu.Unlock()
	if live != nil {
		i.LiveRequests = max(0, now.last-live.mark)
	}
	return i, ctx.Err()
}

// backendNow is the seat's backend if it is open.
func (s *seat) backendNow() *Backend {
	select {
	case <-s.opened:
		if s.err == nil {
			return s.backend
		}
	default:
	}
	return nil
}

// liveState is where a live folder's log of requests stands, and whether it is served. A folder that can't be asked is not:
// that is told when it is shown again.
type liveState struct {
	last    int64
	serving bool
}

func (d *Desk) liveState(ctx context.Context, live *seat) liveState {
	if live == nil || live.backendNow() == nil {
		return liveState{}
	}
	now, err := AskLive(ctx, d, func(b *Backend, ctx context.Context) (liveState, error) {
		head, err := b.activityHead(ctx)
		return liveState{head.Last, b.door.bound() != ""}, err
	})
	if err != nil {
		d.log.Debug("look at the live folder", "err", err)
	}
	return now
}

// Watch gives the Notify values of the backend that is shown, until ctx or the desk ends; then the channel is closed. One with the
// new Store comes at once when another backend is shown. While that is a sample, what moves in the live folder comes as a
// change of the sample's Status: SampleState tells it.
func (d *Desk) Watch(ctx context.Context) <-chan Notify {
	out := make(chan Notify)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(d.life, cancel)
	go func() {
		defer close(out)
		defer cancel()
		defer stop()
		for ctx.Err() == nil {
			d.mu.Lock()
			shown, live, moved := d.shown(), d.live, d.moved
			d.mu.Unlock()
			d.pass(ctx, shown, live, moved, out)
		}
	}()
	return out
}

// pass hands on what is told until another backend is shown.
func (d *Desk) pass(ctx context.Context, shown, live *seat, moved <-chan struct{}, out chan<- Notify) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var notes, under <-chan Notify // nil while there is nothing to watch
	if shown != nil && shown.backendNow() != nil {
		notes = shown.backend.Watch(ctx)
	}
	if live != nil && live != shown && live.backendNow() != nil {
		under = live.backend.Watch(ctx)
	}
	for {
		var n Notify
		var over bool
		select {
		case <-moved:
			return
		case <-ctx.Done():
			return
		case told, ok := <-notes:
			n, over = told, !ok
		case _, ok := <-under:
			n, over = Notify{Store: shown.backend.id, Status: true}, !ok
		}
		if over { // ctx has ended
			return
		}
		select {
		case <-moved:
			return
		case <-ctx.Done():
			return
		case out <- n:
		}
	}
}

// Close leaves the sample, ends the live folder and returns when both are closed. Calls under way get context.Canceled.
func (d *Desk) Close() {
	d.end()
	if err := d.LeaveSample(context.Background()); err != nil {
		d.log.Error("leave the sample", "err", err)
	}
	d.work.Wait()
}
