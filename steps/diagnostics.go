package steps

import (
	_ "embed"
	"strconv"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// Diagnostics keeps what a failure left on a host and of its node in the API.
type Diagnostics struct {
	Lines int `yaml:"lines" default:"200" doc:"How many of the last lines of the kubelet's journal."`
}

// DiagnosticsOutput is what was found in it.
type DiagnosticsOutput struct {
	Causes []string `yaml:"causes" doc:"Ids of what probably lies behind the failure, as docs/causes.md lists them."`
}

//go:embed scripts/diagnostics.sh
var diagnosticsScript string

//go:embed scripts/diagnostics-host.sh
var diagnosticsHostScript string

//go:embed scripts/diagnostics-cluster.sh
var diagnosticsClusterScript string

func diagnosticsType() step.Type {
	return step.DefineWith[Diagnostics, DiagnosticsOutput](step.About{
		Name:    "diagnostics",
		Summary: "Keeps what a failure left on a host, in the folder of the run, and says what probably lies behind it.",
		Doc: `It belongs into rescue. The run's folder then has diagnostics/HOST/host.txt: the kubelet's journal, how kubelet
and containerd fare, disks, memory, the static pods' images and containers, what these wrote last, the folders
/etc/kubernetes/manifests and /etc/kubernetes/tmp, versions; and cluster.txt: the nodes, this node's conditions, the pods of
kube-system on it, and events. The second is missing where no API answers. The last lines of the run name the folder.

Nothing of it stands in an event, tokens and keys are taken out on the host, and what has no end is cut. It only reads; what
cannot be had within two minutes is left out, and that is no failure.

What is found in it of [known causes](../causes.md) is told at once and in the summary.
`,
		Example: "diagnostics: {lines: 500}\n",
	})
}

// mostLines bounds what is asked of a journal.
const mostLines = 5000

// Plan returns a look at the host, and one at the cluster.
func (s Diagnostics) Plan(scope step.Scope) ([]step.Action, error) {
	if s.Lines < 1 || s.Lines > mostLines {
		return nil, step.Refuse("lines", "lines is %d; want 1 to %d", s.Lines, mostLines)
	}
	return []step.Action{{
		Title:    "diagnostics of " + scope.Host.Name,
		Do:       step.Command{Script: diagnosticsScript + "\n" + diagnosticsHostScript, Argv: []string{strconv.Itoa(s.Lines)}},
		ReadOnly: true,
		Keep:     "host.txt",
	}, {
		Title:    "what the API says of " + scope.Host.Node,
		On:       step.AdminHost,
		Do:       step.Command{Script: diagnosticsScript + "\n" + diagnosticsClusterScript, Argv: []string{scope.Host.Node}},
		ReadOnly: true,
		Keep:     "cluster.txt",
	}}, nil
}

// Collect looks for causes that are known.
func (s Diagnostics) Collect(results []step.Result) (DiagnosticsOutput, []step.Note, error) {
	traces := map[kube.Trace]string{}
	for _, r := range results {
		readParts(string(r.Stdout), traces)
	}
	var out DiagnosticsOutput
	var notes []step.Note
	for _, c := range kube.CausesIn(traces) {
		out.Causes = append(out.Causes, c.ID)
		notes = append(notes, step.Note{Text: "probably " + c.Why, Cause: c.ID})
	}
	return out, notes, nil
}

// readParts adds the parts of a text to those that are there.
func readParts(text string, parts map[kube.Trace]string) {
	var part kube.Trace
	for line := range strings.Lines(text) {
		if name, heading := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "=== "); heading {
			part = kube.Trace(name)
			continue
		}
		parts[part] += line
	}
}
