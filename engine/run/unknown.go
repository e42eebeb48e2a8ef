package run

import (
	"fmt"
	"slices"
	"strings"
)

// open says whether missing names may yet get values: a dry-run did not
// perform the step that makes one of them, or does not know the loop's list.
// Where none is open, the names are unknown for good: their step did not run,
// or the operator left an optional input out.
func (v *view) open(missing []string) bool { return len(v.stillOpen(missing)) > 0 }

// stillOpen are those of missing that may yet get values.
func (v *view) stillOpen(missing []string) []string {
	return slices.DeleteFunc(slices.Clone(missing), func(ref string) bool {
		path := strings.Split(ref, ".")
		return !(len(path) > 1 && (path[0] == "steps" && v.planned[path[1]] || path[0] == "fleet" && v.planned["fleet."+path[1]]) || v.planned[path[0]])
	})
}

// earlier says that a loop may have rounds before the first that a dry-run
// shows, because of missing names, some of which a run will know.
func (v *view) earlier(round string, missing []string) string {
	for _, ref := range missing {
		if name, ok := strings.CutPrefix(ref, "inputs."); ok {
			return fmt.Sprintf("%s not known here: there may be a %s before the first that is shown; -e %s=… says where to begin",
				listed(v.stillOpen(missing)), round, name)
		}
	}
	return fmt.Sprintf("%s not known here: a run may find another %s than what is shown", listed(v.stillOpen(missing)), round)
}

// lacking explains missing names to the operator.
func (v *view) lacking(missing []string) (text, hint string) {
	text = listed(slices.Compact(missing)) + " not known"
	for _, ref := range missing {
		path := strings.Split(ref, ".")
		if path[0] == "inputs" && len(path) > 1 {
			return text, "give the input: -e " + path[1] + "=…"
		}
		if path[0] == "steps" && len(path) > 1 {
			if r, ok := v.steps[path[1]].(map[string]any); ok && r["outcome"] != nil {
				return text, "the step " + path[1] + " was " + r["outcome"].(string) + ": ask steps." + path[1] + ".outcome first"
			}
			return text, "the step " + path[1] + " has not run here"
		}
		if path[0] == "fleet" && len(path) > 1 {
			return text, "no host has run the step " + path[1] + " to its end"
		}
	}
	return text, ""
}
