package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mostRows bounds a table of hosts, and mostLaps how many steps say where the time of a visit goes.
const mostRows, mostLaps = 16, 3

// worthRows is how long a stage is whose hosts have their lines.
const worthRows = 10 * time.Second

// timeline tells when each stage is on, and each host in it; of many hosts in one stage the first and the last.
func (f *Forecast) timeline() {
	if len(f.past) == 0 {
		return
	}
	t, short := f.t, 0
	t.title("timeline, since the beginning")
	for _, group := range f.stages() {
		from, to := group[0].From, time.Duration(0)
		for _, v := range group {
			from, to = min(from, v.From), max(to, v.To)
		}
		if to-from < time.Second && !f.o.All {
			short++ // nothing that anybody would wait for
			continue
		}
		t.print("  %s – %s  %6s  %s: %s%s\n", clockOf(from), clockOf(to), length(to-from), t.ink.on(bold, clean(group[0].Stage)), Many(len(group), "host"), f.window[group[0].Stage])
		if to-from >= worthRows || f.o.All {
			f.hosts(group)
		}
	}
	if short > 0 {
		t.print("  %s of less than a second left out: -v tells all\n", Many(short, "stage"))
	}
}

// stages are the visits by their stages, in order of the first of each.
func (f *Forecast) stages() [][]*Visit {
	var groups [][]*Visit
	at := map[string]int{}
	for _, v := range f.past {
		i, known := at[v.Stage]
		if !known {
			i, at[v.Stage] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}

// row is a line of the timeline: hosts that do the same at the same time.
type row struct {
	hosts    []string
	from, to time.Duration
	laps     string
}

func (f *Forecast) hosts(group []*Visit) {
	slices.SortStableFunc(group, func(a, b *Visit) int { return cmp.Compare(a.From, b.From) })
	all := rowsOf(group)
	rows := all
	if len(rows) > mostRows && !f.o.All {
		rows = slices.Concat(all[:mostRows/2], all[len(all)-mostRows/2:])
	}
	wide := 0
	for _, r := range rows {
		wide = max(wide, columns(some(r.hosts, 4)))
	}
	for i, r := range rows {
		if i == mostRows/2 && len(rows) < len(all) {
			f.t.print("    … and others between them, %s each\n", spread(group))
		}
		f.t.print("    %s  %s – %s  %6s  %s\n", pad(some(r.hosts, 4), wide), clockOf(r.from), clockOf(r.to), length(r.to-r.from), r.laps)
	}
}

// rowsOf puts together what is the same, to the second.
func rowsOf(group []*Visit) []*row {
	var rows []*row
	known := map[string]*row{}
	for _, v := range group {
		r := row{from: v.From, to: v.To, laps: v.laps()}
		key := clockOf(r.from) + clockOf(r.to) + r.laps
		if known[key] == nil {
			known[key] = &r
			rows = append(rows, &r)
		}
		known[key].hosts = append(known[key].hosts, v.Host)
	}
	return rows
}

// spread says how long visits take: from the shortest to the longest.
func spread(group []*Visit) string {
	least, most := group[0].To-group[0].From, time.Duration(0)
	for _, v := range group {
		least, most = min(least, v.To-v.From), max(most, v.To-v.From)
	}
	if length(least) == length(most) {
		return length(most)
	}
	return length(least) + " to " + length(most)
}

// laps says where the time of a visit goes: its longest steps, the longest first.
func (v *Visit) laps() string {
	longest := slices.Clone(v.Steps)
	slices.SortStableFunc(longest, func(a, b Lap) int { return cmp.Compare(b.Took, a.Took) })
	var parts []string
	for _, lap := range longest[:min(mostLaps, len(longest))] {
		parts = append(parts, lap.Step+" "+length(lap.Took))
	}
	return strings.Join(parts, ", ")
}

// path is the critical path: the visits that, one after another, made the run as long as it was, in their order.
func (f *Forecast) path() []*Visit {
	byEnd := slices.Clone(f.past)
	slices.SortStableFunc(byEnd, func(a, b *Visit) int { return cmp.Compare(a.To, b.To) })
	var path []*Visit
	for i := len(byEnd) - 1; i >= 0; {
		v := byEnd[i]
		path = append(path, v)
		// What it waited for is what ended last before it began: the stage before, or whoever had its place in the window.
		for i--; i >= 0 && byEnd[i].To > v.From; i-- { //nolint:revive // the loop is the search
		}
	}
	slices.Reverse(path)
	return path
}

// critical tells the critical path; what follows each other in one stage is told together.
func (f *Forecast) critical() {
	path := slices.DeleteFunc(f.path(), func(v *Visit) bool { return v.To-v.From < time.Second })
	if len(path) == 0 {
		return
	}
	f.t.title("critical path: what the whole waits for")
	for len(path) > 0 {
		n := 1
		for n < len(path) && path[n].Stage == path[0].Stage {
			n++
		}
		turns := path[:n]
		path = path[n:]
		hosts := make([]string, n)
		took := time.Duration(0)
		for i, v := range turns {
			hosts[i], took = v.Host, took+v.To-v.From
		}
		text := strings.Join(hosts, " → ")
		if n > 6 {
			text = fmt.Sprintf("%s → … → %s, %d turns", strings.Join(hosts[:3], " → "), hosts[n-1], n)
		}
		f.t.print("  %6s  %s: %s", length(took), clean(turns[0].Stage), clean(text))
		if where := longestOf(turns); where != "" {
			f.t.print("  (%s)", where)
		}
		f.t.print("\n")
	}
}

// longestOf is where the time of visits goes: the steps that take most of it, all visits together.
func longestOf(turns []*Visit) string {
	var all Visit
	for _, v := range turns {
		for _, lap := range v.Steps {
			name := cmp.Or(lap.Type, lap.Step)
			if i := slices.IndexFunc(all.Steps, func(l Lap) bool { return l.Step == name }); i >= 0 {
				all.Steps[i].Took += lap.Took
				continue
			}
			all.Steps = append(all.Steps, Lap{Step: name, Took: lap.Took})
		}
	}
	return all.laps()
}
