package backend

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"scimdesk/backend/store"
)

// ErrPlanGone means that what was worked out is not kept any more: it is to be worked out again.
var ErrPlanGone = errors.New("this preview is not kept any more, make it again")

// ErrPlanStale means that the people of a preview have changed so that it would do something else now.
var ErrPlanStale = errors.New("people have changed since the preview was made")

// ErrCollisions refuses a conversion that would give a user ID twice; what wraps it names the first.
var ErrCollisions = errors.New("collisions are not settled")

// plansKept is how many previews of a kind are kept; a preview of 100,000 rows is some tens of megabytes.
const plansKept = 4

// PlanQuery asks for a part of what was worked out: a plan of user IDs, an import, a list looked up, a forecast.
type PlanQuery struct {
	Plan   string `json:"plan"`   // the name that it was given
	State  string `json:"state"`  // only rows of that state; "" is all
	Search string `json:"search"` // text that a row must hold, in any letter case; at most 200 characters
	From   int    `json:"from"`
	Limit  int    `json:"limit"` // at most 500; 0 means 200
}

// StateCount says how many rows have a state.
type StateCount struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// A planRow is a row of a preview, as its filter sees it.
type planRow interface {
	state() string
	texts() []string // what Search looks into
}

// planPart gives the rows that q asks for and how many there are of them.
func planPart[R planRow](rows []R, q PlanQuery) (total int, part []R, err error) {
	if len(q.Search) > 4*searchLimit || q.From < 0 || q.Limit < 0 {
		return 0, nil, fmt.Errorf("%w: a search has at most %d characters, and a part begins at 0 or behind it", ErrQuery, searchLimit)
	}
	limit := min(q.Limit, listMaxLimit)
	if limit == 0 {
		limit = listLimit
	}
	words := store.FoldWords(q.Search)
	part = []R{}
	for _, r := range rows {
		if q.State != "" && r.state() != q.State || len(words) > 0 && !holds(r.texts(), words) {
			continue
		}
		if total >= q.From && len(part) < limit {
			part = append(part, r)
		}
		total++
	}
	return total, part, nil
}

func holds(texts, words []string) bool {
	all := store.Fold(strings.Join(texts, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
}

// countStates counts rows by state, in the order given; other states come behind.
func countStates[R planRow](rows []R, order ...string) []StateCount {
	at := map[string]int{}
	counts := []StateCount{}
	for _, state := range order {
		at[state] = len(counts)
		counts = append(counts, StateCount{State: state})
	}
	for _, r := range rows {
		i, known := at[r.state()]
		if !known {
			i = len(counts)
			at[r.state()] = i
			counts = append(counts, StateCount{State: r.state()})
		}
		counts[i].Count++
	}
	return slices.DeleteFunc(counts, func(c StateCount) bool { return c.Count == 0 })
}

// plans keeps what was worked out last. The zero value is ready.
type plans[P any] struct {
	mu   sync.Mutex
	kept []keptPlan[P] // the one looked at last is the last
}

type keptPlan[P any] struct {
	name string
	plan P
}

func (p *plans[P]) keep(plan P) (name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.kept) == plansKept {
		p.kept = slices.Delete(p.kept, 0, 1)
	}
	name = rand.Text()
	p.kept = append(p.kept, keptPlan[P]{name, plan})
	return name
}

// get gives a plan; what it holds is read only, or guarded by itself.
func (p *plans[P]) get(name string) (P, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.kept, func(k keptPlan[P]) bool { return k.name == name })
	if at < 0 {
		var none P
		return none, ErrPlanGone
	}
	k := p.kept[at]
	p.kept = append(slices.Delete(p.kept, at, at+1), k)
	return k.plan, nil
}

func (p *plans[P]) drop(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = slices.DeleteFunc(p.kept, func(k keptPlan[P]) bool { return k.name == name })
}
