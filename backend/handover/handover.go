// Package handover decides what a system without SCIM is to be told of what changed: who is new, who is another, who left, under which name
// the files go and when they are made. It is pure: what was known and what is now come from outside.
package handover

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Action is what the old system has to do with a row.
type Action = string

// The words of the action column.
const (
	Join    Action = "join"    // make this person, who may be disabled
	Change  Action = "change"  // some values are others
	Disable Action = "disable" // may not sign in any more; other values may have changed as well
	Enable  Action = "enable"  // may again
	Leave   Action = "leave"   // was deleted
	In      Action = "member-in"
	Out     Action = "member-out"
)

// What is kept of somebody without being told: the old system knows it, or it changes nothing there.
const (
	Known Action = "known" // by an import
	Moved Action = "moved" // goes on as another, who was created again in their place
	Same  Action = "same"  // nothing in the columns is different
)

// Rank gives the order of a file: a key that a leaver sets free may be a joiner's. What has none, 0, stands in no file.
func Rank(a Action) int {
	return map[Action]int{Leave: 1, Out: 1, Disable: 2, In: 2, Change: 3, Enable: 4, Join: 5}[a]
}

// Lives tells whether the old system has somebody of whom it was told this last.
func Lives(a Action) bool { return a != "" && a != Leave && a != Moved && a != Out }

// Attributes of people whose values say something about the row, not about the person: they are never compared.
const (
	AttrAction         = "action"
	AttrLocalID        = "localId"        // compared by itself, since the old system gives it
	AttrFormerLocalID  = "formerLocalId"  // by which the old system knew somebody whose key is another now
	AttrFormerUserName = "formerUserName" // the user ID that was handed over before, where it is another now
)

// A State is a person's attributes as text.
type State map[string]string

// Compare gives what the old system has to do about somebody whom it knows: Same for nothing. Only the attributes of columns count, and one that was
// never told is as good as empty. key is the person's key, knownKey that by which the old system knows them: one that it gave since is no change.
func Compare(columns []string, known, now State, knownKey, key string) Action {
	action := Same
	for _, c := range columns {
		if !compared(c) || known[c] == now[c] {
			continue
		}
		action = Change
	}
	if knownKey != "" && key != knownKey {
		action = Change
	}
	if slices.Contains(columns, "active") && known["active"] != "" && known["active"] != now["active"] {
		action = map[string]Action{"true": Enable, "false": Disable}[now["active"]]
	}
	return action
}

func compared(attribute string) bool {
	return !slices.Contains([]string{AttrAction, AttrLocalID, AttrFormerLocalID, AttrFormerUserName}, attribute)
}

// Told is what the old system knows after a row: what it was told now over what it was told before. Attributes about the row are kept where they
// are said now.
func Told(before, now State) State {
	all := maps.Clone(before)
	if all == nil {
		all = State{}
	}
	delete(all, AttrFormerLocalID)
	delete(all, AttrFormerUserName)
	maps.Copy(all, now)
	return all
}

// Covers tells whether everything that is told by now was told by before already: otherwise everybody has to be looked at.
func Covers(before, now []string) bool {
	return !slices.ContainsFunc(now, func(a string) bool { return compared(a) && !slices.Contains(before, a) })
}

// A Column is one of a file.
type Column struct{ Header, Attribute string }

// Limits of what an admin may set.
const (
	columnLimit = 60
	headerLimit = 100
	nameLimit   = 100
	nameBytes   = 180 // with what is put in, file systems take 255
)

// ColumnFaults says what is wrong with the columns of a file.
func ColumnFaults(what string, columns []Column, attributes []string) []string {
	var faults []string
	if len(columns) == 0 || len(columns) > columnLimit {
		faults = append(faults, fmt.Sprintf("%s must have 1 to %d columns", what, columnLimit))
	}
	seen := map[string]bool{}
	for i, c := range columns {
		name := strings.ToLower(strings.TrimSpace(c.Header))
		switch {
		case name == "" || utf8.RuneCountInString(c.Header) > headerLimit || strings.ContainsFunc(c.Header, unicode.IsControl):
			faults = append(faults, fmt.Sprintf("%s: column %d needs a header of at most %d characters", what, i+1, headerLimit))
		case seen[name]:
			faults = append(faults, fmt.Sprintf("%s: there are two columns with the header %q", what, c.Header))
		case !slices.Contains(attributes, c.Attribute):
			faults = append(faults, fmt.Sprintf("%s: column %q needs one of the attributes that there are, not %q", what, c.Header, c.Attribute))
		}
		seen[name] = true
	}
	return faults
}
