package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

var byJob = Cause{Origin: "window", RequestID: "job-1"}

func batch(t testing.TB, s *Store, fn func(tx *Tx) error) {
	t.Helper()
	if err := s.Batch(context.Background(), fn); err != nil {
		t.Fatalf("Batch: %v", err)
	}
}

// rename is Tx.Rename with its record dropped.
func rename(tx *Tx, id, userName string, keepFormer bool) error {
	return second(tx.Rename(byJob, id, userName, keepFormer))
}

func TestRename(t *testing.T) {
	var asked []Change
	s := open(t, Options{Now: ticking(), Check: func(_ *Tx, c Change) error { asked = append(asked, c); return nil }})
	ana := create(t, s, person(t, "a.ruiz", `"displayName":"Ana"`, `"title":"Buyer"`, `"emails":[{"value":"ana@x.example","type":"work"}]`))
	plain := create(t, s, person(t, "plain"))
	mustSetLocal(t, s, ana.ID, func(l *Local) { l.LocalID = "A-1" })
	asked = nil
	batch(t, s, func(tx *Tx) error {
		rec, err := tx.Rename(byJob, ana.ID, "ana@x.example", true)
		if err != nil || rec.Version != 2 || !rec.Changed || len(rec.Local.Former) != 1 || rec.Local.Former[0].UserName != "a.ruiz" || rec.Name != "Ana" {
			t.Errorf("renamed: %+v %v", rec, err)
		}
		if rec, err := tx.Rename(byJob, ana.ID, "ana@x.example", true); err != nil || rec.Changed || rec.Version != 2 {
			t.Errorf("renamed to what it is: %+v %v", rec, err)
		}
		if _, err := tx.RenameFrom(byJob, ana.ID, "a.ruiz", "other@x.example", true); !errors.Is(err, ErrOtherName) {
			t.Errorf("renamed from a name that was given up: %v", err)
		}
		if rec, err := tx.RenameFrom(byJob, ana.ID, "ANA@x.example", "ana@x.example", true); err != nil || rec.Changed {
			t.Errorf("renamed from what it is but for letter case: %+v %v", rec, err)
		}
		if rec, err := tx.Rename(byJob, plain.ID, "Zoë@x.example", true); err != nil || rec.Name != "Zoë@x.example" {
			t.Errorf("one without a display name: %+v %v", rec, err)
		}
		id, found, err := tx.ByUserName("ana@x.example")
		if err != nil || !found || id != ana.ID {
			t.Errorf("by user name: %s %v %v", id, found, err)
		}
		if id, found, err := tx.ByUserName("a.ruiz"); err != nil || found {
			t.Errorf("by the old user name: %s %v", id, err)
		}
		if id, found, err := tx.ByLocalID("a-1"); err != nil || !found || id != ana.ID {
			t.Errorf("by local id: %s %v %v", id, found, err)
		}
		return nil
	})
	if len(asked) != 2 || asked[0].Before.UserName() != "a.ruiz" || asked[0].After.UserName() != "ana@x.example" || asked[0].Local.LocalID != "A-1" {
		t.Errorf("asked: %+v", asked)
	}
	same(t, "matched", names(find(t, s, scim.User, `userName eq "ANA@x.example"`, 1, 9)), []string{"Ana"})
	same(t, "not matched", names(find(t, s, scim.User, `userName eq "a.ruiz"`, 1, 9)), []string{})
	same(t, "by the old one", listed(t, s, scim.User, Find{Search: "a.ruiz"}), []string{"Ana"})
	same(t, "in order", listed(t, s, scim.User, Find{}), []string{"Ana", "Zoë@x.example"})
	entries, err := s.HistoryOfRequest(t.Context(), "job-1", 0)
	if err != nil || len(entries) != 2 {
		t.Fatalf("history: %+v %v", entries, err)
	}
	if changes, _ := json.Marshal(entries[1].Changes); string(changes) != `[{"path":"userName","old":"a.ruiz","new":"ana@x.example"}]` {
		t.Errorf("changes: %s", changes)
	}
	sound(t, s)

	// What an ordinary update of the same would write is what a rename wrote.
	got := get(t, s, ana)
	update(t, s, ana, set("userName", "b"))
	back := update(t, s, ana, set("userName", "ana@x.example"))
	if string(back.Doc) != string(got.Doc) {
		t.Errorf("document %s, want %s", got.Doc, back.Doc)
	}
}

