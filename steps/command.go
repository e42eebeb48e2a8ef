package steps

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"rung/engine/step"
)

// Command runs what the author of a playbook wants.
type Command struct {
	Argv     []string          `yaml:"argv" doc:"The command, word by word; no shell reads it."`
	Script   string            `yaml:"script" shell:"true" doc:"Or a script for sh -eu."`
	Args     []string          `yaml:"args" doc:"The script's $1, $2 …: data goes here, never into its text."`
	Check    string            `yaml:"check" shell:"true" doc:"A script that says whether there is anything to do: exit 0 nothing, 1 yes, else an error. It gets args, env and what the command reads, too."`
	ReadOnly bool              `yaml:"read_only" default:"false" doc:"It changes nothing: previews perform it."`
	Stdin    string            `yaml:"stdin" doc:"What it reads."`
	Secret   step.Secret       `yaml:"secret_stdin" doc:"Or what it reads, with an input of type secret in it: the secret is neither shown nor kept, only what stands around it; there comes no line break at its end, and it does not go with detach."`
	Env      map[string]string `yaml:"env" doc:"Environment variables."`
	Detach   bool              `yaml:"detach" default:"false" doc:"It must not be cut off: it outlives its link, and is waited for, also after a timeout or a second Ctrl-C."`
}

// CommandOutput is what the command said.
type CommandOutput struct {
	Stdout string `yaml:"stdout" doc:"Standard output, without the white space around it."`
	Exit   int    `yaml:"exit" doc:"Exit status."`
}

func commandType() step.Type {
	return step.DefineWith[Command, CommandOutput](step.About{
		Name:    "command",
		Summary: "Runs a command, or a small shell script.",
		Doc: `Give it either argv or script. A command that changes something should have a check, or
detach: without either, a run that loses contact while it works must ask a person.

A script takes a secret with "$(cat)": read wants a line break, and ends sh -eu where there is none.
`,
		Example: `command:
  script: systemctl disable --now "$1"
  args: [firewalld]
  check: '! systemctl is-enabled --quiet "$1"'
`,
	})
}

// Advise names the script that no sh reads, and the command that a run can neither recognise as done nor wait for.
func (s Command) Advise(open func(string) bool) []step.Advice {
	var advice []step.Advice
	if !open("script") {
		advice = append(advice, unreadable("script", s.Script)...)
	}
	if !open("check") {
		advice = append(advice, unreadable("check", s.Check)...)
	}
	if s.ReadOnly || s.Check != "" || s.Detach || open("read_only") || open("check") || open("detach") {
		return advice
	}
	hint := "give it a check, so that what is done already is left alone; or say read_only: true"
	if !s.Secret.Given() && !open("secret_stdin") {
		hint += ", or detach: true"
	}
	return append(advice, step.Advice{Code: "unchecked-command", Text: "this command may change something, and has no check", Hint: hint})
}

// variable is what a shell takes as the name of a variable.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Plan returns the one action.
func (s Command) Plan(step.Scope) ([]step.Action, error) {
	if err := oneOf("command", s.Argv, s.Script); err != nil {
		return nil, err
	}
	switch {
	case len(s.Args) > 0 && s.Script == "":
		return nil, step.Refuse("args", "args are for script; append them to argv")
	case s.Secret.Given() && s.Stdin != "":
		return nil, step.Refuse("stdin", "command reads either stdin or secret_stdin")
	case s.Secret.Given() && s.Detach:
		return nil, step.Refuse("detach", "secret_stdin does not go with detach: what outlives its link lies in a file on the host; give the command a check instead")
	case s.Check != "" && s.ReadOnly:
		return nil, step.Refuse("check", "a read_only command needs no check: it has nothing to leave undone")
	}
	for name := range s.Env {
		if !variable.MatchString(name) {
			return nil, &step.FieldError{Field: "env", Key: name, Text: fmt.Sprintf("env: %q is no name of a variable: it has letters, digits and _, and starts with no digit", name)}
		}
	}
	action := step.Action{Title: s.title(), ReadOnly: s.ReadOnly, Do: step.Command{Argv: s.Argv, Script: s.Script, Env: s.environment(), Detach: s.Detach}}
	if s.Script != "" {
		action.Do.Argv = s.Args
	}
	if s.Stdin != "" {
		action.Do.Stdin = []byte(s.Stdin)
	}
	if s.Secret.Given() {
		action.Do.Stdin, action.Do.Secret = []byte(s.Secret.Reveal()), true
		action.Do.Reads = s.Secret.Parts()
	}
	if s.Check != "" {
		action.Check = &step.Command{Script: s.Check, Argv: s.Args, Env: action.Do.Env, Stdin: action.Do.Stdin, Secret: action.Do.Secret, Reads: action.Do.Reads}
	}
	return []step.Action{action}, nil
}

// oneOf wants one of the two forms that a command of a step of type name has.
func oneOf(name string, argv []string, script string) error {
	switch {
	case len(argv) == 0 && script == "":
		return errors.New(name + " needs argv or script")
	case len(argv) > 0 && script != "":
		return step.Refuse("script", "%s has both argv and script; give one", name)
	}
	return nil
}

// title is the command itself, or the first line of the script that does something.
func (s Command) title() string {
	if s.Script == "" {
		return "run " + step.Command{Argv: s.Argv}.Line()
	}
	for line := range strings.Lines(s.Script) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return "run " + line
		}
	}
	return "run a script"
}

func (s Command) environment() []string {
	var env []string
	for name, value := range s.Env {
		env = append(env, name+"="+value)
	}
	sort.Strings(env)
	return env
}

// Collect returns what the command said.
func (Command) Collect(results []step.Result) (CommandOutput, []step.Note, error) {
	return CommandOutput{Stdout: string(bytes.TrimSpace(results[0].Stdout)), Exit: results[0].Exit}, nil, nil
}
