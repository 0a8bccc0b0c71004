package token

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/store"
)

func keeper(t *testing.T, dir string) (*Keeper, *store.Store) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	k, err := Open(t.Context(), st, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return k, st
}

func TestOnlyTheNewestSecretIsAccepted(t *testing.T) {
	k, _ := keeper(t, t.TempDir())
	if _, ok := k.Verify(""); ok {
		t.Error("no secret is accepted while there is no token")
	}
	var old string
	for range 3 {
		secret, record, err := k.Rotate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if id, ok := k.Verify(secret); !ok || id != record.ID {
			t.Errorf("the new secret gives %q, %v", id, ok)
		}
		for _, wrong := range []string{old, secret + "x", secret[:len(secret)-1], strings.ToUpper(secret), " " + secret, "Bearer " + secret, ""} {
			if _, ok := k.Verify(wrong); ok {
				t.Errorf("%q is accepted beside %q", wrong, secret)
			}
		}
		if record.LastFour != secret[len(secret)-4:] {
			t.Errorf("last four = %q of %q", record.LastFour, secret)
		}
		old = secret
	}
}

func TestAnEndedTokenStaysEnded(t *testing.T) {
	dir := t.TempDir()
	k, st := keeper(t, dir)
	secret, record, err := k.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := k.End(t.Context(), record.ID); err != nil {
		t.Fatal(err)
	}
	if err := k.End(t.Context(), "none"); err != nil {
		t.Errorf("ending what never was: %v", err)
	}
	if _, ok := k.Verify(secret); ok {
		t.Error("an ended token is accepted")
	}
	if _, ok, err := k.Active(t.Context()); ok || err != nil {
		t.Errorf("Active = %v, %v", ok, err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	again, _ := keeper(t, dir)
	if _, ok := again.Verify(secret); ok {
		t.Error("an ended token is accepted after a restart")
	}
}

func TestTheSecretIsKeptNowhere(t *testing.T) {
	dir := t.TempDir()
	k, st := keeper(t, dir)
	secret, _, err := k.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k.Verify(secret)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err == nil && bytes.Contains(content, []byte(secret[len(Prefix):len(secret)-4])) {
			t.Errorf("%s holds the secret", filepath.Base(f))
		}
	}
}

func TestARefusedRotationKeepsTheOldToken(t *testing.T) {
	k, st := keeper(t, t.TempDir())
	secret, _, err := k.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.Rotate(t.Context()); err == nil {
		t.Fatal("a rotation that could not be written is no error")
	}
	if _, ok := k.Verify(secret); !ok {
		t.Error("the old token ended with a rotation that was not written")
	}
}

func TestRotationsAtTheSameTimeLeaveOneToken(t *testing.T) {
	k, st := keeper(t, t.TempDir())
	secrets := make([]string, 8)
	var all sync.WaitGroup
	for i := range secrets {
		all.Go(func() {
			var err error
			if secrets[i], _, err = k.Rotate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	accepted := 0
	for _, s := range secrets {
		if _, ok := k.Verify(s); ok {
			accepted++
		}
	}
	records, err := st.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for _, r := range records {
		if r.Ended.IsZero() {
			active++
		}
	}
	if accepted != 1 || active != 1 {
		t.Errorf("%d secrets accepted, %d records active; want 1 and 1", accepted, active)
	}
}

func TestWellFormed(t *testing.T) {
	for range 100 {
		s := newSecret()
		if !WellFormed(s) || len(s) != 53 || strings.ContainsAny(s[4:], "_-+/= ") {
			t.Fatalf("a new secret is not well formed: %q", s)
		}
		wrong := []byte(s)
		wrong[10] ^= 1
		if WellFormed(string(wrong)) || WellFormed(s[:52]) || WellFormed(s+"0") || WellFormed("abc_"+s[4:]) {
			t.Errorf("a typing error in %q is not seen", s)
		}
	}
	if one, other := newSecret(), newSecret(); one == other {
		t.Error("two secrets are the same")
	}
}
