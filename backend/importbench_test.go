package backend

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/entra"
	"scimdesk/backend/store"
)

// manyPeople is a CSV of people with 25 columns, as a system of an office exports them.
func manyPeople(n int) string {
	var text strings.Builder
	text.WriteString("localId;userName;displayName;givenName;familyName;email;title;department;division;organization;costCenter;employeeNumber;manager;active;" +
		"phone;mobile;fax;office;street;city;region;postalCode;country;preferredLanguage;externalId\r\n")
	for i := range n {
		fmt.Fprintf(&text, "L%d;u%d;Person %d;Given %d;Family %d;person%d@contoso.example;Clerk;Department %d;North;Contoso;CC%d;%d;L%d;yes;"+
			"'+49 30 %d;'+49 170 %d;;Building %d;Street %d;Berlin;BE;10115;DE;de;E-%d\r\n", i, i, i, i, i, i, i%50, i%9, 100000+i, i/10, i, i, i%20, i, i)
	}
	return text.String()
}

// handOverParts hands a large file over, part by part.
func handOverParts(tb testing.TB, b *Backend, text string) string {
	tb.Helper()
	up := Upload{}
	for part := range slices.Chunk([]byte(text), uploadPart) {
		var err error
		if up, err = b.PutUpload(tb.Context(), UploadPart{ID: up.ID, Name: "staff.csv", Data: base64.StdEncoding.EncodeToString(part)}); err != nil {
			tb.Fatal(err)
		}
	}
	return up.ID
}

// TestTenThousandAreImported: a large file and all that it says. Smaller ones are taken back.
func TestTenThousandAreImported(t *testing.T) {
	if underRace {
		t.Skip("ten times slower with the race detector; smaller ones run with it")
	}
	const people = 10_000
	b, _ := serve(t)
	s := ImportSource{Upload: handOverParts(t, b, manyPeople(people)), Kind: importPeople}
	plan, err := b.PlanImport(t.Context(), s)
	if err != nil || plan.Total != people || plan.Change != people {
		t.Fatalf("plan %+v %v", plan, err)
	}
	page, err := b.ImportRows(t.Context(), PlanQuery{Plan: plan.Plan, Search: "person 9999", Limit: 500})
	if err != nil || page.Total != 1 || len(page.Rows[0].Changes) != 25 {
		t.Errorf("the last row: %+v %v", page, err)
	}
	job, err := b.ApplyImport(t.Context(), plan.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if job = waited(t, b, job); job.Done < people {
		t.Fatalf("the job is %+v", job)
	}
	if plan, err = b.PlanImport(t.Context(), ImportSource{Upload: s.Upload, Kind: s.Kind, Existing: existingOverwrite}); err != nil || plan.Change != 0 || plan.Counts[0] != (StateCount{ImportSame, people}) {
		t.Errorf("over itself: %+v %v", plan, err)
	}
}

// BenchmarkImport reads 100,000 people of 25 columns, imports them and takes that back, while a rehearsal goes on.
func BenchmarkImport(b *testing.B) {
	const people = 100_000
	text := manyPeople(people)
	var planned, again, applied, back time.Duration
	var kept uint64
	watch := &stopwatch{}
	for b.Loop() {
		dir := b.TempDir()
		desk, secret := benchBackend(b, func(o *Options) { o.Dir = dir })
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
		s := ImportSource{Upload: handOverParts(b, desk, text), Kind: importPeople, Existing: existingOverwrite}
		before := heap()
		lap := time.Now()
		plan, err := desk.PlanImport(b.Context(), s)
		if err != nil || plan.Change != people {
			b.Fatalf("%+v %v", plan, err)
		}
		planned += time.Since(lap)
		kept = max(kept, heap()-before)
		lap = time.Now()
		job, err := desk.ApplyImport(b.Context(), plan.Plan)
		if err != nil {
			b.Fatal(err)
		}
		if job, err = desk.WaitJob(b.Context(), job.Seq); err != nil || job.State != store.JobDone || job.Failed != 0 {
			b.Fatalf("%+v %v", job, err)
		}
		applied += time.Since(lap)
		lap = time.Now()
		if plan, err = desk.PlanImport(b.Context(), s); err != nil || plan.Change != 0 {
			b.Fatalf("%+v %v", plan, err)
		}
		again += time.Since(lap)
		lap = time.Now()
		if _, err = desk.UndoJob(b.Context(), JobUndo{Job: job.Seq}); err == nil {
			job, err = desk.WaitJob(b.Context(), job.Seq)
		}
		if err != nil || job.Refused != 0 {
			b.Fatalf("%+v %v", job, err)
		}
		back += time.Since(lap)
		stop()
		<-played
		c.Close()
	}
	slices.Sort(watch.waits)
	n := float64(b.N)
	b.ReportMetric(planned.Seconds()/n, "s/plan")
	b.ReportMetric(again.Seconds()/n, "s/plan_same")
	b.ReportMetric(applied.Seconds()/n, "s/import")
	b.ReportMetric(back.Seconds()/n, "s/undo")
	b.ReportMetric(float64(kept>>20), "MiB/plan")
	b.ReportMetric(float64(watch.waits[len(watch.waits)*99/100].Milliseconds()), "ms/wait_p99")
	b.ReportMetric(float64(watch.waits[len(watch.waits)-1].Milliseconds()), "ms/wait_longest")
	b.ReportMetric(float64(len(watch.waits)), "requests")
	b.ReportMetric(float64(watch.failed), "refused")
	b.ReportMetric(0, "ns/op")
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
