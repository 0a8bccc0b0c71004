package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"scimdesk/backend/store"
)

// reached is an office whose listener says where its requests come from.
func reached(t *testing.T, origin Origin, change ...func(*Options)) *office {
	t.Helper()
	o := open(t, change...)
	o.http.Config.Handler = From(o.http.Config.Handler, origin)
	return o
}

func prefixes(texts ...string) func() []netip.Prefix {
	return func() (all []netip.Prefix) {
		for _, text := range texts {
			all = append(all, netip.MustParsePrefix(text))
		}
		return all
	}
}

func TestWhoSentIt(t *testing.T) {
	for _, tc := range []struct {
		name    string
		origin  Origin
		peer    string
		headers []string
		want    client
	}{
		{"tunnel", Origin{Via: ViaTunnel}, "203.0.113.9:1", []string{"X-Forwarded-For: 6.6.6.6, 20.190.137.45"}, client{ViaTunnel, "20.190.137.45", "https", "desk.example"}},
		{"tunnel, two headers", Origin{Via: ViaTunnel}, "203.0.113.9:1", []string{"X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 2603:1006::1"}, client{ViaTunnel, "2603:1006::1", "https", "desk.example"}},
		{"tunnel, no address last", Origin{Via: ViaTunnel}, "203.0.113.9:1", []string{"X-Forwarded-For: 6.6.6.6, lie"}, client{ViaTunnel, "203.0.113.9:1", "https", "desk.example"}},
		{"tunnel, none", Origin{Via: ViaTunnel}, "203.0.113.9:1", []string{"X-Forwarded-Host: lie.example", "X-Forwarded-Proto: http"}, client{ViaTunnel, "203.0.113.9:1", "https", "desk.example"}},
		{"local", Origin{Via: ViaLocal}, "127.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: lie.example"}, client{ViaLocal, "127.0.0.1:5", "http", "desk.example"}},
		{"nobody is trusted", Origin{Via: ViaLocal, Trusted: prefixes()}, "127.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6"}, client{ViaLocal, "127.0.0.1:5", "http", "desk.example"}},
		{"another than the proxy", Origin{Via: ViaLocal, Trusted: prefixes("10.0.0.0/8")}, "127.0.0.1:5", []string{"X-Forwarded-For: 6.6.6.6"}, client{ViaLocal, "127.0.0.1:5", "http", "desk.example"}},
		{"proxy", Origin{Via: ViaLocal, Trusted: prefixes("127.0.0.1/32")}, "127.0.0.1:5",
			[]string{"X-Forwarded-For: 20.190.137.45", "X-Forwarded-Proto: https", "X-Forwarded-Host: scim.contoso.example"}, client{ViaProxy, "20.190.137.45", "https", "scim.contoso.example"}},
		{"proxy behind a proxy", Origin{Via: ViaLocal, Trusted: prefixes("127.0.0.1/32", "10.0.0.0/8")}, "127.0.0.1:5",
			[]string{"X-Forwarded-For: 6.6.6.6, 20.190.137.45", "X-Forwarded-For: 10.1.2.3"}, client{ViaProxy, "20.190.137.45", "http", "desk.example"}},
		{"proxies alone", Origin{Via: ViaLocal, Trusted: prefixes("127.0.0.1/32", "10.0.0.0/8")}, "127.0.0.1:5",
			[]string{"X-Forwarded-For: 10.1.2.3"}, client{ViaProxy, "10.1.2.3", "http", "desk.example"}},
		{"proxy that says nothing", Origin{Via: ViaLocal, Trusted: prefixes("::1/128")}, "[::1]:5", nil, client{ViaProxy, "[::1]:5", "http", "desk.example"}},
		{"proxy with odd words", Origin{Via: ViaLocal, Trusted: prefixes("127.0.0.1/32")}, "127.0.0.1:5",
			[]string{"X-Forwarded-For: lie", "X-Forwarded-Proto: gopher", "X-Forwarded-Host: a/b?c"}, client{ViaProxy, "127.0.0.1:5", "http", "desk.example"}},
		{"mapped address", Origin{Via: ViaLocal, Trusted: prefixes("127.0.0.1/32")}, "[::ffff:127.0.0.1]:5", []string{"X-Forwarded-For: 20.190.137.45:443"}, client{ViaProxy, "20.190.137.45", "http", "desk.example"}},
	} {
		r := httptest.NewRequest("GET", "http://desk.example/scim/v2", nil)
		r.RemoteAddr = tc.peer
		for _, h := range tc.headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
		}
		if got := tc.origin.client(r); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

