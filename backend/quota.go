package backend

import (
	"context"
	"fmt"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// planLimits are what a plan of ngrok allows in a month.
type planLimits struct {
	requests int64
	bytes    int64 // out of this computer
}

// Plans of ngrok, as its price list had them in August 2026. A gigabyte is taken as 10^9 bytes, the smaller reading. Paid plans charge what
// goes beyond instead of refusing it.
func limitsOf(plan string) planLimits {
	const gigabyte = 1_000_000_000
	switch plan {
	case "free":
		return planLimits{requests: 20_000, bytes: 1 * gigabyte}
	case "hobbyist":
		return planLimits{requests: 100_000, bytes: 5 * gigabyte}
	}
	return planLimits{}
}

// Levels of QuotaInfo, and the percentages from which they hold.
const (
	quotaOK       = "ok"
	quotaHigh     = "high"
	quotaCritical = "critical"
	quotaOver     = "over"

	highFrom     = 70
	criticalFrom = 90
	overFrom     = 100
)

// What a full cycle costs, as package entra's client plays it: a test compares it with a rehearsal. The connection is tested by two
// matches; a person is matched, created and given a manager; a group is matched and created; each membership is a PATCH of its own. That
// is the first cycle; after "Restart provisioning" reads take the place of creations, and members are sent again.
const (
	requestsToTest        = 2
	requestsPerPerson     = 3
	requestsPerGroup      = 2
	requestsPerMembership = 1
)

func cycleRequests(people, groups, memberships int) int64 {
	return requestsToTest + requestsPerPerson*int64(people) + requestsPerGroup*int64(groups) + requestsPerMembership*int64(memberships)
}

// forecastAfter is how long requests are counted before anything is said about the end of the month: a day has all of Entra's habits.
const forecastAfter = 24 * time.Hour

// metaCounting is since when requests have been counted at all.
const metaCounting = "counting since"

// monthOf names a month as the store's meter does, in UTC. When ngrok's own month begins, its documents don't say.
func monthOf(at time.Time) string { return at.UTC().Format("2006-01") }

// quotaLevel is QuotaInfo.Level, which costs nothing to ask for.
func (b *Backend) quotaLevel(now time.Time) string {
	_, level := b.usage(now)
	return level
}

// usage gives what went through the tunnel this month, as a part of the limit that is nearer, in percent.
func (b *Backend) usage(now time.Time) (percent float64, level string) {
	set := b.setting.connection()
	if set.Way != WayNgrok {
		return 0, quotaOK
	}
	percent = percentOf(b.store.Carried(monthOf(now)), limitsOf(set.Plan))
	return percent, levelOf(percent)
}

func percentOf(used store.Carried, limits planLimits) (percent float64) {
	if limits.requests > 0 {
		percent = 100 * float64(used.Requests) / float64(limits.requests)
	}
	if limits.bytes > 0 {
		percent = max(percent, 100*float64(used.Bytes)/float64(limits.bytes))
	}
	return percent
}

func levelOf(percent float64) string {
	switch {
	case percent >= overFrom:
		return quotaOver
	case percent >= criticalFrom:
		return quotaCritical
	case percent >= highFrom:
		return quotaHigh
	}
	return quotaOK
}

// quotaInfo compares this month with the plan, and with what the directory as it is would cost.
func (b *Backend) quotaInfo(ctx context.Context, now time.Time) (QuotaInfo, error) {
	set := b.setting.connection()
	used, limits := b.store.Carried(monthOf(now)), limitsOf(set.Plan)
	q := QuotaInfo{Plan: set.Plan, Month: monthOf(now), Requests: used.Requests, RequestLimit: limits.requests, Bytes: used.Bytes, ByteLimit: limits.bytes}
	q.Percent, q.Level = b.usage(now)
	people, err := b.counts(ctx, scim.User)
	if err != nil {
		return q, err
	}
	groups, err := b.counts(ctx, scim.Group)
	if err != nil {
		return q, err
	}
	memberships, err := b.store.CountMemberships(ctx)
	if err != nil {
		return q, err
	}
	q.People, q.CycleRequests = people.Total, cycleRequests(people.Total, groups.Total, memberships)
	since, err := b.store.Meta(ctx, metaCounting)
	if err != nil {
		return q, err
	}
	q.MonthEnd = monthEnd(used.Requests, since, now)
	return q, nil
}

// monthEnd says how many requests there will be at the end of the month if they go on as they did since its beginning, or since they
// have been counted; 0 while that is less than a day.
func monthEnd(used int64, since string, now time.Time) int64 {
	now = now.UTC()
	begin := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	counted, err := time.Parse(time.RFC3339, since)
	if err != nil {
		return 0
	}
	from := begin
	if counted.After(begin) {
		from = counted
	}
	passed := now.Sub(from)
	if passed < forecastAfter {
		return 0
	}
	left := begin.AddDate(0, 1, 0).Sub(now)
	return used + int64(float64(used)*left.Seconds()/passed.Seconds())
}

// beginCounting notes since when requests have been counted, once there are some.
func (b *Backend) beginCounting(ctx context.Context, now time.Time) error {
	if b.store.Carried(monthOf(now)).Requests == 0 {
		return nil
	}
	since, err := b.store.Meta(ctx, metaCounting)
	if err != nil || since != "" {
		return err
	}
	if err := b.store.SetMeta(ctx, metaCounting, now.UTC().Format(time.RFC3339)); err != nil {
		return fmt.Errorf("begin to count requests: %w", err)
	}
	return nil
}
