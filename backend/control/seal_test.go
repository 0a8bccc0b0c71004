package control

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"scimdesk/backend"
)

func TestABodyIsForOneRequestAlone(t *testing.T) {
	body := []byte(`{"secret":"of the admin"}`)
	sealed := seal("s", "POST", "/authtoken", "n", body)
	if bytes.Contains(sealed, []byte("admin")) {
		t.Error("the body can be read on its way")
	}
	if got, err := unseal("s", "POST", "/authtoken", "n", sealed); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%s, %v", got, err)
	}
	other := bytes.Clone(sealed)
	other[len(other)-1]++
	for what, open := range map[string]func() ([]byte, error){
		"another secret": func() ([]byte, error) { return unseal("t", "POST", "/authtoken", "n", sealed) },
		"another method": func() ([]byte, error) { return unseal("s", "PUT", "/authtoken", "n", sealed) },
		"another path":   func() ([]byte, error) { return unseal("s", "POST", "/connection", "n", sealed) },
		"another nonce":  func() ([]byte, error) { return unseal("s", "POST", "/authtoken", "m", sealed) },
		"another body":   func() ([]byte, error) { return unseal("s", "POST", "/authtoken", "n", other) },
		"no body":        func() ([]byte, error) { return unseal("s", "POST", "/authtoken", "n", nil) },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s: %s", what, got)
		}
	}
}

// TestABodyOfAStrangerIsRefused, also of one that has an old request's proof, before anybody reads it.
func TestABodyOfAStrangerIsRefused(t *testing.T) {
	asked := 0
	h := guard("s", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		_, _ = io.Copy(w, r.Body)
	}))
	ask := func(body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1:1/connection", bytes.NewReader(body))
		r.RequestURI = "/connection"
		r.Header.Set(nonceHeader, "n")
		r.Header.Set(proofHeader, askProof("s", "POST", "/connection", "n"))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask(seal("s", "POST", "/connection", "n", []byte("hello"))); w.Code != 200 || w.Body.String() != "hello" {
		t.Errorf("a sealed body: %d %s", w.Code, w.Body)
	}
	for what, body := range map[string][]byte{
		"plain": []byte("hello"), "too large": seal("s", "POST", "/connection", "n", make([]byte, sealLimit)), "of another": seal("s", "POST", "/connection", "m", []byte("x")),
	} {
		if w := ask(body); w.Code != http.StatusForbidden || w.Header().Get(proofHeader) != "" || strings.Contains(w.Body.String(), "hello") {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
	if asked != 1 {
		t.Errorf("%d were let in", asked)
	}
}

func TestTheConnectionThroughTheDoor(t *testing.T) {
	b, _ := open(t)
	c, err := Reach(t.Context(), b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	is, err := c.Connection(t.Context())
	if err != nil || is.Settings.Way != backend.WayNone {
		t.Fatalf("%+v, %v", is, err)
	}
	is.Settings.Way, is.Settings.PublicURL = backend.WayOwn, "https://desk.contoso.example"
	if is, err = c.SaveConnection(t.Context(), is.Settings); err != nil || is.Address != "https://desk.contoso.example/scim/v2" {
		t.Errorf("%+v, %v", is, err)
	}
	if now, err := b.Connection(t.Context()); err != nil || now.Settings != is.Settings {
		t.Errorf("%+v, %v", now.Settings, err)
	}
	is.Settings.Plan = "gold"
	if _, err = c.SaveConnection(t.Context(), is.Settings); codeOf(err) != "BAD_SETTING" {
		t.Errorf("%v", err)
	}
	for what, err := range map[string]error{
		"start": c.StartTunnel(t.Context()), "stop": c.StopTunnel(t.Context()), "reconnect": c.Reconnect(t.Context()),
	} {
		if codeOf(err) != "NO_TUNNEL" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := c.SettleAddress(t.Context()); err != nil {
		t.Error(err)
	}
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
