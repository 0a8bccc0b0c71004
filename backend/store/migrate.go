package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrTooNew means that a newer ScimDesk has written the database. It is left untouched.
var ErrTooNew = errors.New("written by a newer ScimDesk")

// ErrForeign means that the file in our place is another program's database. It is left untouched.
var ErrForeign = errors.New("not a ScimDesk database")

//go:embed migrations/sqlite/*.sql
var migrationFiles embed.FS

// A migration takes the schema from version-1 to version. They go forward only.
type migration struct {
	version int
	name    string
	text    string
	fill    func(context.Context, *sql.Conn) error // nil where SQL says it all
}

// fills are what the program computes after a step's SQL, in the step's transaction.
var fills = map[int]func(context.Context, *sql.Conn) error{2: fillLists, 4: fillWork}

// migrations gives all steps in order. The names are NNNN_what.sql, numbered from 1 without a gap.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/sqlite/*.sql")
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, name := range names {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s: want number %04d", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{version: version, name: filepath.Base(name), text: string(text), fill: fills[version]})
	}
	return all, nil
}

// migrate brings the database to the newest version this program knows, each step in one transaction. Before the first
// step on a database that holds something, a copy is put into the backup folder beside it.
func migrate(ctx context.Context, conn *sql.Conn, path string, files fs.FS, now time.Time) error {
	all, err := migrations(files)
	if err != nil {
		return err
	}
	newest := len(all)
	application, version, err := fileVersion(ctx, conn)
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	empty, err := isEmpty(ctx, conn)
	if err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	switch {
	case !empty && application != applicationID:
		return fmt.Errorf("%s: %w", path, ErrForeign)
	case version > newest:
		return fmt.Errorf("%s has schema %d and this program knows up to %d: %w", path, version, newest, ErrTooNew)
	case version == newest:
		return nil
	}
	var copied string
	if !empty {
		if copied, err = backup(ctx, conn, path, version, now); err != nil {
			return fmt.Errorf("copy before migrating: %w", err)
		}
	}
	for _, m := range all[version:] {
		if err := m.run(ctx, conn); err != nil {
			return errors.Join(fmt.Errorf("migrate to %s: %w", m.name, err), dropCopy(ctx, conn, copied, version))
		}
	}
	return nil
}

// dropCopy removes the copy of a database that certainly still is what was copied: each try to open it would leave another.
func dropCopy(ctx context.Context, conn *sql.Conn, copied string, version int) error {
	_, now, err := fileVersion(context.WithoutCancel(ctx), conn)
	if copied == "" || err != nil || now != version {
		return nil //nolint:nilerr // why the migration failed says more, and the copy stays
	}
	return os.Remove(copied)
}

func (m migration) run(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, beginWrite); err != nil {
		return err
	}
	err := func() error {
		if _, err := conn.ExecContext(ctx, m.text); err != nil {
			return err
		}
		if m.fill != nil {
			if err := m.fill(ctx, conn); err != nil {
				return err
			}
		}
		broken, err := brokenReferences(ctx, conn)
		if err != nil {
			return err
		}
		if len(broken) > 0 {
			return fmt.Errorf("%d broken references, first: %s", len(broken), broken[0])
		}
		if err := setVersion(ctx, conn, m.version); err != nil {
			return err
		}
		_, err = conn.ExecContext(ctx, "commit")
		return err
	}()
	if err != nil {
		if _, undo := conn.ExecContext(context.WithoutCancel(ctx), "rollback"); undo != nil {
			err = errors.Join(err, undo)
		}
	}
	return err
}

// backup writes backup/scimdesk-v<version>-<time>.db beside the database, on disk before it returns its path.
func backup(ctx context.Context, conn *sql.Conn, path string, version int, now time.Time) (string, error) {
	dir := filepath.Join(filepath.Dir(path), backupFolder)
	if err := createFolder(dir); err != nil {
		return "", err
	}
	target := filepath.Join(dir, fmt.Sprintf("scimdesk-v%d-%s.db", version, now.UTC().Format("20060102T150405.000Z")))
	if err := createPrivate(target); err != nil {
		return "", err
	}
	if err := copyInto(ctx, conn, target); err != nil {
		return "", errors.Join(err, os.Remove(target))
	}
	f, err := os.OpenFile(target, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	return target, errors.Join(f.Sync(), f.Close())
}
