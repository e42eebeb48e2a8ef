package steps

import (
	_ "embed"
	"strconv"
	"time"

	"rung/engine/step"
)

// APIReady waits for the apiserver and the etcd of a control plane (S20).
type APIReady struct {
	Successes int           `yaml:"successes" default:"3" doc:"How many times in a row, one second apart."`
	Timeout   time.Duration `yaml:"timeout" default:"5m" doc:"How long to try."`
	Etcd      bool          `yaml:"etcd" default:"true" doc:"Ask etcd, too."`
}

//go:embed scripts/api-ready.sh
var apiReadyScript string

func apiReadyType() step.Type {
	return step.Define[APIReady](step.About{
		Name:    "api-ready",
		Summary: "Waits until a control plane's own apiserver answers, lets us in, and etcd is healthy.",
		Doc: `Upgrading a control plane restarts its apiserver and etcd, and restarting its kubelet
does so again. After both, and before another control plane is touched, this node's own
endpoint must be ready, must let admin.conf in (a fresh apiserver answers 403 for some
seconds), and every etcd member must be healthy; several times in a row (S13, S20).

An external etcd is reached as kube-apiserver reaches it, by the flags in its manifest. Members are
asked one by one where the host or etcd's container has etcdctl; elsewhere /readyz/etcd tells
whether they have a quorum, for it reads a key through them.

Source: staging/src/k8s.io/apiserver/pkg/storage/storagebackend/factory/etcd3.go, newETCD3Check.
`,
		Example: "api-ready: {successes: 3, timeout: 5m}\n",
	})
}

// Plan returns the wait.
func (s APIReady) Plan(scope step.Scope) ([]step.Action, error) {
	if s.Successes < 1 {
		return nil, step.Refuse("successes", "successes must be 1 or more")
	}
	node := scope.Host.Node
	return []step.Action{{
		Title: "wait for the API of " + node,
		Do: step.Command{
			Script: ownAPIServer + "\n" + etcdAccessScript + "\n" + etcdctlScript + "\n" + apiReadyScript,
			Argv:   []string{strconv.Itoa(s.Successes), node, strconv.FormatBool(s.Etcd)},
		},
		ReadOnly: true,
		Until:    &step.Until{Every: 5 * time.Second, For: s.Timeout, What: "the API and etcd of " + node + " are healthy"},
	}}, nil
}
