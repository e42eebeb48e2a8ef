package twin

import (
	"strconv"
	"strings"
	"time"
)

// leaseObjects are the leases of kube-system: those of the controller manager and the scheduler, which move
// only while somebody leads, and since 1.26 one of each apiserver.
func (c *Cluster) leaseObjects(namespace string, now time.Time) []object {
	if namespace != "" && namespace != "kube-system" {
		return nil
	}
	var all []object
	if c.config.at(now).version.Minor >= 26 {
		for _, h := range c.hosts[:c.shape.ControlPlanes] {
			name := "apiserver-" + strings.ReplaceAll(uid("apiserver", h.name), "-", "")[:26]
			all = append(all, lease(name, c.born, now, object{
				"holderIdentity": name + "_" + uid("identity", h.name), "leaseDurationSeconds": 3600, "renewTime": micros(now.Truncate(10 * time.Second)),
			}))
		}
		sortBy(all, func(o object) string { return textAt(o, "metadata", "name") })
	}
	c.attend(now)
	for _, name := range []string{"kube-controller-manager", "kube-scheduler"} {
		all = append(all, lease(name, c.born, now, c.leading(name, now)))
	}
	return all
}

// leading is the spec of a lease that leaders hold.
func (c *Cluster) leading(name string, now time.Time) object {
	l := c.leader.at(now)
	holder, acquired, renewed := l.holder, l.since, now
	if holder == nil { // it says still what the last leader wrote last
		holder, renewed = l.before, l.since
		acquired = c.leader.at(l.since.Add(-time.Nanosecond)).since
	}
	phase := time.Duration(hash(name) % uint64(renewEvery)) // each renews in a rhythm of its own
	renewed = renewed.Add(-phase).Truncate(renewEvery).Add(phase)
	if renewed.Before(acquired) {
		renewed = acquired
	}
	return object{
		"acquireTime": micros(acquired), "holderIdentity": holder.name + "_" + uid("leader", name, l.terms), "leaseDurationSeconds": int(leaseDuration / time.Second),
		"leaseTransitions": l.terms, "renewTime": micros(renewed),
	}
}

func lease(name string, born, now time.Time, spec object) object {
	return object{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec,
		"metadata": object{"name": name, "namespace": "kube-system", "creationTimestamp": stamp(born), "resourceVersion": strconv.Itoa(int(now.Sub(born) / renewEvery)), "uid": uid("lease", name)},
	}
}

// micros is a time as the API writes a MicroTime.
func micros(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") }
