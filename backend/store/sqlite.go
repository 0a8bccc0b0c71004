package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Everything that knows the engine is in this file: the driver, its connection strings and pragmas, its error codes,
// its way of making a copy, of checking itself and of explaining a plan.

const (
	driverName = "sqlite"

	// applicationID marks the file as ours ("Scim" in ASCII), so that another program's database is never migrated.
	applicationID = 0x5363696d

	beginWrite     = "begin immediate"
	beginExclusive = "begin exclusive"
	schemaVersion  = "pragma user_version"
)

// dsn builds a connection string. Only url.URL quotes every folder name right: "a#b", "a?b" and "100%25x" are names
// that people have. The driver runs the pragmas in this order on each new connection, before anything else.
func dsn(path string, busy time.Duration, pragmas ...string) string {
	slashed := filepath.ToSlash(path)
	if runtime.GOOS == "windows" && !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // file:///C:/...
	}
	q := url.Values{"_pragma": append([]string{"busy_timeout(" + strconv.FormatInt(busy.Milliseconds(), 10) + ")"}, pragmas...)}
	u := url.URL{Scheme: "file", OmitHost: false, Path: slashed, RawQuery: q.Encode()}
	return u.String()
}

// openWriter opens the pool that holds the one connection that writes. Its cache is small on purpose: the daemon runs
// beside other things, and the system's own page cache is behind it. Temporary storage is not put into memory: there the engine
// walks all of a savepoint's undo log after every statement, so that a request with 20,000 members took seconds.
func openWriter(path string, busy time.Duration) (*sql.DB, error) {
	db, err := sql.Open(driverName, dsn(path, busy,
		"journal_mode(wal)", "synchronous(full)", "foreign_keys(on)", "secure_delete(fast)",
		"cache_size(-8192)", "journal_size_limit(33554432)", "trusted_schema(off)"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, nil
}

// openReaders opens the pool for everything that only reads. As many stay idle as may be open, so that a statement is
// prepared once a connection and not once a burst.
func openReaders(path string, busy time.Duration, n int) (*sql.DB, error) {
	db, err := sql.Open(driverName, dsn(path, busy,
		"query_only(on)", "temp_store(memory)", "cache_size(-2048)", "trusted_schema(off)"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// openLock opens the lock file. Nothing is ever written to it: what counts is the lock that an open exclusive
// transaction holds, which every system drops when the process ends, however it ends.
func openLock(path string) (*sql.DB, error) {
	db, err := sql.Open(driverName, dsn(path, 0))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// afterAll is greater than every number and text: a blob.
var afterAll = []byte{0xff}

// errorCode gives the engine's extended result code of an error, or 0 if it is not the engine's.
func errorCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// isUniqueViolation reports whether a unique index refused a row.
func isUniqueViolation(err error) bool {
	return errorCode(err) == lib.SQLITE_CONSTRAINT_UNIQUE
}

// isBusy reports whether somebody else holds the lock that was asked for.
func isBusy(err error) bool {
	return errorCode(err)&0xff == lib.SQLITE_BUSY
}

// diskState tells which trouble of the disk an error is, or "" if it is none: a fault of the statement or of ours.
func diskState(err error) State {
	switch errorCode(err) & 0xff {
	case lib.SQLITE_FULL:
		return StateFull
	case lib.SQLITE_READONLY, lib.SQLITE_PERM:
		return StateReadOnly
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL:
		return StateLocked
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return StateCorrupt
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_NOMEM, lib.SQLITE_NOLFS:
		return StateFailing
	}
	return ""
}

// fileVersion reads who wrote the file and at which schema version. Both are 0 in an empty file.
func fileVersion(ctx context.Context, conn *sql.Conn) (application, version int, err error) {
	if err := conn.QueryRowContext(ctx, "pragma application_id").Scan(&application); err != nil {
		return 0, 0, err
	}
	if err := conn.QueryRowContext(ctx, schemaVersion).Scan(&version); err != nil {
		return 0, 0, err
	}
	return application, version, nil
}

// isEmpty reports whether the database has no table yet.
func isEmpty(ctx context.Context, conn *sql.Conn) (bool, error) {
	var n int
	err := conn.QueryRowContext(ctx, "select count(*) from sqlite_schema").Scan(&n)
	return n == 0, err
}

// setVersion notes the schema version; it is part of the transaction it runs in.
func setVersion(ctx context.Context, conn *sql.Conn, version int) error {
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("pragma application_id = %d", applicationID)); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d", version))
	return err
}

// copyInto writes a compact copy of the database to a file that is empty or missing.
func copyInto(ctx context.Context, conn *sql.Conn, path string) error {
	_, err := conn.ExecContext(ctx, "vacuum into ?", path)
	return err
}

// damage runs the engine's own check of the file and gives its first finding, or "" if all is well. An error is one of
// reading; a file too broken to check gives that as an error too.
func damage(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (string, error) {
	var finding string
	if err := db.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&finding); err != nil {
		return "", err
	}
	if finding == "ok" {
		return "", nil
	}
	return finding, nil
}

// brokenReferences lists rows that point at nothing. It has to be a query: executed, the pragma reports success
// whatever it finds.
func brokenReferences(ctx context.Context, conn *sql.Conn) ([]string, error) {
	rows, err := conn.QueryContext(ctx, "pragma foreign_key_check")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []string
	for rows.Next() {
		var table, parent string
		var rowid, key sql.NullInt64
		if err := rows.Scan(&table, &rowid, &parent, &key); err != nil {
			return nil, err
		}
		found = append(found, fmt.Sprintf("%s row %d points at a missing row of %s", table, rowid.Int64, parent))
	}
	return found, rows.Err()
}
