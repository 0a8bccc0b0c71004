package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A stepping is a direction in which a job goes.
type stepping struct {
	from, to  string // states of the job
	good, bad string // states of rows
	next      string // statement for the rows behind one
	bold      bool   // without savepoints: an error is errRough
}

// A tallied is how many rows a step brought into each state, by state.
type tallied map[string]int

// Steps aim at stepAim, from taking the writer to the answer. How much of it the disk's confirmation takes is learnt from step to step. While somebody
// waits for the writer, five eighths of a step's work are enough.
const (
	stepAim    = 80 * time.Millisecond
	stepFirst  = 40 * time.Millisecond
	stepLeast  = 5 * time.Millisecond
	stepMost   = 2000 // rows
	stepAtOnce = 100  // rows of one read

	stepTogether = 32                   // groups of one savepoint
	stepSmooth   = 4 * time.Millisecond // that long they may take to become more; twice as long makes them fewer

	stepCareful = 16 // steps without a refusal before one goes without savepoints again
)

// errRough ends a step without savepoints that met an error. Nothing of it is left.
var errRough = errors.New("a step without savepoints met an error")

func (s *Store) stepJob(ctx context.Context, seq int64, do func(*Tx, []JobRow) error, way stepping) (left bool, err error) {
	var stopped error
	var start time.Time
	var rough, cut bool
	try := func() error {
		return s.writer.writeLong(ctx, s.batch(func(tx *Tx) (err error) {
			start, rough, cut = time.Now(), false, false
			whole := s.steps.budget()
			left, stopped, rough, err = tx.step(seq, do, way, func() bool {
				worked := time.Since(start)
				cut = worked < whole && worked >= whole*5/8 && s.writer.waiting.Load() > 0
				return cut || worked >= whole
			})
			return err
		}))
	}
	way.bold = s.steps.bold()
	if err = try(); errors.Is(err, errRough) {
		way.bold = false
		err = try()
	}
	if err != nil {
		return false, fmt.Errorf("job %d: %w", seq, err)
	}
	if took := time.Since(start); !cut || took > stepAim {
		s.steps.took(took)
	}
	s.steps.went(way.bold, rough)
	if stopped != nil {
		return left, fmt.Errorf("job %d: %w", seq, stopped)
	}
	return left, nil
}

// step does groups until it is enough. stopped is why it ended before, with what was done until then; rough says that something was refused.
func (tx *Tx) step(seq int64, do func(*Tx, []JobRow) error, way stepping, enough func() bool) (left bool, stopped error, rough bool, err error) {
	var state string
	var at int
	err = tx.row(`select state, at from jobs where seq = $1`, []any{seq}, &state, &at)
	if errors.Is(err, sql.ErrNoRows) || err == nil && state != way.from {
		return false, nil, false, ErrJobState
	}
	if err != nil {
		return false, nil, false, err
	}
	counts := make(tallied)
	next := rowReader{tx: tx, seq: seq, text: way.next, at: at}
	together := 1
	for n := 0; n < stepMost && (n == 0 || !enough()); {
		var groups [][]JobRow
		if groups, left, err = next.groups(together); err != nil {
			return false, nil, false, err
		}
		start := time.Now()
		did, smooth, stop, err := tx.doGroups(seq, groups, do, way, counts)
		if err != nil {
			return false, nil, false, err
		}
		for _, rows := range groups[:did] {
			at = rows[len(rows)-1].N
			n += len(rows)
		}
		if stop != nil {
			left, stopped = true, stop
			break
		}
		if !left {
			break
		}
		switch {
		case !smooth:
			together = 1
		case time.Since(start) < stepSmooth:
			together = min(2*together, stepTogether)
		case time.Since(start) > 2*stepSmooth:
			together = max(together/2, 1)
		}
	}
	var ended sql.NullInt64
	if !left {
		state, ended = way.to, sql.NullInt64{Int64: millis(tx.now), Valid: true}
	}
	return left, stopped, stopped != nil || counts[way.bad] > 0, tx.moveJob(seq, at, state, ended, counts)
}

