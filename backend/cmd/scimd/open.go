package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

// A folder may be in the hands of a command that is about to end, or of an owner that is about to open its door.
const (
	patience  = 3 * time.Second
	openAgain = 50 * time.Millisecond
)

// patiently repeats try while the folder is taken, for a short while.
func patiently(ctx context.Context, try func() error) error {
	until := time.Now().Add(patience)
	for {
		err := try()
		if !errors.Is(err, backend.ErrOwned) || time.Now().After(until) {
			return err
		}
		wait := time.NewTimer(openAgain)
		select {
		case <-ctx.Done():
			wait.Stop()
			return err
		case <-wait.C:
		}
	}
}

// What may stand in the place of a data folder.
type place int

const (
	nothing place = iota
	foreign       // a folder that holds other things alone
	empty
	office // a data folder, as far as names tell
)

// look tells what stands where a data folder is looked for.
func look(dir string) (place, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nothing, nil
	case err != nil:
		return nothing, fmt.Errorf("open data folder: %w", err)
	case !info.IsDir():
		return nothing, fmt.Errorf("%s is a file: --data names a folder", dir)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case err != nil:
		return nothing, fmt.Errorf("open data folder: %w", err)
	case len(entries) == 0:
		return empty, nil
	case slices.ContainsFunc(entries, func(e os.DirEntry) bool { return isOurs(e.Name()) }):
		return office, nil
	}
	return foreign, nil
}

// isOurs tells the names of files that a data folder needs.
func isOurs(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "scimdesk.") || slices.Contains([]string{"config.json", "run.json", "authtoken"}, name)
}

// tryOut does something with a folder that may be changed by it only if it is there already: in the place of one that is not, an empty one is
// used, of which nothing is left.
func (a *app) tryOut(ctx context.Context, data string, do func(f folder) error) error {
	dir, err := backend.DataDir(data)
	if err != nil {
		return err
	}
	there, err := look(dir)
	if err != nil {
		return err
	}
	if there == office {
		return a.with(ctx, data, false, func(f folder, _ *control.Client) error { return do(f) })
	}
	own, remove, err := backend.OpenScratch(ctx, backend.Options{Listen: backend.NoListener, Face: "scimd"})
	if err != nil {
		return err
	}
	return errors.Join(do(own), remove())
}
