package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"scimdesk/backend"
	"scimdesk/backend/control"
	"scimdesk/backend/tunnel"
)

const someAuthtoken = "2contosoSecretPart_6examplePart"

// feed is call with something on standard input.
func feed(t *testing.T, stdin string, args ...string) (code int, out string) {
	t.Helper()
	var o bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &o, &o)
	if strings.Contains(o.String(), someAuthtoken) {
		t.Errorf("%q tells the authtoken: %s", args, o.String())
	}
	return code, o.String()
}

func TestAnAuthtokenIsReadFromStandardInput(t *testing.T) {
	t.Setenv(backend.EnvAuthtoken, "")
	dir := t.TempDir()
	file := filepath.Join(dir, "authtoken")
	if code, out := feed(t, "", "authtoken", "save", "--file", "--data", dir); code != exitUsage {
		t.Errorf("nothing on standard input: %d %s", code, out)
	}
	if code, out := feed(t, "two words\n", "authtoken", "save", "--file", "--data", dir); code != exitFailed {
		t.Errorf("no authtoken: %d %s", code, out)
	}
	if code, out := feed(t, "", "authtoken", "save", someAuthtoken, "--data", dir); code != exitUsage || !strings.Contains(out, "never from the command line") {
		t.Errorf("on the command line: %d %s", code, out)
	}
	if code, out := feed(t, someAuthtoken+"\n", "authtoken", "save", "--file", "--data", dir); code != exitOK {
		t.Fatal(out)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(someAuthtoken + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if code, out := feed(t, wide, "authtoken", "save", "--file", "--data", dir); code != exitOK {
		t.Errorf("as Windows' shell writes it into a file: %s", out)
	}
	if text, err := os.ReadFile(file); err != nil || strings.TrimSpace(string(text)) != someAuthtoken {
		t.Errorf("the file has %q, %v", text, err)
	}
	info, err := os.Stat(file)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if code, out := feed(t, "", "connection", "--data", dir); code != exitOK || !strings.Contains(out, "in the file") {
		t.Errorf("connection: %d %s", code, out)
	}
	if code, out := feed(t, "", "authtoken", "forget", "--data", dir); code != exitOK {
		t.Error(out)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("forgotten: %v", err)
	}
}

func TestAConnectionIsChangedByKeyAndValue(t *testing.T) {
	dir := t.TempDir()
	shown := func() (c backend.Connection) {
		t.Helper()
		code, out := feed(t, "", "connection", "--format", "json", "--data", dir)
		if err := json.Unmarshal([]byte(out), &c); code != exitOK || err != nil {
			t.Fatalf("%d %s %v", code, out, err)
		}
		return c
	}
	if code, out := feed(t, "", "connection", "set", "way=own", "publicUrl=https://desk.contoso.example", "keepAwake=true", "--data", dir); code != exitOK || !strings.Contains(out, "https://desk.contoso.example/scim/v2") {
		t.Fatalf("%d %s", code, out)
	}
	before := shown()
	if s := before.Settings; s.Way != "own" || !s.KeepAwake || !s.EdgePolicy {
		t.Errorf("%+v", s)
	}
	for args, want := range map[string]int{
		"set way":                  exitUsage,
		"set colour=red":           exitUsage,
		"set fixed=flag":           exitUsage,
		"set keepAwake=perhaps":    exitUsage,
		"set":                      exitUsage,
		"settle way=ngrok":         exitUsage,
		"set way=own publicUrl=":   exitFailed,
		"set plan=paid way=funnel": exitFailed,
	} {
		if code, out := feed(t, "", append(append([]string{"connection"}, strings.Fields(args)...), "--data", dir)...); code != want {
			t.Errorf("%s: %d, want %d: %s", args, code, want, out)
		}
	}
	if after := shown(); after.Settings != before.Settings {
		t.Errorf("it was %+v, is %+v", before.Settings, after.Settings)
	}
	if code, out := feed(t, "", "connection", "set", "publicUrl=https://scim.contoso.example", "--data", dir); code != exitOK || !strings.Contains(out, "CHANGED") {
		t.Errorf("another address: %d %s", code, out)
	}
	if code, out := feed(t, "", "status", "--data", dir); code != exitOK || !strings.Contains(out, "Entra still has https://desk.contoso.example/scim/v2") {
		t.Errorf("status: %d %s", code, out)
	}
	if code, out := feed(t, "", "connection", "settle", "--data", dir); code != exitOK {
		t.Error(out)
	}
	if c := shown(); c.Changed.Old != "" {
		t.Errorf("settled: %+v", c.Changed)
	}
	if code, out := feed(t, "", "tunnel", "start", "--data", dir); code != exitFailed || !strings.Contains(out, " connection set way=ngrok --data "+dir) || !strings.Contains(out, " authtoken save --data "+dir) {
		t.Errorf("no tunnel: %d %s", code, out)
	}
}

// A slowTunnel closes when the test lets it.
type slowTunnel struct{ closing, closed chan struct{} }

func (s *slowTunnel) Open(context.Context, tunnel.Config, func(tunnel.Event)) (tunnel.Session, error) {
	return s, nil
}

func (s *slowTunnel) Listen(context.Context, string, string) (tunnel.Listener, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	return slowListener{ln}, err
}
func (s *slowTunnel) Resume(context.Context) error { return nil }
func (s *slowTunnel) Drop()                        {}
func (s *slowTunnel) Info() tunnel.Info            { return tunnel.Info{} }
func (s *slowTunnel) Close()                       { close(s.closing); <-s.closed }

type slowListener struct{ net.Listener }

func (slowListener) URL() string { return "https://desk.ngrok.example" }

func TestStopComesBackWhenTheTunnelIsClosed(t *testing.T) {
	t.Setenv(backend.EnvAuthtoken, someAuthtoken)
	dir := t.TempDir()
	slow := &slowTunnel{make(chan struct{}), make(chan struct{})}
	b, err := backend.Open(t.Context(), backend.Options{Dir: dir, Listen: backend.NoListener, Ngrok: true, Opener: slow, Face: "scimd"})
	if err != nil {
		t.Fatal(err)
	}
	door, err := control.Open(t.Context(), b, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	release := sync.OnceFunc(func() { close(slow.closed) })
	defer func() {
		end()
		release()
		if err := errors.Join(<-ended, door.Close(), b.Close()); err != nil {
			t.Error(err)
		}
	}()
	for range b.Watch(t.Context()) {
		if s, err := b.Snapshot(t.Context()); err != nil || s.Tunnel.State == "up" {
			break
		}
	}
	said := make(chan string, 1)
	go func() {
		_, out := feed(t, "", "tunnel", "stop", "--data", dir)
		said <- out
	}()
	<-slow.closing
	if _, out := feed(t, "", "tunnel", "status", "--data", dir); strings.HasPrefix(out, "Tunnel      off") {
		t.Errorf("it is said to be off while it is being closed: %s", out)
	}
	select {
	case out := <-said:
		t.Fatalf("it came back before: %s", out)
	default:
	}
	release()
	if out := <-said; !strings.HasPrefix(out, "Tunnel      off since") {
		t.Error(out)
	}
}

// TestTheTunnelIsSteeredBesideAnOwner has the daemon look for ngrok behind a proxy that is not there, so that nothing leaves this computer.
func TestTheTunnelIsSteeredBesideAnOwner(t *testing.T) {
	t.Setenv(backend.EnvAuthtoken, "")
	dir := t.TempDir()
	d := start(t, dir, freeAddr(t))
	tunnelIs := func(states ...string) string {
		t.Helper()
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		var out string
		for range 1000 {
			var code int
			if code, out = feed(t, "", "tunnel", "status", "--data", dir); code != exitOK {
				t.Fatal(out)
			}
			for _, s := range states {
				if strings.HasPrefix(out, "Tunnel      "+s) {
					return out
				}
			}
			<-look.C
		}
		t.Fatalf("waited in vain for %q: %s", states, out)
		return ""
	}
	tunnelIs("-")
	if code, out := feed(t, "", "connection", "set", "way=ngrok", "proxy=http://127.0.0.1:1", "--data", dir); code != exitOK {
		t.Fatal(out)
	}
	tunnelIs("blocked")
	if _, out := feed(t, "", "check", "--data", dir); !strings.Contains(out, "Entra can't come: the tunnel is blocked since") {
		t.Errorf("a check while the tunnel is blocked: %s", out)
	}
	if code, out := feed(t, someAuthtoken, "authtoken", "save", "--file", "--data", dir); code != exitOK {
		t.Fatal(out)
	}
	tunnelIs("starting", "reconnecting", "blocked since")
	for _, step := range [][2]string{{"stop", "off"}, {"start", ""}, {"reconnect", ""}} {
		if code, out := feed(t, "", "tunnel", step[0], "--data", dir); code != exitOK || !strings.HasPrefix(out, "Tunnel      "+step[1]) {
			t.Errorf("%s: %s", step[0], out)
		}
	}
	if code, out := feed(t, "", "authtoken", "forget", "--data", dir); code != exitOK {
		t.Error(out)
	}
	if out := tunnelIs("blocked"); !strings.Contains(out, "authtoken") {
		t.Errorf("without an authtoken: %s", out)
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for range 1000 { // what is shown may come a moment after what is told
		if strings.Contains(d.shown.String(), "tunnel blocked") {
			break
		}
		<-look.C
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-d.done; err == nil {
		t.Error("it ended well before it was killed")
	}
	if said := d.output.String() + d.shown.String(); strings.Contains(said, someAuthtoken) {
		t.Errorf("the daemon tells the authtoken: %s", said)
	}
	if !strings.Contains(d.shown.String(), "tunnel blocked") {
		t.Errorf("the daemon does not show the tunnel: %s", d.shown.String())
	}
}

// TestStatusTellsEachStateOfTheTunnel in scimd status too, with what belongs to it and nothing that does not.
func TestStatusTellsEachStateOfTheTunnel(t *testing.T) {
	const since = "2026-03-02T12:00:00Z"
	of := backend.TunnelInfo{Way: backend.WayNgrok, Since: since, Region: "eu", Latency: 23.4, Attempt: 3, NextTry: "2026-03-02T12:00:10Z"}
	for state, want := range map[string]string{
		"off":          "off since " + since,
		"starting":     "starting since " + since,
		"up":           "up since " + since + ", region eu, 23 ms away",
		"reconnecting": "reconnecting since " + since + ", attempt 3, next try 2026-03-02T12:00:10Z. The network is gone. (ERR_NGROK_108) Detail: no route to host",
		"blocked":      "blocked since " + since + ". The network is gone: no route to host. (ERR_NGROK_108)",
	} {
		i := of
		i.State = state
		if state == "reconnecting" || state == "blocked" {
			i.Message, i.Ngrok, i.Detail = "The network is gone.", "ERR_NGROK_108", "no route to host"
		}
		if state == "blocked" { // what says it already is not followed by it
			i.Message = "The network is gone: no route to host."
		}
		var out bytes.Buffer
		a := &app{out: &out}
		if err := a.tell(backend.Snapshot{Tunnel: i}, nil); err != nil {
			t.Fatal(err)
		}
		if line := "\nTunnel        " + want + "\n"; !strings.Contains(out.String(), line) {
			t.Errorf("%s: want %q in\n%s", state, line, out.String())
		}
	}
	if line := tunnelLine(backend.TunnelInfo{State: "off"}); line != "-" {
		t.Errorf("without a tunnel: %s", line)
	}
}
