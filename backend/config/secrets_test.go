package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
)

// withKeychain gives this test a keychain in memory, or one that answers with err.
func withKeychain(t *testing.T, err error) {
	t.Helper()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere") // so that one is looked for at all
	t.Setenv(EnvAuthtoken, "")
	if err != nil {
		keyring.MockInitWithError(err)
		return
	}
	keyring.MockInit()
}

func wantAuthtoken(t *testing.T, s *Secrets, secret, place string) {
	t.Helper()
	got, where, err := s.Authtoken(t.Context())
	if err != nil || got != secret || where != place {
		t.Fatalf("the authtoken is %q in %q (%v), want %q in %q", got, where, err, secret, place)
	}
}

func TestAuthtokenIsInOnePlaceAlone(t *testing.T) {
	withKeychain(t, nil)
	dir := t.TempDir()
	s, other := OpenSecrets(dir, false), OpenSecrets(t.TempDir(), false)
	ctx := t.Context()
	wantAuthtoken(t, s, "", "")
	if err := s.SaveAuthtoken(ctx, "ngrok config add-authtoken "+goodToken, InKeychain); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, goodToken, InKeychain)
	wantAuthtoken(t, OpenSecrets(dir, false), goodToken, InKeychain)
	wantAuthtoken(t, other, "", "")
	if _, err := os.Stat(filepath.Join(dir, AuthtokenFile)); !os.IsNotExist(err) {
		t.Errorf("a file was made that nobody asked for: %v", err)
	}

	second := strings.ToLower(goodToken)
	if err := s.SaveAuthtoken(ctx, second, InFile); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, second, InFile)
	if _, err := keyring.Get(keychainService, s.keychain.user); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keychain still has the first: %v", err)
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("the folder holds %v, want the file alone", names)
	}

	if err := s.SaveAuthtoken(ctx, goodToken, InKeychain); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, goodToken, InKeychain)
	if err := s.ForgetAuthtoken(ctx); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, "", "")
	if err := s.ForgetAuthtoken(ctx); err != nil {
		t.Errorf("forgetting nothing gives %v", err)
	}
	if bad, ok := errors.AsType[*Faults](s.SaveAuthtoken(ctx, goodToken, InMemory)); !ok || !strings.Contains(bad.Error(), "place") {
		t.Errorf("an unknown place is told as %v", bad)
	}
	wantAuthtoken(t, s, "", "")
}

func TestAuthtokenFileIsItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file has its folder's rights there")
	}
	withKeychain(t, nil)
	dir := t.TempDir()
	path := filepath.Join(dir, AuthtokenFile)
	s := OpenSecrets(dir, false)
	mode := func() os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if err := s.SaveAuthtoken(t.Context(), goodToken, InFile); err != nil {
		t.Fatal(err)
	}
	if mode() != 0o600 {
		t.Errorf("the file's rights are %o", mode())
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, goodToken, InFile)
	if mode() != 0o600 {
		t.Errorf("others may still read the file: %o", mode())
	}
	if err := os.WriteFile(path, []byte("some other text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Authtoken(t.Context()); !errors.Is(err, ErrAuthtoken) || !strings.Contains(err.Error(), path) {
		t.Errorf("a file with something else is told as %v", err)
	}
}

func TestEnvironmentDecides(t *testing.T) {
	withKeychain(t, nil)
	s := OpenSecrets(t.TempDir(), false)
	if err := s.SaveAuthtoken(t.Context(), goodToken, InFile); err != nil {
		t.Fatal(err)
	}
	outside := "from-the-environment-0123"
	t.Setenv(EnvAuthtoken, outside)
	wantAuthtoken(t, s, outside, InEnvironment)
	for _, place := range []string{InFile, InKeychain} {
		if err := s.SaveAuthtoken(t.Context(), goodToken, place); !errors.Is(err, ErrAuthtokenFixed) {
			t.Errorf("saving to the %s gives %v", place, err)
		}
	}
	if err := s.ForgetAuthtoken(t.Context()); !errors.Is(err, ErrAuthtokenFixed) {
		t.Errorf("forgetting gives %v", err)
	}
	sample := OpenSecrets(t.TempDir(), true)
	wantAuthtoken(t, sample, "", "")
	t.Setenv(EnvAuthtoken, "what is this")
	if _, _, err := s.Authtoken(t.Context()); !errors.Is(err, ErrAuthtoken) || !strings.Contains(err.Error(), EnvAuthtoken) {
		t.Errorf("a wrong variable is told as %v", err)
	}
	t.Setenv(EnvAuthtoken, "")
	wantAuthtoken(t, s, goodToken, InFile)
}

