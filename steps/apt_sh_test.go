package steps

import (
	"path/filepath"
	"strings"
	"testing"

	"rung/engine/step"
)

// Sources of apt as hosts have them: pkgs.k8s.io as one line and as a stanza, Debian's own, and CRI-O.
const (
	officialList = `# Kubernetes
deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] https://pkgs.k8s.io/core:/stable:/v1.31/deb/ /
deb [signed-by=/etc/apt/keyrings/cri-o.gpg] https://pkgs.k8s.io/addons:/cri-o:/stable:/v1.30/deb/ /
`
	mirrorSources = `Types: deb
URIs: https://mirror.example/k8s/v1.31/deb/
Suites: /
Signed-By: /etc/apt/keyrings/kubernetes-apt-keyring.gpg
`
	debianList = "deb https://deb.debian.org/debian bookworm main\n"
)

func TestB2SourcesOfAptFollowTheHop(t *testing.T) {
	action := actionsOf(t, "repo-switch: {version: 1.32.6}", "")[0]
	b := newBench(t)
	b.tool("apt-get", "")
	b.file("etc/apt/sources.list", debianList)
	b.exits(*action.Check, 0)
	b.file("etc/apt/sources.list.d/kubernetes.list", officialList)
	b.file("etc/apt/sources.list.d/mirror.sources", mirrorSources)
	b.exits(*action.Check, 1)
	b.exits(action.Do, 0)
	wantText(t, "the calls", b.called(), strings.ReplaceAll(`apt-get update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/kubernetes.list REST
apt-get update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/mirror.sources REST`, "REST", "-o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0"))
	b.exits(*action.Check, 0)
	for name, want := range map[string]string{
		"sources.list":                               debianList,
		"sources.list.d/kubernetes.list":             strings.Replace(officialList, "stable:/v1.31/", "stable:/v1.32/", 1),
		"sources.list.d/kubernetes.list.rung-before": officialList,
		"sources.list.d/mirror.sources":              strings.Replace(mirrorSources, "v1.31", "v1.32", 1),
		"sources.list.d/mirror.sources.rung-before":  mirrorSources,
	} {
		wantText(t, name, b.read("etc/apt/"+name), want)
	}
}

func TestB2AGivenRepositoryTakesThePlaceOfTheHostsOwn(t *testing.T) {
	b := newBench(t)
	b.tool("apt-get", "")
	b.tool("yum", "")
	b.file("etc/apt/sources.list", debianList)
	b.file("etc/apt/sources.list.d/kubernetes.list", officialList)
	b.file("etc/apt/sources.list.d/mirror.sources", mirrorSources)
	named := func(repository, hop string) {
		t.Helper()
		action := actionsOf(t, "repo-switch: {version: "+hop+", repository: '"+repository+"'}", "")[0]
		b.exits(*action.Check, 1)
		b.exits(action.Do, 0)
		b.exits(*action.Check, 0)
	}
	named("http://packages.example/mine/v1.1/deb/ ./", "1.32.6")
	wantText(t, "a line of apt", b.read("etc/apt/sources.list.d/kubernetes.list"), strings.Replace(officialList, "https://pkgs.k8s.io/core:/stable:/v1.31/deb/ /", "http://packages.example/mine/v1.32/deb/ ./", 1))
	wantText(t, "a stanza of apt", b.read("etc/apt/sources.list.d/mirror.sources"), strings.Replace(mirrorSources, "https://mirror.example/k8s/v1.31/deb/", "http://packages.example/mine/v1.32/deb/", 1))
	named("http://packages.example/mine/v1.1/deb/ ./", "1.33.1") // known again by its address
	wantText(t, "a line of apt, a hop later", b.read("etc/apt/sources.list.d/kubernetes.list"), strings.Replace(officialList, "https://pkgs.k8s.io/core:/stable:/v1.31/deb/ /", "http://packages.example/mine/v1.33/deb/ ./", 1))

	b.file("etc/yum.repos.d/kubernetes.repo", officialRepo)
	b.file("etc/yum.repos.d/system.repo", systemRepo)
	named("file:///srv/all/", "1.32.6") // one of every minor
	wantText(t, "a section of yum", b.read("etc/yum.repos.d/kubernetes.repo"), strings.Replace(officialRepo, "https://pkgs.k8s.io/core:/stable:/v1.31/rpm/\nenabled", "file:///srv/all/\nenabled", 1))
	wantText(t, "what is not of Kubernetes", b.read("etc/yum.repos.d/system.repo")+b.read("etc/apt/sources.list"), systemRepo+debianList)
	wantText(t, "the file as it was first", b.read("etc/yum.repos.d/kubernetes.repo.rung-before"), officialRepo)
}

