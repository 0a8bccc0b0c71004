package ngroktest

import (
	"io"
	"net"
	"sync"
	"time"
)

// patience is how long a visitor may take for a header.
const patience = 30 * time.Second

// late puts a delay into both ways of a connection, without limiting what goes through.
func late(c net.Conn, by time.Duration) net.Conn {
	if by <= 0 {
		return c
	}
	l := &lateConn{Conn: c, by: by, in: make(chan parcel, backlog), out: make(chan parcel, backlog), gone: make(chan struct{})}
	go l.collect()
	go l.deliver()
	return l
}

// backlog is how many parcels may be under way.
const backlog = 1024

// parcel is what arrives at a time.
type parcel struct {
	due  time.Time
	data []byte
	err  error
}

type lateConn struct {
	net.Conn
	by      time.Duration
	in, out chan parcel
	rest    parcel // of what was read; by one reader
	close   sync.Once
	gone    chan struct{}
}

// collect takes what comes in and stamps it.
func (l *lateConn) collect() {
	for {
		data := make([]byte, 32<<10)
		n, err := l.Conn.Read(data)
		select {
		case l.in <- parcel{due: time.Now().Add(l.by), data: data[:n], err: err}:
		case <-l.gone:
			return
		}
		if err != nil {
			return
		}
	}
}

// deliver sends what goes out when it is due.
func (l *lateConn) deliver() {
	for {
		select {
		case p := <-l.out:
			if !l.until(p.due) {
				return
			}
			if _, err := l.Conn.Write(p.data); err != nil {
				_ = l.Close()
				return
			}
		case <-l.gone:
			return
		}
	}
}

// until waits for a time, and tells whether the connection still is.
func (l *lateConn) until(due time.Time) bool {
	select {
	case <-time.After(time.Until(due)):
		return true
	case <-l.gone:
		return false
	}
}

func (l *lateConn) Read(b []byte) (int, error) {
	if len(l.rest.data) == 0 {
		if l.rest.err != nil {
			return 0, l.rest.err
		}
		select {
		case l.rest = <-l.in:
		case <-l.gone:
			return 0, net.ErrClosed
		}
		if !l.until(l.rest.due) {
			return 0, net.ErrClosed
		}
	}
	n := copy(b, l.rest.data)
	l.rest.data = l.rest.data[n:]
	if n == 0 {
		return 0, l.rest.err
	}
	return n, nil
}

func (l *lateConn) Write(b []byte) (int, error) {
	select {
	case l.out <- parcel{due: time.Now().Add(l.by), data: append([]byte(nil), b...)}:
		return len(b), nil
	case <-l.gone:
		return 0, io.ErrClosedPipe
	}
}

func (l *lateConn) Close() error {
	l.close.Do(func() { close(l.gone) })
	return l.Conn.Close()
}
