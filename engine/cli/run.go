package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rung/engine/detach"
	"rung/engine/guard"
	"rung/engine/journal"
	"rung/engine/plan"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/saved"
	"rung/engine/seal"
)

func (a *app) runVerb() *cobra.Command {
	var r request
	var m manner
	var of agreement
	verb := &cobra.Command{
		Use:   "run PLAYBOOK | run --plan FILE",
		Short: "Carry a playbook out",
		Long: `Carry out a playbook: a file, or the name of a bundled one.

Everything is checked and every host is connected to before the first change. rung looks,
says what it is about to do, and asks; with --yes it starts at once. Ctrl-C lets running commands finish and starts nothing
new; a second one ends what may be cut off; a third one leaves at once. rung resume goes on with
what did not come to its end; running again is safe as well: what is done is recognised.
Only one run works on a cluster: a second one is refused,
and told whose the first is (see rung unlock --help).

--pause-after and --not-after end it early, with exit code 6.

With --plan it runs what rung render -o NAME.plan has saved, and nothing else: where the hosts are not as they were
then, it stops before the first change, or before the first that was not planned, and shows the difference (exit code 4).`,
		Example: "  rung run kubeadm-upgrade -i inventory.yaml -e target=1.34.2",
		Args: func(cmd *cobra.Command, args []string) error {
			if of.file != "" {
				return of.alone(cmd, args)
			}
			return playbookArg(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if of.file != "" {
				return of.run(cmd.Context(), a, m)
			}
			r.playbook = args[0]
			p, inventory, err := a.load(r)
			if err != nil {
				return err
			}
			return m.carry(cmd.Context(), execution{app: a, plan: p, inventory: inventory, from: r})
		},
	}
	r.flags(verb.Flags())
	m.flags(verb.Flags())
	of.flags(verb.Flags())
	return verb
}

// vault begins a file that only its recipients can read.
func vault(path string, recipients []string) (run.Vault, error) { return seal.Create(path, recipients) }

// playbookArg wants exactly one playbook.
func playbookArg(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &failure{run.ExitUsage, errors.New("name one playbook: a file, or the name of a bundled one"), "for example:" + strings.TrimRight("\n"+cmd.Example, "\n")}
	}
	return nil
}

// execution is one run of a plan, from the first connection to the last line.
type execution struct {
	*app
	plan      *plan.Plan
	inventory []byte // as it was read
	contact   contact
	clock     run.Clock
	json      bool
	ask       func(question string) (bool, error) // nil: go ahead

	from request
	demo bool  // the hosts are simulated, and end with this process
	life *life // what is resumed; nil: a new run

	agreed  *saved.Plan // what the run is held to; nil: nothing
	changed bool        // where the world is not that of agreed, what would be done now takes its place

	pauses   run.Pauses
	confirm  func(ctx context.Context, question string) run.Answer // nil: nobody is asked
	notAfter time.Time
}

func (e *execution) run(ctx context.Context) error {
	stop := listen(ctx)
	defer stop.close()
	h, err := e.hosts(e.plan.Inventory, e.contact)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	if err := h.connect(stop.first(), e.plan); err != nil {
		return e.refuse(err)
	}
	var held *claim // nil: nothing is changed
	if !e.plan.OnlyReads() {
		if held, err = e.claim(stop, h, e.id()); err != nil {
			return err
		}
		defer held.release(ctx)
		if err := e.settle(stop.first(), h); err != nil {
			return held.instead(err)
		}
	}
	if e.ask != nil && !e.plan.OnlyReads() || e.agreed != nil {
		if err := e.preview(stop.first(), h); err != nil {
			return err
		}
	}
	if e.ask != nil && !e.plan.OnlyReads() {
		if yes, err := e.ask("Go on?"); err != nil || !yes {
			return e.declined(err)
		}
	}
	if e.ask == nil {
		e.tellRestraint()
	}
	j, err := e.journal()
	if err != nil {
		return &failure{run.ExitInternal, err, "set XDG_STATE_HOME to a folder that can be written"}
	}
	if err := held.begun(j); err != nil {
		return &failure{run.ExitInternal, errors.Join(err, j.Close()), ""}
	}
	out, closeReport := e.report(j.ID())
	all := newSinks(j, j.Last(), e.err, out)
	detached := &detach.Exec{Raw: h, Run: j.ID(), Clock: e.clock, Away: run.Patience}
	x := &run.Execute{Exec: held.sure(detached), Hosts: e.plan.Inventory, Clock: e.clock, Sink: all, Vault: vault, Shelf: j, Secrets: secretValues(e.plan)}
	stop.announce(all, e.clock, closeReport)
	r := run.Run{ID: j.ID(), Plan: e.plan, Perform: x, Sink: all, Clock: e.clock, Reached: e.plan.Hosts(), Stop: stop.gentle, StopWhy: held.why, Probe: x.Probe, Pauses: e.pauses, Confirm: e.confirm, NotAfter: e.notAfter}
	if book := e.planned(); book != nil {
		x.Agree = saved.Hold(book, j.ID())
	}
	if e.life != nil {
		e.life.enter(&r, x, detached)
	}
	end := r.Do(stop.hard)
	closeReport()
	if end.Exit != run.ExitInternal { // how they ended is on record
		tidy(ctx, detached)
	}
	if err := j.Close(); err != nil && end.Exit == run.ExitDone {
		return &failure{run.ExitInternal, fmt.Errorf("the journal could not be completed: %w", err), ""}
	}
	if end.Exit != run.ExitDone {
		return told{end.Exit}
	}
	return nil
}

