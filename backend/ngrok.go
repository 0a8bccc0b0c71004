//go:build !dev

package backend

import (
	"log/slog"

	"scimdesk/backend/tunnel"
)

// ngrokOpener is ngrok itself.
func ngrokOpener(log *slog.Logger) tunnel.Opener {
	return tunnel.NewNgrok(tunnel.NgrokOptions{Log: log})
}
