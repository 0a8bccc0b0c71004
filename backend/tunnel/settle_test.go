package tunnel

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestItSettles has whatever can happen happen in any order: in the end the tunnel is what was wanted last, or blocked for a reason that
// does not heal, and never something that it only says.
func TestItSettles(t *testing.T) {
	for seed := range uint64(400) {
		chance := rand.New(rand.NewPCG(seed, 1))
		inBubble(t, &fake{takes: time.Duration(chance.IntN(3)) * 700 * time.Millisecond}, func(d *desk) {
			m := &mess{desk: d, chance: chance}
			for range 12 {
				m.happen()
				time.Sleep(time.Duration(chance.IntN(4)) * 200 * time.Millisecond)
			}
			d.wait(20 * time.Minute)
			s := d.Status()
			blocked := s.State == Blocked && s.Reason != nil && !s.Reason.Heals
			up := s.State == Up && (m.want.Domain == "" || s.URL == "https://"+m.want.Domain)
			if off := m.want == (Config{}); off && s.State != Off || !off && !blocked && !up {
				t.Errorf("seed %d: it is %s at %s for %+v after %s; calls: %q", seed, s.State, s.URL, s.Reason, strings.Join(m.log, ", "), d.done())
			}
		})
		if t.Failed() {
			return
		}
	}
}

// mess makes one thing after the other happen.
type mess struct {
	*desk
	chance *rand.Rand
	want   Config
	log    []string
}

func pick[T any](m *mess, of ...T) T { return of[m.chance.IntN(len(of))] }

func (m *mess) happen() {
	switch m.chance.IntN(6) {
	case 0:
		m.want = Config{Authtoken: good.Authtoken, Domain: pick(m, "", "b.ngrok.example"), Policy: pick(m, "", "{ }")}
		m.set()
	case 1:
		if m.chance.IntN(4) == 0 {
			m.want = Config{}
			m.set()
		}
	case 2:
		m.log = append(m.log, "reconnect")
		pick(m, m.Reconnect, m.Woke)()
	case 3:
		err := pick[error](m, errBroken, errNoNet, errOnline, ErrAway, errRules, errEnded)
		m.log = append(m.log, "refused: "+err.Error())
		m.refuse(pick(m, &m.opens, &m.binds, &m.resumes), err)
	default:
		m.hear()
	}
}

func (m *mess) set() {
	m.log = append(m.log, fmt.Sprintf("set %+v", m.want))
	m.Set(m.want)
}

// hear has the newest session tell something, or end its address.
func (m *mess) hear() {
	m.fake.mu.Lock()
	if len(m.sessions) == 0 {
		m.fake.mu.Unlock()
		return
	}
	s := m.sessions[len(m.sessions)-1]
	bound := s.listener
	m.fake.mu.Unlock()
	kind := pick(m, Lost, Restart, Stop, Ended, Beat, "")
	m.log = append(m.log, "told "+string(kind))
	switch {
	case kind != "":
		s.tell(Event{Kind: kind, Err: errBroken, Latency: time.Millisecond})
	case bound != nil:
		bound.end(errors.New("read: err_ngrok_3005"))
	}
}
