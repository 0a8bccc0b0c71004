package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// ErrClosed is what calls get after Close.
var ErrClosed = errors.New("store is closed")

// batchLimit bounds how many writes share one commit.
const batchLimit = 256

// Tx is one write's view of the database: it sees its own changes and those of writes committed with it. It is valid
// only inside the function it was given to.
type Tx struct {
	s        *session
	now      time.Time
	activity int64 // seq of the newest activity row, this write's own included
	numbers  numbered
	commit   Commit

	store   *Store   // of Batch and of jobs
	parked  []string // ids of people without a userName until Rename gives them one
	spoiled error    // a savepoint could not be undone: nothing of this write can stay
}

func (tx *Tx) exec(text string, args ...any) (int64, error) {
	return tx.s.exec(context.Background(), text, args...)
}

func (tx *Tx) row(text string, args []any, dest ...any) error {
	return tx.s.row(context.Background(), text, args, dest...)
}

func (tx *Tx) each(text string, args []any, fn func(*sql.Rows) error) error {
	return tx.s.each(context.Background(), text, args, fn)
}

// A job is one call of write.
type job struct {
	fn       func(*Tx) error
	answered func(error)
	long     bool // goes by itself, after those that wait, and last in its transaction
}

// The writer is the only one that writes. It takes all jobs that wait, runs each in a savepoint of its own inside one
// transaction, commits once and then answers all: what callers pay for together is the disk's confirmation.
//
// Inside a transaction no context counts: interrupting one statement would roll back the neighbours' work. A job may run
// twice, so it touches nothing but its Tx and variables that it sets anew.
type writer struct {
	open      func() (*sql.DB, error)
	reopen    func()            // closes what idles of the readers; called with the writer's connection closed
	refine    func(State) State // asks the folder what a failure really is
	now       func() time.Time
	log       *slog.Logger
	health    *watch
	committed func(Commit)
	probe     time.Duration // how often a failing disk is tried
	check     func(context.Context) (string, error)

	rider func() *job // what shares the next commit, nil if nothing waits for one

	held    []*job        // steps of long work that others were let before
	queue   chan *job     // unbuffered: whoever waits to send is queued, in order, and may still give up
	waiting atomic.Int64  // how many wait to send what is no step of long work
	quit    chan struct{} // closed by stop
	stopped chan struct{} // closed when the last job is answered

	db       *sql.DB
	conn     *sql.Conn
	s        *session
	activity int64 // seq of the newest activity row on disk
	numbers  numbered
	suspect  bool // the disk failed under the connection: the next batch opens another

	// fault stands in for a disk that fails at a step: "begin", "rollback", "commit". Only tests set it.
	fault func(step string) error
}

// write runs fn in a transaction and returns when it is on disk. ctx counts only while the job is queued.
func (w *writer) write(ctx context.Context, fn func(*Tx) error) error {
	return w.ask(ctx, &job{fn: fn})
}

// writeLong is write for a step of long work. All that waits goes before it, in a commit of its own, so that nobody waits for more than one
// step; and nobody waits for two, since a step that was passed over once goes next.
func (w *writer) writeLong(ctx context.Context, fn func(*Tx) error) error {
	return w.ask(ctx, &job{fn: fn, long: true})
}

func (w *writer) ask(ctx context.Context, j *job) error {
	done := make(chan error, 1)
	j.answered = func(err error) { done <- err }
	if err := w.send(ctx, j); err != nil {
		return err
	}
	return <-done
}

// send hands a job over.
func (w *writer) send(ctx context.Context, j *job) error {
	if !j.long {
		w.waiting.Add(1)
		defer w.waiting.Add(-1)
	}
	select {
	case <-w.quit:
		return ErrClosed
	default:
	}
	select {
	case w.queue <- j:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-w.quit:
		return ErrClosed
	}
}

// run serves the queue until stop.
func (w *writer) run() {
	defer close(w.stopped)
	var tick <-chan time.Time
	checkDue := time.Time{}
	for {
		for len(w.held) > 0 {
			w.takeHeld()
		}
		state := w.health.get().State
		if state == StateOK {
			tick = nil
		} else if tick == nil {
			tick = time.After(w.probe)
		}
		select {
		case j := <-w.queue:
			w.take(w.gather(j))
		case <-w.health.wake:
		case <-tick:
			tick = nil
			if state != StateCorrupt {
				w.batch([]*job{probeJob()})
			} else if time.Now().After(checkDue) {
				checkDue = w.recheck()
			}
		case <-w.quit:
			return
		}
	}
}

