package tunnel

import (
	"strings"
	"testing"
)

func TestCheckProxy(t *testing.T) {
	for _, text := range []string{"", "http://proxy.contoso.example:3128", "socks5://robin:p%40ss@127.0.0.1:1080", "http://[::1]:3128/"} {
		if err := CheckProxy(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, says := range map[string]string{
		"https://robin:s3cret@proxy.contoso.example:443": "http://",
		"proxy.contoso.example:3128":                     "begins with",
		"socks4://proxy.contoso.example:1080":            "begins with",
		"http://proxy.contoso.example":                   "host and port",
		"http://:3128":                                   "host and port",
		"http://proxy.contoso.example:3128/path":         "ends with its port",
		"http://proxy.contoso.example:3128?a":            "ends with its port",
		"http://robin:s3cret@proxy:port":                 "no address",
		"http://robin:s3cret%zz@proxy:1":                 "no address",
	} {
		err := CheckProxy(text)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want it to say %q", text, err, says)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: the password is told: %v", text, err)
		}
	}
}

func TestCheckDomain(t *testing.T) {
	for _, text := range []string{"", "contoso.ngrok.app", "Contoso.NGROK-free.dev", "scim.contoso.example", "xn--bcher-kva.example", "a1-b.c.d"} {
		if err := CheckDomain(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		"https://contoso.ngrok.app", "contoso.ngrok.app/scim", "contoso", "contoso..app", ".app", "contoso.app.", "a_b.app", "-a.app", "a-.app", "contoso.ngrok.app:443",
		"*.contoso.app", "bücher.example", "a b.app", strings.Repeat("a", 64) + ".app", strings.Repeat("a.", 127) + "app",
	} {
		if CheckDomain(text) == nil {
			t.Errorf("%q is taken for a domain", text)
		}
	}
}
