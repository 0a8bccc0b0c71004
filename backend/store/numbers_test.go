package store

import (
	"context"
	"errors"
	"testing"

	"scimdesk/backend/scim"
)

// newest gives the highest seq of a table that is there.
func newest(t testing.TB, s *Store, table string) (seq int64) {
	t.Helper()
	if err := s.readers.QueryRow("select coalesce(max(seq), 0) from " + table).Scan(&seq); err != nil {
		t.Fatal(err)
	}
	return seq
}

// TestNoNumberIsGivenTwice removes the newest rows of each kind for good, with and without a restart before the next ones come.
func TestNoNumberIsGivenTwice(t *testing.T) {
	for name, restart := range map[string]bool{"at once": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, Options{Dir: dir})
			payroll, canteen := create(t, s, group(t, "Payroll")), create(t, s, group(t, "Canteen"))
			ada := create(t, s, person(t, "ada@x.example"))
			bea := create(t, s, person(t, "bea@x.example"))
			update(t, s, payroll, members(scim.AddMembers, ada.ID, bea.ID))
			before := map[string]int64{"members": newest(t, s, "members")}
			update(t, s, payroll, members(scim.RemoveMembers, bea.ID))
			if err := s.Delete(t.Context(), cause, scim.User, bea.ID, 0); err != nil {
				t.Fatal(err)
			}
			before["history"], before["resources"] = newest(t, s, "history"), newest(t, s, "resources")
			if removed, err := s.PurgeDeleted(t.Context(), fromMillis(1<<42)); err != nil || removed.People != 1 {
				t.Fatal(removed, err)
			}
			for table, seq := range before {
				if newest(t, s, table) >= seq {
					t.Fatalf("the newest of %s was not removed", table)
				}
			}
			if restart {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open(t, Options{Dir: dir})
			}
			zoe := create(t, s, person(t, "zoe@x.example"))
			if zoe.Seq != newest(t, s, "resources") {
				t.Errorf("she was told to be number %d", zoe.Seq)
			}
			update(t, s, canteen, members(scim.AddMembers, zoe.ID))
			for table, seq := range before {
				var again int
				if err := s.readers.QueryRow("select count(*) from "+table+" where seq = $1", seq).Scan(&again); err != nil || again != 0 || newest(t, s, table) <= seq {
					t.Errorf("%s: number %d was given again, or the newest is %d; %v", table, seq, newest(t, s, table), err)
				}
			}
		})
	}
}

// TestRefusedWritesTakeNoNumbers: what was rolled back leaves no gap, and what is there already takes no number.
func TestRefusedWritesTakeNoNumbers(t *testing.T) {
	refused := errors.New("refused")
	refuse := false
	s := open(t, Options{Check: func(*Tx, Change) error {
		if refuse {
			return refused
		}
		return nil
	}})
	refuse = true
	if _, err := s.Create(context.Background(), cause, person(t, "no@x.example"), With{}); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	refuse = false
	commits := 0
	setFault(t, s, func(step string) error {
		if step == "commit" {
			if commits++; commits == 2 { // after this one
				return errors.New("the disk is gone")
			}
		}
		return nil
	})
	if _, err := s.Create(context.Background(), cause, person(t, "no@x.example"), With{}); err == nil {
		t.Fatal("a failed commit was none")
	}
	ada := create(t, s, person(t, "ada@x.example"))
	team := create(t, s, group(t, "Team", ada.ID))
	for range 3 {
		update(t, s, team, members(scim.AddMembers, ada.ID))
	}
	update(t, s, team, members(scim.AddMembers, "somebody"))
	if ada.Seq != 1 || team.Seq != 2 || newest(t, s, "members") != 2 {
		t.Errorf("person %d, group %d, newest member %d", ada.Seq, team.Seq, newest(t, s, "members"))
	}
}

// TestMembersOfOneGroup: a number finds its membership in its own group only.
func TestMembersOfOneGroup(t *testing.T) {
	s := open(t, Options{})
	mine, other := create(t, s, group(t, "Mine", "a")), create(t, s, group(t, "Other", "b"))
	seqs, err := s.FindMembers(t.Context(), mine.ID, Find{})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{mine.ID: "a", other.ID: "", "nobody": ""} {
		if rows, err := s.Memberships(t.Context(), id, seqs); err != nil || len(rows) != 1 || rows[0].ID != want {
			t.Errorf("of group %s: %+v, %v", id, rows, err)
		}
	}
}
