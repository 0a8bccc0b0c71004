package store

import (
	"container/list"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"scimdesk/backend/scim"
)

const (
	pageLimit = 1000 // resources of one answer
	sliceSize = 1000 // rows compared in one read
)

// Query of List.
type Query struct {
	Filter     *scim.Filter // nil is no filter
	StartIndex int          // from 1; less is 1 (RFC 7644 section 3.4.2.4)
	Count      int          // at most 1,000 are given; 0 or less: none but the total
	With       With
	Probe      bool // of a self-check: it lists probes alone
}

// Page of List, in order of creation. Total counts all matches.
type Page struct {
	Total      int
	StartIndex int
	Records    []Record
}

// List gives the resources that a filter matches. What an index can answer costs what it finds; anything else compares all
// resources, in slices, and is given up after 10 seconds with a *scim.Error of kind TooMany.
func (s *Store) List(ctx context.Context, t *scim.ResourceType, q Query) (Page, error) {
	q.StartIndex, q.Count = max(q.StartIndex, 1), min(max(q.Count, 0), pageLimit)
	p := planFilter(t, q.Filter)
	if q.Probe {
		p.args[0], p.exact = typeOf(t, true), false // few are compared, and no place of theirs is remembered among the people's
		q.With = With{}
	}
	var page Page
	var err error
	if p.exact {
		page, err = s.listExact(ctx, p, q)
	} else {
		page, err = s.listCompared(ctx, p, q)
	}
	if err != nil {
		return Page{}, s.broken(err)
	}
	for i := range page.Records {
		if err := fill(ctx, s.read, &page.Records[i], q.With); err != nil {
			return Page{}, s.broken(err)
		}
	}
	return page, nil
}

// listExact lets SQL find the page.
func (s *Store) listExact(ctx context.Context, p *plan, q Query) (Page, error) {
	page := Page{StartIndex: q.StartIndex, Records: []Record{}}
	place := pagePlace{t: p.t, start: q.StartIndex}
	if q.Filter != nil {
		place.filter = q.Filter.String()
	}
	epoch := s.pages.epoch(place)
	after, there, err := s.start(ctx, p, place, epoch)
	if err != nil {
		return Page{}, err
	}
	if there && q.Count > 0 {
		if page.Records, err = s.slice(ctx, p, after, q.Count); err != nil {
			return Page{}, err
		}
	}
	n := len(page.Records)
	if n == q.Count && n > 0 {
		place.start += n
		s.pages.put(place, page.Records[n-1].Seq, epoch)
	}
	if q.Filter != nil && n < q.Count && (n > 0 || q.StartIndex == 1) {
		page.Total = q.StartIndex - 1 + n // it is the last page
		return page, nil
	}
	page.Total, err = s.total(ctx, p)
	return page, err
}

// start gives the seq that stands before a page; false if the list ends before it.
func (s *Store) start(ctx context.Context, p *plan, place pagePlace, epoch int64) (after int64, there bool, err error) {
	if place.start == 1 {
		return 0, true, nil
	}
	if after, there = s.pages.get(place, epoch); there {
		return after, true, nil
	}
	after, there, err = s.skip(ctx, p, place.start-1)
	if there {
		s.pages.put(place, after, epoch)
	}
	return after, there, err
}

// slice reads the next rows after a seq.
func (s *Store) slice(ctx context.Context, p *plan, after int64, n int) ([]Record, error) {
	records := []Record{}
	err := s.read.each(ctx, p.sliceText(), append(p.args, after, n), func(rows *sql.Rows) error {
		rec, err := scanRecord(p.t, rows)
		records = append(records, rec)
		return err
	})
	return records, err
}

// sliceText reads rows in order of seq. The plus takes the seq's own index out of the choice where a better one is known.
// The sum keeps the engine from planning the statement anew for each limit, which costs more than running it.
func (p *plan) sliceText() string {
	seq := "r.seq"
	if p.narrow {
		seq = "+r.seq"
	}
	n := len(p.args)
	return "select " + recordColumns + p.from() + " and " + seq + " > $" + strconv.Itoa(n+1) +
		" order by " + seq + " limit 0 + $" + strconv.Itoa(n+2)
}