func (tx *Tx) moveJob(seq int64, at int, state string, ended sql.NullInt64, n tallied) error {
	tx.commit.Jobs = true
	if _, err := tx.exec(moveJob, seq, at, state, ended, n[RowDone], n[RowFailed], n[RowUndone], n[RowRefused]); err != nil {
		return fmt.Errorf("update job: %w", err)
	}
	return nil
}

// doGroups does groups in order, in one savepoint, since each costs a copy of every page that it touches; where one of them is refused, in a savepoint
// each. smooth says that none was. did is how many are done, or failed, before one that stopped it.
func (tx *Tx) doGroups(seq int64, groups [][]JobRow, do func(*Tx, []JobRow) error, way stepping, n tallied) (did int, smooth bool, stopped, err error) {
	if len(groups) > 1 || way.bold {
		rows := slices.Concat(groups...)
		changed := slices.Clone(rows)
		all := func() error { return tx.doAll(groups, changed, do) }
		if way.bold {
			err = all()
		} else {
			err = tx.Nested(all)
		}
		switch {
		case tx.spoiled != nil:
			return 0, false, nil, tx.spoiled
		case err == nil:
			return len(groups), true, nil, tx.keepRows(seq, rows, changed, way.good, Refusal{}, n)
		case diskState(err) != "":
			return 0, false, nil, err
		case way.bold:
			return 0, false, nil, errRough
		}
	}
	smooth = true
	for i, rows := range groups {
		before := n[way.bad]
		if stopped, err = tx.doGroup(seq, rows, do, way, n); stopped != nil || err != nil {
			return i, false, stopped, err
		}
		smooth = smooth && n[way.bad] == before
	}
	return len(groups), smooth, nil, nil
}

// doAll does groups in order, until one can't be. rows are those of all of them.
func (tx *Tx) doAll(groups [][]JobRow, rows []JobRow, do func(*Tx, []JobRow) error) error {
	for _, g := range groups {
		if err := errors.Join(do(tx, rows[:len(g):len(g)]), tx.unparked()); err != nil {
			return err
		}
		rows = rows[len(g):]
	}
	return nil
}

// doGroup does one group and keeps what came of it. stopped is an error of do that is no refusal: then nothing of the group is kept.
func (tx *Tx) doGroup(seq int64, rows []JobRow, do func(*Tx, []JobRow) error, way stepping, n tallied) (stopped, err error) {
	changed := slices.Clone(rows)
	err = tx.Nested(func() error {
		if err := do(tx, changed); err != nil {
			return err
		}
		return tx.unparked()
	})
	var refusal *Refusal
	switch {
	case tx.spoiled != nil:
		return nil, tx.spoiled
	case err == nil:
		return nil, tx.keepRows(seq, rows, changed, way.good, Refusal{}, n)
	case errors.As(err, &refusal):
		return nil, tx.keepRows(seq, rows, rows, way.bad, *refusal, n)
	case diskState(err) != "":
		return nil, err
	}
	return err, nil
}

// keepRows keeps what came of rows. Where they stood in the same state and nothing of them is another than it was, they pass as one: between them
// there are none in that state.
func (tx *Tx) keepRows(seq int64, rows, changed []JobRow, state string, why Refusal, n tallied) error {
	if len(rows) > 1 && why == (Refusal{}) && slices.Equal(rows, changed) &&
		!slices.ContainsFunc(rows, func(r JobRow) bool { return r.State != rows[0].State || r.Code != "" || r.Reason != "" }) {
		first, last := rows[0].N, rows[len(rows)-1].N
		passed, err := tx.exec(passRows, seq, min(first, last), max(first, last), rows[0].State, state)
		if err == nil && passed != int64(len(rows)) {
			err = fmt.Errorf("%d of %d are as they were read", passed, len(rows))
		}
		if err != nil {
			return fmt.Errorf("update rows %d to %d: %w", first, last, err)
		}
		if rows[0].State != "" {
			n[rows[0].State] -= len(rows)
		}
		n[state] += len(rows)
		return nil
	}
	for i, r := range changed {
		if _, err := tx.exec(changeRow, seq, rows[i].N, r.ID, r.Before, r.After, state, why.Code, why.Reason); err != nil {
			return fmt.Errorf("update row %d: %w", rows[i].N, err)
		}
		if rows[i].State != "" {
			n[rows[i].State]--
		}
		n[state]++
	}
	return nil
}

