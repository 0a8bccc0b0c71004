package exchange

import (
	"fmt"
	"slices"
	"strings"
)

// How much of a file is looked at to tell its delimiter and header.
const (
	sniffBytes = 256 << 10
	sniffRows  = 200
)

// delimiterOf gives the delimiter that is named, or the one by which most rows are as wide as each other.
func delimiterOf(text, named string) (byte, error) {
	switch named {
	case "":
	case "tab", `\t`:
		return '\t', nil
	default:
		if len(named) != 1 || strings.ContainsAny(named, "\"= \r\n'") {
			return 0, &Error{Reason: fmt.Sprintf("%q can't be a delimiter: say one character, or tab", named)}
		}
		return named[0], nil
	}
	best, most := byte(','), 0.0
	for _, d := range []byte{'\t', ';', ',', '|'} {
		if score := fits(text, d); score > most {
			best, most = d, score
		}
	}
	return best, nil
}

// fits scores a delimiter: the share of rows that have the width which most have, and a little for each column. 0 is for one that parts
// nothing. A first row of another width counts much: it is the header, which has no texts with commas in them.
func fits(text string, delimiter byte) float64 {
	whole := len(text) <= sniffBytes
	p := &parser{text: text[:min(len(text), sniffBytes)], delimiter: delimiter, line: 1}
	count, all, first := map[int]int{}, 0, 0
	for all < sniffRows {
		cells, _, ok, err := p.row()
		if err != nil || !ok || !whole && p.pos >= len(p.text) && all > 0 { // the last may be cut off
			break
		}
		if blank(cells) {
			continue
		}
		if all++; all == 1 {
			first = len(cells)
		}
		count[len(cells)]++
	}
	width := 0
	for n, c := range count {
		if width == 0 || c > count[width] || c == count[width] && n > width {
			width = n
		}
	}
	if width < 2 {
		return 0
	}
	score := float64(count[width]) / float64(all)
	if score < 0.5 && first != width {
		return 0
	}
	if first == width {
		score++
	}
	return score + float64(min(width, 100))/1000 - float64(p.stray.Count)/float64(all)
}

// isHeader tells whether the first row names the columns: it has a usual name in it, or nothing in it looks like a value while
// what stands below it does.
func isHeader(all [][]string, known func(string) bool) bool {
	first, rest := all[0], all[1:min(len(all), sniffRows)]
	if known != nil && slices.ContainsFunc(first, known) {
		return true
	}
	below := false
	for j, cell := range first {
		if shapeOf(cell) != plainText && cell != "" {
			return false
		}
		values, filled := 0, 0
		for _, row := range rest {
			if j < len(row) && row[j] != "" {
				filled++
				if shapeOf(row[j]) != plainText {
					values++
				}
			}
		}
		below = below || filled > 0 && 2*values > filled
	}
	return below
}

type shape int

const (
	plainText shape = iota
	address
	numeric
	identifier
)

// shapeOf tells what can be no name of a column: addresses, numbers, dates, identifiers.
func shapeOf(cell string) shape {
	if strings.Contains(cell, "@") {
		return address
	}
	digits := 0
	for i := range len(cell) {
		if cell[i] >= '0' && cell[i] <= '9' {
			digits++
		}
	}
	switch {
	case digits > 0 && strings.Trim(cell, "0123456789 .,:/+-()TZ") == "":
		return numeric
	case len(cell) == 36 && strings.Count(cell, "-") == 4 && strings.Trim(strings.ToLower(cell), "0123456789abcdef-") == "":
		return identifier
	}
	return plainText
}
