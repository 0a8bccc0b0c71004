package target

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// isTelURI tells whether a text is a telephone number as RFC 3966 section 3 writes it: tel:, a global number or a local one with its
// phone-context, and parameters.
func isTelURI(text string) bool {
	if len(text) < 4 || !strings.EqualFold(text[:4], "tel:") {
		return false
	}
	parts := strings.Split(text[4:], ";")
	number, global := strings.CutPrefix(parts[0], "+")
	digits := "0123456789"
	if !global {
		digits += "abcdefABCDEF*#"
	}
	if !consists(number, digits) {
		return false
	}
	context := false
	for _, p := range parts[1:] {
		name, value, has := strings.Cut(p, "=")
		if !isParameter(name) || has && value == "" {
			return false
		}
		context = context || strings.EqualFold(name, "phone-context") && has
	}
	return global || context
}

// consists tells that a number has at least one digit and nothing but digits and visual separators.
func consists(number, digits string) bool {
	return strings.ContainsAny(number, digits) && strings.Trim(number, digits+"-.()") == "" && !strings.ContainsFunc(number, func(c rune) bool {
		return !strings.ContainsRune(digits+"-.()", c)
	})
}

func isParameter(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return !(c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
	})
}

// telURI is a telephone number in the form of RFC 3966, "" where it can't be told: a number without its country's code needs the country, as two
// letters.
func telURI(text, country string) string {
	if len(country) != 2 {
		country = ""
	}
	n, err := phonenumbers.Parse(text, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.RFC3966)
}