func TestRenameAndBackIsTheIdentity(t *testing.T) {
	s := open(t, Options{Now: ticking()})
	ana := create(t, s, person(t, "a.ruiz"))
	batch(t, s, func(tx *Tx) error { return rename(tx, ana.ID, "ana@x.example", true) })
	for _, to := range []string{"third", "a.ruiz", "ANA@X.example"} { // another, one that they had, letter case alone
		before := get(t, s, ana)
		batch(t, s, func(tx *Tx) error { return rename(tx, ana.ID, to, true) })
		was, err := scim.FromDocument(scim.User, before.Doc)
		if err != nil {
			t.Fatal(err)
		}
		batch(t, s, func(tx *Tx) error { return rename(tx, ana.ID, was.UserName(), false) })
		after := get(t, s, ana)
		if string(after.Doc) != string(before.Doc) || after.Local.text() != before.Local.text() || after.Version != before.Version+2 {
			t.Errorf("to %s and back: %+v, was %+v", to, after, before)
		}
	}
	sound(t, s)
}

func TestSwapsGoThroughParkedNames(t *testing.T) {
	s := open(t, Options{})
	ana, bo, cy := create(t, s, person(t, "a")), create(t, s, person(t, "b")), create(t, s, person(t, "c"))
	userName := func(rec Record) string { return get(t, s, rec).Name }
	err := s.Batch(t.Context(), func(tx *Tx) error { return rename(tx, ana.ID, "b", true) })
	if want := "userName 'b' is already used by user " + bo.ID; kindOf(err) != scim.Uniqueness || detailOf(err) != want {
		t.Errorf("without parking: %v", err)
	}
	swap := func(tx *Tx) error {
		return errors.Join(tx.Park(ana.ID), tx.Park(bo.ID), tx.Park(cy.ID), rename(tx, ana.ID, "b", true), rename(tx, bo.ID, "c", true), rename(tx, cy.ID, "a", true))
	}
	batch(t, s, swap)
	if userName(ana) != "b" || userName(bo) != "c" || userName(cy) != "a" {
		t.Errorf("swapped: %s %s %s", userName(ana), userName(bo), userName(cy))
	}
	err = s.Batch(t.Context(), func(tx *Tx) error { return errors.Join(tx.Park(ana.ID), tx.Park(bo.ID), rename(tx, bo.ID, "b", true)) })
	if err == nil || !strings.Contains(err.Error(), ana.ID+" was left without") || userName(bo) != "c" {
		t.Errorf("one who is left parked: %v", err)
	}
	// One who keeps their name after all.
	batch(t, s, func(tx *Tx) error { return errors.Join(tx.Park(ana.ID), rename(tx, ana.ID, "b", true)) })
	same(t, "still found", names(find(t, s, scim.User, `userName eq "b"`, 1, 9)), []string{"b"})
	if err := s.Batch(t.Context(), func(tx *Tx) error { return tx.Park("nobody") }); kindOf(err) != scim.NotFound {
		t.Errorf("parking nobody: %v", err)
	}
	sound(t, s)
}

