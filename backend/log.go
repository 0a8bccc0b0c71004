package backend

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
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

// Masked is a slog handler that masks secrets in messages and attributes before h writes them. It keeps the last lines for the diagnostics,
// also where h writes nothing. A handler that does so already is given back as it is.
func Masked(h slog.Handler) slog.Handler {
	if m, ok := h.(masked); ok {
		return m
	}
	return masked{Handler: h, lines: &logLines{}}
}

type masked struct {
	slog.Handler
	lines *logLines
	with  []slog.Attr
}

func (m masked) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= keptLevel || m.Handler.Enabled(ctx, level)
}

func (m masked) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= keptLevel {
		m.lines.add(r, m.with)
	}
	if !m.Handler.Enabled(ctx, r.Level) {
		return nil
	}
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
	return masked{m.Handler.WithAttrs(clean), m.lines, slices.Concat(m.with, as)}
}

func (m masked) WithGroup(name string) slog.Handler {
	return masked{m.Handler.WithGroup(name), m.lines, m.with}
}

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
