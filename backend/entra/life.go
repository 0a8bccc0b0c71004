package entra

import (
	"slices"
	"strings"
)

// Change is how often something happened in the office between two cycles, such as "people hired".
type Change struct {
	What  string
	Count int
}

// life is what happens in the office between two cycles.
type life struct {
	*office
	cycle   int
	touched map[*person]bool // changed already, so that no two stories of one cycle meet in one person
	changes []Change
}

// live lets the office live until the given cycle. Who may change depends on what the target is known to hold: names are
// changed, and people come back, only where the last answer is in, because Entra itself cannot find an account again
// whose creation was not answered before it was renamed.
func (o *office) live(cycle int) []Change {
	l := &life{office: o, cycle: cycle, touched: map[*person]bool{}}
	o.people = slices.DeleteFunc(o.people, func(p *person) bool { return p.state == purged && p.link.id == "" && !p.link.maybe })
	l.comings()
	l.goings()
	l.edits()
	l.regroup()
	return l.changes
}

func (l *life) note(what string, count int) {
	if count > 0 {
		l.changes = append(l.changes, Change{what, count})
	}
}

// fitting lists those who fit and were left alone so far.
func (l *life) fitting(fits func(*person) bool) []*person {
	var list []*person
	for _, p := range l.people {
		if !l.touched[p] && fits(p) {
			list = append(list, p)
		}
	}
	return list
}

// choose picks so many of the list, by chance.
func (l *life) choose(list []*person, n int) []*person {
	n = min(n, len(list))
	for i := range n {
		j := i + l.rng.IntN(len(list)-i)
		list[i], list[j] = list[j], list[i]
		l.touched[list[i]] = true
	}
	return list[:n]
}

// some picks so many of a thousand of the people, or the lowest number given, among those who fit.
func (l *life) some(perMille, lowest int, fits func(*person) bool) []*person {
	return l.choose(l.fitting(fits), max(lowest, len(l.people)*perMille/1000))
}

// settled says that the person is at the target and nothing about them is unanswered.
func (p *person) settled() bool { return p.link.id != "" && !p.link.stale && !p.link.lost }

func (l *life) move(people []*person, to state) {
	for _, p := range people {
		p.state, p.since = to, l.cycle
	}
}

// was fits people who have been in a state since an earlier cycle.
func (l *life) was(s state) func(*person) bool {
	return func(p *person) bool { return p.state == s && p.since < l.cycle && p.settled() && !p.link.active }
}

// comings brings people back and hires new ones.
func (l *life) comings() {
	for _, back := range []struct {
		from state
		what string
	}{{disabled, "people enabled again"}, {unassigned, "people assigned again"}, {binned, "people restored from the bin"}} {
		list := l.fitting(l.was(back.from))
		n := len(list) / 2 // the others stay away, or are deleted for good
		if back.from == disabled {
			n = (len(list) + 1) / 2
		}
		list = l.choose(list, n)
		l.move(list, working)
		l.note(back.what, len(list))
	}
	n := max(1, len(l.people)/100)
	if l.hired == 0 {
		n = 0 // an office without people was asked for
	}
	for range n {
		p := l.hire(l.cycle)
		l.touched[p] = true
		p.manager = l.superior(p)
		l.place(p, p.seq)
	}
	l.note("people hired", n)

	back := 0
	for i := 0; i < len(l.alumni) && back < max(1, len(l.people)/500); i++ {
		old := l.alumni[i]
		if old.deletable() || old.state == forgotten && (!old.settled() || old.link.has[userName] != old.userPrincipalName) {
			continue // the old account is not dealt with yet, or cannot be found by the name
		}
		l.alumni = slices.Delete(l.alumni, i, i+1)
		i--
		p := *old
		l.hired++
		p.seq, p.objectID, p.state, p.since, p.link = l.hired, l.guid(), working, l.cycle, link{}
		p.manager = l.superior(&p)
		if old.state == forgotten { // the account is still there: matched, adopted and brought up to date
			l.people = slices.DeleteFunc(l.people, func(q *person) bool { return q == old })
			for _, g := range l.groups {
				g.adopted(old, &p)
			}
		}
		l.people = append(l.people, &p)
		l.touched[&p] = true
		back++
	}
	l.note("people hired again", back)
}

