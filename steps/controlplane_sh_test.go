package steps

import (
	"os"
	"strings"
	"testing"
)

const adminKubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf "

// apiserverManifest is as kubeadm writes it, as far as scripts read it.
const apiserverManifest = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 10.0.0.11:6443
spec:
  containers:
  - command:
    - kube-apiserver
    - --etcd-servers=https://127.0.0.1:2379
    image: registry.k8s.io/kube-apiserver:v1.21.14
`

// controlPlane makes the bench a control plane at v1.21.14.
func controlPlane(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", apiserverManifest)
	for _, name := range []string{"kube-controller-manager", "kube-scheduler"} {
		b.file("etc/kubernetes/manifests/"+name+".yaml", "    image: mirror.example:5000/k8s/"+name+":v1.21.14\n")
	}
	b.file("etc/kubernetes/manifests/etcd.yaml", "    - --data-dir=/var/lib/etcd\n    - --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.11:2379\n    - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt\n")
	return b
}

// aLeadingCluster is a kubectl to which the apiserver answers, and where both leases move.
const aLeadingCluster = `case "$*" in
*lease*) n=$(grep -c . /var/looked 2>/dev/null) || true; echo look >>/var/looked; echo "a$n b$n" ;;
esac`

func TestS16KubeAPIServerIsQuietBeforeKubeadmComes(t *testing.T) {
	do := actionsOf(t, "upgrade-apply: {version: 1.21.14, etcd_upgrade: false}", "name=cp1")[0].Do
	own := adminKubectl + "--server https://10.0.0.11:6443 --request-timeout=5s "
	ready := own + "get --raw /readyz\n"
	const renewed = " -o jsonpath={.items[*].spec.renewTime}{.spec.renewTime}\n"
	lead := own + "-n kube-system get lease kube-controller-manager kube-scheduler" + renewed
	well := ready + lead + "sleep 4\n" + lead
	// Not ready at first.
	const late = `case "$*" in *readyz*) test "$(grep -c readyz /var/asked 2>/dev/null)" = 2 || { echo readyz >>/var/asked; exit 1; } ;; esac
