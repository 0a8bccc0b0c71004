package backend

import (
	"context"
	"errors"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/token"
)

// OAuthInfo is the client that Entra may sign in with in place of a secret token: OAuth 2.0 client credentials (RFC 6749 section 4.4).
type OAuthInfo struct {
	On       bool   `json:"on"`
	TokenURL string `json:"tokenUrl"` // Entra's "Token endpoint", "" while there is no public address
	ClientID string `json:"clientId"`
	LastFour string `json:"lastFour"` // of the client secret
	Created  string `json:"created"`
	LastUsed string `json:"lastUsed"`
}

// NewOAuthClient is a client secret at the one moment it is shown.
type NewOAuthClient struct {
	Secret string    `json:"secret"`
	Client OAuthInfo `json:"client"`
}

// MakeOAuthClient makes a client, or a new secret for it: the old secret and its access tokens end at once. A sample has none: nobody
// but the Entra that is played comes there.
func (b *Backend) MakeOAuthClient(ctx context.Context) (NewOAuthClient, error) {
	if b.sample {
		return NewOAuthClient{}, ErrSampleConnection
	}
	secret, c, err := b.tokens.MakeClient(ctx)
	if err != nil {
		return NewOAuthClient{}, err
	}
	b.log.Info("OAuth client secret made", "client", c.ID, "last_four", c.LastFour, "face", b.face)
	b.link.applied() // the edge lets the token endpoint through
	b.tellStatus()
	return NewOAuthClient{Secret: secret, Client: b.oauthInfo()}, nil
}

// EndOAuthClient stops accepting the client and every access token it was given; the token endpoint is gone then. Without a client it
// does nothing.
func (b *Backend) EndOAuthClient(ctx context.Context) error {
	ended, err := b.tokens.EndClient(ctx)
	if err != nil || !ended {
		return err
	}
	b.log.Info("OAuth client ended", "face", b.face)
	b.link.applied()
	b.tellStatus()
	return nil
}

// oauthInfo tells of the client.
func (b *Backend) oauthInfo() OAuthInfo {
	c, on := b.tokens.Client()
	if !on {
		return OAuthInfo{}
	}
	i := OAuthInfo{On: true, ClientID: c.ID, LastFour: c.LastFour, Created: stamp(c.Created), LastUsed: stamp(c.LastUsed)}
	if base := b.publicAddress(); base != "" {
		i.TokenURL = atPath(base, server.TokenPath)
	}
	return i
}

// oauthOn tells whether there is a client, and with it a token endpoint.
func (b *Backend) oauthOn() bool {
	_, on := b.tokens.Client()
	return on
}

// oauth is what the server's token endpoint asks.
func (b *Backend) oauth() server.OAuth {
	return server.OAuth{
		On: b.oauthOn,
		Known: func(id, secret string) (server.Caller, bool) {
			who, ok := b.tokens.Known(id, secret)
			return server.Caller(who), ok
		},
		Grant: func(ctx context.Context, id, secret string) (string, time.Duration, error) {
			access, err := b.tokens.Grant(ctx, id, secret)
			if errors.Is(err, token.ErrClient) {
				return "", 0, nil
			}
			return access, token.AccessLife, err
		},
	}
}
