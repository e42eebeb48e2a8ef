package cli

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"rung/engine/diag"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/yamldoc"
)

// readInputs reads what -e gives, name=value or @file.yaml, by the types that
// the playbook declares. A value on the command line goes before one of a file.
func readInputs(pb *playbook.Playbook, words []string) (map[string]any, diag.List) {
	given, inFiles := map[string]any{}, map[string]any{}
	var found diag.List
	for _, word := range words {
		if file, ok := strings.CutPrefix(word, "@"); ok {
			found = append(found, inputsOf(pb, file, inFiles)...)
			continue
		}
		at := diag.Pos{File: "-e " + word}
		name, text, ok := strings.Cut(word, "=")
		if !ok {
			found = append(found, diag.Errorf("input", at, "an input is given as name=value, or several in a file as @file.yaml"))
			continue
		}
		in, declared := declaredInput(pb, name)
		if !declared {
			found = append(found, plan.Undeclared(pb, name))
			continue
		}
		if in.Type == secretInput {
			found = append(found, onCommandLine(in, "-e "+name))
			continue
		}
		if _, again := given[name]; again {
			found = append(found, diag.Errorf("input", at, "%s is given a second time: keep one", name))
			continue
		}
		value, err := in.ParseFlag(text)
		if err != nil {
			found = append(found, diag.Errorf("value", at, "%s: %v", name, err))
			continue
		}
		given[name] = value
	}
	for name, value := range inFiles {
		if _, there := given[name]; !there {
			given[name] = value
		}
	}
	return given, found
}

// inputsOf reads a file of inputs, a map of names to values, into given.
func inputsOf(pb *playbook.Playbook, file string, given map[string]any) diag.List {
	at := diag.Pos{File: "-e @" + file}
	src, err := os.ReadFile(file)
	if err != nil {
		return diag.List{diag.Errorf("input", at, "the inputs cannot be read: %v", err)}
	}
	root, found := yamldoc.Parse(file, src)
	if root == nil {
		return found
	}
	if d, ok := yamldoc.WantKind(root, yamldoc.Map, "a file of inputs"); !ok {
		return diag.List{d.WithHint("write each input on a line:  name: value")}
	}
	for _, f := range root.Fields {
		in, declared := declaredInput(pb, f.Key)
		if !declared {
			d := plan.Undeclared(pb, f.Key)
			d.Pos = f.Pos
			found = append(found, d.Over(len([]rune(f.Key))))
			continue
		}
		if in.Type == secretInput { // without its line, which would show it
			found = append(found, onCommandLine(in, file))
			continue
		}
		if _, again := given[f.Key]; again {
			found = append(found, diag.Errorf("input", f.Pos, "%s stands in another file of inputs too: keep one", f.Key).Over(len(f.Key)))
			continue
		}
		value, err := in.Parse(f.Value)
		if err != nil {
			found = append(found, diag.Errorf("value", f.Value.Pos, "%s: %v", f.Key, err).Over(f.Value.Width()))
			continue
		}
		given[f.Key] = value
	}
	return found
}

// fromEnvironment adds the inputs that variables give, and -e does not. Those of other playbooks are no mistake.
func fromEnvironment(pb *playbook.Playbook, environment []string, given map[string]any) diag.List {
	var found diag.List
	for _, in := range pb.Inputs {
		if _, there := given[in.Name]; there || in.Type == secretInput { // see disclose
			continue
		}
		variable, text, err := inEnvironment(environment, in.Name)
		if err == nil && variable == "" {
			continue
		}
		value := any(nil)
		if err == nil {
			value, err = in.ParseFlag(text)
		}
		if err != nil {
			found = append(found, diag.Errorf("value", diag.Pos{File: cmp.Or(variable, variableOf(in.Name))}, "%s: %v", in.Name, err))
			continue
		}
		given[in.Name] = value
	}
	return found
}

// variableOf is the variable that gives an input, as it is written to people: RUNG_INPUT_TARGET for target.
func variableOf(input string) string { return "RUNG_INPUT_" + strings.ToUpper(input) }

// inEnvironment is the variable of an environment that gives an input, and its text; "" where there is none. The case of
// its letters does not count, for a secret as for any input; two spellings are refused, for nobody could say which counts.
// No error has a value in it.
func inEnvironment(environment []string, input string) (variable, text string, err error) {
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case !strings.EqualFold(name, variableOf(input)):
		case variable != "" && variable != name:
			return "", "", fmt.Errorf("%s and %s are both set: unset one of them", variable, name)
		default:
			variable, text = name, value
		}
	}
	return variable, text, nil
}

func declaredInput(pb *playbook.Playbook, name string) (playbook.Input, bool) {
	for _, in := range pb.Inputs {
		if in.Name == name {
			return in, true
		}
	}
	return playbook.Input{}, false
}
