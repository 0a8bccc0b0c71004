package backend

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/entra"
)

// front is what stands before the app on the internet: TLS under a public name, and what the test has it do.
type front struct {
	mu      sync.Mutex
	answer  func(w http.ResponseWriter, r *http.Request) bool // true if it has answered in the app's place
	secrets []string
	lines   []string // method and path of each request
	next    http.Handler
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.secrets = append(f.secrets, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	f.lines = append(f.lines, r.Method+" "+r.URL.Path)
	answer := f.answer
	f.mu.Unlock()
	if answer == nil || !answer(w, r) {
		f.next.ServeHTTP(w, r)
	}
}

func (f *front) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lines)
}

// servedOutside is serve behind a front, at https://example.com.
func servedOutside(t *testing.T, change ...func(*Options)) (*Backend, *front) {
	t.Helper()
	f := &front{}
	s := httptest.NewUnstartedServer(f)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	b, _ := serve(t, append(change, func(o *Options) {
		o.PublicURL = "https://example.com"
		o.Outside = Outside{
			Roots: roots,
			Resolve: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, nil
			},
			Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
			},
		}
	})...)
	to, err := url.Parse("http://" + b.door.bound())
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.next = &httputil.ReverseProxy{ErrorLog: s.Config.ErrorLog, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	f.mu.Unlock()
	return b, f
}

// started waits until Run has begun.
func started(t *testing.T, b *Backend) {
	t.Helper()
	for range b.Watch(t.Context()) {
		if b.serving() {
			return
		}
		b.tellStatus()
	}
}

// checkThrough makes a self-check and waits for its end.
func checkThrough(t *testing.T, b *Backend, person bool) CheckState {
	t.Helper()
	started(t, b)
	if _, err := b.StartCheck(t.Context(), person); err != nil {
		t.Fatal(err)
	}
	return checkEnded(t, b)
}

func checkEnded(t *testing.T, b *Backend) CheckState {
	t.Helper()
	<-b.checks.done
	s, err := b.Check(t.Context())
	if err != nil || s.Running || s.Finished == "" {
		t.Fatalf("at its end the check is %+v, %v", s, err)
	}
	return s
}

func stepStates(s CheckState) string {
	var all []string
	for _, step := range s.Steps {
		all = append(all, strings.TrimSpace(step.Name+" "+step.State+" "+step.Code))
	}
	return strings.Join(all, ", ")
}

func TestSelfCheckThroughThePublicAddress(t *testing.T) {
	b, f := servedOutside(t)
	before, err := b.store.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := checkThrough(t, b, true)
	const want = "dns ok, connect ok, tls ok, edge ok, path ok, credential ok, match ok, create ok, patch ok, disable ok, read ok, delete ok"
	if stepStates(s) != want || !s.OK || s.Failed != "" || s.Address != "https://example.com/scim/v2" || s.Cause != checkAsked || !s.Person {
		t.Errorf("the check is %+v: %s", s, stepStates(s))
	}
	if sum := b.checkSummary(); !sum.OK || sum.Finished != s.Finished || sum.Running {
		t.Errorf("in short it is %+v", sum)
	}
	f.mu.Lock()
	secret := f.secrets[0]
	f.mu.Unlock()
	if status, _, _ := ask(t, b, "GET", "/Users", secret, ""); status != http.StatusUnauthorized {
		t.Errorf("after the check its credential gets %d", status)
	}
	after, err := b.store.Tokens(t.Context())
	if err != nil || len(after) != len(before) {
		t.Errorf("there are %d tokens after it, %d before: %v", len(after), len(before), err)
	}
	snap, err := b.Snapshot(t.Context())
	if err != nil || snap.People.Total+snap.People.Deleted != 0 || snap.LastEntra != "" {
		t.Errorf("it left %+v, last request of Entra %q: %v", snap.People, snap.LastEntra, err)
	}
	text, err := json.Marshal(s)
	if err != nil || strings.Contains(string(text), secret) {
		t.Errorf("what is told holds the secret: %s, %v", text, err)
	}
}

func TestSelfCheckSaysWhoStoppedIt(t *testing.T) {
	b, f := servedOutside(t)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Ngrok-Error-Code", "ERR_NGROK_3200")
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	s := checkThrough(t, b, true)
	if s.OK || s.Failed != "edge" || stepStates(s) != "dns ok, connect ok, tls ok, edge failed CHECK_OFFLINE, path skipped, credential skipped, match skipped, create skipped, patch skipped, disable skipped, read skipped, delete skipped" {
		t.Errorf("the check is %+v", s)
	}
	if sum := b.checkSummary(); sum.OK || sum.Failed != "edge" {
		t.Errorf("in short it is %+v", sum)
	}
}

func TestSelfCheckWithoutAPublicAddress(t *testing.T) {
	b, _ := serve(t)
	s := checkThrough(t, b, false)
	if !s.OK || s.Address != b.door.address() || stepStates(s) != "dns warning CHECK_LOOPBACK, connect ok, edge ok, path ok, credential ok, match ok" {
		t.Errorf("the check is %+v", s)
	}
}

