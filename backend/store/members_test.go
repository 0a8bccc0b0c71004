package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"scimdesk/backend/scim"
)

func TestMembers(t *testing.T) {
	s := open(t, Options{})
	ana, bo := create(t, s, person(t, "ana@x.example")), create(t, s, person(t, "bo@x.example"))
	g := create(t, s, group(t, "Sales"))

	added := update(t, s, g, members(scim.AddMembers, ana.ID, "nobody", bo.ID))
	same(t, "members", memberIDs(added), []string{ana.ID, "nobody", bo.ID})
	if added.Version != 2 || !added.Changed || added.Doc != nil {
		t.Errorf("added: %+v", added)
	}
	if m := added.Members[0]; m.Type != "User" {
		t.Errorf("type of a member that was sent without: %+v", m)
	}
	if m := added.Members[1]; m.Type != "" {
		t.Errorf("type of a member that names nobody: %+v", m)
	}
	person1 := get(t, s, ana)
	same(t, "ana's groups", groupIDs(person1), []string{g.ID})
	if person1.Groups[0].Display != "Sales" || person1.Version != 2 || !person1.Modified.Equal(ana.Modified) {
		t.Errorf("ana in a group: %+v", person1)
	}

	again := update(t, s, g, members(scim.AddMembers, ana.ID, bo.ID))
	if again.Version != 2 || again.Changed || get(t, s, ana).Version != 2 {
		t.Errorf("added again: %+v", again)
	}
	absent := update(t, s, g, members(scim.RemoveMembers, "somebody"))
	if absent.Version != 2 || absent.Changed {
		t.Errorf("removed one who is not there: %+v", absent)
	}
	none := update(t, s, g, members(scim.RemoveMembers))
	if none.Changed {
		t.Errorf("removed nobody: %+v", none)
	}
	same(t, "history of the group", actions(t, s, g), []string{"created", "member added", "member added", "member added"})
	same(t, "history of ana", actions(t, s, ana), []string{"created", "member added"})
	entries, _ := s.History(t.Context(), scim.User, ana.ID, 0, 1)
	if entries[0].Resource.ID != g.ID || entries[0].Other.ID != ana.ID || entries[0].RequestID != "r-1" || entries[0].Origin != "scim" {
		t.Errorf("ana's newest entry: %+v", entries)
	}
	entries, _ = s.History(t.Context(), scim.Group, g.ID, 0, 1)
	if entries[0].Resource.ID != g.ID || entries[0].Other.ID != bo.ID {
		t.Errorf("the group's newest entry: %+v", entries)
	}

	replaced := update(t, s, g, members(scim.ReplaceMembers, bo.ID, "new"))
	same(t, "replaced", memberIDs(replaced), []string{bo.ID, "new"})
	if get(t, s, bo).Version != 2 || get(t, s, ana).Version != 3 {
		t.Error("a replacement moves those who come and go, and nobody else")
	}
	if r := update(t, s, g, members(scim.ReplaceMembers, "new", bo.ID)); r.Changed {
		t.Errorf("replaced by the same: %+v", r)
	}
	cleared := update(t, s, g, members(scim.ReplaceMembers))
	same(t, "cleared", memberIDs(cleared), []string{})
	same(t, "bo's groups", groupIDs(get(t, s, bo)), []string{})
	sound(t, s)
}

