package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rung/engine/inventory"
	"rung/engine/kube"
	"rung/engine/plan"
	"rung/engine/rehearse"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// rehearsal is what the operator asked of a rehearsal.
type rehearsal struct {
	request
	cluster  string
	hosts    int // without Kubernetes
	from     string
	packages string
	external bool
	facts    string
	absent   []string // of the facts
	faults   []string
	json     bool
	quiet    bool // it is not said how old the facts are
}

func (a *app) rehearseVerb() *cobra.Command {
	var r rehearsal
	verb := &cobra.Command{
		Use:   "rehearse PLAYBOOK",
		Short: "Run a playbook on a simulated cluster in virtual time, and say what would come of it",
		Long: `Run a playbook, a file or a bundled one, on a simulated cluster: the commands of a run, the
guards of a run, and its words where something stands in the way. No host is connected to, and
time is virtual: hours pass in seconds.

Printed are the outcome, the timeline of stages and hosts, what the whole waits for, and what would
stop it. The exit code is the one that the run would have; where the simulated hosts do not know a
command, nothing can be foretold: that is said first, and the exit code is 70. How long things take is a constant each,
some of them measured on a small cluster (docs/rehearse.md says which); yours may be slower.

The cluster has the shape that --cluster says: control planes, workers, version. With -i it has
the hosts of the inventory, and only its version is to be said, as --cluster @1.33.4 or --from 1.33.4. Hosts
without Kubernetes need no version: an inventory without the groups control_plane and workers, or --hosts 3,
which are h1 to h3, beside a cluster or instead of one.

With --facts FILE it is made as rung facts found it: version and nodes, what they offer to pods, what is cordoned, off or
too old, package managers and the packages on offer, workloads and PodDisruptionBudgets. What cannot be simulated is named.

With --fault something is wrong with it before it starts:

` + faultForms(),
		Example: "  rung rehearse kubeadm-upgrade --cluster 3+50@1.33.4 -e target=1.35.1\n  rung rehearse kubeadm-upgrade -i inventory.yaml --from 1.33.4 -e target=1.34.2 --fault drain-blocked:w2",
		Args:    playbookArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.playbook = args[0]
			return a.rehearse(cmd.Context(), &r)
		},
	}
	f := verb.Flags()
	r.flags(f)
	f.StringVar(&r.cluster, "cluster", "", "the shape of the cluster: control planes, workers and version, such as 3+5@1.33.4")
	f.IntVar(&r.hosts, "hosts", 0, "how many hosts there are without Kubernetes: h1, h2, …")
	f.StringVar(&r.from, "from", "", "the version that the cluster has, where --cluster says none")
	f.StringVar(&r.facts, "facts", "", "make the cluster as rung facts found it; with -i")
	f.StringVar(&r.packages, "packages", twin.Yum, "the package manager of the hosts: yum, apt or mixed")
	f.BoolVar(&r.external, "external-etcd", false, "etcd runs on three machines of its own, not on the control planes")
	f.StringArrayVar(&r.faults, "fault", nil, "something that is wrong with the cluster, as NAME:ARG; see above (repeatable)")
	f.BoolVar(&r.json, "json", false, "print one JSON object")
	return verb
}

func (a *app) rehearse(ctx context.Context, r *rehearsal) error {
	scene, p, err := a.scene(r)
	if err != nil {
		return err
	}
	if away := scene.Away(p); len(away) > 0 {
		fmt.Fprintf(a.err, "rung: a run would not begin: %s cannot be reached\n", strings.Join(away, ", "))
		return told{run.ExitUnreachable}
	}
	_, live := terminal(a.out)
	forecast := report.NewForecast(a.out, report.ForecastOptions{Colour: report.Coloured(live, os.Getenv), All: a.verbosity > 0, JSON: r.json})
	defer roomy()()
	stop := listen(ctx)
	defer stop.close()
	end := scene.Play(stop.first(), p, forecast)
	if err := forecast.Tell(r.on(scene), slices.Concat(r.absent, scene.Absent()), gaps(scene.Cluster)); err != nil {
		return fmt.Errorf("what was foreseen cannot be written: %w", err)
	}
	if unmet := scene.Cluster.Unmet(); len(unmet) > 0 {
		fmt.Fprintf(a.err, "rung: this never came: %s; no upgrade on the way renews that component\n", strings.Join(unmet, ", "))
	}
	if len(scene.Cluster.Unknown()) > 0 {
		return told{run.ExitInternal}
	}
	if end.Exit != run.ExitDone {
		return told{end.Exit}
	}
	return nil
}

// gaps are what the simulated hosts were asked, and do not know.
func gaps(c *twin.Cluster) []report.Gap {
	var hosts []string
	var argvs [][]string
	for _, e := range c.Unknown() {
		hosts, argvs = append(hosts, e.Host), append(argvs, e.Argv)
	}
	return report.GapsOf(hosts, argvs)
}

// on says on what the run was rehearsed.
func (r rehearsal) on(s *rehearse.Scene) string {
	planes, plain := len(s.Cluster.ControlPlanes()), report.Many(len(s.Plain()), "simulated host")+" without Kubernetes"
	found := ""
	if r.facts != "" {
		found = ", as it was found in " + r.facts
	}
	if len(s.Nodes()) == 0 {
		return fmt.Sprintf("%s (%s)%s, in virtual time", plain, r.packages, found)
	}
	beside := ""
	if len(s.Plain()) > 0 {
		beside = ", and " + plain
	}
	return fmt.Sprintf("a simulated cluster of %s and %s at %s%s (%s)%s, in virtual time", report.Many(planes, "control plane"), report.Many(len(s.Nodes())-planes, "worker"), s.Version(), beside, r.packages, found)
}

