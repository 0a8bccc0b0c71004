package entra

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestTimesAreToldToOnePercentInConstantRoom compares a tally with the times themselves.
func TestTimesAreToldToOnePercentInConstantRoom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	counted, other := newTally(), newTally()
	var times []time.Duration
	for i := range 100_000 {
		took := time.Duration(random.ExpFloat64() * float64(3*time.Millisecond))
		times = append(times, took)
		if i%3 == 0 {
			other.took(took)
		} else {
			counted.took(took)
		}
	}
	counted.add(other)
	slices.Sort(times)
	got := counted.stats("all")
	if got.Count != len(times) || got.Slowest != times[len(times)-1] {
		t.Errorf("counted %d, the slowest %v, want %d and %v", got.Count, got.Slowest, len(times), times[len(times)-1])
	}
	for what, at := range map[string][2]time.Duration{"median": {got.Median, times[49_999]}, "p95": {got.P95, times[94_999]}} {
		if at[0] < at[1] || float64(at[0]) > 1.011*float64(at[1]) {
			t.Errorf("%s is %v, want %v", what, at[0], at[1])
		}
	}
	if len(counted.steps) > 3_000 {
		t.Errorf("it keeps %d numbers", len(counted.steps))
	}
}

func TestTimesOfNothingAndOfOne(t *testing.T) {
	counted := newTally()
	if got := counted.stats("all"); got != (Stats{Kind: "all"}) {
		t.Errorf("nothing was sent, and it says %+v", got)
	}
	counted.took(0)
	counted.took(time.Second)
	if got := counted.stats("all"); got.Count != 2 || got.Median > time.Microsecond || got.P95 != time.Second || got.Slowest != time.Second {
		t.Errorf("%+v", got)
	}
}
