package twin_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// admin is what an operator does on a host by hand.
func (s site) admin(t *testing.T, host string, argv ...string) {
	t.Helper()
	if argv[0] == "kubectl" {
		argv = append([]string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}, argv[1:]...)
	}
	result, err := s.Exec(context.Background(), host, step.Command{Argv: argv}, nil)
	if err != nil || result.Exit != 0 {
		t.Fatalf("%v on %s: exit %d, %v: %s", argv, host, result.Exit, err, result.Stderr)
	}
}

// node is the node of that name.
func (s site) node(name string) twin.Node {
	all := s.Nodes()
	return all[slices.IndexFunc(all, func(n twin.Node) bool { return n.Name == name })]
}

// changed are the titles of the actions that changed something on a host.
func (d *diary) changed(host string) []string {
	var titles []string
	for _, e := range d.events {
		if e.Kind == run.ActionEnded && e.Mutates && e.Host == host {
			titles = append(titles, e.Title)
		}
	}
	return titles
}

// A run that died may have had nothing left to do but to release a node, and then no hop is left to do it in.
func TestMarksOfAnEarlierRunEndWithIt(t *testing.T) {
	for _, target := range []string{"1.20.0", "1.21.14"} {
		t.Run("on the way to "+target, func(t *testing.T) {
			s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.20.0"), Web: -1})
			s.admin(t, "cp1", "kubectl", "annotate", "node", "w1", "rung-cordoned-by=died")
			s.admin(t, "cp1", "kubectl", "cordon", "w1")
			s.admin(t, "cp1", "kubectl", "annotate", "node", "w2", "rung-cordoned-by=died")
			s.admin(t, "cp1", "kubectl", "cordon", "w3")
			s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version(target)})
			if end, d := s.run(t, "next", 0); end.Exit != run.ExitDone {
				t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
			}
			for name, closed := range map[string]bool{"w1": false, "w2": false, "w3": true} {
				if n := s.node(name); n.Unschedulable != closed || n.Annotations["rung-cordoned-by"] != "" {
					t.Errorf("%s: %+v", name, n)
				}
			}
		})
	}
}

func TestNothingIsChangedOnAnAbsentWorker(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), Web: -1})
	s.admin(t, "w2", "systemctl", "stop", "kubelet")
	s.clock.Sleep(2*time.Minute, nil)
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.21.14"), "absent_nodes": []any{"w2"}, "absent_reason": "its disk is being replaced"})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if done := d.changed("w2"); done != nil || s.node("w1").Kubelet != version("1.21.14") {
		t.Errorf("changed on w2: %q; w1: %+v", done, s.node("w1"))
	}
}

// The newest patch of a minor that all hosts are offered is taken, not the newest that the first of them is.
func TestS3AHopIsThePatchThatAllHostsAreOffered(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), Web: -1})
	s.Withhold("w2", "kubelet-1.21.14-", "kubelet-1.21.13-")
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.22.17")})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	if done := d.changed("w1"); !slices.ContainsFunc(done, func(title string) bool { return strings.Contains(title, "kubelet-1.21.12-") }) {
		t.Errorf("w1: %q", done)
	}
}

// atStage is a diary that does something once a stage begins.
type atStage struct {
	diary
	stage string
	do    func()
}

func (a *atStage) Record(e run.Event) error {
	if e.Kind == run.StageStarted && strings.HasSuffix(e.Stage, a.stage) {
		a.do()
	}
	return a.diary.Record(e)
}

// What was on offer when it was downloaded may be gone when its node's turn comes: no node is drained for it.
func TestANodeIsNotDrainedForAPackageThatIsGone(t *testing.T) {
	for _, packages := range []string{twin.Yum, twin.Apt} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1, Packages: packages})
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.32.6")})
		d := &atStage{stage: "/Workers", do: func() { s.Withhold("w1", "kubelet-1.32.") }}
		end := s.runInto(t, "r", d)
		if want := "no package of 1.32.6 is on offer for kubelet"; end.Exit != run.ExitFailed || !strings.Contains(d.why(), want) {
			t.Errorf("%s: it ended with %d: %s%s\nwant %q", packages, end.Exit, end.Text, d.why(), want)
		}
		for _, title := range d.changed("w1") {
			if strings.Contains(title, "cordon") || strings.Contains(title, "drain") {
				t.Errorf("%s: %s", packages, title)
			}
		}
	}
}

