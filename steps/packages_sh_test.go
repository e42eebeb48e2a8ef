package steps

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Repositories as hosts have them: pkgs.k8s.io, a mirror, one that holds every minor, and
// CRI-O, which is numbered likewise.
const (
	officialRepo = `[kubernetes]
name=Kubernetes v1.31
baseurl=https://pkgs.k8s.io/core:/stable:/v1.31/rpm/
enabled=1
gpgcheck=1
gpgkey=https://pkgs.k8s.io/core:/stable:/v1.31/rpm/repodata/repomd.xml.key
exclude=kubelet kubeadm kubectl cri-tools kubernetes-cni
`
	mirrorRepo = `[k8s-mirror]
baseurl = http://mirror.example/k8s/v1.31/rpm
gpgkey = file:///etc/pki/rpm-gpg/k8s
[cri-o]
baseurl=https://pkgs.k8s.io/addons:/cri-o:/stable:/v1.30/rpm/
`
	legacyRepo = `[kubernetes]
baseurl=https://mirror.example/yum/repos/kubernetes-el7-$basearch
`
	otherRepo = `[tool]
baseurl=https://packages.example/tool/v1.2/
gpgkey=https://packages.example/tool/v1.2/key
`
	systemRepo = `[baseos]
mirrorlist=https://mirrors.example/mirrorlist?release=v1.31/rpm
baseurl=http://mirror.example/rocky/9.4/BaseOS/
`
)

func TestB2TheRepositoryFollowsTheHop(t *testing.T) {
	action := actionsOf(t, "repo-switch: {version: 1.32.6}", "")[0]
	b := newBench(t)
	b.tool("yum", "")
	b.file("etc/yum.repos.d/system.repo", systemRepo)
	b.file("etc/yum.repos.d/legacy.repo", legacyRepo)
	b.file("etc/yum.repos.d/other.repo", otherRepo)
	b.exits(*action.Check, 0) // nothing here belongs to one minor

	b.file("etc/yum.repos.d/kubernetes.repo", officialRepo)
	b.file("etc/yum.repos.d/mirror.repo", mirrorRepo)
	b.exits(*action.Check, 1)
	b.exits(action.Do, 0)
	wantText(t, "the calls", b.called(), "yum clean expire-cache")
	b.exits(*action.Check, 0)

	switched := strings.ReplaceAll(officialRepo, "/v1.31/", "/v1.32/")
	for name, want := range map[string]string{
		"kubernetes.repo":             switched,
		"kubernetes.repo.rung-before": officialRepo,
		"mirror.repo":                 strings.Replace(mirrorRepo, "v1.31", "v1.32", 1),
		"mirror.repo.rung-before":     mirrorRepo,
		"system.repo":                 systemRepo,
		"legacy.repo":                 legacyRepo,
		"other.repo":                  otherRepo,
	} {
		wantText(t, name, b.read("etc/yum.repos.d/"+name), want)
	}
	if files, _ := filepath.Glob(b.path("etc/yum.repos.d/*")); len(files) != 7 {
		t.Errorf("there are now %v", files)
	}

	b.exits(actionsOf(t, "repo-switch: {version: 1.33.1}", "")[0].Do, 0)
	wantText(t, "the second switch", b.read("etc/yum.repos.d/kubernetes.repo"), strings.ReplaceAll(switched, "v1.32/", "v1.33/"))
	wantText(t, "the copy of the first", b.read("etc/yum.repos.d/kubernetes.repo.rung-before"), officialRepo)

	empty := newBench(t)
	if err := os.MkdirAll(empty.path("etc/yum.repos.d"), 0o755); err != nil {
		t.Fatal(err)
	}
	empty.exits(*action.Check, 0)
}

// The echo of some shells ends at \c.
func TestB2ABackslashInAnAddressHidesNothingBehindIt(t *testing.T) {
	action := actionsOf(t, "repo-switch: {version: 1.32.6}", "")[0]
	b := newBench(t)
	b.tool("yum", "")
	b.file("etc/yum.repos.d/kubernetes.repo", `[kubernetes]
baseurl=https://mirror.example/v1.32/rpm/se\cret/
gpgkey=https://mirror.example/v1.31/rpm/key
`)
	b.exits(*action.Check, 1)
	b.exits(action.Do, 0)
	b.exits(*action.Check, 0)
}

