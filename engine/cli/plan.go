package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"rung/engine/facts"
	"rung/engine/guard"
	"rung/engine/journal"
	"rung/engine/plan"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/saved"
)

// plannedKept is what a run that is held to a plan keeps of it beside its journal: the plan's Book.
const plannedKept = "planned.json"

// savePlan makes a dry-run and keeps it, as a plan that a run can be held to.
func (a *app) savePlan(ctx context.Context, r rendering) error {
	if !r.live && r.facts == "" {
		return &failure{run.ExitUsage, errors.New("a plan is made of what the hosts say"), "add --live, or --facts FILE"}
	}
	p, inventory, err := a.load(r.request)
	if err != nil {
		return err
	}
	made, end, err := a.plan(ctx, r, p, inventory)
	if err != nil {
		return err
	}
	if end.Exit != run.ExitDone {
		fmt.Fprintf(a.err, "rung: a run would stop, and no plan was written: %s\n", end.Text)
		return told{end.Exit}
	}
	if err := writeWhole(r.out, 0o600, made.Encode); err != nil {
		return err
	}
	changes, hosts := changesOf(made.Book)
	fmt.Fprintf(a.err, "wrote %s: %s to change something, on %s\n  read it   rung render %[1]s\n  run it    rung run --plan %[1]s\n", r.out, report.Many(changes, "command"), report.Many(hosts, "host"))
	return nil
}

// plan makes a dry-run of p, and what it is made from.
func (a *app) plan(ctx context.Context, r rendering, p *plan.Plan, inventory []byte) (*saved.Plan, run.Ending, error) {
	binder, seen := report.NewBinder(), &witness{}
	var text bytes.Buffer
	book := report.NewRunbook(&text, r.full)
	r.witness = seen
	end, err := a.dryRun(ctx, r, p, tee{binder, book, seen})
	if err != nil {
		return nil, end, err
	}
	k, err := keepings(p, inventory)
	if err != nil {
		return nil, end, err
	}
	header := saved.Header{Rung: a.Version, Made: a.Clock.Now().UTC(), Playbook: p.Playbook.Name, From: "the hosts", Folder: k.folder, Sources: k.sources, Limit: r.limit, Stages: r.stages}
	if r.facts != "" {
		header.From = "facts of " + seen.file.Ended.Local().Format("2006-01-02 15:04")
	} else {
		seen.file = seen.recorder.File(facts.Header{Rung: a.Version, Began: header.Made, Ended: header.Made, Playbook: p.Playbook.Name, Inputs: openInputs(p), Inventory: factsOf(p.Inventory)})
	}
	texts := map[string]string{}
	for name, content := range k.files {
		texts[name] = string(content)
	}
	return &saved.Plan{Header: header, Texts: texts, Book: binder.Book(), Shown: text.String(), Facts: seen.file}, end, nil
}

// witness keeps what a dry-run goes by.
type witness struct {
	recorder *facts.Recorder // of the hosts, where they are asked
	file     *facts.File     // the facts, where these are
}

// Record keeps what steps found.
func (w *witness) Record(e run.Event) error {
	if w.recorder == nil {
		return nil
	}
	return w.recorder.Record(e)
}

// tee hands every event to all of its sinks.
type tee []run.Sink

// Record returns the first error.
func (t tee) Record(e run.Event) error {
	for _, s := range t {
		if err := s.Record(e); err != nil {
			return err
		}
	}
	return nil
}

// changesOf counts the commands of a book that change something, and their hosts.
func changesOf(b *report.Book) (commands, hosts int) {
	on := map[string]bool{}
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			for e := range p.Steps() {
				for _, act := range e.Actions {
					if act.Mutates {
						commands++
						on[p.Host] = true
					}
				}
			}
		}
	}
	return commands, len(on)
}

// readPlan reads a saved plan.
func readPlan(file string) (*saved.Plan, error) {
	p, err := saved.Read(file)
	if err != nil {
		return nil, usage("the plan cannot be read: %v", err)
	}
	return p, nil
}

