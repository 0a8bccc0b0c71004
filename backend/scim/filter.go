package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits on filters, so that parsing and matching cost little whatever is sent.
const (
	maxFilter      = 8 << 10 // bytes
	maxFilterDepth = 32      // parentheses, not and value paths in one another
	maxTerms       = 200     // comparisons
)

// Filter is a parsed filter (RFC 7644 section 3.4.2.2).
type Filter struct{ Root Expr }

// Expr is a node of a filter: And, Or, Not or Compare.
type Expr interface{ expr() }

// And is true where both sides are.
type And struct{ Left, Right Expr }

// Or is true where a side is.
type Or struct{ Left, Right Expr }

// Not is true where Inner is not.
type Not struct{ Inner Expr }

// Compare compares the attribute at Path with Value. Op is one of eq ne co sw ew pr gt ge lt le, in small letters; pr
// has no Value. Value is a string, a bool, a json.Number, or nil (null, with eq and ne only), already of the attribute's
// type where the tables know it. A value path that stands alone, emails[type eq "work"], is pr on it. An attribute
// with values of its own is compared by them: `emails eq "x"` has Sub "value", like `emails.value eq "x"`.
type Compare struct {
	Path  Path
	Op    string
	Value any

	key string // of a string, made once for many matches; Match makes it where it is missing
}

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Compare) expr() {}

// ParseFilter reads a filter: the whole grammar of RFC 7644, and with it values without quotes, the manager without its
// URN and booleans as text, as Entra writes them. Errors are *Error of kind InvalidFilter and name the place.
func ParseFilter(t *ResourceType, s string) (*Filter, error) {
	p, err := newParser(t, s, "filter")
	if err != nil {
		return nil, err
	}
	root, err := p.or(nil)
	if err != nil {
		return nil, asFilter(err)
	}
	if p.space(); p.at < len(p.s) {
		return nil, p.fail(p.at, "unexpected "+quote(p.s[p.at:]))
	}
	return &Filter{Root: root}, nil
}

// String is the canonical text; parsing it gives the same filter again.
func (f *Filter) String() string {
	var b strings.Builder
	writeExpr(&b, f.Root, 0)
	return b.String()
}

// Binding strengths, for parentheses.
const (
	looseOr = iota
	looseAnd
	tight
)

func writeExpr(b *strings.Builder, e Expr, around int) {
	pair := func(left, right Expr, word string, own int) {
		if around > own {
			b.WriteByte('(')
		}
		writeExpr(b, left, own)
		b.WriteString(word)
		writeExpr(b, right, own+1)
		if around > own {
			b.WriteByte(')')
		}
	}
	switch e := e.(type) {
	case Or:
		pair(e.Left, e.Right, " or ", looseOr)
	case And:
		pair(e.Left, e.Right, " and ", looseAnd)
	case Not:
		b.WriteString("not (")
		writeExpr(b, e.Inner, looseOr)
		b.WriteByte(')')
	case Compare:
		e.Path.write(b)
		if e.Op == "pr" {
			if e.Path.Where == nil || e.Path.Sub != "" {
				b.WriteString(" pr")
			}
			return
		}
		b.WriteString(" " + e.Op + " ")
		b.Write(appendJSON(nil, e.Value, nil))
	}
}

// parser reads filters and paths, from left to right.
type parser struct {
	t     *ResourceType
	what  string // filter or path, for errors
	s     string
	at    int
	deep  int // parentheses and brackets that are open
	terms int
}

func newParser(t *ResourceType, s, what string) (*parser, error) {
	p := &parser{t: t, what: what, s: s}
	switch {
	case len(s) > maxFilter:
		return nil, &Error{Kind: InvalidFilter, Detail: fmt.Sprintf("the %s is longer than %d bytes", what, maxFilter)}
	case !utf8.ValidString(s):
		return nil, &Error{Kind: InvalidFilter, Detail: fmt.Sprintf("the %s is not valid UTF-8", what)}
	}
	return p, nil
}

