package backend

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

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

// awakeAgain is how soon what the system refused is asked of it again.
const awakeAgain = time.Minute

// run holds and lets go until ctx ends. Asking the system may take a while, and what it refuses now it may grant later: a session that was
// locked, a bus that was not up yet.
func (a *awake) run(ctx context.Context) {
	var release func() // nil while nothing is held
	defer func() {
		if release != nil {
			release()
		}
	}()
	again := time.NewTicker(awakeAgain)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		case <-again.C:
		}
		a.mu.Lock()
		wanted := a.wanted
		a.mu.Unlock()
		switch {
		case wanted == (release != nil):
		case wanted:
			release = a.hold(ctx)
		default:
			release()
			release = nil
			a.say("", "")
		}
	}
}

// hold asks the system, and gives nil if it refuses. That is told once for each reason.
func (a *awake) hold(ctx context.Context) (release func()) {
	means, release, err := a.keep(ctx, "ScimDesk receives people and groups from Microsoft Entra")
	if err == nil {
		a.say(means, "")
		return release
	}
	if problem := Mask(err.Error()); problem != a.info().Problem {
		a.log.Warn("keep this computer awake", "err", err)
		a.say("", problem)
	}
	return nil
}

// say notes by what the computer is held awake, "" for not at all.
func (a *awake) say(means, problem string) {
	a.mu.Lock()
	a.holding, a.means, a.problem = means != "", means, problem
	a.mu.Unlock()
	a.changed()
}
