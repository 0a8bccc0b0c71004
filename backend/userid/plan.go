package userid

import (
	"strings"

	"scimdesk/backend/scim"
)

// States of a Row.
const (
	Change    = "change"
	Same      = "same"
	Case      = "case" // the same ID in other letters: it is changed, and nobody else can have it
	NoSource  = "no-source"
	Invalid   = "invalid"
	Collision = "collision"
	Owned     = "owned"
	Skipped   = "skipped"
	Missing   = "missing"
)

// What a Choice does.
const (
	Skip   = "skip"
	Suffix = "suffix"
	Type   = "type"
)

// Choice settles a row.
type Choice struct {
	Do string // Skip, Suffix or Type
	To string // of Type
}

// Keeper is somebody whom a plan leaves alone, and whose user ID nobody else may get.
type Keeper struct{ ID, Name, UserName string }

// Row is one person of a plan, or a line of a file that names nobody.
type Row struct {
	ID, Name string // ID is "" for Missing
	From, To string
	State    string
	Code     string // why, one of the codes of value.go
	What     string // what goes with Code
	With     Keeper // of a Collision: with whom; of a Chain: who gives the ID up
	Chain    bool   // takes an ID that another row gives up
	Settled  string // by which Choice
	Owned    bool
}

// Moves tells whether the row changes somebody's user ID.
func (r *Row) Moves() bool { return r.State == Change || r.State == Case }

// A planner works one plan out.
type planner struct {
	rule Rule
	rows []Row
	froms,
	tos []string // scim.Key of each row's From and To; "" where there is none

	keepers map[string]Keeper // by key, of those who keep their ID
	givers  map[string]int    // by key, rows that give an ID up
	takers  map[string][]int  // by key, rows that would get it
}

// Plan works out what a rule does to people. everybodyElse keeps their IDs; choices settle rows by their index. The same arguments give the same
// plan, row by row in the order of people; with ToFile in the order of the file, and then there are rows for those alone whom the file names.
func Plan(people []Person, everybodyElse []Keeper, rule Rule, choices map[int]Choice) []Row {
	p := &planner{rule: rule}
	if rule.To == ToFile {
		everybodyElse = p.fromFile(people, everybodyElse)
	} else {
		p.rows = make([]Row, 0, len(people))
		for i := range people {
			to, why := rule.make(&people[i])
			p.add(&people[i], to, why)
		}
	}
	p.keys()
	p.choose(choices)
	p.settle(everybodyElse, choices)
	return p.rows
}

// add judges one person by themselves.
func (p *planner) add(who *Person, to string, why lack) {
	row := Row{ID: who.ID, Name: who.Name, From: who.UserName, To: to, Owned: who.Owned}
	row.judge(&p.rule, why)
	p.rows = append(p.rows, row)
}

// judge says what a row is as long as nobody else is looked at.
func (r *Row) judge(rule *Rule, why lack) {
	r.State, r.Code, r.What = Change, why.code, why.what
	email := rule.isEmail(r.To)
	if r.Settled == Type {
		email = strings.Contains(r.To, "@")
	}
	switch {
	case why.code != "":
		r.State = NoSource
		return
	case r.To == r.From:
		r.State = Same
		return
	}
	if r.Code = valid(r.To, email); r.Code != "" {
		r.State = Invalid
		return
	}
	switch {
	case r.Owned && !rule.Owned:
		r.State = Owned
	case scim.Key(r.From) == scim.Key(r.To):
		r.State, r.Code = Case, LetterCase
		if !strings.EqualFold(r.From, r.To) {
			r.Code = Form
		}
	}
}

// fromFile makes a row for each line that names somebody of people, or nobody. People whom the file does not name keep their IDs.
func (p *planner) fromFile(people []Person, others []Keeper) []Keeper {
	chosen := make(map[string]int, len(people))
	for i := range people {
		chosen[scim.Key(people[i].UserName)] = i
	}
	here := make(map[string]bool, len(others))
	for _, o := range others {
		here[scim.Key(o.UserName)] = true
	}
	named := make(map[string]bool, len(p.rule.Pairs))
	for _, pair := range p.rule.Pairs {
		old := strings.TrimSpace(pair.Old)
		key := scim.Key(old)
		i, ok := chosen[key]
		switch {
		case old == "" || !ok && here[key]:
		case !ok:
			p.rows = append(p.rows, Row{From: old, To: strings.TrimSpace(pair.New), State: Missing, Code: NotHere})
		case named[key]:
			who := &people[i]
			p.rows = append(p.rows, Row{ID: who.ID, Name: who.Name, From: who.UserName, To: strings.TrimSpace(pair.New), State: Invalid, Code: Again, Owned: who.Owned})
		default:
			named[key] = true
			to, why := had(pair.New, "new user ID")
			p.add(&people[i], to, why)
		}
	}
	kept := append([]Keeper(nil), others...)
	for i := range people {
		if who := &people[i]; !named[scim.Key(who.UserName)] {
			kept = append(kept, Keeper{who.ID, who.Name, who.UserName})
		}
	}
	return kept
}

