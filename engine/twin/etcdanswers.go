package twin

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// save writes a snapshot to the host's own disk; in the pod only the data folder is mounted from there.
func (e *etcdCall) save(name string) int {
	h := e.member
	if e.argv[0] == "kubectl" && !strings.HasPrefix(name, etcdFolder+"/") {
		e.errf("Error: could not open %s.part (open %s.part: read-only file system)\n", name, name)
		return 1
	}
	if !h.etcdUp(e.now()) && !e.cluster.shape.ExternalEtcd {
		e.charge(5 * time.Second)
		e.errf("Error: rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused\"\n")
		return 1
	}
	e.charge(2 * time.Second)
	data := fmt.Sprintf("etcd snapshot of 3.%d, of %s at %s\n%s\n", e.minor(), h.name, stamp(e.now()), e.cluster.clusterConfiguration(e.now()))
	h.disk.put(name, file{mode: 0o600, data: data, mtime: e.now()}, e.now())
	e.outf("Snapshot saved at %s\n", name)
	return 0
}

// snapshotIn reads a snapshot, or the database of a member: the minor of the etcd that made it.
func (e *etcdCall) snapshotIn(name string) (minor int, hashed, ok bool) {
	text, err := e.member.disk.read(name, e.now())
	if err != nil {
		e.errf("Error: stat %s: no such file or directory\n", name)
		return 0, false, false
	}
	for _, kind := range []string{"etcd snapshot of 3.%d,", "etcd data of 3.%d in"} {
		if n, _ := fmt.Sscanf(text, kind, &minor); n == 1 {
			return minor, kind == "etcd snapshot of 3.%d,", true
		}
	}
	e.errf("Error: snapshot file integrity check failed. 1 errors found.\n")
	return 0, false, false
}

func (e *etcdCall) status(name string) int {
	if _, _, ok := e.snapshotIn(name); !ok {
		return 1
	}
	if e.program == "etcdctl" && e.minor() == 5 {
		e.errf("Deprecated: Use `etcdutl snapshot status` instead.\n\n")
	}
	e.outf("%x, 1204, 345, 17 MB\n", uint32(hash(name)))
	return 0
}

// restore makes a data folder of a snapshot: that of a new cluster.
func (e *etcdCall) restore() int {
	if e.has("--help") {
		e.outf("Restores an etcd member snapshot to an etcd directory\n\nUsage:\n  %s snapshot restore <filename> --data-dir {output dir} [options] [flags]\n", e.program)
		if e.minor() >= 6 {
			e.outf("      --bump-revision uint   How much to increase the latest revision after restore\n      --mark-compacted       Mark the latest revision after restore as the point of scheduled compaction\n")
		}
		return 0
	}
	if len(e.words) != 3 {
		return e.usage()
	}
	minor, hashed, ok := e.snapshotIn(e.words[2])
	if !ok {
		return 1
	}
	if !hashed && e.options["--skip-hash-check"] != "true" {
		e.errf("Error: snapshot missing hash but --skip-hash-check=false\n")
		return 1
	}
	folder := path.Clean(e.options["--data-dir"])
	if e.member.disk.exists(folder, e.now()) {
		e.errf("Error: data-dir %q not empty or could not be read\n", folder)
		return 1
	}
	var members []etcdMember
	for pair := range strings.SplitSeq(e.options["--initial-cluster"], ",") {
		name, peer, _ := strings.Cut(pair, "=")
		members = append(members, etcdMember{memberID(peer, e.options["--initial-cluster-token"]), name, peer})
	}
	i := slices.IndexFunc(members, func(m etcdMember) bool { return m.name == e.options["--name"] })
	if i < 0 {
		e.errf("Error: couldn't find local name %q in the initial cluster configuration\n", e.options["--name"])
		return 1
	}
	e.charge(3 * time.Second)
	made := &ensemble{id: clusterID(members), members: always(members)}
	e.cluster.ensembles[made.id] = made
	e.member.putEtcdData(folder, etcdData{minor, made.id, members[i].id}, e.now())
	return 0
}

// ensemble is the one of the member that is asked; where it has no quorum it does not answer.
func (e *etcdCall) ensemble() *ensemble {
	if e.member.etcdServes(e.now()) {
		d, _ := e.member.etcdRuns(e.now())
		return e.cluster.ensembles[d.cluster]
	}
	e.charge(5 * time.Second)
	e.errf("{\"level\":\"warn\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"https://127.0.0.1:2379\",\"error\":\"context deadline exceeded\"}\nError: context deadline exceeded\n")
	return nil
}

// known is the ensemble as the member tells of it. Below 3.5 it lists the members without asking the others, and of its own
// status it never asks them.
//
// Source: https://github.com/etcd-io/etcd/pull/11639.
func (e *etcdCall) known(command string) *ensemble {
	if d, up := e.member.etcdRuns(e.now()); up && (command == "endpoint status" && !e.has("--cluster") || e.minor() < 5) {
		return e.cluster.ensembles[d.cluster]
	}
	return e.ensemble()
}

// hostOf is the control plane of a member.
func (c *Cluster) hostOf(m etcdMember) *host {
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		if h.peerURL() == m.peer {
			return h
		}
	}
	return nil
}

