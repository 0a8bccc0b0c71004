package power

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/windows"
)

// Flags of SetThreadExecutionState (winbase.h).
const (
	esContinuous     = 0x80000000 // until the thread says otherwise, or ends
	esSystemRequired = 0x00000001 // the system, not the display
)

// keepAwake calls SetThreadExecutionState, which holds for the thread that called it: so one thread is kept for that. There is no place
// for a reason; powercfg /requests shows the program.
func keepAwake(ctx context.Context, _ string) (*Hold, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	set := windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")
	if err := set.Find(); err != nil {
		return nil, fmt.Errorf("this Windows can't be kept awake: %w", err)
	}
	held, release, done := make(chan bool), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		before, _, _ := set.Call(esContinuous | esSystemRequired) // the state before, which has esContinuous set; 0 if it failed
		held <- before != 0
		if before != 0 {
			<-release
			_, _, _ = set.Call(esContinuous)
		}
	}()
	if !<-held {
		return nil, errors.New("Windows refused to be kept awake (SetThreadExecutionState)") //nolint:staticcheck // Windows is a name
	}
	return &Hold{Means: "SetThreadExecutionState", end: func() {
		close(release)
		<-done
	}}, nil
}
