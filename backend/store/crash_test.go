package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"scimdesk/backend/scim"
)

// An answered write is what its caller was told: from then on it may not be lost.
type answered struct {
	id      string // of the person
	request string
	wal     int64 // size of the write-ahead log when the answer was there
}

// answerable creates people and puts each into a group, from a few callers at once, and tells of every answer.
func answerable(s *Store, g Record, callers, each int, tell func(id, request string)) error {
	var all sync.WaitGroup
	errs := make(chan error, callers)
	for caller := range callers {
		all.Go(func() {
			for i := range each {
				request := fmt.Sprintf("%d-%d-%s", caller, i, g.ID)
				r, err := scim.ParseResource(scim.User, fmt.Appendf(nil, `{"userName":"p%d-%d-%s@x.example"}`, caller, i, g.ID))
				if err != nil {
					errs <- err
					return
				}
				c := Cause{Origin: "scim", RequestID: request, Activity: &Activity{RequestID: request, Request: []byte("asked")}}
				rec, err := s.Create(context.Background(), c, r, With{})
				if err == nil {
					_, err = s.Update(context.Background(), c, scim.Group, g.ID, 0, Edit{Members: []scim.MemberOp{{Members: []scim.Member{{Value: rec.ID}}}}})
				}
				if err != nil {
					errs <- err
					return
				}
				tell(rec.ID, request)
			}
		})
	}
	all.Wait()
	close(errs)
	return <-errs
}

// kept checks that an answered write is there whole: the person, the membership, both histories, both requests.
func kept(t *testing.T, s *Store, g Record, a answered) {
	t.Helper()
	rec, err := s.Get(t.Context(), scim.User, a.id, With{Groups: true})
	if err != nil {
		t.Errorf("%s was answered and is lost: %v", a.request, err)
		return
	}
	same(t, "groups", groupIDs(rec), []string{g.ID})
	entries, err := s.History(t.Context(), scim.User, a.id, 0, 0)
	if err != nil || len(entries) != 2 || entries[0].RequestID != a.request || entries[1].RequestID != a.request {
		t.Errorf("%s: history %+v %v", a.request, entries, err)
	}
	whole(t, s, a.id)
}

// whole checks that what the history of a person says was asked for is in the activity, with its body.
func whole(t *testing.T, s *Store, id string) {
	t.Helper()
	entries, err := s.History(t.Context(), scim.User, id, 0, 0)
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		var n int
		err := s.readers.QueryRow(`select count(*) from activity a join bodies b on b.activity_seq = a.seq
			where a.request_id = $1 and b.request is not null`, e.RequestID).Scan(&n)
		if err != nil || n < 1 {
			t.Errorf("request %s of a change is not in the activity: %d %v", e.RequestID, n, err)
		}
	}
}

// A kill leaves the system's page cache; a power cut does not. So the log is cut, or scrambled, at random places behind the last
// answered commit, as if the rest had never reached the disk.
func TestCutLog(t *testing.T) {
	s := open(t, Options{})
	g := create(t, s, group(t, "All"))
	wal := filepath.Join(s.o.Dir, databaseFile+"-wal")
	var mu sync.Mutex
	var all []answered
	err := answerable(s, g, 3, 8, func(id, request string) {
		mu.Lock()
		defer mu.Unlock()
		info, err := os.Stat(wal)
		if err != nil {
			t.Error(err)
			return
		}
		all = append(all, answered{id, request, info.Size()})
	})
	if err != nil {
		t.Fatal(err)
	}
	database, err := os.ReadFile(filepath.Join(s.o.Dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(wal)
	if err != nil {
		t.Fatal(err)
	}
	if len(log) > 1000*4096 {
		t.Fatalf("the log has %d bytes: it was folded into the database, so cutting it shows nothing", len(log))
	}
	random := rand.New(rand.NewPCG(1, 2))
	rounds := 30
	if underRace {
		rounds = 6
	}
	for round := range rounds {
		last := all[random.IntN(len(all))].wal
		cut := last + random.Int64N(int64(len(log))-last+1)
		torn := append([]byte(nil), log[:cut]...)
		if round%3 == 0 { // the file has grown, but what is in it never came
			torn = append(torn, make([]byte, len(log)-int(cut))...)
			for i := cut; i < int64(len(torn)); i++ {
				torn[i] = byte(random.IntN(256))
			}
		}
		dir := t.TempDir()
		for name, content := range map[string][]byte{databaseFile: database, databaseFile + "-wal": torn} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again, err := Open(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		present := 0
		for _, a := range all {
			if a.wal <= cut {
				kept(t, again, g, a)
			}
			if rec, err := again.Get(t.Context(), scim.User, a.id, With{}); err == nil {
				present++
				whole(t, again, rec.ID)
			}
		}
		if c := counted(t, again, scim.User); c.Total < present {
			t.Errorf("counted %d, found %d", c.Total, present)
		}
		sound(t, again)
		create(t, again, person(t, "after@x.example"))
		if err := again.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Fatalf("cut at %d of %d", cut, len(log))
		}
	}
}

// answerUntilKilled is what the test binary does for TestKill.
func answerUntilKilled(dir string) error {
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		return err
	}
	g, err := s.Create(context.Background(), Cause{}, &scim.Resource{Type: scim.Group, Attrs: map[string]any{"displayName": "All " + randomID()}}, With{})
	if err != nil {
		return err
	}
	fmt.Println("group", g.ID)
	var mu sync.Mutex
	return answerable(s, g, 4, 1_000_000, func(id, request string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(id, request)
	})
}

func TestKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	kills := 4
	if underRace {
		kills = 1
	}
	for range kills {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "STORE_TEST_KILL="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		wanted := 1 + random.IntN(120)
		var g Record
		var all []answered
		for lines.Scan() {
			first, second, _ := strings.Cut(lines.Text(), " ")
			if first == "group" {
				g.ID = second
			} else {
				all = append(all, answered{id: first, request: second})
			}
			if len(all) == wanted {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		if len(all) < wanted {
			t.Fatalf("%d answers", len(all))
		}
		s, err := Open(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			kept(t, s, g, a)
		}
		sound(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
