package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// ErrQuarantine says that Entra would have put the job into quarantine: the token was refused, or too many of the
// requests failed.
var ErrQuarantine = errors.New("the job is in quarantine")

// ErrSilent says that a row of requests got no answer at all, so the cycle was ended.
var ErrSilent = errors.New("the target does not answer")

// Entra's limits of failures in one cycle, and ours for a target that is away.
const (
	quarantineFrom    = 5_000  // failures below this number are never too many
	quarantinePercent = 40     // of the requests
	quarantineCount   = 40_000 // failures without those of references
	quarantineTotal   = 60_000 // failures with them
	silentRow         = 10     // requests without an answer, one after the other
)

// visit is one series of requests: a cycle, or a call in between.
type visit struct {
	*Client
	dialect Dialect
	started time.Time
	changes []Change

	mu         sync.Mutex         // guards what follows, for several workers
	owners     map[string]*person // whose an account is that was matched or created in this visit
	tallies    map[Kind]*tally
	failures   []Failure
	slowest    Exchange
	requests   int
	references int // failures of references
	silent     int
	stop       error
}

func (c *Client) cycle(ctx context.Context, live bool) (Cycle, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	initial := !c.lived
	c.lived = true
	c.number++
	v := c.visit()
	if live && !initial {
		v.changes = c.office.live(c.number)
	}
	err := v.run(ctx)
	v.forgetLost()
	cycle := v.summary(c.number, initial)
	if err != nil {
		cycle.Stopped = err.Error()
	}
	c.keep(v)
	c.cycles = append(c.cycles, cycle)
	return cycle, err
}

// run sends everything that the target should hold and is not believed to: first people, the deleted ones in front so
// that their names are free, then groups without members, then what refers to others.
func (v *visit) run(ctx context.Context) error {
	if err := v.probe(ctx); err != nil {
		f, ok := errors.AsType[*Failure](err)
		switch {
		case !ok || f.cancelled:
			return fmt.Errorf("cycle %d: %w", v.number, err)
		case f.Status == 0:
			return fmt.Errorf("%w: %w", ErrSilent, err)
		default:
			return fmt.Errorf("%w: %w", ErrQuarantine, err)
		}
	}
	people, groups := v.office.people, v.office.groups
	each(ctx, v, people, (*person).deletable, v.deleteUser)
	each(ctx, v, people, (*person).due, v.syncUser)
	v.forgetLost()
	each(ctx, v, groups, (*group).deletable, v.deleteGroup)
	each(ctx, v, groups, (*group).due, v.syncGroup)
	each(ctx, v, people, managerDue, v.syncManager)
	each(ctx, v, groups, membersDue, v.syncMembers)
	return v.ended(ctx)
}

func managerDue(p *person) bool {
	_, due := p.wantedManager()
	return due
}

func membersDue(g *group) bool {
	if !g.assigned || g.link.id == "" {
		return false
	}
	add, remove := g.pending()
	return len(add)+len(remove) > 0
}

// each calls f for those of the list that are due, with as many workers as the options allow, until the visit ends. A panic
// of a worker ends the others and becomes the caller's.
func each[T any](ctx context.Context, v *visit, list []T, due func(T) bool, f func(context.Context, T)) {
	if v.ended(ctx) != nil {
		return
	}
	var work []T
	for _, t := range list {
		if due(t) {
			work = append(work, t)
		}
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	var broken atomic.Pointer[any]
	for range min(v.options.Concurrency, len(work)) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					broken.Store(&p)
					next.Store(int64(len(work)))
				}
			}()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(work) || v.ended(ctx) != nil {
					return
				}
				f(ctx, work[i])
			}
		})
	}
	wg.Wait()
	if p := broken.Load(); p != nil {
		panic(*p)
	}
}

// ended says why no more requests are to be sent, or nil.
func (v *visit) ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("cycle %d: %w", v.number, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.stop
}

// do sends one request below the base URL and counts it.
func (v *visit) do(ctx context.Context, kind Kind, method, path, query string, body object) (map[string]any, *Failure) {
	answer, exchange, f := v.wire.do(ctx, kind, method, v.wire.target(path, query), body)
	if exchange.Kind == "" || f != nil && f.cancelled {
		return nil, f
	}
	v.mu.Lock()
	v.requests++
	merged(v.tallies, kind).took(exchange.Took)
	if exchange.Took > v.slowest.Took {
		v.slowest = exchange
	}
	if f != nil && f.Status == 0 {
		v.silent++
	} else {
		v.silent = 0
	}
	v.mu.Unlock()
	switch {
	case f != nil:
		v.fail(*f)
	case method == http.MethodDelete:
		v.removed(path)
	}
	return answer, f
}

