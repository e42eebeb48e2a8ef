package report

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"rung/engine/guard"
	"rung/engine/step"
)

// BookFormat is the version of a Book's JSON. It grows when a key changes its meaning or goes; keys that come do not
// change it.
const BookFormat = 1

// Book is a dry-run in its parts: what a run would do, stage by stage and host by host, in the order of work. Two
// dry-runs of one plan on one world are equal. Its JSON is described in docs/render-json.md; what is empty is left out.
type Book struct {
	Format   int               `json:"rung_runbook"` // BookFormat
	Playbook string            `json:"playbook"`
	About    string            `json:"about,omitempty"`
	Inputs   map[string]string `json:"inputs"`
	Hosts    []string          `json:"hosts"`
	Stages   []*Chapter        `json:"stages"`
	Scripts  map[string]string `json:"scripts"`         // what the orders call, by key; a key stays the same as long as the text does
	Notes    []Remark          `json:"notes,omitempty"` // about the whole
	Outcome  step.Outcome      `json:"outcome"`         // of the dry-run: ok, or refused where a run would stop
	Exit     int               `json:"exit"`            // the exit code of a run that stops there
	Text     string            `json:"text,omitempty"`  // why
	Expected *Expected         `json:"-"`               // as rehearsed; nil where nobody did
}

// Chapter is a stage of a Book: once for each round of a loop.
type Chapter struct {
	Stage   string       `json:"stage"`              // path with loop values: "Climb[hop=1.21.14]/Workers"
	Holds   bool         `json:"holds,omitempty"`    // it holds other stages, and has no hosts of its own
	If      string       `json:"if,omitempty"`       // it runs if
	Window  string       `json:"window,omitempty"`   // "5 hosts, 2 at a time"
	AtOnce  int          `json:"at_once,omitempty"`  // how many hosts at a time; 0: all
	Round   int          `json:"round,omitempty"`    // of a loop, from 1
	Rounds  int          `json:"rounds,omitempty"`   // of so many
	Outcome step.Outcome `json:"outcome"`            // ok: its hosts say what becomes of them; skipped; refused: a run would stop
	Text    string       `json:"text,omitempty"`     // why it is skipped or refused
	Hint    string       `json:"hint,omitempty"`     // what to do about it
	Rescue  []string     `json:"rescue,omitempty"`   // what is done on a host that fails or is refused, in words
	Notes   []Remark     `json:"notes,omitempty"`    // about the stage
	Pages   []*Page      `json:"on_hosts,omitempty"` // in the order of the stage
}

// Page is what is done on one host in one stage.
type Page struct {
	Host string `json:"host"`
	Node string `json:"node,omitempty"` // its name in Kubernetes, where that is another

	steps []*stencil // in order
	open  *Entry     // behind them, while it is written; nil: none
}

// NewPage returns a page with these steps.
func NewPage(host string, steps ...*Entry) *Page {
	p := &Page{Host: host}
	for _, e := range steps {
		p.steps = append(p.steps, &stencil{entry: e})
	}
	return p
}

// Steps are the steps of p, in order. They are made while they are asked for, of what many pages share: nobody changes
// them.
func (p *Page) Steps() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for i := range p.Len() {
			if !yield(p.Step(i)) {
				return
			}
		}
	}
}

// Len is how many steps p has.
func (p *Page) Len() int {
	if p.open != nil {
		return len(p.steps) + 1
	}
	return len(p.steps)
}

// Step is one of Steps, from 0.
func (p *Page) Step(i int) *Entry {
	if i == len(p.steps) {
		return p.open
	}
	return p.steps[i].on(p)
}

// seal ends the step that is being written.
func (p *Page) seal(all stencils) {
	if p.open != nil {
		p.steps, p.open = append(p.steps, all.of(p, p.open)), nil
	}
}

// missed says whether c came to an end before anything was asked of the host of p.
func (c *Chapter) missed(p *Page) bool {
	return bad(c.Outcome) && p.Len() == 0
}

// Entry is a step on one host.
type Entry struct {
	Step    string       `json:"step"`              // its key, unique on a host in a stage: "3" or "3:drain"
	ID      string       `json:"id,omitempty"`      // what expressions call it: steps.<id>
	Type    string       `json:"type,omitempty"`    // step type; "" for guards alone, and for a question
	Name    string       `json:"name,omitempty"`    // for people
	Outcome step.Outcome `json:"outcome"`           // planned; ok: it was read now, has nothing to do, or its guard holds; skipped; refused: a run would stop here
	If      string       `json:"if,omitempty"`      // planned: it runs if
	Text    string       `json:"text,omitempty"`    // why it is skipped or refused
	Hint    string       `json:"hint,omitempty"`    // what to do about it
	Require *Demand      `json:"require,omitempty"` // a guard that only a run can decide
	Confirm string       `json:"confirm,omitempty"` // a question that a person has to answer with yes
	Depends []string     `json:"depends,omitempty"` // the names without which the step cannot be planned
	Read    bool         `json:"read,omitempty"`    // something was read for it now, in a preview
	Actions []Act        `json:"actions,omitempty"` // in order; where it depends on something, there are none
	Notes   []Remark     `json:"notes,omitempty"`
}