func (e *etcdCall) health() int {
	code := 0
	answer := func(endpoint string, h *host) {
		if h != nil && h.etcdServes(e.now()) {
			e.outf("%s is healthy: successfully committed proposal: took = 9.%dms\n", endpoint, hash(h.name)%1000)
			return
		}
		e.charge(5 * time.Second)
		e.errf("{\"level\":\"warn\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"%s\",\"error\":\"context deadline exceeded\"}\n%s is unhealthy: failed to commit proposal: context deadline exceeded\n", endpoint, endpoint)
		code = 1
	}
	if !e.has("--cluster") {
		answer("https://127.0.0.1:2379", e.member)
	} else {
		all := e.ensemble()
		if all == nil {
			return 1
		}
		for _, m := range all.members.at(e.now()) {
			answer(strings.Replace(m.peer, ":2380", ":2379", 1), e.cluster.hostOf(m))
		}
	}
	if code != 0 {
		e.errf("Error: unhealthy cluster\n")
	}
	return code
}

func (e *etcdCall) members(command string) int {
	if e.option("-w", "--write-out") == "json" {
		e.cluster.note(e.session, e.argv)
	}
	all := e.known(command)
	if all == nil {
		return 1
	}
	for i, m := range all.members.at(e.now()) {
		h := e.cluster.hostOf(m)
		client := strings.Replace(m.peer, ":2380", ":2379", 1)
		switch {
		case command == "member list" && m.name == "":
			e.outf("%x, unstarted, , %s, , false\n", m.id, m.peer)
		case command == "member list":
			e.outf("%x, started, %s, %s, %s, false\n", m.id, m.name, m.peer, client)
		case e.has("--cluster") || h == e.member:
			tag, _, _ := strings.Cut(h.imageTag("etcd", e.now()), "-")
			if h == e.member && !e.has("--cluster") {
				client = "https://127.0.0.1:2379"
			}
			e.outf("%s, %x, %s, 17 MB, %t, false, 3, 1204, 1204, \n", client, m.id, tag, i == 0)
		}
	}
	return 0
}

func (e *etcdCall) remove(id string) int {
	all := e.ensemble()
	if all == nil {
		return 1
	}
	number, err := strconv.ParseUint(id, 16, 64)
	if err != nil {
		e.errf("Error: bad member ID arg (strconv.ParseUint: parsing %q: invalid syntax), expecting ID in Hex\n", id)
		return 1
	}
	members := slices.DeleteFunc(slices.Clone(all.members.at(e.now())), func(m etcdMember) bool { return m.id == number })
	switch {
	case !all.has(number, e.now()):
		e.errf("Error: etcdserver: member not found\n")
		return 1
	case 2*e.cluster.alive(all, e.now()) <= len(members):
		e.errf("Error: etcdserver: re-configuration failed due to not enough started members\n")
		return 1
	}
	pledged(e.host, &all.members, e.now(), members)
	e.outf("Member %x removed from cluster %x\n", number, all.id)
	return 0
}

func (e *etcdCall) add(name string) int {
	all := e.ensemble()
	if all == nil {
		return 1
	}
	members := slices.Clone(all.members.at(e.now()))
	peer := e.options["--peer-urls"]
	switch {
	case slices.ContainsFunc(members, func(m etcdMember) bool { return m.peer == peer }):
		e.errf("Error: etcdserver: Peer URLs already exists\n")
		return 1
	case e.cluster.alive(all, e.now()) < len(members):
		e.errf("Error: etcdserver: unhealthy cluster\n")
		return 1
	}
	added := etcdMember{id: hash(name, peer, e.now()), peer: peer}
	pledged(e.host, &all.members, e.now(), append(members, added))
	e.outf("Member %x added to cluster %x\n\nETCD_NAME=%q\nETCD_INITIAL_CLUSTER=%q\nETCD_INITIAL_ADVERTISE_PEER_URLS=%q\nETCD_INITIAL_CLUSTER_STATE=\"existing\"\n",
		added.id, all.id, name, strings.Join(append([]string{name + "=" + peer}, initialCluster(members)...), ","), peer)
	return 0
}
