package evict

import (
	"fmt"
	"strings"
	"testing"
)

func TestPodsOfADrainFitElsewhereOrAreNamed(t *testing.T) {
	const noRoom = "no node that may run it has room"
	for _, test := range []struct {
		name, scene, out, want string
	}{
		{"a pod goes where there is room", "node w1\nnode w2\npod w1 a/x cpu=1", "w1", ""},
		{"a node without requests always fits", "node w1\nnode w2 cpu=0\npod w1 a/x", "w1", ""},
		{"requests that are taken are no room", "node w1\nnode w2\npod w1 a/x cpu=1\npod w2 a/y cpu=1500m", "w1", "a/x: " + noRoom},
		{"memory counts by itself", "node w1\nnode w2\npod w1 a/x memory=3Gi\npod w2 a/y memory=1.5Gi", "w1", "a/x: " + noRoom},
		{"so do places", "node w1\nnode w2 pods=1\npod w1 a/x\npod w2 a/y", "w1", "a/x: " + noRoom},
		{"so does ephemeral storage", "node w1\nnode w2 ephemeral-storage=1Gi\npod w1 a/x ephemeral-storage=2Gi", "w1", "a/x: " + noRoom},
		{"so does whatever else a node offers", "node w1 gpu=1\nnode w2\nnode w3 gpu=1\npod w1 a/x gpu=1\npod w3 a/y gpu=1", "w1", "a/x: " + noRoom},
		{"pods of DaemonSets and static pods stay behind", "node w1\nnode w2 cpu=0\npod w1 a/x cpu=1 owner=DaemonSet\npod w1 a/y cpu=1 owner=Node mirror", "w1", ""},
		{"they take room all the same", "node w1\nnode w2\npod w1 a/x cpu=1\npod w2 a/y cpu=1500m owner=DaemonSet", "w1", "a/x: " + noRoom},
		{"a pod that nothing starts again needs no room", "node w1\nnode w2 cpu=0\npod w1 a/x cpu=1 bare", "w1", ""},
		{"nor does one that is going anyway", "node w1\nnode w2 cpu=0\npod w1 a/x cpu=1 ending", "w1", ""},
		{"but until it is gone it takes some", "node w1\nnode w2\npod w1 a/x cpu=1\npod w2 a/y cpu=2 ending", "w1", "a/x: " + noRoom},
		{"a cordoned node takes nobody", "node w1\nnode w2 cordoned\nnode w3 cpu=0\npod w1 a/x cpu=1", "w1", "a/x: " + noRoom + " (w2 is cordoned)"},
		{"a taint keeps a pod off", "node w1\nnode w2 taint=k:NoSchedule\nnode w3 cpu=0\npod w1 a/x cpu=1", "w1", "a/x: " + noRoom},
		{"a toleration lets it in", "node w1\nnode w2 taint=k:NoExecute\npod w1 a/x cpu=1 tolerate=k", "w1", ""},
		{"a taint that only prefers keeps nobody off", "node w1\nnode w2 taint=k:PreferNoSchedule\npod w1 a/x cpu=1", "w1", ""},
		{"a node selector narrows the choice", "node w1 disk=ssd\nnode w2\nnode w3 disk=ssd cpu=0\npod w1 a/x cpu=1 select=disk:ssd", "w1", "a/x: " + noRoom},
		{"required node affinity too", "node w1 zone=a\nnode w2 zone=b\nnode w3 zone=a cpu=0\n" + `pod w1 a/x cpu=1 require=[{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["b"]}]}]`, "w1", "a/x: " + noRoom},
		{"pods that wait go first", "node w1\nnode w2\npod w1 a/x cpu=1\npod - a/y cpu=1500m", "w1", "a/x: " + noRoom},
		{"pods that wait for what is nowhere are no matter", "node w1\nnode w2\npod w1 a/x cpu=1\npod - a/y cpu=9", "w1", ""},
		{"two nodes at once need room for both", "node w1\nnode w2\nnode w3\npod w1 a/x cpu=1500m\npod w2 a/y cpu=1500m", "w1 w2", "a/y: " + noRoom},
		{"large pods go first, so that small ones fill the gaps", "node w1\nnode w2\nnode w3 cpu=1\npod w1 a/x cpu=1\npod w1 a/y cpu=2", "w1", ""},
		{"a node that nobody knows is no node", "node w1\nnode w2\npod w1 a/x cpu=1", "w9", ""},
		{"pods that keep apart by zone find another zone", "node w1 zone=a\nnode w2 zone=b\nnode w3 zone=c\npod w1 a/x app=db apart=db/zone\npod w2 a/y app=db apart=db/zone", "w1", ""},
		{"a pod that keeps others away does so from both sides", "node w1\nnode w2\nnode w3 cpu=0\npod w1 a/x app=web cpu=1\npod w2 a/y app=db apart=web/host", "w1", "a/x: " + noRoom},
		{"pods that want to be beside others follow them", "node w1 zone=a\nnode w2 zone=b\nnode w3 zone=a\npod w1 a/x cpu=1 beside=db/zone\npod w3 a/y app=db cpu=2\npod w2 a/z app=web", "w1", "a/x: " + noRoom},
		{"the first of a company is let in", "node w1 zone=a\nnode w2 zone=b\npod w1 a/x app=db beside=db/zone", "w1", ""},
		{"another namespace is another company", "node w1 zone=a\nnode w2 zone=a\npod w1 a/x app=db apart=db/zone\npod w2 b/y app=db", "w1", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			nodes, pods := scene(t, test.scene)
			p := Pack(nodes, pods)
			for range 2 { // a second time says the same: nothing is kept
				if got := lines(p.Without(strings.Fields(test.out))); got != test.want {
					t.Errorf("%q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestPodsThatNoOtherNodeMayRunAreToldApart(t *testing.T) {
	for _, test := range []struct {
		name, scene, want string
	}{
		{"a node selector that one node alone satisfies", "node w1 disk=ssd\nnode w2\npod w1 a/x select=disk:ssd", "x"},
		{"a volume that lies on the node", "node w1\nnode w2\npod w1 a/x volume=w1", "x"},
		{"a taint on every other node", "node w1\nnode w2 taint=k:NoSchedule\npod w1 a/x", "x"},
		{"replicas that keep apart, one on each node", "node w1\nnode w2\npod w1 a/x app=db apart=db/host\npod w2 a/y app=db apart=db/host", "x y"},
		{"a host port that is taken everywhere", "node w1\nnode w2\npod w1 a/x port=80\npod w2 a/y port=80", "x y"},
		{"more than any other node has at all", "node w1 cpu=4\nnode w2\npod w1 a/x cpu=3", "x"},
		{"the only node", "node w1\npod w1 a/x", "x"},
		{"not one for which there is just no room now", "node w1\nnode w2\npod w1 a/x cpu=2\npod w2 a/y cpu=2", ""},
		{"not one whose other node is cordoned: that can be ended", "node w1\nnode w2 cordoned\npod w1 a/x", ""},
		{"not a static pod, nor one that nothing starts again", "node w1\npod w1 a/x mirror\npod w1 a/y bare\npod w1 a/z owner=DaemonSet", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			nodes, pods := scene(t, test.scene)
			p := Pack(nodes, pods)
			var got []*Pod
			for _, h := range p.Pin([]string{"w1", "w2"}) {
				got = append(got, h.Pod)
			}
			if names(got) != test.want {
				t.Errorf("%q, want %q", names(got), test.want)
			}
			if left := p.Without([]string{"w1"}); test.want != "" && left != nil {
				t.Errorf("what is pinned is told again: %s", lines(left))
			}
		})
	}
}

func TestTheLargestWindow(t *testing.T) {
	even := func(workers int, each string) string {
		var text strings.Builder
		for i := range workers {
			fmt.Fprintf(&text, "node w%02d\npod w%02d a/x%02d cpu=%s\n", i, i, i, each)
		}
		return text.String()
	}
	for _, test := range []struct {
		name, scene, nodes string
		want               int
		missing            string
	}{
		{"half full nodes leave room for half of them", even(8, "1"), "", 4, "a/x04: no node that may run it has room"},
		{"a third full, two thirds", even(9, "500m"), "", 6, "a/x06"},
		{"full nodes leave none", even(8, "1900m"), "", 0, "a/x00"},
		{"without requests all may go but one", even(3, "0"), "", 2, "a/x00: no node that stays may run it"},
		{"nodes that would help, and are cordoned, are named", "node w00\npod w00 a/x00 cpu=1\nnode z cordoned\nnode y taint=own:NoSchedule cordoned", "", 0, "a/x00: no node that stays may run it (z is cordoned)"},
		{"nodes beside those that are asked for help", even(8, "1") + "node z cpu=20", "", 8, ""},
		{"one heavy node decides", even(8, "500m") + "node w08\npod w08 a/big cpu=2", "", 0, "a/big"},
		{"no nodes", even(2, "1"), "-", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			nodes, pods := scene(t, test.scene)
			var list []string
			for _, n := range nodes {
				if strings.HasPrefix(n.Name, "w") && test.nodes == "" {
					list = append(list, n.Name)
				}
			}
			got, missing := Pack(nodes, pods).Largest(list)
			if got != test.want || !strings.Contains(lines(missing), test.missing) || (test.missing == "") != (missing == nil) {
				t.Errorf("%d, %q; want %d, %q", got, lines(missing), test.want, test.missing)
			}
		})
	}
}

func TestALargeClusterIsMeasured(t *testing.T) {
	var text strings.Builder
	var list []string
	for i := range 1000 {
		name := fmt.Sprintf("w%03d", i)
		list = append(list, name)
		fmt.Fprintf(&text, "node %s\n", name)
		for j := range 5 {
			fmt.Fprintf(&text, "pod %s a/x%03d-%d cpu=200m memory=256Mi app=x%d\n", name, i, j, j)
		}
	}
	nodes, pods := scene(t, text.String())
	if got, _ := Pack(nodes, pods).Largest(list); got != 500 {
		t.Errorf("%d, want 500", got)
	}
}