// part is where in its stage a step stands, for people; "" among the steps themselves.
func (e *Entry) part() string {
	switch {
	case strings.HasPrefix(e.Step, "admit "):
		return "before it takes its place"
	case strings.HasPrefix(e.Step, "always "):
		return "whatever becomes of it"
	case strings.HasPrefix(e.Step, "rescue "):
		return "where it fails"
	}
	return ""
}

// after is the heading of e, where the step before it stands in another part; "" where none is needed.
func (e *Entry) after(part string) string {
	now := e.part()
	switch {
	case now == part:
		return ""
	case now == "":
		return "then"
	}
	return now
}

// Demand is a guard without which nothing more is done on its host.
type Demand struct {
	If   string `json:"if,omitempty"`   // it is asked if
	Expr string `json:"expr"`           // has to be true
	Else string `json:"else,omitempty"` // what is said where it is not
}

// Remark is a note.
type Remark struct {
	Warning bool     `json:"warning,omitempty"`
	Text    string   `json:"text"`
	Depends []string `json:"depends,omitempty"` // the rounds of a loop may be others, because of these names
}

// Act is one action.
type Act struct {
	Number  int      `json:"number"` // in its step, from 1
	Title   string   `json:"title"`
	On      string   `json:"on,omitempty"`      // the host where it runs, where that is another
	Mutates bool     `json:"mutates,omitempty"` // it may change something
	Check   *Order   `json:"check,omitempty"`   // run first; exit 0: nothing left to do
	Do      Order    `json:"do"`
	Until   *Wait    `json:"until,omitempty"`   // Do is repeated until it succeeds
	Save    *Saving  `json:"save,omitempty"`    // what Do prints goes, encrypted, into a file on the machine that rung runs on
	Keep    string   `json:"keep,omitempty"`    // what Do prints goes into a file of this name in the folder of the run
	Unknown []string `json:"unknown,omitempty"` // what stands in its texts for what is not known: <steps.rel.release>
}

// Order is a command: argv, or a script that sh -eu runs with argv as its $1, $2 … . LC_ALL is C.
type Order struct {
	Argv   []string         `json:"argv,omitempty"`
	Script string           `json:"-"`                // its text
	Called string           `json:"script,omitempty"` // the script's key in Book.Scripts
	Stdin  string           `json:"stdin,omitempty"`
	Secret bool             `json:"secret,omitempty"`   // what it reads is secret, and left out
	Reads  step.SecretParts `json:"reads,omitempty"`    // what that is made of: texts, and secret inputs by their names
	Env    []string         `json:"env,omitempty"`      // KEY=value; credentials are left out
	Host   []string         `json:"host_env,omitempty"` // the same, which every command of its host gets
	Sudo   bool             `json:"sudo,omitempty"`
	Detach bool             `json:"detach,omitempty"` // must not be cut off
}

// Wait is how long an action is repeated.
type Wait struct {
	What  string  `json:"what"`
	Every float64 `json:"every_seconds"` // at most
	For   float64 `json:"for_seconds"`
}

// Saving is a file on the machine that rung runs on.
type Saving struct {
	To         string   `json:"to"`
	Recipients []string `json:"recipients"`
	SHA256     string   `json:"sha256"`
}

// Line is o as a POSIX shell would be told it, without its surroundings and what its host adds.
func (o Order) Line() string {
	return step.Command{Argv: o.Argv, Script: o.Script, Stdin: []byte(o.Stdin), Env: o.Env}.Line()
}

// reads is what o reads, where that is secret, for people.
func (o Order) reads() string {
	text := o.Reads.String()
	switch {
	case text == "":
		return "a secret, which is not shown"
	case strings.HasSuffix(text, "\n"):
		return text
	}
	return text + "  (without a line break at its end)"
}

// String says it in one line.
func (w Wait) String() string {
	return fmt.Sprintf("%s: every %s, at most %s", w.What, seconds(w.Every), seconds(w.For))
}

func seconds(n float64) string { return guard.FormatDuration(time.Duration(n * float64(time.Second))) }

func (r Remark) mark() string {
	if r.Warning {
		return "WARNING"
	}
	return "NOTE"
}
