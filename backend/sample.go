package backend

import (
	"context"
	"log/slog"
)

// SampleOptions says what is played. People is 10 to 2,000; Speed is slow (to watch each request), entra (as fast as Entra sends) or
// fast (as fast as it goes).
type SampleOptions struct {
	People int    `json:"people"`
	Speed  string `json:"speed"`
}

// SampleInfo is how the sample stands, and what the live folder does meanwhile.
type SampleInfo struct {
	Active   bool   `json:"active"`  // the window shows the sample
	Playing  bool   `json:"playing"` // Entra is being played
	People   int    `json:"people"`
	Speed    string `json:"speed"`
	Phase    string `json:"phase"`    // connect, cycle, verify, done or failed
	Cycle    int    `json:"cycle"`    // 1 is the initial cycle
	Requests int    `json:"requests"` // sent so far
	Agreed   bool   `json:"agreed"`   // done: everything read back is as it was sent
	Code     string `json:"code"`     // failed: an error code, and its sentence
	Message  string `json:"message"`

	LiveRequests int64  `json:"liveRequests"` // what the live folder received since the sample began
	LiveServing  bool   `json:"liveServing"`
	LiveSince    string `json:"liveSince"` // when the sample began
}

// Sample is a backend of invented people on a scratch folder, with Entra being played at it.
type Sample struct{}

// OpenSample makes the folder and begins to play.
func OpenSample(ctx context.Context, o SampleOptions, log *slog.Logger) (*Sample, error) {
	return nil, errNotYet
}

// Backend is what a face shows.
func (s *Sample) Backend() *Backend { return nil }

// Info tells how it stands; the live fields are left to the caller.
func (s *Sample) Info() SampleInfo { return SampleInfo{} }

// Close ends the play and removes the folder; nothing of it is left.
func (s *Sample) Close() error { return nil }

// RemoveLeftovers removes scratch folders that a process which was killed has left; those in use stay.
func RemoveLeftovers(log *slog.Logger) {}
