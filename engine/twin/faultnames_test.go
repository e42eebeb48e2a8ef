package twin

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// faultExamples has a row for every fault that can be named.
var faultExamples = map[string]string{
	"second-runtime":   "second-runtime:w1",
	"apply-dies":       "apply-dies:kube-controller-manager",
	"apply-fails":      "apply-fails:apiserver",
	"bare-pod":         "bare-pod:w1",
	"drain-blocked":    "drain-blocked:w1",
	"local-data":       "local-data:w1",
	"no-capacity":      "no-capacity",
	"pod-pending":      "pod-pending",
	"two-budgets":      "two-budgets:w1",
	"workload-slow":    "workload-slow:web:90s",
	"workload-stuck":   "workload-stuck:web",
	"ca-key-missing":   "ca-key-missing:cp1",
	"certs-expire":     "certs-expire:cp1:48h",
	"clock-ahead":      "clock-ahead:w1:90s",
	"hazard":           "hazard:dockershim",
	"disk-pressure":    "disk-pressure:cp1",
	"health-job-hangs": "health-job-hangs",
	"package-locked":   "package-locked:w1",
	"disk-full":        "disk-full:cp1:/var/lib/etcd",
	"kubelet-lags":     "kubelet-lags:w1:1.29.3",
	"cni-csi":          "cni-csi",
	"command-fails":    "command-fails:w1:kubeadm upgrade node",
	"etcd-lost":        "etcd-lost:1",
	"file-missing":     "file-missing:cp1:/etc/kubernetes/admin.conf",
	"hop-broken-off":   "hop-broken-off:1.32.6",
	"host-down":        "host-down:w1",
	"kubelet-stopped":  "kubelet-stopped:w1",
	"manifest-edited":  "manifest-edited:cp1:--profiling=false",
	"manual-upgrade":   "manual-upgrade",
	"proxy-differs":    "proxy-differs:cp1",
	"package-drags":    "package-drags:w1:kubernetes-cni",
	"package-held":     "package-held:w1:kubelet",
	"repository-down":  "repository-down:w1",
	"package-withheld": "package-withheld:w1:kubelet-1.32.",
	"package-removed":  "package-removed:w1:cri-tools",
	"reboot-hangs":     "reboot-hangs:w1",
	"image-missing":    "image-missing:kube-proxy:w1",
	"kubelet-crash":    "kubelet-crash:w1",
	"sudo-refused":     "sudo-refused:w1",
	"swap-on":          "swap-on:w1",

	"etcdctl-missing":    "etcdctl-missing:cp1",
	"etcd-member-broken": "etcd-member-broken:cp1",
	"etcd-quorum-lost":   "etcd-quorum-lost",
}

func TestEveryFaultCanBeNamed(t *testing.T) {
	names := []string{}
	for _, form := range FaultForms() {
		names = append(names, form.Name)
		example := faultExamples[form.Name]
		f, err := ParseFault(example)
		if err != nil {
			t.Errorf("%s, such as %q: %v", form.Form, example, err)
			continue
		}
		l := newLab(t, Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), ExternalEtcd: form.Name == "etcd-lost"})
		if err := l.Inject(f); err != nil {
			t.Errorf("%q: %v", example, err)
		}
		if !strings.HasPrefix(form.Form, form.Name) || !strings.HasSuffix(form.About, ".") {
			t.Errorf("%+v", form)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted by name: %v", names)
	}
	if len(faultExamples) != len(names) {
		t.Errorf("%d examples for %d faults", len(faultExamples), len(names))
	}
}

func TestAFaultThatIsNotUnderstoodIsRefused(t *testing.T) {
	_, err := ParseFault("swap:w1")
	var unknown *UnknownFault
	if !errors.As(err, &unknown) || unknown.Name != "swap" {
		t.Errorf("%v", err)
	}
	for text, want := range map[string]string{
		"swap-on":        `the fault is written swap-on:HOST, not "swap-on"`,
		"swap-on:":       `the fault is written swap-on:HOST, not "swap-on:"`,
		"file-missing:a": `the fault is written file-missing:HOST:PATH, not "file-missing:a"`,
	} {
		if _, err := ParseFault(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	f, _ := ParseFault("swap-on:w9")
	if err := l.Inject(f); err == nil || err.Error() != `fault swap-on:w9: there is no host "w9"; the hosts are cp1, w1` {
		t.Errorf("%v", err)
	}
}
