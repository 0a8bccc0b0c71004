package backend

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/exchange"
	"scimdesk/backend/store"
)

// ExportRequest asks for a file. IDs, if there are any, are the selection; else it is everything that Filter finds, in its order.
type ExportRequest struct {
	What   string    `json:"what"`   // people, groups or members (of Filter.Group)
	Format string    `json:"format"` // csv or json
	Filter ListQuery `json:"filter"`
	IDs    []string  `json:"ids"`
	// Columns, if there are any, are those of a CSV of people in their order, as the list names them; none is all there are.
	Columns []string `json:"columns,omitempty"`
	Folder  string   `json:"folder"` // "" is the system's folder for downloads
}

// ExportResult is the file that was written, complete and on disk.
type ExportResult struct {
	Path  string `json:"path"`
	Count int    `json:"count"` // people, groups or members in it
}

// ExportFolder is where ExportFile writes when no folder is named: the system's folder for downloads, or the home folder where
// there is none.
func ExportFolder() string { return config.Downloads() }

// ExportFile writes what a list shows into a new file with a telling name; it overwrites nothing. Until the file is complete and on
// disk it has another name, and if it can't be completed nothing is left of it. Those of a selection who are not there any
// more are left out. EXPORT_FAILED has the system's reason.
func (b *Backend) ExportFile(ctx context.Context, r ExportRequest) (ExportResult, error) {
	if r.Format != "csv" && r.Format != "json" || exportTypes[r.What] == nil && r.What != "members" {
		return ExportResult{}, fmt.Errorf("%w: people, groups or members can be exported as csv or json, not %q as %q", ErrQuery, r.What, r.Format)
	}
	return b.newFile(r.Folder, r.What, r.Format, func(f io.Writer) (int, error) { return b.fillFile(ctx, f, r) })
}

