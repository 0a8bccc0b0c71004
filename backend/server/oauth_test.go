package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"scimdesk/backend/store"
)

const (
	clientID     = "4c5f0a52-87a8-44a8-9a38-6a2f6f6a6d11"
	clientSecret = "sdc_the client's & secret"
)

// endpoint is a server with a client, while on is set.
func endpoint(t *testing.T, on *atomic.Bool) (http.Handler, *store.Store) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	h := New(Options{Store: st, Verify: onlySecret, OAuth: OAuth{
		On: on.Load,
		Known: func(id, s string) (Caller, bool) {
			return Caller{Token: clientID, LastFour: "cret"}, id == clientID && s == clientSecret
		},
		Grant: func(context.Context, string, string) (string, time.Duration, error) {
			return "sda_given", time.Hour, nil
		},
	}})
	return h, st
}

func tokenRequest(ctx context.Context, method, target, body string, header ...string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, "http://desk.example"+target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// TestAccessTokens walks RFC 6749, sections 2.3.1, 3.2, 4.4, 5.1 and 5.2. Refusals wait, whatever was wrong; who is the client never does.
func TestAccessTokens(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	id, sec := "client_id="+clientID, "client_secret="+url.QueryEscape(clientSecret)
	grant := "grant_type=client_credentials"
	good := basic(clientID, url.QueryEscape(clientSecret))
	for name, c := range map[string]struct {
		body   string
		header []string
		status int
		err    string
		basic  bool // a WWW-Authenticate is expected
	}{
		"header":                         {body: grant + "&scope=scim", header: []string{"Authorization", good}, status: 200},
		"header, not encoded":            {body: grant, header: []string{"Authorization", basic(clientID, clientSecret)}, status: 200},
		"body":                           {body: grant + "&" + id + "&" + sec, status: 200},
		"both":                           {body: grant + "&" + id + "&" + sec, header: []string{"Authorization", good}, status: 200},
		"header, and the id":             {body: grant + "&" + id, header: []string{"Authorization", good}, status: 200},
		"a charset":                      {body: grant + "&" + id + "&" + sec, header: []string{"Content-Type", form + "; charset=utf-8"}, status: 200},
		"empty parameters":               {body: grant + "&scope=&resource=&" + id + "&" + sec, status: 200},
		"no client":                      {body: grant, status: 401, err: "invalid_client"},
		"a wrong secret":                 {body: grant + "&" + id + "&client_secret=x", status: 401, err: "invalid_client"},
		"a wrong secret in the header":   {body: grant, header: []string{"Authorization", basic(clientID, "x")}, status: 401, err: "invalid_client", basic: true},
		"both, and they differ":          {body: grant + "&" + id + "&client_secret=x", header: []string{"Authorization", good}, status: 401, err: "invalid_client", basic: true},
		"a bearer":                       {body: grant + "&" + id + "&" + sec, header: []string{"Authorization", "Bearer " + secret}, status: 401, err: "invalid_client", basic: true},
		"another type":                   {body: `{"grant_type":"client_credentials"}`, header: []string{"Content-Type", "application/json"}, status: 400, err: "invalid_request"},
		"no type":                        {body: grant + "&" + id + "&" + sec, header: []string{"Content-Type", ""}, status: 400, err: "invalid_request"},
		"twice":                          {body: grant + "&" + grant + "&" + id + "&" + sec, status: 400, err: "invalid_request"},
		"no form":                        {body: "grant_type=%zz", status: 400, err: "invalid_request"},
		"too large":                      {body: grant + "&x=" + strings.Repeat("x", maxForm), status: 400, err: "invalid_request"},
		"no grant type":                  {body: id + "&" + sec, status: 400, err: "invalid_request"},
		"another grant type":             {body: "grant_type=password&" + id + "&" + sec, status: 400, err: "unsupported_grant_type"},
		"another grant type, a stranger": {body: "grant_type=password", status: 401, err: "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var on atomic.Bool
				on.Store(true)
				h, st := endpoint(t, &on)
				w := httptest.NewRecorder()
				began := time.Now()
				h.ServeHTTP(w, tokenRequest(t.Context(), "POST", "/oauth/token", c.body, c.header...))
				known := c.status == 200 || name == "no grant type" || name == "another grant type"
				if took := time.Since(began); known != (took == 0) || !known && took != refusalDelay {
					t.Errorf("it took %s", took)
				}
				var got struct {
					Access    string `json:"access_token"`
					Type      string `json:"token_type"`
					ExpiresIn int    `json:"expires_in"`
					Error     string `json:"error"`
				}
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != c.status || got.Error != c.err {
					t.Errorf("%d %s, want %d %s", w.Code, w.Body, c.status, c.err)
				}
				if c.status == 200 && (got.Access != "sda_given" || got.Type != "Bearer" || got.ExpiresIn != 3600) {
					t.Errorf("given: %+v", got)
				}
				if w.Header().Get("Cache-Control") != "no-store" || (w.Header().Get("WWW-Authenticate") != "") != c.basic {
					t.Errorf("header: %v", w.Header())
				}
				a := waitForActivity(t, st, 1)[0]
				if a.Status != c.status || a.Target != "/oauth/token" || (a.Token != "") != known || a.Request != nil || a.Response != nil || strings.Contains(a.Detail, "sdc_") {
					t.Errorf("the record: %+v", a)
				}
				if request, response, err := st.ActivityBodies(t.Context(), a.Seq); err != nil || len(request)+len(response) > 0 {
					t.Errorf("kept of the bodies: %q %q %v", request, response, err)
				}
			})
		})
	}
}

