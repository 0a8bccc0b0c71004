package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// keyStep is what a row of a job of local IDs does; the row's ID is the person's, "" where nobody answers to Named.
type keyStep struct {
	Named   string `json:"named"` // as the file has it
	LocalID string `json:"localId"`
}

// applyKeys gives people the local IDs that a file has beside their user ID, id or externalId: the old system's answer to a hand-over. Whoever has
// another local ID already keeps it. The job goes on behind the call.
func (b *Backend) applyKeys(ctx context.Context, uploadID string) (JobInfo, error) {
	data, name, err := b.uploads.get(uploadID)
	if err != nil {
		return JobInfo{}, err
	}
	rows, err := b.planKeys(ctx, data)
	if err != nil {
		if _, ok := errors.AsType[*exchange.Error](err); ok {
			err = fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
		}
		return JobInfo{}, err
	}
	j, err := b.jobs.start(ctx, JobLocal, b.face, jobAbout{Rule: JobLocal, File: name}, rows)
	return jobInfo(j), err
}

// planKeys finds who is meant.
func (b *Backend) planKeys(ctx context.Context, data []byte) (iter.Seq[store.JobRow], error) {
	t, err := exchange.Read(data, exchange.Options{Known: isUsual(importPeople)})
	if err != nil {
		return nil, err
	}
	by, key, err := keyColumns(t)
	if err != nil {
		return nil, err
	}
	d, err := b.directory(ctx)
	if err != nil {
		return nil, err
	}
	return func(yield func(store.JobRow) bool) {
		for _, row := range t.Rows {
			step := keyStep{LocalID: row[key]}
			at := -1
			for _, j := range by {
				if step.Named == "" {
					step.Named = row[j]
				}
				if at < 0 {
					at = d.find(row[j])
				}
			}
			if step.LocalID == "" || step.Named == "" {
				continue
			}
			text, err := json.Marshal(step)
			if err != nil {
				continue // texts can always be written
			}
			one := store.JobRow{Name: step.Named, Plan: string(text)}
			if at >= 0 {
				one.ID, one.Name = d.people[at].id, d.people[at].name
			}
			if !yield(one) {
				return
			}
		}
	}, nil
}

// keyColumns finds the column of the local ID and those that say whose it is. Of two columns without a header the second is the local ID.
func keyColumns(t *exchange.Table) (by []int, key int, err error) {
	if !t.Format.Header {
		if len(t.Header) != 2 {
			return nil, 0, &exchange.Error{Line: 1, Reason: "the columns have no names; name them userName (or id, externalId, email) and localId"}
		}
		return []int{0}, 1, nil
	}
	key = -1
	for j, name := range mapColumns(importPeople, t) {
		switch name {
		case columnLocalID:
			key = j
		case columnUserName, columnID, columnExternalID, "email":
			by = append(by, j)
		}
	}
	switch {
	case key < 0:
		return nil, 0, &exchange.Error{Line: 1, Reason: "no column is called localId"}
	case len(by) == 0:
		return nil, 0, &exchange.Error{Line: 1, Reason: "no column says whose local ID it is: userName, id, externalId or email"}
	}
	return by, key, nil
}

// givingKeys carries jobs of local IDs out.
func givingKeys() jobKind {
	return jobKind{
		do: func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
			return eachKey(rows, func(s keyStep, row *store.JobRow) error { return s.do(tx, c, row) })
		},
		undo: func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
			return eachKey(rows, func(s keyStep, row *store.JobRow) error { return s.undo(tx, c, row) })
		},
		show: func(row store.JobRow) JobRow {
			var s keyStep
			if json.Unmarshal([]byte(row.Plan), &s) != nil {
				return JobRow{}
			}
			return JobRow{Action: ActionLocal, From: row.Before, To: s.LocalID, localID: s.LocalID}
		},
	}
}

func eachKey(rows []store.JobRow, do func(keyStep, *store.JobRow) error) error {
	for i := range rows {
		var s keyStep
		if err := json.Unmarshal([]byte(rows[i].Plan), &s); err != nil {
			return fmt.Errorf("read row %d: %w", rows[i].N, err)
		}
		if err := do(s, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s keyStep) do(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	if row.ID == "" {
		return &store.Refusal{Code: JobGone, Reason: fmt.Sprintf("nobody here, or several, are known as %s", s.Named)}
	}
	if err := checkKey(columnLocalID, s.LocalID, localIDLimit); err != nil {
		return &store.Refusal{Code: JobRefused, Reason: err.Error()}
	}
	before := ""
	_, err := tx.SetLocal(c, row.ID, func(l *store.Local) error {
		before = l.LocalID
		if differ(before, s.LocalID) {
			return &store.Refusal{Code: JobRefused, Reason: fmt.Sprintf("%s has the local ID %s already", row.Name, before)}
		}
		l.LocalID = s.LocalID
		return nil
	})
	row.Before, row.After = before, s.LocalID
	return err
}

func (s keyStep) undo(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	_, err := tx.SetLocal(c, row.ID, func(l *store.Local) error {
		if scim.Key(l.LocalID) != scim.Key(row.After) {
			return changedSince("the local ID of %s was changed since", row.Name)
		}
		l.LocalID = row.Before
		return nil
	})
	return err
}
