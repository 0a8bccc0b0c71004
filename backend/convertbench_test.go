package backend

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/entra"
)

// A stopwatch notes how long each request waits for its answer, and refusals.
type stopwatch struct {
	mu     sync.Mutex
	waits  []time.Duration
	failed int
}

func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	res, err := http.DefaultTransport.RoundTrip(r)
	took := time.Since(start)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits = append(s.waits, took)
	if err != nil && r.Context().Err() == nil || err == nil && (res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500) {
		s.failed++
	}
	return res, err
}

// BenchmarkConversion converts 100,000 people to their e-mails and takes it back, while a rehearsal goes on. The aims are 10 seconds for a conversion and
// 150 ms for the longest wait of a request; bare is the time of one transaction with nothing but the same updates.
func BenchmarkConversion(b *testing.B) {
	const people = 100_000
	var planned, staged, forth, back, bare time.Duration
	watch := &stopwatch{}
	for b.Loop() {
		dir := b.TempDir()
		desk, secret := benchBackend(b, func(o *Options) { o.Dir = dir })
		oldPeople(b, desk, people)
		c, err := entra.New(entra.Options{URL: desk.door.address(), Token: secret, Dialect: "mixed", People: 200, Groups: 10, Seed: 5, Concurrency: 4,
			HTTP: &http.Client{Transport: watch}})
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		played := make(chan struct{})
		go func() {
			defer close(played)
			for ctx.Err() == nil {
				if _, err := c.Cycle(ctx); err != nil && ctx.Err() == nil {
					b.Error(err)
					return
				}
			}
		}()
		lap := time.Now()
		next := func() time.Duration {
			took := time.Since(lap)
			lap = time.Now()
			return took
		}
		p := plan(b, desk, UserIDRule{To: ToEmail, Search: "person"})
		planned += next()
		j, err := desk.ApplyUserIDs(b.Context(), p.Plan)
		if err != nil {
			b.Fatal(err)
		}
		staged += next()
		if j = wait(b, desk, j.Seq); j.Done != people {
			b.Fatalf("the job is %+v", j)
		}
		forth += next()
		if j = undo(b, desk, j.Seq); j.Undone != people {
			b.Fatalf("undone it is %+v", j)
		}
		back += next()
		stop()
		<-played
		c.Close()
		bare += bareUpdate(b, dir)
	}
	slices.Sort(watch.waits)
	n := float64(b.N)
	b.ReportMetric(planned.Seconds()/n, "s/plan")
	b.ReportMetric(staged.Seconds()/n, "s/journal")
	b.ReportMetric(forth.Seconds()/n, "s/convert")
	b.ReportMetric(back.Seconds()/n, "s/undo")
	b.ReportMetric(bare.Seconds()/n, "s/bare")
	b.ReportMetric(forth.Seconds()/bare.Seconds(), "convert/bare")
	b.ReportMetric(float64(watch.waits[len(watch.waits)/2].Milliseconds()), "ms/wait_p50")
	b.ReportMetric(float64(watch.waits[len(watch.waits)*99/100].Milliseconds()), "ms/wait_p99")
	b.ReportMetric(float64(watch.waits[len(watch.waits)-1].Milliseconds()), "ms/wait_longest")
	b.ReportMetric(float64(len(watch.waits)), "requests")
	b.ReportMetric(float64(watch.failed), "refused")
	b.ReportMetric(0, "ns/op")
}

// bareUpdate is what somebody would do by hand in the database: another user ID for everybody, in the document and in its key, in one
// transaction that locks everybody out.
func bareUpdate(b *testing.B, dir string) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "scimdesk.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	seqs, keys := userKeys(b, db)
	start := time.Now()
	tx, err := db.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	change, err := tx.PrepareContext(b.Context(), "update resources set unique_key = $2, doc = json_set(doc, '$.userName', $2) where seq = $1")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = change.Close() }()
	for i, seq := range seqs {
		if _, err := change.ExecContext(b.Context(), seq, fmt.Sprint("bare", i, keys[i], "@contoso.example")); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// userKeys gives those whom the benchmark converts.
func userKeys(b *testing.B, db *sql.DB) (seqs []int64, keys []string) {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), "select seq, unique_key from resources where type = 'User' and unique_key like 'u%'")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seq int64
		var key string
		if err := rows.Scan(&seq, &key); err != nil {
			b.Fatal(err)
		}
		seqs, keys = append(seqs, seq), append(keys, key)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return seqs, keys
}
