package backend

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"scimdesk/backend/token"
)

var secretText = regexp.MustCompile(`(?:` + strings.Join(token.Prefixes(), "|") + `)[0-9A-Za-z]{8,}|(?i:bearer)\s+[\w.~+/=-]{16,}|(?i:basic)\s+[\w+/=-]{40,}`)

// Mask hides every secret in a text, so that no log, error or copy ever shows one.
func Mask(s string) string {
	if !mayHide(s) {
		return s // nearly every text; the expression costs more than the request
	}
	return secretText.ReplaceAllString(s, "***")
}

func mayHide(s string) bool {
	for _, part := range [...]string{"sd", "earer", "EARER", "asic", "ASIC"} {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// Masked is a slog handler that masks secrets in messages and attributes before h writes them.
func Masked(h slog.Handler) slog.Handler { return masked{h} }

type masked struct{ slog.Handler }

func (m masked) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Mask(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(maskAttr(a))
		return true
	})
	return m.Handler.Handle(ctx, clean)
}

func (m masked) WithAttrs(as []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(as))
	for i, a := range as {
		clean[i] = maskAttr(a)
	}
	return masked{m.Handler.WithAttrs(clean)}
}

func (m masked) WithGroup(name string) slog.Handler { return masked{m.Handler.WithGroup(name)} }

func maskAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Mask(v.String()))
	case slog.KindGroup:
		members := v.Group()
		clean := make([]slog.Attr, len(members))
		for i, g := range members {
			clean[i] = maskAttr(g)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindAny:
		return slog.String(a.Key, Mask(fmt.Sprint(v.Any())))
	}
	return a
}
