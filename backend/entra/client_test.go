package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func newClient(t *testing.T, s *target, o Options) *Client {
	t.Helper()
	o.URL, o.Token = s.URL+"/scim/v2", testToken
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// agree fails when the target differs from the client's idea, or something still waits.
func agree(t *testing.T, c *Client) {
	t.Helper()
	last, err := c.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last.Escrow > 0 || last.Total.Count != 2 {
		t.Errorf("a settled cycle sent %d requests and left %d objects waiting", last.Total.Count, last.Escrow)
	}
	for _, d := range verify(t, c) {
		t.Error(d)
	}
}

func verify(t *testing.T, c *Client) []string {
	t.Helper()
	differences, err := c.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, len(differences))
	for i, d := range differences {
		list[i] = d.String()
	}
	return list
}

func cycle(t *testing.T, c *Client) Cycle {
	t.Helper()
	r, err := c.Cycle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRehearse(t *testing.T) {
	for _, dialect := range []Dialect{Legacy, Flagged, Mixed} {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprint(dialect, workers), func(t *testing.T) {
				s := newTarget(t)
				c := newClient(t, s, Options{Dialect: dialect, People: 60, Groups: 8, Seed: 7, Concurrency: workers})
				r, err := c.Rehearse(t.Context(), 4)
				if err != nil {
					t.Fatal(err)
				}
				if !r.OK() || len(r.Cycles) != 4 || !r.Cycles[0].Initial || r.Cycles[1].Initial {
					t.Error("the rehearsal went wrong:")
					if err := r.Print(t.Output()); err != nil {
						t.Error(err)
					}
				}
				for _, s := range r.Kinds {
					if s.Kind == CheckReference && dialect != Mixed {
						t.Errorf("%d checks of references", s.Count)
					}
				}
				for _, kind := range order {
					if kind == CheckReference || kind == ClearManager {
						continue
					}
					if !strings.Contains(fmt.Sprint(r.Kinds), "{"+string(kind)+" ") {
						t.Errorf("no %s in four cycles", kind)
					}
				}
				agree(t, c)
				compareSnapshots(t, c, s)
			})
		}
	}
}

// compareSnapshots holds People and Groups against the target's own memory, without SCIM in between.
func compareSnapshots(t *testing.T, c *Client, s *target) {
	t.Helper()
	users := map[string]map[string]any{}
	for _, u := range s.users {
		users[u["id"].(string)] = u
	}
	expected := 0
	for _, p := range c.People() {
		if !p.Expected {
			continue
		}
		expected++
		u := users[p.ID]
		if u == nil || u["active"] != p.Active || p.Active && u["userName"] != p.UserName {
			t.Errorf("%+v\nis at the target %v", p, u)
			continue
		}
		if u["displayName"] != p.Values["displayName"] {
			t.Errorf("%s is called %v", p.UserName, u["displayName"])
		}
		extension, _ := u[enterpriseUser].(map[string]any)
		manager, _ := extension["manager"].(map[string]any)
		if id, _ := manager["value"].(string); id != p.ManagerID {
			t.Errorf("%s reports to %q and not to %q", p.UserName, id, p.ManagerID)
		}
	}
	groups := map[string]map[string]any{}
	for _, g := range s.groups {
		groups[g["id"].(string)] = g
	}
	for _, g := range c.Groups() {
		if !g.Expected {
			continue
		}
		expected++
		if got := groups[g.ID]; got == nil || got["displayName"] != g.DisplayName || len(membersOf(got)) != len(g.MemberIDs) {
			t.Errorf("%+v\nis at the target %v", g, got)
		}
	}
	if expected != len(users)+len(groups) {
		t.Errorf("%d objects are expected, and the target holds %d", expected, len(users)+len(groups))
	}
}

func TestSameSeedSameRequests(t *testing.T) {
	var logs [2][]string
	for i := range logs {
		s := newTarget(t)
		c := newClient(t, s, Options{Dialect: Mixed, People: 30, Groups: 6, Seed: 99})
		for range 4 {
			cycle(t, c)
		}
		logs[i] = s.log
	}
	if len(logs[0]) < 200 || len(logs[0]) != len(logs[1]) {
		t.Fatalf("%d and %d requests", len(logs[0]), len(logs[1]))
	}
	for i := range logs[0] {
		a, b := withoutPort(logs[0][i]), withoutPort(logs[1][i])
		if a != b {
			t.Fatalf("request %d differs:\n%s\n%s", i, a, b)
		}
	}
	s := newTarget(t)
	cycle(t, newClient(t, s, Options{Dialect: Mixed, People: 30, Groups: 6, Seed: 100}))
	if s.log[3] == logs[0][3] {
		t.Error("another seed sends the same")
	}
}

