package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rung/engine/facts"
	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/readonly"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
)

// usual is the playbook whose facts are taken where none is named.
const usual = "kubeadm-upgrade"

func (a *app) factsVerb() *cobra.Command {
	var r request
	var c contact
	var out string
	var replace bool
	verb := &cobra.Command{
		Use:   "facts [PLAYBOOK] -o FILE",
		Short: "Look at the hosts, change nothing, and keep what was found in a file",
		Long: `Connect to the hosts, perform what only reads of a playbook (kubeadm-upgrade where none is named), and keep what the
hosts answered in a file, with what a simulated cluster is made of: nodes, workloads, pods and PodDisruptionBudgets.

rung render --facts FILE goes by it, without any connection. What is asked depends on the playbook and on its inputs: the
packages on offer are those on the way to the target. What was not asked then is unknown.

The file can only be read by you, and holds no secret that rung knows of: tokens, keys and passwords are taken out. It does
tell a lot of a cluster. With a name that ends with .gz it is compressed.`,
		Example: "  rung facts -i inventory.yaml -e target=1.34.2 -o cluster.facts",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("name one playbook: a file, or the name of a bundled one")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			r.playbook = usual
			if len(args) == 1 {
				r.playbook = args[0]
			}
			if out == "" {
				return &failure{run.ExitUsage, errors.New("the facts want a file"), "name one with -o FILE"}
			}
			return a.facts(cmd.Context(), r, c, out, replace)
		},
	}
	r.flags(verb.Flags())
	c.flags(verb.Flags())
	verb.Flags().StringVarP(&out, "output", "o", "", "write them into this file")
	verb.Flags().BoolVar(&replace, "replace", false, "a file that is there may go")
	return verb
}

