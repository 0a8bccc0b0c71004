package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// States of a Job. While its rows are being kept it is staging, while they are removed dropping; nobody sees it then. A job that a crash met while it was running or undoing is so when the folder is opened again, and goes on where it was.
const (
	JobRunning = "running"
	JobDone    = "done"
	JobUndoing = "undoing"
	JobUndone  = "undone"
)

// States of a JobRow; "" waits.
const (
	RowDone    = "done"
	RowFailed  = "failed"
	RowUndone  = "undone"
	RowRefused = "refused" // could not be undone, so what it did stands
)

// ErrJobRunning means that another job runs or is being undone.
var ErrJobRunning = errors.New("another job is running")

// ErrJobState means that a job is not in the state in which it can do what was asked.
var ErrJobState = errors.New("the job is in another state")

// Job is long work in short steps, kept so that a crash resumes it and all of it can be undone. There is one at a time.
type Job struct {
	Seq                                  int64
	Kind, State, Face, About             string // Kind, Face and About are the backend's; About is JSON
	Made, Ended                          time.Time
	Total, Done, Failed, Undone, Refused int // rows in all, and in each state
}

// JobRow is one change of a job. Plan, Before and After are the backend's, JSON or text.
type JobRow struct {
	N                   int // from 1, in order
	Group               int // rows that share one above 0 are next to each other and go together or not at all
	ID                  string
	Name                string
	Plan, Before, After string
	State               string
	Code, Reason        string // of the Refusal, in RowFailed and RowRefused
}

// Refusal is why a row was not done or not undone. It ends no step.
type Refusal struct{ Code, Reason string } //nolint:errname // an answer more than a failure

func (r *Refusal) Error() string { return r.Code + ": " + r.Reason }

const (
	jobColumns = `seq, kind, state, face, about, made_at, ended_at, total, done, failed, undone, refused`
	openJob    = `select seq from jobs where state in ('staging', 'running', 'undoing') limit 1`
	oneJob     = `select ` + jobColumns + ` from jobs where seq = $1 and state not in ('staging', 'dropping')`
	allJobs    = `select ` + jobColumns + ` from jobs where state not in ('staging', 'dropping') order by seq desc limit 200`
	stagedJobs = `update jobs set state = 'dropping' where state = 'staging'`
	oldJobs    = `update jobs set state = 'dropping' where state in ('done', 'undone') and ended_at < $1
		and seq < (select max(seq) from jobs where state not in ('staging', 'dropping'))`
	droppedJob  = `select seq from jobs where state = 'dropping' limit 1`
	droppedRows = `delete from job_rows where job_seq = $1 and n in (select n from job_rows where job_seq = $1 limit 0 + $2)`
	droppedJobs = `delete from jobs where state in ('staging', 'dropping')`
	insertJob   = `insert into jobs (kind, state, face, about, made_at) values ($1, 'staging', $2, $3, $4) returning seq`
	insertRow   = `insert into job_rows (job_seq, n, grp, id, name, planned, was, became, state, code, reason, search)
		values ($1, $2, $3, $4, $5, $6, $7, $8, '', '', '', $9)`
	runJob  = `update jobs set state = 'running', total = $2 where seq = $1`
	undoJob = `update jobs set state = 'undoing', at = total + 1, ended_at = null where seq = $1 and state = 'done'`
	moveJob = `update jobs set at = $2, state = $3, ended_at = $4, done = done + $5, failed = failed + $6, undone = undone + $7, refused = refused + $8
		where seq = $1`
	passRows  = `update job_rows set state = $5 where job_seq = $1 and n between $2 and $3 and state = $4`
	changeRow = `update job_rows set id = $3, was = $4, became = $5, state = $6, code = $7, reason = $8 where job_seq = $1 and n = $2`

	rowColumns = `n, grp, id, name, planned, was, became, state, code, reason`
	rowsAfter  = `select ` + rowColumns + ` from job_rows where job_seq = $1 and n > $2 order by n limit 0 + $3`
	rowsBefore = `select ` + rowColumns + ` from job_rows where job_seq = $1 and n < $2 and state = 'done' order by n desc limit 0 + $3`
	rowsDown   = `select ` + rowColumns + ` from job_rows where job_seq = $1 and n < $2 order by n desc limit 0 + $3`
)

// stageRows is how many rows are kept by one write.
const stageRows = 500