func TestMembersByFilter(t *testing.T) {
	s := open(t, Options{})
	g := group(t, "Sales")
	g.Members = []scim.Member{{Value: "a", Display: "Ana"}, {Value: "b", Display: "Bo"}, {Value: "c", Display: "Anouk", Type: "Group"}}
	rec := create(t, s, g)
	patch, err := scim.ParsePatch(scim.Group, []byte(`{"schemas":["`+scim.PatchURN+`"],"Operations":[
		{"op":"remove","path":"members[display sw \"an\" and type ne \"Group\"]"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	out := update(t, s, rec, Edit{Members: patch.Members(), With: With{Members: true}})
	same(t, "left", memberIDs(out), []string{"b", "c"})
}

func TestOrderOfOperations(t *testing.T) {
	s := open(t, Options{})
	g := create(t, s, group(t, "Sales", "a"))
	out := update(t, s, g, Edit{Apply: set("externalId", "e-1").Apply, With: With{Members: true}, Members: []scim.MemberOp{
		{Kind: scim.ReplaceMembers, Members: ids("b", "c")}, {Kind: scim.RemoveMembers, Members: ids("b")}, {Kind: scim.AddMembers, Members: ids("d")}}})
	same(t, "members", memberIDs(out), []string{"c", "d"})
	if out.Version != 2 {
		t.Errorf("one request moved the version to %d", out.Version)
	}
}

func TestDeletedPersonLeavesGroupsAndComesBack(t *testing.T) {
	s := open(t, Options{})
	ana, bo := create(t, s, person(t, "ana@x.example")), create(t, s, person(t, "bo@x.example"))
	g, left := create(t, s, group(t, "Sales", ana.ID, bo.ID)), create(t, s, group(t, "Left", ana.ID))
	if err := s.Delete(t.Context(), cause, scim.User, ana.ID, 0); err != nil {
		t.Fatal(err)
	}
	now := get(t, s, g)
	same(t, "members", memberIDs(now), []string{bo.ID})
	if now.Version != 2 {
		t.Errorf("version of the group: %d", now.Version)
	}
	if page := find(t, s, scim.Group, `members eq "`+ana.ID+`"`, 1, 10); page.Total != 0 {
		t.Errorf("a deleted person is found in %v", names(page))
	}
	// Entra takes somebody out of a group after deleting them.
	if out := update(t, s, left, members(scim.RemoveMembers, ana.ID)); !out.Changed {
		t.Errorf("taken out while deleted: %+v", out)
	}
	back, err := s.Restore(t.Context(), cause, scim.User, ana.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "groups of the restored", groupIDs(back), []string{g.ID})
	now = get(t, s, g)
	same(t, "members after restoring", memberIDs(now), []string{ana.ID, bo.ID})
	if now.Version != 3 {
		t.Errorf("version of the group after restoring: %d", now.Version)
	}
}

func TestDeletedGroupLeavesPeopleAndComesBack(t *testing.T) {
	s := open(t, Options{})
	ana := create(t, s, person(t, "ana@x.example"))
	g := create(t, s, group(t, "Sales", ana.ID))
	if err := s.Delete(t.Context(), cause, scim.Group, g.ID, 0); err != nil {
		t.Fatal(err)
	}
	now := get(t, s, ana)
	same(t, "groups", groupIDs(now), []string{})
	if now.Version != 3 {
		t.Errorf("version of the person: %d", now.Version)
	}
	back, err := s.Restore(t.Context(), cause, scim.Group, g.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "members of the restored", memberIDs(back), []string{ana.ID})
	now = get(t, s, ana)
	same(t, "groups after restoring", groupIDs(now), []string{g.ID})
	if now.Version != 4 {
		t.Errorf("version of the person after restoring: %d", now.Version)
	}
	same(t, "history of the person", actions(t, s, ana), []string{"created", "member added"})
}

func TestAddingSomebodyDeletedKeepsTheIdAsSent(t *testing.T) {
	s := open(t, Options{})
	ana := create(t, s, person(t, "ana@x.example"))
	g := create(t, s, group(t, "Sales", ana.ID))
	if err := s.Delete(t.Context(), cause, scim.User, ana.ID, 0); err != nil {
		t.Fatal(err)
	}
	out := update(t, s, g, members(scim.AddMembers, ana.ID))
	same(t, "members", memberIDs(out), []string{ana.ID})
	if again := update(t, s, g, members(scim.AddMembers, ana.ID)); again.Changed {
		t.Errorf("added again: %+v", again)
	}
}

// A change of members must not read the document: what it costs may not depend on what the group is.
func TestMemberChangeDoesNotReadTheDocument(t *testing.T) {
	s := open(t, Options{})
	g := create(t, s, group(t, "Sales"))
	err := s.writer.write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec(`update resources set doc = 'not json' where seq = $1`, g.Seq)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := update(t, s, g, members(scim.AddMembers, "a")); !out.Changed || out.Name != "Sales" {
		t.Errorf("got %+v", out)
	}
	if _, err := s.Update(t.Context(), cause, scim.Group, g.ID, 0, set("externalId", "x")); err == nil {
		t.Error("a broken document was changed")
	}
}

func TestCheckSeesTheChangeAndMayRefuse(t *testing.T) {
	refusal := errors.New("protected")
	var seen []string
	var refuse bool
	s := open(t, Options{Check: func(tx *Tx, c Change) error {
		counts, err := tx.Counts(c.Type)
		if err != nil {
			return err
		}
		seen = append(seen, fmt.Sprint(c.Origin, " ", c.Type.Name, " ", c.Before != nil, " ", c.After != nil, " +", c.Added, " -", c.Removed, " ", counts.Total))
		if refuse {
			return refusal
		}
		return nil
	}})
	ana := create(t, s, person(t, "ana@x.example"))
	g := create(t, s, group(t, "Sales", "a"))
	update(t, s, ana, set("title", "x"))
	update(t, s, ana, set("title", "x")) // changes nothing, so it is not asked
	update(t, s, g, members(scim.ReplaceMembers, "b"))
	refuse = true
	if err := s.Delete(t.Context(), cause, scim.User, ana.ID, 0); !errors.Is(err, refusal) {
		t.Errorf("Delete: %v", err)
	}
	if _, err := s.Update(t.Context(), cause, scim.User, ana.ID, 0, set("active", false)); !errors.Is(err, refusal) {
		t.Errorf("Update: %v", err)
	}
	refuse = false
	if v := get(t, s, ana).Version; v != 2 {
		t.Errorf("refused changes moved the version to %d", v)
	}
	same(t, "history", actions(t, s, ana), []string{"created", "updated"})
	want := []string{"scim User false true +[] -[] 1", "scim Group false true +[a] -[] 1", "scim User true true +[] -[] 1",
		"scim Group false false +[b] -[a] 1", "scim User true false +[] -[] 0", "scim User true true +[] -[] 1"}
	if !slices.Equal(seen, want) {
		t.Errorf("seen %q\nwant %q", seen, want)
	}
}

func TestHistoryPages(t *testing.T) {
	s := open(t, Options{})
	ana := create(t, s, person(t, "ana@x.example"))
	for i := range 5 {
		update(t, s, ana, set("title", fmt.Sprint("t", i)))
		create(t, s, group(t, fmt.Sprint("g", i), ana.ID))
	}
	var all []string
	before := int64(0)
	for {
		page, err := s.History(t.Context(), scim.User, ana.ID, before, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if before != 0 && e.Seq >= before {
				t.Errorf("entry %d after %d", e.Seq, before)
			}
			before = e.Seq
			all = append(all, e.Action)
		}
	}
	slices.Reverse(all)
	want := []string{"created"}
	for range 5 {
		want = append(want, "updated", "member added")
	}
	same(t, "all pages", all, want)
	page, _ := s.History(t.Context(), scim.User, ana.ID, 0, 2)
	if c := page[1].Changes; len(c) != 1 || c[0].Path != "title" || c[0].Old != "t3" || c[0].New != "t4" {
		t.Errorf("changes: %+v", c)
	}
	if _, err := s.History(t.Context(), scim.Group, ana.ID, 0, 0); kindOf(err) != scim.NotFound {
		t.Errorf("history of nobody: %v", err)
	}
}

func TestMemberRows(t *testing.T) {
	s := open(t, Options{})
	ana, gone := create(t, s, person(t, "ana@x.example", `"displayName":"Ana"`)), create(t, s, person(t, "gone@x.example"))
	inner := create(t, s, group(t, "Inner"))
	g := create(t, s, group(t, "Sales", ana.ID, gone.ID, inner.ID, "nobody"))
	if err := s.Delete(t.Context(), cause, scim.User, gone.ID, 0); err != nil {
		t.Fatal(err)
	}
	want := map[string]MemberRow{
		ana.ID: {ana.ID, "User", "ana@x.example", "Ana"}, inner.ID: {inner.ID, "Group", "", "Inner"}, "nobody": {ID: "nobody"}}
	got := map[string]MemberRow{}
	after := ""
	for {
		rows, err := s.MemberRows(t.Context(), g.ID, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			if r.ID <= after {
				t.Errorf("%s after %s", r.ID, after)
			}
			got[r.ID], after = r, r.ID
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if rows, err := s.MemberRows(t.Context(), ana.ID, "", 10); err != nil || len(rows) != 0 {
		t.Errorf("members of a person: %v %v", rows, err)
	}
}
