package token

import (
	"crypto/sha256"
	"slices"
	"sync/atomic"
	"time"

	"scimdesk/backend/store"
)

// remembered is how many ended tokens are still told apart from strangers' secrets.
const remembered = 16

// A table is the tokens at one moment. It never changes; a step of a rotation puts another in its place. What happens to a token
// while it stands in tables is in its mark, which they share.
type table struct {
	rows   []row // newest first: those that are not known to have ended, and the last that have
	checks []check
}

type row struct {
	store.Token // as the last step left it
	hash        [sha256.Size]byte
	mark        *mark
}

// A mark is when a token was used and refused, in milliseconds since 1970; 0 is never.
type mark struct{ first, last, refused atomic.Int64 }

// A check is a credential of the self-check.
type check struct {
	hash  [sha256.Size]byte
	until time.Time
}

func newRow(t store.Token) row {
	r := row{Token: t, hash: [sha256.Size]byte(t.Hash), mark: &mark{}}
	r.mark.first.Store(millis(t.FirstUsed))
	r.mark.last.Store(millis(t.LastUsed))
	r.mark.refused.Store(millis(t.LastRefused))
	return r
}

// used notes a use at a time. Those that come late, in another order, change nothing but the first.
func (m *mark) used(at time.Time) {
	m.first.CompareAndSwap(0, millis(at))
	later(&m.last, millis(at))
}

func later(into *atomic.Int64, ms int64) {
	for {
		had := into.Load()
		if ms <= had || into.CompareAndSwap(had, ms) {
			return
		}
	}
}

// token is the record with what its mark knows.
func (r row) token() store.Token {
	t := r.Token
	t.FirstUsed, t.LastUsed, t.LastRefused = fromMillis(r.mark.first.Load()), fromMillis(r.mark.last.Load()), fromMillis(r.mark.refused.Load())
	return t
}

// open gives the places of the tokens that no step has ended, the newest first, and when they have ended by themselves as far as is
// known at a moment: by their date, or because the newer one has been seen and the older one quiet. Whichever came first counts.
func (t *table) open(at, quiet time.Time) (places [2]int, ends [2]time.Time) {
	places = [2]int{-1, -1}
	n := 0
	for i, r := range t.rows {
		if !r.Ended.IsZero() {
			continue
		}
		places[n] = i
		if r.expired(at) {
			ends[n] = r.Expires
		}
		if n++; n == len(places) {
			break
		}
	}
	if n < len(places) {
		return places, ends
	}
	due := t.due(places[0], places[1], quiet)
	for _, other := range ends {
		if !other.IsZero() && !due.Before(other) {
			return places, ends
		}
	}
	if !due.IsZero() && !at.Before(due) {
		ends[1] = due
	}
	return places, ends
}

// accepted gives the places of the tokens that are accepted at a moment, the newest first; -1 stands for none. Of two that are open,
// only the older one is accepted once the newer has ended.
func (t *table) accepted(at, quiet time.Time) (places [2]int) {
	open, ends := t.open(at, quiet)
	places = [2]int{-1, -1}
	n := 0
	for i, place := range open {
		if place >= 0 && ends[i].IsZero() {
			places[n] = place
			n++
		}
	}
	return places
}

// lapsed gives the tokens that have ended by themselves since the last step, as they are then.
func (t *table) lapsed(at, quiet time.Time) []row {
	open, ends := t.open(at, quiet)
	rows := []row{}
	for i, place := range open {
		if place >= 0 && !ends[i].IsZero() {
			r := t.rows[place]
			r.Ended = ends[i]
			rows = append(rows, r)
		}
	}
	return rows
}

// after is when a token that is made at a moment is said to be made: after all others, also when the clock was set back.
func (t *table) after(at time.Time) time.Time {
	if len(t.rows) > 0 {
		return latest(at, t.rows[0].Created.Add(time.Millisecond))
	}
	return at
}

func (r row) expired(at time.Time) bool { return !r.Expires.IsZero() && !at.Before(r.Expires) }

// due is when the older of two tokens ends by itself if nobody uses it: zero while the newer one has not been seen. Time in which
// nobody could have used it does not count as quiet; quiet is when the time that counts began.
func (t *table) due(newer, older int, quiet time.Time) time.Time {
	first := fromMillis(t.rows[newer].mark.first.Load())
	if first.IsZero() {
		return time.Time{}
	}
	return latest(first, fromMillis(t.rows[older].mark.last.Load()), quiet).Add(Quiet)
}

// with is the table after a step: each token stands in place of the one with its id, and the new ones before all others.
func (t *table) with(changed []row) *table {
	rows := slices.Clone(t.rows)
	for _, c := range changed {
		if i := slices.IndexFunc(rows, func(r row) bool { return r.ID == c.ID }); i >= 0 {
			rows[i] = c
		} else {
			rows = slices.Insert(rows, 0, c)
		}
	}
	return &table{rows: forget(rows), checks: t.checks}
}

// forget drops all but the last ended tokens.
func forget(rows []row) []row {
	ended := 0
	return slices.DeleteFunc(rows, func(r row) bool {
		if !r.Ended.IsZero() {
			ended++
		}
		return !r.Ended.IsZero() && ended > remembered
	})
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