// TestNested: what a nested error meets is gone as if it had never been, and the rest stays: rows, numbers, counts, what was parked.
func TestNested(t *testing.T) {
	var commits []Commit
	s := open(t, Options{Committed: func(c Commit) { commits = append(commits, c) }})
	ana, bo := create(t, s, person(t, "a")), create(t, s, person(t, "b"))
	commits = nil
	refusal := &Refusal{Code: "no", Reason: "really"}
	batch(t, s, func(tx *Tx) error {
		for range 1200 { // numbers are reserved in there, and given back
			err := tx.Nested(func() error {
				if err := tx.Park(bo.ID); err != nil {
					return err
				}
				if _, err := tx.Create(byJob, person(t, "made"), Local{LocalID: "M"}); err != nil {
					return err
				}
				if err := rename(tx, ana.ID, "b", true); err != nil {
					return err
				}
				return refusal
			})
			if !errors.Is(err, refusal) || len(tx.parked) != 0 {
				t.Fatalf("refused: %v, parked %v", err, tx.parked)
			}
		}
		err := tx.Nested(func() error {
			return errors.Join(second(tx.Create(byJob, person(t, "made"), Local{})), rename(tx, ana.ID, "b", true))
		})
		if kindOf(err) != scim.Uniqueness {
			t.Errorf("a violation: %v", err)
		}
		if tx.commit != (Commit{}) {
			t.Errorf("what never was moved %+v", tx.commit)
		}
		return tx.Nested(func() error {
			return errors.Join(tx.Nested(func() error { return rename(tx, ana.ID, "c", true) }), rename(tx, bo.ID, "a", true))
		})
	})
	same(t, "people", names(find(t, s, scim.User, "", 1, 9)), []string{"c", "a"})
	same(t, "history", actions(t, s, ana), []string{"created", "updated"})
	if c := counted(t, s, scim.User); c != (Counts{Total: 2, Active: 2}) || len(commits) != 1 || !commits[0].People {
		t.Errorf("counts %+v, commits %+v", c, commits)
	}
	create(t, s, person(t, "next")) // its number must be free
	sound(t, s)
}

func TestBatchIsOneWrite(t *testing.T) {
	s := open(t, Options{})
	team := create(t, s, group(t, "Team"))
	var made Record
	work := func(tx *Tx) (err error) {
		if made, err = tx.Create(byJob, person(t, "new@x.example"), Local{LocalID: "N-1", Note: "imported"}); err != nil {
			return err
		}
		if _, err := tx.Update(byJob, scim.Group, team.ID, members(scim.AddMembers, made.ID)); err != nil {
			return err
		}
		if rec, err := tx.Get(scim.User, made.ID, With{Groups: true}); err != nil || len(rec.Groups) != 1 || rec.Local.Note != "imported" || rec.Entra {
			t.Errorf("seen inside: %+v %v", rec, err)
		}
		_, err = tx.SetLocal(byJob, made.ID, func(l *Local) error { l.Role = RoleAdministrator; return nil })
		return err
	}
	failure := errors.New("no")
	if err := s.Batch(t.Context(), func(tx *Tx) error { return errors.Join(work(tx), failure) }); !errors.Is(err, failure) || counted(t, s, scim.User).Total != 0 {
		t.Errorf("what failed is kept: %v", err)
	}
	batch(t, s, work)
	if rec := get(t, s, made); rec.Local.Role != RoleAdministrator || rec.Local.LocalID != "N-1" || rec.Entra || len(rec.Groups) != 1 {
		t.Errorf("made: %+v", rec)
	}
	_, err := s.Create(t.Context(), cause, person(t, "other@x.example"), With{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Batch(t.Context(), func(tx *Tx) error {
		return second(tx.Create(byJob, person(t, "third@x.example"), Local{LocalID: "n-1"}))
	})
	if want := "localId 'n-1' is already used by user " + made.ID; detailOf(err) != want {
		t.Errorf("made with a local id that is taken: %v", err)
	}
	batch(t, s, func(tx *Tx) error { return tx.Remove(byJob, scim.User, made.ID) })
	if rec, err := s.Restore(t.Context(), byHand, scim.User, made.ID); err != nil || rec.Local.LocalID != "N-1" {
		t.Errorf("restored: %+v %v", rec, err)
	}
	sound(t, s)
}
