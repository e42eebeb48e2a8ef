package twin_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/step"
	"rung/engine/twin"
)

// Whatever a host was about when its power went, here or in the cluster, is not done, and what was done before that is.
func TestALossOfPowerEndsWhatWorksOnAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := twin.New(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")}, twin.Wall{})
		say := func(script string) string {
			t.Helper()
			r, err := c.Exec(t.Context(), "cp1", step.Command{Script: script}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(string(r.Stdout) + string(r.Stderr))
		}
		say("dnf install -y kubeadm-1.32.6 --disableexcludes=kubernetes")
		before := say("cat /proc/sys/kernel/random/boot_id; touch /run/here /var/lib/stays")
		say("systemd-run --unit=job sh -c 'kubeadm upgrade apply -y v1.32.6 && kubectl drain w1 --ignore-daemonsets --delete-emptydir-data && touch /var/lib/never'")
		time.Sleep(40 * time.Second) // etcd is at its new image, and the apiserver on its way
		c.PowerLoss("cp1", time.Minute)
		if _, err := c.Exec(t.Context(), "cp1", step.Command{Argv: []string{"true"}}, nil); err == nil {
			t.Error("a host without power answers")
		}
		time.Sleep(10 * time.Minute)
		if after := say("cat /proc/sys/kernel/random/boot_id"); after == before {
			t.Error("it is the same boot")
		}
		if got := say("ls /run/here /var/lib/stays /var/lib/never 2>&1 || :; grep -h image: /etc/kubernetes/manifests/*"); strings.Contains(got, "\n/run/here") || !strings.Contains(got, "/var/lib/stays") || strings.Contains(got, "\n/var/lib/never") || strings.Contains(got, "kube-scheduler:v1.32.6") || !strings.Contains(got, "etcd:3.5.16-0") {
			t.Errorf("left is %s", got)
		}
		if got := say("kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get cm kubeadm-config -o yaml | grep kubernetesVersion"); !strings.Contains(got, "v1.31.4") {
			t.Errorf("the configuration says %s", got)
		}
		for _, n := range c.Nodes() {
			if !n.Ready || n.Unschedulable {
				t.Errorf("in the end: %+v", n)
			}
		}
		if units := c.Truth().Units; len(units) > 0 || len(c.Truth().Disturbed) > 0 {
			t.Errorf("%v work, %v are disturbed", units, c.Truth().Disturbed)
		}
		for _, e := range c.Unknown() {
			t.Errorf("unknown to the twin: %q", e.Argv)
		}
	})
}
