package steps

import (
	_ "embed"
	"fmt"
	"strings"

	"rung/engine/step"
)

// EtcdRestore gives the etcd of a control plane the data that was prepared, as the first member of a cluster (S30).
type EtcdRestore struct {
	Lost []string `yaml:"lost" doc:"Control planes that cannot be reached, and whose etcd may still be of the old cluster: a warning names them."`
}

// EtcdRestoreOutput is where the old data is.
type EtcdRestoreOutput struct {
	Kept string `yaml:"kept" doc:"Where the data that was in place lies now; empty where there was none."`
}

//go:embed scripts/etcd-halt.sh
var etcdHaltScript string

//go:embed scripts/etcd-restore.sh
var etcdRestoreScript string

func etcdRestoreType() step.Type {
	return step.DefineWith[EtcdRestore, EtcdRestoreOutput](step.About{
		Name:    "etcd-restore",
		Summary: "Gives a stacked etcd the data that etcd-prepare has made, as a cluster of this one member.",
		Doc: `The manifest of etcd leaves the kubelet's folder; once its process is gone, the old data is kept in
/var/lib/etcd.replaced-RUN, the new one takes its place, and the manifest comes back. The
manifest as it was is kept in /etc/kubernetes/tmp/rung-replaced-RUN.

Before that all other members must have been stopped, where there are any. See docs/recovery.md.

Sources: https://etcd.io/docs/v3.6/op-guide/recovery/,
https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#restoring-an-etcd-cluster
`,
		Example: "etcd-restore: {}\n",
	})
}

// Plan returns the one action.
func (EtcdRestore) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title: "give the etcd of " + scope.Host.Node + " the data that was made",
		Do:    step.Command{Script: etcdAccessScript + "\n" + etcdHaltScript + "\n" + etcdRestoreScript, Argv: []string{replacedFolder(scope.Run), runID(scope.Run)}, Detach: true},
	}}, nil
}

// Collect warns of members that nobody could stop.
func (s EtcdRestore) Collect(results []step.Result) (EtcdRestoreOutput, []step.Note, error) {
	out := EtcdRestoreOutput{Kept: keyValues(string(results[0].Stdout))["kept"]}
	if len(s.Lost) == 0 {
		return out, nil, nil
	}
	names := strings.Join(s.Lost, ", ")
	return out, []step.Note{{Warning: true, Text: fmt.Sprintf("%s may hold the old cluster still, with its data and certificates: should they start, they serve it behind the same address. "+
		"Before one of them starts with a network: kubeadm reset on it, or remove /etc/kubernetes/manifests and /var/lib/etcd there; then kubectl delete node, and kubeadm join", names)}}, nil
}

// replacedFolder is where a run keeps the manifests that it replaces.
func replacedFolder(run string) string { return "/etc/kubernetes/tmp/rung-replaced-" + runID(run) }
