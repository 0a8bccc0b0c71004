package backend

import "testing"

// Faces see in the snapshot how many rows of the last job were taken back one by one.
func TestTheSnapshotFollowsSingleRowsTakenBack(t *testing.T) {
	b := scratch(t)
	old(t, b, "a.berg", "anna.berg@contoso.example", "1")
	old(t, b, "b.roe", "bob@contoso.example", "2")
	j := apply(t, b, plan(t, b, UserIDRule{To: ToEmail}))
	undo(t, b, j.Seq, 1)
	s, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Job.Seq != j.Seq || s.Job.Done != 1 || s.Job.Undone != 1 || s.Job.State != "done" {
		t.Errorf("the job that is shown: %+v", s.Job)
	}
}
