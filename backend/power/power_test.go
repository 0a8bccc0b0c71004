package power

import (
	"context"
	"slices"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	began := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return began.Add(time.Duration(s) * time.Second) }
	// When the clock is looked at, in seconds: steadily, over a busy moment, over a night, set back, and steadily again.
	looks := []int{0, 5, 10, 40, 45, 28845, 28850, 28000, 28005, 28036}
	ticks, done := make(chan time.Time), make(chan struct{})
	var sleeps []Sleep
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(done)
		i := 0
		watch(ctx, ticks, func() time.Time { i++; return at(looks[i-1]) }, func(s Sleep) { sleeps = append(sleeps, s) })
	}()
	for range looks[1:] {
		ticks <- time.Time{}
	}
	cancel()
	<-done
	if want := []Sleep{{at(45), at(28845)}, {at(28005), at(28036)}}; !slices.Equal(sleeps, want) {
		t.Errorf("sleeps: %v, want %v", sleeps, want)
	}
}

// The monotonic clock does not see a sleep on Linux and macOS, so what is compared must not have it.
func TestWatchComparesWallClocks(t *testing.T) {
	ticks, slept := make(chan time.Time), make(chan Sleep, 1)
	first := true
	go watch(t.Context(), ticks, func() time.Time {
		if first {
			first = false
			return time.Now()
		}
		return time.Now().Add(time.Hour)
	}, func(s Sleep) { slept <- s })
	ticks <- time.Time{}
	if s := <-slept; s.From != s.From.Round(0) || s.To != s.To.Round(0) {
		t.Errorf("a sleep by the monotonic clock: %v", s)
	}
}
