package backend

import "context"

// CheckState is a self-check from outside in, as far as it has come.
type CheckState struct {
	Running  bool        `json:"running"`
	Started  string      `json:"started"` // "" if none was made yet
	Finished string      `json:"finished"`
	Address  string      `json:"address"` // that was asked
	Person   bool        `json:"person"`  // with a probe person
	Cause    string      `json:"cause"`   // asked, reconnect
	OK       bool        `json:"ok"`
	Failed   string      `json:"failed"` // the name of the first step that failed, "" if none
	Steps    []CheckStep `json:"steps"`
}

// CheckSummary is the last self-check in short.
type CheckSummary struct {
	Running  bool   `json:"running"`
	Finished string `json:"finished"` // "" if none was made yet
	OK       bool   `json:"ok"`
	Failed   string `json:"failed"`
}

// CheckStep is one step of it.
type CheckStep struct {
	Name   string   `json:"name"`  // dns, connect, tls, edge, path, credential, match; with a person also create, patch, disable, delete
	State  string   `json:"state"` // waiting, running, ok, warning, failed or skipped
	Took   float64  `json:"took"`  // milliseconds
	Where  string   `json:"where"` // who stopped it: network, certificate, edge, rule, proxy, app or database; "" if nobody
	Code   string   `json:"code"`  // such as CHECK_DNS, or ngrok's own
	Detail string   `json:"detail"`
	Facts  []string `json:"facts"` // such as addresses, TLS versions, the certificate's end
}

// StartCheck begins a self-check through the public address, with a probe person if asked; Check tells how it goes, and Notify.Status
// each time it moves. One that is under way goes on.
func (b *Backend) StartCheck(ctx context.Context, person bool) (CheckState, error) {
	return CheckState{}, errUnbuilt
}

// Check gives the self-check under way, or the last one.
func (b *Backend) Check(ctx context.Context) (CheckState, error) { return CheckState{}, errUnbuilt }

// CancelCheck ends the one under way; what it made is removed.
func (b *Backend) CancelCheck(ctx context.Context) error { return errUnbuilt }
