package twin

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"sync"
	"time"

	"rung/engine/kube"
)

const dirMode = fs.ModeDir | 0o755

// host is one machine: disk, packages, kubelet, and on control planes an apiserver.
type host struct {
	cluster      *Cluster
	name         string
	index        int
	controlPlane bool
	apt          bool // it has apt and dpkg, and neither yum nor rpm
	ip           string
	cpu, memory  int // what it has for pods: thousandths, KiB; the usual where 0
	down         bool
	mu           sync.Mutex                     // of what is of it alone; see lock
	sessions     int                            // that are interpreted now, beside those of other hosts
	certs        map[string]timeline[time.Time] // when the renewed ones expire
	certsLast    time.Duration                  // how long those of the beginning last; a year after birth where 0
	noImages     []string                       // names of images that no registry has for it
	twoRuntimes  bool                           // CRI-O runs beside the containerd that the kubelet works with
	noEtcdctl    bool                           // its etcd container has no etcdctl and no etcdutl
	withheld     []string                       // packages that no repository of the host has: "kubelet-1.22.17", "kubeadm-1.22"
	drags        []string                       // packages of which a new kubeadm demands the newest
	pressed      time.Time                      // since when it is short of disk; zero: it is not
	busy         bool                           // another program holds the lock of its packages
	cut          bool                           // no repository of packages is reached
	ahead        time.Duration                  // of its clock, by which it is wrong
	powerless    bool                           // who logs in is not root, and may not become it

	disk       *disk
	installed  map[string]string            // shared by all hosts: package → version-release
	changed    map[string]*timeline[string] // packages, since
	kubelet    timeline[kubelet]
	spec       timeline[nodeSpec]
	node       kept[nodeKey]
	outages    []outage               // of the apiserver
	stops      map[string][]time.Time // of containers of static pods, by component
	crashing   map[string]time.Time   // when the manifest was written with which a component does not start, by its name
	boots      timeline[boot]
	absences   []absence
	pledges    []pledge
	only       kube.Version     // of the kubelet that starts; any where zero
	hangs      bool             // it does not come back from its next reboot
	metadata   timeline[bool]   // of yum, that it was fetched
	units      map[string]*unit // transient, by name
	tmp        int              // names of temporary folders
	services   map[string]timeline[bool]
	parameters map[string]timeline[string] // of the kernel, that were set
	held       map[string]timeline[bool]   // packages that apt-mark holds
	locks      map[string]*lock            // by file
}

// kubelet is the kubelet's process.
type kubelet struct {
	active  bool
	failing string       // why it exits as often as it is started
	version kube.Version // of the binary that was started
	pid     int
	boot    string    // in which it was started
	ready   time.Time // when the node is Ready again; without meaning where not active
}

// nodeSpec is what people change on a node.
type nodeSpec struct {
	unschedulable bool
	annotations   map[string]string // never changed in place
}

func newHost(c *Cluster, name string, index int, controlPlane bool, base *layer, installed map[string]string) *host {
	h := &host{
		cluster: c, name: name, index: index, controlPlane: controlPlane, installed: installed,
		ip: fmt.Sprintf("10.%d.%d.%d", 200+index/60000, index/250%240, 11+index%240), changed: map[string]*timeline[string]{}, units: map[string]*unit{}, crashing: map[string]time.Time{}, locks: map[string]*lock{}, services: map[string]timeline[bool]{}, held: map[string]timeline[bool]{},
	}
	h.disk = &disk{base: base, written: map[string]*timeline[file]{}}
	h.disk.proc, h.disk.writeProc = h.procfs, h.writeProc
	h.kubelet = always(kubelet{active: true, version: c.shape.Version, boot: uid("boot", name), pid: 560 + index%100, ready: c.born})
	h.spec = always(nodeSpec{})
	h.disk.put("/etc/hostname", file{mode: 0o644, data: name + "\n", mtime: c.born}, c.born)
	h.disk.put("/etc/kubernetes/pki/kubelet-client.pem", file{mode: 0o600, data: name + "\n", mtime: c.born}, c.born)
	return h
}

// hash makes a stable number of words: names, ids and the like are the same in every run.
func hash(words ...any) uint64 {
	f := fnv.New64a()
	fmt.Fprint(f, words...)
	return f.Sum64()
}

// uid looks like the unique id of an object.
func uid(words ...any) string {
	a, b := hash(append(words, "a")...), hash(append(words, "b")...)
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

// suffix is five letters as Kubernetes puts them at the end of a pod's name.
func suffix(words ...any) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	n := hash(words...)
	var s [5]byte
	for i := range s {
		s[i] = letters[n%uint64(len(letters))]
		n /= uint64(len(letters))
	}
	return string(s[:])
}

// pkg is the installed version-release of a package; empty where it is not installed.
func (h *host) pkg(name string, now time.Time) string {
	if l := h.changed[name]; l != nil {
		return l.at(now)
	}
	return h.installed[name]
}

// setPkg installs a version-release, or with an empty one removes the package.
func (h *host) setPkg(name, version string, now time.Time) {
	l := h.changed[name]
	if l == nil {
		l = new(timeline[string])
		*l = always(h.installed[name])
		h.changed[name] = l
	}
	l.set(now, version)
}

// binary is the version of Kubernetes of an installed kubeadm, kubelet or kubectl; zero where it is not installed.
func (h *host) binary(name string, now time.Time) kube.Version {
	v, _ := kube.ReleaseOf(h.pkg(name, now)) // a package that is not installed has no version, and the zero one says that
	return v
}

func (h *host) hasTool(t tool, now time.Time) bool {
	pkg := t.pkg
	if h.apt && pkg == "procps-ng" {
		pkg = "procps"
	}
	return (pkg == "" || h.pkg(pkg, now) != "") && (t.missing == nil || !t.missing(h))
}

// startKubelet starts the installed kubelet; the node is Ready after that long.
func (h *host) startKubelet(now time.Time, after time.Duration) {
	before := h.kubelet.at(now)
	if v := h.binary("kubelet", now); h.kubeletFails(v, now) != "" {
		h.setKubelet(now, kubelet{version: v, failing: h.kubeletFails(v, now)})
		return
	}
	h.setKubelet(now, kubelet{active: true, version: h.binary("kubelet", now), pid: before.pid%30000 + 811, boot: h.booted(now).id, ready: now.Add(after)})
	h.cluster.schedule(now.Add(after))
}

func (h *host) stopKubelet(now time.Time) {
	k := h.kubelet.at(now)
	k.active = false
	h.setKubelet(now, k)
}

func (h *host) setKubelet(now time.Time, k kubelet) {
	h.kubelet.set(now, k)
	h.cluster.restarts++
}

// nodeGrace is how long the cluster waits for a silent kubelet before it calls the node's state unknown:
// the default of --node-monitor-grace-period.
const nodeGrace = 40 * time.Second

// ready is the status of the node's condition Ready.
func (h *host) ready(now time.Time) string {
	m := h.kubelet.last(now)
	if m == nil { // more was set far ahead than a timeline keeps
		return "Unknown"
	}
	switch k := &m.value; {
	case !k.active && now.Sub(m.from) > nodeGrace:
		return "Unknown"
	case k.active && now.Before(k.ready):
		return "False"
	}
	return "True"
}

// componentVersion is the version in the image of a static pod's manifest; zero where there is none.
func (h *host) componentVersion(component string, now time.Time) kube.Version {
	v, _ := kube.Parse(h.imageTag(component, now)) // no manifest, no version
	return v
}
