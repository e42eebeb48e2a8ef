package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"rung/engine/step"
)

// Sheet is a shell script that does by hand, on one host, a stretch of what rung would do.
type Sheet struct {
	Name string // of its file: 003-cp1.sh
	Host string // where it runs
	Text string
}

// stretch is what is done on one host before another has to be gone to, or something has to be asked.
type stretch struct {
	host  string
	parts []part
	asks  []ask
	found map[answer]int // where in asks
	names map[string]int // of variables that are taken: how many begin so
}

// part is a step's actions, as far as they run on one host.
type part struct {
	chapter *Chapter
	page    *Page
	entry   *Entry
	acts    []Act
	before  []ask // what has to be known before it
}

// ask is something that has to be known at the top of a script.
type ask struct {
	name      string // of the variable: the next that is free in its script
	question  string
	about     string // the expression
	kind      askKind
	otherwise string // of a demand: what is said where the answer is no
	stands    string // what it is put in the place of; of a file, the command that reads it
	inText    bool   // of a value: it becomes part of a script
}

type askKind int

const (
	aValue  askKind = iota // a text that stands in commands
	aChoice                // yes or no
	aDemand                // yes, or nothing is done
	aFile                  // a file to read from
	aSecret                // an input that is secret, from a file or from who is at the terminal
)

// Sheets are scripts that do, one after the other, what b says; each is made while it is asked for. It is an error where b
// ends before the work does, or goes on where nobody knows: what it would do is then not known either.
func (b *Book) Sheets() (iter.Seq[Sheet], error) {
	if b.Exit != 0 {
		return nil, fmt.Errorf("there are no scripts for it: a run would stop: %s", b.Text)
	}
	if err := b.knowsTheWay(); err != nil {
		return nil, err
	}
	names := b.nodes()
	return func(yield func(Sheet) bool) {
		number := 0
		for s := range b.stretches {
			number++
			sheet := s.sheet(number)
			sheet.Text = s.text(sheet.Name, names[s.host])
			if !yield(sheet) {
				return
			}
		}
	}, nil
}

// sheet is the script of s without its text.
func (s *stretch) sheet(number int) Sheet {
	file := strings.Map(plain, s.host)
	if s.host == step.ThisMachine {
		file = "here"
	}
	return Sheet{Name: fmt.Sprintf("%03d-%s.sh", number, file), Host: s.host}
}

// knowsTheWay is an error where the rounds of a loop may be others than those that b shows.
func (b *Book) knowsTheWay() error {
	const hint = "look at the hosts, with --live or --facts"
	for _, n := range b.Notes {
		if slices.ContainsFunc(n.Depends, func(name string) bool { return strings.HasPrefix(name, "inputs.") }) { // else the operator said where to begin
			return fmt.Errorf("there are no scripts for it yet: %s; %s", n.Text, hint)
		}
	}
	for _, c := range b.Stages {
		if strings.Contains(c.Stage, ".<newest>]") || strings.Contains(c.Stage, "=…]") {
			return fmt.Errorf("there are no scripts for it yet: which round %s is, is not known; %s", c.Stage, hint)
		}
	}
	return nil
}

func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
		return r
	}
	return '_'
}

// nodes are the names of hosts in Kubernetes, where they are others.
func (b *Book) nodes() map[string]string {
	names := map[string]string{}
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			names[p.Host] = p.Node
		}
	}
	return names
}

// cutter cuts the work into what is done on one host at a time.
type cutter struct {
	cut     func(*stretch) bool // takes what is complete, and says whether it wants more
	enough  bool                // it does not
	now     *stretch            // the one that is being made; nil: none yet
	waiting []part              // guards and questions, which go to the top of what comes next, wherever that is
}

// stretches hands the work to cut, a stretch at a time.
func (b *Book) stretches(cut func(*stretch) bool) {
	c := cutter{cut: cut}
	for _, stage := range b.Stages {
		for _, p := range stage.Pages {
			for e := range p.Steps() {
				if e.Outcome == step.Planned {
					c.step(part{chapter: stage, page: p, entry: e, acts: e.Actions})
				}
				if c.enough {
					return
				}
			}
		}
	}
	if len(c.waiting) > 0 {
		c.put(c.waiting[0].page.Host)
	}
	c.complete()
}

// complete hands over what is made.
func (c *cutter) complete() {
	if c.now != nil && !c.enough {
		c.enough = !c.cut(c.now)
	}
}