// A worker that is away is not asked anything: it may be off.
func TestAnAbsentWorkerMayBeOff(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.20.0"), Web: -1})
	s.Down("w2")
	s.clock.Sleep(2*time.Minute, nil)
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.21.14"), "absent_nodes": []any{"w2"}, "absent_reason": "its disk is being replaced"})
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone || s.node("w3").Kubelet != version("1.21.14") {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
}

// A kubelet that was replaced and not restarted may run at any version.
func TestAStaleKubeletIsDrained(t *testing.T) {
	t.Parallel()
	inputs := map[string]any{"target": version("1.21.14"), "drain_on_patch": false}
	for dies := 1; ; dies++ { // until the package of w1's kubelet has changed
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), Web: -1})
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), inputs)
		end, first := s.run(t, "first", dies)
		if end.Exit != run.ExitInternal { // it did not die any more
			t.Fatalf("no change of a kubelet's package was found: %q%s", first.changed("w1"), first.why())
		}
		if !strings.Contains(first.last(), "Workers, w1: install kubelet") {
			continue
		}
		s.clock.Sleep(time.Minute, nil)
		_, second := s.run(t, "second", 0)
		if done := second.changed("w1"); !slices.Contains(done, "drain w1") {
			t.Errorf("on w1 the second run changed %q, and did not drain it", done)
		}
		return
	}
}

// refusal is something that the bundled playbooks must refuse, and what they say to the operator.
type refusal struct {
	name      string
	inventory string // the whole cluster where empty
	inputs    map[string]any
	spoil     []string   // faults, as they can be named
	spoilt    func(site) // and what has no name
	shape     twin.Shape // 3+2 at 1.20.0 where empty
	want      []string   // all of it
}

