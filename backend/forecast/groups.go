package forecast

import (
	"errors"
	"strings"

	"scimdesk/backend/scim"
)

// ErrNoGroups means that a table has no column that says which groups its rows are.
var ErrNoGroups = errors.New("there is no column displayName or objectId: this is not a list of groups from Entra")

// Groups counts what the first cycle does with Entra's groups. Here counts the groups that are here by the key of what the target matches
// by: externalId, which Entra fills with the object id, or displayName. Groups that two of Entra's would be, and those that
// several here match, are conflicts.
func Groups(header []string, rows [][]string, byExternal bool, here map[string]int) (map[string]int, error) {
	wanted := "displayName"
	if byExternal {
		wanted = "objectId"
	}
	at := -1
	for i, h := range header {
		if properties[plainHeader(h)] == wanted {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, ErrNoGroups
	}
	counts := map[string]int{}
	seen := map[string]bool{}
	adopted := 0
	for _, row := range rows {
		key := ""
		if at < len(row) {
			key = scim.Key(strings.TrimSpace(row[at]))
		}
		switch {
		case key == "":
			counts[Invalid]++
		case seen[key]:
			counts[Conflict]++
		case here[key] > 1:
			counts[Conflict]++
			adopted += here[key]
		case here[key] > 0:
			counts[Adopt]++
			adopted += here[key]
		default:
			counts[Create]++
		}
		seen[key] = true
	}
	total := 0
	for _, n := range here {
		total += n
	}
	counts[Orphan] = max(total-adopted, 0)
	return counts, nil
}
