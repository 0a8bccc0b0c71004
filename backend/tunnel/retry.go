package tunnel

import (
	"math/rand/v2"
	"time"
)

// Waits before the next try, by how often in a row it went wrong at that pace; the last one holds on. The first try after a loss is
// made at once: most losses are a changed network, which is there by then.
var waits = map[pace][]time.Duration{
	soon:  {0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second},
	taken: {2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second}, // ngrok gives a dead session up within about a minute
	slow:  {30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute},
}

const (
	jitter = 0.2             // of a wait, added at random, so that not all come back at once after an outage of ngrok's
	steady = 5 * time.Second // a session that was up for less counts as one more failure when it is lost, or it would be a loop without waits
)

// backoff counts what went wrong in a row.
type backoff struct {
	pace pace
	row  int
}

func (b *backoff) next(p pace) time.Duration {
	if p != b.pace {
		*b = backoff{pace: p}
	}
	list := waits[p]
	d := list[min(b.row, len(list)-1)]
	b.row++
	return d + time.Duration(jitter*rand.Float64()*float64(d))
}

func (b *backoff) reset() { *b = backoff{} }