func TestWhatTheBundledPlaybooksRefuse(t *testing.T) {
	t.Parallel()
	for _, test := range []refusal{
		{
			name:   "an absent control plane",
			inputs: map[string]any{"absent_nodes": []any{"cp3"}, "absent_reason": "why not"},
			want:   []string{"cp3 is a control plane: absent_nodes may name workers only"},
		},
		{
			name:   "an absent worker without a reason",
			inputs: map[string]any{"absent_nodes": []any{"w2"}},
			want:   []string{"absent_nodes needs a reason: -e absent_reason=…"},
		},
		{
			name:      "a control plane among the workers",
			inventory: inventoryOf([]string{"cp1", "cp2"}, []string{"cp3", "w1", "w2"}),
			want:      []string{"the control planes of the cluster are cp1, cp2, cp3, and the group control_plane has cp1, cp2"},
		},
		{
			name:      "a node in neither group",
			inventory: inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}, "w2"),
			want:      []string{"these nodes are in neither of the groups control_plane and workers, and would be left behind: w2"},
		},
		{
			name:      "a node of the cluster that is in no inventory",
			inventory: inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}),
			want:      []string{"the cluster has nodes that the inventory does not: w2; add them, or name them in absent_nodes"},
		},
		{
			name:      "a host that is no node of the cluster",
			inventory: strings.Replace(inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1", "w2"}), "w2: {}", "w2: {node: w9}", 1),
			inputs:    map[string]any{"absent_nodes": []any{"w2"}, "absent_reason": "it has another name"},
			want:      []string{"the cluster lacks nodes of the inventory: w9; if that is right, name them in absent_nodes"},
		},
		{
			name:  "S6: a control plane that is no static pod",
			spoil: []string{"file-missing:cp2:/etc/kubernetes/manifests/kube-apiserver.yaml"},
			want:  []string{"the control plane of cp2 does not run as static pods, or its etcd is neither a static pod nor external"},
		},
		{
			name:  "S6: an etcd that is neither stacked nor external",
			spoil: []string{"file-missing:cp3:/etc/kubernetes/manifests/etcd.yaml"},
			want:  []string{"the control plane of cp3 does not run as static pods, or its etcd is neither a static pod nor external"},
		},
		{
			name:  "a full disk of etcd",
			spoil: []string{"disk-full:cp2:/var/lib/etcd"},
			want:  []string{"only 0 MiB are free under /var/lib/etcd on cp2, and etcd takes ", "a full disk stops etcd, want 1024, and room for a snapshot"},
		},
		{
			name:  "S20: an external etcd that lacks a member",
			shape: twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), ExternalEtcd: true, HostEtcdctl: true},
			spoil: []string{"etcd-lost:1"},
			want:  []string{"https://10.200.0.7:2379 is unhealthy", "the API of cp1 or a member of its etcd is not well, as the step before says: mend it first"},
		},
		{
			name:  "S31: no room for copies of etcd",
			spoil: []string{"disk-full:cp3:/etc/kubernetes"},
			want:  []string{"only 0 MiB are free under /etc/kubernetes on cp3; every hop keeps a copy of etcd"},
		},
		{
			name:  "S31: no room on the disk of our own backups",
			spoil: []string{"disk-full:cp3:/var/backups"},
			want:  []string{"only 0 MiB are free under /var/backups/rung on cp3; every hop keeps a copy of etcd there"},
		},
		{
			name:  "S7: no etcdctl for the snapshot",
			spoil: []string{"etcdctl-missing:cp2"},
			want:  []string{"cp2 has no etcdctl for the snapshot of etcd, neither of its own nor in the etcd container"},
		},
		{
			name:  "S28: certificates that expire in two days",
			spoil: []string{"certs-expire:cp2:48h"},
			want:  []string{"on cp2: admin.conf expires on ", ", in 1 day; apiserver expires on ", "or -e acknowledge=cert-expired"},
		},
		{
			name:  "S28: a certificate authority without its key",
			spoil: []string{"ca-key-missing:cp3"},
			want:  []string{"cp3 has no key of ca: kubeadm renews none of their certificates"},
		},
		{
			name:  "B9: manifests that were edited by hand",
			spoil: []string{"manifest-edited:cp2:--profiling=false", "manifest-edited:cp3:--v=4"},
			want: []string{
				"custom-manifest-edits: kubeadm writes the static-pod manifests anew", "Found: kube-apiserver: --profiling=false would go. To do before 1.21: ", "kube-apiserver: --v=4 would go",
				"or say -e acknowledge=custom-manifest-edits -e acknowledge_reason=…",
			},
		},
		{
			name:  "B9: proxies that an upgrade would take out of the manifests",
			spoil: []string{"proxy-differs:cp3"},
			want: []string{
				"proxy-env: kubeadm bakes the proxies of its own environment", "Found: HTTPS_PROXY=http://proxy.example:3128 would go (kube-apiserver, kube-controller-manager, kube-scheduler); NO_PROXY=10.0.0.0/8 would go",
				"or say -e acknowledge=proxy-env -e acknowledge_reason=…",
			},
		},
		{
			name:      "B9: proxies that an upgrade would put into the manifests",
			inventory: strings.Replace(inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1", "w2"}), "cp2: {}", "cp2: {env: {https_proxy: \"http://me:secret@proxy.example:3128\"}}", 1),
			want:      []string{"Found: https_proxy=http://***@proxy.example:3128 would come (kube-apiserver, kube-controller-manager, kube-scheduler)"},
		},
		{
			name:   "B9: CNI and CSI versions that nobody has looked up",
			inputs: map[string]any{"target": version("1.22.17"), "cni_csi": "acknowledge", "acknowledge": []any{"addon-versions-1.21"}, "acknowledge_reason": "looked up"},
			spoil:  []string{"cni-csi"},
			want: []string{
				"Calico v3.24.1 (DaemonSet kube-system/calico-node); aws-ebs-csi-driver v1.20.0 (DaemonSet kube-system/ebs-csi-node); CSIDriver ebs.csi.aws.com",
				"then say -e acknowledge=addon-versions-1.22 -e acknowledge_reason=…",
			},
		},
		{
			name:  "B9: a manifest that kubeadm cannot compare",
			spoil: []string{"file-missing:cp2:/etc/kubernetes/manifests/kube-scheduler.yaml"},
			want:  []string{"Found: kubeadm 1.20.0 cannot compare: the manifest file \"/etc/kubernetes/manifests/kube-scheduler.yaml\" does not exist"},
		},
		{
			name:   "an acknowledgement without a reason",
			inputs: map[string]any{"acknowledge": []any{"external-ca"}},
			want:   []string{"acknowledge needs a reason: -e acknowledge_reason=…"},
		},
		{
			name:  "S21: a budget that no drain gets past",
			shape: twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), MinAvailable: 3},
			want:  []string{"no drain gets past these: PodDisruptionBudget default/web: "},
		},
		{
			name:   "S21: pods whose emptyDir would be lost",
			inputs: map[string]any{"drain_emptydir": false},
			want:   []string{"drain_emptydir is off, and these pods have emptyDir volumes: w1: default/web-"},
		},
		{
			name:   "S25: more workers at once than the others can stand in for",
			inputs: map[string]any{"at_once": "2"},
			want:   []string{"at most 1 workers may be out at once, and at_once is 2: default/web-", "say -e capacity=lower"},
		},
		{
			name:   "an absent worker that the control planes would leave too far behind",
			inputs: map[string]any{"target": version("1.34.2"), "absent_nodes": []any{"w3"}, "absent_reason": "its disk is being replaced"},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.30.4")},
			spoil:  []string{"host-down:w3"},
			want:   []string{"the kubelets of these absent nodes are too old for the control planes to go to v1.34.2: w3; upgrade them first"},
		},
		{
			name:   "no worker at once",
			inputs: map[string]any{"at_once": "0"},
			want:   []string{"at_once is 0, and no worker would ever be upgraded"},
		},
		{
			name:   "a version that nothing is known of",
			inputs: map[string]any{"target": version("1.38.0")},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.37.0")},
			want:   []string{"unknown-minor: ", "1.38", "-e acknowledge=unknown-minor"},
		},
		{
			name:   "B6: every node is cordoned",
			spoilt: func(s site) { s.cordonAll(t) },
			want:   []string{"every node is cordoned, and kubeadm below 1.31 wants to run a Job: release one node"},
		},
		{
			name:  "clocks that are apart by a minute",
			spoil: []string{"clock-ahead:w2:61s", "clock-ahead:cp2:-90s"},
			want:  []string{"the clock of w2 differs by ", "the clock of cp2 differs by -"},
		},
		{
			name:   "kubelets that are outside of the policy",
			inputs: map[string]any{"target": version("1.24.17")},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.23.17")},
			spoil:  []string{"kubelet-lags:w1:1.20.15"},
			want:   []string{"the cluster is outside of the version skew policy already: R2 kubelet on w1: it is at 1.20.15, 3 minors below an apiserver at 1.23.17: at most 2 allowed"},
		},
		{
			name:   "a hop that would go below what runs",
			inputs: map[string]any{"target": version("1.23.17"), "via": []any{"1.22.15"}},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.22.17")},
			spoil:  []string{"kubelet-lags:w1:1.21.14"},
			want:   []string{"1.22.17 runs already, and the ladder goes by 1.22.15, 1.23.17: a component would go down"},
		},
		{
			name:   "a ladder by a version that nobody offers",
			inputs: map[string]any{"target": version("1.22.17"), "via": []any{"1.21.99"}},
			want:   []string{"w1 is not offered every package on the way to 1.22.17", "the hop to 1.21.99 on the way to 1.22.17 is not on offer"},
		},
		{
			name:   "a package that some hosts are not offered",
			inputs: map[string]any{"target": version("1.22.17")},
			spoil:  []string{"package-withheld:w2:kubelet-1.21."},
			want:   []string{"w2 is not offered every package on the way to 1.22.17: no kubelet of 1.21; the hop to 1.21 on the way to 1.22.17 has no release on offer: there is no 1.21, only"},
		},
		{
			name:   "hosts that are offered different patches of a minor",
			inputs: map[string]any{"target": version("1.22.17")},
			spoil:  []string{"package-withheld:w2:kubelet-1.21.1", "package-withheld:w1:kubelet-1.21.0", "package-withheld:w1:kubelet-1.21.2", "package-withheld:w1:kubelet-1.21.3", "package-withheld:w1:kubelet-1.21.4", "package-withheld:w1:kubelet-1.21.5", "package-withheld:w1:kubelet-1.21.6", "package-withheld:w1:kubelet-1.21.7", "package-withheld:w1:kubelet-1.21.8", "package-withheld:w1:kubelet-1.21.9"},
			want:   []string{"there is no way to 1.22.17 that all hosts can take; the hop to 1.21 on the way to 1.22.17 has no release on offer"},
		},
		{
			name:   "a mirror with only some minors",
			inputs: map[string]any{"target": version("1.23.17")},
			spoil:  []string{"package-withheld:cp2:kubeadm-1.22.", "package-withheld:cp2:kubelet-1.22.", "package-withheld:cp2:kubectl-1.22."},
			want:   []string{"cp2 is not offered every package on the way to 1.23.17: nothing of 1.22; the hop to 1.22 on the way to 1.23.17 has no release on offer: there is no 1.22, only"},
		},
		{
			name:  "a repository that is down, on one host",
			spoil: []string{"repository-down:w2"},
			want:  []string{"The packages on offer", "w2", "Failed to download metadata for repo '"},
		},
		{
			name:  "a repository that is down, on one host with apt",
			shape: twin.Shape{ControlPlanes: 3, Workers: 2, Version: version("1.20.0"), Packages: twin.Apt},
			spoil: []string{"repository-down:w2"},
			want:  []string{"the package repository of /etc/apt/sources.list.d/kubernetes.list does not answer", "W: Failed to fetch https://mirror.example/kubernetes/apt"},
		},
		{
			name:   "a repository for each minor that is down, on hosts of both kinds",
			shape:  twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.30.4"), Packages: twin.Mixed, PerMinorRepository: true},
			inputs: map[string]any{"target": version("1.31.14")},
			spoil:  []string{"repository-down:w1", "repository-down:w2"},
			want:   []string{"W: Failed to fetch https://mirror.example/core:/stable:/v1.30/deb", "Error: Failed to download metadata for repo '"},
		},
		{
			name:   "a package that only some hosts with apt are offered",
			inputs: map[string]any{"target": version("1.22.17")},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0"), Packages: twin.Apt},
			spoil:  []string{"package-withheld:w2:kubectl-1.22.17-"},
			want:   []string{"w2 is not offered every package on the way to 1.22.17: no kubectl 1.22.17; the target 1.22.17 is not on offer"},
		},
		{
			name:   "B8: a kubeadm that would have to go down, with dnf, which would do it",
			inputs: map[string]any{"target": version("1.22.17")},
			spoilt: func(s site) {
				s.admin(t, "w2", "yum", "install", "-y", "kubeadm-1.22.17-0", "--disableexcludes=kubernetes")
			},
			want: []string{"w2 has kubeadm 1.22.17-0, and the way goes by 1.21.14, 1.22.17: no package is taken down"},
		},
		{
			name:   "B8: a kubeadm that would have to go down, with apt",
			inputs: map[string]any{"target": version("1.22.17")},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.20.0"), Packages: twin.Apt},
			spoilt: func(s site) { s.admin(t, "w1", "apt-get", "install", "-y", "kubeadm=1.22.17-00") },
			want:   []string{"w1 has kubeadm 1.22.17-00, and the way goes by 1.21.14, 1.22.17: no package is taken down"},
		},
		{
			name:   "a mirror that has not every minor",
			inputs: map[string]any{"target": version("1.33.1")},
			shape:  twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.30.4"), Newest: version("1.32.6"), Packages: twin.Mixed, PerMinorRepository: true},
			want:   []string{"cp1 is not offered every package on the way to 1.33.1: nothing of 1.33;", "w1 is not offered every package on the way to 1.33.1: nothing of 1.33;"},
		},
		{
			name:  "all of it at once",
			spoil: []string{"swap-on:w1", "disk-full:cp2:/var/lib/etcd", "clock-ahead:w2:2m", "file-missing:cp3:/etc/kubernetes/admin.conf", "kubelet-stopped:w1"},
			want: []string{
				"swap is on at w1: run swapoff -a and remove swap from /etc/fstab", "only 0 MiB are free under /var/lib/etcd on cp2",
				"the clock of w2 differs by 1", "/etc/kubernetes/admin.conf is missing on cp3", "these nodes are NotReady: w1; mend them",
			},
		},
	} {
		for _, playbook := range []string{"kubeadm-upgrade.yaml", "kubeadm-preflight.yaml"}[:1+1/thinned] { // under the race detector one of them is enough
			t.Run(test.name+", "+playbook, func(t *testing.T) { test.refused(t, playbook) })
		}
	}
}

