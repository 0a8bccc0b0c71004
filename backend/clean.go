package backend

import (
	"context"
	"errors"
	"fmt"
	"time"

	"scimdesk/backend/store"
)

// When what was kept long enough is removed: after the start has settled, then again and again.
const (
	cleanFirst = time.Minute
	cleanEvery = time.Hour
)

// clean removes what the settings say is old, until ctx ends. Settings that change are looked at at once.
func (b *Backend) clean(ctx context.Context) {
	due := time.NewTimer(cleanFirst)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.setting.changed:
		case <-due.C:
		}
		if err := b.cleanOnce(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			b.log.Warn("remove what was kept long enough", "err", err, "again", cleanEvery)
		}
		due.Reset(cleanEvery)
	}
}

// cleanOnce removes old requests, people, groups, jobs and rows of hand-overs, and says in the log how many went, also before an error.
func (b *Backend) cleanOnce(ctx context.Context) error {
	keep := b.setting.get()
	now := time.Now()
	var removed store.Removed
	var handovers int
	var requestsErr, deletedErr, jobsErr, handoversErr error
	if keep.RequestDays > 0 {
		removed, requestsErr = b.store.Prune(ctx, now.AddDate(0, 0, -keep.RequestDays))
	}
	if keep.DeletedDays > 0 {
		var gone store.Removed
		old := now.AddDate(0, 0, -keep.DeletedDays)
		gone, deletedErr = b.store.PurgeDeleted(ctx, old)
		removed.People, removed.Groups = gone.People, gone.Groups
		removed.Jobs, jobsErr = b.store.PruneJobs(ctx, old) // their rows hold what people were
		handovers, handoversErr = b.handing.clean(ctx, old) // theirs too
	}
	if removed != (store.Removed{}) || handovers > 0 {
		b.log.Info("removed what was kept long enough", "requests", removed.Requests, "people", removed.People, "groups", removed.Groups, "jobs", removed.Jobs, "handovers", handovers)
	}
	if err := errors.Join(requestsErr, deletedErr, jobsErr, handoversErr); err != nil {
		return fmt.Errorf("clean %s: %w", b.dir, err)
	}
	return nil
}
