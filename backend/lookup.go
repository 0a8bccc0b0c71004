package backend

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// LookupRequest is a list of anything: e-mails, user IDs, local IDs, SCIM ids, Entra ids, names.
type LookupRequest struct {
	Upload string `json:"upload"` // a file, or what was pasted
	From   string `json:"from"`   // what the values are: "" (found out for each), userName, email, anyEmail, id, externalId, localId or name
	Column int    `json:"column"` // which column holds them, from 0; -1 finds it
}

// States of a row that is looked up.
const (
	LookupFound   = "found"
	LookupCase    = "case"    // found when letter case, spaces around it or width don't count
	LookupFormer  = "former"  // found by a user ID of before
	LookupSeveral = "several" // several people answer to it
	LookupNone    = "none"
	LookupInvalid = "invalid" // too long, or holds what no value holds
	LookupTwice   = "twice"   // stands in the list before
	LookupEmpty   = "empty"
)

// Lookup is a list that was looked up: nothing is ever written.
type Lookup struct {
	Plan   string       `json:"plan"`
	Name   string       `json:"name"`
	Header []string     `json:"header"` // of a CSV
	Column int          `json:"column"`
	Total  int          `json:"total"`
	Counts []StateCount `json:"counts"`
	Reused int          `json:"reused"` // lines that were found, and whose value was somebody else's user ID before: a list of then means them
}

// LookupRow is a line of the list in its order.
type LookupRow struct {
	N       int           `json:"n"`
	Input   string        `json:"input"`
	Cells   []string      `json:"cells"` // all columns of the line
	Kind    string        `json:"kind"`  // what the value was taken for
	State   string        `json:"state"`
	Chosen  int           `json:"chosen"` // which of Matches goes into a copy and an export, -1 for none
	Matches []LookupMatch `json:"matches"`
}

// LookupMatch is a person who answers to it. Behind those who do now stand those whose user ID it was before, the last of them first.
type LookupMatch struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	UserName   string `json:"userName"`
	Email      string `json:"email"`
	ExternalID string `json:"externalId"`
	LocalID    string `json:"localId"`
	State      string `json:"state"`
	Until      string `json:"until"` // until when it was their user ID, "" if it is theirs now
}

// LookupPage is a part of it.
type LookupPage struct {
	Lookup Lookup      `json:"lookup"`
	Total  int         `json:"total"`
	Rows   []LookupRow `json:"rows"`
}

// LookupChoice says which of several is meant.
type LookupChoice struct {
	Plan  string `json:"plan"`
	N     int    `json:"n"`
	Match int    `json:"match"` // index in Matches, -1 for none
}

// LookupOut asks for the list with what was found: as text for the clipboard (ToText), or as a file.
type LookupOut struct {
	Plan   string   `json:"plan"`
	To     []string `json:"to"`     // columns that are added: userName, email, id, externalId, localId, name, status, state, formerOwner, formerUntil
	Format string   `json:"format"` // csv or json
	Folder string   `json:"folder"`
}

// What a value can be taken for, as LookupRequest.From has it; former is a user ID of before.
const (
	kindUserName   = "userName"
	kindEmail      = "email"
	kindAnyEmail   = "anyEmail"
	kindID         = "id"
	kindExternalID = "externalId"
	kindLocalID    = "localId"
	kindFormer     = "former"
	kindName       = "name"
)

const (
	lookupLongest = 1024 // characters of a value
	lookupMatches = 50   // people of one line
	lookupSample  = 200  // lines by which the column is found
)

// lookupTiers says in which order kinds are asked, as From has it. The first that anybody answers to decides; within one all count alike, so that an
// e-mail of one person that is another's user ID is told as several.
func lookupTiers(from string) ([][]string, error) {
	switch from {
	case "":
		return [][]string{{kindUserName, kindID, kindEmail, kindLocalID, kindExternalID}, {kindAnyEmail}, {kindFormer}, {kindName}}, nil
	case kindUserName:
		return [][]string{{kindUserName}, {kindFormer}}, nil
	case kindEmail, kindID, kindExternalID, kindLocalID, kindName:
		return [][]string{{from}}, nil
	case kindAnyEmail:
		return [][]string{{kindEmail, kindAnyEmail}}, nil
	}
	return nil, fmt.Errorf("%w: values are userName, email, anyEmail, id, externalId, localId or name, not %q", ErrQuery, from)
}

