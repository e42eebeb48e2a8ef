package steps

import (
	"time"

	"rung/engine/step"
)

// Wait repeats a command until it succeeds.
type Wait struct {
	Argv    []string      `yaml:"argv" doc:"The command, word by word."`
	Script  string        `yaml:"script" doc:"Or a script for sh -eu."`
	Args    []string      `yaml:"args" doc:"The script's $1, $2 …: data goes here, never into its text."`
	Every   time.Duration `yaml:"every" default:"5s" doc:"The longest pause between two tries."`
	Timeout time.Duration `yaml:"timeout" default:"5m" doc:"How long to try."`
	What    string        `yaml:"what,required" doc:"What is waited for, for whoever watches: the load balancer drops cp1."`
}

func waitType() step.Type {
	return step.Define[Wait](step.About{
		Name:    "wait",
		Summary: "Waits until a command succeeds.",
		Doc: `The command runs on the step's own host and must change nothing. It is repeated, with
growing pauses, until it exits 0; a lost link is "not yet".
`,
		Example: "wait:\n  argv: [systemctl, is-active, containerd]\n  what: containerd is active\n",
	})
}

// Plan returns the one action.
func (s Wait) Plan(step.Scope) ([]step.Action, error) {
	if err := oneOf("wait", s.Argv, s.Script); err != nil {
		return nil, err
	}
	do := step.Command{Argv: s.Argv}
	if s.Script != "" {
		do = step.Command{Script: s.Script, Argv: s.Args}
	} else if len(s.Args) > 0 {
		return nil, step.Refuse("args", "args are for script; append them to argv")
	}
	return []step.Action{{
		Title:    "wait: " + s.What,
		Do:       do,
		ReadOnly: true,
		Until:    &step.Until{Every: s.Every, For: s.Timeout, What: s.What},
	}}, nil
}