// StartJob keeps a job and its rows, in steps that leave SCIM its turn, and gives it as running. rows are asked for once, in order, and
// numbered from 1. ErrJobRunning while another job runs or is being undone. A job whose rows were not all kept is dropped, at Open where a crash cut
// it off.
func (s *Store) StartJob(ctx context.Context, j Job, rows iter.Seq[JobRow]) (Job, error) {
	if !s.staging.TryLock() {
		return Job{}, ErrJobRunning
	}
	defer s.staging.Unlock()
	j, err := s.stageJob(ctx, j, rows)
	if err == nil || errors.Is(err, ErrJobRunning) {
		return j, err
	}
	_, dropping := s.dropJobs(context.WithoutCancel(ctx), stagedJobs)
	return Job{}, fmt.Errorf("keep a job: %w", errors.Join(err, dropping))
}

func (s *Store) stageJob(ctx context.Context, j Job, rows iter.Seq[JobRow]) (Job, error) {
	err := s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(stagedJobs); err != nil { // of one whose end could not be written
			return err
		}
		if err := noOpenJob(tx); err != nil {
			return err
		}
		j.Made = tx.now
		return tx.row(insertJob, []any{j.Kind, j.Face, j.About, millis(tx.now)}, &j.Seq)
	})
	if err != nil {
		return Job{}, err
	}
	n := 0
	part := make([]JobRow, 0, stageRows)
	stage := func() error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := s.writer.writeLong(ctx, func(tx *Tx) error { return tx.stage(j.Seq, part) })
		part = part[:0]
		return err
	}
	for r := range rows {
		n++
		r.N = n
		if part = append(part, r); len(part) == stageRows {
			if err := stage(); err != nil {
				return Job{}, err
			}
		}
	}
	if err := stage(); err != nil {
		return Job{}, err
	}
	if err := s.writer.write(ctx, func(tx *Tx) error {
		tx.commit.Jobs = true
		return second(tx.exec(runJob, j.Seq, n))
	}); err != nil {
		return Job{}, err
	}
	return Job{Seq: j.Seq, Kind: j.Kind, State: JobRunning, Face: j.Face, About: j.About, Made: j.Made, Total: n}, nil
}

func (tx *Tx) stage(seq int64, rows []JobRow) error {
	for _, r := range rows {
		text := searchText{limit: searchLimit}
		text.add(r.Name, r.ID, r.Plan)
		if _, err := tx.exec(insertRow, seq, r.N, r.Group, r.ID, r.Name, r.Plan, r.Before, r.After, strings.Join(text.words, "\n")); err != nil {
			return fmt.Errorf("row %d: %w", r.N, err)
		}
	}
	return nil
}

// noOpenJob gives ErrJobRunning where there is one.
func noOpenJob(tx *Tx) error {
	var seq int64
	err := tx.row(openJob, nil, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = ErrJobRunning
	}
	return err
}

// PruneJobs removes jobs that ended before a time, with their rows, and says how many; they can't be undone any more. The newest stays, so that no
// number is given twice: history names jobs by it. Steps and errors are as those of Prune.
func (s *Store) PruneJobs(ctx context.Context, before time.Time) (int, error) {
	n, err := s.dropJobs(ctx, oldJobs, millis(before))
	if err != nil {
		return n, fmt.Errorf("remove old jobs: %w", err)
	}
	return n, nil
}

// dropJobs gives up those jobs that a statement says, and removes whatever was given up.
func (s *Store) dropJobs(ctx context.Context, which string, args ...any) (n int, err error) {
	if err := s.writer.write(ctx, func(tx *Tx) error { return second(tx.exec(which, args...)) }); err != nil {
		return 0, err
	}
	r, err := s.inSteps(ctx, func(tx *Tx, left *budget) (r Removed, done bool, err error) {
		for !done && left.any() {
			if done, err = tx.dropNext(left, &r); err != nil {
				return Removed{}, false, err
			}
		}
		tx.commit.Jobs = r.Jobs > 0
		return r, done, nil
	})
	return r.Jobs, err
}

