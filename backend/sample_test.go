package backend

import (
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/store"
)

// quiet gives a temporary folder of the test's own, and sees that nothing is left in it and no goroutine of ours at the end.
func quiet(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left in the temporary folder: %v, %v", left, err)
		}
		settled(t, func() string {
			stacks := make([]byte, 1<<20)
			for one := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
				if strings.Contains(one, "scimdesk/") && !strings.Contains(one, "testing.tRunner") {
					return "a goroutine is left:\n" + one
				}
			}
			return ""
		})
	})
}

// settled repeats check until it finds nothing.
func settled(t *testing.T, check func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		fault := check()
		if fault == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Error(fault)
			return
		}
		<-time.After(5 * time.Millisecond)
	}
}

// play opens a sample, which the test closes.
func play(t *testing.T, o SampleOptions) *Sample {
	t.Helper()
	s, err := OpenSample(t.Context(), o, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// until waits until the sample is as it should be.
func until(t *testing.T, s *Sample, is func(SampleInfo) bool) SampleInfo {
	t.Helper()
	var last SampleInfo
	told := s.Backend().Watch(t.Context())
	deadline := time.After(60 * time.Second)
	for {
		if last = s.Info(); is(last) {
			return last
		}
		select {
		case <-told:
		case <-deadline:
			t.Fatalf("the sample stands at %+v", last)
		}
	}
}

func ended(i SampleInfo) bool { return !i.Playing }

func TestASampleIsPlayedToItsEnd(t *testing.T) {
	quiet(t)
	t.Setenv(EnvListen, "127.0.0.1:1") // nothing from outside decides where a sample listens
	s := play(t, SampleOptions{People: 40, Speed: "fast"})
	i := until(t, s, ended)
	if i.Phase != "done" || !i.Agreed || i.Code != "" || i.Cycle != sampleCycles || i.People != 40 || i.Speed != "fast" {
		t.Errorf("at the end: %+v", i)
	}
	if err := s.Backend().Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, err := s.Backend().Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !now.Sample || !strings.HasPrefix(now.Address, "http://127.0.0.1:") || !strings.HasPrefix(now.Folder, os.TempDir()) {
		t.Errorf("snapshot %+v", now)
	}
	if now.People.Total < 30 || now.People.Active >= now.People.Total || now.People.Deleted == 0 || now.Groups.Total < 3 {
		t.Errorf("the office has %+v people and %+v groups, want some disabled and deleted ones too", now.People, now.Groups)
	}
	if int64(i.Requests) != now.Activity.Last {
		t.Errorf("%d requests sent, %d in the log", i.Requests, now.Activity.Last)
	}
}

// TestASampleShowsARefusal: a few requests fail as they would with Entra, the answer names who is in the way, and in the end
// everything is as it was sent all the same.
func TestASampleShowsARefusal(t *testing.T) {
	quiet(t)
	s := play(t, SampleOptions{People: 12, Speed: "fast"})
	if i := until(t, s, ended); !i.Agreed {
		t.Errorf("at the end: %+v", i)
	}
	b := s.Backend()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := b.Overview(t.Context())
	if err != nil || o.Failures != sampleNamesakes || o.Refused != 0 {
		t.Fatalf("%d failures, %d refused, %v", o.Failures, o.Refused, err)
	}
	for _, f := range o.Failed {
		_, id, named := strings.Cut(f.Detail, "is already used by user ")
		if f.Status != http.StatusConflict || f.ScimType != "uniqueness" || f.Action != "create" || !named {
			t.Errorf("failed: %+v", f)
		}
		if _, err := b.Person(t.Context(), id); err != nil {
			t.Errorf("who is in the way: %v", err)
		}
	}
}

// TestEverybodySeesTheSameOffice: what is told of the sample holds on every computer.
func TestEverybodySeesTheSameOffice(t *testing.T) {
	quiet(t)
	var names [2]map[string]bool
	for n := range names {
		s := play(t, SampleOptions{People: 12, Speed: "fast"})
		until(t, s, ended)
		names[n] = map[string]bool{}
		for _, p := range s.client.People() {
			names[n][p.UserName] = true
		}
	}
	for name := range names[0] {
		if !names[1][name] {
			t.Errorf("only the first sample knows %s", name)
		}
	}
}

func TestWhatCannotBePlayedIsRefused(t *testing.T) {
	quiet(t)
	for _, o := range []SampleOptions{{People: 9, Speed: "fast"}, {People: 2001, Speed: "fast"}, {People: 20}, {People: 20, Speed: "warp"}} {
		s, err := OpenSample(t.Context(), o, slog.New(slog.DiscardHandler))
		if s != nil || Code(err) != "BAD_REHEARSAL" {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestASampleIsLeftInTheMiddle(t *testing.T) {
	quiet(t)
	s := play(t, SampleOptions{People: 2000, Speed: "slow"})
	until(t, s, func(i SampleInfo) bool { return i.Phase == "cycle" && i.Requests > 3 })
	if i := s.Info(); !i.Playing || i.Cycle != 1 {
		t.Errorf("in the middle: %+v", i)
	}
}

// TestARotationDoesNotStopThePlay: the played Entra gets the new secret, at whatever moment it is made.
func TestARotationDoesNotStopThePlay(t *testing.T) {
	quiet(t)
	s := play(t, SampleOptions{People: 30, Speed: "fast"})
	for range 20 {
		before := s.Info().Requests
		if _, err := s.Backend().RotateToken(t.Context(), TokenRotation{Force: true}); err != nil {
			t.Fatal(err)
		}
		until(t, s, func(i SampleInfo) bool { return i.Requests > before || ended(i) })
	}
	if i := until(t, s, ended); i.Phase != "done" || !i.Agreed {
		t.Errorf("at the end: %+v", i)
	}
	// The namesake is refused, and nobody for their token.
	taken, err := s.Backend().FindActivity(t.Context(), ActivityFind{Filter: ActivityFilter{Status: 409}})
	if err != nil {
		t.Fatal(err)
	}
	if failed := s.client.Report().Total.Failed; failed != len(taken.Seqs) {
		t.Errorf("%d requests failed, %d of them for a name that is taken", failed, len(taken.Seqs))
	}
}

// TestAnEndedTokenStopsThePlay as Entra stops, and a new one lets it go on, as it does when the admin pastes it.
func TestAnEndedTokenStopsThePlay(t *testing.T) {
	quiet(t)
	s := play(t, SampleOptions{People: 200, Speed: "entra"})
	until(t, s, func(i SampleInfo) bool { return i.Requests > 5 })
	if err := s.Backend().EndToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	i := until(t, s, ended)
	if i.Phase != "failed" || i.Code != "QUARANTINED" || !strings.Contains(i.Message, "InvalidCredentials") || i.Agreed {
		t.Errorf("without a token: %+v", i)
	}
	if _, err := s.Backend().RotateToken(t.Context(), TokenRotation{}); err != nil {
		t.Fatal(err)
	}
	again := until(t, s, func(now SampleInfo) bool { return now.Playing && now.Requests > i.Requests+5 })
	if again.Code != "" || again.Message != "" {
		t.Errorf("with a new token: %+v", again)
	}
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { panic("no wire") }

// TestAPanicEndsThePlayAlone: the process and the sample's backend go on.
func TestAPanicEndsThePlayAlone(t *testing.T) {
	quiet(t)
	s := play(t, SampleOptions{People: 200, Speed: "entra"})
	until(t, s, func(i SampleInfo) bool { return i.Requests > 5 })
	s.wire.mu.Lock()
	sound := s.wire.under
	s.wire.under = broken{}
	s.wire.mu.Unlock()
	if i := until(t, s, ended); i.Phase != "failed" || i.Code != "INTERNAL" || !strings.Contains(i.Message, "no wire") {
		t.Errorf("after a panic: %+v", i)
	}
	s.wire.mu.Lock()
	s.wire.under = sound
	s.wire.mu.Unlock()
	if _, err := s.Backend().Snapshot(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	quiet(t)
	abandoned := filepath.Join(os.TempDir(), scratchPrefix+"abandoned")
	st, err := store.Open(t.Context(), store.Options{Dir: abandoned})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(os.TempDir(), scratchPrefix+"theirs")
	if err := errors.Join(os.Mkdir(theirs, 0o700), os.WriteFile(filepath.Join(theirs, "notes.txt"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	s := play(t, SampleOptions{People: 10, Speed: "slow"})
	RemoveLeftovers(t.Context(), slog.New(slog.NewTextHandler(t.Output(), nil)))
	for dir, want := range map[string]bool{abandoned: false, theirs: true, s.Backend().Dir(): true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", dir, err, want)
		}
	}
	if err := os.RemoveAll(theirs); err != nil {
		t.Fatal(err)
	}
}
