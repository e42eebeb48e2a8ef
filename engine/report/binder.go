package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rung/engine/run"
	"rung/engine/step"
)

// Binder is a run.Sink for a dry-run, and makes a Book of it. Hosts may come in any order: their pages stand in the
// order of the stage.
type Binder struct {
	mu    sync.Mutex
	book  Book
	now   *Chapter // the last that has begun
	open  *Chapter // the one with hosts that is being written
	pages map[string]*Page
	last  *Page             // the one that was written on last
	keys  map[string]string // of scripts, by text
	known stencils
}

// NewBinder returns a Binder of an empty book.
func NewBinder() *Binder {
	return &Binder{book: Book{Format: BookFormat, Inputs: map[string]string{}, Hosts: []string{}, Stages: []*Chapter{}, Scripts: map[string]string{}}, keys: map[string]string{}, known: stencils{}}
}

// Book is what was bound. Nothing may be recorded after.
func (b *Binder) Book() *Book {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &b.book
}

// Record takes e. It never fails.
func (b *Binder) Record(e run.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e.Kind {
	case run.RunStarted:
		b.book.Playbook, b.book.About, b.book.Hosts = e.Title, e.Text, append(b.book.Hosts, e.Hosts...)
		for name, value := range e.Data {
			b.book.Inputs[name] = fmt.Sprint(value)
		}
	case run.StageStarted:
		b.begin(e)
	case run.StageEnded:
		b.end(e)
	case run.RunEnded:
		b.book.Outcome, b.book.Exit, b.book.Text = e.Outcome, e.Exit, e.Text
	case run.Noted:
		b.note(e)
	case run.HostStarted:
		b.page(e).Node = e.Node
	case run.HostEnded:
		b.page(e).seal(b.known)
	case run.StepStarted, run.ActionStarted, run.ActionPlanned, run.StepEnded:
		b.entry(e)
	}
	return nil
}

// begin opens the chapter of a stage.
func (b *Binder) begin(e run.Event) {
	c := &Chapter{Stage: e.Stage, If: e.If, Window: e.Text, AtOnce: number(e.Data["at_once"]), Round: number(e.Data["round"]), Rounds: number(e.Data["rounds"])}
	c.Rescue, _ = e.Data["rescue"].([]string)
	c.Holds = len(e.Hosts) == 0 && e.Text == ""
	b.add(c)
	b.open, b.pages, b.last = c, map[string]*Page{}, nil
	for _, host := range e.Hosts {
		p := &Page{Host: host}
		c.Pages = append(c.Pages, p)
		b.pages[host] = p
	}
}

func (b *Binder) add(c *Chapter) {
	b.book.Stages, b.now = append(b.book.Stages, c), c
}

// end closes the chapter of a stage; one that was skipped or refused has not begun.
func (b *Binder) end(e run.Event) {
	c := b.chapter(e.Stage)
	if c == nil {
		c = &Chapter{Stage: e.Stage}
		b.add(c)
	}
	c.Outcome, c.Text, c.Hint = e.Outcome, e.Text, e.Hint
}

// chapter is the last one of a stage, or nil.
func (b *Binder) chapter(stage string) *Chapter {
	for i := len(b.book.Stages) - 1; i >= 0; i-- {
		if b.book.Stages[i].Stage == stage {
			return b.book.Stages[i]
		}
	}
	return nil
}

// forget drops what the stages so far consist of: it was written.
func (b *Binder) forget() {
	for _, c := range b.book.Stages {
		c.Pages, c.Notes = nil, nil
	}
	b.pages, b.last, b.known = nil, nil, stencils{}
}

// note writes a note where it belongs: to a step, to its stage, or to the whole.
func (b *Binder) note(e run.Event) {
	n := Remark{e.Warning, e.Text, e.Depends}
	if e.Host != "" {
		s := b.step(e)
		s.Notes = append(s.Notes, n)
		return
	}
	if c := b.chapter(e.Stage); c != nil {
		c.Notes = append(c.Notes, n)
		return
	}
	if e.Stage != "" {
		n.Text = e.Stage + ": " + n.Text
	}
	b.book.Notes = append(b.book.Notes, n)
}

