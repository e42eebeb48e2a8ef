package twin_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// told tells whether a note says that.
func (d *diary) told(text string) bool {
	return slices.ContainsFunc(d.events, func(e run.Event) bool { return e.Kind == run.Noted && strings.Contains(e.Text, text) })
}

// meddler is a sink that changes the cluster when it hears something.
type meddler struct {
	*diary
	meddle func(run.Event)
}

func (m meddler) Record(e run.Event) error {
	m.meddle(e)
	return m.diary.Record(e)
}

// What was acknowledged passes, and is lost, as was said.
func TestB9AnEditThatWasAcknowledgedIsOverwritten(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1})
	s.inject(t, "manifest-edited:cp1:--profiling=false", "proxy-differs:cp1")
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.32.6"), "acknowledge": []any{"custom-manifest-edits", "proxy-env"}, "acknowledge_reason": "it is in kubeadm-config now"})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.32.6")
	manifest, err := s.ReadFile("cp1", "/etc/kubernetes/manifests/kube-apiserver.yaml")
	if err != nil || strings.Contains(manifest, "--profiling") || strings.Contains(manifest, "PROXY") {
		t.Errorf("%v\n%s", err, manifest)
	}
	for _, want := range []string{"acknowledged: custom-manifest-edits: kube-apiserver: --profiling=false would go", "acknowledged: proxy-env: NO_PROXY=10.0.0.0/8 would go"} {
		if !d.told(want) {
			t.Errorf("nobody said %q", want)
		}
	}
}

// Proxies that the inventory declares are those that kubeadm finds, and stay.
func TestB9ProxiesThatTheInventoryDeclaresAreKept(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1})
	s.inject(t, "proxy-differs:cp1")
	inventory := strings.Replace(inventoryOf([]string{"cp1"}, []string{"w1"}), "cp1: {}", `cp1: {env: {HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: 10.0.0.0/8}}`, 1)
	s.plan = bundled(t, inventory, map[string]any{"target": version("1.32.6")})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	manifest, err := s.ReadFile("cp1", "/etc/kubernetes/manifests/kube-scheduler.yaml")
	if err != nil || !strings.Contains(manifest, "    - name: HTTPS_PROXY\n      value: http://proxy.example:3128\n    - name: NO_PROXY\n") {
		t.Errorf("%v\n%s", err, manifest)
	}
}

// Somebody, a hook perhaps, edits a manifest between two hops: nobody can have looked at that before.
func TestB9AnEditOnTheWayIsRefusedAtItsHop(t *testing.T) {
	for _, test := range []struct {
		acknowledge string
		exit        int
	}{{"custom-manifest-edits", run.ExitRefused}, {"custom-manifest-edits-1.22", run.ExitDone}} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.20.15"), Web: -1})
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.22.17"), "acknowledge": []any{test.acknowledge}, "acknowledge_reason": "try"})
		d := &diary{}
		x := &run.Execute{Exec: s.Cluster, Hosts: s.plan.Inventory, Clock: s.clock, Sink: d}
		sink := meddler{d, func(e run.Event) {
			if e.Kind == run.StageEnded && e.Stage == "Climb[hop=1.21.14]/Arrive" {
				s.inject(t, "manifest-edited:cp1:--profiling=false")
			}
		}}
		end := run.Run{ID: "r", Plan: s.plan, Perform: x, Sink: sink, Clock: s.clock, Stop: make(chan struct{}), Probe: x.Probe}.Do(t.Context())
		const want = "kube-apiserver: --profiling=false would go. To do before 1.22: "
		if end.Exit != test.exit || strings.Contains(d.why(), want) != (test.exit == run.ExitRefused) {
			t.Errorf("acknowledge=%s: it ended with %d: %s%s", test.acknowledge, end.Exit, end.Text, d.why())
		}
		if got := s.node("cp1").APIServer; test.exit == run.ExitRefused && got != version("1.21.14") {
			t.Errorf("the control plane is at %s", got)
		}
	}
}

// kubeadm of the hop is there already, and writes another scheduler's probe than the one before: that is no edit.
func TestB9WhatTheNextKubeadmWritesDifferentlyIsNoEdit(t *testing.T) {
	for dies := 1; ; dies++ {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1})
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.32.6")})
		if end, first := s.run(t, "first", dies); end.Exit != run.ExitInternal {
			t.Fatalf("kubeadm was never installed: %q", first.changed("cp1"))
		} else if !strings.Contains(first.last(), ": install kubeadm-1.32.6-") {
			continue
		}
		if end, d := s.run(t, "second", 0); end.Exit != run.ExitDone {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		return
	}
}

