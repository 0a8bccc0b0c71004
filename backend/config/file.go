package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Faults are all things that are wrong with a file, or with values meant for one. Each names its key and what is allowed.
type Faults struct { //nolint:errname // config.Faults says what they are
	Path string // the file; "" for values that no file holds yet
	List []string
}

// Error names the file and every fault.
func (f *Faults) Error() string {
	text := strings.Join(f.List, "; ")
	if f.Path == "" {
		return text
	}
	return f.Path + ": " + text
}

const (
	version   = 1        // of both files
	sizeLimit = 1 << 20  // bytes; larger than any file that was written here
	mark      = "\uFEFF" // at the beginning of a text; editors on Windows put it there
)

// A rule is a key of a file: where its value goes and what is allowed there.
type rule struct {
	key     string
	allowed string
	value   any // a pointer to it
	holds   func() bool
}

func (r rule) fault() string { return r.key + " must be " + r.allowed }

// check gives what the values break of the rules, nil if nothing.
func check(rules []rule) error {
	if faults := broken(rules); len(faults) > 0 {
		return &Faults{List: faults}
	}
	return nil
}

func broken(rules []rule) (faults []string) {
	for _, r := range rules {
		if !r.holds() {
			faults = append(faults, r.fault())
		}
	}
	return faults
}

// load reads a file into the values of its rules; what it does not name keeps its value. A missing file is fs.ErrNotExist. What is wrong
// with it are *Faults, all of them at once, and then the values are worth nothing. A file of a newer version is not looked
// into further: it may rightly hold what is unknown here.
func load(path string, rules []rule) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open settings: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, sizeLimit+1))
	_ = f.Close()
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	if faults := parse(text, rules); len(faults) > 0 {
		return &Faults{Path: path, List: faults}
	}
	return nil
}

func parse(text []byte, rules []rule) (faults []string) {
	if len(text) > sizeLimit {
		return []string{"the file is larger than 1 MiB"}
	}
	text = bytes.TrimPrefix(text, []byte(mark))
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil || whole == nil {
		return []string{notJSON(text, err)}
	}
	var found int
	raw, named := whole["version"]
	switch {
	case !named || strict(raw, &found) != nil || found < version:
		faults = append(faults, fmt.Sprintf("version must be %d", version))
	case found > version:
		return []string{fmt.Sprintf("version %d was written by a newer ScimDesk, this one knows version %d: update it", found, version)}
	}
	known := []string{"version"}
	values := make(map[string]rule, len(rules))
	for _, r := range rules {
		values[r.key] = r
		known = append(known, r.key)
	}
	seen := make(map[string]bool, len(whole))
	for _, key := range keys(text) {
		r, ok := values[key]
		switch {
		case seen[key]:
			faults = append(faults, key+" stands there twice")
		case ok && (strict(whole[key], r.value) != nil || !r.holds()):
			faults = append(faults, r.fault())
		case !ok && key != "version":
			faults = append(faults, fmt.Sprintf("%q is unknown: known are %s", key, strings.Join(known, ", ")))
		}
		seen[key] = true
	}
	return faults
}

// keys gives the keys of an object that is known to be well-formed, in the order of the file, doubles included.
func keys(text []byte) (all []string) {
	d := json.NewDecoder(bytes.NewReader(text))
	_, _ = d.Token()
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return all
		}
		all = append(all, fmt.Sprint(key))
	}
	return all
}

func notJSON(text []byte, err error) string {
	if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
		line := 1 + bytes.Count(text[:min(int(broken.Offset), len(text))], []byte("\n"))
		return fmt.Sprintf("line %d is no JSON: %v", line, broken)
	}
	return "the file must hold one JSON object"
}

var errNull = errors.New("null is no value")

// strict reads one value: of its own type, not null, and without keys that its type does not have.
func strict(raw json.RawMessage, into any) error {
	if string(raw) == "null" {
		return errNull
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// save writes a file so that it is there whole or not at all, whatever happens meanwhile, and can be read by its owner alone. Once
// it is there a folder that can't be put on disk is no error any more: log gets it.
func save(path string, file any, log *slog.Logger) (err error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(file); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(text.Bytes())
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	if err := syncFolder(dir); err != nil {
		log.Warn("saved, but a power cut may undo it", "file", path, "err", err)
	}
	return nil
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

// missing tells that there is no such file, which is well: the defaults hold.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
