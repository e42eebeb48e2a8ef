package steps

import (
	_ "embed"
	"strings"

	"rung/engine/step"
)

// Etcdctl asks what a snapshot of etcd is made with (S7).
type Etcdctl struct{}

// EtcdctlOutput is what there is.
type EtcdctlOutput struct {
	Found  string `yaml:"found" doc:"Where etcdctl is: host, container (that of etcd), none, or unasked where the container could not be asked."`
	Reader string `yaml:"reader" doc:"What reads a snapshot again: etcdutl, etcdctl, or empty where nothing does."`
}

//go:embed scripts/etcdctl-found.sh
var etcdctlFoundScript string

func etcdctlType() step.Type {
	return step.DefineWith[Etcdctl, EtcdctlOutput](step.About{
		Name:    "etcdctl",
		Summary: "Reads which etcdctl a control plane has for a snapshot of etcd.",
		Doc: `etcd-snapshot takes the etcdctl of the host, or that of the etcd container. Some images have
none: that is to be known before a backup is due (S7). From etcd 3.6 only etcdutl reads a snapshot again.

Source: https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/
`,
		Example: "etcdctl: {}\n",
	})
}

// Plan returns the one question.
func (Etcdctl) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "look for an etcdctl on " + scope.Host.Node,
		Do:       step.Command{Script: etcdAccessScript + "\n" + etcdctlScript + "\n" + snapshotReaderScript + "\n" + etcdctlFoundScript, Argv: []string{scope.Host.Node}},
		ReadOnly: true,
	}}, nil
}

// Collect reads the lines of key=value.
func (Etcdctl) Collect(results []step.Result) (EtcdctlOutput, []step.Note, error) {
	f := keyValues(string(results[0].Stdout))
	out := EtcdctlOutput{Found: f["etcdctl"], Reader: f["reader"]}
	var text string
	switch {
	case out.Found == "unasked":
		text = "whether there is an etcdctl for backups could not be asked: " + strings.TrimSpace(string(results[0].Stderr))
	case out.Found == "none":
		text = "there is no etcdctl here, of its own or in an etcd container: the data of etcd cannot be backed up from here"
	case out.Reader == "":
		text = "there is no etcdutl here, which etcd needs from 3.6 to read a snapshot again: backups will be kept unread"
	default:
		return out, nil, nil
	}
	return out, []step.Note{{Warning: true, Text: text}}, nil
}
