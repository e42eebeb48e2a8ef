package twin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// resource is the plural name of a kind of object, as kubectl lets people write it.
func resource(name string) string {
	name, _, _ = strings.Cut(name, ".")
	switch strings.ToLower(name) {
	case "node", "nodes", "no":
		return "nodes"
	case "pod", "pods", "po":
		return "pods"
	case "cm", "configmap", "configmaps":
		return "configmaps"
	case "deploy", "deployment", "deployments":
		return "deployments"
	case "ds", "daemonset", "daemonsets":
		return "daemonsets"
	case "lease", "leases":
		return "leases"
	case "sts", "statefulset", "statefulsets":
		return "statefulsets"
	case "pv", "persistentvolume", "persistentvolumes":
		return "persistentvolumes"
	case "ev", "event", "events":
		return "events"
	case "pdb", "poddisruptionbudget", "poddisruptionbudgets":
		return "poddisruptionbudgets"
	}
	if _, there := otherKinds[name]; there {
		return name
	}
	return ""
}

// get is `kubectl get`.
func (k *kubectlCall) get() int {
	if raw := k.option("--raw"); raw != "" {
		return k.raw(raw)
	}
	if len(k.operands) < 2 {
		return k.usage()
	}
	kind, names := k.operands[1], slices.Clone(k.operands[2:])
	if before, name, ok := strings.Cut(kind, "/"); ok {
		kind, names = before, append([]string{name}, names...)
	}
	var objects []*shown
	code := 0
	for name := range strings.SplitSeq(kind, ",") {
		if kind = resource(name); kind == "" || !k.cluster.served(kind, k.server.componentVersion("kube-apiserver", k.now())) {
			k.errf("error: the server doesn't have a resource type %q\n", name)
			if kind == "" {
				k.cluster.note(k.session, k.argv)
			}
			return 1
		}
		found, failed := k.find(kind, names)
		objects, code = append(objects, found...), max(code, failed)
	}
	if code != 0 && len(objects) == 0 {
		return code
	}
	if c := k.print(kind, objects, len(names) == 1); c != 0 {
		return c
	}
	return code
}

// raw serves the health endpoints and /version.
func (k *kubectlCall) raw(path string) int {
	switch path, _, _ := strings.Cut(path, "?"); path {
	case "/readyz", "/readyz/etcd", "/healthz", "/livez":
		return k.ready(path)
	case "/version":
		v := k.server.componentVersion("kube-apiserver", k.now())
		k.outf("{\n  \"major\": \"%d\",\n  \"minor\": \"%d\",\n  \"gitVersion\": \"v%s\"\n}", v.Major, v.Minor, v)
	case "/metrics":
		return k.metrics()
	default:
		k.errf("Error from server (NotFound): the server could not find the requested resource\n")
		k.cluster.note(k.session, k.argv)
		return 1
	}
	return 0
}

// find is the objects of a kind, or those with these names.
func (k *kubectlCall) find(kind string, names []string) ([]*shown, int) {
	now, c := k.now(), k.cluster
	namespace := k.option("-n", "--namespace")
	if namespace == "" {
		namespace = "default"
	}
	if k.option("-A", "--all-namespaces") != "" {
		namespace = ""
	}
	var all []*shown
	switch kind {
	case "nodes":
		if len(names) > 0 { // of a thousand nodes, only these
			return k.nodesNamed(names)
		}
		all = c.nodes(now)
	case "pods":
		for _, v := range c.podViews(namespace, now) {
			if len(names) == 0 || slices.Contains(names, v.name) {
				all = append(all, v.show())
			}
		}
	default:
		all = shownOnce(c.objects(kind, namespace, now))
	}
	all = k.selected(all)
	if len(names) == 0 {
		return all, 0
	}
	var found []*shown
	code := 0
	for _, name := range names {
		i := slices.IndexFunc(all, func(s *shown) bool { return textAt(s.object, "metadata", "name") == name })
		if i >= 0 {
			found = append(found, all[i])
		} else if k.option("--ignore-not-found") != "true" {
			k.errf("Error from server (NotFound): %s %q not found\n", qualified(kind), name)
			code = 1
		}
	}
	return found, code
}

