package server

import (
	"bytes"
	"encoding/json"
	"strings"
)

const hidden = "***"

// redact is a body as the activity keeps it: without passwords. Entra never sends one; other clients do.
func redact(body []byte) []byte {
	if !bytes.Contains(bytes.ToLower(body), []byte("password")) && !bytes.Contains(body, []byte(`\u`)) {
		return body
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var v any
	if in.Decode(&v) != nil {
		return []byte("not kept: it may hold a password and is no JSON")
	}
	if !hide(v) {
		return body
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return []byte("not kept: it names a password")
	}
	return bytes.TrimSpace(out.Bytes())
}

// hide replaces passwords in v and tells whether there were any.
func hide(v any) (found bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			found = hide(e) || found
		}
	case map[string]any:
		patch := false
		for k, e := range v {
			if path, ok := e.(string); ok && strings.EqualFold(k, "path") && isPassword(path) {
				patch = true
			}
		}
		for k, e := range v {
			if isPassword(k) || (patch && strings.EqualFold(k, "value")) {
				v[k] = hidden
				found = true
			} else {
				found = hide(e) || found
			}
		}
	}
	return found
}

func isPassword(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	return name == "password" || strings.HasSuffix(name, ":password")
}