// adopted hands a membership that the target still holds for a former person to the one who takes the account over. It
// is unsure, since Entra knows nothing of it.
func (g *group) adopted(old, now *person) {
	if h, ok := g.link.held[old]; ok {
		delete(g.link.held, old)
		g.link.held[now] = held{id: h.id, unsure: true}
	}
	if i := slices.Index(g.members, old); i >= 0 {
		g.members[i] = now
	}
}

// superior picks somebody in office to report to: an older hand at the target, so that there are no circles.
func (l *life) superior(p *person) *person {
	for range 20 {
		if len(l.people) == 0 {
			break
		}
		if m := l.people[l.rng.IntN(len(l.people))]; m.state == working && m.seq < p.seq && m.settled() && m != p {
			return m
		}
	}
	return nil
}

// goings takes people away in every manner that Entra knows.
func (l *life) goings() {
	binnedOnes := l.fitting(l.was(binned))
	binnedOnes = l.choose(binnedOnes, (len(binnedOnes)+1)/2)
	l.move(binnedOnes, purged)
	l.note("people deleted for good", len(binnedOnes))
	strays := l.fitting(l.was(unassigned))
	strays = l.choose(strays, (len(strays)+1)/2)
	l.move(strays, forgotten)
	l.note("people deleted after having been unassigned", len(strays))
	l.alumni = append(append(l.alumni, binnedOnes...), strays...)

	here := func(p *person) bool { return p.state == working && p.settled() && p.seq > 1 }
	leavers := l.some(10, 2, here)
	l.move(leavers, binned)
	l.note("people who left", len(leavers))
	off := l.some(8, 1, here)
	l.move(off, disabled)
	l.note("people disabled", len(off))
	out := l.some(6, 2, here)
	l.move(out, unassigned)
	l.note("people unassigned", len(out))

	// Half of the leavers are taken out of their groups at once, the others when they are deleted for good. Those who
	// report to a leaver are handed to the leaver's own manager.
	removed, left := map[*person]bool{}, map[*person]bool{}
	for i, p := range leavers {
		left[p] = true
		removed[p] = i%2 == 0
	}
	for _, p := range binnedOnes {
		left[p], removed[p] = true, true
	}
	for _, p := range strays {
		left[p] = true
	}
	for _, g := range l.groups {
		g.members = slices.DeleteFunc(g.members, func(p *person) bool { return removed[p] })
	}
	for _, p := range l.people {
		for p.manager != nil && left[p.manager] {
			p.manager = p.manager.manager
		}
	}
}

// edits changes what people are called, where they sit and whom they report to.
func (l *life) edits() {
	here := func(p *person) bool { return p.state == working && p.settled() }

	married := l.some(8, 1, here)
	for _, p := range married {
		n := &l.names[p.culture]
		family := pick(l.office, n.families)
		_, local, _ := strings.Cut(p.mailNickname, ".")
		given := strings.TrimSuffix(p.mailNickname, "."+local)
		p.surname = family[l.rng.IntN(2)]
		p.displayName = l.shown(p)
		nickname := p.mailNickname
		l.address(p, given+"."+family[2])
		if l.chance(50) {
			p.mailNickname = nickname
		}
	}
	l.note("people renamed", len(married))

	known := l.some(6, 1, here)
	for _, p := range known {
		short, _, _ := strings.Cut(p.givenName, " ")
		p.displayName = short + " " + string([]rune(p.surname)[:1]) + "."
	}
	l.note("people with another display name", len(known))

	transfers := l.some(12, 1, here)
	for _, p := range transfers {
		p.department = pick(l.office, branches[:]).name
		p.jobTitle = l.title(p.department)
		if m := l.superior(p); m != nil {
			p.manager = m
		}
	}
	l.note("people transferred", len(transfers))

	led := l.some(6, 1, func(p *person) bool { return here(p) && p.seq > 1 })
	for _, p := range led {
		p.manager = l.superior(p)
		if l.chance(20) {
			p.manager = nil
		}
	}
	l.note("people with another manager", len(led))

	moved := l.some(12, 1, here)
	for _, p := range moved {
		n := &l.names[p.culture]
		p.office = "HQ-" + l.digits("#.##")
		p.phone = l.digits(n.phone)
		if l.chance(30) {
			p.mobile = l.digits(n.mobile)
		}
	}
	l.note("people moved to another room", len(moved))

	emptied := l.some(4, 1, func(p *person) bool { return here(p) && p.mobile != "" })
	for _, p := range emptied {
		p.mobile = "" // nothing is sent: Entra provisions no nulls
	}
	l.note("people without a mobile phone any more", len(emptied))
}

