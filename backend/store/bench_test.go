package store

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// people is how many the lists are measured with; STORE_BENCH_PEOPLE does the same for those who can't pass flags.
var people = flag.Int("people", benchPeople(), "people in the directory that lists are measured with")

func benchPeople() int {
	if n, err := strconv.Atoi(os.Getenv("STORE_BENCH_PEOPLE")); err == nil && n > 0 {
		return n
	}
	return 20_000
}

// callers runs b.N calls from n callers at once.
func callers(b *testing.B, n int, call func(i int) error) {
	b.Helper()
	var all sync.WaitGroup
	work := make(chan int)
	for range n {
		all.Go(func() {
			for i := range work {
				if err := call(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for i := range b.N {
		work <- i
	}
	close(work)
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}

func withActivity(i int) Cause {
	return Cause{Origin: "scim", RequestID: strconv.Itoa(i), Activity: &Activity{RequestID: strconv.Itoa(i), At: time.Now(), Method: "PATCH",
		Target: "/scim/v2/Users", Status: 200, Action: "update", Request: make([]byte, 600), Response: make([]byte, 700)}}
}

func BenchmarkCreate(b *testing.B) {
	for _, n := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(n, " callers"), func(b *testing.B) {
			s := open(b, Options{})
			all := make([]*scim.Resource, b.N)
			for i := range all {
				all[i] = crowdPerson(b, i)
			}
			callers(b, n, func(i int) error {
				return second(s.Create(context.Background(), withActivity(i), all[i], With{Groups: true}))
			})
		})
	}
}

func BenchmarkPatch(b *testing.B) {
	for _, n := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(n, " callers"), func(b *testing.B) {
			s := open(b, Options{})
			all := crowd(b, s, 1000)
			callers(b, n, func(i int) error {
				return second(s.Update(context.Background(), withActivity(i), scim.User, all[i%len(all)].ID, 0, set("title", strconv.Itoa(i))))
			})
		})
	}
}

// BenchmarkAddMember adds one person to groups of three sizes, in turn. The ratio of the dearest to the cheapest should stay within 1.5.
func BenchmarkAddMember(b *testing.B) {
	s := open(b, Options{})
	newcomers := crowd(b, s, 2000)
	sizes := []int{100, 2_000, 20_000}
	groups := make([]Record, len(sizes))
	for i, size := range sizes {
		g := group(b, fmt.Sprint("group of ", size))
		for m := range size {
			g.Members = append(g.Members, scim.Member{Value: fmt.Sprintf("%08d-%d", m, size)})
		}
		groups[i] = create(b, s, g)
	}
	times := make([][]time.Duration, len(sizes))
	for i := 0; b.Loop(); i++ {
		who := newcomers[i%len(newcomers)].ID
		for at, g := range groups {
			start := time.Now()
			if _, err := s.Update(context.Background(), withActivity(i), scim.Group, g.ID, 0, members(scim.AddMembers, who).withoutAnswer()); err != nil {
				b.Fatal(err)
			}
			times[at] = append(times[at], time.Since(start))
			if _, err := s.Update(context.Background(), Cause{}, scim.Group, g.ID, 0, members(scim.RemoveMembers, who).withoutAnswer()); err != nil {
				b.Fatal(err)
			}
		}
	}
	medians := make([]float64, len(sizes))
	for at, size := range sizes {
		slices.Sort(times[at])
		medians[at] = float64(times[at][len(times[at])/2].Microseconds())
		b.ReportMetric(medians[at], fmt.Sprint("µs/add_to_", size))
	}
	b.ReportMetric(slices.Max(medians)/slices.Min(medians), "dearest/cheapest")
}

// BenchmarkManyMembers fills and empties a group by one request each. What a member costs should not grow with the request.
func BenchmarkManyMembers(b *testing.B) {
	s := open(b, Options{})
	all := crowd(b, s, 20_000)
	g := create(b, s, group(b, "Everybody"))
	sizes := []int{1_000, 20_000}
	best := make([]float64, len(sizes))
	for b.Loop() {
		for at, size := range sizes {
			var some []string
			for _, r := range all[:size] {
				some = append(some, r.ID)
			}
			start := time.Now()
			update(b, s, g, members(scim.AddMembers, some...).withoutAnswer())
			update(b, s, g, members(scim.ReplaceMembers).withoutAnswer())
			took := float64(time.Since(start).Microseconds()) / float64(2*size)
			if best[at] == 0 || took < best[at] {
				best[at] = took
			}
		}
	}
	for at, size := range sizes {
		b.ReportMetric(best[at], fmt.Sprint("µs/member_of_", size))
	}
	b.ReportMetric(best[1]/best[0], "many/few")
}

func (e Edit) withoutAnswer() Edit {
	e.With = With{}
	return e
}

// directory is the folder of *people people that one run of the benchmarks shares; TestMain removes it.
var directory string

func openDirectory(b *testing.B) *Store {
	b.Helper()
	if directory == "" {
		var err error
		if directory, err = os.MkdirTemp("", "scimdesk-bench-*"); err != nil { //nolint:usetesting // outlives one benchmark
			b.Fatal(err)
		}
	}
	s := open(b, Options{Dir: directory})
	if have := counted(b, s, scim.User).Total; have < *people {
		crowd(b, s, *people)
	}
	return s
}

func BenchmarkMatch(b *testing.B) {
	s := openDirectory(b)
	n := *people
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			f, err := scim.ParseFilter(scim.User, fmt.Sprintf(`userName eq "p%06d@x.example"`, rand.IntN(n)))
			if err != nil {
				b.Fatal(err)
			}
			page, err := s.List(context.Background(), scim.User, Query{Filter: f, Count: 100, With: With{Groups: true}})
			if err != nil || page.Total != 1 {
				b.Fatal(page.Total, err)
			}
		}
	})
}

// BenchmarkListPages reads pages of 100 at the start and at the end, the latter as a client that pages on and as one that jumps there.
func BenchmarkListPages(b *testing.B) {
	s := openDirectory(b)
	n := *people
	read := func(start int) time.Duration {
		from := time.Now()
		page, err := s.List(context.Background(), scim.User, Query{StartIndex: start, Count: 100})
		if err != nil || len(page.Records) != 100 || page.Total < n {
			b.Fatal(len(page.Records), page.Total, err)
		}
		return time.Since(from)
	}
	var first, jumped, next time.Duration
	for b.Loop() {
		first += read(1)
		s.pages.moved(Commit{People: true, removed: true}) // forget all places
		jumped += read(n - 399)
		next += read(n - 299)
	}
	for what, took := range map[string]time.Duration{"first": first, "jump": jumped, "next": next} {
		b.ReportMetric(float64(took.Microseconds())/float64(b.N), "µs/"+what)
	}
	b.ReportMetric(float64(next)/float64(first), "next/first")
	b.ReportMetric(float64(jumped)/float64(first), "jump/first")
}

// BenchmarkFindPeople finds whole lists: everybody by name and by last change, a search that half of them meet, and one that
// nobody does.
func BenchmarkFindPeople(b *testing.B) {
	s := openDirectory(b)
	for what, f := range map[string]Find{
		"all by name": {}, "all by change": {Sort: SortChanged, State: FindAll}, "all by user name": {Sort: SortUserName},
		"search hit": {Search: "person 1"}, "search miss": {Search: "nobody at all"},
	} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				seqs, err := s.Find(context.Background(), scim.User, f)
				if err != nil || (len(seqs) == 0) != (what == "search miss") {
					b.Fatal(len(seqs), err)
				}
			}
		})
	}
}