// A lookup is a list that is kept. Choices alone change it.
type lookup struct {
	mu   sync.Mutex
	info Lookup
	rows []lookupRow
}

// A lookupRow is a line of it.
type lookupRow struct{ LookupRow }

func (r lookupRow) state() string { return r.State }

func (r lookupRow) texts() []string {
	all := []string{r.Input}
	for _, m := range r.Matches {
		all = append(all, m.Name, m.UserName, m.Email, m.LocalID)
	}
	return all
}

// A sought is a value of the list, however often it stands there, with those who answer to it.
type sought struct{ hits []hit }

// A hit is somebody who answers to a value.
type hit struct {
	kind  string
	value string // as the person has it
	who   *LookupMatch
	until time.Time // until when it was their user ID, zero if it is theirs now
}

// match is who it is, as a line has them.
func (h hit) match() LookupMatch {
	m := *h.who
	m.Until = stamp(h.until)
	return m
}

// A hunt asks everybody once whether they answer to any of the values.
type hunt struct {
	byKey  map[string]*sought
	byName map[string][]*sought
}

func newHunt() *hunt { return &hunt{byKey: map[string]*sought{}, byName: map[string][]*sought{}} }

// want gives the entry for a value.
func (h *hunt) want(value string) *sought {
	key := scim.Key(value)
	if w := h.byKey[key]; w != nil {
		return w
	}
	w := &sought{}
	h.byKey[key] = w
	name := nameKey(value)
	h.byName[name] = append(h.byName[name], w)
	return w
}

// nameKey is what names are compared by: letter case, accents and the number of spaces don't count.
func nameKey(name string) string { return strings.Join(strings.Fields(store.Fold(name)), " ") }

// ask lets one person answer.
func (h *hunt) ask(rec store.Record) error {
	r, err := scim.FromDocument(rec.Type, rec.Doc)
	if err != nil {
		return fmt.Errorf("read %s: %w", rec.ID, err)
	}
	who := &LookupMatch{ID: rec.ID, Name: rec.Name, UserName: r.UserName(), Email: store.Email(r), ExternalID: r.ExternalID(), LocalID: rec.Local.LocalID, State: stateOf(rec, r)}
	answerUntil := func(kind, value string, until time.Time) {
		if value == "" {
			return
		}
		if w := h.byKey[scim.Key(strings.TrimSpace(value))]; w != nil {
			w.hits = append(w.hits, hit{kind, value, who, until})
		}
	}
	answer := func(kind, value string) { answerUntil(kind, value, time.Time{}) }
	answerUntil(kindUserName, who.UserName, rec.Deleted)
	answer(kindID, who.ID)
	answer(kindEmail, who.Email)
	answer(kindLocalID, who.LocalID)
	answer(kindExternalID, who.ExternalID)
	for _, e := range r.Emails() {
		if e != who.Email {
			answer(kindAnyEmail, e)
		}
	}
	for _, f := range rec.Local.Former {
		answerUntil(kindFormer, f.UserName, f.Until)
	}
	for _, name := range namesOf(rec, r) {
		for _, w := range h.byName[nameKey(name)] {
			w.hits = append(w.hits, hit{kindName, name, who, time.Time{}})
		}
	}
	return nil
}

