package token

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scimdesk/backend/store"
)

// A clock goes only when it is told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func keeper(t *testing.T, dir string, now func() time.Time) (*Keeper, *store.Store) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return again(t, st, now), st
}

// again is a keeper that knows only what the store does.
func again(t *testing.T, st *store.Store, now func() time.Time) *Keeper {
	t.Helper()
	k, err := Open(t.Context(), st, now)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rotate(t *testing.T, k *Keeper, how Rotation) string {
	t.Helper()
	secret, _, err := k.Rotate(t.Context(), how)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// pass lets a time go by in which Entra could have come, looking every minute as Run does.
func pass(t *testing.T, k *Keeper, c *clock, d time.Duration) {
	t.Helper()
	for ; d > 0; d -= tick {
		c.add(min(d, tick))
		if _, err := k.look(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
}

// accepts tells whether a secret would be accepted, without using it.
func accepts(k *Keeper, secret string) bool {
	t, at := k.table.Load(), k.wall()
	for _, place := range t.accepted(at, k.quietSince(at)) {
		if place >= 0 && t.rows[place].hash == hash(secret) {
			return true
		}
	}
	return false
}

func TestOnlyWholeSecretsAreAccepted(t *testing.T) {
	k, _ := keeper(t, t.TempDir(), time.Now)
	if _, ok := k.Verify(""); ok {
		t.Error("no secret is accepted while there is no token")
	}
	secret, record, err := k.Rotate(t.Context(), Rotation{})
	if err != nil {
		t.Fatal(err)
	}
	if who, ok := k.Verify(secret); !ok || who != (Who{Token: record.ID, LastFour: secret[len(secret)-4:]}) || record.LastFour != who.LastFour {
		t.Errorf("the secret gives %+v, %v", who, ok)
	}
	for _, wrong := range []string{secret + "x", secret[:len(secret)-1], strings.ToUpper(secret), " " + secret, "Bearer " + secret, ""} {
		if who, ok := k.Verify(wrong); ok || who != (Who{}) {
			t.Errorf("%q beside %q gives %+v, %v", wrong, secret, who, ok)
		}
	}
	if other := newSecret(Prefix); true {
		if who, ok := k.Verify(other); ok || who != (Who{LastFour: lastFour(other)}) {
			t.Errorf("a secret of another folder gives %+v, %v", who, ok)
		}
	}
}

// TestRotation: secrets are called by letters, in the order they were made. Each step says what is done, and after it which are accepted.
func TestRotation(t *testing.T) {
	const hour = time.Hour
	type step struct {
		do      string // rotate, force, leaked, undo, finish, end; use X; pass, sleep, outage; reopen
		lasting time.Duration
		err     error
		want    string
	}
	cases := map[string][]step{
		"the first":                      {{do: "rotate", want: "a"}},
		"never seen, the old one stays":  {{do: "rotate", want: "a"}, {do: "use a", want: "a"}, {do: "rotate", want: "ab"}, {do: "pass", lasting: 240 * hour, want: "ab"}},
		"seen, and the old one is quiet": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "pass", lasting: hour - 1, want: "ab"}, {do: "pass", lasting: 1, want: "b"}},
		"the old one is used once more": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "pass", lasting: hour / 2, want: "ab"}, {do: "use a", want: "ab"},
			{do: "pass", lasting: hour - 1, want: "ab"}, {do: "pass", lasting: 1, want: "b"}},
		"the test uses the new one long after": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "pass", lasting: 5 * hour, want: "ab"}, {do: "use b", want: "ab"}, {do: "pass", lasting: hour - 1, want: "ab"}, {do: "pass", lasting: 1, want: "b"}},
		"later uses of the new one don't count": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "pass", lasting: 40 * time.Minute, want: "ab"}, {do: "use b", want: "ab"},
			{do: "pass", lasting: 20 * time.Minute, want: "b"}},
		"a night asleep is not quiet": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "pass", lasting: hour / 2, want: "ab"}, {do: "sleep", lasting: 10 * hour, want: "ab"},
			{do: "pass", lasting: hour - 1, want: "ab"}, {do: "pass", lasting: 1, want: "b"}},
		"a time without a tunnel is not quiet": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "outage", lasting: 3 * hour, want: "ab"}, {do: "pass", lasting: hour - 1, want: "ab"}, {do: "pass", lasting: 1, want: "b"}},
		"a restart in between":                 {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "reopen", want: "ab"}, {do: "pass", lasting: hour - 1, want: "ab"}, {do: "pass", lasting: 1, want: "b"}, {do: "reopen", want: "b"}},
		"leaked":                               {{do: "rotate", want: "a"}, {do: "leaked", want: "b"}, {do: "reopen", want: "b"}},
		"leaked while two are accepted":        {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "leaked", want: "c"}},
		"never three":                          {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "rotate", err: ErrRotating, want: "ab"}},
		"forced, and the newer was never seen": {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "force", want: "ac"}, {do: "use c", want: "ac"}, {do: "pass", lasting: hour, want: "c"}},
		"forced, and the newer was seen":       {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "force", want: "bc"}, {do: "undo", want: "b"}},
		"forced without need":                  {{do: "force", want: "a"}, {do: "force", want: "ab"}},
		"undone":                               {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "undo", want: "a"}, {do: "pass", lasting: 5 * hour, want: "a"}, {do: "reopen", want: "a"}, {do: "rotate", want: "ac"}},
		"undone too late":                      {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "use b", want: "ab"}, {do: "pass", lasting: hour, want: "b"}, {do: "undo", err: ErrNotRotating, want: "b"}},
		"finished":                             {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "finish", want: "b"}, {do: "finish", want: "b"}, {do: "rotate", want: "bc"}},
		"ended, and made again":                {{do: "rotate", want: "a"}, {do: "rotate", want: "ab"}, {do: "end", want: ""}, {do: "end", want: ""}, {do: "undo", err: ErrNotRotating, want: ""}, {do: "rotate", want: "c"}},
	}
	c := newClock()
	_, st := keeper(t, t.TempDir(), c.now)
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			k := again(t, st, c.now)
			if _, err := k.End(t.Context()); err != nil {
				t.Fatal(err)
			}
			secrets := []string{}
			for i, s := range steps {
				var err error
				what, which, _ := strings.Cut(s.do, " ")
				switch what {
				case "rotate", "force", "leaked":
					var secret string
					if secret, _, err = k.Rotate(t.Context(), Rotation{Force: what == "force", Leaked: what == "leaked"}); err == nil {
						secrets = append(secrets, secret)
					}
				case "undo":
					err = k.Undo(t.Context())
				case "finish":
					err = k.Finish(t.Context())
				case "end":
					_, err = k.End(t.Context())
				case "use":
					if _, ok := k.Verify(secrets[which[0]-'a']); !ok {
						t.Errorf("step %d: %s is refused", i, which)
					}
				case "pass":
					pass(t, k, c, s.lasting)
				case "sleep":
					c.add(s.lasting)
					_, err = k.look(t.Context(), true)
				case "outage":
					for range int(s.lasting / tick) {
						c.add(tick)
						if _, err := k.look(t.Context(), false); err != nil {
							t.Fatal(err)
						}
					}
				case "reopen":
					k = again(t, st, c.now)
				}
				if !errors.Is(err, s.err) || err != nil && s.err == nil {
					t.Fatalf("step %d, %s: %v", i, s.do, err)
				}
				got := ""
				for n, secret := range secrets {
					if accepts(k, secret) {
						got += string(rune('a' + n))
					}
				}
				if got != s.want {
					t.Fatalf("step %d, %s: accepted are %q, want %q", i, s.do, got, s.want)
				}
			}
		})
	}
}

