package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
)

const (
	basePath = "/scim/v2"
	// answerLimit is far above what any request here may take; it turns a hanging server into a failure.
	answerLimit = 2 * time.Minute
)

// TestConversations replays every conversation in order, each on a store of its own.
func TestConversations(t *testing.T) {
	all := conversations(t)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		t.Run(strings.TrimSuffix(filepath.ToSlash(path), ".json"), func(t *testing.T) {
			t.Parallel()
			if failures := replay(t, all[path], nil); len(failures) > 0 {
				t.Errorf("%s\nwhy it matters: %s [%s]", strings.Join(failures, "\n"), all[path].Why, all[path].Source)
			}
		})
	}
}

// A player holds one conversation with a server that has an empty store.
type player struct {
	ctx    context.Context
	url    *url.URL
	secret string
	wire   *http.Transport

	lock     sync.Mutex // steps can go together
	memory   *memory
	failures []string
}

// replay says a whole conversation to a server, which fault (unless nil) breaks in some way, and gives what went wrong
// in the first step that did.
func replay(t *testing.T, c *conversation, fault func(http.Handler) http.Handler) []string {
	t.Helper()
	p := newPlayer(t, c, fault)
	for i, s := range c.Steps {
		name := fmt.Sprintf("step %d", i+1)
		if s.Note != "" {
			name += " (" + s.Note + ")"
		}
		if s.Token != nil {
			p.fail(s.Token.check(p.secret))
		} else {
			p.play(name, s)
		}
		if len(p.failures) > 0 {
			return p.failures // what follows builds on this step
		}
	}
	if unused := p.memory.unused(); len(unused) > 0 {
		p.fail(fmt.Sprintf("never used: %v", unused))
	}
	return p.failures
}

