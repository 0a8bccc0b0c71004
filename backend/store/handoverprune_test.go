package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// told gives the rows that are kept, as hand-over, who and action, the oldest first.
func told(t *testing.T, s *Store) (people, members []string) {
	t.Helper()
	return lines(t, s, `select handover || ' ' || id || ' ' || action from handover_people order by n`),
		lines(t, s, `select handover || ' ' || group_id || '/' || member_id || ' ' || action from handover_members order by n`)
}

// lines gives the texts that a statement finds.
func lines(t *testing.T, s *Store, text string) (all []string) {
	t.Helper()
	if err := s.browse.each(t.Context(), text, nil, func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		all = append(all, one)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPruneHandover keeps the newest that is known of everybody whom the old system has, and all that a younger one or an import since has said.
func TestPruneHandover(t *testing.T) {
	s := open(t, Options{Now: ticking()})
	of := func(list string) (people []HandedPerson, members []HandedMember) {
		for one := range strings.FieldsSeq(list) {
			id, action, _ := strings.Cut(one, ":")
			if group, member, ok := strings.Cut(id, "/"); ok {
				members = append(members, HandedMember{Group: group, Member: member, Action: action, Rank: len(action) % 3, Vals: "{}", Person: "{}"})
			} else {
				people = append(people, HandedPerson{ID: id, Action: action, Rank: len(action) % 3, Vals: "{}"})
			}
		}
		return people, members
	}
	know := func(list string) {
		t.Helper()
		people, members := of(list)
		err := s.Batch(t.Context(), func(tx *Tx) error {
			for _, p := range people {
				if err := tx.KnowPerson(p); err != nil {
					return err
				}
			}
			for _, m := range members {
				if err := tx.KnowMember(m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	stage := func(list string) int64 {
		t.Helper()
		people, members := of(list)
		h, err := s.StageHandover(t.Context(), Handover{About: "{}"}, people, members)
		if err != nil {
			t.Fatal(err)
		}
		return h.Seq
	}
	made := []Handover{}
	finish := func(list string) {
		t.Helper()
		seq := stage(list)
		if err := s.MakeHandover(t.Context(), seq, "{}", 0); err != nil {
			t.Fatal(err)
		}
		one, _, err := s.Handover(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, one)
	}
	know("a:known b:known c:known g/a:in g/b:in")
	finish("a:change d:join g/d:in g/a:out")
	finish("a:change b:leave g/b:out g/d:out g/a:in e:join")
	know("d:known b:known")
	finish("a:leave g/a:out e:moved f:join")
	stage("c:leave f:change")

	for before, want := range map[time.Time]int64{{}: 0, made[0].Made: 0, made[0].Made.Add(time.Millisecond): 1, made[1].Made.Add(time.Millisecond): 2, made[2].Made.Add(time.Hour): 2} {
		if old, err := s.OldHandovers(t.Context(), before); err != nil || old != want {
			t.Errorf("before %s are %d, %v, want %d", before, old, err, want)
		}
	}
	lives := func(action string) bool { return !slices.Contains([]string{"leave", "out", "moved"}, action) }
	steps := []struct{ people, members string }{
		{"0 c known,1 a change,1 d join,2 a change,2 b leave,2 e join,0 d known,0 b known,3 a leave,3 e moved,3 f join,4 c leave,4 f change", "0 g/b in,1 g/d in,2 g/b out,2 g/d out,2 g/a in,3 g/a out"},
		{"0 c known,1 d join,2 a change,2 e join,0 d known,0 b known,3 a leave,3 e moved,3 f join,4 c leave,4 f change", "2 g/a in,3 g/a out"},
	}
	for i, want := range steps {
		for range 2 { // as after a crash
			if err := s.PruneHandover(t.Context(), int64(i+1), lives); err != nil {
				t.Fatal(err)
			}
			people, members := told(t, s)
			if strings.Join(people, ",") != want.people || strings.Join(members, ",") != want.members {
				t.Errorf("after %d:\n%s\n%s\nwant\n%s\n%s", i+1, strings.Join(people, ","), strings.Join(members, ","), want.people, want.members)
			}
		}
	}
}

// TestPruneHandoverWorksInSteps of which each leaves others their turn, through more rows than one read gives.
func TestPruneHandoverWorksInSteps(t *testing.T) {
	s := open(t, Options{})
	people := make([]HandedPerson, 2*handedSlice+stepRows)
	for round := range 2 {
		for i := range people {
			people[i] = HandedPerson{ID: fmt.Sprint("p", i), Action: "change", Rank: i % 3, Vals: fmt.Sprint(round)}
		}
		h, err := s.StageHandover(t.Context(), Handover{About: "{}"}, people, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.MakeHandover(t.Context(), h.Seq, "{}", 0); err != nil {
			t.Fatal(err)
		}
	}
	for seq := range int64(2) {
		if err := s.PruneHandover(t.Context(), seq+1, func(string) bool { return true }); err != nil {
			t.Fatal(err)
		}
	}
	kept, _ := told(t, s)
	if len(kept) != len(people) || slices.ContainsFunc(kept, func(row string) bool { return !strings.HasPrefix(row, "2 ") }) {
		t.Errorf("%d rows are kept of %d people", len(kept), len(people))
	}
}

func TestPruningHandoversUsesIndexes(t *testing.T) {
	s := open(t, Options{})
	for text, index := range map[string]string{
		toldPeople: "handover_people_of", toldMembers: "handover_members_of", pastPeople: "handover_people_id", pastMembers: "handover_members_member",
		endedPerson: "INTEGER PRIMARY KEY", endedMember: "INTEGER PRIMARY KEY",
	} {
		plan := strings.Join(explain(t, s, text), "\n")
		if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, index) {
			t.Errorf("%s\nshould search by %s:\n%s", text, index, plan)
		}
	}
}
