package steps

import (
	_ "embed"
	"time"

	"rung/engine/step"
)

// NodeReady waits until a node is Ready, whatever its version (S26).
type NodeReady struct {
	Boot    string        `yaml:"boot" doc:"The boot id of the host, as host-facts reads it: what the node said before that boot does not count."`
	Timeout time.Duration `yaml:"timeout" default:"10m" doc:"How long to wait."`
}

//go:embed scripts/node-back.sh
var nodeBack string

func nodeReadyType() step.Type {
	return step.Define[NodeReady](step.About{
		Name:    "node-ready",
		Summary: "Waits until the node is Ready.",
		Doc: `The API calls a node Ready for up to 40 seconds after its kubelet has fallen silent. After a
reboot that may be longer than the reboot took; with boot the node is Ready only once the
kubelet of that very boot says so.

Source: .status.nodeInfo.bootID of the node, which the kubelet reads from
/proc/sys/kernel/random/boot_id.
`,
		Example: "node-ready: {timeout: 5m}\n",
	})
}

// Plan returns the wait.
func (s NodeReady) Plan(scope step.Scope) ([]step.Action, error) {
	node := scope.Host.Node
	return []step.Action{{
		Title:    "wait for " + node + " to be Ready",
		On:       step.AdminHost,
		Do:       step.Command{Script: nodeBack, Argv: []string{node, s.Boot}},
		ReadOnly: true,
		Until:    &step.Until{Every: 5 * time.Second, For: s.Timeout, What: node + " is Ready"},
	}}, nil
}
