package playbook

import (
	"time"

	"rung/engine/guard"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

// tries reads retry (a number, or {times: 3, every: 10s}) and timeout.
func (l *loader) tries(st *Step, n *yamldoc.Node, names guard.Names) {
	if t := n.Get("timeout"); t != nil {
		st.Timeout, st.timeout = l.duration(t, "timeout"), t.Pos
	}
	r := n.Get("retry")
	if r == nil {
		return
	}
	st.Pause = 5 * time.Second
	times := r
	if r.Kind == yamldoc.Map {
		l.keys(r, "retry", RetryKeys())
		times = r.Get("times")
		if e := r.Get("every"); e != nil {
			st.Pause = l.duration(e, "every")
		}
	}
	if times == nil {
		l.errorf("missing-key", r.Pos, "retry needs times")
		return
	}
	number := guard.Type{Kind: guard.Int}
	if !guard.HasExpression(times.Text) {
		if value, err := step.ParseText(number, times); err != nil || value.(int) < 1 || value.(int) > MostTries {
			l.wrong(times, "retry must be a number of more tries, from 1 to %d, not %s", MostTries, times.Describe())
			return
		}
	}
	st.Retry = l.expression(times, "retry", names, number)
}

// MostTries bounds retry.
const MostTries = 100

// ifGiven is the guard under key, or nil.
func (l *loader) ifGiven(n *yamldoc.Node, key string, names guard.Names) *guard.Expr {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	return l.expression(v, key, names, guard.Type{Kind: guard.Bool})
}

func (l *loader) duration(n *yamldoc.Node, what string) time.Duration {
	value, err := step.ParseText(guard.Type{Kind: guard.Duration}, n)
	if err != nil {
		l.wrong(n, "%s %v", what, err)
		return 0
	}
	return value.(time.Duration)
}
