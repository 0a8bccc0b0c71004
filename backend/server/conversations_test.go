package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A conversation is what Entra (or one of Microsoft's validators) says to a SCIM server, request by request, with
// what it needs to hear. Each is one file below testdata/conversations; testdata/conversations/README.md describes
// the format for those who add one.
type conversation struct {
	Why    string                     `json:"why"`    // what goes wrong for the office when this breaks
	Source string                     `json:"source"` // where the evidence is
	Given  map[string]json.RawMessage `json:"given"`  // JSON that is used more than once, by name
	Steps  []step                     `json:"steps"`
}

// A step is one request with its answer, sent Repeat times (0 is once), one after the other or all Together; or a
// statement about the secret token.
type step struct {
	Note     string            `json:"note"`
	Send     *request          `json:"send"`
	Expect   *expectation      `json:"expect"`
	Capture  map[string]string `json:"capture"` // name -> path in the answer
	Repeat   int               `json:"repeat"`
	Together bool              `json:"together"`
	Token    *tokenRule        `json:"token"`
}

// A request is written as it stands on the wire. Target goes behind the base path without any cleaning. A header
// that is null is not sent. Body is JSON and keeps its key order, Text is anything.
type request struct {
	Method  string             `json:"method"`
	Target  string             `json:"target"`
	Headers map[string]*string `json:"headers"`
	Body    json.RawMessage    `json:"body"`
	Text    *string            `json:"text"`
}

// An expectation is what an answer must fulfil beside what every answer must (see faults). Paths are names and
// indices between slashes; "*" stands for each element, "" for the whole body.
type expectation struct {
	Status  statuses                     `json:"status"`
	Headers map[string]string            `json:"headers"` // a "*" at the end: anything that begins so
	Body    json.RawMessage              `json:"body"`    // objects may hold more than this; lists are exact, in any order
	Keys    map[string][]string          `json:"keys"`    // the names an object has, no more and no less
	Absent  []string                     `json:"absent"`
	Not     map[string]json.RawMessage   `json:"not"`  // is there, and is something else
	Some    map[string][]json.RawMessage `json:"some"` // a list that holds these, among others
	Tally   map[string]int               `json:"tally"`
}

// A tokenRule bounds the secret an admin has to paste into Entra.
type tokenRule struct {
	Prefix  string `json:"prefix"`
	Shorter int    `json:"shorter"`
}

// statuses is one status, or a list of those that will do.
type statuses []int

func (s *statuses) UnmarshalJSON(raw []byte) error {
	var one int
	if err := json.Unmarshal(raw, &one); err == nil {
		*s = statuses{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]int)(s))
}

// failureCount is how many ways of breaking entra-client.md lists; each has its conversation.
const failureCount = 48

var folders = []string{
	"dialects/legacy", "dialects/flagged", "dialects/validator", "dialects/logicapp", "dialects/ondemand",
	"lifecycle", "failures",
}

// TestConversationFiles reads every file strictly and plays it without a server: nothing may be unknown, unused or
// misspelt, and each of the 48 failures has its file.
func TestConversationFiles(t *testing.T) {
	count := make(map[string]int)
	var failures []string
	for path := range conversations(t) {
		folder := filepath.ToSlash(filepath.Dir(path))
		count[folder]++
		if folder == "failures" {
			number, _, _ := strings.Cut(filepath.Base(path), "-")
			failures = append(failures, number)
		}
	}
	for folder := range maps.Keys(count) {
		if !slices.Contains(folders, folder) {
			t.Errorf("folder %s is unknown", folder)
		}
	}
	for _, folder := range folders {
		if count[folder] == 0 {
			t.Errorf("folder %s holds no conversation", folder)
		}
	}
	slices.Sort(failures)
	var want []string
	for n := range failureCount {
		want = append(want, fmt.Sprintf("%02d", n+1))
	}
	if !slices.Equal(failures, want) {
		t.Errorf("failures are numbered %v, want each of 01 to %d once", failures, failureCount)
	}
}

