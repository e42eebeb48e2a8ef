package twin

import (
	"reflect"
	"sync"
	"time"
)

// In a large cluster most nodes and pods are what they were when somebody listed them last, and each list is as long as
// the cluster. So an object is kept with its key, all that it was made of; where that is the same, so is the object, and
// what was answered about it. Nobody changes an object that was made.

// kept is the object that was made last of something.
type kept[K comparable] struct {
	key   K
	pin   any // what the key has the address of
	shown *shown
}

// of is the object of that key, made where the one that is kept is another.
func (o *kept[K]) of(key K, pin any, made func() object) *shown {
	if o.shown == nil || o.key != key {
		o.key, o.pin, o.shown = key, pin, &shown{object: made()}
	}
	return o.shown
}

// shown is an object, and what was answered about it.
type shown struct {
	object object

	mu      sync.Mutex
	answers []answer
}

type answer struct {
	to   *question
	text string
}

// question is what is asked about many an object: what a template makes of it, whether it is selected. The answer depends
// on the object alone.
type question struct {
	ask  func(object) (string, error)
	once bool // no answer is kept: there were too many others before it
}

// What is kept is bounded: each of thousands of nodes may be asked for by a selector of its own. Selectors get half of the
// answers of an object, so that templates, of which a playbook has a few and which take longer, find room.
const (
	mostAnswers    = 16
	mostSelections = mostAnswers / 2
	mostTemplates  = 64
)

// answer is the one that is kept, or found where there is none yet.
func (s *shown) answer(q *question) (string, error) {
	if q.once {
		return q.ask(s.object)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.answers {
		if s.answers[i].to == q {
			return s.answers[i].text, nil
		}
	}
	text, err := q.ask(s.object)
	if err == nil && len(s.answers) < mostAnswers {
		s.answers = append(s.answers, answer{q, text})
	}
	return text, err
}

// shownOnce are objects of which nothing is kept.
func shownOnce(objects []object) []*shown {
	all := make([]*shown, len(objects))
	for i, o := range objects {
		all[i] = &shown{object: o}
	}
	return all
}

// heartbeat is how often a kubelet that has nothing to tell writes the status of its node: nodeStatusReportFrequency.
const heartbeat = 5 * time.Minute

// nodeKey is what a node's object is made of, beside what never changes of a host.
type nodeKey struct {
	nodeKeyOfAll
	kubelet       kubelet
	ready         string
	unschedulable bool
	annotations   uintptr
	kernel        string
	cpu, memory   int
	pressed       bool
}

// nodeKeyOfAll is what of it is the same for all nodes.
type nodeKeyOfAll struct {
	minor                   int // of kubeadm-config
	kernel, socket, runtime string
	beat                    time.Time
}

func (c *Cluster) nodeKeyOfAll(now time.Time) nodeKeyOfAll {
	return nodeKeyOfAll{c.config.at(now).version.Minor, c.odd.kernel, c.socketOf(), c.runtimeOf(), now.Truncate(heartbeat)}
}

func (c *Cluster) keptNode(h *host, all nodeKeyOfAll, now time.Time) *shown {
	spec := h.spec.at(now)
	cpu, memory := h.room()
	key := nodeKey{
		nodeKeyOfAll: all, kubelet: h.kubelet.at(now), ready: h.ready(now), unschedulable: spec.unschedulable, annotations: addressOf(spec.annotations),
		kernel: h.boots.at(now).kernel, cpu: cpu, memory: memory, pressed: !h.pressed.IsZero(),
	}
	return h.node.of(key, spec.annotations, func() object { return c.nodeObject(h, now) })
}

// nodes are all nodes, by name.
func (c *Cluster) nodes(now time.Time) []*shown {
	all, key := make([]*shown, len(c.ordered)), c.nodeKeyOfAll(now)
	inParts(len(all), func(from, to int) {
		for i := from; i < to; i++ {
			all[i] = c.keptNode(c.ordered[i], key, now)
		}
	})
	return all
}

func addressOf[V any](m map[string]V) uintptr { return reflect.ValueOf(m).Pointer() }
