package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"scimdesk/backend"
)

func tokenRoutes(mux *http.ServeMux, b *backend.Backend) {
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) {
		t, err := b.Tokens(r.Context())
		reply(w, t, err)
	})
	mux.HandleFunc("POST /token/rotate", func(w http.ResponseWriter, r *http.Request) {
		var how backend.TokenRotation
		if !read(w, r, &how) {
			return
		}
		t, err := b.RotateToken(r.Context(), how)
		reply(w, t, err)
	})
	mux.HandleFunc("POST /token/expiry", func(w http.ResponseWriter, r *http.Request) {
		var at string
		if read(w, r, &at) {
			reply(w, struct{}{}, b.SetTokenExpiry(r.Context(), at))
		}
	})
	mux.HandleFunc("POST /oauth/make", func(w http.ResponseWriter, r *http.Request) {
		made, err := b.MakeOAuthClient(r.Context())
		reply(w, made, err)
	})
	for path, do := range map[string]func(context.Context) error{
		"/token/undo":   b.UndoRotation,
		"/token/finish": b.FinishRotation,
		"/token/end":    b.EndToken,
		"/oauth/end":    b.EndOAuthClient,
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { reply(w, struct{}{}, do(r.Context())) })
	}
}

// Tokens is backend.Tokens at the owner.
func (c *Client) Tokens(ctx context.Context) (backend.Tokens, error) {
	var t backend.Tokens
	return t, c.decode(ctx, http.MethodGet, "/token", &t)
}

// RotateToken is backend.RotateToken at the owner.
func (c *Client) RotateToken(ctx context.Context, how backend.TokenRotation) (backend.NewToken, error) {
	body, err := json.Marshal(how)
	if err != nil {
		return backend.NewToken{}, err
	}
	var t backend.NewToken
	if err := c.decodeBody(ctx, http.MethodPost, "/token/rotate", body, &t); err != nil {
		return backend.NewToken{}, err
	}
	if t.Secret == "" {
		return backend.NewToken{}, errors.New("the owner of the folder answered without a secret token")
	}
	return t, nil
}

// UndoRotation is backend.UndoRotation at the owner.
func (c *Client) UndoRotation(ctx context.Context) error {
	return c.decode(ctx, http.MethodPost, "/token/undo", &struct{}{})
}

// FinishRotation is backend.FinishRotation at the owner.
func (c *Client) FinishRotation(ctx context.Context) error {
	return c.decode(ctx, http.MethodPost, "/token/finish", &struct{}{})
}

// SetTokenExpiry is backend.SetTokenExpiry at the owner.
func (c *Client) SetTokenExpiry(ctx context.Context, at string) error {
	return c.hand(ctx, "/token/expiry", at, &struct{}{})
}

// EndToken is backend.EndToken at the owner.
func (c *Client) EndToken(ctx context.Context) error {
	return c.decode(ctx, http.MethodPost, "/token/end", &struct{}{})
}

// MakeOAuthClient is backend.MakeOAuthClient at the owner.
func (c *Client) MakeOAuthClient(ctx context.Context) (backend.NewOAuthClient, error) {
	var made backend.NewOAuthClient
	if err := c.decode(ctx, http.MethodPost, "/oauth/make", &made); err != nil {
		return backend.NewOAuthClient{}, err
	}
	if made.Secret == "" {
		return backend.NewOAuthClient{}, errors.New("the owner of the folder answered without a client secret")
	}
	return made, nil
}

// EndOAuthClient is backend.EndOAuthClient at the owner.
func (c *Client) EndOAuthClient(ctx context.Context) error {
	return c.decode(ctx, http.MethodPost, "/oauth/end", &struct{}{})
}
