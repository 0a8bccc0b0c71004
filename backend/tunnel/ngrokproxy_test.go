package tunnel_test

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"scimdesk/backend/tunnel"
	"scimdesk/backend/tunnel/ngroktest"
)

const (
	proxyUser     = "office"
	proxyPassword = "s3cretProxy"
)

// middle is a proxy: greet finds out where a client wants to go, says yes or no, and gives what it read too much.
type middle struct {
	net.Listener
	greet func(net.Conn) (target string, rest io.Reader, err error)

	mu      sync.Mutex
	targets []string
}

// between starts a proxy.
func between(t *testing.T, greet func(net.Conn) (string, io.Reader, error)) *middle {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &middle{Listener: ln, greet: greet}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go m.pass(conn)
		}
	}()
	return m
}

func (m *middle) pass(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	target, rest, err := m.greet(conn)
	if err != nil {
		return
	}
	m.mu.Lock()
	m.targets = append(m.targets, target)
	m.mu.Unlock()
	there, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = there.Close() }()
	go func() {
		_, _ = io.Copy(there, rest)
		_ = there.Close()
	}()
	_, _ = io.Copy(conn, there)
}

// passed are the targets that it let clients through to.
func (m *middle) passed() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.targets...)
}

// connect speaks HTTP CONNECT, and wants a password if secured.
func connect(secured bool) func(net.Conn) (string, io.Reader, error) {
	return func(conn net.Conn) (string, io.Reader, error) {
		in := bufio.NewReader(conn)
		r, err := http.ReadRequest(in)
		if err != nil {
			return "", nil, err
		}
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte(proxyUser+":"+proxyPassword))
		if secured && r.Header.Get("Proxy-Authorization") != want || r.Method != http.MethodConnect {
			_, _ = io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
			return "", nil, net.ErrClosed
		}
		_, err = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		return r.Host, in, err
	}
}

// socks speaks SOCKS5 (RFC 1928), and wants a password (RFC 1929) if secured.
func socks(secured bool) func(net.Conn) (string, io.Reader, error) {
	return func(conn net.Conn) (target string, rest io.Reader, err error) {
		in := bufio.NewReader(conn)
		part := func(n int) []byte {
			b := make([]byte, n)
			if err == nil {
				_, err = io.ReadFull(in, b)
			}
			return b
		}
		say := func(b ...byte) {
			if err == nil {
				_, err = conn.Write(b)
			}
		}
		offered := part(int(part(2)[1]))
		if !secured {
			say(5, 0)
		} else {
			if !strings.ContainsRune(string(offered), 2) {
				say(5, 0xFF)
				return "", nil, net.ErrClosed
			}
			say(5, 2)
			user := part(int(part(2)[1]))
			password := part(int(part(1)[0]))
			if string(user) != proxyUser || string(password) != proxyPassword {
				say(1, 1)
				return "", nil, net.ErrClosed
			}
			say(1, 0)
		}
		var host string
		switch part(4)[3] {
		case 1:
			host = net.IP(part(4)).String()
		case 3:
			host = string(part(int(part(1)[0])))
		default:
			return "", nil, net.ErrClosed
		}
		port := binary.BigEndian.Uint16(part(2))
		say(5, 0, 0, 1, 0, 0, 0, 0, 0, 0)
		return net.JoinHostPort(host, fmt.Sprint(port)), in, err
	}
}

func TestThroughAProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme  string
		secured bool
		greet   func(net.Conn) (string, io.Reader, error)
	}{
		{"http", false, connect(false)},
		{"http", true, connect(true)},
		{"socks5", false, socks(false)},
		{"socks5", true, socks(true)},
	} {
		t.Run(fmt.Sprint(c.scheme, " password ", c.secured), func(t *testing.T) {
			t.Parallel()
			s := ngroktest.Start(t, ngroktest.Options{})
			m := between(t, c.greet)
			l := open(t, s, nil, nil)
			at := func(user string) tunnel.Config {
				return tunnel.Config{Authtoken: authtoken, Domain: desk, Proxy: c.scheme + "://" + user + m.Addr().String()}
			}
			if !c.secured {
				l.Set(at(""))
			} else {
				for _, wrong := range []string{"", proxyUser + ":wrongPassword@"} {
					l.Set(at(wrong))
					if got := l.await("a reason", func(s tunnel.Status) bool { return s.Reason != nil }); code(got) != "TUNNEL_PROXY " {
						t.Errorf("without the password: %+v", got.Reason)
					}
				}
				if len(s.Auths()) != 0 {
					t.Error("ngrok was reached without the password")
				}
				l.Set(at(proxyUser + ":" + proxyPassword + "@"))
			}
			l.is(tunnel.Up)
			l.serves(desk)
			s.Drop()
			l.is(tunnel.Reconnecting)
			l.is(tunnel.Up)
			l.serves(desk)
			if got := m.passed(); len(got) != 2 || got[0] != s.Addr() || got[1] != s.Addr() {
				t.Errorf("passed to %v, want twice %s", got, s.Addr())
			}
			l.keeps(authtoken, proxyPassword, "wrongPassword", base64.StdEncoding.EncodeToString([]byte(proxyUser+":"+proxyPassword)))
		})
	}
}

func TestAProxyThatIsGone(t *testing.T) {
	t.Parallel()
	s := ngroktest.Start(t, ngroktest.Options{})
	m := between(t, connect(false))
	_ = m.Close()
	l := open(t, s, nil, nil)
	l.Set(tunnel.Config{Authtoken: authtoken, Proxy: "http://" + m.Addr().String()})
	if got := l.await("a reason", func(s tunnel.Status) bool { return s.Reason != nil }); code(got) != "TUNNEL_PROXY " || got.State != tunnel.Reconnecting {
		t.Errorf("%s: %+v", got.State, got.Reason)
	}
	l.Set(tunnel.Config{Authtoken: authtoken, Proxy: "https://" + m.Addr().String()})
	if got := l.is(tunnel.Blocked); code(got) != "TUNNEL_PROXY " {
		t.Errorf("%+v", got.Reason)
	}
}
