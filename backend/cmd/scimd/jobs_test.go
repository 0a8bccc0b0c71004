package main

import (
	"bytes"
	"strings"
	"testing"

	"scimdesk/backend"
)

// TestStatusTellsWhatStandsStill names the job and the hand-over that want a look, and says nothing of those that are well.
func TestStatusTellsWhatStandsStill(t *testing.T) {
	status := func(s backend.Snapshot) string {
		t.Helper()
		var out bytes.Buffer
		if err := (&app{out: &out}).tell(s, nil); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	s := backend.Snapshot{Job: backend.JobInfo{Seq: 7, State: "running"}}
	if text := status(s); strings.Contains(text, "Job") || strings.Contains(text, "Hand-over") {
		t.Errorf("all is well:\n%s", text)
	}
	s.Job.Code, s.Job.Fault = "DB_FULL", "The disk is full."
	s.Handover = backend.HandoverFault{At: "2026-03-02T02:00:00.000Z", Code: "EXPORT_FAILED", Fault: "the folder is gone"}
	for _, line := range []string{
		"\nJob 7         stands still and goes on by itself: The disk is full.\n",
		"\nHand-over     was due and not made, tried last 2026-03-02T02:00:00.000Z: the folder is gone\n",
	} {
		if text := status(s); !strings.Contains(text, line) {
			t.Errorf("want %q in\n%s", line, text)
		}
	}
}
