package steps

import (
	"fmt"
	"slices"
	"strings"

	"rung/engine/kube/evict"
	"rung/engine/step"
)

// DrainPreview tells what a drain of nodes would meet, and drains none (B10).
type DrainPreview struct {
	Nodes       []string `yaml:"nodes" doc:"Names of the nodes; none is all nodes that run pods."`
	Out         []string `yaml:"out" doc:"Names of nodes that are on their way out already: what their pods will take of a budget is set aside."`
	PodSelector string   `yaml:"pod_selector" doc:"Look only at pods with these labels, as drain does."`
}

// DrainPreviewOutput is what drains would meet.
type DrainPreviewOutput struct {
	Never     []string `yaml:"never" doc:"PodDisruptionBudgets that no waiting satisfies, each with its reason and the pods it holds."`
	Now       []string `yaml:"now" doc:"PodDisruptionBudgets that let no pod go now, and will once pods are healthy again."`
	Unmanaged []string `yaml:"unmanaged" doc:"Pods that nothing starts again elsewhere, as NODE: NAMESPACE/NAME; kubectl drain refuses them without force."`
	EmptyDir  []string `yaml:"emptydir" doc:"Pods with emptyDir volumes, whose content a drain deletes."`
	Local     []string `yaml:"local" doc:"Pods with data that lies on the node: hostPath, local volumes."`
	Moving    int      `yaml:"moving" doc:"How many pods would be evicted."`
}

func drainPreviewType() step.Type {
	return step.DefineWith[DrainPreview, DrainPreviewOutput](step.About{
		Name:    "drain-preview",
		Summary: "Tells what drains would meet: PodDisruptionBudgets that hold pods, unmanaged pods, data on the node.",
		Doc: `Nothing is drained. Before the first cordon it is known which node would not come free, and
why (S21, B10).

never and now are two kinds of PodDisruptionBudget. One with maxUnavailable: 0, or with
as many pods as must stay, never lets a pod go, nor do two budgets over one pod, which
the API answers with an error. One whose pods are not all healthy lets some go once they
are. Where no other node may run so many pods of a node that too few would stay, the budget
is of the first kind, too: what has gone is not healthy again before the drain is over. So it is
with the only worker, or the only node, of a cluster. A budget that allows some disruptions now
holds nobody else, though several drains may have to wait for each other; with out, one whose
disruptions the pods of those nodes will take is of the second kind.

Sources: https://kubernetes.io/docs/tasks/run-application/configure-pdb/;
https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/.
`,
		Example: "drain-preview: {nodes: [w1, w2]}\n",
	})
}

// Plan returns the four questions.
func (s DrainPreview) Plan(step.Scope) ([]step.Action, error) {
	var selector []string
	if s.PodSelector != "" {
		selector = []string{"--selector", s.PodSelector}
	}
	return []step.Action{
		runningPods.action("read the pods", selector...),
		boundVolumes.action("read the PersistentVolumes"),
		budgetsAction(),
		placeableNodes.action("read the nodes"),
	}, nil
}