// namesOf are the names by which somebody is called, each once.
func namesOf(rec store.Record, r *scim.Resource) []string {
	name, _ := r.Attrs["name"].(map[string]any)
	given, _ := name["givenName"].(string)
	family, _ := name["familyName"].(string)
	formatted, _ := name["formatted"].(string)
	all := []string{rec.Name}
	add := func(s string) {
		if s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	add(r.DisplayName())
	add(formatted)
	if given != "" && family != "" {
		add(given + " " + family)
		add(family + " " + given)
		add(family + ", " + given)
	}
	return all
}

// LookUp finds out who is meant by each line.
func (b *Backend) LookUp(ctx context.Context, r LookupRequest) (Lookup, error) {
	tiers, err := lookupTiers(r.From)
	if err != nil {
		return Lookup{}, err
	}
	data, name, err := b.uploads.get(r.Upload)
	if err != nil {
		return Lookup{}, err
	}
	table, err := readList(data)
	if err != nil {
		return Lookup{}, fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
	}
	if r.Column < -1 || r.Column >= max(1, len(table.Header)) {
		return Lookup{}, fmt.Errorf("%w: there is no column %d", ErrQuery, r.Column+1)
	}
	if r.Column == -1 {
		if r.Column, err = b.findColumn(ctx, table, tiers); err != nil {
			return Lookup{}, err
		}
	}
	list := &lookup{info: Lookup{Name: name, Header: []string{}, Column: r.Column}}
	if table.Format.Header {
		list.info.Header = table.Header
	}
	if list.rows, err = b.lookUp(ctx, table.Rows, r.Column, tiers); err != nil {
		return Lookup{}, err
	}
	list.info.Total = len(list.rows)
	for _, r := range list.rows {
		if r.Kind != kindFormer && r.former() != nil {
			list.info.Reused++
		}
	}
	list.info.Counts = countStates(list.rows, LookupFound, LookupCase, LookupFormer, LookupSeveral, LookupNone, LookupInvalid, LookupTwice, LookupEmpty)
	list.mu.Lock()
	defer list.mu.Unlock()
	list.info.Plan = b.lookups.keep(list)
	return list.info, nil
}

// readList reads a list of one or more columns. Addresses behind each other on one line, as a mail program hands them out, are a list too.
func readList(data []byte) (*exchange.Table, error) {
	known := func(cell string) bool {
		return isColumn(cell, "username", "userid", "userprincipalname", "upn", "login", "email", "mail", "emailaddress", "id", "objectid", "externalid", "localid", "key", "name",
			"displayname", "benutzername", "anmeldename", "schlüssel")
	}
	t, err := exchange.Read(data, exchange.Options{Known: known})
	if err != nil {
		return nil, err
	}
	if t.Format.Header {
		if t.Format.Kind == "json" || len(t.Header) > 1 || known(t.Header[0]) {
			return t, nil
		}
		// The first of a list may be a user ID before e-mails: a line too many is seen, one too few is not.
		if t, err = exchange.Read(data, exchange.Options{Encoding: t.Format.Encoding, Header: exchange.NoHeader}); err != nil {
			return nil, err
		}
	}
	if len(t.Header) == 1 && t.Format.Delimiter == "," { // most lines have none: it stands in names, as in Berg, Anna
		return exchange.Read(data, exchange.Options{Delimiter: "tab", Encoding: t.Format.Encoding, Header: exchange.NoHeader})
	}
	return behindEachOther(data, t), nil
}

// behindEachOther makes a list of addresses that stand behind each other on one line, or on several with the names of their owners: two columns of
// bare addresses are two columns. A comma may stand in a name, as in Berg, Anna <anna.berg@contoso.example>.
func behindEachOther(data []byte, t *exchange.Table) *exchange.Table {
	for _, delimiter := range []string{";", ","} {
		parted, err := exchange.Read(data, exchange.Options{Delimiter: delimiter, Encoding: t.Format.Encoding, Header: exchange.NoHeader})
		if err != nil {
			continue // a quote that the other delimiter closes
		}
		list := &exchange.Table{Header: []string{""}, Format: parted.Format, Warnings: parted.Warnings}
		named, bare := false, false
		for i, row := range parted.Rows {
			for _, c := range row {
				if c == "" {
					continue
				}
				named, bare = named || strings.HasSuffix(c, ">"), bare || !strings.Contains(c, "@")
				list.Rows, list.Lines = append(list.Rows, []string{c}), append(list.Lines, parted.Lines[i])
			}
		}
		if !bare && len(list.Rows) > len(parted.Rows) && (named || len(parted.Rows) == 1) {
			return list
		}
	}
	return t
}

// findColumn gives the column to whose first values most people answer, the first one if nobody does.
func (b *Backend) findColumn(ctx context.Context, t *exchange.Table, tiers [][]string) (int, error) {
	if len(t.Header) < 2 {
		return 0, nil
	}
	h := newHunt()
	sample := make([][]*sought, len(t.Header))
	for _, row := range t.Rows[:min(len(t.Rows), lookupSample)] {
		for c := range min(len(row), len(sample)) {
			if value := cleaned(row[c]); value != "" {
				sample[c] = append(sample[c], h.want(value))
			}
		}
	}
	if err := b.store.Scan(ctx, scim.User, store.With{}, h.ask); err != nil {
		return 0, fmt.Errorf("read people: %w", err)
	}
	best, most := 0, 0
	for c, values := range sample {
		score := 0
		for _, w := range values {
			if found, tier := w.answers(tiers); len(found) > 0 {
				score += 2*(len(tiers)-tier)*lookupMatches + min(lookupMatches, lookupMatches/len(found))
			}
		}
		if score > most {
			best, most = c, score
		}
	}
	return best, nil
}

// lookUp finds everybody who answers: the living, and where none of them does, the deleted.
func (b *Backend) lookUp(ctx context.Context, table [][]string, column int, tiers [][]string) ([]lookupRow, error) {
	living, rows, values := newHunt(), make([]lookupRow, len(table)), make([]*sought, len(table))
	before := map[*sought]bool{}
	twice := make([]bool, len(table))
	for i, cells := range table {
		row := LookupRow{N: i, Cells: cells, Chosen: -1, Matches: []LookupMatch{}}
		if column < len(cells) {
			row.Input = cells[column]
		}
		value := cleaned(row.Input)
		switch {
		case value == "":
			row.State = LookupEmpty
		case utf8.RuneCountInString(value) > lookupLongest || strings.ContainsFunc(value, unicode.IsControl):
			row.State = LookupInvalid
		default:
			values[i] = living.want(value)
			twice[i], before[values[i]] = before[values[i]], true
		}
		rows[i] = lookupRow{row}
	}
	if err := b.store.Scan(ctx, scim.User, store.With{}, living.ask); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	gone, err := b.askDeleted(ctx, rows, values, tiers)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if values[i] != nil {
			if err := rows[i].settle(ctx, b.store, values[i], gone[i], tiers); err != nil {
				return nil, err
			}
			if twice[i] {
				rows[i].State = LookupTwice
			}
		}
	}
	return rows, nil
}

