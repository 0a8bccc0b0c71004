package store

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// plainLetters are letters that Unicode does not take apart, though people who can't type them write them so.
var plainLetters = map[rune]string{
	'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'ħ': "h", 'ŧ': "t", 'þ': "th", 'ı': "i", 'ĸ': "k", 'ŋ': "n",
	'ß': "ss", 'ς': "σ",
}

// Fold gives the form in which lists are sorted and searched: letter case, full width and accents don't count, so that Ärzte stand
// beside Arzt, ß is ss, and "lukasz" finds Łukasz. Marks that make another letter outside Latin, Greek and Cyrillic script
// stay. It is coarser than scim.Key: two people may share it, so nobody is matched by it. Fold(Fold(s)) == Fold(s).
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// Taken apart first, since some parts are capitals (™), and once more after making small (İ). A Caser has state and must not be
	// shared; its folding is not used, since of Cherokee letters it only swaps the two cases.
	s = norm.NFD.String(cases.Lower(language.Und).String(norm.NFKD.String(s)))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch plain, ok := plainLetters[r]; {
		case ok:
			b.WriteString(plain)
		case !isAccent(r):
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// isAccent tells the combining marks that letters of Latin, Greek and Cyrillic script carry.
func isAccent(r rune) bool {
	return r >= 0x0300 && r <= 0x036F || r >= 0x1AB0 && r <= 0x1AFF || r >= 0x1DC0 && r <= 0x1DFF || r >= 0x20D0 && r <= 0x20FF || r >= 0xFE20 && r <= 0xFE2F
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// FoldWords takes a search apart into the words that must all occur in a folded text.
func FoldWords(search string) []string { return strings.Fields(Fold(search)) }
