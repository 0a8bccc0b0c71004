//go:build dev

package backend

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"scimdesk/backend/tunnel"
)

// What leads a build for browser tests to the test double of ngrok: where it takes agents and visitors, as host:port, and the file with
// its authority's certificate.
const (
	envNgrokServer = "SCIMDESK_NGROK_SERVER"
	envNgrokEdge   = "SCIMDESK_NGROK_EDGE"
	envNgrokCA     = "SCIMDESK_NGROK_CA"
)

// led has the tunnel be opened at the test double, and self-checks go to its edge, where the environment names one. A sample has no
// tunnel, and what is given already stays.
func led(o Options) (Options, error) {
	server, edge, file := os.Getenv(envNgrokServer), os.Getenv(envNgrokEdge), os.Getenv(envNgrokCA)
	if o.Opener != nil || o.Sample || server == "" {
		return o, nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // a test names it
	if err != nil {
		return o, fmt.Errorf("read the certificate of ngrok's test double: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return o, fmt.Errorf("%s has no certificate of ngrok's test double", file)
	}
	at, err := netip.ParseAddrPort(edge)
	if err != nil {
		return o, fmt.Errorf("read the edge of ngrok's test double: %w", err)
	}
	o.Opener = tunnel.NewNgrok(tunnel.NgrokOptions{
		Server: server, CAs: pool, HeartbeatInterval: time.Second, HeartbeatTolerance: time.Second, Log: o.Log,
	})
	o.Outside = Outside{
		Roots:   pool,
		Resolve: func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{at.Addr()}, nil },
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, at.String())
		},
	}
	return o, nil
}
