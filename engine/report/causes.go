package report

import (
	"maps"
	"slices"

	"rung/engine/run"
)

// mostCauses bounds how many causes a summary tells of one host.
const mostCauses = 2

// causes are what probably lies behind the failures, by host, in the order in which they were found.
type causes map[string][]run.Cause

// see takes in what e tells of a cause, and says whether that is news: a vague one beside another is none.
func (c causes) see(e run.Event) bool {
	if e.Cause == nil || slices.ContainsFunc(c[e.Host], func(known run.Cause) bool { return known.ID == e.Cause.ID || e.Cause.Vague && !known.Vague }) {
		return false
	}
	c[e.Host] = append(c[e.Host], *e.Cause)
	return true
}

// of are the causes of a host that tell most: the vague ones only where there is no other.
func (c causes) of(host string) []run.Cause {
	telling := slices.DeleteFunc(slices.Clone(c[host]), func(cause run.Cause) bool { return cause.Vague })
	if len(telling) == 0 {
		telling = c[host]
		return telling[:min(len(telling), 1)]
	}
	return telling[:min(len(telling), mostCauses)]
}

// tellCauses prints, below a host of the summary, what probably lies behind its failure.
func (t *Terminal) tellCauses(host string) {
	for _, cause := range t.l.causes.of(host) {
		t.print("  %s  %s %s\n", pad("", t.host), t.ink.on(bold, "probably:"), clean(cause.Why))
		t.print("  %s  %s %s\n", pad("", t.host), t.ink.on(bold, "do:"), clean(cause.Do))
	}
}

// diagnostics tells where lies what was found out about hosts that failed.
func (t *Terminal) diagnostics() {
	if len(t.l.kept) == 0 {
		return
	}
	t.title("diagnostics")
	for i, host := range slices.Sorted(maps.Keys(t.l.kept)) {
		if i == mostListed {
			t.print("  … and %d more\n", len(t.l.kept)-i)
			return
		}
		t.print("  %s  %s\n", pad(clean(host), t.host), clean(t.l.kept[host]))
	}
}
