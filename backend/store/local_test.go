package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

func setLocal(t testing.TB, s *Store, id string, edit func(*Local)) (Record, error) {
	t.Helper()
	return s.SetLocal(t.Context(), byHand, id, func(l *Local) error { edit(l); return nil })
}

func mustSetLocal(t testing.TB, s *Store, id string, edit func(*Local)) Record {
	t.Helper()
	rec, err := setLocal(t, s, id, edit)
	if err != nil {
		t.Fatalf("SetLocal %s: %v", id, err)
	}
	return rec
}

var byHand = Cause{Origin: "window"}

func TestLocalThings(t *testing.T) {
	var asked []Change
	s := open(t, Options{Now: ticking(), Check: func(_ *Tx, c Change) error { asked = append(asked, c); return nil }})
	ana, bo := create(t, s, person(t, "ana@x.example", `"displayName":"Ana"`)), create(t, s, person(t, "bo@x.example"))
	asked = nil
	want := Local{LocalID: "A-17", Role: RoleUserManager, Note: "Zeile\n2", Protected: true}
	rec := mustSetLocal(t, s, ana.ID, func(l *Local) { *l = want; l.Former = []Former{{UserName: "made up"}} })
	if !rec.Changed || !reflect.DeepEqual(rec.Local, want) {
		t.Errorf("changed: %+v", rec)
	}
	if len(asked) != 1 || asked[0].LocalBefore == nil || !reflect.DeepEqual(*asked[0].LocalBefore, Local{}) || asked[0].LocalAfter.LocalID != "A-17" || asked[0].Before != nil {
		t.Errorf("asked: %+v", asked)
	}
	again := mustSetLocal(t, s, ana.ID, func(l *Local) { l.Note = "Zeile\n2" })
	if again.Changed {
		t.Errorf("the same again: %+v", again)
	}

	// What SCIM shows did not move.
	got := get(t, s, ana)
	if got.Version != ana.Version || !got.Modified.Equal(ana.Modified) || string(got.Doc) != string(ana.Doc) {
		t.Errorf("SCIM sees %+v, it was %+v", got, ana)
	}
	shown, err := scim.Render(scim.User, got.Doc, got.Meta(), "", nil)
	if err != nil || strings.Contains(string(shown), "A-17") || strings.Contains(string(shown), "Zeile") {
		t.Errorf("shown: %s %v", shown, err)
	}

	// Everybody who reads a person reads it.
	all := map[string]Local{"get": got.Local, "list": find(t, s, scim.User, `userName eq "ana@x.example"`, 1, 1).Records[0].Local}
	look, _ := s.Look(t.Context(), scim.User, ana.ID, With{})
	rows, _ := s.Rows(t.Context(), scim.User, []int64{ana.Seq})
	all["look"], all["rows"] = look.Local, rows[0].Local
	if err := s.Scan(t.Context(), scim.User, With{}, func(r Record) error {
		if r.ID == ana.ID {
			all["scan"] = r.Local
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Each(t.Context(), scim.User, []int64{ana.Seq}, With{}, func(r Record) error { all["each"] = r.Local; return nil }); err != nil {
		t.Fatal(err)
	}
	for what, l := range all {
		if !reflect.DeepEqual(l, want) {
			t.Errorf("%s: %+v", what, l)
		}
	}
	if len(all) != 6 {
		t.Errorf("read by %d ways", len(all))
	}

	entries, err := s.History(t.Context(), scim.User, ana.ID, 0, 1)
	if err != nil || len(entries) != 1 || entries[0].Action != "updated" || entries[0].Origin != "window" {
		t.Fatalf("history: %+v %v", entries, err)
	}
	changes, _ := json.Marshal(entries[0].Changes)
	if want := `[{"path":"localId","new":"A-17"},{"path":"note","new":"Zeile\n2"},{"path":"protected","old":false,"new":true},{"path":"role","new":"user-manager"}]`; string(changes) != want {
		t.Errorf("changes: %s", changes)
	}

	_, err = setLocal(t, s, bo.ID, func(l *Local) { l.LocalID = "a-１７" }) // the same by scim.Key
	if want := "localId 'a-１７' is already used by user " + ana.ID; kindOf(err) != scim.Uniqueness || detailOf(err) != want {
		t.Errorf("a local id that is taken: %v, want %s", err, want)
	}
	if _, err := setLocal(t, s, "nobody", func(*Local) {}); kindOf(err) != scim.NotFound {
		t.Errorf("of nobody: %v", err)
	}
	refusal := errors.New("no")
	if _, err := s.SetLocal(t.Context(), byHand, ana.ID, func(*Local) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("an edit that refuses: %v", err)
	}
	same(t, "search", listed(t, s, scim.User, Find{Search: "A-17"}), []string{"Ana"})
	sound(t, s)
}

func TestCheckRefusesLocalThings(t *testing.T) {
	refusal := errors.New("not you")
	s := open(t, Options{Check: func(_ *Tx, c Change) error {
		if c.LocalAfter != nil && c.LocalAfter.Role != "" || c.Local.Protected && c.Origin == OriginSCIM {
			return refusal
		}
		return nil
	}})
	ana := create(t, s, person(t, "ana@x.example"))
	if _, err := setLocal(t, s, ana.ID, func(l *Local) { l.Role = RoleAdministrator }); !errors.Is(err, refusal) {
		t.Errorf("got %v", err)
	}
	mustSetLocal(t, s, ana.ID, func(l *Local) { l.Protected = true })
	for what, err := range map[string]error{
		"disable": second(s.Update(t.Context(), cause, scim.User, ana.ID, 0, set("active", false))),
		"delete":  s.Delete(t.Context(), cause, scim.User, ana.ID, 0),
	} {
		if !errors.Is(err, refusal) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if rec := get(t, s, ana); rec.Version != 1 || rec.Local.Role != "" || !rec.Local.Protected {
		t.Errorf("kept: %+v", rec)
	}
	same(t, "history", actions(t, s, ana), []string{"created", "updated"})
}

func TestDeletedOnesKeepWhatIsLocal(t *testing.T) {
	s := open(t, Options{})
	old := create(t, s, person(t, "kim@x.example"))
	mustSetLocal(t, s, old.ID, func(l *Local) { l.LocalID, l.Note = "K-1", "kept" })
	if err := s.Delete(t.Context(), cause, scim.User, old.ID, 0); err != nil {
		t.Fatal(err)
	}
	if rec, err := s.Look(t.Context(), scim.User, old.ID, With{}); err != nil || rec.Local.LocalID != "K-1" {
		t.Errorf("deleted: %+v %v", rec, err)
	}
	if _, err := setLocal(t, s, old.ID, func(l *Local) { l.Note = "x" }); kindOf(err) != scim.NotFound {
		t.Errorf("a deleted one is changed: %v", err)
	}
	next := create(t, s, person(t, "kim.b@x.example"))
	mustSetLocal(t, s, next.ID, func(l *Local) { l.LocalID = "k-1" })
	_, err := s.Restore(t.Context(), byHand, scim.User, old.ID)
	if want := "localId 'K-1' is already used by user " + next.ID; kindOf(err) != scim.Uniqueness || detailOf(err) != want {
		t.Errorf("restore: %v, want %s", err, want)
	}
	mustSetLocal(t, s, next.ID, func(l *Local) { l.LocalID = "" })
	back, err := s.Restore(t.Context(), byHand, scim.User, old.ID)
	if err != nil || back.Local.LocalID != "K-1" || back.Local.Note != "kept" {
		t.Errorf("restored: %+v %v", back, err)
	}
	sound(t, s)
}

func TestRenamedBySCIM(t *testing.T) {
	s := open(t, Options{Now: ticking()})
	ana := create(t, s, person(t, "a.ruiz", `"displayName":"Ana"`))
	former := func() (out []string) {
		for _, f := range get(t, s, ana).Local.Former {
			out = append(out, f.UserName)
		}
		return out
	}
	update(t, s, ana, set("title", "Buyer"))
	update(t, s, ana, set("userName", "A.Ruiz")) // found by the old one anyway
	same(t, "former names of one who was not renamed", former(), nil)
	update(t, s, ana, set("userName", "ana@x.example"))
	update(t, s, ana, set("userName", "ana@y.example"))
	same(t, "former names", former(), []string{"ana@x.example", "A.Ruiz"})
	same(t, "by the first", listed(t, s, scim.User, Find{Search: "a.ruiz"}), []string{"Ana"})
	for range 30 { // Entra may go to and fro, and that must not push out the old ones
		update(t, s, ana, set("userName", "ana@x.example"))
		update(t, s, ana, set("userName", "ana@y.example"))
	}
	same(t, "after going to and fro", former(), []string{"ana@x.example", "ana@y.example", "A.Ruiz"})
	many := make([]any, 30) // more than search holds
	for i := range many {
		many[i] = map[string]any{"value": fmt.Sprintf("address-%02d@x.example", i), "type": fmt.Sprint("t", i)}
	}
	update(t, s, ana, set("emails", many))
	same(t, "by the first, beside many addresses", listed(t, s, scim.User, Find{Search: "a.ruiz"}), []string{"Ana"})
	for i := range 25 {
		update(t, s, ana, set("userName", fmt.Sprintf("ana-%02d-%s@z.example", i, strings.Repeat("x", 40))))
	}
	if f := former(); len(f) != formerLimit || !strings.HasPrefix(f[0], "ana-23-") {
		t.Errorf("%d former names, first %s", len(f), f[0])
	}
	var search string
	if err := s.readers.QueryRow(`select search from resources where seq = $1`, ana.Seq).Scan(&search); err != nil || len(search) > searchLimit+formerBytes+10 || !strings.Contains(search, "ana-23-") {
		t.Errorf("search holds %d bytes, %v:\n%s", len(search), err, search)
	}
	sound(t, s)
}

// TestWhoWasWrittenBySCIM: made here until SCIM changes them, and never again.
func TestWhoWasWrittenBySCIM(t *testing.T) {
	s := open(t, Options{})
	here := func(r *scim.Resource) Record {
		rec, err := s.Create(t.Context(), byHand, r, With{})
		if err != nil {
			t.Fatal(err)
		}
		if rec.Entra || get(t, s, rec).Entra {
			t.Errorf("%s is made here", rec.Name)
		}
		return rec
	}
	entra := func(rec Record) bool { return get(t, s, rec).Entra }
	if byEntra := create(t, s, person(t, "e@x.example")); !byEntra.Entra || !entra(byEntra) {
		t.Error("made by SCIM")
	}
	changed, same, deleted, renamed := here(person(t, "c@x.example")), here(person(t, "s@x.example")), here(person(t, "d@x.example")), here(person(t, "r@x.example"))
	team, members2 := here(group(t, "Team")), here(group(t, "Members"))
	if rec := update(t, s, changed, set("title", "x")); !rec.Entra || !entra(changed) {
		t.Error("changed by SCIM")
	}
	update(t, s, same, set("userName", "s@x.example"))
	if entra(same) {
		t.Error("a request that changed nothing has written nothing")
	}
	update(t, s, members2, members(scim.AddMembers, same.ID))
	if !entra(members2) || entra(same) || entra(team) {
		t.Error("a new member was written to the group alone")
	}
	if err := s.Delete(t.Context(), cause, scim.User, deleted.ID, 0); err != nil {
		t.Fatal(err)
	}
	if rec, err := s.Restore(t.Context(), byHand, scim.User, deleted.ID); err != nil || !rec.Entra {
		t.Errorf("deleted by SCIM: %v", err)
	}
	if _, err := s.Update(t.Context(), byHand, scim.User, renamed.ID, 0, set("title", "x")); err != nil || entra(renamed) {
		t.Errorf("changed by hand: %v", err)
	}
	if _, err := s.Update(t.Context(), byHand, scim.User, changed.ID, 0, set("title", "y")); err != nil || !entra(changed) {
		t.Errorf("SCIM's stay SCIM's: %v", err)
	}
	sound(t, s)
}

func TestPurge(t *testing.T) {
	var refused string
	s := open(t, Options{Now: ticking(), Check: func(_ *Tx, c Change) error {
		if c.ID == refused && c.Before == nil && c.After == nil {
			return errors.New("not this one")
		}
		return nil
	}})
	var gone, all []string
	team := create(t, s, group(t, "Team"))
	for i := range 300 {
		rec := create(t, s, person(t, fmt.Sprintf("p%03d@x.example", i), fmt.Sprintf(`"emails":[{"value":"p%03d@x.example"}]`, i)))
		all = append(all, rec.ID)
		if i%3 > 0 {
			update(t, s, team, members(scim.AddMembers, rec.ID))
			if err := s.Delete(t.Context(), cause, scim.User, rec.ID, 0); err != nil {
				t.Fatal(err)
			}
			gone = append(gone, rec.ID)
		}
	}
	refused = gone[100]
	if n, err := s.Purge(t.Context(), byHand, scim.User, all); err == nil || n > 100 {
		t.Errorf("one that is refused: %d %v", n, err)
	}
	refused = ""
	before := counted(t, s, scim.User)
	if n, err := s.Purge(t.Context(), byHand, scim.Group, gone); n != 0 || err != nil || counted(t, s, scim.User) != before {
		t.Errorf("people as groups: %d %v", n, err)
	}
	if n, err := s.Purge(t.Context(), byHand, scim.User, append(all, "nobody", team.ID)); n != before.Deleted || err != nil {
		t.Errorf("%d of %d removed, %v", n, before.Deleted, err)
	}
	if c := counted(t, s, scim.User); c != (Counts{Total: 100, Active: 100}) {
		t.Errorf("counts: %+v", c)
	}
	if _, err := s.Look(t.Context(), scim.User, gone[0], With{}); kindOf(err) != scim.NotFound {
		t.Errorf("still there: %v", err)
	}
	var left int
	if err := s.readers.QueryRow(`select (select count(*) from history where resource_seq not in (select seq from resources)) +
		(select count(*) from emails where resource_seq not in (select seq from resources)) + (select count(*) from members)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	if !slices.Contains(listed(t, s, scim.User, Find{}), "p000@x.example") {
		t.Error("the living are gone too")
	}
	sound(t, s)
}
