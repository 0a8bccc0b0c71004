package entra

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// grain is how finely a tally tells times apart: each step is one percent longer than the one before. It is the logarithm of 1.01.
const grain = 0.00995033

// tally counts the requests of one kind. It takes as much room after a night as after a minute.
type tally struct {
	count, failed int
	slowest       time.Duration
	steps         map[int]int // how many requests took so many steps of grain, of nanoseconds
}

func newTally() *tally { return &tally{steps: map[int]int{}} }

func (t *tally) took(d time.Duration) {
	t.count++
	t.slowest = max(t.slowest, d)
	t.steps[int(math.Log(float64(max(d, 1)))/grain)]++
}

func (t *tally) add(u *tally) {
	t.count += u.count
	t.failed += u.failed
	t.slowest = max(t.slowest, u.slowest)
	for step, n := range u.steps {
		t.steps[step] += n
	}
}

// within is the time that so many of the requests kept, up to one percent more.
func (t *tally) within(n int) time.Duration {
	for _, step := range slices.Sorted(maps.Keys(t.steps)) {
		if n -= t.steps[step]; n <= 0 {
			return min(time.Duration(math.Exp(float64(step+1)*grain)), t.slowest)
		}
	}
	return t.slowest
}

// merged returns the tally of a kind, made if needed.
func merged(m map[Kind]*tally, kind Kind) *tally {
	t := m[kind]
	if t == nil {
		t = newTally()
		m[kind] = t
	}
	return t
}

// Stats are the requests of one kind, or of all.
type Stats struct {
	Kind    Kind
	Count   int
	Failed  int           // refused, unanswered, or answered in a way that Entra cannot use
	Median  time.Duration // up to one percent more than it was, as is P95
	P95     time.Duration // 95 of 100 were not slower
	Slowest time.Duration
}

func (t *tally) stats(kind Kind) Stats {
	return Stats{
		Kind: kind, Count: t.count, Failed: t.failed, Slowest: t.slowest,
		Median: t.within((t.count + 1) / 2), P95: t.within((t.count*95 + 99) / 100),
	}
}

// order is how kinds stand in a report: as they come in a cycle.
var order = [...]Kind{
	Probe, MatchUser, CreateUser, ReadUser, UpdateUser, DisableUser, EnableUser, DeleteUser, CheckReference, SetManager, ClearManager,
	MatchGroup, CreateGroup, ReadGroup, UpdateGroup, DeleteGroup, AddMember, RemoveMember,
}

// table makes statistics of all kinds that occurred, and of all together.
func table(tallies map[Kind]*tally) (kinds []Stats, total Stats) {
	all := newTally()
	for _, kind := range order {
		if t := tallies[kind]; t != nil {
			kinds = append(kinds, t.stats(kind))
			all.add(t)
		}
	}
	return kinds, all.stats("all")
}

// Cycle is what happened in one visit of the provisioning service.
type Cycle struct {
	Number  int
	Initial bool
	Started time.Time
	Took    time.Duration
	// Changes is what happened in the office before the cycle.
	Changes []Change
	// Kinds holds the requests by kind, Total all of them.
	Kinds []Stats
	Total Stats
	// Failures holds every failed request in the order in which they failed.
	Failures []Failure
	// Escrow is how many objects wait for the next cycle.
	Escrow int
	// Stopped says why the cycle ended early, and is empty otherwise.
	Stopped string
}

// Count returns how many requests of a kind the cycle sent.
func (c Cycle) Count(kind Kind) int {
	for _, s := range c.Kinds {
		if s.Kind == kind {
			return s.Count
		}
	}
	return 0
}

func (v *visit) summary(number int, initial bool) Cycle {
	c := Cycle{Number: number, Initial: initial, Started: v.started, Took: time.Since(v.started), Changes: v.changes, Failures: v.failures}
	c.Kinds, c.Total = table(v.tallies)
	c.Escrow = v.office.waiting()
	return c
}

// waiting counts the objects for which something is still to be sent.
func (o *office) waiting() (n int) {
	for _, p := range o.people {
		if p.deletable() || p.due() || managerDue(p) {
			n++
		}
	}
	for _, g := range o.groups {
		if g.deletable() || g.due() || membersDue(g) {
			n++
		}
	}
	return n
}

// Report is what a client has done so far.
type Report struct {
	URL     string // without a query
	Dialect Dialect
	Seed    uint64
	People  int // in the office now
	Groups  int
	Took    time.Duration // since the first request
	Cycles  []Cycle
	Kinds   []Stats // of everything, tests of the connection included
	Total   Stats
	Slowest Exchange
	// Verified says that the target was read back, and Differences what was found.
	Verified    bool
	Differences []Difference
}

// OK says that nothing failed, nothing waits, and the target was found to agree.
func (r Report) OK() bool {
	if !r.Verified || len(r.Differences) > 0 || r.Total.Failed > 0 {
		return false
	}
	return len(r.Cycles) == 0 || r.Cycles[len(r.Cycles)-1].Escrow == 0
}

