package entra

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// evidence is a recorded run of requests, in testdata/evidence.
type evidence struct {
	Source   string // where the shape was published or seen
	Why      string
	Scenario string // one of scenarios
	Dialect  Dialect
	Turn     *int // in the mixed dialect, which of the alternating styles
	Requests []recorded
}

// recorded is one request as on the wire. Its headers are all that there are but Host and Content-Length, and its body
// is compared with the order of its keys.
type recorded struct {
	Method  string
	Target  string
	Headers []string
	Body    json.RawMessage
}

// stage is an office of two people and a group, for the scenarios.
type stage struct {
	*Client
	t     *testing.T
	s     *target
	ana   *person
	bo    *person
	sales *group
}

// scenario says how the office is when it is first provisioned, and what happens then.
type scenario struct {
	before func(*stage) // changes the office that is provisioned first; nil for as it is
	blank  bool         // nothing is provisioned first, and the office is what act makes of it
	act    func(*stage)
	run    func(*stage) error // nil for a cycle
	probes bool               // the probe is part of the evidence
}

func settle(st *stage) error {
	_, err := st.Settle(st.t.Context())
	return err
}

func (st *stage) only(people ...*person) {
	st.office.people, st.office.groups = people, nil
}

var scenarios = map[string]scenario{
	"test connection":                          {blank: true, probes: true, run: func(st *stage) error { return st.TestConnection(st.t.Context()) }},
	"test connection with the flag in the URL": {blank: true, probes: true, act: func(st *stage) { st.wire.base.RawQuery = "aadOptscim062020" }, run: func(st *stage) error { return st.TestConnection(st.t.Context()) }},
	"nothing":  {probes: true},
	"hire ana": {blank: true, act: func(st *stage) { st.only(st.ana); st.s.ids = []string{"7f1c"} }},
	"hire somebody with few attributes": {blank: true, act: func(st *stage) {
		st.only(&person{seq: 1, userPrincipalName: "min@contoso.example", mailNickname: "min", displayName: "敏 <R&D>", givenName: "敏"})
	}},
	"hire and disable": {blank: true, act: func(st *stage) { st.only(st.ana); st.ana.state = disabled }},
	"hire ana under bo": {
		before: func(st *stage) { st.only(st.bo) },
		act: func(st *stage) {
			st.office.people = append(st.office.people, st.ana)
			st.ana.manager = st.bo
		},
	},
	"adopt ana": {
		before: func(st *stage) { st.ana.jobTitle, st.ana.department = "Trainee", "" },
		act: func(st *stage) {
			st.ana.link = link{}
			st.ana.jobTitle, st.ana.department = "Analyst", "Finance"
			st.only(st.bo, st.ana)
		},
	},
	"change several": {
		before: func(st *stage) { st.ana.department, st.ana.mobile = "", "" },
		act: func(st *stage) {
			a := st.ana
			a.displayName, a.mail, a.surname, a.department, a.mobile = "Ana R.", "ana@contoso.example", "Ruiz-Gil", "Audit", "+34 611 111 111"
			st.s.users[1]["name"].(map[string]any)["formatted"] = "Ana Ruiz-Gil"
		},
	},
	"change several and the number": {act: func(st *stage) {
		a := st.ana
		a.displayName, a.mail, a.surname, a.mailNickname, a.employeeID = "Ana R.", "ana@contoso.example", "Ruiz-Gil", "ana", "1043"
		st.s.users[1]["name"].(map[string]any)["formatted"] = "Ana Ruiz-Gil"
	}},
	"add title": {before: func(st *stage) { st.ana.jobTitle = "" }, act: func(st *stage) { st.ana.jobTitle = "Analyst" }},
	"add title and language": {
		before: func(st *stage) { st.ana.jobTitle, st.ana.language = "", "" },
		act:    func(st *stage) { st.ana.jobTitle, st.ana.language = "Analyst", "es-ES" },
	},
	"rename ana":  {act: func(st *stage) { st.ana.userPrincipalName = "ana.gil@contoso.example" }},
	"disable ana": {act: func(st *stage) { st.ana.state = disabled }},
	"enable ana": {
		act: func(st *stage) {
			st.ana.state = unassigned
			if err := settle(st); err != nil {
				st.t.Fatal(err)
			}
			st.ana.state = working
		},
	},
	"empty the mobile": {act: func(st *stage) { st.ana.mobile = "" }},
	"purge ana":        {act: func(st *stage) { st.ana.state = purged }},
	"purge ana after unassigning": {act: func(st *stage) {
		st.ana.state = unassigned
		if err := settle(st); err != nil {
			st.t.Fatal(err)
		}
		st.ana.state = forgotten
	}},
	"set manager": {act: func(st *stage) { st.ana.manager = st.bo }},
	"change manager": {
		before: func(st *stage) {
			st.ana.manager = st.bo
			st.only(st.bo, st.ana, &person{seq: 3, userPrincipalName: "cleo@contoso.example", displayName: "Cleo"})
			st.s.ids = []string{"9a2", "7f1c", "c0de"}
		},
		act: func(st *stage) { st.ana.manager = st.office.people[2] },
	},
	"clear manager": {before: func(st *stage) { st.ana.manager = st.bo }, act: func(st *stage) { st.ana.manager = nil }},
	"form group": {
		before: func(st *stage) { st.only(st.bo, st.ana); st.s.ids = []string{"9a2", "7f1c", "g-88"} },
		act: func(st *stage) {
			st.sales.members = []*person{st.bo, st.ana}
			st.office.groups = []*group{st.sales}
		},
	},
	"form oddly named group": {
		before: func(st *stage) { st.only(st.bo, st.ana) },
		act: func(st *stage) {
			st.sales.name, st.sales.members = "R&D + Café", nil
			st.office.groups = []*group{st.sales}
		},
	},
	"add ana":        {act: func(st *stage) { st.sales.members = append(st.sales.members, st.ana) }},
	"remove ana":     {before: func(st *stage) { st.sales.members = []*person{st.ana} }, act: func(st *stage) { st.sales.members = nil }},
	"rename group":   {act: func(st *stage) { st.sales.name = "Sales EU" }},
	"rebuild group":  {act: func(st *stage) { st.sales.rebuild("77777777-7b1d-4c5e-9d3f-0a1b2c3d4e5f") }},
	"unassign group": {act: func(st *stage) { st.sales.assigned = false }},
	"on demand": {
		probes: true,
		act:    func(st *stage) { st.ana.displayName, st.ana.jobTitle = "Ana R.", "Auditor" },
		run:    func(st *stage) error { return st.ProvisionOnDemand(st.t.Context(), "Ana.Ruiz@contoso.example") },
	},
}

