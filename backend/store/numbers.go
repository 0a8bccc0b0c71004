package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
)

// A numbering counts up the seqs of a table. None is given twice, not even after the newest rows were removed for good, so what was
// kept by its seq is found again or gone, but never another. Numbers are reserved ahead in meta, in the transaction of the
// first row that needs them: that costs one write in reserveAhead, and a restart leaves a gap of fewer than that.
type numbering struct {
	table          string
	last, reserved int64
}

// numbered are the tables that the writer counts for; activity is counted by itself, without a gap.
type numbered struct{ resources, members, history numbering }

const reserveAhead = 1000

func (n *numbering) key() string { return "numbers of " + n.table }

// next gives a number. A job that is rolled back gives its numbers back with its Tx: nobody has seen them.
func (tx *Tx) next(n *numbering) (int64, error) {
	if n.last == n.reserved {
		ahead := n.last + reserveAhead
		if _, err := tx.exec(`insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`,
			n.key(), strconv.FormatInt(ahead, 10)); err != nil {
			return 0, fmt.Errorf("reserve %s: %w", n.key(), err)
		}
		n.reserved = ahead
	}
	n.last++
	return n.last, nil
}

// readNumbered reads where each table's numbers go on.
func readNumbered(ctx context.Context, s *session) (numbered, error) {
	n := numbered{numbering{table: "resources"}, numbering{table: "members"}, numbering{table: "history"}}
	for _, one := range []*numbering{&n.resources, &n.members, &n.history} {
		var newest, reserved int64
		if err := s.row(ctx, "select coalesce(max(seq), 0) from "+one.table, nil, &newest); err != nil {
			return numbered{}, err
		}
		err := s.row(ctx, `select value from meta where key = $1`, []any{one.key()}, &reserved)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return numbered{}, fmt.Errorf("read %s: %w", one.key(), err)
		}
		one.last = max(newest, reserved)
		one.reserved = one.last
	}
	return n, nil
}
