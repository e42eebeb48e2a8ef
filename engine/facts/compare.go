package facts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Difference is a value that two files of facts do not share.
type Difference struct {
	Host, What string // host-facts swap
	Step       string // that found it, by its name; "" where it has none, or several did
	Was, Now   string // "" where it is not there

	numbers bool // both are numbers, and not texts that look like some
}

// fleeting are outputs that differ from one look to the next, and say nothing of what would be done.
var fleeting = map[string]bool{"clock_ahead": true, "etcd_mib": true, "free_mib_etcd": true, "free_mib_kubernetes": true, "free_mib_backups": true}

// Compare says in which outputs of their steps two files differ, by host: of the steps that both have read, and of those that
// only one has tried, how they failed. What several steps of one type find alike is told once, of none of them.
func Compare(a, b *File) []Difference {
	var found []Difference
	told := map[Difference]int{}
	for _, p := range pairs(a.Found, b.Found) {
		for _, d := range p.differences() {
			alike := d
			alike.Step = ""
			i, again := told[alike]
			switch {
			case !again:
				told[alike], found = len(found), append(found, d)
			case found[i].Step != d.Step:
				found[i].Step = ""
			}
		}
	}
	return found
}

// Apart is how many steps only one of two files has read: Compare says nothing of them, for the other has not looked.
func Apart(a, b *File) (onlyA, onlyB int) {
	for _, p := range pairs(a.Found, b.Found) {
		switch {
		case len(p.differences()) > 0: // it is told, how the only one failed
		case p.now == nil:
			onlyA++
		case p.was == nil:
			onlyB++
		}
	}
	return onlyA, onlyB
}

// differences are those of one step. What only one file has is none: the other has not looked.
func (p pair) differences() []Difference {
	step, name := cmp.Or(p.now, p.was), p.name()
	differs := func(what string, was, now string) Difference {
		return Difference{Host: step.Host, What: step.Type + " " + what, Step: name, Was: was, Now: now}
	}
	was, now := p.was.fault(), p.now.fault()
	if was != "" || now != "" {
		if was == now {
			return nil
		}
		return []Difference{differs("outcome", cmp.Or(was, p.was.outcome()), cmp.Or(now, p.now.outcome()))}
	}
	if p.was == nil || p.now == nil {
		return nil
	}
	var found []Difference
	for _, name := range slices.Sorted(maps.Keys(p.was.Outputs)) {
		then := p.was.Outputs[name]
		value, is := p.now.Outputs[name]
		if !is || fleeting[name] || plain(then) == plain(value) {
			continue
		}
		d := differs(name, plain(then), plain(value))
		d.numbers = isNumber(then) && isNumber(value)
		found = append(found, d)
	}
	return found
}

// name is that of a step, and both where it has another one now.
func (p pair) name() string {
	if p.was != nil && p.now != nil && p.was.Title != "" && p.was.Title != p.now.Title {
		return p.was.Title + ", now " + cmp.Or(p.now.Title, "without a name")
	}
	return cmp.Or(p.now, p.was).Title
}

func isNumber(value any) bool { _, is := value.(float64); return is }

// outcome is how f ended; "" for none.
func (f *Finding) outcome() string {
	if f == nil {
		return ""
	}
	return string(f.Outcome)
}

// fault is how f failed, and why; "" where it did not.
func (f *Finding) fault() string {
	if f == nil || f.Text == "" {
		return ""
	}
	return string(f.Outcome) + ": " + f.Text
}

// plain is a value for people: texts as they are, all else as JSON.
func plain(value any) string {
	if text, is := value.(string); is {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// String is the difference in a line; of lists, what only one has, and of what both have by its name, its fields that differ.
func (d Difference) String() string {
	what := d.Host + ": " + d.What
	if d.Step != "" {
		what += " (" + d.Step + ")"
	}
	var was, now []any
	if json.Unmarshal([]byte(d.Was), &was) == nil && json.Unmarshal([]byte(d.Now), &now) == nil {
		return what + ":" + only(" - ", was, now) + only(" + ", now, was) + fields(was, now)
	}
	return fmt.Sprintf("%s: %s → %s", what, orNothing(d.Was), orNothing(d.Now))
}

// OfNumbers says that a number has become another one: free space, ages, counts, which are never the same for long.
func (d Difference) OfNumbers() bool { return d.numbers }

// named are the records of a list by their names.
func named(list []any) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, item := range list {
		record, _ := item.(map[string]any)
		if name, ok := record["name"].(string); ok {
			all[name] = record
		}
	}
	return all
}

// fields are those in which records of one name differ.
func fields(was, now []any) string {
	var text strings.Builder
	before, after := named(was), named(now)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		then, is := before[name], after[name]
		if is == nil {
			continue
		}
		for _, field := range slices.Sorted(maps.Keys(is)) {
			if !reflect.DeepEqual(then[field], is[field]) {
				fmt.Fprintf(&text, " %s %s %s → %s", name, field, orNothing(plain(then[field])), plain(is[field]))
			}
		}
	}
	return text.String()
}

// only is what one list has and the other has not, by the name where there is one.
func only(mark string, of, without []any) string {
	var text strings.Builder
	others := named(without)
	for _, item := range of {
		record, _ := item.(map[string]any)
		if name, ok := record["name"].(string); ok && others[name] != nil {
			continue
		}
		if !slices.ContainsFunc(without, func(other any) bool { return reflect.DeepEqual(item, other) }) {
			text.WriteString(mark + plain(item))
		}
	}
	return text.String()
}

func orNothing(text string) string {
	if text == "" {
		return "(nothing)"
	}
	return text
}
