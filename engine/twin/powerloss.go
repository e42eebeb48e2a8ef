package twin

import (
	"slices"
	"time"
)

// PowerLoss takes the power from a host for so long: all that works there ends at once, /run is empty when it is back, and
// its disk is as it was. A host that is away already loses nothing more.
func (c *Cluster) PowerLoss(node string, off time.Duration) {
	c.on(node, func(h *host, now time.Time) {
		if h.away(now) {
			return
		}
		h.blackout(now)
		h.restart(now, off+bootTakes)
		c.attend(now)
		works := now.Add(off + bootTakes + kubeletAfterBoot + readyAfterBoot)
		if _, led := c.led(now); !led && h.controlPlane { // it led, or was about to, and nobody else can
			c.enthrone(h, works.Add(leadsAgain))
		}
		c.schedule(works)
	})
}

// blackout takes back whatever would have come of what works on the host.
func (h *host) blackout(now time.Time) {
	for i := len(h.pledges) - 1; i >= 0; i-- {
		if p := h.pledges[i]; p.at.After(now) {
			p.undo()
		}
	}
	h.pledges = nil
	h.kubelet.cut(now)
	h.cluster.restarts++
	h.metadata.cut(now)
	cutAll(h.services, now)
	cutAll(h.held, now)
	cutAll(h.certs, now)
	h.outages = slices.DeleteFunc(h.outages, func(o outage) bool { return o.from.After(now) })
	for component, stops := range h.stops {
		h.stops[component] = slices.DeleteFunc(stops, func(at time.Time) bool { return at.After(now) })
	}
	if h.controlPlane {
		h.cluster.leader.cut(now)
	}
}

func cutAll[K comparable, T any](all map[K]timeline[T], now time.Time) {
	for key, l := range all {
		l.cut(now)
		all[key] = l
	}
}

// pledge is what something that works on a host will have done by then elsewhere: in the API, on another node. It is not
// done where the host goes before.
type pledge struct {
	at   time.Time
	undo func()
}

func (h *host) pledge(at time.Time, undo func()) {
	now := h.cluster.clock.Now()
	h.pledges = slices.DeleteFunc(h.pledges, func(p pledge) bool { return !p.at.After(now) })
	h.pledges = append(h.pledges, pledge{at, undo})
}

// pledged sets a value of the cluster, from that time on, by the hand of a host.
func pledged[T any](h *host, l *timeline[T], at time.Time, value T) {
	l.set(at, value)
	h.pledge(at, func() { l.drop(at) })
}
