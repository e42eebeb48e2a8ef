package steps

import (
	_ "embed"
	"path"
	"strings"

	"rung/engine/step"
)

// CertsRenew renews the certificates of a control plane (S28).
type CertsRenew struct {
	Dir string `yaml:"dir" default:"/var/backups/rung" doc:"Folder for the certificates as they were: DIR/RUN/certificates.tar.gz."`
}

// CertsRenewOutput is what was renewed, and what still holds the old ones.
type CertsRenewOutput struct {
	Renewed []string `yaml:"renewed" doc:"What was renewed, in kubeadm's words."`
	Copies  []string `yaml:"copies" doc:"Copies of admin.conf of people on the host, which hold what they held."`
}

//go:embed scripts/certs-keep.sh
var certsKeep string

//go:embed scripts/certs-renew.sh
var certsRenewScript string

func certsRenewType() step.Type {
	return step.DefineWith[CertsRenew, CertsRenewOutput](step.About{
		Name:    "certs-renew",
		Summary: "Renews the certificates of a control plane: kubeadm certs renew all.",
		Doc: `/etc/kubernetes/pki and the kubeconfig files are kept first, for root only. kubeadm makes every
certificate anew whenever it is asked: whether it is time, the step certs tells.

The components read certificates as they start, so that those that run hold the old ones: they
are marked in /var/lib/rung/restart, and static-pods-restart restarts what is marked. Copies of
admin.conf in the homes of the host are named, and not touched. The kubelet's own client
certificate is none of kubeadm's: it rotates by itself.

Source: https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#manual-certificate-renewal
`,
		Example: "certs-renew: {}\n",
	})
}

// Plan returns the copy of what is there, and the renewal.
func (s CertsRenew) Plan(scope step.Scope) ([]step.Action, error) {
	kept := path.Join(s.Dir, runID(scope.Run), "certificates.tar.gz")
	return []step.Action{{
		Title: "keep the certificates of " + scope.Host.Name + " as they are in " + kept,
		Check: &step.Command{Argv: []string{"test", "-s", kept}},
		Do:    step.Command{Script: certsKeep, Argv: []string{kept}, Detach: true},
	}, {
		Title: "renew the certificates of " + scope.Host.Name,
		Do:    step.Command{Script: certsRenewScript, Detach: true},
		Again: true,
	}}, nil
}

// Collect reads what kubeadm says, and what lies in homes.
func (CertsRenew) Collect(results []step.Result) (CertsRenewOutput, []step.Note, error) {
	var out CertsRenewOutput
	var notes []step.Note
	for line := range strings.Lines(string(results[1].Stdout)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "copy="); ok {
			out.Copies = append(out.Copies, name)
			notes = append(notes, step.Note{Warning: true, Text: name + " may hold the old certificate: copy /etc/kubernetes/admin.conf over it if it is one of its copies"})
		}
		if name, ok := strings.CutSuffix(line, " renewed"); ok {
			out.Renewed = append(out.Renewed, name)
		}
		if strings.HasPrefix(line, "MISSING! ") || strings.HasPrefix(line, "Detected external ") {
			notes = append(notes, step.Note{Warning: true, Text: "kubeadm says: " + line})
		}
	}
	return out, append(notes, step.Note{Text: "the client certificate of the kubelet is not among them: it rotates by itself"}), nil
}
