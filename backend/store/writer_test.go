package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"scimdesk/backend/scim"
)

// together queues calls behind a write that is held, in order, so that all of them share the next commit. It gives each call's
// error.
func together(t *testing.T, s *Store, calls ...func() error) []error {
	t.Helper()
	started, release := make(chan struct{}), make(chan struct{})
	var held sync.WaitGroup
	held.Go(func() {
		if err := s.writer.write(context.Background(), func(*Tx) error { close(started); <-release; return nil }); err != nil {
			t.Errorf("the write that is held: %v", err)
		}
	})
	<-started
	errs := make([]error, len(calls))
	for i, call := range calls {
		held.Go(func() { errs[i] = call() })
		synctest.Wait() // until it is queued
	}
	close(release)
	held.Wait()
	return errs
}

// setFault lets a step of a transaction fail as the disk would; nil ends it. It is set where the writer reads it.
func setFault(t *testing.T, s *Store, fault func(step string) error) {
	t.Helper()
	if err := s.writer.write(context.Background(), func(*Tx) error { s.writer.fault = fault; return nil }); err != nil {
		t.Fatalf("set fault: %v", err)
	}
}

// once fails the first time that a step comes along.
func once(step string) func(string) error {
	done := false
	return func(now string) error {
		if now != step || done {
			return nil
		}
		done = true
		return fmt.Errorf("%s: the disk is gone", step)
	}
}

func creates(t *testing.T, s *Store, userName string) func() error {
	return func() error { return second(s.Create(context.Background(), cause, person(t, userName), With{})) }
}

func renames(s *Store, rec Record, userName string) func() error {
	return func() error {
		return second(s.Update(context.Background(), cause, scim.User, rec.ID, 0, set("userName", userName)))
	}
}

func userNames(t *testing.T, s *Store) []string {
	t.Helper()
	all := names(find(t, s, scim.User, "", 1, 1000))
	slices.Sort(all)
	return all
}

func TestWriterIsDurable(t *testing.T) {
	s := open(t, Options{})
	err := s.writer.write(t.Context(), func(tx *Tx) error {
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "2",
			"busy_timeout": "5000", "temp_store": "0", "wal_autocheckpoint": "1000"} {
			var got string
			if err := tx.row("pragma "+pragma, nil, &got); err != nil || got != want {
				t.Errorf("%s is %s (%v), want %s", pragma, got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var only int
	if err := s.readers.QueryRow("pragma query_only").Scan(&only); err != nil || only != 1 {
		t.Errorf("readers may write: %d %v", only, err)
	}
}

func TestNeighboursInABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commits := 0
		s := open(t, Options{Committed: func(Commit) { commits++ }})
		create(t, s, person(t, "taken@x.example"))
		before := commits
		cancelled, cancel := context.WithCancel(t.Context())
		defer cancel()
		boom := errors.New("boom")
		ran := false
		errs := together(t, s,
			creates(t, s, "first@x.example"),
			func() error {
				return s.writer.write(t.Context(), func(tx *Tx) error {
					if _, err := tx.exec("delete from history"); err != nil {
						return err
					}
					return boom
				})
			},
			func() error {
				c := cause
				c.Answer = func(Record) error { panic("in an answer") }
				return second(s.Create(t.Context(), c, person(t, "panic@x.example"), With{}))
			},
			creates(t, s, "TAKEN@x.example"),
			func() error { return s.writer.write(cancelled, func(*Tx) error { ran = true; return nil }) },
			func() error { cancel(); return nil },
			creates(t, s, "last@x.example"),
			creates(t, s, "last@x.example"),
		)
		if errs[0] != nil || errs[6] != nil {
			t.Errorf("neighbours of failures: %v, %v", errs[0], errs[6])
		}
		if !errors.Is(errs[1], boom) || errs[2] == nil || !strings.Contains(errs[2].Error(), "panic") || kindOf(errs[3]) != scim.Uniqueness ||
			!errors.Is(errs[4], context.Canceled) || kindOf(errs[7]) != scim.Uniqueness {
			t.Errorf("failures: %v", errs)
		}
		if ran {
			t.Error("a write ran after its caller had given up")
		}
		if commits != before+1 {
			t.Errorf("%d commits for one batch", commits-before)
		}
		same(t, "people", userNames(t, s), []string{"first@x.example", "last@x.example", "taken@x.example"})
		if page, _ := s.History(t.Context(), scim.User, find(t, s, scim.User, "", 1, 1).Records[0].ID, 0, 0); len(page) != 1 {
			t.Errorf("history: %+v", page)
		}
		if c := counted(t, s, scim.User); c.Total != 3 || c.Active != 3 {
			t.Errorf("counts: %+v", c)
		}
		sound(t, s)
	})
}

// A context counts while its write is queued; what has begun is finished.
func TestCancelInsideAWriteChangesNothing(t *testing.T) {
	s := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	c := cause
	c.Answer = func(Record) error { cancel(); return nil }
	if _, err := s.Create(ctx, c, person(t, "ana@x.example"), With{Groups: true}); err != nil {
		t.Errorf("Create: %v", err)
	}
	same(t, "people", userNames(t, s), []string{"ana@x.example"})
}

func TestFailedRollbackRunsTheBatchAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		ana, bo := create(t, s, person(t, "ana@x.example")), create(t, s, person(t, "bo@x.example"))
		setFault(t, s, once("rollback to job"))
		runs := 0
		errs := together(t, s,
			renames(s, bo, "carl@x.example"), // makes room for the next
			renames(s, ana, "bo@x.example"),
			func() error {
				return s.writer.write(t.Context(), func(tx *Tx) error {
					runs++
					if _, err := tx.exec("delete from members"); err != nil {
						return err
					}
					return errors.New("boom")
				})
			},
			renames(s, ana, "carl@x.example"), // taken by the first
			creates(t, s, "dora@x.example"),
		)
		if errs[0] != nil || errs[1] != nil || errs[4] != nil {
			t.Errorf("neighbours: %v", errs)
		}
		if errs[2] == nil || errs[2].Error() != "boom" || runs != 2 {
			t.Errorf("the one that could not be undone: %v, ran %d times", errs[2], runs)
		}
		if kindOf(errs[3]) != scim.Uniqueness {
			t.Errorf("refused in both runs: %v", errs[3])
		}
		same(t, "people", userNames(t, s), []string{"bo@x.example", "carl@x.example", "dora@x.example"})
		same(t, "history", actions(t, s, ana), []string{"created", "updated"})
		if h := s.Health(); h.State != StateOK {
			t.Errorf("health: %+v", h)
		}
		sound(t, s)
	})
}

