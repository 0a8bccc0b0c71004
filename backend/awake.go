package backend

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"scimdesk/backend/power"
)

// awake keeps this computer from going to sleep for as long as that is wanted.
type awake struct {
	keep    func(ctx context.Context, reason string) (means string, release func(), err error)
	log     *slog.Logger
	changed func()
	wake    chan struct{} // holds one

	mu      sync.Mutex
	wanted  bool
	holding bool
	means   string
	problem string
}

func newAwake(log *slog.Logger, changed func()) *awake {
	return &awake{keep: keepAwake, log: log, changed: changed, wake: make(chan struct{}, 1)}
}

// keepAwake is power.KeepAwake.
func keepAwake(ctx context.Context, reason string) (string, func(), error) {
	hold, err := power.KeepAwake(ctx, reason)
	if err != nil {
		return "", nil, err
	}
	if hold == nil {
		return "", nil, errors.New("this system has no means")
	}
	return hold.Means, hold.Release, nil
}

func (a *awake) want(wanted bool) {
	a.mu.Lock()
	same := a.wanted == wanted
	a.wanted = wanted
	a.mu.Unlock()
	if same {
		return
	}
	select {
	case a.wake <- struct{}{}:
	default: // it is about to look
	}
}

func (a *awake) info() PowerInfo {
	a.mu.Lock()
	defer a.mu.Unlock()
	return PowerInfo{Wanted: a.wanted, Holding: a.holding, Means: a.means, Problem: a.problem}
}

// run holds and lets go until ctx ends. Asking the system may take a while.
func (a *awake) run(ctx context.Context) {
	release := func() {}
	held := false
	defer func() { release() }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		}
		a.mu.Lock()
		wanted := a.wanted
		a.mu.Unlock()
		if wanted == held {
			continue
		}
		if !wanted {
			release()
			release, held = func() {}, false
			a.say("", "")
			continue
		}
		means, letGo, err := a.keep(ctx, "ScimDesk receives people and groups from Microsoft Entra")
		if err != nil {
			a.log.Warn("keep this computer awake", "err", err)
			a.say("", Mask(err.Error()))
			continue
		}
		release, held = letGo, true
		a.say(means, "")
	}
}

// say notes by what the computer is held awake, "" for not at all.
func (a *awake) say(means, problem string) {
	a.mu.Lock()
	a.holding, a.means, a.problem = means != "", means, problem
	a.mu.Unlock()
	a.changed()
}
