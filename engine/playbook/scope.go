package playbook

import (
	"rung/engine/guard"
)

// scope is the names that stand where a stage or step is written. Entering a
// sequence or a loop makes a child, whose ids end with it.
type scope struct {
	loops []guard.Name // the loop variables
	steps []guard.Name // ids so far, with their records
	fleet []guard.Name // ids of stages that are over, with lists of what each host's step put out
	host  bool         // there is a host
	// parameters are those of the sequence that this is the scope of: of the innermost one, for a sequence reads no
	// parameters but its own.
	parameters []guard.Name
	base       guard.Names // inputs, groups, nodes, inventory, run
}

var (
	textType   = guard.Type{Kind: guard.Text}
	textList   = guard.ListOf(textType)
	hostName   = guard.Name{Name: "host", Type: guard.RecordOf(guard.Name{Name: "name", Type: textType}, guard.Name{Name: "node", Type: textType}, guard.Name{Name: "vars", Type: guard.TableOf(textType)}, guard.Name{Name: "failed", Type: guard.Type{Kind: guard.Bool}, Doc: "a step has failed on it in this stage"})}
	windowName = guard.Name{Name: "window", Type: guard.RecordOf(guard.Name{Name: "nodes", Type: textList, Doc: "the nodes that hold a place in the window of the stage now"})}
	groupName  = guard.Name{Name: "groups", Type: guard.TableOf(textList)}
	nodesName  = guard.Name{Name: "nodes", Type: guard.TableOf(textList)}
	inventory  = guard.Name{Name: "inventory", Type: guard.RecordOf(guard.Name{Name: "nodes", Type: textList}, guard.Name{Name: "hosts", Type: textList})}
	runName    = guard.Name{Name: "run", Type: guard.RecordOf(
		guard.Name{Name: "narrowed", Type: guard.Type{Kind: guard.Bool}, Doc: "--limit or --stage leaves something out"},
		guard.Name{Name: "skipped", Type: textList, Doc: "the nodes of hosts that did not end well, and take no further part"},
	)}
)

// settledNames is how many names of the base are known before a run: inputs, groups, nodes and inventory.
const settledNames = 4

// outermost is the scope of the playbook's first stage.
func (l *loader) outermost() *scope {
	var inputs []guard.Name
	for _, in := range l.pb.Inputs {
		inputs = append(inputs, guard.Name{Name: in.Name, Type: in.GuardType(), Doc: in.About})
	}
	return &scope{base: guard.Names{{Name: "inputs", Type: guard.RecordOf(inputs...)}, groupName, nodesName, inventory, runName}}
}

// names are the names in scope, for the compiler.
func (s *scope) names() guard.Names {
	names := append(guard.Names{}, s.base...)
	if s.host {
		names = append(names, hostName, windowName)
	}
	if s.parameters != nil {
		names = append(names, guard.Name{Name: parametersName, Type: guard.RecordOf(s.parameters...)})
	}
	names = append(names, s.loops...)
	names = append(names, guard.Name{Name: "steps", Type: guard.RecordOf(s.steps...)})
	return append(names, guard.Name{Name: "fleet", Type: guard.RecordOf(s.fleet...)})
}

func (s *scope) child() *scope {
	return &scope{base: s.base, host: s.host, parameters: s.parameters, loops: append([]guard.Name{}, s.loops...), steps: append([]guard.Name{}, s.steps...), fleet: append([]guard.Name{}, s.fleet...)}
}

func (s *scope) has(id string) bool {
	for _, n := range s.steps {
		if n.Name == id {
			return true
		}
	}
	return false
}

// publish adds a step's record: its outputs, its outcome, and whether it
// changed anything.
func (s *scope) publish(st *Step) {
	fields := []guard.Name{{Name: "outcome", Type: textType}, {Name: "changed", Type: guard.Type{Kind: guard.Bool}}}
	if st.Draft != nil {
		fields = append(fields, st.Draft.Type.Outputs...)
	}
	s.steps = append(s.steps, guard.Name{Name: st.ID, Type: guard.RecordOf(fields...)})
}

// join makes lists of what the steps of a stage that is over put out on each of its hosts.
func (s *scope) join(steps []*Step) {
	for _, st := range steps {
		if st.ID == "" || st.Draft == nil {
			continue
		}
		var fields []guard.Name
		for _, out := range st.Draft.Type.Outputs {
			out.Type = guard.ListOf(out.Type)
			fields = append(fields, out)
		}
		s.fleet = append(s.fleet, guard.Name{Name: st.ID, Type: guard.RecordOf(fields...)})
	}
}
