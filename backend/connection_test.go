package backend

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/config"
)

func TestEachSaveKeepsTheOthersPart(t *testing.T) {
	b, _ := configured(t)
	before := settings(t, b)
	c := save(t, b, func(s *ConnectionSettings) {
		s.Way, s.PublicURL, s.AllNight, s.Plan = WayOwn, " https://desk.contoso.example ", "no", "hobbyist"
		s.Domain, s.TrustedProxies, s.EntraOnly, s.EdgePolicy = "https://Desk.ngrok.example/", "127.0.0.1,10.0.0.0/8", true, false
	})
	if after := settings(t, b); after.change() != before.change() {
		t.Errorf("settings were %+v, are %+v", before.change(), after.change())
	}
	change := before.change()
	change.RequestDays = 3
	if _, err := b.SaveSettings(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	want := ConnectionSettings{
		Way: WayOwn, PublicURL: "https://desk.contoso.example", AllNight: "no", Plan: "hobbyist", Domain: "desk.ngrok.example",
		TrustedProxies: "127.0.0.1,10.0.0.0/8", EntraOnly: true,
	}
	if now := connection(t, b).Settings; now != want || c.Settings != want {
		t.Errorf("connection is %+v, after its save it was %+v", now, c.Settings)
	}
	f, err := config.Load(b.Dir())
	if err != nil || f.RequestDays != 3 || f.Listen != before.Listen || f.Way != WayOwn || f.Domain != want.Domain {
		t.Errorf("the file says %+v, %v", f, err)
	}
}

func TestAllFaultsOfAConnectionAtOnceAndNothingIsChanged(t *testing.T) {
	b, secret := configured(t)
	before := connection(t, b)
	_, err := b.SaveConnection(t.Context(), ConnectionSettings{
		Way: WayOwn, Domain: "not a name", Proxy: "https://proxy.contoso.example:3128", PublicURL: "desk.contoso.example",
		CertFile: filepath.Join(t.TempDir(), "none.pem"), KeyFile: filepath.Join(t.TempDir(), "none.key"), TrustedProxies: "everybody",
		AllNight: "maybe", Plan: "gold",
	})
	if Code(err) != "BAD_SETTING" {
		t.Fatalf("SaveConnection = %v", err)
	}
	for _, key := range []string{"domain must", "proxy must", "publicUrl must", "certFile and keyFile must", "trustedProxies must", "allNight must", "plan must"} {
		if !strings.Contains(Message(err), key) {
			t.Errorf("%q is not in %s", key, Message(err))
		}
	}
	if now := connection(t, b); now.Settings != before.Settings || now.Address != before.Address {
		t.Errorf("it was %+v, is %+v", before.Settings, now.Settings)
	}
	if f, err := config.Load(b.Dir()); err != nil || f.Connection != config.Default().Connection {
		t.Errorf("the file says %+v, %v", f, err)
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Errorf("and then: %d", status)
	}
}

func TestAProxysPasswordIsNotShownAndNotLost(t *testing.T) {
	b, _ := configured(t)
	const proxy = "http://ada:very-secret-word@proxy.contoso.example:3128"
	c := save(t, b, func(s *ConnectionSettings) { s.Proxy = proxy })
	if strings.Contains(c.Settings.Proxy, "very-secret") || !strings.Contains(c.Settings.Proxy, "proxy.contoso.example:3128") {
		t.Errorf("it is shown as %s", c.Settings.Proxy)
	}
	save(t, b, func(s *ConnectionSettings) { s.Plan = "paid" })
	if f := b.setting.get(); f.Proxy != proxy || f.Plan != "paid" {
		t.Errorf("kept is %s, plan %s", f.Proxy, f.Plan)
	}
	moved := strings.Replace(c.Settings.Proxy, "proxy.", "other.", 1)
	if _, err := b.SaveConnection(t.Context(), ConnectionSettings{Way: WayNone, Plan: "free", Proxy: moved}); err == nil || !strings.Contains(err.Error(), "typed anew") {
		t.Errorf("another proxy with the hidden password: %v", err)
	}
	_, err := b.SaveConnection(t.Context(), ConnectionSettings{Way: WayNone, Plan: "free", Proxy: "gopher://ada:very-secret-word@x:1"})
	if Code(err) != "BAD_SETTING" || strings.Contains(err.Error(), "very-secret") {
		t.Errorf("a fault says %v", err)
	}
	if c := save(t, b, func(s *ConnectionSettings) { s.Proxy = "" }); c.Settings.Proxy != "" {
		t.Errorf("taken away, it is %s", c.Settings.Proxy)
	}
}

func TestTheCommandLineDecidesTheWay(t *testing.T) {
	b, _ := serve(t, func(o *Options) { o.PublicURL = "https://desk.contoso.example" })
	c := connection(t, b)
	if c.Settings.Fixed != "flag" || c.Settings.Way != WayOwn || c.Address != "https://desk.contoso.example/scim/v2" {
		t.Fatalf("%+v", c)
	}
	s := c.Settings
	s.Way = WayNone
	if _, err := b.SaveConnection(t.Context(), s); Code(err) != "BAD_SETTING" || !strings.Contains(Message(err), "command line") {
		t.Errorf("another way: %v", err)
	}
	if c := save(t, b, func(s *ConnectionSettings) { s.Plan = "paid" }); c.Settings.Plan != "paid" {
		t.Errorf("the rest: %+v", c.Settings)
	}
	if f, err := config.Load(b.Dir()); err != nil || f.Way != WayNone || f.PublicURL != "" || f.Plan != "paid" {
		t.Errorf("the flag went into the file: %+v, %v", f, err)
	}
}

func TestASampleHasNoConnection(t *testing.T) {
	b, _ := serve(t, func(o *Options) { o.Sample = true })
	c := connection(t, b)
	if c.Address != "" || c.Tunnel.State != "off" || c.Authtoken.Exists {
		t.Errorf("%+v", c)
	}
	_, saved := b.SaveConnection(t.Context(), c.Settings)
	for what, err := range map[string]error{
		"save": saved, "authtoken": b.SaveAuthtoken(t.Context(), "x", config.InFile), "forget": b.ForgetAuthtoken(t.Context()),
		"start": b.StartTunnel(t.Context()), "stop": b.StopTunnel(t.Context()), "reconnect": b.Reconnect(t.Context()), "settle": b.SettleAddress(t.Context()),
	} {
		if Code(err) != "SAMPLE_CONNECTION" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWithoutATunnelThereIsNoneToSteer(t *testing.T) {
	b, _ := serve(t)
	for what, err := range map[string]error{
		"start": b.StartTunnel(t.Context()), "stop": b.StopTunnel(t.Context()), "reconnect": b.Reconnect(t.Context()),
	} {
		if Code(err) != "NO_TUNNEL" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := b.SettleAddress(t.Context()); err != nil {
		t.Error(err)
	}
	idle, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, Ngrok: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	if err := idle.StartTunnel(t.Context()); Code(err) != "NOT_SERVING" {
		t.Errorf("nobody serves: %v", err)
	}
}

// issue writes a certificate of its own for 127.0.0.1, and its key.
func issue(t *testing.T, dir, name string, until time.Time) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, from, from, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "chain.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	put(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// handshake gives the certificate that the listener shows to a client of a version of TLS.
func handshake(t *testing.T, b *Backend, version uint16) (*x509.Certificate, error) {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: version}}
	c, err := d.DialContext(t.Context(), "tcp", b.door.bound())
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

func TestTheListenerSpeaksTLSWithACertificate(t *testing.T) {
	b, secret := configured(t)
	dir := t.TempDir()
	cert := issue(t, dir, "desk.contoso.example", time.Now().Add(time.Hour))
	// Whoever is connected when it is changed over is answered, and then comes back as it is now.
	plain := &http.Client{Transport: &http.Transport{}}
	req := func(scheme string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), "GET", scheme+"://"+b.door.bound()+"/scim/v2/Users", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+secret)
		return r
	}
	res, err := plain.Do(req("http"))
	if err != nil || res.StatusCode != 200 || res.Close {
		t.Fatalf("before: %v, %v", res, err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil { // or the connection ends here
		t.Fatal(err)
	}
	_ = res.Body.Close()
	c := save(t, b, func(s *ConnectionSettings) {
		s.Way, s.PublicURL, s.CertFile, s.KeyFile = WayOwn, "https://desk.contoso.example", filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	})
	if len(c.Certificate.Names) != 2 || c.Certificate.Names[0] != "desk.contoso.example" || c.Certificate.Until != stamp(cert.NotAfter) || c.Certificate.Problem != "" {
		t.Errorf("certificate %+v", c.Certificate)
	}
	if c.Certificate.Lacks != "" {
		t.Errorf("it is for its host: %+v", c.Certificate)
	}
	if c := save(t, b, func(s *ConnectionSettings) { s.PublicURL = "https://other.contoso.example:8443" }); c.Certificate.Lacks != "other.contoso.example" || c.Certificate.Problem != "" {
		t.Errorf("under another name: %+v", c.Certificate)
	}
	if res, err = plain.Do(req("http")); err != nil || res.StatusCode != 200 || !res.Close {
		t.Errorf("on the old connection: %v, %v", res, err)
	} else {
		_ = res.Body.Close()
	}
	if res, err = plain.Do(req("http")); err != nil || res.StatusCode != 400 {
		t.Errorf("plain HTTP after it: %v, %v", res, err)
	} else {
		_ = res.Body.Close()
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	private := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	if res, err = private.Do(req("https")); err != nil || res.StatusCode != 200 || res.ProtoMajor != 2 {
		t.Errorf("over TLS: %v, %v", res, err)
	} else {
		_ = res.Body.Close()
	}
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		if _, err := handshake(t, b, version); (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	// With it, other computers may reach the listener; and it can't be taken away then.
	change := settings(t, b).change()
	change.Listen = strings.Replace(change.Listen, "127.0.0.1", "0.0.0.0", 1)
	if _, err := b.SaveSettings(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	s := connection(t, b).Settings
	s.CertFile, s.KeyFile = "", ""
	if _, err := b.SaveConnection(t.Context(), s); Code(err) != "BAD_SETTING" {
		t.Errorf("without a certificate in the open: %v", err)
	}
	if _, err := handshake(t, b, tls.VersionTLS13); err != nil {
		t.Errorf("after the refusal: %v", err)
	}
}

func TestAnExposedListenerStaysRefusedWithoutACertificate(t *testing.T) {
	b, _ := configured(t)
	change := settings(t, b).change()
	change.Listen = "0.0.0.0:0"
	if _, err := b.SaveSettings(t.Context(), change); Code(err) != "LISTEN_EXPOSED" {
		t.Errorf("%v", err)
	}
}

func TestACertificateIsReadAgainAndABrokenOneIsNot(t *testing.T) {
	dir := t.TempDir()
	first := issue(t, dir, "first.contoso.example", time.Now().Add(time.Hour))
	now := time.Now()
	c := newCertificate(func() time.Time { return now })
	c.use(config.Connection{Way: WayOwn, CertFile: filepath.Join(dir, "chain.pem"), KeyFile: filepath.Join(dir, "key.pem")})
	later := func() { now = now.Add(certificateEvery) }
	serves := func(what, problem string, want *x509.Certificate) {
		t.Helper()
		got, err := c.get()
		if err != nil || !got.Leaf.Equal(want) {
			t.Errorf("%s: %v, %v", what, got.Leaf.Subject, err)
		}
		if i := c.info(""); i.Names[0] != want.Subject.CommonName || (problem == "") != (i.Problem == "") || !strings.Contains(i.Problem, problem) {
			t.Errorf("%s: %+v, want the problem %q", what, i, problem)
		}
	}
	serves("at first", "", first)
	later()
	put(t, filepath.Join(dir, "chain.pem"), "half a file")
	serves("a broken file", "read certificate", first)
	later()
	issue(t, dir, "ended.contoso.example", time.Now().Add(-time.Hour))
	serves("one that has ended", "ended on", first)
	later()
	next := issue(t, dir, "next.contoso.example", time.Now().Add(2*time.Hour))
	serves("a renewed one", "", next)
	now = now.Add(3 * time.Hour)
	serves("when it has ended", "ended on", next)
	c.use(config.Connection{Way: WayNgrok, CertFile: filepath.Join(dir, "chain.pem"), KeyFile: filepath.Join(dir, "key.pem")})
	if c.config() != nil || len(c.info("").Names) != 0 {
		t.Error("behind a tunnel it speaks TLS itself")
	}
}

func TestACertificateThatEndedOrIsAnothersIsNotSaved(t *testing.T) {
	b, _ := configured(t)
	ended, other := t.TempDir(), t.TempDir()
	issue(t, ended, "ended.contoso.example", time.Now().Add(-time.Hour))
	issue(t, other, "other.contoso.example", time.Now().Add(time.Hour))
	for what, files := range map[string][2]string{
		"ended on":          {filepath.Join(ended, "chain.pem"), filepath.Join(ended, "key.pem")},
		"private key":       {filepath.Join(other, "chain.pem"), filepath.Join(ended, "key.pem")},
		"read certificate:": {filepath.Join(other, "key.pem"), filepath.Join(other, "key.pem")},
	} {
		s := connection(t, b).Settings
		s.Way, s.PublicURL, s.CertFile, s.KeyFile = WayOwn, "https://desk.contoso.example", files[0], files[1]
		if _, err := b.SaveConnection(t.Context(), s); Code(err) != "BAD_SETTING" || !strings.Contains(Message(err), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	b, secret := configured(t)
	come := func() (remote, via, location string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "POST", b.door.address()+"/Users",
			strings.NewReader(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"p`+time.Now().Format("150405.000000000")+`@contoso.example"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		req.Header.Set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
		req.Header.Set("X-Forwarded-Host", "desk.contoso.example")
		req.Header.Set("X-Forwarded-Proto", "https")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		var got struct{ Meta struct{ Location string } }
		if err := json.NewDecoder(res.Body).Decode(&got); err != nil || res.StatusCode != 201 {
			t.Fatalf("%s, %v", res.Status, err)
		}
		page, err := b.Activity(t.Context(), ActivityQuery{Limit: 1})
		if err != nil || len(page.Rows) != 1 {
			t.Fatal(page, err)
		}
		return page.Rows[0].Remote, page.Rows[0].Via, got.Meta.Location
	}
	if remote, via, location := come(); !strings.HasPrefix(remote, "127.0.0.1:") || via != "local" || !strings.HasPrefix(location, b.door.address()) {
		t.Errorf("nobody is trusted: from %s, via %s, at %s", remote, via, location)
	}
	save(t, b, func(s *ConnectionSettings) { s.TrustedProxies = "127.0.0.1" })
	if _, via, _ := come(); via != "local" {
		t.Errorf("without a way of one's own: via %s", via)
	}
	save(t, b, func(s *ConnectionSettings) { s.Way, s.PublicURL = WayOwn, "https://scim.contoso.example" })
	if remote, via, location := come(); remote != "198.51.100.7" || via != "proxy" || !strings.HasPrefix(location, "https://scim.contoso.example/scim/v2/Users/") {
		t.Errorf("a trusted proxy: from %s, via %s, at %s", remote, via, location)
	}
	save(t, b, func(s *ConnectionSettings) { s.TrustedProxies = "10.0.0.0/8" })
	if remote, via, _ := come(); !strings.HasPrefix(remote, "127.0.0.1:") || via != "local" {
		t.Errorf("another is trusted: from %s, via %s", remote, via)
	}
}
