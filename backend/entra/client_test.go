package entra

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
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

// TestTrouble lets a target fail by chance in every way, for many cycles, and expects that all agrees soon afterwards.
func TestTrouble(t *testing.T) {
	for seed := range uint64(6) {
		dialect := []Dialect{Legacy, Flagged, Mixed}[seed%3]
		t.Run(fmt.Sprint(dialect, seed), func(t *testing.T) {
			s := newTarget(t)
			c := newClient(t, s, Options{Dialect: dialect, People: 40, Groups: 9, Seed: seed, Concurrency: 1 + int(seed%2)*3})
			dice := rand.New(rand.NewPCG(seed, 1))
			s.refuse = func(int, *http.Request) int {
				switch {
				case dice.IntN(25) == 0:
					return 500 + dice.IntN(4)
				case dice.IntN(60) == 0:
					return 429
				default:
					return 0
				}
			}
			s.lose = func(int, *http.Request) bool { return dice.IntN(25) == 0 }
			for range 12 {
				if _, err := c.Cycle(t.Context()); err != nil && !errors.Is(err, ErrSilent) && !errors.Is(err, ErrQuarantine) {
					t.Fatal(err)
				}
			}
			s.refuse, s.lose = nil, nil
			for range 3 {
				if _, err := c.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			agree(t, c)
		})
	}
}

func TestLostAnswersAreFoundAgain(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{People: 20, Groups: 3, Seed: 3})
	posts := 0
	s.lose = func(_ int, r *http.Request) bool {
		if r.Method == http.MethodPost {
			posts++
		}
		return r.Method == http.MethodPost && posts%2 == 0
	}
	first := cycle(t, c)
	if first.Total.Failed == 0 || first.Escrow == 0 || len(s.users) != 20 {
		t.Fatalf("%d failed, %d wait, %d users", first.Total.Failed, first.Escrow, len(s.users))
	}
	for _, f := range first.Failures {
		if f.Code != codeWeb || f.Status != 0 {
			t.Error(&f)
		}
	}
	s.lose = nil
	if second, err := c.Settle(t.Context()); err != nil || second.Count(CreateUser) != 0 || second.Count(MatchUser) != 10 || len(s.users) != 20 {
		t.Errorf("%+v %v, %d users", second.Kinds, err, len(s.users))
	}
	agree(t, c)
}

func TestEverySeventhFails(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{Dialect: Flagged, People: 30, Groups: 4, Seed: 4})
	s.refuse = func(n int, _ *http.Request) int {
		if n%7 == 0 {
			return 500
		}
		return 0
	}
	first := cycle(t, c)
	if want := s.answers / 7; first.Total.Failed != want || len(first.Failures) != want {
		t.Errorf("%d failures, %d listed, and there were %d", first.Total.Failed, len(first.Failures), want)
	}
	for _, f := range first.Failures {
		if f.Status != 500 || f.Code != codeServer || f.Detail != "refused by the test" {
			t.Error(&f)
		}
	}
	if len(verify2(t, c, s)) == 0 {
		t.Error("nothing differs")
	}
	for range 8 {
		if last, err := c.Settle(t.Context()); err == nil && last.Escrow == 0 {
			break
		}
	}
	s.refuse = nil
	agree(t, c)
}

// verify2 verifies on a target that is well for the moment.
func verify2(t *testing.T, c *Client, s *target) []string {
	t.Helper()
	refuse := s.refuse
	s.refuse = nil
	defer func() { s.refuse = refuse }()
	return verify(t, c)
}

func TestDroppedMember(t *testing.T) {
	s := newTarget(t)
	s.forgetful = true
	c := newClient(t, s, Options{People: 12, Groups: 1, Seed: 5})
	cycle(t, c)
	found := verify(t, c)
	if len(found) != 4 {
		t.Fatalf("4 of 12 members are missing, and found is %q", found)
	}
	for _, d := range found {
		if !strings.HasPrefix(d, `Group "All staff" lacks the member `) || !strings.HasSuffix(d, "@office.example") {
			t.Error(d)
		}
	}
	// Entra does not read members back: nothing happens until a restart.
	s.forgetful = false
	if last, err := c.Settle(t.Context()); err != nil || last.Total.Count != 2 || len(verify(t, c)) != 4 {
		t.Errorf("%+v %v", last, err)
	}
	c.Restart()
	if last, err := c.Settle(t.Context()); err != nil || last.Count(AddMember) != 12 || last.Count(ReadUser) != 12 || last.Count(ReadGroup) != 1 || last.Count(UpdateUser) != 0 {
		t.Errorf("%+v %v", last.Kinds, err)
	}
	agree(t, c)
}

