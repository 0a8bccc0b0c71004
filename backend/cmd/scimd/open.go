package main

import (
	"context"
	"errors"
	"time"

	"scimdesk/backend"
)

// A folder may be in the hands of a command that is about to end, or of an owner that is about to open its door.
const (
	patience  = 3 * time.Second
	openAgain = 50 * time.Millisecond
)

// patiently repeats try while the folder is taken, for a short while.
func patiently(ctx context.Context, try func() error) error {
	until := time.Now().Add(patience)
	for {
		err := try()
		if !errors.Is(err, backend.ErrOwned) || time.Now().After(until) {
			return err
		}
		wait := time.NewTimer(openAgain)
		select {
		case <-ctx.Done():
			wait.Stop()
			return err
		case <-wait.C:
		}
	}
}