func (p *parser) fail(at int, what string) error {
	return &Error{Kind: InvalidFilter, Detail: fmt.Sprintf("invalid %s %s at %d: %s", p.what, quote(p.s), at, what)}
}

// asFilter makes a fault of a path, met in a filter, a fault of the filter.
func asFilter(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == InvalidPath {
		return &Error{Kind: InvalidFilter, Detail: e.Detail}
	}
	return err
}

func (p *parser) space() {
	for p.at < len(p.s) && isSpace(p.s[p.at]) {
		p.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (p *parser) peek() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

// token reads up to white space or one of ( ) [ ] ".
func (p *parser) token() string {
	start := p.at
	for p.at < len(p.s) && !isSpace(p.s[p.at]) && !strings.ContainsRune(`()[]"`, rune(p.s[p.at])) {
		p.at++
	}
	return p.s[start:p.at]
}

// keyword takes a word if it stands next as a whole word. "not" is one only before a parenthesis.
func (p *parser) keyword(word string) bool {
	p.space()
	start := p.at
	if !strings.EqualFold(p.token(), word) {
		p.at = start
		return false
	}
	if word == "not" {
		after := p.at
		if p.space(); p.peek() != '(' {
			p.at = start
			return false
		}
		p.at = after
	}
	return true
}

// scope is the attribute whose value filter is read; nil outside of one.
type scope struct{ of *Attribute }

func (p *parser) or(in *scope) (Expr, error) {
	left, err := p.and(in)
	for err == nil && p.keyword("or") {
		var right Expr
		right, err = p.and(in)
		left = Or{left, right}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

func (p *parser) and(in *scope) (Expr, error) {
	left, err := p.term(in)
	for err == nil && p.keyword("and") {
		var right Expr
		right, err = p.term(in)
		left = And{left, right}
	}
	if err != nil {
		return nil, err
	}
	return left, nil
}

func (p *parser) term(in *scope) (Expr, error) {
	negated := p.keyword("not")
	p.space()
	if p.peek() != '(' {
		return p.compare(in)
	}
	inner, err := p.enclosed(in, ')')
	if err != nil {
		return nil, err
	}
	if negated {
		return Not{inner}, nil
	}
	return inner, nil
}

// valueFilter reads "[…]" after an attribute; of is nil where the tables don't know it.
func (p *parser) valueFilter(of *Attribute) (Expr, error) {
	return p.enclosed(&scope{of}, ']')
}

// enclosed reads what stands between the bracket at the current place and the one that closes it.
func (p *parser) enclosed(in *scope, closing byte) (Expr, error) {
	open := p.at
	p.at++
	if p.deep++; p.deep > maxFilterDepth {
		return nil, p.fail(open, fmt.Sprintf("it is nested more than %d deep", maxFilterDepth))
	}
	inner, err := p.or(in)
	if err != nil {
		return nil, err
	}
	if p.space(); p.peek() != closing {
		return nil, p.fail(open, fmt.Sprintf("a %q is missing that closes it", closing))
	}
	p.at++
	p.deep--
	return inner, nil
}

// compare reads one comparison, or a value path alone.
func (p *parser) compare(in *scope) (Expr, error) {
	if p.terms++; p.terms > maxTerms {
		return nil, p.fail(p.at, fmt.Sprintf("it has more than %d comparisons", maxTerms))
	}
	start := p.at
	g, err := p.operand(in)
	if err != nil {
		return nil, err
	}
	p.space()
	opAt := p.at
	op := strings.ToLower(p.token())
	c := Compare{Path: g.Path, Op: op}
	switch op {
	case "pr":
		return c, nil
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
	default:
		p.at = opAt
		if g.Where != nil && g.Sub == "" {
			c.Op = "pr"
			return c, nil
		}
		return nil, p.fail(opAt, "an operator such as eq is expected, not "+quote(p.s[opAt:]))
	}
	v, quoted, err := p.value()
	if err != nil {
		return nil, err
	}
	leaf := g.leaf()
	if in != nil {
		leaf = g.sub
	}
	if g.Sub == "" && g.attr != nil && g.attr.Type == TypeComplex {
		if leaf = find(g.attr.Sub, "value"); leaf == nil {
			return nil, p.fail(start, fmt.Sprintf("%s has no value of its own; name one of its sub-attributes", g.Attr))
		}
		c.Path.Sub = leaf.Name
	}
	if c.Value, err = operandValue(leaf, op, v, quoted); err != nil {
		return nil, p.fail(opAt, c.Path.String()+" "+err.Error())
	}
	if text, ok := c.Value.(string); ok {
		c.key = Key(text)
	}
	return c, nil
}

// operand reads what is compared: a path, or inside a value filter the name of a sub-attribute.
func (p *parser) operand(in *scope) (target, error) {
	start := p.at
	if in == nil {
		g, err := p.path()
		if err == nil && g.Attr == "" {
			err = p.badPath(start, "a URN alone can't be compared")
		}
		return g, err
	}
	name := p.token()
	if !isName(name) {
		return target{}, p.fail(start, "a sub-attribute's name is expected, not "+quote(p.s[start:]))
	}
	g := target{Path: Path{Attr: name}}
	if g.sub = in.of.sub(name); g.sub != nil {
		g.Attr = g.sub.Name
	}
	return g, nil
}

// value reads a comparison's value: a JSON string, or a word, which stands for itself.
func (p *parser) value() (text string, quoted bool, err error) {
	p.space()
	start := p.at
	if p.peek() != '"' {
		for p.at < len(p.s) && !isSpace(p.s[p.at]) && p.s[p.at] != ')' && p.s[p.at] != ']' {
			p.at++
		}
		if p.at == start {
			return "", false, p.fail(start, "a value is expected")
		}
		return p.s[start:p.at], false, nil
	}
	var b strings.Builder
	for p.at++; p.at < len(p.s); {
		switch c := p.s[p.at]; c {
		case '"':
			p.at++
			return b.String(), true, nil
		case '\\':
			// A backslash that begins no escape sequence stands for itself: DOMAIN\user is sent like this.
			if r, n, bad := unescape(p.s[p.at:]); bad == "" {
				b.WriteRune(r)
				p.at += n
				continue
			}
			fallthrough
		default:
			b.WriteByte(c)
			p.at++
		}
	}
	return "", false, p.fail(start, "the quotation mark is not closed")
}

// operandValue makes a value of what was written, by the attribute's type (nil: not known) and the operator.
func operandValue(leaf *Attribute, op, text string, quoted bool) (any, error) {
	if !quoted && strings.EqualFold(text, "null") {
		if op != "eq" && op != "ne" {
			return nil, fmt.Errorf("can't be compared with null by %s", op)
		}
		return nil, nil
	}
	if leaf == nil {
		if quoted {
			return text, nil
		}
		if b, ok := boolText(text); ok {
			return b, nil
		}
		if numberLen(text) == len(text) {
			return json.Number(text), nil
		}
		return text, nil
	}
	ordered := op == "gt" || op == "ge" || op == "lt" || op == "le"
	partial := op == "co" || op == "sw" || op == "ew"
	switch leaf.Type {
	case TypeBoolean:
		b, ok := boolText(text)
		switch {
		case ordered || partial:
			return nil, fmt.Errorf("is a boolean, which %s can't compare", op)
		case !ok:
			return nil, fmt.Errorf("is a boolean and can't be compared with %s", quote(text))
		}
		return b, nil
	case TypeInteger, TypeDecimal:
		switch {
		case partial:
			return nil, fmt.Errorf("is a number, which %s can't compare", op)
		case numberLen(text) != len(text) || text == "":
			return nil, fmt.Errorf("is a number and can't be compared with %s", quote(text))
		}
		return json.Number(text), nil
	case TypeDateTime:
		if _, ok := parseTime(text); !ok && !partial {
			return nil, fmt.Errorf("is a dateTime and can't be compared with %s", quote(text))
		}
	case TypeBinary:
		if ordered {
			return nil, fmt.Errorf("is binary, which %s can't compare", op)
		}
	}
	return text, nil
}