func newStage(t *testing.T) (*stage, *wiretap) {
	t.Helper()
	s, tap := &target{ids: []string{"9a2", "7f1c", "g-88"}}, &wiretap{}
	s.Server = httptest.NewUnstartedServer(s)
	tap.Listener = s.Listener
	s.Listener = tap
	s.Start()
	t.Cleanup(s.Close)
	st := &stage{
		t: t, s: s, Client: newClient(t, s, Options{}),
		ana: &person{
			seq: 2, userPrincipalName: "ana.ruiz@contoso.example", mailNickname: "ana.ruiz", mail: "ana.ruiz@contoso.example",
			displayName: "Ana Ruiz", givenName: "Ana", surname: "Ruiz", language: "es-ES", jobTitle: "Analyst", department: "Finance", employeeID: "1042",
			office: "HQ-3", street: "Gran Via 1", city: "Madrid", region: "MD", postal: "28013", country: "Spain", phone: "+34 911 000 000", mobile: "+34 600 000 000",
		},
		bo:    &person{seq: 1, userPrincipalName: "bo@contoso.example", mailNickname: "bo", displayName: "Bo"},
		sales: &group{seq: 0, objectID: "2f0a9c1e-7b1d-4c5e-9d3f-0a1b2c3d4e5f", name: "Sales EMEA", assigned: true},
	}
	st.sales.members = []*person{st.bo}
	st.office.people, st.office.groups = []*person{st.bo, st.ana}, []*group{st.sales}
	return st, tap
}

func TestEvidence(t *testing.T) {
	files, err := filepath.Glob("testdata/evidence/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no evidence", err)
	}
	used := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			e := readEvidence(t, file)
			used[e.Scenario] = true
			play(t, e)
		})
	}
	for name := range scenarios {
		if !used[name] {
			t.Errorf("scenario %q has no evidence", name)
		}
	}
}

func readEvidence(t *testing.T, file string) evidence {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var e evidence
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		t.Fatal(err)
	}
	if e.Source == "" || e.Requests == nil {
		t.Fatal("evidence needs a source and requests")
	}
	return e
}