// refused carries a bundled playbook out on the spoilt cluster.
func (r refusal) refused(t *testing.T, playbook string) {
	if r.shape.Version.IsZero() {
		r.shape = twin.Shape{ControlPlanes: 3, Workers: 2, Version: version("1.20.0")}
	}
	s := siteOf(r.shape)
	for _, text := range r.spoil {
		f, err := twin.ParseFault(text)
		if err == nil {
			err = s.Inject(f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if r.spoilt != nil {
		r.spoilt(s)
	}
	s.clock.Sleep(2*time.Minute, nil)
	inputs := map[string]any{"target": version("1.21.14")}
	for name, value := range r.inputs {
		inputs[name] = value
	}
	if hosts := s.Hosts(); r.inventory == "" {
		r.inventory = inventoryOf(hosts[:r.shape.ControlPlanes], hosts[r.shape.ControlPlanes:])
	}
	s.plan = planned(t, playbook, r.inventory, inputs)
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitRefused || d.changes > 0 {
		t.Errorf("it ended with %d after %d changes: %s", end.Exit, d.changes, end.Text)
	}
	for _, want := range r.want {
		if !strings.Contains(d.why(), want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(d.why(), "1024 MiB should be left") != strings.Contains(strings.Join(r.want, "\n"), "every hop keeps a copy of etcd") {
		t.Error("it speaks of room for the backups where there is no way to know how many")
	}
	if t.Failed() {
		t.Logf("it says%s", d.why())
	}
}

func (s site) cordonAll(t *testing.T) {
	t.Helper()
	for _, node := range s.Hosts() {
		s.admin(t, "cp1", "kubectl", "cordon", node)
	}
}

// Nothing is released of what an operator has cordoned, and nothing can be scheduled: kubeadm from 1.31 goes without its
// Job then, and an older one is told to.
func TestB6AClusterOfCordonedNodesIsUpgraded(t *testing.T) {
	for _, test := range []struct {
		from, to string
		inputs   map[string]any
	}{
		{"1.31.4", "1.32.6", nil},
		{"1.29.3", "1.30.14", map[string]any{"ignore_preflight": []any{"CreateJob"}, "ignore_reason": "every node is cordoned"}},
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version(test.from), Web: -1})
		s.cordonAll(t)
		// The pods of a drained node find no other one, and are not back before somebody releases a node.
		inputs := map[string]any{"target": version(test.to), "capacity": "ignore", "workloads_except": []any{"kube-system/*"}}
		for name, value := range test.inputs {
			inputs[name] = value
		}
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), inputs)
		if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone {
			t.Fatalf("%s: it ended with %d: %s%s", test.from, end.Exit, end.Text, d.why())
		}
		for _, n := range s.Nodes() {
			if n.Kubelet != version(test.to) || !n.Unschedulable {
				t.Errorf("in the end: %+v", n)
			}
		}
	}
}

func TestThePreflightOfAFitClusterIsDone(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 2, Version: version("1.20.0")})
	s.plan = planned(t, "kubeadm-preflight.yaml", inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1", "w2"}), map[string]any{"target": version("1.22.17")})
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone || d.changes > 0 {
		t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
	}
}