func newPlayer(t *testing.T, c *conversation, fault func(http.Handler) http.Handler) *player {
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
	tokens, err := token.Open(t.Context(), st, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := tokens.Rotate(t.Context(), token.Rotation{})
	if err != nil {
		t.Fatal(err)
	}
	handler := server.New(server.Options{
		Store: st, Verify: func(s string) (server.Caller, bool) { who, ok := tokens.Verify(s); return server.Caller(who), ok }, BasePaths: func() []string { return []string{basePath} }, RefusalDelay: -1, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if fault != nil {
		handler = fault(handler)
	}
	ts := httptest.NewServer(handler)
	t.Cleanup(ts.Close)
	address, err := url.Parse(ts.URL)
	if err != nil {
		t.Fatal(err)
	}
	wire := &http.Transport{DisableCompression: true}
	t.Cleanup(wire.CloseIdleConnections)
	return &player{ctx: t.Context(), url: address, secret: secret, wire: wire, memory: newMemory(c.Given)}
}

func (p *player) fail(failure string) {
	if failure != "" {
		p.lock.Lock()
		defer p.lock.Unlock()
		p.failures = append(p.failures, failure)
	}
}

// play sends a step as often as it says.
func (p *player) play(name string, s step) {
	var group sync.WaitGroup
	statuses := make([]int, max(s.Repeat, 1))
	for i := range statuses {
		turn := func() {
			status, faults := p.turn(s, i+1)
			statuses[i] = status
			if len(faults) > 0 {
				p.fail(fmt.Sprintf("%s, turn %d: %s", name, i+1, strings.Join(faults, "\n\t- ")))
			}
		}
		if s.Together {
			group.Go(turn)
		} else if turn(); len(p.failures) > 0 {
			return
		}
	}
	group.Wait()
	if s.Expect.Tally == nil {
		return
	}
	tally := make(map[string]int)
	for _, status := range statuses {
		tally[strconv.Itoa(status)]++
	}
	if !maps.Equal(tally, s.Expect.Tally) {
		p.fail(fmt.Sprintf("%s: statuses %v, want %v", name, tally, s.Expect.Tally))
	}
}

// turn sends a step's n-th request, captures from its answer and judges it. Of the faults the first is the exchange.
func (p *player) turn(s step, n int) (status int, faults []string) {
	p.lock.Lock()
	r, err := s.Send.resolve(p.memory, n)
	p.lock.Unlock()
	if err != nil {
		return 0, []string{err.Error()}
	}
	x, err := p.exchange(r)
	if err != nil {
		return 0, []string{r.Method + " " + r.Target, err.Error()}
	}
	faults = x.faults()
	if x.Status == http.StatusNotImplemented && !slices.Contains(s.Expect.Status, x.Status) {
		faults = append(faults, "501 where it is not expected")
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	for as, path := range s.Capture {
		values := at(x.Body, path)
		if len(values) != 1 {
			faults = append(faults, fmt.Sprintf("nothing to capture at %q", path))
		}
		for _, value := range values {
			p.memory.learn(as, n, value)
		}
	}
	want, err := s.Expect.resolve(p.memory, n)
	if err != nil {
		faults = append(faults, err.Error())
	} else {
		faults = append(faults, want.judge(x)...)
	}
	if len(faults) > 0 {
		faults = slices.Insert(faults, 0, fmt.Sprintf("%s %s %s\n\tanswer %d %s", r.Method, r.Target, shorten(r.payload()), x.Status, shorten(x.Raw)))
	}
	return x.Status, faults
}

// exchange sends a request as Entra does: the target exactly as written, no User-Agent, no Accept, the bearer
// secret and ADSCIMVersion on all, the media type with its charset on bodies. The file may say otherwise.
func (p *player) exchange(r request) (exchange, error) {
	ctx, cancel := context.WithTimeout(p.ctx, answerLimit)
	defer cancel()
	body := r.payload()
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	q, err := http.NewRequestWithContext(ctx, r.Method, p.url.String(), reader)
	if err != nil {
		return exchange{}, err
	}
	q.URL.Opaque = basePath + r.Target // goes on the wire as it is
	q.Header["User-Agent"] = nil
	q.Header.Set("Authorization", "Bearer "+p.secret)
	q.Header.Set("ADSCIMVersion", "5.0")
	if body != nil {
		q.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	for name, value := range r.Headers {
		if value == nil {
			q.Header.Del(name)
			continue
		}
		q.Header.Set(name, strings.ReplaceAll(*value, "<secret>", p.secret))
	}
	answer, err := p.wire.RoundTrip(q)
	if err != nil {
		return exchange{}, err
	}
	raw, err := io.ReadAll(answer.Body)
	if closeErr := answer.Body.Close(); err == nil {
		err = closeErr
	}
	x := exchange{Target: r.Target, Secret: p.secret, Status: answer.StatusCode, Header: answer.Header, Raw: raw}
	if len(raw) > 0 {
		x.Body, _ = decode(raw) // what is no JSON is found by faults
	}
	return x, err
}

// payload is the body as it goes on the wire, nil for none.
func (r request) payload() []byte {
	if r.Text != nil {
		return []byte(*r.Text)
	}
	return r.Body
}

// check holds the secret, as the admin would paste it, against what Entra's form takes.
func (r tokenRule) check(secret string) string {
	if len(secret) < r.Shorter && strings.HasPrefix(secret, r.Prefix) {
		return ""
	}
	return fmt.Sprintf("a secret of %d characters, want fewer than %d and %q in front", len(secret), r.Shorter, r.Prefix)
}

// TestRequestsGoAsWritten reads a request off the wire: nothing of the target may be cleaned, and no header added that
// Entra does not send.
func TestRequestsGoAsWritten(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heard := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			heard <- err.Error()
			return
		}
		defer conn.Close()
		var lines []string
		for in := bufio.NewScanner(conn); in.Scan() && in.Text() != ""; {
			lines = append(lines, in.Text())
		}
		heard <- strings.Join(lines, "\n")
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	p := &player{ctx: t.Context(), url: &url.URL{Scheme: "http", Host: listener.Addr().String()}, secret: "s3cret", wire: &http.Transport{DisableCompression: true}}
	defer p.wire.CloseIdleConnections()
	const target = `//Users/?aadOptscim062020&filter=emails[type+eq+"work"].value+eq+"a%40b%20c"`
	x, err := p.exchange(request{Method: "PATCH", Target: target, Body: []byte(`{"op":1}`)})
	if err != nil || x.Status != http.StatusNoContent {
		t.Fatalf("status %d, %v", x.Status, err)
	}
	want := []string{
		"PATCH " + basePath + target + " HTTP/1.1", "Host: " + listener.Addr().String(), "Content-Length: 8",
		"Adscimversion: 5.0", "Authorization: Bearer s3cret", "Content-Type: application/scim+json; charset=utf-8",
	}
	if got := <-heard; got != strings.Join(want, "\n") {
		t.Errorf("on the wire stands\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}
