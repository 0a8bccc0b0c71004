package power

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// keepAwake runs caffeinate, which is part of macOS: -i is against sleep when idle, -w ends it with this process, also after a crash.
// There it has no place for a reason.
func keepAwake(ctx context.Context, _ string) (*Hold, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	child := exec.Command("/usr/bin/caffeinate", "-i", "-w", strconv.Itoa(os.Getpid())) //nolint:gosec,noctx // our own number; it lives until Release, not until ctx ends
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("start caffeinate: %w", err)
	}
	return &Hold{Means: "caffeinate", end: func() {
		_ = child.Process.Kill() // it may have ended by itself
		_ = child.Wait()         // says that it was killed
	}}, nil
}
