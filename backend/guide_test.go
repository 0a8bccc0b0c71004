package backend

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

const (
	testProbe = `/Users?filter=userName+eq+"5c1f0a7e-2f55-4c36-9a0c-0c9a3d1b7f10"`
	anna      = `{"userName":"anna.berg@contoso.example","displayName":"Anna Berg"}`
)

// byEdge sends a request by the public address, as Entra does, and waits until its row is in the log.
func byEdge(t *testing.T, b *Backend, s *ngroktest.Server, method, address, secret, body string) int {
	t.Helper()
	before := guideLast(t, b)
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := s.EdgeClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if strings.HasPrefix(address, b.address()) {
		for range b.Watch(t.Context()) {
			if guideLast(t, b) > before {
				break
			}
		}
	}
	return res.StatusCode
}

func guideLast(t *testing.T, b *Backend) int64 {
	t.Helper()
	_, last, err := b.store.ActivityHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func guideStep(t *testing.T, b *Backend, id string, later time.Duration) GuideStep {
	t.Helper()
	g, err := b.guideAt(t.Context(), time.Now().Add(later))
	if err != nil {
		t.Fatal(err)
	}
	return g.Steps[slices.Index(guideSteps, id)]
}

// wantStep looks at a step: its state and how it is done, or its detail.
func wantStep(t *testing.T, b *Backend, id string, later time.Duration, state, why string) GuideStep {
	t.Helper()
	s := guideStep(t, b, id, later)
	if s.State != state || (s.By != why && s.Detail != why) {
		t.Errorf("%s is %s by %q: %q (%s), want %s by %q", id, s.State, s.By, s.Detail, s.Value, state, why)
	}
	return s
}

// TestTheGuideTicksItself from what comes by the public address, in the order in which it comes.
func TestTheGuideTicksItself(t *testing.T) {
	b, secret, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	post := func(path, body string) {
		t.Helper()
		if status := byEdge(t, b, s, http.MethodPost, b.address()+path, secret, body); status != http.StatusCreated {
			t.Fatalf("%s is answered by %d", body, status)
		}
	}
	wantStep(t, b, GuideTunnel, 0, guideDone, guideSeen)
	wantStep(t, b, GuideToken, 0, guideDone, guideSeen)
	for _, id := range []string{GuidePlan, GuideNight, GuideTarget, GuidePeople, GuideValues, GuideTest, GuideOnDemand, GuideForecast, GuideStart, GuideGroup, GuideCycle, GuideWatch} {
		wantStep(t, b, id, 0, guideOpen, "")
	}
	if status := byEdge(t, b, s, http.MethodGet, b.address()+testProbe, secret, ""); status != http.StatusOK {
		t.Fatal(status)
	}
	wantStep(t, b, GuideValues, 0, guideDone, guideSeen)
	if at := wantStep(t, b, GuideTest, 0, guideDone, guideSeen); at.Request == 0 || at.At == "" {
		t.Errorf("the test is %+v", at)
	}
	wantStep(t, b, GuideOnDemand, time.Hour, guideOpen, "")

	post("/Users", anna)
	wantStep(t, b, GuideOnDemand, 0, guideOpen, "") // others may follow
	if at := wantStep(t, b, GuideOnDemand, guidePause, guideDone, guideSeen); at.Value != "Anna Berg" {
		t.Errorf("on demand came %q", at.Value)
	}
	wantStep(t, b, GuideStart, guidePause, guideOpen, guideOnePerson)

	post("/Users", `{"userName":"ben.otto@contoso.example","displayName":"Ben Otto"}`)
	post("/Users", `{"userName":"cem.aslan@contoso.example","displayName":"Cem Aslan"}`)
	wantStep(t, b, GuideStart, 0, guideDone, guideSeen)
	wantStep(t, b, GuideForecast, 0, guideDone, guidePast)
	wantStep(t, b, GuideGroup, 0, guideOpen, "")
	post("/Groups", `{"displayName":"Finance"}`)
	if at := wantStep(t, b, GuideGroup, 0, guideDone, guideSeen); at.Value != "Finance" {
		t.Errorf("the group is %q", at.Value)
	}
	wantStep(t, b, GuideCycle, time.Minute, guideOpen, "")
	wantStep(t, b, GuideCycle, guideBreak, guideDone, guideSeen)
	if g, err := b.Guide(t.Context()); err != nil || !g.Done || g.Step != GuideWatch {
		t.Errorf("it is %+v: %v", g, err)
	}
	wantStep(t, b, GuideWatch, guideGone-time.Minute, guideOpen, "")
	wantStep(t, b, GuideWatch, guideGone+time.Minute, guideTrouble, guideQuiet)

	b.guide = &guide{} // as after a restart
	if g, err := b.Guide(t.Context()); err != nil || !g.Done || g.Steps[slices.Index(guideSteps, GuideTest)].Request == 0 {
		t.Errorf("after a restart it is %+v: %v", g, err)
	}
}

// TestTheGuideNamesWhatIsWrong from real requests.
func TestTheGuideNamesWhatIsWrong(t *testing.T) {
	b, secret, s := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	if _, err := b.SaveGuide(t.Context(), GuideChange{Step: GuideTest}); err != nil {
		t.Fatal(err)
	}
	wantStep(t, b, GuideTest, time.Minute, guideOpen, "")
	wantStep(t, b, GuideTest, guideSilence+time.Minute, guideTrouble, guideNoRequest)

	if c := checkThrough(t, b, false); !c.OK {
		t.Fatalf("the check is %+v", c)
	}
	wantStep(t, b, GuideTest, guideSilence+time.Minute, guideTrouble, guideCheckOK)
	s.Intercept(ngroktest.Refusal(http.StatusForbidden, "ERR_NGROK_727"))
	checkThrough(t, b, false)
	s.Intercept(nil)
	if at := wantStep(t, b, GuideTunnel, 0, guideTrouble, guideCheckFailed); at.Value != "edge" {
		t.Errorf("it failed at %q", at.Value)
	}
	wantStep(t, b, GuideTest, 0, guideTrouble, guideCheckFailed)
	checkThrough(t, b, false)

	origin := strings.TrimSuffix(b.address(), "/scim/v2")
	byEdge(t, b, s, http.MethodGet, origin+"/scim"+testProbe, secret, "")
	if at := wantStep(t, b, GuideTest, 0, guideTrouble, guideWrongPath); at.Value != "/scim/Users" {
		t.Errorf("the path is %q", at.Value)
	}
	byEdge(t, b, s, http.MethodGet, origin+"/wp-login.php", secret, "")
	if at := guideStep(t, b, GuideTest, 0); at.Value != "/scim/Users" {
		t.Errorf("what is nothing like SCIM is told: %q", at.Value)
	}
	byEdge(t, b, s, http.MethodGet, b.address()+"/scim/v2"+testProbe, secret, "")
	if at := wantStep(t, b, GuideTest, 0, guideTrouble, guideWrongPath); at.Value != "/scim/v2/scim/v2/Users" || at.Request == 0 {
		t.Errorf("the doubled path is %+v", at)
	}

	wrong := token.Prefix + strings.Repeat("x", 40)
	if status := byEdge(t, b, s, http.MethodGet, b.address()+testProbe, wrong, ""); status != http.StatusUnauthorized {
		t.Fatal(status)
	}
	wantStep(t, b, GuideTest, 0, guideTrouble, guideRefused)
	made, err := b.RotateToken(t.Context(), TokenRotation{Leaked: true})
	if err != nil {
		t.Fatal(err)
	}
	byEdge(t, b, s, http.MethodGet, b.address()+testProbe, secret, "")
	if at := wantStep(t, b, GuideTest, 0, guideTrouble, guideRefused); at.Value != secret[len(secret)-4:] {
		t.Errorf("the one that was sent ends in %q", at.Value)
	}
	secret = made.Secret
	byEdge(t, b, s, http.MethodGet, b.address()+testProbe, secret, "")
	wantStep(t, b, GuideTest, 0, guideDone, guideSeen)

	if status := byEdge(t, b, s, http.MethodPost, b.address()+"/Users", secret, `{"displayName":"Nobody"}`); status != http.StatusBadRequest {
		t.Fatal(status)
	}
	if at := wantStep(t, b, GuideOnDemand, 0, guideTrouble, guideFailed); !strings.Contains(at.Value, "userName") {
		t.Errorf("it was told %q", at.Value)
	}
	byEdge(t, b, s, http.MethodPost, b.address()+"/Users", secret, anna)
	wantStep(t, b, GuideOnDemand, guidePause, guideDone, guideSeen)

	if err := b.StopTunnel(t.Context()); err != nil {
		t.Fatal(err)
	}
	tunnelIs(t, b, tunnel.Off)
	wantStep(t, b, GuideTunnel, 0, guideTrouble, guideTunnelDown)
	wantStep(t, b, GuideStart, 0, guideTrouble, guideTunnelDown)
}

func TestTheGuideTellsOfAnotherAddress(t *testing.T) {
	b, _, _ := tunnelled(t, ngroktest.Options{Authtoken: ngrokToken})
	b.changeGiven(t.Context(), func(givenAddress) givenAddress {
		return givenAddress{Address: "https://former.contoso.example/scim/v2", Way: WayNgrok, New: b.address(), NewWay: WayNgrok, At: time.Now()}
	})
	wantStep(t, b, GuideTunnel, 0, guideTrouble, guideAddress)
	if at := wantStep(t, b, GuideTest, 0, guideTrouble, guideAddress); at.Value != b.address() {
		t.Errorf("the address of now is %q", at.Value)
	}
}

// TestTheGuideTakesNothingFromThisComputer, whatever it sends and however often one looks.
func TestTheGuideTakesNothingFromThisComputer(t *testing.T) {
	for name, o := range map[string]Options{
		"nobody else is to come": {},
		"ngrok is the way":       {Ngrok: true, Opener: &ngrokDesk{own: "desk.ngrok.example"}},
		"own address":            {PublicURL: "https://desk.contoso.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Dir = t.TempDir()
			b, _ := linked(t, o, nil)
			secret := madeToken(t, b).Secret
			send := func(method, path, body string) {
				req, err := http.NewRequestWithContext(t.Context(), method, "http://"+b.door.bound()+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+secret)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
			}
			send("GET", "/scim/v2"+testProbe, "")
			send("POST", "/scim/v2/Users", anna)
			send("POST", "/scim/v2/Users", `{"userName":"ben.otto@contoso.example"}`)
			send("POST", "/scim/v2/Groups", `{"displayName":"Finance"}`)
			send("GET", "/scim/Users", "")
			before := guideLast(t, b)
			secret = "wrong"
			send("GET", "/scim/v2"+testProbe, "")
			for range b.Watch(t.Context()) {
				if guideLast(t, b) > before {
					break
				}
			}
			for _, id := range []string{GuideValues, GuideTest, GuideOnDemand, GuideStart, GuideGroup, GuideCycle} {
				if s := guideStep(t, b, id, time.Hour); s.State == guideDone || slices.Contains([]string{guideWrongPath, guideRefused}, s.Detail) {
					t.Errorf("%s is %+v", id, s)
				}
			}
		})
	}
}

