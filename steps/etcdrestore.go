package steps

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"rung/engine/step"
)

// EtcdRestore gives the etcd of a control plane other data, as the first member of a cluster (S30).
type EtcdRestore struct {
	From string `yaml:"from,required" doc:"A folder of etcd's data, such as kubeadm's copy, or a snapshot that etcd-snapshot made."`
}

//go:embed scripts/etcd-halt.sh
var etcdHaltScript string

//go:embed scripts/etcd-restore.sh
var etcdRestoreScript string

func etcdRestoreType() step.Type {
	return step.Define[EtcdRestore](step.About{
		Name:    "etcd-restore",
		Summary: "Gives a stacked etcd the data of a backup, as a cluster of this one member.",
		Doc: `The new data is complete beside the old before anything is stopped. Then the manifest of etcd
leaves the kubelet's folder; once its process is gone, the old data is kept in
/var/lib/etcd.replaced-RUN, the new one takes its place, and the manifest comes back. The
manifest as it was is kept in /etc/kubernetes/tmp/rung-replaced-RUN.

A snapshot has to be what its list of digests says, and becomes a new cluster, with every revision
above those that were, where etcdutl knows how. A copy of kubeadm's is taken as it is, with the
manifest of the same moment where kubeadm has kept that. Data of a later minor than the etcd that is
to read it is refused. It needs etcdutl or etcdctl, on the host or in the etcd that runs; no API.

Never for one member of several: old data must not come back beside newer. See docs/recovery.md.

Sources: https://etcd.io/docs/v3.6/op-guide/recovery/,
https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#restoring-an-etcd-cluster
`,
		Example: "etcd-restore: {from: /var/backups/rung/20261123-1352-abcd/1.21.14/etcd.db}\n",
	})
}

// Plan returns the one action.
func (s EtcdRestore) Plan(scope step.Scope) ([]step.Action, error) {
	if !isOpen(s.From) {
		if !path.IsAbs(s.From) {
			return nil, fmt.Errorf("from must be an absolute path, not %q", s.From)
		}
		s.From = path.Clean(s.From)
	}
	return []step.Action{{
		Title: "restore the etcd of " + scope.Host.Node + " from " + s.From,
		Do: step.Command{
			Script: etcdProgramScript + "\n" + etcdHaltScript + "\n" + etcdRestoreScript,
			Argv:   []string{s.From, replacedFolder(scope.Run), runID(scope.Run)},
			Detach: true,
		},
	}}, nil
}

// isOpen says whether a dry-run put the name of what it does not know in place of a text.
func isOpen(text string) bool { return strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") }

// replacedFolder is where a run keeps the manifests that it replaces.
func replacedFolder(run string) string { return "/etc/kubernetes/tmp/rung-replaced-" + runID(run) }
