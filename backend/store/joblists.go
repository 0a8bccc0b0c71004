package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"scimdesk/backend/scim"
)

// Jobs gives the newest jobs first, at most 200.
func (s *Store) Jobs(ctx context.Context) ([]Job, error) {
	all := []Job{}
	err := s.browse.each(ctx, allJobs, nil, func(rows *sql.Rows) error {
		j, err := scanJob(rows)
		all = append(all, j)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read jobs: %w", err))
	}
	return all, nil
}

// Job gives a job; a *scim.Error of kind NotFound if there is none.
func (s *Store) Job(ctx context.Context, seq int64) (Job, error) {
	var found []Job
	err := s.browse.each(ctx, oneJob, []any{seq}, func(rows *sql.Rows) error {
		j, err := scanJob(rows)
		found = append(found, j)
		return err
	})
	if err != nil {
		return Job{}, s.broken(fmt.Errorf("read job: %w", err))
	}
	if len(found) == 0 {
		return Job{}, &scim.Error{Kind: scim.NotFound, Detail: fmt.Sprintf("there is no job %d", seq), Err: ErrNotFound}
	}
	return found[0], nil
}

func scanJob(row scanner) (Job, error) {
	var j Job
	var made int64
	var ended sql.NullInt64
	err := row.Scan(&j.Seq, &j.Kind, &j.State, &j.Face, &j.About, &made, &ended, &j.Total, &j.Done, &j.Failed, &j.Undone, &j.Refused)
	j.Made = fromMillis(made)
	if ended.Valid {
		j.Ended = fromMillis(ended.Int64)
	}
	return j, err
}

// JobRows gives rows of a job in order, from is how many of them stand before the first (0 for none), limit is at most 1,000, 0 means 100; and how
// many there are in all. state is one of the Row constants, "" is all of them; search is words that must all occur in the row's name, id or plan.
func (s *Store) JobRows(ctx context.Context, seq int64, state, search string, from, limit int) (total int, rows []JobRow, err error) {
	j, err := s.Job(ctx, seq)
	if err != nil {
		return 0, nil, err
	}
	words := FoldWords(search)
	from, limit = max(from, 0), clampLimit(limit, 100)
	if state == "" && len(words) == 0 { // rows are numbered without a gap
		rows, err = jobRows(ctx, s.browse, rowsAfter, seq, from, limit)
		return j.Total, rows, s.broken(err)
	}
	where, args := rowsWhere(seq, state, words)
	n := len(args)
	rows, err = jobRows(ctx, s.browse, "select "+rowColumns+where+" order by n limit 0 + $"+strconv.Itoa(n+1)+" offset 0 + $"+strconv.Itoa(n+2), append(args, limit, from)...)
	if err != nil {
		return 0, nil, s.broken(err)
	}
	if len(words) == 0 {
		return map[string]int{RowDone: j.Done, RowFailed: j.Failed, RowUndone: j.Undone, RowRefused: j.Refused}[state], rows, nil
	}
	if err := s.browse.row(ctx, "select count(*)"+where, args, &total); err != nil {
		return 0, nil, s.broken(fmt.Errorf("count rows of a job: %w", err))
	}
	return total, rows, nil
}

// rowsWhere picks rows. The states that few have are named as their index names them.
func rowsWhere(seq int64, state string, words []string) (where string, args []any) {
	where, args = " from job_rows where job_seq = $1", []any{seq}
	switch state {
	case "":
	case RowFailed, RowRefused:
		where += " and state in ('failed', 'refused') and state = '" + state + "'"
	default:
		args = append(args, state)
		where += " and state = $2"
	}
	for _, w := range words {
		args = append(args, w)
		where += " and instr(search, $" + strconv.Itoa(len(args)) + ") > 0"
	}
	return where, args
}

// EachJobRow gives every row of a job in order. No read is open while each runs.
func (s *Store) EachJobRow(ctx context.Context, seq int64, each func(JobRow) error) error {
	if _, err := s.Job(ctx, seq); err != nil {
		return err
	}
	for after := 0; ; {
		rows, err := jobRows(ctx, s.browse, rowsAfter, seq, after, sliceSize)
		if err != nil {
			return s.broken(err)
		}
		for _, r := range rows {
			if err := each(r); err != nil {
				return err
			}
			after = r.N
		}
		if len(rows) < sliceSize {
			return nil
		}
	}
}

// dropStagedJobs drops what a crash cut off while it came or went, while the folder is being opened.
func dropStagedJobs(ctx context.Context, conn *sql.Conn) error {
	var seq int64
	err := conn.QueryRowContext(ctx, `select seq from jobs where state in ('staging', 'dropping') limit 1`).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, droppedJobs)
	}
	if err != nil {
		return fmt.Errorf("drop a job that was cut off: %w", err)
	}
	return nil
}
