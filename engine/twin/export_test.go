package twin

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"rung/engine/kube"
)

// passed are the fields of the cluster and its hosts that looking moves: what was asked, what is kept of what was
// answered, names that were given out, and that yum has fetched its lists. All else counts.
var passed = []string{
	"Cluster.log", "Cluster.downloads", "Cluster.unknown", "Cluster.unknownMu", "Cluster.mu", "Cluster.logMu", "host.mu", "Cluster.clock", "Cluster.tools", "Cluster.serial", "Cluster.restarts", "Cluster.heard", "Cluster.templates", "Cluster.selections",
	"host.tmp", "host.metadata", "host.cluster", "host.locks",
	"Cluster.daemonPods", "host.node",
}

// Everything is all that a cluster is at that time, a line for each thing: objects of the API with their pasts, and files,
// packages, services, boots and units of every host.
func (c *Cluster) Everything(now time.Time) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := &dump{now: now, seen: map[uintptr]bool{}}
	d.value("cluster", reflect.ValueOf(c))
	slices.Sort(d.lines)
	return d.lines
}

type dump struct {
	now   time.Time
	seen  map[uintptr]bool
	lines []string
}

func (d *dump) value(at string, v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[*disk]():
		d.disk(at, v)
		return
	case reflect.TypeFor[sync.Mutex]():
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || v.Kind() == reflect.Pointer && d.seen[v.Pointer()] {
			return
		}
		if v.Kind() == reflect.Pointer {
			d.seen[v.Pointer()] = true
		}
		d.value(at, v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			d.lines = append(d.lines, fmt.Sprintf("%s = %v", at, v))
			return
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if !slices.Contains(passed, v.Type().Name()+"."+name) {
				d.value(at+"."+name, v.Field(i))
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			d.value(fmt.Sprintf("%s[%v]", at, k), v.MapIndex(k))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			d.value(fmt.Sprintf("%s[%d]", at, i), v.Index(i))
		}
	case reflect.Func, reflect.Chan:
	default:
		d.lines = append(d.lines, fmt.Sprintf("%s = %v", at, v))
	}
}

// disk are the files that are there now. Folders have their times from what came and went in them.
func (d *dump) disk(at string, v reflect.Value) {
	names := map[string]bool{}
	for _, k := range v.Elem().FieldByName("written").MapKeys() {
		names[k.String()] = true
	}
	for _, k := range v.Elem().FieldByName("base").Elem().FieldByName("files").MapKeys() {
		names[k.String()] = true
	}
	disk := (*disk)(v.UnsafePointer())
	for name := range names {
		if f := disk.raw(name, d.now); f.exists() {
			times := ""
			if !f.mode.IsDir() {
				times = f.mtime.String()
			}
			d.lines = append(d.lines, fmt.Sprintf("%s:%s = %v %s %q", at, name, f.mode, times, strings.TrimSpace(f.data)))
		}
	}
}

// Questions are how many selectors and templates are kept.
func (c *Cluster) Questions() (selectors, templates int) { return len(c.selections), len(c.templates) }

// MostAnswers is how many answers are kept of the node or pod of which most are.
func (c *Cluster) MostAnswers() int {
	most := 0
	for _, h := range c.hosts {
		if v := h.node.shown; v != nil {
			most = max(most, len(v.answers))
		}
	}
	for _, pods := range c.daemonPods {
		for _, v := range pods.sorted {
			most = max(most, len(v.shown.answers))
		}
	}
	return most
}

// SetProxy has kube-proxy be of that version from now on.
func (c *Cluster) SetProxy(v kube.Version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proxy.set(c.clock.Now(), v)
}