func TestAStateTellsHowARotationGoes(t *testing.T) {
	c := newClock()
	k, st := keeper(t, t.TempDir(), c.now)
	if s := k.State(); s.Current.ID != "" || s.Old.ID != "" || s.Ended == nil {
		t.Errorf("at first: %+v", s)
	}
	old := rotate(t, k, Rotation{})
	k.Verify(old)
	pass(t, k, c, time.Minute)
	next := rotate(t, k, Rotation{Expires: c.now().Add(48 * time.Hour)})
	s := k.State()
	if s.Current.LastFour != lastFour(next) || s.Old.LastFour != lastFour(old) || s.Old.ReplacedBy != s.Current.ID || !s.OldEnds.IsZero() ||
		!s.Current.Expires.Equal(c.now().Add(48*time.Hour)) || s.Old.LastUsed.IsZero() || !s.Current.LastUsed.IsZero() {
		t.Errorf("after a rotation: %+v", s)
	}
	if err := k.Undo(t.Context()); err != nil || k.State().Current.ReplacedBy != "" {
		t.Errorf("undone: %+v, %v", k.State().Current, err)
	}
	next = rotate(t, k, Rotation{})
	k.Verify(next)
	ends := c.now().Add(Quiet)
	if s = k.State(); !s.OldEnds.Equal(ends) {
		t.Errorf("the new one was seen: the old one ends %v, want %v", s.OldEnds, ends)
	}
	pass(t, k, c, Quiet)
	c.add(time.Minute)
	if _, ok := k.Verify(old); ok {
		t.Error("an ended token is accepted")
	}
	if s = k.State(); s.Old.ID != "" || len(s.Ended) != 2 || s.Ended[0].LastFour != lastFour(old) || !s.Ended[0].Ended.Equal(ends) || !s.Ended[0].LastRefused.Equal(c.now()) {
		t.Errorf("at its end: %+v", s)
	}
	rows, err := st.Tokens(t.Context())
	if err != nil || len(rows) != 3 || !rows[2].Ended.Equal(ends) || !rows[2].LastRefused.Equal(c.now()) {
		t.Errorf("on disk: %+v, %v", rows, err)
	}
}

