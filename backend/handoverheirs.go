package backend

import (
	"cmp"

	"scimdesk/backend/handover"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// A movedKey is the localId of somebody who goes on as another.
type movedKey struct{ id, localID string }

// A joiner is somebody of whom the old system was not told. row is theirs where it is known already.
type joiner struct {
	id, key string
	row     *handedPerson
}

type leaver struct {
	id, key string
	known   store.HandedPerson
}

// findHeirs finds who goes on as somebody else: Entra deletes people and creates them again, and for the old system they are who they were. They have
// the key of one who is gone, or none and were created in their place.
func (c *comparer) findHeirs() error {
	c.keys = map[string]string{}
	byKey := map[string]string{}
	keyless := map[string]bool{}
	if len(c.leavers) > 0 {
		for _, j := range c.joiners {
			if key := scim.Key(j.key); key != "" {
				byKey[key] = j.id
			} else {
				keyless[j.id] = true
			}
		}
	}
	for _, l := range c.leavers {
		if l.key == "" {
			continue
		}
		heir := byKey[scim.Key(l.key)]
		if heir == "" {
			var err error
			if heir, err = c.b.store.Heir(c.ctx, l.id, c.removed[l.id].Follower); err != nil {
				return err
			}
			if !keyless[heir] {
				continue
			}
			if other, err := c.b.store.WithLocalID(c.ctx, l.key); err != nil || other != "" {
				if err != nil {
					return err
				}
				continue
			}
			c.out.keys = append(c.out.keys, movedKey{heir, l.key})
			c.keys[heir] = l.key
			delete(keyless, heir)
		}
		c.heirs[l.id], c.ancestors[heir] = heir, l.id
	}
	return nil
}

func (c *comparer) leave(l leaver) error {
	before, err := c.before(l.known)
	if err != nil {
		return err
	}
	heir := c.heirs[l.id]
	if heir == "" {
		return c.add(l.id, cmp.Or(before["displayName"], before[attrUserName], l.key), handover.Leave, l.key, handover.Told(before, nil))
	}
	delete(c.joins, heir)
	if err := c.add(l.id, "", handover.Moved, l.key, before); err != nil {
		return err
	}
	now, err := c.person(heir)
	if err != nil || !now.living {
		return err
	}
	is, err := c.values(c.people, now, l.key)
	if err != nil {
		return err
	}
	action := handover.Compare(c.people, before, is, l.known.LocalID, l.key)
	return c.tell(l.known, before, is, now.rec, action, l.key)
}

func (c *comparer) join(j joiner) error {
	if !c.joins[j.id] {
		return nil
	}
	if j.row == nil {
		now, err := c.person(j.id)
		if err != nil || !now.living {
			return err
		}
		row, err := c.joinRow(now)
		if err != nil {
			return err
		}
		j.row = &row
	}
	c.told[j.id] = j.row.LocalID
	c.out.people = append(c.out.people, *j.row)
	return nil
}

func (c *comparer) joinRow(now standing) (handedPerson, error) {
	is, err := c.values(c.people, now, now.rec.Local.LocalID)
	if err != nil {
		return handedPerson{}, err
	}
	return rowOf(now.rec.ID, now.rec.Name, handover.Join, now.rec.Local.LocalID, is)
}
