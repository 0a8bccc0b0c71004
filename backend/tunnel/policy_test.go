package tunnel

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPolicy(t *testing.T) {
	got := Policy(Rules{Paths: []string{"/scim/v2", "/oauth/token"}, EntraOnly: true})
	want := `{"on_http_request":[` +
		`{"name":"path","expressions":["!req.url.path.matches('(?i)^(/+scim/+v2|/+oauth/+token)(/|$)')"],"actions":[{"type":"custom-response","config":{"status_code":404,"headers":{"X-Rule":"path"}}}]},` +
		`{"name":"method","expressions":["!(req.method in ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])"],"actions":[{"type":"custom-response","config":{"status_code":404,"headers":{"X-Rule":"method"}}}]},` +
		`{"name":"credential","expressions":["!hasReqHeader('Authorization')","!req.url.path.matches('(?i)^/+oauth/+token/*$')"],"actions":[{"type":"custom-response","config":{"status_code":404,"headers":{"X-Rule":"credential"}}}]},` +
		`{"name":"address","expressions":["!('com.microsoft.azure.azuread' in conn.client_ip.categories)"],"actions":[{"type":"custom-response","config":{"status_code":404,"headers":{"X-Rule":"address"}}}]}]}`
	if got != want {
		t.Errorf("policy:\n%s\nwant\n%s", got, want)
	}
	if got := Policy(Rules{EntraOnly: true}); got != "" {
		t.Errorf("a policy that lets no path in: %s", got)
	}
	if a, b := Policy(Rules{Paths: []string{"/scim/v2"}}), Policy(Rules{Paths: []string{"/scim/v2"}}); a != b {
		t.Error("the same rules make another text, so that they would be bound again")
	}
}

func TestRuleNames(t *testing.T) {
	if got, want := RuleNames(Rules{Paths: []string{"/scim/v2"}}), []string{"path", "method", "credential"}; !slices.Equal(got, want) {
		t.Errorf("names: %q", got)
	}
	if got := RuleNames(Rules{Paths: []string{"/x"}, EntraOnly: true}); !slices.Contains(got, "address") {
		t.Errorf("names: %q", got)
	}
	if got := RuleNames(Rules{}); got == nil || len(got) != 0 {
		t.Errorf("names of no rules: %#v", got)
	}
}

// unquote reads a CEL string literal as its specification says, as far as escapes go.
func unquote(t *testing.T, literal string) string {
	t.Helper()
	if len(literal) < 2 || literal[0] != '\'' || literal[len(literal)-1] != '\'' {
		t.Fatalf("%s is no literal", literal)
	}
	var b strings.Builder
	for s := literal[1 : len(literal)-1]; s != ""; {
		switch {
		case s[0] == '\'':
			t.Fatalf("%s ends early", literal)
		case s[0] != '\\':
			b.WriteByte(s[0])
			s = s[1:]
		case s[1] == 'x':
			n := strings.IndexByte("0123456789abcdef", s[2])<<4 | strings.IndexByte("0123456789abcdef", s[3])
			b.WriteByte(byte(n))
			s = s[4:]
		case s[1] == '\\' || s[1] == '\'':
			b.WriteByte(s[1])
			s = s[2:]
		default:
			t.Fatalf("%s has an escape that CEL does not know", literal)
		}
	}
	return b.String()
}

func FuzzPolicy(f *testing.F) {
	for _, p := range []string{"/scim/v2", "/", "", "//a//b/", "/it's", `/a\b`, "/a.b+(c)", "/ä/ß", "/a\x00\n\x7f", "/${x}", "/a') || true || ('"} {
		f.Add(p, "/oauth/token", true)
	}
	f.Fuzz(func(t *testing.T, path, other string, entra bool) {
		if !utf8.ValidString(path + other) {
			t.Skip("settings are JSON")
		}
		text := Policy(Rules{Paths: []string{path, other}, EntraOnly: entra})
		var policy map[string][]rule
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			t.Fatalf("no JSON: %v", err)
		}
		rules := policy["on_http_request"]
		if len(rules) == 0 || len(rules) > 5 || len(policy) != 1 {
			t.Fatalf("%d rules", len(rules))
		}
		literal, ok := strings.CutPrefix(strings.TrimSuffix(rules[0].Expressions[0], ")"), "!req.url.path.matches(")
		if !ok {
			t.Fatalf("rule: %s", rules[0].Expressions[0])
		}
		served := regexp.MustCompile(unquote(t, literal))
		for _, asked := range []string{path, "/" + path, path + "/Users", strings.ReplaceAll(path, "/", "//")} {
			if strings.HasPrefix(path, "/") && !served.MatchString(asked) {
				t.Errorf("%q is not let in by %s", asked, served)
			}
		}
	})
}

func TestPathsOfThePolicy(t *testing.T) {
	served := regexp.MustCompile("(?i)^(" + pattern("/scim/v2") + ")(/|$)")
	for _, p := range []string{"/scim/v2", "/scim/v2/", "/scim/v2/Users/1", "/SCIM/V2/Users", "//scim//v2//Users"} {
		if !served.MatchString(p) {
			t.Errorf("%s is not let in", p)
		}
	}
	for _, p := range []string{"/", "", "/scim/v20", "/scim", "/x/scim/v2", "/scim/v2x/Users", "scim/v2"} {
		if served.MatchString(p) {
			t.Errorf("%s is let in", p)
		}
	}
}
