package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrFolderFixed refuses another data folder where a flag or the environment names one.
var ErrFolderFixed = errors.New("the data folder is set from outside")

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
// new one is open, and goes on if that can't be opened, which is the error then. Where both want the same port the new
// folder's listener takes it within two seconds. ErrSampleRunning while a sample is shown, ErrFolderFixed if the folder is
// named from outside.
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
	if old.err == nil && dir == old.backend.dir {
		return d.keep(folder)
	}
	return d.turnTo(ctx, folder, old)
}

// turnTo opens a folder, makes it the live one and closes the old one.
func (d *Desk) turnTo(ctx context.Context, folder string, old *seat) error {
	s := d.newSeat(folder)
	d.work.Go(func() { d.serve(s, false) })
	stop := context.AfterFunc(ctx, s.leave)
	<-s.opened
	if !stop() { // ctx has ended, and with it the new seat
		return ctx.Err()
	}
	if s.err != nil {
		s.leave()
		return s.err
	}
	if err := d.keep(folder); err != nil {
		s.leave()
		<-s.closed
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