func TestB2OtherMinorsOfAptAreAskedThroughThrowAwayLists(t *testing.T) {
	minors := actionsOf(t, "package-versions: {manager: apt, from: 1.31.4, to: 1.33.1}", "")[1].Do
	b := newBench(t)
	b.file("etc/apt/sources.list", debianList)
	b.file("etc/apt/sources.list.d/kubernetes.list", officialList)
	b.file("etc/apt/sources.list.d/mirror.sources", mirrorSources)
	// It fetches nothing of 1.33, and shows what it would ask.
	b.tool("apt-get", `for option; do case $option in Dir::Etc::sourceparts=*) parts=${option#*=} ;; esac; done
! grep -q v1.33 "$parts"/*`)
	b.tool("apt-cache", `for option; do case $option in Dir::Etc::sourceparts=*) parts=${option#*=} ;; Dir::State::lists=*) lists=${option#*=} ;; esac; done
test -d "$lists/partial"
grep -h -o 'https.*' "$parts"/*`)
	out, _ := b.exits(minors, 0)
	wantText(t, "apt saw", out, `https://pkgs.k8s.io/core:/stable:/v1.31/deb/ /
https://mirror.example/k8s/v1.31/deb/
https://pkgs.k8s.io/core:/stable:/v1.32/deb/ /
https://mirror.example/k8s/v1.32/deb/
no repository answers for v1.33`)
	if calls := b.called(); strings.Count(calls, " madison kubeadm kubelet kubectl\n") != 2 {
		t.Errorf("the calls:\n%s", calls)
	}
	wantText(t, "the host's own file", b.read("etc/apt/sources.list.d/kubernetes.list"), officialList)
	if left, _ := filepath.Glob(b.path("tmp.*")); left != nil {
		t.Errorf("it leaves %v behind", left)
	}

	b.file("etc/apt/sources.list.d/kubernetes.list", debianList)
	b.file("etc/apt/sources.list.d/mirror.sources", "")
	if out, _ := b.exits(minors, 0); !strings.Contains(out, "there is nothing else to ask") || b.called() != "" {
		t.Errorf("a repository of every minor: %s", out)
	}
}

func TestS5ListsOfAptAreRefreshedOnce(t *testing.T) {
	do := actionsOf(t, "package-versions: {manager: apt, version: 1.32.6, packages: [kubeadm, kubelet]}", "")[0].Do
	const (
		list    = "apt-cache madison kubeadm kubelet\n"
		refresh = "apt-get update -q -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/kubernetes.list -o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0\n"
		look    = "dpkg-query -W -f ${Package} | ${Version} | ${db:Status-Status}\n kubeadm kubelet\n"
		both    = "   kubeadm | 1.32.6-1.1 | k  Packages\n   kubelet | 1.32.6-1.1 | k  Packages\n"
	)
	for _, test := range []struct{ name, offer, says, calls string }{
		{"both are there", both, "", look + list},
		{"one is missing", "   kubeadm | 1.32.6-1.1 | k  Packages\n   kubelet | 11.32.6-1.1 | k  Packages\n", "", look + list + refresh + list},
		{"nothing is there", "", "", look + list + refresh + list},
		{"nothing is there, and the repository is down", "", "W: Failed to fetch https://pkgs.k8s.io", look + list + refresh},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.file("var/offer", test.offer)
			b.file("etc/apt/sources.list", debianList)
			b.file("etc/apt/sources.list.d/kubernetes.list", officialList)
			b.tool("apt-cache", "cat /var/offer")
			b.tool("apt-get", "echo '"+test.says+"' >&2")
			b.tool("dpkg-query", "exit 1")
			exit := 0
			if test.says != "" {
				exit = 1
			}
			_, stderr := b.exits(do, exit)
			wantText(t, "the calls", b.called(), test.calls)
			if test.says != "" && (!strings.Contains(stderr, test.says) || !strings.Contains(stderr, "kubernetes.list does not answer")) {
				t.Errorf("it says %q", stderr)
			}
		})
	}
}

func TestB8NothingIsTakenDown(t *testing.T) {
	for _, test := range []struct{ name, have, spec, says string }{
		{"an older release is installed", "1.31.4-150500.1.1", "kubeadm-1.32.6-150500.1.1", ""},
		{"this very release", "1.32.6-150500.1.1", "kubeadm-1.32.6-150500.1.1", ""},
		{"a patch of two digits", "1.32.9-150500.1.1", "kubeadm-1.32.10-150500.1.1", ""},
		{"with its architecture", "1.21.14-0", "kubeadm-1.21.14-0.x86_64", ""},
		{"with an epoch", "1.21.1-0", "kubeadm-0:1.21.14-0", ""},
		{"a name alone", "1.21.1-0", "cri-tools", ""},
		{"a newer release", "1.33.1-150500.1.1", "kubeadm-1.32.6-150500.1.1", "kubeadm 1.33.1-150500.1.1 is installed, and 1.32.6-150500.1.1 is below it"},
		{"a newer build", "1.32.6-150500.2.1", "kubeadm-1.32.6-150500.1.1", "kubeadm 1.32.6-150500.2.1 is installed, and 1.32.6-150500.1.1 is below it"},
		{"nothing is installed", "", "kubeadm-1.32.6-150500.1.1", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.tool("rpm", "test -n '"+test.have+"' || exit 1; printf %s '"+test.have+"'")
			exit := 0
			if test.says != "" {
				exit = 1
			}
			if _, stderr := b.exits(actionsOf(t, "yum-install: {packages: ["+test.spec+"]}", "")[0].Do, exit); !strings.Contains(stderr, test.says) {
				t.Errorf("it says %q", stderr)
			}
		})
	}
}

