package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	journalDelay  = 50 * time.Millisecond // a row waits no longer for others to share its commit
	journalRetry  = time.Second           // after the disk refused
	journalBatch  = 256                   // rows of one commit
	journalLimit  = 10_000                // rows kept in memory while the disk refuses
	journalBodies = 8 << 20               // bytes of bodies kept in memory; rows beyond it lose theirs
	journalTexts  = 8 << 20               // bytes of all other texts; beyond it the oldest rows are dropped
	touchDelay    = 5 * time.Second       // last uses of tokens wait this long for other rows
)

// A journal holds what may be written a little later: requests that changed nothing, and last uses of secrets. It never
// makes a request wait.
type journal struct {
	s     *Store
	more  chan struct{} // there is something to write
	full  chan struct{} // there is enough to write now
	quit  chan struct{}
	done  chan struct{}
	asked chan chan bool // somebody waits until all is written

	mu       sync.Mutex
	rows     []*Activity
	bodies   int  // bytes held by rows
	texts    int  // bytes held by rows beside their bodies
	lost     int  // rows dropped since the last that was written
	careful  int  // so many rows go one by one: one of them can't be stored
	refused  bool // by the disk, since flush began
	flushing bool // flush waits for a ride, whatever it carries
	riding   int  // commits under way that carry what was taken
	touched  map[touch]time.Time

	odometer odometer
}

func newJournal(s *Store) *journal {
	return &journal{s: s, more: make(chan struct{}, 1), full: make(chan struct{}, 1),
		quit: make(chan struct{}), done: make(chan struct{}), asked: make(chan chan bool), touched: make(map[touch]time.Time)}
}

// Log keeps the row of a request that wrote nothing. It never blocks, and the row is on disk within 100 ms. While the disk refuses,
// up to 10,000 rows wait, fewer if their texts are long; then the oldest are dropped, and a row with the Action "lost" says how many
// once the disk works. Bodies and texts that wait take 16 MiB at most, whatever clients send: rows may lose their bodies. The row is copied, its
// bodies need not be: nobody changes them any more.
func (s *Store) Log(a *Activity) {
	a = a.kept()
	j := s.journal
	j.mu.Lock()
	j.rows = append(j.rows, a)
	j.weigh(1, a)
	j.trim()
	n := len(j.rows)
	j.mu.Unlock()
	signal(j.more)
	if n >= journalBatch {
		signal(j.full)
	}
}

// Flush waits until every row that Log was given before is on disk, and gives an error if the disk refuses or the store closes.
func (s *Store) Flush(ctx context.Context) error {
	answer := make(chan bool, 1)
	select {
	case s.journal.asked <- answer:
	case <-s.journal.done:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if !<-answer {
		return &Unavailable{State: s.Health().State, Err: errors.New("requests are not in the log yet")}
	}
	return nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// weigh counts what rows hold that come (1) or go (-1).
func (j *journal) weigh(sign int, rows ...*Activity) {
	for _, a := range rows {
		j.bodies += sign * a.bodySize()
		j.texts += sign * a.textSize()
	}
}

// trim keeps to the limits. Bodies go first, of the newest rows: they are the ones that can't be held any more.
func (j *journal) trim() {
	for i := len(j.rows) - 1; j.bodies > journalBodies; i-- {
		a := j.rows[i]
		j.bodies -= a.bodySize()
		a.Request, a.Response = nil, nil
	}
	for len(j.rows) > journalLimit || j.texts > journalTexts {
		j.weigh(-1, j.rows[0])
		j.rows[0] = nil
		j.rows = j.rows[1:]
		j.lost++
	}
}

func (j *journal) touch(t touch, at time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if at.After(j.touched[t]) {
		j.touched[t] = at
	}
	signal(j.more)
}

// latest gives the later of a time that was read and of one that is not on disk yet.
func (j *journal) latest(t touch, read time.Time) time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	if at := j.touched[t]; at.After(read) {
		return at.UTC().Truncate(time.Millisecond)
	}
	return read
}

// run writes until stop, then writes what is left.
func (j *journal) run() {
	defer close(j.done)
	var due <-chan time.Time
	wait := touchDelay
	full := j.full
	for {
		select {
		case <-j.more:
			next := touchDelay
			if j.waiting() > 0 {
				next = journalDelay
			}
			if due == nil || next < wait {
				due, wait = time.After(next), next
			}
			continue
		case answer := <-j.asked:
			answer <- j.flush()
			continue
		case <-full:
		case <-due:
		case <-j.quit:
			j.flush()
			j.report()
			return
		}
		due, full = nil, j.full
		if !j.flush() {
			due, wait, full = time.After(journalRetry), 0, nil
		}
	}
}

func (j *journal) waiting() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.rows)
}

func (j *journal) isFlushing() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.flushing
}

