package backend

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhatTheSystemRefusesIsAskedAgain: a refusal is told once, and not for good.
func TestWhatTheSystemRefusesIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked, told, released atomic.Int32
		a := newAwake(slog.New(slog.DiscardHandler), func() { told.Add(1) })
		a.keep = func(context.Context, string) (string, func(), error) {
			if asked.Add(1) < 4 {
				return "", nil, errors.New("there is no bus")
			}
			return "the test", func() { released.Add(1) }, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			a.run(ctx)
		}()
		a.want(true)
		synctest.Wait()
		if i := a.info(); asked.Load() != 1 || told.Load() != 1 || i.Holding || i.Problem != "there is no bus" {
			t.Errorf("refused, asked %d times and told %d times: %+v", asked.Load(), told.Load(), i)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if i := a.info(); asked.Load() != 4 || told.Load() != 2 || !i.Holding || i.Means != "the test" || i.Problem != "" {
			t.Errorf("asked %d times and told %d times: %+v", asked.Load(), told.Load(), i)
		}
		cancel()
		<-ended
		if released.Load() != 1 {
			t.Errorf("released %d times", released.Load())
		}
	})
}
