package entra

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// soon is how long before its end a certificate is worth a warning.
const soon = 14 * 24 * time.Hour

// versions are those of TLS that are asked for one by one. Entra speaks 1.2, and nothing older.
var versions = [...]struct {
	number uint16
	name   string
}{{tls.VersionTLS10, "1.0"}, {tls.VersionTLS11, "1.1"}, {tls.VersionTLS12, "1.2"}, {tls.VersionTLS13, "1.3"}}

func (c *check) config() *tls.Config {
	return &tls.Config{ServerName: c.host, RootCAs: c.options.Roots, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}

func (c *check) handshake(ctx context.Context, conn net.Conn, config *tls.Config) (*tls.Conn, error) {
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

// secure looks at the certificate as any client does, then at the versions one by one.
func (c *check) secure(ctx context.Context, s *CheckStep) *finding {
	conn, err := c.take(ctx, "tcp")
	if err != nil {
		return c.noConnection(err)
	}
	secured, err := c.handshake(ctx, conn, c.config())
	if err != nil {
		return insecure(err, s)
	}
	c.conn = secured
	state := secured.ConnectionState()
	f := certified(state, s)
	if g := c.offers(ctx, state.Version, s); f == nil || g != nil && g.state == StepFailed {
		f = g
	}
	return f
}

// certified tells of a chain that was accepted what will be, or may be, wrong with it.
func certified(state tls.ConnectionState, s *CheckStep) *finding {
	leaf := state.PeerCertificates[0]
	described(leaf, s)
	if left := time.Until(leaf.NotAfter); left < soon {
		return warned(AtCertificate, "CHECK_CERT_SOON", "the certificate ends in %d days", int(left.Hours()/24))
	}
	if len(state.PeerCertificates) == 1 && len(state.VerifiedChains) > 0 && len(state.VerifiedChains[0]) > 2 {
		return warned(AtCertificate, "CHECK_CERT_CHAIN", "the certificate came alone: this computer knew the rest of its chain, others may not")
	}
	return nil
}

func described(leaf *x509.Certificate, s *CheckStep) {
	names := leaf.DNSNames
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	s.fact("names", "%s", strings.Join(names[:min(len(names), 5)], ", "))
	s.fact("issuer", "%s", issuer(leaf))
	s.fact("until", "%s", leaf.NotAfter.UTC().Format(time.DateOnly))
}

func issuer(leaf *x509.Certificate) string {
	if leaf.Issuer.CommonName != "" {
		return leaf.Issuer.CommonName
	}
	return leaf.Issuer.String()
}

// insecure says why a handshake failed.
func insecure(err error, s *CheckStep) *finding {
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		leaf := e.UnverifiedCertificates[0]
		described(leaf, s)
		return distrusted(e.Err, leaf)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return failed(AtProxy, "CHECK_TLS_NONE", "the answer is not TLS: %v", err)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" && strings.Contains(err.Error(), "protocol version") {
		return failed(AtProxy, "CHECK_TLS_12", "TLS 1.2 is not offered: %v", err)
	}
	switch {
	case isTimeout(err):
		return failed(AtNetwork, "CHECK_TLS_TIMEOUT", "nothing was said within %s", checkStepLimit)
	case isCut(err):
		return failed(AtNetwork, "CHECK_TLS_CUT", "the connection was cut off: %v", plain(err))
	}
	return failed(AtProxy, "CHECK_TLS", "%v", err)
}

// distrusted says what is wrong with a certificate.
func distrusted(err error, leaf *x509.Certificate) *finding {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return failed(AtCertificate, "CHECK_CERT_NAME", "%v", err)
	}
	if now := time.Now(); now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		return failed(AtCertificate, "CHECK_CERT_EXPIRED", "valid from %s to %s, and now it is %s",
			leaf.NotBefore.UTC().Format(time.DateOnly), leaf.NotAfter.UTC().Format(time.DateOnly), now.UTC().Format(time.DateOnly))
	}
	return failed(AtCertificate, "CHECK_CERT_UNTRUSTED", "%v", err)
}

// offers makes a handshake with each version alone but the one that is known.
func (c *check) offers(ctx context.Context, known uint16, s *CheckStep) *finding {
	var faults [len(versions)]error
	var all sync.WaitGroup
	for i, v := range versions {
		if v.number != known {
			all.Go(func() { faults[i] = c.speaks(ctx, v.number) })
		}
	}
	all.Wait()
	var f *finding
	for i, v := range versions {
		switch {
		case faults[i] == nil:
			s.fact("tls", "%s", v.name)
		case v.number != tls.VersionTLS12:
		case errors.Is(faults[i], errUnseen):
			f = warned(AtNetwork, "CHECK_TLS_UNSEEN", "whether TLS 1.2 is offered could not be seen: %v", faults[i])
		default:
			f = failed(AtProxy, "CHECK_TLS_12", "TLS 1.2 is not offered: %v", faults[i])
		}
	}
	return f
}

// errUnseen means that a connection failed before a version could be refused.
var errUnseen = errors.New("no connection")

// speaks makes a handshake with one version.
func (c *check) speaks(ctx context.Context, version uint16) error {
	conn, err := c.options.Dial(ctx, "tcp", c.address)
	if err != nil {
		return errors.Join(errUnseen, plain(err))
	}
	config := c.config()
	config.MinVersion, config.MaxVersion = version, version
	secured, err := c.handshake(ctx, conn, config)
	if isTimeout(err) {
		return errors.Join(errUnseen, plain(err))
	}
	if err != nil {
		return err
	}
	_ = secured.Close()
	return nil
}

// isCut tells that the other side ended a connection.
func isCut(err error) bool {
	const windows syscall.Errno = 10054 // WSAECONNRESET
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, windows)
}

func isRefused(err error) bool {
	const windows syscall.Errno = 10061 // WSAECONNREFUSED
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, windows)
}