// stop ends run once the batch at hand is answered. Whoever is still queued gets ErrClosed.
func (w *writer) stop() error {
	close(w.quit)
	<-w.stopped
	return w.disconnect()
}

// take runs what waited. A file that is known to be damaged takes nothing, even where it still could: what is written there
// may be lost with it.
func (w *writer) take(jobs []*job) {
	if len(jobs) == 0 {
		return
	}
	h := w.health.get()
	if h.State != StateCorrupt {
		w.batch(w.withRider(jobs))
		return
	}
	for _, j := range jobs {
		j.answered(&Unavailable{State: StateCorrupt, Err: errors.New(h.Detail)})
	}
}

// takeHeld runs the step that was put aside, after those who came since.
func (w *writer) takeHeld() {
	next := w.held[0]
	w.held = w.held[1:]
	w.take(w.gather(nil))
	w.take([]*job{next})
}

// withRider puts before the jobs what was waiting for a commit to share.
func (w *writer) withRider(jobs []*job) []*job {
	if r := w.rider(); r != nil {
		return append([]*job{r}, jobs...)
	}
	return jobs
}

// gather takes all jobs that wait behind the first, if there is one, and puts steps of long work aside.
func (w *writer) gather(first *job) []*job {
	var jobs []*job
	for next := first; len(jobs) < batchLimit; next = nil {
		if next == nil {
			select {
			case next = <-w.queue:
			default:
				return jobs
			}
		}
		if next.long {
			w.held = append(w.held, next)
		} else {
			jobs = append(jobs, next)
		}
	}
	return jobs
}

// batch runs the jobs in one transaction and answers them. An answer is given after the commit, even to a job that was refused: what
// refused it may have been a neighbour's change that never reached the disk.
func (w *writer) batch(jobs []*job) {
	answers, err := w.try(jobs)
	switch {
	case err == nil:
		for i, j := range jobs {
			j.answered(answers[i])
		}
	case errors.Is(err, errUndone) && len(jobs) > 1:
		for i, j := range jobs {
			if j.long && answers[i] != nil { // its neighbour's change is nothing to it, and others wait
				j.answered(answers[i])
				continue
			}
			w.batch([]*job{j})
		}
	case errors.Is(err, errUndone):
		jobs[0].answered(answers[0])
	default:
		for _, j := range jobs {
			j.answered(err)
		}
	}
}

// errUndone means that one job could not be undone by itself, so that the whole transaction was rolled back.
var errUndone = errors.New("batch was rolled back")

// try runs the jobs in one transaction. It gives each job's own error, or an error that meets all: then nothing of any
// of them was written.
func (w *writer) try(jobs []*job) ([]error, error) {
	if err := w.begin(); err != nil {
		return nil, w.trouble("begin", err)
	}
	answers := make([]error, len(jobs))
	var moved Commit
	activity, numbers := w.activity, w.numbers
	for i, j := range jobs {
		tx := &Tx{s: w.s, now: w.now(), activity: activity, numbers: numbers}
		err := w.inSavepoint(j, tx)
		if errors.Is(err, errUndone) {
			answers[i] = w.answer(errors.Unwrap(err))
			w.rollback()
			return answers, errUndone
		}
		answers[i] = w.answer(err)
		if err == nil {
			moved.add(tx.commit)
			activity, numbers = tx.activity, tx.numbers
		}
	}
	if err := w.step("commit"); err != nil {
		w.rollback()
		return nil, w.trouble("commit", err)
	}
	w.activity, w.numbers = activity, numbers
	if moved != (Commit{}) { // a commit of nothing proves nothing
		w.health.wrote()
		w.committed(moved)
	}
	return answers, nil
}

// undone is the error of a job that could not be rolled back by itself.
type undone struct{ err error }

func (u undone) Error() string        { return u.err.Error() }
func (u undone) Unwrap() error        { return u.err }
func (u undone) Is(target error) bool { return target == errUndone }

// inSavepoint runs a job so that a failure leaves nothing of it. A step of long work has no savepoint, which would cost a copy of every page that it
// touches: its failure undoes the transaction, in which there is at most a rider beside it.
func (w *writer) inSavepoint(j *job, tx *Tx) error {
	if j.long {
		if err := cmp.Or(w.call(j, tx), tx.spoiled); err != nil {
			return undone{err}
		}
		return nil
	}
	if _, err := tx.exec("savepoint job"); err != nil {
		return undone{fmt.Errorf("savepoint: %w", err)}
	}
	err := w.call(j, tx)
	if tx.spoiled != nil {
		err = tx.spoiled
	}
	if err == nil {
		if _, err = tx.exec("release job"); err == nil {
			return nil
		}
	}
	if back := w.step("rollback to job"); back != nil {
		return undone{err}
	}
	if _, back := tx.exec("release job"); back != nil {
		return undone{err}
	}
	return err
}

