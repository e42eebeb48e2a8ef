package twin

import (
	"slices"
	"time"
)

// outage is a time in which a control plane's apiserver does not answer, and a little more in which it
// answers but has not read its roles yet, and forbids everything: the recordings have it, after the
// restart of a control plane's kubelet.
type outage struct {
	from, until, forbids time.Time
}

// apiserverStart is how long an apiserver that was ended takes until it answers again.
const apiserverStart = 12 * time.Second

// serving says what an apiserver answers.
type serving int

const (
	refuses serving = iota // no connection
	expired                // its certificate has expired: nobody talks to it
	forbids                // 403
	serves
)

// interruptions are the times in which this host's apiserver is away.
func (h *host) interruptions(now time.Time) []outage {
	at, ever := h.cameBack("kube-apiserver", now)
	if !ever {
		return h.outages
	}
	answers := at.Add(apiserverStart)
	return append(h.outages[:len(h.outages):len(h.outages)], outage{at, answers, answers.Add(3 * time.Second)})
}

// apiserverRuns tells whether there is a process of the apiserver: also one that hangs without its etcd.
func (h *host) apiserverRuns(now time.Time) bool {
	if !h.controlPlane || h.away(now) || h.runningImage("kube-apiserver", now) == "" || h.crashes("kube-apiserver", now) {
		return false
	}
	return !slices.ContainsFunc(h.interruptions(now), func(o outage) bool { return !now.Before(o.from) && now.Before(o.until) })
}

// apiserver is the state of this host's apiserver.
func (h *host) apiserver(now time.Time) serving {
	if !h.apiserverRuns(now) || !h.etcdServes(now) {
		return refuses
	}
	state := serves
	for _, o := range h.interruptions(now) {
		if !now.Before(o.until) && now.Before(o.forbids) {
			state = forbids
		}
	}
	if h.certOver(now) {
		return expired
	}
	return state
}

// interrupt takes the apiserver away for a while.
func (h *host) interrupt(from time.Time, gone, forbidding time.Duration) {
	if !h.controlPlane {
		return
	}
	alive := h.outages[:0]
	for _, o := range h.outages {
		if o.forbids.After(from.Add(-memory)) {
			alive = append(alive, o)
		}
	}
	until := from.Add(gone)
	h.outages = append(alive, outage{from, until, until.Add(forbidding)})
	h.cluster.dethrone(h, from, until)
}

// endpoint is the apiserver that a request of this host to an address reaches, and its state. Nobody answers
// at an address that is neither a control plane's nor the load balancer's; no address is the latter.
func (h *host) endpoint(address string, now time.Time) (*host, serving) {
	switch address {
	case "127.0.0.1:6443", "localhost:6443":
		return h, h.apiserver(now)
	case "", h.cluster.shape.Endpoint:
		return h.cluster.balanced(now)
	}
	for _, plane := range h.cluster.hosts[:h.cluster.shape.ControlPlanes] {
		if address == plane.ip+":6443" || address == plane.name+":6443" {
			return plane, plane.apiserver(now)
		}
	}
	return h, refuses
}

// balanced is the apiserver that the load balancer leads to, which prefers one that serves.
func (c *Cluster) balanced(now time.Time) (*host, serving) {
	best, state := c.hosts[0], refuses
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		s := h.apiserver(now)
		if s > state {
			best, state = h, s
		}
		if state == serves {
			break
		}
	}
	return best, state
}