// step adds a step, whose actions may run on several hosts.
func (c *cutter) step(x part) {
	rest := x.acts
	if len(rest) == 0 {
		x.before = x.asks()
		c.waiting = append(c.waiting, x)
	}
	for len(rest) > 0 {
		host, n := rest[0].host(x.page), 0
		for n < len(rest) && rest[n].host(x.page) == host {
			n++
		}
		x.acts, rest = rest[:n], rest[n:]
		x.before = x.asks()
		c.waiting = append(c.waiting, x)
		c.put(host)
	}
}

// put puts what waits into the script that is being written, or begins another. What has to be asked is asked before
// anything of its script is done: what the answer is made of was read in an earlier one.
func (c *cutter) put(host string) {
	if c.now == nil || c.now.host != host || slices.ContainsFunc(c.waiting, c.now.mustEnd) {
		c.complete()
		c.now = &stretch{host: host, found: map[answer]int{}, names: map[string]int{}}
	}
	for _, x := range c.waiting {
		c.now.add(x)
	}
	c.waiting = nil
}

func (a Act) host(p *Page) string {
	if a.On != "" {
		return a.On
	}
	return p.Host
}

// mustEnd says whether x needs a script of its own: what it asks for comes of something that s does, or it is itself a
// thing to do by hand or to say yes to, at its time.
func (s *stretch) mustEnd(x part) bool {
	if x.entry.Confirm != "" || len(x.entry.Depends) > 0 || slices.ContainsFunc(x.acts, func(a Act) bool { return a.Save != nil }) {
		return true
	}
	return slices.ContainsFunc(x.before, func(a ask) bool {
		return slices.ContainsFunc(s.parts, func(earlier part) bool { return a.needs(earlier.entry.ID) })
	})
}

// needs says whether the answer is made of what the step called id said.
func (a ask) needs(id string) bool {
	if id == "" {
		return false
	}
	for _, of := range []string{"steps.", "fleet."} {
		for _, text := range strings.Split(a.about, of+id)[1:] {
			if text == "" || !isLetter(text[0]) {
				return true
			}
		}
	}
	return false
}

func isLetter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// answer is what two questions share that have one answer.
type answer struct {
	question, otherwise, stands string
	kind                        askKind
}

func (a ask) answer() answer { return answer{a.question, a.otherwise, a.stands, a.kind} }

func (s *stretch) add(x part) {
	for _, a := range x.before {
		if i, known := s.found[a.answer()]; known {
			s.asks[i].inText = s.asks[i].inText || a.inText
			continue
		}
		if a.kind == aChoice || a.kind == aDemand {
			a.name = fmt.Sprintf("ANSWER_%d", len(s.asks)+1)
		}
		a.name = s.free(a.name, a.kind)
		s.found[a.answer()] = len(s.asks)
		s.asks = append(s.asks, a)
	}
	s.parts = append(s.parts, x)
}

// free is a name of a variable that is not taken, and is from now on: name, or name with the next number behind it. A
// secret takes another for its file.
func (s *stretch) free(name string, kind askKind) string {
	free := name
	for s.names[free] > 0 || kind == aSecret && s.names[free+ofFile] > 0 {
		s.names[name]++
		free = fmt.Sprintf("%s_%d", name, max(2, s.names[name]))
	}
	s.names[free]++
	if kind == aSecret {
		s.names[free+ofFile]++
	}
	return free
}

// ofFile ends the variable with the file of a secret.
const ofFile = "_FILE"

// asks is what has to be known before x.
func (x part) asks() []ask {
	var asks []ask
	e, unless := x.entry, ""
	if e.If != "" {
		unless = " Where this is not so, say yes: " + e.If
	}
	if e.If != "" && len(e.Depends) == 0 {
		asks = append(asks, x.choice())
	}
	if d := e.Require; d != nil {
		question := "Does this hold for " + x.page.Host + "? " + d.Expr
		if d.If != "" {
			question = "Does this hold for " + x.page.Host + ", if " + d.If + "? Where that is not so, say yes. " + d.Expr
		}
		asks = append(asks, ask{question: question, about: d.If + " " + d.Expr, kind: aDemand, otherwise: d.Else})
	}
	if e.Confirm != "" {
		asks = append(asks, ask{question: e.Confirm + unless, kind: aDemand, otherwise: "it was not confirmed"})
	}
	if len(e.Depends) > 0 {
		needed := ""
		if e.If != "" {
			needed = ", which is needed if " + e.If + " (where it is not, say yes)"
		}
		asks = append(asks, ask{question: fmt.Sprintf("Was this done by hand for %s: %s (rung steps %s)%s? It depends on %s, so that it could not be written down", x.page.Host, e.title(), e.Type, needed, strings.Join(e.Depends, ", ")), kind: aDemand, otherwise: "do it, and run this script again"})
	}
	for _, a := range x.acts {
		if a.Save != nil {
			asks = append(asks, ask{question: "Was this done by hand: " + a.Title + ", encrypted, to " + a.Save.To + "?" + unless, kind: aDemand, otherwise: "do it, and run this script again"})
			continue
		}
		for _, o := range []*Order{a.Check, &a.Do} {
			asks = append(asks, x.wants(a, o)...)
		}
	}
	return asks
}

