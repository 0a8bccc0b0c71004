package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// bubble is a server whose clock a test moves; requests are made without a network.
func bubble(t *testing.T, verify func(string) (Caller, bool)) http.Handler {
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
	return New(Options{Store: st, Verify: verify})
}

func onlySecret(s string) (Caller, bool) {
	return Caller{Token: "token-1", LastFour: "test"}, s == secret
}

// ask sends a request and tells how long its answer took.
func ask(ctx context.Context, h http.Handler, from, credential string) (status int, took time.Duration, header http.Header) {
	r := httptest.NewRequestWithContext(ctx, "GET", `http://desk.example/scim/v2/Users?filter=userName+eq+"ana"`, nil)
	r.RemoteAddr = from
	if credential != "" {
		r.Header.Set("Authorization", credential)
	}
	w := httptest.NewRecorder()
	began := time.Now()
	h.ServeHTTP(w, r)
	return w.Code, time.Since(began), w.Header()
}

// TestARefusalTakesTheSameWhateverWasWrong: nothing is answered faster, or slower, for a secret that is nearly right.
func TestARefusalTakesTheSameWhateverWasWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubble(t, func(s string) (Caller, bool) {
			switch {
			case strings.HasPrefix(s, "sdk_ended"):
				return Caller{Token: "token-0", LastFour: "nded"}, false
			case strings.HasPrefix(s, "sdk_unknown"):
				return Caller{LastFour: "nown"}, false
			}
			return Caller{}, s == secret
		})
		for i, credential := range []string{"", "Basic eA==", "Bearer", "Bearer ", "Bearer x", "Bearer " + secret + "x", "Bearer sdk_ended", "Bearer sdk_unknown", "bearer " + strings.Repeat("x", 5000)} {
			status, took, header := ask(t.Context(), h, fmt.Sprintf("192.0.2.%d:5", i), credential)
			if status != 401 || took != refusalDelay || header.Get("WWW-Authenticate") == "" || header.Get("Connection") != "" {
				t.Errorf("%.20q: %d after %s, %v", credential, status, took, header)
			}
		}
		if status, took, _ := ask(t.Context(), h, "192.0.2.1:5", "Bearer "+secret); status != 200 || took != 0 {
			t.Errorf("a good one: %d after %s", status, took)
		}
	})
}

// TestManyRefusalsWaitLonger: but never longer than a second, for one address alone, and not for ever.
func TestManyRefusalsWaitLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubble(t, onlySecret)
		last := time.Duration(0)
		for range 3 * refusalsMany / 2 {
			_, took, _ := ask(t.Context(), h, "192.0.2.1:5", "Bearer no")
			if took < last || took < refusalDelay || took > refusalMost*refusalDelay {
				t.Fatalf("%s after %s", took, last)
			}
			last = took
		}
		if last != refusalMost*refusalDelay {
			t.Errorf("the last took %s", last)
		}
		if _, took, _ := ask(t.Context(), h, "[2001:db8::1]:5", "Bearer no"); took != refusalDelay {
			t.Errorf("another address: %s", took)
		}
		if _, took, _ := ask(t.Context(), h, "[2001:db8::2]:5", "Bearer no"); took <= refusalDelay {
			t.Errorf("an address of the same network: %s", took)
		}
		time.Sleep(2 * time.Minute) // a bubble's clock: nobody waits
		ask(t.Context(), h, "192.0.2.99:5", "Bearer no")
		time.Sleep(time.Minute)
		if _, took, _ := ask(t.Context(), h, "192.0.2.1:5", "Bearer no"); took != refusalDelay {
			t.Errorf("later: %s", took)
		}
	})
}

