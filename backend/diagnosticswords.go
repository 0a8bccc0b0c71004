package backend

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"scimdesk/backend/scim"
	"scimdesk/backend/server"
)

// hiddenMark stands for what diagnostics leave out.
const hiddenMark = "***"

const (
	partsShown  = 8   // of a path
	wordsLength = 600 // bytes of a target
)

// A redactor words requests so that nobody can be told from them: what SCIM itself has names for stays, every other value is a number, the same for
// the same value.
type redactor struct {
	known   map[string]bool // names of attributes, operators and endpoints, in small letters
	schemas []string
	bases   []string
	seen    map[string]int
}

func newRedactor(bases []string) *redactor {
	r := &redactor{known: map[string]bool{}, bases: append([]string{server.DefaultBasePath}, bases...), seen: map[string]int{}}
	r.learn("users", "groups", "schemas", "resourcetypes", "serviceproviderconfig", "me", "bulk", ".search", "oauth", "token",
		"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not", "true", "false", "null", "",
		"id", "externalid", "meta", "resourcetype", "created", "lastmodified", "version", "location",
		"value", "display", "type", "primary", "$ref", "user", "group")
	for _, t := range []*scim.ResourceType{scim.User, scim.Group} {
		for _, s := range append([]*scim.Schema{t.Schema}, t.Extensions...) {
			r.schemas = append(r.schemas, s.ID)
			r.learnAll(s.Attributes)
		}
	}
	return r
}

func (r *redactor) learn(words ...string) {
	for _, w := range words {
		r.known[strings.ToLower(w)] = true
	}
}

func (r *redactor) learnAll(attributes []scim.Attribute) {
	for _, a := range attributes {
		r.learn(a.Name)
		r.learn(a.CanonicalValues...)
		r.learnAll(a.Sub)
	}
}

func (r *redactor) knows(word string) bool { return r.known[strings.ToLower(word)] }

// number stands for a value: the same for the same value, in whatever letter case.
func (r *redactor) number(value string) string {
	key := scim.Key(value)
	if r.seen[key] == 0 {
		r.seen[key] = len(r.seen) + 1
	}
	return fmt.Sprintf("{%d}", r.seen[key])
}

// target is the path and query of a request.
func (r *redactor) target(target string) string {
	path, query, asks := strings.Cut(target, "?")
	shown := r.path(path)
	if asks {
		var pairs []string
		for pair := range strings.SplitSeq(query, "&") {
			pairs = append(pairs, r.parameter(pair))
		}
		shown += "?" + strings.Join(pairs, "&")
	}
	if len(shown) > wordsLength {
		shown = shown[:wordsLength] + hiddenMark
	}
	return shown
}

func (r *redactor) path(path string) string {
	shown := ""
	for _, base := range r.bases {
		if rest, ok := strings.CutPrefix(path, base); ok && (rest == "" || rest[0] == '/') && len(base) > len(shown) {
			shown = base
		}
	}
	for n, part := range strings.Split(strings.TrimPrefix(path, shown), "/") {
		switch {
		case n == 0 && part == "":
		case n > partsShown:
			return shown + "/" + hiddenMark
		case r.knows(part):
			shown += "/" + part
		default:
			shown += "/" + r.number(part)
		}
	}
	return shown
}

// parameter is one of a query's.
func (r *redactor) parameter(pair string) string {
	name, value, has := strings.Cut(pair, "=")
	value, err := url.QueryUnescape(value)
	if err != nil {
		value = hiddenMark
	}
	switch strings.ToLower(name) {
	case "filter":
		value = r.filter(value)
	case "attributes", "excludedattributes", "sortby":
		names := strings.Split(value, ",")
		for i, n := range names {
			names[i] = r.name(strings.TrimSpace(n))
		}
		value = strings.Join(names, ",")
	case "startindex", "count":
		if !isNumber(value) {
			value = hiddenMark
		}
	case "sortorder":
		if value != "ascending" && value != "descending" {
			value = hiddenMark
		}
	case "aadoptscim062020":
		value = strings.Repeat(hiddenMark, min(len(value), 1))
	default:
		return hiddenMark
	}
	if !has {
		return name
	}
	return name + "=" + value
}

// isNumber tells what is a small whole number: a telephone number is none.
func isNumber(text string) bool {
	return len(text) <= 6 && strings.Trim(text, "0123456789") == ""
}

// filter is a filter, or the path of an attribute.
func (r *redactor) filter(text string) string {
	var out strings.Builder
	for text != "" {
		if text[0] == '"' {
			end := quoteEnd(text)
			if end < 0 { // cut off
				return out.String() + hiddenMark
			}
			if value := text[1 : end-1]; r.knows(value) {
				out.WriteString(text[:end])
			} else {
				out.WriteString(`"` + r.number(value) + `"`)
			}
			text = text[end:]
			continue
		}
		end := strings.IndexAny(text, ` ()[]"`)
		if end == 0 {
			end = 1
			out.WriteByte(text[0])
		} else {
			if end < 0 {
				end = len(text)
			}
			out.WriteString(r.name(text[:end]))
		}
		text = text[end:]
	}
	return out.String()
}

// quoteEnd is behind the quote that ends the text in quotes that begins here, -1 if none does.
func quoteEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// name is the name of an attribute, with its schema and its parts, or an operator.
func (r *redactor) name(word string) string {
	rest := word
	for _, s := range r.schemas {
		if len(word) > len(s) && strings.EqualFold(word[:len(s)], s) && word[len(s)] == ':' {
			rest = word[len(s)+1:]
		}
	}
	for part := range strings.SplitSeq(rest, ".") {
		if !r.knows(part) {
			return hiddenMark
		}
	}
	return word
}

// plainMethod is a request's method, which a client may make up.
func plainMethod(method string) string {
	switch method {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "":
		return method
	}
	return hiddenMark
}

// agentPart is a program and its version in a user agent.
var agentPart = regexp.MustCompile(`(?i)\b(curl|wget|mozilla|postmanruntime|insomnia|httpie|bruno|python-requests|python-urllib|python-httpx|aiohttp|go-http-client|` +
	`okhttp|java|node|node-fetch|axios|powershell|windowspowershell|apache-httpclient|restsharp|ngrok|scimdesk|azure-ad|microsoft)(?:/(\d[\d.]{0,14}))?\b`)

// agent names the programs of a user agent that are known; what else stands there is the client's own.
func agent(text string) string {
	if text == "" {
		return "none"
	}
	found := agentPart.FindAllString(text, 4)
	if len(found) == 0 {
		return "other"
	}
	return strings.Join(found, " ")
}

// emails are addresses of people wherever they may have come in.
var emails = regexp.MustCompile(`[^\s"'<>()\[\],;:=/@]+@[^\s"'<>()\[\],;:=/@]+`)

// atHome is a path with ~ for the folder of the user, whose name is in it.
func atHome(path string) string {
	home, err := os.UserHomeDir()
	if path == "" || err != nil {
		return path
	}
	rel, err := filepath.Rel(home, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return filepath.Join("~", rel)
}

// withoutUser is a proxy without the name and password that it is asked with.
func withoutUser(proxy string) string {
	u, err := url.Parse(proxy)
	switch {
	case proxy == "":
		return ""
	case err != nil || u.Host == "":
		return hiddenMark
	case u.User != nil:
		return u.Scheme + "://" + u.Host + ", and a user name that is left out"
	}
	return u.Scheme + "://" + u.Host
}

// system is what the program runs on.
func system() string {
	return fmt.Sprintf("%s, %s/%s, %d CPUs", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}
