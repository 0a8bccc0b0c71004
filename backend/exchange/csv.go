// Package exchange reads and writes lists in the formats that other programs know. It is pure: rows in, bytes out, and back.
package exchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// CSV writes rows for a spreadsheet: UTF-8 with a byte order mark, since Excel reads a file without one in the computer's old
// code page, lines ended by CR LF (RFC 4180), and no cell that a spreadsheet would run as a formula.
type CSV struct {
	w     *csv.Writer
	plain bool
}

// NewCSV begins a file with its header row.
func NewCSV(w io.Writer, header []string) (*CSV, error) { return begin(w, header, false) }

// NewPlainCSV begins a file that another system reads, which would take an apostrophe for a part of the value: telephone numbers
// and amounts, which run nothing, stay as they are. Formulas are defused here too, since people open such files as well.
func NewPlainCSV(w io.Writer, header []string) (*CSV, error) { return begin(w, header, true) }

func begin(w io.Writer, header []string, plain bool) (*CSV, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	c := &CSV{csv.NewWriter(w), plain}
	c.w.UseCRLF = true
	return c, c.Row(header)
}

// Row writes one row.
func (c *CSV) Row(cells []string) error {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		if !c.plain || !number(cell) {
			cell = Defuse(cell)
		}
		safe[i] = cell
	}
	if err := c.w.Write(safe); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// Flush writes what is buffered; call it at the end.
func (c *CSV) Flush() error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// Defuse puts an apostrophe before a cell that a spreadsheet would take for a formula. A telephone number such as
// +49 30 123 is one of those too; the apostrophe is what a spreadsheet itself uses to mark text.
func Defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}

// number says that there is nothing in a cell but what telephone numbers and amounts are written with, and a digit.
func number(cell string) bool {
	return strings.ContainsAny(cell, "0123456789") && strings.Trim(cell, "+-0123456789 .,()/\u00A0") == ""
}
