package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rung/engine/facts"
	"rung/engine/plan"
	"rung/engine/readonly"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/saved"
	"rung/engine/step"
)

// rendering is how a dry-run is made and written.
type rendering struct {
	request
	contact
	from   string // the version that runs now
	live   bool
	facts  string // a file of facts in place of the hosts; "": none
	format string
	saves  bool   // as a plan that a run can be held to
	full   bool   // nothing is left out of a text because it stands elsewhere
	out    string // a file; "": standard output

	witness *witness // keeps what the dry-run goes by; nil: nobody wants to know
}

func (a *app) renderVerb() *cobra.Command {
	var r rendering
	verb := &cobra.Command{
		Use:   "render PLAYBOOK | render NAME.plan",
		Short: "Say exactly what a playbook would do, without doing it",
		Long: `Print, stage by stage and host by host, the commands that a run would carry out.

Without a connection, what only a host can tell is not known: a step whose guard depends
on it says "runs if …", and text that depends on it stands as <name>. With --live the
read-only steps are performed, and nothing else. With --facts they find what rung facts has
kept in a file, and nothing is connected to; what was not asked then is not known.

Hosts that do the same are told as one, and a long script is told once, but for --full.

--format markdown is a checklist with what a change board asks for; with --facts or --from also how
long it takes, as rehearsed, and the versions before and after. --format sh makes scripts of it
that do the same by hand, one host after the other; with -o into a new folder. --format json is for
programs. With -o it goes into a new file; with -o NAME.plan, and --live or --facts, it is saved as
a plan, which rung run --plan carries out as it was read, and which rung render NAME.plan shows
again.`,
		Example: "  rung render kubeadm-upgrade -i inventory.yaml -e target=1.21.14 --from 1.20.0",
		Args:    playbookArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.playbook = args[0]
			if saved.Named(r.playbook) {
				return a.showPlan(r.playbook, r.format)
			}
			r.saves = saved.Named(r.out) && !cmd.Flags().Changed("format")
			if r.from != "" {
				r.inputs = append(r.inputs, "from="+r.from)
			}
			return a.render(cmd.Context(), r)
		},
	}
	r.request.flags(verb.Flags())
	r.contact.flags(verb.Flags())
	verb.Flags().StringVar(&r.from, "from", "", "the version that runs now, for the input from")
	verb.Flags().BoolVar(&r.live, "live", false, "connect, and perform what only reads")
	verb.Flags().StringVar(&r.facts, "facts", "", "connect to nothing, and go by what rung facts has kept in this file")
	verb.MarkFlagsMutuallyExclusive("live", "facts")
	verb.Flags().StringVar(&r.format, "format", string(report.Text), "how it is written: "+formats())
	verb.Flags().BoolVar(&r.full, "full", false, "as text, also what stands elsewhere already: each host by itself, each script each time")
	verb.Flags().StringVarP(&r.out, "output", "o", "", "write it into this new file; scripts into this new folder")
	return verb
}

