package config

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
)

const settingsFile = "config.json"

// How long requests and deleted ones are kept, in days, and how long an id may be.
const (
	defaultRequestDays = 90
	dayLimit           = 3650
	targetLimit        = 40 // bytes
)

// File is what config.json in a data folder says: the settings of the folder, whoever opens it.
type File struct {
	Listen      string `json:"listen"`      // host:port of the SCIM listener
	RequestDays int    `json:"requestDays"` // older requests are removed; 0 keeps all
	DeletedDays int    `json:"deletedDays"` // so long can deleted people and groups be restored; 0 is for ever
	Target      string `json:"target"`      // id of the system that the folder stands in for
	Strict      bool   `json:"strict"`      // what that system refuses is refused
	Connection
}

// Default is what holds without a file.
func Default() File {
	return File{
		Listen:      DefaultListen,
		RequestDays: defaultRequestDays,
		Target:      "generic",
		Connection:  Connection{Way: "none", EdgePolicy: true, Plan: "free"},
	}
}

// Check gives *Faults for values that config.json may not hold, all at once. Whether other computers may reach the address is not decided here.
func (f *File) Check() error {
	faults := append(broken(f.rules()), f.Connection.disagreements()...)
	if len(faults) > 0 {
		return &Faults{List: faults}
	}
	return nil
}

func (f *File) rules() []rule {
	days := fmt.Sprintf("a whole number of days from 0 to %d", dayLimit)
	own := []rule{
		{"listen", "host:port, such as " + DefaultListen, &f.Listen, func() bool { return isAddress(f.Listen) }},
		{"requestDays", days + ", where 0 keeps all", &f.RequestDays, func() bool { return 0 <= f.RequestDays && f.RequestDays <= dayLimit }},
		{"deletedDays", days + ", where 0 is for ever", &f.DeletedDays, func() bool { return 0 <= f.DeletedDays && f.DeletedDays <= dayLimit }},
		{"target", "the id of a target, such as generic", &f.Target, func() bool { return f.Target != "" && len(f.Target) <= targetLimit && isWord(f.Target) }},
		{"strict", "true or false", &f.Strict, func() bool { return true }},
	}
	return append(own, f.Connection.rules()...)
}

func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	return err == nil
}

// Load reads config.json in a data folder; what it does not name has its default, and so has all without a file. What is wrong with it
// are *Faults, all at once, and the file is left as it is. The caller owns the folder.
func Load(dir string) (File, error) {
	f := Default()
	path := filepath.Join(dir, settingsFile)
	if err := load(path, f.rules()); err != nil && !missing(err) {
		return File{}, err
	}
	if faults := f.Connection.disagreements(); len(faults) > 0 {
		return File{}, &Faults{Path: path, List: faults}
	}
	return f, nil
}

// Save writes config.json in a data folder: the new file whole, or the old one stays. Values that may not stand in it give
// *Faults. The caller owns the folder.
func Save(dir string, f File, log *slog.Logger) error {
	if err := f.Check(); err != nil {
		return err
	}
	return save(filepath.Join(dir, settingsFile), struct {
		Version int `json:"version"`
		File
	}{version, f}, log)
}
