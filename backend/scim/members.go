package scim

import "strings"

// MemberOpKind is what a MemberOp does.
type MemberOpKind int

// The member operations. ReplaceMembers removes all others.
const (
	AddMembers MemberOpKind = iota
	RemoveMembers
	ReplaceMembers
)

// MemberOp is one set operation on a Group's members, in order. Where is a filter over members (RemoveMembers
// only) that is more than "value eq x", rare; else nil.
type MemberOp struct {
	Kind    MemberOpKind
	Members []Member
	Where   *Filter
}

// member makes the operations on a Group's members. They never touch the document: adding one member must cost the same
// whatever the group's size.
func (b *builder) member(kind opKind, g target, value any) error {
	switch {
	case g.Where != nil:
		return b.chosenMembers(kind, g, value)
	case g.Sub == "":
		return b.allMembers(kind, value)
	case !sameName(g.Sub, "value"):
		// The other sub-attributes of members are ours to say.
		return nil
	case kind == opRemove || value == nil:
		return &Error{Kind: Mutability, Detail: "members.value is immutable; remove the member instead"}
	}
	return b.allMembers(kind, value)
}

func (b *builder) allMembers(kind opKind, value any) error {
	switch {
	case kind == opReplace && (value == nil || value == ""):
		b.memberOp(MemberOp{Kind: ReplaceMembers})
		return nil
	case kind == opRemove && value == nil:
		// RFC 7644 section 3.5.2.2: without a value the attribute itself is removed.
		b.memberOp(MemberOp{Kind: ReplaceMembers})
		return nil
	case value == nil:
		return nil
	}
	members, err := parseMembers(value)
	if err != nil {
		return err
	}
	switch {
	case kind == opReplace:
		b.memberOp(MemberOp{Kind: ReplaceMembers, Members: members})
	case len(members) == 0:
		// A removal of nobody removes nobody.
	case kind == opAdd:
		b.memberOp(MemberOp{Kind: AddMembers, Members: members})
	default:
		b.memberOp(MemberOp{Kind: RemoveMembers, Members: members})
	}
	return nil
}

// chosenMembers is for members[filter], with which Entra removes one member.
func (b *builder) chosenMembers(kind opKind, g target, value any) error {
	if g.Sub != "" && !sameName(g.Sub, "value") {
		return nil
	}
	ids, plain := idsOf(g.Where, nil)
	if kind == opRemove || kind == opReplace && (value == nil || value == "") {
		if !plain {
			b.memberOp(MemberOp{Kind: RemoveMembers, Where: &Filter{Root: g.Where}})
			return nil
		}
		b.memberOp(MemberOp{Kind: RemoveMembers, Members: ids})
		return nil
	}
	if !plain {
		return &Error{Kind: NoTarget, Detail: "members can be chosen by their value only, as in members[value eq \"…\"]"}
	}
	if o, ok := value.(object); ok {
		if _, ok := o.get("value"); !ok && len(ids) == 1 {
			value = append(object{{"value", ids[0].Value}}, o...)
		}
	}
	members, err := parseMembers(value)
	if err != nil {
		return err
	}
	if kind == opReplace {
		var gone []Member
		for _, id := range ids {
			if len(members) != 1 || members[0].Value != id.Value {
				gone = append(gone, id)
			}
		}
		if len(gone) > 0 {
			b.memberOp(MemberOp{Kind: RemoveMembers, Members: gone})
		}
	}
	if len(members) > 0 {
		b.memberOp(MemberOp{Kind: AddMembers, Members: members})
	}
	return nil
}

// idsOf reads a filter that is nothing but `value eq "a" or value eq "b"`.
func idsOf(e Expr, ids []Member) ([]Member, bool) {
	switch e := e.(type) {
	case Or:
		ids, ok := idsOf(e.Left, ids)
		if !ok {
			return nil, false
		}
		return idsOf(e.Right, ids)
	case Compare:
		id, ok := e.Value.(string)
		if e.Op == "eq" && e.Path.Attr == "value" && ok {
			return append(ids, Member{Value: id}), true
		}
	}
	return nil, false
}

// memberOp keeps an operation; one that goes on with what the last one did is joined to it.
func (b *builder) memberOp(op MemberOp) {
	if n := len(b.members); n > 0 {
		last := &b.members[n-1]
		switch {
		case op.Where != nil || last.Where != nil:
		case op.Kind == last.Kind && op.Kind != ReplaceMembers, op.Kind == AddMembers && last.Kind == ReplaceMembers:
			last.Members = append(last.Members, op.Members...)
			return
		}
	}
	b.members = append(b.members, op)
}

// parseMembers reads members in each form: an array of objects or of ids, or one of them alone.
func parseMembers(value any) ([]Member, error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	members := make([]Member, 0, len(list))
	for _, e := range list {
		switch e := e.(type) {
		case nil:
			continue
		case string:
			if strings.TrimSpace(e) == "" {
				return nil, invalid("members.value must not be empty")
			}
			members = append(members, Member{Value: e})
		case object:
			m, err := parseMember(e)
			if err != nil {
				return nil, err
			}
			members = append(members, m)
		default:
			return nil, invalid("members must be objects with a value, not %s", kindOf(e))
		}
	}
	return members, nil
}

func parseMember(o object) (Member, error) {
	var m Member
	var ref string
	for _, f := range o {
		var to *string
		switch {
		case sameName(f.name, "value"):
			to = &m.Value
		case sameName(f.name, "type"):
			to = &m.Type
		case sameName(f.name, "display"):
			to = &m.Display
		case sameName(f.name, "$ref"):
			to = &ref
		default:
			continue
		}
		s, ok := f.value.(string)
		if !ok && f.value != nil {
			return Member{}, invalid("members.%s must be a string, not %s", f.name, kindOf(f.value))
		}
		*to = s
	}
	if strings.TrimSpace(m.Value) == "" {
		return Member{}, invalid("members.value is required and must not be empty")
	}
	m.Type = memberType(m.Type, ref)
	return m, nil
}

// memberType reads a member's type from its name or else from the endpoint that its $ref stands under.
func memberType(name, ref string) string {
	for _, t := range [...]*ResourceType{User, Group} {
		if sameName(name, t.Name) {
			return t.Name
		}
	}
	parts := strings.Split(ref, "/")
	if len(parts) < 2 {
		return ""
	}
	for _, t := range [...]*ResourceType{User, Group} {
		if sameName(parts[len(parts)-2], t.Endpoint) {
			return t.Name
		}
	}
	return ""
}

// uniqueMembers drops members that stood before, in place.
func uniqueMembers(members []Member) []Member {
	if len(members) < 2 {
		return members
	}
	seen := make(map[string]bool, len(members))
	kept := members[:0]
	for _, m := range members {
		if !seen[m.Value] {
			seen[m.Value] = true
			kept = append(kept, m)
		}
	}
	return kept
}
