package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"scimdesk/backend/handover"
)

// handoverRunKey is where the store keeps how the last one that was made by itself went.
const handoverRunKey = "hand-over by itself"

// handoverPoll is how often the clock is looked at: a computer that slept must not be an hour late.
const handoverPoll = time.Minute

// handoverRun is how hand-overs by themselves went.
type handoverRun struct {
	Last  time.Time `json:"last,omitzero"` // when the last one was due and tried, or the schedule was set
	Fault string    `json:"fault,omitempty"`
	Code  string    `json:"code,omitempty"`
	Head  int64     `json:"head,omitempty"` // the newest change at the last one that followed Entra
}

func (h *handovers) lastRun(ctx context.Context) (r handoverRun, err error) {
	text, err := h.b.store.Meta(ctx, handoverRunKey)
	if err != nil || text == "" {
		return r, err
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("read how the last hand-over went: %w", err)
	}
	return r, nil
}

func (h *handovers) keepRun(ctx context.Context, r handoverRun) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write how the last hand-over went: %w", err)
	}
	return h.b.store.SetMeta(ctx, handoverRunKey, string(raw))
}

// fault tells of the last one by itself, if that failed.
func (h *handovers) fault(ctx context.Context) (HandoverFault, error) {
	run, err := h.lastRun(ctx)
	if err != nil || run.Fault == "" {
		return HandoverFault{}, err
	}
	return HandoverFault{At: stamp(run.Last), Code: run.Code, Fault: run.Fault}, nil
}

// wellAgain takes back what is told of one that failed, once nothing is left to hand over.
func (h *handovers) wellAgain(ctx context.Context) error {
	run, err := h.lastRun(ctx)
	if err != nil || run.Fault == "" {
		return err
	}
	run.Fault, run.Code = "", ""
	return h.keepRun(ctx, run)
}

// next says when the next one is made by itself, "" for never or not known yet.
func (h *handovers) next(ctx context.Context, s HandoverSettings, run handoverRun) (string, error) {
	if s.Every != handover.Cycle {
		due := handover.Next(s.Every, s.At, run.Last.Local())
		if now := h.now(); !due.IsZero() && due.Before(now) {
			due = now
		}
		return stamp(due), nil
	}
	head, err := h.b.store.HistoryHead(ctx)
	if err != nil || head == run.Head {
		return "", err
	}
	last, err := h.b.store.LastWrite(ctx)
	if err != nil || last.IsZero() {
		return "", err
	}
	return stamp(last.Add(handover.Quiet)), nil
}

// run makes hand-overs when they are due, until ctx ends.
func (h *handovers) run(ctx context.Context) {
	for !h.b.sample {
		wait, err := h.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			h.b.log.Warn("look for a hand-over that is due", "err", err)
			wait = handoverPoll
		}
		due := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			due.Stop()
			return
		case <-h.changed:
			due.Stop()
		case <-due.C:
		}
	}
}

// once makes the one that is due, if one is, and says when to look again.
func (h *handovers) once(ctx context.Context) (wait time.Duration, err error) {
	s, err := h.settings(ctx)
	if err != nil || s.Every == handover.Off {
		return time.Hour, err
	}
	run, err := h.lastRun(ctx)
	if err != nil {
		return 0, err
	}
	due, head, err := h.due(ctx, s, run)
	if err != nil {
		return 0, err
	}
	now := h.now()
	if due.IsZero() {
		return handoverPoll, nil
	}
	if due.After(now) {
		return min(due.Sub(now), handoverPoll), nil
	}
	// Noted first: one that ends the program is not tried again and again.
	before := run
	run.Last, run.Head = now, head
	if err := h.keepRun(ctx, run); err != nil {
		return 0, err
	}
	if _, err := h.b.HandOver(ctx, HandoverRequest{}); err != nil {
		if ctx.Err() != nil { // ScimDesk is closed meanwhile: it is due when that is opened again
			return 0, h.keepRun(context.WithoutCancel(ctx), before)
		}
		h.b.log.Warn("hand over", "err", err)
		run.Fault, run.Code = Message(err), Code(err)
		if s.Every == handover.Cycle {
			run.Head = 0 // what is not handed over yet is tried again
		}
		defer h.b.tellStatus()
		return handoverPoll, h.keepRun(ctx, run)
	}
	return handoverPoll, nil
}

// due says when the next one is, and what the newest change is. After Entra's last change it waits until the cycle is over; one that failed is
// tried again as late.
func (h *handovers) due(ctx context.Context, s HandoverSettings, run handoverRun) (at time.Time, head int64, err error) {
	if s.Every != handover.Cycle {
		return handover.Next(s.Every, s.At, run.Last.Local()), 0, nil
	}
	if head, err = h.b.store.HistoryHead(ctx); err != nil || head == run.Head {
		return time.Time{}, 0, err
	}
	last, err := h.b.store.LastWrite(ctx)
	if err != nil || last.IsZero() {
		return time.Time{}, 0, err
	}
	if run.Fault != "" && run.Last.After(last) {
		last = run.Last
	}
	return last.Add(handover.Quiet), head, nil
}