// askDeleted lets those who are deleted answer to what nobody living does, and to what may have been their user ID before it was another's.
func (b *Backend) askDeleted(ctx context.Context, rows []lookupRow, values []*sought, tiers [][]string) ([]*sought, error) {
	gone, all := newHunt(), make([]*sought, len(values))
	for i, w := range values {
		if w == nil {
			continue
		}
		if found, _ := w.answers(tiers); len(found) == 0 || asksFormer(tiers) {
			all[i] = gone.want(cleaned(rows[i].Input))
		}
	}
	if len(gone.byKey) == 0 {
		return all, nil
	}
	seqs, err := b.store.Find(ctx, scim.User, store.Find{State: store.FindDeleted})
	if err != nil {
		return nil, err
	}
	return all, b.store.Each(ctx, scim.User, seqs, store.With{}, func(rec store.Record) error {
		if rec.Deleted.IsZero() {
			return nil // restored meanwhile
		}
		return gone.ask(rec)
	})
}

// answers gives those of the first tier that anybody answers in, each person once, and which that is.
func (w *sought) answers(tiers [][]string) (found []hit, tier int) {
	for tier, kinds := range tiers {
		for _, kind := range kinds {
			for _, h := range w.hits {
				if h.kind == kind && !slices.ContainsFunc(found, func(f hit) bool { return f.who == h.who }) && len(found) < lookupMatches {
					found = append(found, h)
				}
			}
		}
		if len(found) > 0 {
			return found, tier
		}
	}
	return nil, 0
}

// asksFormer says whether user IDs of before are asked for.
func asksFormer(tiers [][]string) bool {
	return slices.ContainsFunc(tiers, func(kinds []string) bool { return slices.Contains(kinds, kindFormer) })
}

// owners gives those who are not among found and whose user ID it was, living or deleted, the last of them first. Whoever of found was created
// again in the place of one who is deleted is no other person.
func owners(ctx context.Context, s *store.Store, w, gone *sought, found []hit) ([]hit, error) {
	var all []hit
	for _, h := range slices.Concat(w.hits, gone.hits) {
		same := func(o hit) bool { return o.who == h.who }
		if h.until.IsZero() || slices.ContainsFunc(found, same) || slices.ContainsFunc(all, same) {
			continue
		}
		if h.who.State == StateDeleted {
			heir, err := s.Heir(ctx, h.who.ID, "")
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(found, func(o hit) bool { return o.who.ID == heir }) {
				continue
			}
		}
		all = append(all, h)
	}
	slices.SortStableFunc(all, lastFirst)
	return all, nil
}

func lastFirst(a, b hit) int { return b.until.Compare(a.until) }