// Collect holds the pods against the budgets.
func (s DrainPreview) Collect(results []step.Result) (DrainPreviewOutput, []step.Note, error) {
	var out DrainPreviewOutput
	cluster, err := readFilled(results[3].Stdout, results[0].Stdout, results[1].Stdout)
	if err != nil {
		return out, nil, err
	}
	budgets, err := readBudgets(results[2].Stdout)
	if err != nil {
		return out, nil, err
	}
	list := s.nodes(cluster.placed)
	moving := cluster.placed.Moving(list)
	others := slices.DeleteFunc(slices.Clone(s.Out), func(name string) bool { return slices.Contains(list, name) })
	budgets = evict.Claim(budgets, cluster.placed.Moving(others), moving)
	out.Moving = len(moving)
	for _, p := range moving {
		if p.Controller == "" {
			out.Unmanaged = append(out.Unmanaged, p.Node+": "+p.String())
		}
		if p.EmptyDir {
			out.EmptyDir = append(out.EmptyDir, p.Node+": "+p.String())
		}
		if len(p.Local) > 0 {
			out.Local = append(out.Local, fmt.Sprintf("%s: %s (%s)", p.Node, p, strings.Join(p.Local, ", ")))
		}
	}
	notes := movingNotes(moving)
	holds := evict.Holds(budgets, moving)
	var pinned []*evict.Pod
	for _, h := range cluster.packing.Again().Pin(list) {
		if slices.Contains(moving, h.Pod) {
			pinned = append(pinned, h.Pod)
		}
	}
	holds = append(holds, evict.Stranded(budgets, pinned)...)
	for _, h := range holds {
		text := holdText(h)
		if h.Never {
			out.Never = append(out.Never, text)
			notes = append(notes, step.Note{Warning: true, Text: "no drain gets past " + text})
		} else {
			out.Now = append(out.Now, text)
			notes = append(notes, step.Note{Text: "a drain would wait for " + text})
		}
	}
	return out, notes, nil
}

func (s DrainPreview) nodes(placed evict.Placed) []string {
	if len(s.Nodes) > 0 {
		return s.Nodes
	}
	return sortedKeys(placed)
}

// holdText is a hold in one sentence: who, why, and which pods on which nodes.
func holdText(h evict.Hold) string {
	who := "PodDisruptionBudget " + h.Budgets[0].String()
	if len(h.Budgets) > 1 {
		var names []string
		for _, b := range h.Budgets {
			names = append(names, b.String())
		}
		who = "PodDisruptionBudgets " + strings.Join(names, " and ")
	}
	return fmt.Sprintf("%s: %s (%s)", who, h.Reason, podsByNode(h.Pods))
}

// fewPods is how many pods a sentence names before it counts.
const fewPods = 6

// podsByNode names pods: w1: web-a, web-b; w2: web-c.
func podsByNode(pods []*evict.Pod) string {
	var text strings.Builder
	for i, p := range pods {
		switch {
		case i == fewPods:
			fmt.Fprintf(&text, ", and %d more", len(pods)-i)
			return text.String()
		case i == 0:
			text.WriteString(p.Node + ": ")
		case pods[i-1].Node != p.Node:
			text.WriteString("; " + p.Node + ": ")
		default:
			text.WriteString(", ")
		}
		text.WriteString(p.Name)
	}
	return text.String()
}

// fewNodes is up to how many nodes each gets a line of its own.
const fewNodes = 20

// movingNotes tell for each node what a drain would move; of many nodes only the sum.
func movingNotes(moving []*evict.Pod) []step.Note {
	type sum struct{ pods, unmanaged, emptyDir, local int }
	sums := map[string]*sum{}
	total := &sum{}
	for _, p := range moving {
		if sums[p.Node] == nil {
			sums[p.Node] = &sum{}
		}
		for _, s := range []*sum{sums[p.Node], total} {
			s.pods++
			s.unmanaged += oneIf(p.Controller == "")
			s.emptyDir += oneIf(p.EmptyDir)
			s.local += oneIf(len(p.Local) > 0)
		}
	}
	tell := func(where string, s *sum) step.Note {
		text := fmt.Sprintf("a drain of %s evicts %d", where, s.pods)
		for _, more := range []struct {
			n    int
			what string
		}{{s.unmanaged, "that nothing starts again"}, {s.emptyDir, "with emptyDir"}, {s.local, "with data on the node"}} {
			if more.n > 0 {
				text += fmt.Sprintf(", %d %s", more.n, more.what)
			}
		}
		return step.Note{Text: text}
	}
	if len(sums) > fewNodes {
		return []step.Note{tell(fmt.Sprintf("%d nodes", len(sums)), total)}
	}
	var notes []step.Note
	for _, node := range sortedKeys(sums) {
		notes = append(notes, tell(node, sums[node]))
	}
	return notes
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
