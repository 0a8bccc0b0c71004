package ngroktest

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.ngrok.com/muxado/v2"
)

// The types of streams, said by whoever opens one.
const (
	streamAuth       muxado.StreamType = 0
	streamBind       muxado.StreamType = 1
	streamUnbind     muxado.StreamType = 2
	streamProxy      muxado.StreamType = 3
	streamRestart    muxado.StreamType = 4
	streamStop       muxado.StreamType = 5
	streamInfo       muxado.StreamType = 8
	streamStopTunnel muxado.StreamType = 9
	streamHeartbeat  muxado.StreamType = 0xFFFFFFFF
)

// The codes of what the service refuses by itself.
const (
	noAuthtoken   = "ERR_NGROK_4018"
	badAuthtoken  = "ERR_NGROK_107"
	tooMany       = "ERR_NGROK_108"
	unknownDomain = "ERR_NGROK_319"
	takenDomain   = "ERR_NGROK_334"
)

// texts are ngrok's own words where they matter: those of 105 to 107 repeat the authtoken.
var texts = map[string]string{
	"ERR_NGROK_105":  "authentication failed: The authtoken you specified does not look like a proper ngrok tunnel authtoken.\nYour authtoken: $authtoken",
	"ERR_NGROK_106":  "authentication failed: The authtoken you specified is an ngrok v1 authtoken.\nYour authtoken: $authtoken",
	badAuthtoken:     "authentication failed: The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: $authtoken",
	tooMany:          "authentication failed: Your account is limited to simultaneous ngrok agent sessions.",
	noAuthtoken:      "authentication failed: Usage of ngrok requires a verified account and authtoken.",
	unknownDomain:    "The domain '$domain' was not found in your account: reserve it first.",
	takenDomain:      "failed to start tunnel: The endpoint 'https://$domain' is already online.",
	"ERR_NGROK_2201": "The traffic policy is not valid.",
}

// words are how ngrok says a code: a text, a blank line, the code.
func words(code, authtoken, domain string) string {
	text, ok := texts[code]
	if !ok {
		text = "The service refused this."
	}
	return strings.NewReplacer("$authtoken", authtoken, "$domain", domain).Replace(text) + "\r\n\r\n" + code + "\r\n"
}

// settling is when an agent that does not bind gets its heartbeats back, after it has signed in.
const settling = 2 * time.Second

// thinking is how long the service takes for a sign-in. An SDK that is answered before it has put its session together loses it.
const thinking = 20 * time.Millisecond

// agent is one connection of an agent.
type agent struct {
	s    *Server
	conn net.Conn
	mux  muxado.TypedStreamSession

	// Until the agent is through with signing in, its heartbeats wait: the SDK's sign-in races with one that comes back meanwhile, which
	// takes a very busy machine.
	settled chan struct{}
	settle  func() // closes it once

	// Once it has signed in; under the server's lock.
	id        string
	authtoken string
}

// tunnel is a domain that an agent holds.
type tunnel struct {
	agent  *agent
	id     string
	token  string
	domain string
	wire   *http.Transport // speaks HTTP over streams to the agent
}

// serve speaks with one agent until it is gone.
func (s *Server) serve(conn net.Conn) {
	a := &agent{s: s, conn: conn, mux: muxado.NewTypedStreamSession(muxado.Server(conn, nil)), settled: make(chan struct{})}
	a.settle = sync.OnceFunc(func() { close(a.settled) })
	defer s.leave(a)
	defer a.settle()
	for {
		stream, err := a.mux.AcceptTypedStream()
		if err != nil {
			return
		}
		s.done.Go(func() {
			defer func() { _ = stream.Close() }()
			a.answer(stream)
		})
	}
}

// leave forgets an agent and what it held.
func (s *Server) leave(a *agent) {
	_ = a.mux.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.agents, a)
	for _, t := range s.tunnels {
		if t.agent == a {
			s.drop(t)
		}
	}
	s.change()
}

// drop takes a tunnel off the edge. The lock is held.
func (s *Server) drop(t *tunnel) {
	if s.tunnels[t.domain] == t {
		delete(s.tunnels, t.domain)
	}
	s.done.Go(t.wire.CloseIdleConnections) // speaks with the agent
}

// answer serves one stream that the agent opened.
func (a *agent) answer(stream muxado.TypedStream) {
	switch stream.StreamType() {
	case streamHeartbeat:
		<-a.settled
		a.echo(stream)
	case streamAuth:
		reply(stream, a.auth)
	case streamBind:
		a.settle()
		reply(stream, a.bind)
	case streamUnbind:
		reply(stream, a.unbind)
	case streamInfo:
		a.settle()
		reply(stream, func(struct{}) any { return map[string]string{"Region": "eu"} })
	}
}

