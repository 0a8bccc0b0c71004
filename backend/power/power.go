// Package power keeps this computer awake on request, and notices that it slept. It knows each system's own means, and nothing of ours.
package power

import (
	"context"
	"sync"
	"time"
)

// Sleep is a time in which this computer, or this process, did not run.
type Sleep struct{ From, To time.Time }

const (
	look    = time.Second      // how often the clock is looked at: a tunnel is to be back within a second of waking
	longest = 30 * time.Second // between two looks, on a computer that is busy but awake
)

// Watch calls each for every sleep that it notices, soon after waking, until ctx ends. It compares wall clocks, which go on during sleep,
// so it works on every system; a process that was stopped counts as asleep. So does a clock that somebody puts forward: which of the
// two it was can't be told on a system whose other clock stops with it.
func Watch(ctx context.Context, each func(Sleep)) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	watch(ctx, ticker.C, time.Now, each)
}

// watch looks at the clock with each tick. Round(0) takes the monotonic clock away, which stops during sleep on Linux and macOS.
func watch(ctx context.Context, ticks <-chan time.Time, now func() time.Time, each func(Sleep)) {
	last := now().Round(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		at := now().Round(0)
		if at.Sub(last) > longest {
			each(Sleep{From: last, To: at})
		}
		last = at
	}
}

// Hold is what keeps a computer awake until Release. It ends with this process, however that ends.
type Hold struct {
	Means string // by which, in the system's own words

	once sync.Once
	end  func()
}

// KeepAwake keeps this computer, not its screen, from going to sleep by itself. Reason is shown where the system has a place for it; ctx
// bounds the asking alone. The error says what the system lacks. Closing the lid sleeps all the same where the system is set so.
func KeepAwake(ctx context.Context, reason string) (*Hold, error) { return keepAwake(ctx, reason) }

// Release lets it sleep again. It may be called twice.
func (h *Hold) Release() { h.once.Do(h.end) }
