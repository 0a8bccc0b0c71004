package backend

import (
	"errors"
	"slices"
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
	if s, err := b.Snapshot(t.Context()); err != nil || s.Job.Seq != j.Seq || s.Job.State != store.JobRunning || s.Job.File != "f" {
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
	if err != nil || info.State != store.JobDone || info.Done != 1 || info.Failed != 1 || info.Face != "window" {
		t.Errorf("the job is %+v, %v", info, err)
	}
	page, err := b.JobRows(t.Context(), JobQuery{Job: j.Seq, State: store.RowFailed})
	if err != nil || page.Total != 1 || page.Rows[0].Code != JobTaken || page.Rows[0].Reason != "somebody has it" {
		t.Errorf("what failed is %+v, %v", page, err)
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