// Others number their repositories as pkgs.k8s.io does, and a file that is switched off is nobody's.
func TestB2WhatIsNotOfKubernetesOrSwitchedOffKeepsItsMinor(t *testing.T) {
	const istio = "[istio]\nbaseurl=https://istio.example/v1.22/rpm/\nenabled=1\n"
	const corp = "baseurl=https://nexus.example/pkgs/v1.31/rpm/\n"
	action := actionsOf(t, "repo-switch: {version: 1.32.6}", "")[0]
	given := actionsOf(t, "repo-switch: {version: 1.32.6, repository: 'https://mirror.example/v1.1/rpm/'}", "")[0]
	minors := actionsOf(t, "yum-versions: {from: 1.31.4, to: 1.32.1}", "")[1].Do
	b := newBench(t)
	b.tool("yum", "")
	b.tool("apt-get", "")
	kept := map[string]string{
		"yum.repos.d/istio.repo":            istio,
		"yum.repos.d/nexus.repo":            "[nexus]\n" + corp,
		"yum.repos.d/kubernetes-1.31.repo":  strings.Replace(officialRepo, "enabled=1", "enabled = 0", 1),
		"apt/sources.list.d/istio.list":     "deb https://istio.example/v1.22/deb/ /\n",
		"apt/sources.list.d/old.sources":    mirrorSources + "Enabled: no\n",
		"apt/sources.list.d/commented.list": "# " + strings.ReplaceAll(officialList, "\ndeb", "\n# deb"),
	}
	for name, text := range kept {
		b.file("etc/"+name, text)
	}
	b.exits(*action.Check, 0)
	b.exits(*given.Check, 0)
	if out, _ := b.exits(minors, 0); !strings.Contains(out, "there is nothing else to ask") {
		t.Errorf("other minors are asked of it:\n%s", out)
	}
	b.file("etc/yum.repos.d/kubernetes.repo", "[k]\nenabled=1\n"+corp) // its name says it
	b.file("etc/yum.repos.d/half.repo", strings.Replace(officialRepo, "enabled=1", "enabled=0", 1)+strings.Replace(officialRepo, "[kubernetes]", "[other]", 1))
	b.exits(*action.Check, 1)
	b.exits(action.Do, 0)
	b.exits(*action.Check, 0)
	wantText(t, "by its file", b.read("etc/yum.repos.d/kubernetes.repo"), "[k]\nenabled=1\n"+strings.Replace(corp, "v1.31", "v1.32", 1))
	if half := b.read("etc/yum.repos.d/half.repo"); strings.Contains(half, "v1.31/") {
		t.Errorf("a file of which one repository is on:\n%s", half)
	}
	for name, want := range kept {
		wantText(t, name, b.read("etc/"+name), want)
	}
}

func TestB2OtherMinorsAreAskedThroughAThrowAwayConfiguration(t *testing.T) {
	minors := actionsOf(t, "yum-versions: {from: 1.31.4, to: 1.33.1}", "")[1].Do
	b := newBench(t)
	b.file("etc/yum.conf", "[main]\ngpgcheck=1\nproxy=http://proxy.example:3128\ncachedir=/var/cache/yum\n")
	b.file("etc/yum.repos.d/kubernetes.repo", officialRepo)
	b.file("etc/yum.repos.d/system.repo", systemRepo)
	// It shows what it was configured with, and has nothing of 1.33.
	b.tool("yum", `conf=${1#--config=}
grep -v -F dir= "$conf"
repos=$(sed -n 's/^reposdir=//p' "$conf")
cache=$(sed -n 's/^cachedir=//p' "$conf")
test ! -e "$cache" || exit 1
mkdir -p "$cache"
grep -h baseurl "$repos"/*
! grep -q v1.33 "$repos"/*`)
	out, _ := b.exits(minors, 0)
	config := "[main]\nassumeyes=1\ngpgcheck=1\nproxy=http://proxy.example:3128\n"
	wantText(t, "yum saw", out, config+"baseurl=https://pkgs.k8s.io/core:/stable:/v1.31/rpm/\n"+
		config+"baseurl=https://pkgs.k8s.io/core:/stable:/v1.32/rpm/\n"+
		config+"baseurl=https://pkgs.k8s.io/core:/stable:/v1.33/rpm/\nno repository answers for v1.33\n")
	calls := b.called()
	if strings.Count(calls, "/yum.conf list --showduplicates kubeadm kubelet kubectl --disableexcludes=kubernetes\n") != 3 {
		t.Errorf("the calls:\n%s", calls)
	}
	wantText(t, "the host's own file", b.read("etc/yum.repos.d/kubernetes.repo"), officialRepo)
	if left, _ := filepath.Glob(b.path("tmp.*")); left != nil {
		t.Errorf("it leaves %v behind", left)
	}

	b.file("etc/yum.repos.d/kubernetes.repo", legacyRepo)
	if out, _ := b.exits(minors, 0); !strings.Contains(out, "there is nothing else to ask") || b.called() != "" {
		t.Errorf("a repository of every minor: %s", out)
	}
}