// TestConversationFilesAreStrict shows that a file with something unknown, unused or never read is refused.
func TestConversationFilesAreStrict(t *testing.T) {
	const head = `{"why":"w","source":"s",`
	get := func(more string) string {
		return head + `"steps":[{"send":{"method":"GET","target":"/Users"},"expect":{"status":200}` + more + `}]}`
	}
	for name, c := range map[string]struct{ file, fault string }{
		"fine":              {get(``), ""},
		"no reason":         {`{"source":"s","steps":[]}`, "why"},
		"no steps":          {head + `"steps":[]}`, "steps"},
		"unknown key":       {get(`,"wait":3`), "wait"},
		"key twice":         {get(`,"repeat":2,"Repeat":3`), "twice"},
		"trailing data":     {get(``) + `{}`, "behind"},
		"unused capture":    {get(`,"capture":{"anna":"id"}`), "anna"},
		"unused value":      {head + `"given":{"anna":1},` + get(``)[len(head):], "anna"},
		"unknown name":      {strings.Replace(get(``), "/Users", "/Users/{{anna}}", 1), "anna"},
		"no status":         {strings.Replace(get(``), `"status":200`, `"absent":["id"]`, 1), "status"},
		"body on 204":       {strings.Replace(get(``), `200`, `204,"body":{}`, 1), "no body"},
		"body and text":     {strings.Replace(get(``), `"target"`, `"body":{},"text":"","target"`, 1), "text"},
		"together alone":    {get(`,"together":true`), "together"},
		"tally of another":  {strings.Replace(get(`,"repeat":3`), `"status":200`, `"tally":{"200":2}`, 1), "tally"},
		"capture too early": {strings.Replace(get(`,"capture":{"anna":"id"}`), "/Users", "/Users/{{anna}}", 1), "anna"},
		"secret and send":   {get(`,"token":{"shorter":9}`), "token"},
		"broken body":       {strings.Replace(get(``), `200`, `200,"body":{"id":"{{n"}`, 1), "braces"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseConversation([]byte(c.file))
			switch {
			case c.fault == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.fault != "" && err == nil:
				t.Error("accepted")
			case c.fault != "" && !strings.Contains(err.Error(), c.fault):
				t.Errorf("refused for %q, which does not name %q", err, c.fault)
			}
		})
	}
}

