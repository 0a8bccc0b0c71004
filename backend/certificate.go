package backend

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"scimdesk/backend/config"
)

// CertificateInfo is the certificate that the listener shows. Names is empty while there is none.
type CertificateInfo struct {
	Names   []string `json:"names"`
	Until   string   `json:"until"`
	Problem string   `json:"problem"` // why the files can't be used, or what is wrong with what is used; "" if all is well
	Lacks   string   `json:"lacks"`   // the host of the public URL if the certificate is not for it, so that Entra would refuse it; "" if it is
}

// certificateEvery is how often the files of a certificate are looked at, at most.
const certificateEvery = 5 * time.Second

// certificate is the admin's certificate. It is read again when its files change, as they do when it is renewed; new files that are
// broken keep the old certificate.
type certificate struct {
	now    func() time.Time
	served *tls.Config

	mu     sync.Mutex
	files  [2]string // certificate and key; "" for none
	seen   [2]version
	looked time.Time
	cert   *tls.Certificate
	err    error // why the files of now are not used
}

// A version is a file's, as far as one tells without reading it.
type version struct {
	size int64
	at   time.Time
}

func newCertificate(now func() time.Time) *certificate {
	c := &certificate{now: now}
	c.served = &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get() },
	}
	return c
}

// secure tells whether the listener speaks TLS.
func secure(c config.Connection) bool { return c.Way == WayOwn && c.CertFile != "" }

// use takes other files, or none.
func (c *certificate) use(s config.Connection) {
	files := [2]string{}
	if secure(s) {
		files = [2]string{s.CertFile, s.KeyFile}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if files != c.files {
		c.files, c.seen, c.looked, c.cert, c.err = files, [2]version{}, time.Time{}, nil, nil
	}
}

// config is what the listener speaks TLS with, nil while it speaks none.
func (c *certificate) config() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files[0] == "" {
		return nil
	}
	return c.served
}

func (c *certificate) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look()
	if c.cert == nil {
		return nil, fmt.Errorf("there is no certificate: %w", c.err)
	}
	return c.cert, nil
}

// info tells what is shown under a public URL, after a look at the files. A certificate for another host is no fault: a proxy that
// shows one of its own may stand before it.
func (c *certificate) info(public string) CertificateInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := CertificateInfo{Names: []string{}}
	if c.files[0] == "" {
		return i
	}
	c.look()
	err := c.err
	if c.cert != nil {
		i.Names, i.Until = names(c.cert), stamp(c.cert.Leaf.NotAfter)
		if u, broken := url.Parse(public); broken == nil && c.cert.Leaf.VerifyHostname(u.Hostname()) != nil {
			i.Lacks = u.Hostname()
		}
		if err == nil {
			err = validAt(c.cert, c.now())
		}
	}
	if err != nil {
		i.Problem = err.Error()
	}
	return i
}

// look reads the files if they changed since they were read.
func (c *certificate) look() {
	now := c.now()
	if !c.looked.IsZero() && now.Sub(c.looked) < certificateEvery {
		return
	}
	c.looked = now
	seen := [2]version{}
	for i, file := range c.files {
		if info, err := os.Stat(file); err == nil {
			seen[i] = version{info.Size(), info.ModTime()}
		}
	}
	if seen == c.seen && c.err == nil && c.cert != nil {
		return
	}
	c.seen = seen
	next, err := readCertificate(c.files[0], c.files[1])
	if err == nil && c.cert != nil {
		err = validAt(next, now) // an expired one takes no other's place
	}
	if c.err = err; err == nil {
		c.cert = next
	}
}

// readCertificate reads a certificate and the key that belongs to it.
func readCertificate(certFile, keyFile string) (*tls.Certificate, error) {
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	if cert.Leaf == nil {
		return nil, errors.New("read certificate: it can't be understood")
	}
	return &cert, nil
}

func validAt(cert *tls.Certificate, now time.Time) error {
	if now.After(cert.Leaf.NotAfter) {
		return fmt.Errorf("the certificate ended on %s", stamp(cert.Leaf.NotAfter))
	}
	if now.Before(cert.Leaf.NotBefore) {
		return fmt.Errorf("the certificate holds from %s on", stamp(cert.Leaf.NotBefore))
	}
	return nil
}

// names are the hosts that a certificate is for.
func names(cert *tls.Certificate) []string {
	all := slices.Clone(cert.Leaf.DNSNames)
	for _, ip := range cert.Leaf.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		all = append(all, cert.Leaf.Subject.CommonName)
	}
	return all
}

// certificateFaults are what keeps files from being used now.
func certificateFaults(c config.Connection, now time.Time) []string {
	if !secure(c) || c.KeyFile == "" {
		return nil
	}
	cert, err := readCertificate(c.CertFile, c.KeyFile)
	if err == nil {
		err = validAt(cert, now)
	}
	if err != nil {
		return []string{fmt.Sprintf("certFile and keyFile must be a certificate that holds now and its key: %v", err)}
	}
	return nil
}
