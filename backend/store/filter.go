package store

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"scimdesk/backend/scim"
)

// A plan is what of a filter an index can answer. SQL narrows, scim.Filter.Match decides: only where the SQL says all
// that the filter says (exact) is Match not asked. Both compare by scim.Key.
type plan struct {
	t          *scim.ResourceType
	filter     *scim.Filter
	where      []string // conditions on resources r
	args       []any    // $1 is the type
	exact      bool     // where says all that the filter says
	narrow     bool     // an index gives the few rows that are left; else rows are visited in order
	onlyActive bool     // the filter is active eq true and nothing else, which is counted
}

// prefixEnd is above every valid text that begins with what stands before it.
const prefixEnd = "\U0010FFFF"

func planFilter(t *scim.ResourceType, f *scim.Filter) *plan {
	p := &plan{t: t, filter: f, args: []any{t.Name}, exact: true}
	if f == nil {
		return p
	}
	terms := conjuncts(f.Root, nil)
	for _, e := range terms {
		c, ok := p.condition(e)
		if !ok {
			p.exact = false
			continue
		}
		p.where = append(p.where, c.sql)
		p.exact = p.exact && c.exact
		p.narrow = p.narrow || c.narrow
	}
	if len(terms) == 1 && t == scim.User {
		if c, ok := terms[0].(scim.Compare); ok && c.Path.URN == "" && c.Path.Attr == "active" && c.Op == "eq" && c.Value == true {
			p.onlyActive = p.exact
		}
	}
	return p
}

// conjuncts takes an expression apart at its ands.
func conjuncts(e scim.Expr, into []scim.Expr) []scim.Expr {
	if and, ok := e.(scim.And); ok {
		return conjuncts(and.Right, conjuncts(and.Left, into))
	}
	return append(into, e)
}

// A condition is SQL for one term: exact if it says all that the term says, else it only leaves out rows that can't match.
type condition struct {
	sql           string
	exact, narrow bool
}

func (p *plan) arg(v any) string {
	p.args = append(p.args, v)
	return "$" + strconv.Itoa(len(p.args))
}

func (p *plan) condition(e scim.Expr) (condition, bool) {
	switch e := e.(type) {
	case scim.Compare:
		return p.compare(e)
	case scim.Or:
		return p.either(e)
	}
	return condition{}, false
}

// either plans an or: both sides must have an index that finds them, or all rows are visited anyway.
func (p *plan) either(or scim.Or) (condition, bool) {
	args := len(p.args)
	left, ok := p.condition(or.Left)
	if ok && left.narrow {
		right, ok := p.condition(or.Right)
		if ok && right.narrow {
			const alive = "(r.type = $1 and r.deleted_at is null and " // in each side, so that each finds its own index
			return condition{sql: "(" + alive + left.sql + ") or " + alive + right.sql + "))",
				exact: left.exact && right.exact, narrow: true}, true
		}
	}
	p.args = slices.Clip(p.args[:args])
	return condition{}, false
}

func (p *plan) compare(c scim.Compare) (condition, bool) {
	if c.Path.URN != "" && c.Path.URN != p.t.Schema.ID {
		return condition{}, false
	}
	if c.Path.Where != nil {
		return p.valuePath(c)
	}
	text, isText := c.Value.(string)
	key := scim.Key(text)
	switch c.Path.Attr + "." + c.Path.Sub {
	case "id.":
		if isText && c.Op == "eq" && key != "" {
			return condition{sql: "r.id = " + p.arg(key), exact: true, narrow: true}, true
		}
	case "userName.":
		if p.t == scim.User && isText {
			return p.keyed("r.unique_key", c.Op, key)
		}
	case "displayName.":
		if isText {
			return p.keyed("r.display_key", c.Op, key)
		}
	case "externalId.":
		if isText {
			return p.keyed("r.external_key", c.Op, key)
		}
	case "emails.", "emails.value":
		if p.t == scim.User && isText && c.Op == "eq" && key != "" {
			return condition{sql: p.hasEmail(key), exact: true, narrow: true}, true
		}
	case "members.", "members.value":
		if p.t == scim.Group && isText && c.Op == "eq" && text != "" {
			return condition{sql: p.hasMember(text, key), exact: true, narrow: true}, true
		}
	case "groups.", "groups.value":
		if p.t == scim.User && isText && c.Op == "eq" && text != "" {
			return condition{sql: p.inGroup(key), exact: true, narrow: true}, true
		}
	case "active.":
		if value, ok := c.Value.(bool); ok && c.Op == "eq" && p.t == scim.User {
			return condition{sql: "r.active = " + p.arg(bit(value)), exact: true}, true
		}
	case "meta.lastModified":
		if isText {
			return p.modified(c.Op, text)
		}
	}
	return condition{}, false
}

