package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"scimdesk/backend/scim"
)

const (
	searchSlice = 4096                  // rows of the log that one read of a search looks at
	leapLeast   = 20 * time.Millisecond // so long a search may look for the next row of its time, whatever is left of its budget
)

// A Search says which requests are wanted and how far to look. What is empty does not count; all that is set must hold.
type Search struct {
	Status   int       // 0 is any
	Outcomes []Outcome // any of these
	Methods  []string  // any of these
	Actions  []string  // any of these
	Resource string    // exact id of a person or group
	From     time.Time // inclusive
	Until    time.Time // exclusive
	Unlike   bool      // only what is not as Entra sends it

	// Person has words that must all occur in the name or id of whom a request was about, or in the values of its filter: so
	// a match, which asks for somebody by user name, is found by the user name. Other requests have the name at most: they are found
	// by a whole user name or e-mail address of the person they were about.
	Person string

	// Text has words that must all occur in name, target, detail, client or ids. Letter case and accents do not count, and a
	// target is looked at as it was sent and as it reads.
	Text string

	// Before looks down from a seq, After up from one; with both 0 from the newest down. A negative After is the oldest row.
	Before, After int64
	Limit         int           // of matches, at least 1
	Budget        time.Duration // after which no further slice is begun; one slice is always looked at
}

// Found is the part of a search that was done. Asking on with Through as Before (or After) until Done finds each match once,
// whatever is written or pruned meanwhile.
type Found struct {
	Seqs    []int64 // of matches, in the direction of the search
	Through int64   // every row from the start up to this one, itself included, was looked at
	Done    bool    // there is none beyond it
}

// SearchActivity looks for requests. No read outlives a slice of a few thousand rows.
func (s *Store) SearchActivity(ctx context.Context, q Search) (Found, error) {
	end := time.Now().Add(q.Budget)
	first, last, err := s.ActivityHead(ctx)
	if err != nil {
		return Found{}, err
	}
	w := newWalk(s, q, max(first, 1), last)
	if w.ids, err = s.called(ctx, q.Person); err != nil {
		return Found{}, err
	}
	found := Found{Seqs: []int64{}}
	for !w.done() {
		began := time.Now()
		seqs, err := w.slice(ctx, end)
		if err != nil {
			return Found{}, s.broken(fmt.Errorf("search activity: %w", err))
		}
		found.Seqs = append(found.Seqs, seqs...)
		if len(found.Seqs) >= q.Limit {
			found.Seqs = found.Seqs[:q.Limit]
			w.through = found.Seqs[q.Limit-1]
			break
		}
		if now := time.Now(); now.Add(now.Sub(began)).After(end) {
			break
		}
	}
	found.Through, found.Done = w.through, w.done()
	return found, nil
}

// A walk goes through the log in one direction. The head is read before the slices are, so that it never claims to have
// looked at a row that came while it looked.
type walk struct {
	s           *Store
	first, last int64
	down        bool
	through     int64 // the last row that was looked at
	resource    string
	from, until int64 // milliseconds
	timed       bool
	blind       bool // leaping took too long: go step by step
	text        string
	args        []any
	person      []string
	ids         []string // of people whom Person names in full
	words       []string
}

const calledText = `select id from resources where type = 'User' and unique_key = $1 and deleted_at is null
	union all select id from resources where type = 'User' and unique_key = $1 and deleted_at is not null
	union all select r.id from emails e join resources r on r.seq = e.resource_seq where e.key = $1`

