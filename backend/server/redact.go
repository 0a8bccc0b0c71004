package server

import (
	"bytes"
	"encoding/json"
	"strings"
)

const hidden = "***"

// redact is a body as the activity keeps it: without passwords. Entra never sends one; other clients do.
func redact(body []byte) []byte {
	if !bytes.Contains(bytes.ToLower(body), []byte("password")) {
		return body
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var v any
	if in.Decode(&v) != nil {
		return []byte("not kept: it names a password and is no JSON")
	}
	hide(v)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return []byte("not kept: it names a password")
	}
	return bytes.TrimSpace(out.Bytes())
}

func hide(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			hide(e)
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
			} else {
				hide(e)
			}
		}
	}
}

func isPassword(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	return name == "password" || strings.HasSuffix(name, ":password")
}
