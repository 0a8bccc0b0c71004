package store

import (
	"testing"
	"time"
)

func TestTokens(t *testing.T) {
	s := open(t, Options{})
	at := time.UnixMilli(1700000000000).UTC()
	old := Token{ID: "t0", Hash: []byte{0}, LastFour: "abcd", Created: at}
	if err := s.SaveTokens(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	old.ReplacedBy = "t1"
	next := Token{ID: "t1", Hash: []byte{1}, LastFour: "efgh", Created: at.Add(time.Second), Expires: at.Add(24 * time.Hour)}
	if err := s.SaveTokens(t.Context(), next, old); err != nil {
		t.Fatal(err)
	}
	s.TouchToken("t1", at.Add(time.Minute))
	s.TouchToken("t1", at) // an earlier use that came late
	s.RefuseToken("t0", at.Add(3*time.Minute))
	all, err := s.Tokens(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != "t1" || !all[0].Ended.IsZero() || !all[1].Ended.IsZero() || all[1].ReplacedBy != "t1" {
		t.Fatalf("tokens: %+v %v", all, err)
	}
	if !all[0].FirstUsed.Equal(at.Add(time.Minute)) || !all[0].LastUsed.Equal(at.Add(time.Minute)) || !all[1].LastRefused.Equal(at.Add(3*time.Minute)) || !all[1].LastUsed.IsZero() {
		t.Errorf("not on disk yet: %+v", all)
	}
	if s, err = reopened(t, s); err != nil {
		t.Fatal(err)
	}
	s.TouchToken("t1", at.Add(2*time.Minute))
	old.Ended, next.Expires, old.ReplacedBy = at.Add(time.Hour), time.Time{}, ""
	if err := s.SaveTokens(t.Context(), old, next); err != nil {
		t.Fatal(err)
	}
	old.Ended = time.Time{}
	if err := s.SaveTokens(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if s, err = reopened(t, s); err != nil {
		t.Fatal(err)
	}
	all, err = s.Tokens(t.Context())
	if err != nil || !all[1].Ended.Equal(at.Add(time.Hour)) || all[1].ReplacedBy != "" || !all[1].LastRefused.Equal(at.Add(3*time.Minute)) || string(all[1].Hash) != "\x00" {
		t.Errorf("what has ended: %+v %v", all, err)
	}
	if !all[0].Expires.IsZero() || !all[0].FirstUsed.Equal(at.Add(time.Minute)) || !all[0].LastUsed.Equal(at.Add(2*time.Minute)) {
		t.Errorf("what goes on: %+v", all[0])
	}
}

// TestTokensAreSavedTogether: a step of a rotation is on disk as a whole, or nothing of it is.
func TestTokensAreSavedTogether(t *testing.T) {
	s := open(t, Options{})
	one := Token{ID: "t0", Hash: []byte{0}, LastFour: "abcd", Created: time.UnixMilli(1)}
	if err := s.SaveTokens(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	one.Ended = time.UnixMilli(2)
	if err := s.SaveTokens(t.Context(), one, Token{ID: "t1", Hash: one.Hash, Created: time.UnixMilli(2)}); err == nil {
		t.Fatal("two tokens have one hash")
	}
	if all, err := s.Tokens(t.Context()); err != nil || len(all) != 1 || !all[0].Ended.IsZero() {
		t.Errorf("after a step that failed: %+v, %v", all, err)
	}
}

// reopened closes the store, which writes what it holds in memory, and opens its folder again.
func reopened(t *testing.T, s *Store) (*Store, error) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), Options{Dir: s.o.Dir})
	if err == nil {
		t.Cleanup(func() { _ = again.Close() })
	}
	return again, err
}