` + aLeadingCluster

	t.Run("it ends, 20 s pass, its own endpoint answers, somebody leads, then kubeadm", func(t *testing.T) {
		b := controlPlane(t)
		b.file("var/asked", "")
		b.file("var/looked", "")
		for _, name := range []string{"killall", "sleep", "kubeadm"} {
			b.tool(name, "")
		}
		b.tool("kubectl", late)
		b.exits(do, 0)
		wantText(t, "the calls", b.called(), "killall -s SIGTERM kube-apiserver\nsleep 20\n"+
			ready+"sleep 2\n"+ready+"sleep 2\n"+well+"kubeadm upgrade apply -y v1.21.14 --etcd-upgrade=false\n")
	})
	t.Run("pkill where there is no killall, and no apiserver is no failure", func(t *testing.T) {
		b := controlPlane(t)
		b.file("var/looked", "")
		b.tool("pkill", "exit 1")
		b.tool("kubectl", aLeadingCluster)
		for _, name := range []string{"sleep", "kubeadm"} {
			b.tool(name, "")
		}
		b.exits(do, 0)
		wantText(t, "the calls", b.called(), "pkill -TERM -x kube-apiserver\nsleep 20\n"+well+"kubeadm upgrade apply -y v1.21.14 --etcd-upgrade=false\n")
	})
	for why, kubectl := range map[string]string{
		"an apiserver that does not come back keeps kubeadm away":     "exit 1",
		"a scheduler that does not lead again keeps kubeadm away too": aLeadingCluster[:strings.Index(aLeadingCluster, "b$n")] + "b\" ;;\nesac",
	} {
		t.Run(why, func(t *testing.T) {
			b := controlPlane(t)
			b.file("var/looked", "")
			b.tool("kubectl", kubectl)
			for _, name := range []string{"killall", "sleep", "kubeadm"} {
				b.tool(name, "")
			}
			_, stderr := b.exits(do, 1)
			calls := b.called()
			if strings.Contains(calls, "kubeadm upgrade") || strings.Count(calls, "readyz") != 60 || !strings.Contains(stderr, "nothing was upgraded; mend that, or leave it alone with -e quiesce=0s") {
				t.Errorf("calls:\n%s\nsaid:\n%s", calls, stderr)
			}
		})
	}
	t.Run("one that elects no leader has no lease", func(t *testing.T) {
		b := controlPlane(t)
		b.file("var/looked", "")
		for _, name := range []string{"killall", "sleep", "kubeadm"} {
			b.tool(name, "")
		}
		b.tool("kubectl", strings.ReplaceAll(aLeadingCluster, " b$n", ""))
		b.file("etc/kubernetes/manifests/kube-scheduler.yaml", "    - --leader-elect=false\n")
		b.exits(do, 0)
		lead := own + "-n kube-system get lease kube-controller-manager" + renewed
		wantText(t, "the calls", b.called(), "killall -s SIGTERM kube-apiserver\nsleep 20\n"+ready+lead+"sleep 4\n"+lead+"kubeadm upgrade apply -y v1.21.14 --etcd-upgrade=false\n")

		b.file("etc/kubernetes/manifests/kube-controller-manager.yaml", "    - --leader-elect=false\n")
		b.exits(do, 0)
		wantText(t, "the calls", b.called(), "killall -s SIGTERM kube-apiserver\nsleep 20\n"+ready+"kubeadm upgrade apply -y v1.21.14 --etcd-upgrade=false\n")
	})
	t.Run("a manifest without an endpoint ends nothing", func(t *testing.T) {
		b := controlPlane(t)
		b.file("etc/kubernetes/manifests/kube-apiserver.yaml", "kind: Pod\n")
		b.tool("killall", "")
		b.exits(do, 1)
		wantText(t, "the calls", b.called(), "")
	})
	t.Run("kubeadm's own exit status is the answer", func(t *testing.T) {
		b := controlPlane(t)
		b.file("var/looked", "")
		for _, name := range []string{"killall", "sleep"} {
			b.tool(name, "")
		}
		b.tool("kubectl", aLeadingCluster)
		b.tool("kubeadm", "exit 3")
		b.exits(do, 3)
		if _, err := os.Stat(b.path("var/lib/rung/applied")); err == nil {
			t.Error("it is noted as done")
		}
		b.tool("kubeadm", "")
		b.exits(do, 0)
		wantText(t, "the note", b.read("var/lib/rung/applied"), "v1.21.14")
	})
}

func TestTheCheckOfUpgradeApply(t *testing.T) {
	// kubectl answers from files that each case may change.
	const kubectl = `case "$*" in
