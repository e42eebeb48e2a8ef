package steps

import (
	"os"
	"strings"
	"testing"
)

// etcdManifest is as kubeadm writes it, as far as scripts read it.
const etcdManifest = `spec:
  containers:
  - command:
    - etcd
    - --data-dir=/var/lib/etcd
    - --initial-advertise-peer-urls=https://10.0.0.12:2380
    - --initial-cluster=cp2=https://10.0.0.12:2380
    - --name=cp2
    image: registry.k8s.io/etcd:3.5.15-0
`

const kubeadmCopy = "/etc/kubernetes/tmp/kubeadm-backup-etcd-2026-11-23-13-53-22/etcd"

// brokenEtcd is a control plane whose etcd does not run, with a copy of kubeadm's and a snapshot of ours.
func brokenEtcd(t *testing.T) *bench {
	t.Helper()
	b := controlPlane(t)
	b.file("etc/kubernetes/manifests/etcd.yaml", b.rooted(etcdManifest))
	b.file("var/lib/etcd/member/snap/db", "broken")
	b.file(kubeadmCopy[1:]+"/member/snap/db", "copy")
	b.file("var/backups/rung/r6/now/etcd.db", "snapshot")
	const sum = "16a0e7b01edd00b35b9de61a8b2e5e8d8c5ea1d8d6c9d5d5d5d5d5d5d5d5d5d5"
	b.file("var/backups/rung/r6/now/files", "status 3c9768e5, 1, 1, 1 MB\nversion 3.5.15-0\n"+b.path("var/backups/rung/r6/now/etcd.db")+" 8 "+sum+"\n")
	for _, name := range []string{"killall", "sleep"} {
		b.tool(name, "")
	}
	return b
}

// digested makes the list of the snapshot true.
func (b *bench) digested(version string) {
	b.Helper()
	b.tool("digest", "sha256sum /var/backups/rung/r6/now/etcd.db | cut -d ' ' -f 1")
	sum, _ := b.exits(actionsOf(b.T, "command: {argv: [digest]}", "")[0].Do, 0)
	b.file("var/backups/rung/r6/now/files", "version "+version+"\n"+b.path("var/backups/rung/r6/now/etcd.db")+" 8 "+strings.TrimSpace(sum)+"\n")
	b.called()
}

func TestS30OldDataTakesThePlaceOfTheBroken(t *testing.T) {
	do := actionsOf(t, "etcd-restore: {from: "+kubeadmCopy+"}", "name=cp2")[0].Do
	b := brokenEtcd(t)
	b.exits(do, 0)
	if got := b.read("var/lib/etcd/member/snap/db"); got != "copy" {
		t.Errorf("etcd has %q", got)
	}
	if got := b.read("var/lib/etcd.replaced-r7/member/snap/db"); got != "broken" {
		t.Errorf("kept is %q", got)
	}
	if b.read(kubeadmCopy[1:]+"/member/snap/db") != "copy" || b.read("etc/kubernetes/manifests/etcd.yaml") != b.rooted(etcdManifest) {
		t.Error("kubeadm's copy is gone, or the manifest is another one")
	}
	wantText(t, "the calls", b.called(), "killall -s SIGTERM kube-apiserver\nkillall -s SIGTERM kube-controller-manager\nkillall -s SIGTERM kube-scheduler")

	t.Run("with the manifest of the same moment, where there is one", func(t *testing.T) {
		b := brokenEtcd(t)
		b.file("etc/kubernetes/tmp/kubeadm-backup-manifests-2026-11-23-13-53-22/etcd.yaml", "    image: registry.k8s.io/etcd:3.5.9-0\n")
		b.exits(do, 0)
		if got := b.read("etc/kubernetes/manifests/etcd.yaml"); !strings.Contains(got, "3.5.9-0") {
			t.Errorf("in place is\n%s", got)
		}
	})
	t.Run("an etcd that does not end keeps its data", func(t *testing.T) {
		b := brokenEtcd(t)
		b.file("proc/99/comm", "etcd\n")
		if _, stderr := b.exits(do, 1); !strings.Contains(stderr, "etcd still runs three minutes after its manifest has left") {
			t.Errorf("it says %q", stderr)
		}
		if b.read("var/lib/etcd/member/snap/db") != "broken" || !strings.Contains(b.read("etc/kubernetes/tmp/rung-replaced-r7/etcd.yaml"), "--name=cp2") {
			t.Error("the data was touched, or the manifest is lost")
		}
	})
	t.Run("the manifest that an earlier run took out is found", func(t *testing.T) {
		b := brokenEtcd(t)
		_ = os.MkdirAll(b.path("etc/kubernetes/tmp/rung-replaced-r5"), 0o755)
		_ = os.Rename(b.path("etc/kubernetes/manifests/etcd.yaml"), b.path("etc/kubernetes/tmp/rung-replaced-r5/etcd.yaml"))
		b.exits(do, 0)
		b.read("etc/kubernetes/manifests/etcd.yaml")
	})
}

