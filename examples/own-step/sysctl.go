package main

import (
	"errors"
	"rung/engine/step"
	"strings"
)

// Sysctl sets a parameter of the kernel, now and for every start of the host.
type Sysctl struct {
	Name  string `yaml:"name,required" doc:"The parameter: vm.max_map_count."`
	Value string `yaml:"value,required" doc:"Its value, as sysctl prints it."`
}

// Values is what a Sysctl tells later steps, as steps.<id>.before and steps.<id>.now.
type Values struct {
	Before string `yaml:"before" doc:"The value before the step."`
	Now    string `yaml:"now" doc:"The value after it."`
}

func sysctlType() step.Type {
	return step.DefineWith[Sysctl, Values](step.About{
		Name:    "sysctl",
		Summary: "Sets a parameter of the kernel, and keeps it over reboots.",
		Doc:     "It is written to /etc/sysctl.d/90-NAME.conf. Where it has that value already, and the file says so, nothing is done.\n",
		Example: "sysctl: {name: vm.max_map_count, value: \"262144\"}\n",
	})
}

// Data goes into arguments, $1 and $2, and never into the text of a script.
const (
	isSet = `sysctl -n "$1"
test "$(sysctl -n "$1")" = "$2" || exit 1
grep -q -s -x -F "$1 = $2" "/etc/sysctl.d/90-$1.conf" || exit 1
`
	set = `sysctl -n "$1"
echo "$1 = $2" >"/etc/sysctl.d/90-$1.conf.new"
sysctl -q -w "$1=$2"
mv "/etc/sysctl.d/90-$1.conf.new" "/etc/sysctl.d/90-$1.conf"
sysctl -n "$1"
`
)

// Plan returns one action, with a check: a run that is repeated or resumed passes over what is done.
func (s Sysctl) Plan(step.Scope) ([]step.Action, error) {
	if strings.ContainsAny(s.Name, "/ =") || !strings.Contains(s.Name, ".") {
		return nil, errors.New("name: want a parameter with dots, such as vm.max_map_count, and not " + s.Name)
	}
	args := []string{s.Name, s.Value}
	return []step.Action{{
		Title: "set " + s.Name + " to " + s.Value,
		Check: &step.Command{Script: isSet, Argv: args},
		Do:    step.Command{Script: set, Argv: args},
	}}, nil
}

// Collect reads what the check or the command has printed: a line, or two.
func (s Sysctl) Collect(results []step.Result) (Values, []step.Note, error) {
	lines := strings.Split(strings.TrimSpace(string(results[0].Stdout)), "\n")
	v := Values{Before: lines[0], Now: lines[len(lines)-1]}
	if v.Now != s.Value {
		return v, nil, errors.New(s.Name + " is " + v.Now + " after it was set: the kernel takes another value")
	}
	return v, nil, nil
}
