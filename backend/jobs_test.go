package backend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// TestAJobThatStandsStillGoesOn has a job fail for a reason that is none of its rows': who waits is told, no other begins, and the next try ends it. What
// SCIM would refuse is a row's own reason.
func TestAJobThatStandsStillGoesOn(t *testing.T) {
	b := scratch(t)
	full := errors.New("the disk is full")
	var well atomic.Bool
	b.jobs.kinds["test"] = jobKind{
		do: func(_ *store.Tx, _ store.Cause, rows []store.JobRow) error {
			if !well.Load() {
				return full
			}
			if rows[0].Plan == "wrong" {
				return &scim.Error{Kind: scim.Uniqueness, Detail: "somebody has it"}
			}
			return nil
		},
		show: func(store.JobRow) JobRow { return JobRow{Action: "test"} },
	}
	rows := slices.Values([]store.JobRow{{Name: "one"}, {Name: "two", Plan: "wrong"}})
	j, err := b.jobs.start(t.Context(), "test", "window", jobAbout{Rule: "r", File: "f"}, rows)
	if err != nil {
		t.Fatal(err)
	}
	for { // until it has met the fault
		_, moved, fault := b.jobs.current()
		if fault != nil {
			break
		}
		<-moved
	}
	if _, err := b.WaitJob(t.Context(), j.Seq); !errors.Is(err, full) {
		t.Errorf("who waits is told %v", err)
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.Job.Seq != j.Seq || s.Job.State != store.JobRunning || s.Job.File != "f" || s.Job.Code != "INTERNAL" || s.Job.Fault != "job 1: the disk is full" {
		t.Errorf("the snapshot has %+v, %v", s.Job, err)
	}
	if _, err := b.jobs.start(t.Context(), "test", "window", jobAbout{}, rows); Code(err) != "JOB_RUNNING" {
		t.Errorf("another job gives %v", err)
	}
	if _, err := b.UndoJob(t.Context(), JobUndo{Job: j.Seq}); Code(err) != "JOB_RUNNING" && Code(err) != "JOB_STATE" {
		t.Errorf("its undo gives %v", err)
	}
	well.Store(true)
	for {
		at, moved, _ := b.jobs.current()
		if !working(at) {
			break
		}
		<-moved
	}
	info, err := b.WaitJob(t.Context(), j.Seq)
	if err != nil || info.State != store.JobDone || info.Done != 1 || info.Failed != 1 || info.Face != "window" || info.Code+info.Fault != "" {
		t.Errorf("the job is %+v, %v", info, err)
	}
	page, err := b.JobRows(t.Context(), JobQuery{Job: j.Seq, State: store.RowFailed})
	if err != nil || page.Total != 1 || page.Rows[0].Code != JobTaken || page.Rows[0].Reason != "somebody has it" {
		t.Errorf("what failed is %+v, %v", page, err)
	}
}

// TestAJobOnAFullDisk converts people while a real small disk is full: whoever looks at the job is told why it stands still, and once there is room it goes on
// by itself and nothing is told any more.
func TestAJobOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	b, _ := serve(t, func(o *Options) { o.Dir = filepath.Join(disk, "data") })
	for i := range 3 {
		old(t, b, fmt.Sprint("p", i), fmt.Sprintf("p%d@contoso.example", i), "")
	}
	ballast := filepath.Join(disk, "ballast")
	kind := b.jobs.kinds[JobConvert]
	convert, filled := kind.do, false
	kind.do = func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
		if !filled {
			fill(t, ballast)
			filled = true
		}
		return convert(tx, c, rows)
	}
	b.jobs.kinds[JobConvert] = kind
	p := plan(t, b, UserIDRule{To: ToEmail})
	j, err := b.ApplyUserIDs(t.Context(), p.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if told, err := b.WaitJob(t.Context(), j.Seq); Code(err) != "DB_FULL" || told.Code != "DB_FULL" {
		t.Fatalf("who waits is told %+v, %v", told, err)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one, err := b.Job(t.Context(), j.Seq)
	if err != nil {
		t.Fatal(err)
	}
	all, err := b.Jobs(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	for _, told := range []JobInfo{s.Job, one, all[0]} {
		if told.Seq != j.Seq || told.Code != "DB_FULL" || !strings.Contains(told.Fault, "full") || told.State != store.JobRunning || told.Done != 0 {
			t.Errorf("on a full disk the job is %+v", told)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for {
		at, moved, _ := b.jobs.current()
		if !working(at) {
			break
		}
		<-moved
	}
	if info, err := b.Job(t.Context(), j.Seq); err != nil || info.Done != 3 || info.Code+info.Fault != "" {
		t.Errorf("with room again: %+v, %v", info, err)
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.Job.State != store.JobDone || s.Job.Code+s.Job.Fault != "" {
		t.Errorf("with room again the snapshot has %+v, %v", s.Job, err)
	}
}

// TestWrongQuestionsAboutJobs asks for what there is not.
func TestWrongQuestionsAboutJobs(t *testing.T) {
	b := scratch(t)
	if _, err := b.JobRows(t.Context(), JobQuery{From: -1}); Code(err) != "BAD_QUERY" {
		t.Errorf("rows before the first give %v", err)
	}
	if _, err := b.ExportJob(t.Context(), JobExport{What: "everything", Format: "csv"}); Code(err) != "BAD_QUERY" {
		t.Errorf("a file of everything gives %v", err)
	}
	if _, err := b.WaitJob(t.Context(), 7); Code(err) != "NOT_FOUND" {
		t.Errorf("a job that there is not gives %v", err)
	}
	if all, err := b.Jobs(t.Context()); err != nil || all == nil || len(all) != 0 {
		t.Errorf("there are %v, %v", all, err)
	}
}
