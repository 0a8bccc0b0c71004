package backend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"scimdesk/backend/store"
)

// ErrFolderFixed refuses another data folder where a flag or the environment names one.
var ErrFolderFixed = errors.New("the data folder is set from outside")

// ErrFolderNotEmpty refuses a folder that holds other things: a data folder is ScimDesk's alone.
var ErrFolderNotEmpty = errors.New("the folder holds other things")

// decide chooses between the folders that a flag, the environment and the user's preferences name, in this order. Where the
// preferences are broken nobody knows which one it is, so that none must be opened: lost says why.
func (d *Desk) decide() {
	d.folder, d.by, d.lost = "", "default", nil
	switch {
	case d.o.Dir != "":
		d.folder, d.by = d.o.Dir, "flag"
	case os.Getenv(EnvData) != "":
		d.by = "environment" // DataDir reads it
	default:
		if d.folder, d.lost = d.prefs.Folder(); d.lost != nil {
			d.by = "unknown"
		} else if d.folder != "" {
			d.by = "setting"
		}
	}
}

// Folder is the data folder in use, and who decided: "flag", "environment", "setting" or "default"; "unknown" if it can't be told,
// and there is none. It does not wait.
func (d *Desk) Folder() (dir, by string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lost != nil {
		return "", d.by, nil
	}
	dir, err = DataDir(d.folder)
	return dir, d.by, err
}

// UseFolder turns to another data folder, "" for the usual one, and keeps it for the next start. The old one is served until the
// new one is open, and goes on if that can't be opened, which is the error then; the folder is left as it was. Where both want the
// same port the new folder's listener takes it within two seconds. ErrSampleRunning while a sample is shown, ErrFolderFixed if
// the folder is named from outside, ErrFolderNotEmpty for one that has no database but other things.
func (d *Desk) UseFolder(ctx context.Context, folder string) error {
	release, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	d.mu.Lock()
	old, playing, fixed := d.live, d.sample != nil, d.by == "flag" || d.by == "environment"
	d.turning = true
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.turning = false
		d.mu.Unlock()
	}()
	switch {
	case playing:
		return ErrSampleRunning
	case fixed:
		return ErrFolderFixed
	case old == nil || d.life.Err() != nil:
		return fmt.Errorf("use another data folder: %w", context.Canceled)
	}
	select {
	case <-old.opened:
	case <-ctx.Done():
		return stillOpening(ctx)
	}
	if folder != "" && !filepath.IsAbs(folder) {
		return d.prefs.SetFolder(folder) // which refuses it
	}
	dir, err := DataDir(folder)
	if err != nil {
		return err
	}
	if folder != "" {
		folder = dir
	}
	if old.err == nil && sameFolder(dir, old.backend.dir) {
		return d.keep(folder)
	}
	was, err := lookInto(dir, folder == "")
	if err != nil {
		return err
	}
	if err := d.turnTo(ctx, folder, old); err != nil {
		if !errors.Is(err, store.ErrOwned) { // nothing of it was ours
			was.restore(d.log)
		}
		return err
	}
	return nil
}

// sameFolder tells that two names are one folder's: through a link, or in other letters where the system takes them for the same.
func sameFolder(a, b string) bool {
	if a == b {
		return true
	}
	inA, errA := os.Stat(a)
	inB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(inA, inB)
}

// folderBefore is how a folder was before it was opened.
type folderBefore struct {
	dir  string      // without links
	mode os.FileMode // 0 if it was not there
	kept bool        // it held a database
	made string      // the uppermost folder that is made with it
}

// lookInto tells how a folder is, and refuses one that is not for ScimDesk. The usual one always is.
func lookInto(dir string, usual bool) (folderBefore, error) {
	was := folderBefore{dir: dir}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		for was.made = dir; ; was.made = filepath.Dir(was.made) {
			above := filepath.Dir(was.made)
			if _, err := os.Stat(above); above == was.made || !errors.Is(err, fs.ErrNotExist) {
				return was, nil
			}
		}
	}
	if err != nil {
		return was, fmt.Errorf("look into the folder: %w", err)
	}
	was.mode = info.Mode()
	if was.dir, err = filepath.EvalSymlinks(dir); err != nil {
		return was, fmt.Errorf("look into the folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return was, fmt.Errorf("look into the folder: %w", err)
	}
	was.kept = store.Holds(dir) || usual && len(entries) > 0
	if !was.kept && len(entries) > 0 {
		return was, fmt.Errorf("%w: %s", ErrFolderNotEmpty, dir)
	}
	return was, nil
}

// restore takes back what opening it has made of it.
func (was folderBefore) restore(log *slog.Logger) {
	var err error
	if !was.kept {
		err = store.Discard(context.Background(), was.dir)
	}
	if was.mode == 0 {
		for dir := was.dir; err == nil; dir = filepath.Dir(dir) {
			if gone := os.Remove(dir); gone != nil && !errors.Is(gone, fs.ErrNotExist) || dir == was.made {
				break // somebody else keeps something in it
			}
		}
	} else {
		err = errors.Join(err, os.MkdirAll(was.dir, was.mode.Perm()), os.Chmod(was.dir, was.mode))
	}
	if err != nil {
		log.Warn("leave the other folder as it was", "folder", was.dir, "err", err)
	}
}

// turnTo opens a folder, makes it the live one and closes the old one. On an error it is closed.
func (d *Desk) turnTo(ctx context.Context, folder string, old *seat) (err error) {
	s := d.newSeat(folder)
	d.work.Go(func() { d.serve(s, false) })
	defer func() {
		if err != nil {
			s.leave()
			<-s.closed
		}
	}()
	stop := context.AfterFunc(ctx, s.leave)
	<-s.opened
	if !stop() { // ctx has ended, and with it the new seat
		return ctx.Err()
	}
	if s.err != nil {
		return s.err
	}
	if err := d.keep(folder); err != nil {
		return err
	}
	d.mu.Lock()
	d.live = s
	d.showLocked()
	d.mu.Unlock()
	d.log.Info("another data folder is used", "folder", s.backend.dir)
	old.leave()
	select {
	case <-old.closed:
	case <-ctx.Done(): // it ends what is in flight; the new one is in use already
	}
	return nil
}

// keep notes the folder for the next start.
func (d *Desk) keep(folder string) error {
	if err := d.prefs.SetFolder(folder); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.folder, d.by, d.lost = folder, "setting", nil
	if folder == "" {
		d.by = "default"
	}
	return nil
}
