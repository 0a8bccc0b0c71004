package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	bodyLimit   = 64 << 10 // bytes kept of each body
	targetLimit = 2 << 10  // bytes kept of a target
	textLimit   = 4 << 10  // bytes kept of any other text
	rowsAtOnce  = 50       // rows of one read by seq
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
	Via          string // tunnel, proxy or local; "" where it is not known
	Unlike       string // what is not as Entra sends it, separated by commas: userAgent, header, address
	Hint         string // last four characters of a secret that was refused
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

func (a *Activity) texts() [15]*string {
	return [...]*string{&a.RequestID, &a.Method, &a.Target, &a.ScimType, &a.Detail, &a.Action, &a.ResourceType, &a.ResourceID,
		&a.Name, &a.Remote, &a.UserAgent, &a.Token, &a.Via, &a.Unlike, &a.Hint}
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
			resource_type, resource_id, name, remote, user_agent, token, via, unlike, hint)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		seq, a.RequestID, millis(a.At), a.Took.Microseconds(), a.Method, a.Target, a.Status, a.ScimType, a.Detail, a.Action,
		a.ResourceType, a.ResourceID, a.Name, a.Remote, a.UserAgent, a.Token, a.Via, a.Unlike, a.Hint)
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
		resource_type, resource_id, name, remote, user_agent, token, via, unlike, hint from activity`
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
		a, err := scanActivity(rows)
		page = append(page, a)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read activity: %w", err))
	}
	return page, nil
}

func scanActivity(row scanner) (Activity, error) {
	var a Activity
	var at, took int64
	err := row.Scan(&a.Seq, &a.RequestID, &at, &took, &a.Method, &a.Target, &a.Status, &a.ScimType, &a.Detail, &a.Action,
		&a.ResourceType, &a.ResourceID, &a.Name, &a.Remote, &a.UserAgent, &a.Token, &a.Via, &a.Unlike, &a.Hint)
	a.At, a.Took = fromMillis(at), time.Duration(took)*time.Microsecond
	return a, err
}

// activityAt reads rowsAtOnce rows by their seqs.
func activityAt() string {
	places := make([]string, rowsAtOnce)
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	return activityColumns + " where seq in (" + strings.Join(places, ", ") + ") order by seq"
}

// ActivityAt gives the rows with these seqs, without their bodies, in order of seq and each once. Those that are not there are left out.
func (s *Store) ActivityAt(ctx context.Context, seqs []int64) ([]Activity, error) {
	found, text := []Activity{}, activityAt()
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(seqs))), rowsAtOnce) {
		args := make([]any, rowsAtOnce) // what is null is no row's seq
		for i, seq := range part {
			args[i] = seq
		}
		err := s.read.each(ctx, text, args, func(rows *sql.Rows) error {
			a, err := scanActivity(rows)
			found = append(found, a)
			return err
		})
		if err != nil {
			return nil, s.broken(fmt.Errorf("read activity: %w", err))
		}
	}
	return found, nil
}

// activityRefused stands on the index of refusals. What sums several up has no method: it names no caller.
const activityRefused = activityColumns + " where status = 401 and method <> '' order by seq desc limit 1"

// LastRefused gives the newest request that was refused for its token; false if the log has none.
func (s *Store) LastRefused(ctx context.Context) (a Activity, found bool, err error) {
	err = s.read.each(ctx, activityRefused, nil, func(rows *sql.Rows) error {
		a, err = scanActivity(rows)
		found = true
		return err
	})
	return a, found, s.broken(err)
}

// IsCutBody tells whether a body that was kept is only the beginning of one: it is as long as what is kept, and no JSON. No
// beginning of an object or array is.
func IsCutBody(body []byte) bool { return len(body) == bodyLimit && !json.Valid(body) }

// StrangerLimit is how many bytes of a target whoever logs a request without an accepted token hands over.
const StrangerLimit = 256

// IsCutTarget tells whether the target that was kept of a request may be only the beginning of one.
func IsCutTarget(a Activity) bool {
	limit := targetLimit
	if a.Token == "" {
		limit = StrangerLimit
	}
	return len(a.Target) > limit-utf8.UTFMax
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