func TestS8SwapIsTurnedOffWhereTheInputSaysSo(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.20.0")})
	s.SwapOn("w2")
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.21.14"), "swap_off": true})
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.admin(t, "w2", "sh", "-c", "test -z \"$(swapon --show=NAME --noheadings)\" && grep -q '^# swap is off' /etc/fstab && grep -q '^[^#]*rl-swap' /etc/fstab.before-rung")
	s.arrived(t, "1.21.14")
}

// A worker that an upgrade by hand left behind goes straight to the version of the control planes.
func TestS3AWorkerThatLagsIsClimbed(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.24.17")})
	s.Lag("w1", version("1.22.17"))
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.25.16")})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.25.16")
	if drains := strings.Count(strings.Join(d.changed("w1"), "\n"), "drain w1"); drains != 2 {
		t.Errorf("w1 was drained %d times: %q", drains, d.changed("w1"))
	}
	if done := d.changed("cp1"); strings.Count(strings.Join(done, "\n"), "Upgrade the control plane") != 1 {
		t.Errorf("cp1: %q", done)
	}
}

// A hop that was broken off leaves control planes at two minors: it is continued, and said so.
func TestS3TwoMinorsAmongTheControlPlanesAreContinued(t *testing.T) {
	t.Parallel()
	for dies := 1; ; dies++ {
		s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.20.0"), Web: -1})
		s.plan = bundled(t, inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}), map[string]any{"target": version("1.21.14")})
		end, first := s.run(t, "first", dies)
		if end.Exit != run.ExitInternal { // it did not die any more
			t.Fatalf("no upgrade of cp1 was found: %q%s", first.changed("cp1"), first.why())
		}
		if !strings.Contains(first.last(), "First control plane, cp1: ") || s.node("cp1").APIServer != version("1.21.14") {
			continue
		}
		s.clock.Sleep(time.Minute, nil)
		end, second := s.run(t, "second", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, second.why())
		}
		s.arrived(t, "1.21.14")
		const want = "the control planes stand at several versions: a hop was broken off, and is continued: cp1 at 1.21.14, cp2 at 1.20.0, cp3 at 1.20.0"
		if !slices.ContainsFunc(second.events, func(e run.Event) bool { return e.Kind == run.Noted && e.Text == want }) {
			t.Errorf("nobody said %q", want)
		}
		return
	}
}