// newFile writes a new file with a telling name into a folder, the system's one for downloads if none is named, as ExportFile does.
func (b *Backend) newFile(named, what, format string, fill func(w io.Writer) (count int, err error)) (ExportResult, error) {
	folder, err := filepath.Abs(cmp.Or(named, ExportFolder()))
	if err != nil {
		return ExportResult{}, cantWrite(named, err)
	}
	dropParts(folder)
	f, err := os.CreateTemp(folder, partFiles)
	if err != nil {
		return ExportResult{}, cantWrite(folder, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // nothing of that name is left once all went well
	count, err := fill(file{f, folder})
	if err != nil {
		return ExportResult{}, errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return ExportResult{}, cantWrite(folder, err)
	}
	if b.sample {
		what = "sample " + what
	}
	path, err := nameFile(f.Name(), fmt.Sprintf("ScimDesk %s %s", what, time.Now().Format("2006-01-02 15.04")), "."+format)
	if err != nil {
		return ExportResult{}, cantWrite(folder, err)
	}
	return ExportResult{Path: path, Count: count}, nil
}

// writeTable writes rows as "csv", safe for spreadsheets, or as "json": an array of flat objects of texts. It counts them.
func writeTable(w io.Writer, format string, header []string, rows iter.Seq2[[]string, error]) (count int, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	add, end, err := tableWriter(out, format, header)
	if err != nil {
		return 0, err
	}
	for row, err := range rows {
		if err == nil {
			err = add(row)
		}
		if err != nil {
			return count, err
		}
		count++
	}
	return count, errors.Join(end(), out.Flush())
}

func tableWriter(w io.Writer, format string, header []string) (add func([]string) error, end func() error, err error) {
	if format == "json" {
		list := &jsonLines{w: w}
		return func(row []string) error {
			one := []byte{'{'}
			for i, name := range header {
				key, err := json.Marshal(name)
				if err != nil {
					return err
				}
				value, err := json.Marshal(row[i])
				if err != nil {
					return err
				}
				if i > 0 {
					one = append(one, ',')
				}
				one = append(append(append(one, key...), ':'), value...)
			}
			return list.add(append(one, '}'))
		}, list.end, nil
	}
	table, err := exchange.NewCSV(w, header)
	if err != nil {
		return nil, nil, err
	}
	return table.Row, table.Flush, nil
}

// partFiles are exports that are not complete. One that was killed leaves its part, with people in it: after partsKept nobody writes
// at it any more.
const (
	partFiles = ".scimdesk-*.part"
	partsKept = 24 * time.Hour
)

// dropParts removes what exports that were killed have left in a folder. What can't be removed is tried again by the next.
func dropParts(folder string) {
	names, err := fs.Glob(os.DirFS(folder), partFiles)
	if err != nil {
		return
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		info, err := os.Lstat(path)
		if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > partsKept {
			_ = os.Remove(path)
		}
	}
}

// file is a file whose errors say that it is the file that can't be written.
type file struct {
	*os.File
	folder string
}

func (f file) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if err != nil {
		err = cantWrite(f.folder, err)
	}
	return n, err
}

// cantWrite words an error of the file system; the name that the file has meanwhile is of no use to anybody.
func cantWrite(folder string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("%w in %s: %w", ErrExport, folder, err)
}

// fillFile writes what was asked for and counts it.
func (b *Backend) fillFile(ctx context.Context, f io.Writer, r ExportRequest) (count int, err error) {
	if r.What == "members" {
		return b.exportMembers(ctx, f, r)
	}
	t := exportTypes[r.What]
	var seqs []int64
	if len(r.IDs) == 0 {
		kind := peopleList()
		if r.What == "groups" {
			kind = groupsList()
		}
		if seqs, err = b.find(ctx, kind, r.Filter); err != nil {
			return 0, err
		}
	} else if seqs, err = b.store.Seqs(ctx, t, r.IDs); err != nil {
		return 0, err
	}
	err = b.export(ctx, f, r.What, r.Format, func(with store.With, each func(store.Record) error) error {
		return b.store.Each(ctx, t, seqs, with, func(rec store.Record) error {
			count++
			return each(rec)
		})
	}, r.Columns)
	return count, err
}

// exportMembers writes a group's members as the list shows them.
func (b *Backend) exportMembers(ctx context.Context, w io.Writer, r ExportRequest) (count int, err error) {
	seqs, err := b.find(ctx, membersList(), r.Filter)
	if err != nil {
		return 0, err
	}
	chosen := make(map[string]bool, len(r.IDs))
	for _, id := range r.IDs {
		chosen[id] = true
	}
	add, end, err := memberWriter(w, r.Format)
	if err != nil {
		return 0, err
	}
	for slice := range slices.Chunk(seqs, memberSlice) {
		found, err := b.store.Memberships(ctx, r.Filter.Group, slice)
		if err != nil {
			return 0, err
		}
		for _, m := range found {
			row, err := memberRow(m)
			if err != nil {
				return 0, err
			}
			if row.ID == "" || len(chosen) > 0 && !chosen[row.ID] {
				continue
			}
			count++
			if err := add(row); err != nil {
				return 0, err
			}
		}
	}
	return count, end()
}

// memberWriter gives what writes a member and what ends the file.
func memberWriter(w io.Writer, format string) (add func(MemberRow) error, end func() error, err error) {
	if format == "json" {
		list := &jsonLines{w: w}
		return func(m MemberRow) error {
			one, err := json.Marshal(m)
			if err != nil {
				return err
			}
			return list.add(one)
		}, list.end, nil
	}
	table, err := exchange.NewCSV(w, []string{"id", "type", "userName", "displayName", "state", "added"})
	if err != nil {
		return nil, nil, err
	}
	return func(m MemberRow) error {
		return table.Row([]string{m.ID, m.Type, m.UserName, m.Name, m.State, m.Added})
	}, table.Flush, nil
}

// nameFile gives a finished file its name, with a number behind it where that is taken. Nobody's file is overwritten, not even one that
// comes up at the same moment.
func nameFile(part, name, ending string) (string, error) {
	folder := filepath.Dir(part)
	for n := 1; ; n++ {
		path := filepath.Join(folder, name+ending)
		if n > 1 {
			path = filepath.Join(folder, fmt.Sprintf("%s (%d)%s", name, n, ending))
		}
		err := os.Link(part, path)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = takeName(part, path) // a file system without links
		}
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		syncFolder(folder)
		return path, nil
	}
}

// takeName holds the name with an empty file and puts the finished one in its place.
func takeName(part, path string) error {
	hold, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = hold.Close()
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// syncFolder puts a name on disk, where the system lets anybody ask for that: Windows does it by itself, some network drives
// never. The file is complete either way.
func syncFolder(folder string) {
	d, err := os.Open(folder)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}
