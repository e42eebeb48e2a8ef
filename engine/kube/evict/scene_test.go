package evict

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// scene is a cluster, a line for each node and pod:
//
//	node w1 cpu=2 memory=4Gi zone=a taint=dedicated:NoSchedule cordoned
//	pod w1 default/web-1 cpu=500m app=web owner=ReplicaSet …
//
// A word that is none of those known is a label, where it has a value. A pod's node is - where
// it waits for one, and its owner a ReplicaSet, unless the line says otherwise.
func scene(t *testing.T, text string) (nodes []Node, pods []Pod) {
	t.Helper()
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "node":
			nodes = append(nodes, nodeOf(t, words[1:]))
		default:
			pods = append(pods, podOf(t, words[1:]))
		}
	}
	return nodes, pods
}

func nodeOf(t *testing.T, words []string) Node {
	t.Helper()
	n := Node{Name: words[0], Labels: map[string]string{"host": words[0]}, Allocatable: Amounts{"cpu": 2000, "memory": 4 << 30 * 1000, "pods": 110_000}, Open: true}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "cpu", "memory", "pods", "ephemeral-storage", "gpu":
			n.Allocatable[key] = quantity(t, value)
		case "taint":
			taint, effect, _ := strings.Cut(value, ":")
			n.Taints = append(n.Taints, Taint{Key: taint, Effect: effect})
		case "cordoned":
			n.Open, n.Cordoned = false, true
		default:
			n.Labels[key] = value
		}
	}
	return n
}

func podOf(t *testing.T, words []string) Pod {
	t.Helper()
	p := Pod{Node: words[0], Labels: map[string]string{}, Controller: "ReplicaSet", Ready: true, Requests: Amounts{}}
	p.Namespace, p.Name, _ = strings.Cut(words[1], "/")
	if p.Node == "-" {
		p.Node, p.Pending, p.Ready = "", true, false
	}
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "cpu", "memory", "ephemeral-storage", "gpu":
			p.Requests[key] = quantity(t, value)
		case "owner":
			p.Controller = value
		case "bare":
			p.Controller = ""
		case "mirror":
			p.Mirror = true
		case "ending":
			p.Ending = true
		case "unready":
			p.Ready = false
		case "starting":
			p.Pending, p.Ready = true, false
		case "port":
			port, _ := strconv.Atoi(value)
			p.HostPorts = append(p.HostPorts, port)
		case "select":
			name, want, _ := strings.Cut(value, ":")
			p.NodeSelector = map[string]string{name: want}
		case "tolerate":
			p.Tolerations = append(p.Tolerations, Toleration{Key: value, Operator: "Exists"})
		case "apart", "beside":
			name, key, _ := strings.Cut(value, "/")
			terms := &p.Affinity.PodAntiAffinity
			if word[0] == 'b' {
				terms = &p.Affinity.PodAffinity
			}
			terms.Required = append(terms.Required, PodTerm{LabelSelector: &LabelSelector{MatchLabels: map[string]string{"app": name}}, TopologyKey: key})
		case "volume":
			p.Bound = append(p.Bound, nodeSelector(t, `[{"matchExpressions":[{"key":"host","operator":"In","values":["`+value+`"]}]}]`))
		case "require":
			s := nodeSelector(t, value)
			p.Affinity.NodeAffinity.Required = &s
		default:
			p.Labels[key] = value
		}
	}
	return p
}

func nodeSelector(t *testing.T, terms string) (s NodeSelector) {
	t.Helper()
	if err := json.Unmarshal([]byte(`{"nodeSelectorTerms":`+terms+`}`), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func quantity(t *testing.T, text string) int64 {
	t.Helper()
	q, err := ParseQuantity(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func lines(homeless []Homeless) string {
	var said []string
	for _, h := range homeless {
		said = append(said, h.Pod.String()+": "+h.Why)
	}
	return strings.Join(said, "; ")
}

func names(pods []*Pod) string {
	var said []string
	for _, p := range pods {
		said = append(said, p.Name)
	}
	slices.Sort(said)
	return strings.Join(said, " ")
}
