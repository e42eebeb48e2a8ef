package steps

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rung/engine/kube/evict"
	"rung/engine/step"
)

// Capacity tells how many nodes may be out at once.
type Capacity struct {
	Nodes  []string `yaml:"nodes,required" doc:"Names of the nodes that are to be drained, in their order."`
	Wanted string   `yaml:"wanted" default:"1" doc:"How many of them are to be out at once: 2, or 10%."`
	Out    []string `yaml:"out" doc:"Names of nodes that are out already."`
	Next   string   `yaml:"next" doc:"Name of the node that is to go out beside them."`
}

// CapacityOutput is how many nodes may be out at once, and why not more.
type CapacityOutput struct {
	Wanted  int      `yaml:"wanted" doc:"How many nodes are to be out at once, as a number."`
	Largest int      `yaml:"largest" doc:"How many of the nodes may be out at once; 0 where not even one may."`
	AtOnce  int      `yaml:"at_once" doc:"The smaller of wanted and largest, and at least 1."`
	Missing []string `yaml:"missing" doc:"Pods that would find no node if one more were out than largest, a sentence each; none where all may be out."`
	Fits    bool     `yaml:"fits" doc:"The pods of out and next find other nodes."`
	Lacking []string `yaml:"lacking" doc:"Pods of out and next that would not, a sentence each."`
	Pinned  []string `yaml:"pinned" doc:"Pods that no other node may run, however empty: they are down while their node is."`
}

func capacityType() step.Type {
	return step.DefineWith[Capacity, CapacityOutput](step.About{
		Name:    "capacity",
		Summary: "Computes how many nodes may be drained at once so that their pods fit elsewhere.",
		Doc: `It holds what the pods request (cpu, memory, storage, whatever else a node offers, and
places) against what the other nodes have left, with taints and tolerations, node
selectors, required node affinity, volumes, host ports and required pod affinity and
anti-affinity. Cordoned and NotReady nodes take nobody. Pods of DaemonSets, static pods
and pods that nothing starts again do not move.

It is on the safe side: the largest pods go first, each onto the first node that takes
it, and nobody is preempted; so it may say no where the scheduler would find a way. It
does not look at spread constraints. Pods without requests fit everywhere.

A pod that no other node may run at all is pinned: it is down with its node, however few
nodes are out. It is named, and no reason to refuse.

largest looks at neighbours in the list and at the nodes whose pods ask for most. A window
does not always hold neighbours, so ask again before each node, with out and next.
`,
		Example: "capacity: {nodes: [w1, w2, w3], wanted: 50%}\n",
	})
}

// Plan returns the three questions.
func (s Capacity) Plan(step.Scope) ([]step.Action, error) {
	if _, err := s.wanted(); err != nil {
		return nil, err
	}
	return []step.Action{
		placeableNodes.action("read the nodes"),
		runningPods.action("read the pods"),
		boundVolumes.action("read the PersistentVolumes"),
	}, nil
}

// wanted is the count as a number; a percentage is rounded down, as a stage does it.
func (s Capacity) wanted() (int, error) {
	digits, percent := strings.CutSuffix(s.Wanted, "%")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || percent && n > 100 {
		return 0, step.Refuse("wanted", "wanted: %q is not a count: want 2, or 10%%", s.Wanted)
	}
	if percent {
		n = n * len(s.Nodes) / 100
	}
	return max(1, min(n, len(s.Nodes))), nil
}

// Collect packs the pods.
func (s Capacity) Collect(results []step.Result) (CapacityOutput, []step.Note, error) {
	var out CapacityOutput
	cluster, err := readFilled(results[0].Stdout, results[1].Stdout, results[2].Stdout)
	if err != nil {
		return out, nil, err
	}
	if out.Wanted, err = s.wanted(); err != nil {
		return out, nil, err
	}
	together := s.Out
	if s.Next != "" && !slices.Contains(together, s.Next) {
		together = append(slices.Clone(together), s.Next)
	}
	packing := cluster.packing.Again()
	leaving := slices.Concat(s.Nodes, together)
	slices.Sort(leaving)
	out.Pinned = homelessTexts(packing.Pin(slices.Compact(leaving)))
	var missing []evict.Homeless
	out.Largest, missing = packing.Largest(s.Nodes)
	out.AtOnce = max(1, min(out.Wanted, out.Largest))
	out.Missing = homelessTexts(missing)
	out.Lacking = homelessTexts(packing.Without(together))
	out.Fits = len(out.Lacking) == 0
	return out, s.notes(out), nil
}

func (s Capacity) notes(out CapacityOutput) []step.Note {
	var notes []step.Note
	if !slices.Equal(s.Nodes, []string{s.Next}) || out.Largest == 0 { // of one that is next, what stands below says all
		notes = s.largest(out)
	}
	if len(out.Pinned) > 0 {
		notes = append(notes, step.Note{Warning: true, Text: "down while their node is: " + strings.Join(out.Pinned, "; ")})
	}
	if !out.Fits {
		notes = append(notes, step.Note{Warning: true, Text: "no room for the pods of " + s.Next + ": " + strings.Join(out.Lacking, "; ")})
	}
	return notes
}

// largest says how many of the nodes may be out, where there are any.
func (s Capacity) largest(out CapacityOutput) []step.Note {
	text := fmt.Sprintf("%d of %d nodes may be out at once", out.Largest, len(s.Nodes))
	switch {
	case len(s.Nodes) == 0:
		return nil
	case len(s.Nodes) == 1 && out.Largest == 1:
		text = s.Nodes[0] + " may be out: what can move fits elsewhere"
	case len(s.Nodes) == 1:
		text = s.Nodes[0] + " may not be out: these pods find no other node: " + strings.Join(out.Missing, "; ")
	case len(out.Missing) > 0:
		text += fmt.Sprintf("; with %d, these pods find no other: %s", out.Largest+1, strings.Join(out.Missing, "; "))
	}
	return []step.Note{{Warning: out.Largest < out.Wanted, Text: text}}
}

// homelessTexts are sentences about the first few pods, and how many more there are: guards
// put them into one message.
func homelessTexts(list []evict.Homeless) []string {
	var texts []string
	for i, h := range list {
		if i == fewPods {
			return append(texts, fmt.Sprintf("and %d more", len(list)-i))
		}
		texts = append(texts, fmt.Sprintf("%s of %s (%s): %s", h.Pod, h.Pod.Node, h.Pod.Requests, h.Why))
	}
	return texts
}