// An external etcd that lacks a member stands; rung waits all the same, where it can see that: the next one would be its quorum.
func TestS20AnExternalEtcdWithoutAMemberHoldsTheUpgrade(t *testing.T) {
	for _, test := range []struct {
		etcdctl bool
		lost    int
		exit    int
		says    string
	}{
		{true, 0, run.ExitDone, ""},
		{true, 1, run.ExitRefused, "https://10.200.0.7:2379 is unhealthy"},
		{false, 1, run.ExitDone, ""},
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1, ExternalEtcd: true, HostEtcdctl: test.etcdctl})
		s.LoseEtcd(test.lost)
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.32.6")})
		end, d := s.run(t, "r", 0)
		if end.Exit != test.exit || !strings.Contains(d.why(), test.says) {
			t.Errorf("etcdctl %t, %d lost: it ended with %d: %s%s", test.etcdctl, test.lost, end.Exit, end.Text, d.why())
		}
		if test.exit != run.ExitDone && d.changes > 0 {
			t.Errorf("it changed something: %q", d.changed("cp1"))
		}
	}
}

// An operator who wants a node to stay closed that an earlier run left so is told how, and then is heeded.
func TestS24ACordonThatWasTakenOverStays(t *testing.T) {
	for _, kept := range []bool{false, true} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Web: -1})
		s.admin(t, "cp1", "kubectl", "annotate", "node", "w1", "rung-cordoned-by=died")
		s.admin(t, "cp1", "kubectl", "cordon", "w1")
		if kept {
			s.admin(t, "cp1", "kubectl", "annotate", "node", "w1", "rung-cordoned-by-")
		}
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.31.14")})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		if told := d.told("w1 was left cordoned by the run died, and counts as ours to release; to keep it closed: kubectl annotate node w1 rung-cordoned-by-"); told == kept {
			t.Errorf("kept %t: told %t", kept, told)
		}
		if n := s.node("w1"); n.Unschedulable != kept || n.Kubelet != version("1.31.14") {
			t.Errorf("kept %t: %+v", kept, n)
		}
	}
}

// callee stands for the operator's program, on the machine that rung runs on.
type callee struct {
	hosts  step.Exec
	events []string
}

func (c *callee) Exec(ctx context.Context, host string, cmd step.Command, output io.Writer) (step.Result, error) {
	if host != step.ThisMachine {
		return c.hosts.Exec(ctx, host, cmd, output)
	}
	of := func(name string) string {
		i := slices.IndexFunc(cmd.Env, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
		return strings.TrimPrefix(cmd.Env[i], name+"=")
	}
	c.events = append(c.events, of("RUNG_EVENT")+" "+of("RUNG_HOP"))
	return step.Result{}, nil
}

// CNI and CSI are listed; whoever wants more of it is asked for each hop before the first.
func TestB9CNIAndCSIAreListedAndAcknowledgedForEachHop(t *testing.T) {
	for _, inputs := range []map[string]any{
		{},
		{"cni_csi": "acknowledge", "acknowledge": []any{"addon-versions-1.21", "addon-versions-1.22"}, "acknowledge_reason": "Calico 3.24 is tested with both"},
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.20.15"), Web: -1})
		s.inject(t, "cni-csi")
		inputs["target"], inputs["hook"] = version("1.22.17"), "./upgrade.sh"
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), inputs)
		d, program := &diary{}, &callee{hosts: s.Cluster}
		x := &run.Execute{Exec: program, Hosts: s.plan.Inventory, Clock: s.clock, Sink: d}
		end := run.Run{ID: "r", Plan: s.plan, Perform: x, Sink: d, Clock: s.clock, Stop: make(chan struct{}), Probe: x.Probe}.Do(t.Context())
		if end.Exit != run.ExitDone {
			t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		s.arrived(t, "1.22.17")
		if called := slices.DeleteFunc(program.events, func(event string) bool { return !strings.HasPrefix(event, "cni-csi") }); !slices.Equal(called, []string{"cni-csi 1.21.14", "cni-csi 1.22.17"}) {
			t.Errorf("the hook was called for %q", called)
		}
		for _, want := range []string{"CNI: Calico v3.24.1 (DaemonSet kube-system/calico-node)", "CSI: CSIDriver ebs.csi.aws.com", "look up whether these versions support 1.21, 1.22"} {
			if !d.told(want) {
				t.Errorf("nobody said %q", want)
			}
		}
	}
}

