package backend_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

// paper collects what is logged.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// until waits for a face to be told of what it waits for.
func until(t *testing.T, b *backend.Backend, what string, as func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range b.Watch(ctx) {
		if as() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

// TestNoSecretIsAnywhere uses every kind of secret, rightly and wrongly, and then looks for each in everything that the backend says,
// logs, exports and writes.
func TestNoSecretIsAnywhere(t *testing.T) {
	const (
		authtoken, wrongAuthtoken = "2contosoSecretPart_6examplePart", "2wrongSecretPart_7otherPart"
		proxyPassword             = "s3cretProxy"
		host                      = "https://desk.contoso.example"
	)
	ngrok := ngroktest.Start(t, ngroktest.Options{Authtoken: authtoken})
	log := &paper{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir := t.TempDir()
	b, err := backend.Open(t.Context(), backend.Options{
		Dir: dir, Listen: backend.NoListener, Ngrok: true, Domain: "desk.contoso.example", Face: "scimd", Log: logger,
		Opener: tunnel.NewNgrok(tunnel.NgrokOptions{Server: ngrok.Addr(), CAs: ngrok.Roots(), HeartbeatTolerance: time.Minute, Log: logger}),
		Outside: backend.Outside{
			Roots: ngrok.Roots(), Dial: ngrok.DialContext,
			Resolve: func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, nil
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	end := sync.OnceValue(func() error {
		stop()
		return errors.Join(<-done, b.Close())
	})
	t.Cleanup(func() { _ = end() })
	door, err := control.Open(t.Context(), b, logger)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = door.Close() })

	secrets := map[string]string{authtoken: "the authtoken", wrongAuthtoken: "a wrong authtoken", proxyPassword: "the proxy's password"}
	said := map[string]string{} // by where
	tell := func(where string, v any, err error) {
		t.Helper()
		if err != nil {
			said["the error of "+where] += err.Error() + "\n"
			return
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		said[where] += string(text) + "\n"
	}
	state := func(want string) func() bool {
		return func() bool {
			c, err := b.Connection(t.Context())
			tell("Connection", c, err)
			return err == nil && c.Tunnel.State == want
		}
	}
	// What comes by the edge is collected: so the credential of a self-check is known, which nobody is ever told.
	var seeing sync.Mutex
	var seen []string
	ngrok.Spy(func(r *http.Request) {
		seeing.Lock()
		defer seeing.Unlock()
		if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && !slices.Contains(seen, secret) {
			seen = append(seen, secret)
		}
	})
	ask := func(method, target, secret, kind, body string) (status int, text string, edge bool) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, host+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		if secret != "" {
			req.Header.Set("Authorization", secret)
		}
		res, err := ngrok.EdgeClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		all, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(all), res.Header.Get("Ngrok-Error-Code") != ""
	}
	come := func(method, target, secret, kind, body string) (int, string) {
		t.Helper()
		again := time.NewTicker(50 * time.Millisecond)
		defer again.Stop()
		for range 200 {
			status, text, edge := ask(method, target, secret, kind, body)
			if !edge {
				return status, text
			}
			<-again.C // the rules are just being bound anew
		}
		t.Fatalf("%s %s does not get through", method, target)
		return 0, ""
	}
	const scim = "application/scim+json"

	// The authtoken: nowhere to keep it, a wrong one, the right one.
	tell("SaveAuthtoken", nil, b.SaveAuthtoken(t.Context(), wrongAuthtoken, "nowhere"))
	tell("SaveAuthtoken", nil, b.SaveAuthtoken(t.Context(), wrongAuthtoken+" "+wrongAuthtoken, "file"))
	tell("SaveAuthtoken", nil, b.SaveAuthtoken(t.Context(), wrongAuthtoken, "file"))
	until(t, b, "a refusal", state("blocked"))
	tell("SaveAuthtoken", nil, b.SaveAuthtoken(t.Context(), authtoken, "file"))
	until(t, b, "the tunnel", state("up"))

	// SCIM's secrets: a first, its successor, one that follows a leak; each used, by the header and where it does not belong.
	for i, rotation := range []backend.TokenRotation{{}, {}, {Leaked: true, Force: true}} {
		made, err := b.RotateToken(t.Context(), rotation)
		if err != nil {
			t.Fatal(err)
		}
		secrets[made.Secret] = fmt.Sprintf("SCIM's secret %d", i+1)
		for secret := range secrets {
			if !strings.HasPrefix(secret, "sdk_") {
				continue
			}
			status, text := come("GET", "/scim/v2/Users?count=1", "Bearer "+secret, scim, "")
			if status == http.StatusUnauthorized {
				said["a refusal"] += text
			}
			_, text = come("GET", "/scim/v2/Users?access_token="+secret, "", scim, "")
			said["a refusal"] += text
			_, text = come("GET", "/scim/v2/Users/"+secret, "Bearer "+made.Secret, scim, "")
			said["a refusal"] += strings.ReplaceAll(text, secret, "") // the client's own word, said to itself
		}
		if status, text := come("POST", "/scim/v2/Users", "Bearer "+made.Secret, scim, fmt.Sprintf(`{"userName":"ruth%d@contoso.example"}`, i)); status != http.StatusCreated {
			t.Fatalf("%d %s", status, text)
		}
	}
	tell("UndoRotation", nil, b.UndoRotation(t.Context()))

	client, err := b.MakeOAuthClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range oauth(t, client, come) {
		secrets[secret] = "a secret of OAuth's"
	}
	tell("EndOAuthClient", nil, b.EndOAuthClient(t.Context()))

	if _, err := b.StartCheck(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	until(t, b, "the self-check", func() bool {
		s, err := b.Check(t.Context())
		tell("Check", s, err)
		if !s.Running && !s.OK {
			t.Errorf("the self-check failed: %+v", s)
		}
		return !s.Running
	})
	seeing.Lock()
	minted := 0
	for _, secret := range seen {
		if _, known := secrets[secret]; !known {
			secrets[secret] = "a credential of the self-check's"
			minted++
		}
	}
	seeing.Unlock()
	if minted == 0 {
		t.Error("the self-check sent no credential of its own")
	}

	c, err := b.Connection(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Settings.Proxy = "http://office:" + proxyPassword + "@127.0.0.1:9"
	saved, err := b.SaveConnection(t.Context(), c.Settings)
	tell("SaveConnection", saved, err)
	until(t, b, "the proxy to be missed", state("reconnecting"))
	c.Settings.Proxy = "socks4://office:" + proxyPassword + "@127.0.0.1:9"
	saved, err = b.SaveConnection(t.Context(), c.Settings)
	tell("SaveConnection", saved, err)

	secrets[otherToken] = "the other system's token"
	importFrom(t, b, tell)

	for where, ask := range map[string]func() (any, error){
		"Jobs":     func() (any, error) { return b.Jobs(t.Context()) },
		"Guide":    func() (any, error) { return b.Guide(t.Context()) },
		"Snapshot": func() (any, error) { return b.Snapshot(t.Context()) },
		"Settings": func() (any, error) { return b.Settings(t.Context()) },
		"Overview": func() (any, error) { return b.Overview(t.Context()) },
		"Tokens":   func() (any, error) { return b.Tokens(t.Context()) },
		"People":   func() (any, error) { return b.People(t.Context(), backend.ListQuery{}) },
	} {
		v, err := ask()
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
		tell(where, v, err)
	}
	page, err := b.Activity(t.Context(), backend.ActivityQuery{After: backend.Beginning, Limit: 1000})
	if err != nil || len(page.Rows) < 20 {
		t.Fatalf("%d rows of activity, %v", len(page.Rows), err)
	}
	tell("Activity", page, nil)
	for _, row := range page.Rows {
		detail, err := b.ActivityDetail(t.Context(), row.Seq)
		tell("ActivityDetail", detail, err)
	}
	for _, what := range []string{"people", "groups"} {
		for _, format := range []string{"csv", "json"} {
			var out bytes.Buffer
			if err := b.Export(t.Context(), &out, what, format); err != nil {
				t.Fatal(err)
			}
			said["an export"] += out.String()
		}
	}
	bundle, err := b.Diagnostics(t.Context())
	tell("Diagnostics", bundle, err)
	zipped, err := b.SaveDiagnostics(t.Context(), backend.DiagnosticsSave{ID: bundle.ID, Names: []string{"log.txt"}, Folder: t.TempDir()})
	tell("SaveDiagnostics", zipped, err)
	files(t, dir, "while it runs", said)
	if err := end(); err != nil {
		t.Error(err)
	}
	files(t, dir, "at the end", said)
	log.mu.Lock()
	said["the log"] = log.text.String()
	log.mu.Unlock()

	for where, text := range said {
		for secret, what := range secrets {
			for how, form := range map[string]string{
				"": secret, " in base64": base64.StdEncoding.EncodeToString([]byte(secret)), " escaped": url.QueryEscape(secret),
			} {
				if i := strings.Index(text, form); i >= 0 && !kept(where, secret, authtoken, proxyPassword) {
					t.Errorf("%s%s is in %s: …%q…", what, how, where, text[max(0, i-100):i])
				}
			}
		}
	}
	for _, where := range []string{"the log", "Connection", "Check", "Activity", "ActivityDetail", "a refusal", "an export", "the error of SaveAuthtoken",
		"Jobs", "JobRows", "ImportRows", "Diagnostics", "LookAtImport", "the error of PlanImport", "the file report.json", "the file run.json while it runs"} {
		if said[where] == "" {
			t.Errorf("nothing of %s was looked at: %v", where, slices.Sorted(maps.Keys(said)))
		}
	}
}

// kept tells where a secret may be: the admin's own settings hold a proxy with its password, and the file that the admin asked for the
// authtoken. Both are 0600.
func kept(where, secret, authtoken, proxyPassword string) bool {
	return strings.HasPrefix(where, "the file authtoken ") && secret == authtoken ||
		strings.HasPrefix(where, "the file config.json ") && secret == proxyPassword
}

// files collects the folder's files as they are on disk.
func files(t *testing.T, dir, when string, said map[string]string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		said["the file "+name+" "+when] = string(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// oauth signs in as Entra does, by the header and by the form, wrongly and rightly, and uses what it gets.
func oauth(t *testing.T, client backend.NewOAuthClient, come func(method, target, secret, kind, body string) (int, string)) []string {
	t.Helper()
	id, secret := client.Client.ClientID, client.Secret
	secrets := []string{secret}
	const form = "application/x-www-form-urlencoded"
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
	grant := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	for _, ask := range []struct{ header, body string }{{basic, "grant_type=client_credentials"}, {"", grant.Encode()}} {
		status, text := come("POST", "/oauth/token", ask.header, form, ask.body)
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK || answer.AccessToken == "" {
			t.Fatalf("sign-in: %d %v", status, err)
		}
		secrets = append(secrets, answer.AccessToken)
		if status, text := come("GET", "/scim/v2/Users?count=0", "Bearer "+answer.AccessToken, "", ""); status != http.StatusOK {
			t.Errorf("an access token gets %d %s", status, text)
		}
	}
	come("POST", "/oauth/token", basic+"x", form, "grant_type=client_credentials")
	come("POST", "/oauth/token?client_secret="+url.QueryEscape(secret), "", form, "grant_type=password&client_secret="+url.QueryEscape(secret))
	return append(secrets, base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
}

// otherToken is that of another system whose list is imported: none that we would know by its form.
const otherToken = "otherSystems-token_8/part"

// importFrom reads another system's list, which tells its token to whoever listens, refuses it at first, and gives what can't be read; then it is imported,
// reported and taken back.
func importFrom(t *testing.T, b *backend.Backend, tell func(where string, v any, err error)) {
	t.Helper()
	answer := func(w http.ResponseWriter, _ *http.Request) {}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r) }))
	defer other.Close()
	s := backend.ImportSource{URL: other.URL + "/scim/v2", Token: otherToken, Kind: "people"}
	for _, text := range []string{
		"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nno header " + otherToken + "\r\n\r\n",
		"HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n{\"detail\":\"you said Bearer " + otherToken + "\"}",
		"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://elsewhere.example/" + otherToken + "\r\n\r\n",
	} {
		answer = func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, err = io.WriteString(c, text)
				err = errors.Join(err, c.Close())
			}
			if err != nil {
				t.Error(err)
			}
		}
		p, err := b.PlanImport(t.Context(), s)
		if err == nil {
			t.Errorf("%q is a list", text)
		}
		tell("PlanImport", p, err)
	}
	tell("PlanImport", nil, errOf(b.PlanImport(t.Context(), backend.ImportSource{URL: "https://" + otherToken + "@other.example", Token: otherToken, Kind: "people"})))
	answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+otherToken {
			t.Error("the token did not come")
		}
		_, _ = io.WriteString(w, `{"totalResults":2,"Resources":[{"id":"7","userName":"uma","displayName":"Uma"},{"id":"7","userName":"uma"}]}`)
	}
	look, err := b.LookAtImport(t.Context(), s)
	tell("LookAtImport", look, err)
	plan, err := b.PlanImport(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	tell("PlanImport", plan, nil)
	rows, err := b.ImportRows(t.Context(), backend.PlanQuery{Plan: plan.Plan})
	tell("ImportRows", rows, err)
	report, err := b.ExportImport(t.Context(), plan.Plan, "json", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(report.Path)
	tell("the file report.json", string(text), err)
	job, err := b.ApplyImport(t.Context(), plan.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if job, err = b.WaitJob(t.Context(), job.Seq); err != nil || job.Done != 1 {
		t.Fatalf("%+v %v", job, err)
	}
	done, err := b.JobRows(t.Context(), backend.JobQuery{Job: job.Seq})
	tell("JobRows", done, err)
	tell("UndoJob", nil, errOf(b.UndoJob(t.Context(), backend.JobUndo{Job: job.Seq})))
	if _, err = b.WaitJob(t.Context(), job.Seq); err != nil {
		t.Fatal(err)
	}
}

func errOf[T any](_ T, err error) error { return err }
