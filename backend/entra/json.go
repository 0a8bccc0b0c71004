package entra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// object is a JSON object that keeps the order of its keys, because bodies are sent with the keys where Entra has them.
type object []field

type field struct {
	key   string
	value any
}

// appendJSON writes v, which is built from object, []any, []string, string, bool and nil. Anything else is a mistake of
// this package and panics.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		if v {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case string:
		return appendString(b, v)
	case []string:
		b = append(b, '[')
		for i, s := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, s)
		}
		return append(b, ']')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, e)
		}
		return append(b, ']')
	case object:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, f.key)
			b = append(b, ':')
			b = appendJSON(b, f.value)
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("entra: cannot write %T as JSON", v))
	}
}

// appendString writes a JSON string without the escapes for HTML that Go adds and Entra does not.
func appendString(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(fmt.Sprintf("entra: write string: %v", err))
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// parseObject reads exactly one JSON object. Numbers stay as they are written.
func parseObject(data []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errors.New("null where an object is due")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return m, nil
}

// lookup finds an attribute by name. Names ignore case (RFC 7643 section 2.1); an exact name wins.
func lookup(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	for k, v := range m {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

// text returns the string that an attribute holds, or the empty string.
func text(m map[string]any, name string) string {
	s, _ := lookup(m, name).(string)
	return s
}

// objects returns the objects in an attribute with several values. A single object counts as a list of one.
func objects(m map[string]any, name string) []map[string]any {
	switch v := lookup(m, name).(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		list := make([]map[string]any, 0, len(v))
		for _, e := range v {
			if o, ok := e.(map[string]any); ok {
				list = append(list, o)
			}
		}
		return list
	default:
		return nil
	}
}

// number returns a whole number, and whether there is one.
func number(m map[string]any, name string) (int, bool) {
	n, ok := lookup(m, name).(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}
