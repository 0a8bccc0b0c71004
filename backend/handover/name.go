package handover

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// NameFaults says what is wrong with the template of a file's name.
func NameFaults(template string) []string {
	if strings.Contains(template, "{n}") && strings.Contains(template, "{what}") && utf8.RuneCountInString(template) <= nameLimit && len(template) <= nameBytes {
		return nil
	}
	return []string{fmt.Sprintf("name must have {n} and {what} in it and at most %d characters, %d bytes", nameLimit, nameBytes)}
}

// FileName makes a name of a template with {n}, {date} and {what}: one that every system takes, Windows too. Numbers have four digits at least, so that
// names sort as the hand-overs came.
func FileName(template string, n int64, date time.Time, what, ending string) string {
	name := strings.NewReplacer("{n}", fmt.Sprintf("%04d", n), "{date}", date.Format(time.DateOnly), "{what}", what).Replace(template)
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"/\|?*`, r) || !unicode.IsPrint(r) && r != ' ' {
			return '-'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	first, _, _ := strings.Cut(name, ".")
	if reserved(strings.ToUpper(strings.TrimSpace(first))) {
		name = "_" + name
	}
	return name + "." + ending
}

// reserved are devices, which Windows opens in place of a file, whatever stands behind the dot.
func reserved(name string) bool {
	switch name {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "COM") || strings.HasPrefix(name, "LPT")) && name[3] >= '0' && name[3] <= '9'
}
