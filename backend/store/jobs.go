package store

import (
	"context"
	"errors"
	"iter"
	"time"
)

// States of a Job.
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
	RowRefused = "refused" // could not be undone
)

// ErrJobRunning means that another job runs or is being undone.
var ErrJobRunning = errors.New("another job is running")

// ErrJobState means that a job is not in the state that was asked for.
var ErrJobState = errors.New("the job is in another state")

// Job is long work in short steps, kept so that a crash resumes it and all of it can be undone.
type Job struct {
	Seq                                  int64
	Kind, State, Face, About             string // Kind, Face and About are the backend's; About is JSON
	Made, Ended                          time.Time
	Total, Done, Failed, Undone, Refused int
}

// JobRow is one change of a job. Plan, Before and After are the backend's, JSON or text.
type JobRow struct {
	N                   int // from 1, in order
	Group               int // rows that share one above 0 are next to each other and go together or not at all
	ID                  string
	Name                string
	Plan, Before, After string
	State, Reason       string
}

// Refusal is why a row was not done or not undone. It ends no step.
type Refusal struct{ Code, Reason string }

func (r *Refusal) Error() string { return r.Code + ": " + r.Reason }

// StartJob keeps a job and its rows.
func (s *Store) StartJob(ctx context.Context, j Job, rows iter.Seq[JobRow]) (Job, error) {
	return Job{}, errUnbuilt
}

// StepJob does the next rows.
func (s *Store) StepJob(ctx context.Context, seq int64, do func(tx *Tx, rows []JobRow) error) (left bool, err error) {
	return false, errUnbuilt
}

// UndoJob begins to undo a job that is done.
func (s *Store) UndoJob(ctx context.Context, seq int64) (Job, error) { return Job{}, errUnbuilt }

// StepUndo undoes the next rows, backwards.
func (s *Store) StepUndo(ctx context.Context, seq int64, undo func(tx *Tx, rows []JobRow) error) (left bool, err error) {
	return false, errUnbuilt
}

// UndoRows undoes single rows of a job that is done.
func (s *Store) UndoRows(ctx context.Context, seq int64, n []int, undo func(tx *Tx, rows []JobRow) error) error {
	return errUnbuilt
}

// Jobs gives the newest jobs first, at most 200.
func (s *Store) Jobs(ctx context.Context) ([]Job, error) { return nil, errUnbuilt }

// Job gives a job.
func (s *Store) Job(ctx context.Context, seq int64) (Job, error) { return Job{}, errUnbuilt }

// JobRows gives rows of a job.
func (s *Store) JobRows(ctx context.Context, seq int64, state, search string, from, limit int) (total int, rows []JobRow, err error) {
	return 0, nil, errUnbuilt
}

// EachJobRow gives every row of a job in order.
func (s *Store) EachJobRow(ctx context.Context, seq int64, each func(JobRow) error) error { return errUnbuilt }
