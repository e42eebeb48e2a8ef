package evict

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomScene is a small cluster with all that binds pods: requests, taints, zones, host ports, pods that keep apart.
func randomScene(r *rand.Rand) string {
	var text strings.Builder
	some := func(words ...string) string {
		if i := r.IntN(2 * len(words)); i < len(words) {
			return " " + words[i]
		}
		return ""
	}
	nodes := 2 + r.IntN(3)
	for i := range nodes {
		fmt.Fprintf(&text, "node w%d cpu=%d zone=%c%s%s\n", i, 1+r.IntN(3), 'a'+r.IntN(2), some("taint=dedicated:NoSchedule"), some("cordoned", "free=yes", "free=no"))
	}
	for i := range 1 + r.IntN(6) {
		fmt.Fprintf(&text, "pod w%d a/p%d cpu=%dm app=%c%s%s%s\n", r.IntN(nodes), i, 100*(1+r.IntN(12)), 'x'+r.IntN(2),
			some("tolerate=dedicated"), some("port=80", "port=443"), some("apart=x/host", "apart=x/zone", "apart=y/host", "owner=DaemonSet", "bare"))
	}
	return text.String()
}

// homes looks through every way to place pods, one after the other, and says whether there is one: slowly, and by rules
// of its own.
func homes(nodes []Node, stay, moving []*Pod, at map[*Pod]*Node) bool {
	if len(moving) == 0 {
		return true
	}
	pod := moving[0]
	for i := range nodes {
		if n := &nodes[i]; n.Open && lives(n, pod, stay, at) {
			at[pod] = n
			if homes(nodes, append(slices.Clone(stay), pod), moving[1:], at) {
				return true
			}
			delete(at, pod)
		}
	}
	return false
}

func lives(n *Node, pod *Pod, others []*Pod, at map[*Pod]*Node) bool {
	cpu := pod.Requests["cpu"]
	for _, other := range others {
		if at[other].Name == n.Name {
			cpu += other.Requests["cpu"]
			for _, port := range other.HostPorts {
				if slices.Contains(pod.HostPorts, port) {
					return false
				}
			}
		}
		if apart(pod, n, other, at[other]) || apart(other, at[other], pod, n) {
			return false
		}
	}
	return cpu <= n.Allocatable["cpu"] && (len(n.Taints) == 0 || len(pod.Tolerations) > 0)
}

// apart says whether a keeps b away.
func apart(a *Pod, an *Node, b *Pod, bn *Node) bool {
	for _, term := range a.Affinity.PodAntiAffinity.Required {
		if term.LabelSelector.MatchLabels["app"] == b.Labels["app"] && an.Labels[term.TopologyKey] == bn.Labels[term.TopologyKey] {
			return true
		}
	}
	return false
}

// What is said to fit does fit, and of one pod alone the opposite holds, too.
func TestWherePodsAreSaidToFitThereIsAWay(t *testing.T) {
	fits, not := 0, 0
	for seed := range uint64(20_000) {
		text := randomScene(rand.New(rand.NewPCG(seed, 1)))
		nodes, pods := scene(t, text)
		out := []string{nodes[0].Name, nodes[1].Name}[:1+seed%2]
		at, stay, moving := map[*Pod]*Node{}, []*Pod{}, []*Pod{}
		for i := range pods {
			p := &pods[i]
			at[p] = &nodes[slices.IndexFunc(nodes, func(n Node) bool { return n.Name == p.Node })]
			switch away := slices.Contains(out, p.Node); {
			case !away:
				stay = append(stay, p)
			case p.Returns():
				moving = append(moving, p)
			}
		}
		left := slices.DeleteFunc(slices.Clone(nodes), func(n Node) bool { return slices.Contains(out, n.Name) })
		homeless := Pack(nodes, pods).Without(out)
		way := homes(left, stay, moving, at)
		if homeless == nil && !way || homeless != nil && way && len(moving) == 1 {
			t.Fatalf("seed %d, out are %v: homeless %q, and a way is there: %t\n%s", seed, out, lines(homeless), way, text)
		}
		if homeless == nil && len(moving) > 0 {
			fits++
		} else if homeless != nil {
			not++
		}
	}
	if fits < 1000 || not < 1000 {
		t.Errorf("too few scenes mean anything: %d fit, %d do not", fits, not)
	}
}
