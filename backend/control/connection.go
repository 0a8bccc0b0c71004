package control

import (
	"context"
	"encoding/json"
	"net/http"

	"scimdesk/backend"
)

// authtoken is what POST /authtoken gets, sealed.
type authtoken struct {
	Secret string `json:"secret"`
	Place  string `json:"place"`
}

func connectionRoutes(mux *http.ServeMux, b *backend.Backend) {
	mux.HandleFunc("GET /connection", func(w http.ResponseWriter, r *http.Request) {
		c, err := b.Connection(r.Context())
		reply(w, c, err)
	})
	mux.HandleFunc("POST /connection", func(w http.ResponseWriter, r *http.Request) {
		var s backend.ConnectionSettings
		if !read(w, r, &s) {
			return
		}
		c, err := b.SaveConnection(r.Context(), s)
		reply(w, c, err)
	})
	mux.HandleFunc("POST /authtoken", func(w http.ResponseWriter, r *http.Request) {
		var t authtoken
		if read(w, r, &t) {
			reply(w, struct{}{}, b.SaveAuthtoken(r.Context(), t.Secret, t.Place))
		}
	})
	for path, do := range map[string]func(context.Context) error{
		"/authtoken/forget": b.ForgetAuthtoken,
		"/tunnel/start":     b.StartTunnel,
		"/tunnel/stop":      b.StopTunnel,
		"/tunnel/reconnect": b.Reconnect,
		"/address/settle":   b.SettleAddress,
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { reply(w, struct{}{}, do(r.Context())) })
	}
}

// read reads a request's body, or answers that there is none that can be read.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields() // scimd of another version means something else
	if err := d.Decode(into); err != nil {
		http.Error(w, "the body can't be read", http.StatusBadRequest)
		return false
	}
	return true
}

// Connection is backend.Connection at the owner.
func (c *Client) Connection(ctx context.Context) (backend.Connection, error) {
	var is backend.Connection
	return is, c.decode(ctx, http.MethodGet, "/connection", &is)
}

// SaveConnection is backend.SaveConnection at the owner.
func (c *Client) SaveConnection(ctx context.Context, s backend.ConnectionSettings) (backend.Connection, error) {
	var is backend.Connection
	return is, c.hand(ctx, "/connection", s, &is)
}

// SaveAuthtoken is backend.SaveAuthtoken at the owner.
func (c *Client) SaveAuthtoken(ctx context.Context, secret, place string) error {
	return c.hand(ctx, "/authtoken", authtoken{secret, place}, &struct{}{})
}

// ForgetAuthtoken is backend.ForgetAuthtoken at the owner.
func (c *Client) ForgetAuthtoken(ctx context.Context) error { return c.act(ctx, "/authtoken/forget") }

// StartTunnel is backend.StartTunnel at the owner.
func (c *Client) StartTunnel(ctx context.Context) error { return c.act(ctx, "/tunnel/start") }

// StopTunnel is backend.StopTunnel at the owner.
func (c *Client) StopTunnel(ctx context.Context) error { return c.act(ctx, "/tunnel/stop") }

// Reconnect is backend.Reconnect at the owner.
func (c *Client) Reconnect(ctx context.Context) error { return c.act(ctx, "/tunnel/reconnect") }

// SettleAddress is backend.SettleAddress at the owner.
func (c *Client) SettleAddress(ctx context.Context) error { return c.act(ctx, "/address/settle") }

// act has the owner do something that has no answer.
func (c *Client) act(ctx context.Context, path string) error {
	return c.decode(ctx, http.MethodPost, path, &struct{}{})
}

// hand hands the owner a value, sealed.
func (c *Client) hand(ctx context.Context, path string, value, into any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return c.decodeBody(ctx, http.MethodPost, path, text, into)
}
