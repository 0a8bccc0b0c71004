package scim

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Key is the form in which two values are compared: full-width letters made plain, letters made small, composed
// (NFC). It is the mapping of PRECIS UsernameCaseMapped (RFC 8265 section 3.3) without its class check, so every
// string has a key. Uniqueness, filters and search all use it, therefore they always agree on who is who; values
// themselves are kept as they were sent. Key(Key(s)) == Key(s).
func Key(s string) string {
	if k, ok := asciiKey(s); ok {
		return k
	}
	// A Caser has state and must not be shared.
	return norm.NFC.String(cases.Lower(language.Und).String(width.Fold.String(s)))
}

// asciiKey is Key for the text that nearly all keys are.
func asciiKey(s string) (string, bool) {
	upper := false
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 {
			return "", false
		}
		upper = upper || c >= 'A' && c <= 'Z'
	}
	if !upper {
		return s, true
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b), true
}
