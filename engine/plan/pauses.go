package plan

import (
	"slices"
	"strings"

	"rung/engine/diag"
)

// Pauses tells the stages from the hosts among names, after which the operator wants a run to rest. A name that both
// have is the stage's.
func (p *Plan) Pauses(names []string) (stages, hosts []string, found diag.List) {
	allStages, allHosts := stageNames(p.Playbook.Stages), p.Hosts()
	for _, name := range names {
		switch {
		case slices.Contains(allStages, name):
			stages = append(stages, name)
		case slices.Contains(allHosts, name):
			hosts = append(hosts, name)
		default:
			known := slices.Concat(allStages, allHosts)
			d := diag.Errorf("unknown-pause", diag.Pos{File: "--pause-after"}, "neither a stage of the playbook nor a host of it is called %q", name)
			hint := diag.DidYouMean(name, known)
			if hint == "" {
				hint = "its stages are " + strings.Join(allStages, ", ")
			}
			found = append(found, d.WithHint("%s", hint))
		}
	}
	return stages, hosts, found
}
