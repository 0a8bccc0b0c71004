package backend

import (
	"context"
	"fmt"
	"strings"

	"scimdesk/backend/store"
)

const (
	activityLimit    = 200
	activityMaxLimit = 1000
)

// Beginning as ActivityQuery.After asks for the oldest rows.
const Beginning = -1

// ActivityQuery asks for rows after a seq (oldest first) or, if After is 0 and Before is not, before a seq (newest
// first). Both 0: the newest rows, newest first. Limit is 1 to 1,000; 0 means 200.
type ActivityQuery struct {
	After  int64 `json:"after"`
	Before int64 `json:"before"`
	Limit  int   `json:"limit"`
}

// ActivityPage is rows in the order asked for, and the range that exists now.
type ActivityPage struct {
	Store string       `json:"store"`
	Head  ActivityHead `json:"head"`
	Rows  []Activity   `json:"rows"`
}

// Activity is one request and its answer. Action is one of create, update, disable, enable, delete, members, read, match,
// list, test, discovery, other; Identity is the person's or group's name, where it is known.
type Activity struct {
	Seq       int64    `json:"seq"`
	RequestID string   `json:"requestId"`
	At        string   `json:"at"`   // RFC 3339 with milliseconds, UTC
	Took      float64  `json:"took"` // milliseconds until the answer was ready; the disk's own wait is not in it
	Method    string   `json:"method"`
	Target    string   `json:"target"` // path and query
	Status    int      `json:"status"`
	Outcome   string   `json:"outcome"` // success, notFound, failure, error or cutOff; see store.Outcome
	Action    string   `json:"action"`
	Type      string   `json:"type"` // "User", "Group" or ""
	ID        string   `json:"id"`
	Identity  string   `json:"identity"`
	ScimType  string   `json:"scimType"`
	Detail    string   `json:"detail"` // of an error
	Remote    string   `json:"remote"`
	UserAgent string   `json:"userAgent"`
	Via       string   `json:"via"`      // tunnel, proxy or local; "" where it is not known
	Unlike    []string `json:"unlike"`   // what is not as Entra sends it: userAgent, header, address
	LastFour  string   `json:"lastFour"` // of a secret that was refused
}

// Activity gives a page of requests.
func (b *Backend) Activity(ctx context.Context, q ActivityQuery) (ActivityPage, error) {
	if q.Limit <= 0 {
		q.Limit = activityLimit
	}
	rows, err := b.store.ActivityPage(ctx, store.ActivityQuery{After: q.After, Before: q.Before, Limit: min(q.Limit, activityMaxLimit)})
	if err != nil {
		return ActivityPage{}, fmt.Errorf("read activity: %w", err)
	}
	return b.activityPage(ctx, rows)
}

func (b *Backend) activityPage(ctx context.Context, rows []store.Activity) (ActivityPage, error) {
	head, err := b.activityHead(ctx)
	if err != nil {
		return ActivityPage{}, err
	}
	return ActivityPage{Store: b.id, Head: head, Rows: activities(rows)}, nil
}

func activities(rows []store.Activity) []Activity {
	out := make([]Activity, 0, len(rows))
	for _, a := range rows {
		out = append(out, Activity{
			Seq: a.Seq, RequestID: a.RequestID,
			At: stamp(a.At), Took: float64(a.Took.Microseconds()) / 1000,
			Method: a.Method, Target: a.Target, Status: a.Status, Outcome: string(store.OutcomeOf(a.Status, a.Method)),
			Action: a.Action, Type: a.ResourceType, ID: a.ResourceID, Identity: a.Name,
			ScimType: a.ScimType, Detail: a.Detail, Remote: a.Remote, UserAgent: a.UserAgent,
			Via: a.Via, Unlike: parts(a.Unlike), LastFour: a.Hint,
		})
	}
	return out
}

// parts takes a list apart that is kept as one text.
func parts(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// Flush waits until every request that was answered before is in the log on disk.
func (b *Backend) Flush(ctx context.Context) error {
	if err := b.store.Flush(ctx); err != nil {
		return fmt.Errorf("write activity: %w", err)
	}
	return nil
}

func (b *Backend) activityHead(ctx context.Context) (ActivityHead, error) {
	first, last, err := b.store.ActivityHead(ctx)
	if err != nil {
		return ActivityHead{}, fmt.Errorf("read activity: %w", err)
	}
	return ActivityHead{First: first, Last: last}, nil
}