// keyed compares a key column that is null where the attribute is absent.
func (p *plan) keyed(column, op, key string) (condition, bool) {
	switch {
	case key == "":
	case op == "eq":
		return condition{sql: column + " = " + p.arg(key), exact: true, narrow: true}, true
	case op == "sw":
		return condition{sql: "(" + column + " >= " + p.arg(key) + " and " + column + " < " + p.arg(key+prefixEnd) + ")",
			exact: true, narrow: true}, true
	}
	return condition{}, false
}

// valuePath plans emails[... value eq "x" ...]: the index finds the value, Match decides the rest.
func (p *plan) valuePath(c scim.Compare) (condition, bool) {
	if c.Path.Attr != "emails" || p.t != scim.User {
		return condition{}, false
	}
	terms := conjuncts(c.Path.Where, nil)
	if c.Path.Sub == "value" {
		terms = append(terms, scim.Compare{Path: scim.Path{Attr: "value"}, Op: c.Op, Value: c.Value})
	}
	for _, e := range terms {
		inner, ok := e.(scim.Compare)
		if !ok || inner.Op != "eq" || inner.Path.Where != nil {
			continue
		}
		if inner.Path.Attr != "value" && (inner.Path.Attr != "emails" || inner.Path.Sub != "value") {
			continue
		}
		if text, ok := inner.Value.(string); ok && scim.Key(text) != "" {
			return condition{sql: p.hasEmail(scim.Key(text)), narrow: true}, true
		}
	}
	return condition{}, false
}

func (p *plan) hasEmail(key string) string {
	return "r.seq in (select e.resource_seq from emails e where e.key = " + p.arg(key) + ")"
}

// hasMember looks a member up as it was written and as our own ids are written.
func (p *plan) hasMember(id, key string) string {
	in := "m.member_id = " + p.arg(id)
	if key != id {
		in = "m.member_id in (" + p.arg(id) + ", " + p.arg(key) + ")"
	}
	return "r.seq in (select m.group_seq from members m where " + in + " and m.hidden = 0)"
}

func (p *plan) inGroup(id string) string {
	return "r.id in (select m.member_id from members m join resources g on g.seq = m.group_seq where g.id = " + p.arg(id) +
		" and g.deleted_at is null and m.hidden = 0)"
}

// modified compares lastModified, which is kept in whole milliseconds, with an instant that may be finer.
func (p *plan) modified(op, text string) (condition, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() > 9999 {
		return condition{}, false
	}
	floor := at.UnixMilli()
	ceil := floor
	if at.Nanosecond()%int(time.Millisecond) != 0 {
		ceil++
	}
	var sql string
	switch op {
	case "gt":
		sql = "r.updated_at > " + p.arg(floor)
	case "ge":
		sql = "r.updated_at >= " + p.arg(ceil)
	case "lt":
		sql = "r.updated_at < " + p.arg(ceil)
	case "le":
		sql = "r.updated_at <= " + p.arg(floor)
	case "eq":
		if floor != ceil {
			floor = math.MinInt64
		}
		sql = "r.updated_at = " + p.arg(floor)
	default:
		return condition{}, false
	}
	return condition{sql: sql, exact: true, narrow: true}, true
}

// from is the part of a statement that all of a plan's statements share.
func (p *plan) from() string {
	return " from resources r where " + strings.Join(append([]string{"r.type = $1", "r.deleted_at is null"}, p.where...), " and ")
}
