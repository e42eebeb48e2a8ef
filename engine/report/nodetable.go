package report

import (
	"fmt"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// nodeColumns are those of `kubectl get nodes -o wide`, each with the output of cluster-facts that fills it.
var nodeColumns = []struct{ head, key string }{
	{"NAME", "name"},
	{"STATUS", ""},
	{"ROLES", ""},
	{"VERSION", "kubelet"},
	{"INTERNAL-IP", "address"},
	{"OS-IMAGE", "os"},
	{"KERNEL-VERSION", "kernel"},
	{"CONTAINER-RUNTIME", "runtime"},
}

// asItIs shows the cluster as the first look at it found it (S9). Of many nodes it shows some.
func (t *Terminal) asItIs(e run.Event) {
	if e.Kind != run.StepEnded || e.Type != clusterFacts || e.Outcome != step.OK || !t.l.versions.first {
		return
	}
	list, _ := e.Data["nodes"].([]any)
	var rows [][]string
	for _, item := range list {
		if len(rows) == mostListed {
			break
		}
		if node, ok := item.(map[string]any); ok {
			rows = append(rows, nodeRow(node))
		}
	}
	t.line(e, e.Host, "the cluster as it is: "+Many(len(list), "node"))
	t.table(rows)
	if more := len(list) - len(rows); more > 0 {
		t.print("  … and %d more\n", more)
	}
}

// nodeRow is a node's row.
func nodeRow(node map[string]any) []string {
	is := func(key string) bool { return node[key] == true }
	row := make([]string, len(nodeColumns))
	for i, column := range nodeColumns {
		if value := node[column.key]; value != nil {
			row[i] = clean(fmt.Sprint(value))
		}
	}
	row[1] = map[bool]string{true: "Ready", false: "NotReady"}[is("ready")]
	if !is("schedulable") {
		row[1] += ",SchedulingDisabled"
	}
	row[2] = map[bool]string{true: "control-plane", false: "<none>"}[is("control_plane")]
	return row
}

// table prints rows under the heads of nodeColumns.
func (t *Terminal) table(rows [][]string) {
	head := make([]string, len(nodeColumns))
	for i, column := range nodeColumns {
		head[i] = column.head
	}
	rows = append([][]string{head}, rows...)
	widths := make([]int, len(head))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += "  " + pad(cell, widths[i])
		}
		t.print("%s\n", strings.TrimRight(line, " "))
	}
}