func play(t *testing.T, e evidence) {
	t.Helper()
	sc, ok := scenarios[e.Scenario]
	if !ok {
		t.Fatalf("unknown scenario %q", e.Scenario)
	}
	st, tap := newStage(t)
	if sc.before != nil {
		sc.before(st)
	}
	if !sc.blank {
		if err := settle(st); err != nil {
			t.Fatal(err)
		}
	}
	if sc.act != nil {
		sc.act(st)
	}
	st.options.Dialect = e.Dialect
	if e.Turn != nil {
		st.ana.link.patches, st.sales.link.patches = *e.Turn-st.ana.seq, *e.Turn-st.sales.seq
	}
	tap.forget()
	run := sc.run
	if run == nil {
		run = settle
	}
	if err := run(st); err != nil {
		t.Fatal(err)
	}
	got := tap.requests(t, st.s.Listener.Addr().String())
	if !sc.probes {
		got = got[2:]
	}
	if len(got) != len(e.Requests) {
		for _, r := range got {
			t.Log(r.Method, r.Target, string(r.Body))
		}
		t.Fatalf("sent %d requests, and the evidence has %d", len(got), len(e.Requests))
	}
	fill := strings.NewReplacer("{{token}}", testToken, "{{base}}", st.s.URL+"/scim/v2")
	for i, want := range e.Requests {
		compare(t, got[i], want, fill)
	}
}

var anyGUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

func compare(t *testing.T, got, want recorded, fill *strings.Replacer) {
	t.Helper()
	target := got.Target
	if strings.Contains(want.Target, "{{guid}}") {
		target = anyGUID.ReplaceAllString(target, "{{guid}}")
	}
	if got.Method != want.Method || target != want.Target {
		t.Errorf("sent %s %s\nwant %s %s", got.Method, target, want.Method, want.Target)
	}
	headers := slices.Clone(want.Headers)
	for i := range headers {
		headers[i] = fill.Replace(headers[i])
	}
	if !slices.Equal(got.Headers, headers) {
		t.Errorf("%s %s: sent headers %q\nwant %q", want.Method, want.Target, got.Headers, headers)
	}
	var body bytes.Buffer
	if len(want.Body) > 0 {
		if err := json.Compact(&body, want.Body); err != nil {
			t.Fatal(err)
		}
	}
	if expected := fill.Replace(body.String()); string(got.Body) != expected {
		t.Errorf("%s %s: sent body\n%s\nwant\n%s", want.Method, want.Target, got.Body, expected)
	}
}

// wiretap is a listener that keeps every byte that arrives, since a parsed request no longer shows its headers' casing.
type wiretap struct {
	net.Listener
	mu   sync.Mutex
	data bytes.Buffer
}

type tapped struct {
	net.Conn
	tap *wiretap
}

func (w *wiretap) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tapped{conn, w}, nil
}

func (c tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.tap.data.Write(b[:n])
	return n, err
}

func (w *wiretap) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.data.Reset()
}

// requests cuts the bytes into requests. Headers are sorted, without Host and Content-Length, which must fit.
func (w *wiretap) requests(t *testing.T, host string) []recorded {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []recorded
	r := bufio.NewReader(bytes.NewReader(w.data.Bytes()))
	for {
		first, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return list
		}
		parts := strings.SplitN(strings.TrimRight(first, "\r\n"), " ", 3)
		if len(parts) != 3 || parts[2] != "HTTP/1.1" {
			t.Fatalf("request line %q", first)
		}
		req, headers := recorded{Method: parts[0], Target: parts[1]}, map[string]string{}
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
			if !ok {
				break
			}
			headers[name] = value
		}
		if headers["Host"] != host {
			t.Errorf("Host is %q", headers["Host"])
		}
		length := json.Number(headers["Content-Length"])
		if n, _ := length.Int64(); n > 0 {
			req.Body = make([]byte, n)
			if _, err := io.ReadFull(r, req.Body); err != nil {
				t.Fatal(err)
			}
		}
		delete(headers, "Host")
		delete(headers, "Content-Length")
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			req.Headers = append(req.Headers, name+": "+headers[name])
		}
		list = append(list, req)
	}
}

// TestEvidenceOverHTTPClient holds a caller's own http.Client to the same: no User-Agent, no Accept-Encoding.
func TestEvidenceOverHTTPClient(t *testing.T) {
	st, tap := newStage(t)
	c, err := New(Options{URL: st.s.URL + "/scim/v2/", Token: testToken, HTTP: &http.Client{Transport: http.DefaultTransport}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.TestConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := tap.requests(t, st.s.Listener.Addr().String())
	e := readEvidence(t, "testdata/evidence/test-connection.json")
	if len(got) != 2 {
		t.Fatalf("sent %d requests", len(got))
	}
	for i, want := range e.Requests {
		compare(t, got[i], want, strings.NewReplacer("{{token}}", testToken))
	}
}
