package backend

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhatTheSystemRefusesIsAskedAgain: a refusal is told once, and not for good.
func TestWhatTheSystemRefusesIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked, told, released int
		a := newAwake(slog.New(slog.DiscardHandler), func() { told++ })
		a.keep = func(context.Context, string) (string, func(), error) {
			if asked++; asked < 4 {
				return "", nil, errors.New("there is no bus")
			}
			return "the test", func() { released++ }, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			a.run(ctx)
		}()
		a.want(true)
		synctest.Wait()
		if i := a.info(); asked != 1 || told != 1 || i.Holding || i.Problem != "there is no bus" {
			t.Errorf("refused, asked %d times and told %d times: %+v", asked, told, i)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if i := a.info(); asked != 4 || told != 2 || !i.Holding || i.Means != "the test" || i.Problem != "" {
			t.Errorf("asked %d times and told %d times: %+v", asked, told, i)
		}
		cancel()
		<-ended
		if released != 1 {
			t.Errorf("released %d times", released)
		}
	})
}