// TestTheTokenEndpointIsHiddenWithoutAClient, and from whoever does not POST.
func TestTheTokenEndpointIsHiddenWithoutAClient(t *testing.T) {
	var on atomic.Bool
	h, _ := endpoint(t, &on)
	plain := func(method, target string) string {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, tokenRequest(t.Context(), method, target, "grant_type=client_credentials", "Authorization", basic(clientID, url.QueryEscape(clientSecret))))
		if w.Code == http.StatusNotFound && strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") && w.Header().Get("X-Request-Id") == "" {
			return "hidden"
		}
		return http.StatusText(w.Code)
	}
	if got := plain("POST", "/oauth/token"); got != "hidden" {
		t.Errorf("without a client: %s", got)
	}
	on.Store(true)
	for _, target := range []string{"/oauth/token", "/oauth//token/", "/OAuth/Token", "/oauth/token?x=1"} {
		if got := plain("POST", target); got != "OK" {
			t.Errorf("POST %s: %s", target, got)
		}
	}
	for _, method := range []string{"GET", "PUT", "DELETE", "OPTIONS"} {
		if got := plain(method, "/oauth/token"); got != "hidden" {
			t.Errorf("%s: %s", method, got)
		}
	}
	for _, target := range []string{"/oauth", "/oauth/token/x", "/oauth/authorize", "/token", "/scim/v2/oauth/token"} {
		if got := plain("POST", target); got == "OK" {
			t.Errorf("POST %s: %s", target, got)
		}
	}
	on.Store(false)
	if got := plain("POST", "/oauth/token"); got != "hidden" {
		t.Errorf("after the client's end: %s", got)
	}
}

// TestATokenThatCantBeKeptIsNotGiven: the client is asked to come back, in the words of this endpoint.
func TestATokenThatCantBeKeptIsNotGiven(t *testing.T) {
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	failure := error(&store.Unavailable{State: store.StateFull, Err: errors.New("no room")})
	h := New(Options{Store: st, Verify: onlySecret, OAuth: OAuth{
		On:    func() bool { return true },
		Known: func(string, string) (Caller, bool) { return Caller{Token: clientID}, true },
		Grant: func(context.Context, string, string) (string, time.Duration, error) { return "", 0, failure },
	}})
	for want, err := range map[int]error{503: failure, 401: nil, 500: errors.New("odd")} {
		failure = err
		w := httptest.NewRecorder()
		h.ServeHTTP(w, tokenRequest(t.Context(), "POST", "/oauth/token", "grant_type=client_credentials"))
		if w.Code != want || (w.Header().Get("Retry-After") != "") != (want == 503) || !strings.Contains(w.Body.String(), `"error":`) || strings.Contains(w.Body.String(), "odd") {
			t.Errorf("%v: %d %v %s", err, w.Code, w.Header(), w.Body)
		}
	}
}
