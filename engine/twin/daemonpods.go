package twin

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"rung/engine/kube"
)

// daemonPods are the pods of a DaemonSet: one on each host.
type daemonPods struct {
	on     []daemonPod // by the hosts' indices
	sorted []*podView  // as the API has them
}

// daemonPod is one as it was shown last.
type daemonPod struct {
	kept[daemonKey]
	view podView
}

// daemonKey is what such a pod is made of, beside what never changes.
type daemonKey struct {
	namespace, name, image string
	ready                  bool
	proxy                  kube.Version
	since                  time.Time
}

// daemonViews are the pods of a DaemonSet, sorted. They are good until they are asked for again.
func (c *Cluster) daemonViews(set daemonSet, now time.Time) []*podView {
	place := set.namespace + "/" + set.name
	pods := c.daemonPods[place]
	if pods == nil {
		pods = &daemonPods{on: make([]daemonPod, len(c.hosts))}
		c.daemonPods[place] = pods
	}
	key := daemonKey{namespace: set.namespace, name: set.name, image: set.images[0]}
	if set.name == "kube-proxy" {
		key.proxy, key.since = c.proxy.at(now), c.proxy.since(now)
	}
	var others atomic.Bool
	inParts(len(c.hosts), func(from, to int) {
		key := key
		for i := from; i < to; i++ {
			h, d := c.hosts[i], &pods.on[i]
			key.ready = h.ready(now) != "Unknown"
			d.view.shown = d.of(key, nil, func() object {
				others.Store(true)
				d.view = c.daemonSetPod(set, h, now)
				return d.view.object()
			})
		}
	})
	if others.Load() {
		pods.sorted = pods.sorted[:0]
		for i := range pods.on {
			pods.sorted = append(pods.sorted, &pods.on[i].view)
		}
		slices.SortFunc(pods.sorted, byPlace)
	}
	return pods.sorted
}

func byPlace(a, b *podView) int { return strings.Compare(a.place, b.place) }

// merged is two sorted lists as one.
func merged(a, b []*podView) []*podView {
	all := make([]*podView, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if byPlace(a[0], b[0]) <= 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}
