package backend

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ImportReason is why a row of an import becomes what it becomes, or what of it is left out. A face words it in its own language; words is
// what stands in files and on the command line.
type ImportReason struct {
	Code string   `json:"code"` // a key of reasonTexts
	What []string `json:"what"` // attributes that it is about, such as localId
	Said []string `json:"said"` // what stands in the file, or here
}

func because(code string, said ...any) ImportReason {
	r := ImportReason{Code: code, What: []string{}, Said: make([]string, len(said))}
	for i, one := range said {
		r.Said[i] = fmt.Sprint(one)
	}
	return r
}

// of names the attributes that a reason is about.
func (r ImportReason) of(what ...string) ImportReason {
	r.What = what
	return r
}

// reasonError carries a reason to where the row is.
type reasonError struct{ ImportReason }

func (e reasonError) Error() string { return e.words() }

func (r ImportReason) err() error { return reasonError{r} }

// reasonOf is the reason in an error; one of another kind speaks for itself.
func reasonOf(err error) ImportReason {
	if r, ok := errors.AsType[reasonError](err); ok {
		return r.ImportReason
	}
	return because("UNREADABLE", err)
}

// reasonTexts has {what} and {what2} for attributes, {a} to {d} for what was said. The page has the same codes in its own languages.
var reasonTexts = map[string]string{
	"SAME_KEY":           "line {a} has the same {what} {b}",
	"SAME_PERSON":        "line {a} is the same person here, {b}",
	"SAME_GROUP":         "line {a} is the same group here, {b}",
	"TWO_OF_A_NAME":      "line {a} has a group of the same name with another {what}, and two of one name could not be told apart",
	"DELETED":            "the file says that it was deleted",
	"HERE":               "is here already",
	"KEYS_DIFFER":        "the {what} {a} is that of {b}, but the {what2} {c} is that of {d}",
	"KEY_SHARED":         "the {what} {a} is that of {b} and of {c}",
	"KEY_OF_OTHER":       "the {what} {a} is that of {b}, whose {what2} is {c}, not {d}",
	"NAME_SHARED":        "several groups here are called {a}",
	"KEEPS_ID":           "is here as {a}, and keeps that user ID",
	"ENTRAS_PERSON":      "Entra has written this person, so only what is kept here changes",
	"ENTRAS_GROUP":       "Entra has written this group, and says who is in it",
	"ENTRAS_GROUP_STAYS": "the group {a} is Entra's, and stays as it is",
	"NO_MANAGER":         "the manager {a} is not known, and is left out",
	"NO_MEMBER":          "the member {a} is not known, and is left out",
	"NO_MEMBERS":         "{a} members are not known, and are left out: {b}",
	"NO_KEY":             "it has neither a user ID nor a local ID",
	"NO_NAME":            "the group has no name",
	"TOO_LONG":           "the {what} is longer than {a} characters",
	"CONTROL":            "the {what} {a} has a character in it that can't be printed",
	"GROUP_TOO_LONG":     "a group is left out: the {what} is longer than {a} characters",
	"GROUP_CONTROL":      "a group is left out: the {what} {a} has a character in it that can't be printed",
	"VALUE_TOO_LONG":     "the value of {what} is longer than {a} characters",
	"TOO_BIG":            "it has more than {a} bytes, which is the most that SCIM takes of anybody",
	"NOT_YES_NO":         `"{a}" in the column {b} says neither yes nor no`,
	"BAD_ROLE":           `the role "{a}" is none: {b} or {c}`,
	"UNREADABLE":         "{a}",
}

// words says it in English.
func (r ImportReason) words() string {
	var pairs []string
	for i, what := range r.What {
		name := "{what}"
		if i > 0 {
			name = "{what" + strconv.Itoa(i+1) + "}"
		}
		pairs = append(pairs, name, attributeWord(what))
	}
	for i, said := range r.Said {
		pairs = append(pairs, "{"+string(rune('a'+i))+"}", said)
	}
	return strings.NewReplacer(pairs...).Replace(reasonTexts[r.Code])
}

// attributeWord is what sentences call an attribute.
func attributeWord(name string) string {
	switch name {
	case columnUserName:
		return "user ID"
	case columnLocalID:
		return "local ID"
	case "email":
		return "e-mail"
	case "displayName":
		return "name"
	}
	return name
}

func wordsOfReasons(all []ImportReason) string {
	words := make([]string, len(all))
	for i, r := range all {
		words[i] = r.words()
	}
	return strings.Join(words, "; ")
}
