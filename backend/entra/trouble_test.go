package entra

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTrouble lets a target fail by chance in every way, for many cycles, and expects that all agrees soon afterwards.
func TestTrouble(t *testing.T) {
	for seed := range uint64(3) {
		dialect := []Dialect{Legacy, Flagged, Mixed}[seed%3]
		t.Run(fmt.Sprint(dialect, seed), func(t *testing.T) {
			s := newTarget(t)
			c := newClient(t, s, Options{Dialect: dialect, People: 40, Groups: 9, Seed: seed, Concurrency: 1 + int(2*seed)})
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
			s.change(func() { s.refuse, s.lose = nil, nil })
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
	first, users := cycle(t, c), 0
	s.change(func() { users = len(s.users) })
	if first.Total.Failed == 0 || first.Escrow == 0 || users != 20 {
		t.Fatalf("%d failed, %d wait, %d users", first.Total.Failed, first.Escrow, users)
	}
	for _, f := range first.Failures {
		if f.Code != codeWeb || f.Status != 0 {
			t.Error(&f)
		}
	}
	s.change(func() { s.lose = nil })
	if second, err := c.Settle(t.Context()); err != nil || second.Count(CreateUser) != 0 || second.Count(MatchUser) != 10 || len(s.users) != 20 {
		t.Errorf("%+v %v, %d users", second.Kinds, err, len(s.users))
	}
	agree(t, c)
}

// TestDoneButNotAnswered lets the target do what it is asked and then fail, by a hang-up or by a 500, while the office
// goes on: in the next cycle the opposite is wanted, and only a client that is unsure of its belief sends anything.
func TestDoneButNotAnswered(t *testing.T) {
	turns := map[string]struct {
		act, revert func(c *Client)
		method      string
	}{
		"creation, then disabled": {
			act: func(c *Client) { c.office.hire(1).jobTitle = "Juggler" }, method: http.MethodPost,
			revert: func(c *Client) { c.office.people[6].state = disabled },
		},
		"creation, then deleted": {
			act: func(c *Client) { c.office.hire(1) }, method: http.MethodPost,
			revert: func(c *Client) { c.office.people[6].state = purged },
		},
		"title, then as before": {
			act: func(c *Client) { c.office.people[2].office = "HQ-9.99" }, method: http.MethodPatch,
			revert: func(c *Client) { c.office.people[2].office = "HQ-1.11" },
		},
		"disabled, then enabled": {
			act: func(c *Client) { c.office.people[2].state = disabled }, method: http.MethodPatch,
			revert: func(c *Client) { c.office.people[2].state = working },
		},
		"manager, then as before": {
			act: func(c *Client) { c.office.people[4].manager = c.office.people[3] }, method: http.MethodPatch,
			revert: func(c *Client) { c.office.people[4].manager = c.office.people[0] },
		},
		"deletion": {
			act: func(c *Client) { c.office.people[5].state = purged }, method: http.MethodDelete,
			revert: func(*Client) {},
		},
		"member added, then removed": {
			act: func(c *Client) { g := c.office.groups[0]; g.members = append(g.members, c.office.people[5]) }, method: http.MethodPatch,
			revert: func(c *Client) { g := c.office.groups[0]; g.members = g.members[:len(g.members)-1] },
		},
		"member removed, then added": {
			act: func(c *Client) { g := c.office.groups[0]; g.members = g.members[:1] }, method: http.MethodPatch,
			revert: func(c *Client) { g := c.office.groups[0]; g.members = g.members[:2] },
		},
		"group renamed, then as before": {
			act: func(c *Client) { c.office.groups[0].name = "Brief" }, method: http.MethodPatch,
			revert: func(c *Client) { c.office.groups[0].name = "All staff" },
		},
		"group formed, then unassigned": {
			act: func(c *Client) { c.office.found(1, 0) }, method: http.MethodPost,
			revert: func(c *Client) { c.office.groups[1].assigned = false },
		},
		"group deleted, then assigned": {
			act: func(c *Client) { c.office.groups[0].assigned = false }, method: http.MethodDelete,
			revert: func(c *Client) { c.office.groups[0].assigned = true },
		},
	}
	for name, turn := range turns {
		for _, hangUp := range []bool{true, false} {
			t.Run(fmt.Sprint(name, hangUp), func(t *testing.T) {
				s := newTarget(t)
				c := newClient(t, s, Options{People: 6, Groups: 1, Seed: 13})
				c.office.people[2].office = "HQ-1.11"
				c.office.groups[0].members = []*person{c.office.people[1], c.office.people[3]}
				cycle(t, c)
				fails := func(_ int, r *http.Request) bool { return r.Method == turn.method }
				if hangUp {
					s.lose = fails
				} else {
					s.late = fails
				}
				turn.act(c)
				if r, err := c.Settle(t.Context()); err != nil || r.Total.Failed == 0 {
					t.Errorf("%+v %v", r, err)
				}
				s.change(func() { s.lose, s.late = nil, nil })
				turn.revert(c)
				for range 2 {
					if r, err := c.Settle(t.Context()); err != nil || r.Total.Failed > 1 { // one for a 404 that cuts a link
						t.Errorf("%+v %v", r, err)
					}
				}
				agree(t, c)
			})
		}
	}
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
	for i := range 2 { // the second time there is nothing to correct
		c.Restart()
		if last, err := c.Settle(t.Context()); err != nil || last.Count(ReadUser) != 5 || last.Count(DisableUser) != 1-i {
			t.Errorf("%+v %v", last.Kinds, err)
		}
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
	t.Run("a redirect", func(t *testing.T) {
		s, other := newTarget(t), newTarget(t)
		redirect := httptest.NewServer(http.RedirectHandler(other.URL+"/scim/v2/Users", http.StatusFound))
		defer redirect.Close()
		s.Server = redirect
		err := newClient(t, s, Options{People: 1}).TestConnection(t.Context())
		if f, ok := errors.AsType[*Failure](err); !ok || f.Code != codeIncompatible || f.Status != 302 || len(other.log) > 0 {
			t.Error(err, other.log)
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
	s.change(func() { s.lose = nil })
	cycle(t, c)
	agree(t, c)
}