func TestS24aAPatchNeedsNoDrainWhereTheInputSaysSo(t *testing.T) {
	for _, drains := range []bool{true, false} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.20.1"), Web: -1})
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), map[string]any{"target": version("1.20.2"), "drain_on_patch": drains})
		end, d := s.run(t, "r", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
		s.arrived(t, "1.20.2")
		for _, host := range []string{"cp1", "w1"} {
			if done := d.changed(host); slices.Contains(done, "drain "+host) != drains {
				t.Errorf("drain_on_patch=%t: on %s it changed %q", drains, host, done)
			}
		}
	}
}

func TestS28CertificatesAreRenewedByTheUpgradeAndToldAfterIt(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4"), Web: -1})
	s.CertsLast("cp1", 48*time.Hour)
	inputs := map[string]any{"target": version("1.32.6"), "acknowledge": []any{"cert-expired"}, "acknowledge_reason": "the upgrade renews them"}
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), inputs)
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	const want = "certificates renewed: admin.conf, apiserver, apiserver-etcd-client, apiserver-kubelet-client, controller-manager.conf, etcd-healthcheck-client, etcd-peer, etcd-server, front-proxy-client, scheduler.conf"
	if !slices.ContainsFunc(d.events, func(e run.Event) bool { return e.Kind == run.Noted && e.Text == want }) {
		t.Errorf("nobody said %q", want)
	}
}