*kubeadm-config*) cat /var/config ;;
*component=kube-apiserver*) cat /var/servers ;;
*kube-proxy*) cat /var/proxy ;;
esac`
	for _, test := range []struct {
		name    string
		version string
		change  func(*bench)
		want    int
	}{
		{"everything is at the version", "1.21.14", nil, 0},
		{"another patch is asked for", "1.21.1", nil, 1},
		{"only a longer patch is in the manifests", "1.21.1", func(b *bench) {
			b.file("var/config", "kubernetesVersion: v1.21.1\n")
			b.file("var/proxy", "k/kube-proxy:v1.21.1")
		}, 1},
		{"the scheduler is behind", "1.21.14", func(b *bench) {
			b.file("etc/kubernetes/manifests/kube-scheduler.yaml", "    image: k/kube-scheduler:v1.21.13\n")
		}, 1},
		{"a manifest is missing", "1.21.14", func(b *bench) { _ = os.Remove(b.path("etc/kubernetes/manifests/kube-scheduler.yaml")) }, 1},
		{"kubeadm-config is behind", "1.21.14", func(b *bench) { b.file("var/config", "kubernetesVersion: v1.21.13\n") }, 1},
		{"kube-proxy is behind", "1.21.14", func(b *bench) { b.file("var/proxy", "k/kube-proxy:v1.20.0") }, 1},
		{"there is no kube-proxy", "1.21.14", func(b *bench) { b.file("var/proxy", "") }, 0},
		{"the API does not answer", "1.21.14", func(b *bench) { b.tool("kubectl", "exit 1") }, 2},
		{"kubeadm may have given up behind kubeadm-config", "1.21.14", func(b *bench) { b.file("var/lib/rung/applied", "v1.20.15\n") }, 1},
		{"kubeadm has never been noted", "1.21.14", func(b *bench) { _ = os.Remove(b.path("var/lib/rung/applied")) }, 1},
		{"it was not noted, and the kubelet has followed", "1.21.14", func(b *bench) {
			_ = os.Remove(b.path("var/lib/rung/applied"))
			b.tool("kubelet", "echo Kubernetes v1.21.14")
		}, 0},
		{"1.28: kube-proxy waits for another control plane", "1.28.4", func(b *bench) {
			b.file("var/proxy", "k/kube-proxy:v1.27.9")
			b.file("var/servers", "k/kube-apiserver:v1.28.4 k/kube-apiserver:v1.27.9")
		}, 0},
		{"1.28: kube-proxy is due when all apiservers are there", "1.28.4", func(b *bench) {
			b.file("var/proxy", "k/kube-proxy:v1.27.9")
			b.file("var/servers", "k/kube-apiserver:v1.28.4 k/kube-apiserver:v1.28.4")
		}, 1},
		{"1.27: kube-proxy waits for nobody", "1.27.16", func(b *bench) {
			b.file("var/proxy", "k/kube-proxy:v1.26.9")
			b.file("var/servers", "k/kube-apiserver:v1.27.16 k/kube-apiserver:v1.26.9")
		}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := controlPlane(t)
			b.tool("kubectl", kubectl)
			b.tool("kubelet", "echo Kubernetes v1.20.15")
			at := "v1.21.14"
			if !strings.HasPrefix(test.version, "1.21") {
				at = "v" + test.version
			}
			for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
				b.file("etc/kubernetes/manifests/"+name+".yaml", "    image: k8s.gcr.io/"+name+":"+at+"\n")
			}
			b.file("var/config", "kind: ClusterConfiguration\nkubernetesVersion: "+at+"\n")
			b.file("var/servers", "k/kube-apiserver:"+at)
			b.file("var/proxy", "k/kube-proxy:"+at)
			b.file("var/lib/rung/applied", at+"\n")
			if test.change != nil {
				test.change(b)
			}
			b.exits(*actionsOf(t, "upgrade-apply: {version: "+test.version+"}", "name=cp1")[0].Check, test.want)
		})
	}
}

func TestTheCheckOfUpgradeNode(t *testing.T) {
	check := *actionsOf(t, "upgrade-node: {version: 1.21.14}", "")[0].Check
	worker, plane := newBench(t), controlPlane(t)
	for _, b := range []*bench{worker, plane} {
		b.tool("kubelet", "echo Kubernetes v1.21.14")
		b.exits(check, 0)
		b.tool("kubelet", "echo Kubernetes v1.21.1")
		b.exits(check, 1)
		b.tool("kubelet", "echo Kubernetes v1.21.14")
	}
	plane.file("etc/kubernetes/manifests/kube-scheduler.yaml", "    image: k/kube-scheduler:v1.20.15\n")
	plane.exits(check, 1)
}

func TestS20TheAPIIsReadySeveralTimesInARow(t *testing.T) {
	do := actionsOf(t, "api-ready: {successes: 2}", "name=cp1")[0].Do
	round := adminKubectl + "--server https://10.0.0.11:6443 --request-timeout=5s get --raw /readyz\n" +
		adminKubectl + "--server https://10.0.0.11:6443 --request-timeout=5s get nodes\n" +
		adminKubectl + "-n kube-system exec etcd-cp1 -- etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt " +
		"--cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key endpoint health --cluster\n"
	b := controlPlane(t)
	b.tool("kubectl", "")
	b.tool("sleep", "")
	b.exits(do, 0)
	wantText(t, "the calls", b.called(), round+"sleep 1\n"+round)

	b.tool("kubectl", `case "$*" in *"get nodes"*) echo 'Error from server (Forbidden)' >&2; exit 1 ;; esac`)
	if _, stderr := b.exits(do, 1); !strings.Contains(stderr, "Forbidden") {
		t.Errorf("it hides why: %q", stderr)
	}
	b.tool("kubectl", `case "$*" in *etcdctl*) exit 1 ;; esac`)
	b.exits(do, 1)
	b.exits(actionsOf(t, "api-ready: {successes: 2, etcd: false}", "name=cp1")[0].Do, 0)

	b.called()
	b.tool("etcdctl", "")
	b.exits(do, 0)
	if calls := b.called(); strings.Count(calls, "\netcdctl --endpoints=https://127.0.0.1:2379 ") != 2 || strings.Contains(calls, " exec ") {
		t.Errorf("the host's own etcdctl is not asked:\n%s", calls)
	}
}

// Where kubeadm's cluster has IPv6, or its certificates elsewhere, the manifests say so (S6, S20).
func TestS20TheManifestsSayHowEtcdIsReached(t *testing.T) {
	b := controlPlane(t)
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", strings.Replace(apiserverManifest, "127.0.0.1", "[::1]", 1))
	b.file("etc/kubernetes/manifests/etcd.yaml", "    - --data-dir=/var/lib/etcd\n    - --listen-client-urls=https://[::1]:2379,https://[2001:db8::11]:2379\n    - --trusted-ca-file=/srv/pki/etcd/ca.crt\n")
	b.tool("kubectl", "")
	b.tool("etcdctl", "")
	const want = "etcdctl --endpoints=https://[::1]:2379 --cacert=/srv/pki/etcd/ca.crt --cert=/srv/pki/etcd/healthcheck-client.crt --key=/srv/pki/etcd/healthcheck-client.key "
	for source, rest := range map[string]string{
		"api-ready: {successes: 1}":  "endpoint health --cluster\n",
		"control-plane-state: {}":    "--command-timeout=5s endpoint health\n",
		"etcd-members: {}":           "--command-timeout=30s member list\n",
		"etcd-snapshot: {label: a1}": "--command-timeout=300s snapshot save ",
	} {
		b.run(actionsOf(t, source, "name=cp1")[0].Do)
		if calls := b.called(); !strings.Contains(calls, want+rest) {
			t.Errorf("%s calls\n%s", source, calls)
		}
	}
	for servers, kind := range map[string]string{
		"https://[::1]:2379": "stacked", "https://localhost:2379": "stacked", "https://127.0.0.1:2379": "stacked",
		"https://[2001:db8::5]:2379": "external", "http://10.0.0.5:2379,http://10.0.0.6:2379": "external",
	} {
		_ = os.Remove(b.path("etc/kubernetes/manifests/etcd.yaml")) // it was taken out, or was never there
		b.file("etc/kubernetes/manifests/kube-apiserver.yaml", strings.Replace(apiserverManifest, "https://127.0.0.1:2379", servers, 1))
		if said, _, _ := b.run(actionsOf(t, "control-plane-state: {}", "name=cp1")[0].Do); !strings.Contains(said, "\netcd="+kind+"\n") {
			t.Errorf("where the apiserver asks %s, the state is\n%s", servers, said)
		}
	}
}

// An external etcd is reached as the apiserver reaches it, or by way of the apiserver.
func TestS20AnExternalEtcdIsAskedToo(t *testing.T) {
	do := actionsOf(t, "api-ready: {successes: 1}", "name=cp1")[0].Do
	b := newBench(t)
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", "    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 10.0.0.11:6443\n    - --etcd-cafile=/ca\n    - --etcd-certfile=/crt\n    - --etcd-keyfile=/key\n    - --etcd-servers=https://10.0.0.5:2379,https://10.0.0.6:2379\n")
	b.tool("kubectl", "")
	b.exits(do, 0)
	if calls := b.called(); !strings.HasSuffix(calls, "get nodes\n"+adminKubectl+"--server https://10.0.0.11:6443 --request-timeout=5s get --raw /readyz/etcd\n") {
		t.Errorf("without etcdctl it asks:\n%s", calls)
	}
	b.tool("kubectl", `case "$*" in */readyz/etcd*) exit 1 ;; esac`)
	b.exits(do, 1)

	b.called()
	b.tool("etcdctl", "")
	b.exits(do, 0)
	if calls := b.called(); !strings.HasSuffix(calls, "get nodes\netcdctl --endpoints=https://10.0.0.5:2379,https://10.0.0.6:2379 --cacert=/ca --cert=/crt --key=/key endpoint health\n") {
		t.Errorf("with etcdctl it asks:\n%s", calls)
	}
	b.tool("etcdctl", "exit 1")
	b.exits(do, 1)
}

func TestS7TheBackupIsCompleteOrNotThere(t *testing.T) {
	action := actionsOf(t, "etcd-snapshot: {label: 1.21.14}", "name=cp1")[0]
	const kubectl = `case "$*" in
