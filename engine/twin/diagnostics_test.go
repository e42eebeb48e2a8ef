package twin_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"rung/engine/run"
	"rung/engine/twin"
)

// chest is a run.Shelf in memory. Hosts put into it at once.
type chest struct {
	mu    sync.Mutex
	files map[string]string
}

func (c *chest) Put(host, name string, content []byte) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files[host+"/"+name] = string(content)
	return "/runs/r/diagnostics/" + host + "/" + name, nil
}

// fails carries the bundled upgrade out on a cluster with a fault, which it does not survive.
func fails(t *testing.T, shape twin.Shape, inputs map[string]any, faults ...string) (site, *diary, map[string]string) {
	t.Helper()
	s := siteOf(shape)
	s.inject(t, faults...)
	var planes, workers []string
	for _, n := range s.Nodes() {
		if n.ControlPlane {
			planes = append(planes, n.Name)
		} else {
			workers = append(workers, n.Name)
		}
	}
	s.plan = bundled(t, inventoryOf(planes, workers), inputs)
	d, kept := &diary{}, &chest{files: map[string]string{}}
	x := &run.Execute{Exec: s.detached("r"), Hosts: s.plan.Inventory, Clock: s.clock, Sink: d, Shelf: kept}
	end := run.Run{ID: "r", Plan: s.plan, Perform: x, Sink: d, Clock: s.clock, Stop: make(chan struct{}), Probe: x.Probe, Confirm: yes}.Do(t.Context())
	if end.Exit == run.ExitDone {
		t.Fatalf("it went well in spite of %q", faults)
	}
	if unknown := s.Unknown(); len(unknown) > 0 {
		t.Errorf("the twin does not know %v", unknown[0].Argv)
	}
	return s, d, kept.files
}

// causes are the ids of what was said to lie behind failures, sorted.
func (d *diary) causes() string {
	ids := map[string]bool{}
	for _, e := range d.events {
		if e.Cause != nil {
			ids[e.Cause.ID] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(ids)), " ")
}

// Every fault of the demo that makes an upgrade fail in a known way is told with what probably lies behind it.
func TestFaultsThatAreKnownAreToldWithTheirCause(t *testing.T) {
	for _, test := range []struct {
		faults string
		input  string     // that is true
		shape  twin.Shape // one control plane and two workers at 1.31.4 where empty
		causes string
		kept   string // a host of which diagnostics were taken
		says   string // in them
	}{
		{faults: "apply-fails:apiserver", causes: "static-pod-hash", kept: "cp1", says: "=== journal\n"},
		{faults: "apply-fails:etcd", causes: "static-pod-hash", kept: "cp1", says: "kubeadm-backup-etcd-"},
		{faults: "apply-dies:kube-apiserver", causes: "killed", kept: "cp1", says: "Exited"},
		{faults: "kubelet-crash:w1", causes: "kubelet-down runtime-down", kept: "w1", says: "NodeNotReady"},
		{faults: "etcd-member-broken:cp2", shape: twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")}, causes: "api-down etcd-member", kept: "cp2", says: "failed to open database"},
		{faults: "etcd-quorum-lost", shape: twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")}, causes: "api-down etcd-member etcd-quorum", kept: "cp1", says: "is starting a new election"},
		{faults: "drain-blocked:w1", input: "drain_blocked_ok", causes: "disruption-budget", kept: "w1", says: "SchedulingDisabled"},
		{faults: "image-missing:kube-proxy:w1", causes: "image-pull", kept: "w1", says: "=== running\n"},
		{faults: "disk-full:w1:/var/lib/rung", causes: "no-space", kept: "w1", says: "=== disk\n"},
		{faults: "package-drags:w1:kubernetes-cni", causes: "package-conflict", kept: "w1", says: "v1.31.4"},
		{faults: "disk-pressure:cp1", causes: "disk-pressure static-pod-hash", kept: "cp1", says: "DiskPressure=True"},
		{faults: "health-job-hangs", causes: "health-job", kept: "cp1", says: "=== pods\n"},
		{faults: "package-locked:w2", causes: "package-lock", kept: "w2", says: "v1.31.4"},
		{faults: "package-locked:w2", shape: twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Packages: twin.Apt}, causes: "package-lock", kept: "w2", says: "v1.31.4"},
		{faults: "repository-down:w1", causes: "repository"},
		{faults: "certs-expire:cp1:-1h", causes: "certificate-expired", kept: "cp1", says: "certificate has expired"},
	} {
		t.Run(test.faults, func(t *testing.T) {
			t.Parallel()
			if test.shape.ControlPlanes == 0 {
				test.shape = twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")}
			}
			inputs := map[string]any{"target": version("1.32.6")}
			if test.input != "" {
				inputs[test.input] = true
			}
			_, d, kept := fails(t, test.shape, inputs, test.faults)
			if got := d.causes(); got != test.causes {
				t.Errorf("told: %q, want %q%s", got, test.causes, d.why())
			}
			if test.kept == "" {
				if len(kept) > 0 {
					t.Errorf("nothing was changed, and something is kept: %v", kept)
				}
				return
			}
			if host := kept[test.kept+"/host.txt"]; !strings.Contains(host+kept[test.kept+"/cluster.txt"], test.says) || kept[test.kept+"/cluster.txt"] == "" {
				t.Errorf("%s: nobody says %q:\n%s%s", test.kept, test.says, host, kept[test.kept+"/cluster.txt"])
			}
		})
	}
}
