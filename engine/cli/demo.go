package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/kube"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// demo is what the operator asked of a demo.
type demo struct {
	from, to      string
	toGiven       bool
	controlPlanes int
	workers       int
	packages      string
	externalEtcd  bool
	speed         float64
	keep          bool
	json          bool
	faults        []string
}

func (a *app) demoVerb() *cobra.Command {
	var d demo
	verb := &cobra.Command{
		Use:   "demo",
		Short: "Upgrade a simulated cluster before your eyes, over real SSH on loopback",
		Long: `Start a simulated kubeadm cluster behind an SSH server on loopback, and upgrade it with
the bundled playbook, by the same way as a real one. Time runs faster there (--speed).

With --keep the cluster is started and left alone: the path of an inventory for it is
printed, so that run, render --live and playbooks of your own can be tried on it.

With --fault something is wrong with the cluster before it starts, to show what an
upgrade makes of it:

` + faultForms(),
		Example: "  rung demo\n  rung demo --from 1.30.4 --to 1.33.2 --workers 20\n  rung demo --fault swap-on:w2\n  rung demo --keep",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.toGiven = cmd.Flags().Changed("to")
			return a.demo(cmd.Context(), d)
		},
	}
	f := verb.Flags()
	f.StringVar(&d.from, "from", "1.20.0", "the version that the cluster has")
	f.StringVar(&d.to, "to", "1.21.14", "the version to upgrade to")
	f.IntVar(&d.controlPlanes, "control-planes", 3, "how many control planes")
	f.IntVar(&d.workers, "workers", 2, "how many workers")
	f.StringVar(&d.packages, "packages", twin.Yum, "the package manager of the hosts: yum, apt or mixed")
	f.BoolVar(&d.externalEtcd, "external-etcd", false, "etcd runs on three machines of its own, not on the control planes")
	f.Float64Var(&d.speed, "speed", 200, "how many times as quick as in life")
	f.BoolVar(&d.keep, "keep", false, "start the cluster and leave it running, until Ctrl-C")
	f.StringArrayVar(&d.faults, "fault", nil, "something that is wrong with the cluster, as NAME:ARG; see above (repeatable)")
	f.BoolVar(&d.json, "json", false, "print one event a line, as JSON")
	return verb
}

// demoLimit bounds the size of a demo: every host has a listener of its own.
const demoLimit = 250

// aim has a cluster that is kept have a version to go to, where nobody said one: it stands in what is told to be tried.
func (d *demo) aim(from kube.Version) {
	to, err := kube.Parse(d.to)
	if !d.keep || d.toGiven || err != nil || !to.Less(from) {
		return
	}
	next := kube.Version{Major: from.Major, Minor: from.Minor + 1}
	if !kube.Known(next) {
		next = from
	}
	d.to = next.String()
}

func (d *demo) check() (kube.Version, error) {
	from, err := kube.Parse(d.from)
	if err != nil {
		return from, usage("--from: %v", err)
	}
	d.aim(from)
	to, err := kube.Parse(d.to)
	if err != nil {
		return from, usage("--to: %v", err)
	}
	switch {
	case !kube.Known(from):
		return from, usage("--from: no cluster of %s can be simulated", from)
	case !kube.Known(to):
		return from, usage("--to: no cluster of %s can be simulated", to)
	case to.Less(from) && !d.toGiven: // a given one is shown to be refused
		return from, usage("--from %s is above %s, the usual --to: say where to go with --to", from, to)
	case d.controlPlanes < 1 || d.workers < 0 || d.controlPlanes+d.workers > demoLimit:
		return from, usage("want 1 to %d hosts, at least one of them a control plane", demoLimit)
	case d.packages != twin.Yum && d.packages != twin.Apt && d.packages != twin.Mixed:
		return from, usage("--packages: want %s, %s or %s, not %q", twin.Yum, twin.Apt, twin.Mixed, d.packages)
	case d.speed < 0.1 || d.speed > 10000:
		return from, usage("--speed must be from 0.1 to 10000")
	}
	return from, nil
}