// choice is the question whether x is done.
func (x part) choice() ask {
	return ask{question: "Is this so" + x.whose() + "? " + x.entry.If, about: x.entry.If, kind: aChoice}
}

// whose names the host that x is done for, where it is done elsewhere: there it may be done for many, and each has an
// answer of its own.
func (x part) whose() string {
	if len(x.acts) == 0 || x.acts[0].host(x.page) != x.page.Host {
		return " for " + x.page.Host
	}
	return ""
}

// title is what the step is called.
func (e *Entry) title() string {
	switch {
	case e.Name != "":
		return e.Name
	case len(e.Actions) > 0:
		return e.Actions[0].Title
	case e.Type != "":
		return e.Type
	}
	return "step " + e.Step
}

// variable is the name of a shell variable for an expression, or for another name.
func variable(expr string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(expr)), "_")
	if name == "" || name[0] <= '9' {
		return "VALUE_" + name
	}
	return name
}

// aRun stands in commands for the name of the run, which a dry-run has none of.
const aRun = "<run>"

// wants is what has to be known before o, which is of a.
func (x part) wants(a Act, o *Order) []ask {
	if o == nil {
		return nil
	}
	var asks []ask
	for _, name := range append([]string{aRun}, a.Unknown...) {
		if o.mentions(name) {
			asks = append(asks, x.value(name, *o))
		}
	}
	for _, e := range slices.Concat(o.Env, o.Host) {
		if hasCredentials(e) {
			asks = append(asks, credentials(e))
		}
	}
	switch {
	case o.inParts():
		for _, p := range o.Reads {
			if p.Input != "" {
				asks = append(asks, secretInput(p.Input))
			}
		}
	case o.Secret:
		asks = append(asks, x.secret(a))
	}
	return asks
}

// value asks for what is put in the place of name in o.
func (x part) value(name string, o Order) ask {
	inText := strings.Contains(o.Script, name) || strings.Contains(o.Stdin, name)
	if name == aRun {
		return ask{name: "RUN", question: "A name for this work, the same in all scripts: it stands in the names of backups, and at nodes that are closed", about: "run", kind: aValue, stands: name, inText: true}
	}
	expr := strings.TrimSuffix(strings.TrimPrefix(name, "<"), ">")
	return ask{name: variable(expr), question: expr + ", as an earlier script has read it" + x.whose(), about: expr, kind: aValue, stands: name, inText: inText}
}

// hasCredentials says whether e, of an environment, is a URL whose user and password are not shown.
func hasCredentials(e string) bool {
	_, value, _ := strings.Cut(e, "=")
	return strings.Contains(value, "://…@")
}

func credentials(e string) ask {
	name, value, _ := strings.Cut(e, "=")
	return ask{name: "SECRET_" + variable(name), question: name + " with its user and password: " + value, kind: aValue, stands: e}
}

// inParts says whether it is known of which inputs, and of which texts beside them, is made what o reads, which is secret.
func (o Order) inParts() bool {
	return o.Secret && len(o.Reads) > 0 && !slices.ContainsFunc(o.Reads, step.SecretPart.Nameless)
}

// secretInput asks for an input of the playbook, which has one value for all commands.
func secretInput(name string) ask {
	return ask{name: "SECRET_" + variable(name), question: "The secret " + name + ", an input of the playbook", kind: aSecret, stands: name}
}

// secret asks for a file for one command, where nobody knows of which inputs its secret is made: another has another.
func (x part) secret(a Act) ask {
	return ask{
		name: "SECRET_FILE", question: "A file with what this reads, which is secret: " + oneLine(a.Title) + x.whose(), kind: aFile,
		stands: fmt.Sprintf("%s %s %s %d", x.chapter.Stage, x.page.Host, x.entry.Step, a.Number),
	}
}
