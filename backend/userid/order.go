package userid

import "scimdesk/backend/scim"

// Step is a row's turn. Rows with the same Group above 0 swap their IDs in a circle: they follow each other, and are changed together, with all of their
// IDs out of the way first.
type Step struct {
	Row   int // index
	Group int
}

// Order says in which order the rows of a plan that move anybody can be carried out, so that after each step, a group counting as one, no two
// people have the same ID: who gives an ID up comes before who takes it. A plan with a Collision has no order, since nobody knows yet who gives what up.
func Order(rows []Row) []Step {
	holder := make(map[string]int)
	for i := range rows {
		switch rows[i].State {
		case Collision:
			return nil
		case Change:
			holder[scim.Key(rows[i].From)] = i
		}
	}
	next := func(i int) (int, bool) { // who has what i gets
		if rows[i].State != Change {
			return 0, false
		}
		j, ok := holder[scim.Key(rows[i].To)]
		return j, ok
	}
	const placed = -1
	mark := make([]int, len(rows)) // 0, the walk that met the row first, or placed
	steps := make([]Step, 0, len(holder))
	groups := 0
	for i := range rows {
		if !rows[i].Moves() || mark[i] != 0 {
			continue
		}
		walk := []int{}
		at, more := i, true
		for more && mark[at] == 0 {
			mark[at] = i + 1
			walk = append(walk, at)
			at, more = next(at)
		}
		circle := len(walk)
		if more && mark[at] == i+1 { // the walk has come back to itself
			for circle > 0 && (circle == len(walk) || walk[circle] != at) {
				circle--
			}
			groups++
			for _, j := range walk[circle:] {
				steps = append(steps, Step{Row: j, Group: groups})
				mark[j] = placed
			}
		}
		for k := circle - 1; k >= 0; k-- {
			steps = append(steps, Step{Row: walk[k]})
			mark[walk[k]] = placed
		}
	}
	return steps
}