// What kubeadm cannot convert stops the run once kubeadm has been asked, which is before anything else is changed.
func TestS10AManualUpgradeStopsTheRunUnlessAFileIsGiven(t *testing.T) {
	for file, exit := range map[string]int{"": run.ExitRefused, "/root/upgrade.yaml": run.ExitDone} {
		s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4"), Web: -1})
		s.OldConfigs()
		if err := s.WriteFile("cp1", "/root/upgrade.yaml", "kind: UpgradeConfiguration\n"); err != nil {
			t.Fatal(err)
		}
		s.plan = bundled(t, inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1"}), map[string]any{"target": version("1.32.6"), "config": file})
		end, d := s.run(t, "r", 0)
		if end.Exit != exit {
			t.Errorf("config=%q: it ended with %d: %s%s", file, end.Exit, end.Text, d.why())
		}
		const want = "kubeadm cannot convert these component configs itself: kubelet.config.k8s.io v1beta1 → v1; write them in the preferred version into a file on cp1, and say -e config=FILE"
		if said := strings.Contains(d.why(), want); said != (file == "") {
			t.Errorf("config=%q: it says%s", file, d.why())
		}
		if file == "" && s.node("cp1").APIServer != version("1.31.4") {
			t.Errorf("it went on: %+v", s.node("cp1"))
		}
	}
}

func TestS25FewerWorkersAreOutWhereMoreWouldNotFit(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 3, Version: version("1.31.4")})
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.31.14"), "at_once": "3", "capacity": "lower"})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	s.arrived(t, "1.31.14")
	const want = "3 hosts, 2 at a time"
	if !slices.ContainsFunc(d.events, func(e run.Event) bool { return e.Kind == run.StageStarted && e.Text == want }) {
		t.Errorf("no stage has %q", want)
	}
}