func TestB8NothingThatMustStayIsTouchedByApt(t *testing.T) {
	do := actionsOf(t, "apt-install: {packages: [kubeadm=1.32.6-1.1], keep: [kubelet, kubernetes-cni]}", "")[0].Do
	for _, test := range []struct{ name, have, would, says string }{
		{"nothing else changes", "1.31.4-1.1", "Inst kubeadm [1.31.4-1.1] (1.32.6-1.1 k [amd64])", ""},
		{"cri-tools may change", "1.31.4-1.1", "Inst cri-tools [1.31.1-1.1] (1.32.0-1.1 k [amd64])", ""},
		{"kubernetes-cni may not", "1.31.4-1.1", "Inst kubernetes-cni [1.1.1-1.1] (1.2.0-1.1 k [amd64])", "would also change kubernetes-cni"},
		{"nor may the kubelet go", "1.31.4-1.1", "Remv kubelet [1.31.4-1.1]", "would also change kubelet"},
		{"a newer one is installed", "1.33.1-1.1", "", "kubeadm 1.33.1-1.1 is installed, and 1.32.6-1.1 is below it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.tool("dpkg-query", "printf %s '"+test.have+"'")
			b.tool("dpkg", `test "$2" != "$4" && test "$(printf '%s\n' "$2" "$4" | sort -V | tail -n 1)" = "$2"`)
			b.tool("apt-get", "echo '"+test.would+"'")
			exit := 0
			if test.says != "" {
				exit = 1
			}
			if _, stderr := b.exits(do, exit); !strings.Contains(stderr, test.says) {
				t.Errorf("it says %q", stderr)
			}
		})
	}
}

// What kubeadm was installed with counts, not what else a host has.
func TestB1ThePackageManagerIsTheOneOfKubeadm(t *testing.T) {
	facts := actionsOf(t, "package-versions: {version: 1.32.6}", "")[0].Do
	all := []string{"yum", "apt-get", "apt-cache"}
	for _, test := range []struct {
		name, rpm, dpkg, want string
		tools                 []string
	}{
		{"by rpm, on a host with both", "exit 0", "exit 1", "yum", all},
		{"by dpkg, on a host with both", "exit 1", "echo installed", "apt", all},
		{"only its configuration is left to dpkg", "exit 1", "echo config-files", "yum", all},
		{"rpm knows it still, and yum is gone", "exit 0", "echo installed", "apt", all[1:]},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			for _, name := range test.tools {
				b.tool(name, "")
			}
			b.tool("rpm", test.rpm)
			b.tool("dpkg-query", test.dpkg)
			out, _ := b.exits(facts, 0)
			if !strings.HasPrefix(out, "manager: "+test.want+"\n") {
				t.Errorf("it says %q", out)
			}
		})
	}
}

// An apt that fetches lists for itself, as apt-daily does, is waited for, and not taken for a repository that is down.
func TestB1WhoeverHasTheLockOfAptsListsIsWaitedFor(t *testing.T) {
	const said = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)\nE: Unable to lock directory /var/lib/apt/lists/"
	offer := actionsOf(t, "package-versions: {manager: apt, from: 1.31.4, to: 1.31.9, packages: [kubeadm]}", "")[0].Do
	point := actionsOf(t, "repo-switch: {version: 1.32.6}", "")[0].Do
	updates := actionsOf(t, "os-updates: {}", "name=w1")[0].Do
	for name, do := range map[string]step.Command{"package-versions": offer, "repo-switch": point, "os-updates": updates} {
		t.Run(name, func(t *testing.T) {
			bench := func(until string) *bench {
				b := newBench(t)
				b.file("etc/apt/sources.list.d/kubernetes.list", officialList)
				b.file("var/waits", "")
				b.tool("sleep", "echo 5 >>/var/waits")
				b.tool("dpkg-query", "")
				b.tool("apt-cache", "echo 'kubeadm | 1.31.9-1.1 | https://pkgs.k8s.io'")
				b.tool("apt-get", `test "$1" = update || exit 0
if test "$(grep -c . /var/waits)" -lt `+until+`; then echo '`+said+`' >&2; exit 100; fi`)
				return b
			}
			b := bench("3")
			b.exits(do, 0)
			if calls := b.called(); strings.Count(calls, "sleep 5\n") != 3 {
				t.Errorf("the calls:\n%s", calls)
			}
			b = bench("1000")
			_, stderr, exit := b.run(do)
			if waits := strings.Count(b.called(), "sleep 5\n"); exit == 0 || waits != 60 || !strings.Contains(stderr, "held by process 812") || strings.Contains(stderr, "does not answer") {
				t.Errorf("exit %d after %d waits:\n%s", exit, waits, stderr)
			}
		})
	}
}
