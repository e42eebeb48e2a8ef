package twin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
	"rung/steps"
)

// seen is what a step type makes of a twin.
func seen[O any](o operator, s interface {
	step.Step
	Collect(results []step.Result) (O, []step.Note, error)
},
) O {
	o.t.Helper()
	out, _, err := s.Collect(o.do("cp1", s))
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func operatorOf(t *testing.T, shape twin.Shape, faults ...string) operator {
	t.Helper()
	clock := &virtual{now: time.Date(2026, 11, 23, 13, 52, 0, 0, time.UTC)}
	o := operator{twin.New(shape, clock), t, clock}
	for _, text := range faults {
		f, err := twin.ParseFault(text)
		if err == nil {
			err = o.Inject(f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestB10APreviewTellsWhatADrainThenMeets(t *testing.T) {
	for _, test := range []struct {
		fault              string
		never, bare, local string // in the preview
		drains             bool
		stderr             string // of the drain that fails
		explained          string
		force              bool
	}{
		{fault: "", drains: true},
		{
			fault: "drain-blocked:w1", never: "PodDisruptionBudget default/keep-w1: maxUnavailable is 0: no pod may ever go (w1: keep-w1-",
			stderr: "Cannot evict pod as it would violate the pod's disruption budget.", explained: "PodDisruptionBudget default/keep-w1 lets no pod go now: 1 of 1 pods are healthy, and 1 must stay",
		},
		{
			fault: "two-budgets:w1", never: "PodDisruptionBudgets default/twice-w1 and default/twice-w1-too: more than one budget selects the same pod",
			stderr: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", explained: "still on w1: default/twice-w1-",
		},
		{
			fault: "bare-pod:w1", bare: "w1: default/debug-w1",
			stderr: "Pods that declare no controller (use --force to override): default/debug-w1", explained: "still on w1: default/debug-w1\n",
		},
		{fault: "bare-pod:w1", bare: "w1: default/debug-w1", force: true, drains: true},
		{fault: "local-data:w1", local: "w1: default/db-w1-0 (PersistentVolume local-db-w1-0)", drains: true},
	} {
		t.Run(test.fault, func(t *testing.T) {
			var faults []string
			if test.fault != "" {
				faults = append(faults, test.fault)
			}
			o := operatorOf(t, twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4"), Web: 6}, faults...)
			preview := seen(o, steps.DrainPreview{Nodes: []string{"w1"}})
			for what, got := range map[string][2]string{
				"never": {strings.Join(preview.Never, "; "), test.never}, "unmanaged": {strings.Join(preview.Unmanaged, "; "), test.bare}, "local": {strings.Join(preview.Local, "; "), test.local},
			} {
				if !strings.HasPrefix(got[0], got[1]) || (got[0] == "") != (got[1] == "") {
					t.Errorf("%s: %q, want %q", what, got[0], got[1])
				}
			}
			if len(preview.EmptyDir) == 0 || len(preview.Now) > 0 {
				t.Errorf("%+v", preview)
			}
			actions, err := steps.Drain{Timeout: time.Minute, GracePeriod: -1, IgnoreDaemonSets: true, DeleteEmptyDirData: true, Force: test.force}.Plan(step.Scope{Host: step.Host{Name: "w1", Node: "w1"}})
			if err != nil {
				t.Fatal(err)
			}
			r := o.perform("cp1", actions[1].Do)
			if (r.Exit == 0) != test.drains || !strings.Contains(string(r.Stderr), test.stderr) {
				t.Errorf("the drain: exit %d: %s", r.Exit, r.Stderr)
			}
			why := o.perform("cp1", *actions[1].Explain)
			if why.Exit != 0 || !strings.Contains(string(why.Stdout), test.explained) {
				t.Errorf("it is explained as: exit %d: %s%s", why.Exit, why.Stdout, why.Stderr)
			}
			if len(o.Unknown()) > 0 {
				t.Errorf("unknown to the twin: %v", o.Unknown())
			}
		})
	}
}

func TestCapacityIsWhatTheSchedulerOfATwinFinds(t *testing.T) {
	all := []string{"w1", "w2", "w3"}
	for _, test := range []struct {
		fault   string
		largest int
		pending int // pods that wait once w1 is drained
	}{
		{"", 2, 0},
		{"no-capacity", 0, 1},
		{"local-data:w1", 2, 1}, // its pod is pinned, and no reason to refuse
		{"pod-pending", 2, 1},   // it waits anyway
	} {
		t.Run(test.fault, func(t *testing.T) {
			var faults []string
			if test.fault != "" {
				faults = append(faults, test.fault)
			}
			o := operatorOf(t, twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")}, faults...)
			room := seen(o, steps.Capacity{Nodes: all, Wanted: "100%", Next: "w1"})
			if room.Largest != test.largest || room.Fits != (test.largest > 0) {
				t.Errorf("%+v", room)
			}
			o.do("w1", steps.Drain{Timeout: 10 * time.Minute, GracePeriod: -1, IgnoreDaemonSets: true, DeleteEmptyDirData: true})
			r := o.perform("cp1", step.Command{Argv: []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "pods", "-A", "--field-selector", "status.phase=Pending", "-o", "name"}})
			if got := strings.Count(string(r.Stdout), "\n"); got != test.pending {
				t.Errorf("%d pods wait, want %d: %s", got, test.pending, r.Stdout)
			}
		})
	}
}

func TestS26AWorkloadThatIsNotBackIsNamed(t *testing.T) {
	o := operatorOf(t, twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")}, "pod-pending", "workload-slow:web:40s")
	before := seen(o, steps.Workloads{})
	if got := strings.Join(before.NotReady, "; "); got != "Deployment default/picky: 0 of 1 ready" || !slices.Contains(before.Baseline, "Deployment default/web 3") {
		t.Errorf("%+v", before)
	}
	o.do("w1", steps.Drain{Timeout: 10 * time.Minute, GracePeriod: -1, IgnoreDaemonSets: true, DeleteEmptyDirData: true})
	o.do("w1", steps.Uncordon{Timeout: time.Minute})
	wait, err := steps.WorkloadsReady{Baseline: before.Baseline, Timeout: time.Minute}.Plan(step.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if r := o.perform("cp1", wait[0].Do); r.Exit != 1 || !strings.HasPrefix(string(r.Stderr), "Deployment default/web: ") {
		t.Errorf("exit %d: %s", r.Exit, r.Stderr)
	}
	o.clock.Sleep(time.Minute, nil)
	if r := o.perform("cp1", wait[0].Do); r.Exit != 0 {
		t.Errorf("exit %d: %s", r.Exit, r.Stderr)
	}
}

// What would stop a drain for good stops the run before anything is changed, and what is only late is waited for.
func TestS21TheBundledPlaybookAndWhatHoldsADrain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault string
		exit  int
		want  string
	}{
		{"drain-blocked:w2", run.ExitRefused, "PodDisruptionBudget default/keep-w2: maxUnavailable is 0"},
		{"two-budgets:w1", run.ExitRefused, "default/twice-w1 and default/twice-w1-too"},
		{"bare-pod:w1", run.ExitRefused, "w1: default/debug-w1"},
		{"no-capacity", run.ExitRefused, "default/big-"},
		{"local-data:w1", run.ExitDone, ""},
		{"pod-pending", run.ExitDone, ""},
		{"workload-slow:web:2m", run.ExitDone, ""},
		{"workload-stuck:web", run.ExitFailed, "Deployment default/web: 2 of 3 ready"},
	} {
		t.Run(test.fault, func(t *testing.T) {
			s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")})
			f, err := twin.ParseFault(test.fault)
			if err == nil {
				err = s.Inject(f)
			}
			if err != nil {
				t.Fatal(err)
			}
			s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.31.14")})
			end, d := s.run(t, "r", 0)
			if end.Exit != test.exit || !strings.Contains(end.Text+d.why(), test.want) {
				t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			if test.exit == run.ExitRefused && d.changes > 0 {
				t.Errorf("%d changes before it was refused", d.changes)
			}
		})
	}
}
