package backend

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/entra"
	"scimdesk/backend/server"
)

// signIn asks for an access token as Entra does, with the secret in the header.
func signIn(t *testing.T, b *Backend, id, secret string) (status int, access string) {
	t.Helper()
	address := strings.TrimSuffix(b.door.address(), server.DefaultBasePath) + server.TokenPath
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"scim"}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(id, secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Access string `json:"access_token"`
	}
	if res.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return res.StatusCode, got.Access
}

// TestEntraSignsInByOAuth and plays a whole rehearsal with what it was given; the secret token goes on beside it.
func TestEntraSignsInByOAuth(t *testing.T) {
	b, token := serve(t)
	if status, _ := signIn(t, b, "x", "y"); status != http.StatusNotFound {
		t.Errorf("without a client: %d", status)
	}
	made, err := b.MakeOAuthClient(t.Context())
	if err != nil || !made.Client.On || made.Client.LastFour != lastFour(made.Secret) || made.Client.TokenURL != "" {
		t.Fatalf("%+v, %v", made.Client, err)
	}
	if status, _ := signIn(t, b, made.Client.ClientID, "wrong"); status != http.StatusUnauthorized {
		t.Errorf("a wrong secret: %d", status)
	}
	status, access := signIn(t, b, made.Client.ClientID, made.Secret)
	if status != http.StatusOK || Mask(access) != "***" || Mask(made.Secret) != "***" {
		t.Fatalf("signed in: %d, %d characters", status, len(access))
	}
	client, err := entra.New(entra.Options{URL: b.door.address(), Token: access, Dialect: entra.Legacy, People: 15, Groups: 2, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if report, err := client.Rehearse(t.Context(), 2); err != nil || !report.OK() {
		t.Errorf("rehearsed: %+v, %v", report, err)
	}
	is := tokens(t, b)
	if is.OAuth.LastUsed == "" || is.Current.LastUsed != "" || is.Recent[0].LastFour != made.Client.LastFour || !is.Recent[0].Accepted {
		t.Errorf("it shows which credential was used: %+v, %+v", is.OAuth, is.Recent[0])
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.LastEntra != is.OAuth.LastUsed {
		t.Errorf("last request %q, %v", s.LastEntra, err)
	}
	if status, _ := send(t, b, "GET", "/Users", token, ""); status != 200 {
		t.Errorf("the secret token beside it: %d", status)
	}
	if err := b.EndOAuthClient(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := send(t, b, "GET", "/Users", access, ""); status != 401 {
		t.Errorf("after the client's end: %d", status)
	}
	if is := tokens(t, b); is.OAuth != (OAuthInfo{}) {
		t.Errorf("after the client's end: %+v", is.OAuth)
	}
}

// TestTheEdgeLetsTheTokenEndpointThrough while there is a client, and the admin is told its address.
func TestTheEdgeLetsTheTokenEndpointThrough(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, PublicURL: "https://desk.contoso.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	served := func() bool { return slices.Contains(b.rules(b.setting.connection()).Paths, server.TokenPath) }
	if served() {
		t.Error("there is a path for nobody")
	}
	made, err := b.MakeOAuthClient(t.Context())
	if err != nil || made.Client.TokenURL != "https://desk.contoso.example/oauth/token" || !served() {
		t.Errorf("%+v, %v", made.Client, err)
	}
	again, err := b.MakeOAuthClient(t.Context())
	if err != nil || again.Client.ClientID != made.Client.ClientID || again.Secret == made.Secret {
		t.Errorf("%+v, %v", again.Client, err)
	}
	if err := b.EndOAuthClient(t.Context()); err != nil || served() {
		t.Errorf("after its end: %v", err)
	}
}

// TestOAuthSecretsAreKeptNowhere on disk, whatever they are sent as.
func TestOAuthSecretsAreKeptNowhere(t *testing.T) {
	b, _ := serve(t)
	made, err := b.MakeOAuthClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, access := signIn(t, b, made.Client.ClientID, made.Secret)
	send(t, b, "GET", "/Users?filter=userName+eq+%22"+access+"%22", access, "")
	send(t, b, "GET", "/Users/"+made.Secret, access, "")
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	grep(t, b.dir, []string{made.Secret, access})
}

// TestASampleHasNoOAuthClient: nobody but the Entra that is played comes there.
func TestASampleHasNoOAuthClient(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if _, err := b.MakeOAuthClient(t.Context()); Code(err) != "SAMPLE_CONNECTION" || b.oauthOn() {
		t.Errorf("made: %v", err)
	}
}

// grep looks for secrets in the files of a folder.
func grep(t *testing.T, dir string, secrets []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		for _, s := range secrets {
			if err == nil && strings.Contains(string(content), s[4:len(s)-4]) {
				t.Errorf("%s holds %s", filepath.Base(f), s[:4])
			}
		}
	}
}
