package steps

import (
	_ "embed"
	"strings"
	"time"

	"rung/engine/step"
)

// Reboot reboots the host and waits until it is back.
type Reboot struct {
	Timeout time.Duration `yaml:"timeout" default:"15m" doc:"How long to wait until the host answers in its new boot."`
}

// RebootOutput is the boot that the host is in now.
type RebootOutput struct {
	Boot string `yaml:"boot" doc:"The boot id of the new boot, for node-ready."`
}

//go:embed scripts/boot-note.sh
var bootNote string

//go:embed scripts/boot-new.sh
var bootNew string

//go:embed scripts/reboot.sh
var rebootScript string

func rebootType() step.Type {
	return step.DefineWith[Reboot, RebootOutput](step.About{
		Name:    "reboot",
		Summary: "Reboots the host, and waits until it answers again.",
		Doc: `The boot id of before is kept in /var/lib/rung/boot-before. The reboot is asked of systemd two
seconds ahead, so that the answer still gets through; from then on a host that does not answer
is waited for, and it is back once it answers with another boot id. A link that is lost on the
way is no matter: the host is rebooted once.

That the host answers says nothing of its node: node-ready waits for that, and with the output
boot it is not deceived by what the kubelet said before. Drain the node first.
`,
		Example: "reboot: {timeout: 15m}\n",
	})
}

// Plan returns the note of the boot of before, and the reboot.
func (s Reboot) Plan(scope step.Scope) ([]step.Action, error) {
	host := scope.Host.Name
	return []step.Action{{
		Title: "note which boot " + host + " is in",
		Do:    step.Command{Script: bootNote, Detach: true},
		Again: true,
	}, {
		Title: "reboot " + host,
		Check: &step.Command{Script: bootNew},
		Do:    step.Command{Script: rebootScript},
		Until: &step.Until{Every: 5 * time.Second, For: s.Timeout, What: host + " is back after its reboot"},
	}}, nil
}

// Collect returns the new boot.
func (Reboot) Collect(results []step.Result) (RebootOutput, []step.Note, error) {
	return RebootOutput{Boot: strings.TrimSpace(string(results[1].Stdout))}, nil, nil
}
