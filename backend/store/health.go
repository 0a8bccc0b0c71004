package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// State is what the disk lets us do.
type State string

// The states. All but StateOK mean that writes are refused with *Unavailable; reads go on as far as they can.
const (
	StateOK       State = "ok"
	StateFull     State = "full"
	StateReadOnly State = "read-only"
	StateLocked   State = "locked"  // another program holds a write transaction for longer than we wait
	StateCorrupt  State = "corrupt" // the file is damaged; only a check that finds nothing clears it
	StateFailing  State = "failing" // any other error of input or output
)

// Unavailable is a write that could not be made durable through no fault of its own: disk full, read-only, locked,
// corrupt. Nothing of it was written, and it may be tried again.
type Unavailable struct { //nolint:errname // store.Unavailable says what it is
	State State
	Err   error
}

// Error names the state and the cause.
func (e *Unavailable) Error() string { return fmt.Sprintf("database %s: %v", e.State, e.Err) }

// Unwrap gives the cause.
func (e *Unavailable) Unwrap() error { return e.Err }

// Health is the store's state and since when. Detail is the cause as the engine words it, "" while all is well.
type Health struct {
	State  State
	Since  time.Time
	Detail string
}

// refine finds out what a failure is that the engine can't tell: it says "can't open" or "error of input or output" also where
// the folder is read-only or has no room.
func refine(state State, dir string) State {
	if state != StateFailing {
		return state
	}
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return cmp.Or(fileState(err), state)
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return state
}

// fileState tells which trouble of the disk an error of the operating system is, or "" if it is none.
func fileState(err error) State {
	switch {
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return StateReadOnly
	case errors.Is(err, syscall.ENOSPC):
		return StateFull
	}
	return ""
}

// A watch keeps the Health. It is set by failing writes and by reads that meet damage, and cleared by the next write
// that works; damage is cleared only by a check of the whole file, since a write elsewhere in it proves nothing.
type watch struct {
	now     func() time.Time
	changed func(Health)  // one call at a time, in order
	wake    chan struct{} // tells the writer that there may be something to probe
	telling sync.Mutex
	mu      sync.Mutex
	health  Health
}

func newWatch(now func() time.Time, changed func(Health)) *watch {
	return &watch{now: now, changed: changed, wake: make(chan struct{}, 1),
		health: Health{State: StateOK, Since: now()}}
}

func (w *watch) get() Health {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.health
}

// fail notes trouble and gives the error that callers get.
func (w *watch) fail(state State, err error) *Unavailable {
	w.met(state, err)
	return &Unavailable{State: state, Err: err}
}

// met notes trouble that nobody waits for.
func (w *watch) met(state State, err error) { w.set(state, err.Error(), false) }

// wrote notes that a write reached the disk.
func (w *watch) wrote() { w.set(StateOK, "", false) }

// checked notes that the whole file was looked at and found sound.
func (w *watch) checked() { w.set(StateOK, "", true) }

func (w *watch) set(state State, detail string, checked bool) {
	w.mu.Lock()
	same := w.health.State == state
	w.mu.Unlock()
	if same {
		return
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	w.mu.Lock()
	if w.health.State == state || (w.health.State == StateCorrupt && !checked) {
		w.mu.Unlock()
		return
	}
	w.health = Health{State: state, Since: w.now(), Detail: detail}
	told := w.health
	w.mu.Unlock()
	if w.changed != nil {
		w.changed(told)
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
