package steps

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"rung/engine/step"
)

// Hook calls a program of the operator (B10).
type Hook struct {
	Run     string        `yaml:"run" doc:"The path of the program. Empty: the step does nothing."`
	Event   string        `yaml:"event,required" doc:"What it is called for, such as node-before."`
	Hop     string        `yaml:"hop" doc:"The version of the hop, where there is one."`
	Args    []string      `yaml:"args" doc:"More arguments, behind the event."`
	At      string        `yaml:"at" default:"local" enum:"local,host" doc:"Where it runs: on the machine that rung runs on, or on the host."`
	Timeout time.Duration `yaml:"timeout" default:"5m" doc:"How long it may take; then it is ended, and has failed."`
}

//go:embed scripts/hook.sh
var hookScript string

func hookType() step.Type {
	return step.Define[Hook](step.About{
		Name:    "hook",
		Summary: "Calls a program of yours: load balancers, alert silences, storage, backups.",
		Doc: `The program is called with the event as its first argument, and with RUNG_EVENT, RUNG_HOST,
RUNG_NODE, RUNG_HOP and RUNG_RUN (the run's id) in its environment. One program can serve
every event: it should do nothing, and exit with 0, for those that it does not know.

Exit status 0 is well; anything else is a failed step, and what it printed stands in the
report. A run that is repeated calls it again: it must be safe to call twice. Its credentials
stay where they are: with at: local it has the environment in which rung was started, without the
variables of the playbook's secrets.

A preview does not call it.
`,
		Example: "hook: {run: ./hooks/upgrade.sh, event: node-before, hop: 1.34.2}\n",
	})
}

// Plan returns the call, or nothing.
func (s Hook) Plan(scope step.Scope) ([]step.Action, error) {
	switch {
	case s.Run == "":
		return nil, nil
	case !strings.Contains(s.Run, "/"):
		return nil, step.Refuse("run", "run: %q is not the path of a program: write ./%s for one in the folder at hand", s.Run, s.Run)
	case s.At == "host" && !strings.HasPrefix(s.Run, "/"):
		return nil, step.Refuse("run", "run: on a host the path of a program starts with /, and %s does not", s.Run)
	case s.Timeout < time.Second:
		return nil, step.Refuse("timeout", "timeout: %s is no time for a program", s.Timeout)
	}
	place := step.Here
	if s.At == "host" {
		place = step.OwnHost
	}
	return []step.Action{{
		Again: true,
		Title: fmt.Sprintf("call %s for %s of %s", s.Run, s.Event, scope.Host.Node),
		On:    place,
		Do: step.Command{
			Script: hookScript,
			Argv:   append([]string{s.Run, fmt.Sprintf("%.0f", s.Timeout.Seconds()), s.Event}, s.Args...),
			Env:    []string{"RUNG_EVENT=" + s.Event, "RUNG_HOST=" + scope.Host.Name, "RUNG_NODE=" + scope.Host.Node, "RUNG_HOP=" + s.Hop, "RUNG_RUN=" + runID(scope.Run)},
			Detach: true,
		},
	}}, nil
}
