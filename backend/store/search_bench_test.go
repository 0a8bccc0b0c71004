package store

import (
	"fmt"
	"testing"
	"time"
)

// fillLog writes as many requests as there are people in the lists, spread over the last 24 hours, one of them about somebody rare.
func fillLog(b *testing.B, s *Store, now time.Time) {
	b.Helper()
	n := *people
	rows := make([]Activity, 0, 1000)
	for i := range n {
		id := fmt.Sprintf("%08d-0000-7000-8000-000000000000", i%5000)
		a := Activity{RequestID: fmt.Sprintf("%08d-1111-7000-8000-000000000000", i), At: now.Add(-time.Duration(n-i) * 24 * time.Hour / time.Duration(n)),
			Method: "GET", Status: 200, Action: "match", ResourceType: "User", Name: fmt.Sprintf("Person %06d", i), ResourceID: id,
			Target: fmt.Sprintf(`/scim/v2/Users?filter=userName+eq+"p%06d%%40contoso.example"`, i), Remote: "127.0.0.1:50000", UserAgent: "Entra ID provisioning/1.0"}
		if i == n/10 {
			a.Name = "Zoë Wanted"
		}
		if i%1000 == 0 {
			a.Status, a.Detail = 409, "userName is taken"
		}
		if rows = append(rows, a); len(rows) == cap(rows) || i == n-1 {
			keep(b, s, rows...)
			rows = rows[:0]
		}
	}
}

// BenchmarkFindActivity looks for one row among as many as PEOPLE says, by asking on. The longest question should take no longer than its
// budget of 250 ms and a slice.
func BenchmarkFindActivity(b *testing.B) {
	s := open(b, Options{})
	fillLog(b, s, noon)
	for name, q := range map[string]Search{
		"text":     {Text: "zoe wanted"},
		"person":   {Person: "zoe"},
		"status":   {Status: 503},
		"time":     {Until: noon.Add(-23 * time.Hour), Text: "zoe"},
		"resource": {Resource: "00000100-0000-7000-8000-000000000000", Text: "zoe"},
	} {
		b.Run(name, func(b *testing.B) {
			var longest time.Duration
			questions := 0
			for b.Loop() {
				q := q
				q.Limit, q.Budget = 1000, 250*time.Millisecond
				questions = 0
				for done := false; !done; questions++ {
					start := time.Now()
					found, err := s.SearchActivity(b.Context(), q)
					if err != nil {
						b.Fatal(err)
					}
					longest = max(longest, time.Since(start))
					q.Before, done = found.Through, found.Done
				}
			}
			b.ReportMetric(float64(longest.Milliseconds()), "ms/longest")
			b.ReportMetric(float64(questions), "questions")
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/all")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkOverview counts 24 hours that hold as many requests as PEOPLE says: all of them, as the first page does once, and then what came
// since.
func BenchmarkOverview(b *testing.B) {
	s := open(b, Options{})
	fillLog(b, s, noon)
	from := noon.Add(-24 * time.Hour)
	var first, next, changes time.Duration
	for b.Loop() {
		s.tally.quarters = nil
		start := time.Now()
		if _, _, err := s.Traffic(b.Context(), from, 24); err != nil {
			b.Fatal(err)
		}
		first += time.Since(start)
		keep(b, s, make([]Activity, 1000)...)
		start = time.Now()
		if _, _, err := s.Traffic(b.Context(), from, 24); err != nil {
			b.Fatal(err)
		}
		next += time.Since(start)
		start = time.Now()
		if _, err := s.HistoryOfAll(b.Context(), 0, 8); err != nil {
			b.Fatal(err)
		}
		changes += time.Since(start)
	}
	b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "ms/first")
	b.ReportMetric(float64(next.Microseconds())/float64(b.N), "µs/next_1000")
	b.ReportMetric(float64(changes.Microseconds())/float64(b.N), "µs/changes")
	b.ReportMetric(0, "ns/op")
}