// formats lists them for people.
func formats() string {
	names := make([]string, len(report.Formats))
	for i, f := range report.Formats {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

func (a *app) render(ctx context.Context, r rendering) error {
	if !slices.Contains(report.Formats, report.Format(r.format)) {
		return usage("--format %s is not known; want one of %s", r.format, formats())
	}
	folder := r.out != "" && report.Format(r.format) == report.Shell
	if r.out != "" && !(folder && isEmpty(r.out)) {
		if err := vacant(r.out); err != nil {
			return err
		}
	}
	if r.saves {
		return a.savePlan(ctx, r)
	}
	defer roomy()()
	p, _, err := a.load(r.request)
	if err != nil {
		return err
	}
	switch {
	case folder:
		return a.renderSheets(ctx, r, p)
	case r.out == "":
		return a.renderTo(ctx, r, p, a.out)
	}
	var stops error
	err = writeWhole(r.out, 0o644, func(w io.Writer) error {
		stops = a.renderTo(ctx, r, p, w)
		if _, said := stops.(told); said {
			return nil
		}
		return stops
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.err, "wrote", r.out)
	return stops
}

// renderTo makes the dry-run, and writes it to w.
func (a *app) renderTo(ctx context.Context, r rendering, p *plan.Plan, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if report.Format(r.format) == report.Text { // it comes while hosts are looked at
		end, err := a.dryRun(ctx, r, p, report.NewRunbook(out, r.full))
		if err != nil {
			return err
		}
		return a.stops(end, out.Flush())
	}
	binder := report.NewBinder()
	end, err := a.dryRun(ctx, r, p, binder)
	if err != nil {
		return err
	}
	if report.Format(r.format) == report.Shell && end.Exit != run.ExitDone {
		return a.stops(end, nil)
	}
	book := binder.Book()
	if report.Format(r.format) == report.Markdown {
		book.Expected = a.expected(ctx, r)
	}
	if err := book.Write(out, report.Format(r.format)); err != nil {
		return usage("%v", err)
	}
	return a.stops(end, out.Flush())
}

// renderSheets makes the dry-run, and a folder of scripts of it.
func (a *app) renderSheets(ctx context.Context, r rendering, p *plan.Plan) error {
	binder := report.NewBinder()
	end, err := a.dryRun(ctx, r, p, binder)
	if err != nil {
		return err
	}
	if end.Exit != run.ExitDone {
		return a.stops(end, nil)
	}
	book, written := binder.Book(), 0
	sheets, err := book.Sheets()
	if err != nil {
		return usage("%v", err)
	}
	err = writeFolder(r.out, func(f draft) error {
		for s := range sheets {
			if err := f.write(s.Name, 0o755, func(w io.Writer) error { _, err := io.WriteString(w, s.Text); return err }); err != nil {
				return err
			}
			written++
		}
		return f.write(report.GuideName, 0o644, book.WriteGuide)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.err, "wrote %s: begin with %s\n", report.Many(written, "script"), filepath.Join(r.out, report.GuideName))
	return nil
}

// stops says what a run would do that a dry-run has ended for; written is what became of the runbook.
func (a *app) stops(end run.Ending, written error) error {
	if written != nil {
		return fmt.Errorf("the runbook cannot be written: %w", written)
	}
	if end.Exit != run.ExitDone {
		fmt.Fprintf(a.err, "rung: a run would stop: %s\n", end.Text)
		return told{end.Exit}
	}
	return nil
}

// quick is how many times as quick as life a dry-run waits that goes by facts: for nothing, since they do not change.
const quick = 200

// dryRun tells sink what a run of p would do. The error is of what kept it from looking; how the dry-run ended is in end.
func (a *app) dryRun(ctx context.Context, r rendering, p *plan.Plan, sink run.Sink) (end run.Ending, err error) {
	offline := &run.Offline{Hosts: p.Inventory, Sink: sink}
	dry := run.Run{Plan: p, Perform: offline, Sink: sink, Clock: a.Clock, Lanes: 1}
	switch {
	case r.live:
		h, err := a.hosts(p.Inventory, r.contact)
		if err != nil {
			return end, err
		}
		defer func() { _ = h.close() }()
		if err := h.connect(ctx, p); err != nil {
			return end, (&execution{app: a}).refuse(err)
		}
		exec := step.Exec(readonly.Exec{Of: h})
		if r.witness != nil {
			r.witness.recorder = &facts.Recorder{Of: exec, Clock: a.Clock}
			exec = r.witness.recorder
		}
		x := &run.Execute{Exec: exec, Hosts: p.Inventory, Clock: a.Clock, Sink: sink}
		dry.Perform, dry.Probe, dry.Lanes = &run.Live{Execute: x, Offline: offline}, x.Probe, 0
	case r.facts != "":
		f, err := a.recalled(r.facts, p)
		if err != nil {
			return end, err
		}
		if r.witness != nil {
			r.witness.file = f
		}
		again := facts.NewReplay(f)
		dry.Clock = run.NewScaled(f.Ended, quick) // certificates are as old as then
		x := &run.Execute{Exec: again, Hosts: p.Inventory, Clock: dry.Clock, Sink: sink}
		dry.Perform, dry.Probe = &run.Live{Execute: x, Offline: offline, Knows: again.Knows}, x.Probe
	}
	return dry.Do(ctx), nil
}
