package steps

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"rung/engine/kube"
	"rung/engine/step"
)

func TestS24OnlyOurOwnCordonIsReleased(t *testing.T) {
	action := actionsOf(t, "uncordon: {}", "")[0]
	const get = adminKubectl + "get node w3 -o jsonpath={.metadata.annotations.rung-cordoned-by}\n"
	b := newBench(t)

	b.tool("kubectl", "") // no annotation
	b.exits(*action.Check, 0)
	b.called()
	b.exits(action.Do, 0)
	wantText(t, "an operator's cordon", b.called(), get)

	b.tool("kubectl", `case "$*" in *jsonpath*) echo r3 ;; esac`)
	b.exits(*action.Check, 1)
	b.called()
	b.exits(action.Do, 0)
	wantText(t, "ours", b.called(), get+adminKubectl+"uncordon w3\n"+adminKubectl+"annotate node w3 rung-cordoned-by-\n")

	b.tool("kubectl", "exit 1") // a fresh apiserver: the command is there to try again
	b.exits(*action.Check, 1)
	b.exits(action.Do, 1)
}

func TestACordonThatIsThereIsLeftAlone(t *testing.T) {
	action := actionsOf(t, "cordon: {}", "")[0]
	b := newBench(t)
	for answer, want := range map[string]int{"echo true": 0, "echo": 1, "exit 1": 2} {
		b.tool("kubectl", answer)
		b.exits(*action.Check, want)
	}
	b.called()
	b.tool("kubectl", "")
	b.exits(action.Do, 0)
	wantText(t, "the mark comes first", b.called(), adminKubectl+"annotate node w3 rung-cordoned-by=r7 --overwrite\n"+adminKubectl+"cordon w3\n")
	b.tool("kubectl", "exit 1")
	b.exits(action.Do, 1)
	if calls := b.called(); strings.Contains(calls, " cordon ") {
		t.Errorf("without a mark it must not cordon:\n%s", calls)
	}
}

func TestS23TheKubeletThatRunsIsTheOneInstalled(t *testing.T) {
	actions := actionsOf(t, "kubelet-restart: {version: 1.21.14}", "")
	check := *actions[0].Check
	for _, test := range []struct {
		name, systemctl, kubelet, exe string
		want                          int
	}{
		{"it runs, is current and at the version", "", "v1.21.14", "/usr/bin/kubelet", 0},
		{"its binary was replaced", "", "v1.21.14", "/usr/bin/kubelet (deleted)", 1},
		{"another version is installed", "", "v1.21.1", "/usr/bin/kubelet", 1},
		{"it does not run", "exit 3", "v1.21.14", "", 1},
		{"its process went away", "", "v1.21.14", "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.tool("systemctl", "if test $1 = show; then echo MainPID=42; else "+test.systemctl+"\n:; fi")
			b.tool("kubelet", "echo Kubernetes "+test.kubelet)
			if test.exe != "" {
				b.file("proc/42/cmdline", "")
				if err := os.Symlink(test.exe, b.path("proc/42/exe")); err != nil {
					t.Fatal(err)
				}
			}
			b.exits(check, test.want)
		})
	}

	b := newBench(t)
	b.tool("systemctl", "")
	b.exits(actions[0].Do, 0)
	wantText(t, "the restart", b.called(), "systemctl daemon-reload\nsystemctl restart kubelet")
	b.exits(actions[1].Do, 0)
	b.tool("systemctl", "exit 3")
	b.tool("journalctl", "echo why")
	if _, stderr := b.exits(actions[1].Do, 1); stderr != "why\n" {
		t.Errorf("it says %q", stderr)
	}
	wantText(t, "the journal", b.called(), "systemctl is-active --quiet kubelet\nsystemctl is-active --quiet kubelet\njournalctl -xeu kubelet --no-pager -n 20")
}

func TestANodeIsReadyAtItsVersion(t *testing.T) {
	node := actionsOf(t, "verify: {version: 1.21.14, scope: node}", "")[0].Do
	plane := actionsOf(t, "verify: {version: 1.21.14, scope: control-plane}", "name=cp1")[0].Do
	b := newBench(t)
	for _, test := range []struct {
		do     step.Command
		answer string
		want   int
	}{
		{node, "v1.21.14 True", 0},
		{node, "v1.21.14 False", 1},
		{node, "v1.21.1 True", 1},
		{plane, "mirror.example:5000/k8s/kube-scheduler:v1.21.14 True", 0},
		{plane, "k8s.gcr.io/kube-scheduler:v1.21.1 True", 1},
		{plane, "k8s.gcr.io/kube-scheduler:v1.21.14 False", 1},
	} {
		b.tool("kubectl", "case \"$*\" in *configmap*) echo 'kubernetesVersion: v1.21.14' ;; *) echo '"+test.answer+"' ;; esac")
		if out, _ := b.exits(test.do, test.want); !strings.Contains(out, test.answer) {
			t.Errorf("it does not show what it saw: %q", out)
		}
	}
	b.tool("kubectl", "exit 1")
	b.exits(node, 1)
	b.exits(plane, 1)
}

