package backend

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"scimdesk/backend/config"
)

// Preferences are how the window looks to this user on this computer; they are kept beside no data folder but in the user's
// own configuration.
type Preferences struct {
	Theme    string `json:"theme"`    // system, light or dark
	Language string `json:"language"` // en, de, or "" for the system's
	Views    []View `json:"views"`    // what pages remember, by name
}

// View is what a page remembers, such as its columns. State is JSON of the page's own, at most 4 KiB; "" forgets the view.
type View struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// Place is where the window stood when it was closed, in pixels of all screens. Known is false before the first time.
type Place struct {
	X, Y, Width, Height int
	Maximised           bool
	Known               bool
}

// PreferenceStore keeps Preferences, the window's place and the data folder chosen in it, in window.json. All methods may be
// called concurrently. Each Set is on disk when it returns; what it refuses (BAD_SETTING) or can't write is an error, and
// nothing has changed. A broken file stays until the next Set, which keeps a copy as window.json.broken-<time>. While it does not even
// tell the data folder (see Folder), SetFolder alone is heard (BAD_CONFIG else): what is written next would hide that.
type PreferenceStore struct {
	dir string
	err error // why there is no folder to write in
	log *slog.Logger

	mu     sync.Mutex
	window config.Window
	lost   error // why the data folder is not known
}

// OpenPreferences reads the user's preferences. It always gives some: looks never keep the window from opening. Of a broken file
// the log tells, and but for the data folder the defaults hold.
func OpenPreferences(log *slog.Logger) *PreferenceStore {
	p := &PreferenceStore{log: log, window: config.DefaultWindow()}
	if p.dir, p.err = config.UserDir(); p.err != nil {
		log.Warn("preferences can't be kept", "err", p.err)
		return p
	}
	p.load()
	return p
}

func (p *PreferenceStore) load() {
	w, err := config.LoadWindow(p.dir)
	p.lost = nil
	if err != nil {
		p.log.Warn("preferences can't be used: the defaults hold", "err", err)
		w.Folder, p.lost = config.SalvageFolder(p.dir)
	}
	p.window = w
}

// change applies one change to what the file says now: another window of this user may have written it meanwhile.
func (p *PreferenceStore) change(apply func(*config.Window) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost != nil {
		return p.lost
	}
	return p.changeLocked(apply)
}

func (p *PreferenceStore) changeLocked(apply func(*config.Window) error) error {
	if p.err != nil {
		return fmt.Errorf("keep preferences: %w", p.err)
	}
	w, broken := config.LoadWindow(p.dir)
	if broken != nil {
		w = p.window.Clone()
	}
	if err := apply(&w); err != nil {
		return err
	}
	if err := w.Check(); err != nil {
		return err
	}
	if broken != nil {
		aside, err := config.CopyWindowAside(p.dir, time.Now())
		p.log.Warn("preferences that can't be used are replaced", "err", broken, "kept", aside, "keepErr", err)
	}
	if err := config.SaveWindow(p.dir, w, p.log); err != nil {
		return err
	}
	p.window, p.lost = w, nil
	return nil
}

func (p *PreferenceStore) now() config.Window {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.window.Clone()
}

// Get gives what the page asks for.
func (p *PreferenceStore) Get() Preferences {
	w := p.now()
	all := Preferences{Theme: w.Theme, Language: w.Language, Views: []View{}}
	for _, name := range slices.Sorted(maps.Keys(w.Views)) {
		all.Views = append(all.Views, View{Name: name, State: string(w.Views[name])})
	}
	return all
}

// SetLook keeps theme and language.
func (p *PreferenceStore) SetLook(theme, language string) error {
	return p.change(func(w *config.Window) error {
		w.Theme, w.Language = theme, language
		return nil
	})
}

// SetView keeps what a page remembers: at most 32 views.
func (p *PreferenceStore) SetView(v View) error {
	return p.change(func(w *config.Window) error { return w.SetView(v.Name, v.State) })
}

// Place gives where the window stood.
func (p *PreferenceStore) Place() Place {
	w := p.now()
	if w.Place == nil {
		return Place{}
	}
	return Place{X: w.Place.X, Y: w.Place.Y, Width: w.Place.Width, Height: w.Place.Height, Maximised: w.Place.Maximised, Known: true}
}

// SetPlace keeps where the window stands; from then on it is Known.
func (p *PreferenceStore) SetPlace(at Place) error {
	return p.change(func(w *config.Window) error {
		w.Place = &config.Place{X: at.X, Y: at.Y, Width: at.Width, Height: at.Height, Maximised: at.Maximised}
		return nil
	})
}

// Folder gives the data folder that was chosen in the window, "" for the usual one. An error means that a broken file does not tell
// it; asked again, it looks whether the file was mended.
func (p *PreferenceStore) Folder() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost != nil {
		p.load()
	}
	return p.window.Folder, p.lost
}

// SetFolder keeps the data folder for the next start. It has to be absolute, or "".
func (p *PreferenceStore) SetFolder(dir string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changeLocked(func(w *config.Window) error {
		w.Folder = dir
		return nil
	})
}
