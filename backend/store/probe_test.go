package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

var probing = Cause{Origin: "scim", RequestID: "check", Probe: true}

// dumped is every row of every table.
func dumped(t testing.TB, s *Store) string {
	t.Helper()
	var all []string
	for _, table := range rowsOf(t, s, "(select name, '' from sqlite_schema where type = 'table')") {
		all = append(all, rowsOf(t, s, strings.Split(table, "|")[1])...)
	}
	return strings.Join(all, "\n")
}

func rowsOf(t testing.TB, s *Store, table string) (lines []string) {
	t.Helper()
	rows, err := s.readers.Query("select * from " + table + " order by 1, 2")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := table
		for _, v := range values {
			line += fmt.Sprintf("|%v", *v.(*any))
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestProbesStandBesideThePeople(t *testing.T) {
	var told []Commit
	s := open(t, Options{Committed: func(c Commit) { told = append(told, c) },
		Check: func(*Tx, Change) error { return nil }})
	ana := create(t, s, person(t, "ana@x.example", `"emails":[{"value":"ana@x.example"}]`))
	create(t, s, group(t, "Sales", ana.ID))
	before, commits := dumped(t, s), len(told)
	changes := rowsOf(t, s, "history")

	probe, err := s.Create(t.Context(), probing, person(t, "ana@x.example", `"active":true`, `"emails":[{"value":"ana@x.example"}]`), With{Groups: true})
	if err != nil || probe.Version != 1 {
		t.Fatalf("a probe with a person's userName: %+v %v", probe, err)
	}
	if err := second(s.Create(t.Context(), probing, person(t, "ANA@x.example"), With{})); kindOf(err) != scim.Uniqueness || !strings.Contains(detailOf(err), probe.ID) {
		t.Errorf("two probes of one userName: %v", err)
	}
	if got, err := s.Update(t.Context(), probing, scim.User, probe.ID, 1, set("active", false)); err != nil || got.Version != 2 || got.Action != "disabled" {
		t.Errorf("update: %+v %v", got, err)
	}
	if got, err := s.GetProbe(t.Context(), scim.User, probe.ID); err != nil || got.Version != 2 {
		t.Errorf("get: %+v %v", got, err)
	}

	for what, err := range map[string]error{
		"Get of a probe":                 second(s.Get(t.Context(), scim.User, probe.ID, With{})),
		"Look at a probe":                second(s.Look(t.Context(), scim.User, probe.ID, With{})),
		"Update of a probe":              second(s.Update(t.Context(), cause, scim.User, probe.ID, 0, set("title", "x"))),
		"Delete of a probe":              s.Delete(t.Context(), cause, scim.User, probe.ID, 0),
		"History of a probe":             second(s.History(t.Context(), scim.User, probe.ID, 0, 10)),
		"GetProbe of a person":           second(s.GetProbe(t.Context(), scim.User, ana.ID)),
		"Update of a person by a check":  second(s.Update(t.Context(), probing, scim.User, ana.ID, 0, set("title", "x"))),
		"Delete of a person by a check":  s.Delete(t.Context(), probing, scim.User, ana.ID, 0),
		"Restore of a person by a check": second(s.Restore(t.Context(), probing, scim.User, ana.ID)),
	} {
		if kindOf(err) != scim.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, filter := range []string{"", `userName eq "ana@x.example"`, `emails eq "ana@x.example"`, `id eq "` + probe.ID + `"`, `active eq false`, `title pr`} {
		for _, r := range find(t, s, scim.User, filter, 1, 10).Records {
			if r.ID != ana.ID {
				t.Errorf("%s meets a probe", filter)
			}
		}
		q := Query{StartIndex: 1, Count: 10, Probe: true}
		if filter != "" {
			f, err := scim.ParseFilter(scim.User, filter)
			if err != nil {
				t.Fatal(err)
			}
			q.Filter = f
		}
		page, err := s.List(t.Context(), scim.User, q)
		if err != nil || page.Total > 1 || slices.ContainsFunc(page.Records, func(r Record) bool { return r.ID != probe.ID }) || filter != "title pr" && page.Total != 1 {
			t.Errorf("%s by a check: %+v %v", filter, page, err)
		}
	}
	if page, err := s.List(t.Context(), scim.Group, Query{StartIndex: 1, Count: 10, Probe: true}); err != nil || page.Total != 0 {
		t.Errorf("groups of a check: %+v %v", page, err)
	}
	same(t, "history", rowsOf(t, s, "history"), changes)
	same(t, "list", listed(t, s, scim.User, Find{State: FindAll}), []string{"ana@x.example"})
	if c := counted(t, s, scim.User); c != (Counts{Total: 1, Active: 1}) {
		t.Errorf("counts: %+v", c)
	}

	if err := s.Delete(t.Context(), probing, scim.User, probe.ID, 0); err != nil {
		t.Fatal(err)
	}
	if after := dumped(t, s); after != before {
		t.Errorf("before:\n%s\n\nafter:\n%s", before, after)
	}
	for _, c := range told[commits:] {
		if c.People || c.Groups {
			t.Errorf("somebody was told of a probe: %+v", c)
		}
	}
	sound(t, s)
}

func TestProbesThatWereLeftAreRemoved(t *testing.T) {
	s := open(t, Options{})
	create(t, s, person(t, "ana@x.example"))
	before := dumped(t, s)
	leave := func() {
		t.Helper()
		if _, err := s.Create(t.Context(), probing, person(t, "probe@x.example", `"emails":[{"value":"p@x.example"}]`), With{}); err != nil {
			t.Fatal(err)
		}
		if dumped(t, s) == before {
			t.Fatal("there is no probe")
		}
	}
	leave()
	if err := s.RemoveProbes(t.Context()); err != nil || dumped(t, s) != before {
		t.Errorf("on demand: %v\n%s", err, dumped(t, s))
	}
	leave()
	dir := s.o.Dir
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s = open(t, Options{Dir: dir}); dumped(t, s) != before {
		t.Errorf("by opening:\n%s", dumped(t, s))
	}
	for _, text := range []string{anyProbe, removeProbes} {
		if plan := strings.Join(explain(t, s, text), "\n"); !strings.Contains(plan, "(type=? AND deleted_at=?") {
			t.Errorf("%s\n%s", text, plan)
		}
	}
	sound(t, s)
}