func TestS19KubeadmConfigAndTheKubeletsConfigAreAtTheHop(t *testing.T) {
	for _, test := range []struct {
		config, names string // what kubeadm-config says, and the name of the kubelets' ConfigMap
		version       string
		want          int
	}{
		{"kubernetesVersion: v1.21.14", "kubelet-config-1.21", "1.21.14", 0},
		{"kubernetesVersion: v1.20.15", "kubelet-config-1.21", "1.21.14", 1},
		{"kubernetesVersion: v1.21.14", "kubelet-config-1.20", "1.21.14", 1},
		{"kubernetesVersion: v1.24.17", "kubelet-config", "1.24.17", 0},
		{"kubernetesVersion: v1.24.17", "kubelet-config-1.23", "1.24.17", 1},
	} {
		b := newBench(t)
		b.tool("kubectl", `case "$*" in
*"configmap kubeadm-config"*) printf 'apiServer: {}\n`+test.config+`\n' ;;
*"configmap `+test.names+` "*) ;;
*configmap*) exit 1 ;;
*) echo 'k/kube-scheduler:v`+test.version+` True' ;;
esac`)
		b.exits(actionsOf(t, "verify: {version: "+test.version+", scope: control-plane}", "name=cp1")[0].Do, test.want)
	}
}

func TestTheFactsOfAControlPlane(t *testing.T) {
	b := controlPlane(t)
	b.file("etc/os-release", "NAME=\"CentOS Linux\"\nID=\"centos\"\nVERSION_ID=\"7\"\nID_LIKE=\"rhel fedora\"\n")
	b.file("etc/fstab", "/dev/sda1 / xfs defaults 0 0\n# /dev/sda2 swap swap defaults 0 0\n")
	b.file("etc/kubernetes/admin.conf", "")
	b.file("proc/cpuinfo", "processor\t: 0\nmodel name\t: a processor\nprocessor\t: 1\n")
	b.file("proc/sys/kernel/random/boot_id", "one\n")
	b.file("proc/42/cmdline", "")
	if err := os.Symlink("/usr/bin/kubelet", b.path("proc/42/exe")); err != nil {
		t.Fatal(err)
	}
	b.tool("yum", "")
	b.tool("dnf", "")
	b.tool("swapon", "")
	b.tool("systemctl", "if test $1 = show; then echo MainPID=42; echo ActiveState=active; fi")
	b.tool("kubeadm", "echo v1.21.14")
	b.tool("kubelet", "echo Kubernetes v1.21.1")
	b.tool("kubectl", `echo '{"clientVersion": {'; echo '    "gitVersion": "v1.20.0",'; echo '}}'`)
	facts := hostFacts(t, b)
	want := HostFactsOutput{
		OS: "centos", OSVersion: "7", Arch: facts.Arch, Kernel: facts.Kernel, PackageManager: "dnf",
		Kubeadm: version(t, "1.21.14"), Kubelet: version(t, "1.21.1"), Kubectl: version(t, "1.20.0"), HasKubeadm: true,
		ControlPlane: true, AdminConf: true, Etcd: "stacked", KubeletActive: true, Root: os.Getuid() == 0,
		EtcdData: "/var/lib/etcd", FreeMiBEtcd: facts.FreeMiBEtcd, FreeMiBKubernetes: facts.FreeMiBKubernetes, FreeMiBBackups: facts.FreeMiBBackups, BootID: "one", CPUs: 2,
	}
	if facts != want || facts.FreeMiBEtcd == 0 || facts.Arch == "" {
		t.Errorf("the facts are\n%+v, want\n%+v", facts, want)
	}

	// etcd has a disk of its own, and so have the backups.
	b.file("etc/kubernetes/manifests/etcd.yaml", "    - --data-dir="+b.path("var/data/etcd")+"\n")
	b.file("var/data/etcd/member/snap/db", strings.Repeat("x", 3<<20))
	b.file("var/backups/rung/r7/files", "")
	b.tool("df", `echo "Filesystem 1024-blocks Used Available Capacity Mounted on"
shift
for folder; do
  case $folder in
  */var/data/etcd) echo "/dev/sdb            9        9  2097152       1% /data" ;;
  */var/backups/rung) echo "//backup/its 5 share 9 9 1048576 1% /srv/our backups" ;;
  *) echo "/dev/sda 9 9 4194304 - /" ;;
  esac
done`)
	if facts := hostFacts(t, b); facts.EtcdData != "/var/data/etcd" || facts.EtcdMiB != 3 || facts.FreeMiBEtcd != 2048 || facts.FreeMiBBackups != 1024 || facts.FreeMiBKubernetes != 4096 || !facts.BackupsApart {
		t.Errorf("the facts are\n%+v", facts)
	}
	if err := os.RemoveAll(b.path("var/data")); err != nil {
		t.Fatal(err)
	}

	// Now the other way round.
	_ = os.Remove(b.path("etc/kubernetes/manifests/etcd.yaml"))
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", "    - --etcd-servers=https://10.0.0.9:2379\n")
	b.file("etc/fstab", "UUID=1 none\tswap sw 0 0\n")
	b.tool("swapon", "echo /dev/sda2")
	b.tool("crictl", "")
	b.tool("systemctl", "echo ActiveState=inactive; echo MainPID=0")
	for _, gone := range []string{"dnf", "kubeadm", "kubelet", "kubectl"} {
		_ = os.Remove(b.path("bin/" + gone))
	}
	facts = hostFacts(t, b)
	if facts.Etcd != "external" || !facts.SwapInFstab || !facts.Swap || !facts.Crictl || facts.KubeletActive || !facts.KubeletStale ||
		facts.PackageManager != "yum" || facts.HasKubeadm || !facts.Kubeadm.IsZero() || !facts.Kubelet.IsZero() {
		t.Errorf("the facts are %+v", facts)
	}
	b.file("etc/kubernetes/manifests/kube-apiserver.yaml", "    - --etcd-servers=https://[::1]:2379\n")
	if facts := hostFacts(t, b); facts.Etcd != "none" {
		t.Errorf("an etcd of this host whose manifest is gone is %s", facts.Etcd)
	}
	_ = os.RemoveAll(b.path("etc/kubernetes"))
	_ = os.RemoveAll(b.path("var"))
	_ = os.Remove(b.path("etc/os-release"))
	b.tool("systemctl", "exit 1")
	if facts = hostFacts(t, b); facts.OS != "" || facts.KubeletActive || !facts.KubeletStale || facts.Etcd != "none" || facts.ControlPlane || facts.AdminConf || facts.FreeMiBEtcd == 0 {
		t.Errorf("the facts are %+v", facts)
	}
}

