package backend

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"scimdesk/backend/config"
)

// Whoever is in the folder of the tests is called nothing else that could stand in a text by chance.
const (
	quibbleUser   = "zoltan.quibble@contoso.example"
	quibbleGroup  = "Geheimrunde Nord"
	quibbleProxy  = "pr0xyWord"
	quibbleClient = "Zoltan-Quibbleworth-Script"
)

// personal is what must not be found, in small letters.
var personal = []string{"quibble", "zoltan", "zoltán", "geheimrunde", "5557788", "555 77 88", "ext-qq-771", "q771", "contoso.example", quibbleProxy, "prxuser"}

// fileNamed gives a file of a bundle.
func fileNamed(t *testing.T, d Diagnostics, name string) string {
	t.Helper()
	for _, f := range d.Files {
		if f.Name == name {
			return f.Text
		}
	}
	t.Fatalf("there is no %s", name)
	return ""
}

// lived gives a folder that has seen people, groups, odd requests, failures, tokens, imports, hand-overs and errors that name people.
func lived(t *testing.T) (*Backend, []string) {
	t.Helper()
	b, secret := serve(t)
	b.setting.put(func() config.File {
		f := b.setting.get()
		f.Proxy = "http://prxuser:" + quibbleProxy + "@127.0.0.1:9"
		return f
	}())
	id := add(t, b, secret, "/Users", `{"userName":"`+quibbleUser+`","displayName":"Zoltán Quibbleworth","externalId":"ext-qq-771","name":{"givenName":"Zoltán","familyName":"Quibbleworth"},
		"emails":[{"type":"work","value":"`+quibbleUser+`"}],"phoneNumbers":[{"type":"work","value":"+49 30 5557788"}],"urn:contoso:Quibble":{"Quibble":"Quibbleworth"}}`)
	group := add(t, b, secret, "/Groups", `{"displayName":"`+quibbleGroup+`","externalId":"q771"}`)
	odd := http.Header{"User-Agent": {quibbleClient + "/1.0 curl/8.5.0"}}
	for _, one := range []struct{ method, path, body string }{
		{"POST", "/Users", `{"userName":"` + quibbleUser + `"}`},
		{"GET", "/Users?filter=" + url.QueryEscape(`userName eq "`+quibbleUser+`"`), ""},
		{"GET", "/Users?filter=" + url.QueryEscape(`USERNAME EQ "`+strings.ToUpper(quibbleUser)+`" and emails[type eq "work"].value co "quibble"`), ""},
		{"GET", "/Users?filter=" + url.QueryEscape(`quibble eq quibbleworth or (phone pr`), ""},
		{"GET", "/Users?filter=" + url.QueryEscape(`userName eq "quibble \" worth`), ""},
		{"GET", "/Users?filter=%zzquibble&attributes=userName,quibble&sortBy=zoltan&count=5557788&quibble=zoltan&Quibble", ""},
		{"GET", "/Users?startIndex=00005557788", ""},
		{"GET", "/Users/quibble?attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", ""},
		{"GET", "/Quibble/a/b/c/d/e/f/g/zoltan", ""},
		{"QUIBBLE", "/Users", ""},
		{"PATCH", "/Groups/" + group, `{"Operations":[{"op":"add","path":"members","value":[{"value":"` + id + `"}]}]}`},
		{"PATCH", "/Users/" + id, `{"Operations":[{"op":"replace","path":"quibble[","value":"x"}]}`},
		{"GET", "/Users/" + id, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), one.method, b.door.address()+one.path, strings.NewReader(one.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = odd.Clone()
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
	}
	applied(t, b, importOf(t, b, "people", "skip", "userName,displayName,phone,localId\nquibble2,Zoltan Quibbleworth,+49 30 555 77 88,q771\n"))
	handOver(t, b, HandoverRequest{Folder: t.TempDir()})
	if _, err := b.GiveReceipt(t.Context(), HandoverReceipt{Seq: 1, Text: "taken by Zoltán Quibbleworth"}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.OpenGap(t.Context(), b.started, gapTunnel, "TUNNEL_LOST: Quibble's router"); err != nil {
		t.Fatal(err)
	}
	b.log.With("who", "Quibbleworth", "face", "scimd").Warn("something went wrong", "err", fmt.Errorf("read %s: %w", quibbleUser,
		errors.Join(&fs.PathError{Op: "open", Path: "/home/quibble/scimdesk.db", Err: syscall.ENOSPC}, errors.New("Quibble was here"))),
		"name", "Zoltán", "target", "/scim/v2/Users?filter="+url.QueryEscape(`userName eq "`+quibbleUser+`"`), "token", secret, "seq", 7)
	others := slog.NewRecord(time.Now(), slog.LevelWarn, "a server says quibble", reflect.ValueOf(strings.ToUpper).Pointer()+1)
	if err := b.log.Handler().Handle(t.Context(), others); err != nil {
		t.Fatal(err)
	}
	client, err := b.MakeOAuthClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b, []string{secret, client.Secret, id, group}
}

func TestDiagnosticsTellNobodysDataAndNoSecret(t *testing.T) {
	b, secrets := lived(t)
	if _, err := b.Target(t.Context(), ""); err != nil { // so that there are counts
		t.Fatal(err)
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := b.Diagnostics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Files {
		t.Logf("%s\n%s", f.Name, f.Text)
		small := strings.ToLower(f.Text)
		for _, word := range append(secrets, personal...) {
			if i := strings.Index(small, strings.ToLower(word)); i >= 0 {
				t.Errorf("%s has %q: …%s…", f.Name, word, f.Text[max(0, i-60):min(len(f.Text), i+60)])
			}
		}
		if strings.HasSuffix(f.Name, ".json") && !json.Valid([]byte(f.Text)) {
			t.Errorf("%s is no JSON", f.Name)
		}
		if strings.Contains(f.Text, diagnosticsFaults) {
			t.Errorf("%s could not be read whole: %s", f.Name, f.Text)
		}
	}
	requests := fileNamed(t, d, "requests.txt")
	for _, want := range []string{
		`/scim/v2/Users?filter=userName eq "{`, `/scim/v2/Groups/{`, `and emails[type eq "work"].value co "{`, "uniqueness", "invalidFilter", "curl/8.5.0",
		"attributes=userName,***", ":User:department", "failure",
	} {
		if !strings.Contains(requests, want) {
			t.Errorf("requests.txt lacks %q", want)
		}
	}
	if lines := strings.Count(requests, "\n"); lines != 16 {
		t.Errorf("requests.txt has %d lines, want a header and 15 requests:\n%s", lines, requests)
	}
	if failures := fileNamed(t, d, "failures.txt"); strings.Contains(failures, " success ") || strings.Count(failures, "\n") < 6 {
		t.Errorf("failures.txt:\n%s", failures)
	}
	log := fileNamed(t, d, "log.txt")
	for _, want := range []string{"token rotated last_four=", "handed over seq=1 joiners=", "something went wrong", "open scimdesk.db > no space left on device", "seq=7", `/scim/v2/Users?filter=userName eq "{1}"`} {
		if !strings.Contains(log, want) {
			t.Errorf("log.txt lacks %q:\n%s", want, log)
		}
	}
	numbers := fileNamed(t, d, "numbers.json")
	for _, want := range []string{`"total": 2`, `"check": "all well"`, `"anyLocalId": true`, `"joiners": 1`, `"User userName: seen, 1 have it, 0 lack it, 0 break its rule"`, `"kind": "import"`} {
		if !strings.Contains(numbers, want) {
			t.Errorf("numbers.json lacks %q:\n%s", want, numbers)
		}
	}
	if c := fileNamed(t, d, "connection.json"); !strings.Contains(c, `"detail": "TUNNEL_LOST"`) {
		t.Errorf("connection.json has no gap: %s", c)
	}
	if s := fileNamed(t, d, "settings.json"); !strings.Contains(s, `"proxy": "http://127.0.0.1:9, and a user name that is left out"`) {
		t.Errorf("settings.json: %s", s)
	}
}

// TestValuesAreNumbered sees that one value has one number, so that requests about one person can be told to be that.
func TestValuesAreNumbered(t *testing.T) {
	r := newRedactor([]string{"/api/scim"})
	for _, c := range []struct{ in, want string }{
		{`/scim/v2/Users/0197?x=1`, `/scim/v2/Users/{1}?***`},
		{`/api/scim/Groups?filter=` + url.QueryEscape(`displayName eq "Nord"`), `/api/scim/Groups?filter=displayName eq "{2}"`},
		{`/scim/v2/Users?filter=` + url.QueryEscape(`userName eq "NORD"`) + `&count=2`, `/scim/v2/Users?filter=userName eq "{2}"&count=2`},
		{`/scim/v2/Users?filter=` + url.QueryEscape(`members[value eq "0197"]`), `/scim/v2/Users?filter=members[value eq "{1}"]`},
		{`/scim/v2/?aadOptscim062020`, `/scim/v2/?aadOptscim062020`},
		{`/scim/v2Nord`, `/{3}/{4}`},
		{`*`, `/{5}`},
		{``, ``},
	} {
		if got := r.target(c.in); got != c.want {
			t.Errorf("%s is %s, want %s", c.in, got, c.want)
		}
	}
}

func TestDiagnosticsAreSavedAsShown(t *testing.T) {
	b, _ := serve(t)
	d, err := b.Diagnostics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.log.Info("later")
	folder := t.TempDir()
	done, err := b.SaveDiagnostics(t.Context(), DiagnosticsSave{ID: d.ID, Names: []string{"log.txt", "README.txt"}, Folder: folder})
	if err != nil || done.Count != 2 || filepath.Ext(done.Path) != ".zip" {
		t.Fatalf("%+v %v", done, err)
	}
	if info, err := os.Stat(done.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	file, err := zip.OpenReader(done.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	got := map[string]string{}
	for _, f := range file.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name] = string(text)
	}
	for _, name := range []string{"README.txt", "log.txt"} {
		if got[name] == "" || got[name] != fileNamed(t, d, name) {
			t.Errorf("%s is not what was shown: %q", name, got[name])
		}
	}
	if len(got) != 2 {
		t.Errorf("%d files", len(got))
	}
	for _, c := range []struct {
		s    DiagnosticsSave
		code string
	}{
		{DiagnosticsSave{ID: d.ID, Folder: folder}, "BAD_QUERY"},
		{DiagnosticsSave{ID: d.ID, Names: []string{"log.txt", "../config.json"}, Folder: folder}, "BAD_QUERY"},
		{DiagnosticsSave{ID: "none", Names: []string{"log.txt"}, Folder: folder}, "PLAN_GONE"},
		{DiagnosticsSave{ID: d.ID, Names: []string{"log.txt"}, Folder: filepath.Join(folder, "none")}, "EXPORT_FAILED"},
	} {
		if _, err := b.SaveDiagnostics(t.Context(), c.s); Code(err) != c.code {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v %v are left", left, err)
	}
}

// TestDiagnosticsWithoutADatabase wants a bundle also where nothing can be read any more.
func TestDiagnosticsWithoutADatabase(t *testing.T) {
	b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := b.Diagnostics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if text := fileNamed(t, d, "requests.txt"); !strings.HasPrefix(text, diagnosticsFaults) {
		t.Error(text)
	}
	if text := fileNamed(t, d, "about.json"); !strings.Contains(text, Version) {
		t.Error(text)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := b.Diagnostics(ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheLogIsBounded(t *testing.T) {
	log := slog.New(Masked(slog.DiscardHandler))
	for i := range keptLines + 5 {
		log.Info("line", "seq", i)
	}
	log.Debug("never")
	text := logText(slog.New(Masked(log.Handler())))
	if !strings.HasPrefix(text, "5 lines before") || strings.Count(text, "\n") != keptLines+1 || !strings.HasSuffix(text, "seq=304\n") || strings.Contains(text, "never") {
		t.Error(text)
	}
}

// TestDiagnosticsWithoutAFolder wants what can be told where the folder could not be opened, and that to be saved.
func TestDiagnosticsWithoutAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Quibbleworth")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "scimdesk.db"), []byte(strings.Repeat("this is no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", filepath.Dir(dir))
	log := slog.New(Masked(slog.DiscardHandler))
	d := NewDesk(Options{Dir: dir, Listen: NoListener, Face: "window", Log: log}, OpenPreferences(log), nil)
	d.Open()
	defer d.Close()
	all, err := d.Diagnostics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if about := fileNamed(t, all, "about.json"); !strings.Contains(about, `"fault": "DB_CORRUPT`) || !strings.Contains(about, `"folder": "~/Quibbleworth"`) {
		t.Error(about)
	}
	if text := fileNamed(t, all, "log.txt"); !strings.Contains(text, "open data folder err=[DB_CORRUPT") || strings.Contains(text, "Quibble") {
		t.Error(text)
	}
	done, err := d.SaveDiagnostics(t.Context(), DiagnosticsSave{ID: all.ID, Names: []string{"about.json", "log.txt"}, Folder: filepath.Dir(dir)})
	if err != nil || done.Count != 2 {
		t.Errorf("%+v %v", done, err)
	}
	if _, err := d.SaveDiagnostics(t.Context(), DiagnosticsSave{ID: "none", Names: []string{"log.txt"}}); Code(err) != "DB_CORRUPT" {
		t.Error(err)
	}
}
