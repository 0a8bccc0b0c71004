package backend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

const (
	findLimit    = 1_000
	findMaxLimit = 10_000
	findBudget   = 250 * time.Millisecond
	findText     = 200 // characters
	findValues   = 20  // methods or actions
	atMaxRows    = 1_000
	detailRows   = 500 // changes of one request
)

// ActivityFilter says which requests are wanted; what is empty does not count, and all that is set must hold.
type ActivityFilter struct {
	// Outcomes: success, notFound, failure, error, cutOff; see store.Outcome.
	Outcomes []string `json:"outcomes"`
	Methods  []string `json:"methods"`
	Actions  []string `json:"actions"`
	Status   int      `json:"status"` // one HTTP status, 0 for any
	// Person is a part of the name or id of whom it was about, or of a value that a filter asked for, such as a user name. A whole user
	// name or e-mail address finds all that was about its owner.
	Person   string `json:"person"`
	Resource string `json:"resource"` // exact id of a person or group
	Text     string `json:"text"`     // words that must all occur in name, target, detail, client or ids
	From     string `json:"from"`     // RFC 3339, inclusive
	Until    string `json:"until"`    // RFC 3339, exclusive
	Unlike   bool   `json:"unlike"`   // only what is not as Entra sends it
}

// ActivityFind looks for requests in the direction that is set: below Before (newest first) or above After (oldest first).
// Both 0: from the newest down. After may be Beginning.
type ActivityFind struct {
	Filter ActivityFilter `json:"filter"`
	Before int64          `json:"before"`
	After  int64          `json:"after"`
	Limit  int            `json:"limit"` // of matches, at most 10,000; 0 means 1,000
}

// ActivityFound is what was found so far. One question looks for a quarter of a second at most: ask on from Through until Done.
type ActivityFound struct {
	Store   string       `json:"store"`
	Seqs    []int64      `json:"seqs"`
	Through int64        `json:"through"` // everything up to here has been looked at
	Done    bool         `json:"done"`    // there is nothing more in this direction
	Head    ActivityHead `json:"head"`
}

// ActivityDetail is all that is known of one request. Bodies are as they came, secrets hidden; at most 64 KiB of each are kept.
type ActivityDetail struct {
	Store       string       `json:"store"`
	Row         Activity     `json:"row"`
	Request     string       `json:"request"`
	Response    string       `json:"response"`
	RequestCut  bool         `json:"requestCut"`
	ResponseCut bool         `json:"responseCut"`
	Changes     []HistoryRow `json:"changes"`     // what it changed, newest first, at most 500
	ChangesMore bool         `json:"changesMore"` // it changed more than that
	Curl        string       `json:"curl"`        // for a POSIX shell, with the token as $SCIM_TOKEN
	PowerShell  string       `json:"powerShell"`
}

// FindActivity looks for requests. BAD_QUERY names what can't be asked.
func (b *Backend) FindActivity(ctx context.Context, q ActivityFind) (ActivityFound, error) {
	s, err := q.search()
	if err != nil {
		return ActivityFound{}, err
	}
	found, err := b.store.SearchActivity(ctx, s)
	if err != nil {
		return ActivityFound{}, err
	}
	if s.After != 0 && found.Through == 0 {
		found.Through = Beginning // an After of 0 would ask for the other direction
	}
	head, err := b.activityHead(ctx)
	if err != nil {
		return ActivityFound{}, err
	}
	return ActivityFound{Store: b.id, Seqs: found.Seqs, Through: found.Through, Done: found.Done, Head: head}, nil
}