func TestS30ASnapshotBecomesANewCluster(t *testing.T) {
	do := actionsOf(t, "etcd-restore: {from: /var/backups/rung/r6/now/etcd.db}", "name=cp2")[0].Do
	const etcdutl = `case "$*" in
*--help*) echo "      --bump-revision uint" ;;
*) mkdir -p /var/lib/etcd.new-r7/member/snap; echo new >/var/lib/etcd.new-r7/member/snap/db ;;
esac`
	b := brokenEtcd(t)
	b.digested("3.5.15-0")
	b.tool("etcdutl", etcdutl)
	b.exits(do, 0)
	if got := b.read("var/lib/etcd/member/snap/db"); got != "new\n" {
		t.Errorf("etcd has %q", got)
	}
	const want = "etcdutl snapshot restore /var/backups/rung/r6/now/etcd.db --data-dir=/var/lib/etcd.new-r7 --name=cp2 --initial-cluster=cp2=https://10.0.0.12:2380 --initial-advertise-peer-urls=https://10.0.0.12:2380 --bump-revision=1000000000 --mark-compacted\n"
	if calls := b.called(); !strings.Contains(calls, want) {
		t.Errorf("the calls are\n%s", calls)
	}
	for _, test := range []struct{ name, version, tool, want string }{
		{"one that is not what its list says", "", etcdutl, "etcd.db is not what"},
		{"one of a later etcd", "3.6.4-0", etcdutl, "etcd 3.6 has written that data, and etcd 3.5 here would not read it: nothing was changed"},
		{"nobody to read it", "3.5.15-0", "", "install etcdutl; nothing was changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := brokenEtcd(t)
			if test.version != "" {
				b.digested(test.version)
			}
			if test.tool != "" {
				b.tool("etcdutl", test.tool)
			}
			if _, stderr := b.exits(do, 1); !strings.Contains(stderr, test.want) {
				t.Errorf("it says %q, want %q", stderr, test.want)
			}
			if b.read("var/lib/etcd/member/snap/db") != "broken" || b.read("etc/kubernetes/manifests/etcd.yaml") != b.rooted(etcdManifest) {
				t.Error("something was changed")
			}
		})
	}
}

func TestS30AMemberIsReplaced(t *testing.T) {
	add := actionsOf(t, `etcd-member-add: {name: cp2, peer: "https://10.0.0.12:2380"}`, "name=cp2")[0].Do
	const list = `8e9e05c52164694d, started, cp1, https://10.0.0.11:2380, https://10.0.0.11:2379, false
ca50e9357181d758, started, cp3, https://10.0.0.13:2380, https://10.0.0.13:2379, false
`
	for _, test := range []struct{ name, line, calls string }{
		{"one that was a member", "9bf1b35fc7761a23, started, cp2, https://10.0.0.12:2380, https://10.0.0.12:2379, false\n", "member remove 9bf1b35fc7761a23\nmember add cp2 --peer-urls=https://10.0.0.12:2380"},
		{"one that an earlier run has added", "9bf1b35fc7761a23, unstarted, , https://10.0.0.12:2380, , false\n", ""},
		{"one that was removed", "", "member add cp2 --peer-urls=https://10.0.0.12:2380"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := controlPlane(t)
			b.file("var/list", test.line+list)
			b.tool("etcdctl", `case "$*" in *"member list"*) cat /var/list ;; esac`)
			said, _ := b.exits(add, 0)
			wantText(t, "it says", said, "initial_cluster=cp2=https://10.0.0.12:2380,cp1=https://10.0.0.11:2380,cp3=https://10.0.0.13:2380")
			var calls []string
			for line := range strings.Lines(b.called()) {
				if _, call, _ := strings.Cut(strings.TrimSpace(line), "--command-timeout=30s "); call != "member list" {
					calls = append(calls, call)
				}
			}
			wantText(t, "the calls", strings.Join(calls, "\n"), test.calls)
		})
	}

	b := brokenEtcd(t)
	said, _ := b.exits(actionsOf(t, "etcd-stop: {}", "name=cp2")[0].Do, 0)
	wantText(t, "it says", said, "name=cp2\npeer=https://10.0.0.12:2380")
	if _, err := os.Stat(b.path("var/lib/etcd/member")); err == nil || b.read("var/lib/etcd.replaced-r7/member/snap/db") != "broken" {
		t.Error("the data was not moved aside")
	}
	start := actionsOf(t, `etcd-start: {initial_cluster: "cp2=https://10.0.0.12:2380,cp1=https://10.0.0.11:2380"}`, "name=cp2")[0]
	b.exits(*start.Check, 1)
	b.exits(start.Do, 0)
	b.exits(*start.Check, 0)
	wantText(t, "the manifest", b.read("etc/kubernetes/manifests/etcd.yaml"), strings.Replace(b.rooted(etcdManifest),
		"--initial-cluster=cp2=https://10.0.0.12:2380\n", "--initial-cluster=cp2=https://10.0.0.12:2380,cp1=https://10.0.0.11:2380\n    - --initial-cluster-state=existing\n", 1))
}

func TestB4AFileIsReadInPieces(t *testing.T) {
	do := actionsOf(t, `fetch: {files: ["/var/file `+strings.Repeat("0", 64)+`"], to: here, recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}`, "name=cp1")[0].Do
	b := newBench(t)
	const piece = 32 << 20
	b.file("var/file", strings.Repeat("a", piece)+"the rest")
	for i, want := range []int{piece, len("the rest"), 0, 0} {
		next := do
		next.Argv = append(next.Argv[:1:1], string(rune('0'+i)))
		if out, _ := b.exits(next, 0); len(out) != want {
			t.Errorf("piece %d has %d bytes, want %d", i, len(out), want)
		}
	}
}
