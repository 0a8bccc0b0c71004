package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/entra"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// witness notes every write that was answered with success, by its request id.
type witness struct {
	mu       sync.Mutex
	answered map[string]*http.Response
	since    int // writes answered since the last look
	enough   int // how many until tell is closed
	tell     chan struct{}
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.Method == http.MethodGet || res.StatusCode >= 300 {
		return res, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered[res.Header.Get("X-Request-Id")] = res
	if w.since++; w.since == w.enough {
		close(w.tell)
	}
	return res, nil
}

// after gives a channel that is closed when so many more writes were answered.
func (w *witness) after(n int) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since, w.enough, w.tell = 0, n, make(chan struct{})
	return w.tell
}

// TestKilledAtAnyMomentNothingAnsweredIsLost kills the daemon ten times in the middle of a rehearsal. After each kill
// every change that was answered is on disk with its history and its activity row, the database is whole, and the rehearsal
// goes on; in the end the directory agrees with Entra's idea of it.
func TestKilledAtAnyMomentNothingAnsweredIsLost(t *testing.T) {
	dir, addr := t.TempDir(), freeAddr(t)
	w := &witness{answered: map[string]*http.Response{}}
	c, err := entra.New(entra.Options{
		URL: "http://" + addr + "/scim/v2", Token: rotate(t, dir), Dialect: entra.Dialect("mixed"), People: 60, Groups: 6, Seed: 11, Concurrency: 4,
		HTTP: &http.Client{Transport: w},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dice := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for i := range 10 {
		d := start(t, dir, addr)
		enough, writes := w.after(1+dice.IntN(60)), make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			defer close(writes)
			for ctx.Err() == nil {
				_, _ = c.Cycle(ctx) // it ends early where the daemon is gone, or was before it came back
			}
		}()
		<-enough
		if err := d.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := <-d.done; err == nil {
			t.Error("it ended well before it was killed")
		}
		stop()
		<-writes
		inspect(t, dir, w, fmt.Sprintf("kill %d", i+1))
	}
	d := start(t, dir, addr)
	defer func() { _ = d.cmd.Process.Kill() }()
	for range 8 {
		last, err := c.Settle(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if last.Escrow == 0 && last.Total.Failed == 0 {
			break
		}
	}
	differences, err := c.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Error(d)
	}
}

// inspect opens the folder that nobody owns now.
func inspect(t *testing.T, dir string, w *witness, when string) {
	t.Helper()
	undamaged(t, dir, when)
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	defer func() { _ = st.Close() }()
	rows := map[string]store.Activity{}
	for after := int64(-1); ; {
		page, err := st.ActivityPage(t.Context(), store.ActivityQuery{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, a := range page {
			rows[a.RequestID] = a
			after = a.Seq
		}
	}
	for id, res := range w.answered {
		a, ok := rows[id]
		if !ok {
			t.Fatalf("%s: %s %s was answered %d and has no activity row", when, res.Request.Method, res.Request.URL.Path, res.StatusCode)
		}
		if a.Status != res.StatusCode || a.Method != res.Request.Method {
			t.Errorf("%s: the row of %s %s says %d, answered was %d", when, a.Method, a.Target, a.Status, res.StatusCode)
		}
		if err := explained(st, a, rows); err != nil {
			t.Errorf("%s: %s %s: %v", when, a.Method, a.Target, err)
		}
	}
}

// explained looks the change up in the resource's history. A PATCH that repeats what is so already leaves none.
func explained(st *store.Store, a store.Activity, rows map[string]store.Activity) error {
	kind := scim.User
	if a.ResourceType == scim.Group.Name {
		kind = scim.Group
	}
	found := false
	for before := int64(0); ; {
		entries, err := st.History(context.Background(), kind, a.ResourceID, before, 500)
		if err != nil {
			return err
		}
		for _, h := range entries {
			before = h.Seq
			found = found || h.RequestID == a.RequestID
			if _, ok := rows[h.RequestID]; !ok {
				return errors.New("its history points at a request that is not there")
			}
		}
		if len(entries) < 500 {
			break
		}
	}
	if !found && a.Method != http.MethodPatch {
		return errors.New("its history does not have it")
	}
	_, err := st.Get(context.Background(), kind, a.ResourceID, store.With{})
	if a.Method == http.MethodDelete && err == nil {
		return errors.New("it was deleted and is there")
	}
	return nil
}

func undamaged(t *testing.T, dir, when string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "scimdesk.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var finding string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&finding); err != nil || !strings.EqualFold(finding, "ok") {
		t.Fatalf("%s: integrity_check = %q, %v", when, finding, err)
	}
}
