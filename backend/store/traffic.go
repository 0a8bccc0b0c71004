package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Traffic is how requests of a time ended. What the log does not keep is not counted: of many refusals within a minute only
// one row says how many more there were.
type Traffic struct {
	Success  int
	NotFound int
	Failure  int
	Error    int
	CutOff   int
	Refused  int // 401: no accepted token; also in Failure
}

func (a *Traffic) add(b Traffic) {
	a.Success += b.Success
	a.NotFound += b.NotFound
	a.Failure += b.Failure
	a.Error += b.Error
	a.CutOff += b.CutOff
	a.Refused += b.Refused
}

// Failed is what an admin should look at.
func (a *Traffic) Failed() int { return a.Failure + a.Error }

const (
	quarter     = 15 * time.Minute // of an hour: in every time zone hours begin at one
	failedKept  = 5
	tallySlice  = 5_000
	tallyBehind = 20_000 // rows that are rather counted anew, by the index of times, than read one by one
)

const (
	// Nearly all requests end well: those are counted by the index alone, and no others are sorted.
	trafficGood = `select count(*) from activity where at >= $1 and at < $2 and +seq <= $3 and status between 100 and 399`
	trafficBad  = `select ` + outcomeSQL + `, status = 401, count(*), max(+seq) from activity
		where at >= $1 and at < $2 and +seq <= $3 and (status < 100 or status > 399) group by 1, 2`
	trafficFailed = `select seq, at from activity where at >= $1 and at < $2 and +seq <= $3 and ` + isFailed + ` order by +seq desc limit 0 + $4`
	trafficRows   = `select seq, at, ` + outcomeSQL + `, status = 401 from activity where seq > $1 and seq <= $2 order by seq limit 0 + $3`
)

// A tally counts requests by quarters of an hour and goes on counting where it stopped, by seq: rows are stored in another
// order than that of their times, and a busy hour must not be counted from its beginning each time. The zero tally has counted nothing.
type tally struct {
	mu       sync.Mutex
	first    int64 // of the log, when it was last looked at
	through  int64 // the last row that is counted
	since    int64 // the beginning of the first quarter
	quarters map[int64]quarterTraffic
	failed   []failedRow // the newest, newest first; fewer than there are when some have become too old
}

type quarterTraffic struct {
	Traffic
	failed int64 // seq of the newest that failed, 0 if none did
}

type failedRow struct{ seq, at int64 }

func (t *tally) addFailed(row failedRow) {
	at, _ := slices.BinarySearchFunc(t.failed, row, func(a, b failedRow) int { return cmp.Compare(b.seq, a.seq) })
	t.failed = slices.Insert(t.failed, at, row)
	t.failed = t.failed[:min(len(t.failed), failedKept)]
}

// Traffic counts requests in so many hours from a time on, which must be the beginning of a quarter of an hour, and gives the seqs of
// the newest that failed or were refused in them, newest first, at most five. Times should move on from call to call, as the clock does.
func (s *Store) Traffic(ctx context.Context, from time.Time, hours int) (counts []Traffic, failed []int64, err error) {
	t := &s.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	since, until := millis(from), millis(from.Add(time.Duration(hours)*time.Hour))
	if err := t.update(ctx, s, since, until); err != nil {
		return nil, nil, s.broken(fmt.Errorf("count requests: %w", err))
	}
	counts = make([]Traffic, hours)
	for at, q := range t.quarters {
		if at < until {
			counts[(at-since)/time.Hour.Milliseconds()].add(q.Traffic)
		}
	}
	if err := t.refill(ctx, s); err != nil {
		return nil, nil, s.broken(fmt.Errorf("look for failures: %w", err))
	}
	failed = []int64{}
	for _, f := range t.failed {
		if f.at < until {
			failed = append(failed, f.seq)
		}
	}
	return counts, failed, nil
}

