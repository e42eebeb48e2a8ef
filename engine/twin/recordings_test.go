package twin

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The recordings in testdata came from real clusters. What differs from one to the next is made equal.
var differences = []struct {
	pattern *regexp.Regexp
	same    string
}{
	{regexp.MustCompile(`kubeadm-(upgraded-manifests|kubelet-config)\d+`), "kubeadm-$1"},
	{regexp.MustCompile(`upgrade-health-check-\d+`), "upgrade-health-check-ID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d`), "TIME"},
	{regexp.MustCompile(`\b(web|coredns|agent|kube-proxy)(-[0-9a-f]{8,10})?-[a-z0-9]{5}\b`), "$1"},
	{regexp.MustCompile(`(default/web, )+default/web`), "default/web"},
	{regexp.MustCompile(`   \d+[dms0-9]+ +v`), "   AGE   v"},
	{regexp.MustCompile(`(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d, 20\d\d \d\d:\d\d UTC   \d+[dy] +`), "EXPIRY "},
	{regexp.MustCompile(`AGE +VERSION`), "AGE   VERSION"},
	{regexp.MustCompile(`(?m)^Unable to detect release version.*\n`), ""},
}

func same(text string) string {
	for _, d := range differences {
		text = d.pattern.ReplaceAllString(text, d.same)
	}
	return text
}

func recording(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return same(string(text))
}

func TestTheTwinSaysWhatTheRealToolsSaid(t *testing.T) {
	const install = "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes >/dev/null\n"
	const upgraded = install + "kubeadm upgrade apply -y v1.32.6 >/dev/null 2>&1\n"
	one := Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Endpoint: "lab-api:6443"}
	tests := []struct {
		recording   string
		shape       Shape
		prepare, on string
		script      string
		exit        int
	}{
		{"plan-old-kubeadm.stdout", one, "", "cp1", "kubeadm upgrade plan v1.32.6", 0},
		{"plan-1.32.6.stdout", one, install, "cp1", "kubeadm upgrade plan v1.32.6", 0},
		{"plan-up-to-date.stdout", one, upgraded, "cp1", "kubeadm upgrade plan v1.32.6", 0},
		{"apply-1.32.6.stdout", one, install, "cp1", "kubeadm upgrade apply -y v1.32.6", 0},
		{"apply-again.stdout", one, upgraded, "cp1", "kubeadm upgrade apply -y v1.32.6", 0},
		{"apply-skips-minor.stderr", one, upgraded, "cp1", "kubeadm upgrade apply -y v1.34.0", 1},
		{"apply-newer-than-kubeadm.stderr", one, upgraded, "cp1", "kubeadm upgrade apply -y v1.33.0", 1},
		{"upgrade-node-worker.stdout", one, upgraded, "w1", install + "kubeadm upgrade node", 0},
		{"upgrade-node-control-plane.stdout", Shape{ControlPlanes: 2, Workers: 1, Version: version("1.31.4")}, upgraded, "cp2", install + "kubeadm upgrade node", 0},
		{"drain-no-delete-emptydir.stderr", one, "", "cp1", kubectlAdmin + "drain w1 --ignore-daemonsets --timeout=20s", 1},
		{
			"nodes-drained-w1.stdout",
			Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")},
			upgraded + "yum install -y kubelet-1.32.6 --disableexcludes=kubernetes; systemctl restart kubelet; sleep 30; " + kubectlAdmin + "drain w1 --ignore-daemonsets --delete-emptydir-data\n", "cp1", kubectlAdmin + "get nodes", 0,
		},
		{"forbidden.stderr", one, upgraded + "yum install -y kubelet-1.32.6 --disableexcludes=kubernetes; systemctl restart kubelet; sleep 11\n", "cp1", kubectlAdmin + "uncordon cp1", 1},
		{"certs-joined.stdout", Shape{ControlPlanes: 2, Version: version("1.31.4")}, "", "cp2", "kubeadm certs check-expiration", 0},
		{"yum-no-such-version.stderr", one, "", "cp1", "yum install -y kubeadm-1.39.0 --disableexcludes=kubernetes", 1},
	}
	for _, test := range tests {
		t.Run(test.recording, func(t *testing.T) {
			l := newLab(t, test.shape)
			if test.prepare != "" {
				l.run("cp1", test.prepare)
			}
			r := l.try(test.on, test.script)
			got := string(r.Stdout)
			if strings.HasSuffix(test.recording, ".stderr") {
				got = string(r.Stderr)
			}
			if r.Exit != test.exit {
				t.Errorf("exit %d, want %d: %s", r.Exit, test.exit, r.Stderr)
			}
			if diff := cmp.Diff(lines(recording(t, test.recording)), lines(same(got))); diff != "" {
				t.Errorf("the recording (-) and the twin (+) differ:\n%s", diff)
			}
			l.known()
		})
	}
}

func lines(text string) []string { return slices.Collect(strings.Lines(text)) }
