package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/run"
)

// disclose gives the secret inputs of p their values: from a file (given as name=FILE), the environment, or whoever sits
// at the terminal. A run keeps none of them, so that a later life of it comes here again.
func (a *app) disclose(p *plan.Plan, files []string) error {
	named := map[string]string{}
	for _, word := range files {
		name, file, ok := strings.Cut(word, "=")
		in, declared := declaredInput(p.Playbook, name)
		switch {
		case !ok || file == "":
			return usage("--secret-file: want NAME=FILE")
		case !declared || in.Type != secretInput:
			return &failure{run.ExitUsage, fmt.Errorf("--secret-file: the playbook %s has no secret %q", p.Playbook.Name, name), diag.DidYouMean(name, secretsOf(p.Playbook))}
		}
		named[name] = file
	}
	for _, in := range p.Playbook.Inputs {
		secret, ok := p.Inputs[in.Name].(guard.Secret)
		if !ok {
			continue
		}
		text, err := a.secret(in, named[in.Name])
		if err != nil {
			return err
		}
		secret.Disclose(text)
	}
	return nil
}

// secretInput is the type of inputs that are shown to nobody.
const secretInput = "secret"

func secretsOf(pb *playbook.Playbook) []string {
	var names []string
	for _, in := range pb.Inputs {
		if in.Type == secretInput {
			names = append(names, in.Name)
		}
	}
	return names
}

// secretVariables are the variables that may give the secrets of pb, in whatever case they are written.
func secretVariables(pb *playbook.Playbook) []string {
	var names []string
	for _, name := range secretsOf(pb) {
		names = append(names, variableOf(name))
	}
	return names
}

// secret finds the value of in. One line break at the end of a file is the editor's.
func (a *app) secret(in playbook.Input, file string) (string, error) {
	if file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", usage("the secret %s cannot be read: %v", in.Name, err)
		}
		return strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r"), nil
	}
	switch variable, text, err := inEnvironment(os.Environ(), in.Name); {
	case err != nil:
		return "", usage("the secret %s: %v", in.Name, err)
	case variable != "":
		return text, nil
	}
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", &failure{run.ExitUsage, fmt.Errorf("the secret %s is not given, and there is no terminal to ask for it", in.Name), fmt.Sprintf("set %s, or say --secret-file %s=FILE", variableOf(in.Name), in.Name)}
	}
	defer asking(f, leave)()
	what := in.Name
	if in.About != "" {
		what += " (" + in.About + ")"
	}
	fmt.Fprintf(a.err, "%s: ", what)
	text, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.err)
	if err == nil && len(text) == 0 {
		err = errors.New("nothing was typed")
	}
	if err != nil {
		return "", usage("the secret %s was not read: %v", in.Name, err)
	}
	return string(text), nil
}

// onCommandLine refuses a secret where others see it, or where it is kept; at says where, and no more.
func onCommandLine(in playbook.Input, at string) diag.Diagnostic {
	return diag.Errorf("secret", diag.Pos{File: at}, "%s is a secret: there it is seen, or kept", in.Name).
		WithHint("leave it out, and rung run asks for it; or set %s, or say --secret-file %s=FILE", variableOf(in.Name), in.Name)
}

// secretValues are the inputs of p that are shown to nobody.
func secretValues(p *plan.Plan) []guard.Secret {
	var all []guard.Secret
	for _, in := range p.Playbook.Inputs {
		if s, is := p.Inputs[in.Name].(guard.Secret); is {
			all = append(all, s)
		}
	}
	return all
}

// openValues are the inputs of p without the secrets: these are never kept.
func openValues(p *plan.Plan) map[string]any {
	open := map[string]any{}
	for name, value := range p.Inputs {
		if _, secret := value.(guard.Secret); !secret {
			open[name] = value
		}
	}
	return open
}