// Report says what was done so far.
func (c *Client) Report() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Report{
		URL:     c.wire.location(""),
		Dialect: c.options.Dialect,
		Seed:    c.options.Seed,
		Cycles:  slices.Clone(c.cycles),
		Slowest: c.slowest,
	}
	if !c.began.IsZero() {
		r.Took = time.Since(c.began)
	}
	for _, p := range c.office.people {
		if !p.gone() {
			r.People++
		}
	}
	for _, g := range c.office.groups {
		if g.assigned {
			r.Groups++
		}
	}
	r.Kinds, r.Total = table(c.tallies)
	return r
}

// settlings is how many cycles without new changes a rehearsal adds at its end for what failed before.
const settlings = 5

// Rehearse tests the connection, runs so many cycles, sends again what failed until nothing waits or nothing helps, and
// verifies. The report is filled as far as it came, whatever the error.
func (c *Client) Rehearse(ctx context.Context, cycles int) (Report, error) {
	differences, err := c.rehearse(ctx, cycles)
	r := c.Report()
	r.Verified, r.Differences = err == nil, differences
	return r, err
}

func (c *Client) rehearse(ctx context.Context, cycles int) ([]Difference, error) {
	if err := c.TestConnection(ctx); err != nil {
		return nil, err
	}
	var last Cycle
	var err error
	for range cycles {
		if last, err = c.Cycle(ctx); err != nil {
			return nil, err
		}
	}
	for range settlings {
		if last.Escrow == 0 {
			break
		}
		if last, err = c.Settle(ctx); err != nil {
			return nil, err
		}
	}
	return c.Verify(ctx)
}

// shown is how many failures and differences Print lists before it only counts.
const shown = 20

// Print writes the report for a terminal.
func (r Report) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Provisioned %s in the %s dialect, seed %d: %s, %s in %s.\n", r.URL, r.Dialect, r.Seed, plural(r.People, "person", "people"), plural(r.Groups, "group", "groups"), brief(r.Took))
	for _, c := range r.Cycles {
		name := "incremental"
		if c.Initial {
			name = "initial"
		}
		fmt.Fprintf(&b, "\nCycle %d (%s): %s, %d failed, %s", c.Number, name, plural(c.Total.Count, "request", "requests"), c.Total.Failed, brief(c.Took))
		if s := c.Took.Seconds(); s > 0 && c.Total.Count > 0 {
			fmt.Fprintf(&b, ", %.0f a second", float64(c.Total.Count)/s)
		}
		if c.Escrow > 0 {
			fmt.Fprintf(&b, ", %s waiting for the next cycle", plural(c.Escrow, "object", "objects"))
		}
		b.WriteString("\n")
		if len(c.Changes) > 0 {
			said := make([]string, len(c.Changes))
			for i, change := range c.Changes {
				said[i] = fmt.Sprintf("%s: %d", change.What, change.Count)
			}
			fmt.Fprintf(&b, "  in the office: %s\n", strings.Join(said, ", "))
		}
		if c.Stopped != "" {
			fmt.Fprintf(&b, "  ended early: %s\n", c.Stopped)
		}
		for i, f := range c.Failures {
			if i == shown {
				fmt.Fprintf(&b, "  and %s\n", plural(len(c.Failures)-shown, "more failure", "more failures"))
				break
			}
			fmt.Fprintf(&b, "  failed: %s\n", &f)
		}
	}
	r.printKinds(&b)
	if r.Slowest.Kind != "" {
		fmt.Fprintf(&b, "Slowest: %s, %s %s, %s\n", brief(r.Slowest.Took), r.Slowest.Method, r.Slowest.Target, r.Slowest.Kind)
	}
	switch {
	case !r.Verified:
		b.WriteString("Not verified: the target was not read back.\n")
	case len(r.Differences) == 0:
		b.WriteString("Verified: the target holds exactly what it was sent.\n")
	default:
		fmt.Fprintf(&b, "Verified: %s.\n", plural(len(r.Differences), "difference", "differences"))
		for i, d := range r.Differences {
			if i == shown {
				fmt.Fprintf(&b, "  and %d more\n", len(r.Differences)-shown)
				break
			}
			fmt.Fprintf(&b, "  %s\n", d)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) printKinds(b *strings.Builder) {
	if len(r.Kinds) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%-16s %9s %8s %10s %10s %10s\n", "", "requests", "failed", "median", "95 %", "slowest")
	for _, s := range append(slices.Clone(r.Kinds), r.Total) {
		fmt.Fprintf(b, "%-16s %9d %8d %10s %10s %10s\n", s.Kind, s.Count, s.Failed, brief(s.Median), brief(s.P95), brief(s.Slowest))
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// brief shows a duration without digits that nobody reads.
func brief(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	default:
		return d.Round(time.Microsecond).String()
	}
}