// groupOf gives a row, and with it those of its group, last first.
func (tx *Tx) groupOf(seq int64, n int) ([]JobRow, error) {
	rows, err := jobRows(context.Background(), tx.s, rowsAfter, seq, n-1, 1)
	if err != nil || len(rows) == 0 || rows[0].N != n || rows[0].Group == 0 {
		if len(rows) > 0 && rows[0].N != n {
			rows = nil
		}
		return rows, err
	}
	group := rows[0].Group
	last := n
	for next := (rowReader{tx: tx, seq: seq, text: rowsAfter, at: n}); ; {
		more, err := next.one()
		if err != nil {
			return nil, err
		}
		if more == nil || more.Group != group {
			break
		}
		last = more.N
	}
	down := rowReader{tx: tx, seq: seq, text: rowsDown, at: last + 1}
	return down.group()
}

// A rowReader reads a job's rows in slices, behind a row, in the direction of its statement.
type rowReader struct {
	tx     *Tx
	seq    int64
	text   string
	at     int
	slice  []JobRow
	closed bool // there are no more
}

// one gives the next row, nil at the end.
func (r *rowReader) one() (*JobRow, error) {
	if err := r.look(); err != nil || len(r.slice) == 0 {
		return nil, err
	}
	row := &r.slice[0]
	r.slice = r.slice[1:]
	return row, nil
}

// look sees to it that the next row is in the slice, if there is one.
func (r *rowReader) look() (err error) {
	if len(r.slice) > 0 || r.closed {
		return nil
	}
	if r.slice, err = jobRows(context.Background(), r.tx.s, r.text, r.seq, r.at, stepAtOnce); err != nil {
		return err
	}
	r.closed = len(r.slice) < stepAtOnce
	if len(r.slice) > 0 {
		r.at = r.slice[len(r.slice)-1].N
	}
	return nil
}

// groups gives the next groups, at most so many, and whether there are more.
func (r *rowReader) groups(most int) (all [][]JobRow, more bool, err error) {
	for range most {
		rows, err := r.group()
		if err != nil {
			return nil, false, err
		}
		if len(rows) == 0 {
			break
		}
		all = append(all, rows)
	}
	err = r.look()
	return all, len(r.slice) > 0, err
}

// group gives the next row with the rest of its group, none at the end.
func (r *rowReader) group() ([]JobRow, error) {
	first, err := r.one()
	if err != nil || first == nil {
		return nil, err
	}
	rows := []JobRow{*first}
	for first.Group > 0 {
		if err := r.look(); err != nil {
			return nil, err
		}
		if len(r.slice) == 0 || r.slice[0].Group != first.Group {
			break
		}
		rows = append(rows, r.slice[0])
		r.slice = r.slice[1:]
	}
	return rows, nil
}

func jobRows(ctx context.Context, s *session, text string, args ...any) ([]JobRow, error) {
	all := []JobRow{}
	err := s.each(ctx, text, args, func(rows *sql.Rows) error {
		var r JobRow
		err := rows.Scan(&r.N, &r.Group, &r.ID, &r.Name, &r.Plan, &r.Before, &r.After, &r.State, &r.Code, &r.Reason)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rows of a job: %w", err)
	}
	return all, nil
}

// A pace is how long steps of jobs work, so that with the disk's confirmation they take stepAim.
type pace struct {
	mu      sync.Mutex
	work    time.Duration
	careful int // steps that go with savepoints before the next that goes without
}

// bold says whether a step may go without savepoints.
func (p *pace) bold() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.careful == 0
}

// went learns how a step went: refusals come in heaps.
func (p *pace) went(bold, rough bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case rough:
		p.careful = stepCareful
	case !bold:
		p.careful = max(p.careful-1, 0)
	}
}

func (p *pace) budget() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.work == 0 {
		p.work = stepFirst
	}
	return p.work
}

// took learns from a step. It grows slowly and shrinks at once.
func (p *pace) took(all time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case all > stepAim:
		p.work = max(p.work*stepAim/all, stepLeast)
	case all > p.work:
		p.work = min(p.work+p.work/8, stepAim)
	}
}
