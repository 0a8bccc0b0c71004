package scim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on what a body may look like. They keep the cost of any request linear in its size.
const (
	maxDepth  = 32   // of objects and arrays in one another
	maxFields = 1000 // attributes of one object
	maxName   = 512  // bytes of an attribute's name, or of the path that stands in its place

	// What is stored was made of what was sent, a little deeper: dotted names and URNs become objects.
	storedDepth = 4 * maxDepth
)

// object is a JSON object as it was sent: its fields in their order, names in their spelling. No name stands in it
// twice, whatever the case of its letters.
type object []field

type field struct {
	name  string
	value any // nil, bool, string, json.Number, object or []any
}

// get gives a field's value, its name compared without regard to case.
func (o object) get(name string) (any, bool) {
	for _, f := range o {
		if sameName(f.name, name) {
			return f.value, true
		}
	}
	return nil, false
}

// sameName compares two attribute names or URNs, which are case-insensitive (RFC 7643 section 2.1).
func sameName(a, b string) bool {
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// decodeObject reads a body that must be one JSON object.
func decodeObject(body []byte) (object, error) {
	v, err := decode(body)
	if err != nil {
		return nil, err
	}
	o, ok := v.(object)
	if !ok {
		return nil, &Error{Kind: InvalidSyntax, Detail: "the body must be a JSON object, not " + kindOf(v)}
	}
	return o, nil
}

// decode reads one JSON value (RFC 8259) with nothing after it. Unlike encoding/json it keeps the order of fields,
// refuses names that stand twice and bytes that are not UTF-8 instead of changing them, and stops at maxDepth.
func decode(body []byte) (any, error) {
	return (&decoder{in: string(body), depth: maxDepth, fields: maxFields, name: maxName}).all()
}

// decodeStored is decode for our own documents, which are never refused for their size.
func decodeStored(doc []byte) (any, error) {
	return (&decoder{in: string(doc), depth: storedDepth, fields: len(doc), name: len(doc)}).all()
}

func (d *decoder) all() (any, error) {
	if at, ok := invalidUTF8(d.in); ok {
		return nil, d.fail(at, "the text is not valid UTF-8")
	}
	if strings.HasPrefix(d.in, "\ufeff") {
		d.at = 3
	}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	d.space()
	if d.at < len(d.in) {
		return nil, d.fail(d.at, "something follows the JSON value")
	}
	return v, nil
}

func invalidUTF8(s string) (int, bool) {
	if utf8.ValidString(s) {
		return 0, false
	}
	for at := 0; at < len(s); {
		r, n := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && n == 1 {
			return at, true
		}
		at += n
	}
	return 0, false
}

type decoder struct {
	in     string // values are parts of it, without a copy of their own
	at     int
	depth  int // most levels
	fields int // most attributes of an object
	name   int // most bytes of an attribute's name
}

func (d *decoder) fail(at int, what string) error {
	return &Error{Kind: InvalidSyntax, Detail: fmt.Sprintf("invalid JSON at offset %d: %s", at, what)}
}

func (d *decoder) unexpected() error {
	if d.at >= len(d.in) {
		return d.fail(len(d.in), "the text ends too early")
	}
	r, _ := utf8.DecodeRuneInString(d.in[d.at:])
	return d.fail(d.at, fmt.Sprintf("unexpected %q", r))
}

func (d *decoder) space() {
	for d.at < len(d.in) {
		switch d.in[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

func (d *decoder) peek() byte {
	if d.at < len(d.in) {
		return d.in[d.at]
	}
	return 0
}

func (d *decoder) value(depth int) (any, error) {
	if depth > d.depth {
		return nil, d.fail(d.at, fmt.Sprintf("objects and arrays are nested more than %d deep", d.depth))
	}
	switch c := d.peek(); {
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.array(depth)
	case c == '"':
		return d.string()
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	case d.word("true"):
		return true, nil
	case d.word("false"):
		return false, nil
	case d.word("null"):
		return nil, nil
	}
	return nil, d.unexpected()
}

func (d *decoder) word(w string) bool {
	if !strings.HasPrefix(d.in[d.at:], w) {
		return false
	}
	d.at += len(w)
	return true
}

func (d *decoder) object(depth int) (any, error) {
	d.at++
	d.space()
	if d.peek() == '}' {
		d.at++
		return object{}, nil
	}
	o := make(object, 0, 4)
	var seen map[string]bool
	for {
		start := d.at
		if d.peek() != '"' {
			return nil, d.unexpected()
		}
		name, err := d.string()
		if err != nil {
			return nil, err
		}
		if name == "" || len(name) > d.name {
			return nil, d.fail(start, fmt.Sprintf("an attribute's name must have 1 to %d bytes", d.name))
		}
		if seen, err = d.once(o, seen, name, start); err != nil {
			return nil, err
		}
		d.space()
		if d.peek() != ':' {
			return nil, d.unexpected()
		}
		d.at++
		d.space()
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o = append(o, field{name, v})
		d.space()
		switch d.peek() {
		case ',':
			d.at++
			d.space()
		case '}':
			d.at++
			return o, nil
		default:
			return nil, d.unexpected()
		}
	}
}

// once refuses a name that the object has already, and one name too many. Small objects are compared name by name,
// larger ones by a set.
func (d *decoder) once(o object, seen map[string]bool, name string, at int) (map[string]bool, error) {
	const small = 12
	var twice bool
	switch {
	case len(o) < small:
		_, twice = o.get(name)
	case len(o) >= d.fields:
		return nil, d.fail(at, fmt.Sprintf("an object has more than %d attributes", d.fields))
	default:
		if seen == nil {
			seen = make(map[string]bool, 2*small)
			for _, f := range o {
				seen[foldName(f.name)] = true
			}
		}
		twice = seen[foldName(name)]
		seen[foldName(name)] = true
	}
	if twice {
		what := "the attribute " + quote(name) + " stands twice in one object"
		if i := slices.IndexFunc(o, func(f field) bool { return sameName(f.name, name) && f.name != name }); i >= 0 {
			what += ", also as " + quote(o[i].name)
		}
		return nil, d.fail(at, what)
	}
	return seen, nil
}

// foldName is sameName as a map key.
func foldName(s string) string { return strings.ToLower(s) }

func (d *decoder) array(depth int) (any, error) {
	d.at++
	d.space()
	a := []any{}
	if d.peek() == ']' {
		d.at++
		return a, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
		d.space()
		switch d.peek() {
		case ',':
			d.at++
			d.space()
		case ']':
			d.at++
			return a, nil
		default:
			return nil, d.unexpected()
		}
	}
}

func (d *decoder) number() (any, error) {
	n := numberLen(d.in[d.at:])
	if n == 0 {
		return nil, d.unexpected()
	}
	v := json.Number(d.in[d.at : d.at+n])
	d.at += n
	return v, nil
}

// numberLen is the length of the JSON number that s begins with, 0 if it begins with none.
func numberLen[T []byte | string](s T) int {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := digits(i)
	if whole == i || s[i] == '0' && whole > i+1 {
		return 0
	}
	i = whole
	if i+1 < len(s) && s[i] == '.' {
		if end := digits(i + 1); end > i+1 {
			i = end
		}
	}
	if i+1 < len(s) && (s[i] == 'e' || s[i] == 'E') {
		start := i + 1
		if s[start] == '+' || s[start] == '-' {
			start++
		}
		if end := digits(start); end > start {
			i = end
		}
	}
	return i
}

func (d *decoder) string() (string, error) {
	start := d.at
	d.at++
	from := d.at
	for d.at < len(d.in) {
		switch c := d.in[d.at]; {
		case c == '"':
			s := d.in[from:d.at]
			d.at++
			return s, nil
		case c == '\\':
			return d.escaped(start, from)
		case c < 0x20:
			return "", d.fail(d.at, "a control character stands unescaped in a string")
		}
		d.at++
	}
	return "", d.fail(start, "a string is not closed")
}

// escaped goes on reading a string at its first backslash.
func (d *decoder) escaped(start, from int) (string, error) {
	b := append(make([]byte, 0, d.at-from+16), d.in[from:d.at]...)
	for d.at < len(d.in) {
		switch c := d.in[d.at]; {
		case c == '"':
			d.at++
			return string(b), nil
		case c == '\\':
			r, n, err := unescape(d.in[d.at:])
			if err != "" {
				return "", d.fail(d.at, err)
			}
			if r == 0 {
				return "", d.fail(d.at, "a string has the character U+0000, which can't be kept")
			}
			b = utf8.AppendRune(b, r)
			d.at += n
		case c < 0x20:
			return "", d.fail(d.at, "a control character stands unescaped in a string")
		default:
			b = append(b, c)
			d.at++
		}
	}
	return "", d.fail(start, "a string is not closed")
}

// unescape reads the escape sequence that s begins with and gives its rune and length, or what is wrong with it.
func unescape[T []byte | string](s T) (rune, int, string) {
	const bad = "a string has an invalid escape sequence"
	if len(s) < 2 {
		return 0, 0, bad
	}
	switch c := s[1]; c {
	case '"', '\\', '/':
		return rune(c), 2, ""
	case 'b':
		return '\b', 2, ""
	case 'f':
		return '\f', 2, ""
	case 'n':
		return '\n', 2, ""
	case 'r':
		return '\r', 2, ""
	case 't':
		return '\t', 2, ""
	case 'u':
		r, ok := hex4(s[2:])
		switch {
		case !ok:
			return 0, 0, bad
		case !utf16.IsSurrogate(r):
			return r, 6, ""
		}
		if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
			if low, ok := hex4(s[8:]); ok {
				if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
					return full, 12, ""
				}
			}
		}
		return 0, 0, "a string has half of a surrogate pair"
	}
	return 0, 0, bad
}

func hex4[T []byte | string](s T) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[:4]), 16, 32)
	return rune(n), err == nil
}

// quote shows a client's text in an error's detail: as JSON, and never long.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return string(appendString(nil, s))
}