func withoutPort(s string) string {
	if before, after, ok := strings.Cut(s, "http://127.0.0.1:"); ok {
		_, after, _ = strings.Cut(after, "/")
		return before + after
	}
	return s
}

func TestCancel(t *testing.T) {
	s := newTarget(t)
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(e Exchange) {
		if e.Kind == CreateUser {
			cancel()
		}
	}
	c := newClient(t, s, Options{People: 20, Groups: 3, Seed: 12, Progress: stop})
	r, err := c.Cycle(ctx)
	if !errors.Is(err, context.Canceled) || r.Count(CreateUser) != 1 || r.Total.Failed != 0 {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := c.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := c.TestConnection(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	cycle(t, c)
	agree(t, c)
}

// TestTimeout and TestPace run on synthetic time and without a network.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{URL: "http://localhost/scim", Token: testToken, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		err = c.TestConnection(t.Context())
		if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeTimeout || time.Since(start) != 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Options{URL: "http://localhost/scim", Token: testToken, Pace: 4, HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, errors.New("nobody there")
		})}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for range 9 {
			if err := c.TestConnection(t.Context()); err == nil {
				t.Error("no error")
			}
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("9 requests at 4 a second took %v", took)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTokenStaysSecret(t *testing.T) {
	s := newTarget(t)
	var seen strings.Builder
	c, err := New(Options{URL: s.URL, Token: "another-" + testToken, People: 3, Progress: func(e Exchange) { fmt.Fprintf(&seen, "%+v\n", e) }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := c.Rehearse(t.Context(), 1)
	if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeCredentials || f.Detail != "who is Bearer [token]?" {
		t.Fatal(err)
	}
	_, err2 := c.Cycle(t.Context())
	if err := c.Report().Print(&seen); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&seen, "%v %v %+v", err, err2, r)
	if text := seen.String(); strings.Contains(text, testToken) || !strings.Contains(text, "[token]") {
		t.Error(text)
	}
}

func survey(t *testing.T, c *Client) Found {
	t.Helper()
	found, err := c.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSurvey(t *testing.T) {
	s := newTarget(t)
	for i := range 90 { // three pages
		s.users = append(s.users, map[string]any{"id": fmt.Sprint("old", i), "userName": fmt.Sprint("old", i), "active": true})
	}
	s.groups = []map[string]any{{"id": "old-group", "displayName": "Old"}}
	c := newClient(t, s, Options{People: 5, Groups: 1})
	cycle(t, c)
	if found := verify(t, c); len(found) != 91 {
		t.Errorf("%d differences", len(found))
	}
	if found, want := survey(t, newClient(t, s, Options{People: 5, Groups: 1})), (Found{95, 2, 90, 1}); found != want {
		t.Errorf("found %+v, want %+v", found, want)
	}
	if found, want := survey(t, newClient(t, s, Options{People: 5, Groups: 1, Seed: 1, Domain: "elsewhere.example"})), (Found{95, 2, 95, 2}); found != want {
		t.Errorf("found %+v, want %+v by another office", found, want)
	}
	s.users, s.groups = s.users[:90], s.groups[:1]
	c = newClient(t, s, Options{People: 5, Groups: 1})
	if found, want := survey(t, c), (Found{90, 1, 90, 1}); found != want {
		t.Errorf("found %+v, want %+v", found, want)
	}
	cycle(t, c)
	agree(t, c)
}

// TestTheSameSeedAgain: an office that begins anew at a target where its earlier life is still to be seen agrees, and does
// not ask for names that the earlier life has given away.
func TestTheSameSeedAgain(t *testing.T) {
	for _, dialect := range []Dialect{Legacy, Flagged, Mixed} {
		t.Run(string(dialect), func(t *testing.T) {
			s := newTarget(t)
			for range 3 {
				c := newClient(t, s, Options{Dialect: dialect, People: 40, Groups: 9, Seed: 5})
				if found := survey(t, c); found.StrangePeople+found.StrangeGroups > 0 {
					t.Errorf("an office of the same seed is strange: %+v", found)
				}
				r, err := c.Rehearse(t.Context(), 9)
				if err != nil {
					t.Fatal(err)
				}
				if !r.OK() {
					var b strings.Builder
					_ = r.Print(&b)
					t.Fatal(b.String())
				}
			}
			if found := survey(t, newClient(t, s, Options{People: 40, Groups: 9, Seed: 6})); found.StrangeGroups != found.Groups || found.Groups < 9 {
				t.Errorf("to another seed the groups are no strangers: %+v", found)
			}
		})
	}
}

// TestWhatWasThereBefore: what Survey has seen is no excuse once Entra has taken it away.
func TestWhatWasThereBefore(t *testing.T) {
	s := newTarget(t)
	first := newClient(t, s, Options{People: 6, Groups: 2, Seed: 13})
	first.office.groups[0].members = first.office.people[:4]
	cycle(t, first)
	c := newClient(t, s, Options{People: 6, Groups: 2, Seed: 13})
	survey(t, c)
	all, p := c.office.groups[0], c.office.people
	all.members = []*person{p[0], p[1]}
	cycle(t, c)
	agree(t, c) // the third and the fourth were members before
	user, group, gone := s.users[5], s.groups[1], []string{p[0].link.id, p[2].link.id, p[3].link.id}
	all.members = all.members[1:]
	p[5].state, c.office.groups[1].assigned = purged, false
	if _, err := c.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	agree(t, c)
	s.change(func() { // and back is what was taken away
		s.users, s.groups = append(s.users, user), append(s.groups, group)
		setMembers(s.groups[0], append(gone, p[1].link.id))
	})
	for _, want := range []string{
		fmt.Sprintf(`User %q is there with the id %s, which Entra was never told`, p[5].userPrincipalName, user["id"]),
		fmt.Sprintf(`Group %q is there, and no group in the office has the id %s`, c.office.groups[1].name, group["id"]),
		fmt.Sprintf(`Group "All staff" has the member %s, who is not in it`, p[0].userPrincipalName),
	} {
		if !slices.Contains(verify(t, c), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if found := verify(t, c); len(found) != 3 {
		t.Errorf("found %q", found)
	}
}

func TestProvisionOnDemand(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{Dialect: Flagged, People: 4, Groups: 1, Seed: 9})
	p := c.office.people
	for _, who := range []*person{p[0], p[1]} {
		if err := c.ProvisionOnDemand(t.Context(), who.userPrincipalName); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.users) != 2 || p[1].link.manager != p[0].link.id {
		t.Errorf("%v", s.users)
	}
	cycle(t, c)
	agree(t, c)
	if err := c.ProvisionOnDemand(t.Context(), "nobody@office.example"); err == nil {
		t.Error("nobody was provisioned")
	}
	p[2].state = binned
	if err := c.ProvisionOnDemand(t.Context(), p[2].userPrincipalName); err == nil {
		t.Error("a deleted person was restored")
	}
	s.refuse = func(_ int, r *http.Request) int {
		if r.Method == http.MethodPatch {
			return 400
		}
		return 0
	}
	p[3].jobTitle = "Juggler"
	err := c.ProvisionOnDemand(t.Context(), p[3].userPrincipalName)
	if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeBadRequest {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	for fault, o := range map[string]Options{
		"http is only for loopback":   {URL: "http://scim.example/v2"},
		"begin with https://":         {URL: "ftp://scim.example"},
		"cannot be read":              {URL: "https://scim.example/%zz"},
		"holds a user name":           {URL: "https://a:b@scim.example"},
		"has a fragment":              {URL: "https://scim.example/#users"},
		"holds the token":             {URL: "https://scim.example/t0ken"},
		"the token is missing":        {Token: "two words"},
		"choose legacy, flagged or":   {Dialect: "klingon"},
		"end in .example":             {Domain: "contoso.com"},
		"people must be from 0":       {People: -1},
		"groups must be from 0":       {Groups: 1 << 20},
		"concurrency must be from 1":  {Concurrency: -1},
		"pace and timeout must not b": {Pace: -1},
	} {
		if o.URL == "" {
			o.URL = "https://scim.example"
		}
		if o.Token == "" {
			o.Token = "t0ken"
		}
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), fault) || strings.Contains(err.Error(), "t0ken") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	c, err := New(Options{URL: "https://scim.example/scim/?aadOptscim062020", Token: "t0ken"})
	if err != nil || c.options.Dialect != Flagged || c.wire.target("/Users", "x") != "/scim/Users?aadOptscim062020&x" {
		t.Errorf("%+v %v", c, err)
	}
	if d, err := ParseDialect(" Mixed "); d != Mixed || err != nil {
		t.Error(d, err)
	}
}

func TestPrint(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{People: 30, Groups: 2, Seed: 1})
	s.refuse = func(_ int, r *http.Request) int {
		if r.Method == http.MethodPost {
			return 400
		}
		return 0
	}
	r, err := c.Rehearse(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"in the legacy dialect, seed 1: 30 people, 2 groups in ",
		"Cycle 1 (initial): 66 requests, 32 failed, ",
		", 32 objects waiting for the next cycle",
		"  failed: create user: POST /scim/v2/Users: status 400: SystemForCrossDomainIdentityManagementBadRequest: refused by the test\n",
		"  and 12 more failures\n",
		"create user            180      180 ",
		"Verified: 32 differences.\n",
		"is missing: never created with success\n",
		"  and 12 more\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
	if t.Failed() {
		t.Log(b.String())
	}
	if r.OK() {
		t.Error("the report says that all is well")
	}
}
