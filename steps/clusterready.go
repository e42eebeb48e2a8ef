package steps

import (
	_ "embed"
	"time"

	"rung/engine/step"
)

// ClusterReady waits until all nodes and static pods are Ready.
type ClusterReady struct {
	Except  []string      `yaml:"except" doc:"Nodes that need not be Ready."`
	Timeout time.Duration `yaml:"timeout" default:"2m" doc:"How long to wait."`
}

//go:embed scripts/cluster-ready.sh
var clusterReadyScript string

func clusterReadyType() step.Type {
	return step.Define[ClusterReady](step.About{
		Name:    "cluster-ready",
		Summary: "Waits until every node, and every static pod of the control planes, is Ready.",
		Doc: `For a run that goes on where another one was broken off: kubeadm or a kubelet may just have been
restarted, and its node and pods are NotReady for some seconds then.
`,
		Example: "cluster-ready: {except: [w7], timeout: 2m}\n",
	})
}

// Plan returns the wait.
func (s ClusterReady) Plan(step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "wait for the nodes and the control planes to be Ready",
		On:       step.AdminHost,
		Do:       step.Command{Script: clusterReadyScript, Argv: s.Except},
		ReadOnly: true,
		Until:    &step.Until{Every: 5 * time.Second, For: s.Timeout, What: "the nodes and the control planes are Ready"},
	}}, nil
}