// reply reads one JSON value, no more, as the agent keeps the stream open until it has the answer.
func reply[T any](stream io.ReadWriter, answer func(T) any) {
	var asked T
	if err := json.NewDecoder(stream).Decode(&asked); err != nil {
		return
	}
	if said := answer(asked); said != nil {
		_ = json.NewEncoder(stream).Encode(said) // an agent that is gone is noticed elsewhere
	}
}

// echo answers heartbeats.
func (a *agent) echo(stream io.ReadWriter) {
	beat := make([]byte, 4)
	for {
		if _, err := io.ReadFull(stream, beat); err != nil {
			return
		}
		a.s.mu.Lock()
		muted := a.s.muted
		a.s.mu.Unlock()
		if muted != nil {
			<-muted
		}
		if _, err := stream.Write(beat); err != nil {
			return
		}
	}
}

type authRequest struct {
	ClientID string `json:"ClientId"`
	Extra    struct {
		Authtoken         string
		Version           string
		Cookie            string
		HeartbeatInterval int64 // nanoseconds
	}
}

type authAnswer struct {
	Version  string
	ClientID string `json:"ClientId"`
	Error    string
	Extra    authExtra
}

type authExtra struct {
	Version         string
	Region          string
	Cookie          string
	AccountName     string
	SessionDuration int64
	PlanName        string
	Banner          string
	AgentSessionID  string
}

