package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

const windowFile = "window.json"

// What a Window may hold.
const (
	viewLimit     = 32
	viewNameLimit = 64
	viewSizeLimit = 4 << 10           // bytes of a view's JSON without white space
	placeLimit    = 100_000           // pixels
	asideStamp    = "20060102-150405" // of a broken file that is kept
)

// Window is how the window looks to one user on one computer. It belongs to no data folder.
type Window struct {
	Theme    string          `json:"theme"`           // system, light or dark
	Language string          `json:"language"`        // en, de, or "" for the system's
	Folder   string          `json:"folder"`          // the data folder that was chosen, absolute; "" for the usual one
	Place    *Place          `json:"place,omitempty"` // nil until the window was closed once
	Views    map[string]View `json:"views,omitempty"` // what pages remember
}

// View is what a page remembers: compact JSON, which the file has indented.
type View string

// UnmarshalJSON takes any JSON.
func (v *View) UnmarshalJSON(raw []byte) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return err
	}
	*v = View(compact.String())
	return nil
}

// MarshalJSON gives it as it is.
func (v View) MarshalJSON() ([]byte, error) { return []byte(v), nil }

// Place is where the window stood, in pixels; x and y are negative on screens left of or above the first.
type Place struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

// Clone gives a Window that shares nothing with w.
func (w Window) Clone() Window {
	if w.Place != nil {
		place := *w.Place
		w.Place = &place
	}
	w.Views = maps.Clone(w.Views)
	return w
}

// SetView remembers a view's JSON, compact; an empty state forgets it.
func (w *Window) SetView(name, state string) error {
	if state == "" {
		delete(w.Views, name)
		return nil
	}
	var v View
	if err := v.UnmarshalJSON([]byte(state)); err != nil {
		return &Faults{List: []string{fmt.Sprintf("the state of view %q must be JSON", name)}}
	}
	w.Views[name] = v
	return nil
}

// Check gives *Faults for values that window.json may not hold.
func (w *Window) Check() error { return check(w.rules()) }

func (w *Window) rules() []rule {
	return []rule{
		{"theme", "system, light or dark", &w.Theme, func() bool { return slices.Contains([]string{"system", "light", "dark"}, w.Theme) }},
		{"language", `en, de, or "" for the system's`, &w.Language, func() bool { return slices.Contains([]string{"", "en", "de"}, w.Language) }},
		{"folder", `an absolute path, or "" for the usual folder`, &w.Folder, func() bool { return w.Folder == "" || filepath.IsAbs(w.Folder) }},
		{"place", fmt.Sprintf("x, y, width, height in pixels up to %d, and maximised", placeLimit), &w.Place, func() bool { return w.Place == nil || w.Place.holds() }},
		{"views", fmt.Sprintf("at most %d views of %d bytes of JSON each, with names of 1 to %d letters, digits, dots, hyphens and underscores",
			viewLimit, viewSizeLimit, viewNameLimit), &w.Views, w.viewsHold},
	}
}

func (p Place) holds() bool {
	for _, n := range []int{p.X, p.Y, p.Width, p.Height} {
		if n < -placeLimit || n > placeLimit {
			return false
		}
	}
	return p.Width > 0 && p.Height > 0
}

func (w *Window) viewsHold() bool {
	if len(w.Views) > viewLimit {
		return false
	}
	for name, v := range w.Views {
		if !isViewName(name) || len(v) > viewSizeLimit {
			return false
		}
	}
	return true
}

func isViewName(name string) bool {
	for _, c := range name {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return 0 < len(name) && len(name) <= viewNameLimit
}

// DefaultWindow is what holds without a file.
func DefaultWindow() Window { return Window{Theme: "system", Views: map[string]View{}} }

// LoadWindow reads window.json in dir. Without one the defaults hold. On any error they are given too, so that the window can
// open; *Faults means that the file is broken, or a newer version's.
func LoadWindow(dir string) (Window, error) {
	w := DefaultWindow()
	err := load(filepath.Join(dir, windowFile), w.rules())
	if missing(err) {
		return w, nil
	}
	if err != nil {
		return DefaultWindow(), err
	}
	return w, nil
}

// SaveWindow writes window.json in dir, which is made when missing. Values that may not stand in it give *Faults and write nothing.
func SaveWindow(dir string, w Window, log *slog.Logger) error {
	if err := w.Check(); err != nil {
		return err
	}
	return save(filepath.Join(dir, windowFile), struct {
		Version int `json:"version"`
		Window
	}{version, w}, log)
}

// SalvageFolder gives the data folder that a window.json names which LoadWindow refuses, whatever else is wrong with it. An error
// means that nobody can tell: no other folder may be taken for it.
func SalvageFolder(dir string) (string, error) {
	path := filepath.Join(dir, windowFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the chosen data folder: %w", err)
	}
	w := DefaultWindow()
	faults := parse(text, w.rules())
	switch named := folders(text); {
	case len(named) == 1 && strict(named[0], &w.Folder) == nil && (w.Folder == "" || filepath.IsAbs(w.Folder)):
		return w.Folder, nil
	case len(named) == 0 && isVersion(text):
		return "", nil
	}
	return "", &Faults{Path: path, List: append(faults, "which data folder was chosen can't be read from it")}
}

// folders gives the values of "folder" up to where the text is broken.
func folders(text []byte) (all []json.RawMessage) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte(mark))))
	_, _ = d.Token()
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return all
		}
		if key == "folder" {
			all = append(all, value)
		}
	}
	return all
}

// isVersion tells that a text is whole and of this version: what it does not name was not chosen.
func isVersion(text []byte) bool {
	var whole struct{ Version int }
	return json.Unmarshal(bytes.TrimPrefix(text, []byte(mark)), &whole) == nil && whole.Version == version
}

// CopyWindowAside copies a broken window.json in dir, so that another can be written in its place, and gives the copy's name.
func CopyWindowAside(dir string, now time.Time) (string, error) {
	from := filepath.Join(dir, windowFile)
	to := from + ".broken-" + now.UTC().Format(asideStamp)
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600) //nolint:gosec // the folder is the user's own configuration
	}
	if err != nil {
		return "", fmt.Errorf("keep %s aside: %w", from, err)
	}
	return to, nil
}

// UserDir is the folder of window.json: ScimDesk in the user's own configuration on Windows and macOS, scimdesk elsewhere.
// SCIMDESK_CONFIG names another.
func UserDir() (string, error) {
	if dir := os.Getenv(EnvConfig); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the user's configuration (%s may name a folder): %w", EnvConfig, err)
	}
	return userDir(runtime.GOOS, dir), nil
}

func userDir(goos, configDir string) string {
	if goos == "windows" || goos == "darwin" {
		return filepath.Join(configDir, "ScimDesk")
	}
	return filepath.Join(configDir, "scimdesk")
}
