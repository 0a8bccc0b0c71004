package ngroktest

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.ngrok.com/ngrok/v2"
	"golang.ngrok.com/ngrok/v2/rpc"
)

const authtoken = "2example_authtoken"

// dial connects an unmodified SDK to the double.
func dial(t *testing.T, s *Server, token string, more ...ngrok.AgentOption) ngrok.Agent {
	t.Helper()
	agent, err := ngrok.NewAgent(append([]ngrok.AgentOption{
		ngrok.WithAuthtoken(token), ngrok.WithAgentConnectURL(s.Addr()), ngrok.WithAgentConnectCAs(s.Roots()),
		ngrok.WithLogger(slog.New(slog.DiscardHandler)), ngrok.WithAutoConnect(false),
		ngrok.WithHeartbeatInterval(300 * time.Millisecond), ngrok.WithHeartbeatTolerance(time.Minute),
	}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(func() { _ = agent.Disconnect(); cancel() })
	if err := agent.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	return agent
}

// hold serves a domain by a handler that tells what came.
func hold(t *testing.T, agent ngrok.Agent, more ...ngrok.EndpointOption) ngrok.EndpointListener {
	t.Helper()
	ln, err := agent.Listen(t.Context(), more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		_ = http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(HeaderCode, "forged")
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"} {
				_, _ = io.WriteString(w, strings.Join(r.Header.Values(name), "|")+"\n")
			}
			_, _ = io.WriteString(w, r.Host+" "+r.RemoteAddr+" "+r.UserAgent())
		}))
	}()
	return ln
}

// get asks the edge.
func get(t *testing.T, c *http.Client, url string, header ...string) (int, string, []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get(HeaderCode), strings.Split(string(body), "\n")
}

