package backend

import (
	"fmt"
	"slices"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

// guard is store.Options.Check: what SCIM may not do here. It refuses by 400 or, a deletion, by 409: for 401, 403 and 429 Entra would hold the
// credentials or the load responsible. What somebody does here themselves is let through.
func (t *targets) guard(_ *store.Tx, c store.Change) error {
	if c.Origin != store.OriginSCIM {
		return nil
	}
	return t.get().refuses(c, nil)
}

// refuses is guard for what SCIM would do. Untold are paths whose values nobody knows, as a forecast has them: nothing is held against those.
func (a *active) refuses(c store.Change, untold []string) error {
	if c.Type == scim.User && c.Before != nil && a.protects(c) {
		if err := protected(c); err != nil {
			return err
		}
	}
	if a.strict && c.After != nil {
		return a.strictly(c, untold)
	}
	return nil
}

// protects tells whether a person is protected: marked so or, where the target has roles, by the role or as SCIM administrator.
func (a *active) protects(c store.Change) bool {
	return c.Local.Protected || a.Roles && (c.Local.Role != "" || a.admin.ID != "" && a.admin.ID == c.ID)
}

func protected(c store.Change) error {
	var what string
	kind := scim.Mutability
	switch is, was := wasActive(c.After), wasActive(c.Before); {
	case c.After == nil:
		what, kind = "deleted", scim.Refused
	case was && !is:
		what = "disabled"
	case scim.Key(c.Before.UserName()) != scim.Key(c.After.UserName()):
		what = "renamed"
	default:
		return nil
	}
	name := c.Before.DisplayName()
	if name == "" {
		name = c.Before.UserName()
	}
	return &scim.Error{Kind: kind, Detail: fmt.Sprintf(
		"%s (userName %s) is protected in ScimDesk and can't be %s by provisioning. To let it through, take the protection and the role off under People, %s, in ScimDesk, or choose another SCIM administrator under Connection, Target",
		name, c.Before.UserName(), what, name)}
}

func wasActive(r *scim.Resource) bool {
	if r == nil {
		return false
	}
	active, _ := r.Active()
	return active
}

// strictly refuses what the target would: a required value that is missing, or one that breaks a rule. What was so before the request is let
// through, so that somebody who lacks a value can still be disabled.
func (a *active) strictly(c store.Change, untold []string) error {
	judge := a.people
	if c.Type == scim.Group {
		judge = a.groups
	}
	faults := judge.Faults(c.After)
	if len(faults) == 0 {
		return nil
	}
	var before []target.Fault
	if c.Before != nil {
		before = judge.Faults(c.Before)
	}
	for _, f := range faults {
		if slices.Contains(before, f) || slices.Contains(untold, f.Path) {
			continue
		}
		return &scim.Error{Kind: scim.InvalidValue, Detail: f.Path + " " + a.reason(f)}
	}
	return nil
}

func (a *active) reason(f target.Fault) string {
	const where = " (strict mode of the target in ScimDesk, under Connection)"
	switch f.Rule {
	case target.RuleRequired:
		return "is missing, and " + a.Name + " requires it: map it in Entra" + where
	case target.RulePhone:
		text := fmt.Sprintf("must be written as RFC 3966 has it for %s, not %q", a.Name, Mask(f.Value))
		if f.Normal != "" {
			text += ", but " + f.Normal
		}
		return text + where
	}
	return "is of another type than " + a.Name + " takes" + where
}
