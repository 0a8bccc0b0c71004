package token

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"scimdesk/backend/store"
)

// A life is a keeper with whom everything happens in any order, and a model that knows only the rules.
type life struct {
	t       *testing.T
	dice    *rand.Rand
	clock   *clock
	dir     string
	keeper  *Keeper
	store   *store.Store
	secrets []string

	made   []made
	open   []int // that no hand and no rule has ended: the older one first
	quiet  time.Time
	byHand bool // the last that went was ended by hand, or by a date
}

// made is a token as the model knows it.
type made struct{ first, last, expires time.Time }

// TestAnythingMayHappen in any order: never are three tokens accepted, and never none unless by hand; what the rules say is what
// is accepted, also after an end of the process between any two steps.
func TestAnythingMayHappen(t *testing.T) {
	for seed := range uint64(6) {
		l := &life{t: t, dice: rand.New(rand.NewPCG(seed, 1)), clock: newClock(), dir: t.TempDir(), byHand: true}
		l.keeper, l.store = keeper(t, l.dir, l.clock.now)
		l.quiet = l.clock.now()
		for n := range 60 {
			what := l.happen()
			l.lapse()
			if t.Failed() || !l.agrees() {
				t.Fatalf("seed %d, step %d, %s: accepted are %v, the rules say %v", seed, n, what, l.accepted(), l.open)
			}
		}
		if err := l.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func (l *life) agrees() bool {
	got := l.accepted()
	return slices.Equal(got, l.open) && len(got) <= 2 && (len(got) > 0 || l.byHand)
}

// accepted gives the numbers of the accepted secrets.
func (l *life) accepted() []int {
	got := []int{}
	for i, s := range l.secrets {
		if accepts(l.keeper, s) {
			got = append(got, i)
		}
	}
	return got
}

// happen lets something happen, and says what.
func (l *life) happen() string {
	switch l.dice.IntN(12) {
	case 0:
		return l.rotate(Rotation{})
	case 1:
		return l.rotate(Rotation{Force: true})
	case 2:
		return l.rotate(Rotation{Leaked: l.dice.IntN(2) == 0, Expires: l.clock.now().Add(time.Duration(1+l.dice.IntN(300)) * time.Minute)})
	case 3:
		return l.undo()
	case 4:
		return l.finish()
	case 5:
		if l.dice.IntN(4) > 0 {
			return "nothing"
		}
		_, err := l.keeper.End(l.t.Context())
		l.must(err)
		l.open, l.byHand = nil, true
		return "end"
	case 6, 7, 8:
		return l.use()
	case 9:
		minutes := 1 + l.dice.IntN(90)
		for range minutes {
			l.clock.add(time.Minute)
			l.lapse()
			l.look(true)
		}
		return "pass"
	case 10:
		l.clock.add(time.Duration(5+l.dice.IntN(600)) * time.Minute)
		l.quiet = l.clock.now()
		l.lapse()
		l.look(l.dice.IntN(2) == 0)
		return "sleep"
	default:
		return l.restart()
	}
}

func (l *life) look(reachable bool) {
	l.t.Helper()
	_, err := l.keeper.look(l.t.Context(), reachable)
	l.must(err)
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// lapse is the rules of what ends by itself: dates, and an hour of quiet after the newer one was seen.
func (l *life) lapse() {
	at := l.clock.now()
	if len(l.open) == 2 {
		older, newer := l.made[l.open[0]], l.made[l.open[1]]
		due := latest(newer.first, older.last, l.quiet).Add(time.Hour)
		if !newer.first.IsZero() && !at.Before(due) && (newer.expires.IsZero() || due.Before(newer.expires)) {
			l.open = l.open[1:]
		}
	}
	before := len(l.open)
	l.open = slices.DeleteFunc(slices.Clone(l.open), func(i int) bool { return !l.made[i].expires.IsZero() && !at.Before(l.made[i].expires) })
	l.byHand = l.byHand || before > 0 && len(l.open) == 0
}

func (l *life) rotate(how Rotation) string {
	secret, _, err := l.keeper.Rotate(l.t.Context(), how)
	if len(l.open) == 2 && !how.Force && !how.Leaked {
		if !errors.Is(err, ErrRotating) {
			l.t.Errorf("a third token: %v", err)
		}
		return "rotate in vain"
	}
	l.must(err)
	switch {
	case how.Leaked:
		l.open = nil
	case len(l.open) == 2 && l.made[l.open[1]].first.IsZero():
		l.open = l.open[:1]
	case len(l.open) == 2:
		l.open = l.open[1:]
	}
	l.open = append(slices.Clone(l.open), len(l.made))
	l.made, l.secrets, l.byHand = append(l.made, made{expires: how.Expires}), append(l.secrets, secret), false
	return "rotate"
}

func (l *life) undo() string {
	err := l.keeper.Undo(l.t.Context())
	if len(l.open) < 2 {
		if !errors.Is(err, ErrNotRotating) {
			l.t.Errorf("undo without a rotation: %v", err)
		}
		return "undo in vain"
	}
	l.must(err)
	l.open = l.open[:1]
	return "undo"
}

func (l *life) finish() string {
	l.must(l.keeper.Finish(l.t.Context()))
	if len(l.open) == 2 {
		l.open = l.open[1:]
	}
	return "finish"
}

// use sends any secret, most often one that is accepted.
func (l *life) use() string {
	if len(l.secrets) == 0 {
		return "nothing"
	}
	i := l.dice.IntN(len(l.secrets))
	if len(l.open) > 0 && l.dice.IntN(4) > 0 {
		i = l.open[l.dice.IntN(len(l.open))]
	}
	_, ok := l.keeper.Verify(l.secrets[i])
	if ok != slices.Contains(l.open, i) {
		l.t.Errorf("secret %d is accepted: %v", i, ok)
	}
	if ok {
		l.made[i].last = l.clock.now()
		if l.made[i].first.IsZero() {
			l.made[i].first = l.clock.now()
		}
	}
	return "use"
}

// restart has another keeper go on from what the store knows. Now and then the whole process ends, without closing anything.
func (l *life) restart() string {
	l.quiet = l.clock.now()
	if l.dice.IntN(8) > 0 {
		l.keeper = again(l.t, l.store, l.clock.now)
		return "restart"
	}
	l.must(l.store.Flush(l.t.Context()))
	dir := l.t.TempDir()
	l.must(filepath.WalkDir(l.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, e.Name()), content, 0o600)
	}))
	l.must(l.store.Close())
	l.dir = dir
	l.keeper, l.store = keeper(l.t, l.dir, l.clock.now)
	return "crash"
}
