package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// EnvAuthtoken is ngrok's authtoken from outside, for scimd.
const EnvAuthtoken = "NGROK_AUTHTOKEN"

// Places where a secret may be kept.
const (
	InKeychain    = "keychain"
	InFile        = "file" // 0600 in the data folder, only when asked for
	InEnvironment = "environment"
	InMemory      = "memory" // a sample's, gone with the process
)

// AuthtokenFile is the name of the file in a data folder that InFile means.
const AuthtokenFile = "authtoken"

// Why a secret is not kept or found.
var (
	// ErrNoKeychain means that the system has no keychain, or one that does not answer; what wraps it says why.
	ErrNoKeychain = errors.New("the system's keychain can't be used")
	// ErrAuthtokenFixed means that the environment decides, which nothing here can change.
	ErrAuthtokenFixed = errors.New(EnvAuthtoken + " is set, so it decides: unset it and start again to keep an authtoken here")
)

// Secrets keeps the secrets of one data folder. Calls of a keychain may wait for the user, so each has a deadline. All methods may be
// called concurrently.
type Secrets struct {
	file     string
	memory   bool
	keychain *keychain
	mu       sync.Mutex
	kept     string // in memory
}

// OpenSecrets looks for the secrets of a folder, which the caller owns. Of a sample they are in memory only.
func OpenSecrets(dir string, memory bool) *Secrets {
	return &Secrets{file: filepath.Join(dir, AuthtokenFile), memory: memory, keychain: newKeychain(entry(dir))}
}

// entry is the name under which a keychain has a folder's authtoken: a hash of where the folder lies, so that two folders have two, and
// a copy of a folder does not take the original's address.
func entry(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if direct, err := filepath.EvalSymlinks(dir); err == nil {
		dir = direct
	}
	if runtime.GOOS == "windows" {
		dir = strings.ToLower(dir)
	}
	sum := sha256.Sum256([]byte(dir))
	return "ngrok-authtoken-" + hex.EncodeToString(sum[:8])
}

// Authtoken gives ngrok's authtoken and where it is kept: the environment comes first, then the file, then the keychain. "" if there is none.
func (s *Secrets) Authtoken(ctx context.Context) (secret, place string, err error) {
	if s.memory {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.kept, placeOf(s.kept, InMemory), nil
	}
	if secret, err := fromEnvironment(); secret != "" || err != nil {
		return secret, placeOf(secret, InEnvironment), err
	}
	if secret, err := s.readFile(); secret != "" || err != nil {
		return secret, placeOf(secret, InFile), err
	}
	secret, err = s.keychain.get(ctx)
	return secret, placeOf(secret, InKeychain), err
}

func placeOf(secret, place string) string {
	if secret == "" {
		return ""
	}
	return place
}

// fixed tells that the environment decides, be what it holds right or wrong.
func fixed() bool { return strings.TrimSpace(os.Getenv(EnvAuthtoken)) != "" }

func fromEnvironment() (string, error) {
	if !fixed() {
		return "", nil
	}
	secret, err := CleanAuthtoken(os.Getenv(EnvAuthtoken))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", EnvAuthtoken, err)
	}
	return secret, nil
}

// SaveAuthtoken keeps it in a place, InKeychain or InFile, and nowhere else any more. What was pasted is cleaned as CleanAuthtoken does.
func (s *Secrets) SaveAuthtoken(ctx context.Context, secret, place string) error {
	secret, err := CleanAuthtoken(secret)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory {
		s.kept = secret
		return nil
	}
	if fixed() {
		return ErrAuthtokenFixed
	}
	switch place {
	case InKeychain:
		if err := s.keychain.set(ctx, secret); err != nil {
			return err
		}
		return s.removeFile()
	case InFile:
		if err := writeSecret(s.file, secret); err != nil {
			return err
		}
		return s.emptyKeychain(ctx)
	}
	return &Faults{List: []string{"place must be " + InKeychain + " or " + InFile}}
}

// ForgetAuthtoken removes it from the keychain and the file.
func (s *Secrets) ForgetAuthtoken(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory {
		s.kept = ""
		return nil
	}
	if fixed() {
		return ErrAuthtokenFixed
	}
	return errors.Join(s.removeFile(), s.emptyKeychain(ctx))
}

// Keychain tells whether the keychain can be used: nil, or ErrNoKeychain with the reason. It asks the system only until it has found that
// it can, since asking may open the system's own dialog.
func (s *Secrets) Keychain(ctx context.Context) error { return s.keychain.usable(ctx) }

// emptyKeychain removes the entry. A keychain that can't be used has none, or removes it as soon as it answers.
func (s *Secrets) emptyKeychain(ctx context.Context) error {
	if err := s.keychain.remove(ctx); !errors.Is(err, ErrNoKeychain) {
		return err
	}
	return nil
}

func (s *Secrets) removeFile() error {
	if err := os.Remove(s.file); err != nil && !missing(err) {
		return fmt.Errorf("remove the authtoken's file: %w", err)
	}
	return nil
}

// readFile gives what the file holds, "" if there is none. One that others of this system may read is closed to them; on Windows it has the
// rights of the data folder, which is in the user's own profile.
func (s *Secrets) readFile() (string, error) {
	f, err := os.Open(s.file)
	if missing(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the authtoken's file: %w", err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&^ownerOnly != 0 {
		if err := f.Chmod(ownerOnly); err != nil {
			return "", fmt.Errorf("close the authtoken's file to others: %w", err)
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, pasteLimit+1))
	if err != nil {
		return "", fmt.Errorf("read the authtoken's file: %w", err)
	}
	secret, err := CleanAuthtoken(string(text))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", s.file, err)
	}
	return secret, nil
}

// ownerOnly are the rights of a file with a secret. Windows knows none of them: there it has those of its folder.
const ownerOnly fs.FileMode = 0o600

// writeSecret writes a file that is there whole or not at all, and that its owner alone can read from its first byte on.
func writeSecret(path, secret string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return fmt.Errorf("write the authtoken's file: %w", err)
	}
	_, err = f.WriteString(secret + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the authtoken's file: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return syncFolder(filepath.Dir(path))
}
