package config

import (
	"context"
	"errors"
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

// ErrNoKeychain means that the system has no keychain, or one that does not answer; what wraps it says why.
var ErrNoKeychain = errors.New("the system's keychain can't be used")

// Secrets keeps the secrets of one data folder. Calls of a keychain may wait for the user, so each has a deadline.
type Secrets struct{}

// OpenSecrets looks for the secrets of a folder, which the caller owns. Of a sample they are in memory only.
func OpenSecrets(dir string, memory bool) *Secrets { return &Secrets{} }

// Authtoken gives ngrok's authtoken and where it is kept: the environment comes first, then the file, then the keychain. "" if there is none.
func (s *Secrets) Authtoken(ctx context.Context) (secret, place string, err error) {
	return "", "", nil
}

// SaveAuthtoken keeps it in a place, and nowhere else any more.
func (s *Secrets) SaveAuthtoken(ctx context.Context, secret, place string) error { return nil }

// ForgetAuthtoken removes it from the keychain and the file.
func (s *Secrets) ForgetAuthtoken(ctx context.Context) error { return nil }

// Keychain tells whether the keychain can be used: nil, or ErrNoKeychain with the reason.
func (s *Secrets) Keychain(ctx context.Context) error { return nil }
