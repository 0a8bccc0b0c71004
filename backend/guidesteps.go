package backend

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/tunnel"
)

const (
	guideSilence = 5 * time.Minute      // after which nothing is a reason to look for what is wrong
	guideGone    = 2 * 40 * time.Minute // two of Entra's intervals
	guideTarget0 = "generic"            // that everybody begins with, so it has to be confirmed
	guideGroups  = 500                  // so many are looked at for one that SCIM has written
)

// guideFacts is what the steps are made of.
type guideFacts struct {
	guideKept
	log    guideLog
	now    time.Time
	snap   Snapshot
	night  string
	target string
	done   int // rows of imports and conversions
}

// guideView makes the guide of what is known. It needs the guide's mu.
func (b *Backend) guideView(ctx context.Context, now time.Time) (Guide, error) {
	f := guideFacts{guideKept: b.guide.kept, log: b.guide.log, now: now, night: b.setting.connection().AllNight, target: b.setting.get().Target}
	var err error
	if f.snap, err = b.Snapshot(ctx); err != nil {
		return Guide{}, err
	}
	jobs, err := b.store.Jobs(ctx)
	if err != nil {
		return Guide{}, err
	}
	for _, j := range jobs {
		if j.State == store.JobDone {
			f.done += j.Done
		}
	}
	if p, ok := b.forecasts.last(); ok && p.info.Green {
		b.guide.kept.see(GuideForecast, guideProof{At: now.UTC().Truncate(time.Millisecond)})
	}
	if err := b.seeGroup(ctx); err != nil {
		return Guide{}, err
	}
	active := b.targets.get()
	all := Guide{
		Store: b.id, Step: f.Step, Plan: f.Plan, Role: f.Role, Night: f.night, Portal: cmp.Or(f.Portal, "current"), Cloud: cmp.Or(f.Cloud, "public"), People: f.People,
		Address: f.snap.Address, Target: active.Name, Tutorial: append([]string{}, active.Steps...), Hidden: f.Hidden,
	}
	all.Steps = f.steps()
	open := func(s GuideStep) bool { return s.State == guideOpen || s.State == guideTrouble }
	all.Done = !slices.ContainsFunc(all.Steps, func(s GuideStep) bool { return s.ID != GuideWatch && open(s) })
	if all.Step == "" {
		at := max(slices.IndexFunc(all.Steps, open), 0)
		all.Step = all.Steps[at].ID
	}
	return all, nil
}

// seeGroup takes a group that SCIM has written for the first one, where Entra provisions and the log does not reach back to when it came. Groups that were
// imported or made here prove nothing.
func (b *Backend) seeGroup(ctx context.Context) error {
	k := &b.guide.kept
	if _, started := k.Seen[GuideStart]; !started || !b.guide.log.partial {
		return nil
	}
	if _, seen := k.Seen[GuideGroup]; seen {
		return nil
	}
	enough, looked := errors.New("enough"), 0
	err := b.store.Scan(ctx, scim.Group, store.With{}, func(rec store.Record) error {
		if rec.Entra {
			k.see(GuideGroup, guideProof{At: rec.Created, Value: rec.Name})
		}
		if looked++; rec.Entra || looked == guideGroups {
			return enough
		}
		return nil
	})
	if errors.Is(err, enough) {
		return nil
	}
	return err
}

// last gives the plan that was looked at last.
func (p *plans[P]) last() (plan P, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.kept) == 0 {
		return plan, false
	}
	return p.kept[len(p.kept)-1].plan, true
}

// steps are all of them: what was seen comes before what was said, and what was said before anything else.
func (f *guideFacts) steps() []GuideStep {
	list := make([]GuideStep, 0, len(guideSteps))
	for _, id := range guideSteps {
		list = append(list, f.step(id))
	}
	f.past(list)
	f.wait(list)
	return list
}

func (f *guideFacts) step(id string) GuideStep {
	s := GuideStep{ID: id, State: guideOpen, Since: stamp(f.Since[id])}
	f.look(&s)
	if p, ok := f.Seen[id]; ok {
		s.State, s.By, s.At, s.Value, s.Request, s.Detail = guideDone, guideSeen, stamp(p.At), p.Value, p.Seq, ""
	}
	if w, ok := f.Said[id]; ok && s.State == guideOpen {
		s.State, s.At, s.Detail = w.State, stamp(w.At), ""
		if w.State == guideDone {
			s.By = guideSaid
		}
	}
	return s
}

// look takes what shows itself without traffic.
func (f *guideFacts) look(s *GuideStep) {
	is := func(done bool, by string) {
		if done {
			s.State, s.By = guideDone, by
		}
	}
	switch s.ID {
	case GuidePlan:
		is(f.Plan != "" && f.Role == "yes", guideSaid)
		if f.Role == "no" {
			s.Detail = guideNoRole
		}
	case GuideNight:
		is(f.night != "", guideSaid)
	case GuideTunnel:
		f.way(s)
	case GuideToken:
		is(f.snap.Token.Exists || f.snap.OAuth, guideSeen)
		s.Value, s.At = f.snap.Token.LastFour, f.snap.Token.Created
	case GuideTarget:
		is(f.target != guideTarget0, guideSeen)
	case GuidePeople:
		is(f.People == "none", guideSaid)
		if f.done > 0 {
			s.State, s.By, s.Detail, s.Value = guideDone, guideSeen, guideJob, strconv.Itoa(f.done)
		}
	case GuideForecast:
		if f.People == "none" && f.snap.People.Total == 0 {
			s.State, s.Detail = guideSkipped, guideNobody
		}
	case GuideGroup:
		if f.Plan == "free" {
			s.State, s.Detail = guideSkipped, guideFreeGroups
		}
	}
}