// TestTheGuideBehindAProxyThatNobodyNamed counts what that hands on.
func TestTheGuideBehindAProxyThatNobodyNamed(t *testing.T) {
	b, _ := linked(t, Options{Dir: t.TempDir(), PublicURL: "https://desk.contoso.example"}, nil)
	made := madeToken(t, b)
	askAs(t, b, made.Secret, "", "203.0.113.7")
	for range b.Watch(t.Context()) {
		if guideLast(t, b) > 0 {
			break
		}
	}
	wantStep(t, b, GuideValues, 0, guideDone, guideSeen)
}

// TestTheGuideKnowsEntraByItsInterval: a folder that was set up long ago, where nothing changes any more.
func TestTheGuideKnowsEntraByItsInterval(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	first := time.Now().Add(-3 * time.Hour)
	visit := func(after time.Duration) {
		b.store.Log(&store.Activity{At: first.Add(after), Method: "GET", Target: "/scim/v2" + testProbe, Status: 200, Action: "test", ResourceType: "User", Token: "1", Via: server.ViaTunnel})
	}
	visit(0)
	visit(5 * time.Minute) // somebody tests
	visit(41 * time.Minute)
	for range b.Watch(t.Context()) {
		if guideLast(t, b) == 3 {
			break
		}
	}
	wantStep(t, b, GuideCycle, 0, guideOpen, "")
	visit(80 * time.Minute)
	for range b.Watch(t.Context()) {
		if guideLast(t, b) == 4 {
			break
		}
	}
	if g, err := b.Guide(t.Context()); err != nil || wantDone(g) != "" && wantDone(g) != GuideTunnel+" "+GuideToken {
		t.Errorf("still open are %s: %v", wantDone(g), err)
	}
}

