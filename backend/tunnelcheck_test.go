package backend

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

// TestSelfCheckThroughTheTunnel asks ngrok's edge, and names it when the edge answers in the app's place.
func TestSelfCheckThroughTheTunnel(t *testing.T) {
	b, _, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	before := s.Requests()
	c := checkThrough(t, b, true)
	if !c.OK || c.Address != "https://"+ngrokDomain+"/scim/v2" || !strings.HasSuffix(stepStates(c), "match ok, create ok, patch ok, disable ok, read ok, delete ok") {
		t.Errorf("the check is %+v", c)
	}
	if n := s.Requests() - before; n != 7 {
		t.Errorf("it cost %d requests, want 7", n)
	}
	for _, stop := range []struct {
		answer      http.HandlerFunc
		code, where string
	}{
		{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(tunnel.RuleHeader, "path")
			w.WriteHeader(http.StatusNotFound)
		}, "CHECK_RULE", "rule"},
		{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(ngroktest.HeaderCode, "ERR_NGROK_727")
			w.WriteHeader(http.StatusForbidden)
		}, "CHECK_QUOTA", "edge"},
	} {
		s.Intercept(stop.answer)
		wantStopped(t, checkThrough(t, b, false), "edge", stop.code, stop.where)
	}
	s.Intercept(nil)
	if err := b.StopTunnel(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Await(t.Context(), func() bool { return !s.Online(ngrokDomain) }); err != nil {
		t.Fatal(err)
	}
	wantStopped(t, checkThrough(t, b, false), "edge", "CHECK_OFFLINE", "edge")
}

func wantStopped(t *testing.T, s CheckState, name, code, where string) {
	t.Helper()
	at := slices.IndexFunc(s.Steps, func(step CheckStep) bool { return step.Name == name })
	if s.OK || s.Failed != name || s.Steps[at].Code != code || s.Steps[at].Where != where {
		t.Errorf("the check stopped at %s: %+v, want %s by the %s", s.Failed, s.Steps, code, where)
	}
}

// TestReconnectIsChecked by one request, and a loss that was over at once is no gap.
func TestReconnectIsChecked(t *testing.T) {
	b, _, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	before := s.Requests()
	s.Drop()
	ended := make(chan CheckState, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range b.Watch(ctx) {
		c, err := b.Check(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if c.Finished != "" {
			ended <- c
			cancel()
		}
	}
	if c := <-ended; !c.OK || c.Cause != checkReconnect || c.Person {
		t.Errorf("the check is %+v", c)
	}
	if n := s.Requests() - before; n != 1 {
		t.Errorf("it cost %d requests, want one", n)
	}
	c, err := b.Connection(t.Context())
	if err != nil || len(c.Gaps) != 0 || c.Quota.Requests != int64(s.Requests()) {
		t.Errorf("the gaps are %+v, the meter shows %d requests of %d: %v", c.Gaps, c.Quota.Requests, s.Requests(), err)
	}
}

// TestSelfCheckByNobody: the check of a folder that is not served is refused also where an address is known.
func TestSelfCheckByNobody(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, PublicURL: "https://desk.contoso.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if _, err := b.StartCheck(t.Context(), true); !errors.Is(err, ErrNotServing) {
		t.Errorf("it gives %v", err)
	}
}

// TestSelfCheckLeavesNoRow: the meter knows of a check that came through the tunnel, since ngrok counts it too, and no other table does.
func TestSelfCheckLeavesNoRow(t *testing.T) {
	b, secret, _ := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken}, func(o *Options) { o.Listen = "127.0.0.1:0" })
	for range b.Watch(t.Context()) { // until all that the tunnel told is worked off
		if b.link.given.get().Address != "" {
			break
		}
	}
	if status, v := send(t, b, "POST", "/Users", secret, `{"userName":"ana@contoso.example"}`); status != http.StatusCreated {
		t.Fatal(status, v)
	}
	month := monthOf(time.Now())
	before, carried := tables(t, b), b.store.Carried(month)
	snap, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := checkThrough(t, b, true); !c.OK {
		t.Fatalf("%+v", c)
	}
	if after := tables(t, b); after != before {
		t.Errorf("before:\n%s\n\nafter:\n%s", before, after)
	}
	if n := b.store.Carried(month).Requests - carried.Requests; n != 7 {
		t.Errorf("the meter counted %d requests, want 7", n)
	}
	now, err := b.Snapshot(t.Context())
	if err != nil || now.LastEntra != snap.LastEntra || now.Activity != snap.Activity || now.Refused != snap.Refused {
		t.Errorf("before: %+v\nafter: %+v, %v", snap, now, err)
	}
}

// tables is every row that the folder has on disk, but the meter's and what the program notes of its own life.
func tables(t *testing.T, b *Backend) string {
	t.Helper()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(b.dir, "scimdesk.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	text := func(query string) (text string) {
		if err := db.QueryRowContext(t.Context(), query).Scan(&text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return text
	}
	var all []string
	for table := range strings.FieldsSeq(text(`select group_concat(name, ' ' order by name) from sqlite_schema where type = 'table' and name not in ('traffic_months', 'meta')`)) {
		row := text(`select group_concat('quote("' || name || '")', ' || ''|'' || ') from pragma_table_info('` + table + `')`)
		all = append(all, table, text(`select coalesce(group_concat(row, char(10) order by row), '') from (select `+row+` as row from "`+table+`")`))
	}
	return strings.Join(all, "\n")
}
