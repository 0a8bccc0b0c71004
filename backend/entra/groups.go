package entra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// withoutMembers keeps the answers about groups small: Entra never reads members.
const withoutMembers = "excludedAttributes=members"

func groupPath(id string) string { return "/Groups/" + url.PathEscape(id) }

// matchGroup looks for a group by its name, or by what the mapping says, in order.
func (v *visit) matchGroup(ctx context.Context, g *group) (map[string]any, *Failure) {
	for _, by := range g.matched() {
		value := g.name
		if by == "externalId" {
			value = g.objectID
		}
		found, f := v.match(ctx, MatchGroup, "/Groups", withoutMembers+"&", by, value)
		if len(objects(found, "members")) > 0 {
			_ = v.reject(MatchGroup, http.MethodGet, "/Groups", withoutMembers, codeMultiple, "members are returned though they were excluded")
		}
		if found != nil || f != nil {
			return found, f
		}
	}
	return nil, nil //nolint:nilnil // none, as match says it
}

// syncGroup brings one group's name and externalId to what the office says. New groups are created empty.
func (v *visit) syncGroup(ctx context.Context, g *group) {
	l := &g.link
	if l.id == "" {
		found, f := v.matchGroup(ctx, g)
		if f != nil {
			return
		}
		if found == nil {
			v.createGroup(ctx, g)
			return
		}
		l.id, l.maybe, l.stale = text(found, "id"), false, true
	}
	answer, f := v.do(ctx, ReadGroup, http.MethodGet, groupPath(l.id), withoutMembers, nil)
	if f != nil {
		if f.Status == http.StatusNotFound && !f.garbled {
			g.link = groupLink{}
		}
		return
	}
	if id := text(answer, "id"); id != l.id {
		_ = v.reject(ReadGroup, http.MethodGet, groupPath(l.id), withoutMembers, codeIncompatible, "asked for %s, got the id %q", l.id, id)
		return
	}
	l.name, l.externalID = text(answer, "displayName"), text(answer, "externalId")
	var changes []change
	if l.name != g.name {
		changes = append(changes, change{path: "displayName", empty: l.name == "", value: g.name})
	}
	if external := g.external(); external != "" && l.externalID != external {
		changes = append(changes, change{path: "externalId", empty: l.externalID == "", value: external})
	}
	if len(changes) > 0 {
		if v.patchGroup(ctx, UpdateGroup, g, v.groupStyle(g).attributes(changes)) != nil {
			return
		}
		l.name, l.externalID = g.name, g.external()
	}
	l.stale = false
}

func (v *visit) createGroup(ctx context.Context, g *group) {
	body := object{{"schemas", []string{coreGroup, adscimGroup}}}
	if external := g.external(); external != "" {
		body = append(body, field{"externalId", external})
	}
	answer, f := v.do(ctx, CreateGroup, http.MethodPost, "/Groups", "", append(body,
		field{"displayName", g.name}, field{"meta", object{{"resourceType", "Group"}}}))
	if f != nil {
		g.link = groupLink{maybe: f.unanswered}
		return
	}
	id := text(answer, "id")
	if id == "" {
		_ = v.reject(CreateGroup, http.MethodPost, "/Groups", "", codeIncompatible, "the created group has no id")
		g.link = groupLink{maybe: true}
		return
	}
	g.link = groupLink{id: id, name: g.name, externalID: g.external()}
}

// groupStyle is how the next PATCH of a group is written.
func (v *visit) groupStyle(g *group) style { return v.dialect.style(g.seq + g.link.patches) }

func (v *visit) patchGroup(ctx context.Context, kind Kind, g *group, body object) *Failure {
	g.link.patches++
	_, f := v.do(ctx, kind, http.MethodPatch, groupPath(g.link.id), "", body)
	if f != nil && (f.unanswered || f.cancelled || f.Status == http.StatusNotFound) {
		g.link.stale = true
	}
	return f
}

// syncMembers sends what differs in the membership, one member in each PATCH.
func (v *visit) syncMembers(ctx context.Context, g *group) {
	l := &g.link
	if l.held == nil {
		l.held = map[*person]held{}
	}
	for p := range l.held {
		if p.link.id == "" && p.gone() {
			delete(l.held, p) // the target dropped them with the account
		}
	}
	add, remove := g.pending()
	for _, p := range add {
		if v.ended(ctx) != nil {
			return
		}
		id := p.link.id
		style := v.groupStyle(g)
		if style.checks() {
			there, f := v.isMember(ctx, g, id)
			if f != nil {
				continue
			}
			if there {
				l.patches++
				l.held[p] = held{id: id}
				continue
			}
		}
		switch f := v.patchGroup(ctx, AddMember, g, style.addMember(id)); {
		case f == nil:
			l.held[p] = held{id: id}
		case f.unanswered || f.cancelled:
			l.held[p] = held{id: id, unsure: true}
		case f.Status == http.StatusNotFound:
			return // the group may be gone: it is read in the next cycle
		}
	}
	for _, p := range remove {
		if v.ended(ctx) != nil {
			return
		}
		h := l.held[p]
		switch f := v.patchGroup(ctx, RemoveMember, g, v.groupStyle(g).removeMember(h.id)); {
		case f == nil:
			delete(l.held, p)
			v.removed(memberPath(l.id, h.id))
		case f.unanswered || f.cancelled:
			l.held[p] = held{id: h.id, unsure: true}
		case f.Status == http.StatusNotFound:
			return
		}
	}
}

// isMember asks as the older engine does whether a group holds a member.
func (v *visit) isMember(ctx context.Context, g *group, id string) (bool, *Failure) {
	query := fmt.Sprintf(`filter=id+eq+"%s"+and+members+eq+"%s"&attributes=id`, url.QueryEscape(g.link.id), url.QueryEscape(id))
	found, f := v.list(ctx, CheckReference, "/Groups", query)
	return len(found) > 0, f
}

// deleteGroup deletes a group that is no longer assigned.
func (v *visit) deleteGroup(ctx context.Context, g *group) {
	l := &g.link
	if l.id == "" {
		found, f := v.matchGroup(ctx, g)
		if f != nil {
			return
		}
		l.id = text(found, "id")
	}
	if l.id != "" {
		if _, f := v.do(ctx, DeleteGroup, http.MethodDelete, groupPath(l.id), "", nil); f != nil {
			l.stale = true // should it be assigned again
			return
		}
	}
	g.link = groupLink{}
}
