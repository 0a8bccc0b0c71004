package exchange

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A parser reads rows of a CSV one by one. It is as lenient as it can be without losing anything: a quote inside a cell that has not begun
// with one stands for itself, and so does one that is followed by neither delimiter nor line end; a quoted name before an <address> is a part of
// the cell. The one thing that is an error is a quote that opens a cell and is never closed, since the rest of the file would be one cell.
type parser struct {
	text      string
	delimiter byte
	pos, line int
	start     int // of the line, for errors
	cells     []string
	stray     Warning
	guards    Warning
}

// row gives the next row, which the call after it overwrites, and its line. ok is false at the end.
func (p *parser) row() (cells []string, line int, ok bool, err error) {
	if p.pos >= len(p.text) {
		return nil, 0, false, nil
	}
	p.cells, line = p.cells[:0], p.line
	p.start = p.pos
	for {
		cell, err := p.cell()
		if err != nil {
			return nil, 0, false, err
		}
		if len(p.cells) == maxColumns {
			return nil, 0, false, &Error{Line: line, Reason: fmt.Sprintf("there are more than %d columns", maxColumns)}
		}
		p.cells = append(p.cells, cell)
		if p.pos < len(p.text) && p.text[p.pos] == p.delimiter {
			p.pos++
			continue
		}
		p.endLine()
		return p.cells, line, true, nil
	}
}

// endLine goes behind the line end where there is one: CR LF, LF, or CR alone.
func (p *parser) endLine() {
	if p.pos >= len(p.text) {
		return
	}
	if strings.HasPrefix(p.text[p.pos:], "\r\n") {
		p.pos++
	}
	p.pos++
	p.line++
}

func (p *parser) cell() (string, error) {
	from := p.pos
	for from < len(p.text) && p.text[from] == ' ' {
		from++
	}
	rest := p.text[from:]
	if strings.HasPrefix(rest, `"`) {
		return p.quoted(from)
	}
	if strings.HasPrefix(rest, `="`) {
		if cell, ok := p.asText(from); ok {
			return cell, nil
		}
	}
	end, quotes := p.pos, false
scan:
	for end < len(p.text) {
		switch p.text[end] {
		case p.delimiter, '\r', '\n':
			break scan
		case '"':
			quotes = true
		}
		end++
	}
	cell := p.text[p.pos:end]
	p.pos = end
	if quotes {
		p.stray.Code, p.stray.Column = StrayQuotes, -1
		p.stray.at(p.line)
	}
	return p.clean(cell), nil
}

// asText reads ="00123", with which text is kept from becoming a number; it may hold the delimiter.
func (p *parser) asText(from int) (string, bool) {
	for end := from + 2; end < len(p.text); end++ {
		switch p.text[end] {
		case '\r', '\n':
			return "", false
		case '"':
			if strings.HasPrefix(p.text[end+1:], `"`) {
				end++
				continue
			}
			after := p.behind(end + 1)
			if after < 0 {
				return "", false
			}
			cell := p.text[from : end+1]
			p.pos = after
			return p.clean(cell), true
		}
	}
	return "", false
}

// behind gives where a cell ends whose closing quote stands before pos, -1 if something else follows that quote.
func (p *parser) behind(pos int) int {
	for pos < len(p.text) && (p.text[pos] == ' ' || p.text[pos] == '\t' && p.delimiter != '\t') {
		pos++
	}
	if pos == len(p.text) || p.text[pos] == p.delimiter || p.text[pos] == '\r' || p.text[pos] == '\n' {
		return pos
	}
	return -1
}

// mailbox gives the end of the address that follows a quoted name, as in "Berg, Anna" <anna.berg@contoso.example>, which mail programs write (RFC 5322
// section 3.4); -1 if something else follows.
func (p *parser) mailbox(pos int) int {
	rest := strings.TrimLeft(p.text[pos:], " ")
	end := strings.IndexAny(rest, ">\r\n\"")
	if !strings.HasPrefix(rest, "<") || end < 0 || rest[end] != '>' || !strings.Contains(rest[:end], "@") {
		return -1
	}
	end += len(p.text) - len(rest) + 1
	if p.behind(end) < 0 {
		return -1
	}
	return end
}

// quoted reads a cell whose opening quote stands at from. Line ends in it become LF.
func (p *parser) quoted(from int) (string, error) {
	var joined strings.Builder
	line, rest := p.line, from+1
	strayed := 0
	for at := rest; ; {
		i := strings.IndexByte(p.text[at:], '"')
		if i < 0 {
			column := utf8.RuneCountInString(p.text[p.start:from]) + 1
			return "", &Error{Line: line, Column: column, Reason: "the quote that opens here is never closed"}
		}
		at += i
		if strings.HasPrefix(p.text[at+1:], `"`) {
			joined.WriteString(p.text[rest : at+1])
			at += 2
			rest = at
			continue
		}
		if after := p.behind(at + 1); after >= 0 {
			cell := p.text[rest:at]
			if joined.Len() > 0 {
				joined.WriteString(cell)
				cell = joined.String()
			}
			p.pos = after
			if strings.ContainsAny(cell, "\r\n") {
				cell = strings.ReplaceAll(strings.ReplaceAll(cell, "\r\n", "\n"), "\r", "\n")
				p.line += strings.Count(cell, "\n")
			}
			for range strayed {
				p.stray.Code, p.stray.Column = StrayQuotes, -1
				p.stray.at(line)
			}
			return p.clean(cell), nil
		}
		if end := p.mailbox(at + 1); end >= 0 {
			p.pos = p.behind(end)
			return p.clean(p.text[from:end]), nil
		}
		strayed++
		at++
	}
}

// clean takes off guards and what is invisible at the ends.
func (p *parser) clean(cell string) string {
	cell = tidy(cell)
	if cell == "" || cell[0] != '\'' && cell[0] != '=' {
		return cell
	}
	bare, guarded := unguarded(cell)
	if !guarded {
		return cell
	}
	p.guards.Code, p.guards.Column = FormulaGuards, -1
	p.guards.at(p.line)
	return tidy(bare)
}
