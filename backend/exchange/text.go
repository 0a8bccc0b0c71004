package exchange

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// The encodings that are read.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1252 = "windows-1252"
)

// Error is why a file can't be read, and where. Line and Column begin at 1, Column counts characters; 0 is the file as a whole.
type Error struct {
	Line, Column int
	Reason       string
}

func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.Reason
	case e.Column == 0:
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// noText are files that are often taken for a list, by their first bytes.
var noText = []struct{ first, reason string }{
	{"PK\x03\x04", "this is a workbook or an archive, not text: open it in the spreadsheet and save it as CSV UTF-8"},
	{"\xD0\xCF\x11\xE0", "this is an old workbook, not text: open it in the spreadsheet and save it as CSV UTF-8"},
	{"%PDF", "this is a PDF, not a list"},
	{"\x1F\x8B", "this is a compressed file: unpack it first"},
	{"\xFF\xFE\x00\x00", "its encoding, UTF-32, is not read: save it as UTF-8"},
	{"\x00\x00\xFE\xFF", "its encoding, UTF-32, is not read: save it as UTF-8"},
}

var marks = []struct{ first, encoding string }{{"\xEF\xBB\xBF", UTF8}, {"\xFF\xFE", UTF16LE}, {"\xFE\xFF", UTF16BE}}

// decode makes text of bytes in the encoding that is named, or in the one that they seem to have.
func decode(data []byte, named string) (text, used string, mark bool, warnings []Warning, err error) {
	for _, n := range noText {
		if bytes.HasPrefix(data, []byte(n.first)) {
			return "", "", false, nil, &Error{Reason: n.reason}
		}
	}
	marked := ""
	for _, m := range marks {
		if bytes.HasPrefix(data, []byte(m.first)) {
			marked, data = m.encoding, data[len(m.first):]
			break
		}
	}
	used = named
	switch {
	case named == "" && marked != "":
		used = marked
	case named == "":
		used = guessEncoding(data)
	}
	switch used {
	case UTF8:
		text, warnings = fromUTF8(data)
	case UTF16LE:
		text, err = with(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), data)
	case UTF16BE:
		text, err = with(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), data)
	case Windows1252:
		text, err = with(charmap.Windows1252, data)
		if named == "" {
			warnings = []Warning{{Code: EncodingGuessed, Column: -1, Count: 1}}
		}
	default:
		err = &Error{Reason: fmt.Sprintf("the encoding %q is not read, only %s, %s, %s and %s", used, UTF8, UTF16LE, UTF16BE, Windows1252)}
	}
	return text, used, marked != "", warnings, err
}

func with(e encoding.Encoding, data []byte) (string, error) {
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return "", &Error{Reason: "it can't be decoded: " + err.Error()}
	}
	return string(out), nil
}

// guessEncoding tells UTF-16 without a mark by its zero bytes, of which every line end and delimiter has one, on one side. What is no
// UTF-8 is Windows-1252, which Excel writes where it is asked for CSV alone.
func guessEncoding(data []byte) string {
	head := data[:min(len(data), 64<<10)]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	if len(data)%2 == 0 && zeros[0]+zeros[1] > 0 {
		switch {
		case zeros[1] > 10*zeros[0]:
			return UTF16LE
		case zeros[0] > 10*zeros[1]:
			return UTF16BE
		}
	}
	if utf8.Valid(data) {
		return UTF8
	}
	good, bad := 0, 0
	for rest := data; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case n > 1:
			good++
		case r == utf8.RuneError:
			bad++
		}
		rest = rest[n:]
	}
	if good > bad {
		return UTF8
	}
	return Windows1252
}

// fromUTF8 puts the replacement character where there is no UTF-8, and says in which lines.
func fromUTF8(data []byte) (string, []Warning) {
	if utf8.Valid(data) {
		return string(data), nil
	}
	w := Warning{Code: BadBytes, Column: -1}
	line := 1
	var out strings.Builder
	out.Grow(len(data))
	for rest := data; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			w.at(line)
		}
		if r == '\n' {
			line++
		}
		out.WriteRune(r)
		rest = rest[n:]
	}
	return out.String(), []Warning{w}
}
