package backend

import (
	"slices"
	"testing"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
)

// comeIn puts rows into the log as if they had come by the tunnel, and waits for them.
func comeIn(t *testing.T, b *Backend, rows []store.Activity) {
	t.Helper()
	for part := range slices.Chunk(rows, 1000) { // so that none is dropped
		want := guideLast(t, b) + int64(len(part))
		for i := range part {
			part[i].Status, part[i].Token, part[i].Via = 200, "1", server.ViaTunnel
			b.store.Log(&part[i])
		}
		for range b.Watch(t.Context()) {
			if guideLast(t, b) >= want {
				break
			}
		}
	}
}

// cycles are so many visits at Entra's interval, the last two hours ago.
func cycles(n int) []store.Activity {
	first := time.Now().Add(-2*time.Hour - time.Duration(n)*40*time.Minute)
	rows := make([]store.Activity, n)
	for i := range rows {
		rows[i] = store.Activity{At: first.Add(time.Duration(i) * 40 * time.Minute), Method: "GET", Target: "/scim/v2" + testProbe, Action: "test", ResourceType: "User"}
	}
	return rows
}

// TestTheGuideTakesNoGroupOfTheAdminsForOneOfEntras: what was imported is no evidence; what SCIM wrote before the log begins is.
func TestTheGuideTakesNoGroupOfTheAdminsForOneOfEntras(t *testing.T) {
	b, secret := serve(t)
	applied(t, b, importOf(t, b, "groups", "", "displayName\nOffice\n"))
	comeIn(t, b, cycles(4))
	wantStep(t, b, GuideStart, 0, guideDone, guideSeen)
	wantStep(t, b, GuideGroup, 0, guideSkipped, guideNoGroups)

	add(t, b, secret, "/Groups", `{"displayName":"Sales"}`)
	wantStep(t, b, GuideGroup, 0, guideSkipped, guideNoGroups) // from this computer
	if _, err := b.store.Prune(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	b.guide = &guide{}
	if err := b.store.SetMeta(t.Context(), guideKey, ""); err != nil {
		t.Fatal(err)
	}
	comeIn(t, b, cycles(4))
	if at := wantStep(t, b, GuideGroup, 0, guideDone, guideSeen); at.Value != "Sales" {
		t.Errorf("the first group is %q", at.Value)
	}
}

// TestALookAtTheGuideReadsABoundedPartOfTheLog, however long the log is: the newest rows of one that was never looked at, and then what is new.
func TestALookAtTheGuideReadsABoundedPartOfTheLog(t *testing.T) {
	if underRace {
		t.Skip("20,000 rows are slow with the race detector, and nothing of it is concurrent")
	}
	b, _ := serve(t)
	const more = guideAtOnce*guidePage + 500
	rows := slices.Repeat(cycles(1), more)
	for i := range rows {
		rows[i].At = rows[0].At.Add(time.Duration(i) * time.Millisecond)
	}
	comeIn(t, b, rows)
	for _, through := range []int64{guideAtOnce * guidePage, more, more} {
		if _, err := b.Guide(t.Context()); err != nil || b.guide.log.through != through {
			t.Errorf("it has read as far as %d, want %d: %v", b.guide.log.through, through, err)
		}
	}
}
