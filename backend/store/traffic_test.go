package store

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// countedByHand is Traffic as one would count it by hand.
func countedByHand(rows []Activity, from time.Time, hours int) ([]Traffic, []int64) {
	counts, failed := make([]Traffic, hours), []int64{}
	for _, r := range rows {
		hour := int(r.At.Sub(from) / time.Hour)
		if r.At.Before(from) || hour >= hours {
			continue
		}
		c := &counts[hour]
		write := r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH"
		bad := true
		switch {
		case r.Status >= 500:
			c.Error++
		case r.Status == 404 && !write:
			c.NotFound++
			bad = false
		case r.Status == 499 || r.Status == 0:
			c.CutOff++
			bad = false
		case r.Status >= 400:
			c.Failure++
			if r.Status == 401 {
				c.Refused++
			}
		default:
			c.Success++
			bad = false
		}
		if bad {
			failed = append(failed, r.Seq)
		}
	}
	slices.Reverse(failed)
	return counts, failed[:min(len(failed), 5)]
}

// TestTrafficCountsOn compares what is counted on and on with what is counted by hand, while the clock goes on, rows come late, the
// oldest are pruned and a lot comes at once.
func TestTrafficCountsOn(t *testing.T) {
	if underRace {
		t.Skip("one goroutine and too many rows for the race detector")
	}
	s := open(t, Options{})
	r := rand.New(rand.NewPCG(3, 4))
	now := noon.Add(-30 * time.Minute) // hours begin at the half, as in India
	var rows []Activity
	write := func(n int) {
		fresh := make([]Activity, n)
		for i := range fresh {
			late := time.Duration(r.IntN(3600)) * time.Second
			if r.IntN(20) == 0 {
				late *= 30
			}
			fresh[i] = Activity{At: now.Add(-late).Truncate(time.Millisecond), Method: []string{"GET", "POST", "PATCH", "DELETE", "PUT", ""}[r.IntN(6)],
				Status: []int{200, 201, 204, 304, 400, 401, 404, 404, 409, 499, 500, 503, 0}[r.IntN(13)]}
		}
		keep(t, s, fresh...)
		rows = append(rows, fresh...)
	}
	for step := range 60 {
		switch {
		case step == 20:
			write(tallyBehind + 10)
		case step == 30:
			write(tallySlice + 10)
		case step%4 > 0:
			write(r.IntN(300))
		}
		if step%15 == 14 {
			gone := rows[len(rows)/3].Seq
			forget(t, s, gone)
			rows = slices.DeleteFunc(rows, func(a Activity) bool { return a.Seq <= gone })
		}
		from := now.Truncate(time.Hour).Add(30 * time.Minute).Add(-23 * time.Hour)
		counts, failed, err := s.Traffic(t.Context(), from, 24)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts, wantFailed := countedByHand(rows, from, 24)
		if !slices.Equal(counts, wantCounts) {
			t.Fatalf("step %d:\n%+v, want\n%+v", step, counts, wantCounts)
		}
		if !slices.Equal(failed, wantFailed) {
			t.Fatalf("step %d: failed %v, want %v", step, failed, wantFailed)
		}
		now = now.Add(time.Duration(r.IntN(90)) * time.Minute)
	}
}

// TestTrafficCountsNoRowTwice: what comes while the day is counted is counted afterwards.
func TestTrafficCountsNoRowTwice(t *testing.T) {
	s := open(t, Options{})
	rows := make([]Activity, 100)
	for i := range rows {
		rows[i] = Activity{At: noon, Status: []int{200, 500}[i%2], Method: "GET"}
	}
	keep(t, s, rows...)
	s.tally.first = 1
	if err := s.tally.recount(t.Context(), s, 60, millis(noon), millis(noon.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	counts, failed, err := s.Traffic(t.Context(), noon, 1)
	if err != nil || counts[0] != (Traffic{Success: 50, Error: 50}) || !slices.Equal(failed, []int64{100, 98, 96, 94, 92}) {
		t.Errorf("%+v, %v, %v", counts, failed, err)
	}
}

// TestOutcomesAreOneThing: what a row is called, what a search for it finds and what is counted are the same, for every status and method.
func TestOutcomesAreOneThing(t *testing.T) {
	s := open(t, Options{})
	var rows []Activity
	for status := range 600 {
		if status > 0 && status < 100 {
			continue
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", ""} {
			rows = append(rows, Activity{At: noon, Status: status, Method: method})
		}
	}
	keep(t, s, rows...)
	counts, _, err := s.Traffic(t.Context(), noon, 1)
	if err != nil {
		t.Fatal(err)
	}
	for outcome, counted := range map[Outcome]int{Success: counts[0].Success, NotFound: counts[0].NotFound, Failure: counts[0].Failure,
		Error: counts[0].Error, CutOff: counts[0].CutOff} {
		found, err := s.SearchActivity(t.Context(), Search{Outcomes: []Outcome{outcome}, After: -1, Limit: len(rows), Budget: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		var want []int64
		for _, r := range rows {
			if OutcomeOf(r.Status, r.Method) == outcome {
				want = append(want, r.Seq)
			}
		}
		if !slices.Equal(found.Seqs, want) || counted != len(want) {
			t.Errorf("%s: %d rows, %d found, %d counted", outcome, len(want), len(found.Seqs), counted)
		}
	}
}

func TestTrafficOfNothing(t *testing.T) {
	s := open(t, Options{})
	for range 2 {
		counts, failed, err := s.Traffic(t.Context(), noon, 24)
		if err != nil || len(counts) != 24 || slices.Max(totals(counts)) != 0 || failed == nil || len(failed) != 0 {
			t.Errorf("%v %v %v", counts, failed, err)
		}
	}
	keep(t, s, Activity{At: noon, Status: 200})
	if counts, _, err := s.Traffic(t.Context(), noon, 24); err != nil || counts[0].Success != 1 {
		t.Errorf("the first: %v, %v", counts, err)
	}
}

func totals(counts []Traffic) []int {
	out := []int{}
	for _, c := range counts {
		out = append(out, c.Success+c.NotFound+c.Failure+c.Error+c.CutOff)
	}
	return out
}

func TestLastRefused(t *testing.T) {
	s := open(t, Options{})
	if _, found, err := s.LastRefused(t.Context()); found || err != nil {
		t.Errorf("in an empty log: %v, %v", found, err)
	}
	keep(t, s, Activity{Status: 401, Method: "GET", Remote: "a"}, Activity{Status: 401, Method: "GET", Remote: "b"}, Activity{Status: 401, Detail: "3 more requests"}, Activity{Status: 200, Method: "GET"})
	if a, found, err := s.LastRefused(t.Context()); !found || err != nil || a.Seq != 2 || a.Remote != "b" {
		t.Errorf("%+v, %v, %v", a, found, err)
	}
}
