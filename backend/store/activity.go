package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	bodyLimit   = 64 << 10 // bytes kept of each body
	targetLimit = 2 << 10  // bytes kept of a target
	textLimit   = 4 << 10  // bytes kept of any other text
)

// Activity is one request and its answer. Of each text at most 4 KiB are kept where nothing else is said.
type Activity struct {
	Seq          int64 // given when it is stored; 0 until then
	RequestID    string
	At           time.Time
	Took         time.Duration // from arrival until the row is written; without the commit's own wait
	Method       string
	Target       string // path and query as sent, at most 2 KiB
	Status       int
	ScimType     string
	Detail       string // of an error
	Action       string // create, update, disable, enable, delete, read, match, list, test, discovery, other; lost: see Store.Log
	ResourceType string
	ResourceID   string
	Name         string // of the person or group, where known
	Remote       string
	UserAgent    string
	Token        string // id of the token it came with
	Request      []byte // bodies, at most 64 KiB of each are kept
	Response     []byte
}

// ActivityQuery asks for rows after (ascending) or before (descending) a seq; with both 0 for the newest, descending.
type ActivityQuery struct {
	After, Before int64
	Limit         int // at most 1,000; 0 means 200
}

// kept is what the store keeps of a row, in memory of its own: a client decides how long the texts are, and a part of a string
// holds the whole of it, as a method does the line of its request.
func (a *Activity) kept() *Activity {
	k := *a
	for _, t := range k.texts() {
		limit := textLimit
		if t == &k.Target {
			limit = targetLimit
		}
		*t = text(*t, limit)
	}
	k.Request, k.Response = body(k.Request), body(k.Response)
	return &k
}

func (a *Activity) texts() [12]*string {
	return [...]*string{&a.RequestID, &a.Method, &a.Target, &a.ScimType, &a.Detail, &a.Action, &a.ResourceType, &a.ResourceID,
		&a.Name, &a.Remote, &a.UserAgent, &a.Token}
}

// textSize and bodySize are bytes that a row holds in memory.
func (a *Activity) textSize() int {
	n := 0
	for _, t := range a.texts() {
		n += len(*t)
	}
	return n
}

func (a *Activity) bodySize() int { return len(a.Request) + len(a.Response) }

// text cuts what a client sent to what is kept of it, and makes it storable: a request line may hold any bytes.
func text(s string, limit int) string {
	s = strings.ToValidUTF8(s[:min(len(s), limit)], "\uFFFD")
	if len(s) > limit { // by what stands for bytes that are no text
		for !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit]
	}
	return strings.Clone(s)
}

func body(b []byte) []byte {
	part := b[:min(len(b), bodyLimit)]
	if cap(b) > len(part) {
		return bytes.Clone(part)
	}
	return part
}

// log writes a row as kept gave it, in the transaction of the change it belongs to.
func (tx *Tx) log(a *Activity) error {
	seq := tx.activity + 1
	_, err := tx.exec(`insert into activity (seq, request_id, at, took, method, target, status, scim_type, detail, action,
			resource_type, resource_id, name, remote, user_agent, token)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		seq, a.RequestID, millis(a.At), a.Took.Microseconds(), a.Method, a.Target, a.Status, a.ScimType, a.Detail, a.Action,
		a.ResourceType, a.ResourceID, a.Name, a.Remote, a.UserAgent, a.Token)
	if err != nil {
		return fmt.Errorf("insert activity: %w", err)
	}
	if len(a.Request) > 0 || len(a.Response) > 0 {
		_, err := tx.exec(`insert into bodies (activity_seq, request, response) values ($1, $2, $3)`, seq, a.Request, a.Response)
		if err != nil {
			return fmt.Errorf("insert bodies: %w", err)
		}
	}
	a.Seq, tx.activity, tx.commit.Activity = seq, seq, seq
	return nil
}

// ActivityHead gives the range of rows on disk; both 0 while there are none.
func (s *Store) ActivityHead(ctx context.Context) (first, last int64, err error) {
	err = s.read.row(ctx, `select coalesce((select min(seq) from activity), 0), coalesce((select max(seq) from activity), 0)`,
		nil, &first, &last)
	return first, last, s.broken(err)
}

const (
	activityColumns = `select seq, request_id, at, took, method, target, status, scim_type, detail, action,
		resource_type, resource_id, name, remote, user_agent, token from activity`
	activityAfter  = activityColumns + " where seq > $1 order by seq limit 0 + $2"
	activityBefore = activityColumns + " where seq < $1 order by seq desc limit 0 + $2"
	activityNewest = activityColumns + " where seq > $1 order by seq desc limit 0 + $2"
)

// ActivityPage gives rows without their bodies.
func (s *Store) ActivityPage(ctx context.Context, q ActivityQuery) ([]Activity, error) {
	text, from := activityNewest, int64(0)
	switch {
	case q.After != 0:
		text, from = activityAfter, q.After
	case q.Before != 0:
		text, from = activityBefore, q.Before
	}
	page := []Activity{}
	err := s.read.each(ctx, text, []any{from, clampLimit(q.Limit, 200)}, func(rows *sql.Rows) error {
		var a Activity
		var at, took int64
		if err := rows.Scan(&a.Seq, &a.RequestID, &at, &took, &a.Method, &a.Target, &a.Status, &a.ScimType, &a.Detail, &a.Action,
			&a.ResourceType, &a.ResourceID, &a.Name, &a.Remote, &a.UserAgent, &a.Token); err != nil {
			return err
		}
		a.At, a.Took = fromMillis(at), time.Duration(took)*time.Microsecond
		page = append(page, a)
		return nil
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read activity: %w", err))
	}
	return page, nil
}

// ActivityBodies gives what is kept of a request's bodies; nil where there were none. ErrNotFound if there is no such row.
func (s *Store) ActivityBodies(ctx context.Context, seq int64) (request, response []byte, err error) {
	err = s.read.row(ctx, `select b.request, b.response from activity a left join bodies b on b.activity_seq = a.seq where a.seq = $1`,
		[]any{seq}, &request, &response)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, ErrNotFound
	}
	return request, response, s.broken(err)
}
