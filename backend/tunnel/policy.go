package tunnel

// Rules is what the edge is asked to refuse; everything of it is decided again by the app.
type Rules struct {
	Paths     []string // the base paths that are served, such as /scim/v2, and /oauth/token while OAuth is on
	EntraOnly bool     // only Entra's own addresses
}

// Policy makes ngrok's traffic policy of rules: at most five, no rate limit. RuleHeader names in an answer of the edge which rule made it.
func Policy(r Rules) string { return "" }

// RuleHeader is set by the edge on what one of our rules refused, so that a self-check can tell it from an outage: its value is the
// rule's name, as RuleNames gives them.
const RuleHeader = "X-Rule"