// tidying is how long hosts may take to remove what the run left there.
const tidying = 15 * time.Second

func tidy(ctx context.Context, x *detach.Exec) {
	ctx, cancel := context.WithTimeout(ctx, tidying)
	defer cancel()
	x.Tidy(ctx)
}

func (e *execution) declined(err error) error {
	if err != nil {
		return err
	}
	fmt.Fprintln(e.err, "nothing was touched")
	return told{run.ExitRefused}
}

// refuse says why the run does not start.
func (e *execution) refuse(err error) error {
	var u *unreachable
	if errors.As(err, &u) {
		u.tell(e.err)
		fmt.Fprintln(e.err, "rung:", u.Error())
		return told{run.ExitUnreachable}
	}
	return err
}

// preview says what the run is about to do.
func (e *execution) preview(ctx context.Context, h *hosts) error {
	if e.life != nil { // what it would do was looked at when it began; now it may be in the middle of it
		e.life.tell(e)
		return nil
	}
	return e.foresee(ctx, h)
}

// keptTexts is what a run keeps beside its journal, and a saved plan in itself: the texts, and where they come from.
type keptTexts struct {
	files   map[string][]byte
	sources map[string]string
	folder  string
}

func keepings(p *plan.Plan, inventory []byte) (k keptTexts, err error) {
	inputs, err := json.MarshalIndent(openValues(p), "", "  ")
	if err != nil {
		return k, err
	}
	k.files = map[string][]byte{playbookKept: p.Playbook.Source, inventoryKept: inventory, inputsKept: append(inputs, '\n')}
	k.sources = map[string]string{playbookKept: absolute(p.Playbook.File), inventoryKept: absolute(p.Inventory.File)}
	for _, i := range p.Playbook.Included {
		k.files[keptName(i)], k.sources[keptName(i)] = i.Source, absolute(i.File)
	}
	k.folder, err = os.Getwd()
	return k, err
}

// journal begins the run's journal, with copies of what is run beside it, or goes on with that of a run that is resumed.
func (e *execution) journal() (*journal.Journal, error) {
	if e.life != nil {
		return e.life.journal, nil
	}
	root, err := journal.Root()
	if err != nil {
		return nil, err
	}
	k, err := keepings(e.plan, e.inventory)
	if err != nil {
		return nil, err
	}
	header := journal.Header{Playbook: e.plan.Playbook.Name, Rung: e.Version, Created: time.Now(), Digests: map[string]string{}, Demo: e.demo, Limit: e.from.limit, Stages: e.from.stages, Folder: k.folder, Sources: k.sources}
	kept := k.files
	if e.agreed != nil {
		if kept[plannedKept], err = planned(e.agreed); err != nil {
			return nil, err
		}
	}
	for name, content := range kept {
		header.Digests[name] = journal.Digest(content)
	}
	j, err := journal.Create(root, journal.NewID(time.Now(), e.plan.Playbook.Name), header)
	if err != nil {
		return nil, err
	}
	for name, content := range kept {
		if err := j.Keep(name, content); err != nil {
			return nil, errors.Join(err, j.Close())
		}
	}
	return j, nil
}

// report is what the operator sees, and what closes it.
func (e *execution) report(id string) (run.Sink, func()) {
	var before []run.Event
	if e.life != nil {
		before = e.life.events
	}
	if e.json {
		lines := report.NewJSONLines(e.out)
		lines.Recall(before)
		return lines, func() {}
	}
	_, live := terminal(e.out)
	t := report.NewTerminal(e.out, report.Options{
		Live: live, Colour: report.Coloured(live, os.Getenv), Verbose: e.verbosity > 0, Now: e.clock.Now, Run: id, Size: sizeOf(e.out),
	})
	t.Recall(before)
	return t, func() {
		if err := t.Close(); err != nil {
			fmt.Fprintf(e.err, "rung: the output could not be written: %v; see rung show %s\n", err, id)
		}
	}
}

// describe says what a run is about to do.
func describe(w io.Writer, p *plan.Plan) {
	fmt.Fprintf(w, "%s: %s\n", p.Playbook.Name, p.Playbook.About)
	fmt.Fprintf(w, "  on      %s\n", counted(p.Hosts()))
	var inputs []string
	for _, in := range p.Playbook.Inputs {
		if value, ok := p.Inputs[in.Name]; ok && (in.Default == nil || guard.Format(value) != guard.Format(in.Default)) {
			inputs = append(inputs, in.Name+"="+guard.Format(value))
		}
	}
	if len(inputs) > 0 {
		fmt.Fprintf(w, "  with    %s\n", strings.Join(inputs, " "))
	}
	for _, s := range p.Stages {
		fmt.Fprintf(w, "  stage   %s\n", outline(s))
	}
}

func outline(s *plan.Stage) string {
	if len(s.Stages) == 0 {
		return fmt.Sprintf("%s (%s)", s.Name, counted(s.Hosts))
	}
	names := make([]string, len(s.Stages))
	for i, inner := range s.Stages {
		names[i] = inner.Name
	}
	each := ""
	if s.ForEach != nil {
		each = ", for each " + s.ForEach.Var
	}
	return fmt.Sprintf("%s%s: %s", s.Name, each, strings.Join(names, " → "))
}

func counted(names []string) string {
	if len(names) > 6 {
		return fmt.Sprintf("%d hosts: %s … %s", len(names), strings.Join(names[:3], ", "), names[len(names)-1])
	}
	return strings.Join(names, ", ")
}
