package twin_test

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/twin"
)

// still is a clock that nobody's sleep moves.
type still struct{ at time.Time }

func (c *still) Now() time.Time                       { return c.at }
func (c *still) Sleep(time.Duration, <-chan struct{}) {}

// says is what a command line prints on cp1.
func says(t *testing.T, c *twin.Cluster, line string) string {
	t.Helper()
	var out bytes.Buffer
	if exit := c.Shell(t.Context(), "cp1", line, nil, &out, io.Discard); exit != 0 {
		t.Fatalf("%s: exit %d", line, exit)
	}
	return out.String()
}

func TestPodsAreListedInOrderWhateverBecameOfThem(t *testing.T) {
	clock := &still{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	c := twin.New(twin.Shape{ControlPlanes: 3, Workers: 40, Version: version("1.33.4"), Web: 3}, clock)
	const list = `kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -A -o jsonpath='{range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.containers[0].image}{"\n"}{end}'`
	before := strings.Split(says(t, c, list), "\n")
	c.SetProxy(version("1.34.2"))
	after := strings.Split(says(t, c, list), "\n")
	for _, lines := range [][]string{before, after} {
		if lines = lines[:len(lines)-1]; len(lines) != 2*43+3*4+2+3 || !slices.IsSorted(lines) {
			t.Errorf("%d pods, sorted: %t\n%s", len(lines), slices.IsSorted(lines), strings.Join(lines, "\n"))
		}
	}
	if slices.Equal(before, after) || strings.Contains(strings.Join(after, "\n"), "kube-proxy:v1.33.4") {
		t.Errorf("the pods of kube-proxy are still the old ones:\n%s", strings.Join(after, "\n"))
	}
}

func TestWhoAsksAtTheSameInstantHearsWhatBecameOfAKubelet(t *testing.T) {
	clock := &still{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.33.4")}, clock)
	const later = `sleep 60; kubectl --kubeconfig /etc/kubernetes/admin.conf get daemonsets -A -o jsonpath='{.items[0].status.numberReady}'`
	for _, do := range []struct {
		what, ready string
		then        func()
	}{
		{"nothing", "3", func() {}},
		{"it is stopped", "2", func() { c.Shell(t.Context(), "w1", "systemctl stop kubelet", nil, io.Discard, io.Discard) }},
		{"it is started", "3", func() { c.Shell(t.Context(), "w1", "sleep 50; systemctl start kubelet", nil, io.Discard, io.Discard) }},
		{"its host has no power", "2", func() { c.PowerLoss("w1", time.Hour) }},
	} {
		if do.then(); says(t, c, later) != do.ready {
			t.Errorf("%s: %s are ready and not %s", do.what, says(t, c, later), do.ready)
		}
	}
}

// With the race detector: the parts of a list are made beside each other.
func TestALongListIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, question := range []string{
		"nodes", "nodes,nodes -o wide", "nodes -o json", "pods -A --no-headers", "pods -A -o json",
		"nodes,nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions}{\"\\n\"}{end}'",
		"pods -A -l app=agent --field-selector spec.nodeName!=w7 -o jsonpath='{range .items[*]}{.metadata.name} {.spec}{\"\\n\"}{end}'",
	} {
		var answers []string
		for _, processors := range []int{1, 4} {
			runtime.GOMAXPROCS(processors)
			clock := &still{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
			c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 420, Version: version("1.33.4")}, clock)
			answers = append(answers, says(t, c, "kubectl --kubeconfig /etc/kubernetes/admin.conf get "+question))
		}
		if answers[0] != answers[1] || strings.Count(answers[0], "\n") < 419 {
			t.Errorf("get %s says on one processor\n%.2000s\nand on four\n%.2000s", question, answers[0], answers[1])
		}
	}
}
