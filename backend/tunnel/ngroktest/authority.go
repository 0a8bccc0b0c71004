package ngroktest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// authority signs certificates for whatever name is asked for, each once.
type authority struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate

	mu    sync.Mutex
	known map[string]*tls.Certificate
}

// valid is a time around now that outlasts every test.
func valid() (from, until time.Time) { return time.Now().Add(-time.Hour), time.Now().AddDate(0, 1, 0) }

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	from, until := valid()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ngrok test double"}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	return &authority{key: key, root: root, known: map[string]*tls.Certificate{}}, nil
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.root)
	return p
}

// certificate is one for the name that a client asks for, or for loopback if it names none, as clients that dial an address do.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := hello.ServerName
	if c := a.known[name]; c != nil {
		return c, nil
	}
	from, until := valid()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(int64(2 + len(a.known))), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if name != "" {
		form.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, form, a.root, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("make certificate for %q: %w", name, err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der, a.root.Raw}, PrivateKey: a.key}
	a.known[name] = c
	return c, nil
}

// PEM is the authority's certificate, for programs that are told of it by a file.
func (s *Server) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.ca.root.Raw})
}
