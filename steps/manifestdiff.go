package steps

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// ManifestDiff asks what an upgrade would overwrite in the manifests of a control plane (B9).
type ManifestDiff struct {
	To          kube.Version `yaml:"to,required" doc:"Where the way goes: the target, or the next hop."`
	Patches     string       `yaml:"patches" doc:"The folder of patches that the upgrade is given: what they put back is not lost."`
	Acknowledge []string     `yaml:"acknowledge" doc:"Ids of hazards that do not block: somebody looked at them."`
	OnTheWay    bool         `yaml:"on_the_way" default:"false" doc:"Only the id with the minor of the hop acknowledges, custom-manifest-edits-1.22: nobody can have looked at it before the first hop."`
}

// ManifestDiffOutput is what would be lost.
type ManifestDiffOutput struct {
	Edits    []string `yaml:"edits" doc:"What kubeadm would change in the manifests beyond the images, a sentence each."`
	Proxies  []string `yaml:"proxies" doc:"Proxies that it would take out of them, or put into them."`
	Blocking []string `yaml:"blocking" doc:"What the upgrade must not begin with."`
	IDs      []string `yaml:"ids" doc:"The ids of those."`
}

// The hazards that this type holds.
const (
	manifestEdits = "custom-manifest-edits"
	proxyEnv      = "proxy-env"
	addonVersions = "addon-versions"
)

//go:embed scripts/manifest-diff.sh
var manifestDiffScript string

func manifestDiffType() step.Type {
	return step.DefineWith[ManifestDiff, ManifestDiffOutput](step.About{
		Name:    "manifest-diff",
		Summary: "Asks what an upgrade would overwrite in the manifests of a control plane: edits by hand, and proxies.",
		Doc: `kubeadm writes the static-pod manifests anew, from kubeadm-config alone: flags, volumes and
probes that a person or a patch put there are lost, and so are proxies that its own environment
has not (B9). Before the next kubeadm is installed, the one that is there is asked for the version
that is there: kubeadm upgrade diff. What differs beyond the image was not written by it.

It is compared as settings, not as lines: the order of flags and variables does not count, nor do
defaults that kubeadm 1.28.0 to 1.28.2 wrote out. Where kubeadm is of another minor than the
manifests already, as after a run that broke off, or of another than that of one of them, as after
an upgrade that broke off between two, only flags and variables are compared: what else differs may
be its own doing. kubeadm upgrade diff knows no etcd; the flags of its manifest
are held against those that kubeadm writes and those of kubeadm-config.

kubeadm upgrade diff knows no patches either. With patches, a setting that stands in a patch of the
component is taken to be put back by it.

Where kubeadm cannot compare, that blocks, too: nobody knows what would be lost. kubeadm takes
every variable whose name ends with _proxy from the environment that its command runs in. The
inventory's env is part of that: env: {https_proxy: …}.

Sources: cmd/kubeadm/app/cmd/upgrade/diff.go, phases/controlplane/manifests.go, phases/etcd/local.go
and util/env.go of 1.20, 1.23, 1.31 and 1.36; https://github.com/kubernetes/kubernetes/pull/120605.
`,
		Example: "manifest-diff: {to: 1.32.6, acknowledge: [custom-manifest-edits]}\n",
	})
}

// Plan returns the one question.
func (s ManifestDiff) Plan(scope step.Scope) ([]step.Action, error) {
	if err := areHazards(s.Acknowledge); err != nil {
		return nil, err
	}
	return []step.Action{{
		Title:    "compare the manifests of " + scope.Host.Name + " with what kubeadm writes",
		Do:       step.Command{Script: manifestDiffScript, Argv: []string{s.Patches}},
		ReadOnly: true,
	}}, nil
}

// Collect compares.
func (s ManifestDiff) Collect(results []step.Result) (ManifestDiffOutput, []step.Note, error) {
	var out ManifestDiffOutput
	parts, err := readManifestDiff(string(results[0].Stdout))
	if err != nil {
		return out, nil, err
	}
	var notes []step.Note
	if parts.cannot != "" {
		out.Edits = []string{"kubeadm " + parts.kubeadm.String() + " cannot compare: " + parts.cannot}
	}
	proxies := map[string][]string{}
	for _, name := range sortedKeys(parts.files) {
		for _, c := range parts.changes(name) {
			switch text := c.String(); {
			case c.proxy():
				proxies[text] = append(proxies[text], name)
			case parts.patched(name, c):
				notes = append(notes, step.Note{Text: "kept by " + s.Patches + ": " + name + ": " + c.label() + c.went})
			default:
				out.Edits = append(out.Edits, name+": "+text)
			}
		}
	}
	for _, flag := range etcdEdits(parts.etcd, parts.config) {
		if !parts.patched("etcd", change{path: commandPath, went: flag}) {
			out.Edits = append(out.Edits, "etcd: "+flag+" would go")
		}
	}
	for _, text := range sortedKeys(proxies) {
		out.Proxies = append(out.Proxies, strings.TrimPrefix(text, "env: ")+" ("+strings.Join(proxies[text], ", ")+")")
	}
	for _, hazard := range []struct {
		id    string
		found []string
	}{{manifestEdits, out.Edits}, {proxyEnv, out.Proxies}} {
		if len(hazard.found) > 0 {
			notes = append(notes, s.judge(&out, parts.manifests, hazard.id, hazard.found)...)
		}
	}
	return out, notes, nil
}

// judge tells all that was found, and whether it blocks.
func (s ManifestDiff) judge(out *ManifestDiffOutput, from kube.Version, id string, found []string) []step.Note {
	known, _ := kube.HazardOf(id) // a test of kube holds the ids
	finding := kube.Finding{Hazard: known, Minor: min(from.Minor+1, s.To.Minor), Severity: kube.Block, Found: found}
	hop := fmt.Sprintf("%s-1.%d", id, finding.Minor)
	word := "blocks: "
	switch {
	case slices.Contains(s.Acknowledge, hop), !s.OnTheWay && slices.Contains(s.Acknowledge, id):
		word = "acknowledged: "
	case s.OnTheWay:
		out.Blocking, out.IDs = append(out.Blocking, finding.String()), append(out.IDs, hop)
	default:
		out.Blocking, out.IDs = append(out.Blocking, finding.String()), append(out.IDs, id)
	}
	notes := make([]step.Note, 0, len(found))
	for _, text := range found {
		notes = append(notes, step.Note{Warning: true, Text: word + id + ": " + text})
	}
	return notes
}
