package report

import (
	"fmt"
	"slices"
	"strings"

	"rung/engine/step"
)

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
