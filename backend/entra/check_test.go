package entra

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const checkHost = "scim.contoso.example"

// outside is a server on loopback that a check reaches under a public name.
type outside struct {
	*httptest.Server
	roots *x509.CertPool
}

// certificate makes one for checkHost, signed by an authority of the test's own.
func certificate(t *testing.T, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{checkHost}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func newOutside(t *testing.T, h http.Handler, config *tls.Config, until time.Time) *outside {
	t.Helper()
	cert, roots := certificate(t, until)
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	config.Certificates = []tls.Certificate{cert}
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)
	return &outside{s, roots}
}

func (s *outside) options() CheckOptions {
	return CheckOptions{
		URL: "https://" + checkHost, Secret: testToken, Roots: s.roots, RuleHeader: "X-Rule",
		Resolve: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("203.0.113.7")}, nil
		},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
		},
	}
}

// far is when a certificate ends that nobody need think of.
func far() time.Time { return time.Now().AddDate(1, 0, 0) }

func checked(t *testing.T, o CheckOptions) []CheckStep {
	t.Helper()
	return checkedIn(t, t.Context(), o)
}

func checkedIn(t *testing.T, ctx context.Context, o CheckOptions) []CheckStep { //nolint:revive // t first, as everywhere in tests
	t.Helper()
	steps, err := Check(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(steps))
	for _, s := range steps {
		names = append(names, s.Name)
		if text := fmt.Sprint(s); strings.Contains(text, testToken) {
			t.Errorf("a step holds the secret: %s", text)
		}
	}
	if !slices.Equal(names, CheckSteps(o)) {
		t.Errorf("the steps are %v, want %v", names, CheckSteps(o))
	}
	return steps
}

// states writes steps as "name state code".
func states(steps []CheckStep) string {
	var all []string
	for _, s := range steps {
		all = append(all, strings.TrimSpace(s.Name+" "+string(s.State)+" "+s.Code))
	}
	return strings.Join(all, ", ")
}

func wantStates(t *testing.T, steps []CheckStep, want string) {
	t.Helper()
	if got := states(steps); got != want {
		t.Errorf("the steps are\n %s, want\n %s", got, want)
	}
}

// wantStop wants a check to stop at one step, with all before it well and all after it skipped.
func wantStop(t *testing.T, steps []CheckStep, name string, where Stop, code string) CheckStep {
	t.Helper()
	at := slices.IndexFunc(steps, func(s CheckStep) bool { return s.Name == name })
	for i, s := range steps {
		want := CheckStep{State: StepOK}
		switch {
		case i == at:
			want = CheckStep{State: StepFailed, Where: where, Code: code}
		case i > at:
			want.State = StepSkipped
		}
		if s.State != want.State || s.Where != want.Where || s.Code != want.Code {
			t.Errorf("%s: %s is %s at %q with %s (%s), want %s at %q with %s", code, s.Name, s.State, s.Where, s.Code, s.Detail, want.State, want.Where, want.Code)
		}
	}
	return steps[at]
}

