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

// most bounds how many hosts a rehearsal has.
const most = 20_000

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
	case s.ControlPlanes+s.Workers > most:
		return Shape{}, fmt.Errorf("at most %d hosts are simulated", most)
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

// The groups of an inventory whose hosts are the nodes of its cluster.
const planes, workers = "control_plane", "workers"

// Cast gives the twin the hosts of an inventory: the groups control_plane and workers are its nodes, and other hosts
// are none.
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
		t.ControlPlanes, t.Names = 1, nil // there is no cluster: the twin's own is nobody's
	}
	if len(first)+len(others) == 1 || len(others) == 1 {
		t.Web = -1
	}
	return nil
}
