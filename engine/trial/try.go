package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"rung/engine/diag"
	"rung/engine/kube"
	"rung/engine/run"
)

// Result is what came of a case.
type Result struct {
	Case   *Case
	Faults []diag.Diagnostic // what is not as expected, where the file expects it; none: it passed
	Ending run.Ending
	Took   time.Duration // of virtual time
	Said   []string      // what stopped it, and warnings
}

// Passed says whether all was as expected.
func (r *Result) Passed() bool { return len(r.Faults) == 0 }

func (r *Result) miss(at placed, format string, args ...any) {
	r.Faults = append(r.Faults, diag.Errorf("test", at.pos, format, args...).Over(max(1, len([]rune(at.text)))))
}

// Try rehearses the case. It can be tried once: its cluster is not what it was, then.
func (c *Case) Try(ctx context.Context) *Result {
	r, d := &Result{Case: c}, &diary{}
	if away := c.scene.Away(c.plan); len(away) > 0 {
		r.Ending = run.Ending{Exit: run.ExitUnreachable, Text: strings.Join(away, ", ") + " cannot be reached"}
		d.said = append(d.said, r.Ending.Text)
	} else {
		r.Ending = c.scene.Play(ctx, c.plan, d)
	}
	r.Took, r.Said = d.took, d.trouble
	c.judgeEnd(r, d)
	for _, want := range c.says {
		if !d.says(want.text) {
			r.miss(want, "nobody says %q", want.text)
		}
	}
	for _, no := range c.never {
		if d.says(no.text) {
			r.miss(no, "it says %q", no.text)
		}
	}
	for _, want := range c.does {
		if n, _ := d.count(want); n == 0 || want.times > 0 && n != want.times {
			r.miss(want.command, "%s is carried out %s%s", want.command.text, times(n), on(want))
		}
	}
	for _, no := range c.doesNo {
		if n, title := d.count(no); n > 0 {
			r.miss(no.command, "%s is carried out %s%s: %s", no.command.text, times(n), on(no), title)
		}
	}
	c.judgeCluster(r)
	for _, e := range c.scene.Cluster.Unknown() {
		r.miss(placed{c.Name, c.Pos}, "the simulated hosts do not know this command, so that nothing is shown: %s (on %s)", strings.Join(e.Argv, " "), e.Host)
	}
	return r
}

func times(n int) string {
	return map[int]string{0: "never", 1: "once", 2: "twice"}[min(n, 3)] + map[bool]string{true: fmt.Sprintf("%d times", n)}[n > 2]
}

func on(d deed) string {
	if d.host == "" {
		return ""
	}
	return " on " + d.host
}

func (c *Case) judgeEnd(r *Result, d *diary) {
	for _, want := range endings {
		if want.word != c.expect.text || want.exit == r.Ending.Exit && slices.Contains(want.changed, d.changed) {
			continue
		}
		is := "done, exit code 0"
		switch {
		case r.Ending.Exit != run.ExitDone:
			is = fmt.Sprintf("exit code %d: %s", r.Ending.Exit, r.Ending.Text)
		case d.changed:
			is = "something was changed"
		case want.exit == run.ExitDone:
			is = "nothing was changed"
		}
		r.miss(c.expect, "it does not end %s: %s", c.expect.text, is)
	}
}

// judgeCluster holds the cluster in the end against what is wanted of it.
func (c *Case) judgeCluster(r *Result) {
	var closed []string
	others := elsewhere{}
	for _, n := range c.scene.Cluster.Nodes() {
		others.see(c.leaves.version, "kubelet", n.Name, n.Kubelet)
		if n.ControlPlane {
			others.see(c.leaves.version, "apiserver", n.Name, n.APIServer)
		}
		if c.leaves.ready && !n.Ready {
			r.miss(placed{c.Name, c.Pos}, "%s is not Ready in the end", n.Name)
		}
		if n.Unschedulable {
			closed = append(closed, n.Name)
		}
	}
	if len(others) > 0 {
		r.miss(c.leaves.version, "not at %s in the end: %s", c.leaves.version.text, others)
	}
	if c.leaves.closed != nil && !slices.Equal(slices.Sorted(slices.Values(closed)), slices.Sorted(slices.Values(c.leaves.cordoned))) {
		r.miss(*c.leaves.closed, "cordoned in the end: %s", map[bool]string{true: "none", false: strings.Join(closed, ", ")}[len(closed) == 0])
	}
}

// elsewhere are the hosts that are not at the version that was wanted, by what they have instead: "kubelets at 1.33.4".
type elsewhere map[string][]string

func (e elsewhere) see(want placed, what, node string, is kube.Version) {
	if want.text != "" && is.String() != want.text {
		key := fmt.Sprintf("%ss at %s", what, is)
		e[key] = append(e[key], node)
	}
}

// String is one line: kubelets at 1.33.4: w1, w2; apiservers at 1.33.4: cp1.
func (e elsewhere) String() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(e)) {
		nodes, more := e[key], ""
		if n := len(nodes) - mostNamed; n > 0 {
			nodes, more = nodes[:mostNamed], fmt.Sprintf(" and %d more", n)
		}
		parts = append(parts, key+": "+strings.Join(nodes, ", ")+more)
	}
	return strings.Join(parts, "; ")
}

const mostNamed = 5
