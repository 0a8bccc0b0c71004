package entra

import (
	"context"
	"fmt"
	"net/http"
)

// Namesake provisions somebody who has the userName of the first person in office, where people are matched by externalId: the
// match finds nobody, so they are created, and a target whose user names are unique refuses it. That is how Entra meets two people who
// share a name. They are not of the office: what the target should hold stays as it was, and until an admin mends it in
// Entra it is tried again, as often as this is called. A refusal is no error; an error means that nothing was sent, or ctx ended.
func (c *Client) Namesake(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.visit()
	defer c.keep(v)
	for _, p := range c.office.people {
		if p.state != working || p.link.id == "" {
			continue
		}
		twin := *p
		twin.mailNickname += ".2"
		twin.employeeID, twin.manager, twin.link = "", nil, link{}
		found, f := v.match(ctx, MatchUser, "/Users", "", "externalId", twin.source()[externalID])
		if f == nil && found == nil {
			answer, failed := v.do(ctx, CreateUser, http.MethodPost, "/Users", "", newUser(&twin))
			if failed == nil { // it takes everything: nothing is left of them there, and a refusal is in the visit's record
				_, _ = v.do(ctx, DeleteUser, http.MethodDelete, userPath(text(answer, "id")), "", nil)
			}
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("provision a namesake: %w", err)
		}
		return nil
	}
	return fmt.Errorf("provision a namesake: nobody is in office")
}