func wantDone(g Guide) string {
	var open []string
	for _, s := range g.Steps {
		if s.ID != GuideWatch && s.State != guideDone && s.State != guideSkipped {
			open = append(open, s.ID)
		}
	}
	return strings.Join(open, " ")
}

// TestWhatTheAdminSaysIsKept, and taken back.
func TestWhatTheAdminSaysIsKept(t *testing.T) {
	dir := t.TempDir()
	open := func() *Backend {
		t.Helper()
		b, err := Open(context.WithoutCancel(t.Context()), Options{Dir: dir, Listen: NoListener})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := open()
	for _, c := range []GuideChange{
		{Step: GuideValues, Plan: "free", Role: "yes", Night: "no", Portal: "classic", Cloud: "usgov", People: "none", Hidden: "yes"},
		{Skip: GuideOnDemand}, {Done: GuideTarget}, {Done: GuideValues}, {Undone: GuideValues},
	} {
		if _, err := b.SaveGuide(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []GuideChange{{Step: "nowhere"}, {Skip: "nothing"}, {Plan: "p7"}, {Cloud: "moon"}, {Hidden: "perhaps"}} {
		if _, err := b.SaveGuide(t.Context(), c); !errors.Is(err, ErrQuery) {
			t.Errorf("%+v gives %v", c, err)
		}
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open()
	defer func() { _ = b.Close() }()
	g, err := b.Guide(t.Context())
	if err != nil || g.Step != GuideValues || g.Plan != "free" || g.Role != "yes" || g.Night != "no" || g.Portal != "classic" || g.Cloud != "usgov" || g.People != "none" || !g.Hidden || g.Done {
		t.Errorf("it is %+v: %v", g, err)
	}
	wantStep(t, b, GuidePlan, 0, guideDone, guideSaid)
	wantStep(t, b, GuideNight, 0, guideDone, guideSaid)
	wantStep(t, b, GuideTarget, 0, guideDone, guideSaid)
	wantStep(t, b, GuidePeople, 0, guideDone, guideSaid)
	wantStep(t, b, GuideOnDemand, 0, guideSkipped, "")
	wantStep(t, b, GuideForecast, 0, guideSkipped, guideNobody)
	wantStep(t, b, GuideGroup, 0, guideSkipped, guideFreeGroups)
	wantStep(t, b, GuideValues, 0, guideOpen, "")
	wantStep(t, b, GuideTunnel, 0, guideOpen, guideNoWay)
	if len(g.Tutorial) == 0 || g.Target == "" {
		t.Errorf("the target is %q with %v", g.Target, g.Tutorial)
	}
}