// flush writes everything it can and reports whether the disk took it. It asks for a commit of nothing: what waits rides
// on it, as it would on any other, so that rows are taken by the writer alone and in their order.
func (j *journal) flush() bool {
	j.mu.Lock()
	j.refused, j.flushing = false, true
	j.mu.Unlock()
	defer func() {
		j.mu.Lock()
		j.flushing = false
		j.mu.Unlock()
	}()
	for {
		j.mu.Lock()
		refused, waits := j.refused, j.riding > 0 || len(j.rows) > 0 || len(j.touched) > 0 || j.lost > 0 || j.odometer.waits()
		j.mu.Unlock()
		if refused || !waits {
			return !refused
		}
		if err := j.s.writer.write(context.Background(), func(*Tx) error { return nil }); err != nil {
			return false
		}
	}
}

// ride gives what waits as a job that shares the commit of the writes at hand, nil if nothing does. So a match stands in the
// log before the create that follows it, and costs no commit of its own.
func (j *journal) ride() *job {
	rows, touched, lost := j.take()
	var carried map[string]Carried
	if len(rows) > 0 || j.isFlushing() {
		carried = j.odometer.take()
	}
	if len(rows) == 0 && len(touched) == 0 && lost == 0 && carried == nil {
		return nil
	}
	j.mu.Lock()
	j.riding++
	j.mu.Unlock()
	write := writing(rows, touched, lost)
	return &job{fn: func(tx *Tx) error { return errors.Join(write(tx), tx.writeCarried(carried)) }, answered: func(err error) {
		if err != nil {
			j.odometer.putBack(carried)
		}
		if !j.arrived(rows, touched, lost, err) {
			signal(j.more)
		}
	}}
}

// arrived is told how a ride ended, and reports whether nothing of it has to go again.
func (j *journal) arrived(rows []*Activity, touched map[touch]time.Time, lost int, err error) bool {
	if err == nil && lost > 0 {
		j.s.o.Log.Warn("requests were not stored", "lost", lost)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.riding--
	switch {
	case err == nil:
		j.careful = max(j.careful-len(rows), 0)
		return true
	case disk(err):
		j.refused = true
		j.putBack(rows, touched, lost)
	case len(rows) > 1:
		// One of them can't be stored for a reason of its own: each goes by itself.
		j.careful = len(rows)
		j.putBack(rows, touched, lost)
	default:
		// Not the disk's fault: the same would fail for ever and hold up all others.
		j.careful = max(j.careful-len(rows), 0)
		j.lost += len(rows)
		if len(rows) > 0 {
			j.lost += lost
		}
		j.s.o.Log.Error("write activity", "error", err)
		return len(rows) == 0
	}
	return false
}

// disk tells trouble of the disk, which passes, from faults that would come again.
func disk(err error) bool {
	_, ok := errors.AsType[*Unavailable](err)
	return ok
}

// take removes the next batch. Last uses of tokens alone are no reason to write more than flush asks for.
func (j *journal) take() (rows []*Activity, touched map[touch]time.Time, lost int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.rows) == 0 && !j.flushing {
		return nil, nil, 0
	}
	n := min(len(j.rows), journalBatch)
	if j.careful > 0 {
		n = min(n, 1)
	}
	rows = slices.Clone(j.rows[:n])
	clear(j.rows[:n]) // or they would be held until the last of those behind them is gone
	j.rows = j.rows[n:]
	if len(j.rows) == 0 {
		j.rows = nil
	}
	j.weigh(-1, rows...)
	touched, j.touched = j.touched, make(map[touch]time.Time)
	if j.careful == 0 {
		lost, j.lost = j.lost, 0
	}
	return rows, touched, lost
}

// putBack returns what was not written to its place before everything newer.
func (j *journal) putBack(rows []*Activity, touched map[touch]time.Time, lost int) {
	j.weigh(1, rows...)
	j.rows = append(rows, j.rows...)
	for id, at := range touched {
		if at.After(j.touched[id]) {
			j.touched[id] = at
		}
	}
	j.lost += lost
	j.trim()
}

// writing is the write of a batch.
func writing(rows []*Activity, touched map[touch]time.Time, lost int) func(*Tx) error {
	return func(tx *Tx) error {
		if lost > 0 {
			a := &Activity{At: tx.now, Action: "lost", Detail: fmt.Sprintf("%d requests are not in this list: the disk could not take them", lost)}
			if err := tx.log(a); err != nil {
				return err
			}
		}
		for _, a := range rows {
			if err := tx.log(a); err != nil {
				return err
			}
		}
		for t, at := range touched {
			if err := tx.touch(t, at); err != nil {
				return err
			}
		}
		return nil
	}
}

// report says at the end what never reached the disk.
func (j *journal) report() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if n := len(j.rows) + j.lost; n > 0 {
		j.s.o.Log.Error("requests were not stored", "lost", n)
	}
}

func (j *journal) stop() {
	close(j.quit)
	<-j.done
}
