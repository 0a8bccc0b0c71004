package tunnel

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// Rules is what the edge is asked to refuse; everything of it is decided again by the app.
type Rules struct {
	Paths     []string // the base paths that are served, such as /scim/v2, and /oauth/token while OAuth is on
	EntraOnly bool     // only Entra's own addresses
}

// RuleHeader is set by the edge on what one of our rules refused, so that a self-check can tell it from an outage: its value is the
// rule's name, as RuleNames gives them.
const RuleHeader = "X-Rule"

// The names of our rules.
const (
	rulePath       = "path"       // not one of ours
	ruleCredential = "credential" // none at all
	ruleMethod     = "method"     // not one of SCIM's
	ruleAddress    = "address"    // not one of Entra's
)

// tokenPath is where a credential is still being asked for (RFC 6749, 4.4).
const tokenPath = "/oauth/token"

// entraCategory is ngrok's name for the addresses in Microsoft's service tag AzureActiveDirectory, which all of Entra's tenants share.
const entraCategory = "com.microsoft.azure.azuread"

// rule is one of ngrok's traffic policy, as far as ours go. Its expressions are CEL; all must hold.
type rule struct {
	Name        string   `json:"name"`
	Expressions []string `json:"expressions"`
	Actions     []action `json:"actions"`
}

type action struct {
	Type   string `json:"type"`
	Config answer `json:"config"`
}

type answer struct {
	Status  int               `json:"status_code"`
	Headers map[string]string `json:"headers"`
}

// Policy makes ngrok's traffic policy of rules: at most five, which a free account may have, and no rate limit, which Entra would take for
// a failing server. What they refuse is answered by an empty 404, as if nothing were here. The expressions keep to what ngrok documents, but
// are unproved until a real account has seen them: nothing else can evaluate them. Rules without paths refuse nothing.
func Policy(r Rules) string {
	rules := r.list()
	if len(rules) == 0 {
		return ""
	}
	text, err := json.Marshal(map[string][]rule{"on_http_request": rules})
	if err != nil {
		return "" // strings and numbers alone can't fail
	}
	return string(text)
}

// RuleNames lists the names of the rules that Policy makes, in their order.
func RuleNames(r Rules) []string {
	names := []string{}
	for _, rule := range r.list() {
		names = append(names, rule.Name)
	}
	return names
}

func (r Rules) list() []rule {
	if len(r.Paths) == 0 {
		return nil
	}
	under := make([]string, len(r.Paths))
	for i, p := range r.Paths {
		under[i] = pattern(p)
	}
	rules := []rule{
		refusal(rulePath, "!req.url.path.matches("+quote("(?i)^("+strings.Join(under, "|")+")(/|$)")+")"),
		refusal(ruleMethod, "!(req.method in ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'])"),
		refusal(ruleCredential, "!hasReqHeader('Authorization')", "!req.url.path.matches("+quote("(?i)^"+pattern(tokenPath)+"/*$")+")"),
	}
	if r.EntraOnly {
		rules = append(rules, refusal(ruleAddress, "!("+quote(entraCategory)+" in conn.client_ip.categories)"))
	}
	return rules
}

func refusal(name string, expressions ...string) rule {
	return rule{name, expressions, []action{{"custom-response", answer{http.StatusNotFound, map[string]string{RuleHeader: name}}}}}
}

// pattern matches a path in any letter case and with doubled slashes, as the app does (RE2, which CEL's matches uses). An empty path matches
// all.
func pattern(path string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(path, "/") {
		if segment != "" {
			b.WriteString("/+" + regexp.QuoteMeta(segment))
		}
	}
	return b.String()
}

// quote makes a CEL string literal; what would end it or is a control character is escaped.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range text {
		switch {
		case r == '\'' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			b.WriteString(`\x` + string("0123456789abcdef"[r>>4]) + string("0123456789abcdef"[r&15]))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
