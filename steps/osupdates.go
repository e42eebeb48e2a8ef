package steps

import (
	_ "embed"
	"strings"

	"rung/engine/step"
)

// OSUpdates reads what an upgrade of the operating system would do.
type OSUpdates struct {
	Exclude []string `yaml:"exclude" doc:"Packages that are left alone, by name or pattern."`
	Reboot  bool     `yaml:"reboot" default:"true" doc:"A reboot that is due is something to do."`
}

// OSUpdatesOutput is what there is to do.
type OSUpdatesOutput struct {
	Updates []string `yaml:"updates" doc:"Names of the packages that have something newer on offer."`
	Reboot  []string `yaml:"reboot" doc:"What only a reboot takes up, and why; empty where none is due."`
	Due     bool     `yaml:"due" doc:"There is something to upgrade, or a reboot is due."`
}

//go:embed scripts/apt-upgrades.sh
var aptUpgrades string

//go:embed scripts/os-updates.sh
var osUpdatesScript string

func osUpdatesType() step.Type {
	return step.DefineWith[OSUpdates, OSUpdatesOutput](step.About{
		Name:    "os-updates",
		Summary: "Reads which packages of a host have something newer on offer, and whether a reboot is due.",
		Doc: `yum check-update tells the packages, or a simulated apt-get upgrade, after apt-get update. Whether a
reboot is due, needs-restarting -r of yum-utils or dnf-utils knows, and /run/reboot-required of
Debian and Ubuntu; on a host without either, it is due where the newest kernel under /boot is not
the one that runs.

apt leaves alone only what is held: where it would upgrade an excluded package, the step fails and
says how to hold it.

Source: the manual of needs-restarting: it exits with 1 where a reboot is required.
`,
		Example: "os-updates: {exclude: [kubelet, kubeadm, kubectl]}\n",
	})
}

// Plan returns the one question.
func (s OSUpdates) Plan(scope step.Scope) ([]step.Action, error) {
	if err := packageNames("exclude", s.Exclude); err != nil {
		return nil, err
	}
	return []step.Action{{
		Title:    "read what there is to upgrade on " + scope.Host.Name,
		Do:       step.Command{Script: packageManager + "\n" + aptPatient + "\n" + aptUpgrades + "\n" + osUpdatesScript, Argv: s.Exclude},
		ReadOnly: true,
	}}, nil
}

// Collect reads the answer.
func (s OSUpdates) Collect(results []step.Result) (OSUpdatesOutput, []step.Note, error) {
	var out OSUpdatesOutput
	for line := range strings.Lines(string(results[0].Stdout)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key {
		case "update":
			out.Updates = append(out.Updates, value)
		case "reboot":
			out.Reboot = append(out.Reboot, value)
		}
	}
	out.Due = len(out.Updates) > 0 || s.Reboot && len(out.Reboot) > 0
	text := "nothing to upgrade"
	if len(out.Updates) > 0 {
		text = "to upgrade: " + strings.Join(out.Updates, ", ")
	}
	if len(out.Reboot) > 0 {
		due := "; a reboot is due: "
		if s.Reboot {
			due = "; a reboot is due, and is to be made: "
		}
		return out, []step.Note{{Warning: !s.Reboot, Text: text + due + strings.Join(out.Reboot, ", ")}}, nil
	}
	return out, []step.Note{{Text: text + "; no reboot is due"}}, nil
}