func TestTheRecordAndTheLocationFollowTheProxy(t *testing.T) {
	o := reached(t, Origin{Via: ViaLocal, Trusted: prefixes("127.0.0.1/32", "::1/128")})
	forwarded := []string{"X-Forwarded-For: 20.190.137.45", "X-Forwarded-Proto: https", "X-Forwarded-Host: scim.contoso.example"}
	r := o.do("POST", "/scim/v2/Users", `{"userName":"ana@x.example"}`, forwarded...)
	if at := r.header.Get("Location"); r.status != 201 || !strings.HasPrefix(at, "https://scim.contoso.example/scim/v2/Users/") {
		t.Errorf("%d, location %s", r.status, at)
	}
	a := waitForActivity(t, o.store, 1)[0]
	if a.Via != ViaProxy || a.Remote != "20.190.137.45" {
		t.Errorf("via %s from %s", a.Via, a.Remote)
	}
}

// TestWhatTheEdgeRefusesIsRefusedHere: an edge's rules can be taken away in its operator's dashboard. None of these answers tells a
// stranger that there is something: each is what an unknown path gets.
func TestWhatTheEdgeRefusesIsRefusedHere(t *testing.T) {
	o := reached(t, Origin{Via: ViaTunnel})
	local := open(t)
	plain := func(o *office, name string, r reply) {
		t.Helper()
		unknown := o.do("GET", "/nothing/here", "")
		for _, h := range []http.Header{r.header, unknown.header} {
			h.Del("Date")
		}
		if r.status != 404 || r.body != unknown.body || fmt.Sprint(r.header) != fmt.Sprint(unknown.header) || strings.Contains(strings.ToLower(fmt.Sprint(r)), "scim") {
			t.Errorf("%s: %d %q %v, and an unknown path: %d %q %v", name, r.status, r.body, r.header, unknown.status, unknown.body, unknown.header)
		}
	}
	browser := []string{"Authorization: ", "Accept: text/html,application/xhtml+xml"}
	for _, target := range []string{"/scim/v2", "/scim/v2/Users", "/scim/v2/Schemas", "/SCIM/v2/", "/", "/healthz"} {
		plain(o, "a browser at "+target, o.do("GET", target, "", browser...))
		if target != "/" && target != "/healthz" {
			plain(local, "a browser beside it at "+target, local.do("GET", target, "", browser...))
		}
		plain(o, "no credential at "+target, o.do("GET", target, "", "Authorization: "))
		if strings.HasPrefix(target, "/scim") {
			for _, method := range []string{"OPTIONS", "TRACE", "PURGE", "PROPFIND"} {
				plain(o, method+" "+target, o.do(method, target, ""))
			}
		}
	}
	if r := local.do("GET", "/scim/v2/Users", "", "Authorization: "); r.status != 401 {
		t.Errorf("somebody who tries it by hand is told what is missing: %d", r.status)
	}
	for _, r := range []reply{
		o.do("GET", "/scim/v2/Users", ""), o.do("GET", "/scim/v2/Users", "", "Accept: text/html"), // a browser with a credential is none
		o.do("HEAD", "/scim/v2/Users", ""),
	} {
		if r.status != 200 {
			t.Errorf("what is allowed: %d %s", r.status, r.body)
		}
	}
	rows := waitForActivity(t, o.store, 3)
	if len(rows) != 3 || slices.ContainsFunc(rows, func(a store.Activity) bool { return a.Via != ViaTunnel }) {
		t.Errorf("%+v", rows)
	}
	connect, err := net.Dial("tcp", strings.TrimPrefix(o.http.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connect.Close() }()
	if _, err := io.WriteString(connect, "CONNECT 10.0.0.1:22 HTTP/1.1\r\nHost: 10.0.0.1:22\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if res, err := http.ReadResponse(bufio.NewReader(connect), nil); err != nil || res.StatusCode != 404 {
		t.Errorf("CONNECT: %+v %v", res, err)
	} else {
		_ = res.Body.Close()
	}
}

func TestWhatTheTunnelCarriesIsCounted(t *testing.T) {
	var requests, bytes atomic.Int64
	o := reached(t, Origin{Via: ViaTunnel, Carried: func(n int64) { requests.Add(1); bytes.Add(n) }}, func(o *Options) { o.MaxBody = 1000 })
	sent := int64(0)
	for i, target := range []string{"/scim/v2/Schemas", "/nothing", "/scim/v2/Users"} {
		r := o.do("GET", target, "")
		sent += int64(len(r.body))
		if n := requests.Load(); n != int64(i+1) {
			t.Fatalf("%s: %d requests", target, n)
		}
	}
	if n := bytes.Load(); n < sent+3*100 || n > sent+3*600 {
		t.Errorf("%d bytes, with bodies of %d", n, sent)
	}
	// The one who counts must not be in the way of net/http, which closes behind what is too large.
	r := o.do("POST", "/scim/v2/Users", `{"userName":"`+strings.Repeat("x", 2000)+`"}`)
	if r.status != 413 || !r.closed {
		t.Errorf("too large: %d %v", r.status, r.header)
	}
}

func TestBasePathsMayChange(t *testing.T) {
	var second atomic.Bool
	o := open(t, func(o *Options) {
		o.BasePaths = func() []string {
			if second.Load() {
				return []string{"/scim/v2", "/hr//scim/"}
			}
			return nil
		}
	})
	for _, want := range []int{404, 200} {
		if r := o.do("GET", "/hr/scim/Users", ""); r.status != want {
			t.Errorf("served: %d, want %d", r.status, want)
		}
		if r := o.do("GET", "/scim/v2/Users", ""); r.status != 200 {
			t.Errorf("the first: %d", r.status)
		}
		second.Store(true)
	}
	for _, tc := range []struct{ named, want []string }{
		{nil, []string{"/scim/v2"}}, {[]string{"scim/v2/", "//scim//v2", "/hr"}, []string{"/scim/v2", "/hr"}},
	} {
		if got := Paths(tc.named); !slices.Equal(got, tc.want) {
			t.Errorf("Paths(%q): %q", tc.named, got)
		}
	}
}

func TestUnlikeEntra(t *testing.T) {
	o := open(t)
	entra := []string{"User-Agent: ", "ADSCIMVersion: 5.0", "Content-Type: application/scim+json; charset=utf-8"}
	probe := `/scim/v2/Users?filter=userName+eq+"7d420df3-9995-4831-a406-ecf8166f5f6a"`
	const body = `{"userName":"ana@x.example"}`
	for i, tc := range []struct {
		name, method, target, body string
		headers                    []string
		want                       string
	}{
		{"Entra reads", "GET", `/scim/v2/Users?filter=userName+eq+"ana"`, "", entra, ""},
		{"Entra writes", "POST", "/scim/v2/Users", body, entra, ""},
		{"Entra tests the connection", "GET", probe, "", entra, ""},
		{"and may do so without its version", "GET", probe, "", []string{"User-Agent: "}, ""},
		{"a script", "GET", "/scim/v2/Users", "", []string{"User-Agent: curl/8", "ADSCIMVersion: 5.0"}, "userAgent"},
		{"another client", "GET", "/scim/v2/Users", "", nil, "userAgent,header"},
		{"no version", "GET", "/scim/v2/Users", "", []string{"User-Agent: "}, "header"},
		{"another body", "POST", "/scim/v2/Users", body, []string{"User-Agent: ", "ADSCIMVersion: 5.0", "Content-Type: application/json"}, "header"},
	} {
		headers := tc.headers
		if slices.Contains(headers, "User-Agent: ") {
			headers = slices.DeleteFunc(slices.Clone(headers), func(h string) bool { return h == "User-Agent: " })
		}
		if r := o.doAs(slices.Contains(tc.headers, "User-Agent: "), tc.method, tc.target, tc.body, headers...); r.status > 299 && tc.name != "another body" {
			t.Fatalf("%s: %d %s", tc.name, r.status, r.body)
		}
		rows := waitForActivity(t, o.store, i+1)
		if got := rows[0].Unlike; got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestAStrangerHoldsNothing: who is turned away with a body that never comes loses the connection, though the server behind a tunnel
// has no time-out for bodies. The answer does not wait for it.
func TestAStrangerHoldsNothing(t *testing.T) {
	o := reached(t, Origin{Via: ViaTunnel, Carried: func(int64) {}})
	var all sync.WaitGroup
	for _, head := range []string{"POST /scim/v2/Users HTTP/1.1\r\nAuthorization: Bearer no\r\n", "POST /scim/v2/Users HTTP/1.1\r\n", "POST /elsewhere HTTP/1.1\r\n"} {
		all.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(o.http.URL, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			_, err = io.WriteString(conn, head+"Host: desk.example\r\nContent-Length: 100000\r\n\r\nbegun")
			answer, readErr := io.ReadAll(deadline(t, conn))
			if err != nil || readErr != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 40") {
				t.Errorf("%.40s: %q %v %v", head, answer, err, readErr)
			}
		})
	}
	all.Wait()
}

// deadline has a test fail rather than wait.
func deadline(t *testing.T, conn net.Conn) net.Conn {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Error(err)
	}
	return conn
}

// deadlines is a connection's end that notes what a handler lets its reading take.
type deadlines struct {
	*httptest.ResponseRecorder
	set []bool // whether there was one
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.set = append(d.set, !at.IsZero())
	return nil
}

// TestBodiesHaveTheirTime: and once they are read nothing is left that could end the request.
func TestBodiesHaveTheirTime(t *testing.T) {
	o := open(t)
	for _, tc := range []struct {
		method, body string
		want         []bool
	}{{"POST", `{"userName":"ana@x.example"}`, []bool{true, false}}, {"GET", "", nil}} {
		r := httptest.NewRequestWithContext(t.Context(), tc.method, "http://desk.example/scim/v2/Users", strings.NewReader(tc.body))
		r.Header.Set("Authorization", "Bearer "+secret)
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		o.http.Config.Handler.ServeHTTP(w, r)
		if w.Code > 201 || !slices.Equal(w.set, tc.want) {
			t.Errorf("%s: %d, deadlines %v", tc.method, w.Code, w.set)
		}
	}
}
