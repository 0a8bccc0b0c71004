package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// textLimit is how many bytes a text of a connection's settings may have.
const textLimit = 1024

// Connection is how Entra reaches the folder. What the tunnel alone can judge of a domain or a proxy is not decided here.
type Connection struct {
	Way            string `json:"way"`            // none, ngrok or own
	Domain         string `json:"domain"`         // of ngrok; "" is the account's own
	Proxy          string `json:"proxy"`          // on the way to ngrok, "" for none; it may hold a password
	EdgePolicy     bool   `json:"edgePolicy"`     // ngrok refuses what is not SCIM
	EntraOnly      bool   `json:"entraOnly"`      // ngrok lets only Entra's addresses in
	PublicURL      string `json:"publicUrl"`      // scheme and host of the admin's own address
	CertFile       string `json:"certFile"`       // PEM, with the chain; "" for none
	KeyFile        string `json:"keyFile"`        // PEM
	TrustedProxies string `json:"trustedProxies"` // as Prefixes reads them
	KeepAwake      bool   `json:"keepAwake"`      // this computer does not sleep while it receives
	AllNight       string `json:"allNight"`       // does this computer run all night: "", yes or no
	Plan           string `json:"plan"`           // of ngrok: free, hobbyist or paid
}

func (c *Connection) rules() []rule {
	one := func(value *string, of ...string) func() bool {
		return func() bool { return slices.Contains(of, *value) }
	}
	always := func() bool { return true }
	const path = "the whole path of a PEM file, or empty"
	return []rule{
		{"way", "none, ngrok or own", &c.Way, one(&c.Way, "none", "ngrok", "own")},
		{"domain", "a host name, or empty", &c.Domain, func() bool { return isWord(c.Domain) }},
		{"proxy", "socks5://host:port or http://host:port, or empty", &c.Proxy, func() bool { return isWord(c.Proxy) }},
		{"edgePolicy", "true or false", &c.EdgePolicy, always},
		{"entraOnly", "true or false", &c.EntraOnly, always},
		{"publicUrl", originAllowed + ", or empty", &c.PublicURL, func() bool { return c.PublicURL == "" || IsOrigin(c.PublicURL) }},
		{"certFile", path, &c.CertFile, func() bool { return isPath(c.CertFile) }},
		{"keyFile", path, &c.KeyFile, func() bool { return isPath(c.KeyFile) }},
		{"trustedProxies", prefixesAllowed, &c.TrustedProxies, func() bool { _, err := Prefixes(c.TrustedProxies); return err == nil }},
		{"keepAwake", "true or false", &c.KeepAwake, always},
		{"allNight", "yes, no or empty", &c.AllNight, one(&c.AllNight, "", "yes", "no")},
		{"plan", "free, hobbyist or paid", &c.Plan, one(&c.Plan, "free", "hobbyist", "paid")},
	}
}

// disagreements are faults of values that hold each by itself.
func (c *Connection) disagreements() (faults []string) {
	if c.Way == "own" && c.PublicURL == "" {
		faults = append(faults, "publicUrl must be "+originAllowed+", since the way is own")
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		faults = append(faults, "certFile and keyFile must be given both, or neither")
	}
	return faults
}

const originAllowed = "scheme and host alone, such as https://desk.contoso.example"

// IsOrigin tells whether a text is scheme, host and at most a port, and can stand before a path.
func IsOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && isWord(text) && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		isPort(u.Port()) && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(text, "#")
}

// isPort tells whether a port, "" for the scheme's own, can be connected to.
func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && n > 0
}

// Origin is the one spelling of what IsOrigin takes, as a Host header has it: a client leaves out the port that is usual, and writes a name
// of other than ASCII letters as IDNA does (RFC 5890). What it does not take stays as it is.
func Origin(text string) string {
	if !IsOrigin(text) {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if name, err := idna.Lookup.ToASCII(host); err == nil {
		host = name
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

const prefixesAllowed = "addresses or prefixes of proxies such as 127.0.0.1 or 10.0.0.0/8, separated by commas, and not everybody's"

// Prefixes reads addresses and prefixes that are separated by commas. One that holds every address is refused: it trusts nobody in
// particular.
func Prefixes(text string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if addr, alone := netip.ParseAddr(part); alone == nil && addr.Zone() == "" {
			p, err = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
		}
		if err != nil || p.Bits() == 0 {
			return nil, fmt.Errorf("%q is none of %s", part, prefixesAllowed)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// isWord tells that a text is short and has nothing in it that no name has.
func isWord(text string) bool {
	return len(text) <= textLimit && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// isPath wants a whole path, since the folder in which the program runs is another for the daemon than for the window.
func isPath(path string) bool {
	return path == "" || len(path) <= textLimit && filepath.IsAbs(path) && !strings.ContainsFunc(path, unicode.IsControl)
}
