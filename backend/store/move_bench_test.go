package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// bareRename is what a database would be told by hand: another user name, in the column and in the document, for the same rows.
const bareRename = `update resources set unique_key = $2, doc = replace(doc, $3, $2) where seq = $1`

// BenchmarkRename gives 1,000 people of *people another user name in one write, and the same by bare statements, in turn.
func BenchmarkRename(b *testing.B) {
	const n = 1000
	s := open(b, Options{})
	all := crowd(b, s, *people)
	var ours, bare time.Duration
	round := 0
	for b.Loop() {
		some := make([]Record, n)
		for i := range some {
			some[i] = all[(round*7919+i*(len(all)/n))%len(all)]
		}
		round++
		name := func(i int) string { return fmt.Sprintf("r%d-%06d@contoso.example", round, i) }
		start := time.Now()
		batch(b, s, func(tx *Tx) error {
			for i, p := range some {
				if err := rename(tx, p.ID, name(i), true); err != nil {
					return err
				}
			}
			return nil
		})
		ours += time.Since(start)
		start = time.Now()
		if err := s.writer.write(context.Background(), func(tx *Tx) error {
			for i, p := range some {
				if _, err := tx.exec(bareRename, p.Seq, "b"+name(i), name(i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(start)
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) / n }
	b.ReportMetric(each(ours), "µs/rename")
	b.ReportMetric(each(bare), "µs/bare")
	b.ReportMetric(float64(ours)/float64(bare), "rename/bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkConvert renames everybody by a job while SCIM matches and patches without a pause, and takes it back. The longest wait should stay
// within 150 ms.
func BenchmarkConvert(b *testing.B) {
	s := open(b, Options{})
	all := crowd(b, s, *people)
	var staged, forth, back, bare time.Duration
	var waits []time.Duration
	for b.Loop() {
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				start := time.Now()
				if _, err := s.Update(context.Background(), withActivity(i), scim.User, all[i%len(all)].ID, 0, set("title", fmt.Sprint(i))); err != nil {
					b.Error(err)
				}
				waits = append(waits, time.Since(start))
			}
		}()
		start := time.Now()
		j := startJob(b, s, func(yield func(JobRow) bool) {
			for i, p := range all {
				if !yield(JobRow{ID: p.ID, Name: p.Name, Before: fmt.Sprintf("p%06d@x.example", i), Plan: fmt.Sprintf("c%06d@contoso.example", i)}) {
					return
				}
			}
		})
		staged += time.Since(start)
		start = time.Now()
		if j = through(b, s, s.StepJob, j.Seq, func(tx *Tx, rows []JobRow) error { return rename(tx, rows[0].ID, rows[0].Plan, true) }); j.Done != len(all) {
			b.Fatalf("%+v", j)
		}
		forth += time.Since(start)
		if _, err := s.UndoJob(context.Background(), j.Seq); err != nil {
			b.Fatal(err)
		}
		start = time.Now()
		if j = through(b, s, s.StepUndo, j.Seq, unapply); j.Undone != len(all) {
			b.Fatalf("%+v", j)
		}
		back += time.Since(start)
		close(stop)
		<-stopped
		start = time.Now()
		if err := s.writer.write(context.Background(), func(tx *Tx) error {
			for i, p := range all {
				if _, err := tx.exec(bareRename, p.Seq, fmt.Sprintf("q%06d@x.example", i), fmt.Sprintf("p%06d@x.example", i)); err != nil {
					return err
				}
			}
			for i, p := range all {
				if _, err := tx.exec(bareRename, p.Seq, fmt.Sprintf("p%06d@x.example", i), fmt.Sprintf("q%06d@x.example", i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(start) / 2
	}
	slices.Sort(waits)
	b.ReportMetric(staged.Seconds()/float64(b.N), "s/kept")
	b.ReportMetric(forth.Seconds()/float64(b.N), "s/converted")
	b.ReportMetric(back.Seconds()/float64(b.N), "s/undone")
	b.ReportMetric(float64(forth)/float64(bare), "converted/bare")
	b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "ms/wait")
	b.ReportMetric(float64(waits[len(waits)-1].Milliseconds()), "ms/longest_wait")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFindPicked finds whole lists by what no list has a column for, and counts what is missing of everybody.
func BenchmarkFindPicked(b *testing.B) {
	s := openDirectory(b)
	for what, f := range map[string]Find{
		"by title": {Sort: SortTitle}, "by groups": {Sort: SortGroups}, "no group": {Quality: NoGroup}, "same e-mail": {Quality: SameEmail},
		"no e-mail": {Quality: NoEmail}, "no manager found": {Quality: NoManagerFound}, "reports": {Manager: "nobody"},
	} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Find(context.Background(), scim.User, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.QualityCounts(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