// Where host-facts would have to look at disks, kubelet-facts says the same of the kubelet.
func TestTheKubeletOfAHostIsToldByItself(t *testing.T) {
	for _, test := range []struct {
		name, kubelet, service, exe string
		want                        KubeletFactsOutput
	}{
		{"it runs", "echo Kubernetes v1.21.1", "echo MainPID=42; echo ActiveState=active", "/usr/bin/kubelet", KubeletFactsOutput{Installed: version(t, "1.21.1"), Active: true}},
		{"it was replaced under its process", "echo Kubernetes v1.21.14", "echo ActiveState=active; echo MainPID=42", "/usr/bin/kubelet (deleted)", KubeletFactsOutput{Installed: version(t, "1.21.14"), Active: true, Stale: true}},
		{"it does not run", "echo Kubernetes v1.21.1", "echo MainPID=0; echo ActiveState=failed", "/usr/bin/kubelet", KubeletFactsOutput{Installed: version(t, "1.21.1"), Stale: true}},
		{"nobody knows of it", "", "exit 1", "", KubeletFactsOutput{Stale: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := factsBench(t)
			b.tool("swapon", "")
			b.tool("systemctl", "test $1 != show || { "+test.service+"; }")
			if test.kubelet != "" {
				b.tool("kubelet", test.kubelet)
			}
			if test.exe != "" {
				b.file("proc/42/cmdline", "")
				if err := os.Symlink(test.exe, b.path("proc/42/exe")); err != nil {
					t.Fatal(err)
				}
			}
			out, _ := b.exits(actionsOf(t, "kubelet-facts: {}", "")[0].Do, 0)
			got, _, err := KubeletFacts{}.Collect([]step.Result{{Stdout: []byte(out)}})
			if err != nil || got != test.want {
				t.Errorf("the kubelet is %+v (%v), want %+v", got, err, test.want)
			}
			if host := hostFacts(t, b); host.Kubelet != got.Installed || host.KubeletActive != got.Active || host.KubeletStale != got.Stale {
				t.Errorf("host-facts says %+v, and kubelet-facts %+v", host, got)
			}
		})
	}
}