// A group of yum has spaces in its name, and a pattern is for the package manager, not for the folder that a script runs in.
func TestB2NamesOfPackagesReachThePackageManagerAsTheyAre(t *testing.T) {
	for manager, tools := range map[string][]string{"yum": {"yum"}, "apt": {"apt-get", "apt-cache"}} {
		t.Run(manager, func(t *testing.T) {
			b := newBench(t)
			b.file("etc/yum.repos.d/kubernetes.repo", officialRepo)
			b.file("etc/yum.repos.d/mirror.repo", mirrorRepo)
			b.file("etc/apt/sources.list.d/kubernetes.list", officialList)
			b.file("etc/apt/sources.list.d/mirror.sources", mirrorSources)
			for _, tool := range tools {
				b.tool(tool, `for word; do printf '<%s>' "$word"; done`)
			}
			do := actionsOf(t, "package-versions: {manager: "+manager+", packages: ['@Container Management', '*.go'], from: 1.31.4, to: 1.32.1}", "")[1].Do
			if out, _ := b.exits(do, 0); strings.Count(out, "<@Container Management><*.go>") != 2 {
				t.Errorf("it is asked for %s", out)
			}
		})
	}
}

// dnf 5 has no --disableexcludes, and its versions and locks lie elsewhere.
func TestB1DNF5IsAskedInItsOwnWay(t *testing.T) {
	b := newBench(t)
	b.tool("dnf5", `case "$*" in
*--disableexcludes*) echo 'Unknown argument "--disableexcludes=kubernetes" for command "list".' >&2; exit 2 ;;
*list*) cat /var/offer ;;
esac`)
	if err := os.Symlink("dnf5", b.path("bin/yum")); err != nil {
		t.Fatal(err)
	}
	b.tool("rpm", "exit 1")
	b.file("var/offer", "Installed packages\nkubeadm.x86_64 1.31.4-150500.1.1 kubernetes\nkubelet.x86_64 1.31.4-150500.1.1\n\nAvailable packages\nkubeadm.x86_64 1.31.9-150500.1.1 kubernetes\nkubelet.x86_64 1.31.9-150500.1.1 kubernetes\n")
	b.file("etc/dnf/dnf.conf", "[main]\nproxy=http://proxy.example:3128\n")
	b.file("etc/yum.repos.d/kubernetes.repo", officialRepo)

	ask := actionsOf(t, "package-versions: {packages: [kubeadm, kubelet], from: 1.31.4, to: 1.32.1}", "")
	out, _ := b.exits(ask[0].Do, 0)
	list := readPackageList(out)
	for _, name := range []string{"kubeadm", "kubelet"} {
		if want := []string{"1.31.4-150500.1.1"}; !slices.Equal(list.installed[name], want) || !slices.Equal(list.offered[name], []string{"1.31.9-150500.1.1"}) {
			t.Errorf("%s: installed %q, on offer %q", name, list.installed[name], list.offered[name])
		}
	}
	b.exits(ask[1].Do, 0)
	b.exits(actionsOf(t, "yum-versions: {packages: [kubeadm]}", "")[0].Do, 0)
	b.exits(actionsOf(t, "yum-install: {packages: [kubeadm-1.31.9-150500.1.1], keep: [kubelet], state: downloaded}", "")[1].Do, 0)
	b.exits(actionsOf(t, "yum-install: {packages: [jq], disable_excludes: ''}", "")[1].Do, 0)
	const off = " --setopt=disable_excludes=kubernetes"
	calls := regexp.MustCompile(`/tmp\.\w+/`).ReplaceAllString(b.called(), "/TMP/")
	wantText(t, "the calls", strings.ReplaceAll(calls, "rpm -q kubeadm\n", ""), "dnf5 clean expire-cache\n"+
		"dnf5 list --showduplicates kubeadm kubelet"+off+"\n"+
		strings.Repeat("dnf5 --config=/TMP/yum.conf list --showduplicates kubeadm kubelet"+off+"\n", 2)+
		"dnf5 list --showduplicates kubeadm"+off+"\n"+
		"dnf5 install -y kubeadm-1.31.9-150500.1.1"+off+" --exclude=kubelet --downloadonly\n"+
		"dnf5 install -y jq")
}

