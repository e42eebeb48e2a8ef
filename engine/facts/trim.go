package facts

import (
	"bytes"
	"encoding/json"
	"strings"
)

// lastApplied is the annotation in which kubectl keeps a whole object once more.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// trim is what kubectl -o json said, without what is large or secret and asked by no step. What is no object of the API
// is left as it is.
func trim(stdout []byte) []byte {
	if !bytes.HasPrefix(bytes.TrimLeft(stdout, " \n"), []byte("{")) {
		return stdout
	}
	in := json.NewDecoder(bytes.NewReader(stdout))
	in.UseNumber()
	var object map[string]any
	if in.Decode(&object) != nil || in.More() {
		return stdout
	}
	kind, _ := object["kind"].(string)
	if kind == "" {
		return stdout
	}
	items, list := object["items"].([]any)
	if !list {
		items = []any{object}
	}
	for _, item := range items {
		if one, ok := item.(map[string]any); ok {
			trimObject(one)
		}
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if to.Encode(object) != nil {
		return stdout
	}
	return out.Bytes()
}

func trimObject(o map[string]any) {
	if metadata := inner(o, "metadata"); metadata != nil {
		drop(metadata, "managedFields", "selfLink", "uid", "resourceVersion")
		drop(inner(metadata, "annotations"), lastApplied)
	}
	status := inner(o, "status")
	switch o["kind"] {
	case "Secret":
		drop(o, "data", "stringData")
	case "Node":
		drop(status, "images", "volumesAttached", "volumesInUse", "daemonEndpoints", "config")
		calm(status)
	case "Pod":
		drop(status, "initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses", "hostIPs", "podIPs")
		calm(status)
	}
	containers(o)
}

// calm takes out of conditions what changes from one minute to the next.
func calm(status map[string]any) {
	for _, c := range listOf(status, "conditions") {
		drop(c, "lastHeartbeatTime", "lastProbeTime")
	}
}

// containers takes out, wherever pods are described, what their programs are told: environments hold passwords.
func containers(value any) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			containers(item)
		}
	case map[string]any:
		for key, item := range v {
			if strings.HasSuffix(strings.ToLower(key), "containers") {
				for _, c := range listOf(v, key) {
					drop(c, "envFrom", "volumeMounts", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "terminationMessagePath", "terminationMessagePolicy")
					for _, variable := range listOf(c, "env") {
						drop(variable, "value")
					}
				}
				continue
			}
			containers(item)
		}
	}
}

func inner(o map[string]any, key string) map[string]any {
	m, _ := o[key].(map[string]any)
	return m
}

func listOf(o map[string]any, key string) []map[string]any {
	items, _ := o[key].([]any)
	var list []map[string]any
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			list = append(list, m)
		}
	}
	return list
}

func drop(o map[string]any, keys ...string) {
	for _, key := range keys {
		delete(o, key)
	}
}
