package steps

import (
	_ "embed"
	"path"
	"strings"

	"rung/engine/step"
)

// EtcdPrepare makes the data of a new cluster of etcd from a backup, and touches nothing else (S30).
type EtcdPrepare struct {
	From string `yaml:"from,required" doc:"A folder of etcd's data, such as kubeadm's copy, or a snapshot that etcd-snapshot made."`
}

//go:embed scripts/etcd-prepare.sh
var etcdPrepareScript string

func etcdPrepareType() step.Type {
	return step.Define[EtcdPrepare](step.About{
		Name:    "etcd-prepare",
		Summary: "Makes the data of a new cluster of etcd from a backup, beside that in place, for etcd-restore.",
		Doc: `Nothing that lies in place is touched: what keeps a backup from being restored is known before
anything is stopped. A snapshot has to be what its list of digests says. Data of a later minor than
the etcd that is to read it is refused, and so is a disk without room for it.

Be it a snapshot, or the folder that kubeadm has copied: the data becomes a cluster of this one
member, with ids that no cluster had before. No member of the old one takes it for its own, should
there be one that nobody knew of. Every revision is above those that were, where etcdutl knows how.
What etcd had only in its log when kubeadm copied the folder, less than a second, is not in it.

The manifest goes with the data: that of the same moment where kubeadm has kept it, else the one in
place. It needs etcdutl, or an etcdctl below 3.6: of the host, of the etcd that runs, or of its image, by
containerd's ctr; no API.

Sources: https://etcd.io/docs/v3.6/op-guide/recovery/; server/etcdserver/api/membership/member.go,
computeMemberID: the ids come of the peer URLs and the token.
`,
		Example: "etcd-prepare: {from: /var/backups/rung/20261123-1352-abcd/1.21.14/etcd.db}\n",
	})
}

// Plan returns the one action.
func (s EtcdPrepare) Plan(scope step.Scope) ([]step.Action, error) {
	if !isOpen(s.From) {
		if !path.IsAbs(s.From) {
			return nil, step.Refuse("from", "from must be an absolute path, not %q", s.From)
		}
		s.From = path.Clean(s.From)
	}
	return []step.Action{{
		Title: "make data for the etcd of " + scope.Host.Node + " of " + s.From,
		Do: step.Command{
			Script: etcdAccessScript + "\n" + etcdProgramScript + "\n" + etcdHaltScript + "\n" + etcdPrepareScript,
			Argv:   []string{s.From, replacedFolder(scope.Run), runID(scope.Run)},
			Detach: true,
		},
		Again: true,
	}}, nil
}

// isOpen says whether a dry-run put the name of what it does not know in place of a text.
func isOpen(text string) bool { return strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") }