// way is how the public address stands.
func (f *guideFacts) way(s *GuideStep) {
	t := f.snap.Tunnel
	trouble := func(detail, value string) { s.State, s.Detail, s.Value = guideTrouble, detail, value }
	switch {
	case t.Way == WayNone:
		s.Detail = guideNoWay
	case f.snap.Changed.New != "":
		trouble(guideAddress, f.snap.Changed.New)
	case t.Way == WayNgrok && (t.State == string(tunnel.Blocked) || t.State == string(tunnel.Reconnecting) || t.State == string(tunnel.Off)):
		trouble(guideTunnelDown, t.Code)
	case t.Way == WayNgrok && t.State != string(tunnel.Up):
	case f.checkFailed():
		trouble(guideCheckFailed, f.snap.Check.Failed)
	case t.Way == WayOwn && !f.snap.Check.OK && f.log.arrived.IsZero():
		s.Detail = guideUnchecked
	default:
		s.State, s.By, s.At = guideDone, guideSeen, t.Since
	}
}

// checkFailed tells that the last self-check did not come through, and nothing else has since.
func (f *guideFacts) checkFailed() bool {
	c := f.snap.Check
	return !c.Running && c.Finished != "" && !c.OK && stamp(f.log.arrived) < c.Finished
}

// past closes what needs no answer any more once Entra provisions.
func (f *guideFacts) past(list []GuideStep) {
	at := func(id string) *GuideStep { return &list[slices.Index(guideSteps, id)] }
	if at(GuideStart).State == guideDone {
		for i := range list[:slices.Index(guideSteps, GuideStart)] {
			if s := &list[i]; s.State == guideOpen {
				s.State, s.By, s.Detail = guideDone, guideSeen, guidePast
			}
		}
	}
	group := at(GuideGroup)
	if group.State == guideOpen && at(GuideCycle).State == guideDone {
		group.State, group.Detail = guideSkipped, guideNoGroups
	}
}

// traffic are the steps that wait for Entra.
var traffic = []string{GuideTest, GuideOnDemand, GuideStart, GuideGroup, GuideCycle}

// wait says of the first step that waits for Entra what is in its way, and of the last step whether Entra still comes.
func (f *guideFacts) wait(list []GuideStep) {
	way := list[slices.Index(guideSteps, GuideTunnel)]
	for _, id := range traffic {
		if s := &list[slices.Index(guideSteps, id)]; s.State == guideOpen {
			f.hinder(s, way)
			return
		}
	}
	watch := &list[len(list)-1]
	if f.log.arrived.IsZero() || f.now.Sub(f.log.arrived) < guideGone {
		if way.State == guideTrouble {
			watch.State, watch.Detail, watch.Value = guideTrouble, way.Detail, way.Value
		}
		return
	}
	watch.State, watch.Detail, watch.Value = guideTrouble, guideQuiet, stamp(f.log.arrived)
}

// hinder names what is wrong with what came, or why nothing comes, the surest first.
func (f *guideFacts) hinder(s *GuideStep, way GuideStep) {
	trouble := func(detail, value string, p guideProof) {
		s.State, s.Detail, s.Value, s.Request = guideTrouble, detail, value, p.Seq
		if !p.At.IsZero() {
			s.At = stamp(p.At)
		}
	}
	l := f.log
	made := f.snap.Token.Created
	switch {
	case way.State == guideTrouble:
		trouble(way.Detail, way.Value, guideProof{})
	case l.refused.At.After(l.arrived) && stamp(l.refused.At) >= made && l.refused.At.After(l.astray.At):
		trouble(guideRefused, l.refused.Value, l.refused)
	case l.astray.At.After(l.finished):
		trouble(guideWrongPath, l.astray.Value, l.astray)
	case l.failed.At.After(l.finished):
		trouble(guideFailed, l.failed.Value, l.failed)
	case !f.snap.Token.Exists && !f.snap.OAuth:
		s.Detail = guideNoToken
	case f.snap.Tunnel.Way == WayNone:
		s.Detail = guideNoWay
	default:
		f.silent(s)
	}
}

// silent is when nothing is wrong but that nothing comes.
func (f *guideFacts) silent(s *GuideStep) {
	last := f.log.arrived
	if s.ID != GuideTest && f.now.Sub(last) >= guideGone && !last.IsZero() {
		s.State, s.Detail, s.Value = guideTrouble, guideQuiet, stamp(last)
		return
	}
	if demand, ok := f.Seen[GuideOnDemand]; ok && s.ID == GuideStart {
		s.Detail, s.Value, s.Request = guideOnePerson, demand.Value, demand.Seq
		return
	}
	since := f.Since[s.ID]
	if s.ID == GuideTest && f.snap.LastLocal != "" && last.IsZero() {
		s.Detail, s.Value = guideLocalOnly, f.snap.LastLocal
	}
	if since.IsZero() || s.ID != GuideTest || f.now.Sub(since) < guideSilence {
		return
	}
	s.State, s.Detail, s.Value = guideTrouble, guideNoRequest, ""
	if f.snap.Check.OK && f.snap.Check.Finished >= stamp(since) {
		s.Detail = guideCheckOK
	}
}
