package server

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"scimdesk/backend/scim"
)

// defaultCount is how many resources a list gives when the client names no count.
const defaultCount = 100

// query is a request's parameters. Unknown ones are ignored: Entra's feature flag (aadOptscim062020) can turn up here.
type query map[string]string

// parseQuery reads the parameters by itself, since url.Values drops what it can't read, and a filter that is dropped
// would answer with everybody. The flag may stand before the filter with a second question mark, where an admin put it
// into the Tenant URL.
func parseQuery(raw string) (query, error) {
	q := query{}
	if flag, rest, ok := strings.Cut(raw, "?"); ok && !strings.Contains(flag, "=") && !strings.Contains(flag, "&") {
		raw = rest
	}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			continue // not a name that we know
		}
		name = strings.ToLower(name)
		value, err := url.QueryUnescape(v)
		if err != nil {
			return nil, &scim.Error{Kind: invalidParameter(name), Detail: fmt.Sprintf("The query parameter %s is not encoded correctly: %s", name, err)}
		}
		if _, twice := q[name]; twice && known(name) {
			return nil, &scim.Error{Kind: invalidParameter(name), Detail: fmt.Sprintf("The query parameter %s is given twice", name)}
		}
		q[name] = value
	}
	return q, nil
}

func known(name string) bool {
	switch name {
	case "filter", "startindex", "count", "attributes", "excludedattributes":
		return true
	}
	return false
}

func invalidParameter(name string) scim.Kind {
	if name == "filter" {
		return scim.InvalidFilter
	}
	return scim.InvalidValue
}

// number reads a parameter that is a whole number. RFC 7644 section 3.4.2.4: a startIndex below 1 means 1 and a
// negative count means 0, so a number too large to hold only needs its sign.
func (q query) number(name string, otherwise int) (int, error) {
	text, ok := q[strings.ToLower(name)]
	if !ok || text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil && n == 0 {
		return 0, &scim.Error{Kind: scim.InvalidValue, Detail: fmt.Sprintf("%s must be a whole number, not %q", name, shorten(text))}
	}
	return int(n), nil
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