// regroup changes groups and who is in them.
func (l *life) regroup() {
	again := 0
	for _, g := range l.groups {
		if g.revivable() && l.chance(50) {
			g.assigned = true
			again++
		}
	}
	l.note("groups assigned again", again)
	at := func(g *group) bool { return g.assigned && g.link.id != "" && !g.link.stale && g.link.name == g.name }
	var here []*group
	for _, g := range l.groups {
		if at(g) {
			here = append(here, g)
		}
	}
	l.rng.Shuffle(len(here), func(i, j int) { here[i], here[j] = here[j], here[i] })
	next := func() (g *group) {
		if len(here) > 0 {
			g, here = here[0], here[1:]
		}
		return g
	}
	joins, leaves := 0, 0
	for _, g := range here[:len(here)-len(here)/3] {
		j, v := l.turnover(g)
		joins, leaves = joins+j, leaves+v
	}
	l.note("memberships begun", joins)
	l.note("memberships ended", leaves)

	if g := next(); g != nil && l.cycle%2 == 0 {
		g.name = l.groupName(1 + l.formed)
		l.formed++
		l.note("groups renamed", 1)
	}
	if g := next(); g != nil && l.cycle%3 == 0 && len(l.groups) > 3 {
		g.assigned = false
		l.note("groups unassigned", 1)
	}
	// Where groups are matched by externalId alone, one made anew is another group, which Entra says nothing of the old one's end about.
	if g := next(); g != nil && l.cycle%3 == 2 && slices.Contains(g.matched(), "displayName") {
		g.rebuild(l.guid())
		l.note("groups made anew under the same name", 1)
	}
	if l.formed > 0 && l.cycle%2 == 1 {
		l.found(l.formed, 0)
		l.note("groups formed", 1)
	}
}

// revivable says that the group has been unassigned and the target has confirmed that it is gone.
func (g *group) revivable() bool { return !g.assigned && g.link.id == "" && !g.link.maybe }

// rebuild gives the group another identity under the same name: the link is cut, the match finds the group at the
// target, and its externalId changes. Entra never reads members back, so all of them are sent again.
func (g *group) rebuild(objectID string) {
	g.objectID = objectID
	g.link.id, g.link.maybe = "", true
	g.distrust()
}

// distrust marks all members as unsure, so that they are sent again.
func (g *group) distrust() {
	for p, h := range g.link.held {
		h.unsure = true
		g.link.held[p] = h
	}
}

// turnover lets a few people join a group and a few leave it.
func (l *life) turnover(g *group) (joins, leaves int) {
	for range l.rng.IntN(2 + len(g.members)/20) {
		if len(g.members) == 0 {
			break
		}
		i := l.rng.IntN(len(g.members))
		g.members = slices.Delete(g.members, i, i+1)
		leaves++
	}
	for range l.rng.IntN(3 + len(g.members)/20) {
		if len(l.people) == 0 {
			break
		}
		if p := pick(l.office, l.people); p.state == working && !slices.Contains(g.members, p) {
			g.members = append(g.members, p)
			joins++
		}
	}
	return joins, leaves
}