func TestTheEdgeForwardsAndSaysWhoCame(t *testing.T) {
	for _, latency := range []time.Duration{0, 5 * time.Millisecond} {
		s := Start(t, Options{Authtoken: authtoken, Latency: latency})
		agent := dial(t, s, authtoken)
		ln := hold(t, agent, ngrok.WithURL("https://desk.contoso.example"), ngrok.WithTrafficPolicy(`{"on_http_request":[]}`))
		if ln.URL().String() != "https://desk.contoso.example" {
			t.Errorf("URL = %s", ln.URL())
		}
		status, code, lines := get(t, s.EdgeClient(), "https://desk.contoso.example/x", "X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "http", "X-Forwarded-Host", "lie.example", "User-Agent", "visitor")
		if status != 200 || code != "" {
			t.Errorf("%d %s", status, code)
		}
		if lines[0] != "192.0.2.7, 127.0.0.1" || lines[1] != "http, https" || lines[2] != "lie.example" {
			t.Errorf("forwarded = %q", lines[:3])
		}
		if !strings.HasPrefix(lines[3], "desk.contoso.example 127.0.0.1:") || !strings.HasSuffix(lines[3], " visitor") {
			t.Errorf("request = %q", lines[3])
		}
		if status, code, _ := get(t, s.EdgeClient(), "https://nobody.contoso.example/"); status != 404 || code != Offline {
			t.Errorf("offline: %d %s", status, code)
		}
		s.Intercept(Refusal(429, "ERR_NGROK_734"))
		if status, code, _ := get(t, s.EdgeClient(), "https://desk.contoso.example/"); status != 429 || code != "ERR_NGROK_734" {
			t.Errorf("intercepted: %d %s", status, code)
		}
		bind := s.Binds()[0]
		if bind.Asked != "desk.contoso.example" || bind.Policy == "" || bind.ForwardsTo == "" || s.Auths()[0].Authtoken != authtoken || s.Requests() != 1 {
			t.Errorf("recorded %+v, %+v, %d requests", bind, s.Auths(), s.Requests())
		}
	}
}

func TestTheEdgeSpeaksTLS12And13(t *testing.T) {
	s := Start(t, Options{})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		conn, err := tls.Dial("tcp", s.EdgeAddr(), &tls.Config{RootCAs: s.Roots(), ServerName: "desk.contoso.example", MaxVersion: version})
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.ConnectionState().Version; got != version {
			t.Errorf("version %x, want %x", got, version)
		}
		_ = conn.Close()
	}
	if _, err := tls.Dial("tcp", s.EdgeAddr(), &tls.Config{RootCAs: s.Roots(), ServerName: "desk.contoso.example", MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestAnAgentComesBackAfterADrop(t *testing.T) {
	s := Start(t, Options{Authtoken: authtoken})
	agent := dial(t, s, authtoken)
	ln := hold(t, agent)
	if ln.URL().Hostname() != DevDomain {
		t.Errorf("domain = %s", ln.URL())
	}
	s.Drop()
	if err := s.Await(t.Context(), func() bool { return len(s.Binds()) == 2 && s.Online(DevDomain) }); err != nil {
		t.Fatal(err)
	}
	auths, binds := s.Auths(), s.Binds()
	if auths[0].ClientID != "" || auths[1].ClientID != binds[0].ClientID || auths[1].Cookie == "" {
		t.Errorf("signed in by %+v", auths)
	}
	if binds[0].ID != "" || binds[1].ID == "" || binds[1].Token == "" || binds[1].Asked != DevDomain {
		t.Errorf("bound by %+v", binds)
	}
	if status, _, _ := get(t, s.EdgeClient(), "https://"+DevDomain+"/"); status != 200 {
		t.Errorf("after the drop: %d", status)
	}
}

func TestRefusals(t *testing.T) {
	s := Start(t, Options{Domains: []string{"desk.contoso.example"}, Sessions: 2})
	one, two := dial(t, s, authtoken), dial(t, s, authtoken)
	hold(t, one, ngrok.WithURL("https://desk.contoso.example"))
	lift := s.RefuseBind("ERR_NGROK_2201", 0, func(b Bind) bool { return b.Policy == "bad" })
	for _, c := range []struct {
		code string
		how  []ngrok.EndpointOption
	}{
		{"ERR_NGROK_319", []ngrok.EndpointOption{ngrok.WithURL("https://other.contoso.example")}},
		{"ERR_NGROK_334", []ngrok.EndpointOption{ngrok.WithURL("https://desk.contoso.example")}},
		{"ERR_NGROK_2201", []ngrok.EndpointOption{ngrok.WithTrafficPolicy("bad")}},
	} {
		if _, err := two.Listen(t.Context(), c.how...); err == nil || !strings.Contains(err.Error(), c.code) {
			t.Errorf("bind = %v, want %s", err, c.code)
		}
	}
	lift()
	hold(t, two, ngrok.WithTrafficPolicy("bad"))

	for code, token := range map[string]string{"ERR_NGROK_4018": "", "ERR_NGROK_107": "forgotten", "ERR_NGROK_108": "third"} {
		lift := s.RefuseAuth("ERR_NGROK_107", 1, func(a Auth) bool { return a.Authtoken == "forgotten" })
		ctx, cancel := context.WithCancel(t.Context())
		var told string
		agent, err := ngrok.NewAgent(ngrok.WithAuthtoken(token), ngrok.WithAgentConnectURL(s.Addr()), ngrok.WithAgentConnectCAs(s.Roots()),
			ngrok.WithLogger(slog.New(slog.DiscardHandler)), ngrok.WithEventHandler(func(e ngrok.Event) {
				if gone, ok := e.(*ngrok.EventAgentDisconnected); ok && gone.Error != nil && told == "" {
					told = gone.Error.Error()
					cancel()
				}
			}))
		if err != nil {
			t.Fatal(err)
		}
		_ = agent.Connect(ctx)
		if !strings.Contains(told, code) {
			t.Errorf("token %q: %s, want %s", token, told, code)
		}
		if code == "ERR_NGROK_107" && !strings.Contains(told, token) {
			t.Errorf("the service's words do not repeat the token: %s", told)
		}
		cancel()
		lift()
	}
}

func TestCommands(t *testing.T) {
	s := Start(t, Options{})
	for method, command := range map[string]func() []string{rpc.StopAgentMethod: s.Stop, rpc.RestartAgentMethod: s.Restart} {
		asked := make(chan string, 1)
		dial(t, s, authtoken, ngrok.WithRPCHandler(func(_ context.Context, _ ngrok.AgentSession, r rpc.Request) ([]byte, error) {
			asked <- r.Method()
			return nil, nil
		}))
		if said := command(); len(said) != 1 || said[0] != "" {
			t.Fatalf("agents say %q", said)
		}
		if got := <-asked; got != method {
			t.Errorf("asked for %s, want %s", got, method)
		}
		if err := s.Await(t.Context(), func() bool { return s.Sessions() == 0 }); err != nil {
			t.Fatal(err)
		}
	}
	agent := dial(t, s, authtoken)
	ln, err := agent.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.StopTunnel(DevDomain, "ended by the dashboard", "ERR_NGROK_804"); err != nil {
		t.Fatal(err)
	}
	if _, err := ln.Accept(); err == nil || !strings.Contains(err.Error(), "ended by the dashboard") {
		t.Errorf("Accept = %v", err)
	}
	if s.Online(DevDomain) || s.Sessions() != 1 {
		t.Errorf("online %v, %d sessions", s.Online(DevDomain), s.Sessions())
	}
}

func TestAnOutage(t *testing.T) {
	s := Start(t, Options{})
	hold(t, dial(t, s, authtoken))
	s.Down()
	if err := s.Await(t.Context(), func() bool { return s.Sessions() == 0 }); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("taken during an outage")
		_ = conn.Close()
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if err := s.Await(t.Context(), func() bool { return s.Online(DevDomain) }); err != nil {
		t.Fatal(err)
	}
}

// TestAGatewayError: the agent lets go of a request's stream.
func TestAGatewayError(t *testing.T) {
	s := Start(t, Options{})
	ln, err := dial(t, s, authtoken).Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	if status, code, _ := get(t, s.EdgeClient(), "https://"+DevDomain+"/"); status != 502 || code != Gateway {
		t.Errorf("%d %s", status, code)
	}
	_ = ln.Close()
	if err := s.Await(t.Context(), func() bool { return !s.Online(DevDomain) }); err != nil {
		t.Fatal(err)
	}
}
