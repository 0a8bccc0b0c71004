package userid

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Codes that say why a row is as it is. What goes with a code stands in Row.What.
const (
	NoValue     = "no-value"     // the person has no What
	WhichEmail  = "which-email"  // several e-mails, and none is of type work or the primary one
	NoAt        = "no-at"        // What is an e-mail without an @
	OtherDomain = "other-domain" // the user ID is not in the domain What
	Empty       = "empty"
	Space       = "space"        // a space in it or at an end of it
	Control     = "control"      // a character that can't be seen
	TooLong     = "too-long"     // more than 1024 characters, which is the server's limit of userName
	LongMailbox = "long-mailbox" // more than 64 bytes before the @, which no mail server takes (RFC 5321 section 4.5.3.1.1)
	NoEmail     = "no-email"     // nothing before or behind the @
	LetterCase  = "letter-case"  // only small and capital letters differ
	Form        = "form"         // only the Unicode form or the width of letters differs
	Kept        = "kept"         // somebody keeps this user ID
	Doubled     = "doubled"      // another row would get it too
	NotHere     = "not-here"     // nobody has the old ID
	Again       = "again"        // the same old ID stands in the file before
)

const (
	longest     = 1024 // characters, the server's limit
	longestBox  = 64   // bytes
	firstSuffix = 2
)

// valid gives the code of what is wrong with an ID, "" if nothing is.
func valid(s string, email bool) string {
	if s == "" {
		return Empty
	}
	if len(s) > longest && utf8.RuneCountInString(s) > longest {
		return TooLong
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, hidden) {
		return Control
	}
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return Space
	}
	if !email {
		return ""
	}
	box, domain, ok := cutMail(s)
	switch {
	case !ok, box == "", domain == "":
		return NoEmail
	case len(box) > longestBox:
		return LongMailbox
	}
	return ""
}

// hidden tells characters that nobody sees, so that two IDs look alike that are not. The joiners of Indian and Persian writing are needed there, and a
// tabulator or a line's end counts as space.
func hidden(r rune) bool {
	const noJoiner, joiner = '\u200c', '\u200d'
	return r != noJoiner && r != joiner && unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r)
}

// numbered puts a number behind the mailbox's name and shortens that where it must be.
func numbered(s string, n int, email bool) string {
	box, domain, ok := cutMail(s)
	number := strconv.Itoa(n)
	if ok && email {
		for len(box)+len(number) > longestBox && box != "" {
			_, size := utf8.DecodeLastRuneInString(box)
			box = box[:len(box)-size]
		}
	}
	if ok {
		return box + number + "@" + domain
	}
	return box + number
}
