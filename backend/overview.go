package backend

import "context"

// Overview is what the first page tells beside the Snapshot.
type Overview struct {
	Store    string       `json:"store"`
	Hours    []Hour       `json:"hours"`    // the last 24, oldest first, the running one last
	Failures int          `json:"failures"` // in these hours: refused or failed requests of a caller with a good token
	Refused  int          `json:"refused"`  // in these hours: requests without a good token
	Failed   []Activity   `json:"failed"`   // the newest of both, newest first, at most 5
	Changes  []HistoryRow `json:"changes"`  // the newest, newest first, at most 8
}

// Hour counts requests by how they ended.
type Hour struct {
	At       string `json:"at"` // its beginning
	Success  int    `json:"success"`
	NotFound int    `json:"notFound"` // 404: Entra looks for people who are not there yet
	Failure  int    `json:"failure"`  // other 4xx
	Error    int    `json:"error"`    // 5xx
}

// Overview gives it.
func (b *Backend) Overview(ctx context.Context) (Overview, error) { return Overview{}, errNotYet }
