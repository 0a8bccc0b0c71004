package token

import (
	"crypto/subtle"
	"errors"
	"testing"
	"time"
)

func TestAClientIsGrantedAccess(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	k, st := keeper(t, dir, c.now)
	if _, found := k.Client(); found {
		t.Error("there is a client that nobody made")
	}
	if _, err := k.Grant(t.Context(), "", ""); !errors.Is(err, ErrClient) {
		t.Errorf("without a client: %v", err)
	}
	secret, client, err := k.MakeClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range [][2]string{{client.ID, ""}, {client.ID, secret + "x"}, {"", secret}, {"x", secret}, {secret, client.ID}} {
		if _, err := k.Grant(t.Context(), wrong[0], wrong[1]); !errors.Is(err, ErrClient) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if who, ok := k.Verify(secret); ok {
		t.Errorf("the client's secret is a token: %+v", who)
	}
	access, err := k.Grant(t.Context(), client.ID, secret)
	if err != nil {
		t.Fatal(err)
	}
	look := func(at string, want bool) {
		t.Helper()
		who, ok := k.Verify(access)
		if ok != want || who.LastFour != lastFour(access) || ok && who.Token != client.ID {
			t.Errorf("%s: %+v, %v", at, who, ok)
		}
	}
	look("given", true)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	k, st = keeper(t, dir, c.now)
	look("after a restart", true)
	c.add(AccessLife - time.Millisecond)
	look("at its end", true)
	if is, _ := k.Client(); !is.LastUsed.Equal(c.now()) || is.LastFour != lastFour(secret) {
		t.Errorf("the client: %+v", is)
	}
	c.add(time.Millisecond)
	look("after an hour", false)
	if _, err := k.Grant(t.Context(), client.ID, secret); err != nil {
		t.Fatal(err)
	}
	if all, err := st.AccessTokens(t.Context()); err != nil || len(all) != 1 || len(k.oauth.Load().access) != 1 {
		t.Errorf("%d are kept, %v; what has expired is removed", len(all), err)
	}
}

// TestANewSecretEndsWhatTheOldOneGot, and so does the client's end, also on disk.
func TestANewSecretEndsWhatTheOldOneGot(t *testing.T) {
	dir := t.TempDir()
	k, st := keeper(t, dir, time.Now)
	old, client, err := k.MakeClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, err := k.Grant(t.Context(), client.ID, old)
	if err != nil {
		t.Fatal(err)
	}
	next, same, err := k.MakeClient(t.Context())
	if err != nil || same.ID != client.ID {
		t.Fatalf("%+v, %v; the ID in Entra stays", same, err)
	}
	if _, ok := k.Known(client.ID, old); ok {
		t.Error("the old secret is accepted")
	}
	second, err := k.Grant(t.Context(), client.ID, next)
	if err != nil {
		t.Fatal(err)
	}
	look := func(k *Keeper, want bool) {
		t.Helper()
		if _, ok := k.Verify(first); ok {
			t.Error("what the old secret got is accepted")
		}
		if _, ok := k.Verify(second); ok != want {
			t.Errorf("what the new secret got is accepted: %v", ok)
		}
	}
	look(k, true)
	look(again(t, st, k.now), true)
	if ended, err := k.EndClient(t.Context()); err != nil || !ended {
		t.Fatal(ended, err)
	}
	if ended, err := k.EndClient(t.Context()); err != nil || ended {
		t.Errorf("ended twice: %v, %v", ended, err)
	}
	look(k, false)
	look(again(t, st, k.now), false)
	if _, found := again(t, st, k.now).Client(); found {
		t.Error("an ended client comes back")
	}
	if _, other, err := k.MakeClient(t.Context()); err != nil || other.ID == client.ID {
		t.Errorf("another client: %+v, %v", other, err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.MakeClient(t.Context()); err == nil {
		t.Error("a client that could not be written is made")
	}
}

// TestAccessTokensAreBounded: a client that asks too often loses its oldest.
func TestAccessTokensAreBounded(t *testing.T) {
	c := newClock()
	k, st := keeper(t, t.TempDir(), c.now)
	secret, client, err := k.MakeClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	given := []string{}
	for range accessMost + 2 {
		c.add(time.Millisecond)
		access, err := k.Grant(t.Context(), client.ID, secret)
		if err != nil {
			t.Fatal(err)
		}
		given = append(given, access)
	}
	for i, access := range given {
		if _, ok := k.Verify(access); ok != (i >= 2) {
			t.Errorf("access token %d: %v", i, ok)
		}
	}
	if all, err := st.AccessTokens(t.Context()); err != nil || len(all) != accessMost {
		t.Errorf("%d on disk, %v", len(all), err)
	}
}

func TestEveryClientCostsTheSame(t *testing.T) {
	k, _ := keeper(t, t.TempDir(), time.Now)
	compared := 0
	k.equal = func(a, b []byte) int { compared++; return subtle.ConstantTimeCompare(a, b) }
	secret, client, err := k.MakeClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range [][2]string{{client.ID, secret}, {client.ID, secret + "x"}, {"x", secret}, {"", ""}} {
		compared = 0
		k.Known(who[0], who[1])
		if compared != 2 {
			t.Errorf("%q is compared with %d hashes", who, compared)
		}
	}
}
