package config

import (
	"path/filepath"
	"strings"
	"testing"
)

var everySetting = File{
	Listen: "0.0.0.0:8443", RequestDays: 1, DeletedDays: 2, Target: "eptura", Strict: true,
	Connection: Connection{
		Way: "own", Domain: "desk.ngrok.example", Proxy: "http://proxy.contoso.example:3128", EdgePolicy: false, EntraOnly: true,
		PublicURL: "https://desk.contoso.example:8443/", CertFile: abs("chain.pem"), KeyFile: abs("key.pem"),
		TrustedProxies: "127.0.0.1, 10.0.0.0/8,::1", KeepAwake: true, AllNight: "no", Plan: "paid",
	},
}

func abs(name string) string {
	path, err := filepath.Abs(name)
	if err != nil {
		panic(err)
	}
	return path
}

func TestFaultsOfAConnectionAreToldAllAtOnce(t *testing.T) {
	f := everySetting
	f.Connection = Connection{
		Way: "funnel", Domain: "two words", Proxy: "socks5://a b", PublicURL: "https://desk.contoso.example/scim", CertFile: "chain.pem",
		KeyFile: "", TrustedProxies: "10.0.0.0/8, everybody", AllNight: "perhaps", Plan: "",
	}
	keys := []string{"way", "domain", "proxy", "publicUrl", "certFile", "trustedProxies", "allNight", "plan", "certFile and keyFile"}
	faults := faultsOf(f.Check())
	if len(faults) != len(keys) {
		t.Fatalf("faults %q", faults)
	}
	for i, key := range keys {
		if !strings.HasPrefix(faults[i], key+" must be ") {
			t.Errorf("fault %d is %q, want one of %s", i, faults[i], key)
		}
	}
}

func TestWhatAConnectionMayBe(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*File)
		fault  string
	}{
		"own without a URL":     {func(f *File) { f.PublicURL = "" }, "publicUrl must be scheme and host"},
		"ngrok without a URL":   {func(f *File) { f.Way, f.PublicURL = "ngrok", "" }, ""},
		"a key alone":           {func(f *File) { f.CertFile = "" }, "certFile and keyFile"},
		"no certificate":        {func(f *File) { f.CertFile, f.KeyFile = "", "" }, ""},
		"a URL with a question": {func(f *File) { f.PublicURL = "https://desk.contoso.example?a" }, "publicUrl"},
		"a URL with a name":     {func(f *File) { f.PublicURL = "https://ada@desk.contoso.example" }, "publicUrl"},
		"a URL with a mark":     {func(f *File) { f.PublicURL = "https://desk.contoso.example#a" }, "publicUrl"},
		"a URL without a host":  {func(f *File) { f.PublicURL = "https://:443" }, "publicUrl"},
		"a URL with no port":    {func(f *File) { f.PublicURL = "https://desk.contoso.example:99999" }, "publicUrl"},
		"a URL with port 0":     {func(f *File) { f.PublicURL = "https://desk.contoso.example:0" }, "publicUrl"},
		"another scheme":        {func(f *File) { f.PublicURL = "ftp://desk.contoso.example" }, "publicUrl"},
		"an IPv6 host":          {func(f *File) { f.PublicURL = "https://[2001:db8::1]:8443" }, ""},
		"everybody trusted":     {func(f *File) { f.TrustedProxies = "0.0.0.0/0" }, "trustedProxies"},
		"nobody trusted":        {func(f *File) { f.TrustedProxies = " , " }, ""},
		"a zone trusted":        {func(f *File) { f.TrustedProxies = "fe80::1%eth0" }, "trustedProxies"},
		"a long domain":         {func(f *File) { f.Domain = strings.Repeat("a", 1025) }, "domain"},
	} {
		f := everySetting
		c.change(&f)
		faults := faultsOf(f.Check())
		if c.fault == "" && len(faults) != 0 || c.fault != "" && (len(faults) != 1 || !strings.HasPrefix(faults[0], c.fault)) {
			t.Errorf("%s: faults %q, want %q", name, faults, c.fault)
		}
	}
}

func TestAFileWhoseValuesDisagreeIsNamed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, settingsFile)
	write(t, path, `{"version":1,"way":"own"}`)
	if _, err := Load(dir); len(faultsOf(err)) != 1 || !strings.Contains(err.Error(), path) {
		t.Errorf("Load = %v", err)
	}
}

func TestPrefixesOfProxies(t *testing.T) {
	got, err := Prefixes("127.0.0.1, 10.1.2.3/8 ,::1,::ffff:192.0.2.7")
	if err != nil || len(got) != 4 || got[0].String() != "127.0.0.1/32" || got[1].String() != "10.0.0.0/8" || got[2].String() != "::1/128" || got[3].String() != "192.0.2.7/32" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAnOriginHasOneSpelling(t *testing.T) {
	for text, want := range map[string]string{
		"https://desk.contoso.example":           "https://desk.contoso.example",
		"HTTPS://Desk.Contoso.example:443/":      "https://desk.contoso.example",
		"http://desk.contoso.example:80":         "http://desk.contoso.example",
		"https://desk.contoso.example:80":        "https://desk.contoso.example:80",
		"https://büro.contoso.example:8443":      "https://xn--bro-hoa.contoso.example:8443",
		"https://[2001:DB8::1]:443":              "https://[2001:db8::1]",
		"https://[2001:db8::1]:8443":             "https://[2001:db8::1]:8443",
		"https://desk_1.contoso.example":         "https://desk_1.contoso.example",
		"":                                       "",
		"desk.contoso.example":                   "desk.contoso.example",
		"https://desk.contoso.example:99999":     "https://desk.contoso.example:99999",
		"https://desk.contoso.example/scim/v2/a": "https://desk.contoso.example/scim/v2/a",
	} {
		if got := Origin(text); got != want || Origin(got) != got {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