func TestSecretsOfASampleAreInMemory(t *testing.T) {
	withKeychain(t, errors.New("asked for a sample"))
	dir := t.TempDir()
	s := OpenSecrets(dir, true)
	if err := s.SaveAuthtoken(t.Context(), goodToken, InKeychain); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, goodToken, InMemory)
	wantAuthtoken(t, OpenSecrets(dir, true), "", "")
	if names, _ := os.ReadDir(dir); len(names) != 0 {
		t.Errorf("a sample left %v", names)
	}
	if err := s.ForgetAuthtoken(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantAuthtoken(t, s, "", "")
}

func TestKeychainThatIsMissing(t *testing.T) {
	withKeychain(t, errors.New("The name org.freedesktop.secrets was not provided by any .service files"))
	s := OpenSecrets(t.TempDir(), false)
	err := s.Keychain(t.Context())
	if !errors.Is(err, ErrNoKeychain) || !strings.Contains(err.Error(), "org.freedesktop.secrets") {
		t.Errorf("a keychain that is missing is told as %v", err)
	}
	if err := s.SaveAuthtoken(t.Context(), goodToken, InKeychain); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("saving gives %v", err)
	}
	if err := s.SaveAuthtoken(t.Context(), goodToken, InFile); err != nil {
		t.Errorf("saving to a file gives %v", err)
	}
	if err := s.ForgetAuthtoken(t.Context()); err != nil {
		t.Errorf("forgetting gives %v", err)
	}
	keyring.MockInitWithError(errors.New("could not store " + goodToken))
	if err := s.SaveAuthtoken(t.Context(), goodToken, InKeychain); err == nil || strings.Contains(err.Error(), goodToken) {
		t.Errorf("the refusal holds the secret: %v", err)
	}
	keyring.MockInit()
	if err := s.Keychain(t.Context()); err != nil {
		t.Errorf("a keychain that came is told as %v", err)
	}
	keyring.MockInitWithError(errors.New("asked again"))
	if err := s.Keychain(t.Context()); err != nil {
		t.Errorf("it is asked again and again: %v", err)
	}
}

func TestNoSessionBusIsNotStarted(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("no bus there")
	}
	withKeychain(t, nil)
	for _, address := range []string{"", "autolaunch:"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if noSessionBus() == "" {
			t.Skip("this user has a session bus")
		}
		if err := OpenSecrets(t.TempDir(), false).Keychain(t.Context()); !errors.Is(err, ErrNoKeychain) {
			t.Errorf("without a bus the keychain is told as %v", err)
		}
	}
}

func TestKeychainThatDoesNotAnswer(t *testing.T) {
	withKeychain(t, nil)
	synctest.Test(t, func(t *testing.T) {
		k := newKeychain("someone")
		unlocked := make(chan struct{})
		locked := func(do func() error) func() error {
			return func() error { <-unlocked; return do() }
		}
		store := func() error { return keyring.Set(keychainService, k.user, goodToken) }
		began := time.Now()
		if err := k.call(t.Context(), locked(store), true); !errors.Is(err, ErrNoKeychain) || !strings.Contains(err.Error(), "answer") {
			t.Errorf("a locked keychain is told as %v", err)
		}
		if waited := time.Since(began); waited != keychainPatience {
			t.Errorf("it waited %s", waited)
		}
		began = time.Now()
		if _, err := k.get(t.Context()); !errors.Is(err, ErrNoKeychain) || time.Since(began) != 0 {
			t.Errorf("a second call gives %v after %s, want the same at once", err, time.Since(began))
		}
		close(unlocked)
		synctest.Wait()
		if secret, err := k.get(t.Context()); secret != "" || err != nil {
			t.Errorf("what was given up is kept all the same: %q, %v", secret, err)
		}
	})
}

func TestEntryGoesWhenTheKeychainAnswers(t *testing.T) {
	withKeychain(t, nil)
	synctest.Test(t, func(t *testing.T) {
		s := OpenSecrets(t.TempDir(), false)
		if err := s.SaveAuthtoken(t.Context(), goodToken, InKeychain); err != nil {
			t.Fatal(err)
		}
		unlocked := make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := s.keychain.call(ctx, func() error { <-unlocked; return nil }, false)
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNoKeychain) {
			t.Errorf("a caller that went away gets %v", err)
		}
		if err := s.SaveAuthtoken(t.Context(), goodToken, InFile); err != nil {
			t.Errorf("saving to a file while the keychain hangs gives %v", err)
		}
		close(unlocked)
		synctest.Wait()
		if secret, err := s.keychain.get(t.Context()); secret != "" || err != nil {
			t.Errorf("the keychain still has %q, %v", secret, err)
		}
	})
}