func TestCheckOfAServerThatIsWell(t *testing.T) {
	server := newTarget(t)
	o := newOutside(t, server, &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
	var told []string
	o.Step = func(s CheckStep) { told = append(told, s.Name+" "+string(s.State)) }
	steps := checked(t, o)
	wantStates(t, steps, "dns ok, connect ok, tls ok, edge ok, path ok, credential ok, match ok")
	if got := strings.Join(told, ", "); !strings.HasPrefix(got, "dns running, dns ok, connect running, connect ok, tls running") || !strings.HasSuffix(got, "match running, match ok") {
		t.Errorf("it told %s", got)
	}
	if facts := steps[2].Facts; !slices.Contains(facts, "tls: 1.2") || !slices.Contains(facts, "tls: 1.3") || slices.Contains(facts, "tls: 1.1") || !slices.Contains(facts, "names: "+checkHost) {
		t.Errorf("the facts of TLS are %q", facts)
	}
	if !slices.Contains(steps[0].Facts, "address: 203.0.113.7") {
		t.Errorf("the facts of the name are %q", steps[0].Facts)
	}
	if len(server.log) != 1 {
		t.Errorf("it sent %d requests, want one:\n%s", len(server.log), strings.Join(server.log, "\n"))
	}
}

func TestCheckWithAPersonLeavesNobody(t *testing.T) {
	server := newTarget(t)
	o := newOutside(t, server, &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
	o.Person = true
	wantStates(t, checked(t, o), "dns ok, connect ok, tls ok, edge ok, path ok, credential ok, match ok, create ok, patch ok, disable ok, read ok, delete ok")
	if len(server.users) != 0 {
		t.Errorf("it left %v", server.users)
	}
	if len(server.log) != 7 {
		t.Errorf("it sent %d requests, want 7:\n%s", len(server.log), strings.Join(server.log, "\n"))
	}
}

func TestProbePersonIsRemovedWhateverHappens(t *testing.T) {
	const before = "dns ok, connect ok, tls ok, edge ok, path ok, credential ok, match ok, "
	for name, c := range map[string]struct {
		spoil func(*target)
		want  string
	}{
		"a change is refused": {func(s *target) {
			s.refuse = func(_ int, r *http.Request) int { return map[bool]int{true: 503}[r.Method == http.MethodPatch] }
		}, "create ok, patch failed CHECK_DATABASE, disable skipped, read skipped, delete ok"},
		"a disable is ignored": {func(s *target) { s.deaf = true }, "create ok, patch ok, disable ok, read failed CHECK_LOST, delete ok"},
		"the answer to creating is lost": {func(s *target) {
			s.lose = func(_ int, r *http.Request) bool { return r.Method == http.MethodPost }
		}, "create failed CHECK_CUT, patch skipped, disable skipped, read skipped, delete ok"},
		"creating fails, and then everybody is found by any name": {func(s *target) {
			s.refuse = func(_ int, r *http.Request) int {
				s.unfilters = r.Method == http.MethodPost || s.unfilters
				return map[bool]int{true: 500}[r.Method == http.MethodPost]
			}
		}, "create failed CHECK_APP, patch skipped, disable skipped, read skipped, delete ok"},
		"creating is refused": {func(s *target) {
			s.refuse = func(_ int, r *http.Request) int { return map[bool]int{true: 400}[r.Method == http.MethodPost] }
		}, "create failed CHECK_APP, patch skipped, disable skipped, read skipped, delete ok"},
	} {
		server := newTarget(t)
		server.users = []map[string]any{{"id": "1", "userName": "berta@contoso.example", "active": true}}
		c.spoil(server)
		o := newOutside(t, server, &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
		o.Person = true
		t.Run(name, func(t *testing.T) {
			wantStates(t, checked(t, o), before+c.want)
			if len(server.users) != 1 {
				t.Errorf("at the end there are %v", server.users)
			}
		})
	}
}

func TestProbePersonThatCannotBeRemovedIsTold(t *testing.T) {
	server := newTarget(t)
	server.refuse = func(_ int, r *http.Request) int { return map[bool]int{true: 503}[r.Method == http.MethodDelete] }
	o := newOutside(t, server, &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
	o.Person = true
	steps := checked(t, o)
	if last := steps[len(steps)-1]; last.State != StepFailed || last.Code != "CHECK_LEFT" || last.Where != AtDatabase {
		t.Errorf("it is told as %+v", last)
	}
}

func TestCancelledCheckRemovesThePerson(t *testing.T) {
	server := newTarget(t)
	o := newOutside(t, server, &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
	o.Person = true
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Step = func(s CheckStep) {
		if s.Name == "create" && s.State == StepOK {
			cancel()
		}
	}
	wantStates(t, checkedIn(t, ctx, o), "dns ok, connect ok, tls ok, edge ok, path ok, credential ok, match ok, create ok, patch skipped CHECK_CANCELLED, disable skipped, read skipped, delete ok")
	if len(server.users) != 0 {
		t.Errorf("it left %v", server.users)
	}
}

// answers is a handler that gives one answer, with headers as "Name: value".
func answers(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range header {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestCheckNamesWhoAnsweredInTheAppsPlace(t *testing.T) {
	const (
		scimError = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"why","status":"%d"}`
		page      = "Content-Type: text/html; charset=utf-8"
	)
	refusal := func(status int) http.HandlerFunc {
		return answers(status, fmt.Sprintf(scimError, status), "Content-Type: application/scim+json")
	}
	for _, c := range []struct {
		step, code string
		where      Stop
		answer     http.HandlerFunc
	}{
		{"edge", "CHECK_OFFLINE", AtEdge, answers(404, "offline", "Ngrok-Error-Code: ERR_NGROK_3200")},
		{"edge", "CHECK_GATEWAY", AtEdge, answers(502, "<html>", page, "Ngrok-Error-Code: ERR_NGROK_3004")},
		{"edge", "CHECK_QUOTA", AtEdge, answers(403, "", "Ngrok-Error-Code: ERR_NGROK_727")},
		{"edge", "CHECK_LIMIT", AtEdge, answers(429, "", "Ngrok-Error-Code: ERR_NGROK_734")},
		{"edge", "CHECK_INTERSTITIAL", AtEdge, answers(200, "<html>", page, "Ngrok-Error-Code: ERR_NGROK_6024")},
		{"edge", "CHECK_EDGE", AtEdge, answers(400, "", "Ngrok-Error-Code: ERR_NGROK_9999")},
		{"edge", "CHECK_RULE", AtRule, answers(404, "", "X-Rule: path")},
		{"edge", "CHECK_RULE", AtRule, answers(404, "", "X-Rule: address")},
		{"edge", "CHECK_REDIRECT", AtProxy, answers(301, "", "Location: https://www.contoso.example/login?token="+testToken)},
		{"edge", "CHECK_PROXY_DOWN", AtProxy, answers(502, "<html>bad gateway", page)},
		{"edge", "CHECK_PROXY_DOWN", AtProxy, answers(503, "no backend", "Content-Type: text/plain")},
		{"edge", "CHECK_PROXY_LOGIN", AtProxy, answers(401, "<html>sign in", page)},
		{"edge", "CHECK_STRANGER", AtProxy, answers(200, "<html>welcome", page)},
		{"edge", "CHECK_STRANGER", AtProxy, answers(404, "<html>nothing here", page)},
		{"edge", "CHECK_STRANGER", AtProxy, answers(200, `{"hello":"world"}`, "Content-Type: application/json")},
		{"edge", "CHECK_STRANGER", AtProxy, answers(200, strings.Repeat("x", checkAnswer+2))},
		{"edge", "CHECK_CUT", AtNetwork, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"path", "CHECK_PATH", AtApp, answers(404, "404 page not found\n", "Content-Type: text/plain; charset=utf-8")},
		{"path", "CHECK_PATH", AtApp, refusal(404)},
		{"credential", "CHECK_CREDENTIAL", AtApp, refusal(401)},
		{"match", "CHECK_DATABASE", AtDatabase, refusal(503)},
		{"match", "CHECK_BUSY", AtApp, refusal(429)},
		{"match", "CHECK_APP", AtApp, refusal(500)},
		{"match", "CHECK_ANSWER", AtApp, answers(200, `{"schemas":["`+listResponse+`"],"totalResults":1,"Resources":[{"id":"1"}]}`)},
		{"match", "CHECK_ANSWER", AtApp, answers(200, `{"schemas":["`+coreUser+`"],"id":"1"}`)},
	} {
		o := newOutside(t, c.answer, &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
		o.Person = true
		wantStop(t, checked(t, o), c.step, c.where, c.code)
	}
}

func TestEdgeThatLetsInOnlyEntraIsAsItShouldBe(t *testing.T) {
	o := newOutside(t, answers(404, "", "X-Rule: address"), &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
	o.EntraOnly = true
	wantStates(t, checked(t, o), "dns ok, connect ok, tls ok, edge warning CHECK_ENTRA_ONLY, path skipped, credential skipped, match skipped")
}

func TestAnswerThatCallsItselfOtherwise(t *testing.T) {
	body := `{"schemas":["` + listResponse + `"],"totalResults":0,"Resources":[]}`
	o := newOutside(t, answers(200, body, "Content-Type: application/json"), &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
	wantStates(t, checked(t, o), "dns ok, connect ok, tls ok, edge ok, path ok, credential ok, match warning CHECK_TYPE")
}

func TestCheckOfTLS(t *testing.T) {
	well := newTarget(t)
	for _, c := range []struct {
		code   string
		state  StepState
		where  Stop
		config *tls.Config
		until  time.Time
		spoil  func(*CheckOptions)
	}{
		{"CHECK_CERT_UNTRUSTED", StepFailed, AtCertificate, &tls.Config{}, far(), func(o *CheckOptions) { o.Roots = x509.NewCertPool() }},
		{"CHECK_CERT_NAME", StepFailed, AtCertificate, &tls.Config{}, far(), func(o *CheckOptions) { o.URL = "https://other.example" }},
		{"CHECK_CERT_EXPIRED", StepFailed, AtCertificate, &tls.Config{}, time.Now().Add(-time.Hour), nil},
		{"CHECK_CERT_SOON", StepWarning, AtCertificate, &tls.Config{}, time.Now().AddDate(0, 0, 3), nil},
		{"CHECK_TLS_12", StepFailed, AtProxy, &tls.Config{MinVersion: tls.VersionTLS13}, far(), nil},
		{"CHECK_TLS_12", StepFailed, AtProxy, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, far(), nil},
	} {
		o := newOutside(t, well, c.config, c.until).options()
		if c.spoil != nil {
			c.spoil(&o)
		}
		got := checked(t, o)[2]
		if got.State != c.state || got.Code != c.code || got.Where != c.where {
			t.Errorf("%s: it is %+v", c.code, got)
		}
	}
	old := newOutside(t, well, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12}, far()).options()
	if got := checked(t, old)[2]; got.State != StepOK || !slices.Contains(got.Facts, "tls: 1.0") || slices.Contains(got.Facts, "tls: 1.3") {
		t.Errorf("a server with old versions is %+v", got)
	}
}

func TestCertificateThatCameAlone(t *testing.T) {
	leaf := &x509.Certificate{NotAfter: far()}
	state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: [][]*x509.Certificate{{leaf, leaf, leaf}}}
	if f := certified(state, &CheckStep{}); f == nil || f.code != "CHECK_CERT_CHAIN" || f.state != StepWarning {
		t.Errorf("it is told as %+v", f)
	}
}

func TestCheckOfTheWayThere(t *testing.T) {
	well := newOutside(t, newTarget(t), &tls.Config{MinVersion: tls.VersionTLS12}, far())
	plainHTTP := httptest.NewServer(newTarget(t))
	t.Cleanup(plainHTTP.Close)
	dialFails := func(err error) func(*CheckOptions) {
		return func(o *CheckOptions) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: err}
			}
		}
	}
	for _, c := range []struct {
		step, code string
		spoil      func(*CheckOptions)
	}{
		{"dns", "CHECK_DNS", func(o *CheckOptions) {
			o.Resolve = func(context.Context, string) ([]netip.Addr, error) { return nil, &net.DNSError{IsNotFound: true} }
		}},
		{"dns", "CHECK_DNS_SILENT", func(o *CheckOptions) {
			o.Resolve = func(context.Context, string) ([]netip.Addr, error) {
				return nil, &net.DNSError{IsTimeout: true, Err: "timeout"}
			}
		}},
		{"connect", "CHECK_CONNECT_REFUSED", dialFails(syscall.ECONNREFUSED)},
		{"connect", "CHECK_CONNECT_TIMEOUT", dialFails(context.DeadlineExceeded)},
		{"connect", "CHECK_CONNECT", dialFails(errors.New("no route to host"))},
	} {
		o := well.options()
		c.spoil(&o)
		wantStop(t, checked(t, o), c.step, AtNetwork, c.code)
	}
	o := well.options()
	o.Proxy = true
	dialFails(errors.New("the proxy answered 407"))(&o)
	o.Resolve = func(context.Context, string) ([]netip.Addr, error) { return nil, &net.DNSError{IsNotFound: true} }
	wantStop(t, checked(t, o), "connect", AtNetwork, "CHECK_CONNECT_PROXY")
	o = well.options()
	o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, plainHTTP.Listener.Addr().String())
	}
	wantStop(t, checked(t, o), "tls", AtProxy, "CHECK_TLS_NONE")
}

func TestCheckOfAPrivateName(t *testing.T) {
	for address, code := range map[string]string{"192.168.3.4": "CHECK_PRIVATE", "fd00::1": "CHECK_PRIVATE", "100.64.1.1": "CHECK_PRIVATE", "127.0.0.1": "CHECK_LOOPBACK", "::ffff:10.0.0.1": "CHECK_PRIVATE"} {
		o := newOutside(t, newTarget(t), &tls.Config{MinVersion: tls.VersionTLS12}, far()).options()
		o.Resolve = func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr(address)}, nil
		}
		wantStates(t, checked(t, o), "dns warning "+code+", connect ok, tls ok, edge ok, path ok, credential ok, match ok")
	}
}

func TestCheckOfLoopbackNeedsNoTLS(t *testing.T) {
	server := newTarget(t)
	wantStates(t, checked(t, CheckOptions{URL: server.URL, Secret: testToken}), "dns warning CHECK_LOOPBACK, connect ok, edge ok, path ok, credential ok, match ok")
	if _, err := Check(t.Context(), CheckOptions{URL: "http://scim.contoso.example", Secret: testToken}); err == nil {
		t.Error("a secret was sent over plain http")
	}
}
