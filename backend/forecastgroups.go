package backend

import (
	"context"
	"fmt"
	"slices"

	"scimdesk/backend/forecast"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

// forecastGroups puts into a forecast what the first cycle will do with Entra's groups.
func (b *Backend) forecastGroups(ctx context.Context, r ForecastRequest, p *forecastPlan) error {
	t := b.targets.get().Target
	table, name, err := b.table(r.Groups, forecast.KnownGroupHeader)
	if err != nil {
		return err
	}
	in := forecast.Input{Kind: scim.Group, Unique: t.GroupKey, Refuse: b.refuses(scim.Group, nil)}
	if in.Mapping, err = groupMapping(t, r.GroupsBy); err != nil {
		return err
	}
	if in.Users, err = forecast.ReadGroups(table.Header, table.Rows, table.Lines); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
	}
	members := map[string]int{}
	if in.People, err = b.forecastGroupsHere(ctx, members); err != nil {
		return err
	}
	result, err := foresee(in, name)
	if err != nil {
		return err
	}
	p.groups = make([]ForecastRow, 0, len(result.Rows))
	for i, row := range result.Rows {
		r := forecastRow(ForecastGroup, i, row, "")
		if r.Members = members[r.WithID]; r.ID != "" {
			r.Members = members[r.ID]
		}
		p.groups = append(p.groups, r)
	}
	p.info.WithGroups, p.info.GroupsTotal = true, len(p.groups)
	p.info.GroupsBy = append(p.info.GroupsBy, result.Matching...)
	p.info.Groups, p.info.GroupsTwice = countStates(p.groups, forecastStates...), madeTwice(p.groups)
	p.info.GroupsUnknown = append(p.info.GroupsUnknown, result.Unknown...)
	return nil
}

// groupMapping is mappingOf a target's table of groups. Members are left out: Entra sends them behind the groups, and they change nothing of
// who is matched. What groups are told apart by here is unique, and need not be all that Entra matches them by.
func groupMapping(t *target.Target, matching []string) ([]forecast.Mapping, error) {
	if len(t.Groups) == 0 {
		return nil, nil
	}
	table := slices.DeleteFunc(slices.Clone(t.Groups), func(a target.Attribute) bool { return a.Kind == target.KindReference })
	return mappingOf(table, matching)
}

// forecastGroupsHere reads the groups here, and into members how many each has.
func (b *Backend) forecastGroupsHere(ctx context.Context, members map[string]int) ([]forecast.Person, error) {
	var seqs []int64
	err := b.store.Browse(ctx, scim.Group, func(rec store.Record) error {
		seqs = append(seqs, rec.Seq)
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err := b.store.Rows(ctx, scim.Group, seqs)
	if err != nil {
		return nil, err
	}
	here := make([]forecast.Person, 0, len(rows))
	for _, r := range rows {
		if r.ID == "" || !r.Deleted.IsZero() {
			continue // since it was listed
		}
		members[r.ID] = r.Linked
		here = append(here, forecast.Person{ID: r.ID, Name: r.Name, Doc: r.Doc})
	}
	return here, nil
}

// ForecastGroups gives a part of its groups, as ForecastRows of its people.
func (b *Backend) ForecastGroups(_ context.Context, q PlanQuery) (ForecastPage, error) {
	p, err := b.forecasts.get(q.Plan)
	if err != nil {
		return ForecastPage{}, err
	}
	total, rows, err := planPart(p.groups, q)
	return ForecastPage{Forecast: p.info, Total: total, Rows: rows}, err
}
