package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Gap is a time in which nobody could reach the server.
type Gap struct {
	From   time.Time
	To     time.Time // zero while it lasts
	Cause  string
	Detail string
}

// OpenGap notes that a gap began. One lasts at a time at most: while one does, it keeps its beginning and gets this cause and detail.
func (s *Store) OpenGap(ctx context.Context, at time.Time, cause, detail string) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		n, err := tx.exec(`update gaps set cause = $1, detail = $2 where ended_at is null`, cause, detail)
		if err == nil && n == 0 {
			_, err = tx.exec(`insert into gaps (began_at, cause, detail) values ($1, $2, $3)`, millis(at), cause, detail)
		}
		if err != nil {
			return fmt.Errorf("note gap: %w", err)
		}
		return nil
	})
}

// CloseGap ends the gap that lasts, if one does. It never ends before it began.
func (s *Store) CloseGap(ctx context.Context, at time.Time) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`update gaps set ended_at = max(began_at, $1) where ended_at is null`, millis(at)); err != nil {
			return fmt.Errorf("end gap: %w", err)
		}
		return nil
	})
}

// DropGap removes the gap that lasts, if one does: it was none after all.
func (s *Store) DropGap(ctx context.Context) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`delete from gaps where ended_at is null`); err != nil {
			return fmt.Errorf("remove gap: %w", err)
		}
		return nil
	})
}

// AddGap notes a gap that is over. All that it meets become one with it, with its cause and detail; where one of them lasts, so does
// the one that they become.
func (s *Store) AddGap(ctx context.Context, from, to time.Time, cause, detail string) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		begin, end := millis(from), sql.NullInt64{Int64: max(millis(from), millis(to)), Valid: true}
		var first, last sql.NullInt64
		var lasting int
		err := tx.row(gapsMet, []any{begin, end.Int64}, &first, &last, &lasting)
		if err != nil {
			return fmt.Errorf("look for gaps: %w", err)
		}
		if first.Valid {
			if _, err := tx.exec(`delete from gaps where began_at <= $2 and coalesce(ended_at, $2) >= $1`, begin, end.Int64); err != nil {
				return fmt.Errorf("join gaps: %w", err)
			}
			begin, end.Int64, end.Valid = min(begin, first.Int64), max(end.Int64, last.Int64), lasting == 0
		}
		if _, err := tx.exec(`insert into gaps (began_at, ended_at, cause, detail) values ($1, $2, $3, $4)`, begin, end, cause, detail); err != nil {
			return fmt.Errorf("note gap: %w", err)
		}
		return nil
	})
}

const (
	gapsMet = `select min(began_at), max(coalesce(ended_at, $2)), coalesce(sum(ended_at is null), 0) from gaps
		where began_at <= $2 and coalesce(ended_at, $2) >= $1`
	gapsNewest = `select began_at, ended_at, cause, detail from gaps order by began_at desc, seq desc limit 0 + $1`
	gapsOld    = `delete from gaps where began_at < $1 and ended_at < $1`
)

// Gaps gives the newest gaps, newest first; limit is at most 1,000, 0 means 100. Prune removes old ones.
func (s *Store) Gaps(ctx context.Context, limit int) ([]Gap, error) {
	all := []Gap{}
	err := s.browse.each(ctx, gapsNewest, []any{clampLimit(limit, 100)}, func(rows *sql.Rows) error {
		var g Gap
		var from int64
		var to sql.NullInt64
		err := rows.Scan(&from, &to, &g.Cause, &g.Detail)
		g.From = fromMillis(from)
		if to.Valid {
			g.To = fromMillis(to.Int64)
		}
		all = append(all, g)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read gaps: %w", err))
	}
	return all, nil
}

// pruneGaps removes gaps that were over before a time. There are few.
func (s *Store) pruneGaps(ctx context.Context, before time.Time) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(gapsOld, millis(before)); err != nil {
			return fmt.Errorf("remove old gaps: %w", err)
		}
		return nil
	})
}
