package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
	"strings"
)

// A sweep reads many short rows along an index, in order of place and seq. It goes in steps of Options.findSlice rows, found or not, so that no read
// lasts, however large the directory and however rare what is looked for. A step gives all its rows as one: a row that leaves the
// engine by itself costs more than finding it. Rows of one place are looked at again in each step that they stand across, so a place
// should not be shared by more than a step's worth.
type sweep struct {
	table string
	of    string // what is swept: a condition with $1 that the index begins with
	seq   string
	place string  // column of the index behind those of the condition
	first any     // a place before all
	where string  // further conditions, each with " and " before it
	key   sortKey // what is read beside the seq
}

// The arguments of a step: $1 of the condition, the place and seq before it, its last place and seq, and words.
const wordsFrom = 6

func wordAt(i int) string { return "$" + strconv.Itoa(wordsFrom+i) }

// border is a statement for the place and seq at which a step ends.
func (w sweep) border() string {
	return "select " + w.place + ", " + w.seq + " from " + w.table + " where " + w.of + " and (" + w.place + ", " + w.seq + ") > ($2, $3) order by " +
		w.place + ", " + w.seq + " limit 1 offset 0 + $4"
}

// step is a statement for a step's rows. Separators are taken out of texts, which only serve to be compared.
func (w sweep) step() string {
	texts, numbers := "null", "null"
	if w.key.text != "" {
		texts = "string_agg(replace(" + w.key.text + ", char(31), ' '), char(31))"
	}
	if w.key.number != "" {
		numbers = "string_agg(" + w.key.number + ", char(31))"
	}
	return "select string_agg(" + w.seq + ", char(31)), " + texts + ", " + numbers + " from " + w.within() + w.where
}

// within is the part of a step's statement that says between which places.
func (w sweep) within() string {
	return w.table + " where " + w.of + " and (" + w.place + ", " + w.seq + ") > ($2, $3) and (" + w.place + ", " + w.seq + ") <= ($4, $5)"
}

// sweep calls each for every row. Its rank is not set.
func (s *Store) sweep(ctx context.Context, w sweep, of any, words []string, each func(found)) error {
	step := w.step()
	return s.slices(ctx, w, of, func(args []any) error {
		for _, word := range words {
			args = append(args, word)
		}
		return s.agg(ctx, step, args, each)
	})
}

// slices calls step for every slice, with the first arguments of a step's statement.
func (s *Store) slices(ctx context.Context, w sweep, of any, step func(args []any) error) error {
	border := w.border()
	place, seq := w.first, int64(math.MinInt64)
	for more := true; more; {
		var end any
		var last int64
		err := s.browse.row(ctx, border, []any{of, place, seq, s.o.findSlice - 1}, &end, &last)
		if errors.Is(err, sql.ErrNoRows) {
			more, end, last = false, afterAll, math.MaxInt64
		} else if err != nil {
			return err
		}
		if err := step([]any{of, place, seq, end, last}); err != nil {
			return err
		}
		place, seq = end, last
	}
	return nil
}

// agg runs a statement that gives its rows as one.
func (s *Store) agg(ctx context.Context, text string, args []any, each func(found)) error {
	var seqs, texts, numbers sql.NullString
	if err := s.browse.row(ctx, text, args, &seqs, &texts, &numbers); err != nil {
		return err
	}
	return split(seqs.String, texts.String, numbers.String, each)
}

// split takes a step's rows apart.
func split(seqs, texts, numbers string, each func(found)) error {
	for len(seqs) > 0 {
		var row found
		var seq, number string
		var err error
		seq, seqs, _ = strings.Cut(seqs, "\x1f")
		if row.seq, err = strconv.ParseInt(seq, 10, 64); err != nil {
			return err
		}
		row.text, texts, _ = strings.Cut(texts, "\x1f")
		if number, numbers, _ = strings.Cut(numbers, "\x1f"); number != "" {
			if row.number, err = strconv.ParseInt(number, 10, 64); err != nil {
				return err
			}
		}
		each(row)
	}
	return nil
}
