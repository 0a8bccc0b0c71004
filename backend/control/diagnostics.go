package control

import (
	"context"
	"net/http"

	"scimdesk/backend"
)

func diagnosticsRoutes(mux *http.ServeMux, b *backend.Backend) {
	offer(mux, "/diagnostics", func(ctx context.Context, _ none) (backend.Diagnostics, error) { return b.Diagnostics(ctx) })
	offer(mux, "/diagnostics/save", b.SaveDiagnostics)
}

// Diagnostics gathers what somebody who is to help needs to know, at the owner.
func (c *Client) Diagnostics(ctx context.Context) (backend.Diagnostics, error) {
	return put[none, backend.Diagnostics](ctx, c, "/diagnostics", none{})
}

// SaveDiagnostics has the owner write it as a file.
func (c *Client) SaveDiagnostics(ctx context.Context, s backend.DiagnosticsSave) (backend.ExportResult, error) {
	return put[backend.DiagnosticsSave, backend.ExportResult](ctx, c, "/diagnostics/save", s)
}
