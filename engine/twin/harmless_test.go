package twin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rung/engine/facts"
	"rung/engine/readonly"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// change is what two moments of a cluster do not share.
func change(before, after []string) (lines []string) {
	was, is := map[string]bool{}, map[string]bool{}
	for _, l := range before {
		was[l] = true
	}
	for _, l := range after {
		is[l] = true
		if !was[l] {
			lines = append(lines, "+ "+l)
		}
	}
	for _, l := range before {
		if !is[l] {
			lines = append(lines, "- "+l)
		}
	}
	return lines
}

// isList says that a line tells of a list of packages on offer: who asks what is on offer now lets apt fetch them, as yum
// fetches its own. They are the one thing that looking renews.
func isList(line string) bool { return strings.Contains(line, ".disk:/var/lib/apt/lists/") }

// A dry-run that looks, and a look for facts, leave every file, package, service and object of a cluster as it was, but
// for the lists of packages on offer. The playbooks that come with rung, with both package managers.
func TestLookingChangesNothing(t *testing.T) {
	for _, packages := range []string{twin.Yum, twin.Apt} {
		for name, inputs := range map[string]map[string]any{
			"kubeadm-upgrade.yaml":   {"target": version("1.33.4"), "via": []any{"1.32.6"}},
			"kubeadm-preflight.yaml": {"target": version("1.33.4")},
			"etcd-backup.yaml":       {},
			"certs-renew.yaml":       {},
			"os-patch.yaml":          {},
			"node-maintenance.yaml":  {"nodes": []any{"w1"}},
		} {
			t.Run(packages+" "+strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
				s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4"), PerMinorRepository: true, Packages: packages})
				s.plan = planned(t, name, inventoryOf([]string{"cp1"}, []string{"w1", "w2"}), inputs)
				before := s.Everything(s.clock.Now())
				end, asked := s.look(t)
				if end.Exit == run.ExitInternal || end.Exit == run.ExitUnreachable {
					t.Fatalf("it ended with %d: %s", end.Exit, end.Text)
				}
				if asked < 1 {
					t.Fatal("nothing was asked")
				}
				lines := slices.DeleteFunc(change(before, s.Everything(s.clock.Now())), isList)
				if len(lines) > 0 {
					t.Errorf("%d questions have changed:\n%s", asked, strings.Join(lines, "\n"))
				}
				if list := s.Unknown(); len(list) > 0 {
					t.Errorf("the twin does not know %q", list[0].Argv)
				}
			})
		}
	}
}

// look performs what reads, as render --live and facts do.
func (s site) look(t *testing.T) (run.Ending, int) {
	t.Helper()
	book := report.NewBinder()
	r := &facts.Recorder{Of: readonly.Exec{Of: s}, Clock: s.clock}
	x := &run.Execute{Exec: r, Hosts: s.plan.Inventory, Clock: s.clock, Sink: book}
	live := &run.Live{Execute: x, Offline: &run.Offline{Hosts: s.plan.Inventory, Sink: book}}
	end := run.Run{Plan: s.plan, Perform: live, Sink: book, Clock: s.clock, Probe: x.Probe}.Do(t.Context())
	for _, c := range facts.Survey() {
		if _, err := r.Exec(t.Context(), "cp1", c, nil); err != nil {
			t.Fatal(err)
		}
	}
	return end, len(r.File(facts.Header{}).Recorded)
}

// The measure is fine enough: the smallest of things that runs do shows.
func TestTheSmallestChangeOfAClusterShows(t *testing.T) {
	s := siteOf(twin.Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
	for _, argv := range [][]string{
		{"kubectl", "annotate", "node", "w1", "a=b"},
		{"kubectl", "cordon", "w1"},
		{"touch", "/etc/new"},
		{"chmod", "600", "/etc/hosts"},
		{"sed", "-i", "s/localhost/there/", "/etc/hosts"},
		{"systemctl", "stop", "kubelet"},
		{"swapon", "-a"},
	} {
		before := s.Everything(s.clock.Now())
		if argv[0] == "swapon" {
			s.admin(t, "cp1", "sed", "-i", "s/^#//", "/etc/fstab")
		}
		s.admin(t, "cp1", argv...)
		s.clock.Sleep(time.Second, nil)
		if len(change(before, s.Everything(s.clock.Now()))) == 0 {
			t.Errorf("%v does not show", argv)
		}
	}
}
