package backend

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"scimdesk/backend/exchange"
	"scimdesk/backend/handover"
	"scimdesk/backend/store"
)

// What the files of a hand-over hold; {what} of their names.
const (
	filePeople  = "people"
	fileMembers = "members"
)

// handoverMode lets the group of the folder read a hand-over, as whoever watches it may have another name.
const handoverMode = 0o640

// handoverTable writes the rows of a file, each as text by attribute.
type handoverTable struct {
	columns []HandoverColumn
	row     func([]string) error
	end     func() error
	rows    int
}

// newHandoverTable begins a file. JSON is an array of flat objects, an object a line, with the columns in their order.
func newHandoverTable(w io.Writer, format string, columns []HandoverColumn) (*handoverTable, error) {
	t := &handoverTable{columns: columns}
	headers := make([]string, len(columns))
	for i, c := range columns {
		headers[i] = c.Header
	}
	if format == "json" {
		list := &jsonLines{w: w}
		t.row, t.end = func(cells []string) error { return list.add(flatObject(headers, cells)) }, list.end
		return t, nil
	}
	csv, err := exchange.NewPlainCSV(w, headers)
	if err != nil {
		return nil, err
	}
	t.row, t.end = csv.Row, csv.Flush
	return t, nil
}

func (t *handoverTable) add(vals ...handover.State) error {
	cells := make([]string, len(t.columns))
	for i, c := range t.columns {
		for _, v := range vals {
			if text, ok := v[c.Attribute]; ok {
				cells[i] = text
			}
		}
	}
	t.rows++
	return t.row(cells)
}

// flatObject keeps the order of the headers, which a map would not.
func flatObject(headers, cells []string) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for i := range headers {
		if i > 0 {
			out.WriteByte(',')
		}
		for j, text := range []string{headers[i], cells[i]} {
			if j > 0 {
				out.WriteByte(':')
			}
			raw, _ := json.Marshal(text) // a text can always be written
			out.Write(raw)
		}
	}
	out.WriteByte('}')
	return out.Bytes()
}

// A handoverPart is a file that is whole on disk and has no name yet.
type handoverPart struct{ part, path string }

// writeHandover writes the files of a hand-over as its rows say, byte for byte the same each time, and names them when all are whole. One that is there
// already with the same bytes stays; one with others is somebody else's, and nothing is named. A file without rows is not written. published tells whether
// anything has a name, also on an error.
func (b *Backend) writeHandover(ctx context.Context, h store.Handover, about handoverAbout, folder string) (files []string, published bool, err error) {
	var parts []handoverPart
	defer func() {
		for _, p := range parts {
			_ = os.Remove(p.part)
		}
	}()
	for _, what := range []string{filePeople, fileMembers} {
		name := handover.FileName(about.Name, h.Seq, about.day(), what, about.Format)
		part, err := b.writePart(folder, func(w io.Writer) (int, error) {
			return b.fillHandover(ctx, w, h.Seq, what, about)
		})
		if err != nil {
			return nil, false, err
		}
		if part != "" {
			parts = append(parts, handoverPart{part, filepath.Join(folder, name)})
		}
	}
	for _, p := range parts {
		if taken, err := otherFile(p); err != nil || taken {
			return nil, false, cantName(p.path, err)
		}
	}
	for _, p := range parts {
		if err := p.publish(); err != nil {
			return nil, published, cantName(p.path, err)
		}
		published = true
		files = append(files, p.path)
	}
	syncFolder(folder)
	return files, published, nil
}

func cantName(path string, err error) error {
	if err == nil {
		err = fmt.Errorf("%s is there already and holds something else", filepath.Base(path))
	}
	return cantWrite(filepath.Dir(path), err)
}