// objects are those of a kind of which there are few, in a namespace or in all.
func (c *Cluster) objects(kind, namespace string, now time.Time) []object {
	switch kind {
	case "configmaps":
		if namespace == "" || namespace == "kube-system" {
			return c.configMaps(now)
		}
		return nil
	case "deployments":
		return c.workloadObjects("Deployment", namespace, now)
	case "statefulsets":
		return append(c.workloadObjects("StatefulSet", namespace, now), c.otherObjects(kind, namespace)...)
	case "daemonsets":
		return c.daemonSetObjects(namespace, now)
	case "leases":
		return c.leaseObjects(namespace, now)
	case "events":
		return c.eventObjects(namespace, now)
	case "poddisruptionbudgets":
		return c.budgetObjects(namespace, now)
	case "persistentvolumes":
		return append(c.volumeObjects(), c.otherObjects(kind, namespace)...)
	}
	return c.otherObjects(kind, namespace)
}

// qualified is a kind as errors name it.
func qualified(kind string) string {
	switch kind {
	case "deployments", "daemonsets", "statefulsets":
		return kind + ".apps"
	case "leases":
		return kind + ".coordination.k8s.io"
	case "poddisruptionbudgets":
		return kind + ".policy"
	}
	return kind
}

func (k *kubectlCall) nodesNamed(names []string) ([]*shown, int) {
	var found []*shown
	for _, name := range names {
		if h := k.node(name); h != nil {
			found = append(found, k.cluster.keptNode(h, k.cluster.nodeKeyOfAll(k.now()), k.now()))
		}
	}
	if len(found) < len(names) {
		return found, 1
	}
	return found, 0
}

// labelsMatch tells whether labels satisfy the terms of a selector: key, !key, key=value, key!=value.
func labelsMatch(terms []string, labels object) bool {
	for _, term := range terms {
		key, value, equal := strings.Cut(term, "=")
		value = strings.TrimPrefix(value, "=")
		negated := strings.HasSuffix(key, "!")
		got, there := labels[strings.TrimSuffix(strings.TrimPrefix(key, "!"), "!")]
		switch {
		case strings.HasPrefix(key, "!") && there, !equal && !strings.HasPrefix(key, "!") && !there:
			return false
		case equal && (there && got == value) == negated:
			return false
		}
	}
	return true
}

// selected are the objects that match -l and --field-selector.
func (k *kubectlCall) selected(all []*shown) []*shown {
	labels, fields := k.option("-l", "--selector"), k.option("--field-selector")
	if labels == "" && fields == "" {
		return all
	}
	key := "-l " + labels + " --field-selector " + fields
	q := k.cluster.selections[key]
	if q == nil {
		labelTerms, terms := splitTerms(labels), fieldTerms(fields)
		q = &question{ask: func(o object) (string, error) { return strconv.FormatBool(isSelected(o, labelTerms, terms)), nil }}
		if q.once = len(k.cluster.selections) >= mostSelections; !q.once {
			k.cluster.selections[key] = q
		}
	}
	inParts(len(all), func(from, to int) {
		for i := from; i < to; i++ {
			if text, _ := all[i].answer(q); text == "false" {
				all[i] = nil
			}
		}
	})
	return slices.DeleteFunc(all, func(s *shown) bool { return s == nil })
}

func isSelected(o object, labelTerms []string, fields []fieldTerm) bool {
	if labelTerms != nil {
		labels, _ := dig(o, "metadata", "labels").(object) // none match where there are none
		if !labelsMatch(labelTerms, labels) {
			return false
		}
	}
	for _, term := range fields {
		if (textAt(o, term.path...) == term.value) == term.negated {
			return false
		}
	}
	return true
}

// fieldTerm is one condition of --field-selector: status.phase!=Failed.
type fieldTerm struct {
	path    []string
	value   string
	negated bool
}

