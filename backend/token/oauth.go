package token

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/store"
)

// AccessLife is how long an access token is accepted. Entra asks for another when its own is about to end.
const AccessLife = time.Hour

// accessMost is how many access tokens are accepted at a time. A client that asks for more loses its oldest.
const accessMost = 256

// ErrClient refuses who asks for an access token and is not the client.
var ErrClient = errors.New("the client or its secret is not accepted")

// oauth is the OAuth client and what it was given, at one moment; it never changes.
type oauth struct {
	client   *store.OAuthClient // nil: there is none
	id, hash [sha256.Size]byte
	mark     *mark
	access   map[[sha256.Size]byte]time.Time // when each ends
}

func (k *Keeper) openOAuth(ctx context.Context) error {
	c, found, err := k.store.OAuthClient(ctx)
	if err != nil {
		return err
	}
	all, err := k.store.AccessTokens(ctx)
	if err != nil {
		return err
	}
	k.oauth.Store(&oauth{})
	if !found || len(c.Hash) != sha256.Size {
		return nil
	}
	o := newOAuth(c)
	for _, a := range all {
		if a.Client == c.ID && len(a.Hash) == sha256.Size {
			o.access[[sha256.Size]byte(a.Hash)] = a.Expires
		}
	}
	k.oauth.Store(o)
	return nil
}

func newOAuth(c store.OAuthClient) *oauth {
	o := &oauth{client: &c, id: hash(c.ID), hash: [sha256.Size]byte(c.Hash), mark: &mark{}, access: map[[sha256.Size]byte]time.Time{}}
	o.mark.last.Store(millis(c.LastUsed))
	return o
}

// Client gives the OAuth client; false if there is none.
func (k *Keeper) Client() (store.OAuthClient, bool) {
	o := k.oauth.Load()
	if o.client == nil {
		return store.OAuthClient{}, false
	}
	c := *o.client
	c.LastUsed = fromMillis(o.mark.last.Load())
	return c, true
}

// MakeClient makes an OAuth client, or a new secret for the one there is: the old secret and every access token end at once. The
// secret is returned here and nowhere else.
func (k *Keeper) MakeClient(ctx context.Context) (secret string, c store.OAuthClient, err error) {
	k.change.Lock()
	defer k.change.Unlock()
	c, found := k.Client()
	if !found {
		c.ID = uuid.NewString()
	}
	secret = newSecret(clientPrefix)
	h := hash(secret)
	c.Hash, c.LastFour, c.Created = h[:], lastFour(secret), k.wall()
	if err := k.store.SaveOAuthClient(ctx, c); err != nil {
		return "", store.OAuthClient{}, fmt.Errorf("make OAuth client: %w", err)
	}
	k.oauth.Store(newOAuth(c))
	return secret, c, nil
}

// EndClient ends the OAuth client and every access token it was given, and tells whether there was one.
func (k *Keeper) EndClient(ctx context.Context) (ended bool, err error) {
	k.change.Lock()
	defer k.change.Unlock()
	if k.oauth.Load().client == nil {
		return false, nil
	}
	if err := k.store.EndOAuth(ctx, k.wall()); err != nil {
		return false, fmt.Errorf("end OAuth client: %w", err)
	}
	k.oauth.Store(&oauth{})
	return true, nil
}

// Known tells whether an id and a secret are the OAuth client's (RFC 6749 section 2.3.1), and what is known of the secret. It does the
// same work whatever is wrong.
func (k *Keeper) Known(id, secret string) (who Who, ok bool) {
	o := k.oauth.Load()
	i, h := hash(id), hash(secret)
	same := k.equal(o.id[:], i[:]) & k.equal(o.hash[:], h[:])
	if wellFormed(secret, clientPrefix) {
		who.LastFour = lastFour(secret)
	}
	if o.client == nil || same != 1 {
		return who, false
	}
	who.Token = o.client.ID
	return who, true
}

// Grant gives the OAuth client an access token, if the id and the secret are its own at this moment; else ErrClient.
func (k *Keeper) Grant(ctx context.Context, id, secret string) (access string, err error) {
	k.change.Lock()
	defer k.change.Unlock()
	if _, ok := k.Known(id, secret); !ok {
		return "", ErrClient
	}
	before := k.oauth.Load()
	at := k.wall()
	access = newSecret(accessPrefix)
	h := hash(access)
	after := *before
	after.access = maps.Clone(before.access)
	maps.DeleteFunc(after.access, func(_ [sha256.Size]byte, end time.Time) bool { return !at.Before(end) })
	var remove [][]byte
	if len(after.access) >= accessMost {
		first := after.first()
		delete(after.access, first)
		remove = append(remove, first[:])
	}
	after.access[h] = at.Add(AccessLife)
	err = k.store.AddAccessToken(ctx, store.AccessToken{Hash: h[:], Client: id, Created: at, Expires: at.Add(AccessLife)}, remove...)
	if err != nil {
		return "", fmt.Errorf("grant access token: %w", err)
	}
	k.oauth.Store(&after)
	after.used(k.store, at)
	return access, nil
}

// first is the access token that ends first.
func (o *oauth) first() (first [sha256.Size]byte) {
	var end time.Time
	for h, e := range o.access {
		if end.IsZero() || e.Before(end) {
			first, end = h, e
		}
	}
	return first
}

// admits tells whether the hash of a secret is that of an access token. It is looked up by the hash: who measures that learns of a hash,
// which cannot be aimed.
func (o *oauth) admits(h [sha256.Size]byte, at time.Time) bool {
	end, found := o.access[h]
	return found && at.Before(end)
}

func (o *oauth) used(st *store.Store, at time.Time) {
	o.mark.used(at)
	st.TouchOAuth(o.client.ID, at)
}
