package steps

import (
	_ "embed"
	"slices"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// KubeletFlags makes a node's kubelet flags fit for a newer kubelet (B5).
type KubeletFlags struct {
	From kube.Version `yaml:"from,required" doc:"Version of the kubelet that is installed."`
	To   kube.Version `yaml:"to,required" doc:"Version of the kubelet that will be."`
}

//go:embed scripts/kubelet-flags-gone.sh
var kubeletFlagsGone string

//go:embed scripts/kubelet-flags-check.sh
var kubeletFlagsCheck string

//go:embed scripts/kubelet-flags.sh
var kubeletFlagsScript string

func kubeletFlagsType() step.Type {
	return step.Define[KubeletFlags](step.About{
		Name:    "kubelet-flags",
		Summary: "Takes the flags out of kubeadm-flags.env that a newer kubelet does not start with.",
		Doc: `kubeadm cleans the kubelet's flags in /var/lib/kubelet/kubeadm-flags.env up, but each clean-up
exists in the kubeadm of one single minor. A kubelet that skips that minor keeps the flag, and
may not start any more (B5). This step makes those clean-ups: it goes between the drain and the
installation of the new kubelet, after kubeadm upgrade node.

Flags that no kubeadm cleans up, and those in /etc/sysconfig/kubelet, /etc/default/kubelet and
the drop-ins of the unit, are a person's: where the new kubelet does not take one of them, the
step fails before anything is changed, and names file and flag.

--container-runtime-endpoint stays, which only kubeadm 1.34 moves to another file: every kubelet
up to 1.37 takes it.
`,
		Example: "kubelet-flags: {from: 1.25.16, to: 1.28.15}\n",
	})
}

// Plan returns a look at the flags, and the clean-ups that are due.
func (s KubeletFlags) Plan(scope step.Scope) ([]step.Action, error) {
	if s.To.Less(s.From) {
		return nil, step.Refuse("to", "from %s to %s a kubelet would go down", s.From, s.To)
	}
	changes, dropped := s.changes()
	gone := kube.RemovedKubeletFlags(s.From, s.To)
	var actions []step.Action
	if len(gone) > 0 {
		mine := slices.DeleteFunc(slices.Clone(gone), func(flag string) bool { return slices.Contains(dropped, flag) })
		actions = append(actions, step.Action{
			Title:    "look for flags that a kubelet of " + s.To.MinorString() + " does not take",
			Do:       step.Command{Script: kubeletFlagsGone, Argv: []string{strings.Join(mine, " "), strings.Join(gone, " ")}},
			ReadOnly: true,
		})
	}
	if len(changes) > 0 {
		actions = append(actions, step.Action{
			Title: "clean up the kubelet's flags on " + scope.Host.Node,
			Check: &step.Command{Script: kubeletFlagsCheck, Argv: changes},
			Do:    step.Command{Script: kubeletFlagsScript, Argv: changes, Detach: true},
		})
	}
	return actions, nil
}

// changes are the clean-ups that are due, as the script reads them, and the flags that they drop.
func (s KubeletFlags) changes() (changes, dropped []string) {
	for _, c := range kube.FlagCleanUps(s.From, s.To) {
		switch {
		case c.Drops:
			changes, dropped = append(changes, "drop "+c.Flag), append(dropped, c.Flag)
		case c.AddsScheme:
			changes = append(changes, "scheme "+c.Flag)
		}
	}
	return changes, dropped
}