// auth lets an agent in or not. Who is refused is hung up on, after the words had time to arrive.
func (a *agent) auth(r authRequest) any {
	wait(thinking)
	s := a.s
	one := Auth{
		Authtoken: r.Extra.Authtoken, ClientID: r.ClientID, Cookie: r.Extra.Cookie, Version: r.Extra.Version,
		Heartbeat: time.Duration(r.Extra.HeartbeatInterval),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	one.Refused = s.unwelcome(one)
	s.auths = append(s.auths, one)
	defer s.change()
	if one.Refused != "" {
		s.done.Go(func() {
			wait(thinking)
			_ = a.mux.Close()
		})
		return authAnswer{Error: words(one.Refused, one.Authtoken, "")}
	}
	s.replace(one)
	a.id, a.authtoken = one.ClientID, one.Authtoken
	if a.id == "" {
		a.id = s.next("client")
	}
	s.agents[a] = struct{}{}
	time.AfterFunc(settling, a.settle)
	return authAnswer{Version: "3", ClientID: a.id, Extra: authExtra{
		Version: "1", Region: "eu", Cookie: "cookie of " + a.id, AccountName: "Contoso", PlanName: "Free", AgentSessionID: "session of " + a.id,
	}}
}

// unwelcome gives the code by which a sign-in is refused, "" if it is not. The lock is held.
func (s *Server) unwelcome(one Auth) string {
	if code := s.refused(func(r *refusal) bool { return r.auth != nil && r.auth(one) }); code != "" {
		return code
	}
	others := 0
	for a := range s.agents {
		if a.id != one.ClientID {
			others++
		}
	}
	switch {
	case one.Authtoken == "":
		return noAuthtoken
	case s.o.Authtoken != "" && one.Authtoken != s.o.Authtoken:
		return badAuthtoken
	case s.o.Sessions > 0 && others >= s.o.Sessions:
		return tooMany
	default:
		return ""
	}
}

// replace ends the connection that an agent which comes back had before, if it has not been missed yet. The lock is held.
func (s *Server) replace(one Auth) {
	for a := range s.agents {
		if one.ClientID != "" && a.id == one.ClientID && one.Cookie == "cookie of "+a.id {
			cut(a.conn)
			delete(s.agents, a)
			for _, t := range s.tunnels {
				if t.agent == a {
					s.drop(t)
				}
			}
		}
	}
}

// next makes a name that nobody else has. The lock is held.
func (s *Server) next(of string) string {
	s.number++
	return fmt.Sprintf("%s-%d", of, s.number)
}

type bindRequest struct {
	ID         string `json:"Id"`
	Proto      string
	ForwardsTo string
	Opts       map[string]any
	Extra      struct {
		Token          string
		PoolingEnabled bool
	}
}

type bindAnswer struct {
	ID    string `json:"Id"`
	URL   string
	Proto string
	Opts  map[string]any
	Error string
	Extra struct {
		Token    string
		TunnelID string
	}
}

// bind gives an agent a domain or not. The options go back as they came, with the host filled in: the agent sends them again when
// it comes back.
func (a *agent) bind(r bindRequest) any {
	s := a.s
	text := func(name string) string { v, _ := r.Opts[name].(string); return v }
	one := Bind{
		ID: r.ID, Asked: asked(text("URL"), text("Domain"), text("Hostname")), Policy: text("TrafficPolicy"), Pooling: r.Extra.PoolingEnabled,
		ForwardsTo: r.ForwardsTo, Token: r.Extra.Token,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, in := s.agents[a]; !in {
		return nil
	}
	one.ClientID, one.Domain = a.id, one.Asked
	if one.Domain == "" {
		one.Domain = s.o.DevDomain
	}
	one.Refused = s.unavailable(one)
	s.binds = append(s.binds, one)
	defer s.change()
	said := bindAnswer{ID: r.ID, Proto: r.Proto}
	if one.Refused != "" {
		said.Error = words(one.Refused, a.authtoken, one.Domain)
		return said
	}
	if said.ID == "" {
		said.ID = s.next("bind")
	}
	t := &tunnel{agent: a, id: said.ID, token: "token of " + said.ID, domain: one.Domain}
	t.wire = &http.Transport{DialContext: t.dial, MaxIdleConnsPerHost: 64, DisableCompression: true}
	s.tunnels[t.domain] = t
	said.URL, said.Opts = "https://"+one.Domain, r.Opts
	if said.Opts == nil {
		said.Opts = map[string]any{}
	}
	said.Opts["URL"], said.Opts["Hostname"] = said.URL, one.Domain
	said.Extra.Token, said.Extra.TunnelID = t.token, "tunnel of "+said.ID
	return said
}

// asked is the domain that is meant by an agent's options, "" for none.
func asked(address, domain, hostname string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Hostname()
	}
	for _, name := range []string{address, domain, hostname} {
		if name != "" {
			return name
		}
	}
	return ""
}

// unavailable gives the code by which a bind is refused, "" if it is not. The lock is held.
func (s *Server) unavailable(one Bind) string {
	if code := s.refused(func(r *refusal) bool { return r.bind != nil && r.bind(one) }); code != "" {
		return code
	}
	switch {
	case s.o.Domains != nil && one.Domain != s.o.DevDomain && !slices.Contains(s.o.Domains, one.Domain):
		return unknownDomain
	case s.tunnels[one.Domain] != nil:
		return takenDomain
	default:
		return ""
	}
}

// unbind takes what an agent holds off the edge.
func (a *agent) unbind(r struct {
	ID string `json:"Id"`
},
) any {
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	var said struct{ Error string }
	if t := s.held(func(t *tunnel) bool { return t.agent == a && t.id == r.ID }); t != nil {
		s.drop(t)
		s.change()
	} else {
		said.Error = "no such tunnel"
	}
	return said
}

// held finds a tunnel, nil if there is none. The lock is held.
func (s *Server) held(match func(*tunnel) bool) *tunnel {
	for _, t := range s.tunnels {
		if match(t) {
			return t
		}
	}
	return nil
}

// errOffline is a domain that nobody holds.
var errOffline = errors.New("nobody holds this domain")

// StopTunnel closes a tunnel as the dashboard does: the agent is told why, and its session stays.
func (s *Server) StopTunnel(domain, message, code string) error {
	s.mu.Lock()
	t := s.tunnels[domain]
	if t == nil {
		s.mu.Unlock()
		return errOffline
	}
	s.drop(t)
	s.change()
	s.mu.Unlock()
	stream, err := t.agent.mux.OpenTypedStream(streamStopTunnel)
	if err != nil {
		return fmt.Errorf("stop tunnel: %w", err)
	}
	defer func() { _ = stream.Close() }()
	return json.NewEncoder(stream).Encode(map[string]string{"Id": t.id, "Message": message, "ErrorCode": code})
}

// Stop asks all agents to end, as the dashboard does, and gives what they say to it: "" for yes.
func (s *Server) Stop() []string { return s.command(streamStop) }

// Restart is Stop with a new start.
func (s *Server) Restart() []string { return s.command(streamRestart) }

func (s *Server) command(what muxado.StreamType) (said []string) {
	s.mu.Lock()
	var all []*agent
	for a := range s.agents {
		all = append(all, a)
	}
	s.mu.Unlock()
	for _, a := range all {
		said = append(said, a.command(what))
	}
	return said
}

// command waits for an answer no longer than a test would.
func (a *agent) command(what muxado.StreamType) string {
	stream, err := a.mux.OpenTypedStream(what)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = stream.Close() }()
	if _, err := io.WriteString(stream, "{}\n"); err != nil {
		return err.Error()
	}
	if err := stream.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err.Error()
	}
	var answer struct{ Error string }
	if err := json.NewDecoder(stream).Decode(&answer); err != nil {
		return err.Error()
	}
	return answer.Error
}

// open begins a connection of a visitor to the agent: a header in JSON after its length, in eight bytes with the lowest first.
func (t *tunnel) open(visitor string) (net.Conn, error) {
	stream, err := t.agent.mux.OpenTypedStream(streamProxy)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	header, err := json.Marshal(map[string]any{"Id": t.id, "ClientAddr": visitor, "Proto": "https", "EdgeType": "3", "PassthroughTLS": false})
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	begin := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	if _, err := stream.Write(begin); err != nil {
		_ = stream.Close()
		return nil, fmt.Errorf("open stream: %w", err)
	}
	return stream, nil
}

// wait takes a while.
func wait(d time.Duration) { <-time.After(d) }
