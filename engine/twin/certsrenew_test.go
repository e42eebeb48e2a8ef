package twin_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/run"
	"rung/engine/twin"
)

// soon has the certificates of all control planes expire in two days, or have them expired an hour ago.
func (s site) soon(t *testing.T, left string) {
	t.Helper()
	for _, host := range s.ControlPlanes() {
		s.inject(t, "certs-expire:"+host+":"+left)
	}
}

// restarts are the titles of a restart of every static pod of a control plane.
func restarts(host string) []string {
	var titles []string
	for _, component := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		titles = append(titles, "restart "+component+" of "+host)
	}
	return titles
}

func TestS28CertificatesAreRenewedAndWhatReadsThemIsRestarted(t *testing.T) {
	for _, shape := range []twin.Shape{{ControlPlanes: 3, Workers: 2}, {ControlPlanes: 1, Workers: 1}, {ControlPlanes: 1, Web: -1}} {
		shape.Version = version("1.31.4")
		s := siteOf(shape)
		s.soon(t, "48h")
		s.admin(t, "cp1", "sh", "-c", "mkdir -p /root/.kube && echo copy >/root/.kube/config")
		d := s.twice(t, "certs-renew.yaml", nil)
		for _, host := range s.ControlPlanes() {
			for _, title := range restarts(host) {
				if !slices.Contains(d.changed(host), title) {
					t.Errorf("on %s it changed %q, and did not %s", host, d.changed(host), title)
				}
			}
			if !s.has(host, "sh", "-c", "test \"$(stat -c %a /var/backups/rung/first/certificates.tar.gz)\" = 600 && tar tzf /var/backups/rung/first/certificates.tar.gz | grep -q pki/ca.key") {
				t.Errorf("%s did not keep what was there", host)
			}
		}
		for _, want := range []string{"certificates renewed: admin.conf, apiserver, ", "/root/.kube/config may hold the old certificate", "the client certificate of the kubelet is not among them"} {
			if !d.says(want) {
				t.Errorf("nobody said %q", want)
			}
		}
	}
}

func TestS28CertificatesThatLastAreLeftUnlessForced(t *testing.T) {
	for force, changes := range map[bool]bool{false: false, true: true} {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
		s.plan = planned(t, "certs-renew.yaml", s.inventory(), map[string]any{"force": force})
		if end, d := s.run(t, "r", 0); end.Exit != run.ExitDone || (d.changes > 0) != changes {
			t.Errorf("force=%t: it ended with %d after %d changes: %s%s", force, end.Exit, d.changes, end.Text, d.why())
		}
	}
}

// With expired certificates nobody reaches the API, and it is not asked before all are renewed.
func TestS28CertificatesThatHaveExpiredAreRenewed(t *testing.T) {
	for _, planes := range []int{1, 3} { // all of them
		s := siteOf(twin.Shape{ControlPlanes: planes, Workers: 1, Version: version("1.31.4")})
		s.soon(t, "-1h")
		if s.has("cp1", "kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "nodes") {
			t.Fatal("the API lets in who has an expired certificate")
		}
		s.twice(t, "certs-renew.yaml", nil)
		s.admin(t, "cp1", "kubectl", "get", "nodes")
	}
}

// Where one or two of three have expired, the others answer, and etcd is not whole.
func TestS28SomeCertificatesHaveExpired(t *testing.T) {
	for _, expired := range [][]string{{"cp1"}, {"cp2"}, {"cp3"}, {"cp2", "cp3"}} {
		s := siteOf(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")})
		for _, host := range expired {
			s.inject(t, "certs-expire:"+host+":-1h")
		}
		d := s.twice(t, "certs-renew.yaml", nil)
		for _, host := range s.ControlPlanes() {
			if got := slices.Contains(d.changed(host), "restart kube-apiserver of "+host); got != slices.Contains(expired, host) {
				t.Errorf("%q have expired, and %s was restarted: %t", expired, host, got)
			}
		}
		s.admin(t, "cp1", "kubectl", "get", "nodes")
	}
}

func TestS28TheRenewalOfCertificatesKeepsTheAPIAndEtcd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twin.New(twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")}, twin.Wall{})
		hosts := c.Hosts()
		end, w := watched(t, c, planned(t, "certs-renew.yaml", inventoryOf(hosts[:3], hosts[3:]), map[string]any{"force": true}))
		if end.Exit != run.ExitDone {
			t.Errorf("it ended with %d: %s%s", end.Exit, end.Text, w.why())
		}
		for _, wrong := range w.wrong {
			t.Error(wrong)
		}
	})
}

// A run that died between the renewal and a restart leaves components that run with the old certificates.
func TestS28ARenewalThatDiedAnywhereIsContinued(t *testing.T) {
	for dies := 1; ; dies += thinned {
		s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
		s.soon(t, "48h")
		s.plan = planned(t, "certs-renew.yaml", s.inventory(), nil)
		end, first := s.run(t, "first", dies)
		if end.Exit == run.ExitDone {
			return
		}
		s.clock.Sleep(time.Minute, nil)
		end, second := s.run(t, "second", 0)
		if end.Exit != run.ExitDone {
			t.Fatalf("after %q the second run ended with %d: %s%s", first.last(), end.Exit, end.Text, second.why())
		}
		for _, title := range restarts("cp1") {
			if !slices.Contains(append(first.changed("cp1"), second.changed("cp1")...), title) {
				t.Errorf("after %q nobody did %s", first.last(), title)
			}
		}
		s.clock.Sleep(72*time.Hour, nil)
		s.admin(t, "cp1", "kubectl", "get", "nodes") // with what was read before, this would end now
	}
}

func TestWhatTheRenewalOfCertificatesRefuses(t *testing.T) {
	for _, test := range []declined{
		{name: "an authority without its key", spoil: []string{"ca-key-missing:cp1"}, want: "cp1 has no key of ca: kubeadm renews none of their certificates; renew them where the keys are"},
		{name: "a control plane that is in no inventory", shape: twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")}, inventory: inventoryOf([]string{"cp1", "cp2"}, []string{"w1"}), want: "the certificates of these control planes would be left to expire: cp3"},
		{name: "a static pod that is not Ready", shape: twin.Shape{ControlPlanes: 3, Workers: 1, Version: version("1.31.4")}, spoil: []string{"kubelet-stopped:cp2"}, want: "static pods that are not Ready: "},
		{name: "no crictl", spoil: []string{"package-removed:cp1:cri-tools"}, want: "there is no crictl on cp1"},
	} {
		test.playbook, test.inputs = "certs-renew.yaml", map[string]any{"force": true}
		t.Run(test.name, test.run)
	}
}
