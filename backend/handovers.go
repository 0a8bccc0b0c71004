package backend

import "context"

// HandoverColumn is a column of a hand-over's files: the name that the old system has for an attribute.
type HandoverColumn struct {
	Header    string `json:"header"`
	Attribute string `json:"attribute"` // one of HandoverState.Attributes, such as localId, userName, email, department, action
}

// HandoverSettings says what a hand-over looks like and when one is made by itself.
type HandoverSettings struct {
	Format  string           `json:"format"` // csv or json
	Folder  string           `json:"folder"` // where the files go; a folder that the old system watches
	Every   string           `json:"every"`  // off, hour, day or cycle (ten minutes after Entra's last request)
	At      string           `json:"at"`     // of day: 02:00, local time
	Name    string           `json:"name"`   // of the files, with {n}, {date} and {what}
	People  []HandoverColumn `json:"people"`
	Members []HandoverColumn `json:"members"`
}

// HandoverInfo is one that was made: numbered from 1 without a gap, and the same whenever it is made again.
type HandoverInfo struct {
	Seq     int64    `json:"seq"`
	Made    string   `json:"made"`
	Joiners int      `json:"joiners"`
	Changes int      `json:"changes"`
	Leavers int      `json:"leavers"`
	In      int      `json:"in"`    // memberships that began
	Out     int      `json:"out"`   // and ended
	NoKey   int      `json:"noKey"` // joiners without a localId
	Files   []string `json:"files"`
	Taken   string   `json:"taken"`   // when the receipt was given, "" if not yet
	Receipt string   `json:"receipt"` // what it says
}

// HandoverState is how the hand-over stands.
type HandoverState struct {
	Settings   HandoverSettings `json:"settings"`
	Attributes []string         `json:"attributes"`
	Pending    HandoverInfo     `json:"pending"` // what the next one would hold
	NoKey      int              `json:"noKey"`   // people without a localId: the old system's key is not given back yet
	Next       string           `json:"next"`    // when the next one is made by itself
	Fault      string           `json:"fault"`   // why the last one by itself failed, a sentence
	FaultCode  string           `json:"faultCode"`
	List       []HandoverInfo   `json:"list"` // the newest first, at most 100
}

// HandoverRequest asks for one. Again makes the files of an earlier one once more, byte for byte; Full is everybody, as the sum of the
// import and all hand-overs, and counts as none.
type HandoverRequest struct {
	Folder string `json:"folder"` // "" is the settings' one, or the downloads
	Again  int64  `json:"again"`
	Full   bool   `json:"full"`
}

// HandoverReceipt says that the old system has taken a hand-over, and what it says about that; Keys is the Upload.ID of a file with the keys that it
// gave to those who joined.
type HandoverReceipt struct {
	Seq  int64  `json:"seq"`
	Text string `json:"text"` // at most 500 characters
	Keys string `json:"keys"`
}

// Handover gives how the hand-over stands.
func (b *Backend) Handover(context.Context) (HandoverState, error) {
	return HandoverState{}, errUnbuilt
}

// SaveHandover changes what it looks like and when it is made.
func (b *Backend) SaveHandover(context.Context, HandoverSettings) (HandoverState, error) {
	return HandoverState{}, errUnbuilt
}

// HandOver makes one. Where nothing has changed since the last it makes none, and Seq is 0. The files appear when they are whole, and only then
// does the hand-over count.
func (b *Backend) HandOver(context.Context, HandoverRequest) (HandoverInfo, error) {
	return HandoverInfo{}, errUnbuilt
}

// GiveReceipt notes that one was taken. With Keys it begins the job that sets the localIds.
func (b *Backend) GiveReceipt(context.Context, HandoverReceipt) (HandoverInfo, error) {
	return HandoverInfo{}, errUnbuilt
}