func TestS5StaleMetadataIsRefreshedOnce(t *testing.T) {
	do := actionsOf(t, "yum-versions: {version: 1.21.14, packages: [kubeadm, kubelet]}", "")[0].Do
	const list = "yum list --showduplicates kubeadm kubelet --disableexcludes=kubernetes\n"
	const yum = `case $1 in
clean) echo 'kubelet.x86_64   1.21.14-0   kubernetes' >>/var/offer ;;
list) test -s /var/offer && cat /var/offer ;;
esac`
	for _, test := range []struct{ name, offer, calls string }{
		{"both are there", "kubeadm.x86_64   1.21.14-0   kubernetes\nkubelet.x86_64   0:1.21.14-0   kubernetes\n", list},
		{"one is missing", "kubeadm.x86_64   1.21.14-0   kubernetes\nkubelet.x86_64   1.21.1-0   kubernetes\n", list + "yum clean expire-cache\n" + list},
		{"another build of a longer version does not count", "kubeadm.x86_64   1.21.14-0   kubernetes\nkubelet.x86_64   11.21.14-0   k\n", list + "yum clean expire-cache\n" + list},
		{"nothing is there", "", list + "yum clean expire-cache\n" + list},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.tool("yum", yum)
			b.file("var/offer", test.offer)
			out, _ := b.exits(do, 0)
			wantText(t, "the calls", b.called(), test.calls)
			wantText(t, "it prints", out, b.read("var/offer"))
		})
	}
	b := newBench(t)
	b.tool("yum", "echo 'Error: cannot reach the mirror' >&2; exit 1")
	if _, stderr := b.exits(do, 1); !strings.Contains(stderr, "cannot reach the mirror") {
		t.Errorf("it hides why: %q", stderr)
	}
}

func TestAnyNumberOfMissingPackagesIsSomethingToDo(t *testing.T) {
	check := *actionsOf(t, "yum-install: {packages: [a-1-0, b-1-0]}", "")[1].Check
	b := newBench(t)
	for exit, want := range map[string]int{"0": 0, "1": 1, "2": 1} {
		b.tool("rpm", "exit "+exit)
		b.exits(check, want)
	}
	wantText(t, "the calls", b.called(), strings.Repeat("rpm -q a-1-0 b-1-0\n", 3))
}

func TestS11OnlyTheImagesThatAWorkerNeeds(t *testing.T) {
	b := pullBench(t)
	do := actionsOf(t, "image-pull: {version: 1.32.6, only: [kube-proxy, coredns, pause]}", "name=w1")[0].Do
	if out, _ := b.exits(do, 0); !strings.Contains(out, "there is no kubectl or no crictl here") || b.called() != "" {
		t.Errorf("without crictl: %s", out)
	}
	b.tool("crictl", "")
	b.exits(do, 0)
	const of = "crictl --runtime-endpoint unix:///run/containerd/containerd.sock --image-endpoint unix:///run/containerd/containerd.sock pull registry.k8s.io/"
	if calls := b.called(); !strings.HasSuffix(calls, "/kubeadm.yaml\n"+of+"kube-proxy:v1.32.6\n"+of+"coredns/coredns:v1.11.3\n"+of+"pause:3.10\n") {
		t.Errorf("the calls:\n%s", calls)
	}
	_, stderr := b.exits(actionsOf(t, "image-pull: {version: 1.32.6, only: [flannel]}", "name=w1")[0].Do, 1)
	wantText(t, "it says", stderr, "kubeadm lists no image called flannel")
}