// TestAGoodTokenNeverWaitsBehindBadOnes: after a rotation the bad ones are Entra's own, from the same address. Those beyond what may wait
// are answered at once and lose their connection.
func TestAGoodTokenNeverWaitsBehindBadOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubble(t, onlySecret)
		const bad = 300
		var held, parted atomic.Int64
		var all sync.WaitGroup
		for range bad {
			all.Go(func() {
				status, took, header := ask(t.Context(), h, "192.0.2.1:5", "Bearer old")
				switch {
				case status != 401:
					t.Errorf("status %d", status)
				case took == 0 && header.Get("Connection") == "close":
					parted.Add(1)
				case took >= refusalDelay && header.Get("Connection") == "":
					held.Add(1)
				default:
					t.Errorf("after %s %v", took, header)
				}
			})
		}
		synctest.Wait()
		if n := parted.Load(); n != bad-refusalsHeld {
			t.Errorf("%d were answered at once", n)
		}
		for range 50 {
			if status, took, _ := ask(t.Context(), h, "192.0.2.1:5", "Bearer "+secret); status != 200 || took != 0 {
				t.Fatalf("a good one: %d after %s", status, took)
			}
		}
		all.Wait()
		if n := held.Load(); n != refusalsHeld {
			t.Errorf("%d were held", n)
		}
	})
}

func TestARefusalEndsWithItsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubble(t, onlySecret)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, took, _ := ask(ctx, h, "192.0.2.1:5", "Bearer no"); took != 10*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

func TestAddressesThatAreCountedAreBounded(t *testing.T) {
	f := refusals{now: time.Now, least: 1}
	for i := range 10 * addressesMet {
		f.enter(fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255))
		f.leave()
		if n := len(f.met) + len(f.before); n > addressesMet {
			t.Fatalf("%d addresses are counted", n)
		}
	}
}

// TestARefusedSecretIsHintedAt: by its last four characters, for the admin; the row is a stranger's all the same.
func TestARefusedSecretIsHintedAt(t *testing.T) {
	o := open(t, func(o *Options) {
		o.Verify = func(s string) (Caller, bool) { return Caller{Token: "token-0", LastFour: "nded"}, false }
	})
	o.do("GET", "/scim/v2/Users", "", "Authorization: Bearer sdk_ended")
	if a := waitForActivity(t, o.store, 1)[0]; a.Hint != "nded" || a.Token != "" || a.Response != nil {
		t.Errorf("%+v", a)
	}
}

// TestLegalTrafficIsQueued: while the writer is blocked requests wait, and all are answered when it goes on. Only those that find no place
// to wait are 429, at once, with the time to come back.
func TestLegalTrafficIsQueued(t *testing.T) {
	blocked, begun := make(chan struct{}), make(chan struct{})
	var once sync.Once
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Check: func(*store.Tx, store.Change) error {
		once.Do(func() { close(begun) })
		<-blocked
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	h := New(Options{Store: st, Verify: onlySecret})
	const more = 25
	results := make(chan *httptest.ResponseRecorder)
	send := func(i int) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://desk.example/scim/v2/Users", strings.NewReader(fmt.Sprintf(`{"userName":"p%d@x.example"}`, i)))
		r.Header.Set("Authorization", "Bearer "+secret)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		results <- w
	}
	go send(0)
	<-begun
	for i := range handled + maxWaiting + more - 1 {
		go send(i + 1)
	}
	for range more { // nobody else can be answered
		if w := <-results; w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "nothing was changed") {
			t.Errorf("too many: %d %s", w.Code, w.Body)
		}
	}
	close(blocked)
	for range handled + maxWaiting {
		if w := <-results; w.Code != 201 {
			t.Errorf("queued: %d %s", w.Code, w.Body)
		}
	}
	c, err := st.Counts(t.Context(), scim.User)
	if err != nil || c.Total != handled+maxWaiting {
		t.Errorf("%+v %v", c, err)
	}
}

func TestBodiesThatWaitAreBounded(t *testing.T) {
	var r room
	for range maxWaitingBytes / (1 << 20) {
		if !r.take(1 << 20) {
			t.Fatal("refused below the bound")
		}
	}
	if r.take(1) || !r.take(0) {
		t.Error("the bound of bytes does not hold")
	}
	for range maxWaitingBytes / (1 << 20) {
		r.leave(1 << 20)
	}
	if r.leave(0); r.requests != 0 || r.bytes != 0 {
		t.Errorf("left: %d requests, %d bytes", r.requests, r.bytes)
	}
}