func TestIgnoredDisable(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{Dialect: Flagged, People: 5, Seed: 6})
	cycle(t, c)
	s.deaf = true
	c.office.people[3].state = disabled
	if last, err := c.Settle(t.Context()); err != nil || last.Count(DisableUser) != 1 || last.Total.Failed != 0 {
		t.Fatalf("%+v %v", last, err)
	}
	want := fmt.Sprintf(`User %q has active true where false is expected`, c.office.people[3].userPrincipalName)
	if found := verify(t, c); len(found) != 1 || found[0] != want {
		t.Errorf("found %q, want %q", found, want)
	}
	s.deaf = false
	c.Restart()
	if _, err := c.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	agree(t, c)
}

func TestVerifyNamesEveryDifference(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{People: 12, Groups: 2, Seed: 8})
	cycle(t, c)
	p, other := c.office.people, s.users
	name := func(i int) string { return fmt.Sprintf("User %q ", p[i].userPrincipalName) }
	other[1]["displayName"] = "Somebody"
	delete(other[2], "preferredLanguage")
	other[3]["active"] = "True"
	delete(other[4][enterpriseUser].(map[string]any), "manager")
	other[5]["emails"] = []any{map[string]any{"type": "work", "value": p[5].mail}, map[string]any{"type": "work", "value": "b"}}
	other[6]["addresses"].([]any)[0].(map[string]any)["country"] = "Atlantis"
	other[7][enterpriseUser].(map[string]any)["department"] = 7.0
	setMembers(s.groups[0], append(membersOf(s.groups[0])[1:], "u-99"))
	s.users = append(s.users[:len(s.users)-1], map[string]any{"id": "u-99", "userName": "ghost@office.example", "active": true})
	s.groups = append(s.groups, map[string]any{"id": "g-99", "displayName": "Ghosts"})
	s.groups[1]["externalId"] = "x"
	found := strings.Join(verify(t, c), "\n")
	for _, want := range []string{
		name(1) + `has displayName "Somebody" where ` + fmt.Sprintf("%q", p[1].displayName) + ` is expected`,
		name(2) + `has no preferredLanguage where ` + fmt.Sprintf("%q", p[2].language) + ` is expected`,
		name(3) + `has an odd shape: active is the string "True" and no boolean`,
		name(4) + `has no ` + managerPath + ` where "` + p[0].link.id + `" is expected`,
		name(5) + `has an odd shape: emails has 2 elements of the type work`,
		name(6) + `has addresses[type eq "work"].country "Atlantis" where ` + fmt.Sprintf("%q", p[6].country) + ` is expected`,
		name(7) + `has an odd shape: ` + enterpriseUser + `:department is not a string`,
		name(11) + `is missing: the id ` + p[11].link.id + ` is not listed`,
		`User "ghost@office.example" is there, and nobody in the office has the id u-99`,
		`Group "All staff" has the member somebody unknown with the id u-99, who is not in it`,
		`Group "All staff" lacks the member `,
		`Group "Ghosts" is there, and no group in the office has the id g-99`,
		`Group "Finance" has externalId "x" where "` + c.office.groups[1].objectID + `" is expected`,
	} {
		if !strings.Contains(found, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if n := strings.Count(found, "\n") + 1; n != 14 { // two for department 7
		t.Errorf("%d differences:\n%s", n, found)
	}
}

func TestGroupsNotThere(t *testing.T) {
	s := newTarget(t)
	s.refuse = func(_ int, r *http.Request) int {
		if strings.Contains(r.URL.Path, "/Groups") {
			return 404
		}
		return 0
	}
	c := newClient(t, s, Options{People: 5, Groups: 2, Seed: 1})
	err := c.TestConnection(t.Context())
	if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeIncompatible || f.Status != 404 || !strings.Contains(f.Target, "/Groups?") {
		t.Errorf("test connection: %v", err)
	}
	r, err := c.Cycle(t.Context())
	if !errors.Is(err, ErrQuarantine) || r.Total.Count != 2 || r.Stopped == "" || len(s.users) != 0 {
		t.Errorf("%+v %v", r, err)
	}
	var b strings.Builder
	if err := c.Report().Print(&b); err != nil || !strings.Contains(b.String(), "ended early: the job is in quarantine: probe: GET /scim/v2/Groups?excludedAttributes=members&filter=displayName+eq+") {
		t.Errorf("%v\n%s", err, b.String())
	}
	s.refuse = nil
	cycle(t, c)
	agree(t, c)
}

func TestOddTargets(t *testing.T) {
	t.Run("a login page", func(t *testing.T) {
		s := newTarget(t)
		s.html = true
		err := newClient(t, s, Options{People: 1}).TestConnection(t.Context())
		if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeIncompatible || !strings.Contains(f.Detail, "[RedactedHtmlContent]") || strings.Contains(f.Detail, "Sign in") {
			t.Error(err)
		}
	})
	t.Run("filters ignored", func(t *testing.T) {
		s := newTarget(t)
		c := newClient(t, s, Options{People: 1})
		s.users = []map[string]any{{"id": "u-9", "userName": "real@office.example", "active": true}}
		s.unfilters = true
		err := c.TestConnection(t.Context())
		if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeMultiple {
			t.Error(err)
		}
		// Whoever answers to the wrong name is not adopted.
		v := c.visit()
		v.syncUser(t.Context(), c.office.people[0])
		if len(v.failures) != 1 || v.failures[0].Code != codeIncompatible || c.office.people[0].link.id != "" {
			t.Errorf("%v", v.failures)
		}
	})
	t.Run("two accounts", func(t *testing.T) {
		s := newTarget(t)
		c := newClient(t, s, Options{People: 1})
		name := c.office.people[0].userPrincipalName
		s.users = []map[string]any{{"id": "u-8", "userName": name}, {"id": "u-9", "userName": strings.ToUpper(name)}}
		r := cycle(t, c)
		if len(r.Failures) != 1 || r.Failures[0].Code != codeDuplicate || r.Escrow != 1 || len(s.users) != 2 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("members although excluded", func(t *testing.T) {
		s := newTarget(t)
		c := newClient(t, s, Options{People: 1, Groups: 1})
		s.groups = []map[string]any{{"id": "g-9", "displayName": "All staff", "MEMBERS": []any{map[string]any{"value": "x"}}}}
		r := cycle(t, c)
		if len(r.Failures) != 1 || r.Failures[0].Code != codeMultiple || r.Escrow != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("account deleted at the target", func(t *testing.T) {
		s := newTarget(t)
		c := newClient(t, s, Options{People: 6, Groups: 1})
		cycle(t, c)
		lost := c.office.people[2]
		lost.jobTitle = "Juggler"
		s.users = append(s.users[:2], s.users[3:]...)
		r, err := c.Settle(t.Context())
		if err != nil || len(r.Failures) != 1 || r.Failures[0].Code != codeAnchor || r.Escrow == 0 {
			t.Errorf("%+v %v", r, err)
		}
		if r, err = c.Settle(t.Context()); err != nil || r.Count(CreateUser) != 1 || r.Count(SetManager) != 1 || r.Count(AddMember) != 1 {
			t.Errorf("%+v %v", r.Kinds, err)
		}
		for i, m := range s.groups[0]["members"].([]any) { // the target kept the old id, which Entra cannot know
			if m.(map[string]any)["value"] == "u-3" {
				s.groups[0]["members"] = append(s.groups[0]["members"].([]any)[:i:i], s.groups[0]["members"].([]any)[i+1:]...)
				break
			}
		}
		agree(t, c)
	})
	t.Run("refused for good", func(t *testing.T) {
		s := newTarget(t)
		c := newClient(t, s, Options{People: 3})
		name := c.office.people[1].userPrincipalName
		s.refuse = func(_ int, r *http.Request) int {
			if r.Method == http.MethodPost && strings.Contains(s.log[len(s.log)-1], name) {
				return 409
			}
			return 0
		}
		for range 3 { // the create is repeated in each cycle
			r, err := c.Settle(t.Context())
			if err != nil || len(r.Failures) != 1 || r.Failures[0].Code != "Conflict" || r.Escrow != 1 {
				t.Errorf("%+v %v", r, err)
			}
		}
		if found := verify(t, c); len(found) != 1 || found[0] != fmt.Sprintf("User %q is missing: never created with success", name) {
			t.Error(found)
		}
	})
}

func TestQuarantine(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{People: 30, Groups: 2, Seed: 2, Concurrency: 4})
	s.refuse = func(n int, _ *http.Request) int {
		if n > 20 {
			return 403
		}
		return 0
	}
	r, err := c.Cycle(t.Context())
	if !errors.Is(err, ErrQuarantine) || r.Total.Count > 20+4 {
		t.Errorf("%d requests, %v", r.Total.Count, err)
	}
	v := c.visit()
	v.requests = 13_000
	for range 4_999 {
		v.fail(Failure{Kind: CreateUser, Code: codeServer})
	}
	for range 5_000 { // references do not count
		v.fail(Failure{Kind: AddMember, Code: codeServer})
	}
	if v.stop != nil {
		t.Error(v.stop)
	}
	for range 202 {
		v.fail(Failure{Kind: CreateUser, Code: codeServer})
	}
	if !errors.Is(v.stop, ErrQuarantine) {
		t.Error("5,201 of 13,000 failed, and it goes on")
	}
}

func TestServerGoesAway(t *testing.T) {
	s := newTarget(t)
	c := newClient(t, s, Options{People: 40, Groups: 3, Seed: 11})
	s.lose = func(n int, _ *http.Request) bool { return n > 30 }
	r, err := c.Cycle(t.Context())
	if !errors.Is(err, ErrSilent) || r.Total.Failed != silentRow {
		t.Errorf("%d failed, %v", r.Total.Failed, err)
	}
	if _, err := c.Cycle(t.Context()); !errors.Is(err, ErrSilent) {
		t.Error(err)
	}
	s.lose = nil
	cycle(t, c)
	agree(t, c)
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
	s.users, s.groups = s.users[:90], s.groups[:1]
	c = newClient(t, s, Options{People: 5, Groups: 1})
	if err := c.Survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	cycle(t, c)
	agree(t, c)
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
