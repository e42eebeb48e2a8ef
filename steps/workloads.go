package steps

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"rung/engine/step"
)

// Workloads reads how many pods of every workload are Ready (S26).
type Workloads struct {
	Except []string `yaml:"except" doc:"Workloads to leave out, as NAMESPACE/NAME; * stands for any text: dev/*."`
}

// WorkloadsOutput is what is ready, and what is not.
type WorkloadsOutput struct {
	Baseline []string `yaml:"baseline" doc:"What is ready now, for workloads-ready: KIND NAMESPACE/NAME NUMBER each."`
	NotReady []string `yaml:"not_ready" doc:"Workloads with fewer Ready pods than they want, a sentence each."`
	Count    int      `yaml:"count" doc:"How many workloads there are."`
}

func workloadsType() step.Type {
	return step.DefineWith[Workloads, WorkloadsOutput](step.About{
		Name:    "workloads",
		Summary: "Reads how many pods of every Deployment, StatefulSet and DaemonSet are Ready.",
		Doc: `Read it once, before anything is changed: baseline is what workloads-ready demands after
each node (S20, S26). What was not ready before is never demanded, so that a workload
which was broken anyway holds no upgrade up; not_ready names it.

The workloads of kube-system are among them: CoreDNS, kube-proxy, the network plugin.
`,
		Example: "workloads: {except: [\"dev/*\"]}\n",
	})
}

// workloadList is kind, name, wanted and Ready pods: of the pairs of fields each kind has one.
var workloadList = listing{
	what: "workloads",
	get:  []string{"deployments.apps,statefulsets.apps,daemonsets.apps", "--all-namespaces"},
	fields: []string{
		".kind", ".metadata.namespace", ".metadata.name",
		".spec.replicas", ".status.readyReplicas", ".status.desiredNumberScheduled", ".status.numberReady",
	},
}

// Plan returns the question.
func (s Workloads) Plan(step.Scope) ([]step.Action, error) {
	for i, pattern := range s.Except {
		if _, err := path.Match(pattern, ""); err != nil || strings.Count(pattern, "/") != 1 {
			return nil, step.RefuseItem("except", i, "except: %q is not NAMESPACE/NAME", pattern)
		}
	}
	return []step.Action{workloadList.action("read the workloads")}, nil
}

// Collect reads the answer.
func (s Workloads) Collect(results []step.Result) (WorkloadsOutput, []step.Note, error) {
	var out WorkloadsOutput
	rows, err := workloadList.rows(results[0].Stdout)
	if err != nil {
		return out, nil, err
	}
	var notes []step.Note
	for _, r := range rows {
		kind, name := r.text(".kind"), r.text(".metadata.namespace")+"/"+r.text(".metadata.name")
		wants, ready := number(r, ".spec.replicas", ".status.desiredNumberScheduled"), number(r, ".status.readyReplicas", ".status.numberReady")
		if s.leavesOut(name) {
			continue
		}
		out.Count++
		if n := min(wants, ready); n > 0 {
			out.Baseline = append(out.Baseline, fmt.Sprintf("%s %s %d", kind, name, n))
		}
		if ready < wants {
			text := fmt.Sprintf("%s %s: %d of %d ready", kind, name, ready, wants)
			out.NotReady = append(out.NotReady, text)
			notes = append(notes, step.Note{Warning: true, Text: text + " before anything is changed"})
		}
	}
	return out, notes, nil
}

func (s Workloads) leavesOut(name string) bool {
	for _, pattern := range s.Except {
		if hit, _ := path.Match(pattern, name); hit { // Plan has read the pattern
			return true
		}
	}
	return false
}

// number is the first of the fields that is given; none is 0, as the API leaves zeros out.
func number(r row, fields ...string) int {
	for _, field := range fields {
		if n, err := strconv.Atoi(r.text(field)); err == nil {
			return n
		}
	}
	return 0
}
