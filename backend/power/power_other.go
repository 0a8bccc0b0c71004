//go:build !linux && !darwin && !windows

package power

import (
	"context"
	"errors"
)

// keepAwake knows no means on this system.
func keepAwake(context.Context, string) (*Hold, error) {
	return nil, errors.New("there is no known way to keep this system awake")
}
