// Package backend is the whole application without a window: the store, the SCIM server, the tokens and the life of
// both, behind methods that a face may call. A face is the desktop window (app.go) or the daemon (cmd/scimd); both get
// the same flat types: strings, numbers, booleans, slices that are never nil, times as RFC 3339 strings.
package backend

import (
	"context"
	"log/slog"
)

// Options of Open.
type Options struct {
	Dir         string       // data folder; made when missing
	Listen      string       // TCP address of the loopback SCIM listener, "127.0.0.1:8088"; port 0 picks one
	BehindProxy bool         // allows a Listen address that is not loopback: a reverse proxy adds TLS
	Face        string       // who opens it, "window" or "scimd": stands in run.json and in history
	Version     string       // of the program, for status
	Log         *slog.Logger // nil discards
}

// Backend is one open data folder and the server on it.
type Backend struct{}

// Open opens the folder and binds the listener; nothing is served until Run.
func Open(ctx context.Context, o Options) (*Backend, error) { return &Backend{}, nil }

// Run serves until ctx ends, then finishes what is in flight.
func (b *Backend) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Close closes the folder.
func (b *Backend) Close() error { return nil }
