package handover

import (
	"slices"
	"time"
)

// When hand-overs are made by themselves.
const (
	Off   = "off"
	Hour  = "hour"  // at the full hour
	Day   = "day"   // at a time of day
	Cycle = "cycle" // once Entra has been quiet for Quiet
)

// Quiet is how long after Entra's last change its cycle counts as over.
const Quiet = 10 * time.Minute

// clock is how a time of day is written.
const clock = "15:04"

// ScheduleFaults says what is wrong with a schedule.
func ScheduleFaults(every, at string) []string {
	if !slices.Contains([]string{Off, Hour, Day, Cycle}, every) {
		return []string{"every must be off, hour, day or cycle"}
	}
	if _, err := time.Parse(clock, at); err != nil {
		return []string{"at must be a time of day such as 02:00"}
	}
	return nil
}

// Next gives when the next is due behind the last one, in last's time zone; zero for never, and for what follows Entra. It may be in the past: then a
// time was missed, and one is due now. It is behind last also where clocks are put forward, and a time of day that they leave out is an hour earlier or later.
func Next(every, at string, last time.Time) time.Time {
	switch every {
	case Hour:
		return last.Add(time.Hour - time.Duration(last.Minute())*time.Minute - time.Duration(last.Second())*time.Second - time.Duration(last.Nanosecond()))
	case Day:
		of, err := time.Parse(clock, at)
		if err != nil {
			return time.Time{}
		}
		y, m, d := last.Date()
		for {
			if due := time.Date(y, m, d, of.Hour(), of.Minute(), 0, 0, last.Location()); due.After(last) {
				return due
			}
			d++
		}
	}
	return time.Time{}
}
