package steps

import (
	_ "embed"
	"time"

	"rung/engine/step"
)

//go:embed scripts/quiesce.sh
var quiesceScript string

// quiesced returns the command that runs argv, kubeadm upgrade with its flags, after
// kube-apiserver has been ended gracefully and has come back (S16): an etcd that restarts
// under an apiserver cuts off what is in flight. It is one script, so that a resumed run
// never does the first half alone. A pause of 0 leaves kubeadm by itself.
//
// Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/
// ("killall -s SIGTERM kube-apiserver", sleep 20).
func quiesced(pause time.Duration, argv ...string) step.Command {
	upgrade := step.Command{Argv: argv, Detach: true}
	if pause <= 0 {
		return upgrade
	}
	return step.Command{
		Script: ownAPIServer + "\n" + quiesceScript + "\n" + upgrade.Line() + "\n",
		Argv:   []string{seconds(pause)},
		Detach: true,
	}
}
