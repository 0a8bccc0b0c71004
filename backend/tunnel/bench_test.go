package tunnel_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

// BenchmarkTunnelAlone compares a handler that answers 1.2 KB over HTTPS on loopback with the same over the edge of a double of ngrok
// and the tunnel, without the rest of the program: what edge, protocol and SDK cost. tunnel/direct is how much of the speed is left at
// 16 connections.
func BenchmarkTunnelAlone(b *testing.B) {
	const one, many, connections = 100, 1600, 16
	body := strings.Repeat("a line of an answer\n", 60)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
	s := ngroktest.Start(b, ngroktest.Options{})
	up := make(chan struct{})
	var first sync.Once
	t := tunnel.New(tunnel.Options{
		Handler: h, Opener: tunnel.NewNgrok(tunnel.NgrokOptions{Server: s.Addr(), CAs: s.Roots()}),
		Changed: func(st tunnel.Status) {
			if st.State == tunnel.Up {
				first.Do(func() { close(up) })
			}
		},
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	done := make(chan error, 1)
	go func() { done <- t.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	t.Set(tunnel.Config{Authtoken: authtoken, Domain: desk})
	<-up

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h, TLSConfig: &tls.Config{GetCertificate: s.Certificate}}
	go func() { _ = server.ServeTLS(ln, "", "") }()
	b.Cleanup(func() { _ = server.Close() })
	beside := s.EdgeClient()
	beside.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, ln.Addr().String())
	}

	get := func(c *http.Client) error {
		res, err := c.Get("https://" + desk + "/")
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		if n, err := io.Copy(io.Discard, res.Body); err != nil || n != int64(len(body)) {
			return fmt.Errorf("%d bytes, %w", n, err)
		}
		return nil
	}
	took := map[string][]time.Duration{}
	all := map[string]time.Duration{}
	for b.Loop() {
		for kind, client := range map[string]*http.Client{"direct": beside, "tunnel": s.EdgeClient()} {
			for range one {
				start := time.Now()
				if err := get(client); err != nil {
					b.Fatal(err)
				}
				took[kind] = append(took[kind], time.Since(start))
			}
			var working sync.WaitGroup
			start := time.Now()
			for range connections {
				working.Go(func() {
					for range many / connections {
						if err := get(client); err != nil {
							b.Error(err)
						}
					}
				})
			}
			working.Wait()
			all[kind] += time.Since(start)
		}
	}
	median := func(kind string) float64 {
		slices.Sort(took[kind])
		return float64(took[kind][len(took[kind])/2].Nanoseconds()) / 1000
	}
	b.ReportMetric(median("direct"), "µs/p50_direct")
	b.ReportMetric(median("tunnel"), "µs/p50_tunnel")
	b.ReportMetric(all["direct"].Seconds()/all["tunnel"].Seconds(), "tunnel/direct")
	b.ReportMetric(float64(many*b.N)/all["tunnel"].Seconds(), "tunnel/s")
	b.ReportMetric(0, "ns/op")
}
