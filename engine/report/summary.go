package report

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// mostListed bounds the lists of a summary.
const mostListed = 20

// summary tells how the run ended, and what to type next.
func (t *Terminal) summary(e run.Event) {
	word := map[step.Outcome]string{step.OK: "done, nothing had to be changed", step.Changed: "done", "": "done"}[e.Outcome]
	if word == "" {
		word = strings.ToUpper(string(e.Outcome))
	}
	style := styleOf(e.Outcome)
	if e.Exit == run.ExitPaused { // as it was asked to
		word, style = "PAUSED", green
	}
	t.print("\n%s in %s: %s", t.ink.on(style+";"+bold, word), length(e.Took), clean(t.l.playbook))
	if e.Text != "" && len(t.l.failed) == 0 { // else the hosts say why
		t.print(": %s", reasonOf(e.Text))
	}
	t.print("\n")
	t.whatCameOfIt()
	t.next(e)
}

// unfinished tells of a run without an end: its process was killed, or could
// write no journal.
func (t *Terminal) unfinished() {
	t.print("\n%s: %s, of which nothing is known after %s\n", t.ink.on(red, "UNFINISHED"), clean(t.l.playbook), t.l.latest.Format("15:04:05"))
	for _, w := range t.l.queue {
		if w.step != "" {
			t.print("  %s  %s had begun\n", pad(clean(w.host), t.host), w.title)
		}
	}
	t.whatCameOfIt()
	if t.o.Run != "" {
		t.print("\nto go on: rung resume %s\n", t.o.Run)
	}
}

// whatCameOfIt is the same of a run that ended and of one that did not.
func (t *Terminal) whatCameOfIt() {
	t.stageTimes()
	t.hostCounts()
	t.failedHosts()
	t.nodeVersions()
	t.notes(true)
	t.notes(false)
	t.diagnostics()
	t.left()
}

func (t *Terminal) title(text string) { t.print("\n%s\n", t.ink.on(bold, text)) }

func (t *Terminal) stageTimes() {
	if len(t.l.stages) == 0 {
		return
	}
	wide := 0
	for _, s := range t.l.stages {
		wide = max(wide, columns(s.path))
	}
	t.title("stages")
	for _, s := range t.l.stages {
		took := length(s.took)
		if !s.ended {
			took = "–"
		}
		t.print("  %s  %6s  %s\n", pad(clean(s.path), wide), took, s.tally())
	}
}

func (t *Terminal) hostCounts() {
	changed, broken, begun, unsure := 0, 0, 0, t.unsure()
	for host := range t.l.changed {
		switch {
		case host == "" || unsure[host]:
		case t.l.ends[host].outcome == "":
			changed++
		default:
			broken++
		}
	}
	rest, parts := len(t.l.hosts)-changed, []string{}
	for _, w := range t.l.queue {
		if w.host != "" && !t.l.changed[w.host] {
			begun++
		}
	}
	badly := "did not end well"
	if broken > 0 {
		badly += fmt.Sprintf(" (%d of them after changes)", broken)
	}
	for _, part := range []struct {
		n    int
		what string
	}{{len(t.l.failed), badly}, {begun, "not done"}, {len(unsure), "not known"}} {
		if part.n > 0 {
			parts, rest = append(parts, fmt.Sprintf("%d %s", part.n, part.what)), rest-part.n
		}
	}
	parts = append(parts, fmt.Sprintf("%d changed", changed), fmt.Sprintf("%d as they were", max(0, rest)))
	if len(t.l.failed) > 0 && !t.l.touched {
		parts = append(parts, "nothing was changed anywhere")
	}
	t.print("\n%s: %s\n", t.ink.on(bold, Many(len(t.l.hosts), "host")), strings.Join(parts, ", "))
}

// unsure are the hosts of which only a person can tell, and that are counted nowhere else.
func (t *Terminal) unsure() map[string]bool {
	hosts := map[string]bool{}
	for _, e := range t.l.unsure {
		if !slices.Contains(t.l.failed, e.Host) && t.l.work[e.Host] == nil {
			hosts[e.Host] = true
		}
	}
	return hosts
}