// TestASelfCheckSpeaksOfItsOwnAddressAlone: neither one of an address that is tried nor one of the address before is taken for this one's.
func TestASelfCheckSpeaksOfItsOwnAddressAlone(t *testing.T) {
	b, _ := serve(t)
	if s := checkThrough(t, b, false); s.Other || !b.checkSummary().OK {
		t.Errorf("of its own address: %+v, in short %+v", s, b.checkSummary())
	}
	if _, err := b.StartCheckOf(t.Context(), CheckRequest{URL: b.door.address() + "/elsewhere"}); err != nil {
		t.Fatal(err)
	}
	if s := checkEnded(t, b); s.OK || !s.Other || b.checkSummary() != (CheckSummary{}) {
		t.Errorf("of another: %+v, in short %+v", s, b.checkSummary())
	}
	checkThrough(t, b, false)
	save(t, b, func(s *ConnectionSettings) { s.Way, s.PublicURL = WayOwn, "https://desk.contoso.example" })
	if s := checkEnded(t, b); !s.OK || !s.Other || b.checkSummary() != (CheckSummary{}) {
		t.Errorf("since the address is another: %+v, in short %+v", s, b.checkSummary())
	}
}

func TestSelfCheckNeedsSomebodyWhoServes(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if _, err := b.StartCheck(t.Context(), false); !errors.Is(err, ErrNotServing) {
		t.Errorf("without a server it gives %v", err)
	}
	if s, err := b.Check(t.Context()); err != nil || s.Started != "" || s.Steps == nil {
		t.Errorf("the check that never was is %+v, %v", s, err)
	}
}

// holdUp has a front wait with what matches until release is called; arrived is told of each.
func (f *front) holdUp(t *testing.T, matches func(*http.Request) bool) (arrived chan struct{}, release func()) {
	t.Helper()
	arrived, gate := make(chan struct{}, 8), make(chan struct{})
	f.mu.Lock()
	f.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if matches(r) {
			arrived <- struct{}{}
			select {
			case <-gate:
			case <-r.Context().Done():
			}
		}
		return false
	}
	f.mu.Unlock()
	release = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(release)
	return arrived, release
}

func TestOneSelfCheckAtATime(t *testing.T) {
	b, f := servedOutside(t)
	started(t, b)
	arrived, release := f.holdUp(t, func(r *http.Request) bool { return r.Method == http.MethodGet })
	first, err := b.StartCheck(t.Context(), false)
	if err != nil || !first.Running {
		t.Fatalf("%+v, %v", first, err)
	}
	<-arrived
	second, err := b.StartCheck(t.Context(), true)
	if err != nil || second.Started != first.Started || second.Person {
		t.Errorf("a second is %+v, %v, want the first", second, err)
	}
	b.checkAfterReconnect()
	release()
	checkEnded(t, b)
	if lines := f.seen(); len(lines) != 1 {
		t.Errorf("requests: %v, want one", lines)
	}
}

func TestSelfCheckAfterAReconnect(t *testing.T) {
	b, f := servedOutside(t)
	started(t, b)
	arrived, _ := f.holdUp(t, func(*http.Request) bool { return true })
	b.checkAfterReconnect()
	<-arrived
	if s, _ := b.Check(t.Context()); s.Cause != checkReconnect || s.Person || len(s.Steps) != 7 {
		t.Errorf("it is %+v", s)
	}
	f.mu.Lock()
	f.answer = nil
	f.mu.Unlock()
	s := checkThrough(t, b, true)
	if !s.OK || s.Cause != checkAsked || !s.Person {
		t.Errorf("what is asked for takes its place: %+v", s)
	}
}

// The edge may find the way here a moment after the tunnel has come back.
func TestSelfCheckAfterAReconnectBelievesTheEdgeTheSecondTime(t *testing.T) {
	b, f := servedOutside(t)
	started(t, b)
	b.checks.again = time.Millisecond
	f.mu.Lock()
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if len(f.seen()) > 1 {
			return false
		}
		w.Header().Set("Ngrok-Error-Code", "ERR_NGROK_3200")
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	f.mu.Unlock()
	b.checkAfterReconnect()
	if s := checkEnded(t, b); !s.OK || len(f.seen()) != 2 {
		t.Errorf("after %d requests it is %+v", len(f.seen()), s)
	}
}

func TestCancelledSelfCheckLeavesNobody(t *testing.T) {
	b, f := servedOutside(t)
	started(t, b)
	arrived, _ := f.holdUp(t, func(r *http.Request) bool { return r.Method == http.MethodPatch })
	if _, err := b.StartCheck(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	<-arrived
	if err := b.CancelCheck(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := checkEnded(t, b)
	if s.OK || s.Failed != "" || !strings.HasSuffix(stepStates(s), "create ok, patch skipped CHECK_CANCELLED, disable skipped, read skipped, delete ok") {
		t.Errorf("it is %+v: %s", s, stepStates(s))
	}
	if lines := f.seen(); !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "DELETE ") }) {
		t.Errorf("nothing was deleted: %v", lines)
	}
	if err := b.CancelCheck(t.Context()); err != nil {
		t.Errorf("cancelling nothing gives %v", err)
	}
}

// What a check writes never reaches the disk when that is full: it says that it was the database.
func TestSelfCheckOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	b, _ := servedOutside(t, func(o *Options) { o.Dir = filepath.Join(disk, "data") })
	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	s := checkThrough(t, b, true)
	at := slices.IndexFunc(s.Steps, func(s CheckStep) bool { return s.State == string(entra.StepFailed) })
	if s.OK || at < 0 || s.Steps[at].Where != "database" || s.Steps[at].Code != "CHECK_DATABASE" || s.Failed != "create" {
		t.Errorf("it is %+v", s)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
}

func TestSelfCheckEndsWithTheProgram(t *testing.T) {
	b, f := servedOutside(t)
	started(t, b)
	arrived, _ := f.holdUp(t, func(*http.Request) bool { return true })
	if _, err := b.StartCheck(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	<-arrived
	b.checks.close()
	if s := b.checks.state(); s.Running || s.OK {
		t.Errorf("it is %+v", s)
	}
	if s, err := b.StartCheck(t.Context(), false); err == nil && s.Running {
		t.Error("another was begun")
	}
}
