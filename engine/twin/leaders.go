package twin

import (
	"slices"
	"time"
)

// The times of an election. Source: LeaseDuration 15s, RenewDeadline 10s and RetryPeriod 2s in
// k8s.io/component-base/config/v1alpha1/defaults.go.
const (
	leaseDuration = 15 * time.Second
	renewDeadline = 10 * time.Second
	renewEvery    = 2 * time.Second
)

// leadsAgain is how long a controller manager that gave up needs from the return of its apiserver until it
// leads: the kubelet starts it again a while later, and then its own old lease has to expire. Real single
// control planes took 10 to 30 seconds.
const leadsAgain = 30 * time.Second

// lead says which control plane's controller manager and scheduler lead; the two go together here.
type lead struct {
	holder *host // nobody where nil
	since  time.Time
	terms  int // how often somebody began to lead
	before *host
}

// dethrone is called when the apiserver of a host will be gone from one time to another. Its own controller
// manager and scheduler ask no other one: where that is too long they give up, and another control plane
// leads once the lease has expired; where there is none, the same one leads again some time after its
// apiserver is back. A zero until is never.
func (c *Cluster) dethrone(h *host, from, until time.Time) {
	now := c.leader.at(from)
	if now.holder != h || !until.IsZero() && until.Sub(from) < renewDeadline {
		return
	}
	c.leader.set(from, lead{since: from, terms: now.terms, before: h})
	for _, other := range c.hosts[:c.shape.ControlPlanes] {
		if at := from.Add(leaseDuration); other != h && other.apiserver(at) == serves {
			c.enthrone(other, at)
			return
		}
	}
	if !until.IsZero() {
		c.enthrone(h, until.Add(leadsAgain))
	}
}

// attend sees to what no command has announced: an apiserver that went without coming back, because its etcd has, and one
// that is back.
func (c *Cluster) attend(now time.Time) {
	if l := c.leader.at(now); l.holder != nil && l.holder.apiserver(now) == refuses && !slices.ContainsFunc(l.holder.outages, func(o outage) bool { return !now.Before(o.from) && now.Before(o.until) }) {
		c.dethrone(l.holder, now, time.Time{})
	}
	if _, led := c.led(now); led {
		return
	}
	for _, h := range c.hosts[:c.shape.ControlPlanes] {
		if h.apiserver(now) == serves {
			c.enthrone(h, now.Add(leaseDuration))
			return
		}
	}
}

func (c *Cluster) enthrone(h *host, at time.Time) {
	c.leader.set(at, lead{holder: h, since: at, terms: c.leader.at(at).terms + 1})
}

// led is the first time from now on at which somebody leads; false where nobody will.
func (c *Cluster) led(now time.Time) (time.Time, bool) {
	if c.leader.at(now).holder != nil {
		return now, true
	}
	for _, m := range c.leader {
		if m.from.After(now) && m.value.holder != nil {
			return m.from, true
		}
	}
	return time.Time{}, false
}