// settle says what came of a line: w has what the living answered, gone what the deleted did, who count where nobody else does.
func (r *lookupRow) settle(ctx context.Context, s *store.Store, w, gone *sought, tiers [][]string) error {
	found, _ := w.answers(tiers)
	if len(found) == 0 {
		w = gone
		found, _ = w.answers(tiers)
	}
	slices.SortStableFunc(found, lastFirst)
	for _, h := range found {
		if h.kind != kindFormer {
			h.until = time.Time{} // of the deleted it still is
		}
		r.Matches = append(r.Matches, h.match())
	}
	r.say(w, found)
	if len(found) == 0 || !asksFormer(tiers) {
		return nil
	}
	before, err := owners(ctx, s, w, gone, found)
	for _, h := range before[:min(len(before), max(0, lookupMatches-len(found)))] {
		r.Matches = append(r.Matches, h.match())
	}
	return err
}

// say gives a line its state.
func (r *lookupRow) say(w *sought, found []hit) {
	switch {
	case len(found) == 0:
		r.State = LookupNone
		return
	case len(found) > 1:
		r.State, r.Kind = LookupSeveral, found[0].kind
		return
	}
	r.Chosen, r.Kind = 0, found[0].kind
	switch {
	case r.Kind == kindFormer:
		r.State = LookupFormer
	case slices.ContainsFunc(w.hits, func(h hit) bool { return h.who == found[0].who && h.kind == r.Kind && h.value == r.Input }):
		r.State = LookupFound
	default:
		r.State = LookupCase
	}
}

// cleaned takes off a value what mail programs, directories and web pages put around it: the name before <an address>, mailto: and smtp:, the
// full stop after an address, the braces of an id, spaces and what can't be seen.
func cleaned(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if at := strings.LastIndexByte(s, '<'); at >= 0 && strings.HasSuffix(s, ">") && strings.Contains(s[at:], "@") {
		s = s[at+1 : len(s)-1]
	}
	for _, scheme := range []string{"mailto:", "smtp:"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			s = s[len(scheme):]
		}
	}
	if strings.Contains(s, "@") {
		s = strings.TrimRight(s, ".,;")
	}
	if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") {
		s = s[1 : len(s)-1]
	}
	return strings.TrimSpace(s)
}

// LookupRows gives a part of it.
func (b *Backend) LookupRows(_ context.Context, q PlanQuery) (LookupPage, error) {
	list, err := b.lookups.get(q.Plan)
	if err != nil {
		return LookupPage{}, err
	}
	list.mu.Lock()
	defer list.mu.Unlock()
	total, part, err := planPart(list.rows, q)
	if err != nil {
		return LookupPage{}, err
	}
	page := LookupPage{Lookup: list.info, Total: total, Rows: make([]LookupRow, 0, len(part))}
	for _, r := range part {
		page.Rows = append(page.Rows, r.LookupRow)
	}
	return page, nil
}

// ChooseLookup settles a line that several answer to.
func (b *Backend) ChooseLookup(_ context.Context, c LookupChoice) (Lookup, error) {
	list, err := b.lookups.get(c.Plan)
	if err != nil {
		return Lookup{}, err
	}
	list.mu.Lock()
	defer list.mu.Unlock()
	if c.N < 0 || c.N >= len(list.rows) || c.Match < -1 || c.Match >= len(list.rows[c.N].Matches) {
		return Lookup{}, fmt.Errorf("%w: line %d has no person %d to choose", ErrQuery, c.N, c.Match)
	}
	list.rows[c.N].Chosen = c.Match
	return list.info, nil
}

// columnStatus is whether somebody who was found is active, disabled or deleted. columnOwner is the user ID of now of whoever had the value as theirs
// before, and columnUntil until when.
const (
	columnStatus = "status"
	columnOwner  = "formerOwner"
	columnUntil  = "formerUntil"
)

// lookupColumns are the columns that a list can get.
func lookupColumns() []string {
	return []string{kindUserName, kindEmail, kindID, kindExternalID, kindLocalID, kindName, columnStatus, "state", columnOwner, columnUntil}
}

// former is who had the value as their user ID last, nil for nobody.
func (r *LookupRow) former() *LookupMatch {
	if i := slices.IndexFunc(r.Matches, func(m LookupMatch) bool { return m.Until != "" }); i >= 0 {
		return &r.Matches[i]
	}
	return nil
}

