package config

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
)

const settingsFile = "config.json"

// How long requests and deleted ones are kept, in days.
const (
	defaultRequestDays = 90
	dayLimit           = 3650
)

// File is what config.json in a data folder says: the settings of the folder, whoever opens it.
type File struct {
	Listen      string `json:"listen"`      // host:port of the SCIM listener
	RequestDays int    `json:"requestDays"` // older requests are removed; 0 keeps all
	DeletedDays int    `json:"deletedDays"` // so long can deleted people and groups be restored; 0 is for ever
}

// Check gives *Faults for values that config.json may not hold. Whether other computers may reach the address is not decided here.
func (f *File) Check() error { return check(f.rules()) }

func (f *File) rules() []rule {
	days := fmt.Sprintf("a whole number of days from 0 to %d", dayLimit)
	return []rule{
		{"listen", "host:port, such as " + DefaultListen, &f.Listen, func() bool { return isAddress(f.Listen) }},
		{"requestDays", days + ", where 0 keeps all", &f.RequestDays, func() bool { return 0 <= f.RequestDays && f.RequestDays <= dayLimit }},
		{"deletedDays", days + ", where 0 is for ever", &f.DeletedDays, func() bool { return 0 <= f.DeletedDays && f.DeletedDays <= dayLimit }},
	}
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
	f := File{Listen: DefaultListen, RequestDays: defaultRequestDays}
	if err := load(filepath.Join(dir, settingsFile), f.rules()); err != nil && !missing(err) {
		return File{}, err
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
