package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func logged(t *testing.T, s *Store) []Activity {
	t.Helper()
	var all []Activity
	after := int64(-1)
	for {
		page, err := s.ActivityPage(t.Context(), ActivityQuery{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		after = page[len(page)-1].Seq
	}
}

func TestLogIsOnDiskSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commits := 0
		s := open(t, Options{Committed: func(c Commit) { commits++ }})
		for i := range 20 {
			s.Log(&Activity{RequestID: fmt.Sprint(i)})
		}
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		rows := logged(t, s)
		if len(rows) != 20 || commits != 1 {
			t.Errorf("%d rows in %d commits", len(rows), commits)
		}
		for i, a := range rows {
			if a.RequestID != fmt.Sprint(i) || a.Seq != int64(i+1) {
				t.Errorf("row %d: %+v", i, a)
			}
		}
		for range journalBatch {
			s.Log(&Activity{})
		}
		synctest.Wait() // enough for a commit: nobody waits for the clock
		if n := len(logged(t, s)); n != 20+journalBatch {
			t.Errorf("%d rows", n)
		}
	})
}

func TestCloseWritesTheLog(t *testing.T) {
	s := open(t, Options{})
	s.Log(&Activity{RequestID: "last"})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if rows := logged(t, open(t, Options{Dir: s.o.Dir})); len(rows) != 1 || rows[0].RequestID != "last" {
		t.Errorf("rows: %+v", rows)
	}
}

func TestLogWhileTheDiskRefuses(t *testing.T) {
	if underRace {
		t.Skip("ten thousand rows take too long here")
	}
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		s := open(t, Options{Log: slog.New(slog.NewTextHandler(&said, nil))})
		broken := true
		setFault(t, s, func(step string) error {
			if broken && step == beginWrite {
				return errors.New("the disk is gone")
			}
			return nil
		})
		const sent, dropped = journalLimit + 1234, 1234
		for i := range sent {
			s.Log(&Activity{RequestID: fmt.Sprint(i), Request: make([]byte, 4000)})
			if i%1000 == 0 {
				synctest.Wait()
			}
		}
		s.journal.mu.Lock()
		rows, bodies := len(s.journal.rows), s.journal.bodies
		s.journal.mu.Unlock()
		if rows > journalLimit || bodies > journalBodies {
			t.Errorf("%d rows and %d bytes of bodies are held", rows, bodies)
		}
		if h := s.Health(); h.State != StateFailing {
			t.Errorf("health: %+v", h)
		}
		synctest.Wait()
		broken = false
		until(t, "all rows", func() bool { _, last, _ := s.ActivityHead(t.Context()); return last == journalLimit+1 })
		all := logged(t, s)
		if a := all[0]; a.Action != "lost" || !strings.Contains(a.Detail, fmt.Sprint(dropped, " requests")) {
			t.Errorf("first row: %+v", a)
		}
		for i, a := range all[1:] {
			if a.RequestID != fmt.Sprint(i+dropped) {
				t.Fatalf("row %d is %s", i, a.RequestID)
			}
		}
		if !strings.Contains(said.String(), fmt.Sprint("lost=", dropped)) {
			t.Errorf("said: %s", said.String())
		}
	})
}

// A row that can't be stored for a reason of its own must not hold up the others for ever.
func TestLogGivesUpOnABadRow(t *testing.T) {
	s := open(t, Options{})
	s.Log(&Activity{RequestID: "good"})
	until(t, "the good row", func() bool { return len(logged(t, s)) == 1 })
	err := s.writer.write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec(`create temp trigger refuse before insert on main.activity when new.request_id = 'bad'
			begin select raise(abort, 'a fault of ours'); end`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Log(&Activity{RequestID: "bad"})
	s.Log(&Activity{RequestID: "beside it"})
	until(t, "the others", func() bool { return len(logged(t, s)) >= 3 })
	s.Log(&Activity{RequestID: "next"})
	until(t, "the next row", func() bool { return len(logged(t, s)) == 4 })
	var got []string
	for _, a := range logged(t, s) {
		got = append(got, a.RequestID+a.Action)
	}
	same(t, "rows", got, []string{"good", "beside it", "lost", "next"})
}

func TestTouchesAreWrittenWithOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commits := 0
		s := open(t, Options{Committed: func(Commit) { commits++ }})
		at := time.Now()
		if err := s.ReplaceToken(t.Context(), Token{ID: "t", Hash: []byte("h"), Created: at}); err != nil {
			t.Fatal(err)
		}
		onDisk := func() (used int64) {
			if err := s.readers.QueryRow(`select coalesce(last_used_at, 0) from tokens`).Scan(&used); err != nil {
				t.Fatal(err)
			}
			return used
		}
		s.TouchToken("t", at.Add(time.Second))
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if onDisk() != 0 {
			t.Error("a use alone cost a write at once")
		}
		s.Log(&Activity{})
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		if onDisk() != millis(at.Add(time.Second)) {
			t.Error("a use was not written with the next batch")
		}
		s.TouchToken("t", at.Add(time.Minute))
		time.Sleep(touchDelay + time.Second)
		synctest.Wait()
		if onDisk() != millis(at.Add(time.Minute)) {
			t.Error("a use was never written")
		}
	})
}

// TestTheLogKeepsTheOrderOfRequests: a match that was answered before a create was asked for stands before it, though reads are
// written later than writes.
func TestTheLogKeepsTheOrderOfRequests(t *testing.T) {
	s := open(t, Options{})
	var want []string
	for i := range 20 {
		match, post := fmt.Sprint("match", i), fmt.Sprint("create", i)
		s.Log(&Activity{RequestID: match})
		c := Cause{Origin: "scim", RequestID: post, Activity: &Activity{RequestID: post}}
		if _, err := s.Create(t.Context(), c, person(t, fmt.Sprintf("p%d@x.example", i)), With{}); err != nil {
			t.Fatal(err)
		}
		want = append(want, match, post)
	}
	var got []string
	for _, a := range logged(t, s) {
		got = append(got, a.RequestID)
	}
	same(t, "requests in the order of the log", got, want)
}
