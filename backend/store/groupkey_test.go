package store

import (
	"fmt"
	"slices"
	"testing"

	"scimdesk/backend/scim"
)

// TestGroupsAreKeyedAnew: names that are the other's externalId, a deleted group, and more groups than a step has.
func TestGroupsAreKeyedAnew(t *testing.T) {
	key := (*scim.Resource).DisplayName
	s := open(t, Options{GroupKey: func(r *scim.Resource) string { return key(r) }})
	group := func(name, external string) Record {
		t.Helper()
		r := &scim.Resource{Type: scim.Group, Attrs: map[string]any{"displayName": name, "externalId": external}}
		rec, err := s.Create(t.Context(), Cause{Origin: OriginSCIM}, r, With{})
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	group("a", "b")
	group("b", "a")
	gone := group("gone", "g")
	if err := s.Delete(t.Context(), Cause{}, scim.Group, gone.ID, 0); err != nil {
		t.Fatal(err)
	}
	group("none", "")
	for i := range rekeySlice {
		group(fmt.Sprint("n", i), fmt.Sprint("x", i))
	}
	byExternal := (*scim.Resource).ExternalID
	shared, err := s.GroupsSharing(t.Context(), byExternal, 5)
	if err != nil || len(shared) > 0 {
		t.Fatalf("shared are %v, %v", shared, err)
	}
	key = byExternal
	if keyless, err := s.RekeyGroups(t.Context()); err != nil || len(keyless) > 0 {
		t.Fatalf("without a key are %v, %v", keyless, err)
	}
	group("a", "c") // the name is free to be shared
	r := &scim.Resource{Type: scim.Group, Attrs: map[string]any{"displayName": "another", "externalId": "x199"}}
	if _, err := s.Create(t.Context(), Cause{}, r, With{}); kindOf(err) != scim.Uniqueness {
		t.Errorf("a second group of an externalId: %v", err)
	}
	r.Attrs["externalId"] = "g"
	rec, err := s.Create(t.Context(), Cause{}, r, With{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Restore(t.Context(), Cause{}, scim.Group, gone.ID); kindOf(err) != scim.Uniqueness {
		t.Errorf("a restored group of an externalId that was given away: %v", err)
	}
	if err := s.Delete(t.Context(), Cause{}, scim.Group, rec.ID, 0); err != nil {
		t.Fatal(err)
	}

	shared, err = s.GroupsSharing(t.Context(), (*scim.Resource).DisplayName, 5)
	if err != nil || len(shared) != 1 || !slices.Equal(shared[0], []string{"a", "a"}) {
		t.Errorf("shared are %v, %v", shared, err)
	}
	key = (*scim.Resource).DisplayName
	if keyless, err := s.RekeyGroups(t.Context()); err != nil || !slices.Equal(keyless, []string{"a"}) {
		t.Errorf("without a key are %v, %v", keyless, err)
	}
}
