package backend

import "context"

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

// Settings gives what is set.
func (b *Backend) Settings(ctx context.Context) (Settings, error) { return Settings{}, errNotYet }

// SaveSettings checks all values, tries the new address, saves, and only then changes over. On an error nothing has changed.
func (b *Backend) SaveSettings(ctx context.Context, c SettingsChange) (Settings, error) {
	return Settings{}, errNotYet
}
