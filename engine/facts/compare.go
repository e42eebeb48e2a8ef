package facts

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Difference is a value that two files of facts do not share.
type Difference struct {
	Host, What string // host-facts swap, or a command
	Was, Now   string // "" where it is not there
}

// fleeting are outputs that differ from one look to the next, and say nothing of what would be done.
var fleeting = map[string]bool{"clock_ahead": true, "etcd_mib": true, "free_mib_etcd": true, "free_mib_kubernetes": true, "free_mib_backups": true}

// Compare says in which outputs of their steps two files differ, by host.
func Compare(a, b *File) []Difference {
	was, order := a.outputs()
	now, more := b.outputs()
	for _, k := range more {
		if _, known := was[k]; !known {
			order = append(order, k)
		}
	}
	var found []Difference
	for _, k := range order {
		if was[k] != now[k] {
			found = append(found, Difference{k.host, k.what, was[k], now[k]})
		}
	}
	return found
}

type output struct{ host, what string }

// outputs are the values that steps found, in the order of the file.
func (f *File) outputs() (map[output]string, []output) {
	values, order := map[output]string{}, []output{}
	for _, found := range f.Found {
		for _, name := range slices.Sorted(maps.Keys(found.Outputs)) {
			if fleeting[name] {
				continue
			}
			k := output{found.Host, found.Type + " " + name}
			text := plain(found.Outputs[name])
			if old, again := values[k]; again && old != text { // asked more than once: the last look counts
				values[k] = text
				continue
			} else if !again {
				order = append(order, k)
			}
			values[k] = text
		}
		if found.Text != "" {
			k := output{found.Host, found.Type + ": " + string(found.Outcome)}
			if _, again := values[k]; !again {
				order = append(order, k)
			}
			values[k] = found.Text
		}
	}
	return values, order
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
	var was, now []any
	if json.Unmarshal([]byte(d.Was), &was) == nil && json.Unmarshal([]byte(d.Now), &now) == nil {
		return what + ":" + only(" - ", was, now) + only(" + ", now, was) + fields(was, now)
	}
	return fmt.Sprintf("%s: %s → %s", what, orNothing(d.Was), orNothing(d.Now))
}

// OfNumbers says that a number has become another one: free space, ages, counts, which are never the same for long.
func (d Difference) OfNumbers() bool {
	_, was := strconv.ParseFloat(d.Was, 64)
	_, now := strconv.ParseFloat(d.Now, 64)
	return was == nil && now == nil
}

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
