package exchange

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a file may have, so that it fits in memory whatever is in it.
const (
	maxRows    = 1_000_000
	maxColumns = 1_000
	maxCells   = 16_000_000
)

// Codes of warnings.
const (
	ShortRows       = "SHORT_ROWS"       // rows with fewer cells than the header
	LongRows        = "LONG_ROWS"        // rows with more
	StrayQuotes     = "STRAY_QUOTES"     // quotes where none belong, taken as they stand
	ExcelNumbers    = "EXCEL_NUMBERS"    // digits that a spreadsheet has lost, such as 1,23E+11
	FormulaGuards   = "FORMULA_GUARDS"   // what keeps a spreadsheet from calculating was taken off: '+49… and ="00123"
	BadBytes        = "BAD_BYTES"        // bytes that are no text in the encoding
	EncodingGuessed = "ENCODING_GUESSED" // taken for Windows-1252 because it is no UTF-8
)

// warnedLines is how many lines a warning names.
const warnedLines = 20

// Warning is something in a file that was understood, but may be wrong.
type Warning struct {
	Code   string
	Column int   // from 0; -1 where it is about no single column
	Count  int   // how often
	Lines  []int // the first ones
}

func (w *Warning) at(line int) {
	w.Count++
	if len(w.Lines) < warnedLines && (len(w.Lines) == 0 || w.Lines[len(w.Lines)-1] != line) {
		w.Lines = append(w.Lines, line)
	}
}

// Header says whether the first row names the columns.
type Header int

// FindHeader looks at the rows to tell.
const (
	FindHeader Header = iota
	WithHeader
	NoHeader
)

// Options of Read. What is left empty is found out.
type Options struct {
	Delimiter string // a character, or "tab"
	Encoding  string
	Header    Header
	// Known, if it is there, tells usual names of columns: a first row with one of them is a header.
	Known func(cell string) bool
}

// Format is what a file was found to be.
type Format struct {
	Kind      string // csv or json
	Encoding  string
	Delimiter string // of a CSV
	Mark      bool   // begins with a byte order mark
	Header    bool
}

// Table is a file as rows. A row has at least as many cells as Header has, in which no spaces are left at the ends. Lines says where in the
// file each row begins. Rows without anything in them are kept but at the end, since a list may be pasted back beside its origin.
type Table struct {
	Header   []string // as many as there are columns; all "" without one
	Rows     [][]string
	Lines    []int
	Format   Format
	Warnings []Warning
}

// Read makes a table of a CSV in whatever form it comes, or of JSON: an array of objects, a SCIM list, or an object a line. An *Error says
// what is wrong, and where.
func Read(data []byte, o Options) (*Table, error) {
	text, used, mark, warnings, err := decode(data, o.Encoding)
	if err != nil {
		return nil, err
	}
	if o.Delimiter == "" && looksLikeJSON(text) {
		list, err := readObjects(text)
		if err != nil {
			return nil, err
		}
		t, err := list.Table()
		if err != nil {
			return nil, err
		}
		t.Format.Encoding, t.Format.Mark = used, mark
		t.Warnings = append(warnings, t.Warnings...)
		return t, nil
	}
	t := &Table{Format: Format{Kind: "csv", Encoding: used, Mark: mark}, Warnings: warnings}
	if err := t.readCSV(text, o); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Table) readCSV(text string, o Options) error {
	text, line, named := preamble(text, o.Delimiter)
	delimiter, err := delimiterOf(text, named)
	if err != nil {
		return err
	}
	t.Format.Delimiter = string(delimiter)
	p := &parser{text: text, delimiter: delimiter, line: line}
	r := &rows{}
	for {
		cells, at, ok, err := p.row()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := r.add(cells, at); err != nil {
			return err
		}
	}
	r.dropBlankEnds()
	if len(r.all) == 0 {
		return &Error{Reason: "there is nothing in it"}
	}
	t.Rows, t.Lines, t.Header = r.all, r.lines, nil
	t.Format.Header = o.Header == WithHeader || o.Header == FindHeader && isHeader(t.Rows, o.Known)
	if t.Format.Header {
		t.Header, t.Rows, t.Lines = t.Rows[0], t.Rows[1:], t.Lines[1:]
	}
	if err := t.even(r.cells); err != nil {
		return err
	}
	for _, w := range []Warning{p.stray, p.guards} {
		if w.Count > 0 {
			t.Warnings = append(t.Warnings, w)
		}
	}
	t.lostDigits()
	return nil
}

// preamble takes off what is no row: Excel's line that names the delimiter, and PowerShell's that names the type.
func preamble(text, named string) (rest string, line int, delimiter string) {
	line = 1
	for {
		end := strings.IndexAny(text, "\r\n")
		if end < 0 {
			return text, line, named
		}
		first := strings.Trim(text[:end], `"`)
		name, value, _ := strings.Cut(first, "=")
		switch {
		case strings.EqualFold(name, "sep") && utf8.RuneCountInString(value) == 1:
			named = cmp.Or(named, value)
		case strings.HasPrefix(first, "#TYPE "):
		default:
			return text, line, named
		}
		if strings.HasPrefix(text[end:], "\r\n") {
			end++
		}
		text, line = text[end+1:], line+1
	}
}

// rows collects rows, many of them in one piece of memory.
type rows struct {
	all   [][]string
	lines []int
	chunk []string
	cells int
}