func TestAnEndedTokenIsStillKnown(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	k, st := keeper(t, dir, c.now)
	secrets := []string{}
	for range remembered + 2 {
		secrets = append(secrets, rotate(t, k, Rotation{Leaked: true}))
		c.add(time.Second)
	}
	look := func(k *Keeper) {
		t.Helper()
		for i, secret := range secrets[:remembered+1] {
			who, ok := k.Verify(secret)
			if ok || who.LastFour != lastFour(secret) || (who.Token == "") != (i == 0) {
				t.Errorf("ended token %d: %+v, %v", i, who, ok)
			}
		}
	}
	look(k)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	k, _ = keeper(t, dir, c.now)
	look(k)
	if s := k.State(); len(s.Ended) != remembered || s.Ended[0].LastFour != lastFour(secrets[remembered]) {
		t.Errorf("ended: %d, the last %s", len(s.Ended), s.Ended[0].LastFour)
	}
}

func TestADateEndsAToken(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	k, st := keeper(t, dir, c.now)
	if err := k.Expire(t.Context(), c.now().Add(time.Hour)); !errors.Is(err, ErrNoToken) {
		t.Errorf("without a token: %v", err)
	}
	if _, _, err := k.Rotate(t.Context(), Rotation{Expires: c.now()}); !errors.Is(err, ErrExpiry) {
		t.Errorf("a date that has passed: %v", err)
	}
	if len(k.State().Ended) != 0 || k.State().Current.ID != "" {
		t.Error("a refused date made a token")
	}
	old := rotate(t, k, Rotation{})
	if err := k.Expire(t.Context(), c.now()); !errors.Is(err, ErrExpiry) {
		t.Errorf("a date that has passed: %v", err)
	}
	end := c.now().Add(time.Hour)
	if err := k.Expire(t.Context(), end); err != nil {
		t.Fatal(err)
	}
	c.add(time.Hour - 1)
	if !accepts(k, old) {
		t.Error("it ended before its date")
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	k, st = keeper(t, dir, c.now)
	c.add(time.Millisecond)
	if who, ok := k.Verify(old); ok || who.Token == "" {
		t.Errorf("at its date: %+v, %v", who, ok)
	}
	pass(t, k, c, time.Minute)
	if rows, err := st.Tokens(t.Context()); err != nil || !rows[0].Ended.Equal(end) {
		t.Errorf("on disk: %+v, %v", rows, err)
	}
	again := rotate(t, k, Rotation{Expires: c.now().Add(time.Hour)})
	if err := k.Expire(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	pass(t, k, c, 2*time.Hour)
	if !accepts(k, again) {
		t.Error("a date that was taken back ended it")
	}
}

// TestADateEndsTheNewerOfTwo: the older one goes on, unless it had ended before.
func TestADateEndsTheNewerOfTwo(t *testing.T) {
	c := newClock()
	k, _ := keeper(t, t.TempDir(), c.now)
	old := rotate(t, k, Rotation{})
	brief := rotate(t, k, Rotation{Expires: c.now().Add(time.Hour / 2)})
	k.Verify(brief)
	pass(t, k, c, 2*time.Hour)
	if accepts(k, brief) || !accepts(k, old) {
		t.Error("the newer one's date has passed: the older one goes on")
	}
	next := rotate(t, k, Rotation{Expires: c.now().Add(Quiet + time.Second)})
	k.Verify(next)
	pass(t, k, c, Quiet)
	if accepts(k, old) || !accepts(k, next) {
		t.Error("the older one ends before the newer one's date")
	}
	c.add(time.Second)
	if accepts(k, old) || accepts(k, next) {
		t.Error("an end is taken back")
	}
}

// TestTheOrderSurvivesAClockThatIsSetBack: which of two is the newer one is not told by the clock.
func TestTheOrderSurvivesAClockThatIsSetBack(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	k, st := keeper(t, dir, c.now)
	old := rotate(t, k, Rotation{})
	c.add(-24 * time.Hour)
	next := rotate(t, k, Rotation{})
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	k, _ = keeper(t, dir, c.now)
	if s := k.State(); s.Current.LastFour != lastFour(next) || s.Old.LastFour != lastFour(old) {
		t.Errorf("current %s, old %s; want %s and %s", s.Current.LastFour, s.Old.LastFour, lastFour(next), lastFour(old))
	}
}

// TestEverySecretCostsTheSame: nothing is answered faster for a nearly right token.
func TestEverySecretCostsTheSame(t *testing.T) {
	c := newClock()
	k, _ := keeper(t, t.TempDir(), c.now)
	ended := rotate(t, k, Rotation{})
	old := rotate(t, k, Rotation{Leaked: true})
	next := rotate(t, k, Rotation{})
	checking, end := k.MintCheck(time.Minute)
	defer end()
	compared := 0
	k.equal = func(a, b []byte) int { compared++; return subtle.ConstantTimeCompare(a, b) }
	for _, secret := range []string{next, old, ended, checking, newSecret(Prefix), next[:len(next)-1] + "0", next + "x", "sdk_", ""} {
		compared = 0
		k.Verify(secret)
		if compared != 4 {
			t.Errorf("%q is compared with %d hashes, want 4", secret, compared)
		}
	}
}

func TestACheckIsNoToken(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	k, st := keeper(t, dir, c.now)
	token := rotate(t, k, Rotation{})
	one, endOne := k.MintCheck(time.Minute)
	other, _ := k.MintCheck(time.Minute)
	for _, secret := range []string{one, other} {
		if who, ok := k.Verify(secret); !ok || !who.Check || who.Token != "" {
			t.Errorf("a check: %+v, %v", who, ok)
		}
	}
	if who, ok := k.Verify(token); !ok || who.Check {
		t.Errorf("a token beside a check: %+v, %v", who, ok)
	}
	endOne()
	if who, ok := k.Verify(one); ok || who.Check {
		t.Errorf("a check that has ended: %+v, %v", who, ok)
	}
	if _, ok := k.Verify(other); !ok {
		t.Error("the end of one check ended another")
	}
	rotate(t, k, Rotation{Leaked: true})
	if _, ok := k.Verify(other); !ok {
		t.Error("a rotation ended a check")
	}
	c.add(time.Minute)
	if _, ok := k.Verify(other); ok {
		t.Error("a check lasts longer than it should")
	}
	third, _ := k.MintCheck(time.Minute)
	if n := len(k.table.Load().checks); n != 1 {
		t.Errorf("%d checks are kept, want 1", n)
	}
	if rows, err := st.Tokens(t.Context()); err != nil || len(rows) != 2 {
		t.Errorf("records: %d, %v", len(rows), err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if k, _ = keeper(t, dir, c.now); accepts(k, third) {
		t.Error("a check survives a restart")
	}
}

// TestRunEndsWhatIsDue and sees by the clock on the wall that this computer has slept.
func TestRunEndsWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		asleep, reachable := time.Duration(0), true
		now := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return time.Now().Add(asleep)
		}
		set := func(f func()) {
			mu.Lock()
			defer mu.Unlock()
			f()
		}
		k, st := keeper(t, t.TempDir(), now)
		running := make(chan struct{})
		go func() {
			defer close(running)
			k.Run(t.Context(), slog.New(slog.DiscardHandler), func() bool {
				mu.Lock()
				defer mu.Unlock()
				return reachable
			})
		}()
		old := rotate(t, k, Rotation{})
		next := rotate(t, k, Rotation{})
		time.Sleep(10 * time.Second)
		k.Verify(next)
		time.Sleep(50 * time.Minute)
		set(func() { asleep = 10 * time.Hour })
		if _, ok := k.Verify(old); !ok {
			t.Fatal("right after a night's sleep the old token is refused")
		}
		time.Sleep(59 * time.Minute)
		set(func() { reachable = false })
		time.Sleep(5 * time.Hour)
		if !accepts(k, old) {
			t.Error("the old token ended while nobody could come")
		}
		set(func() { reachable = true })
		time.Sleep(Quiet + tick)
		synctest.Wait()
		if rows, err := st.Tokens(t.Context()); err != nil || rows[1].Ended.IsZero() {
			t.Errorf("on disk: %+v, %v", rows, err)
		}
		if accepts(k, old) || !accepts(k, next) {
			t.Error("after an hour of quiet the old token goes on")
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestARefusalAtTheEndIsOnDiskAtOnce: what was refused for its end does not come back with a restart.
func TestARefusalAtTheEndIsOnDiskAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, st := keeper(t, t.TempDir(), time.Now)
		go k.Run(t.Context(), slog.New(slog.DiscardHandler), nil)
		secret := rotate(t, k, Rotation{Expires: time.Now().Add(time.Hour + tick/2)})
		time.Sleep(time.Hour + tick/2)
		synctest.Wait()
		if rows, err := st.Tokens(t.Context()); err != nil || !rows[0].Ended.IsZero() {
			t.Fatalf("before anybody looked: %+v, %v", rows, err)
		}
		if _, ok := k.Verify(secret); ok {
			t.Error("accepted at its date")
		}
		synctest.Wait()
		if rows, err := st.Tokens(t.Context()); err != nil || rows[0].Ended.IsZero() {
			t.Errorf("after a refusal: %+v, %v", rows, err)
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheSecretIsKeptNowhere(t *testing.T) {
	dir := t.TempDir()
	k, st := keeper(t, dir, time.Now)
	secret := rotate(t, k, Rotation{})
	checking, _ := k.MintCheck(time.Minute)
	k.Verify(secret)
	k.Verify(checking)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		for _, s := range []string{secret, checking} {
			if err == nil && bytes.Contains(content, []byte(s[len(Prefix):len(s)-4])) {
				t.Errorf("%s holds a secret", filepath.Base(f))
			}
		}
	}
}

// TestWhatIsNotWrittenIsNotDone: neither is a token that could not be kept accepted, nor one refused whose end could not.
func TestWhatIsNotWrittenIsNotDone(t *testing.T) {
	k, st := keeper(t, t.TempDir(), time.Now)
	old := rotate(t, k, Rotation{})
	next := rotate(t, k, Rotation{})
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, leaked := k.Rotate(t.Context(), Rotation{Leaked: true})
	_, ended := k.End(t.Context())
	for what, err := range map[string]error{"leaked": leaked, "end": ended, "undo": k.Undo(t.Context()), "finish": k.Finish(t.Context()), "expire": k.Expire(t.Context(), time.Now().Add(time.Hour))} {
		if err == nil {
			t.Errorf("%s: what could not be written is no error", what)
		}
	}
	if !accepts(k, old) || !accepts(k, next) || !k.State().Current.Expires.IsZero() {
		t.Errorf("something was done that is not on disk: %+v", k.State())
	}
}

func TestRotationsAtTheSameTime(t *testing.T) {
	for name, how := range map[string]Rotation{"plain": {}, "forced": {Force: true}, "leaked": {Leaked: true}} {
		t.Run(name, func(t *testing.T) {
			k, st := keeper(t, t.TempDir(), time.Now)
			secrets := make([]string, 8)
			var all sync.WaitGroup
			for i := range secrets {
				all.Go(func() {
					var err error
					if secrets[i], _, err = k.Rotate(t.Context(), how); err != nil && !errors.Is(err, ErrRotating) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			want, accepted, active := 2, 0, 0
			if how.Leaked {
				want = 1
			}
			for _, s := range secrets {
				if _, ok := k.Verify(s); ok {
					accepted++
				}
			}
			records, err := st.Tokens(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				if r.Ended.IsZero() {
					active++
				}
			}
			if accepted != want || active != want {
				t.Errorf("%d secrets accepted, %d records active; want %d", accepted, active, want)
			}
		})
	}
}

func TestWellFormed(t *testing.T) {
	for range 100 {
		s := newSecret(Prefix)
		if !wellFormed(s, Prefix) || len(s) != 53 || strings.ContainsAny(s[4:], "_-+/= ") {
			t.Fatalf("a new secret is not well formed: %q", s)
		}
		wrong := []byte(s)
		wrong[10] ^= 1
		if wellFormed(string(wrong), Prefix) || wellFormed(s[:52], Prefix) || wellFormed(s+"0", Prefix) || wellFormed("abc_"+s[4:], Prefix) {
			t.Errorf("a typing error in %q is not seen", s)
		}
	}
	if one, other := newSecret(Prefix), newSecret(Prefix); one == other {
		t.Error("two secrets are the same")
	}
}
