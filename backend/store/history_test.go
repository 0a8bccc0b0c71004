package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

func entriesTold(rows []HistoryEntry) []string {
	out := []string{}
	for _, r := range rows {
		text := fmt.Sprintf("%d %s %s", r.Activity, r.Action, r.Resource.Name)
		if r.Other.ID != "" {
			text += " / " + r.Other.Name
		}
		out = append(out, text)
	}
	return out
}

func by(requestID string) Cause {
	return Cause{Origin: "scim", RequestID: requestID, Activity: &Activity{RequestID: requestID}}
}

func TestHistoryHasNamesAndRequests(t *testing.T) {
	s := open(t, Options{})
	ctx := context.Background()
	keep(t, s, Activity{Action: "lost"}) // no request: it must not stand for local changes, which have none either
	created := func(request string, r *scim.Resource) Record {
		rec, err := s.Create(ctx, by(request), r, With{})
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	ada := created("r1", person(t, "ada@x.example", `"displayName":"Ada"`, `"active":false`))
	bob := created("r2", person(t, "bob@x.example", `"displayName":"Bob"`))
	sales := created("r3", group(t, "Sales", ada.ID, "nobody"))
	if _, err := s.Update(ctx, by("r4"), scim.Group, sales.ID, 0, members(scim.AddMembers, bob.ID)); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, Cause{Origin: "window"}, scim.User, bob.ID, 0); err != nil {
		t.Fatal(err)
	}

	all, err := s.HistoryOfAll(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "all", entriesTold(all), []string{"0 deleted Bob", "5 member added Sales / Bob", "4 member added Sales / ", "4 member added Sales / Ada", "4 created Sales", "3 created Bob", "2 created Ada"})
	if o := all[1].Other; o.Type != scim.User || !o.Found || !o.Deleted || !o.Active || o.ID != bob.ID {
		t.Errorf("a deleted member = %+v", o)
	}
	if o := all[2].Other; o.Found || o.ID != "nobody" || o.Type != nil {
		t.Errorf("a member that nobody is = %+v", o)
	}
	if o := all[3].Other; !o.Found || o.Active || o.Deleted {
		t.Errorf("a disabled member = %+v", o)
	}
	if r := all[0]; !r.Resource.Deleted || r.Origin != "window" || r.Other.Found || r.Other.ID != "" {
		t.Errorf("a delete = %+v", r)
	}
	of, err := s.History(t.Context(), scim.User, bob.ID, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "of a deleted person", entriesTold(of), []string{"0 deleted Bob", "5 member added Sales / Bob", "3 created Bob"})
	of, err = s.History(t.Context(), scim.Group, sales.ID, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "of a group", entriesTold(of), []string{"5 member added Sales / Bob", "4 member added Sales / ", "4 member added Sales / Ada", "4 created Sales"})
	done, err := s.HistoryOfRequest(t.Context(), "r3", 2)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "of a request", entriesTold(done), []string{"4 member added Sales / ", "4 member added Sales / Ada"})
	if none, err := s.HistoryOfRequest(t.Context(), "", 10); err != nil || len(none) > 0 {
		t.Errorf("of no request: %v, %v", entriesTold(none), err)
	}
	if _, err := s.History(t.Context(), scim.Group, bob.ID, 0, 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("a person as a group: %v", err)
	}
	forget(t, s, 4)
	if all, err = s.HistoryOfAll(t.Context(), 0, 3); err != nil || all[1].Activity != 5 || all[2].Activity != 0 {
		t.Errorf("after pruning: %v, %v", entriesTold(all), err)
	}
}

// TestHistoryComesInPages: pages of any length give what one long page does, also for a group that is its own member, whose row both
// sides would read.
func TestHistoryComesInPages(t *testing.T) {
	s := open(t, Options{})
	g := create(t, s, group(t, "Ring"))
	update(t, s, g, members(scim.AddMembers, g.ID, "a", "b", "c"))
	p := create(t, s, person(t, "p@x.example"))
	update(t, s, p, set("title", "x"))
	update(t, s, g, members(scim.RemoveMembers, "b", g.ID))
	for name, read := range map[string]func(before int64, limit int) ([]HistoryEntry, error){
		"all": func(before int64, limit int) ([]HistoryEntry, error) {
			return s.HistoryOfAll(t.Context(), before, limit)
		},
		"one": func(before int64, limit int) ([]HistoryEntry, error) {
			return s.History(t.Context(), scim.Group, g.ID, before, limit)
		},
	} {
		want := map[string]int{"all": 9, "one": 7}[name]
		for limit := 1; limit < 10; limit++ {
			var seqs []int64
			for before := int64(0); ; before = seqs[len(seqs)-1] {
				rows, err := read(before, limit)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					seqs = append(seqs, r.Seq)
				}
				if len(rows) < limit {
					break
				}
			}
			slices.Reverse(seqs)
			if len(seqs) != want || !slices.IsSorted(seqs) || len(slices.Compact(slices.Clone(seqs))) != want {
				t.Errorf("%s in pages of %d: %v, want %d", name, limit, seqs, want)
			}
		}
	}
}

func TestHistoryPlans(t *testing.T) {
	s := open(t, Options{})
	for text, want := range map[string]string{
		historyOfAll:     "SEARCH history USING INTEGER PRIMARY KEY (rowid<?)",
		historyOfOne:     "SEARCH h USING COVERING INDEX history_resource (resource_seq=? AND seq<?)",
		historyOfRequest: "SEARCH history USING INDEX history_request (request_id=?)",
	} {
		steps := explain(t, s, text)
		got := strings.Join(steps, "\n")
		scans := slices.ContainsFunc(steps, func(step string) bool {
			return strings.HasPrefix(step, "SCAN ") && step != "SCAN h" && !strings.HasPrefix(step, "SCAN (subquery")
		})
		if !slices.Contains(steps, want) || scans || strings.Contains(got, "TEMP B-TREE") && text != historyOfOne {
			t.Errorf("%s\n%s", text, got)
		}
	}
}
