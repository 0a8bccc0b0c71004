package backend

import "context"

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

// MakeOAuthClient makes a client, or a new secret for it: the old secret and its access tokens end at once.
func (b *Backend) MakeOAuthClient(ctx context.Context) (NewOAuthClient, error) {
	return NewOAuthClient{}, errUnbuilt
}

// EndOAuthClient stops accepting the client and every access token it was given; the token endpoint is gone then.
func (b *Backend) EndOAuthClient(ctx context.Context) error { return errUnbuilt }