func (t *Terminal) failedHosts() {
	ends := slices.Clone(t.l.gathered)
	for _, host := range t.l.failed {
		if !slices.ContainsFunc(ends, func(end ending) bool { return end.host == host }) {
			end := t.l.ends[host]
			end.host = host
			ends = append(ends, end)
		}
	}
	first := func(end ending) int {
		return slices.IndexFunc(ends, func(other ending) bool { return other.host == end.host })
	}
	together := slices.Clone(ends)
	slices.SortStableFunc(together, func(a, b ending) int { return first(a) - first(b) })
	for i, end := range together {
		if i == mostListed {
			t.print("  … and %d more\n", len(ends)-i)
			return
		}
		what := end.reason
		if end.title != "" {
			what = strings.TrimSuffix(end.title+": "+what, ": ")
		}
		if end.gist != "" {
			what += ": " + end.gist
		}
		t.print("  %s  %s: %s\n", pad(clean(end.host), t.host), t.ink.on(styleOf(end.outcome), string(end.outcome)), what)
		if !slices.ContainsFunc(together[i+1:], func(later ending) bool { return later.host == end.host }) {
			t.tellCauses(end.host)
		}
	}
}

// nodeVersions tells each node's version before and after; of many nodes only
// how many went which way.
func (t *Terminal) nodeVersions() {
	moves, ok := t.l.versions.moves()
	if !ok {
		return
	}
	t.title("versions, before and after")
	if len(moves) > mostListed {
		moves = grouped(moves)
	}
	t.moves(moves)
	t.moves(t.l.versions.components())
}

// moves prints where each went, in columns.
func (t *Terminal) moves(moves []move) {
	name, from := 0, 0
	for _, m := range moves {
		name, from = max(name, columns(m.name)), max(from, columns(m.from))
	}
	for _, m := range moves {
		arrow := "→"
		if m.from == m.to {
			arrow = "="
		}
		t.print("  %s  %s %s %s\n", pad(m.name, name), pad(m.from, from), arrow, m.to)
	}
}

func grouped(moves []move) []move {
	count := map[move]int{}
	for _, m := range moves {
		count[move{"", m.from, m.to}]++
	}
	var groups []move
	for way, n := range count {
		groups = append(groups, move{Many(n, "node"), way.from, way.to})
	}
	sort.Slice(groups, func(i, j int) bool {
		return groups[i].from+" "+groups[i].to < groups[j].from+" "+groups[j].to
	})
	return groups
}

// notes tells the warnings, or the other notes, those of one text together.
func (t *Terminal) notes(warnings bool) {
	hosts, order := map[string][]string{}, []string{}
	for _, n := range t.l.notes {
		text := reasonOf(n.Text)
		if n.Warning != warnings || text == "" {
			continue
		}
		if hosts[text] == nil {
			order = append(order, text)
		}
		hosts[text] = append(hosts[text], n.Host)
	}
	if len(order) == 0 {
		return
	}
	t.title(map[bool]string{true: "warnings", false: "notes"}[warnings])
	for i, text := range order {
		if i == mostListed && !t.o.Verbose {
			t.print("  … and %d more: %s\n", len(order)-i, t.seeMore())
			return
		}
		if on := distinct(hosts[text]); len(on) > 0 {
			text = some(on, 5) + ": " + text
		}
		t.print("  %s\n", text)
	}
}

// seeMore is what to type to see all.
func (t *Terminal) seeMore() string {
	if t.o.Run == "" {
		return "give -v"
	}
	return "rung show -v " + t.o.Run
}

func distinct(hosts []string) []string {
	var list []string
	seen := map[string]bool{"": true}
	for _, h := range hosts {
		if !seen[h] {
			seen[h] = true
			list = append(list, h)
		}
	}
	sort.Strings(list)
	return list
}

// next tells what to do, and what to type.
func (t *Terminal) next(e run.Event) {
	if e.Hint != "" {
		t.print("\n%s\n", clean(e.Hint))
	}
	if t.o.Run == "" {
		return
	}
	again := "rung resume " + t.o.Run + "; what is done already is not done again"
	if !t.l.touched {
		again = "run the playbook again; nothing was changed"
	}
	switch e.Outcome {
	case step.Canceled:
		t.print("\nto see it again: rung show %s\nto go on: %s\n", t.o.Run, again)
	case step.Failed, step.Refused:
		t.print("\nto see it again: rung show %s\nonce the cause is mended: %s\n", t.o.Run, again)
	case step.Unknown:
		if len(t.l.unsure) > 0 {
			t.print("\nwhat was begun: rung show %s\nonce you have looked, go on:\n  rung resume %[1]s --assume ok      it has done its work\n  rung resume %[1]s --assume failed  it is to be done again\n", t.o.Run)
			return
		}
		t.print("\nwhat was begun: rung show %s\nonce the hosts are back: rung resume %s; it finds out what became of it, before it goes on\n", t.o.Run, t.o.Run)
	default:
		t.print("\nto see it again: rung show %s\n", t.o.Run)
	}
}
