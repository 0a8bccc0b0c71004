package backend

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/tunnel/ngroktest"
)

// BenchmarkThroughTheTunnel compares Entra's match by userName over plain HTTP on loopback with the same over HTTPS to the edge of a
// double of ngrok and through the tunnel, on the same folder: what TLS, edge, protocol and SDK add on one computer, without any network.
// µs/added is how much longer a request takes, and tunnel/direct how much of the speed is left at 16 connections.
func BenchmarkThroughTheTunnel(b *testing.B) {
	const people, one, many, connections = 1000, 100, 1600, 16
	s := ngroktest.Start(b, ngroktest.Options{})
	back, secret := benchBackend(b, behind(s), func(o *Options) { o.Listen = "127.0.0.1:0" })
	if err := back.SaveAuthtoken(b.Context(), ngrokToken, config.InFile); err != nil {
		b.Fatal(err)
	}
	up(b, back)
	var direct, tunnelled [connections]*wire
	for i := range connections {
		direct[i] = dial(b, back, secret)
		conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: s.Roots(), ServerName: ngrokDomain}}).DialContext(b.Context(), "tcp", s.EdgeAddr())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		tunnelled[i] = &wire{conn: conn, in: bufio.NewReader(conn), secret: secret, host: ngrokDomain}
	}
	for i := range people {
		if status, answer, err := direct[0].send("POST", "/scim/v2/Users", fmt.Sprintf(person, "p"+strconv.Itoa(i))); err != nil || status != 201 {
			b.Fatal(status, string(answer), err)
		}
	}
	match := func(w *wire, i int) error {
		status, answer, err := w.send("GET", `/scim/v2/Users?filter=userName+eq+"p`+strconv.Itoa(i%people)+`%40contoso.example"`, "")
		if err == nil && status != 200 {
			err = fmt.Errorf("match: %d %s", status, answer)
		}
		return err
	}
	took := map[string][]time.Duration{}
	all := map[string]time.Duration{}
	for b.Loop() {
		for kind, wires := range map[string][]*wire{"direct": direct[:], "tunnel": tunnelled[:]} {
			for i := range one {
				start := time.Now()
				if err := match(wires[0], i); err != nil {
					b.Fatal(err)
				}
				took[kind] = append(took[kind], time.Since(start))
			}
			all[kind] += atOnce(b, wires, many, match)
		}
	}
	median := func(kind string) float64 {
		slices.Sort(took[kind])
		return float64(took[kind][len(took[kind])/2].Nanoseconds()) / 1000
	}
	b.ReportMetric(median("direct"), "µs/p50_direct")
	b.ReportMetric(median("tunnel"), "µs/p50_tunnel")
	b.ReportMetric(median("tunnel")-median("direct"), "µs/added")
	b.ReportMetric(all["direct"].Seconds()/all["tunnel"].Seconds(), "tunnel/direct")
	b.ReportMetric(float64(many*b.N)/all["direct"].Seconds(), "direct/s")
	b.ReportMetric(float64(many*b.N)/all["tunnel"].Seconds(), "tunnel/s")
	b.ReportMetric(0, "ns/op")
}

// atOnce does n requests over all connections at a time, and gives how long they took.
func atOnce(b *testing.B, wires []*wire, n int, do func(w *wire, i int) error) time.Duration {
	b.Helper()
	var working sync.WaitGroup
	start := time.Now()
	for c, w := range wires {
		working.Go(func() {
			for i := c; i < n; i += len(wires) {
				if err := do(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	working.Wait()
	return time.Since(start)
}