// pullBench is a node with containerd, whose kubeadm keeps the configuration that it was given.
func pullBench(t *testing.T) *bench {
	b := newBench(t)
	b.file("var/images", readFixture(t, "images-list.stdout"))
	b.file("var/cluster", "apiVersion: kubeadm.k8s.io/v1beta3\ndns:\n  imageRepository: mirror.example/dns\n  imageTag: v1.9.9\nimageRepository: mirror.example/k8s\nkind: ClusterConfiguration\nkubernetesVersion: v1.31.4\n")
	b.file("var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=unix:///run/containerd/containerd.sock --pod-infra-container-image=registry.k8s.io/pause:3.9\"\n")
	b.file("var/socket", "/var/run/dockershim.sock")
	b.tool("kubectl", `case "$*" in
*" configmap "*) cat /var/cluster ;;
*" node w1 "*) cat /var/socket ;;
esac`)
	b.tool("kubeadm", `for file; do :; done; cat "$file" >/var/given; cat /var/images`)
	return b
}

// Where a host has two runtimes kubeadm takes neither, and a cluster may name images of its own: both stand in a file, beside
// which kubeadm heeds no flag.
func TestS11TheImagesAreThoseOfTheClusterInTheRuntimeOfTheKubelet(t *testing.T) {
	do := actionsOf(t, "image-pull: {version: 1.32.6}", "name=w1")[0].Do
	const ours = "---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nlocalAPIEndpoint: {advertiseAddress: 1.2.3.4}\nnodeRegistration: {name: node, criSocket: \"SOCKET\"}\n"
	for _, test := range []struct {
		name, want string
		change     func(*bench)
	}{
		{"kubeadm's flags", "unix:///run/containerd/containerd.sock", func(*bench) {}},
		{"from 1.34 a file of its own", "unix:///var/run/crio/crio.sock", func(b *bench) {
			b.file("var/lib/kubelet/instance-config.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\ncontainerRuntimeEndpoint: unix:///var/run/crio/crio.sock\nkind: KubeletConfiguration\n")
		}},
		{"the kubelet's configuration", "unix:///run/k3s.sock", func(b *bench) {
			b.file("var/lib/kubelet/config.yaml", "containerRuntimeEndpoint: \"unix:///run/k3s.sock\"\n")
		}},
		{"dockershim has no flag, and is on the node", "/var/run/dockershim.sock", func(b *bench) {
			b.file("var/lib/kubelet/config.yaml", "containerRuntimeEndpoint: \"\"\n")
			b.file("var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS=\"--network-plugin=cni\"\n")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := pullBench(t)
			test.change(b)
			b.exits(do, 0)
			wantText(t, "kubeadm is given", b.read("var/given"), strings.Replace(b.read("var/cluster"), "v1.31.4", "v1.32.6", 1)+strings.Replace(ours, "SOCKET", test.want, 1))
			if left, _ := filepath.Glob(b.path("tmp.*")); left != nil {
				t.Errorf("it leaves %v behind", left)
			}
		})
	}
	b := pullBench(t)
	b.file("var/cluster", strings.Replace(b.read("var/cluster"), "mirror.example/k8s", "k8s.gcr.io", 1))
	b.exits(do, 0)
	if given := b.read("var/given"); strings.Contains(given, "\nimageRepository:") || !strings.Contains(given, "  imageRepository: mirror.example/dns\n") {
		t.Errorf("a default repository is passed on:\n%s", given)
	}
	b.file("var/cluster", strings.Replace(b.read("var/cluster"), "dns:\n", "apiServer:\n  extraArgs:\n    audit: \"a\\cb\\n\"\ndns:\n", 1))
	b.exits(do, 0)
	if given := b.read("var/given"); !strings.Contains(given, `audit: "a\cb\n"`+"\ndns:\n") {
		t.Errorf("what has a backslash is passed on as:\n%s", given)
	}
	b.tool("kubeadm", "exit 1")
	b.exits(do, 1)
}

func readFixture(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "fixtures", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