// writePart writes a file that has no name yet, whole on disk; "" if it would have no rows.
func (b *Backend) writePart(folder string, fill func(io.Writer) (int, error)) (path string, err error) {
	f, err := os.CreateTemp(folder, partFiles)
	if err != nil {
		return "", cantWrite(folder, err)
	}
	rows, err := fill(file{f, folder})
	if err == nil && rows > 0 {
		if err = errors.Join(f.Chmod(handoverMode), f.Sync()); err != nil {
			err = cantWrite(folder, err)
		}
	}
	if closing := f.Close(); err == nil && closing != nil {
		err = cantWrite(folder, closing)
	}
	if err != nil || rows == 0 {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// otherFile tells whether the name belongs to a file with other bytes.
func otherFile(p handoverPart) (bool, error) {
	there, err := os.Open(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = there.Close() }()
	ours, err := os.Open(p.part)
	if err != nil {
		return false, err
	}
	defer func() { _ = ours.Close() }()
	a, b := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(there, a)
		m, errB := io.ReadFull(ours, b)
		if n != m || !bytes.Equal(a[:n], b[:m]) {
			return true, nil
		}
		if errA != nil || errB != nil {
			return false, nil
		}
	}
}

// publish gives the file its name; it is there whole or not at all, and overwrites nothing.
func (p handoverPart) publish() error {
	err := os.Link(p.part, p.path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = takeName(p.part, p.path) // a file system without links
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	taken, err := otherFile(p)
	if err == nil && taken {
		err = fs.ErrExist
	}
	return err
}

// fillHandover writes the rows of a file and counts them.
func (b *Backend) fillHandover(ctx context.Context, w io.Writer, seq int64, what string, about handoverAbout) (rows int, err error) {
	columns := about.People
	if what == fileMembers {
		columns = about.Members
	}
	out := bufio.NewWriterSize(w, 64<<10)
	table, err := newHandoverTable(out, about.Format, columns)
	if err != nil {
		return 0, err
	}
	if what == filePeople {
		err = b.store.HandedPeople(ctx, seq, func(p store.HandedPerson) error {
			vals, err := toldState(p.Vals)
			if err != nil {
				return err
			}
			vals[handover.AttrAction], vals[handover.AttrLocalID] = p.Action, p.LocalID
			return table.add(vals)
		})
	} else {
		err = b.store.HandedMembers(ctx, seq, func(m store.HandedMember) error {
			group, err := toldState(m.Vals)
			if err != nil {
				return err
			}
			person, err := toldState(m.Person)
			if err != nil {
				return err
			}
			return table.add(person, group, handover.State{handover.AttrAction: m.Action})
		})
	}
	if err == nil {
		err = table.end()
	}
	if err == nil {
		err = out.Flush()
	}
	return table.rows, err
}

// handoverFolder checks where the files are to go.
func (b *Backend) handoverFolder(path string) (string, error) {
	if path == "" {
		path = ExportFolder()
	}
	folder, err := filepath.Abs(path)
	if err != nil {
		return "", cantWrite(path, err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return "", cantWrite(folder, err)
	}
	if !info.IsDir() {
		return "", cantWrite(folder, errors.New("it is a file, not a folder"))
	}
	if inside(b.dir, folder) {
		return "", cantWrite(folder, errors.New("the data folder is ScimDesk's alone; choose another"))
	}
	dropParts(folder)
	return folder, nil
}

// inside tells whether a folder is another or lies in it, links followed.
func inside(outer, folder string) bool {
	for _, p := range []*string{&outer, &folder} {
		if followed, err := filepath.EvalSymlinks(*p); err == nil {
			*p = followed
		}
	}
	rel, err := filepath.Rel(outer, folder)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// fillFull writes the rows of a full export.
func fillFull(w io.Writer, format string, columns []HandoverColumn, each func(func(handover.State) error) error) (int, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	table, err := newHandoverTable(out, format, columns)
	if err != nil {
		return 0, err
	}
	if err := each(func(v handover.State) error { return table.add(v) }); err != nil {
		return 0, err
	}
	if err := table.end(); err != nil {
		return 0, err
	}
	return table.rows, out.Flush()
}

// removePart removes the name that a file had before it had its own; it may be gone with that.
func removePart(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
