package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

var someday = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// requests stores a row with bodies for each age in hours before someday, in this order.
func requests(t testing.TB, s *Store, ages ...int) {
	t.Helper()
	err := s.writer.write(context.Background(), func(tx *Tx) error {
		for i, age := range ages {
			a := Activity{RequestID: fmt.Sprint(i), At: someday.Add(-time.Duration(age) * time.Hour), Method: "PATCH", ResourceID: fmt.Sprint("r", i%7),
				Request: []byte("asked"), Response: []byte("answered")}
			if err := tx.log(&a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keptSeqs gives the seqs that are in the log, and checks that each has its bodies and that no body is without a row.
func keptSeqs(t testing.TB, s *Store) []int {
	t.Helper()
	rows, err := s.readers.Query(`select a.seq, b.request is not null from activity a left join bodies b on b.activity_seq = a.seq order by a.seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var seqs []int
	for rows.Next() {
		var seq int
		var body bool
		if err := rows.Scan(&seq, &body); err != nil || !body {
			t.Fatalf("request %d has its body: %v, %v", seq, body, err)
		}
		seqs = append(seqs, seq)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	return seqs
}

func TestPruneRemovesWhatIsOldEnough(t *testing.T) {
	const future = -100_000
	for name, c := range map[string]struct {
		ages []int
		want []int
	}{
		"some":                        {[]int{50, 49, 48, 47, 2, 1}, []int{3, 4, 5, 6}},
		"none":                        {[]int{47, 2}, []int{1, 2}},
		"the newest is never removed": {[]int{80, 70, 60}, []int{3}},
		"a single one is the newest":  {[]int{80}, []int{1}},
		"nothing there":               {nil, nil},
		"what is old but came late leaves no gap": {[]int{50, 1, 60, 1}, []int{2, 3, 4}},
		"a clock that was ahead holds nothing up": {[]int{80, future, future, 70, 60, 1}, []int{6}},
		"nothing but clocks that were ahead":      {[]int{future, future, future}, []int{1, 2, 3}},
		"a clock that was behind":                 {[]int{3, 2, 400_000, 1}, []int{1, 2, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, Options{Now: func() time.Time { return someday }})
			requests(t, s, c.ages...)
			removed, err := s.Prune(t.Context(), someday.Add(-48*time.Hour))
			if err != nil || removed != (Removed{Requests: len(c.ages) - len(c.want)}) {
				t.Errorf("removed %+v, %v", removed, err)
			}
			if got := keptSeqs(t, s); !slices.Equal(got, c.want) {
				t.Errorf("kept %v, want %v", got, c.want)
			}
			requests(t, s, 0)
			if _, last, err := s.ActivityHead(t.Context()); err != nil || int(last) != len(c.ages)+1 {
				t.Errorf("the next request has number %d, want %d, %v", last, len(c.ages)+1, err)
			}
		})
	}
}

// TestPruneLooksFurtherThanOneSlice has more rows from the future in a row than one read looks at.
func TestPruneLooksFurtherThanOneSlice(t *testing.T) {
	if underRace {
		t.Skip("too many rows for the race detector")
	}
	s := open(t, Options{Now: func() time.Time { return someday }})
	ages := slices.Concat([]int{90}, slices.Repeat([]int{-1000}, pruneSlice), []int{80, 70, 1, 0})
	requests(t, s, ages...)
	if removed, err := s.Prune(t.Context(), someday.Add(-48*time.Hour)); err != nil || removed.Requests != len(ages)-2 {
		t.Errorf("removed %+v of %d, %v", removed, len(ages), err)
	}
}

// TestPruneWorksInSteps: each commit is told, is bounded, and leaves whole rows; ending in between is no harm.
func TestPruneWorksInSteps(t *testing.T) {
	var commits atomic.Int32
	stop := func() {}
	s := open(t, Options{Now: func() time.Time { return someday }, Committed: func(c Commit) {
		if commits.Add(1); c.Activity != 5001 || c.People || c.Groups {
			t.Errorf("told %+v", c)
		}
		stop()
	}})
	requests(t, s, append(slices.Repeat([]int{60}, 5000), 0)...)
	commits.Store(0)
	ctx, cancel := context.WithCancel(t.Context())
	stop = cancel
	first, err := s.Prune(ctx, someday.Add(-48*time.Hour))
	if !errors.Is(err, context.Canceled) || first.Requests < stepChunk || first.Requests > stepRows+stepChunk {
		t.Errorf("the first step removed %+v, %v", first, err)
	}
	if got := keptSeqs(t, s); len(got) != 5001-first.Requests || got[0] != first.Requests+1 {
		t.Errorf("%d are left from %d on", len(got), got[0])
	}
	stop = func() {}
	rest, err := s.Prune(t.Context(), someday.Add(-48*time.Hour))
	if err != nil || first.Requests+rest.Requests != 5000 || commits.Load() < 3 {
		t.Errorf("the rest: %+v, %v; %d commits", rest, err, commits.Load())
	}
	if again, err := s.Prune(t.Context(), someday.Add(-48*time.Hour)); err != nil || again != (Removed{}) {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// anywhere gives the tables in which a text still stands.
func anywhere(t testing.TB, s *Store, text string) (tables []string) {
	t.Helper()
	for table, columns := range map[string]string{"resources": "id || doc || search || name || coalesce(unique_key, '') || coalesce(follows, '')", "emails": "key",
		"members": "member_id || display", "history": "coalesce(member_id, '') || coalesce(changes, '')"} {
		var n int
		if err := s.readers.QueryRow("select count(*) from "+table+" where instr("+columns+", $1) > 0", text).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables
}

func leave(t testing.TB, s *Store, rec Record) {
	t.Helper()
	if err := s.Delete(t.Context(), Cause{Origin: "scim"}, rec.Type, rec.ID, 0); err != nil {
		t.Fatal(err)
	}
}

func TestPurgeRemovesDeletedOnesForGood(t *testing.T) {
	now := someday
	s := open(t, Options{Now: func() time.Time { return now }})
	ada := create(t, s, person(t, "ada@contoso.example", `"displayName":"Ada Zweig"`, `"emails":[{"value":"azweig@contoso.example","type":"work"}]`))
	bob := create(t, s, person(t, "bob@contoso.example"))
	cleo := create(t, s, person(t, "cleo@contoso.example"))
	team := create(t, s, group(t, "Team", ada.ID, bob.ID, cleo.ID))
	old := create(t, s, group(t, "Old team", bob.ID))
	update(t, s, ada, set("title", "Clerk"))
	leave(t, s, ada)
	leave(t, s, old)
	now = now.Add(24 * time.Hour)
	leave(t, s, cleo)
	followed := create(t, s, person(t, "ada@contoso.example"))
	before, visible := get(t, s, bob), get(t, s, team)

	told := Removed{}
	s.o.Committed = func(c Commit) {
		told.People += bit(c.People)
		told.Groups += bit(c.Groups)
	}
	removed, err := s.PurgeDeleted(t.Context(), someday.Add(time.Hour))
	if err != nil || removed != (Removed{People: 1, Groups: 1}) || told.People == 0 || told.Groups == 0 {
		t.Fatalf("removed %+v, %v; told %+v", removed, err, told)
	}
	sound(t, s)
	// What Team's history says of who came stays.
	same(t, "tables that name ada", anywhere(t, s, ada.ID), []string{"history"})
	for _, text := range []string{"Zweig", "zweig", "azweig", old.ID, "Old team", "old team"} {
		if tables := anywhere(t, s, text); len(tables) > 0 {
			t.Errorf("%q still stands in %v", text, tables)
		}
	}
	for _, gone := range []Record{ada, old} {
		if _, err := s.Restore(t.Context(), Cause{}, gone.Type, gone.ID); kindOf(err) != scim.NotFound {
			t.Errorf("restore of %s = %v", gone.Name, err)
		}
		if _, err := s.History(t.Context(), gone.Type, gone.ID, 0, 0); kindOf(err) != scim.NotFound {
			t.Errorf("history of %s = %v", gone.Name, err)
		}
	}
	if people, groups := counted(t, s, scim.User), counted(t, s, scim.Group); people != (Counts{2, 2, 1}) || groups != (Counts{1, 1, 0}) {
		t.Errorf("counts: people %+v, groups %+v", people, groups)
	}
	// Nothing that SCIM shows has moved.
	if after := get(t, s, bob); after.Version != before.Version || !after.Modified.Equal(before.Modified) {
		t.Errorf("bob was %+v, is %+v", before, after)
	}
	if after := get(t, s, team); after.Version != visible.Version {
		t.Errorf("the team was version %d, is %d", visible.Version, after.Version)
	}
	var follows *string
	if err := s.readers.QueryRow("select follows from resources where id = $1", followed.ID).Scan(&follows); err != nil || follows != nil {
		t.Errorf("who came after ada follows %v, %v", follows, err)
	}
	// Who was deleted later comes back whole.
	if _, err := s.Restore(t.Context(), Cause{}, scim.User, cleo.ID); err != nil {
		t.Error(err)
	}
	same(t, "members of the team", memberIDs(get(t, s, team)), []string{bob.ID, cleo.ID})
}

func TestPurgeKeepsTheChainOfFollowers(t *testing.T) {
	now := someday
	s := open(t, Options{Now: func() time.Time { return now }})
	first := create(t, s, person(t, "ada@contoso.example"))
	leave(t, s, first)
	second := create(t, s, person(t, "ada@contoso.example"))
	now = someday.Add(-time.Hour) // a clock that was set back: the second is removed before the first
	leave(t, s, second)
	now = someday.Add(time.Hour)
	third := create(t, s, person(t, "ada@contoso.example"))
	if removed, err := s.PurgeDeleted(t.Context(), someday); err != nil || removed.People != 1 {
		t.Fatalf("%+v, %v", removed, err)
	}
	var follows string
	if err := s.readers.QueryRow("select follows from resources where id = $1", third.ID).Scan(&follows); err != nil || follows != first.ID {
		t.Errorf("the third follows %q, want the first, %s: %v", follows, first.ID, err)
	}
}

// TestPurgeOfABigGroupWorksInSteps: what is begun can't come back in part, and ends the next time.
func TestPurgeOfABigGroupWorksInSteps(t *testing.T) {
	now := someday
	stop := func() {}
	s := open(t, Options{Now: func() time.Time { return now }, Committed: func(Commit) { stop() }})
	if underRace {
		t.Skip("too many rows for the race detector")
	}
	var all []string
	for i := range stepRows + 1500 {
		all = append(all, fmt.Sprint("member-", i))
	}
	big := create(t, s, group(t, "Everybody at Contoso", all...))
	small := create(t, s, group(t, "Nobody"))
	leave(t, s, big)
	leave(t, s, small)
	now = now.Add(time.Hour)
	team := create(t, s, group(t, "Team", big.ID)) // which names nobody any more
	ctx, cancel := context.WithCancel(t.Context())
	stop = cancel
	removed, err := s.PurgeDeleted(ctx, now)
	if !errors.Is(err, context.Canceled) || removed != (Removed{Groups: 1}) {
		t.Fatalf("the first step: %+v, %v", removed, err)
	}
	// What is half removed is nobody's: whoever meets a trace of it finds no one there.
	changes, err := s.HistoryOfAll(t.Context(), 0, 0)
	if err != nil {
		t.Errorf("the history of all: %v", err)
	}
	if !slices.ContainsFunc(changes, func(e HistoryEntry) bool { return e.Resource.ID == big.ID && !e.Resource.Found }) ||
		slices.ContainsFunc(changes, func(e HistoryEntry) bool { return strings.Contains(e.Resource.ID+e.Other.ID, tombPrefix) }) {
		t.Errorf("history names what is being removed: %+v", changes)
	}
	if rows, err := s.MemberRows(t.Context(), team.ID, "", 10); err != nil || len(rows) != 1 || rows[0].DisplayName != "" {
		t.Errorf("the members of a group that names it: %+v, %v", rows, err)
	}
	var named, place int64
	if err := s.readers.QueryRow("select count(*) from resources where id = $1", big.ID).Scan(&named); err != nil || named != 0 {
		t.Errorf("its id still finds %d rows, %v", named, err)
	}
	if err := s.readers.QueryRow("select seq from members where group_seq = $1", team.Seq).Scan(&place); err != nil {
		t.Fatal(err)
	}
	if rows, err := s.Memberships(t.Context(), team.ID, []int64{place}); err != nil || rows[0].ID != big.ID || rows[0].Record.ID != "" {
		t.Errorf("as the window lists them: %+v, %v", rows, err)
	}
	if _, err := s.Restore(t.Context(), Cause{}, scim.Group, big.ID); kindOf(err) != scim.NotFound {
		t.Errorf("half a group was restored: %v", err)
	}
	if groups := counted(t, s, scim.Group); groups != (Counts{1, 1, 1}) || len(anywhere(t, s, "Everybody")) > 0 {
		t.Errorf("counts %+v; its name stands in %v", groups, anywhere(t, s, "Everybody"))
	}
	stop = func() {}
	if removed, err = s.PurgeDeleted(t.Context(), now); err != nil || removed != (Removed{Groups: 1}) {
		t.Errorf("the rest: %+v, %v", removed, err)
	}
	for table, want := range map[string]int{"resources": 1, "members": 1, "history": 2} { // the team's
		var n int
		if err := s.readers.QueryRow("select count(*) from " + table).Scan(&n); err != nil || n != want {
			t.Errorf("%d rows are left in %s, want %d, %v", n, table, want, err)
		}
	}
	sound(t, s)
}

func TestPurgeKeepsWhatAClientSentAfterTheDeletion(t *testing.T) {
	now := someday
	s := open(t, Options{Now: func() time.Time { return now }})
	ada := create(t, s, person(t, "ada@contoso.example"))
	team := create(t, s, group(t, "Team"))
	leave(t, s, ada)
	update(t, s, team, members(scim.AddMembers, ada.ID))
	if _, err := s.PurgeDeleted(t.Context(), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	same(t, "members", memberIDs(get(t, s, team)), []string{ada.ID})
}

func TestRemovingUsesIndexes(t *testing.T) {
	s := open(t, Options{})
	for text, index := range map[string]string{
		goneText: "resources_gone", goneHistory: "history_resource", goneMembers: "members_group", goneMember: "members_member", goneFollowers: "resources_follows",
		pruneText: "INTEGER PRIMARY KEY", firstKept: "INTEGER PRIMARY KEY", lastOld: "INTEGER PRIMARY KEY",
	} {
		plan := strings.Join(explain(t, s, text), "\n")
		if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, index) {
			t.Errorf("%s\nshould search by %s:\n%s", text, index, plan)
		}
	}
}

// BenchmarkWriteDuringPrune measures how long a caller waits for a write while 200,000 requests are removed.
func BenchmarkWriteDuringPrune(b *testing.B) {
	const n = 200_000
	s := open(b, Options{Now: func() time.Time { return someday }})
	crowd := crowd(b, s, 1000)
	body := make([]byte, 1000)
	var waits []time.Duration
	var pruning time.Duration
	for b.Loop() {
		b.StopTimer()
		for range n / 1000 {
			if err := s.writer.write(b.Context(), func(tx *Tx) error {
				for i := range 1000 {
					a := Activity{RequestID: fmt.Sprint(i), At: someday.Add(-100 * 24 * time.Hour), Target: "/scim/v2/Users/x", ResourceID: crowd[i].ID, Request: body, Response: body}
					if err := tx.log(&a); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		start := time.Now()
		done := make(chan error, 1)
		go func() {
			removed, err := s.Prune(context.Background(), someday.Add(-24*time.Hour))
			if err == nil && removed.Requests < n-1 {
				err = fmt.Errorf("removed only %+v", removed)
			}
			done <- err
		}()
		for i := 0; ; i++ {
			asked := time.Now()
			c := withActivity(i)
			c.Activity.At = someday
			if _, err := s.Update(b.Context(), c, scim.User, crowd[i%len(crowd)].ID, 0, set("title", fmt.Sprint(i))); err != nil {
				b.Fatal(err)
			}
			waits = append(waits, time.Since(asked))
			select {
			case err := <-done:
				if err != nil {
					b.Fatal(err)
				}
				pruning += time.Since(start)
			default:
				continue
			}
			break
		}
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms/write-median")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ms/write-p99")
	b.ReportMetric(float64(waits[len(waits)-1].Microseconds())/1000, "ms/write-longest")
	b.ReportMetric(float64(b.N)*n/pruning.Seconds(), "rows/s")
}