// inject lets go wrong what the operator asked for with --fault.
func inject(cluster *twin.Cluster, faults []string) error {
	for _, text := range faults {
		f, err := twin.ParseFault(text)
		var unknown *twin.UnknownFault
		if errors.As(err, &unknown) {
			var names []string
			for _, form := range twin.FaultForms() {
				names = append(names, form.Name)
			}
			hint := diag.DidYouMean(unknown.Name, names)
			if hint == "" {
				hint = "rung demo --help and rung rehearse --help list the faults"
			}
			return &failure{run.ExitUsage, fmt.Errorf("--fault: %w", err), hint}
		}
		if err == nil {
			err = cluster.Inject(f)
		}
		if err != nil {
			return usage("--fault: %v", err)
		}
	}
	return nil
}

// faultForms is a line for each fault that can be named.
func faultForms() string {
	var b strings.Builder
	for _, f := range twin.FaultForms() {
		fmt.Fprintf(&b, "  %-32s %s\n", f.Form, f.About)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// shape is the cluster of the demo. A workload with a disruption budget runs on
// it, but not where there is a single node for it: that could never be drained.
func (d demo) shape(from kube.Version) twin.Shape {
	s := twin.Shape{ControlPlanes: d.controlPlanes, Workers: d.workers, Version: from, ExternalEtcd: d.externalEtcd, Packages: d.packages}
	if d.workers == 1 || d.workers == 0 && d.controlPlanes == 1 {
		s.Web = -1
	}
	return s
}

func (a *app) demo(ctx context.Context, d demo) error {
	from, err := d.check()
	if err != nil {
		return err
	}
	scaled := run.NewScaled(time.Now(), d.speed)
	var clock run.Clock = scaled
	if d.keep { // whoever uses it waits on a clock of his own
		clock = run.NewFlowing(time.Now(), d.speed)
	}
	cluster := twin.New(d.shape(from), clock)
	if err := inject(cluster, d.faults); err != nil {
		return err
	}
	site, err := openSite(cluster)
	if err != nil {
		return &failure{run.ExitInternal, err, ""}
	}
	defer func() { _ = site.close() }()
	if d.keep {
		return a.keep(ctx, d, site)
	}
	p, inventory, err := a.load(request{playbook: "kubeadm-upgrade", inventory: site.inventory, inputs: []string{"target=" + d.to}})
	if err != nil {
		return err
	}
	if !d.json {
		fmt.Fprintf(a.out, "A simulated cluster of %s and %s at %s, %g times as quick as life.\n\n", report.Many(d.controlPlanes, "control plane"), report.Many(d.workers, "worker"), from, d.speed)
	}
	e := execution{app: a, plan: p, inventory: inventory, contact: contact{config: site.sshConfig}, clock: scaled, json: d.json, demo: true}
	if err := e.run(ctx); err != nil {
		return err
	}
	if unmet := cluster.Unmet(); len(unmet) > 0 {
		fmt.Fprintf(a.err, "rung: this never came: %s; no upgrade from %s to %s renews that component, and others may: --from 1.30.4 --to 1.31.14 renews all\n", strings.Join(unmet, ", "), from, d.to)
	}
	return a.unknown(cluster)
}

// unknown says which commands the twin did not know: a fault of rung's own.
func (a *app) unknown(cluster *twin.Cluster) error {
	if list := cluster.Unknown(); len(list) > 0 {
		return &failure{run.ExitInternal, fmt.Errorf("the simulated cluster does not know %d of the commands, %v first", len(list), list[0].Argv), ""}
	}
	return nil
}

// keep leaves the cluster running until the operator stops it.
func (a *app) keep(ctx context.Context, d demo, s *site) error {
	stop := listen(ctx)
	defer stop.close()
	fmt.Fprintf(a.out, "%s\n", s.inventory)
	fmt.Fprintf(a.err, `
The simulated cluster listens until Ctrl-C. In another terminal, for example:

  rung render kubeadm-upgrade -i %[1]s -e target=%[2]s --live
  rung run kubeadm-upgrade -i %[1]s -e target=%[2]s
  rung init cp1 --ssh-config %[3]s --dir my-cluster
  ssh -F %[3]s cp1 kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes

`, s.inventory, d.to, s.sshConfig)
	<-stop.first().Done()
	if err := ctx.Err(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
