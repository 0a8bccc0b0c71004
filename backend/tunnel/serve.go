package tunnel

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// How the tunnel's server waits. There is no WriteTimeout: a write deadline that expires in one of ngrok's streams leaves a frame that the
// next write changes, which breaks the whole session. The time of handlers is bounded in the handler.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10
	closeLimit    = 10 * time.Second // for requests in flight
)

func (k *keeper) server() *http.Server {
	return &http.Server{
		Handler:           k.o.Handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(k.o.Log.Handler(), slog.LevelDebug),

		DisableGeneralOptionsHandler: true, // or net/http itself would answer OPTIONS *, for which nobody is here
	}
}

// serve answers what comes to the address that is bound, until it is closed.
func (k *keeper) serve(l *live) {
	ln := l.listener
	go func() {
		err := l.server.Serve(ln)
		k.post(func() { k.served(l, ln, err) })
	}()
}

// shutdown lets requests in flight end, unless the connection that they came by is dead.
func shutdown(ctx context.Context, s *http.Server, dead bool) {
	if dead || s.Shutdown(ctx) != nil {
		_ = s.Close() // its listener may be closed already
	}
}
