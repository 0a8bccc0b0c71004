package backend

import (
	"context"
	"errors"
	"fmt"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/userid"
)

// ExampleUserID says what a rule makes of the first whom it is about, for somebody who is still typing it: nobody else is looked at, so there
// is no collision, and nothing is kept. The zero row if it is about nobody; BAD_QUERY names what of it can't be followed.
func (b *Backend) ExampleUserID(ctx context.Context, ask UserIDRule) (UserIDRow, error) {
	pairs, _, err := b.pairsOf(ask)
	if err != nil {
		return UserIDRow{}, err
	}
	rule, err := ruleOf(ask, pairs)
	if err != nil {
		return UserIDRow{}, err
	}
	chosen, err := b.whom(ctx, ask)
	if err != nil {
		return UserIDRow{}, err
	}
	named := map[string]bool{}
	for _, p := range pairs {
		named[scim.Key(p.Old)] = true
	}
	var first *userid.Person
	err = b.store.Scan(ctx, scim.User, store.With{}, func(rec store.Record) error {
		if !chosen(rec) {
			return nil
		}
		who, err := converted(rec)
		if err != nil || len(named) > 0 && !named[scim.Key(who.UserName)] {
			return err
		}
		first = &who
		return errEnough
	})
	if err != nil && !errors.Is(err, errEnough) {
		return UserIDRow{}, fmt.Errorf("read people: %w", err)
	}
	if first == nil {
		return UserIDRow{}, nil
	}
	rule.Pairs = onlyFor(pairs, first.UserName)
	row := userid.Plan([]userid.Person{*first}, nil, rule, nil)[0]
	return plannedRow{0, &row}.shown(), nil
}

// onlyFor leaves out pairs about others, who are not there where only one is looked at.
func onlyFor(pairs []userid.Pair, userName string) []userid.Pair {
	for _, p := range pairs {
		if scim.Key(p.Old) == scim.Key(userName) {
			return []userid.Pair{p}
		}
	}
	return pairs
}