*"exec etcd-cp1 -- etcdutl version"*) ;;
*"exec etcd-cp1 -- etcdutl snapshot status"*) test -s /var/lib/etcd/rung-snapshot.db && echo '3c9768e5, 409850, 1303, 19 MB' ;;
*"exec etcd-cp1 -- etcdctl"*"snapshot save"*) echo data >/var/lib/etcd/rung-snapshot.db; echo Snapshot saved ;;
*"get configmap kubeadm-config -o yaml"*) echo kind: ConfigMap ;;
*) exit 9 ;;
esac`
	b := controlPlane(t)
	b.file("etc/kubernetes/tmp/kubeadm-backup-etcd/db", "large")
	b.file("etc/kubernetes/manifests/etcd.yaml", "    - --data-dir="+b.path("var/lib/etcd")+"\n    image: k/etcd:3.5.15-0\n")
	b.file("var/lib/etcd/member", "")
	b.tool("kubectl", kubectl)
	b.exits(*action.Check, 1)
	made, _ := b.exits(action.Do, 0)
	if lines := strings.Split(strings.TrimSpace(made), "\n"); len(lines) != 5 || lines[0] != "status 3c9768e5, 409850, 1303, 19 MB" || lines[1] != "version 3.5.15-0" || !strings.HasPrefix(lines[2], "/var/backups/rung/r7/1.21.14/etcd.db 5 6667b2d1aab6a00caa5aee5af8ad9f1465e567abf1c209d15727d57b3e8f6e5f") {
		t.Errorf("it lists\n%s", made)
	}
	again, _ := b.exits(*action.Check, 0)
	wantText(t, "the check lists", again, made)
	if info, err := os.Stat(b.path("var/backups/rung/r7/1.21.14/etcd.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the snapshot is readable by others: %v, %v", info, err)
	}
	if _, err := os.Stat(b.path("var/lib/etcd/rung-snapshot.db")); err == nil {
		t.Error("the snapshot stays in etcd's folder")
	}
	b.tool("list", `tar tzf /var/backups/rung/r7/1.21.14/kubernetes.tar.gz | sort`)
	if names, _ := b.exits(actionsOf(t, "command: {argv: [list]}", "")[0].Do, 0); strings.Contains(names, "tmp") || !strings.Contains(names, "kubernetes/manifests/etcd.yaml") {
		t.Errorf("the archive holds\n%s", names)
	}
	if _, stderr := b.exits(action.Do, 1); !strings.Contains(stderr, "never overwritten") {
		t.Errorf("it says %q", stderr)
	}

	_ = os.RemoveAll(b.path("var/backups"))
	b.tool("kubectl", strings.Replace(kubectl, "echo data", "printf ''", 1))
	if _, stderr := b.exits(action.Do, 1); !strings.Contains(stderr, "the snapshot cannot be read: this is no backup") {
		t.Errorf("it says %q", stderr)
	}
	b.exits(*action.Check, 1)
	b.tool("kubectl", kubectl)
	b.exits(action.Do, 0) // what was left behind is in nobody's way
}

func TestS30ManifestsGoBackWhereTheyMay(t *testing.T) {
	const folder = "/etc/kubernetes/tmp/kubeadm-backup-manifests-2026-11-23-13-53-22"
	prepare := func(t *testing.T, etcd string) *bench {
		b := controlPlane(t)
		b.file("etc/kubernetes/manifests/etcd.yaml", "    image: k/etcd:3.5.15-0\n")
		b.file(folder[1:]+"/kube-scheduler.yaml", "    image: k/kube-scheduler:v1.20.15\n")
		b.file(folder[1:]+"/etcd.yaml", "    image: k/etcd:"+etcd+"\n")
		return b
	}
	action := actionsOf(t, "manifests-restore: {from: "+folder+", components: [etcd, kube-scheduler]}", "name=cp1")[0]
	for etcd, exit := range map[string]int{"3.5.9-0": 0, "3.5.15-0": 0, "3.4.13-0": 1} {
		t.Run("over etcd 3.5.15-0 goes "+etcd, func(t *testing.T) {
			b := prepare(t, etcd)
			b.exits(*action.Check, 1)
			_, stderr := b.exits(action.Do, exit)
			if exit != 0 {
				if !strings.Contains(stderr, "older than the one that has written the data") || !strings.Contains(b.read("etc/kubernetes/manifests/kube-scheduler.yaml"), "v1.21.14") {
					t.Errorf("it says %q, and the scheduler is %s", stderr, b.read("etc/kubernetes/manifests/kube-scheduler.yaml"))
				}
				return
			}
			b.exits(*action.Check, 0)
			if got := b.read("etc/kubernetes/manifests/kube-scheduler.yaml"); !strings.Contains(got, "v1.20.15") {
				t.Errorf("in place is %s", got)
			}
			if kept := b.read("etc/kubernetes/tmp/rung-replaced-r7/kube-scheduler.yaml"); !strings.Contains(kept, "v1.21.14") {
				t.Errorf("kept is %s", kept)
			}
			b.read(folder[1:] + "/kube-scheduler.yaml") // the backup stays
			b.exits(action.Do, 0)                       // and once more is well
		})
	}
	b := prepare(t, "3.5.15-0")
	_ = os.Remove(b.path(folder[1:] + "/etcd.yaml"))
	b.exits(*action.Check, 2)
	if _, stderr := b.exits(action.Do, 1); !strings.Contains(stderr, "etcd.yaml is missing or empty: nothing was changed") {
		t.Errorf("it says %q", stderr)
	}
}

// An etcd that runs elsewhere is asked with what the apiserver knows of it.
func TestS7AnExternalEtcdIsBackedUp(t *testing.T) {
	action := actionsOf(t, "etcd-snapshot: {label: 1.21.14}", "name=cp1")[0]
	b := controlPlane(t)
	_ = os.Remove(b.path("etc/kubernetes/manifests/etcd.yaml"))
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", `    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
    - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
    - --etcd-servers=https://10.0.0.5:2379,https://10.0.0.6:2379
