package backend

import (
	"net/http"
	"testing"

	"scimdesk/backend/server"
	"scimdesk/backend/token"
)

// askAs sends a request with a header and a host, and gives the snapshot after it.
func askAs(t *testing.T, b *Backend, secret, host, forwarded string) Snapshot {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+b.door.bound()+"/scim/v2/Users?count=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	if forwarded != "" {
		req.Header.Set("X-Forwarded-For", forwarded)
	}
	if host != "" {
		req.Host = host
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func madeToken(t *testing.T, b *Backend) NewToken {
	t.Helper()
	made, err := b.RotateToken(t.Context(), TokenRotation{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestARequestFromThisComputerIsNotEntra(t *testing.T) {
	for name, c := range map[string]struct {
		o               Options
		trusts          string
		host, forwarded string
		via             string // "" if it proves nothing of Entra
	}{
		"ngrok is the way":                {o: Options{Ngrok: true, Opener: &ngrokDesk{own: "desk.ngrok.example"}}},
		"ngrok, and it says otherwise":    {o: Options{Ngrok: true, Opener: &ngrokDesk{own: "desk.ngrok.example"}}, host: "desk.ngrok.example", forwarded: "203.0.113.7"},
		"own address, straight":           {o: Options{PublicURL: "https://desk.contoso.example"}},
		"own address, other host":         {o: Options{PublicURL: "https://desk.contoso.example"}, host: "desk.contoso.example.other.example"},
		"own address, by its name":        {o: Options{PublicURL: "https://desk.contoso.example"}, host: "Desk.contoso.example:443", via: server.ViaLocal},
		"own address, handed on":          {o: Options{PublicURL: "https://desk.contoso.example"}, forwarded: "203.0.113.7", via: server.ViaLocal},
		"own address, by a trusted proxy": {o: Options{PublicURL: "https://desk.contoso.example"}, trusts: "127.0.0.1", via: server.ViaProxy},
		"nobody else is to come":          {via: server.ViaLocal},
		"nobody else, and it says so":     {forwarded: "203.0.113.7", via: server.ViaLocal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.o.Dir = t.TempDir()
			b, end := linked(t, c.o, nil)
			made := madeToken(t, b)
			if c.trusts != "" {
				settings := connection(t, b).Settings
				settings.TrustedProxies = c.trusts
				if _, err := b.SaveConnection(t.Context(), settings); err != nil {
					t.Fatal(err)
				}
			}
			s := askAs(t, b, made.Secret, c.host, c.forwarded)
			if (s.LastEntra != "") != (c.via != "") || s.LastVia != c.via || (s.LastToken == made.Token.ID) != (c.via != "") || (s.LastLocal != "") != (c.via == "") {
				t.Errorf("last %q by %q with %q; from here %q", s.LastEntra, s.LastVia, s.LastToken, s.LastLocal)
			}
			end()
			again, end := linked(t, c.o, nil)
			defer end()
			if after, err := again.Snapshot(t.Context()); err != nil || after.LastEntra != s.LastEntra || after.LastVia != s.LastVia || after.LastLocal != s.LastLocal {
				t.Errorf("after a restart: last %q by %q, from here %q, want %q, %q, %q: %v", after.LastEntra, after.LastVia, after.LastLocal, s.LastEntra, s.LastVia, s.LastLocal, err)
			}
		})
	}
}

// TestEntraStaysSeenWhileSomebodyHereRehearses, whose requests are later.
func TestEntraStaysSeenWhileSomebodyHereRehearses(t *testing.T) {
	b, end := linked(t, Options{Dir: t.TempDir(), Ngrok: true, Opener: &ngrokDesk{own: "desk.ngrok.example"}}, nil)
	defer end()
	made := madeToken(t, b)
	b.entered(server.Entry{Via: server.ViaTunnel, Host: "desk.ngrok.example", Who: server.Caller{Token: made.Token.ID}})
	before, _ := b.lastEntry(token.State{})
	s := askAs(t, b, made.Secret, "", "")
	if s.LastEntra != stamp(before.At) || s.LastVia != server.ViaTunnel || s.LastLocal < s.LastEntra {
		t.Errorf("last %q by %q, from here %q; want %s", s.LastEntra, s.LastVia, s.LastLocal, stamp(before.At))
	}
	b.entered(server.Entry{Via: server.ViaTunnel, Who: server.Caller{Check: true}})
	if after, _ := b.lastEntry(token.State{}); after != before {
		t.Errorf("a self-check counts: %+v", after)
	}
}
