package backend

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"scimdesk/backend/config"
)

// Settings of the folder, kept in config.json in it. They hold for the window and the daemon alike.
type Settings struct {
	Listen      string `json:"listen"`
	ListenFixed string `json:"listenFixed"` // "flag" or "environment" if that decides and Listen can't be changed here, else ""
	RequestDays int    `json:"requestDays"` // requests older than that are removed; 0 keeps all
	DeletedDays int    `json:"deletedDays"` // so long can deleted people and groups be restored; 0 is for ever
	Folder      string `json:"folder"`
	Size        int64  `json:"size"`     // bytes of the database on disk
	Requests    int64  `json:"requests"` // rows in the log of requests, about
}

// SettingsChange is what may be changed; everything is said each time.
type SettingsChange struct {
	Listen      string `json:"listen"`
	RequestDays int    `json:"requestDays"`
	DeletedDays int    `json:"deletedDays"`
}

// What decides the address in place of the settings.
const (
	byFlag        = "flag"
	byEnvironment = "environment"
)

// setting is what the folder's config.json says, and what stands before it.
type setting struct {
	listen      string // "" if the file decides
	listenBy    string // who decides then
	behindProxy bool
	public      string // of the command line: the way is own then
	ngrok       bool   // of the command line: the way is ngrok
	domain      string // goes with ngrok

	saving  sync.Mutex    // one change after the other
	changed chan struct{} // holds one: how long things are kept is to be looked at again

	mu      sync.Mutex
	file    config.File
	trusted []netip.Prefix // of file's
}

// newSetting knows what is said from outside. The file is not read yet: the folder may be another process's.
func newSetting(o Options) (*setting, error) {
	s := &setting{
		behindProxy: o.BehindProxy, changed: make(chan struct{}, 1),
		public: o.PublicURL, ngrok: o.Ngrok, domain: host(o.Domain),
	}
	if err := s.checkWay(); err != nil {
		return nil, err
	}
	if s.listen = o.Listen; s.listen != "" {
		s.listenBy = byFlag
	} else if s.listen = os.Getenv(EnvListen); s.listen != "" {
		s.listenBy = byEnvironment
	} else {
		return s, nil
	}
	err := checkListen(s.listen, o.BehindProxy)
	if errors.Is(err, ErrExposed) {
		err = nil // a certificate of the settings may allow it
	}
	return s, err
}

// load reads the file and gives the address to listen on.
func (s *setting) load(dir string) (listen string, err error) {
	if s.file, err = config.Load(dir); err != nil {
		return "", err
	}
	s.trusted, _ = config.Prefixes(s.file.TrustedProxies) // the file was checked
	if faults := tunnelFaults(s.file.Connection); len(faults) > 0 {
		return "", fmt.Errorf("settings of %s: %w", dir, &config.Faults{List: faults})
	}
	private := s.behindProxy || secure(s.connection())
	if s.listenBy != "" {
		return s.listen, checkListen(s.listen, private)
	}
	if err := checkListen(s.file.Listen, private); err != nil {
		return "", fmt.Errorf("settings of %s: %w", dir, err)
	}
	return s.file.Listen, nil
}

func (s *setting) get() config.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file
}

func (s *setting) put(f config.File) {
	trusted, _ := config.Prefixes(f.TrustedProxies) // f was checked
	s.mu.Lock()
	s.file, s.trusted = f, trusted
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default: // it is about to be looked at
	}
}

// proxies are those whose headers are believed: only where the admin's own address is the way.
func (s *setting) proxies() []netip.Prefix {
	way := s.connection().Way
	s.mu.Lock()
	defer s.mu.Unlock()
	if way != WayOwn {
		return nil
	}
	return s.trusted
}

// check makes a change to what the file shall say, or tells what is wrong with it.
func (s *setting) check(c SettingsChange, before config.File) (config.File, error) {
	after := before
	after.Listen, after.RequestDays, after.DeletedDays = c.Listen, c.RequestDays, c.DeletedDays
	if s.listenBy != "" {
		if c.Listen != s.listen {
			return after, &config.Faults{List: []string{fmt.Sprintf("listen must be %s, since %s decides it", s.listen, s.decider())}}
		}
		after.Listen = before.Listen
	}
	if err := after.Check(); err != nil {
		return after, err
	}
	if s.listenBy != "" {
		return after, nil
	}
	return after, checkListen(after.Listen, s.behindProxy || secure(s.over(after.Connection)))
}

func (s *setting) decider() string {
	if s.listenBy == byFlag {
		return "--listen"
	}
	return EnvListen
}

// Settings gives what is set.
func (b *Backend) Settings(ctx context.Context) (Settings, error) {
	head, err := b.activityHead(ctx)
	if err != nil {
		return Settings{}, err
	}
	f := b.setting.get()
	s := Settings{
		Listen: b.door.wanted(), ListenFixed: b.setting.listenBy,
		RequestDays: f.RequestDays, DeletedDays: f.DeletedDays,
		Folder: b.dir, Size: b.store.Size(),
	}
	if head.Last > 0 {
		s.Requests = head.Last - head.First + 1
	}
	return s, nil
}

// SaveSettings keeps what SaveConnection saves. It checks all values, tries the new address, saves, and only then changes over: the old address takes no more
// connections, and what is in flight there is finished. On an error nothing has changed.
func (b *Backend) SaveSettings(ctx context.Context, c SettingsChange) (Settings, error) {
	b.setting.saving.Lock()
	defer b.setting.saving.Unlock()
	before := b.setting.get()
	after, err := b.setting.check(c, before)
	if err != nil {
		return Settings{}, err
	}
	if after == before {
		return b.Settings(ctx)
	}
	if err := b.apply(ctx, before, after); err != nil {
		return Settings{}, err
	}
	b.setting.put(after)
	b.log.Info("settings saved", "listen", after.Listen, "listenBefore", before.Listen, "requestDays", after.RequestDays,
		"requestDaysBefore", before.RequestDays, "deletedDays", after.DeletedDays, "deletedDaysBefore", before.DeletedDays)
	b.hub.tell(Notify{Store: b.id, Status: true})
	return b.Settings(ctx)
}

// apply saves, and changes the address if it is another.
func (b *Backend) apply(ctx context.Context, before, after config.File) error {
	if after.Listen == before.Listen {
		return config.Save(b.dir, after, b.log)
	}
	m, err := b.door.prepare(ctx, after.Listen)
	if isElsewhere(err) {
		return &config.Faults{List: []string{fmt.Sprintf("listen must be an address of this computer: %v", err)}}
	}
	if err != nil {
		return err
	}
	if err := config.Save(b.dir, after, b.log); err != nil {
		m.undo(ctx)
		return err
	}
	m.commit()
	return nil
}
