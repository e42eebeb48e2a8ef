package steps

import (
	"strings"
	"testing"
)

func TestS26WorkloadsAreBackOrListed(t *testing.T) {
	const baseline = "Deployment default/web 3, Deployment default/web-2 1, StatefulSet default/db 2, DaemonSet kube-system/kube-proxy 5"
	all := []string{"Deployment default/web now 3 3", "Deployment default/web-2 now 1 1", "StatefulSet default/db now 2 2", "DaemonSet kube-system/kube-proxy now 5 5"}
	for _, test := range []struct {
		name, away string
		change     map[int]string
		want       string
	}{
		{"all is back", "0", nil, ""},
		{"one pod is not", "0", map[int]string{0: "Deployment default/web now 3 2"}, "Deployment default/web: 2 of 3 ready\n"},
		{"none is", "0", map[int]string{2: "StatefulSet default/db now 2 "}, "StatefulSet default/db: 0 of 2 ready\n"},
		{"several are listed", "0", map[int]string{0: "Deployment default/web now 3 2", 1: "Deployment default/web-2 now 1 "}, "Deployment default/web: 2 of 3 ready\nDeployment default/web-2: 0 of 1 ready\n"},
		{"a workload that was scaled down", "0", map[int]string{0: "Deployment default/web now 1 1"}, ""},
		{"a workload that was scaled up", "0", map[int]string{0: "Deployment default/web now 9 3"}, ""},
		{"a workload that was turned off", "0", map[int]string{0: "Deployment default/web now 0 "}, ""},
		{"a workload that was deleted", "0", map[int]string{0: ""}, ""},
		{"a workload that is new", "0", map[int]string{1: "Deployment default/new now 4 0"}, ""},
		{"one of the same name and another kind", "0", map[int]string{0: "StatefulSet default/web now 3 0"}, ""},
		{"pods of a DaemonSet on nodes that are out", "2", map[int]string{3: "DaemonSet kube-system/kube-proxy now 5 3"}, ""},
		{"more of them than nodes are out", "2", map[int]string{3: "DaemonSet kube-system/kube-proxy now 5 2"}, "DaemonSet kube-system/kube-proxy: 2 of 3 ready\n"},
		{"on a node that is not Ready", "0", map[int]string{3: "DaemonSet kube-system/kube-proxy now 5 4", 4: "Unknown"}, ""},
		{"on one of the nodes that are out", "1", map[int]string{3: "DaemonSet kube-system/kube-proxy now 5 3", 4: "False"}, "DaemonSet kube-system/kube-proxy: 3 of 4 ready\n"},
		{"nodes that are out excuse no Deployment", "2", map[int]string{0: "Deployment default/web now 3 2"}, "Deployment default/web: 2 of 3 ready\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wait := actionsOf(t, "workloads-ready: {baseline: ["+baseline+"], away: "+test.away+"}", "")[0]
			var now []string
			for i, line := range all {
				if other, changed := test.change[i]; changed {
					line = other
				}
				now = append(now, line)
			}
			b := newBench(t)
			b.file("now", strings.Join(now, "\n")+"\n")
			third := "True"
			if other, changed := test.change[4]; changed {
				third = other
			}
			b.tool("kubectl", "case \"$*\" in *'get nodes'*) printf 'True\nTrue\n"+third+"\n' ;; *) cat '"+b.path("now")+"' ;; esac")
			exit := 0
			if test.want != "" {
				exit = 1
			}
			if _, stderr := b.exits(wait.Do, exit); stderr != test.want {
				t.Errorf("it lists\n%swant\n%s", stderr, test.want)
			}
		})
	}

	wait := actionsOf(t, "workloads-ready: {baseline: []}", "")[0]
	b := newBench(t)
	b.tool("kubectl", "echo refused >&2; exit 1")
	if _, stderr := b.exits(wait.Do, 1); stderr != "refused\n" {
		t.Errorf("without an API it says %q", stderr)
	}
}

func TestManyWorkloadsThatAreNotBackAreCounted(t *testing.T) {
	var baseline, now []string
	for _, name := range strings.Split("abcdefghijklm", "") {
		baseline = append(baseline, "Deployment x/"+name+" 1")
		now = append(now, "Deployment x/"+name+" now 1 ")
	}
	wait := actionsOf(t, "workloads-ready: {baseline: ["+strings.Join(baseline, ", ")+"]}", "")[0]
	b := newBench(t)
	b.file("now", strings.Join(now, "\n")+"\n")
	b.tool("kubectl", "cat '"+b.path("now")+"'")
	_, stderr := b.exits(wait.Do, 1)
	if lines := strings.Split(strings.TrimSpace(stderr), "\n"); len(lines) != 11 || lines[0] != "13 workloads are not back; the first 10:" || lines[10] != "Deployment x/j: 0 of 1 ready" {
		t.Errorf("it lists\n%s", stderr)
	}
}

func TestS21ADrainThatFailsNamesPodsAndBudgets(t *testing.T) {
	explain := *actionsOf(t, "drain: {}", "")[1].Explain
	b := newBench(t)
	b.tool("kubectl", `case "$*" in
*"get pods"*) printf '%s\n' kube-system,kube-proxy-1,by:DaemonSet,ends: default,web-1,by:ReplicaSet,ends: default,web-2,by:ReplicaSet,ends:2026-11-24T01:02:03Z default,debug,by:,ends: kube-system,etcd-1,by:Node,ends: ;;
*) printf '%s\n' default,web,0,3,3,3 default,free,1,3,2,3 other,db,0,1,1,1 ;;
esac`)
	out, _ := b.exits(explain, 0)
	wantText(t, "the explanation", out, `
still on w3: default/debug
still on w3: default/web-1 of a ReplicaSet
still on w3: default/web-2 of a ReplicaSet, told to end, by 2026-11-24T01:02:03Z at the latest
PodDisruptionBudget default/web lets no pod go now: 3 of 3 pods are healthy, and 3 must stay`)
	b.tool("kubectl", "exit 1")
	if out, _, _ := b.run(explain); out != "" {
		t.Errorf("without an API it says %q", out)
	}
}