// scene makes the cluster, and the plan for it.
func (a *app) scene(r *rehearsal) (*rehearse.Scene, *plan.Plan, error) {
	shape, err := r.shape()
	if err != nil {
		return nil, nil, err
	}
	var s *rehearse.Scene
	begin := a.Clock.Now().UTC().Truncate(24 * time.Hour) // the same all day long
	p, _, err := a.loadOn(r.request, func() (*inventory.Inventory, []byte, error) {
		if r.inventory == "" {
			if shape.ControlPlanes == 0 {
				return nil, nil, &failure{run.ExitUsage, errors.New("how large is the cluster?"), "say --cluster 3+5@1.33.4, or give an inventory with -i; hosts without Kubernetes are --hosts 3"}
			}
			s = rehearse.NewAt(shape, begin)
			inv, found := inventory.Load("the simulated cluster", []byte(s.Inventory()))
			return inv, nil, found.Err()
		}
		switch {
		case r.hosts > 0:
			return nil, nil, usage("--hosts says how many hosts there are, and so does the inventory: keep one")
		case shape.ControlPlanes > 0:
			return nil, nil, usage("--cluster says how many hosts there are, and so does the inventory: with -i give the version alone, as --cluster @%s", shape.Version)
		}
		inv, src, err := readInventory(r.inventory)
		if err != nil {
			return nil, nil, err
		}
		if err := rehearse.Cast(&shape, inv); err != nil {
			return nil, nil, usage("%s: %v", r.inventory, err)
		}
		if shape.Version.IsZero() && rehearse.Clustered(shape) && r.facts == "" {
			return nil, nil, whichVersion()
		}
		taken, err := a.asRecorded(r, &shape, inv)
		if err != nil {
			return nil, nil, err
		}
		if !taken.IsZero() {
			begin = taken
		}
		s = rehearse.NewAt(shape, begin)
		return inv, src, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return s, p, inject(s.Cluster, r.faults)
}

// asRecorded makes the shape as the facts say, where there are some, and returns when they were taken.
func (a *app) asRecorded(r *rehearsal, shape *twin.Shape, inv *inventory.Inventory) (taken time.Time, err error) {
	if r.facts == "" {
		return taken, nil
	}
	f, err := a.factsIn(r.facts, inv)
	if err != nil {
		return taken, err
	}
	if !r.quiet {
		a.tellWhen(f)
	}
	c, err := f.Cluster()
	if err == nil {
		r.absent, err = rehearse.Recorded(shape, c)
	}
	if err != nil {
		return taken, usage("%s: %v", r.facts, err)
	}
	return f.Ended.UTC(), nil
}

// shape is the cluster as the flags say it.
func (r rehearsal) shape() (s twin.Shape, err error) {
	var said rehearse.Shape
	if r.cluster != "" {
		if said, err = rehearse.ParseShape(r.cluster); err != nil {
			return s, usage("--cluster: %v", err)
		}
	}
	if r.from != "" {
		from, err := kube.Parse(r.from)
		switch {
		case err != nil:
			return s, usage("--from: %v", err)
		case !said.Version.IsZero() && said.Version != from:
			return s, usage("--from is %s, and --cluster says %s: keep one", from, said.Version)
		}
		said.Version = from
	}
	switch {
	case r.facts != "" && r.inventory == "":
		return s, &failure{run.ExitUsage, errors.New("facts belong to an inventory"), "name it with -i"}
	case !slices.Contains([]string{twin.Yum, twin.Apt, twin.Mixed}, r.packages):
		return s, usage("--packages: want %s, %s or %s, not %q", twin.Yum, twin.Apt, twin.Mixed, r.packages)
	case r.hosts < 0 || r.hosts+said.ControlPlanes+said.Workers > rehearse.Most:
		return s, usage("--hosts: want 1 to %d", rehearse.Most)
	case r.hosts > 0 && r.inventory == "" && said == rehearse.Shape{}:
		return rehearse.Machines(rehearse.Numbered(r.hosts), r.packages), nil
	case r.hosts > 0 && r.inventory == "" && said.ControlPlanes == 0:
		return s, &failure{run.ExitUsage, fmt.Errorf("there is no cluster to be of version %s: the hosts of --hosts have no Kubernetes", said.Version), fmt.Sprintf("leave the version out, or say how large the cluster beside them is, as --cluster 3+5@%s", said.Version)}
	case said.Version.IsZero() && r.inventory == "":
		return s, whichVersion()
	}
	if err := rehearse.Simulated(said.Version); err != nil && !said.Version.IsZero() {
		return s, usage("%v", err)
	}
	s = said.Twin(r.packages, r.external)
	s.Plain = rehearse.Numbered(r.hosts)
	return s, nil
}

// whichVersion asks for the version of a cluster, without which none can be made.
func whichVersion() error {
	return &failure{run.ExitUsage, errors.New("which version does the cluster have?"), "say it with the shape, as --cluster 3+5@1.33.4, or with --from 1.33.4; hosts without Kubernetes are --hosts 3"}
}