// Two that want each other's name: the first is refused, whatever else happens in the batch, and the second too.
func TestSwapOfNeighbours(t *testing.T) {
	for _, fault := range []func(string) error{nil, once("rollback to job")} {
		synctest.Test(t, func(t *testing.T) {
			s := open(t, Options{})
			ana, bo := create(t, s, person(t, "ana@x.example")), create(t, s, person(t, "bo@x.example"))
			setFault(t, s, fault)
			errs := together(t, s, renames(s, ana, "bo@x.example"), renames(s, bo, "ana@x.example"),
				renames(s, ana, "old@x.example"), renames(s, bo, "ana@x.example"), renames(s, ana, "bo@x.example"))
			for i, refused := range []bool{true, true, false, false, false} {
				if got := kindOf(errs[i]) == scim.Uniqueness; got != refused || !refused && errs[i] != nil {
					t.Errorf("step %d: %v", i, errs[i])
				}
			}
			if get(t, s, ana).Name != "bo@x.example" || get(t, s, bo).Name != "ana@x.example" {
				t.Error("names are not swapped")
			}
		})
	}
}

func TestFailedCommitWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []State
		s := open(t, Options{HealthChanged: func(h Health) { told = append(told, h.State) }})
		setFault(t, s, func() func(string) error {
			commits := 0
			return func(step string) error {
				if step == "commit" {
					if commits++; commits == 3 { // after this one and the write that is held
						return errors.New("the disk is gone")
					}
				}
				return nil
			}
		}())
		c := cause
		c.Activity = &Activity{RequestID: "r-9"}
		errs := together(t, s,
			func() error { return second(s.Create(t.Context(), c, person(t, "ana@x.example"), With{})) },
			creates(t, s, "ana@x.example"), // refused only because of a neighbour that came to nothing
			creates(t, s, "bo@x.example"),
		)
		for i, err := range errs {
			if u, ok := errors.AsType[*Unavailable](err); !ok || u.State != StateFailing {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if c.Activity.Seq != 0 {
			t.Errorf("activity has seq %d", c.Activity.Seq)
		}
		if h := s.Health(); h.State != StateFailing || !strings.Contains(h.Detail, "the disk is gone") {
			t.Errorf("health: %+v", h)
		}
		if err := s.SaveTokens(t.Context()); err != nil || s.Health().State != StateFailing {
			t.Errorf("a commit of nothing cleared the health: %v", err)
		}
		same(t, "people", userNames(t, s), []string{})
		if _, last, _ := s.ActivityHead(t.Context()); last != 0 {
			t.Errorf("activity up to %d", last)
		}
		create(t, s, person(t, "ana@x.example"))
		same(t, "told", told, []State{StateFailing, StateOK})
		sound(t, s)
	})
}

