package backend

import (
	"errors"
	"testing"
	"time"

	"scimdesk/backend/store"
	"scimdesk/backend/token"
)

func lastFour(secret string) string { return secret[len(secret)-4:] }

// TestARotationIsWatched from the new token to the end of the old one.
func TestARotationIsWatched(t *testing.T) {
	b, first := serve(t)
	if status, _ := send(t, b, "GET", "/Users", first, ""); status != 200 {
		t.Fatalf("first token: %d", status)
	}
	made, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.RotateToken(t.Context(), TokenRotation{}); Code(err) != "TOKEN_ROTATING" {
		t.Errorf("a third token: %v, %s", err, Code(err))
	}
	for range 6 {
		if status, _ := send(t, b, "GET", "/Users", first, ""); status != 200 {
			t.Fatalf("the old token while both are accepted: %d", status)
		}
	}
	if is := tokens(t, b); is.NewSeen || is.OldEnds != "" || is.Current.LastFour != lastFour(made.Secret) || is.Old.LastFour != lastFour(first) || is.Asks || is.Reminds || is.Expiring {
		t.Errorf("before the new one is seen: %+v", is)
	}
	for range 5 {
		send(t, b, "GET", "/Users", made.Secret, "")
	}
	is := tokens(t, b)
	if !is.NewSeen || is.OldEnds == "" || len(is.Ended) != 0 || len(is.Recent) != 10 {
		t.Fatalf("when it was seen: %+v", is)
	}
	for i, use := range is.Recent {
		want := lastFour(made.Secret)
		if i >= 5 {
			want = lastFour(first)
		}
		if use.LastFour != want || !use.Accepted || use.Activity == 0 {
			t.Errorf("request %d of the last: %+v, want %s", i, use, want)
		}
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.Token != is.Current || s.OldToken != is.Old {
		t.Errorf("snapshot: %+v, %+v, %v", s.Token, s.OldToken, err)
	}
	if err := b.FinishRotation(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := send(t, b, "GET", "/Users", first, ""); status != 401 {
		t.Errorf("the old token after its end: %d", status)
	}
	is = tokens(t, b)
	if is.Old.Exists || len(is.Ended) != 1 || is.Ended[0].LastFour != lastFour(first) || is.Ended[0].LastRefused == "" || is.Ended[0].Ended == "" {
		t.Errorf("at the end: %+v", is)
	}
	if use := is.Recent[0]; use.Accepted || use.LastFour != lastFour(first) {
		t.Errorf("the refusal among the last requests: %+v", use)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil || s.Refused.LastFour != lastFour(first) || s.Refused.Ended != is.Ended[0].Ended || s.OldToken.Exists {
		t.Errorf("snapshot: %+v, %v", s.Refused, err)
	}
	if err := b.UndoRotation(t.Context()); Code(err) != "TOKEN_NOT_ROTATING" {
		t.Errorf("undone too late: %v", err)
	}
}

// tokens gives what Tokens does when every request is in the log.
func tokens(t *testing.T, b *Backend) Tokens {
	t.Helper()
	is, err := b.Tokens(t.Context())
	if err = errors.Join(err, b.Flush(t.Context())); err == nil {
		is, err = b.Tokens(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func TestARotationIsUndone(t *testing.T) {
	b, first := serve(t)
	made, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.UndoRotation(t.Context()); err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[string]int{first: 200, made.Secret: 401} {
		if status, _ := send(t, b, "GET", "/Users", secret, ""); status != want {
			t.Errorf("%s: %d, want %d", lastFour(secret), status, want)
		}
	}
	if is := tokens(t, b); is.Current.LastFour != lastFour(first) || is.Old.Exists {
		t.Errorf("after it: %+v", is)
	}
}

func TestEndTokenEndsAll(t *testing.T) {
	b, first := serve(t)
	made, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.EndToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{first, made.Secret} {
		if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 401 {
			t.Errorf("%s: %d", lastFour(secret), status)
		}
	}
	if is := tokens(t, b); is.Current.Exists || is.Old.Exists || len(is.Ended) != 2 {
		t.Errorf("after it: %+v", is)
	}
	if err := b.SetTokenExpiry(t.Context(), ""); Code(err) != "TOKEN_NONE" {
		t.Errorf("an end for no token: %v", err)
	}
}

func TestATokenGetsAnEnd(t *testing.T) {
	b, _ := serve(t)
	soon := time.Now().Add(6 * 24 * time.Hour).UTC().Format(time.RFC3339)
	for _, bad := range []string{"2020-01-01T00:00:00Z", "tomorrow"} {
		if err := b.SetTokenExpiry(t.Context(), bad); Code(err) != "TOKEN_EXPIRY" {
			t.Errorf("%s: %v", bad, err)
		}
		if _, err := b.RotateToken(t.Context(), TokenRotation{Expires: bad}); Code(err) != "TOKEN_EXPIRY" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := b.SetTokenExpiry(t.Context(), soon); err != nil {
		t.Fatal(err)
	}
	if is := tokens(t, b); is.Current.Expires == "" || !is.Expiring || is.Old.Exists {
		t.Errorf("with an end: %+v", is)
	}
	if err := b.SetTokenExpiry(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if is := tokens(t, b); is.Current.Expires != "" || is.Expiring {
		t.Errorf("without: %+v", is)
	}
}

func TestTokenSigns(t *testing.T) {
	day := 24 * time.Hour
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	made := func(age time.Duration) store.Token { return store.Token{ID: "a", Created: now.Add(-age)} }
	ends := func(in time.Duration) store.Token { return store.Token{ID: "a", Created: now, Expires: now.Add(in)} }
	both := func(age time.Duration) token.State {
		return token.State{Current: made(age), Old: store.Token{ID: "b", Created: now.Add(-400 * day)}}
	}
	for name, c := range map[string]struct {
		s                   token.State
		asks, old, expiring bool
	}{
		"none":                        {},
		"new":                         {s: token.State{Current: made(0)}},
		"179 days":                    {s: token.State{Current: made(180*day - 1)}},
		"180 days":                    {s: token.State{Current: made(180 * day)}, old: true},
		"a rotation of six days":      {s: both(7*day - 1)},
		"a rotation of seven":         {s: both(7 * day), asks: true},
		"an end in eight days":        {s: token.State{Current: ends(7*day + 1)}},
		"an end in seven":             {s: token.State{Current: ends(7 * day)}, expiring: true},
		"old, and nothing else to do": {s: token.State{Current: made(300 * day)}, old: true},
	} {
		if asks, old, expiring := tokenSigns(c.s, now); asks != c.asks || old != c.old || expiring != c.expiring {
			t.Errorf("%s: asks %v, old %v, expiring %v", name, asks, old, expiring)
		}
	}
}

// TestAReminderIsGivenOnce for each token.
func TestAReminderIsGivenOnce(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	old := store.Token{ID: "t", Hash: make([]byte, 32), LastFour: "abcd", Created: time.Now().Add(-remindAfter)}
	if err := errors.Join(st.SaveTokens(t.Context(), old), st.Close()); err != nil {
		t.Fatal(err)
	}
	for n, want := range []bool{true, false, false} {
		b, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener})
		if err != nil {
			t.Fatal(err)
		}
		if is := tokens(t, b); is.Reminds != want {
			t.Errorf("time %d: reminds %v", n, is.Reminds)
		}
		if err := errors.Join(b.DismissReminder(t.Context()), b.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