func (p *planner) keys() {
	p.froms, p.tos = make([]string, len(p.rows)), make([]string, len(p.rows))
	for i := range p.rows {
		p.froms[i] = scim.Key(p.rows[i].From)
		p.tos[i] = scim.Key(p.rows[i].To)
	}
}

// choose does what was chosen but suffixes, which need to know everybody else's IDs. What can't be settled stays as it is: somebody whom Entra
// owns, somebody who is not there, a line that stands in the file twice.
func (p *planner) choose(choices map[int]Choice) {
	for i, c := range choices {
		if i < 0 || i >= len(p.rows) || !p.rows[i].settles() {
			continue
		}
		row := &p.rows[i]
		switch c.Do {
		case Skip:
			row.State, row.Settled, row.Code, row.What = Skipped, Skip, "", ""
		case Type:
			row.Settled, row.To = Type, strings.TrimSpace(c.To)
			p.tos[i] = scim.Key(row.To)
			row.judge(&p.rule, lack{})
		}
	}
}

func (r *Row) settles() bool {
	return r.ID != "" && r.State != Owned && r.Code != Again
}

// settle looks at everybody together.
func (p *planner) settle(others []Keeper, choices map[int]Choice) {
	p.survey(others)
	if p.suffixes(choices) {
		p.survey(others)
	}
	for i := range p.rows {
		p.meet(i)
	}
}

// survey notes who keeps, gives up and takes which ID.
func (p *planner) survey(others []Keeper) {
	p.keepers = make(map[string]Keeper, len(others)+len(p.rows))
	p.givers, p.takers = make(map[string]int, len(p.rows)), make(map[string][]int, len(p.rows))
	for _, o := range others {
		p.keepers[scim.Key(o.UserName)] = o
	}
	for i := range p.rows {
		row := &p.rows[i]
		switch {
		case row.State == Change:
			p.givers[p.froms[i]] = i
			p.takers[p.tos[i]] = append(p.takers[p.tos[i]], i)
		case row.ID != "" && row.Code != Again:
			p.keepers[p.froms[i]] = row.keeper()
		}
	}
}

func (r *Row) keeper() Keeper { return Keeper{r.ID, r.Name, r.From} }

// suffixes puts numbers behind the IDs of rows where that was chosen: the smallest that nobody else has now and no row would get.
func (p *planner) suffixes(choices map[int]Choice) (changed bool) {
	given := map[string]bool{}
	for i := range p.rows {
		row := &p.rows[i]
		if choices[i].Do != Suffix || row.State != Change {
			continue
		}
		row.Settled, changed = Suffix, true
		base := row.To
		for n := firstSuffix; ; n++ {
			to := numbered(base, n, p.rule.isEmail(base))
			if key := scim.Key(to); key == p.froms[i] || !given[key] && !p.known(key) {
				given[key] = true
				row.To, p.tos[i] = to, key
				break
			}
		}
		row.judge(&p.rule, lack{})
	}
	return changed
}

// known tells that somebody has an ID now, or would get it.
func (p *planner) known(key string) bool {
	_, kept := p.keepers[key]
	_, given := p.givers[key]
	return kept || given || len(p.takers[key]) > 0
}

// meet finds out with whom a row collides, and from whom it takes its ID.
func (p *planner) meet(i int) {
	row := &p.rows[i]
	if row.State != Change {
		return
	}
	if who, kept := p.keepers[p.tos[i]]; kept {
		row.State, row.Code, row.With = Collision, Kept, who
		return
	}
	if rivals := p.takers[p.tos[i]]; len(rivals) > 1 {
		other := rivals[0]
		if other == i {
			other = rivals[1]
		}
		row.State, row.Code, row.With = Collision, Doubled, p.rows[other].keeper()
		return
	}
	if giver, ok := p.givers[p.tos[i]]; ok {
		row.Chain, row.With = true, p.rows[giver].keeper()
	}
}
