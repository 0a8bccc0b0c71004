package backend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

const (
	brokenLimit   = 200 // people and groups named
	exampleLimit  = 3   // of a line
	unmappedLimit = 500 // paths told apart; a client could make as many as it likes
)

// targetCounts is what a look at everybody has found, for a target.
type targetCounts struct {
	target         *target.Target
	moved          int64 // of targets.moved
	at             time.Time
	people, groups tallied
}

// tallied counts people, or groups, that Entra has written.
type tallied struct {
	judge  *target.Judge
	of     int
	has    []int // by line
	wrong  []int
	lacks  []int
	shows  [][]string
	beside map[string]int // unmapped paths
	broken []TargetBroken
	faults int
}

func newTallied(t *target.Target, kind *scim.ResourceType) (tallied, error) {
	judge, err := t.Judge(kind)
	if err != nil {
		return tallied{}, err
	}
	n := len(judge.Lines())
	return tallied{judge: judge, has: make([]int, n), wrong: make([]int, n), lacks: make([]int, n), shows: make([][]string, n), beside: map[string]int{},
		broken: []TargetBroken{}}, nil
}

// count looks at everybody, unless nobody has changed since it did for this target.
func (t *targets) count(ctx context.Context, s *store.Store, of *target.Target) (targetCounts, error) {
	t.counting.Lock()
	defer t.counting.Unlock()
	moved := t.moved.Load()
	if c, ok := t.counts[of.ID]; ok && c.moved == moved && string(c.target.Text()) == string(of.Text()) {
		return c, nil
	}
	c := targetCounts{target: of, moved: moved, at: time.Now()}
	var err error
	if c.people, err = newTallied(of, scim.User); err != nil {
		return targetCounts{}, err
	}
	if c.groups, err = newTallied(of, scim.Group); err != nil {
		return targetCounts{}, err
	}
	err = s.Browse(ctx, scim.User, func(rec store.Record) error { return c.people.add(rec, false) })
	if err != nil {
		return targetCounts{}, fmt.Errorf("count what Entra sent of people: %w", err)
	}
	err = s.Browse(ctx, scim.Group, func(rec store.Record) error {
		members, err := s.MemberRows(ctx, rec.ID, "", 1)
		if err != nil {
			return err
		}
		return c.groups.add(rec, len(members) > 0)
	})
	if err != nil {
		return targetCounts{}, fmt.Errorf("count what Entra sent of groups: %w", err)
	}
	if len(t.counts) > ownLimit {
		clear(t.counts)
	}
	t.counts[of.ID] = c
	return c, nil
}

// add counts a person or group, if Entra has written it.
func (t *tallied) add(rec store.Record, members bool) error {
	if !rec.Entra {
		return nil
	}
	r, err := scim.FromDocument(rec.Type, rec.Doc)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", rec.Type.Name, rec.ID, err)
	}
	t.of++
	for i, has := range t.judge.Has(r, members) {
		if has {
			t.has[i]++
		}
	}
	for _, f := range t.judge.Faults(r) {
		t.note(rec, f)
	}
	for _, path := range t.judge.Unmapped(r) {
		if _, known := t.beside[path]; known || len(t.beside) < unmappedLimit {
			t.beside[path]++
		}
	}
	return nil
}

func (t *tallied) note(rec store.Record, f target.Fault) {
	t.faults++
	value := Mask(f.Value)
	if f.Rule == target.RuleRequired {
		t.lacks[f.Line]++
	} else {
		t.wrong[f.Line]++
		if len(t.shows[f.Line]) < exampleLimit {
			example := value
			if f.Normal != "" {
				example += " -> " + f.Normal
			}
			t.shows[f.Line] = append(t.shows[f.Line], example)
		}
	}
	if len(t.broken) < brokenLimit {
		t.broken = append(t.broken, TargetBroken{Type: rec.Type.Name, ID: rec.ID, Name: rec.Name, Path: f.Path, Value: value, Normal: f.Normal, Rule: f.Rule})
	}
}

// table is the target's table beside the counts.
func (t *tallied) table(kind *scim.ResourceType) []TargetAttribute {
	all := []TargetAttribute{}
	for i, a := range t.judge.Lines() {
		one := TargetAttribute{Type: kind.Name, Path: a.Path, Source: a.Source, Kind: a.Kind, Required: a.Required, Match: a.Match, Apply: a.Apply, Rule: a.Rule,
			Note: a.Note, Seen: "seen", Count: t.has[i], Missing: t.lacks[i], Broken: t.wrong[i], Examples: append([]string{}, t.shows[i]...)}
		switch {
		case t.of == 0:
			one.Seen = "unknown"
		case t.has[i] == 0:
			one.Seen = "never"
		}
		all = append(all, one)
	}
	return all
}

// others are what the table does not list, the most frequent first.
func (t *tallied) others(kind *scim.ResourceType) []TargetAttribute {
	all := []TargetAttribute{}
	for path, n := range t.beside {
		all = append(all, TargetAttribute{Type: kind.Name, Path: path, Seen: "seen", Count: n, Examples: []string{}})
	}
	slices.SortFunc(all, func(a, b TargetAttribute) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Path, b.Path)) })
	return all
}