// restored makes the plan again that was saved, of the texts that it holds.
func (a *app) restored(file string, s *saved.Plan) (*plan.Plan, []byte, error) {
	k := kept{header: journal.Header{Playbook: s.Playbook, Rung: s.Rung, Sources: s.Sources}, dir: file, files: map[string][]byte{}, plan: file}
	for name, text := range s.Texts {
		k.files[name] = []byte(text)
	}
	pb, _, err := k.playbook(a, revival{})
	if err != nil {
		return nil, nil, err
	}
	inv, _, err := k.inventory(a, revival{})
	if err != nil {
		return nil, nil, err
	}
	given, _, err := k.inputs(pb, revival{})
	if err != nil {
		return nil, nil, err
	}
	p, found := plan.New(pb, inv, given, plan.Narrowing{Limit: s.Limit, Stages: s.Stages})
	if found.Err() != nil {
		return nil, nil, &failure{code: run.ExitUsage, err: once(found)}
	}
	if err := os.Chdir(s.Folder); err != nil {
		fmt.Fprintf(a.err, "rung: the folder where the plan was made is not here, and relative paths begin where you are: %v\n", err)
	}
	return p, k.files[inventoryKept], nil
}

// showPlan prints what a saved plan would do, as it was shown when it was made, or in another format.
func (a *app) showPlan(file, format string) error {
	s, err := readPlan(file)
	if err != nil {
		return err
	}
	a.tellPlan(file, s)
	if report.Format(format) == report.Text {
		_, err = io.WriteString(a.out, s.Shown)
		return err
	}
	if err := s.Book.Write(a.out, report.Format(format)); err != nil {
		return usage("%v", err)
	}
	return nil
}

// tellPlan says whose plan it is.
func (a *app) tellPlan(file string, s *saved.Plan) {
	age := ageOf(a.Clock.Now().Sub(s.Made))
	fmt.Fprintf(a.err, "%s: %s, made %s of %s by rung %s; it is %s old\n", file, s.Playbook, s.Made.Local().Format("2006-01-02 15:04"), s.From, s.Rung, guard.FormatDuration(age))
	if s.Rung != a.Version {
		fmt.Fprintf(a.err, "rung: this is rung %s: where its steps do something differently, a run of the plan stops there\n", a.Version)
	}
}

// ageOf rounds an age as people speak of it.
func ageOf(d time.Duration) time.Duration {
	if d < time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(time.Minute)
}

// hold compares what would be done now with the plan that the run is held to.
func (e *execution) hold(now *report.Book, found *facts.File) error {
	strays := saved.Strays(e.agreed.Book, now)
	if len(strays) == 0 {
		fmt.Fprintln(e.err, "  plan    what it knew of is what would be done now")
		e.tellWhy(found, true)
		return nil
	}
	fmt.Fprintln(e.err, "rung: what would be done now is not what was planned; - was planned, + would be done now:")
	if err := saved.Write(e.err, strays, mostLines); err != nil {
		return err
	}
	e.tellWhy(found, false)
	if !e.changed {
		return &failure{run.ExitRefused, fmt.Errorf("the world is not that of the plan: %s; nothing was touched", report.Many(len(strays), "step")+" would be otherwise"), "make a new plan; or say --changed to run what would be done now, and nothing else"}
	}
	e.agreed.Book = now
	return nil
}

// mostFound bounds what is shown of facts that differ.
const mostFound = 20

// tellWhy says what was found otherwise than when the plan was made; where the commands are as they were, not of numbers.
func (e *execution) tellWhy(found *facts.File, asPlanned bool) {
	differ := facts.Compare(e.agreed.Facts, found)
	if asPlanned {
		differ = slices.DeleteFunc(differ, facts.Difference.OfNumbers)
	}
	if len(differ) == 0 {
		return
	}
	fmt.Fprintln(e.err, "what was found otherwise, when the plan was made and now:")
	for i, d := range differ {
		if i == mostFound {
			fmt.Fprintf(e.err, "  … and %d more\n", len(differ)-i)
			break
		}
		fmt.Fprintln(e.err, "  "+d.String())
	}
}
