package store

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// backupFolder holds the copies that are made before a migration.
const backupFolder = "backup"

// ownNames are what the names of the files in a data folder begin with, a dot before them while they are being written.
var ownNames = []string{"scimdesk.", "config.json", "run.json", "run-", "window.json", "authtoken"}

// empty tells whether a folder has nothing in it, or is not there.
func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || len(entries) == 0
}

// Holds tells whether there is a database in a folder, whoever's and in whatever state.
func Holds(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, databaseFile))
	return err == nil
}

// createFolder makes a folder that only its owner may enter, and sees to it that a power cut does not take it away again with
// what was answered meanwhile.
func createFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(dir))
}

// What others may do to a file or folder: nothing, if it is ours.
const others fs.FileMode = 0o077

// closeFolder takes from others what they may do in a data folder that was there before. One that is not ours, or that others or
// other programs keep something in, is left as it is, and the log says so.
func closeFolder(dir string, log *slog.Logger) {
	info, err := os.Stat(dir)
	if err != nil || runtime.GOOS == "windows" || info.Mode()&others == 0 {
		return
	}
	if shared(dir, info) {
		log.Warn("the data folder is open to other users of this system: use one of your own", "folder", dir, "mode", info.Mode().String())
		return
	}
	if mixed(dir) {
		log.Warn("the data folder holds other things and is open to other users of this system: use one of its own", "folder", dir, "mode", info.Mode().String())
		return
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder is entered
		log.Warn("the data folder is open to other users of this system and can't be closed", "folder", dir, "error", err)
		return
	}
	log.Warn("the data folder was open to other users of this system and is closed to them now", "folder", dir, "mode", info.Mode().String())
}

// mixed tells that a folder holds something that is not ours.
func mixed(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() != backupFolder && !slices.ContainsFunc(ownNames, func(own string) bool {
			return strings.HasPrefix(strings.TrimPrefix(e.Name(), "."), own)
		})
	})
}

// closeFiles takes from others what they may do to files that were there before. They are not opened: closing a handle
// would drop the engine's locks on systems with POSIX locks.
func closeFiles(log *slog.Logger, paths ...string) {
	if runtime.GOOS == "windows" {
		return
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Mode()&others == 0 {
			continue
		}
		if err := os.Chmod(path, info.Mode().Perm()&^others); err != nil {
			log.Warn("a file is open to other users of this system and can't be closed", "file", path, "error", err)
			continue
		}
		log.Warn("a file was open to other users of this system and is closed to them now", "file", path, "mode", info.Mode().String())
	}
}

// createPrivate makes an empty file that only its owner may read; one that exists is left alone and not opened.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder puts the names in a folder on disk. Windows does so by itself and can't be asked.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
