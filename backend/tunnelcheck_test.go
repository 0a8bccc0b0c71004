package backend

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

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
