package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
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

// TestStepThatFailsRunsOnce though what shares its transaction has to go again, and nothing of it is left.
func TestStepThatFailsRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Options{})
		s.Log(&Activity{RequestID: "beside"})
		runs := 0
		err := s.writer.writeLong(t.Context(), func(tx *Tx) error {
			runs++
			return errors.Join(second(tx.exec(`insert into meta (key, value) values ('half', '1')`)), errPause)
		})
		if !errors.Is(err, errPause) || runs != 1 {
			t.Errorf("%d runs: %v", runs, err)
		}
		if rows := logged(t, s); len(rows) != 1 || rows[0].RequestID != "beside" {
			t.Errorf("beside it: %+v", rows)
		}
		var n int
		if err := s.read.row(t.Context(), `select count(*) from meta where key = 'half'`, nil, &n); err != nil || n != 0 {
			t.Errorf("%d rows of the step, %v", n, err)
		}
	})
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

// Whoever may not even come in decides how long the texts of a request are. While the disk refuses they must not fill the memory, and
// a part of a string that was cut must not hold the whole of it.
func TestLogOfLongTextsWhileTheDiskRefuses(t *testing.T) {
	s := open(t, Options{})
	var mu sync.Mutex
	broken := true
	setFault(t, s, func(step string) error {
		mu.Lock()
		defer mu.Unlock()
		if broken && step == beginWrite {
			return errors.New("the disk is gone")
		}
		return nil
	})
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	long := func(first string) string { return first + strings.Repeat("x", 64<<10) }
	before := heap()
	const sent = 2000
	for i := range sent {
		s.Log(&Activity{RequestID: fmt.Sprint(i), Method: long("GET ")[:3], Target: long("/")[:256], UserAgent: long("agent"), Detail: long("detail"),
			Request: make([]byte, 100<<10), Response: make([]byte, 100, 100<<10)})
	}
	if grown := heap() - before; grown > 3*(journalTexts+journalBodies)/2 {
		t.Errorf("%d MiB are held by %d rows", grown>>20, sent)
	}
	s.journal.mu.Lock()
	// A batch may be on its way to the disk; it comes back.
	rows, texts, bodies := len(s.journal.rows), 0, 0
	for _, a := range s.journal.rows {
		texts += a.textSize()
		bodies += a.bodySize()
	}
	if texts != s.journal.texts || bodies != s.journal.bodies || texts > journalTexts || bodies > journalBodies || rows < journalTexts/(9<<10)-journalBatch {
		t.Errorf("%d rows hold %d and %d bytes, counted are %d and %d", rows, texts, bodies, s.journal.texts, s.journal.bodies)
	}
	s.journal.mu.Unlock()

	mu.Lock()
	broken = false
	mu.Unlock()
	var all []Activity
	until(t, "the newest row", func() bool {
		all = logged(t, s)
		return len(all) > 0 && all[len(all)-1].RequestID == fmt.Sprint(sent-1)
	})
	kept := len(all) - 1
	if a := all[0]; a.Action != "lost" || !strings.HasPrefix(a.Detail, fmt.Sprint(sent-kept, " requests")) {
		t.Errorf("%d of %d rows are there, and the first says %q %q", kept, sent, a.Action, a.Detail)
	}
	for i, a := range all[1:] {
		if a.RequestID != fmt.Sprint(sent-kept+i) || a.Method != "GET" || len(a.Target) != 256 || len(a.UserAgent) != textLimit || len(a.Detail) != textLimit {
			t.Fatalf("row %d: %s %s %d %d %d", i, a.RequestID, a.Method, len(a.Target), len(a.UserAgent), len(a.Detail))
		}
	}
}

// What comes back from a disk that refused finds its room taken: the newest bodies go, no row does.
func TestRowsComeBackToAFullMemory(t *testing.T) {
	j := newJournal(&Store{})
	add := func(n int) {
		for range n {
			a := (&Activity{RequestID: "r", Request: make([]byte, bodyLimit)}).kept()
			j.rows = append(j.rows, a)
			j.weigh(1, a)
			j.trim()
		}
	}
	const full = journalBodies / bodyLimit
	add(full)
	rows, touched, lost := j.take()
	add(full)
	j.putBack(rows, touched, lost)
	with := 0
	for i, a := range j.rows {
		if len(a.Request) > 0 {
			with++
			if i >= full {
				t.Errorf("row %d keeps its body", i)
			}
		}
	}
	if len(j.rows) != 2*full || with != full || j.bodies != journalBodies || j.lost != 0 {
		t.Errorf("%d rows, %d with a body, %d bytes, %d lost", len(j.rows), with, j.bodies, j.lost)
	}
}

// The rows of writes and those of the log are cut alike, and what is cut is text that can be stored.
func TestTextsAreCut(t *testing.T) {
	s := open(t, Options{})
	long := strings.Repeat("a\xff", 64<<10)
	whole := strings.Repeat("é", 64<<10)
	row := func(id string) *Activity {
		return &Activity{RequestID: id, Method: whole, Target: long, ScimType: long, Detail: long, Action: long, ResourceType: long,
			ResourceID: long, Name: long, Remote: long, UserAgent: long, Token: long, Via: long, Unlike: long, Hint: long,
			Request: bytes.Repeat([]byte{1}, 100<<10), Response: []byte{2}}
	}
	asked := row("write")
	if _, err := s.Create(t.Context(), Cause{RequestID: "write", Activity: asked}, person(t, "ana@x.example"), With{}); err != nil {
		t.Fatal(err)
	}
	if asked.Seq != 1 {
		t.Errorf("seq: %d", asked.Seq)
	}
	s.Log(row("log"))
	until(t, "both rows", func() bool { return len(logged(t, s)) == 2 })
	for i, a := range logged(t, s) {
		if a.RequestID != []string{"write", "log"}[i] {
			t.Errorf("request: %s", a.RequestID)
		}
		for at, text := range a.texts() {
			limit := textLimit
			if text == &a.Target {
				limit = targetLimit
			}
			if n := len(*text); text != &a.RequestID && (n > limit || n < limit-3 || !utf8.ValidString(*text)) {
				t.Errorf("%s: text %d has %d bytes", a.RequestID, at, n)
			}
		}
		request, response, err := s.ActivityBodies(t.Context(), a.Seq)
		if err != nil || len(request) != bodyLimit || !bytes.Equal(response, []byte{2}) {
			t.Errorf("bodies of %d and %d bytes: %v", len(request), len(response), err)
		}
	}
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
		if err := s.SaveTokens(t.Context(), Token{ID: "t", Hash: []byte("h"), Created: at}); err != nil {
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
