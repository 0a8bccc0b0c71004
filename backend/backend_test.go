package backend

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// serve opens a backend on a folder of its own, serves it, and gives a token.
func serve(t *testing.T, change ...func(*Options)) (*Backend, string) {
	t.Helper()
	o := Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Face: "scimd", Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, c := range change {
		c(&o)
	}
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, b.Close()); err != nil {
			t.Error(err)
		}
	})
	secret, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	return b, secret.Secret
}

// ask sends a request and gives the answer as it came.
func ask(t *testing.T, b *Backend, method, path, secret, body string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.door.address()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// send is ask for an answer in JSON, or without a body.
func send(t *testing.T, b *Backend, method, path, secret, body string) (int, map[string]any) {
	t.Helper()
	status, _, text := ask(t, b, method, path, secret, body)
	var v map[string]any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return status, v
}

func add(t *testing.T, b *Backend, secret, endpoint, body string) string {
	t.Helper()
	status, v := send(t, b, "POST", endpoint, secret, body)
	if status != http.StatusCreated {
		t.Fatalf("POST %s: %d %v", endpoint, status, v)
	}
	return v["id"].(string)
}

func TestALeakedTokenEndsAtOnce(t *testing.T) {
	b, first := serve(t)
	if status, _ := send(t, b, "GET", "/Users", first, ""); status != 200 {
		t.Fatalf("first token: %d", status)
	}
	second, err := b.RotateToken(t.Context(), TokenRotation{Leaked: true})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := send(t, b, "GET", "/Users", first, ""); status != 401 {
		t.Errorf("old token: %d, want 401", status)
	}
	if status, _ := send(t, b, "GET", "/Users", second.Secret, ""); status != 200 {
		t.Errorf("new token: %d", status)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !s.Token.Exists || !strings.HasSuffix(second.Secret, s.Token.LastFour) || s.Token.LastUsed == "" || s.LastEntra == "" {
		t.Errorf("token in the snapshot = %+v, last request %q", s.Token, s.LastEntra)
	}
}

func TestATokenSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	b, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b, err = Open(t.Context(), Options{Dir: dir, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if _, ok := b.tokens.Verify(secret.Secret); !ok {
		t.Error("the token is not accepted after a restart")
	}
}

// TestWatchTellsAfterTheCommit: whoever is told of a row finds it.
func TestWatchTellsAfterTheCommit(t *testing.T) {
	b, secret := serve(t)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	told := b.Watch(ctx)
	first := <-told
	if first.Store == "" || !first.People || !first.Groups || !first.Status {
		t.Errorf("first notify = %+v, want everything", first)
	}
	added := make(chan struct{})
	go func() {
		defer close(added)
		for i := range 30 {
			add(t, b, secret, "/Users", fmt.Sprintf(`{"userName":"p%d@contoso.example"}`, i))
		}
	}()
	var seen int64
	people := false
	for n := range told {
		people = people || n.People
		page, err := b.Activity(ctx, ActivityQuery{After: cmp.Or(seen, Beginning), Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			if r.Seq <= seen {
				t.Errorf("row %d came again after %d", r.Seq, seen)
			}
			seen = r.Seq
		}
		if seen < n.Activity {
			t.Errorf("told of row %d, found only up to %d", n.Activity, seen)
		}
		if seen >= 30 {
			break
		}
	}
	<-added // the last row is told before its answer
	if !people {
		t.Error("30 people were added and nobody was told that people changed")
	}
}

// TestWatchBeginsWhileMuchHappens: what is told in the moment in which somebody begins to watch is in what they are told first, and holds up nobody.
func TestWatchBeginsWhileMuchHappens(t *testing.T) {
	b := &Backend{id: "s", hub: newHub()}
	ctx, end := context.WithCancel(t.Context())
	var telling sync.WaitGroup
	for range 2 {
		telling.Go(func() {
			for ctx.Err() == nil {
				b.hub.tell(Notify{Store: "s", Status: true})
			}
		})
	}
	first := make(chan Notify)
	go func() {
		defer close(first)
		for range 3_000 {
			one, done := context.WithCancel(ctx)
			n := <-b.Watch(one)
			done()
			first <- n
		}
	}()
	for i := range 3_000 {
		select {
		case n := <-first:
			if !n.People || !n.Groups || !n.Status {
				t.Fatalf("watcher %d was told %+v", i, n)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("watcher %d is told nothing", i)
		}
	}
	end()
	telling.Wait()
}

func TestWatchMergesAndNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Backend{id: "s", hub: newHub()}
		ctx, stop := context.WithCancel(t.Context())
		told := b.Watch(ctx)
		<-told
		for i := range 1000 { // nobody reads meanwhile
			b.hub.tell(Notify{Store: "s", Activity: int64(i + 1), People: i == 3, Groups: i == 500})
		}
		start := time.Now()
		n := <-told
		if n.Activity != 1000 || !n.People || !n.Groups || n.Status {
			t.Errorf("merged notify = %+v", n)
		}
		b.hub.tell(Notify{Store: "s", Activity: 1001})
		n = <-told
		if n.Activity != 1001 || n.People {
			t.Errorf("next notify = %+v", n)
		}
		if waited := time.Since(start); waited < notifyEvery {
			t.Errorf("two notifies within %v", waited)
		}
		stop()
		synctest.Wait()
		if _, open := <-told; open {
			t.Error("the channel is not closed")
		}
		if len(b.hub.watchers) != 0 {
			t.Error("the watcher stays in the hub")
		}
	})
}

func TestExport(t *testing.T) {
	b, secret := serve(t)
	ada := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"=Ada","active":false,"name":{"givenName":"Zoë","familyName":"Ångström"},
		"emails":[{"type":"work","value":"ada@contoso.example","primary":true}],"phoneNumbers":[{"type":"work","value":"+34 911 000 000"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Finance, EU","manager":{"value":"boss"}}}`)
	bob := add(t, b, secret, "/Users", `{"userName":"bob@contoso.example"}`)
	add(t, b, secret, "/Groups", `{"displayName":"Sales","members":[{"value":"`+ada+`"},{"value":"`+bob+`"}]}`)
	add(t, b, secret, "/Groups", `{"displayName":"Empty"}`)
	gone := add(t, b, secret, "/Users", `{"userName":"gone@contoso.example"}`)
	send(t, b, "DELETE", "/Users/"+gone, secret, "")

	export := func(what, format string) string {
		var out bytes.Buffer
		if err := b.Export(t.Context(), &out, what, format); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	table := func(what string) []map[string]string {
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export(what, "csv"), "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var out []map[string]string
		for _, row := range rows[1:] {
			m := map[string]string{}
			for i, name := range rows[0] {
				m[name] = row[i]
			}
			out = append(out, m)
		}
		return out
	}
	people := table("people")
	if len(people) != 2 {
		t.Fatalf("%d people", len(people))
	}
	for name, want := range map[string]string{
		"id": ada, "userName": "ada@contoso.example", "displayName": "'=Ada", "active": "false", "givenName": "Zoë", "familyName": "Ångström",
		"email": "ada@contoso.example", "phone": "'+34 911 000 000", "department": "Finance, EU", "manager": "boss", "groups": "Sales", "mobile": "",
	} {
		if people[0][name] != want {
			t.Errorf("people CSV: %s = %q, want %q", name, people[0][name], want)
		}
	}
	groups := table("groups")
	if len(groups) != 3 || groups[0]["displayName"] != "Sales" || groups[2]["displayName"] != "Empty" || groups[2]["memberId"] != "" {
		t.Errorf("groups CSV = %v", groups)
	}
	members := groups[0]["memberUserName"] + " " + groups[1]["memberUserName"]
	if members != "ada@contoso.example bob@contoso.example" && members != "bob@contoso.example ada@contoso.example" {
		t.Errorf("members in the CSV = %s", members)
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(export("people", "json")), &list); err != nil || len(list) != 2 || list[0]["id"] != ada {
		t.Errorf("people JSON = %v, %v", list, err)
	}
	if err := json.Unmarshal([]byte(export("groups", "json")), &list); err != nil || len(list) != 2 || len(list[0]["members"].([]any)) != 2 {
		t.Errorf("groups JSON = %v, %v", list, err)
	}
	if err := b.Export(t.Context(), io.Discard, "devices", "csv"); !errors.Is(err, ErrFormat) {
		t.Errorf("export of devices = %v", err)
	}
	empty, _ := serve(t)
	var out bytes.Buffer
	if err := empty.Export(t.Context(), &out, "people", "json"); err != nil || strings.TrimSpace(out.String()) != "[]" {
		t.Errorf("nobody as JSON = %q, %v", out.String(), err)
	}
}

func TestListenOnlyWhereItIsSafe(t *testing.T) {
	for addr, want := range map[string]error{
		"127.0.0.1:0": nil, "localhost:8088": nil, "[::1]:8088": nil, "127.0.0.2:8088": nil, NoListener: nil,
		":8088": ErrExposed, "0.0.0.0:8088": ErrExposed, "192.0.2.7:8088": ErrExposed, "[::]:8088": ErrExposed, "desk.contoso.example:8088": ErrExposed,
	} {
		if err := checkListen(addr, false); !errors.Is(err, want) || (want == nil && err != nil) {
			t.Errorf("listen on %s = %v, want %v", addr, err, want)
		}
		if err := checkListen(addr, true); err != nil {
			t.Errorf("listen on %s behind a proxy = %v", addr, err)
		}
	}
	for _, addr := range []string{"8088", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:99999"} {
		if err := checkListen(addr, true); err == nil {
			t.Errorf("listen on %q is accepted", addr)
		}
	}
	if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: "0.0.0.0:0"}); Code(err) != "LISTEN_EXPOSED" {
		t.Errorf("Open on every address = %v", err)
	}
}

func TestThePublicURLIsWhatClientsGet(t *testing.T) {
	b, secret := serve(t, func(o *Options) { o.PublicURL = "https://desk.contoso.example/" })
	s, err := b.Snapshot(t.Context())
	if err != nil || s.Address != "https://desk.contoso.example/scim/v2" {
		t.Errorf("address = %s, %v", s.Address, err)
	}
	_, person := send(t, b, "POST", "/Users", secret, `{"userName":"ada@contoso.example"}`)
	meta, _ := person["meta"].(map[string]any)
	if location, _ := meta["location"].(string); !strings.HasPrefix(location, s.Address+"/Users/") {
		t.Errorf("location = %v", meta)
	}
	for _, wrong := range []string{"desk.contoso.example", "ftp://x.example", "https://x.example/scim", "https://u:p@x.example", "https://x.example?a"} {
		if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, PublicURL: wrong}); !errors.Is(err, ErrWay) || Code(err) != "BAD_ADDRESS" || strings.Contains(err.Error(), "127.0.0.1:8088") {
			t.Errorf("public URL %q = %v", wrong, err)
		}
	}
}

// TestAListenerThatFailsIsToldAndOpenedAgain closes the socket under the server.
func TestAListenerThatFailsIsToldAndOpenedAgain(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := taken.Addr().String()
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	b, secret := serve(t, func(o *Options) { o.Listen = addr })
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Fatal(status)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	told := b.Watch(ctx)
	<-told
	b.door.mu.Lock()
	ln := b.door.ln
	b.door.mu.Unlock()
	before, err := b.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	for range told {
		s, err := b.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s.Listener.Serving && s.Listener.Since > before.Listener.Since {
			break
		}
	}
	if ctx.Err() != nil {
		t.Fatal("it was not told, or not opened again")
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Errorf("after it was opened again: %d", status)
	}
}

func TestABusyPortIsToldAndTriedAgain(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, secret := serve(t, func(o *Options) { o.Listen = taken.Addr().String() })
	s, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Listener.Serving || s.Listener.Code != "PORT_BUSY" || s.Listener.Message == "" {
		t.Errorf("listener = %+v", s.Listener)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	told := b.Watch(ctx)
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	for range told {
		if b.ListenError() == nil {
			break
		}
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Errorf("after the port came free: %d", status)
	}
	if later, err := b.Snapshot(t.Context()); err != nil || !later.Listener.Serving || later.Listener.Since <= s.Listener.Since {
		t.Errorf("listener = %+v, %v; was %+v", later.Listener, err, s.Listener)
	}
}

func TestOneProcessOwnsAFolder(t *testing.T) {
	b, _ := serve(t)
	_, err := Open(t.Context(), Options{Dir: b.Dir(), Listen: NoListener})
	if !errors.Is(err, store.ErrOwned) || Code(err) != "SECOND_COPY" {
		t.Errorf("second Open = %v, code %s", err, Code(err))
	}
}

func TestScratchLeavesNothing(t *testing.T) {
	b, remove, err := OpenScratch(t.Context(), Options{Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	dir := b.Dir()
	if _, err := os.Stat(filepath.Join(dir, "scimdesk.db")); err != nil {
		t.Error(err)
	}
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the scratch folder is still there: %v", err)
	}
}

func TestLogsHoldNoSecret(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(Masked(slog.NewTextHandler(&out, nil)))
	const secret = "sdk_0123456789abcdefghijABCDEFGHIJ"
	log.With("token", secret).WithGroup("g").Info("rotated "+secret, "err", errors.New("refused "+secret), "header", "Bearer hunter2hunter2hunter2",
		slog.Group("inner", "s", secret), "n", 7)
	if text := out.String(); strings.Contains(text, "0123456789") || strings.Contains(text, "hunter2") || !strings.Contains(text, "n=7") || !strings.Contains(text, "refused ***") || Mask("the bearer token is missing") != "the bearer token is missing" {
		t.Errorf("log = %s", text)
	}
}

func TestErrorsHaveCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code string
	}{
		{fmt.Errorf("x: %w", &store.Unavailable{State: store.StateFull}), "DB_FULL"},
		{&store.Unavailable{State: store.StateReadOnly}, "DB_READONLY"},
		{&store.Unavailable{State: store.StateCorrupt}, "DB_CORRUPT"},
		{fmt.Errorf("x: %w", store.ErrOwned), "SECOND_COPY"},
		{store.ErrTooNew, "DB_NEWER"},
		{&scim.Error{Kind: scim.Uniqueness, Detail: "taken"}, "REFUSED"},
		{&scim.Error{Kind: scim.NotFound, Detail: "gone"}, "NOT_FOUND"},
		{context.DeadlineExceeded, "CALL_TIMEOUT"},
		{context.Canceled, "CANCELLED"},
		{errors.New("odd"), "INTERNAL"},
	} {
		if got := Code(c.err); got != c.code || Message(c.err) == "" {
			t.Errorf("Code(%v) = %s, want %s; message %q", c.err, got, c.code, Message(c.err))
		}
	}
}

// TestSlowClientsAreBounded looks at the settings: waiting them out would take minutes.
func TestSlowClientsAreBounded(t *testing.T) {
	s := newListener(NoListener, http.NotFoundHandler(), func() *tls.Config { return nil }, slog.New(slog.DiscardHandler), func() {}).http
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("a client may wait for ever, or send without end: header %v, body %v, answer %v, idle %v, header bytes %d",
			s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
}
