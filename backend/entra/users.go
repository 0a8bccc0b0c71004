package entra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// sameName compares as a target matches: without regard to case.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }

func userPath(id string) string { return "/Users/" + url.PathEscape(id) }

// syncUser brings one person's account to what the office says, without the manager. Somebody without a known account is
// matched first: none is created, one adopted.
func (v *visit) syncUser(ctx context.Context, p *person) {
	if p.link.id != "" {
		v.updateUser(ctx, p)
		return
	}
	found, f := v.matchUser(ctx, p)
	switch {
	case f != nil:
	case found != nil:
		p.link = link{id: text(found, "id"), stale: true}
		v.updateUser(ctx, p)
	case p.state == working:
		v.createUser(ctx, p)
	default:
		p.link = link{} // disabled before anything reached the target: not created
	}
}

// matchUser looks for somebody by what people are matched by, in order. An account that is somebody else's already is no match: Entra gives
// up on the second (DuplicateSourceEntries).
func (v *visit) matchUser(ctx context.Context, p *person) (map[string]any, *Failure) {
	by := []string{"userName"}
	if p.mapped != nil && len(p.mapped.usersBy) > 0 {
		by = p.mapped.usersBy
	}
	for _, key := range by {
		value := p.userPrincipalName
		if key == "externalId" {
			value = p.source()[externalID]
		}
		if value == "" {
			continue
		}
		found, f := v.match(ctx, MatchUser, "/Users", "", key, value)
		if f != nil {
			return nil, f
		}
		if found == nil {
			continue
		}
		if !v.claim(p, text(found, "id")) {
			return nil, v.reject(MatchUser, http.MethodGet, "/Users", "filter="+equals(key, value), codeSameSource, "%s is matched with somebody else already", text(found, "id"))
		}
		return found, nil
	}
	return nil, nil //nolint:nilnil // nobody, as match says it
}

// claim notes whose account it is in this visit, and says whether it was nobody else's.
func (v *visit) claim(p *person, id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if owner := v.owners[id]; owner != nil && owner != p {
		return false
	}
	if v.owners == nil {
		v.owners = map[string]*person{}
	}
	v.owners[id] = p
	return true
}

// createUser posts somebody new. Should the answer be lost, the next cycle finds the account by the match.
func (v *visit) createUser(ctx context.Context, p *person) {
	answer, f := v.do(ctx, CreateUser, http.MethodPost, "/Users", "", newUser(p))
	if f != nil {
		p.link = link{maybe: f.unanswered}
		return
	}
	id := text(answer, "id")
	if id == "" {
		_ = v.reject(CreateUser, http.MethodPost, "/Users", "", codeIncompatible, "the created user has no id")
		p.link = link{maybe: true}
		return
	}
	v.claim(p, id)
	p.link = link{id: id, has: p.source(), active: true, read: v.number}
}

// newUser writes a person as they are created, with the keys where Entra has them. The manager follows later.
func newUser(p *person) object {
	have := p.source()
	body := object{{"schemas", []string{coreUser, enterpriseUser}}}
	put := func(o object, key string, value int) object {
		if have[value] != "" {
			o = append(o, field{key, have[value]})
		}
		return o
	}
	body = put(body, "externalId", externalID)
	body = put(body, "userName", userName)
	body = append(body, field{"active", p.state == working})
	body = put(body, "displayName", displayName)
	body = put(body, "title", title)
	body = put(body, "preferredLanguage", language)
	body = put(body, "locale", locale)
	body = put(body, "department", plainDepartment)
	if have[workMail] != "" {
		body = append(body, field{"emails", []any{object{{"primary", true}, {"type", "work"}, {"value", have[workMail]}}}})
	}
	name := put(put(put(nil, "formatted", formatted), "familyName", familyName), "givenName", givenName)
	if len(name) > 0 {
		body = append(body, field{"name", name})
	}
	address := object{{"primary", true}, {"type", "work"}}
	for _, value := range []int{streetAddress, locality, region, postalCode, country, addressFormatted} {
		address = put(address, attributes[value].name, value)
	}
	if len(address) > 2 {
		body = append(body, field{"addresses", []any{address}})
	}
	var phones []any
	if have[workPhone] != "" {
		phones = append(phones, object{{"primary", true}, {"type", "work"}, {"value", have[workPhone]}})
	}
	for _, value := range []int{mobilePhone, faxPhone} {
		if have[value] != "" {
			phones = append(phones, object{{"type", attributes[value].kind}, {"value", have[value]}})
		}
	}
	if len(phones) > 0 {
		body = append(body, field{"phoneNumbers", phones})
	}
	body = append(body, field{"meta", object{{"resourceType", "User"}}}, field{"roles", []any{}})
	if extension := put(put(put(nil, "employeeNumber", employeeNumber), "department", department), "organization", organization); len(extension) > 0 {
		body = append(body, field{enterpriseUser, extension})
	}
	return body
}

// readUser reads what the target holds. Where the target no longer knows the id the link is lost, and the next cycle
// matches again; a 404 that is not SCIM may come from anybody and is not believed.
func (v *visit) readUser(ctx context.Context, p *person) bool {
	l := &p.link
	answer, f := v.do(ctx, ReadUser, http.MethodGet, userPath(l.id), "", nil)
	if f != nil {
		l.lost = f.Status == http.StatusNotFound && !f.garbled
		return false
	}
	if id := text(answer, "id"); id != l.id {
		_ = v.reject(ReadUser, http.MethodGet, userPath(l.id), "", codeIncompatible, "asked for %s, got the id %q", l.id, id)
		return false
	}
	got := parseUser(answer)
	l.has, l.active, l.manager, l.read = got.values, got.active, got.manager, v.number
	return true
}