// value is what a line gets in a column, "" where nobody is chosen.
func (r *LookupRow) value(column string) string {
	switch was := r.former(); {
	case column == "state":
		return r.State
	case column != columnOwner && column != columnUntil:
	case was == nil:
		return ""
	case column == columnOwner:
		return was.UserName
	default:
		return was.Until
	}
	if r.Chosen < 0 {
		return ""
	}
	m := &r.Matches[r.Chosen]
	switch column {
	case kindUserName:
		return m.UserName
	case kindEmail:
		return m.Email
	case kindID:
		return m.ID
	case kindExternalID:
		return m.ExternalID
	case kindLocalID:
		return m.LocalID
	case columnStatus:
		return m.State
	}
	return m.Name
}

// asked gives a list and checks which columns it shall get.
func (b *Backend) asked(o LookupOut) (*lookup, error) {
	if err := checkColumns(o.To); err != nil {
		return nil, err
	}
	return b.lookups.get(o.Plan)
}

func checkColumns(to []string) error {
	for _, c := range to {
		if !slices.Contains(lookupColumns(), c) {
			return fmt.Errorf("%w: a list can get the columns %s, not %q", ErrQuery, strings.Join(lookupColumns(), ", "), c)
		}
	}
	if len(to) == 0 {
		return fmt.Errorf("%w: say which columns the list shall get: %s", ErrQuery, strings.Join(lookupColumns(), ", "))
	}
	return nil
}

// LookupText gives the values of one column, a line each in the order of the list, for the clipboard.
func (b *Backend) LookupText(_ context.Context, o LookupOut) (string, error) {
	list, err := b.asked(o)
	if err != nil {
		return "", err
	}
	if len(o.To) != 1 {
		return "", fmt.Errorf("%w: one column can be copied at once, not %d", ErrQuery, len(o.To))
	}
	list.mu.Lock()
	defer list.mu.Unlock()
	lines := make([]string, len(list.rows))
	for i := range list.rows {
		lines[i] = strings.Map(oneLine, list.rows[i].value(o.To[0]))
	}
	return strings.Join(lines, "\n"), nil
}

// oneLine has a value stay on its line.
func oneLine(r rune) rune {
	if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
		return ' '
	}
	return r
}

// ExportLookup writes the list with what was found behind its own columns.
func (b *Backend) ExportLookup(_ context.Context, o LookupOut) (ExportResult, error) {
	list, err := b.asked(o)
	if err != nil {
		return ExportResult{}, err
	}
	if o.Format != "csv" && o.Format != "json" {
		return ExportResult{}, fmt.Errorf("%w: a list is written as csv or json, not as %q", ErrQuery, o.Format)
	}
	list.mu.Lock()
	info, rows := list.info, make([]LookupRow, len(list.rows))
	for i := range list.rows {
		rows[i] = list.rows[i].LookupRow
	}
	list.mu.Unlock()
	return b.newFile(o.Folder, "look-up", o.Format, func(w io.Writer) (int, error) { return WriteLookup(w, o.Format, info, rows, o.To) })
}

// WriteLookup writes rows of a list with the columns that it gets, as ExportLookup does: for a face that has them.
func WriteLookup(w io.Writer, format string, l Lookup, rows []LookupRow, to []string) (count int, err error) {
	if err := checkColumns(to); err != nil {
		return 0, err
	}
	header, lines := lookupTable(l.Header, rows, to)
	return writeTable(w, format, header, lines)
}

// lookupTable is a list with what was found. Columns without a name are numbered, the only one is called value; a name that is there already gets
// another word.
func lookupTable(own []string, list []LookupRow, to []string) (header []string, rows iter.Seq2[[]string, error]) {
	width := max(1, len(own))
	for i := range list {
		width = max(width, len(list[i].Cells))
	}
	for i := range width {
		name := fmt.Sprint("column ", i+1)
		switch {
		case i < len(own) && own[i] != "":
			name = own[i]
		case width == 1:
			name = "value"
		}
		header = append(header, unlike(header, name))
	}
	for _, c := range to {
		header = append(header, unlike(header, c))
	}
	return header, func(yield func([]string, error) bool) {
		for i := range list {
			cells := make([]string, width, width+len(to))
			copy(cells, list[i].Cells)
			for _, c := range to {
				cells = append(cells, list[i].value(c))
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
}

// unlike gives a name that is not among others.
func unlike(others []string, name string) string {
	for slices.ContainsFunc(others, func(o string) bool { return strings.EqualFold(o, name) }) {
		name += " found"
	}
	return name
}