// skip gives the seq of the nth match, from indexes alone; false if there are fewer.
func (s *Store) skip(ctx context.Context, p *plan, n int) (int64, bool, error) {
	var seq int64
	err := s.read.row(ctx, p.skipText(), append(p.args, n-1), &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return seq, err == nil, err
}

func (p *plan) skipText() string {
	seq := "r.seq"
	if p.narrow {
		seq = "+r.seq"
	}
	return "select r.seq" + p.from() + " order by " + seq + " limit 1 offset 0 + $" + strconv.Itoa(len(p.args)+1)
}

// total counts the matches, or knows them.
func (s *Store) total(ctx context.Context, p *plan) (int, error) {
	if p.filter == nil || p.onlyActive {
		c, err := counts(ctx, s.read, p.t)
		if p.onlyActive {
			return c.Active, err
		}
		return c.Total, err
	}
	var n int
	err := s.read.row(ctx, p.totalText(), p.args, &n)
	return n, err
}

func (p *plan) totalText() string { return "select count(*)" + p.from() }

// errTooSlow ends a comparison that takes too long.
var errTooSlow = errors.New("time limit of a list")

// listCompared lets scim.Filter.Match decide about every row that SQL leaves.
func (s *Store) listCompared(ctx context.Context, p *plan, q Query) (Page, error) {
	limited, cancel := context.WithTimeoutCause(ctx, s.o.listLimit, errTooSlow)
	defer cancel()
	page := Page{StartIndex: q.StartIndex, Records: []Record{}}
	err := s.candidates(limited, p, func(rec Record) error {
		ok, err := s.matches(limited, p, rec)
		if err != nil || !ok {
			return err
		}
		page.Total++
		if page.Total >= q.StartIndex && len(page.Records) < q.Count {
			page.Records = append(page.Records, rec)
		}
		return nil
	})
	if err != nil && errors.Is(context.Cause(limited), errTooSlow) {
		return Page{}, &scim.Error{Kind: scim.TooMany, Err: err, Detail: fmt.Sprintf("the filter has to be compared with every %s and "+
			"takes longer than %s; add a comparison by eq with id, %sexternalId or displayName, or by gt with meta.lastModified",
			p.t.Name, s.o.listLimit, map[bool]string{true: "userName, emails.value, "}[p.t == scim.User])}
	}
	return page, err
}

// candidates gives every row that SQL leaves, in order, and holds no read between slices.
func (s *Store) candidates(ctx context.Context, p *plan, each func(Record) error) error {
	if p.narrow {
		return s.candidatesFound(ctx, p, each)
	}
	for after := int64(0); ; {
		records, err := s.slice(ctx, p, after, sliceSize)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if err := each(rec); err != nil {
				return err
			}
			after = rec.Seq
		}
		if len(records) < sliceSize {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// candidatesFound lets an index find the rows first, so that no slice finds them again.
func (s *Store) candidatesFound(ctx context.Context, p *plan, each func(Record) error) error {
	var found []int64
	err := s.read.each(ctx, "select r.seq"+p.from()+" order by +r.seq", p.args, func(rows *sql.Rows) error {
		var seq int64
		err := rows.Scan(&seq)
		found = append(found, seq)
		return err
	})
	if err != nil {
		return err
	}
	for _, seq := range found {
		var next []Record
		err := s.read.each(ctx, getBySeq, []any{seq}, func(rows *sql.Rows) error {
			rec, err := scanRecord(p.t, rows)
			next = append(next, rec)
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range next { // none if it was deleted meanwhile
			if err := each(rec); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) matches(ctx context.Context, p *plan, rec Record) (bool, error) {
	r, err := scim.FromDocument(p.t, rec.Doc)
	if err != nil {
		return false, fmt.Errorf("read %s %s: %w", p.t.Name, rec.ID, err)
	}
	if err := fill(ctx, s.read, &rec, p.needs()); err != nil {
		return false, err
	}
	return p.filter == nil || p.filter.Match(r, rec.Meta()), nil
}

// needs is what the filter compares beside the document.
func (p *plan) needs() With {
	if p.filter == nil {
		return With{}
	}
	return With{Groups: p.filter.NeedsGroups(), Members: p.filter.NeedsMembers()}
}

// Scan gives every resource of a type in order of creation, in slices; no read is open while each runs, so it may take
// its time and may call the store.
func (s *Store) Scan(ctx context.Context, t *scim.ResourceType, w With, each func(Record) error) error {
	return s.broken(s.candidates(ctx, planFilter(t, nil), func(rec Record) error {
		if err := fill(ctx, s.browse, &rec, w); err != nil {
			return err
		}
		return each(rec)
	}))
}

// pageCacheSize is how many places are remembered: one for each client that pages, with room.
const pageCacheSize = 256

// A pagePlace is where a page starts.
type pagePlace struct {
	t      *scim.ResourceType
	filter string
	start  int
}

// A pageCache remembers which seq stands before pages that clients asked for and will ask for next, so that a deep page costs what the
// first one costs. A remembered place is as good as counting: it is forgotten when what stands before it may have changed.
type pageCache struct {
	mu      sync.Mutex
	order   *list.List // of *pageEntry, the newest in front
	entries map[pagePlace]*list.Element
	changed int64 // counts commits that changed any resource
	removed int64 // counts commits that took some out of the lists or back; without a filter nothing else moves a page
}

type pageEntry struct {
	place pagePlace
	after int64
	epoch int64
}

func newPageCache() *pageCache {
	return &pageCache{order: list.New(), entries: make(map[pagePlace]*list.Element)}
}

func (c *pageCache) moved(m Commit) {
	if !m.People && !m.Groups {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed++
	if m.removed {
		c.removed++
	}
}

// epoch is read before the database is.
func (c *pageCache) epoch(p pagePlace) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.filter == "" {
		return c.removed
	}
	return c.changed
}

func (c *pageCache) get(p pagePlace, epoch int64) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[p]
	if !ok {
		return 0, false
	}
	entry := e.Value.(*pageEntry)
	if entry.epoch != epoch {
		c.order.Remove(e)
		delete(c.entries, p)
		return 0, false
	}
	c.order.MoveToFront(e)
	return entry.after, true
}

func (c *pageCache) put(p pagePlace, after, epoch int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[p]; ok {
		e.Value = &pageEntry{place: p, after: after, epoch: epoch}
		c.order.MoveToFront(e)
		return
	}
	c.entries[p] = c.order.PushFront(&pageEntry{place: p, after: after, epoch: epoch})
	if c.order.Len() > pageCacheSize {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.entries, last.Value.(*pageEntry).place)
	}
}
