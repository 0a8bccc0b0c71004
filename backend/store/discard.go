package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// unfinishedFor is how long a folder without a database counts as one that somebody is just making.
const unfinishedFor = time.Minute

// Discard removes a data folder that nobody has open, with the people in it: ErrOwned if somebody has it, or is just making it, and
// ErrForeign if it is not this user's alone or holds anything that is not a store's. In both cases it is left as it is. One that
// is not there is no error.
func Discard(ctx context.Context, dir string) error {
	files, err := ownFiles(dir)
	if err != nil || files == nil {
		return err
	}
	// The database comes after the lock was taken. So where there is one and the lock is free, whoever made it is gone.
	if !slices.Contains(files, databaseFile) {
		info, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("discard %s: %w", dir, err)
		}
		if time.Since(info.ModTime()) < unfinishedFor {
			return fmt.Errorf("discard %s: %w", dir, ErrOwned)
		}
	}
	lock, err := lockFolder(ctx, filepath.Join(dir, lockFile))
	if err != nil {
		return fmt.Errorf("discard %s: %w", dir, err)
	}
	for _, name := range files {
		if name != lockFile {
			err = errors.Join(err, remove(filepath.Join(dir, name)))
		}
	}
	// The lock goes last, so that nobody else finds the folder half empty and free.
	err = errors.Join(err, lock.release(), remove(filepath.Join(dir, lockFile)), remove(dir))
	if err != nil {
		return fmt.Errorf("discard %s: %w", dir, err)
	}
	return nil
}

// ownFiles lists what is in a folder that is this user's alone and holds nothing but a store's files; nil if there is no folder.
func ownFiles(dir string) ([]string, error) {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("discard %s: %w", dir, err)
	}
	if !info.IsDir() || runtime.GOOS != "windows" && (info.Mode()&others != 0 || shared(dir, info)) {
		return nil, fmt.Errorf("discard %s: not this user's folder: %w", dir, ErrForeign)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("discard %s: %w", dir, err)
	}
	known := []string{lockFile, lockFile + "-journal", databaseFile, databaseFile + "-journal", databaseFile + "-wal", databaseFile + "-shm"}
	files := make([]string, 0, len(entries))
	for _, e := range entries {
		if !e.Type().IsRegular() || !slices.Contains(known, e.Name()) {
			return nil, fmt.Errorf("discard %s: %s in it is no store's: %w", dir, e.Name(), ErrForeign)
		}
		files = append(files, e.Name())
	}
	return files, nil
}

// remove removes a file or an empty folder, if it is there.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
