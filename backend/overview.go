package backend

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	overviewHours   = 24
	overviewChanges = 8
)

// Overview is what the first page tells beside the Snapshot.
type Overview struct {
	Store    string       `json:"store"`
	Hours    []Hour       `json:"hours"`    // the last 24, oldest first, the running one last
	Failures int          `json:"failures"` // in these hours: the outcomes failure and error, as FindActivity has them from the first hour on
	Refused  int          `json:"refused"`  // of these, 401: requests without a good token
	Failed   []Activity   `json:"failed"`   // the newest failures, newest first, at most 5
	Changes  []HistoryRow `json:"changes"`  // the newest, newest first, at most 8
}

// Hour counts requests by their outcome; see store.Outcome.
type Hour struct {
	At       string `json:"at"` // its beginning
	Success  int    `json:"success"`
	NotFound int    `json:"notFound"`
	Failure  int    `json:"failure"`
	Error    int    `json:"error"`
	CutOff   int    `json:"cutOff"`
}

// Overview gives it. Hours begin where those of this computer's clock do.
func (b *Backend) Overview(ctx context.Context) (Overview, error) {
	from := firstHour(time.Now())
	counts, failed, err := b.store.Traffic(ctx, from, overviewHours)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Store: b.id, Hours: make([]Hour, 0, overviewHours)}
	for i, c := range counts {
		o.Hours = append(o.Hours, Hour{At: stamp(from.Add(time.Duration(i) * time.Hour)),
			Success: c.Success, NotFound: c.NotFound, Failure: c.Failure, Error: c.Error, CutOff: c.CutOff})
		o.Failures += c.Failed()
		o.Refused += c.Refused
	}
	rows, err := b.store.ActivityAt(ctx, failed)
	if err != nil {
		return Overview{}, fmt.Errorf("read failures: %w", err)
	}
	slices.Reverse(rows)
	o.Failed = activities(rows)
	changes, err := b.store.HistoryOfAll(ctx, 0, overviewChanges)
	if err != nil {
		return Overview{}, err
	}
	o.Changes, err = b.historyRows(ctx, changes)
	return o, err
}

// firstHour gives the beginning of the first of the hours that end with the running one. They are hours of 60 minutes, also when the
// clock is put forward or back, and begin at the half or quarter where the time zone does.
func firstHour(now time.Time) time.Time {
	_, zone := now.Zone()
	offset := time.Duration(zone) * time.Second
	return now.Add(offset).Truncate(time.Hour).Add(-offset - (overviewHours-1)*time.Hour)
}
