package twin

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"rung/engine/kube"
)

// Shape says what a twin is like when it is made. The zero value of a field is the usual.
type Shape struct {
	ControlPlanes int          // at least 1
	Workers       int          // 0 makes the control planes take workloads
	Version       kube.Version // of everything; required, and of a known minor
	Newest        kube.Version // the newest minor on offer; 1.37 where zero

	Names []string // of the nodes, control planes first; as many as there are, or none: cp1…, w1…
	Plain []string // the names of further hosts, which are no nodes and have nothing of Kubernetes

	Packages           string // the hosts' package manager: Yum, Apt or Mixed; Yum where empty
	PerMinorRepository bool   // packages come from a repository of one minor, as the community's do
	ExternalEtcd       bool   // etcd does not run on the control planes
	HostEtcdctl        bool   // etcdctl is a program of the control planes, and not in the etcd container
	Swap               bool   // swap is on, and in /etc/fstab
	Endpoint           string // of the apiservers' load balancer: "lab-api:6443" where empty

	Web          int // replicas of Deployment default/web, which uses emptyDir; 3 where 0, none where negative
	MinAvailable int // of its disruption budget; 1 where 0

	Recorded *Recorded // what else there is; nil: nothing was recorded
}

func (s Shape) filled() Shape {
	s.ControlPlanes = max(s.ControlPlanes, 1)
	if s.Newest.IsZero() {
		s.Newest = kube.OfMinor(1, kube.NewestMinor)
	}
	if s.Endpoint == "" {
		s.Endpoint = "lab-api:6443"
	}
	if len(s.Names) == 0 {
		s.Names = make([]string, 0, s.ControlPlanes+s.Workers)
		for i := range s.ControlPlanes {
			s.Names = append(s.Names, fmt.Sprintf("cp%d", i+1))
		}
		for i := range s.Workers {
			s.Names = append(s.Names, fmt.Sprintf("w%d", i+1))
		}
	}
	if s.Web == 0 {
		s.Web = 3
	}
	if s.MinAvailable == 0 {
		s.MinAvailable = 1
	}
	return s
}

// age is how long the cluster had been running when the twin was made.
const age = 55 * 24 * time.Hour

// New makes a cluster of that shape: hosts cp1…, w1…, every node Ready. It panics where the shape's
// version is not of a known minor: the twin would have to invent what such a kubeadm does.
func New(shape Shape, clock Clock) *Cluster {
	shape = shape.filled()
	if !kube.Known(shape.Version) || !shape.Version.Exact() {
		panic(fmt.Sprintf("twin: no cluster can be made of version %q", shape.Version))
	}
	c := &Cluster{shape: shape, clock: clock, born: clock.Now().Add(-age), made: [2]time.Time{clock.Now(), ownTime(clock)}, byName: map[string]*host{}, daemonPods: map[string]*daemonPods{}, templates: map[string]*jsonpath{}, selections: map[string]*question{}, market: offered(shape)}
	c.tools = tools()
	// What all hosts of a kind share: with apt or without, control plane or not.
	installed := map[bool]map[string]string{false: c.market.installed(shape.Version), true: c.market.installedDebs(shape.Version)}
	base := map[[2]bool]*layer{}
	for _, kind := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
		files := c.baseFiles(kind[1])
		if kind[0] {
			debianFiles(files, shape)
		}
		base[kind] = newLayer(files)
	}
	add := func(name string, controlPlane bool) {
		apt := shape.apt(name, len(c.hosts))
		h := newHost(c, name, len(c.hosts), controlPlane, base[[2]bool{apt, controlPlane}], installed[apt])
		h.apt = apt
		c.hosts = append(c.hosts, h)
		c.byName[name] = h
	}
	for i, name := range shape.Names {
		add(name, i < shape.ControlPlanes)
	}
	c.ordered = slices.SortedFunc(slices.Values(c.hosts), func(a, b *host) int { return strings.Compare(a.name, b.name) })
	c.leader = always(lead{holder: c.hosts[0], since: c.born})
	c.config = always(clusterConfig{version: shape.Version, repository: kube.DefaultImageRepository(shape.Version)})
	c.kubeletConfig = always(shape.Version)
	shipped, _ := kube.ShippedBy(shape.Version)
	c.proxy, c.coreDNS = always(shape.Version), always(shipped.CoreDNS)
	for _, h := range c.hosts {
		if h.controlPlane {
			c.writeManifests(h, shape.Version, c.born)
		}
	}
	c.addPlain()
	c.startEtcds()
	if shape.Version.Minor >= 29 {
		c.hosts[0].writeSuperAdmin(c.born)
	}
	c.startWorkloads()
	if shape.Recorded != nil {
		shape.Recorded.apply(c)
	}
	return c
}

