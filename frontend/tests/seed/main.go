// Command seed fills a data folder with invented people and groups for the browser tests, by real SCIM requests to the
// real handler, but without a network between them: a hundred thousand people in well under a minute.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
)

const (
	callers      = 16
	membersAtOne = 1000 // members that one PATCH adds
	enterprise   = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

var (
	given  = []string{"Anna", "Émile", "Jörg", "Zoë", "Bob", "Łukasz", "Mei", "Omar", "Åsa", "Priya", "Noah", "Ines"}
	family = []string{"Berg", "Ärztin", "Okafor", "Lindqvist", "García", "Weiß", "Novák", "Tanaka", "Dupont", "Rossi", "van der Heijden-Schuurman"}
	teams  = []string{"Sales", "Support", "Research", "Finance", "Legal", "Operations", "Design"}
)

func main() {
	dir := flag.String("data", "", "data `folder` to fill; it must not be open")
	people := flag.Int("people", 100_000, "how many people")
	groups := flag.Int("groups", 40, "how many groups; the first holds everybody")
	old := flag.Int("old", 0, "how many people from before Entra; the first of them have IDs that are hard to convert")
	carried := flag.Int64("carried", 0, "how many requests the tunnel has carried this month")
	gaps := flag.Bool("gaps", false, "gaps of each length, in which nobody could reach the folder")
	flag.Parse()
	if err := run(context.Background(), *dir, *people, *groups, past{*old, *carried, *gaps}); err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

// past is what the folder has been through.
type past struct {
	old     int
	carried int64
	gaps    bool
}

// put writes it into a folder.
func (p past) put(ctx context.Context, s *store.Store) error {
	if err := addOld(ctx, s, p.old); err != nil {
		return err
	}
	if p.carried > 0 {
		s.AddCarried(time.Now().UTC().Format("2006-01"), p.carried, 2000*p.carried)
	}
	if !p.gaps {
		return nil
	}
	for _, g := range []struct {
		ago, lasted time.Duration
		cause       string
	}{
		{60 * 24 * time.Hour, 29 * 24 * time.Hour, "stopped"},
		{6 * 24 * time.Hour, 20 * time.Hour, "offline"},
		{3 * 24 * time.Hour, 2 * time.Hour, "ended"},
		{2 * 24 * time.Hour, 10 * time.Minute, "sleep"},
	} {
		from := time.Now().Add(-g.ago)
		if err := s.AddGap(ctx, from, from.Add(g.lasted), g.cause, ""); err != nil {
			return err
		}
	}
	return nil
}

func run(ctx context.Context, dir string, people, groups int, before past) (err error) {
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := before.put(ctx, s); err != nil {
		return err
	}
	keeper, err := token.Open(ctx, s, time.Now)
	if err != nil {
		return err
	}
	secret, _, err := keeper.Rotate(ctx, token.Rotation{})
	if err != nil {
		return err
	}
	verify := func(secret string) (server.Caller, bool) {
		who, ok := keeper.Verify(secret)
		return server.Caller{Token: who.Token, LastFour: who.LastFour}, ok
	}
	c := client{secret: secret, scim: server.New(server.Options{
		Store: s, Verify: verify, PublicURL: func() string { return "" }, Log: slog.New(slog.DiscardHandler),
	})}

	ids := make([]string, people)
	err = parallel(people, func(i int) (err error) {
		ids[i], err = c.send(http.MethodPost, "/Users", person(i))
		return err
	})
	if err != nil {
		return err
	}
	return parallel(groups, func(g int) error {
		id, err := c.send(http.MethodPost, "/Groups", map[string]any{
			"schemas":     []string{"urn:ietf:params:scim:schemas:core:2.0:Group"},
			"displayName": groupName(g),
		})
		if err != nil {
			return err
		}
		members := []map[string]string{}
		for i, person := range ids {
			if g == 0 || (i%groups == g && i < 500*groups) {
				members = append(members, map[string]string{"value": person})
			}
			if len(members) == membersAtOne || (i == len(ids)-1 && len(members) > 0) {
				if _, err := c.send(http.MethodPatch, "/Groups/"+id, map[string]any{
					"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
					"Operations": []map[string]any{{"op": "Add", "path": "members", "value": members}},
				}); err != nil {
					return err
				}
				members = nil
			}
		}
		return nil
	})
}

func groupName(g int) string {
	if g == 0 {
		return "Everybody"
	}
	return fmt.Sprintf("%s %02d", teams[g%len(teams)], g)
}

// person is the i-th: one in eleven is disabled.
func person(i int) map[string]any {
	first, last := given[i%len(given)], family[(i/len(given))%len(family)]
	user := fmt.Sprintf("person%06d@contoso.example", i)
	return map[string]any{
		"schemas":     []string{"urn:ietf:params:scim:schemas:core:2.0:User", enterprise},
		"userName":    user,
		"externalId":  fmt.Sprintf("object-%06d", i),
		"displayName": fmt.Sprintf("%s %s %d", first, last, i),
		"name":        map[string]string{"givenName": first, "familyName": last},
		"active":      i%11 != 0,
		"title":       "Clerk",
		"emails":      []map[string]any{{"type": "work", "primary": true, "value": user}},
		enterprise:    map[string]any{"department": teams[i%len(teams)], "employeeNumber": fmt.Sprint(10_000 + i)},
	}
}

// client sends requests to the handler itself.
type client struct {
	scim   http.Handler
	secret string
}

// send gives the id in the answer, if there is one.
func (c client) send(method, path string, body any) (id string, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	r := httptest.NewRequestWithContext(context.Background(), method, server.DefaultBasePath+path, strings.NewReader(string(text)))
	r.Header.Set("Authorization", "Bearer "+c.secret)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	c.scim.ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		return "", err
	}
	if w.Code >= http.StatusBadRequest {
		return "", fmt.Errorf("%s %s: %d %s", method, path, w.Code, answer)
	}
	var got struct{ ID string }
	if len(answer) > 0 {
		err = json.Unmarshal(answer, &got)
	}
	return got.ID, err
}

// parallel runs do for 0 to n-1, a few at a time, and gives the first error.
func parallel(n int, do func(i int) error) error {
	var all sync.WaitGroup
	work, failed := make(chan int), make(chan error, n)
	for range callers {
		all.Go(func() {
			for i := range work {
				if err := do(i); err != nil {
					failed <- err
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
