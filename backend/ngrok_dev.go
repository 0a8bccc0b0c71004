//go:build dev

package backend

import (
	"crypto/x509"
	"log/slog"
	"os"
	"time"

	"scimdesk/backend/tunnel"
)

// ngrokOpener is ngrok, or in a build for development what plays it at SCIMDESK_NGROK_SERVER, whose certificate the PEM file
// SCIMDESK_NGROK_CA signs.
func ngrokOpener(log *slog.Logger) tunnel.Opener {
	o := tunnel.NgrokOptions{Log: log}
	if o.Server = os.Getenv("SCIMDESK_NGROK_SERVER"); o.Server != "" {
		pem, err := os.ReadFile(os.Getenv("SCIMDESK_NGROK_CA"))
		if err != nil {
			log.Error("read who signs for ngrok's double", "err", err)
		}
		o.CAs = x509.NewCertPool()
		o.CAs.AppendCertsFromPEM(pem)
		o.HeartbeatInterval, o.HeartbeatTolerance = 500*time.Millisecond, 700*time.Millisecond
	}
	return tunnel.NewNgrok(o)
}
