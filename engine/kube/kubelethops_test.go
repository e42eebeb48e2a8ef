package kube

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestNeedsDrain(t *testing.T) {
	for _, test := range []struct {
		name, from, to string
		patches, want  bool
	}{
		{"a minor, though patches need none", "1.20.15", "1.21.14", false, true},
		{"a minor", "1.20.15", "1.21.14", true, true},
		{"a patch, where patches drain", "1.21.13", "1.21.14", true, true},
		{"a patch, where patches do not", "1.21.13", "1.21.14", false, false},
		{"nothing to do", "1.21.14", "1.21.14", true, false},
		{"a kubelet that is not known", "", "1.21.14", false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := NeedsDrain(v(test.from), v(test.to), test.patches); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestKubeletMayWait(t *testing.T) {
	for _, test := range []struct {
		name, kubelet, target string
		want                  bool
	}{
		{"through a patch of its own minor", "1.31.0", "1.31.4", true},
		{"three minors behind from 1.29", "1.29.0", "1.32.0", true},
		{"not four", "1.28.0", "1.32.0", false},
		{"one minor behind up to 1.28", "1.27.0", "1.28.0", true},
		{"not two up to 1.28", "1.26.0", "1.28.0", false},
		{"not above the target", "1.32.0", "1.31.0", false},
		{"not of another major", "2.31.0", "1.31.0", false},
		{"not when it is not known", "", "1.31.0", false},
		{"not when neither is known", "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := KubeletMayWait(v(test.kubelet), v(test.target)); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestKubeletsSkipTheHopsTheyMay(t *testing.T) {
	for _, test := range []struct{ name, kubelet, hops, want string }{
		{"one hop is never skipped", "1.31.0", "1.32.6", "1.32.6"},
		{"kubeadm up to 1.28 wants every hop", "1.24.0", "1.25.0 1.26.0 1.27.0 1.28.0", "1.25.0 1.26.0 1.27.0 1.28.0"},
		{"1.28 is the first hop that a kubelet may skip", "1.26.0", "1.27.0 1.28.0 1.29.0 1.30.0", "1.27.0 1.30.0"},
		{"three minors in one", "1.29.0", "1.30.0 1.31.0 1.32.0", "1.32.0"},
		{"a fourth needs a stop", "1.29.0", "1.30.0 1.31.0 1.32.0 1.33.0", "1.32.0 1.33.0"},
		{"a kubelet that is not known makes every hop, then as few as it may", "", "1.30.0 1.31.0 1.32.0", "1.30.0 1.32.0"},
		{"a kubelet that has waited before", "1.28.0", "1.31.0 1.32.0 1.33.0", "1.31.0 1.33.0"},
		{"no hops", "1.28.0", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := KubeletHops(v(test.kubelet), vs(test.hops)); !slices.Equal(got, vs(test.want)) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// A kubelet that makes only these hops is never refused, by kubeadm or by the skew policy.
func TestSkippingNeverBreaksAPolicy(t *testing.T) {
	for start := OldestMinor; start < NewestMinor; start++ {
		server, kubelet := Version{1, start, 0, ""}, Version{1, start, 0, ""}
		hops, err := Ladder(server, Version{1, NewestMinor, 0, ""}, nil)
		if err != nil {
			t.Fatal(err)
		}
		made := KubeletHops(kubelet, hops)
		for _, hop := range hops {
			kubelets := []Component{{Node: "w1", Version: kubelet}}
			cluster := Cluster{APIServers: []Component{{Version: server}}, Kubelets: kubelets}
			if found := HopViolations(cluster, hop); found != nil {
				t.Errorf("from 1.%d, hop %s: %v", start, hop, found)
			}
			for _, refusal := range KubeadmPolicy(hop, server, hop, kubelets) {
				t.Errorf("from 1.%d, hop %s: %s", start, hop, refusal.Reason)
			}
			server = hop
			if slices.Contains(made, hop) {
				kubelet = hop
			}
		}
		if kubelet != server {
			t.Errorf("from 1.%d the kubelet ends at %s and the apiserver at %s", start, kubelet, server)
		}
	}
}

func TestFlagCleanUpsOfEveryMinorOnTheWay(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"1.23.17", "1.24.0", "24 --container-runtime-endpoint"},
		{"1.24.0", "1.25.0", ""},
		{"1.32.0", "1.35.0", "34 --container-runtime-endpoint, 35 --pod-infra-container-image"},
		{"1.34.0", "1.34.9", ""},
		{"1.20.0", "1.37.0", "24 --container-runtime-endpoint, 26 --container-runtime, 34 --container-runtime-endpoint, 35 --pod-infra-container-image"},
	} {
		var got []string
		for _, c := range FlagCleanUps(v(test.from), v(test.to)) {
			got = append(got, fmt.Sprint(c.Minor, " ", c.Flag))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s to %s: %v, want %s", test.from, test.to, got, test.want)
		}
	}
}

func TestRemovedKubeletFlags(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"1.26.0", "1.27.0", "--container-runtime --master-service-namespace"},
		{"1.27.0", "1.30.0", ""},
		{"1.31.0", "1.35.0", "--cloud-config --pod-infra-container-image --register-schedulable"},
		{"1.34.0", "1.34.9", ""},
	} {
		if got := strings.Join(RemovedKubeletFlags(v(test.from), v(test.to)), " "); got != test.want {
			t.Errorf("%s to %s: %s, want %s", test.from, test.to, got, test.want)
		}
	}
	all := RemovedKubeletFlags(Version{}, v("1.99.0"))
	if len(all) != len(slices.Compact(slices.Clone(all))) || len(all) != 44 {
		t.Errorf("%d flags, or one twice: %v", len(all), all)
	}
}
