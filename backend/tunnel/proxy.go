package tunnel

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/proxy"
)

// dial makes a connection.
type dial func(ctx context.Context, network, address string) (net.Conn, error)

// What goes wrong with a proxy, before ngrok is reached, wraps one of these.
var (
	errProxy     = errors.New("proxy")
	errProxyText = errors.New("the proxy's address")
)

// CheckProxy tells what is wrong with the address of a proxy; "" is none and right.
func CheckProxy(text string) error {
	_, err := parseProxy(text)
	return err
}

// Through gives how an address is dialled by way of a proxy, so that others than the tunnel can go the same way.
func Through(text string) (func(ctx context.Context, network, address string) (net.Conn, error), error) {
	return dialer(text)
}

func parseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("this is no address of a proxy: use http://host:port or socks5://host:port") // the parser's error repeats the password
	}
	switch {
	case u.Scheme == "https":
		return nil, errors.New("a proxy that is itself reached by https can't be used: give its http:// or socks5:// address; what passes through is encrypted all the same")
	case u.Scheme != "http" && u.Scheme != "socks5":
		return nil, errors.New("the address of a proxy begins with http:// or socks5://")
	case u.Hostname() == "" || u.Port() == "":
		return nil, errors.New("the address of a proxy needs host and port, such as http://proxy.contoso.example:3128")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the address of a proxy ends with its port")
	}
	return u, nil
}

// label is RFC 1123's, which ngrok's domains keep too.
var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckDomain tells what is wrong with the name of a domain at ngrok; "" is the account's own and right.
func CheckDomain(text string) error {
	if text == "" {
		return nil
	}
	labels := strings.Split(strings.ToLower(text), ".")
	if len(labels) < 2 || len(text) > 253 || !all(labels, label.MatchString) {
		return errors.New("a domain is a name alone, without https:// and without a path, such as contoso.ngrok.app")
	}
	return nil
}

func all(list []string, ok func(string) bool) bool {
	for _, s := range list {
		if !ok(s) {
			return false
		}
	}
	return true
}

// dialer connects directly, or by the proxy. The SDK's own support of proxies knows SOCKS5 alone.
func dialer(text string) (dial, error) {
	u, err := parseProxy(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errProxyText, err)
	}
	direct := &net.Dialer{Timeout: dialTimeout}
	switch {
	case u == nil:
		return direct.DialContext, nil
	case u.Scheme == "http":
		return (&connector{u, direct}).dial, nil
	}
	socks, err := proxy.FromURL(u, direct)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errProxy, err)
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := socks.(proxy.ContextDialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errProxy, err)
		}
		return conn, nil
	}, nil
}

// connector dials by an HTTP proxy's CONNECT (RFC 9110, 9.3.6).
type connector struct {
	proxy  *url.URL
	direct *net.Dialer
}

func (c *connector) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.direct.DialContext(ctx, network, c.proxy.Host)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errProxy, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err = c.connect(ctx, conn, address)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%w: %w", errProxy, err)
	}
	return conn, nil
}

// connect asks for address. Nothing of what comes after the answer's head is read: the server speaks second in TLS.
func (c *connector) connect(ctx context.Context, conn net.Conn, address string) error {
	r := (&http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}).WithContext(ctx)
	if user := c.proxy.User; user != nil {
		password, _ := user.Password()
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := r.Write(conn); err != nil {
		return fmt.Errorf("ask the proxy: %w", err)
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(conn, 4<<10), r) //nolint:bodyclose // the connection is what remains, or is closed
	if err != nil {
		return fmt.Errorf("read the proxy's answer: %w", err)
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the proxy answered %s", answer.Status)
	}
	return nil
}
