package steps

import (
	"slices"
	"strings"
	"testing"

	"rung/engine/kube"
	"rung/engine/step"
)

// asked runs the script of a scope with all of its questions, as the given host.
func (b *bench) asked(scope string, from, to string) (answers map[string][]string, unanswered map[string]string) {
	b.Helper()
	actions, err := Hazards{From: mustParse(b, from), To: mustParse(b, to), Scope: scope}.Plan(step.Scope{Host: step.Host{Name: "cp1"}})
	if err != nil || len(actions) != 1 {
		b.Fatal(err, actions)
	}
	stdout, stderr, exit := b.run(actions[0].Do)
	if exit != 0 {
		b.Fatalf("exit %d: %s", exit, stderr)
	}
	return readAnswers(stdout)
}

func mustParse(t testing.TB, text string) kube.Version {
	t.Helper()
	v, err := kube.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheHazardsOfAHostAreReadFromItsFiles(t *testing.T) {
	b := newBench(t)
	b.file("var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS=\"--container-runtime=remote --pod-infra-container-image=registry/pause:3.9\"\n")
	b.file("var/lib/kubelet/config.yaml", "cgroupDriver: systemd\nfeatureGates:\n  CSIMigration: true\n")
	b.file("etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=--logtostderr=true\n")
	b.file("etc/systemd/system/kubelet.service.d/20-own.conf", "[Service]\nEnvironment=\"A=--node-ip=10.0.0.1\"\n")
	b.file("etc/yum.repos.d/kubernetes.repo", "[kubernetes]\nbaseurl=https://packages.cloud.google.com/yum/repos/kubernetes-el7-x86_64\nexclude=kubelet kubeadm kubectl\n")
	b.file("etc/containerd/config.toml", "# sandbox_image = \"k8s.gcr.io/pause\"\n  sandbox_image = \"k8s.gcr.io/pause:3.6\"\n")
	answers, unanswered := b.asked("host", "1.24.17", "1.27.16")
	if len(unanswered) > 0 {
		t.Errorf("not answered: %v", unanswered)
	}
	for question, want := range map[string][]string{
		"kubelet-flags": {
			"/var/lib/kubelet/kubeadm-flags.env:--container-runtime=remote",
			"/var/lib/kubelet/kubeadm-flags.env:--pod-infra-container-image=registry/pause:3.9",
			"/etc/sysconfig/kubelet:--logtostderr=true",
			"/etc/systemd/system/kubelet.service.d/20-own.conf:--node-ip=10.0.0.1",
		},
		"kubelet-config-file": {"cgroupDriver: systemd", "featureGates:", "  CSIMigration: true"},
		"repositories":        {"baseurl=https://packages.cloud.google.com/yum/repos/kubernetes-el7-x86_64"},
		"package-holds":       {"exclude=kubelet kubeadm kubectl"},
		"runtime-config":      {`/etc/containerd/config.toml:  sandbox_image = "k8s.gcr.io/pause:3.6"`},
	} {
		if !slices.Equal(answers[question], want) {
			t.Errorf("%s: got %q, want %q", question, answers[question], want)
		}
	}
	if _, asked := answers["etcd-image"]; asked {
		t.Error("a worker was asked what only control planes know")
	}
}

func TestTheHazardsOfAControlPlane(t *testing.T) {
	b := newBench(t)
	b.file("var/lib/kubelet/config.yaml", "cgroupDriver: systemd\n")
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", "    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 10.0.0.1:6443\n    - --cloud-provider=aws\n")
	b.file("etc/kubernetes/manifests/etcd.yaml", "    image: registry.k8s.io/etcd:3.5.15-0\n")
	b.file("etc/kubernetes/pki/ca.crt", "")
	b.file("etc/kubernetes/pki/ca.key", "")
	b.file("etc/kubernetes/tmp/kubeadm-backup-etcd-1/x", "")
	b.file("etc/kubernetes/tmp/kubeadm-backup-etcd-2/x", "")
	b.file("proc/meminfo", "MemTotal:        1000000 kB\n")
	b.tool("kubectl", `echo 'apiserver_requested_deprecated_apis{group="batch",removed_release="1.25",resource="cronjobs",subresource="",version="v1beta1"} 1'
echo 'apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1'
echo 'etcd_something 1'`)
	b.tool("openssl", `case "$*" in
*-enddate*) echo "notAfter=Nov 27 03:00:00 2026 GMT" ;;
*) exit 1 ;;
esac`)
	answers, _ := b.asked("host", "1.24.17", "1.27.16")
	for question, want := range map[string][]string{
		"requested-apis":  {`apiserver_requested_deprecated_apis{group="batch",removed_release="1.25",resource="cronjobs",subresource="",version="v1beta1"} 1`},
		"etcd-image":      {"image: registry.k8s.io/etcd:3.5.15-0"},
		"manifest-flags":  {"/etc/kubernetes/manifests/kube-apiserver.yaml:--cloud-provider=aws"},
		"ca-keys":         {"/etc/kubernetes/pki/front-proxy-ca.key is not there"},
		"certificates":    {"/etc/kubernetes/pki/ca.crt, notAfter=Nov 27 03:00:00 2026 GMT"},
		"memory":          {"MemTotal:        1000000 kB"},
		"kubeadm-backups": {"2 folders in /etc/kubernetes/tmp"},
	} {
		if !slices.Equal(answers[question], want) {
			t.Errorf("%s: got %q, want %q", question, answers[question], want)
		}
	}
	if calls := b.called(); !strings.Contains(calls, "--server https://10.0.0.1:6443 get --raw /metrics") {
		t.Errorf("not this node's own apiserver was asked:\n%s", calls)
	}
}

func TestAnAPIThatDoesNotAnswerIsNoAnswer(t *testing.T) {
	b := newBench(t)
	b.tool("kubectl", "echo 'The connection to the server was refused' >&2; exit 1")
	actions, err := Hazards{From: mustParse(t, "1.24.17"), To: mustParse(t, "1.25.16"), Scope: "cluster"}.Plan(step.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	_, stderr, exit := b.run(actions[0].Do)
	if exit != 1 || !strings.Contains(stderr, "could not be asked") {
		t.Errorf("exit %d: %s", exit, stderr)
	}
}

func TestTheHazardsOfTheCluster(t *testing.T) {
	b := newBench(t)
	b.tool("kubectl", `case "$*" in
*"get nodes"*) printf 'w1\tv1.24.17\tcontainerd://1.5.2\tunix:///run/containerd/containerd.sock\n' ;;
*kubelet-config*) echo "  CSIMigration: true" ;;
*api-resources*) echo podsecuritypolicies.policy ;;
*podsecuritypolicies*) echo "PodSecurityPolicy /restricted" ;;
*persistentvolumes*) printf 'pv1\t{"capacity":{"storage":"1Gi"},"glusterfs":{"path":"x"}}\npv2\t{"nfs":{"path":"x"}}\n' ;;
*ingresses*) printf 'CronJob\tdefault/old\tkubectl-client-side-apply=batch/v1beta1 \t{"apiVersion":"batch/v1beta1","kind":"CronJob"}\n\nCronJob\tdefault/new\thelm=batch/v1 \t{"apiVersion":"batch/v1"}\n' ;;
*secrets*) printf 'default   sh.helm.release.v1.web.v1   helm.sh/release.v1   1   2d\n' ;;
esac`)
	answers, _ := b.asked("cluster", "1.24.17", "1.26.15")
	for question, want := range map[string][]string{
		"nodes":          {"w1\tv1.24.17\tcontainerd://1.5.2\tunix:///run/containerd/containerd.sock"},
		"kubelet-config": {"  CSIMigration: true"},
		"psp":            {"PodSecurityPolicy restricted"},
		"volumes":        {"pv1\tglusterfs"},
		"applied-apis":   {"CronJob\tdefault/old\tkubectl-client-side-apply=batch/v1beta1 \tbatch/v1beta1"},
		"helm-releases":  {"default/sh.helm.release.v1.web.v1"},
		"corefile":       {},
	} {
		if !slices.Equal(answers[question], want) {
			t.Errorf("%s: got %q, want %q", question, answers[question], want)
		}
	}
}

// TestEveryQuestionIsAsked holds the scripts to the catalogue: each question stands in the script of its place.
func TestEveryQuestionIsAsked(t *testing.T) {
	for _, q := range kube.Questions() {
		script := hazardsHostScript
		if q.Place == kube.OfCluster {
			script = hazardsClusterScript
		}
		if !strings.Contains(script, "\n    "+q.Name+")") {
			t.Errorf("no script asks %s (%s)", q.Name, q.Place)
		}
	}
}
