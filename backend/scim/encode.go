package scim

import (
	"encoding/json"
	"slices"
	"strconv"
)

// appendJSON writes a value as JSON. The names of an object come in the order of attrs, then the others sorted, so
// that equal values are equal bytes. HTML is not escaped.
func appendJSON(b []byte, v any, attrs []Attribute) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return appendString(b, v)
	case json.Number:
		return append(b, v...)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e, attrs)
		}
		return append(b, ']')
	case map[string]any:
		return appendObject(b, v, attrs)
	}
	return append(b, "null"...)
}

func appendObject(b []byte, m map[string]any, attrs []Attribute) []byte {
	b = append(b, '{')
	first, left := true, len(m)
	put := func(name string, v any, sub []Attribute) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendString(b, name)
		b = append(b, ':')
		b = appendJSON(b, v, sub)
	}
	for i := range attrs {
		if left == 0 {
			break
		}
		if v, ok := m[attrs[i].Name]; ok {
			put(attrs[i].Name, v, attrs[i].Sub)
			left--
		}
	}
	if left > 0 {
		rest := make([]string, 0, left)
		for name := range m {
			if !slices.ContainsFunc(attrs, func(a Attribute) bool { return a.Name == name }) {
				rest = append(rest, name)
			}
		}
		slices.Sort(rest)
		for _, name := range rest {
			put(name, m[name], nil)
		}
	}
	return append(b, '}')
}

// appendString writes a JSON string, escaping only what RFC 8259 says must be.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}
