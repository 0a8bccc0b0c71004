package tunnel

import (
	"net/url"
	"strings"
)

// shortest is the length from which a part of a secret is hidden by itself: shorter ones stand in innocent words too.
const shortest = 8

// redact hides secrets in a text, and their parts: ngrok repeats the authtoken in its answers, and an authtoken is an id and a secret
// joined by an underscore.
func redact(text string, secrets ...string) string {
	for _, s := range secrets {
		if s == "" {
			continue
		}
		text = strings.ReplaceAll(text, s, "***")
		for part := range strings.SplitSeq(s, "_") {
			if len(part) >= shortest {
				text = strings.ReplaceAll(text, part, "***")
			}
		}
	}
	return text
}

// secrets are what must not be told of a Config: the authtoken, and the proxy's password as it is and as it stands in the URL.
func (c Config) secrets() []string {
	secrets := []string{c.Authtoken}
	if u, err := url.Parse(c.Proxy); err == nil {
		if password, ok := u.User.Password(); ok {
			_, escaped, _ := strings.Cut(u.User.String(), ":")
			secrets = append(secrets, password, escaped)
		}
	}
	return secrets
}
