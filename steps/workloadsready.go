package steps

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rung/engine/step"
)

// WorkloadsReady waits until workloads are as ready as they were (S20, S26).
type WorkloadsReady struct {
	Baseline []string      `yaml:"baseline,required" doc:"What was ready: the output baseline of a workloads step."`
	Away     int           `yaml:"away" default:"0" doc:"How many other nodes may be out now: their pods of DaemonSets are not waited for."`
	Timeout  time.Duration `yaml:"timeout" default:"10m" doc:"How long to wait."`
}

//go:embed scripts/workloads-ready.sh
var workloadsReadyScript string

func workloadsReadyType() step.Type {
	return step.Define[WorkloadsReady](step.About{
		Name:    "workloads-ready",
		Summary: "Waits until the workloads are as ready as they were before.",
		Doc: `A node is done only when what ran before runs again (S26): a node that is Ready says
nothing about the pods that left it. Put it behind uncordon, for pods that no other node
may run come back only then.

Not demanded is what was not ready before, what was deleted meanwhile, more pods than a
workload wants by now, and the pods of DaemonSets on nodes that are out or not Ready. What is missing when the time is up is listed.
`,
		Example: "workloads-ready: {baseline: [Deployment default/web 3], timeout: 5m}\n",
	})
}

// Plan returns the wait.
func (s WorkloadsReady) Plan(step.Scope) ([]step.Action, error) {
	if s.Away < 0 {
		return nil, step.Refuse("away", "away must be 0 or more")
	}
	var before strings.Builder
	for i, line := range s.Baseline {
		words := strings.Fields(line)
		if len(words) != 3 || strings.Trim(words[2], "0123456789") != "" {
			return nil, step.RefuseItem("baseline", i, "baseline: %q is not KIND NAMESPACE/NAME NUMBER", line)
		}
		fmt.Fprintf(&before, "%s %s before %s\n", words[0], words[1], words[2])
	}
	return []step.Action{{
		Title:    "wait for the workloads",
		On:       step.AdminHost,
		Do:       step.Command{Script: workloadsReadyScript, Argv: []string{strconv.Itoa(s.Away)}, Stdin: []byte(before.String())},
		ReadOnly: true,
		Until:    &step.Until{Every: 5 * time.Second, For: s.Timeout, What: "the workloads are as ready as before"},
	}}, nil
}