// What a patch puts back is not lost, on no hop.
func TestB9WhatAPatchPutsBackIsKept(t *testing.T) {
	t.Parallel()
	s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.20.15"), Web: -1})
	for _, plane := range []string{"cp1", "cp2", "cp3"} {
		s.inject(t, "manifest-edited:"+plane+":--profiling=false")
		s.admin(t, plane, "mkdir", "/etc/kubernetes/patches")
		if err := s.WriteFile(plane, "/etc/kubernetes/patches/kube-apiserver0+json.json", `[{"op": "add", "path": "/spec/containers/0/command/-", "value": "--profiling=false"}]`); err != nil {
			t.Fatal(err)
		}
	}
	s.plan = bundled(t, inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}), map[string]any{"target": version("1.22.17"), "patches": "/etc/kubernetes/patches"})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone || len(s.Unknown()) > 0 {
		t.Fatalf("it ended with %d: %s%s\nunknown: %v", end.Exit, end.Text, d.why(), s.Unknown())
	}
	for _, plane := range []string{"cp1", "cp2", "cp3"} {
		if manifest, err := s.ReadFile(plane, "/etc/kubernetes/manifests/kube-apiserver.yaml"); err != nil || strings.Count(manifest, "--profiling=false") != 1 || !strings.Contains(manifest, ":v1.22.17") {
			t.Errorf("%s: %v\n%s", plane, err, manifest)
		}
	}
	if !d.told("kept by /etc/kubernetes/patches: kube-apiserver: --profiling=false") {
		t.Error("nobody said that it is kept")
	}
}

// Where only a worker is below the target, no manifest is written, and so no edit lost.
func TestB9AnEditThatNothingOverwritesIsNotRefused(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), Web: -1})
	s.inject(t, "manifest-edited:cp1:--profiling=false", "kubelet-lags:w1:1.30.14")
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.31.4")})
	end, d := s.run(t, "r", 0)
	if manifest, err := s.ReadFile("cp1", "/etc/kubernetes/manifests/kube-apiserver.yaml"); end.Exit != run.ExitDone || err != nil || !strings.Contains(manifest, "--profiling=false") {
		t.Errorf("it ended with %d: %s%s\n%v\n%s", end.Exit, end.Text, d.why(), err, manifest)
	}
	s.arrived(t, "1.31.4")
}

// A member of etcd that goes away while a hook or a drain takes its time: nobody takes another one away (S16).
func TestS16NoMemberOfEtcdIsTakenAwayBesideOneThatIsAway(t *testing.T) {
	for _, test := range []struct{ name, playbook, lost, kept string }{
		{"before kubeadm upgrade node", "kubeadm-upgrade.yaml", "Hook before cp2", "Upgrade the control plane to v1.32.6"},
		{"before the restart of a kubelet", "kubeadm-upgrade.yaml", "Drain cp2", "restart the kubelet of cp2"},
		{"before a reboot", "node-maintenance.yaml", "Drain cp2", "reboot cp2"},
		{"before what an operator does", "node-maintenance.yaml", "Drain cp2", "Do what there is to do"},
		{"before the reboot of a patch", "os-patch.yaml", "Drain cp2", "reboot cp2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4"), Web: -1, HostEtcdctl: true})
			inputs := map[string]map[string]any{
				"kubeadm-upgrade.yaml":  {"target": version("1.32.6")},
				"node-maintenance.yaml": {"nodes": []any{"cp2"}, "reboot": test.kept == "reboot cp2", "run": map[bool]string{true: "true"}[test.kept == "Do what there is to do"]},
				"os-patch.yaml":         {"nodes": []any{"cp2"}},
			}[test.playbook]
			s.plan = planned(t, test.playbook, inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}), inputs)
			d := &diary{}
			x := &run.Execute{Exec: s.detached("r"), Hosts: s.plan.Inventory, Clock: s.clock, Sink: d}
			sink := meddler{d, func(e run.Event) {
				if e.Kind == run.StepEnded && e.Title == test.lost {
					if err := s.EtcdMemberBroken("cp3"); err != nil {
						t.Error(err)
					}
				}
			}}
			end := run.Run{ID: "r", Plan: s.plan, Perform: x, Sink: sink, Clock: s.clock, Stop: make(chan struct{}), Probe: x.Probe}.Do(t.Context())
			if end.Exit != run.ExitFailed || !strings.Contains(d.why(), "The API and etcd are still well") {
				t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			for _, e := range d.events {
				if e.Kind == run.ActionStarted && e.Host == "cp2" && e.Title == test.kept {
					t.Errorf("it began to %s", e.Title)
				}
			}
		})
	}
}
