package store

import (
	"math/rand/v2"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Ärzte": "arzte", "ARZT": "arzt", "Straße": "strasse", "STRASSE": "strasse", "Łukasz": "lukasz", "Søren Ærø": "soren aero",
		"Zoë": "zoe", "Zoe\u0308": "zoe", "İstanbul": "istanbul", "ışık": "isik", "ﬁnn": "finn", "Ａｎｎａ": "anna", "Ἀθηνᾶ": "αθηνα", "Σίσυφος": "σισυφοσ",
		"Ёлка": "елка", "Đặng Thị": "dang thi", "王芳": "王芳", "한글": "한글", "がか": "がか", "กิน": "กิน", "عُمَر": "عُمَر",
		"x@Contoso.example": "x@contoso.example", "": "",
	} {
		if got := Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
	same(t, "words", FoldWords(" Ärzte\u00a0 im\tHaus "), []string{"arzte", "im", "haus"})
}

// What was folded once must stay: the database has folded text, and so have searches.
func TestFoldTwiceIsFoldOnce(t *testing.T) {
	if underRace {
		t.Skip("one goroutine and too many runes for the race detector")
	}
	var all []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			all = append(all, r)
		}
		if once := Fold(string(r)); Fold(once) != once {
			t.Errorf("%U: %q, then %q", r, once, Fold(once))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		text := make([]rune, 1+random.IntN(6))
		for i := range text {
			text[i] = all[random.IntN(len(all))]
		}
		if once := Fold(string(text)); Fold(once) != once {
			t.Fatalf("%q (%U): %q, then %q", string(text), text, once, Fold(once))
		}
	}
}
