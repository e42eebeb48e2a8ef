package twin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An etcd of the twin is what its data folder says: which cluster it belongs to, and as which member. That decides whether
// it starts, and with whom it has a quorum. What the API stores is not in it: a twin that restores a snapshot stays the
// cluster that it is.

// ensemble is a cluster of etcd members.
type ensemble struct {
	id      uint64
	blank   bool                   // it holds nothing
	members timeline[[]etcdMember] // never changed in place
}

type etcdMember struct {
	id   uint64
	name string // empty until it has started
	peer string // https://10.200.0.11:2380
}

// etcdData is what a data folder says.
type etcdData struct {
	minor           int // of the etcd that wrote it
	cluster, member uint64
}

const etcdFolder = "/var/lib/etcd"

func (d etcdData) String() string {
	return fmt.Sprintf("etcd data of 3.%d in cluster %x as member %x\n", d.minor, d.cluster, d.member)
}

// etcdDataIn reads a data folder; false where there is none, or what is there is damaged.
func (h *host) etcdDataIn(folder string, now time.Time) (d etcdData, ok bool) {
	text, err := h.disk.read(folder+"/member/snap/db", now)
	if err != nil {
		return d, false
	}
	return etcdDataOf(text)
}

// etcdDataOf reads what etcdData writes, without fmt: every glance at an apiserver asks for it.
func etcdDataOf(text string) (d etcdData, ok bool) {
	text, begins := strings.CutPrefix(text, "etcd data of 3.")
	minor, text, inCluster := strings.Cut(text, " in cluster ")
	cluster, member, asMember := strings.Cut(text, " as member ")
	var bad [3]error
	d.minor, bad[0] = strconv.Atoi(minor)
	d.cluster, bad[1] = strconv.ParseUint(cluster, 16, 64)
	d.member, bad[2] = strconv.ParseUint(strings.TrimSuffix(member, "\n"), 16, 64)
	return d, begins && inCluster && asMember && bad == [3]error{}
}

func (h *host) putEtcdData(folder string, d etcdData, at time.Time) {
	for _, dir := range []string{folder, folder + "/member", folder + "/member/snap"} {
		_ = h.disk.mkdir(dir, true, 0o700, at) // where it is there already, all is well
	}
	h.disk.put(folder+"/member/snap/db", file{mode: 0o600, data: d.String(), mtime: at}, at)
}

// etcdMinor is 5 of 3.5.15-0.
func etcdMinor(tag string) int {
	rest, _ := strings.CutPrefix(tag, "3.")
	digits, _, _ := strings.Cut(rest, ".")
	minor, _ := strconv.Atoi(digits) // 0 is older than all
	return minor
}

func (h *host) peerURL() string { return fmt.Sprintf("https://%s:2380", h.ip) }

// memberID is that of a member of a new cluster: it comes of its address, and of --initial-cluster-token, alone.
//
// Source: github.com/etcd-io/etcd, server/etcdserver/api/membership/member.go, computeMemberID.
func memberID(peer, token string) uint64 { return hash("member", peer, cmp.Or(token, "etcd-cluster")) }

// clusterID comes of the members that began a cluster.
func clusterID(first []etcdMember) uint64 {
	words := []any{"cluster"}
	for _, m := range first {
		words = append(words, m.id)
	}
	return hash(words...)
}

// startEtcds gives the members of a new cluster their data.
func (c *Cluster) startEtcds() {
	var members []etcdMember
	first := c.hosts[0] // kubeadm init began the cluster there, and the others joined it
	e := &ensemble{id: clusterID([]etcdMember{{id: memberID(first.peerURL(), "")}})}
	c.ensembles = map[uint64]*ensemble{e.id: e}
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		if !h.hasComponent("etcd") {
			return
		}
		m := etcdMember{hash(h.name), h.name, h.peerURL()}
		if h == first {
			m.id = memberID(m.peer, "")
		}
		members = append(members, m)
		logs := "/var/log/pods/kube-system_etcd-" + h.name + "_" + h.etcdPod() + "/etcd"
		_ = h.disk.mkdir(logs, true, 0o755, c.born) // on an empty disk nothing is in the way
		h.putEtcdData(etcdFolder, etcdData{etcdMinor(h.imageTag("etcd", c.born)), e.id, m.id}, c.born)
	}
	e.members = always(members)
}

// etcdStarted is when the etcd of this host was started, or is, and the moment whose manifest it was started with, and that.
func (h *host) etcdStarted(now time.Time) (begins, saw time.Time, manifest string, ok bool) {
	saw, ever := h.watched(now)
	f, err := h.disk.stat(manifests+"/etcd.yaml", true, saw)
	if err != nil || !ever || !h.controlPlane || h.away(now) || h.crashes("etcd", saw) {
		return begins, saw, "", false
	}
	begins = h.noticed(h.arrived("etcd", f, saw), now)
	if boot := h.bootedAt(now).Add(kubeletAfterBoot); boot.After(begins) {
		begins = boot
	}
	return begins, saw, f.data, true
}

// etcdProcess tells whether there is a process of etcd: one that does not start with its data ends at once.
func (h *host) etcdProcess(now time.Time) bool {
	begins, _, _, started := h.etcdStarted(now)
	return started && (now.Before(begins.Add(etcdStart)) || h.etcdUp(now))
}

// etcdUp tells whether a member runs.
func (h *host) etcdUp(now time.Time) bool {
	_, up := h.etcdRuns(now)
	return up
}

