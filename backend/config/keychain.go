package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// keychainService is what the system's own keychain programs show an entry under.
const keychainService = "ScimDesk"

// keychainPatience is how long a call of the keychain may take: a locked one on Linux waits for the user, without an end.
const keychainPatience = 5 * time.Second

// errSilent is a keychain that is there and does not answer.
var errSilent = fmt.Errorf("%w: it does not answer; unlock it and try again", ErrNoKeychain)

// keychain is one entry of the system's keychain: Windows' Credential Manager, macOS' login keychain, or the Secret Service on the session
// bus elsewhere. Programs of the same user can read it on all three.
type keychain struct {
	user     string
	patience time.Duration
	turn     chan struct{} // holds one: a call is under way
	mu       sync.Mutex
	stuck    bool // the call under way was given up
	doomed   bool // the entry is to go when that call ends
	found    bool // it could be used once
}

func newKeychain(user string) *keychain {
	return &keychain{user: user, patience: keychainPatience, turn: make(chan struct{}, 1)}
}

func (k *keychain) get(ctx context.Context) (string, error) {
	secret := make(chan string, 1)
	err := k.call(ctx, func() error {
		text, err := keyring.Get(keychainService, k.user)
		secret <- text
		return err
	}, false)
	if err != nil {
		return "", err
	}
	return <-secret, nil
}

// set keeps a secret. When it was given up and comes through all the same it is taken back, since the caller was told that it failed.
func (k *keychain) set(ctx context.Context, secret string) error {
	err := k.call(ctx, func() error { return keyring.Set(keychainService, k.user, secret) }, true)
	if err != nil && strings.Contains(err.Error(), secret) {
		return fmt.Errorf("%w: it refused the authtoken", ErrNoKeychain)
	}
	return err
}

// remove removes the entry if there is one. A keychain that does not answer in time does it when it does.
func (k *keychain) remove(ctx context.Context) error {
	k.mu.Lock()
	k.doomed = k.stuck
	k.mu.Unlock()
	return k.call(ctx, func() error { return keyring.Delete(keychainService, k.user) }, false)
}

// usable asks for the entry, unless the keychain could be used before.
func (k *keychain) usable(ctx context.Context) error {
	k.mu.Lock()
	found := k.found
	k.mu.Unlock()
	if found {
		return nil
	}
	_, err := k.get(ctx)
	return err
}

// call does one thing with the keychain, within patience; that there is no entry is no error. There is one call at a time, and while one
// hangs that was given up, all others fail at once. undo removes the entry when do succeeds after that.
func (k *keychain) call(ctx context.Context, do func() error, undo bool) error {
	if why := noSessionBus(); why != "" {
		return fmt.Errorf("%w: %s", ErrNoKeychain, why)
	}
	if k.hangs() {
		return errSilent
	}
	wait, cancel := context.WithTimeout(ctx, k.patience)
	defer cancel()
	select {
	case k.turn <- struct{}{}:
	case <-wait.Done():
		return given(ctx)
	}
	c := &keychainCall{done: make(chan error, 1)}
	go func() {
		defer func() { <-k.turn }()
		err := do()
		k.finish(c, undo && err == nil)
		c.done <- err
	}()
	select {
	case err := <-c.done:
		return k.judge(err)
	case <-wait.Done():
	}
	if k.giveUp(c) {
		return given(ctx)
	}
	return k.judge(<-c.done)
}

// keychainCall is one call; keychain.mu guards its flags.
type keychainCall struct {
	done           chan error
	ended, givenUp bool
}

// giveUp leaves a call alone, unless it has just ended.
func (k *keychain) giveUp(c *keychainCall) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c.ended {
		return false
	}
	c.givenUp, k.stuck = true, true
	return true
}

// finish notes that a call has ended, and tidies up behind one that was given up.
func (k *keychain) finish(c *keychainCall, undo bool) {
	k.mu.Lock()
	c.ended = true
	remove := c.givenUp && (undo || k.doomed)
	k.mu.Unlock()
	if remove {
		_ = keyring.Delete(keychainService, k.user) // nobody waits for it any more
	}
	k.mu.Lock()
	k.stuck, k.doomed = false, false
	k.mu.Unlock()
}

func (k *keychain) hangs() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.stuck
}

// judge makes of the keychain's answer one that faces know.
func (k *keychain) judge(err error) error {
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrNoKeychain, err)
	}
	k.mu.Lock()
	k.found = true
	k.mu.Unlock()
	return nil
}

// given says why a call was given up: the caller has gone, or the keychain does not answer.
func given(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ask the keychain: %w", err)
	}
	return errSilent
}

// noSessionBus says why there can be no Secret Service, "" if there may be one. Without this look the library would start a bus of its own,
// and leave it behind.
func noSessionBus() string {
	switch runtime.GOOS {
	case "windows", "darwin":
		return ""
	}
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return ""
	}
	me, err := user.Current()
	if err != nil {
		return "this system does not say who the user is: " + err.Error()
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join("/run/user", me.Uid, name)); err == nil {
			return ""
		}
	}
	return "there is no desktop session here that has one"
}