// call runs the job's function; its panic is its own error.
func (w *writer) call(j *job, tx *Tx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic in a write: %v", v)
			w.log.Error("panic in a write", "panic", v, "stack", string(debug.Stack()))
		}
	}()
	return j.fn(tx)
}

// answer turns a job's error into what its caller gets.
func (w *writer) answer(err error) error {
	state := w.refine(diskState(err))
	if state == "" {
		return err
	}
	w.suspect = w.suspect || state != StateLocked
	return w.health.fail(state, err)
}

// trouble turns an error that meets a whole batch into what its callers get.
func (w *writer) trouble(step string, err error) error {
	err = fmt.Errorf("%s: %w", step, err)
	state := w.refine(cmp.Or(diskState(err), StateFailing))
	w.suspect = w.suspect || state != StateLocked
	return w.health.fail(state, err)
}

// begin starts a transaction, on a new connection if there is none that can be trusted.
func (w *writer) begin() error {
	if w.suspect {
		w.renew()
	}
	if w.conn == nil {
		if err := w.connect(context.Background()); err != nil {
			return err
		}
		if err := w.recount(); err != nil {
			return err
		}
	}
	return w.step(beginWrite)
}

// renew gives all connections up. Those of a process share what they know of the files: one that was opened while they
// could not be written would keep them so, and one that has read damage would go on seeing it.
func (w *writer) renew() {
	w.drop()
	w.reopen()
}

// step runs one statement that frames a transaction.
func (w *writer) step(text string) error {
	if w.fault != nil {
		if err := w.fault(text); err != nil {
			return err
		}
	}
	_, err := w.s.exec(context.Background(), text)
	return err
}

// rollback undoes the whole transaction. The engine may have done so by itself, and says so by an error; if it is still
// in doubt the connection is given up, which undoes it for certain.
func (w *writer) rollback() {
	if _, err := w.s.exec(context.Background(), "rollback"); err == nil {
		return
	}
	w.drop()
}

// drop gives the connection up; whatever it had not committed is undone.
func (w *writer) drop() {
	if err := w.disconnect(); err != nil {
		w.log.Warn("close the writing connection", "error", err)
	}
}

func (w *writer) connect(ctx context.Context) error {
	db, err := w.open()
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	w.db, w.conn, w.s = db, conn, newSession(conn.PrepareContext)
	return nil
}

// recount reads the seqs that the next rows follow. After a failed commit nobody else knows.
func (w *writer) recount() (err error) {
	if err := w.s.row(context.Background(), `select coalesce(max(seq), 0) from activity`, nil, &w.activity); err != nil {
		return err
	}
	w.numbers, err = readNumbered(context.Background(), w.s)
	return err
}

func (w *writer) disconnect() error {
	if w.conn == nil {
		return nil
	}
	w.s.close()
	err := errors.Join(w.conn.Close(), w.db.Close())
	w.db, w.conn, w.s, w.suspect = nil, nil, nil, false
	return err
}

// probeSize is about what one request writes. A smaller probe would find room on a full disk where no request does.
const probeSize = 64 << 10

// probeJob is a write that tells whether the disk works again without waiting for somebody to need it.
func probeJob() *job {
	return &job{answered: func(error) {}, fn: func(tx *Tx) error {
		tx.commit.probed = true
		_, err := tx.exec(`insert into meta (key, value) values ('probe', $1) on conflict (key) do update set value = excluded.value`,
			tx.now.Format(time.RFC3339Nano)+strings.Repeat(" ", probeSize))
		return err
	}}
}

// recheck looks at the whole file after damage was met, and gives the time before which it should not be done again.
func (w *writer) recheck() time.Time {
	start := time.Now()
	finding, err := w.check(context.Background())
	if err == nil && finding == "" {
		w.renew()
		w.health.checked()
	}
	return time.Now().Add(10 * time.Since(start))
}

// add merges what a job moved.
func (c *Commit) add(d Commit) {
	c.Activity = max(c.Activity, d.Activity)
	c.People = c.People || d.People
	c.Groups = c.Groups || d.Groups
	c.Tokens = c.Tokens || d.Tokens
	c.Jobs = c.Jobs || d.Jobs
	c.removed = c.removed || d.removed
	c.probed = c.probed || d.probed
}
