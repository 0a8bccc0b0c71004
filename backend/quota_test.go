package backend

import (
	"math"
	"testing"
	"time"

	"scimdesk/backend/entra"
	"scimdesk/backend/store"
)

func TestQuotaLevels(t *testing.T) {
	for _, c := range []struct {
		plan            string
		requests, bytes int64
		percent         float64
		level           string
	}{
		{"free", 0, 0, 0, "ok"},
		{"free", 13_999, 0, 69.995, "ok"},
		{"free", 14_000, 0, 70, "high"},
		{"free", 18_000, 0, 90, "critical"},
		{"free", 20_000, 0, 100, "over"},
		{"free", 25_000, 0, 125, "over"},
		{"free", 100, 950_000_000, 95, "critical"},
		{"hobbyist", 20_000, 0, 20, "ok"},
		{"hobbyist", 1_000, 3_500_000_000, 70, "high"},
		{"paid", 10_000_000, 1 << 40, 0, "ok"},
	} {
		got := percentOf(store.Carried{Requests: c.requests, Bytes: c.bytes}, limitsOf(c.plan))
		if math.Abs(got-c.percent) > 0.001 || levelOf(got) != c.level {
			t.Errorf("%s with %d requests and %d bytes is %g percent, %s; want %g, %s", c.plan, c.requests, c.bytes, got, levelOf(got), c.percent, c.level)
		}
	}
}

func TestForecastOfTheMonthsEnd(t *testing.T) {
	now := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC) // half of November has passed
	for name, c := range map[string]struct {
		since string
		used  int64
		want  int64
	}{
		"since an earlier month":   {"2026-09-01T00:00:00Z", 1_000, 2_000},
		"since the middle":         {"2026-11-11T00:00:00Z", 1_000, 4_000},
		"less than a day":          {"2026-11-15T00:00:01Z", 1_000, 0},
		"a day":                    {"2026-11-15T00:00:00Z", 100, 1_600},
		"nothing was ever counted": {"", 0, 0},
		"nothing this month":       {"2026-09-01T00:00:00Z", 0, 0},
	} {
		if got := monthEnd(c.used, c.since, now); got != c.want {
			t.Errorf("%s: %d at the end of the month, want %d", name, got, c.want)
		}
	}
	if got := monthEnd(1_000, "2026-09-01T00:00:00Z", time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)); got != 0 {
		t.Errorf("half a day into a month the forecast is %d", got)
	}
}

// What a cycle needs is said of the directory alone, and must be about what Entra really sends.
func TestCycleNeedsWhatARehearsalSends(t *testing.T) {
	for _, office := range []struct{ people, groups int }{{30, 4}, {8, 0}, {10, 6}} {
		b, secret := serve(t)
		client, err := entra.New(entra.Options{URL: b.door.address(), Token: secret, People: office.people, Groups: office.groups, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		cycle, err := client.Cycle(t.Context())
		client.Close()
		if err != nil || cycle.Total.Failed > 0 {
			t.Fatalf("%+v, %v", cycle.Total, err)
		}
		q, err := b.quotaInfo(t.Context(), time.Now())
		if err != nil || q.People != office.people {
			t.Fatalf("%+v, %v", q, err)
		}
		sent, said := float64(cycle.Total.Count), float64(q.CycleRequests)
		if math.Abs(said-sent) > 0.2*sent {
			t.Errorf("%d people and %d groups: said %.0f requests, %.0f were sent", office.people, office.groups, said, sent)
		}
	}
}

func TestQuotaOfATunnel(t *testing.T) {
	now := time.Date(2025, 11, 16, 0, 0, 0, 0, time.UTC) // long ago, since the backend itself counts by the clock
	b, _ := serve(t, func(o *Options) { o.Ngrok = true })
	b.store.AddCarried("2025-10", 19_000, 0)
	b.store.AddCarried("2025-11", 15_000, 2_000)
	if err := b.beginCounting(t.Context(), now.AddDate(0, 0, -5)); err != nil {
		t.Fatal(err)
	}
	if err := b.beginCounting(t.Context(), now); err != nil { // the first time counts
		t.Fatal(err)
	}
	q, err := b.quotaInfo(t.Context(), now)
	if err != nil || q.Plan != "free" || q.Month != "2025-11" || q.Requests != 15_000 || q.RequestLimit != 20_000 || q.Bytes != 2_000 || q.ByteLimit != 1_000_000_000 ||
		q.Percent != 75 || q.Level != "high" || q.MonthEnd != 60_000 || q.CycleRequests != requestsToTest {
		t.Errorf("the quota is %+v, %v", q, err)
	}
	if level := b.quotaLevel(now.AddDate(0, 1, 0)); level != "ok" {
		t.Errorf("a new month begins with %s", level)
	}
	own, _ := serve(t, func(o *Options) { o.PublicURL = "https://desk.contoso.example" })
	own.store.AddCarried("2025-11", 50_000, 0)
	if level := own.quotaLevel(now); level != "ok" {
		t.Errorf("without a tunnel the level is %s", level)
	}
}
