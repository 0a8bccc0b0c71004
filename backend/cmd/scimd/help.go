package main

import (
	"flag"
	"strings"
	"unicode/utf8"
)

// helpWidth is how many characters a line of help has at most, flagWidth how many the name of a flag and its value have before what it does.
const (
	helpWidth = 100
	flagWidth = 26
)

// helpOf is what --help prints of a command: what it does, with examples, and its flags.
func helpOf(usage string, fs *flag.FlagSet) string {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(usage, "\n\n") {
		if !strings.HasPrefix(paragraph, " ") { // examples stand as they are
			paragraph = strings.Join(fill(paragraph, helpWidth), "\n")
		}
		b.WriteString(paragraph + "\n\n")
	}
	b.WriteString("Flags\n")
	fs.VisitAll(func(f *flag.Flag) {
		value, does := flag.UnquoteUsage(f)
		name := "  --" + f.Name
		switch value {
		case "string":
			value = "text"
		case "int", "uint", "float":
			value = "number"
		}
		if value != "" {
			name += " " + strings.ToUpper(value)
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			does += " (default: " + f.DefValue + ")"
		}
		for i, line := range fill(does, helpWidth-flagWidth) {
			if i > 0 {
				name = ""
			}
			b.WriteString(name + strings.Repeat(" ", max(flagWidth-utf8.RuneCountInString(name), 1)) + line + "\n")
		}
	})
	return b.String()
}

// fill parts a text into lines of at most so many characters, unless a word is longer.
func fill(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