// search checks the question and puts it as the store wants it.
func (q ActivityFind) search() (store.Search, error) {
	f := q.Filter
	s := store.Search{Methods: f.Methods, Actions: f.Actions, Resource: f.Resource, Person: f.Person, Text: f.Text, Unlike: f.Unlike,
		Before: q.Before, After: q.After, Limit: min(cmp.Or(max(q.Limit, 0), findLimit), findMaxLimit), Budget: findBudget}
	refuse := func(format string, args ...any) (store.Search, error) {
		return store.Search{}, fmt.Errorf("%w: "+format, append([]any{ErrQuery}, args...)...)
	}
	if q.Before < 0 || q.Before > 0 && q.After != 0 {
		return refuse("say either before or after which request, by its number")
	}
	for name, text := range map[string]string{"person": f.Person, "text": f.Text, "resource": f.Resource} {
		if utf8.RuneCountInString(text) > findText {
			return refuse("%s may have at most %d characters", name, findText)
		}
	}
	if len(f.Methods) > findValues || len(f.Actions) > findValues {
		return refuse("at most %d methods and actions may be named", findValues)
	}
	for _, name := range f.Outcomes {
		if !slices.Contains(store.Outcomes, store.Outcome(name)) {
			return refuse("an outcome is success, notFound, failure, error or cutOff, not %q", name)
		}
		s.Outcomes = append(s.Outcomes, store.Outcome(name))
	}
	if f.Status != 0 {
		if f.Status < 100 || f.Status > 599 {
			return refuse("a status is a number from 100 to 599, not %d", f.Status)
		}
		s.Status = f.Status
	}
	for _, t := range []struct {
		name, text string
		into       *time.Time
	}{{"from", f.From, &s.From}, {"until", f.Until, &s.Until}} {
		if t.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, t.text)
		if err != nil {
			return refuse("%s must be a time such as 2026-11-22T14:00:00Z, not %q", t.name, t.text)
		}
		*t.into = at
	}
	return s, nil
}

// ActivityAt gives the rows with these seqs, in order of seq; at most 1,000. Those that are not there are left out.
func (b *Backend) ActivityAt(ctx context.Context, seqs []int64) (ActivityPage, error) {
	if len(seqs) > atMaxRows {
		return ActivityPage{}, fmt.Errorf("%w: at most %d requests may be asked for at once", ErrQuery, atMaxRows)
	}
	rows, err := b.store.ActivityAt(ctx, seqs)
	if err != nil {
		return ActivityPage{}, err
	}
	return b.activityPage(ctx, rows)
}

// ActivityDetail gives one request with its bodies and changes. NOT_FOUND says that it is not in the log any more.
func (b *Backend) ActivityDetail(ctx context.Context, seq int64) (ActivityDetail, error) {
	rows, err := b.store.ActivityAt(ctx, []int64{seq})
	if err != nil {
		return ActivityDetail{}, err
	}
	var request, response []byte
	if len(rows) > 0 {
		request, response, err = b.store.ActivityBodies(ctx, seq)
	}
	if len(rows) == 0 || errors.Is(err, store.ErrNotFound) {
		return ActivityDetail{}, &scim.Error{Kind: scim.NotFound, Detail: fmt.Sprintf("Request %d is not in the log any more", seq), Err: store.ErrNotFound}
	}
	if err != nil {
		return ActivityDetail{}, fmt.Errorf("read bodies: %w", err)
	}
	changes, err := b.store.HistoryOfRequest(ctx, rows[0].RequestID, detailRows+1)
	if err != nil {
		return ActivityDetail{}, err
	}
	d := ActivityDetail{
		Store:       b.id,
		Row:         activities(rows)[0],
		RequestCut:  store.IsCutBody(request),
		ResponseCut: store.IsCutBody(response),
		ChangesMore: len(changes) > detailRows,
	}
	if d.Changes, err = b.historyRows(ctx, changes[:min(len(changes), detailRows)]); err != nil {
		return ActivityDetail{}, err
	}
	d.Request, d.Response = bodyText(request, d.RequestCut), bodyText(response, d.ResponseCut)
	c := newCommand(b.address(), rows[0], request)
	d.Curl, d.PowerShell = c.posix(), c.powerShell()
	return d, nil
}
