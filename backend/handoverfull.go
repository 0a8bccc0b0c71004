package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"scimdesk/backend/handover"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// full writes everybody, and every membership, into files of their own: what a system without anything would be told.
func (h *handovers) full(ctx context.Context, s HandoverSettings, folder string) (info HandoverInfo, err error) {
	c, err := h.b.comparer(ctx, s)
	if err != nil {
		return info, err
	}
	last, err := h.b.store.Handovers(ctx, 1)
	if err != nil {
		return info, err
	}
	info = HandoverInfo{Made: stamp(h.now()), Files: []string{}}
	upTo := int64(0)
	if len(last) > 0 {
		upTo = last[0].Seq
	}
	c.upTo = upTo
	for _, one := range []struct {
		what    string
		columns []HandoverColumn
		each    func(add func(handover.State) error) error
	}{{filePeople, s.People, c.eachPerson(&info)}, {fileMembers, s.Members, c.eachMember(&info)}} {
		part, err := h.b.writePart(folder, func(w io.Writer) (int, error) { return fillFull(w, s.Format, one.columns, one.each) })
		if err != nil {
			return info, err
		}
		if part == "" {
			continue
		}
		name := handover.FileName(s.Name, upTo, h.now(), "full-"+one.what, s.Format)
		path, err := nameFile(part, strings.TrimSuffix(name, "."+s.Format), "."+s.Format)
		err = errors.Join(err, removePart(part))
		if err != nil {
			return info, cantWrite(folder, err)
		}
		info.Files = append(info.Files, path)
	}
	return info, nil
}

// eachPerson gives everybody as they are now.
func (c *comparer) eachPerson(info *HandoverInfo) func(add func(handover.State) error) error {
	return func(add func(handover.State) error) error {
		return c.b.store.Scan(c.ctx, scim.User, store.With{}, func(r store.Record) error {
			key, now, err := c.current(r)
			if err != nil {
				return err
			}
			vals, err := c.values(c.people, now, key)
			if err != nil {
				return err
			}
			info.Joiners++
			if key == "" {
				info.NoKey++
			}
			vals[handover.AttrAction] = handover.Join
			return add(vals)
		})
	}
}

// current gives a record with its key in the old system.
func (c *comparer) current(r store.Record) (key string, now standing, err error) {
	now = standing{rec: r, there: true, living: true}
	if now.res, err = scim.FromDocument(scim.User, r.Doc); err != nil {
		return "", now, fmt.Errorf("read %s: %w", r.ID, err)
	}
	var known store.HandedPerson
	if r.Local.LocalID == "" {
		if known, _, err = c.b.store.KnownPerson(c.ctx, r.ID, c.upTo); err != nil {
			return "", now, err
		}
	}
	key, err = c.key(now, known)
	return key, now, err
}

// eachMember gives every membership as it is now.
func (c *comparer) eachMember(info *HandoverInfo) func(add func(handover.State) error) error {
	return func(add func(handover.State) error) error {
		return c.b.store.Scan(c.ctx, scim.Group, store.With{}, func(r store.Record) error {
			res, err := scim.FromDocument(scim.Group, r.Doc)
			if err != nil {
				return fmt.Errorf("read group %s: %w", r.ID, err)
			}
			ids, err := c.b.store.MemberIDs(c.ctx, r.ID)
			if err != nil {
				return err
			}
			for _, id := range ids {
				rec, err := c.b.store.LookAside(c.ctx, scim.User, id)
				if errors.Is(err, store.ErrNotFound) || err == nil && !rec.Deleted.IsZero() {
					continue
				}
				if err != nil {
					return err
				}
				key, now, err := c.current(rec)
				if err != nil {
					return err
				}
				vals, err := c.values(c.members, now, key)
				if err != nil {
					return err
				}
				vals[handover.AttrAction] = handover.In
				vals[attrGroup], vals[attrGroupID], vals[attrGroupExtern] = res.DisplayName(), r.ID, res.ExternalID()
				info.In++
				if err := add(vals); err != nil {
					return err
				}
			}
			return nil
		})
	}
}
