package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// renaming is a job's rows that rename people, each to its name with a suffix; groups gives rows their Group.
func renaming(people []Record, suffix string, groups ...int) func(func(JobRow) bool) {
	return func(yield func(JobRow) bool) {
		for i, p := range people {
			r := JobRow{ID: p.ID, Name: p.Name, Plan: p.Name + suffix}
			if i < len(groups) {
				r.Group = groups[i]
			}
			if !yield(r) {
				return
			}
		}
	}
}

// apply renames a group's people.
func apply(tx *Tx, rows []JobRow) error {
	for i, r := range rows {
		rec, err := tx.Rename(byJob, r.ID, r.Plan, true)
		if err != nil {
			return err
		}
		rows[i].Before, rows[i].After = r.Name, rec.Name
	}
	return nil
}

// unapply takes it back.
func unapply(tx *Tx, rows []JobRow) error {
	for _, r := range rows {
		if err := rename(tx, r.ID, r.Before, false); err != nil {
			return err
		}
	}
	return nil
}

func staff(t testing.TB, s *Store, n int) []Record {
	t.Helper()
	all := make([]Record, n)
	batch(t, s, func(tx *Tx) (err error) {
		for i := range all {
			if all[i], err = tx.Create(byHand, person(t, fmt.Sprintf("p%03d", i)), Local{}); err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

func startJob(t testing.TB, s *Store, rows func(func(JobRow) bool)) Job {
	t.Helper()
	j, err := s.StartJob(context.Background(), Job{Kind: "convert", Face: "window", About: `{"to":"email"}`}, rows)
	if err != nil {
		t.Fatalf("StartJob: %v", err)
	}
	return j
}

type stepper func(context.Context, int64, func(*Tx, []JobRow) error) (bool, error)

// through steps until no row is left.
func through(t testing.TB, s *Store, step stepper, seq int64, do func(*Tx, []JobRow) error) Job {
	t.Helper()
	for left := true; left; {
		var err error
		if left, err = step(context.Background(), seq, do); err != nil {
			t.Fatalf("step: %v", err)
		}
	}
	return jobOf(t, s, seq)
}

func jobOf(t testing.TB, s *Store, seq int64) Job {
	t.Helper()
	j, err := s.Job(context.Background(), seq)
	if err != nil {
		t.Fatalf("Job: %v", err)
	}
	return j
}

// allNames gives everybody's in order of creation.
func allNames(t testing.TB, s *Store) []string {
	t.Helper()
	out := []string{}
	if err := s.Scan(context.Background(), scim.User, With{}, func(r Record) error { out = append(out, r.Name); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// states gives the state of each row of a job, with the code of what was refused.
func states(t testing.TB, s *Store, seq int64) []string {
	t.Helper()
	out := []string{}
	if err := s.EachJobRow(context.Background(), seq, func(r JobRow) error {
		out = append(out, strings.Trim(r.State+" "+r.Code, " "))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestJobIsDoneAndUndone(t *testing.T) {
	var commits []Commit
	s := open(t, Options{Now: ticking(), Committed: func(c Commit) { commits = append(commits, c) }})
	people := staff(t, s, 1203)
	before := allNames(t, s)
	j := startJob(t, s, renaming(people, "@x.example"))
	if j.State != JobRunning || j.Total != 1203 || j.Kind != "convert" || j.Face != "window" || j.About != `{"to":"email"}` || j.Made.IsZero() || !j.Ended.IsZero() {
		t.Fatalf("started: %+v", j)
	}
	if _, err := s.StartJob(t.Context(), Job{}, renaming(nil, "")); !errors.Is(err, ErrJobRunning) {
		t.Errorf("a second job: %v", err)
	}
	if _, err := s.UndoJob(t.Context(), j.Seq); !errors.Is(err, ErrJobRunning) {
		t.Errorf("undo while it runs: %v", err)
	}
	if _, err := s.StepUndo(t.Context(), j.Seq, unapply); !errors.Is(err, ErrJobState) {
		t.Errorf("a step back while it runs: %v", err)
	}
	var order []int
	commits = nil
	j = through(t, s, s.StepJob, j.Seq, func(tx *Tx, rows []JobRow) error {
		order = append(order, rows[0].N)
		return apply(tx, rows)
	})
	if j.State != JobDone || j.Done != 1203 || j.Ended.IsZero() || len(order) != 1203 || !slices.IsSorted(order) {
		t.Errorf("done: %+v, %d rows", j, len(order))
	}
	if len(commits) == 0 || !commits[0].Jobs || !commits[0].People {
		t.Errorf("told: %+v", commits)
	}
	if _, err := s.StepJob(t.Context(), j.Seq, apply); !errors.Is(err, ErrJobState) {
		t.Errorf("a step of what is done: %v", err)
	}
	for i, name := range allNames(t, s) {
		if name != before[i]+"@x.example" {
			t.Fatalf("%s is %s", before[i], name)
		}
	}
	total, rows, err := s.JobRows(t.Context(), j.Seq, RowDone, "", 1200, 0)
	if err != nil || total != 1203 || len(rows) != 3 || rows[0].N != 1201 || rows[0].Before != "p1200" || rows[0].After != "p1200@x.example" {
		t.Errorf("rows: %d %+v %v", total, rows, err)
	}

	if j, err = s.UndoJob(t.Context(), j.Seq); err != nil || j.State != JobUndoing || !j.Ended.IsZero() {
		t.Fatalf("undoing: %+v %v", j, err)
	}
	if _, err := s.StartJob(t.Context(), Job{}, renaming(nil, "")); !errors.Is(err, ErrJobRunning) {
		t.Errorf("a job while another is undone: %v", err)
	}
	order = nil
	j = through(t, s, s.StepUndo, j.Seq, func(tx *Tx, rows []JobRow) error {
		order = append(order, -rows[0].N)
		return unapply(tx, rows)
	})
	if j.State != JobUndone || j.Done != 0 || j.Undone != 1203 || j.Ended.IsZero() || len(order) != 1203 || !slices.IsSorted(order) {
		t.Errorf("undone: %+v, %d rows", j, len(order))
	}
	same(t, "after apply and undo", allNames(t, s), before)
	if _, err := s.UndoJob(t.Context(), j.Seq); !errors.Is(err, ErrJobState) {
		t.Errorf("undo what is undone: %v", err)
	}
	again := startJob(t, s, renaming(nil, ""))
	if again = through(t, s, s.StepJob, again.Seq, apply); again.State != JobDone || again.Total != 0 {
		t.Errorf("a job of nothing: %+v", again)
	}
	if jobs, err := s.Jobs(t.Context()); err != nil || len(jobs) != 2 || jobs[0].Seq != again.Seq {
		t.Errorf("jobs: %+v %v", jobs, err)
	}
	if _, err := s.Job(t.Context(), 4711); kindOf(err) != scim.NotFound {
		t.Errorf("no job: %v", err)
	}
	sound(t, s)
}

func TestGroupsAndRefusalsOfJobs(t *testing.T) {
	s := open(t, Options{})
	people := staff(t, s, 8)
	create(t, s, person(t, "p005!")) // in the way of one of a group
	j := startJob(t, s, renaming(people, "!", 0, 7, 7, 7, 8, 8, 9, 0))
	var seen [][]int
	do := func(tx *Tx, rows []JobRow) error {
		var ns []int
		for _, r := range rows {
			ns = append(ns, r.N)
		}
		seen = append(seen, ns)
		err := apply(tx, rows)
		if kindOf(err) == scim.Uniqueness {
			return fmt.Errorf("wrapped: %w", &Refusal{Code: "taken", Reason: detailOf(err)})
		}
		if rows[0].N == 8 {
			return &Refusal{Code: "late", Reason: "all was written"}
		}
		return err
	}
	j = through(t, s, s.StepJob, j.Seq, do)
	last := map[int][]int{} // what came of a group is what the last call of it did
	for _, ns := range seen {
		last[ns[0]] = ns
	}
	if fmt.Sprint(last) != "map[1:[1] 2:[2 3 4] 5:[5 6] 7:[7] 8:[8]]" {
		t.Errorf("done by groups %v", seen)
	}
	if j.Done != 5 || j.Failed != 3 || j.State != JobDone {
		t.Errorf("job: %+v", j)
	}
	same(t, "states", states(t, s, j.Seq), []string{"done", "done", "done", "done", "failed taken", "failed taken", "done", "failed late"})
	same(t, "names", allNames(t, s), []string{"p000!", "p001!", "p002!", "p003!", "p004", "p005", "p006!", "p007", "p005!"})
	total, rows, err := s.JobRows(t.Context(), j.Seq, RowFailed, "P005", 0, 0)
	if err != nil || total != 1 || len(rows) != 1 || rows[0].N != 6 || !strings.Contains(rows[0].Reason, "already used by user") || rows[0].After != "" {
		t.Errorf("failed: %d %+v %v", total, rows, err)
	}
	if _, rows, err = s.JobRows(t.Context(), j.Seq, "", "", 4, 1); err != nil || rows[0].N != 5 || rows[0].After != "" || rows[0].Before != "" {
		t.Errorf("one of a failed group that was done before the other failed: %+v %v", rows, err)
	}
	same(t, "history of the failed", actions(t, s, people[4]), []string{"created"})

	// Single rows, with their group, last first.
	seen = nil
	undo := func(tx *Tx, rows []JobRow) error {
		var ns []int
		for _, r := range rows {
			ns = append(ns, r.N)
		}
		seen = append(seen, ns)
		if rows[0].N == 7 {
			return &Refusal{Code: "changed", Reason: "since"}
		}
		return unapply(tx, rows)
	}
	if err := s.UndoRows(t.Context(), j.Seq, []int{3, 2, 5, 7, 4711}, undo); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(seen) != "[[4 3 2] [7]]" {
		t.Errorf("undone by groups %v", seen)
	}
	same(t, "states", states(t, s, j.Seq), []string{"done", "undone", "undone", "undone", "failed taken", "failed taken", "refused changed", "failed late"})
	if j = jobOf(t, s, j.Seq); j.State != JobDone || j.Done != 1 || j.Undone != 3 || j.Refused != 1 || j.Failed != 3 {
		t.Errorf("job: %+v", j)
	}
	if err := s.UndoRows(t.Context(), j.Seq, []int{7}, unapply); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UndoJob(t.Context(), j.Seq); err != nil {
		t.Fatal(err)
	}
	if err := s.UndoRows(t.Context(), j.Seq, []int{1}, unapply); !errors.Is(err, ErrJobState) {
		t.Errorf("single rows while all are undone: %v", err)
	}
	j = through(t, s, s.StepUndo, j.Seq, unapply)
	if j.State != JobUndone || j.Done != 0 || j.Undone != 5 || j.Refused != 0 || j.Failed != 3 {
		t.Errorf("job: %+v", j)
	}
	same(t, "names", allNames(t, s), []string{"p000", "p001", "p002", "p003", "p004", "p005", "p006", "p007", "p005!"})
	sound(t, s)
}

// TestRefusalsBehindManyRows are met by a step without savepoints, whose work is done again, and no row is passed over or done twice.
func TestRefusalsBehindManyRows(t *testing.T) {
	s := open(t, Options{})
	people := staff(t, s, 300)
	plain := func(tx *Tx, rows []JobRow) error { // changes nothing of its rows, so that they pass together
		if n := rows[0].N; n == 3 || n == 150 || n == 290 {
			return errors.Join(rename(tx, rows[0].ID, rows[0].Plan, true), &Refusal{Code: "late"})
		}
		return rename(tx, rows[0].ID, rows[0].Plan, true)
	}
	back := func(tx *Tx, rows []JobRow) error {
		if rows[0].N == 200 {
			return &Refusal{Code: "stays"}
		}
		return second(tx.RenameFrom(byJob, rows[0].ID, rows[0].Plan, strings.TrimSuffix(rows[0].Plan, "!"), false))
	}
	j := startJob(t, s, renaming(people, "!"))
	if j = through(t, s, s.StepJob, j.Seq, plain); j.Done != 297 || j.Failed != 3 {
		t.Errorf("job: %+v", j)
	}
	check := func(good, bad string, not map[int]string) {
		t.Helper()
		for i, state := range states(t, s, j.Seq) {
			if want := cmp.Or(not[i+1], good); state != want {
				t.Errorf("row %d is %q, not %q", i+1, state, want)
			}
		}
		for i, name := range allNames(t, s) {
			if renamed := strings.HasSuffix(name, "!"); renamed != strings.Contains(bad, cmp.Or(not[i+1], good)) {
				t.Errorf("row %d: %s", i+1, name)
			}
		}
	}
	check("done", "done", map[int]string{3: "failed late", 150: "failed late", 290: "failed late"})
	if _, err := s.UndoJob(t.Context(), j.Seq); err != nil {
		t.Fatal(err)
	}
	if j = through(t, s, s.StepUndo, j.Seq, back); j.Undone != 296 || j.Refused != 1 || j.Failed != 3 || j.Done != 0 {
		t.Errorf("job: %+v", j)
	}
	check("undone", "refused stays", map[int]string{3: "failed late", 150: "failed late", 290: "failed late", 200: "refused stays"})
	sound(t, s)
}

// TestLongGroups stand across what one read gives, and the undo of the last row of one finds its first.
func TestLongGroups(t *testing.T) {
	s := open(t, Options{})
	people := staff(t, s, 3*stepAtOnce)
	groups := make([]int, len(people))
	for i := range groups {
		groups[i] = 1 + i/(stepAtOnce*3/4)
	}
	j := startJob(t, s, renaming(people, "!", groups...))
	var sizes []int
	count := func(fn func(*Tx, []JobRow) error) func(*Tx, []JobRow) error {
		sizes = nil
		return func(tx *Tx, rows []JobRow) error { sizes = append(sizes, len(rows)); return fn(tx, rows) }
	}
	through(t, s, s.StepJob, j.Seq, count(apply))
	same(t, "groups", sizes, []int{75, 75, 75, 75})
	if err := s.UndoRows(t.Context(), j.Seq, []int{80, 140}, count(unapply)); err != nil {
		t.Fatal(err)
	}
	same(t, "the group of one row", sizes, []int{75})
	if _, err := s.UndoJob(t.Context(), j.Seq); err != nil {
		t.Fatal(err)
	}
	through(t, s, s.StepUndo, j.Seq, count(unapply))
	same(t, "groups backwards", sizes, []int{75, 75, 75})
}

// TestErrorEndsAStep: what was done before it is kept, and the step can be taken again.
func TestErrorEndsAStep(t *testing.T) {
	s := open(t, Options{})
	people := staff(t, s, 5)
	j := startJob(t, s, renaming(people, "!"))
	stopped(t, s.StepJob, j.Seq, func(tx *Tx, rows []JobRow) error {
		if rows[0].N == 3 {
			return errors.Join(apply(tx, rows), errPause)
		}
		return apply(tx, rows)
	})
	same(t, "states", states(t, s, j.Seq), []string{"done", "done", "", "", ""})
	same(t, "names", allNames(t, s), []string{"p000!", "p001!", "p002", "p003", "p004"})
	left, err := s.StepJob(t.Context(), j.Seq, func(tx *Tx, rows []JobRow) error { return tx.Park(rows[0].ID) })
	if err == nil || !strings.Contains(err.Error(), "without a userName") || !left {
		t.Errorf("somebody is left parked: %v", err)
	}
	if j = through(t, s, s.StepJob, j.Seq, apply); j.Done != 5 {
		t.Errorf("job: %+v", j)
	}
	sound(t, s)
}

// stopped steps until the work stops it.
func stopped(t testing.TB, step stepper, seq int64, do func(*Tx, []JobRow) error) {
	t.Helper()
	for {
		if left, err := step(t.Context(), seq, do); errors.Is(err, errPause) && left {
			return
		} else if err != nil || !left {
			t.Fatalf("left %v, %v", left, err)
		}
	}
}

// crash gives the folder as it would be found if the machine stopped now.
func crash(t testing.TB, s *Store) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(s.o.Dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestJobGoesOnAfterACrash(t *testing.T) {
	const n = 60
	s := open(t, Options{})
	people := staff(t, s, n)
	before := allNames(t, s)
	j := startJob(t, s, renaming(people, "!"))
	some := func(do func(*Tx, []JobRow) error, until int) func(*Tx, []JobRow) error {
		return func(tx *Tx, rows []JobRow) error {
			if rows[0].N == until {
				return errPause
			}
			return do(tx, rows)
		}
	}
	stopped(t, s.StepJob, j.Seq, some(apply, 21))
	// It stops once more, in the middle of a step that never comes to its commit.
	var dir string
	through(t, s, s.StepJob, j.Seq, func(tx *Tx, rows []JobRow) error {
		if rows[0].N == 30 {
			dir = crash(t, s)
		}
		return apply(tx, rows)
	})
	s = open(t, Options{Dir: dir})
	if j = jobOf(t, s, j.Seq); j.State != JobRunning || j.Done < 20 || j.Done >= 30 {
		t.Fatalf("found: %+v", j)
	}
	found := j.Done
	first := 0
	j = through(t, s, s.StepJob, j.Seq, func(tx *Tx, rows []JobRow) error {
		if first == 0 {
			first = rows[0].N
		}
		return apply(tx, rows)
	})
	if first != found+1 || j.Done != n || j.State != JobDone {
		t.Errorf("went on at %d: %+v", first, j)
	}
	if _, err := s.UndoJob(t.Context(), j.Seq); err != nil {
		t.Fatal(err)
	}
	stopped(t, s.StepUndo, j.Seq, some(unapply, 41))
	s = open(t, Options{Dir: crash(t, s)})
	if j = jobOf(t, s, j.Seq); j.State != JobUndoing || j.Undone != n-41 {
		t.Fatalf("found: %+v", j)
	}
	if j = through(t, s, s.StepUndo, j.Seq, unapply); j.State != JobUndone || j.Undone != n {
		t.Errorf("undone: %+v", j)
	}
	same(t, "names", allNames(t, s), before)
	sound(t, s)
}

func TestJobWhoseRowsWereCutOffIsDropped(t *testing.T) {
	s := open(t, Options{})
	var dir string
	people := staff(t, s, 1)
	j := startJob(t, s, func(yield func(JobRow) bool) {
		for i := range 3 * stageRows {
			if i == 2*stageRows+1 {
				dir = crash(t, s)
				var kept int
				if err := s.readers.QueryRow(`select count(*) from job_rows`).Scan(&kept); err != nil || kept != 2*stageRows {
					t.Errorf("%d rows are kept, %v", kept, err)
				}
				if jobs, err := s.Jobs(t.Context()); err != nil || len(jobs) != 0 {
					t.Errorf("a job that is not whole is shown: %+v %v", jobs, err)
				}
				if _, err := s.StartJob(t.Context(), Job{}, renaming(nil, "")); !errors.Is(err, ErrJobRunning) {
					t.Errorf("a second job: %v", err)
				}
			}
			yield(JobRow{ID: people[0].ID, Plan: fmt.Sprint("n", i)})
		}
	})
	if j.Total != 3*stageRows {
		t.Errorf("job: %+v", j)
	}
	s = open(t, Options{Dir: dir})
	var left int
	if err := s.readers.QueryRow(`select (select count(*) from job_rows) + (select count(*) from jobs)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.StartJob(ctx, Job{}, func(yield func(JobRow) bool) {
		for range 2 * stageRows {
			cancel()
			if !yield(JobRow{}) {
				return
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who went away: %v", err)
	}
	if err := s.readers.QueryRow(`select (select count(*) from job_rows) + (select count(*) from jobs)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	startJob(t, s, renaming(people, "!"))
	sound(t, s)
}

// TestAnyJobAndBackIsTheIdentity renames by random plans: swaps, chains, names that are taken, refusals after the fact, errors that end steps. No
// two people may share a name at any commit, and the way back leaves everybody as they were.
func TestAnyJobAndBackIsTheIdentity(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 4))
		s := open(t, Options{Now: ticking()})
		people := staff(t, s, 90)
		kept := func() (all []string) {
			if err := s.Scan(t.Context(), scim.User, With{}, func(rec Record) error {
				all = append(all, string(rec.Doc)+rec.Local.text())
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		for round := range 3 {
			before, was := kept(), allNames(t, s)
			at := r.Perm(len(people))
			names := slices.Clone(was)
			r.Shuffle(len(names), func(i, j int) { // most stay within what a group can settle
				if r.IntN(3) > 0 {
					names[i], names[j] = names[j], names[i]
				}
			})
			groups := 0
			j := startJob(t, s, func(yield func(JobRow) bool) {
				for i := 0; i < len(at); {
					size := min(1+r.IntN(5), len(at)-i)
					groups++
					for k := range size {
						next := at[i+(k+1)%size] // a ring: each gets the name of the next
						row := JobRow{Group: groups, ID: people[at[i+k]].ID, Name: was[at[i+k]], Before: was[at[i+k]], Plan: was[next]}
						switch r.IntN(9) {
						case 0:
							row.Plan = names[r.IntN(len(names))] // likely somebody's
						case 1:
							row.Plan = fmt.Sprintf("new-%d-%d-%d", seed, round, i+k)
						}
						if !yield(row) {
							return
						}
					}
					i += size
				}
			})
			work := func(tx *Tx, rows []JobRow) error {
				for _, row := range rows {
					if err := tx.Park(row.ID); err != nil {
						return err
					}
				}
				for i, row := range rows {
					rec, err := tx.Rename(byJob, row.ID, row.Plan, true)
					if kindOf(err) == scim.Uniqueness {
						return &Refusal{Code: "taken"}
					}
					if err != nil {
						return err
					}
					rows[i].After = rec.Name
				}
				switch r.IntN(12) {
				case 0:
					return &Refusal{Code: "late"}
				case 1:
					return errPause
				}
				return nil
			}
			whole := func(step stepper, do func(*Tx, []JobRow) error) {
				for left := true; left; {
					var err error
					if left, err = step(t.Context(), j.Seq, do); err != nil && !errors.Is(err, errPause) {
						t.Fatal(err)
					}
					seen := map[string]bool{}
					for _, name := range allNames(t, s) {
						if seen[name] {
							t.Fatalf("seed %d: two are called %s", seed, name)
						}
						seen[name] = true
					}
				}
			}
			whole(s.StepJob, work)
			if j = jobOf(t, s, j.Seq); j.Done+j.Failed != len(people) || j.Done < 10 || j.Failed < 5 {
				t.Fatalf("seed %d: %+v", seed, j)
			}
			if round == 1 {
				continue // the next round begins from there
			}
			if _, err := s.UndoJob(t.Context(), j.Seq); err != nil {
				t.Fatal(err)
			}
			whole(s.StepUndo, func(tx *Tx, rows []JobRow) error {
				for _, row := range rows {
					if err := tx.Park(row.ID); err != nil {
						return err
					}
				}
				return unapply(tx, rows)
			})
			if j = jobOf(t, s, j.Seq); j.Done != 0 || j.Refused != 0 {
				t.Fatalf("seed %d: %+v", seed, j)
			}
			if after := kept(); !slices.Equal(before, after) {
				t.Fatalf("seed %d, round %d:\nbefore %v\nafter  %v", seed, round, before, after)
			}
		}
		sound(t, s)
	}
}

var errPause = errors.New("enough for now")

func TestPruneJobs(t *testing.T) {
	now := someday
	s := open(t, Options{Now: func() time.Time { return now }})
	people := staff(t, s, 300)
	done := func() Job {
		now = now.Add(time.Hour)
		j := startJob(t, s, renaming(people, "!"))
		through(t, s, s.StepJob, j.Seq, func(*Tx, []JobRow) error { return nil })
		return j
	}
	first, second, third := done(), done(), done()
	if n, err := s.PruneJobs(t.Context(), someday.Add(150*time.Minute)); n != 2 || err != nil {
		t.Errorf("%d jobs removed, %v", n, err)
	}
	for _, gone := range []Job{first, second} {
		if _, err := s.Job(t.Context(), gone.Seq); kindOf(err) != scim.NotFound {
			t.Errorf("job %d: %v", gone.Seq, err)
		}
	}
	if n, err := s.PruneJobs(t.Context(), now.Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("the newest goes too: %d %v", n, err)
	}
	if n := len(states(t, s, third.Seq)); n != 300 {
		t.Errorf("%d rows are left of the newest", n)
	}
	fourth := startJob(t, s, renaming(people, "!"))
	if n, err := s.PruneJobs(t.Context(), now.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("the one before: %d %v", n, err)
	}
	if j := jobOf(t, s, fourth.Seq); j.State != JobRunning || j.Seq <= third.Seq {
		t.Errorf("one that runs: %+v", j)
	}
	var left int
	if err := s.readers.QueryRow(`select count(*) from job_rows`).Scan(&left); err != nil || left != 300 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	sound(t, s)
}

// TestNobodyWaitsForTwoSteps: who asks while a step runs is answered before the next, though that was asked for before them.
func TestNobodyWaitsForTwoSteps(t *testing.T) {
	s := open(t, Options{})
	people := staff(t, s, 4)
	var mu sync.Mutex
	var order []string
	happened := func(what string) { mu.Lock(); order = append(order, what); mu.Unlock() }
	running, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.writer.writeLong(context.Background(), func(*Tx) error { close(running); <-goOn; happened("first step"); return nil }); err != nil {
			t.Error(err)
		}
	})
	<-running
	waiting := func() int { mu.Lock(); defer mu.Unlock(); return len(order) }
	all.Go(func() {
		if err := s.writer.writeLong(context.Background(), func(tx *Tx) error { happened("second step"); return nil }); err != nil {
			t.Error(err)
		}
	})
	for i := range 3 {
		all.Go(func() {
			if _, err := s.Update(context.Background(), cause, scim.User, people[i].ID, 0, Edit{Apply: func(r *scim.Resource) error {
				happened("request")
				r.Attrs["title"] = "x"
				return nil
			}}); err != nil {
				t.Error(err)
			}
		})
	}
	blocked(t, 4)
	if waiting() != 0 {
		t.Error("somebody did not wait")
	}
	close(goOn)
	all.Wait()
	same(t, "order", order, []string{"first step", "request", "request", "request", "second step"})
}

// blocked waits until so many goroutines are queued for the writer.
func blocked(t testing.TB, n int) {
	t.Helper()
	until(t, "all are queued", func() bool { return strings.Count(stacks(), "(*writer).ask(") >= n+1 })
}

func TestPaceOfSteps(t *testing.T) {
	var p pace
	if p.budget() != stepFirst {
		t.Errorf("first %s", p.budget())
	}
	for range 50 {
		p.took(p.budget())
		p.took(p.budget() + 10*time.Millisecond)
	}
	if b := p.budget(); b > stepAim || b < 60*time.Millisecond {
		t.Errorf("on a quick disk %s", b)
	}
	for range 20 {
		p.took(p.budget() + 60*time.Millisecond)
	}
	if b := p.budget(); b > 25*time.Millisecond || b < stepLeast {
		t.Errorf("where the confirmation takes 60 ms %s", b)
	}
	for range 20 {
		p.took(time.Second)
	}
	if b := p.budget(); b != stepLeast {
		t.Errorf("on a slow disk %s", b)
	}
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}