// When nobody writes, the store finds out by itself that the disk is back.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		tries := 0
		setFault(t, s, func(step string) error {
			if step == beginWrite {
				if tries++; tries <= 3 {
					return errors.New("the disk is gone")
				}
			}
			return nil
		})
		if err := creates(t, s, "ana@x.example")(); err == nil {
			t.Fatal("written")
		}
		until(t, "recovery", func() bool { return s.Health().State == StateOK })
		if tries != 4 {
			t.Errorf("%d tries", tries)
		}
		create(t, s, person(t, "ana@x.example"))
	})
}

func TestClosedStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		errs := together(t, s, creates(t, s, "ana@x.example"), s.Close, creates(t, s, "late@x.example"))
		if errs[1] != nil || errs[0] != nil && !errors.Is(errs[0], ErrClosed) || errs[2] != nil && !errors.Is(errs[2], ErrClosed) {
			t.Errorf("around Close: %v", errs)
		}
		if err := creates(t, s, "bo@x.example")(); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		again := open(t, Options{Dir: s.o.Dir})
		want := []string{}
		for i, name := range map[int]string{0: "ana@x.example", 2: "late@x.example"} {
			if errs[i] == nil {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		same(t, "answered and kept", userNames(t, again), want)
	})
}

func TestPanicInApplyIsTheCallersError(t *testing.T) {
	s := open(t, Options{})
	ana := create(t, s, person(t, "ana@x.example"))
	_, err := s.Update(t.Context(), cause, scim.User, ana.ID, 0, Edit{Apply: func(r *scim.Resource) error { panic("odd") }})
	if err == nil || !strings.Contains(err.Error(), "odd") {
		t.Errorf("got %v", err)
	}
	update(t, s, ana, set("title", "x"))
}

// Many writers and readers at once: every change is there, in the numbers and in the history.
func TestConcurrency(t *testing.T) {
	s := open(t, Options{})
	const writers, each = 8, 24
	g := create(t, s, group(t, "All"))
	stop := make(chan struct{})
	var reading, writing sync.WaitGroup
	for range 2 {
		reading.Go(func() {
			for pages := 0; ; pages++ {
				select {
				case <-stop:
					return
				default:
				}
				page, err := s.List(context.Background(), scim.User, Query{StartIndex: 1 + pages%150, Count: 10, With: With{Groups: true}})
				if err != nil {
					t.Errorf("List: %v", err)
					return
				}
				for _, r := range page.Records {
					if len(r.Doc) == 0 || r.Version < 1 {
						t.Errorf("half a record: %+v", r)
					}
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				c := cause
				c.Activity = &Activity{RequestID: fmt.Sprint(w, "-", i), Action: "create"}
				rec, err := s.Create(context.Background(), c, person(t, fmt.Sprintf("w%d-%d@x.example", w, i)), With{})
				if err != nil {
					t.Errorf("Create: %v", err)
					return
				}
				if _, err := s.Update(context.Background(), cause, scim.Group, g.ID, 0, members(scim.AddMembers, rec.ID)); err != nil {
					t.Errorf("add member: %v", err)
				}
				if _, err := s.Update(context.Background(), cause, scim.User, rec.ID, 0, set("title", fmt.Sprint(i))); err != nil {
					t.Errorf("Update: %v", err)
				}
				s.Log(&Activity{Action: "read"})
				if i%4 == 0 {
					if err := s.Delete(context.Background(), cause, scim.User, rec.ID, 0); err != nil {
						t.Errorf("Delete: %v", err)
					}
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()
	if c := counted(t, s, scim.User); c != (Counts{Total: 144, Active: 144, Deleted: 48}) {
		t.Errorf("counts: %+v", c)
	}
	if n := len(get(t, s, g).Members); n != 144 {
		t.Errorf("%d members", n)
	}
	if v := get(t, s, g).Version; v != 1+192+48 {
		t.Errorf("version of the group: %d", v)
	}
	until(t, "all activity", func() bool { _, last, _ := s.ActivityHead(t.Context()); return last == 2*writers*each })
	if rows := actions(t, s, g); len(rows) != 1+192 {
		t.Errorf("%d rows of history", len(rows))
	}
	sound(t, s)
}
