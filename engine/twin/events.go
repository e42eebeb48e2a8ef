package twin

import (
	"fmt"
	"time"
)

// eventObjects are the events of an hour, as far as a twin has any: those of nodes that are not well. They lie in the
// namespace default.
func (c *Cluster) eventObjects(namespace string, now time.Time) []object {
	var all []object
	for _, h := range c.hosts {
		if namespace != "" && namespace != "default" {
			continue
		}
		all = append(all, h.pressureEvents()...)
		if h.ready(now) != "True" {
			all = append(all, nodeEvent(h, "Normal", "NodeNotReady", fmt.Sprintf("Node %s status is now: NodeNotReady", h.name), now))
		}
	}
	return all
}

// nodeEvent is an event of a node.
func nodeEvent(h *host, kind, reason, message string, at time.Time) object {
	return object{
		"apiVersion": "v1", "kind": "Event", "type": kind, "reason": reason, "message": message,
		"metadata":       object{"name": fmt.Sprintf("%s.%016x", h.name, hash(h.name, reason)), "namespace": "default", "creationTimestamp": stamp(at)},
		"involvedObject": object{"kind": "Node", "name": h.name}, "lastTimestamp": stamp(at),
	}
}
