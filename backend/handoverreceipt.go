package backend

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// receiptLimit is how many characters of a receipt are kept.
const receiptLimit = 500

// HandoverReceipt says that the old system has taken a hand-over, and what it says about that; Keys is the Upload.ID of a file with the keys that it
// gave to those who joined.
type HandoverReceipt struct {
	Seq  int64  `json:"seq"`
	Text string `json:"text"` // at most 500 characters
	Keys string `json:"keys"`
}

// GiveReceipt notes that one was taken. With Keys it begins the job that sets the localIds.
func (b *Backend) GiveReceipt(ctx context.Context, r HandoverReceipt) (HandoverInfo, error) {
	if utf8.RuneCountInString(r.Text) > receiptLimit {
		return HandoverInfo{}, fmt.Errorf("%w: a receipt has at most %d characters", ErrQuery, receiptLimit)
	}
	_, found, err := b.store.Handover(ctx, r.Seq)
	if err != nil {
		return HandoverInfo{}, err
	}
	if !found {
		return HandoverInfo{}, noHandover(r.Seq)
	}
	if r.Keys != "" {
		if _, err := b.applyKeys(ctx, r.Keys); err != nil {
			return HandoverInfo{}, err
		}
	}
	if _, err := b.store.TakeHandover(ctx, r.Seq, strings.TrimSpace(r.Text)); err != nil {
		return HandoverInfo{}, err
	}
	one, _, err := b.store.Handover(ctx, r.Seq)
	if err != nil {
		return HandoverInfo{}, err
	}
	cleaned, err := b.handing.cleaned(ctx)
	if err != nil {
		return HandoverInfo{}, err
	}
	b.tellStatus()
	info, err := infoOf(one)
	info.Cleaned = one.Seq <= cleaned.Gone
	return info, err
}
