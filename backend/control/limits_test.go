package control

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections live in a synctest bubble, where an hour passes at once.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error { close(p); return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

const testSecret = "of this run"

// limited gives a connection to a door that answers by h, sends what a client sends first and gives the answers.
func limited(t *testing.T, h http.HandlerFunc, sends string) *bufio.Reader {
	t.Helper()
	p := make(pipes)
	s := newServer(testSecret, h, slog.New(slog.DiscardHandler))
	go func() { _ = s.Serve(p) }()
	client, conn := net.Pipe()
	t.Cleanup(func() { _ = client.Close(); _ = s.Close() })
	p <- conn
	go func() { _, _ = io.WriteString(client, sends) }()
	return bufio.NewReader(client)
}

func asks(path string) string {
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:1\r\n%s: n\r\n%s: %s\r\n", path, nonceHeader, proofHeader, askProof(testSecret, "GET", path, "n"))
}

func answer(t *testing.T, from *bufio.Reader, status int) string {
	t.Helper()
	res, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != status {
		t.Fatalf("%s, %v", res.Status, err)
	}
	return string(body)
}

// endsAfter tells when the door ends the connection.
func endsAfter(t *testing.T, from *bufio.Reader) time.Duration {
	t.Helper()
	start := time.Now()
	if _, err := from.ReadByte(); err != io.EOF {
		t.Errorf("after the last answer: %v", err)
	}
	return time.Since(start)
}

func TestWhoSendsNothingIsSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if took := endsAfter(t, limited(t, http.NotFound, asks("/"))); took != 5*time.Second {
			t.Errorf("half a request may wait %v", took)
		}
	})
}

func TestAnIdleConnectionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := limited(t, http.NotFound, asks("/")+"\r\n")
		answer(t, from, http.StatusNotFound)
		if took := endsAfter(t, from); took != 30*time.Second {
			t.Errorf("an idle connection stays %v", took)
		}
	})
}

func TestARefusalEndsTheConnection(t *testing.T) {
	for header, most := range map[string]time.Duration{
		"":                        time.Second,
		"Content-Length: 100\r\n": 6 * time.Second, // of a body that never comes
	} {
		synctest.Test(t, func(t *testing.T) {
			from := limited(t, http.NotFound, "POST /token/end HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"+header+"\r\n")
			answer(t, from, http.StatusForbidden)
			if took := endsAfter(t, from); took > most {
				t.Errorf("who was refused with %q stays %v", header, took)
			}
		})
	}
}

func TestHeadersHaveALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := limited(t, http.NotFound, asks("/")+"X-Long: "+strings.Repeat("a", 32<<10)+"\r\n\r\n")
		answer(t, from, http.StatusRequestHeaderFieldsTooLarge)
	})
}

// A watch stays open for days, and a slow disk makes an export or a rotation slow: no limit may end them.
func TestALongAnswerIsNotCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := limited(t, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Hour):
				_, _ = io.WriteString(w, "the end")
			}
		}, asks("/watch")+"\r\n")
		if got := answer(t, from, http.StatusOK); got != "the end" {
			t.Errorf("after an hour: %q", got)
		}
	})
}