// dropNext removes a job that was given up, or a part of it that fits into the step. done means that there is none.
func (tx *Tx) dropNext(left *budget, r *Removed) (done bool, err error) {
	var seq int64
	err = tx.row(droppedJob, nil, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	for emptied := false; !emptied; {
		if !left.any() {
			return false, nil
		}
		if _, emptied, err = tx.trim(left, droppedRows, seq); err != nil {
			return false, err
		}
	}
	r.Jobs++
	return false, second(tx.exec(`delete from jobs where seq = $1`, seq))
}

// second drops what is not needed of two.
func second[T any](_ T, err error) error { return err }

// StepJob does the next rows of a running job in one write of about 80 ms at most, commit and all, and reports whether rows are left. do runs for
// a group, or for a row that has none; it may set ID, Before and After. An error that is a *Refusal leaves nothing of the
// group and marks its rows failed; any other ends the step before it, and is given when the rows before it are on disk. do may run several
// times for a group, of which one leaves something: a step goes without savepoints, and once more with them where something is refused. The last step sets State and Ended. ErrJobState where the job does not run.
func (s *Store) StepJob(ctx context.Context, seq int64, do func(tx *Tx, rows []JobRow) error) (left bool, err error) {
	return s.stepJob(ctx, seq, do, stepping{from: JobRunning, to: JobDone, good: RowDone, bad: RowFailed, next: rowsAfter})
}

// UndoJob begins to undo a job; ErrJobState if it is not done, ErrJobRunning while another runs or is being undone.
func (s *Store) UndoJob(ctx context.Context, seq int64) (Job, error) {
	var j Job
	err := s.writer.write(ctx, func(tx *Tx) error {
		if err := noOpenJob(tx); err != nil {
			return err
		}
		n, err := tx.exec(undoJob, seq)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrJobState
		}
		tx.commit.Jobs = true
		return tx.each(oneJob, []any{seq}, func(rows *sql.Rows) (err error) { j, err = scanJob(rows); return err })
	})
	if err != nil {
		return Job{}, fmt.Errorf("undo job %d: %w", seq, err)
	}
	return j, nil
}

// StepUndo is StepJob for a job that is being undone: it goes backwards through the rows that are done, those of a group last first. A *Refusal marks them
// refused.
func (s *Store) StepUndo(ctx context.Context, seq int64, undo func(tx *Tx, rows []JobRow) error) (left bool, err error) {
	return s.stepJob(ctx, seq, undo, stepping{from: JobUndoing, to: JobUndone, good: RowUndone, bad: RowRefused, next: rowsBefore})
}

// UndoRows undoes single rows of a job that is done, with the rest of their groups, in steps. Rows that are neither done nor refused are left
// alone. A *Refusal marks them refused; any other error ends it, and what was undone before stays so.
func (s *Store) UndoRows(ctx context.Context, seq int64, n []int, undo func(tx *Tx, rows []JobRow) error) error {
	way := stepping{from: JobDone, to: JobDone, good: RowUndone, bad: RowRefused}
	for len(n) > 0 {
		var rest []int
		var stopped error
		var start time.Time
		err := s.writer.writeLong(ctx, s.batch(func(tx *Tx) (err error) {
			start = time.Now()
			rest, stopped, err = tx.undoRows(seq, n, undo, way, start.Add(s.steps.budget()))
			return err
		}))
		if err == nil {
			s.steps.took(time.Since(start))
			err = stopped
		}
		if err != nil {
			return fmt.Errorf("undo rows of job %d: %w", seq, err)
		}
		n = rest
	}
	return nil
}

func (tx *Tx) undoRows(seq int64, n []int, undo func(*Tx, []JobRow) error, way stepping, until time.Time) (rest []int, stopped, err error) {
	var state string
	var at int
	var ended sql.NullInt64
	err = tx.row(`select state, at, ended_at from jobs where seq = $1`, []any{seq}, &state, &at, &ended)
	if errors.Is(err, sql.ErrNoRows) || err == nil && state != JobDone {
		return nil, nil, ErrJobState
	}
	if err != nil {
		return nil, nil, err
	}
	counts := make(tallied)
	for i, one := range n {
		if i > 0 && !time.Now().Before(until) {
			rest = n[i:]
			break
		}
		rows, err := tx.groupOf(seq, one)
		if err != nil {
			return nil, nil, err
		}
		if len(rows) == 0 || rows[0].State != RowDone && rows[0].State != RowRefused {
			continue
		}
		if stopped, err = tx.doGroup(seq, rows, undo, way, counts); err != nil {
			return nil, nil, err
		}
		if stopped != nil {
			break
		}
	}
	return rest, stopped, tx.moveJob(seq, at, state, ended, counts)
}
