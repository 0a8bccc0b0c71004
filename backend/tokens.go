package backend

import (
	"context"
	"fmt"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
)

// TokenInfo is a token's record; the secret itself is not kept anywhere.
type TokenInfo struct {
	Exists      bool   `json:"exists"`
	ID          string `json:"id"`
	LastFour    string `json:"lastFour"`
	Created     string `json:"created"`
	LastUsed    string `json:"lastUsed"`
	LastRefused string `json:"lastRefused"` // when it was sent after its end
	Ended       string `json:"ended"`       // "" while it is accepted
	Expires     string `json:"expires"`     // when the admin has it end, "" for never
}

// NewToken is a secret at the one moment it is shown.
type NewToken struct {
	Secret string    `json:"secret"`
	Token  TokenInfo `json:"token"`
}

// TokenRotation says how a new token is made. By default the old one goes on until the new one has been seen and the old one
// has been quiet for 60 minutes.
type TokenRotation struct {
	Leaked  bool   `json:"leaked"`  // the old one ends at once, and Entra is refused until it has the new one
	Force   bool   `json:"force"`   // while two are accepted: the newer one, which Entra does not have, makes way
	Expires string `json:"expires"` // RFC 3339; "" for never, which is what Entra copes with
}

// Tokens is what is accepted, and how a rotation goes.
type Tokens struct {
	Current  TokenInfo   `json:"current"`  // the newest accepted one
	Old      TokenInfo   `json:"old"`      // the one before it, while both are accepted
	NewSeen  bool        `json:"newSeen"`  // Current has been used
	OldEnds  string      `json:"oldEnds"`  // when Old ends if it stays quiet; "" until Current was seen
	Asks     bool        `json:"asks"`     // a rotation has not been finished for 7 days
	Reminds  bool        `json:"reminds"`  // Current is older than 180 days, and nobody was reminded yet
	Expiring bool        `json:"expiring"` // Current ends within 7 days
	Recent   []TokenUse  `json:"recent"`   // the last ten requests, newest first
	Ended    []TokenInfo `json:"ended"`    // newest first, at most ten
	OAuth    OAuthInfo   `json:"oauth"`
}

// TokenUse is a request and the token it came with.
type TokenUse struct {
	At       string `json:"at"`
	Activity int64  `json:"activity"` // its seq
	LastFour string `json:"lastFour"` // "" if it had none, or none of ours
	Accepted bool   `json:"accepted"`
}

// RotateToken makes a new token. In a sample the Entra that is played gets it, as the admin would paste it.
func (b *Backend) RotateToken(ctx context.Context, r TokenRotation) (NewToken, error) {
	if b.sender == nil {
		return b.rotateToken(ctx)
	}
	return b.sender.paste(func() (NewToken, error) { return b.rotateToken(ctx) })
}

func (b *Backend) rotateToken(ctx context.Context) (NewToken, error) {
	secret, record, err := b.tokens.Rotate(ctx)
	if err != nil {
		return NewToken{}, err
	}
	b.log.Info("token rotated", "last_four", record.LastFour, "face", b.face)
	b.hub.tell(Notify{Store: b.id, Status: true})
	return NewToken{Secret: secret, Token: tokenInfo(record)}, nil
}

// EndToken stops accepting the token at once, without a new one: nobody gets in until one is made. Without a token it does
// nothing.
func (b *Backend) EndToken(ctx context.Context) error {
	t, ok, err := b.tokens.Active(ctx)
	if err != nil || !ok {
		return err
	}
	if err := b.tokens.End(ctx, t.ID); err != nil {
		return err
	}
	b.log.Info("token ended", "last_four", t.LastFour, "face", b.face)
	b.hub.tell(Notify{Store: b.id, Status: true})
	return nil
}

// tokenInfo gives the accepted token and when any token was last used.
func (b *Backend) tokenInfo(ctx context.Context) (TokenInfo, string, error) {
	all, err := b.store.Tokens(ctx)
	if err != nil {
		return TokenInfo{}, "", fmt.Errorf("read tokens: %w", err)
	}
	var info TokenInfo
	var last time.Time
	for _, t := range all {
		if t.LastUsed.After(last) {
			last = t.LastUsed
		}
		if t.Ended.IsZero() {
			info = tokenInfo(t)
		}
	}
	return info, stamp(last), nil
}

func tokenInfo(t store.Token) TokenInfo {
	return TokenInfo{Exists: true, LastFour: t.LastFour, Created: stamp(t.Created), LastUsed: stamp(t.LastUsed)}
}

// Tokens gives what is accepted, and how a rotation goes.
func (b *Backend) Tokens(ctx context.Context) (Tokens, error) { return Tokens{}, errUnbuilt }

// UndoRotation ends the newer of two accepted tokens: the old one is the only one again.
func (b *Backend) UndoRotation(ctx context.Context) error { return errUnbuilt }

// FinishRotation ends the older of two accepted tokens now.
func (b *Backend) FinishRotation(ctx context.Context) error { return errUnbuilt }

// SetTokenExpiry has the current token end at a time, RFC 3339, or never ("").
func (b *Backend) SetTokenExpiry(ctx context.Context, at string) error { return errUnbuilt }

// DismissReminder notes that the admin has seen that the token is old.
func (b *Backend) DismissReminder(ctx context.Context) error { return errUnbuilt }

// verify tells the server whose a secret is.
func (b *Backend) verify(secret string) (server.Caller, bool) {
	id, ok := b.tokens.Verify(secret)
	return server.Caller{Token: id}, ok
}
