package store

import (
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"time"
)

func TestMetaIsKeptApartFromOurOwn(t *testing.T) {
	s := open(t, Options{})
	dir := s.o.Dir
	ctx := t.Context()
	if got, err := s.Meta(ctx, "store"); got != "" || err != nil {
		t.Fatalf("a key of the store's own: %q, %v", got, err)
	}
	for _, value := range []string{"https://desk.contoso.example", "another"} {
		if err := s.SetMeta(ctx, "address", value); err != nil {
			t.Fatal(err)
		}
	}
	id := s.ID()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Dir: dir})
	if got, err := s.Meta(ctx, "address"); got != "another" || err != nil || s.ID() != id {
		t.Fatalf("after opening again: %q, %v", got, err)
	}
	if err := s.SetMeta(ctx, "address", ""); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Meta(ctx, "address"); got != "" || err != nil {
		t.Fatalf("after removing: %q, %v", got, err)
	}
}

func TestWhatTheTunnelCarriedIsCountedOnce(t *testing.T) {
	s := open(t, Options{})
	dir := s.o.Dir
	for range 3 {
		s.AddCarried("2026-11", 1, 1000)
	}
	s.AddCarried("2026-12", 1, 7)
	if got := s.Carried("2026-11"); got != (Carried{3, 3000}) {
		t.Fatalf("before it is on disk: %+v", got)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.AddCarried("2026-11", 2, 10) // Close writes it
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Dir: dir})
	if a, b := s.Carried("2026-11"), s.Carried("2026-12"); a != (Carried{5, 3010}) || b != (Carried{1, 7}) {
		t.Fatalf("after opening again: %+v, %+v", a, b)
	}
}

func TestWhatTheTunnelCarriedSurvivesADiskThatRefuses(t *testing.T) {
	s := open(t, Options{})
	var refuses atomic.Bool
	setFault(t, s, func(step string) error {
		if refuses.Load() && step == "commit" {
			return errors.New("no room")
		}
		return nil
	})
	refuses.Store(true)
	s.AddCarried("2026-11", 4, 40)
	if err := s.Flush(t.Context()); err == nil {
		t.Fatal("the disk refused, and Flush knows nothing of it")
	}
	refuses.Store(false)
	until(t, "the disk", func() bool { return s.Flush(t.Context()) == nil })
	var onDisk int64
	if err := s.readers.QueryRow(`select requests from traffic_months where month = '2026-11'`).Scan(&onDisk); err != nil || onDisk != 4 {
		t.Fatalf("on disk: %d, %v", onDisk, err)
	}
}

func TestGaps(t *testing.T) {
	s := open(t, Options{})
	ctx := t.Context()
	at := func(minute int) time.Time { return time.Date(2026, 11, 22, 8, minute, 0, 0, time.UTC) }
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, gaps ...Gap) {
		t.Helper()
		got, err := s.Gaps(ctx, 20)
		if err != nil || !reflect.DeepEqual(got, gaps) {
			t.Fatalf("%s: %+v, %v; want %+v", what, got, err, gaps)
		}
	}
	do(s.CloseGap(ctx, at(0)))
	do(s.OpenGap(ctx, at(1), "tunnel", ""))
	do(s.OpenGap(ctx, at(2), "blocked", "ERR_NGROK_107"))
	want("one at a time", Gap{From: at(1), Cause: "blocked", Detail: "ERR_NGROK_107"})
	do(s.CloseGap(ctx, at(5)))
	do(s.OpenGap(ctx, at(10), "tunnel", ""))
	do(s.CloseGap(ctx, at(9)))
	want("a clock that was put back", Gap{From: at(10), To: at(10), Cause: "tunnel"}, Gap{From: at(1), To: at(5), Cause: "blocked", Detail: "ERR_NGROK_107"})
	do(s.OpenGap(ctx, at(30), "tunnel", ""))
	do(s.AddGap(ctx, at(8), at(31), "sleep", "lid"))
	want("sleep takes in what it meets", Gap{From: at(8), Cause: "sleep", Detail: "lid"}, Gap{From: at(1), To: at(5), Cause: "blocked", Detail: "ERR_NGROK_107"})
	do(s.CloseGap(ctx, at(32)))
	do(s.AddGap(ctx, at(40), at(41), "ended", ""))
	do(s.OpenGap(ctx, at(50), "offline", ""))
	do(s.DropGap(ctx))
	if _, err := s.Prune(ctx, at(32)); err != nil {
		t.Fatal(err)
	}
	want("old ones are removed with the log", Gap{From: at(40), To: at(41), Cause: "ended"}, Gap{From: at(8), To: at(32), Cause: "sleep", Detail: "lid"})
	if _, err := s.Prune(ctx, at(33)); err != nil {
		t.Fatal(err)
	}
	want("the later one stays", Gap{From: at(40), To: at(41), Cause: "ended"})
}

// TestHowARequestCame is kept with it, and what is not as Entra sends it is found.
func TestHowARequestCame(t *testing.T) {
	s := open(t, Options{})
	for _, a := range []Activity{
		{Status: 200, Via: "tunnel"},
		{Status: 401, Via: "local", Unlike: "userAgent,header", Hint: "wxyz"},
		{Status: 200, Unlike: "header"},
	} {
		a.At, a.Method, a.Target, a.Action = time.Now(), "GET", "/scim/v2/Users", "match"
		s.Log(&a)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, found, err := s.LastRefused(t.Context()); err != nil || !found || a.Seq != 2 || a.Via != "local" || a.Unlike != "userAgent,header" || a.Hint != "wxyz" {
		t.Errorf("last refused: %+v %v %v", a, found, err)
	}
	if got, _ := searchOn(t, s, Search{Unlike: true}, nil); !reflect.DeepEqual(got, []int64{3, 2}) {
		t.Errorf("unlike: %v", got)
	}
}
