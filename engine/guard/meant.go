package guard

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"rung/engine/diag"
)

// elsewhere is what other languages call our functions.
var elsewhere = map[string]string{
	"length": "did you mean len?", "size": "did you mean len?", "default": "write  x ?? y", "defined": "whether a step ran says steps.ID.outcome",
	"contains": "write  x in list", "semver": "did you mean version?", "to_string": "a text takes any value: ${{ x }}",
	"parameters": "a sequence reads parameters that it declares:  name: {parameters: {…}, steps: […]}", "params": "did you mean parameters? A sequence has them",
}

// elements are the fields of the records in the lists that the source reads.
func (t *translation) elements() Names {
	var fields Names
	for _, ref := range t.refs {
		if found, ok := t.names.Find(ref...); ok && found.Kind == List {
			fields = append(fields, found.Elem.Fields...)
		}
	}
	return fields
}

// meant says what word may have meant among the names that stand where it
// stands.
func (t *translation) meant(word string) string {
	scope, holder := t.names, ""
	if m := regexp.MustCompile(`([\w.]+)\??\.` + regexp.QuoteMeta(word) + `\b`).FindStringSubmatch(t.source); m != nil {
		if found, ok := t.names.Find(strings.Split(m[1], ".")...); ok {
			scope, holder = Names(found.Fields), m[1]
		}
	}
	if holder == "" && regexp.MustCompile(`(^|[^\w)\]])#?\.`+regexp.QuoteMeta(word)+`\b`).MatchString(t.source) {
		scope, holder = t.elements(), "an item of the list" // inside of all(list, .field)
	}
	var known []string
	for _, n := range scope {
		known = append(known, n.Name)
	}
	candidates := known
	if holder == "" {
		candidates = append(candidates, functionNames()...)
	}
	if holder == "" && elsewhere[word] != "" {
		return elsewhere[word]
	}
	if s := diag.DidYouMean(word, candidates); s != "" {
		return s
	}
	if foreign := diag.Suggest(word, slices.Sorted(maps.Keys(elsewhere))); holder == "" && foreign != "" {
		return elsewhere[foreign]
	}
	switch {
	case holder == "steps":
		return "no earlier step in scope has the id " + word
	case holder == "fleet":
		return "fleet has the ids of stages that are over, and of steps with outputs"
	case holder == "inputs" && len(known) == 0:
		return "the playbook declares no inputs"
	case len(known) == 0:
		return ""
	case holder != "":
		return holder + " has " + strings.Join(known, ", ")
	}
	return "known here are " + strings.Join(known, ", ") + ", and functions such as len, version and ladder"
}