// updateUser reads the account and sends what differs in one PATCH.
func (v *visit) updateUser(ctx context.Context, p *person) {
	l := &p.link
	if !v.readUser(ctx, p) {
		return
	}
	changes := p.changes()
	if len(changes) == 0 {
		l.stale = false
		return
	}
	kind := UpdateUser
	switch {
	case p.state != working:
		kind = DisableUser
	case !l.active:
		kind = EnableUser
	}
	if !v.patchUser(ctx, kind, p, v.style(p).attributes(changes)) {
		return
	}
	l.active = p.state == working
	if l.active {
		for i, want := range p.source() {
			if want != "" {
				l.has[i] = want
			}
		}
	}
	l.stale = false
}

// changes lists what differs from what the target holds. Nobody who is out of scope changes in anything but active, and
// what has no value in Entra is not sent.
func (p *person) changes() []change {
	active := change{path: "active", value: p.state == working}
	if p.state != working {
		if p.link.active {
			return []change{active}
		}
		return nil
	}
	var list []change
	for i, want := range p.source() {
		if want != "" && want != p.link.has[i] {
			list = append(list, change{path: attributes[i].path, empty: p.link.has[i] == "", value: want})
		}
		if i == userName && !p.link.active {
			list = append(list, active)
		}
	}
	return list
}

// style is how the next PATCH of a person is written.
func (v *visit) style(p *person) style { return v.dialect.style(p.seq + p.link.patches) }

func (v *visit) patchUser(ctx context.Context, kind Kind, p *person, body object) bool {
	p.link.patches++
	_, f := v.do(ctx, kind, http.MethodPatch, userPath(p.link.id), "", body)
	if f != nil && (f.unanswered || f.cancelled || f.Status == http.StatusNotFound) {
		p.link.stale = true
	}
	return f == nil
}

// deleteUser deletes somebody who is gone for good. Should it be unknown whether there is an account, it is looked for.
func (v *visit) deleteUser(ctx context.Context, p *person) {
	if p.link.id == "" {
		found, f := v.matchUser(ctx, p)
		if f != nil {
			return
		}
		p.link = link{id: text(found, "id")}
	}
	if p.link.id != "" {
		if _, f := v.do(ctx, DeleteUser, http.MethodDelete, userPath(p.link.id), "", nil); f != nil {
			return
		}
	}
	p.link = link{}
}

// syncManager writes whom somebody reports to, after both are at the target. An account that was not read in this cycle
// is read first.
func (v *visit) syncManager(ctx context.Context, p *person) {
	l := &p.link
	if l.read != v.number && !v.readUser(ctx, p) {
		return
	}
	id, due := p.wantedManager()
	if !due {
		return
	}
	kind, style := SetManager, v.style(p)
	if id == "" {
		kind = ClearManager
	} else if style.checks() {
		query := fmt.Sprintf(`filter=id+eq+"%s"+and+manager+eq+"%s"&attributes=id`, url.QueryEscape(l.id), url.QueryEscape(id))
		found, f := v.list(ctx, CheckReference, "/Users", query)
		if f != nil {
			return
		}
		if len(found) > 0 {
			l.manager = id
			return
		}
	}
	if v.patchUser(ctx, kind, p, style.manager(id, v.wire.location(userPath(id)), l.manager != "")) {
		l.manager = id
	}
}

// demand provisions one person on demand: matched always, whether known or not, then created or updated, and the manager
// in the same run.
func (v *visit) demand(ctx context.Context, p *person) {
	found, f := v.matchUser(ctx, p)
	switch {
	case f != nil:
		return
	case found != nil:
		if id := text(found, "id"); id != p.link.id {
			p.link = link{id: id, stale: true}
		}
		v.updateUser(ctx, p)
	case p.link.id != "":
		v.updateUser(ctx, p) // renamed since: known by the id
	case p.state == working:
		v.createUser(ctx, p)
	}
	if !p.link.stale && !p.link.lost && managerDue(p) {
		v.syncManager(ctx, p)
	}
}

// forgetLost cuts the links to accounts that the target no longer knows. It runs between the passes, when nobody reads
// other people's links.
func (v *visit) forgetLost() {
	for _, p := range v.office.people {
		if p.link.lost {
			p.link = link{}
		}
	}
}

// account is a User as the target shows it.
type account struct {
	values  [values]string
	active  bool
	manager string
	oddity  string // what is wrong with the shape, in words
}

// parseUser reads the mapped attributes of a User.
func parseUser(m map[string]any) account {
	var a account
	odd := func(format string, args ...any) {
		if a.oddity == "" {
			a.oddity = fmt.Sprintf(format, args...)
		}
	}
	for i, at := range attributes {
		holder := m
		if at.container != "" {
			var holders []map[string]any
			for _, o := range objects(m, at.container) {
				if at.kind == "" || sameName(text(o, "type"), at.kind) {
					holders = append(holders, o)
				}
			}
			if len(holders) == 0 {
				continue
			}
			if len(holders) > 1 {
				odd("%s has %d elements of the type %s", at.container, len(holders), at.kind)
			}
			holder = holders[0]
		}
		switch value := lookup(holder, at.name).(type) {
		case string:
			a.values[i] = value
		case nil:
		default:
			odd("%s is not a string", at.path)
		}
	}
	switch active := lookup(m, "active").(type) {
	case bool:
		a.active = active
	case nil:
		odd("active is missing")
	case string:
		a.active = sameName(active, "true")
		odd("active is the string %q and no boolean", active)
	default:
		odd("active is no boolean")
	}
	for _, extension := range objects(m, enterpriseUser) {
		switch manager := lookup(extension, "manager").(type) {
		case map[string]any:
			a.manager = text(manager, "value")
		case nil:
		default:
			odd("manager is no object")
		}
	}
	return a
}
