package steps

import (
	"os"
	"strings"
	"testing"

	"rung/engine/step"
)

// etcdManifest is as kubeadm writes it, as far as scripts read it.
const etcdManifest = `spec:
  containers:
  - command:
    - etcd
    - --data-dir=/var/lib/etcd
    - --initial-advertise-peer-urls=https://10.0.0.12:2380
    - --initial-cluster=cp2=https://10.0.0.12:2380
    - --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.12:2379
    - --name=cp2
    - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
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

// restorer stands for etcdutl: the data that it makes says of what it is.
const restorer = `case "$*" in
*--help*) echo "  etcdutl snapshot restore <filename> --data-dir {output dir} [options]"; echo "      --bump-revision uint" ;;
*status*) test "$(cat "$3")" != torn ;;
*) mkdir -p /var/lib/etcd.new-r7/member/snap; echo "new of $(cat "$3")" >/var/lib/etcd.new-r7/member/snap/db ;;
esac`

// restored prepares from a backup, and restores.
func (b *bench) restored(from string) {
	b.Helper()
	b.exits(actionsOf(b.T, "etcd-prepare: {from: "+from+"}", "name=cp2")[0].Do, 0)
	b.exits(actionsOf(b.T, "etcd-restore: {}", "name=cp2")[0].Do, 0)
}

const (
	ourSnapshot = "/var/backups/rung/r6/now/etcd.db"
	newCluster  = " --data-dir=/var/lib/etcd.new-r7 --name=cp2 --initial-cluster=cp2=https://10.0.0.12:2380 --initial-cluster-token=rung-r7 --initial-advertise-peer-urls=https://10.0.0.12:2380 --bump-revision=1000000000 --mark-compacted\n"
)

// With its old ids it would come back into a cluster that has gone on without it.
func TestS30OldDataComesBackAsAClusterOfItsOwn(t *testing.T) {
	b := brokenEtcd(t)
	b.tool("etcdutl", restorer)
	b.restored(kubeadmCopy)
	if got := b.read("var/lib/etcd/member/snap/db"); got != "new of copy\n" {
		t.Errorf("etcd has %q", got)
	}
	if got := b.read("var/lib/etcd.replaced-r7/member/snap/db"); got != "broken" {
		t.Errorf("kept is %q", got)
	}
	if b.read(kubeadmCopy[1:]+"/member/snap/db") != "copy" || b.read("etc/kubernetes/manifests/etcd.yaml") != b.rooted(etcdManifest) {
		t.Error("kubeadm's copy is gone, or the manifest is another one")
	}
	calls := b.called()
	if want := "etcdutl snapshot restore " + kubeadmCopy + "/member/snap/db --skip-hash-check=true" + newCluster; !strings.Contains(calls, want) {
		t.Errorf("the calls are\n%s", calls)
	}
	if want := "killall -s SIGTERM kube-apiserver\nkillall -s SIGTERM kube-controller-manager\nkillall -s SIGTERM kube-scheduler\n"; !strings.HasSuffix(calls, want) {
		t.Errorf("the calls are\n%s", calls)
	}

	t.Run("with the manifest of the same moment, where there is one", func(t *testing.T) {
		b := brokenEtcd(t)
		b.tool("etcdutl", restorer)
		b.file("etc/kubernetes/tmp/kubeadm-backup-manifests-2026-11-23-13-53-22/etcd.yaml", strings.Replace(b.rooted(etcdManifest), "3.5.15-0", "3.5.9-0", 1))
		b.restored(kubeadmCopy)
		if got := b.read("etc/kubernetes/manifests/etcd.yaml"); !strings.Contains(got, "3.5.9-0") {
			t.Errorf("in place is\n%s", got)
		}
	})
	t.Run("by the program in the image of an etcd that does not start", func(t *testing.T) {
		b := brokenEtcd(t)
		b.tool("image", restorer)
		b.tool("ctr", `case "$*" in
