// Package power keeps this computer awake on request, and notices that it slept. It knows each system's own means, and nothing of ours.
package power

import (
	"context"
	"time"
)

// Sleep is a time in which this computer, or this process, did not run.
type Sleep struct{ From, To time.Time }

// Watch calls each for every sleep that it notices, soon after waking, until ctx ends. It compares wall clocks, which go on during sleep,
// so it works on every system; a process that was stopped counts as asleep.
func Watch(ctx context.Context, each func(Sleep)) {}

// Hold is what keeps a computer awake until Release.
type Hold struct{ Means string }

// KeepAwake keeps this computer, not its screen, from going to sleep by itself. Reason is shown where the system has a place for it. The
// error says what the system lacks. Closing the lid sleeps all the same where the system is set so.
func KeepAwake(ctx context.Context, reason string) (*Hold, error) { return nil, nil }

// Release lets it sleep again. It may be called twice.
func (h *Hold) Release() {}