// etcdRuns is the data with which the member of this host runs.
func (h *host) etcdRuns(now time.Time) (d etcdData, up bool) {
	begins, saw, manifest, started := h.etcdStarted(now)
	if up := begins.Add(etcdStart); !started || now.Before(up) {
		return d, false
	}
	minor := etcdMinor(tagOf(imageIn(manifest)))
	d, ok := h.etcdBegins(begins.Add(etcdStart), now, saw, minor)
	e := h.cluster.ensembles[d.cluster]
	return d, ok && e != nil && e.has(d.member, now) && d.minor <= minor
}

// etcdBegins is what a start does to the data: a newer etcd takes it over, and an empty folder becomes that of a member who
// was added, or of a new cluster. It is the data that is there now; false where there is none, or what is there is damaged.
func (h *host) etcdBegins(at, now, saw time.Time, minor int) (etcdData, bool) {
	if d, ok := h.etcdDataIn(etcdFolder, now); ok {
		if d.minor < minor {
			d.minor = minor
			h.putEtcdData(etcdFolder, d, at)
		}
		return d, true
	}
	if !h.disk.exists(etcdFolder+"/member/snap/db", now) {
		h.etcdBeginsEmpty(at, now, saw, minor)
	}
	return h.etcdDataIn(etcdFolder, now)
}

// etcdBeginsEmpty is a start without data.
func (h *host) etcdBeginsEmpty(at, now, saw time.Time, minor int) {
	text, _ := h.disk.read(manifests+"/etcd.yaml", saw) // it is there: see etcdRuns
	initial := slices.Sorted(strings.SplitSeq(flagIn(text, "initial-cluster"), ","))
	if flagIn(text, "initial-cluster-state") == "existing" {
		for _, e := range h.cluster.ensembles {
			members := slices.Clone(e.members.at(now))
			i := slices.IndexFunc(members, func(m etcdMember) bool { return m.name == "" && m.peer == h.peerURL() })
			if i < 0 {
				continue
			}
			members[i].name = h.name
			if alive := h.cluster.alive(e, now); slices.Equal(initialCluster(members), initial) && 2*(alive+1) > len(members) && alive > 0 {
				e.members.set(at, members)
				h.putEtcdData(etcdFolder, etcdData{minor, e.id, members[i].id}, at)
			}
		}
		return
	}
	self := etcdMember{hash(h.name, at), h.name, h.peerURL()}
	e := &ensemble{id: clusterID([]etcdMember{self}), members: always([]etcdMember{self}), blank: true}
	h.cluster.ensembles[e.id] = e
	h.putEtcdData(etcdFolder, etcdData{minor, e.id, self.id}, at)
}

// flagIn is the value of a flag in a manifest.
func flagIn(manifest, name string) string {
	_, rest, _ := strings.Cut(manifest, "    - --"+name+"=")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// initialCluster is how members are written in --initial-cluster, sorted.
func initialCluster(members []etcdMember) []string {
	var all []string
	for _, m := range members {
		all = append(all, m.name+"="+m.peer)
	}
	slices.Sort(all)
	return all
}

func (e *ensemble) has(id uint64, now time.Time) bool {
	return slices.ContainsFunc(e.members.at(now), func(m etcdMember) bool { return m.id == id })
}

// alive is how many members run.
func (c *Cluster) alive(e *ensemble, now time.Time) int {
	n := 0
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		if h.etcdUpIn(e, now) {
			n++
		}
	}
	return n
}

func (h *host) etcdUpIn(e *ensemble, now time.Time) bool {
	d, ok := h.etcdDataIn(etcdFolder, now)
	return ok && d.cluster == e.id && h.etcdUp(now)
}

// mostRun tells whether more than half of its members run, of which one does. Every glance at an apiserver asks for it.
func (c *Cluster) mostRun(e *ensemble, one *host, now time.Time) bool {
	up, members := 1, len(e.members.at(now))
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		if 2*up > members {
			return true
		}
		if h != one && h.etcdUpIn(e, now) {
			up++
		}
	}
	return 2*up > members
}

// etcdServes tells whether the member of this host runs and has a quorum. That of a new and empty cluster has nothing to
// serve.
func (h *host) etcdServes(now time.Time) bool {
	if h.cluster.shape.ExternalEtcd {
		return true
	}
	d, up := h.etcdRuns(now)
	if !up {
		return false
	}
	e := h.cluster.ensembles[d.cluster]
	return !e.blank && h.cluster.mostRun(e, h, now)
}

// EtcdMemberBroken damages the data of a member: it does not start any more.
func (c *Cluster) EtcdMemberBroken(node string) error {
	if h := c.byName[node]; !h.controlPlane || !h.hasComponent("etcd") {
		return fmt.Errorf("no etcd runs on %s", node)
	}
	c.on(node, func(h *host, now time.Time) {
		h.disk.put(etcdFolder+"/member/snap/db", file{mode: 0o600, data: "\x00", mtime: now}, now)
		c.attend(now)
	})
	return nil
}

// EtcdQuorumLost damages the data of as many members as are needed for the quorum, the last ones.
func (c *Cluster) EtcdQuorumLost() error {
	planes := c.ControlPlanes()
	for _, node := range planes[len(planes)/2:] {
		if err := c.EtcdMemberBroken(node); err != nil {
			return err
		}
	}
	return nil
}