*unmount*) ;;
*) for last; do :; done; mkdir -p "$last/usr/local/bin"; cp `+b.path("bin/image")+` "$last/usr/local/bin/etcdutl" ;;
esac`)
		b.restored(kubeadmCopy)
		if calls := b.called(); !strings.Contains(calls, "ctr -n k8s.io images mount registry.k8s.io/etcd:3.5.15-0 ") || !strings.Contains(calls, "ctr -n k8s.io images unmount --rm ") {
			t.Errorf("the calls are\n%s", calls)
		}
	})
	t.Run("an etcd that does not end keeps its data", func(t *testing.T) {
		b := brokenEtcd(t)
		b.tool("etcdutl", restorer)
		b.exits(actionsOf(t, "etcd-prepare: {from: "+kubeadmCopy+"}", "name=cp2")[0].Do, 0)
		b.process("99", "--data-dir=/var/lib/etcd ", "--initial-advertise-peer-urls=https://10.0.0.12:2380")
		if _, stderr := b.exits(actionsOf(t, "etcd-restore: {}", "name=cp2")[0].Do, 1); !strings.Contains(stderr, "etcd still runs three minutes after its manifest has left: does the kubelet run? The manifest is back, and nothing was changed") {
			t.Errorf("it says %q", stderr)
		}
		b.untouched()
	})
	t.Run("an etcd of somebody else may run on", func(t *testing.T) {
		b := brokenEtcd(t)
		b.tool("etcdutl", restorer)
		b.process("98", "--data-dir=/var/lib/other ", "--initial-advertise-peer-urls=https://10.0.0.12:2380")
		b.process("99", "--data-dir=/var/lib/etcd ", "--initial-advertise-peer-urls=https://10.244.1.7:2380")
		b.file("proc/100/comm", "etcd\n") // that has ended since
		b.restored(kubeadmCopy)
		if strings.Contains(b.called(), "sleep") {
			t.Error("it was waited for")
		}
	})
	t.Run("the manifest that an earlier run took out is found", func(t *testing.T) {
		b := brokenEtcd(t)
		b.tool("etcdutl", restorer)
		_ = os.MkdirAll(b.path("etc/kubernetes/tmp/rung-replaced-r5"), 0o755)
		_ = os.Rename(b.path("etc/kubernetes/manifests/etcd.yaml"), b.path("etc/kubernetes/tmp/rung-replaced-r5/etcd.yaml"))
		b.restored(kubeadmCopy)
		b.read("etc/kubernetes/manifests/etcd.yaml")
	})
	t.Run("nothing is swapped that this run has not made", func(t *testing.T) {
		b := brokenEtcd(t)
		if _, stderr := b.exits(actionsOf(t, "etcd-restore: {}", "name=cp2")[0].Do, 1); !strings.Contains(stderr, "holds no data that etcd-prepare has made in this run; nothing was changed") {
			t.Errorf("it says %q", stderr)
		}
		b.untouched()
	})
}

// process is an etcd with these flags.
func (b *bench) process(pid string, flags ...string) {
	b.file("proc/"+pid+"/comm", "etcd\n")
	for i, flag := range flags {
		flags[i] = strings.TrimSpace(b.rooted(flag))
	}
	b.file("proc/"+pid+"/cmdline", "etcd\x00"+strings.Join(flags, "\x00")+"\x00")
}

// Any pod may call a process etcd, and root would run what is in its image (S30).
func TestS30NoProgramIsTakenFromAPodOfAnybody(t *testing.T) {
	const id, log = "0123456789abcdef0123456789abcdef", "/etcd/0.log"
	for _, test := range []struct {
		name, cgroup, pod string
		taken             bool
	}{
		{"kubeadm's, by systemd", "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + id + ".slice/cri-containerd-77.scope\n", "kube-system_etcd-cp1_" + id, true},
		{"kubeadm's, by cgroupfs of old", "12:pids:/kubepods/burstable/pod" + id + "/77\n11:cpuset:/kubepods/burstable/pod" + id + "/77\n", "kube-system_etcd-cp1_" + id, true},
		{"another namespace", "0::/kubepods.slice/kubepods-pod" + id + ".slice/cri-containerd-77.scope\n", "default_etcd-cp1_" + id, false},
		{"another pod of kube-system", "0::/kubepods/burstable/pod" + id + "/77\n", "kube-system_calico-etcd-x_" + id, false},
		{"another pod beside kubeadm's", "0::/kubepods/burstable/pod77777777-2222-3333-4444-555555555555/77/x-pod" + id + "\n", "kube-system_etcd-cp1_" + id, false},
		{"no pod", "0::/user.slice/user-1000.slice/session-1.scope\n", "kube-system_etcd-cp1_" + id, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := controlPlane(t)
			b.tool("kubectl", "exit 1")
			b.process("99")
			b.file("proc/99/cgroup", test.cgroup)
			b.file("var/log/pods/"+test.pod+log, "")
			b.tool("../proc/99/root/usr/local/bin/etcdctl", "touch /var/taken")
			said, _ := b.exits(actionsOf(t, "control-plane-state: {}", "name=cp1")[0].Do, 0)
			_, err := os.Stat(b.path("var/taken"))
			if (err == nil) != test.taken || strings.Contains(said, "etcd_healthy=true") != test.taken {
				t.Errorf("its program was run: %v; it says\n%s", err == nil, said)
			}
		})
	}
}

// untouched wants the broken etcd as it was.
func (b *bench) untouched() {
	b.Helper()
	if b.read("var/lib/etcd/member/snap/db") != "broken" || b.read("etc/kubernetes/manifests/etcd.yaml") != b.rooted(etcdManifest) {
		b.Error("something was changed")
	}
}

func TestS30ASnapshotBecomesANewCluster(t *testing.T) {
	b := brokenEtcd(t)
	b.digested("3.5.15-0")
	b.tool("etcdutl", restorer)
	b.restored(ourSnapshot)
	if got := b.read("var/lib/etcd/member/snap/db"); got != "new of snapshot\n" {
		t.Errorf("etcd has %q", got)
	}
	if calls := b.called(); !strings.Contains(calls, "etcdutl snapshot restore "+ourSnapshot+newCluster) {
		t.Errorf("the calls are\n%s", calls)
	}
	t.Run("out of a folder that was copied from another place", func(t *testing.T) {
		b := brokenEtcd(t)
		b.digested("3.5.15-0")
		b.tool("etcdutl", restorer)
		b.file("var/copied here/files", b.read("var/backups/rung/r6/now/files"))
		b.file("var/copied here/etcd.db", "snapshot")
		b.restored(`"/var/copied here/etcd.db"`)
	})
}

// All that can be wrong is known before anything is stopped (S30).
func TestS30ABackupThatCannotBeRestoredStopsNothing(t *testing.T) {
	const full = "echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'; echo '/dev/sda1 100000000 99800000 200000 99% /'"
	for _, test := range []struct{ name, from, version, tool, df, want string }{
		{"one that is not what its list says", ourSnapshot, "", restorer, "", "/var/backups/rung/r6/now/etcd.db is not what /var/backups/rung/r6/now/files says; nothing was changed"},
		{"one of a later etcd", ourSnapshot, "3.6.4-0", restorer, "", "etcd 3.6 has written that data, and etcd 3.5 here would not read it; nothing was changed"},
		{"nobody to read it", ourSnapshot, "3.5.15-0", "", "", "install etcdutl; nothing was changed"},
		{"an etcdctl of 3.6, which restores no more", ourSnapshot, "3.5.15-0", "exit 1", "", "install etcdutl; nothing was changed"},
		{"a name that was mistyped", "/var/backups/rung/r6/now/etdc.db", "3.5.15-0", restorer, "", "/var/backups/rung/r6/now/etdc.db is missing or empty; nothing was changed"},
		{"a snapshot without its list", "/var/alone/etcd.db", "3.5.15-0", restorer, "", "/var/alone/files is missing: the list of digests that lies beside a snapshot of ours"},
		{"a snapshot that its list does not name", "/var/backups/rung/r6/now/other.db", "3.5.15-0", restorer, "", "/var/backups/rung/r6/now/files has no line for other.db; nothing was changed"},
		{"a copy that was torn", "/var/torn", "", restorer, "", "/var/torn/member/snap/db cannot be read, as the line above says; nothing was changed"},
		{"a folder without data", "/var/nothing", "", restorer, "", "/var/nothing/member/snap/db is missing or empty; nothing was changed"},
		{"a disk without room", kubeadmCopy, "", restorer, full, "only 195 MiB are free on the disk of /var/lib/, and 256 are needed: make room there first; nothing was changed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := brokenEtcd(t)
			if test.version != "" {
				b.digested(test.version)
			}
			b.file("var/alone/etcd.db", "snapshot")
			b.file("var/backups/rung/r6/now/other.db", "snapshot")
			b.file("var/torn/member/snap/db", "torn")
			if test.tool != "" {
				b.tool("etcdutl", test.tool)
			}
			if test.df != "" {
				_ = os.Remove(b.path("bin/df"))
				b.tool("df", test.df)
			}
			if _, stderr := b.exits(actionsOf(t, "etcd-prepare: {from: "+test.from+"}", "name=cp2")[0].Do, 1); !strings.Contains(stderr, test.want) {
				t.Errorf("it says %q, want %q", stderr, test.want)
			}
			b.untouched()
			if _, err := os.Stat(b.path("etc/kubernetes/tmp/rung-replaced-r7/etcd.yaml.next")); err == nil {
				t.Error("it lies ready all the same")
			}
		})
	}
}

func TestS30AMemberIsReplaced(t *testing.T) {
	add := actionsOf(t, `etcd-member-add: {name: cp2, peer: "https://10.0.0.12:2380"}`, "name=cp2")[0].Do
	b := brokenEtcd(t)
	b.tool("etcdctl", `case "$*" in *health*) echo "https://127.0.0.1:2379 is unhealthy" >&2; exit 1 ;; esac`)
	for _, do := range []step.Command{add, actionsOf(t, "etcd-members: {}", "name=cp1")[0].Do} { // below 3.5 it would list them all the same
		if _, stderr := b.exits(do, 1); !strings.Contains(stderr, "the etcd here does not answer, or has no quorum") || strings.Contains(b.called(), "member") {
			t.Errorf("without a quorum it says %q", stderr)
		}
	}
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
				if _, call, _ := strings.Cut(strings.TrimSpace(line), "--command-timeout=30s "); call != "member list" && call != "endpoint health" {
					calls = append(calls, call)
				}
			}
			wantText(t, "the calls", strings.Join(calls, "\n"), test.calls)
		})
	}

	b = brokenEtcd(t)
	said, _ := b.exits(actionsOf(t, "etcd-stop: {}", "name=cp2")[0].Do, 0)
	wantText(t, "it says", said, "kept=/var/lib/etcd.replaced-r7/member\nname=cp2\npeer=https://10.0.0.12:2380")
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
