package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"sync"
)

// Carried is what went through a tunnel in a month.
type Carried struct {
	Requests int64
	Bytes    int64 // as the caller of AddCarried counts them
}

// An odometer knows what went through the tunnel in each month. The sums stand in memory; those that moved are written with a later
// batch, whole, so that it does not matter if one is written twice.
type odometer struct {
	mu     sync.Mutex
	months map[string]Carried
	moved  map[string]bool // is not on disk yet
}

// AddCarried counts what went through the tunnel; month is 2026-11, UTC. It is kept in memory and written with a later batch: a
// request must not cost a write only to be counted. A crash loses the last seconds.
func (s *Store) AddCarried(month string, requests, bytes int64) {
	o := &s.journal.odometer
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.months[month]
	o.months[month] = Carried{Requests: c.Requests + requests, Bytes: c.Bytes + bytes}
	o.moved[month] = true
	signal(s.journal.more)
}

// Carried gives what went through the tunnel in a month, up to now.
func (s *Store) Carried(month string) Carried {
	o := &s.journal.odometer
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.months[month]
}

// load reads the sums of a folder that was just opened.
func (o *odometer) load(ctx context.Context, s *session) error {
	o.months, o.moved = make(map[string]Carried), make(map[string]bool)
	err := s.each(ctx, `select month, requests, bytes from traffic_months`, nil, func(rows *sql.Rows) error {
		var month string
		var c Carried
		err := rows.Scan(&month, &c.Requests, &c.Bytes)
		o.months[month] = c
		return err
	})
	if err != nil {
		return fmt.Errorf("read what the tunnel carried: %w", err)
	}
	return nil
}

// waits tells whether there is something to write.
func (o *odometer) waits() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.moved) > 0
}

// take gives the months that are to be written; putBack those that were not.
func (o *odometer) take() map[string]Carried {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.moved) == 0 {
		return nil
	}
	moved := make(map[string]Carried, len(o.moved))
	for month := range o.moved {
		moved[month] = o.months[month]
	}
	clear(o.moved)
	return moved
}

func (o *odometer) putBack(months map[string]Carried) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for month := range maps.Keys(months) {
		o.moved[month] = true
	}
}

// writeCarried writes the sums of months.
func (tx *Tx) writeCarried(months map[string]Carried) error {
	for month, c := range months {
		if _, err := tx.exec(`insert into traffic_months (month, requests, bytes) values ($1, $2, $3)
			on conflict (month) do update set requests = excluded.requests, bytes = excluded.bytes`, month, c.Requests, c.Bytes); err != nil {
			return fmt.Errorf("count what the tunnel carried: %w", err)
		}
	}
	return nil
}
