package twin

import (
	"fmt"
	"time"
)

// eventObjects are the events of an hour, as far as a twin has any: those of nodes that are not Ready. They lie in the
// namespace default.
func (c *Cluster) eventObjects(namespace string, now time.Time) []object {
	var all []object
	for _, h := range c.hosts {
		if namespace != "" && namespace != "default" || h.ready(now) == "True" {
			continue
		}
		all = append(all, object{
			"apiVersion": "v1", "kind": "Event", "type": "Normal", "reason": "NodeNotReady", "message": fmt.Sprintf("Node %s status is now: NodeNotReady", h.name),
			"metadata":       object{"name": fmt.Sprintf("%s.%016x", h.name, hash(h.name)), "namespace": "default", "creationTimestamp": stamp(now)},
			"involvedObject": object{"kind": "Node", "name": h.name}, "lastTimestamp": stamp(now),
		})
	}
	return all
}