// conversations reads all files, by their path below testdata/conversations.
func conversations(t *testing.T) map[string]*conversation {
	t.Helper()
	root := filepath.Join("testdata", "conversations")
	all := make(map[string]*conversation)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "README.md" {
			return err
		}
		if filepath.Ext(path) != ".json" {
			return fmt.Errorf("%s is not a conversation", path)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if all[name], err = parseConversation(raw); err != nil {
			t.Errorf("%s: %v", name, err)
			delete(all, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parseConversation reads one file and rehearses it with empty answers.
func parseConversation(raw []byte) (*conversation, error) {
	if err := noDuplicates(raw); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var c conversation
	if err := d.Decode(&c); err != nil {
		return nil, err
	}
	if c.Why == "" || c.Source == "" || len(c.Steps) == 0 {
		return nil, errors.New("why, source and steps must be there")
	}
	m := newMemory(c.Given)
	for i, s := range c.Steps {
		if err := s.rehearse(m); err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	if unused := m.unused(); len(unused) > 0 {
		return nil, fmt.Errorf("never used: %s", strings.Join(unused, ", "))
	}
	return &c, nil
}

// rehearse finds whatever is wrong with a step without sending it.
func (s step) rehearse(m *memory) error {
	if s.Token != nil {
		if s.Send != nil || s.Expect != nil || s.Capture != nil || s.Token.Shorter == 0 {
			return errors.New("a token step has token alone, with a length")
		}
		return nil
	}
	if s.Send == nil || s.Expect == nil || s.Send.Method == "" {
		return errors.New("send (with a method) and expect must be there")
	}
	if s.Send.Body != nil && s.Send.Text != nil {
		return errors.New("body and text exclude each other")
	}
	if s.Together && s.Repeat < 2 {
		return errors.New("together needs a repeat")
	}
	if err := s.Expect.check(s.Repeat); err != nil {
		return err
	}
	for n := range max(s.Repeat, 1) {
		if _, err := s.Send.resolve(m, n+1); err != nil {
			return err
		}
		for name := range s.Capture {
			m.learn(name, n+1, "sample")
		}
		if _, err := s.Expect.resolve(m, n+1); err != nil {
			return err
		}
	}
	return nil
}

// check refuses expectations that could never be read.
func (e *expectation) check(repeat int) error {
	if (len(e.Status) == 0) == (len(e.Tally) == 0) {
		return errors.New("either status or tally must be there")
	}
	wantsBody := e.Body != nil || e.Keys != nil || e.Absent != nil || e.Not != nil || e.Some != nil
	if wantsBody && (e.Tally != nil || slices.Contains(e.Status, 204)) {
		return errors.New("an expectation for an answer that has no body, or none of its own")
	}
	if e.Tally != nil {
		total := 0
		for status, n := range e.Tally {
			if _, err := strconv.Atoi(status); err != nil {
				return fmt.Errorf("tally: %w", err)
			}
			total += n
		}
		if total != repeat {
			return fmt.Errorf("tally adds up to %d, repeat is %d", total, repeat)
		}
	}
	return nil
}

// A memory holds the values a conversation goes by: those given in the file and those captured from answers.
type memory struct {
	values map[string]json.RawMessage
	used   map[string]bool
}

func newMemory(given map[string]json.RawMessage) *memory {
	m := &memory{values: make(map[string]json.RawMessage), used: make(map[string]bool)}
	maps.Copy(m.values, given)
	return m
}

// learn keeps a captured value. {{n}} in its name is the number of the repetition.
func (m *memory) learn(name string, n int, value any) {
	m.values[strings.ReplaceAll(name, "{{n}}", strconv.Itoa(n))] = encode(value)
}

func (m *memory) unused() []string {
	var names []string
	for name := range m.values {
		if !m.used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var (
	many  = regexp.MustCompile(`"\{\{(\d+) of (\w+)\}\}"`)
	whole = regexp.MustCompile(`"\{\{(\w+)\}\}"`)
	part  = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

// json fills in a JSON text: "{{name}}" becomes the value itself, {{name}} inside a longer string its text, {{n}}
// the number of the repetition, and "{{150 of name}}" in a list 150 times the value, with {{n}} counting from 1.
func (m *memory) json(raw json.RawMessage, n int) (json.RawMessage, error) {
	if raw == nil {
		return nil, nil
	}
	var fault error
	text := strings.ReplaceAll(string(raw), "{{n}}", strconv.Itoa(n))
	text = many.ReplaceAllStringFunc(text, func(s string) string {
		found := many.FindStringSubmatch(s)
		count, err := strconv.Atoi(found[1])
		if err != nil {
			fault = err
		}
		list := make([]string, count)
		for i := range list {
			value, err := m.json(m.value(found[2], &fault), i+1)
			if err != nil {
				fault = err
			}
			list[i] = string(value)
		}
		return strings.Join(list, ",")
	})
	text = whole.ReplaceAllStringFunc(text, func(s string) string {
		value, err := m.json(m.value(whole.FindStringSubmatch(s)[1], &fault), n)
		if err != nil {
			fault = err
		}
		return string(value)
	})
	text = part.ReplaceAllStringFunc(text, func(s string) string {
		return strings.Trim(string(m.value(part.FindStringSubmatch(s)[1], &fault)), `"`)
	})
	if fault != nil {
		return nil, fault
	}
	if strings.Contains(text, "{{") {
		return nil, fmt.Errorf("braces that name nothing in %s", text)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return nil, fmt.Errorf("%w in %s", err, text)
	}
	return compact.Bytes(), nil
}

// text fills in a target or a header, where a value stands as its text.
func (m *memory) text(s string, n int) (string, error) {
	raw, err := m.json(encode(s), n)
	if err != nil {
		return "", err
	}
	if !bytes.HasPrefix(raw, []byte(`"`)) {
		return string(raw), nil // the whole text was a value that is no string
	}
	var out string
	return out, json.Unmarshal(raw, &out)
}

func (m *memory) value(name string, fault *error) json.RawMessage {
	value, ok := m.values[name]
	if !ok {
		*fault = fmt.Errorf("%s is not known at this point", name)
		return json.RawMessage("null")
	}
	m.used[name] = true
	return value
}

// resolve gives the request as it is sent the n-th time.
func (r request) resolve(m *memory, n int) (request, error) {
	var faults []error
	keep := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	target, err := m.text(r.Target, n)
	keep(err)
	body, err := m.json(r.Body, n)
	keep(err)
	out := request{Method: r.Method, Target: target, Body: body, Text: r.Text, Headers: make(map[string]*string)}
	for name, value := range r.Headers {
		if value != nil {
			text, err := m.text(*value, n)
			keep(err)
			value = &text
		}
		out.Headers[name] = value
	}
	return out, errors.Join(faults...)
}

// resolve gives the expectation for the n-th answer.
func (e *expectation) resolve(m *memory, n int) (expectation, error) {
	var faults []error
	value := func(raw json.RawMessage) json.RawMessage {
		out, err := m.json(raw, n)
		if err != nil {
			faults = append(faults, err)
		}
		return out
	}
	out := *e
	out.Body = value(e.Body)
	out.Headers, out.Not, out.Some = make(map[string]string), make(map[string]json.RawMessage), make(map[string][]json.RawMessage)
	for name, h := range e.Headers {
		text, err := m.text(h, n)
		if err != nil {
			faults = append(faults, err)
		}
		out.Headers[name] = text
	}
	for path, raw := range e.Not {
		out.Not[path] = value(raw)
	}
	for path, list := range e.Some {
		for _, raw := range list {
			out.Some[path] = append(out.Some[path], value(raw))
		}
	}
	return out, errors.Join(faults...)
}

// encode gives a value's JSON without escaping what HTML would need escaped.
func encode(value any) json.RawMessage {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err) // only values that were JSON before come here
	}
	return bytes.TrimSpace(out.Bytes())
}

// decode gives a JSON text's value with its numbers as they were written.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	err := d.Decode(&value)
	return value, err
}

// noDuplicates refuses JSON in which an object has the same name twice, whatever the case (SCIM's names ignore
// it), or that goes on behind its end. encoding/json overlooks both.
func noDuplicates(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := walk(d); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the end")
	}
	return nil
}

func walk(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := make(map[string]bool)
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			key := strings.ToLower(fmt.Sprint(name))
			if seen[key] {
				return fmt.Errorf("%v stands there twice", name)
			}
			seen[key] = true
		}
		if err := walk(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
