package backend

import "context"

// HistoryQuery asks for changes, newest first: of one resource, or of all if ID is empty.
type HistoryQuery struct {
	Type   string `json:"type"` // "User" or "Group"
	ID     string `json:"id"`
	Before int64  `json:"before"` // seq of the last row of the page before; 0 for the first page
	Limit  int    `json:"limit"`  // at most 500; 0 means 100
}

// HistoryPage is changes, newest first. More says that there are older ones.
type HistoryPage struct {
	Store string       `json:"store"`
	Rows  []HistoryRow `json:"rows"`
	More  bool         `json:"more"`
}

// HistoryRow is one change. Action is one of created, updated, disabled, enabled, deleted, restored, member added, member
// removed. Of a membership Resource is the group and Other the member.
type HistoryRow struct {
	Seq       int64     `json:"seq"`
	At        string    `json:"at"`
	Action    string    `json:"action"`
	Origin    string    `json:"origin"` // "scim", or the face in which somebody did it
	RequestID string    `json:"requestId"`
	Activity  int64     `json:"activity"` // seq of the request behind it, 0 if there is none in the log any more
	Resource  Reference `json:"resource"`
	Other     Reference `json:"other"`
	Changes   []Change  `json:"changes"`
}

// Change is one value that changed. Kind is added, removed or changed; Old or New is empty where there was or is none.
type Change struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// History gives changes, newest first, also those of a deleted resource.
func (b *Backend) History(ctx context.Context, q HistoryQuery) (HistoryPage, error) {
	return HistoryPage{}, errNotYet
}
