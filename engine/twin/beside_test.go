package twin_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// A host that computes for long still comes first where it began first.
func TestWhatHostsDoToTheClusterAtOneInstantIsInTheOrderOfTheirCommands(t *testing.T) {
	v, _ := kube.Parse("1.33.4") // it is one
	for _, c := range []struct{ first, second string }{{"w1", "w2"}, {"w2", "w1"}, {"w1", "w1"}} {
		clock := run.NewDiscrete(time.Now())
		cluster := twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: v}, clock)
		var both sync.WaitGroup
		for _, command := range []struct{ host, unit, script string }{
			{c.first, "early", "for i in $(seq 2000); do :; done"}, {c.second, "late", ":"},
		} {
			both.Add(1)
			clock.Go(func() {
				defer both.Done()
				argv := []string{"sh", "-c", command.script + "; echo " + command.unit + " >>/tmp/said; systemctl status " + command.unit}
				if _, err := cluster.Exec(t.Context(), command.host, step.Command{Argv: argv}, io.Discard); err != nil {
					t.Error(err)
				}
			})
		}
		clock.Leave()
		both.Wait()
		log := cluster.Log()
		if len(log) != 2 || log[0].Argv[2] != "early" || log[1].Argv[2] != "late" {
			t.Errorf("first on %s, then on %s: %v", c.first, c.second, log)
		}
		if c.first != c.second {
			continue
		}
		if said, _ := cluster.ReadFile(c.first, "/tmp/said"); said != "early\nlate\n" {
			t.Errorf("on one host: %q", said)
		}
	}
}

// A manifest is a file of one host, and what the cluster sees.
func TestWhoBeganFirstSeesNoManifestThatIsTakenAway(t *testing.T) {
	v, _ := kube.Parse("1.33.4") // it is one
	clock := run.NewDiscrete(time.Now())
	cluster := twin.New(twin.Shape{ControlPlanes: 1, Workers: 1, Version: v}, clock)
	var both sync.WaitGroup
	for _, command := range []struct{ host, script string }{
		{"w1", "for i in $(seq 2000); do :; done; kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node w1 -o name"},
		{"cp1", "mv /etc/kubernetes/manifests/kube-apiserver.yaml /tmp/"},
	} {
		both.Add(1)
		clock.Go(func() {
			defer both.Done()
			if r, err := cluster.Exec(t.Context(), command.host, step.Command{Script: command.script}, io.Discard); err != nil || r.Exit != 0 {
				t.Errorf("%s: exit %d, %v: %s", command.host, r.Exit, err, r.Stderr)
			}
		})
	}
	clock.Leave()
	both.Wait()
}

// With the race detector: who looks first at a control plane has its etcd begin.
func TestManyLooksAtControlPlanesAtOnce(t *testing.T) {
	v, _ := kube.Parse("1.33.4") // it is one
	cluster := twin.New(twin.Shape{ControlPlanes: 3, Version: v}, run.Wall{})
	var all sync.WaitGroup
	for _, host := range []string{"cp1", "cp2", "cp3"} {
		all.Go(func() {
			const looks = "for i in $(seq 100); do ls /proc >/dev/null; mv /var/lib/etcd/member /tmp/m$i 2>/dev/null || :; done"
			cluster.Shell(t.Context(), host, looks, nil, io.Discard, io.Discard)
		})
	}
	all.Wait()
}

func TestWhatIsKeptOfAnObjectIsBounded(t *testing.T) {
	v, _ := kube.Parse("1.33.4")                            // it is one
	beat := time.Date(2026, 11, 23, 13, 50, 0, 0, time.UTC) // from then on a node's object is the same for minutes
	cluster := twin.New(twin.Shape{ControlPlanes: 1, Workers: 1, Version: v}, run.NewDiscrete(beat))
	get := func(what string, args ...any) string {
		t.Helper()
		var stdout strings.Builder
		if exit := cluster.Shell(t.Context(), "cp1", "kubectl --kubeconfig /etc/kubernetes/admin.conf get "+fmt.Sprintf(what, args...), nil, &stdout, io.Discard); exit != 0 {
			t.Errorf("exit %d: get "+what, append([]any{exit}, args...)...)
		}
		return stdout.String()
	}
	for i := range 100 {
		get("pods -A --field-selector spec.nodeName=w%d", i)
		get("nodes -l kubernetes.io/hostname=w%d", i)
	}
	most := cluster.MostAnswers()
	if selectors, _ := cluster.Questions(); most == 0 || most > 20 || selectors > 20 {
		t.Errorf("%d answers are kept of one object, and %d selectors", most, selectors)
	}
	if got := get("nodes -l kubernetes.io/hostname=w1,!no --field-selector metadata.name!=cp1 -o name"); got != "node/w1\n" {
		t.Errorf("a selector of which nothing is kept selects %q", got)
	}
	get("nodes -o jsonpath='{range .items[*]}{.metadata.name}{end}'")
	if now := cluster.MostAnswers(); now != most+1 {
		t.Errorf("%d answers were kept of one object, and with that to a template %d: it finds no room behind selectors", most, now)
	}
	for i := range 100 {
		get("nodes -o jsonpath='{range .items[*]}%d{.metadata.name}{end}'", i)
		get("node w1 -o jsonpath='%d{.metadata.name}'", i)
	}
	if got := get("nodes -o jsonpath='{range .items[*]}{.metadata.name}, {end}'") + get("node w1 -o jsonpath='{.metadata.name}'"); got != "cp1, w1, w1" {
		t.Errorf("templates of which nothing is kept print %q", got)
	}
	most = cluster.MostAnswers()
	if _, templates := cluster.Questions(); most > 20 || templates > 100 {
		t.Errorf("%d answers are kept of one object, and %d templates", most, templates)
	}
}
