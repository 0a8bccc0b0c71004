package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// open opens a new store, or the one in the folder that options name, and closes it with the test.
func open(t testing.TB, o Options) *Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = filepath.Join(t.TempDir(), "data")
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// person parses a User from JSON members beside its userName.
func person(t testing.TB, userName string, more ...string) *scim.Resource {
	t.Helper()
	name, _ := json.Marshal(userName)
	body := `{"schemas":["` + scim.UserURN + `"],"userName":` + string(name)
	for _, m := range more {
		body += "," + m
	}
	r, err := scim.ParseResource(scim.User, []byte(body+"}"))
	if err != nil {
		t.Fatalf("ParseResource: %v", err)
	}
	return r
}

func group(t testing.TB, displayName string, members ...string) *scim.Resource {
	t.Helper()
	name, _ := json.Marshal(displayName)
	r, err := scim.ParseResource(scim.Group, []byte(`{"schemas":["`+scim.GroupURN+`"],"displayName":`+string(name)+`}`))
	if err != nil {
		t.Fatalf("ParseResource: %v", err)
	}
	r.Members = ids(members...)
	return r
}

func ids(values ...string) []scim.Member {
	var m []scim.Member
	for _, v := range values {
		m = append(m, scim.Member{Value: v})
	}
	return m
}

var cause = Cause{Origin: "scim", RequestID: "r-1"}

func create(t testing.TB, s *Store, r *scim.Resource) Record {
	t.Helper()
	rec, err := s.Create(context.Background(), cause, r, With{Groups: true, Members: true})
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return rec
}

// set changes one attribute; a nil value removes it.
func set(attribute string, value any) Edit {
	return Edit{Apply: func(r *scim.Resource) error {
		if value == nil {
			delete(r.Attrs, attribute)
		} else {
			r.Attrs[attribute] = value
		}
		return nil
	}}
}

func update(t testing.TB, s *Store, rec Record, e Edit) Record {
	t.Helper()
	out, err := s.Update(context.Background(), cause, rec.Type, rec.ID, 0, e)
	if err != nil {
		t.Fatalf("Update %s: %v", rec.ID, err)
	}
	return out
}

func members(kind scim.MemberOpKind, values ...string) Edit {
	return Edit{Members: []scim.MemberOp{{Kind: kind, Members: ids(values...)}}, With: With{Members: true}}
}

func get(t testing.TB, s *Store, rec Record) Record {
	t.Helper()
	out, err := s.Get(context.Background(), rec.Type, rec.ID, With{Groups: true, Members: true})
	if err != nil {
		t.Fatalf("Get %s: %v", rec.ID, err)
	}
	return out
}

func find(t testing.TB, s *Store, kind *scim.ResourceType, filter string, start, count int) Page {
	t.Helper()
	q := Query{StartIndex: start, Count: count}
	if filter != "" {
		f, err := scim.ParseFilter(kind, filter)
		if err != nil {
			t.Fatalf("ParseFilter(%s): %v", filter, err)
		}
		q.Filter = f
	}
	page, err := s.List(context.Background(), kind, q)
	if err != nil {
		t.Fatalf("List %s: %v", filter, err)
	}
	return page
}

func names(page Page) []string {
	out := []string{}
	for _, r := range page.Records {
		out = append(out, r.Name)
	}
	return out
}

func memberIDs(rec Record) []string {
	out := []string{}
	for _, m := range rec.Members {
		out = append(out, m.Value)
	}
	return out
}

func groupIDs(rec Record) []string {
	out := []string{}
	for _, g := range rec.Groups {
		out = append(out, g.ID)
	}
	return out
}

func actions(t testing.TB, s *Store, rec Record) []string {
	t.Helper()
	entries, err := s.History(context.Background(), rec.Type, rec.ID, 0, 1000)
	if err != nil {
		t.Fatalf("History: %v", err)
	}
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Action)
	}
	slices.Reverse(out)
	return out
}

func kindOf(err error) scim.Kind {
	if e, ok := errors.AsType[*scim.Error](err); ok {
		return e.Kind
	}
	return scim.Internal
}

func detailOf(err error) string {
	if e, ok := errors.AsType[*scim.Error](err); ok {
		return e.Detail
	}
	return ""
}

