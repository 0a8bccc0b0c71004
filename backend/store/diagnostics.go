package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Free gives the bytes that are free for this user on the disk of the data folder; false where the system does not tell.
func (s *Store) Free() (int64, bool) { return freeBytes(s.o.Dir) }

// SchemaVersion gives the version of the database's schema: the number of the last migration.
func (s *Store) SchemaVersion(ctx context.Context) (version int, err error) {
	if err := s.browse.row(ctx, schemaVersion, nil, &version); err != nil {
		return 0, s.broken(fmt.Errorf("read the schema's version: %w", err))
	}
	return version, nil
}

// CheckWithin has the engine check the file for as long as limit, beside all that goes on. It gives the first finding, "" if all is well as far as
// it came, and whether it came to the end.
func (s *Store) CheckWithin(ctx context.Context, limit time.Duration) (finding string, whole bool, err error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	finding, err = s.check(limited)
	if limited.Err() != nil && ctx.Err() == nil {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("check %s: %w", databaseFile, err)
	}
	return finding, true, nil
}

// BodySizes gives how many bytes are kept of the bodies of requests, the request's and the answer's, by seq. Bodies are not read for that.
func (s *Store) BodySizes(ctx context.Context, seqs []int64) (map[int64][2]int64, error) {
	sizes := make(map[int64][2]int64, len(seqs))
	places := make([]string, rowsAtOnce)
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	text := `select activity_seq, length(request), length(response) from bodies where activity_seq in (` + strings.Join(places, ", ") + `)`
	for part := range slices.Chunk(seqs, rowsAtOnce) {
		args := make([]any, rowsAtOnce) // what is null is no row's seq
		for i, seq := range part {
			args[i] = seq
		}
		err := s.browse.each(ctx, text, args, func(rows *sql.Rows) error {
			var seq int64
			var request, response sql.NullInt64
			err := rows.Scan(&seq, &request, &response)
			sizes[seq] = [2]int64{request.Int64, response.Int64}
			return err
		})
		if err != nil {
			return nil, s.broken(fmt.Errorf("read the sizes of bodies: %w", err))
		}
	}
	return sizes, nil
}
