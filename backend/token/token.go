// Package token makes, ends and verifies the secrets that SCIM clients show. A secret leaves this package once, from
// Rotate; what stays is its SHA-256 and its last four characters. A secret is 256 random bits, so a plain hash is
// enough: there is nothing to guess.
package token

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/store"
)

// Keeper holds the accepted tokens of one store. All methods may be called concurrently.
type Keeper struct {
	store  *store.Store
	now    func() time.Time
	change sync.Mutex // one rotation at a time
	active atomic.Pointer[[]entry]
}

type entry struct {
	id   string
	hash [sha256.Size]byte
}

// Open reads the accepted tokens. They are then verified from memory, so a database in trouble never turns into a 401,
// which Entra would punish by quarantining the job.
func Open(ctx context.Context, st *store.Store, now func() time.Time) (*Keeper, error) {
	k := &Keeper{store: st, now: now}
	if err := k.load(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *Keeper) load(ctx context.Context) error {
	all, err := k.store.Tokens(ctx)
	if err != nil {
		return fmt.Errorf("read tokens: %w", err)
	}
	active := []entry{}
	for _, t := range all {
		if t.Ended.IsZero() && len(t.Hash) == sha256.Size {
			active = append(active, entry{t.ID, [sha256.Size]byte(t.Hash)})
		}
	}
	k.active.Store(&active)
	return nil
}

// Rotate makes a secret, keeps its record and ends every other token at once. The secret is returned here and nowhere
// else. If the record can't be written, the old token stays.
func (k *Keeper) Rotate(ctx context.Context) (secret string, record store.Token, err error) {
	k.change.Lock()
	defer k.change.Unlock()
	id, err := uuid.NewV7()
	if err != nil {
		return "", store.Token{}, fmt.Errorf("make token id: %w", err)
	}
	secret = newSecret()
	h := hash(secret)
	record = store.Token{ID: id.String(), Hash: h[:], LastFour: secret[len(secret)-4:], Created: k.now()}
	if err := k.store.ReplaceToken(ctx, record); err != nil {
		return "", store.Token{}, fmt.Errorf("rotate token: %w", err)
	}
	k.active.Store(&[]entry{{record.ID, h}})
	return secret, record, nil
}

// End stops accepting a token. Ending one that has ended or never was is no error.
func (k *Keeper) End(ctx context.Context, id string) error {
	k.change.Lock()
	defer k.change.Unlock()
	if err := k.store.EndToken(ctx, id, k.now()); err != nil {
		return fmt.Errorf("end token: %w", err)
	}
	return k.load(ctx)
}

// Verify decides whether a secret is accepted and gives the id of its record, noting its use. It takes the same time for any wrong
// secret: hashes of equal length are compared in constant time, and every accepted token is looked at.
func (k *Keeper) Verify(secret string) (id string, ok bool) {
	h := hash(secret)
	for _, e := range *k.active.Load() {
		if subtle.ConstantTimeCompare(e.hash[:], h[:]) == 1 {
			id, ok = e.id, true
		}
	}
	if ok {
		k.store.TouchToken(id, k.now())
	}
	return id, ok
}

// Active gives the record of the accepted token, and false if there is none.
func (k *Keeper) Active(ctx context.Context) (store.Token, bool, error) {
	all, err := k.store.Tokens(ctx)
	if err != nil {
		return store.Token{}, false, fmt.Errorf("read tokens: %w", err)
	}
	for _, t := range all {
		if t.Ended.IsZero() {
			return t, true, nil
		}
	}
	return store.Token{}, false, nil
}
