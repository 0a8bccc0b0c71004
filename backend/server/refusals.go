package server

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

const (
	refusalDelay = 250 * time.Millisecond // that every refusal waits
	refusalsMany = 40                     // refusals of an address within a minute or two, from which on it waits
	refusalMost  = 4                      // times as long
	refusalsHeld = 64                     // refusals that wait at a time
	addressesMet = 1024                   // addresses that are counted at a time
)

// refusals slow down who guesses secrets. Only what was refused waits, after its secret was looked at: a good one never does, whatever
// else comes from its address (after a rotation the bad ones are Entra's own). How long does not depend on what was wrong.
type refusals struct {
	now   func() time.Time
	least time.Duration
	mu    sync.Mutex
	held  int
	// met counts refusals of an address in this minute, before in the one before it.
	met, before map[netip.Prefix]int
	since       time.Time
}

// wait holds a refusal back. It gives false, at once, when so many wait already that another would only help whoever sends them: then
// the connection should be closed after the answer. It ends early with ctx.
func (f *refusals) wait(ctx context.Context, remote string) bool {
	delay, ok := f.enter(remote)
	if !ok {
		return false
	}
	defer f.leave()
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return true
}

func (f *refusals) enter(remote string) (delay time.Duration, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.count(networkOf(remote))
	if f.held >= refusalsHeld {
		return 0, false
	}
	f.held++
	return f.least + f.least*(refusalMost-1)*time.Duration(min(n-1, refusalsMany))/refusalsMany, true
}

func (f *refusals) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held--
}

// count counts a refusal and gives how many there were from the network in this minute and the one before. When there are more networks
// than are counted, the older half is forgotten.
func (f *refusals) count(from netip.Prefix) int {
	if now := f.now(); f.met == nil || now.Sub(f.since) >= time.Minute || len(f.met) >= addressesMet/2 {
		f.before, f.met, f.since = f.met, make(map[netip.Prefix]int), now
	}
	f.met[from]++
	return f.met[from] + f.before[from]
}

// networkOf is what one guesser can be told by: an IPv4 address, or the /64 that every IPv6 customer has at least. What is no address is
// one network.
func networkOf(remote string) netip.Prefix {
	at, ok := address(remote)
	if !ok {
		return netip.Prefix{}
	}
	bits := 32
	if at.Is6() {
		bits = 64
	}
	p, _ := at.Prefix(bits)
	return p
}