// A worker is done when the workloads are as ready as before, not when its kubelet is.
func TestS26TheWorkloadsAreBackBeforeTheNextWorkerLeaves(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 3, Version: version("1.31.4")})
	s.plan = bundled(t, inventoryOf([]string{"cp1", "cp2", "cp3"}, []string{"w1", "w2", "w3"}), map[string]any{"target": version("1.32.6")})
	end, d := s.run(t, "r", 0)
	if end.Exit != run.ExitDone {
		t.Fatalf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
	}
	back := map[string]bool{}
	for _, e := range d.events {
		if e.Kind == run.StepEnded && e.Type == "workloads-ready" && e.Outcome == step.OK && strings.HasSuffix(e.Stage, "/Workers") {
			back[e.Host] = true
		}
		if e.Kind == run.HostStarted && strings.HasSuffix(e.Stage, "/Workers") {
			for before := range map[string][]string{"w1": nil, "w2": {"w1"}, "w3": {"w1", "w2"}} {
				if before < e.Host && !back[before] {
					t.Errorf("%s left before the workloads were back after %s", e.Host, before)
				}
			}
		}
	}
	if len(back) != 3 {
		t.Errorf("the workloads were waited for after %v", back)
	}
}

// A hazard that would block passes once it is acknowledged with a reason; what it warned of then happens where it must,
// before the node is touched.
func TestAHazardIsRefusedUntilItIsAcknowledged(t *testing.T) {
	for _, test := range []struct {
		inputs map[string]any
		exit   int
		want   string
	}{
		{map[string]any{}, run.ExitRefused, "-e acknowledge=flag-network-plugin -e acknowledge_reason=…"},
		{map[string]any{"acknowledge": []any{"flag-network-plugin"}, "acknowledge_reason": "to see it fail"}, run.ExitFailed, "/var/lib/kubelet/kubeadm-flags.env has --network-plugin"},
	} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.23.17"), Web: -1})
		if err := s.WriteFile("w1", "/var/lib/kubelet/kubeadm-flags.env", "KUBELET_KUBEADM_ARGS=\"--network-plugin=cni\"\n"); err != nil {
			t.Fatal(err)
		}
		test.inputs["target"] = version("1.24.17")
		s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1"}), test.inputs)
		end, d := s.run(t, "r", 0)
		if end.Exit != test.exit || !strings.Contains(d.why(), test.want) || s.node("w1").Kubelet != version("1.23.17") {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, d.why())
		}
	}
}

// What is done needs no drain, and so no budget stands in its way.
func TestADoneClusterIsNotRefusedForItsBudgets(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), MinAvailable: 3})
	s.plan = bundled(t, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), map[string]any{"target": version("1.31.4"), "at_once": "2"})
	if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone || d.changes > 0 {
		t.Errorf("it ended with %d after %d changes: %s%s", end.Exit, d.changes, end.Text, d.why())
	}
}