// update counts what came. When rows of the time were pruned, or too much came, it counts anew.
func (t *tally) update(ctx context.Context, s *Store, since, until int64) error {
	first, last, err := s.ActivityHead(ctx)
	if err != nil {
		return err
	}
	pruned := false
	if first != t.first {
		var at int64
		if err := s.browse.row(ctx, `select at from activity where seq >= $1 order by seq limit 1`, []any{first}, &at); err != nil && last > 0 {
			return err
		}
		pruned = at >= since
	}
	t.first = first
	if t.quarters == nil || since < t.since || pruned || last-t.through > tallyBehind {
		return t.recount(ctx, s, last, since, until)
	}
	t.since = since
	maps.DeleteFunc(t.quarters, func(at int64, _ quarterTraffic) bool { return at < since })
	t.failed = slices.DeleteFunc(t.failed, func(f failedRow) bool { return f.at < since })
	for t.through < last {
		if err := t.count(ctx, s, last); err != nil {
			return err
		}
	}
	return nil
}

// count adds the next rows, one by one.
func (t *tally) count(ctx context.Context, s *Store, last int64) error {
	n := 0
	err := s.browse.each(ctx, trafficRows, []any{t.through, last, tallySlice}, func(rows *sql.Rows) error {
		var row failedRow
		var outcome Outcome
		var refused bool
		if err := rows.Scan(&row.seq, &row.at, &outcome, &refused); err != nil {
			return err
		}
		n++
		t.through = row.seq
		begin := quarterOf(row.at)
		if begin < t.since {
			return nil
		}
		q := t.quarters[begin]
		one := trafficOf(outcome, refused, 1)
		q.add(one)
		if one.Failed() > 0 {
			q.failed = row.seq
			t.addFailed(row)
		}
		t.quarters[begin] = q
		return nil
	})
	if err == nil && n < tallySlice {
		t.through = last
	}
	return err
}

// trafficOf is n requests that ended in one way.
func trafficOf(outcome Outcome, refused bool, n int) Traffic {
	var t Traffic
	switch outcome {
	case Success:
		t.Success = n
	case NotFound:
		t.NotFound = n
	case Failure:
		t.Failure = n
	case Error:
		t.Error = n
	case CutOff:
		t.CutOff = n
	}
	if refused {
		t.Refused = n
	}
	return t
}

func quarterOf(at int64) int64 {
	n := quarter.Milliseconds()
	return at - (at%n+n)%n
}

// recount counts the time anew, up to a row. Each quarter is a read of its own.
func (t *tally) recount(ctx context.Context, s *Store, last, since, until int64) error {
	quarters := make(map[int64]quarterTraffic)
	for at := since; at < until; at += quarter.Milliseconds() {
		var q quarterTraffic
		part := []any{at, at + quarter.Milliseconds(), last}
		if err := s.browse.row(ctx, trafficGood, part, &q.Success); err != nil {
			return err
		}
		err := s.browse.each(ctx, trafficBad, part, func(rows *sql.Rows) error {
			var outcome Outcome
			var refused bool
			var n int
			var newest int64
			if err := rows.Scan(&outcome, &refused, &n, &newest); err != nil {
				return err
			}
			part := trafficOf(outcome, refused, n)
			q.add(part)
			if part.Failed() > 0 {
				q.failed = max(q.failed, newest)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if q != (quarterTraffic{}) {
			quarters[at] = q
		}
	}
	t.quarters, t.failed, t.since, t.through = quarters, nil, since, last
	return nil
}

// refill looks for the newest failures when fewer are known than there are. It begins with the quarter that has the newest and
// goes on while another may have a newer one than those that were found.
func (t *tally) refill(ctx context.Context, s *Store) error {
	total := 0
	var all []int64
	for at, q := range t.quarters {
		total += q.Failed()
		if q.failed > 0 {
			all = append(all, at)
		}
	}
	if len(t.failed) >= min(total, failedKept) {
		return nil
	}
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(t.quarters[b].failed, t.quarters[a].failed) })
	t.failed = nil
	for _, at := range all {
		if len(t.failed) == failedKept && t.quarters[at].failed < t.failed[failedKept-1].seq {
			break
		}
		err := s.browse.each(ctx, trafficFailed, []any{at, at + quarter.Milliseconds(), t.through, failedKept}, func(rows *sql.Rows) error {
			var row failedRow
			err := rows.Scan(&row.seq, &row.at)
			t.addFailed(row)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