// called gives the ids of people with this user name or e-mail address, also of deleted ones.
func (s *Store) called(ctx context.Context, name string) (ids []string, err error) {
	key := scim.Key(strings.TrimSpace(name))
	if key == "" {
		return nil, nil
	}
	err = s.browse.each(ctx, calledText, []any{key}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, s.broken(err)
}

func newWalk(s *Store, q Search, first, last int64) *walk {
	w := &walk{s: s, first: first, last: last, down: q.After == 0, resource: q.Resource,
		from: math.MinInt64, until: math.MaxInt64, timed: !q.From.IsZero() || !q.Until.IsZero(),
		person: FoldWords(q.Person), words: FoldWords(q.Text)}
	switch {
	case !w.down:
		w.through = max(q.After, first-1)
	case q.Before > 0:
		w.through = min(q.Before, last+1)
	default:
		w.through = last + 1
	}
	if !q.From.IsZero() {
		w.from = ceilMillis(q.From)
	}
	if !q.Until.IsZero() {
		w.until = ceilMillis(q.Until)
	}
	w.compose(q)
	return w
}

// ceilMillis is the first whole millisecond that is not before t: what was at least t is at least that, what was before t is before that.
func ceilMillis(t time.Time) int64 {
	ms := t.UnixMilli()
	if t.After(time.UnixMilli(ms)) {
		ms++
	}
	return ms
}

// compose makes the statement of a slice. The pluses take all indexes but the one that a walk goes along out of the choice.
func (w *walk) compose(q Search) {
	w.args = []any{int64(0), int64(0)}
	arg := func(v any) string {
		w.args = append(w.args, v)
		return "$" + strconv.Itoa(len(w.args))
	}
	where := []string{"seq >= $1", "seq <= $2"}
	if w.resource != "" {
		where = append(where, "resource_id = "+arg(w.resource), "resource_id <> ''")
	}
	if w.timed {
		where = append(where, "+at >= "+arg(w.from), "+at < "+arg(w.until))
	}
	if q.Status != 0 {
		where = append(where, "+status = "+arg(q.Status))
	}
	if q.Unlike {
		where = append(where, "unlike <> ''")
	}
	oneOf(&where, "("+outcomeSQL+")", q.Outcomes, arg)
	oneOf(&where, "method", q.Methods, arg)
	oneOf(&where, "action", q.Actions, arg)
	columns := "seq"
	if w.reads() {
		columns = "seq, name || ' ' || resource_id, target, detail || ' ' || user_agent || ' ' || remote || ' ' || request_id"
	}
	order := " order by seq"
	if w.down {
		order = " order by seq desc"
	}
	w.text = "select " + columns + " from activity where " + strings.Join(where, " and ") + order
}

// oneOf adds that something has one of these values, if there are any.
func oneOf[T ~string](where *[]string, what string, values []T, arg func(any) string) {
	if len(values) == 0 {
		return
	}
	var in []string
	for _, v := range values {
		in = append(in, arg(string(v)))
	}
	*where = append(*where, what+" in ("+strings.Join(in, ", ")+")")
}

// reads tells whether rows have to be read to decide about them.
func (w *walk) reads() bool { return len(w.person)+len(w.words) > 0 }

func (w *walk) done() bool {
	if w.down {
		return w.through <= w.first
	}
	return w.through >= w.last
}

// slice looks at the next rows and gives the matches among them.
func (w *walk) slice(ctx context.Context, end time.Time) ([]int64, error) {
	low, high, err := w.window(ctx)
	if err != nil {
		return nil, err
	}
	w.args[0], w.args[1] = low, high
	var seqs []int64
	err = w.s.browse.each(ctx, w.text, w.args, func(rows *sql.Rows) error {
		var seq int64
		if !w.reads() {
			err := rows.Scan(&seq)
			seqs = append(seqs, seq)
			return err
		}
		var who, target, rest string
		if err := rows.Scan(&seq, &who, &target, &rest); err != nil {
			return err
		}
		if w.matches(who, target, rest) {
			seqs = append(seqs, seq)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.through = high
	if w.down {
		w.through = low
	}
	if len(seqs) == 0 && w.timed && w.resource == "" && !w.blind && !w.done() {
		err = w.leap(ctx, low, high, end)
	}
	return seqs, err
}

const (
	resourceDown = `select coalesce(min(seq), 0), count(*) from
		(select seq from activity where resource_id = $1 and resource_id <> '' and seq < $2 order by seq desc limit 0 + $3)`
	resourceUp = `select coalesce(max(seq), 0), count(*) from
		(select seq from activity where resource_id = $1 and resource_id <> '' and seq > $2 order by seq limit 0 + $3)`
)

// window gives the seqs that the next slice is about, both inclusive. Of a resource it has so many of its own rows.
func (w *walk) window(ctx context.Context) (low, high int64, err error) {
	low, high = max(w.through-searchSlice, w.first), w.through-1
	if !w.down {
		low, high = w.through+1, min(w.through+searchSlice, w.last)
	}
	if w.resource == "" {
		return low, high, nil
	}
	text := resourceDown
	if !w.down {
		text = resourceUp
	}
	var edge, n int64
	if err := w.s.browse.row(ctx, text, []any{w.resource, w.through, searchSlice}, &edge, &n); err != nil {
		return 0, 0, err
	}
	switch {
	case w.down && n < searchSlice:
		low = w.first
	case w.down:
		low = edge
	case n < searchSlice:
		high = w.last
	default:
		high = min(edge, w.last)
	}
	return low, high, nil
}

const (
	timeWithin = `select 1 from activity where seq >= $1 and seq <= $2 and +at >= $3 and +at < $4 limit 1`
	timeBelow  = `select max(+seq) from activity where at >= $1 and at < $2 and +seq < $3`
	timeAbove  = `select min(+seq) from activity where at >= $1 and at < $2 and +seq > $3`
)

// leap goes on to the next row of the time that is wanted when the slice had none of it. The clock may have been set, and what
// took long is stored late, so only the index of times knows where that is. That takes as long as there are rows of the time:
// when it is not done by half of what is left, the walk goes on step by step.
func (w *walk) leap(ctx context.Context, low, high int64, end time.Time) error {
	var one int
	err := w.s.browse.row(ctx, timeWithin, []any{low, high, w.from, w.until}, &one)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, max(time.Until(end)/2, leapLeast))
	defer cancel()
	text := timeAbove
	if w.down {
		text = timeBelow
	}
	var next sql.NullInt64
	if err := w.s.browse.row(limited, text, []any{w.from, w.until, w.through}, &next); err != nil {
		if limited.Err() != nil && ctx.Err() == nil {
			w.blind = true
			return nil
		}
		return err
	}
	switch {
	case !w.down && next.Valid:
		w.through = min(next.Int64-1, w.last)
	case !w.down:
		w.through = w.last
	case next.Valid:
		w.through = next.Int64 + 1
	default:
		w.through = w.first
	}
	return nil
}

// matches decides what SQL can't: the texts.
func (w *walk) matches(who, target, rest string) bool {
	who = Fold(who)
	if len(w.person) > 0 && !hasAll(w.person, who, Fold(filterValues(target))) &&
		!slices.ContainsFunc(w.ids, func(id string) bool { return strings.HasSuffix(who, id) }) {
		return false
	}
	if len(w.words) == 0 {
		return true
	}
	sent := Fold(target)
	return hasAll(w.words, who, sent, Fold(unescape(sent)), Fold(rest))
}

func hasAll(words []string, texts ...string) bool {
	for _, word := range words {
		if !slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, word) }) {
			return false
		}
	}
	return true
}

// filterValues gives the values that a target's filter compares with, one a line.
func filterValues(target string) string {
	_, query, _ := strings.Cut(target, "?")
	var values []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = unescape(name); !strings.EqualFold(name[strings.LastIndexByte(name, '?')+1:], "filter") {
			continue
		}
		for i, part := range strings.Split(strings.ReplaceAll(unescape(value), `\"`, "\x00"), `"`) {
			if i%2 == 1 {
				values = append(values, strings.ReplaceAll(part, "\x00", `"`))
			}
		}
	}
	return strings.Join(values, "\n")
}

// unescape reads what is percent-encoded, with a plus as a space, and leaves what is not encoded rightly as it is.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '+' {
			c = ' '
		} else if c == '%' && i+2 < len(s) {
			if b, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				c, i = byte(b), i+2
			}
		}
		out = append(out, c)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}
