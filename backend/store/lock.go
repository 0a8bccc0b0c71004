package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrOwned means that another process, or another Store of this one, holds the folder.
var ErrOwned = errors.New("another process owns this folder")

// A folderLock keeps a data folder to one owner. It is an open exclusive transaction on a file of its own: it works the same
// on every system, and it is gone when the process is, so no stale lock can keep anybody out.
type folderLock struct {
	db   *sql.DB
	conn *sql.Conn
}

// lockFolder takes the lock at once or gives ErrOwned. No code but the engine may open the file: closing any handle on
// it would drop the lock on systems with POSIX locks.
func lockFolder(ctx context.Context, path string) (*folderLock, error) {
	db, err := openLock(path)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		if _, err = conn.ExecContext(ctx, beginExclusive); err == nil {
			return &folderLock{db: db, conn: conn}, nil
		}
		err = errors.Join(err, conn.Close())
	}
	err = errors.Join(err, db.Close())
	if isBusy(err) {
		return nil, ErrOwned
	}
	if state := diskState(err); state != "" {
		return nil, &Unavailable{State: state, Err: fmt.Errorf("lock %s: %w", path, err)}
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

func (l *folderLock) release() error {
	return errors.Join(l.conn.Close(), l.db.Close())
}