// page is that of a host in the open stage. A host that the stage did not name comes behind the others.
func (b *Binder) page(e run.Event) *Page {
	if b.open == nil || b.open.Stage != e.Stage {
		b.begin(run.Event{Stage: e.Stage})
	}
	if b.last != nil && b.last.Host == e.Host {
		return b.last
	}
	b.last = b.pages[e.Host]
	if b.last == nil {
		b.last = &Page{Host: e.Host}
		b.pages[e.Host] = b.last
		b.open.Pages = append(b.open.Pages, b.last)
	}
	return b.last
}

// step is the entry that is being written on the page of e.
func (b *Binder) step(e run.Event) *Entry {
	p := b.page(e)
	if p.open == nil || p.open.Step != e.Step {
		p.seal(b.known)
		p.open = &Entry{Step: e.Step, ID: e.ID, Type: e.Type}
	}
	return p.open
}

// entry writes e into its step.
func (b *Binder) entry(e run.Event) {
	s := b.step(e)
	if e.Type != "" {
		s.Type = e.Type
	}
	switch e.Kind {
	case run.StepStarted:
		s.Name = e.Title
	case run.ActionStarted:
		s.Read = true
	case run.ActionPlanned:
		b.planned(s, e)
	case run.StepEnded:
		s.Outcome, s.Text, s.Hint = e.Outcome, e.Text, e.Hint
		if e.Title != "" {
			s.Name = e.Title
		}
	}
}

func (b *Binder) planned(s *Entry, e run.Event) {
	if e.Plan == nil && e.Title != "" { // it is the step's own
		s.Name = e.Title
	}
	if e.Require != "" {
		s.Require = &Demand{If: e.If, Expr: e.Require, Else: e.Text}
		return
	}
	s.If = e.If
	if e.Confirm != "" {
		s.Confirm = e.Confirm
		return
	}
	if len(e.Depends) > 0 {
		s.Depends = e.Depends
		return
	}
	if e.Plan == nil {
		return
	}
	s.Actions = append(s.Actions, b.act(e))
}

// act is a planned action in its parts.
func (b *Binder) act(e run.Event) Act {
	a := Act{Number: e.Action, Title: e.Plan.Title, On: e.On, Mutates: e.Mutates, Do: b.order(e.Plan.Do, e), Keep: e.Plan.Keep}
	if e.Plan.Check != nil {
		check := b.order(*e.Plan.Check, e)
		a.Check = &check
	}
	for _, name := range e.Unknown {
		if (a.Do.mentions(name) || a.Check != nil && a.Check.mentions(name)) && !slices.Contains(a.Unknown, name) {
			a.Unknown = append(a.Unknown, name)
		}
	}
	if u := e.Plan.Until; u != nil {
		a.Until = &Wait{What: u.What, Every: u.Every.Seconds(), For: u.For.Seconds()}
	}
	if s := e.Plan.Save; s != nil {
		a.Save = &Saving{s.To, s.Recipients, s.SHA256}
	}
	return a
}

// order is c without what may not be shown.
func (b *Binder) order(c step.Command, e run.Event) Order {
	c = c.Shown()
	host := step.Command{Env: e.HostEnv}.Shown().Env
	return Order{Argv: c.Argv, Script: c.Script, Called: b.key(c.Script), Stdin: string(c.Stdin), Secret: c.Secret, Reads: c.Reads, Env: c.Env, Host: host, Sudo: c.Sudo, Detach: c.Detach}
}

// mentions says whether text stands somewhere in o.
func (o Order) mentions(text string) bool {
	in := func(s string) bool { return strings.Contains(s, text) }
	return slices.ContainsFunc(o.Argv, in) || slices.ContainsFunc(o.Env, in) || in(o.Script) || in(o.Stdin) ||
		slices.ContainsFunc(o.Reads, func(p step.SecretPart) bool { return in(p.Text) })
}

// key is the key of a script: made of its text, so that two books have the same.
func (b *Binder) key(text string) string {
	if text == "" {
		return ""
	}
	key, known := b.keys[text]
	if !known {
		sum := sha256.Sum256([]byte(text))
		key = hex.EncodeToString(sum[:6])
		b.keys[text], b.book.Scripts[key] = key, text
	}
	return key
}

var _ run.Sink = (*Binder)(nil)
