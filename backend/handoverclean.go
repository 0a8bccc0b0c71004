package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"scimdesk/backend/handover"
)

// ErrHandoverCleaned refuses to make a hand-over again whose rows were kept long enough.
var ErrHandoverCleaned = errors.New("it is older than what the settings keep, and its rows are removed")

// handoverCleanKey is where the store keeps handoverCleaned.
const handoverCleanKey = "hand-overs cleaned"

// handoverCleaned is how far hand-overs are cleaned, by number.
type handoverCleaned struct {
	Gone int64 `json:"gone"` // up to here none can be made again
	Done int64 `json:"done"` // up to here what nobody needs is removed
}

func (h *handovers) cleaned(ctx context.Context) (c handoverCleaned, err error) {
	text, err := h.b.store.Meta(ctx, handoverCleanKey)
	if err != nil || text == "" {
		return c, err
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fmt.Errorf("read how far hand-overs are cleaned: %w", err)
	}
	return c, nil
}

func (h *handovers) keepCleaned(ctx context.Context, c handoverCleaned) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write how far hand-overs are cleaned: %w", err)
	}
	return h.b.store.SetMeta(ctx, handoverCleanKey, string(raw))
}

// clean removes the rows of hand-overs made before a time that nothing needs but to make them again, and says of how many. Their numbers and receipts stay,
// and so does what the old system knows of everybody whom it has.
func (h *handovers) clean(ctx context.Context, before time.Time) (n int, err error) {
	old, err := h.b.store.OldHandovers(ctx, before)
	if err != nil {
		return 0, err
	}
	at, err := h.cleaned(ctx)
	if err != nil {
		return 0, err
	}
	if old > at.Gone {
		at.Gone = old
		if err := h.giveUp(ctx, at); err != nil {
			return 0, err
		}
	}
	for at.Done < at.Gone {
		if err := h.b.store.PruneHandover(ctx, at.Done+1, handover.Lives); err != nil {
			return n, err
		}
		at.Done++
		n++
		if err := h.keepCleaned(ctx, at); err != nil {
			return n, err
		}
	}
	return n, nil
}

// giveUp notes which can't be made again, while no files are being made of their rows.
func (h *handovers) giveUp(ctx context.Context, at handoverCleaned) error {
	h.making.Lock()
	defer h.making.Unlock()
	h.forget() // a number of a row may be given twice
	return h.keepCleaned(ctx, at)
}
