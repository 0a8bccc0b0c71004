package backend

import (
	"context"
	"fmt"
	"time"

	"scimdesk/backend/store"
)

// TokenInfo is the accepted token's record; the secret itself is not kept anywhere.
type TokenInfo struct {
	Exists   bool   `json:"exists"`
	LastFour string `json:"lastFour"`
	Created  string `json:"created"`
	LastUsed string `json:"lastUsed"`
}

// NewToken is a secret at the one moment it is shown.
type NewToken struct {
	Secret string    `json:"secret"`
	Token  TokenInfo `json:"token"`
}

// RotateToken makes a new token; the old one ends at once. In a sample the Entra that is played gets it, as the admin would
// paste it.
func (b *Backend) RotateToken(ctx context.Context) (NewToken, error) {
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
