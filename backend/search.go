package backend

import "context"

// ActivityFilter says which requests are wanted; what is empty does not count, and all that is set must hold.
type ActivityFilter struct {
	// Outcomes: success, notFound (404), failure (other 4xx), error (5xx), cutOff (499 and requests that ended without an answer).
	Outcomes []string `json:"outcomes"`
	Methods  []string `json:"methods"`
	Actions  []string `json:"actions"`
	Status   int      `json:"status"`   // one HTTP status, 0 for any
	Person   string   `json:"person"`   // part of the name or user name of whom it was about, or an id
	Resource string   `json:"resource"` // exact id of a person or group
	Text     string   `json:"text"`     // words that must all occur in name, target, detail, client or ids
	From     string   `json:"from"`     // RFC 3339, inclusive
	Until    string   `json:"until"`    // RFC 3339, exclusive
}

// ActivityFind looks for requests in the direction that is set: below Before (newest first) or above After (oldest first).
// Both 0: from the newest down.
type ActivityFind struct {
	Filter ActivityFilter `json:"filter"`
	Before int64          `json:"before"`
	After  int64          `json:"after"`
	Limit  int            `json:"limit"` // of matches, at most 10,000; 0 means 1,000
}

// ActivityFound is what was found so far. One question looks for a quarter of a second at most: ask on from Through until Done.
type ActivityFound struct {
	Store   string       `json:"store"`
	Seqs    []int64      `json:"seqs"`
	Through int64        `json:"through"` // everything up to here has been looked at
	Done    bool         `json:"done"`    // there is nothing more in this direction
	Head    ActivityHead `json:"head"`
}

// ActivityDetail is all that is known of one request. Bodies are as they came, secrets hidden; at most 64 KiB of each are kept.
type ActivityDetail struct {
	Store       string       `json:"store"`
	Row         Activity     `json:"row"`
	Request     string       `json:"request"`
	Response    string       `json:"response"`
	RequestCut  bool         `json:"requestCut"`
	ResponseCut bool         `json:"responseCut"`
	Changes     []HistoryRow `json:"changes"` // what it changed
	Curl        string       `json:"curl"`    // for a POSIX shell, with the token as $SCIM_TOKEN
	PowerShell  string       `json:"powerShell"`
}

// FindActivity looks for requests.
func (b *Backend) FindActivity(ctx context.Context, q ActivityFind) (ActivityFound, error) {
	return ActivityFound{}, errNotYet
}

// ActivityAt gives the rows with these seqs, in order of seq; at most 1,000. Those that are not there are left out.
func (b *Backend) ActivityAt(ctx context.Context, seqs []int64) (ActivityPage, error) {
	return ActivityPage{}, errNotYet
}

// ActivityDetail gives one request with its bodies and changes.
func (b *Backend) ActivityDetail(ctx context.Context, seq int64) (ActivityDetail, error) {
	return ActivityDetail{}, errNotYet
}