func (r *rows) add(cells []string, line int) error {
	if len(r.all) >= maxRows {
		return &Error{Line: line, Reason: fmt.Sprintf("there are more than %d rows; split the file", maxRows)}
	}
	if r.cells += len(cells); r.cells > maxCells {
		return &Error{Line: line, Reason: fmt.Sprintf("there are more than %d cells; split the file", maxCells)}
	}
	if len(r.all) == 0 && blank(cells) {
		return nil
	}
	if len(cells) > cap(r.chunk)-len(r.chunk) {
		r.chunk = make([]string, 0, max(4096, len(cells)))
	}
	from := len(r.chunk)
	r.chunk = append(r.chunk, cells...)
	r.all = append(r.all, r.chunk[from:len(r.chunk):len(r.chunk)])
	r.lines = append(r.lines, line)
	return nil
}

func (r *rows) dropBlankEnds() {
	n := len(r.all)
	for n > 0 && blank(r.all[n-1]) {
		n--
	}
	r.all, r.lines = r.all[:n], r.lines[:n]
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return c != "" })
}

// even gives all rows the header's width, and drops columns at the end that have neither name nor value.
func (t *Table) even(cells int) error {
	width := filled(t.Header)
	if t.Header == nil {
		width = commonWidth(t.Rows)
	}
	short, long := Warning{Code: ShortRows, Column: -1}, Warning{Code: LongRows, Column: -1}
	for i, row := range t.Rows {
		n := filled(row)
		if n > width && (t.Header == nil || len(row) > len(t.Header)) {
			long.at(t.Lines[i])
		}
		if n > 0 && len(row) < max(width, 1) {
			short.at(t.Lines[i])
		}
	}
	if t.Header != nil { // columns that have values but no name
		for _, row := range t.Rows {
			width = max(width, min(filled(row), len(t.Header)))
		}
	}
	for i, row := range t.Rows {
		n := max(width, filled(row))
		if n <= len(row) {
			t.Rows[i] = row[:n:n]
			continue
		}
		if cells += n; cells > 2*maxCells {
			return &Error{Line: t.Lines[i], Reason: "too many rows are shorter than the header; is the delimiter right?"}
		}
		t.Rows[i] = append(slices.Clip(row), make([]string, n-len(row))...)
	}
	header := make([]string, width)
	copy(header, t.Header)
	t.Header = header
	for _, w := range []Warning{short, long} {
		if w.Count > 0 {
			t.Warnings = append(t.Warnings, w)
		}
	}
	return nil
}

// filled is the number of cells up to the last that is not empty.
func filled(cells []string) int {
	n := len(cells)
	for n > 0 && cells[n-1] == "" {
		n--
	}
	return n
}

// commonWidth is the width that most rows have.
func commonWidth(all [][]string) int {
	count, best := map[int]int{}, 0
	for _, row := range all {
		n := filled(row)
		if n == 0 {
			continue
		}
		if count[n]++; best == 0 || count[n] > count[best] || count[n] == count[best] && n > best {
			best = n
		}
	}
	return best
}

// lostDigits warns of columns in which a spreadsheet has made numbers of long digits: nobody can tell what they were.
func (t *Table) lostDigits() {
	found := map[int]*Warning{}
	for i, row := range t.Rows {
		for j, cell := range row {
			if scientific(cell) {
				if found[j] == nil {
					found[j] = &Warning{Code: ExcelNumbers, Column: j}
				}
				found[j].at(t.Lines[i])
			}
		}
	}
	for j := range maxColumns {
		if w := found[j]; w != nil {
			t.Warnings = append(t.Warnings, *w)
		}
	}
}

// scientific tells 1,23E+11.
func scientific(cell string) bool {
	if len(cell) < 4 || len(cell) > 24 || cell[0] < '0' || cell[0] > '9' {
		return false
	}
	number, power, ok := strings.Cut(cell, "E+")
	if !ok || power == "" || strings.Trim(power, "0123456789") != "" {
		return false
	}
	whole, part, _ := strings.Cut(strings.Replace(number, ",", ".", 1), ".")
	return strings.Trim(whole+part, "0123456789") == ""
}

// invisible are characters that nobody sees and that come with what is copied: spaces of all kinds, marks of direction, of no width.
func invisible(r rune) bool {
	switch {
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069, r == 0xFEFF, r == 0xAD:
		return true
	}
	return unicode.IsSpace(r)
}

// tidy takes off what is invisible at the ends of a cell.
func tidy(cell string) string {
	if cell == "" {
		return ""
	}
	first, last := cell[0], cell[len(cell)-1]
	if first > ' ' && first < utf8.RuneSelf && last > ' ' && last < utf8.RuneSelf {
		return cell
	}
	return strings.TrimFunc(cell, invisible)
}

// unguarded takes off what keeps a spreadsheet from calculating a cell: our own apostrophe (see Defuse), and ="00123".
func unguarded(cell string) (string, bool) {
	if len(cell) > 3 && cell[0] == '=' && cell[1] == '"' && cell[len(cell)-1] == '"' {
		if inner := cell[2 : len(cell)-1]; !strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return strings.ReplaceAll(inner, `""`, `"`), true
		}
	}
	if len(cell) > 1 && cell[0] == '\'' && Defuse(cell[1:]) != cell[1:] {
		return cell[1:], true
	}
	return cell, false
}
