package backend

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

const callers = 8

// person is a create as Entra sends it, and rename a change of it.
const (
	person = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
		`"externalId":"%[1]s","userName":"%[1]s@contoso.example","active":true,"displayName":"Person %[1]s","title":"Analyst",` +
		`"preferredLanguage":"es-ES","emails":[{"primary":true,"type":"work","value":"%[1]s@contoso.example"}],` +
		`"name":{"formatted":"Person %[1]s","familyName":"%[1]s","givenName":"Person"},` +
		`"phoneNumbers":[{"primary":true,"type":"work","value":"+34 911 000 000"}],"meta":{"resourceType":"User"},"roles":[],` +
		`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"1042","department":"Finance"}}`
	rename = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"%s"}]}`
)

// wire is a connection that sends requests as bytes and reads little more than their status: what is measured is the server,
// on a machine that the client shares with it.
type wire struct {
	conn   net.Conn
	in     *bufio.Reader
	secret string
	host   string
}

func dial(b *testing.B, back *Backend, secret string) *wire {
	b.Helper()
	conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", back.door.bound())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &wire{conn: conn, in: bufio.NewReader(conn), secret: secret, host: "127.0.0.1"}
}

func (w *wire) send(method, target, body string) (status int, answer []byte, err error) {
	_, err = fmt.Fprintf(w.conn, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/scim+json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
		method, target, w.host, w.secret, len(body), body)
	if err != nil {
		return 0, nil, err
	}
	line, err := w.in.ReadString('\n')
	if err != nil {
		return 0, nil, err
	}
	if status, err = strconv.Atoi(line[9:12]); err != nil {
		return 0, nil, err
	}
	length := 0
	for line != "\r\n" {
		if line, err = w.in.ReadString('\n'); err != nil {
			return 0, nil, err
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(n)); err != nil {
				return 0, nil, err
			}
		}
	}
	answer = make([]byte, length)
	_, err = io.ReadFull(w.in, answer)
	return status, answer, err
}

func idOf(answer []byte) string {
	_, rest, _ := strings.Cut(string(answer), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// share runs do n times on the callers and gives how long all took.
func share(b *testing.B, n int, do func(caller, i int) error) time.Duration {
	b.Helper()
	var all sync.WaitGroup
	start := time.Now()
	for c := range callers {
		all.Go(func() {
			for i := c; i < n; i += callers {
				if err := do(c, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

func benchBackend(b *testing.B, change ...func(*Options)) (*Backend, string) {
	b.Helper()
	o := Options{Dir: b.TempDir(), Listen: "127.0.0.1:0"}
	for _, c := range change {
		c(&o)
	}
	back, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	done := make(chan error, 1)
	go func() { done <- back.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
		_ = back.Close()
	})
	secret, err := back.RotateToken(b.Context(), TokenRotation{})
	if err != nil {
		b.Fatal(err)
	}
	return back, secret.Secret
}

// BenchmarkWritesThroughHTTP compares creates and patches over 8 connections with 8 callers that hand the same rows (resource,
// history, activity, bodies) to the store without HTTP, JSON or SCIM. http/store is how much of the store's own speed is
// left; 0.7 is the aim.
func BenchmarkWritesThroughHTTP(b *testing.B) {
	const n = 2000
	var direct, overHTTP struct{ create, patch time.Duration }
	for round := 0; b.Loop(); round++ {
		back, secret := benchBackend(b)
		conns := make([]*wire, callers)
		for i := range conns {
			conns[i] = dial(b, back, secret)
		}
		ids, answers := make([]string, n), make([][]byte, n)
		overHTTP.create += share(b, n, func(c, i int) error {
			status, answer, err := conns[c].send("POST", "/scim/v2/Users", fmt.Sprintf(person, "h"+strconv.Itoa(i)))
			if err == nil && status != 201 {
				err = fmt.Errorf("create: %d %s", status, answer)
			}
			ids[i], answers[i] = idOf(answer), answer
			return err
		})
		overHTTP.patch += share(b, n, func(c, i int) error {
			status, answer, err := conns[c].send("PATCH", "/scim/v2/Users/"+ids[i], fmt.Sprintf(rename, "New "+strconv.Itoa(i)))
			if err == nil && status != 200 {
				err = fmt.Errorf("patch: %d %s", status, answer)
			}
			return err
		})

		rows := make([]*scim.Resource, n)
		for i := range rows {
			var err error
			if rows[i], err = scim.ParseResource(scim.User, fmt.Appendf(nil, person, "s"+strconv.Itoa(i))); err != nil {
				b.Fatal(err)
			}
		}
		cause := func(i int, body string) store.Cause {
			id := fmt.Sprintf("%036d", i)
			return store.Cause{Origin: "scim", RequestID: id, Activity: &store.Activity{
				RequestID: id, At: time.Now(), Method: "POST", Target: "/scim/v2/Users", Status: 201, Action: "create", ResourceType: "User",
				Remote: "127.0.0.1:50000", Name: "Person", Token: id, Request: []byte(body), Response: answers[i],
			}}
		}
		direct.create += share(b, n, func(_, i int) error {
			r, err := back.store.Create(b.Context(), cause(i, person), rows[i], store.With{Groups: true})
			ids[i] = r.ID
			return err
		})
		direct.patch += share(b, n, func(_, i int) error {
			_, err := back.store.Update(b.Context(), cause(i, rename), scim.User, ids[i], 0, store.Edit{With: store.With{Groups: true}, Apply: func(r *scim.Resource) error {
				r.Attrs["displayName"] = "Newer " + strconv.Itoa(i)
				return nil
			}})
			return err
		})
	}
	b.ReportMetric(direct.create.Seconds()/overHTTP.create.Seconds(), "create-http/store")
	b.ReportMetric(direct.patch.Seconds()/overHTTP.patch.Seconds(), "patch-http/store")
	b.ReportMetric(float64(n*b.N)/overHTTP.create.Seconds(), "creates/s")
	b.ReportMetric(float64(n*b.N)/overHTTP.patch.Seconds(), "patches/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkMatchAgainstHealthz compares Entra's match by userName with the cheapest answer this server can give. match/healthz
// is how much of that speed is left; 0.25 or better is the aim.
func BenchmarkMatchAgainstHealthz(b *testing.B) {
	const people, n = 2000, 4000
	back, secret := benchBackend(b)
	conns := make([]*wire, callers)
	for i := range conns {
		conns[i] = dial(b, back, secret)
	}
	share(b, people, func(c, i int) error {
		_, _, err := conns[c].send("POST", "/scim/v2/Users", fmt.Sprintf(person, "p"+strconv.Itoa(i)))
		return err
	})
	var match, health time.Duration
	for b.Loop() {
		health += share(b, n, func(c, _ int) error {
			_, _, err := conns[c].send("GET", "/healthz", "")
			return err
		})
		match += share(b, n, func(c, i int) error {
			status, answer, err := conns[c].send("GET", `/scim/v2/Users?filter=userName+eq+"p`+strconv.Itoa(i%people)+`%40contoso.example"`, "")
			if err == nil && (status != 200 || !strings.Contains(string(answer), `"totalResults":1,`)) {
				err = fmt.Errorf("match: %d %s", status, answer)
			}
			return err
		})
	}
	b.ReportMetric(health.Seconds()/match.Seconds(), "match/healthz")
	b.ReportMetric(float64(n*b.N)/match.Seconds(), "matches/s")
	b.ReportMetric(0, "ns/op")
}

// fillPeople makes as many people as STORE_BENCH_PEOPLE says and gives their ids.
func fillPeople(b *testing.B, back *Backend) []string {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("STORE_BENCH_PEOPLE"))
	if err != nil || n <= 0 {
		n = 20_000
	}
	ids := make([]string, n)
	share(b, n, func(_, i int) error {
		r, err := scim.ParseResource(scim.User, fmt.Appendf(nil, person, "p"+strconv.Itoa(i)))
		if err != nil {
			return err
		}
		rec, err := back.store.Create(b.Context(), store.Cause{}, r, store.With{})
		ids[i] = rec.ID
		return err
	})
	return ids
}

// BenchmarkMatchBesideGroups matches by userName while nobody looks at the window, and while four look at a group of everybody again and
// again. Both read at once, but no match waits for a connection.
func BenchmarkMatchBesideGroups(b *testing.B) {
	back, secret := benchBackend(b)
	people := fillPeople(b, back)
	everybody, err := scim.ParseResource(scim.Group, []byte(`{"displayName":"Everybody"}`))
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range people {
		everybody.Members = append(everybody.Members, scim.Member{Value: id})
	}
	g, err := back.store.Create(b.Context(), store.Cause{}, everybody, store.With{})
	if err != nil {
		b.Fatal(err)
	}
	conn := dial(b, back, secret)
	matches := func(kind string) {
		const n = 300
		took := make([]float64, n)
		for i := range took {
			start := time.Now()
			if status, _, err := conn.send("GET", `/scim/v2/Users?filter=userName+eq+"p`+strconv.Itoa(i)+`%40contoso.example"`, ""); err != nil || status != 200 {
				b.Fatal(status, err)
			}
			took[i] = float64(time.Since(start).Microseconds())
		}
		slices.Sort(took)
		b.ReportMetric(took[n/2], "µs/p50_"+kind)
		b.ReportMetric(took[n*95/100], "µs/p95_"+kind)
	}
	for b.Loop() {
		matches("alone")
		ctx, stop := context.WithCancel(b.Context())
		var looking sync.WaitGroup
		for range 4 {
			looking.Go(func() {
				for ctx.Err() == nil {
					if _, err := back.Group(ctx, g.ID); err != nil && ctx.Err() == nil {
						b.Error(err)
						return
					}
				}
			})
		}
		matches("beside")
		stop()
		looking.Wait()
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkPeoplePage asks for a list of everybody as the window does: the first part finds the order, later ones take it from what is
// kept. STORE_BENCH_PEOPLE is how many there are.
func BenchmarkPeoplePage(b *testing.B) {
	back, err := Open(b.Context(), Options{Dir: b.TempDir(), Listen: NoListener})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = back.Close() }()
	n := len(fillPeople(b, back))
	took := map[string]time.Duration{}
	ask := func(what string, q ListQuery) PeoplePage {
		start := time.Now()
		p, err := back.People(b.Context(), q)
		if err != nil {
			b.Fatal(what, err)
		}
		took[what] += time.Since(start)
		return p
	}
	for b.Loop() {
		first := ask("first", ListQuery{})
		if first.Total != n {
			b.Fatal(first.Total)
		}
		ask("later", ListQuery{List: first.List, From: n - 300})
		ask("hit", ListQuery{Search: "person p1"})
		if p := ask("miss", ListQuery{Search: "nobody"}); p.Total != 0 {
			b.Fatal(p.Total)
		}
	}
	for what, d := range took {
		b.ReportMetric(float64(d.Microseconds())/1000/float64(b.N), "ms/"+what)
	}
	b.ReportMetric(took["first"].Seconds()/took["later"].Seconds(), "first/later")
	b.ReportMetric(0, "ns/op")
}