// Nothing of the facts of a host hangs on what du and df make of a folder.
func TestS31WhatDfAndDuDoNotKnowIsNothingThatIsFree(t *testing.T) {
	const header = "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
	for _, test := range []struct {
		name, du, df string
		want         HostFactsOutput
	}{
		{
			"all is well", "echo '4096 /'", "/dev/a 9 9 10240 50% /a\n/dev/b 9 9 20480 50% /b\n/dev/c 9 9 30720 50% /c\n",
			HostFactsOutput{EtcdMiB: 4, FreeMiBEtcd: 10, FreeMiBKubernetes: 20, FreeMiBBackups: 30, BackupsApart: true},
		},
		{
			"the folder is gone when du comes", "echo 'du: cannot access' >&2; exit 1", "/dev/a 9 9 10240 50% /a\n/dev/a 9 9 10240 50% /a\n/dev/a 9 9 10240 50% /a\n",
			HostFactsOutput{FreeMiBEtcd: 10, FreeMiBKubernetes: 10, FreeMiBBackups: 10},
		},
		{
			"more is taken than there is", "echo '0 /'", "/dev/a 9 9 -10240 105% /a\n/dev/b 9 9 20480 50% /b\n/dev/a 9 9 -10240 105% /a\n",
			HostFactsOutput{FreeMiBKubernetes: 20, BackupsApart: true},
		},
		{
			"df does not know", "echo '0 /'", "/dev/a 9 9 10240 50% /a\nnone - - - - /b\nnone 0 0 0 - /c\n",
			HostFactsOutput{FreeMiBEtcd: 10, BackupsApart: true},
		},
		{
			"folders that are called as patterns are", "echo '0 /'", "/dev/a 9 9 10240 50% /*\n/dev/a 9 9 10240 50% /*\n/dev/c-1 9 9 30720 50% /[c] d\n",
			HostFactsOutput{FreeMiBEtcd: 10, FreeMiBKubernetes: 10, FreeMiBBackups: 30, BackupsApart: true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := factsBench(t)
			b.tool("du", test.du)
			b.tool("df", "cat <<.\n"+header+test.df+".")
			got := hostFacts(t, b)
			got = HostFactsOutput{
				EtcdMiB: got.EtcdMiB, FreeMiBEtcd: got.FreeMiBEtcd, FreeMiBKubernetes: got.FreeMiBKubernetes,
				FreeMiBBackups: got.FreeMiBBackups, BackupsApart: got.BackupsApart,
			}
			if got != test.want {
				t.Errorf("the facts are %+v, want %+v", got, test.want)
			}
		})
	}

	b := factsBench(t)
	_ = os.Remove(b.path("bin/du"))
	if facts := hostFacts(t, b); facts.EtcdMiB != 0 || facts.FreeMiBEtcd == 0 {
		t.Errorf("without du: %+v", facts)
	}
	// No value of one folder may stand under the name of another.
	b.tool("df", "echo '/dev/a 9 9 10240 50% /a'; echo 'df: /etc/kubernetes: Stale file handle' >&2; exit 1")
	_, stderr := b.exits(actionsOf(t, "host-facts: {}", "")[0].Do, 1)
	for _, want := range []string{"df: /etc/kubernetes: Stale file handle\n", "each of /var/lib/etcd, /etc/kubernetes and /var/backups/rung", "it says here: /dev/a 9 9 10240 50% /a\n"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("it says %q, and not %q", stderr, want)
		}
	}
}

// factsBench is a host with the folder of etcd's data, and nothing else to tell of.
func factsBench(t *testing.T) *bench {
	b := newBench(t)
	b.file("proc/cpuinfo", "processor : 0\n")
	b.file("proc/sys/kernel/random/boot_id", "7c0d\n")
	b.file("var/lib/etcd/member/snap/db", "")
	b.tool("systemctl", "exit 1")
	b.tool("swapon", "")
	return b
}

func hostFacts(t *testing.T, b *bench) HostFactsOutput {
	t.Helper()
	out, _ := b.exits(actionsOf(t, "host-facts: {}", "")[0].Do, 0)
	facts, _, err := HostFacts{}.Collect([]step.Result{{Stdout: []byte(out)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return facts
}

// The script as it is, on this very machine, whatever it has.
func TestTheFactsOfThisMachine(t *testing.T) {
	do := actionsOf(t, "host-facts: {}", "")[0].Do
	cmd := exec.CommandContext(t.Context(), "/bin/sh", append([]string{"-euc", do.Script, "sh"}, do.Argv...)...)
	cmd.Env = []string{"LC_ALL=C", "PATH=" + step.Path}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	facts, _, err := HostFacts{}.Collect([]step.Result{{Stdout: out}})
	if err != nil || facts.CPUs < 1 || facts.Kernel == "" || facts.BootID == "" || facts.OS == "" {
		t.Errorf("%v\n%s", err, out)
	}
}

func version(t *testing.T, text string) kube.Version {
	t.Helper()
	v, err := kube.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
