package rehearse

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rung/engine/inventory"
	"rung/engine/kube"
	"rung/engine/twin"
)

// Shape is how large a cluster is, and of which version.
type Shape struct {
	ControlPlanes, Workers int
	Version                kube.Version // zero: not said
}

// Most bounds how many hosts a rehearsal has.
const Most = 20_000

// ParseShape reads "3+5@1.33.4": three control planes, five workers, of that version. Without a plus there are no
// workers; without an @ the version is left open; "@1.33.4" leaves open how many hosts there are, which are none then.
func ParseShape(text string) (s Shape, err error) {
	counts, version, versioned := strings.Cut(text, "@")
	if versioned {
		if s.Version, err = kube.Parse(version); err != nil {
			return Shape{}, err
		}
		if err = Simulated(s.Version); err != nil {
			return Shape{}, err
		}
	}
	if counts == "" && versioned {
		return s, nil
	}
	planes, workers, more := strings.Cut(counts, "+")
	if s.ControlPlanes, err = strconv.Atoi(strings.TrimSpace(planes)); err == nil && more {
		s.Workers, err = strconv.Atoi(strings.TrimSpace(workers))
	}
	switch {
	case err != nil:
		return Shape{}, fmt.Errorf("%q is no shape of a cluster: want control planes, workers and a version, such as 3+5@1.33.4", text)
	case s.ControlPlanes < 1 || s.Workers < 0:
		return Shape{}, errors.New("a cluster has at least one control plane, such as 1+0@1.33.4")
	case s.ControlPlanes+s.Workers > Most:
		return Shape{}, fmt.Errorf("at most %d hosts are simulated", Most)
	}
	return s, nil
}

// Simulated says why there can be no cluster of that version.
func Simulated(v kube.Version) error {
	if !kube.Known(v) || !v.Exact() {
		return fmt.Errorf("no cluster of %s can be simulated", v)
	}
	return nil
}

// Twin is the shape of the twin. A workload with a disruption budget runs on it, but not where there is a single node
// for it: that could never be drained.
func (s Shape) Twin(packages string, externalEtcd bool) twin.Shape {
	t := twin.Shape{ControlPlanes: s.ControlPlanes, Workers: s.Workers, Version: s.Version, ExternalEtcd: externalEtcd, Packages: packages}
	if s.Workers == 1 || s.Workers == 0 && s.ControlPlanes == 1 {
		t.Web = -1
	}
	return t
}

// Machines is the shape of hosts that no cluster is made of.
func Machines(names []string, packages string) twin.Shape {
	t := twin.Shape{Plain: names, Packages: packages}
	ofNobody(&t)
	return t
}

// Numbered are the names of n hosts of Machines: h1 to hn.
func Numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = "h" + strconv.Itoa(i+1)
	}
	return names
}

// nobody is the one node of a twin whose hosts are all without Kubernetes: every twin has a cluster. No host has that name.
const nobody = "nobody.invalid"

func ofNobody(t *twin.Shape) {
	t.ControlPlanes, t.Workers, t.Names, t.Web = 1, 0, []string{nobody}, -1
}

// anyVersion is that of a cluster which is nobody's, where none was said.
func anyVersion() kube.Version {
	v := kube.OfMinor(1, kube.NewestMinor)
	v.Patch = 0
	return v
}

// Clustered says whether hosts of the shape are nodes of its cluster.
func Clustered(t twin.Shape) bool { return len(t.Names) != 1 || t.Names[0] != nobody }

// The groups of an inventory whose hosts are the nodes of its cluster.
const planes, workers = "control_plane", "workers"

// Cast gives the twin the hosts of an inventory: the groups control_plane and workers are its nodes, and other hosts
// are none. Where all of them are others, the shape needs no version.
func Cast(t *twin.Shape, inv *inventory.Inventory) error {
	nodes := map[string]bool{}
	names := func(group string) (names []string) {
		if g := inv.Group(group); g != nil {
			for _, host := range g.Hosts {
				if name := inv.Host(host).Node; !nodes[name] {
					nodes[name] = true
					names = append(names, name)
				}
			}
		}
		return names
	}
	first, others := names(planes), names(workers)
	t.ControlPlanes, t.Workers, t.Names = len(first), len(others), append(first, others...)
	for _, h := range inv.Hosts {
		if !nodes[h.Node] {
			t.Plain = append(t.Plain, h.Node)
		}
	}
	if len(first) == 0 {
		if len(others) > 0 {
			return fmt.Errorf("the group %s has no host: a cluster needs one", planes)
		}
		ofNobody(t)
		return nil
	}
	if len(first)+len(others) == 1 || len(others) == 1 {
		t.Web = -1
	}
	return nil
}
