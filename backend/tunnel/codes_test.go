package tunnel

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asDocumented is what ngrok's documentation says of its codes that this program can meet: a heal is left to time where it says so.
var asDocumented = []struct {
	code    string
	heals   bool
	numbers string
}{
	{"TUNNEL_AUTH", false, "105 106 107 206 300"},
	{"TUNNEL_NO_TOKEN", false, "4018"},
	{"TUNNEL_ACCOUNT", false, "102 103 123 337 338 3208"},
	{"TUNNEL_OLD_APP", false, "120 121"},
	{"TUNNEL_REFUSED_HERE", false, "8014 9040"},
	{"TUNNEL_PROXY_PLAN", false, "9009 9012"},
	{"TUNNEL_BUG", false, "100 109 301 335"},
	{"TUNNEL_DOMAIN_PLAN", false, "313 314 315"},
	{"TUNNEL_DOMAIN_UNKNOWN", false, "318 319 354"},
	{"TUNNEL_DOMAIN_FOREIGN", false, "320"},
	{"TUNNEL_DOMAIN_BAD", false, "326 327 328 347 355 9037"},
	{"TUNNEL_DOMAIN_REGION", false, "317 322"},
	{"TUNNEL_DOMAIN_ACL", false, "308 316"},
	{"TUNNEL_DOMAIN_TAKEN", true, "334"},
	{"TUNNEL_DOMAIN_TAKEN", false, "6030"},
	{"TUNNEL_TOO_MANY", true, "108 348"},
	{"TUNNEL_TOO_MANY", false, "324 350"},
	{"TUNNEL_TOO_FAST", true, "349 351 702 703 714 718 720 734"},
	{"TUNNEL_POLICY", false, "2200 2201 2202 2203 2204 2236 2263 2264"},
	{"TUNNEL_QUOTA", true, "725 726 727 728 4027"},
	{"TUNNEL_LOST", true, "804 805 810 3004 3005 3006 3200 3210"},
	{"TUNNEL_OTHER", true, "6022 6024 1 99999"},
}

func TestEveryCodeOfNgrok(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range asDocumented {
		for n := range strings.FieldsSeq(d.numbers) {
			seen[n] = true
			for _, text := range []string{
				"authentication failed: It went wrong.\r\n\r\nERR_NGROK_" + n + "\r\n",
				"It went wrong.\n\nhttps://ngrok.com/docs/errors/err_ngrok_" + n,
				"ERR_NGROK_" + n,
			} {
				r := because(fmt.Errorf("open: %w", errors.New(text)))
				if r.Code != d.code || r.Heals != d.heals || r.Ngrok != "ERR_NGROK_"+n {
					t.Errorf("%q: %s %s heals=%v, want %s heals=%v", text, r.Ngrok, r.Code, r.Heals, d.code, d.heals)
				}
				if strings.ContainsAny(r.Detail, "\r\n") {
					t.Errorf("the detail has more than one line: %q", r.Detail)
				}
			}
			if r := ByNgrok("ERR_NGROK_" + n); r.Code != d.code || r.Ngrok != "ERR_NGROK_"+n || r.Detail != "" {
				t.Errorf("ByNgrok %s: %+v", n, r)
			}
		}
	}
	for n := range numbers {
		if !seen[n] {
			t.Errorf("%s is in the table, but not in this test", n)
		}
	}
	if r := ByNgrok("none"); r.Code != "TUNNEL_OTHER" || r.Ngrok != "" {
		t.Errorf("no code: %+v", r)
	}
}

func TestReasonsOfTheSystem(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errors.New("connection refused"))}
	for _, c := range []struct {
		err  error
		code string
	}{
		{refused, "TUNNEL_NO_NET"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "connect.ngrok-agent.com"}}, "TUNNEL_NO_NET"},
		{errSilent, "TUNNEL_NO_NET"},
		{fmt.Errorf("%w: %w", errProxy, refused), "TUNNEL_PROXY"},
		{x509.UnknownAuthorityError{}, "TUNNEL_INSPECTED"},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, "TUNNEL_INSPECTED"},
		{errors.New("failed to send authentication request: tls: failed to verify certificate: x509: certificate signed by unknown authority"), "TUNNEL_INSPECTED"},
		{io.EOF, "TUNNEL_LOST"},
		{errors.New("read EOF from remote peer"), "TUNNEL_LOST"},
		{ErrAway, "TUNNEL_LOST"},
	} {
		if r := because(c.err); r.Code != c.code || !r.Heals || r.Ngrok != "" || r.Detail == "" {
			t.Errorf("%v: %+v, want %s", c.err, r, c.code)
		}
	}
	if _, err := dialer("https://proxy.contoso.example:3128"); because(err).Code != "TUNNEL_PROXY" || because(err).Heals {
		t.Errorf("a proxy that can't be used: %+v", because(err))
	}
}

// doing is a word by which a message tells what to do.
var doing = regexp.MustCompile(`\b(Copy|Open|Settle|Write|Update|Connect|Let|Leave|Reserve|Save|Enter|Allow|Stop|Close|Wait|Switch|Choose|Check|Correct|Have|Start|Read|Look)\b|press reconnect|if it stays so, stop|often, check`)

func TestEveryMessageSaysWhatToDo(t *testing.T) {
	kinds := slices.Clone(others)
	for _, k := range numbers {
		kinds = append(kinds, k)
	}
	for _, k := range kinds {
		what, todo, ok := strings.Cut(k.message, ". ")
		if !ok {
			what, todo, ok = strings.Cut(k.message, ": ")
		}
		if !ok || !doing.MatchString(todo) || !strings.HasSuffix(todo, ".") || len(k.message) > 220 {
			t.Errorf("%s: %q, then %q", k.code, what, todo)
		}
		if k.pace != never && !regexp.MustCompile(`tried again|[Ww]ait|Have|until the month ends|notices`).MatchString(k.message) {
			t.Errorf("%s is tried again, and does not say so: %q", k.code, k.message)
		}
	}
}

func TestCodesAreAllOfThem(t *testing.T) {
	codes := Codes()
	if !slices.IsSorted(codes) || len(codes) != 24 {
		t.Errorf("%d codes: %q", len(codes), codes)
	}
	for _, d := range asDocumented {
		if !slices.Contains(codes, d.code) {
			t.Errorf("%s is not among them", d.code)
		}
	}
	for _, c := range codes {
		for _, dir := range []string{"../../frontend/src/locales/en/errors.json", "../../frontend/src/locales/de/errors.json", "../../frontend/src/api/errors.ts"} {
			text, err := os.ReadFile(dir)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), c+"\"") && !strings.Contains(string(text), c+"'") {
				t.Errorf("%s does not know %s", dir, c)
			}
		}
	}
}

func TestRedact(t *testing.T) {
	const token = "2abcdefgh1jklmnopqrs_3tuvwxyz9abcdefgh"
	for _, c := range []struct{ text, want string }{
		{"Your authtoken: " + token + ".", "Your authtoken: ***."},
		{"the part 3tuvwxyz9abcdefgh alone", "the part *** alone"},
		{"ends in /2abcdefgh1jklmnopqrs", "ends in /***"},
		{"nothing of it", "nothing of it"},
	} {
		if got := redact(c.text, "", token); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	if got := redact("a short word", "short_word"); got != "a short word" {
		t.Errorf("parts that are words are hidden: %q", got)
	}
}
