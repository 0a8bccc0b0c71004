package backend

import "context"

// Notify tells a face that something moved. It never carries rows: a face pulls what it shows by cursor, so a face
// that lags or sleeps loses nothing. Several changes merge into one Notify.
type Notify struct {
	Store    string `json:"store"`    // Snapshot.Store; another value means: drop everything and start again
	Activity int64  `json:"activity"` // highest activity seq on disk
	People   bool   `json:"people"`   // people changed
	Groups   bool   `json:"groups"`   // groups or memberships changed
	Status   bool   `json:"status"`   // anything else of Snapshot changed: token, listener, database
}

// Snapshot is the state a face starts from, and pulls again when a Notify says Status, People or Groups.
type Snapshot struct {
	Store     string       `json:"store"` // random per Open
	Version   string       `json:"version"`
	Started   string       `json:"started"`
	Folder    string       `json:"folder"`
	Address   string       `json:"address"` // the SCIM base URL that clients are given
	Listener  ListenerInfo `json:"listener"`
	Token     TokenInfo    `json:"token"`
	Database  DatabaseInfo `json:"database"`
	People    Counts       `json:"people"`
	Groups    Counts       `json:"groups"`
	Activity  ActivityHead `json:"activity"`
	LastEntra string       `json:"lastEntra"` // last request with a valid token, "" if none yet
}

// ListenerInfo is whether the loopback listener serves, and why not.
type ListenerInfo struct {
	Serving bool   `json:"serving"`
	Listen  string `json:"listen"` // host:port really bound
	Code    string `json:"code"`   // an error code of errors.go, "" if all is well
	Message string `json:"message"`
}

// DatabaseInfo is what the disk lets us do: "ok", "full", "read-only", "locked", "corrupt", "failing".
type DatabaseInfo struct {
	State  string `json:"state"`
	Since  string `json:"since"`
	Detail string `json:"detail"`
}

// Counts of people or groups. Disabled ones are Total - Active; deleted ones are not in Total.
type Counts struct {
	Total   int `json:"total"`
	Active  int `json:"active"`
	Deleted int `json:"deleted"`
}

// ActivityHead is the range of activity seqs on disk; both 0 while there are none.
type ActivityHead struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Snapshot gives the state now.
func (b *Backend) Snapshot(ctx context.Context) (Snapshot, error) { return Snapshot{}, nil }

// Watch gives merged Notify values, at most one every 100 ms, until ctx ends; the first comes at once. It never blocks
// whoever caused them.
func (b *Backend) Watch(ctx context.Context) <-chan Notify { return nil }