func same[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// until waits for something that another goroutine brings about.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		select {
		case <-t.Context().Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func counted(t testing.TB, s *Store, kind *scim.ResourceType) Counts {
	t.Helper()
	c, err := s.Counts(context.Background(), kind)
	if err != nil {
		t.Fatalf("Counts: %v", err)
	}
	return c
}

// sound runs the engine's full check and looks for rows that point at nothing.
func sound(t testing.TB, s *Store) {
	t.Helper()
	var finding string
	if err := s.readers.QueryRow("pragma integrity_check").Scan(&finding); err != nil || finding != "ok" {
		t.Errorf("integrity_check: %s %v", finding, err)
	}
	rows, err := s.readers.Query("pragma foreign_key_check")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() || rows.Err() != nil {
		t.Errorf("foreign_key_check found rows, or nothing: %v", rows.Err())
	}
	current(t, s)
}

func TestCreateGetUpdateDelete(t *testing.T) {
	s := open(t, Options{})
	ana := create(t, s, person(t, "Ana.Ruiz@contoso.example", `"displayName":"Ana Ruiz"`, `"active":true`))
	if ana.Version != 1 || !ana.Changed || ana.Name != "Ana Ruiz" || len(ana.ID) != 36 {
		t.Fatalf("created: %+v", ana)
	}
	got := get(t, s, ana)
	if string(got.Doc) != string(ana.Doc) || got.Version != 1 || !got.Created.Equal(ana.Created) {
		t.Errorf("got %+v, created %+v", got, ana)
	}

	_, err := s.Create(t.Context(), cause, person(t, "ANA.RUIZ@contoso.example"), With{})
	if want := "userName 'ANA.RUIZ@contoso.example' is already used by user " + ana.ID; kindOf(err) != scim.Uniqueness ||
		detailOf(err) != want {
		t.Errorf("duplicate: got %v, want %s", err, want)
	}

	changed := update(t, s, ana, set("title", "Buyer"))
	if changed.Version != 2 || !changed.Changed || changed.Modified.Before(ana.Modified) {
		t.Errorf("updated: %+v", changed)
	}
	again := update(t, s, ana, set("title", "Buyer"))
	if again.Version != 2 || again.Changed {
		t.Errorf("the same again: %+v", again)
	}
	if _, err := s.Update(t.Context(), cause, scim.User, ana.ID, 1, set("title", "CEO")); kindOf(err) != scim.PreconditionFailed {
		t.Errorf("old version: %v", err)
	}
	if _, err := s.Update(t.Context(), cause, scim.User, ana.ID, 2, set("active", false)); err != nil {
		t.Errorf("right version: %v", err)
	}
	update(t, s, ana, set("active", true))
	if err := s.Delete(t.Context(), cause, scim.User, ana.ID, 3); kindOf(err) != scim.PreconditionFailed {
		t.Errorf("delete of an old version: %v", err)
	}
	if err := s.Delete(t.Context(), cause, scim.User, ana.ID, 0); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	for what, err := range map[string]error{
		"Get":    second(s.Get(t.Context(), scim.User, ana.ID, With{})),
		"Update": second(s.Update(t.Context(), cause, scim.User, ana.ID, 0, set("title", "x"))),
		"Delete": s.Delete(t.Context(), cause, scim.User, ana.ID, 0),
		"type":   second(s.Get(t.Context(), scim.Group, ana.ID, With{})),
	} {
		if kindOf(err) != scim.NotFound || !errors.Is(err, ErrNotFound) {
			t.Errorf("%s of a deleted one: %v", what, err)
		}
	}
	same(t, "history", actions(t, s, ana), []string{"created", "updated", "disabled", "enabled", "deleted"})
	if c := counted(t, s, scim.User); c != (Counts{Total: 0, Active: 0, Deleted: 1}) {
		t.Errorf("counts: %+v", c)
	}
	sound(t, s)
}

func TestDeletedNameIsFreeAndLinked(t *testing.T) {
	s := open(t, Options{})
	old := create(t, s, person(t, "kim@contoso.example"))
	if err := s.Delete(t.Context(), cause, scim.User, old.ID, 0); err != nil {
		t.Fatal(err)
	}
	renamed := create(t, s, person(t, "KIM@contoso.example"))
	var follows string
	if err := s.readers.QueryRow("select follows from resources where id = $1", renamed.ID).Scan(&follows); err != nil || follows != old.ID {
		t.Errorf("follows %q (%v), want %s", follows, err, old.ID)
	}
	if _, err := s.Restore(t.Context(), cause, scim.User, old.ID); kindOf(err) != scim.Uniqueness {
		t.Errorf("restore with the name taken: %v", err)
	}
	if c := counted(t, s, scim.User); c != (Counts{Total: 1, Active: 1, Deleted: 1}) {
		t.Errorf("counts after a refused restore: %+v", c)
	}
	update(t, s, renamed, set("userName", "kim2@contoso.example"))
	back, err := s.Restore(t.Context(), cause, scim.User, old.ID)
	if err != nil || back.Version != 3 || !back.Deleted.IsZero() {
		t.Fatalf("Restore: %+v %v", back, err)
	}
	same(t, "history", actions(t, s, old), []string{"created", "deleted", "restored"})
	if _, err := s.Restore(t.Context(), cause, scim.User, old.ID); kindOf(err) != scim.NotFound {
		t.Errorf("restore of a living one: %v", err)
	}
}

func TestGroupKey(t *testing.T) {
	s := open(t, Options{GroupKey: (*scim.Resource).ExternalID})
	for range 2 { // Entra can hold two groups of one name
		create(t, s, group(t, "Sales"))
	}
	g := group(t, "Sales")
	g.Attrs["externalId"] = "e-1"
	first := create(t, s, g)
	_, err := s.Create(t.Context(), cause, g, With{})
	if want := "externalId 'e-1' is already used by group " + first.ID; kindOf(err) != scim.Uniqueness || detailOf(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestActivityIsInTheWrite(t *testing.T) {
	var commits []Commit
	s := open(t, Options{Committed: func(c Commit) { commits = append(commits, c) }})
	c := cause
	c.Activity = &Activity{RequestID: "r-7", At: time.UnixMilli(1700000000123), Method: "POST", Target: "/Users", Action: "create",
		Took: 1500 * time.Microsecond, Request: make([]byte, 70<<10)}
	c.Answer = func(r Record) error {
		c.Activity.Status, c.Activity.ResourceID, c.Activity.Name = 201, r.ID, r.Name
		c.Activity.Response = r.Doc
		return nil
	}
	rec, err := s.Create(t.Context(), c, person(t, "bo@contoso.example"), With{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Activity.Seq != 1 || len(commits) != 1 || commits[0].Activity != 1 || !commits[0].People || commits[0].Groups {
		t.Errorf("seq %d, commits %+v", c.Activity.Seq, commits)
	}
	page, err := s.ActivityPage(t.Context(), ActivityQuery{})
	if err != nil || len(page) != 1 {
		t.Fatalf("ActivityPage: %v %v", page, err)
	}
	want := *c.Activity
	want.Request, want.Response = nil, nil
	want.At = want.At.UTC()
	if a := page[0]; fmt.Sprint(a) != fmt.Sprint(want) {
		t.Errorf("stored %+v\nwant   %+v", a, want)
	}
	request, response, err := s.ActivityBodies(t.Context(), 1)
	if err != nil || len(request) != 64<<10 || string(response) != string(rec.Doc) {
		t.Errorf("bodies: %d bytes, %s, %v", len(request), response, err)
	}
	if _, _, err := s.ActivityBodies(t.Context(), 2); !errors.Is(err, ErrNotFound) {
		t.Errorf("bodies of no row: %v", err)
	}

	c.Answer = func(Record) error { return errors.New("no answer") }
	if _, err := s.Update(t.Context(), c, scim.User, rec.ID, 0, set("title", "x")); err == nil || c.Activity.Seq != 0 {
		t.Errorf("an answer that fails: %v, seq %d", err, c.Activity.Seq)
	}
	if got := get(t, s, rec); got.Version != 1 {
		t.Errorf("a change without an answer was kept: %+v", got)
	}
	if len(commits) != 1 {
		t.Errorf("told of a change that was undone: %+v", commits)
	}

	s.Log(&Activity{RequestID: "r-8", Method: "GET", Target: "/Users\xff", Status: 200})
	until(t, "the logged row", func() bool { _, last, _ := s.ActivityHead(t.Context()); return last == 2 })
	page, _ = s.ActivityPage(t.Context(), ActivityQuery{After: 1})
	if len(page) != 1 || page[0].RequestID != "r-8" || page[0].Target != "/Users\uFFFD" {
		t.Errorf("after 1: %+v", page)
	}
	page, _ = s.ActivityPage(t.Context(), ActivityQuery{Before: 2, Limit: 5})
	if len(page) != 1 || page[0].Seq != 1 {
		t.Errorf("before 2: %+v", page)
	}
}

// What JSON can hold must come back, and must be told apart from what looks like it.
func TestOddText(t *testing.T) {
	s := open(t, Options{})
	odd := []string{"a", "a\u0001b", "O'Brien \"q\" \\ % _ $1", "東京 👩‍👩‍👧", "ﬀ", "ß", "ss", "\u202eabc", "a\nb", "x\U0010FFFF"}
	for _, name := range odd {
		rec := create(t, s, person(t, name))
		if got := get(t, s, rec); string(got.Doc) != string(rec.Doc) || got.Name != name {
			t.Errorf("%q came back as %q, %s", name, got.Name, got.Doc)
		}
		quoted, _ := json.Marshal(name)
		if page := find(t, s, scim.User, "userName eq "+string(quoted), 1, 10); page.Total != 1 || page.Records[0].ID != rec.ID {
			t.Errorf("%q is found as %q", name, names(page))
		}
	}
	if c := counted(t, s, scim.User); c.Total != len(odd) {
		t.Errorf("%d people, want %d", c.Total, len(odd))
	}
	if _, err := s.Get(t.Context(), scim.User, "no\x00such\xff", With{}); kindOf(err) != scim.NotFound {
		t.Errorf("odd id: %v", err)
	}
}
