package scim

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestKey(t *testing.T) {
	for s, want := range map[string]string{
		"":                       "",
		"ana@contoso.example":    "ana@contoso.example",
		"ANA@Contoso.EXAMPLE":    "ana@contoso.example",
		"Ａｎａ＠ｃｏｎｔｏｓｏ":            "ana@contoso",
		"ﾊﾝｶｸ":                   "ハンカク",
		"ÑANDÚ":                  "ñandú",
		"N\u0303andu\u0301":      "ñandú",
		"ΟΔΟΣ":                   "οδος",
		"straße":                 "straße",
		"İ":                      "i̇",
		" a  b ":                 " a  b ",
		"\u212a":                 "k", // the Kelvin sign
		"DOMAIN\\User_[1]{x}`~^": "domain\\user_[1]{x}`~^",
	} {
		if got := Key(s); got != want {
			t.Errorf("Key(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestKeyIsStable: the store keeps keys, and makes keys of keys when it compares.
func TestKeyIsStable(t *testing.T) {
	check := func(s string) {
		key := Key(s)
		if again := Key(key); again != key {
			t.Errorf("Key(%+q) = %+q, whose key is %+q", s, key, again)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		if r < 0x3100 || unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) && !unicode.Is(unicode.Hangul, r) || unicode.IsMark(r) || r >= 0xff00 && r <= 0xffef {
			check(string(r))
			continue
		}
		// The rest has neither case nor width: a sample will do.
		if r%17 == 0 {
			check(string(r))
		}
	}
	for _, s := range []string{"A\u030a\u0323", "ΑΣ\u0301Σ", "ﾊﾞ", "\u1e9e\u0307", "Ǆ\u030c", "a\u0345\u0391", "\u0345Σ"} {
		check(s)
	}
}