// apt says whether the nth host has apt.
func (s Shape) apt(name string, n int) bool {
	if s.Recorded != nil && s.Recorded.Machines[name].Packages != "" {
		return s.Recorded.Machines[name].Packages == Apt
	}
	return s.Packages == Apt || s.Packages == Mixed && n%2 == 1
}

// fstab is /etc/fstab, with swap or with its line commented out.
func fstab(swap bool) string {
	comment := "#"
	if swap {
		comment = ""
	}
	return "/dev/mapper/rl-root     /                       xfs     defaults        0 0\n" +
		comment + "/dev/mapper/rl-swap     none                    swap    defaults        0 0\n"
}

// baseFiles are the files that all control planes, or all workers, share.
func (c *Cluster) baseFiles(controlPlane bool) map[string]file {
	files := map[string]file{}
	text := func(name, data string) { files[name] = file{mode: 0o644, data: data, mtime: c.born} }
	private := func(name, data string) { files[name] = file{mode: 0o600, data: data, mtime: c.born} }
	dir := func(names ...string) {
		for _, name := range names {
			files[name] = file{mode: dirMode, mtime: c.born}
		}
	}
	dir("/dev", "/proc", "/root", "/run", "/tmp", "/usr/bin", "/var/backups", "/var/log", "/var/tmp", "/var/cache/yum", rpmCache, "/etc/dnf/plugins", "/etc/kubernetes/manifests",
		"/etc/kubernetes/pki", "/var/lib/kubelet/pki", "/etc/sysctl.d", "/etc/systemd/system", "/run/systemd/system", "/opt", "/home", "/mnt")
	text("/dev/null", "")
	text(kernelImage(releaseOfKernel(kernelPackage, c.market.others[kernelPackage][0])), "kernel\n")
	text("/etc/os-release", "NAME=\"Rocky Linux\"\nVERSION=\"8.10 (Green Obsidian)\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.10\"\nPLATFORM_ID=\"platform:el8\"\nPRETTY_NAME=\"Rocky Linux 8.10 (Green Obsidian)\"\n")
	text("/etc/redhat-release", "Rocky Linux release 8.10 (Green Obsidian)\n")
	text("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
	text("/etc/hosts", "127.0.0.1   localhost\n")
	text("/etc/fstab", fstab(c.shape.Swap))
	text("/etc/yum.conf", "[main]\ngpgcheck=1\ninstallonly_limit=3\nclean_requirements_on_remove=True\nbest=True\n")
	text("/etc/sysconfig/kubelet", "KUBELET_EXTRA_ARGS=\n") // of the package kubelet
	text("/etc/yum.repos.d/base.repo", "[baseos]\nname=Base\nbaseurl=https://mirror.example/rocky/8/BaseOS/x86_64/os/\nenabled=1\ngpgcheck=1\n")
	text("/etc/yum.repos.d/kubernetes.repo", c.market.repoFile(c.shape))
	text("/var/lib/kubelet/config.yaml", kubeletConfigFile(c.shape.Version))
	text(kubeletFlagsFile, kubeletFlags(c.shape.Version))
	text("/usr/lib/systemd/system/kubelet.service", "[Unit]\nDescription=kubelet: The Kubernetes Node Agent\n\n[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n")
	private("/etc/kubernetes/kubelet.conf", kubeconfig("system:node", c.shape.Endpoint))
	text("/etc/kubernetes/pki/ca.crt", "ca.crt\n")
	if !controlPlane {
		return files
	}
	for _, name := range []string{"admin.conf", "controller-manager.conf", "scheduler.conf"} {
		private(path.Join("/etc/kubernetes", name), kubeconfig("kubernetes-admin", c.shape.Endpoint))
	}
	for _, name := range []string{"apiserver", "apiserver-etcd-client", "apiserver-kubelet-client", "front-proxy-client", "ca", "front-proxy-ca", "etcd/ca", "etcd/healthcheck-client", "etcd/peer", "etcd/server"} {
		text("/etc/kubernetes/pki/"+name+".crt", name+".crt\n")
		private("/etc/kubernetes/pki/"+name+".key", name+".key\n")
	}
	if !c.shape.ExternalEtcd {
		dir(etcdFolder)
	}
	return files
}