func fieldTerms(text string) []fieldTerm {
	var terms []fieldTerm
	for _, term := range splitTerms(text) {
		key, value, _ := strings.Cut(term, "=")
		key, negated := strings.CutSuffix(key, "!")
		terms = append(terms, fieldTerm{strings.Split(key, "."), strings.TrimPrefix(value, "="), negated})
	}
	return terms
}

func splitTerms(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// print prints objects in the format of -o.
func (k *kubectlCall) print(kind string, objects []*shown, single bool) int {
	if single && len(objects) == 0 {
		return 0
	}
	format := k.option("-o", "--output")
	if path, ok := strings.CutPrefix(format, "jsonpath="); ok {
		text, err := k.templated(path, objects, single)
		if err != nil {
			k.errf("error: error parsing jsonpath %s, %v\n", path, err)
			return 1
		}
		k.outf("%s", text)
		return 0
	}
	whole := listOf(objects)
	if single {
		whole = objects[0].object
	}
	switch format {
	case "json":
		k.outf("%s", jsonOf(whole))
	case "yaml":
		k.outf("%s", yamlOf(whole, ""))
	case "name":
		for _, s := range objects {
			k.outf("%s/%s\n", strings.TrimSuffix(qualified(kind), "s")[:len(kind)-1]+strings.TrimPrefix(qualified(kind), kind), textAt(s.object, "metadata", "name"))
		}
	case "", "wide":
		if len(objects) == 0 {
			k.errf("No resources found%s\n", k.within(kind))
			return 0
		}
		k.outf("%s", k.table(kind, objects, format == "wide"))
	default:
		return k.usage()
	}
	return 0
}

// within names the namespace that was looked at, for kinds that have one.
func (k *kubectlCall) within(kind string) string {
	switch namespace := k.option("-n", "--namespace"); {
	case kind == "nodes" || k.option("-A", "--all-namespaces") != "":
		return ""
	case namespace == "":
		return " in default namespace."
	default:
		return " in " + namespace + " namespace."
	}
}

// listOf is the list that kubectl makes of objects.
func listOf(objects []*shown) object {
	items := make([]any, len(objects))
	for i, s := range objects {
		items[i] = s.object
	}
	return object{"apiVersion": "v1", "items": items, "kind": "List", "metadata": object{"resourceVersion": ""}}
}

// table prints objects as people read them.
func (k *kubectlCall) table(kind string, objects []*shown, wide bool) string {
	head, row := k.columns(kind, wide)
	rows := make([][]string, 1+len(objects))
	rows[0] = head
	inParts(len(objects), func(from, to int) {
		for i := from; i < to; i++ {
			rows[1+i] = row(objects[i].object)
		}
	})
	if k.option("--no-headers") != "" {
		rows = rows[1:]
	}
	return columns(rows, 6)
}

// columns lays rows out as kubectl and kubeadm do: three spaces after each column, which is at least so wide.
func columns(rows [][]string, least int) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, least)
			}
			widths[i] = max(widths[i], len(cell)+3)
		}
	}
	var out strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i == len(row)-1 {
				fmt.Fprintf(&out, "%s\n", cell)
			} else {
				fmt.Fprintf(&out, "%-*s", widths[i], cell)
			}
		}
	}
	return out.String()
}

// humanAge is how kubectl writes an age: two units where the first is small, one where it is not.
func humanAge(d time.Duration) string {
	seconds := int(d.Seconds())
	minutes, hours, days := seconds/60, seconds/3600, seconds/86400
	two := func(a int, unit string, b int, small string) string {
		if b == 0 {
			return fmt.Sprintf("%d%s", a, unit)
		}
		return fmt.Sprintf("%d%s%d%s", a, unit, b, small)
	}
	switch {
	case seconds < 120:
		return fmt.Sprintf("%ds", max(0, seconds))
	case minutes < 10:
		return two(minutes, "m", seconds%60, "s")
	case hours < 3:
		return fmt.Sprintf("%dm", minutes)
	case hours < 8:
		return two(hours, "h", minutes%60, "m")
	case hours < 48:
		return fmt.Sprintf("%dh", hours)
	case days < 8:
		return two(days, "d", hours%24, "h")
	}
	return fmt.Sprintf("%dd", days)
}
