package steps

import (
	_ "embed"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
)

// KubeletRestart starts the installed kubelet and waits for the node (S22, S23).
type KubeletRestart struct {
	Version kube.Version  `yaml:"version,required" doc:"Version of the installed kubelet, which the node will report."`
	Timeout time.Duration `yaml:"timeout" default:"5m" doc:"How long to wait for the kubelet, and then for the node."`
}

//go:embed scripts/kubelet-current.sh
var kubeletCurrent string

//go:embed scripts/kubelet-restart.sh
var kubeletRestartScript string

//go:embed scripts/kubelet-active.sh
var kubeletActive string

//go:embed scripts/node-ready.sh
var nodeReady string

func kubeletRestartType() step.Type {
	return step.Define[KubeletRestart](step.About{
		Name:    "kubelet-restart",
		Summary: "Restarts the kubelet after its upgrade, and waits until the node is Ready at the version.",
		Doc: `systemctl daemon-reload and restart (S22); then the service must be active, or the last
lines of its journal are shown; then the node must report the version and Ready (S23).

There is nothing to restart when the kubelet runs from the very binary that is
installed: Linux marks the executable of a process as deleted when a package has
replaced it.
`,
		Example: "kubelet-restart: {version: 1.21.14}\n",
	})
}

// Plan returns the restart and two waits.
func (s KubeletRestart) Plan(scope step.Scope) ([]step.Action, error) {
	node := scope.Host.Node
	return []step.Action{{
		Title: "restart the kubelet of " + node,
		Check: &step.Command{Script: kubeletCurrent, Argv: []string{tag(s.Version)}},
		Do:    step.Command{Script: kubeletRestartScript, Detach: true},
	}, {
		Title:    "wait for the kubelet of " + node,
		Do:       step.Command{Script: kubeletActive},
		ReadOnly: true,
		Until:    &step.Until{Every: 5 * time.Second, For: s.Timeout, What: "the kubelet of " + node + " is active"},
	}, nodeReadyAction(node, s.Version, s.Timeout)}, nil
}

// nodeReadyAction waits until a node is Ready at v, as the API sees it.
func nodeReadyAction(node string, v kube.Version, timeout time.Duration) step.Action {
	return step.Action{
		Title:    "wait for " + node + " to be Ready at " + tag(v),
		On:       step.AdminHost,
		Do:       step.Command{Script: nodeReady, Argv: []string{node, tag(v)}},
		ReadOnly: true,
		Until:    &step.Until{Every: 5 * time.Second, For: timeout, What: node + " is Ready at " + tag(v)},
	}
}
