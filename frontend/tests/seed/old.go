package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// oldAtOne is how many people one write makes.
const oldAtOne = 500

// hard are people whose user IDs don't convert to their e-mails just so.
func hard() [][4]string {
	return [][4]string{ // given name, family name, user ID, e-mail
		{"Anna", "Berg", "a.berg", "anna.berg@contoso.example"},
		{"Anton", "Berg", "an.berg", "anna.berg@contoso.example"}, // the same e-mail twice
		{"Bob", "Roe", "b.roe", "bob.roe@contoso.example"},
		{"Bobby", "Roe", "bob.roe@contoso.example", ""}, // keeps what Bob wants
		{"Cleo", "Ash", "c.ash", "dan.oak@contoso.example"},
		{"Dan", "Oak", "dan.oak@contoso.example", "daniel.oak@contoso.example"}, // gives up what Cleo wants
		{"Eva", "Same", "eva.same@contoso.example", "eva.same@contoso.example"},
		{"Fay", "Letter", "Fay.Letter@contoso.example", "fay.letter@contoso.example"},
		{"Gus", "Broken", "g.broken", "gus broken"},
		{"נועה", "כהן", "n.cohen", "noa.cohen@contoso.example"},
		{"Maximiliane-Theodora", "von und zu Hohenstein-Wittelsbach", "m.hohenstein", strings.Repeat("maximiliane", 5) + "@contoso.example"},
	}
}

// addOld makes n people as an import does: Entra has never written them.
func addOld(ctx context.Context, s *store.Store, n int) error {
	fixed := hard()
	for from := 0; from < n; from += oldAtOne {
		err := s.Batch(ctx, func(tx *store.Tx) error {
			for i := from; i < min(n, from+oldAtOne); i++ {
				who := [4]string{given[i%len(given)], family[(i/len(given))%len(family)], fmt.Sprintf("user%06d", i), fmt.Sprintf("old.user%06d@contoso.example", i)}
				if i < len(fixed) {
					who = fixed[i]
				}
				r, err := oldPerson(who)
				if err != nil {
					return err
				}
				if _, err := tx.Create(store.Cause{Origin: "seed"}, r, store.Local{LocalID: strconv.Itoa(70_000 + i)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("make people from before Entra: %w", err)
		}
	}
	return nil
}

func oldPerson(who [4]string) (*scim.Resource, error) {
	body := map[string]any{
		"schemas":     []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
		"userName":    who[2],
		"displayName": who[0] + " " + who[1],
		"name":        map[string]string{"givenName": who[0], "familyName": who[1]},
		"active":      true,
	}
	if who[3] != "" {
		body["emails"] = []map[string]any{{"type": "work", "primary": true, "value": who[3]}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return scim.ParseResource(scim.User, text)
}
