package run

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// recall takes those out of the window's hosts that were done in an earlier life of the run, and puts those first that
// were at work: they hold their places already.
func (w *window) recall() {
	var atWork, rest []string
	for _, host := range w.hosts {
		switch past := w.loop.Memory.visit(w.path, host); {
		case past == nil:
			rest = append(rest, host)
		case past.underWay() || !w.keeps(host, past):
			atWork = append(atWork, host)
		}
	}
	w.todo = append(atWork, rest...)
}

// keeps publishes what the steps put out on a host that is done. Where that cannot be read back, the host is visited
// again.
func (w *window) keeps(host string, past *past) bool {
	records := map[string]record{}
	for _, s := range w.stage.Steps {
		e, known := past.ends[s.Key]
		if s.ID == "" || strings.Contains(s.Key, ".") || !known {
			continue
		}
		outputs, err := outputsOf(s, e)
		if err != nil {
			return false
		}
		records[s.ID] = recordOf(e.Outcome, outputs)
	}
	for id, r := range records {
		w.frame.publish(host, id, r, len(w.stage.Hosts) == 1)
	}
	return true
}

// join makes lists of what each step put out on all hosts.
func (w *window) join() {
	for _, st := range w.stage.Steps {
		if st.ID != "" {
			w.frame.join(st.ID, w.stage.Hosts)
		}
	}
}

// outputsOf makes the outputs of a step again, of the event of its end.
func outputsOf(s *playbook.Step, e Event) (map[string]any, error) {
	if s.Draft == nil || !s.Draft.Type.HasOutputs() || e.Data == nil {
		return nil, nil
	}
	value, err := guard.RecordOf(s.Draft.Type.Outputs...).Restore(e.Data)
	if err != nil {
		return nil, err
	}
	return value.(map[string]any), nil
}

// recalled is the outcome of a step that was to change something, and ended well in an earlier life of the run.
func (v *visit) recalled(s *playbook.Step) (step.Outcome, bool) {
	e, known := v.past.ended(s.Key)
	if !known {
		return "", false
	}
	outputs, err := outputsOf(s, e)
	if err != nil {
		return "", false
	}
	if s.ID != "" {
		v.publish(s, ended{outcome: e.Outcome, outputs: outputs})
	}
	v.changed = v.changed || e.Outcome == step.Changed
	return e.Outcome, true
}

// recalledAction is the result of an action that ended well in an earlier life of the run, whose step did not end. A step
// with outputs needs to know what it said.
func (v *visit) recalledAction(w work, t Task) (step.Result, bool) {
	d, known := v.past.did(t.Event.Step, t.Event.Action)
	if !known || t.Action.ReadOnly || strings.TrimPrefix(d.start.Command, "sudo ") != t.Action.Do.Line() {
		return step.Result{}, false
	}
	stdout, said := d.end.Data["stdout"].(string)
	stderr, _ := d.end.Data["stderr"].(string)
	if w.typ.HasOutputs() && !said {
		return step.Result{}, false
	}
	return step.Result{Stdout: []byte(stdout), Stderr: []byte(stderr), Took: d.end.Took, At: d.end.At}, true
}

// mostSaid bounds what of a changing action's output its end keeps, in bytes.
const mostSaid = 64 << 10

// saidOf is what the end of a changing action keeps of what it said, for a step with outputs that is resumed before its
// own end; nil where that is too much.
func saidOf(r step.Result) map[string]any {
	if len(r.Stdout)+len(r.Stderr) > mostSaid {
		return nil
	}
	return map[string]any{"stdout": string(r.Stdout), "stderr": string(r.Stderr)}
}

// isKept says whether a file that was to be saved when an earlier life of the run ended lies there whole, as its name
// says.
func (v *visit) isKept(t Task, err error) bool {
	return t.Action.Save != nil && errors.Is(err, fs.ErrExist) && v.loop.ID != "" && slices.ContainsFunc(v.loop.Memory.Open(), func(e Event) bool {
		return actionOf(e) == actionOf(t.Event) && strings.TrimPrefix(e.Command, "sudo ") == t.Action.Do.Line()
	})
}
