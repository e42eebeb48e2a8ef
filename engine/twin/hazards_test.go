package twin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/kube"
	"rung/engine/twin"
	"rung/steps"
)

// hazardRows are the hazards that the twin shows, with a hop that meets each.
var hazardRows = []struct {
	id   string
	to   int // the minor of the hop
	warn bool
}{
	{"dockershim", 24, false},
	{"cri-socket-annotation-stale", 30, false},
	{"cri-v1", 26, false},
	{"containerd-1x-runtimeconfig", 35, true},
	{"cgroup-v1", 35, false},
	{"kernel-1.33", 33, false},
	{"flag-network-plugin", 24, false},
	{"flag-container-runtime", 27, false},
	{"flag-pod-infra-container-image", 35, false},
	{"flags-klog-removed", 26, false},
	{"flags-kubelet-cadvisor", 37, false},
	{"flags-apiserver-removed", 25, false},
	{"flags-kcm-removed", 27, false},
	{"feature-gate-removed", 27, false},
	{"psp-admission-plugin", 25, false},
	{"psp-objects", 25, true},
	{"intree-cloud-provider", 27, false},
	{"intree-volumes", 26, true},
	{"registry-k8s-gcr-io", 24, true},
	{"legacy-package-repo", 28, false},
	{"package-hold", 28, true},
	{"etcd-image-pinned", 30, true},
	{"etcd-3.5-to-3.6", 34, false},
	{"kubelet-config-no-cgroupdriver", 22, false},
	{"corefile-unsupported-plugin", 25, true},
	{"kube-proxy-ipvs", 35, true},
	{"removed-apis-1.22", 22, false},
	{"removed-apis-1.25", 25, false},
	{"applied-removed-apis", 25, true},
	{"webhook-missing-san", 23, true},
	{"node-selector-master-label", 24, true},
	{"toleration-control-plane-taint", 24, true},
	{"workload-api-1.37", 37, false},
	{"cert-expired", 31, false},
	{"external-ca", 31, false},
}

// TestHazardsAreSeenOnTheTwin gives a cluster one hazard after another: the step says that one, by its
// severity, and nothing else.
func TestHazardsAreSeenOnTheTwin(t *testing.T) {
	var shown []string
	for _, row := range hazardRows {
		t.Run(row.id, func(t *testing.T) {
			o := hazardous(t, row.to-1)
			if err := o.Hazard(row.id); err != nil {
				t.Fatal(err)
			}
			blocking, warnings := o.hazards(kube.OfMinor(1, row.to))
			if row.warn {
				blocking, warnings = warnings, blocking
			}
			if len(blocking) == 0 || len(warnings) > 0 {
				t.Fatalf("found %q, and in the other list %q", blocking, warnings)
			}
			for _, text := range blocking {
				if !strings.HasPrefix(text, row.id+": ") {
					t.Errorf("found also %s", text)
				}
			}
		})
		shown = append(shown, row.id)
	}
	slices.Sort(shown)
	if !slices.Equal(shown, twin.HazardIDs()) {
		t.Errorf("the hazards of the twin are %q, and those tried here %q", twin.HazardIDs(), shown)
	}
}

// TestNoHazardOnThePlainTwin: a cluster without any is told of none, at any minor.
func TestNoHazardOnThePlainTwin(t *testing.T) {
	for minor := kube.OldestMinor; minor < kube.NewestMinor; minor++ {
		t.Run(fmt.Sprintf("1.%d", minor), func(t *testing.T) {
			o := hazardous(t, minor)
			if blocking, warnings := o.hazards(kube.OfMinor(1, minor+1)); len(blocking)+len(warnings) > 0 {
				t.Errorf("to the next minor: %q, %q", blocking, warnings)
			}
			if list := o.Unknown(); len(list) > 0 {
				t.Errorf("the twin does not know %v", list)
			}
		})
	}
}

// lastPatch are the last patches of the minors from 1.20, as the twin offers them: where an operator should stand.
var lastPatch = [...]int{15, 14, 17, 17, 17, 16, 15, 16, 15, 15, 14, 14, 13, 13, 13, 10, 6, 2}

func hazardous(t *testing.T, minor int) operator {
	t.Helper()
	clock := &virtual{now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}
	version := kube.Version{Major: 1, Minor: minor, Patch: lastPatch[minor-kube.OldestMinor]}
	return operator{twin.New(twin.Shape{ControlPlanes: 2, Workers: 1, Version: version}, clock), t, clock}
}

// hazards asks the cluster and every host.
func (o operator) hazards(to kube.Version) (blocking, warnings []string) {
	o.t.Helper()
	from := kube.Lowest([]kube.Version{o.version()})
	ask := func(host, scope string) {
		s := steps.Hazards{From: from, To: to, Scope: scope}
		out, _, err := s.Collect(o.do(host, s))
		if err != nil {
			o.t.Fatal(err)
		}
		blocking, warnings = append(blocking, out.Blocking...), append(warnings, out.Warnings...)
	}
	ask("cp1", "cluster")
	for _, host := range o.Hosts() {
		ask(host, "host")
	}
	return blocking, warnings
}

func (o operator) version() kube.Version {
	c := steps.ClusterFacts{}
	out, _, err := c.Collect(o.do("cp1", c))
	if err != nil {
		o.t.Fatal(err)
	}
	return out.Version
}
