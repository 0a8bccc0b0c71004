package control

import (
	"context"
	"net/http"

	"scimdesk/backend"
)

func checkRoutes(mux *http.ServeMux, b *backend.Backend) {
	mux.HandleFunc("GET /check", func(w http.ResponseWriter, r *http.Request) {
		s, err := b.Check(r.Context())
		reply(w, s, err)
	})
	mux.HandleFunc("POST /check", func(w http.ResponseWriter, r *http.Request) {
		var wanted backend.CheckRequest
		if !read(w, r, &wanted) {
			return
		}
		s, err := b.StartCheckOf(r.Context(), wanted)
		reply(w, s, err)
	})
	mux.HandleFunc("POST /check/cancel", func(w http.ResponseWriter, r *http.Request) {
		reply(w, struct{}{}, b.CancelCheck(r.Context()))
	})
}

// Check is backend.Check at the owner.
func (c *Client) Check(ctx context.Context) (backend.CheckState, error) {
	var s backend.CheckState
	return s, c.decode(ctx, http.MethodGet, "/check", &s)
}

// StartCheckOf is backend.StartCheckOf at the owner.
func (c *Client) StartCheckOf(ctx context.Context, r backend.CheckRequest) (backend.CheckState, error) {
	var s backend.CheckState
	return s, c.hand(ctx, "/check", r, &s)
}

// CancelCheck is backend.CancelCheck at the owner.
func (c *Client) CancelCheck(ctx context.Context) error { return c.act(ctx, "/check/cancel") }