`)
	b.tool("kubectl", `case "$*" in *"get configmap"*) echo kind: ConfigMap ;; *) exit 9 ;; esac`)

	made, _ := b.exits(action.Do, 0) // without etcdctl the rest is kept, and the list says what is missing
	if strings.Contains(made, "etcd.db") || !strings.Contains(made, "kubernetes.tar.gz") {
		t.Errorf("without etcdctl it lists\n%s", made)
	}
	_ = os.RemoveAll(b.path("var/backups"))
	b.called()
	b.tool("etcdctl", `for last; do :; done
case "$*" in
version) echo 'etcdctl version: 3.5.21' ;;
*"snapshot save"*) echo data >"$last" ;;
*"snapshot status"*) test -s "$last" && echo '3c9768e5, 409850, 1303, 19 MB' ;;
*) exit 9 ;;
esac`)
	made, _ = b.exits(action.Do, 0)
	if !strings.HasPrefix(made, "status 3c9768e5, 409850, 1303, 19 MB\n/var/backups/rung/r7/1.21.14/etcd.db 5 ") {
		t.Errorf("it lists\n%s", made)
	}
	const want = "etcdctl --endpoints=https://10.0.0.5:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/apiserver-etcd-client.crt --key=/etc/kubernetes/pki/apiserver-etcd-client.key --command-timeout=300s snapshot save /var/backups/rung/r7/1.21.14.unfinished/etcd.db\n"
	if calls := b.called(); !strings.HasPrefix(calls, want) {
		t.Errorf("it calls\n%s", calls)
	}
}
