package run

import (
	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// spared is what Settled knows of hosts whose way a failure ends, and maybe not the run: by ignore_failure, by skip_host, or
// because the stage allows some. What would have come on such a host behind the failure is not reached, and no mistake; nor
// is it behind a step that may skip the host for what it says.
type spared struct {
	over map[string]string // hosts whose way has ended, and the stage where it did
	held []held            // what is wrong on hosts of the stage under way, until it is known whether it allows so many
}

type held struct {
	host string
	tell func()
}

// isOver says that a run would not come to this step, or that only the run knows.
func (r *spared) isOver(v *visit) bool {
	path, over := r.over[v.host]
	return over && !(v.cleaning && path == v.path) // always is done for a host that failed, too
}

// spares says whether a failure of s may end no more than the way of its host.
func (r *spared) spares(v *visit, s *playbook.Step, how ended) bool {
	if how.outcome != step.Failed || v.admitting { // in admit a failure ends nobody's way: the host waits
		return false
	}
	skips := v.maySkip(s)
	ignored := v.mayHold(s.Ignore)
	if skips || ignored && v.endsAlone() && v.allowed > 0 {
		r.over[v.host] = v.path
	}
	return skips || ignored
}

// mayLeave notes that the host may be skipped by s, which may fail there for what the host says.
func (r *spared) mayLeave(v *visit, s *playbook.Step, outcome step.Outcome) {
	if outcome == step.Planned && s.Draft != nil && !v.admitting && !r.isOver(v) && v.maySkip(s) {
		r.over[v.host] = v.path
	}
}

// countsFirst says whether what is wrong on the host counts for the run only where too many hosts have something.
func (r *spared) countsFirst(v *visit, how ended) bool {
	for _, h := range r.held {
		if h.host == v.host { // it is not reached where the first is allowed
			return true
		}
	}
	return how.outcome == step.Failed && !v.admitting && v.endsAlone() && v.allowed > 0
}

// leave tells what is wrong on the hosts of w, where they are more than may fail.
func (r *spared) leave(w *window) {
	hosts := map[string]bool{}
	for _, h := range r.held {
		hosts[h.host] = true
	}
	for _, h := range r.held {
		if len(hosts) > w.allowed {
			h.tell()
		} else {
			r.over[h.host] = w.path
		}
	}
	r.held = nil
}

// endsAlone says whether the run can go on after a failure of this host: see window.settle.
func (v *visit) endsAlone() bool { return !v.gather && !v.loop.isPlane(v.host) }

// maySkip says whether a failure of s may skip the host: see visit.spare.
func (v *visit) maySkip(s *playbook.Step) bool {
	return v.endsAlone() && !v.cleaning && v.mayHold(s.Skip) && !v.holds(s.Ignore)
}

// mayHold says whether a guard is true, or only a run knows.
func (v *visit) mayHold(e *guard.Expr) bool {
	if e == nil {
		return false
	}
	truth, missing, err := e.Decide(v.view.values)
	return err == nil && (truth == guard.True || truth == guard.Unknown && v.view.open(missing))
}