// fail keeps a failure and decides whether the cycle goes on.
func (v *visit) fail(f Failure) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failures = append(v.failures, f)
	merged(v.tallies, f.Kind).failed++
	if f.Kind.reference() {
		v.references++
	}
	counted := len(v.failures) - v.references
	switch {
	case v.stop != nil:
	case f.Code == codeCredentials:
		v.stop = fmt.Errorf("%w: %w", ErrQuarantine, &f)
	case counted >= quarantineFrom && (counted*100 > quarantinePercent*v.requests || counted > quarantineCount) || len(v.failures) > quarantineTotal:
		v.stop = fmt.Errorf("%w: %d of %d requests failed", ErrQuarantine, len(v.failures), v.requests)
	case v.silent >= silentRow:
		v.stop = fmt.Errorf("%w: %w", ErrSilent, &f)
	}
}

// reject keeps an answer that arrived well and cannot be used.
func (v *visit) reject(kind Kind, method, path, query, code, format string, args ...any) *Failure {
	f := &Failure{Kind: kind, Method: method, Target: v.wire.clean(v.wire.target(path, query)), Status: http.StatusOK, Code: code, Detail: v.wire.clean(fmt.Sprintf(format, args...))}
	v.fail(*f)
	return f
}

// probe asks for a user and a group that nobody has, as Entra does at the start of each cycle.
func (v *visit) probe(ctx context.Context) error {
	if err := v.probeUsers(ctx); err != nil {
		return err
	}
	return v.ask(ctx, "/Groups", "excludedAttributes=members&filter="+equals("displayName", guid(v.probes)))
}

func (v *visit) probeUsers(ctx context.Context) error {
	return v.ask(ctx, "/Users", "filter="+equals("userName", guid(v.probes)))
}

func (v *visit) ask(ctx context.Context, path, query string) error {
	found, f := v.list(ctx, Probe, path, query)
	if f == nil && len(found) > 0 {
		f = v.reject(Probe, http.MethodGet, path, query, codeMultiple, "the filter is ignored: a name that nobody has brings %d answers", len(found))
	}
	if f != nil {
		return f
	}
	return nil
}

// list asks for a list and checks its shape.
func (v *visit) list(ctx context.Context, kind Kind, path, query string) ([]map[string]any, *Failure) {
	answer, f := v.do(ctx, kind, http.MethodGet, path, query, nil)
	if f != nil {
		return nil, f
	}
	resources := objects(answer, "Resources")
	total, ok := number(answer, "totalResults")
	var fault string
	switch {
	case !hasSchema(answer, listResponse):
		fault = "schemas does not name " + listResponse
	case !ok:
		fault = "totalResults is missing or no whole number"
	case total != len(resources):
		fault = fmt.Sprintf("totalResults is %d, and Resources holds %d", total, len(resources))
	}
	if fault != "" {
		return nil, v.reject(kind, http.MethodGet, path, query, codeIncompatible, "the list is not SCIM: %s", fault)
	}
	return resources, nil
}

// match looks for the one object that carries a value. It returns nil without a failure when there is none.
func (v *visit) match(ctx context.Context, kind Kind, path, prefix, key, value string) (map[string]any, *Failure) {
	query := prefix + "filter=" + equals(key, value)
	found, f := v.list(ctx, kind, path, query)
	switch {
	case f != nil || len(found) == 0:
		return nil, f
	case len(found) > 1:
		return nil, v.reject(kind, http.MethodGet, path, query, codeDuplicate, "%d objects answer to %s %q", len(found), key, value)
	}
	got := text(found[0], key)
	switch {
	case !sameName(got, value):
		return nil, v.reject(kind, http.MethodGet, path, query, codeIncompatible, "the filter is ignored: asked for %s %q, got %q", key, value, got)
	case text(found[0], "id") == "":
		return nil, v.reject(kind, http.MethodGet, path, query, codeIncompatible, "the resource has no id")
	}
	return found[0], nil
}

func hasSchema(m map[string]any, urn string) bool {
	list, _ := lookup(m, "schemas").([]any)
	for _, e := range list {
		if s, _ := e.(string); sameName(s, urn) {
			return true
		}
	}
	return false
}
