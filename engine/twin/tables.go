package twin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// columns are the head and the row of the table of a kind.
func (k *kubectlCall) columns(kind string, wide bool) ([]string, func(object) []string) {
	now := k.now()
	ageOf := func(o object) string {
		born, _ := time.Parse(time.RFC3339, textAt(o, "metadata", "creationTimestamp")) // we wrote it
		return humanAge(now.Sub(born))
	}
	name := func(o object) string { return textAt(o, "metadata", "name") }
	var head []string
	var row func(object) []string
	switch kind {
	case "nodes":
		head = []string{"NAME", "STATUS", "ROLES", "AGE", "VERSION"}
		if wide {
			head = append(head, "INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME")
		}
		return head, func(o object) []string {
			h := k.cluster.byName[name(o)]
			status := map[string]string{"True": "Ready"}[h.ready(now)]
			if status == "" {
				status = "NotReady"
			}
			if h.spec.at(now).unschedulable {
				status += ",SchedulingDisabled"
			}
			roles := strings.Join(k.cluster.roles(h, now), ",")
			cells := []string{h.name, status, cmp.Or(roles, "<none>"), ageOf(o), "v" + h.kubelet.at(now).version.String()}
			if wide {
				cells = append(cells, h.ip, "<none>", osImage, h.booted(k.now()).kernel, k.cluster.runtimeOf())
			}
			return cells
		}
	case "pods":
		head = []string{"NAME", "READY", "STATUS", "RESTARTS", "AGE"}
		if wide {
			head = append(head, "IP", "NODE", "NOMINATED NODE", "READINESS GATES")
		}
		row = func(o object) []string {
			ready := "0/1"
			for _, c := range dig(o, "status", "conditions").([]any) {
				if c := c.(object); c["type"] == "Ready" && c["status"] == "True" {
					ready = "1/1"
				}
			}
			cells := []string{name(o), ready, textAt(o, "status", "phase"), "0", ageOf(o)}
			if wide {
				cells = append(cells, cmp.Or(textAt(o, "status", "podIP"), "<none>"), cmp.Or(textAt(o, "spec", "nodeName"), "<none>"), "<none>", "<none>")
			}
			return cells
		}
	case "configmaps":
		head = []string{"NAME", "DATA", "AGE"}
		row = func(o object) []string {
			return []string{name(o), fmt.Sprint(len(dig(o, "data").(object))), ageOf(o)}
		}
	case "deployments":
		head = []string{"NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"}
		row = func(o object) []string {
			return []string{name(o), fmt.Sprintf("%v/%v", numberAt(o, "status", "readyReplicas"), dig(o, "spec", "replicas")), fmt.Sprint(dig(o, "status", "updatedReplicas")), fmt.Sprint(numberAt(o, "status", "availableReplicas")), ageOf(o)}
		}
	case "statefulsets":
		head = []string{"NAME", "READY", "AGE"}
		row = func(o object) []string {
			return []string{name(o), fmt.Sprintf("%v/%v", numberAt(o, "status", "readyReplicas"), dig(o, "spec", "replicas")), ageOf(o)}
		}
	case "persistentvolumes":
		head = []string{"NAME", "CAPACITY", "STATUS", "CLAIM", "STORAGECLASS", "AGE"}
		row = func(o object) []string {
			return []string{name(o), textAt(o, "spec", "capacity", "storage"), textAt(o, "status", "phase"), textAt(o, "spec", "claimRef", "namespace") + "/" + textAt(o, "spec", "claimRef", "name"), textAt(o, "spec", "storageClassName"), ageOf(o)}
		}
	case "daemonsets":
		head = []string{"NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "AGE"}
		row = func(o object) []string {
			n := fmt.Sprint(dig(o, "status", "desiredNumberScheduled"))
			return []string{name(o), n, n, fmt.Sprint(dig(o, "status", "numberReady")), n, fmt.Sprint(dig(o, "status", "numberAvailable")), "kubernetes.io/os=linux", ageOf(o)}
		}
	case "events":
		head = []string{"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"}
		row = func(o object) []string {
			seen, _ := time.Parse(time.RFC3339, textAt(o, "lastTimestamp")) // we wrote it
			of := strings.ToLower(textAt(o, "involvedObject", "kind")) + "/" + textAt(o, "involvedObject", "name")
			return []string{humanAge(now.Sub(seen)), textAt(o, "type"), textAt(o, "reason"), of, textAt(o, "message")}
		}
	case "leases":
		head = []string{"NAME", "HOLDER", "AGE"}
		row = func(o object) []string {
			return []string{name(o), textAt(o, "spec", "holderIdentity"), ageOf(o)}
		}
	default:
		head = []string{"NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"}
		row = func(o object) []string {
			given := func(key string) string {
				if n := dig(o, "spec", key); n != nil {
					return fmt.Sprint(n)
				}
				return "N/A"
			}
			return []string{name(o), given("minAvailable"), given("maxUnavailable"), fmt.Sprint(dig(o, "status", "disruptionsAllowed")), ageOf(o)}
		}
	}
	if k.option("-A", "--all-namespaces") == "" {
		return head, row
	}
	return append([]string{"NAMESPACE"}, head...), func(o object) []string {
		return append([]string{textAt(o, "metadata", "namespace")}, row(o)...)
	}
}

// dig follows keys into objects; nil where one is missing.
func dig(value any, keys ...string) any {
	for _, key := range keys {
		o, ok := value.(object)
		if !ok {
			return nil
		}
		value = o[key]
	}
	return value
}

// numberAt is the number under keys; 0 where the API left it out.
func numberAt(o object, keys ...string) int {
	n, _ := dig(o, keys...).(int)
	return n
}

// textAt is the text under keys; empty where there is none.
func textAt(o object, keys ...string) string {
	text, _ := dig(o, keys...).(string)
	return text
}

func sortBy[T any](list []T, key func(T) string) {
	type keyed struct {
		key  string
		item T
	}
	sorted := make([]keyed, len(list))
	for i, item := range list {
		sorted[i] = keyed{key(item), item}
	}
	slices.SortStableFunc(sorted, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	for i := range sorted {
		list[i] = sorted[i].item
	}
}

func sortedKeys(o object) []string {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