// facts takes facts into the file out.
func (a *app) facts(ctx context.Context, r request, c contact, out string, replace bool) error {
	if !replace {
		if err := vacant(out); err != nil {
			return err
		}
	}
	p, _, err := a.load(r)
	if err != nil {
		return err
	}
	h, err := a.hosts(p.Inventory, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	stop := listen(ctx)
	defer stop.close()
	if err := h.connect(stop.first(), p); err != nil {
		return (&execution{app: a}).refuse(err)
	}
	f, err := a.look(stop.first(), p, h)
	if err != nil {
		return err
	}
	switch err := f.Write(out, replace); {
	case errors.Is(err, fs.ErrExist):
		return taken(out)
	case err != nil:
		return usage("the facts cannot be written: %v", err)
	}
	fmt.Fprintf(a.err, "wrote %s: %s of %s, taken for %s\n", out, report.Many(f.Answers, "answer"), report.Many(answering(f), "host"), f.Playbook)
	return nil
}

// look performs what only reads of p, and asks what a simulated cluster is made of.
func (a *app) look(ctx context.Context, p *plan.Plan, h step.Exec) (*facts.File, error) {
	r := &facts.Recorder{Of: readonly.Exec{Of: h}, Clock: a.Clock}
	x := &run.Execute{Exec: r, Hosts: p.Inventory, Clock: a.Clock, Sink: r}
	live := &run.Live{Execute: x, Offline: &run.Offline{Hosts: p.Inventory, Sink: r}}
	header := facts.Header{Rung: a.Version, Began: a.Clock.Now().UTC(), Playbook: p.Playbook.Name, Inputs: openInputs(p), Inventory: factsOf(p.Inventory)}
	end := run.Run{Plan: p, Perform: live, Sink: r, Clock: a.Clock, Probe: x.Probe}.Do(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, &failure{run.ExitInterrupted, errors.New("stopped by the operator; no facts were written, and nothing was touched"), ""}
	case end.Exit != run.ExitDone:
		header.Stopped = end.Text
		fmt.Fprintf(a.err, "rung: a run would stop, and what comes after that was not asked: %s\n", end.Text)
	}
	survey(ctx, p.Inventory, x, r)
	header.Ended = a.Clock.Now().UTC()
	return r.File(header), nil
}

// survey asks the first control plane that answers.
func survey(ctx context.Context, inv *inventory.Inventory, x *run.Execute, r *facts.Recorder) {
	planes := inv.Group(run.ControlPlanes)
	if planes == nil {
		return
	}
	for _, host := range planes.Hosts {
		if !x.Probe(ctx, host) {
			continue
		}
		for _, c := range facts.Survey() {
			c.Sudo = c.Sudo || inv.Host(host).Sudo
			_, _ = r.Exec(ctx, host, c, nil) // what is not answered is told to be missing
		}
		return
	}
}

// openInputs are the inputs of p as facts keep them, without secrets.
func openInputs(p *plan.Plan) map[string]string {
	open := map[string]string{}
	for name, value := range openValues(p) {
		open[name] = facts.Hide(guard.Format(value))
	}
	return open
}

// factsOf is inv as facts keep it.
func factsOf(inv *inventory.Inventory) facts.Inventory {
	of := facts.Inventory{Groups: map[string][]string{}}
	for _, h := range inv.Hosts {
		vars := map[string]string{}
		for name, value := range h.Vars {
			vars[name] = strings.TrimPrefix(facts.Hide(name+": "+value), name+": ")
		}
		of.Hosts = append(of.Hosts, facts.Host{Name: h.Name, Node: h.Node, Address: h.Address, Vars: vars})
	}
	for _, g := range inv.Groups {
		of.Groups[g.Name] = g.Hosts
	}
	return of
}

func answering(f *facts.File) int {
	hosts := map[string]bool{}
	for _, a := range f.Recorded {
		hosts[a.Host] = true
	}
	return len(hosts)
}

// old is the age from which on facts are said to be old.
const old = 24 * time.Hour

// recalled reads the facts of a file, says when they were taken, and refuses those of another inventory.
func (a *app) recalled(file string, p *plan.Plan) (*facts.File, error) {
	f, err := a.factsIn(file, p.Inventory)
	if err == nil {
		a.tellAge(f, p)
	}
	return f, err
}

// factsIn reads the facts of a file, and refuses those of another inventory.
func (a *app) factsIn(file string, inv *inventory.Inventory) (*facts.File, error) {
	f, err := facts.Read(file)
	if err != nil {
		return nil, usage("the facts cannot be read: %v", err)
	}
	if differs := f.Inventory.Differs(factsOf(inv)); len(differs) > 0 {
		for _, d := range differs {
			fmt.Fprintln(a.err, "rung:", d)
		}
		return nil, &failure{run.ExitUsage, fmt.Errorf("%s holds the facts of another inventory than %s", file, inv.File), "name the inventory that they were taken of, or take them anew: rung facts"}
	}
	return f, nil
}

// tellWhen says of facts when they were taken.
func (a *app) tellWhen(f *facts.File) {
	age := a.Clock.Now().Sub(f.Ended).Round(time.Minute)
	fmt.Fprintf(a.err, "facts of %s, %s old, taken for %s\n", f.Ended.Local().Format("2006-01-02 15:04"), guard.FormatDuration(age), f.Playbook)
	if age > old {
		fmt.Fprintf(a.err, "rung: these facts are old: what has changed since is not in them; take them anew with rung facts\n")
	}
}

// tellAge says of facts when and what for they were taken.
func (a *app) tellAge(f *facts.File, p *plan.Plan) {
	a.tellWhen(f)
	if f.Playbook != p.Playbook.Name {
		fmt.Fprintf(a.err, "rung: they were taken for %s: what only %s asks is unknown\n", f.Playbook, p.Playbook.Name)
		return
	}
	for _, in := range p.Playbook.Inputs {
		then, now := f.Inputs[in.Name], openInputs(p)[in.Name]
		if then != now {
			fmt.Fprintf(a.err, "rung: they were taken with %s=%s, and not %s: what is asked differently now is unknown\n", in.Name, then, now)
		}
	}
}
