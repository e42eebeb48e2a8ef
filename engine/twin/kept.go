package twin

import (
	"errors"
	"reflect"
	"strings"
	"time"

	"rung/engine/kube"
)

// In a large cluster most nodes and pods are what they were when somebody listed them last, and each list is as long as
// the cluster. So an object is kept with its key, all that it was made of; where that is the same, so is the object, and
// what was printed of it. Nobody changes an object that was made.

// kept is the object that was made last of something.
type kept[K comparable] struct {
	key   K
	pin   any // what the key has the address of
	shown *shown
}

// shown is an object, and what was printed of it, or asked about it, by the options that ask for it.
type shown struct {
	object object
	texts  map[string]string
}

// shownOf is what is kept of an object, or would be.
func (c *Cluster) shownOf(o object) *shown {
	if s := c.printed[addressOf(o)]; s != nil {
		return s
	}
	return &shown{o, map[string]string{}}
}

// mostTexts bounds what is kept of an object: each of thousands of nodes may be asked for by a selector of its own.
const mostTexts = 16

// text is what is kept under a key, made where there is nothing yet. It depends on the object alone.
func (s *shown) text(key string, made func() (string, error)) (string, error) {
	text, known := s.texts[key]
	if known {
		return text, nil
	}
	text, err := made()
	if err == nil && len(s.texts) < mostTexts {
		s.texts[key] = text
	}
	return text, err
}

// of is the object of that key, made where the one that is kept is another.
func (o *kept[K]) of(c *Cluster, key K, pin any, made func() object) object {
	if o.shown == nil || o.key != key {
		if o.shown != nil {
			delete(c.printed, addressOf(o.shown.object))
		}
		o.key, o.pin, o.shown = key, pin, &shown{made(), map[string]string{}}
		c.printed[addressOf(o.shown.object)] = o.shown // which holds it, so that no other object comes to lie there
	}
	return o.shown.object
}

func addressOf[V any](m map[string]V) uintptr { return reflect.ValueOf(m).Pointer() }

// templated prints objects by a template: one of them, or a list. What it prints of an object depends on nothing else,
// unless it speaks of the whole, which is called $, or of a list in another way than by one range over it.
func (k *kubectlCall) templated(template string, objects []object, single bool) (string, error) {
	nodes, err := k.cluster.template(template)
	if err != nil {
		return "", err
	}
	each, key := nodes, "one by "+template
	if !single {
		if len(nodes) != 1 || !nodes[0].isFor || nodes[0].path != ".items[*]" || strings.Contains(template, "$") {
			var out strings.Builder
			whole := listOf(objects)
			err := writePath(&out, nodes, whole, whole)
			return out.String(), err
		}
		each, key = nodes[0].body, "each by "+template
	}
	texts := make([]string, len(objects))
	for i, o := range objects {
		text, err := k.cluster.shownOf(o).text(key, func() (string, error) {
			var one strings.Builder
			err := writePath(&one, each, o, o)
			return one.String(), err
		})
		if err != nil {
			return "", err
		}
		texts[i] = text
	}
	return strings.Join(texts, ""), nil
}

// template is one that was parsed.
func (c *Cluster) template(text string) ([]pathNode, error) {
	if nodes, known := c.templates[text]; known {
		return nodes, nil
	}
	nodes, rest, err := parsePath(text, false)
	if err == nil && rest != "" {
		err = errors.New("not in range, nothing to end")
	}
	if err == nil {
		c.templates[text] = nodes
	}
	return nodes, err
}

// heartbeat is how often a kubelet that has nothing to tell writes the status of its node: nodeStatusReportFrequency.
const heartbeat = 5 * time.Minute

// nodeKey is what a node's object is made of, beside what never changes of a host.
type nodeKey struct {
	kubelet       kubelet
	ready         string
	unschedulable bool
	annotations   uintptr
	minor         int // of kubeadm-config
	kernels       [2]string
	socket        string
	runtime       string
	cpu, memory   int
	pressed       bool
	beat          time.Time
}

func (c *Cluster) keptNode(h *host, now time.Time) object {
	spec := h.spec.at(now)
	cpu, memory := h.room()
	key := nodeKey{
		kubelet: h.kubelet.at(now), ready: h.ready(now), unschedulable: spec.unschedulable, annotations: addressOf(spec.annotations),
		minor: c.config.at(now).version.Minor, kernels: [2]string{h.boots.at(now).kernel, c.odd.kernel}, socket: c.socketOf(), runtime: c.runtimeOf(),
		cpu: cpu, memory: memory, pressed: !h.pressed.IsZero(), beat: now.Truncate(heartbeat),
	}
	return h.node.of(c, key, spec.annotations, func() object { return c.nodeObject(h, now) })
}

// nodeObjects are all nodes, by name.
func (c *Cluster) nodeObjects(now time.Time) []object {
	all := make([]object, len(c.ordered))
	for i, h := range c.ordered {
		all[i] = c.keptNode(h, now)
	}
	return all
}

// daemonKey is what a DaemonSet's pod on a host is made of, beside what never changes.
type daemonKey struct {
	namespace, name, image string
	ready                  bool
	proxy                  kube.Version
	since                  time.Time
}

// daemon is a DaemonSet's pod as it was shown last.
type daemon struct {
	kept[daemonKey]
	view podView
}

func (c *Cluster) keptDaemon(set daemonSet, h *host, now time.Time) *podView {
	key := daemonKey{namespace: set.namespace, name: set.name, image: set.images[0], ready: h.ready(now) != "Unknown"}
	if set.name == "kube-proxy" {
		key.proxy, key.since = c.proxy.at(now), c.proxy.since(now)
	}
	place := set.namespace + "/" + set.name
	d := h.daemons[place]
	if d == nil {
		d = &daemon{}
		h.daemons[place] = d
	}
	d.of(c, key, nil, func() object {
		d.view = c.daemonSetPod(set, h, now)
		d.view.made = d.view.object()
		return d.view.made
	})
	return &d.view
}
