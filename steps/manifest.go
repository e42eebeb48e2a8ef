package steps

import (
	"regexp"
	"slices"
	"strings"
)

// setting is one thing that a manifest says: a leaf of its tree.
type setting struct {
	path string // the keys that lead to it: spec.containers.command
	text string
}

var keyed = regexp.MustCompile(`^([A-Za-z0-9_./-]+):(?: +(.*))?$`)

// settings are the leaves of a document in YAML's block style, as kubeadm writes it and people edit it, in
// order. Items of a list have the path of the list, so that a comparison does not see their order: kubeadm
// up to 1.31 shuffles environment variables. What says nothing, such as "status: {}", is left out.
func settings(document string) []setting {
	type key struct {
		indent int
		path   string
	}
	var all []setting
	above := []key{{-1, ""}}
	for line := range strings.Lines(document) {
		text := strings.TrimLeft(strings.TrimRight(line, " \r\n"), " ")
		if text == "" || text[0] == '#' || text == "---" {
			continue
		}
		indent := len(strings.TrimRight(line, " \r\n")) - len(text)
		item := false
		for text == "-" || strings.HasPrefix(text, "- ") {
			above = slices.DeleteFunc(above, func(k key) bool { return k.indent > indent })
			rest := strings.TrimLeft(text[1:], " ")
			indent, text, item = indent+len(text)-len(rest), rest, true
		}
		if !item {
			above = slices.DeleteFunc(above, func(k key) bool { return k.indent >= indent })
		}
		path, value := above[len(above)-1].path, text
		if parts := keyed.FindStringSubmatch(text); parts != nil && !strings.HasPrefix(text, "--") {
			path, value = strings.TrimPrefix(path+"."+parts[1], "."), parts[2]
			if value == "" {
				above = append(above, key{indent, path})
			}
		}
		if value = unquoted(value); value != "" && !slices.Contains([]string{"{}", "[]", "null"}, value) {
			all = append(all, setting{path, value})
		}
	}
	return variables(all)
}

func unquoted(value string) string {
	if n := len(value); n >= 2 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		return value[1 : n-1]
	}
	return value
}

// variables joins the name of an environment variable and its value: NAME=value.
func variables(all []setting) []setting {
	var joined []setting
	for _, s := range all {
		last := len(joined) - 1
		if list, ok := strings.CutSuffix(s.path, ".env.value"); ok && last >= 0 && joined[last].path == list+".env.name" {
			joined[last] = setting{list + ".env", joined[last].text + "=" + s.text}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// change is what a manifest says and would not say any more, or what it would come to say.
type change struct {
	path      string
	went, now string // empty where there is nothing in its place
}

// changes compares what two manifests say. What has the same name on both sides is one change.
func changes(before, after []setting) []change {
	var list []change
	left := slices.Clone(after)
	take := func(same func(setting) bool) (setting, bool) {
		i := slices.IndexFunc(left, same)
		if i < 0 {
			return setting{}, false
		}
		found := left[i]
		left = slices.Delete(left, i, i+1)
		return found, true
	}
	var gone []setting
	for _, s := range before {
		if _, kept := take(func(other setting) bool { return other == s }); !kept {
			gone = append(gone, s)
		}
	}
	for _, s := range gone {
		other, _ := take(func(other setting) bool { return other.path == s.path && other.name() == s.name() })
		list = append(list, change{s.path, s.text, other.text})
	}
	for _, s := range left {
		list = append(list, change{s.path, "", s.text})
	}
	return list
}

// name is what stands before the "=" of a flag or a variable; empty for all else, of which the path is the name.
func (s setting) name() string {
	name, _, _ := strings.Cut(s.text, "=")
	if strings.HasPrefix(s.text, "--") || strings.HasSuffix(s.path, ".env") {
		return name
	}
	return ""
}

// name is that of the setting that changes.
func (c change) name() string {
	if c.went != "" {
		return setting{c.path, c.went}.name()
	}
	return setting{c.path, c.now}.name()
}

// commandPath leads to the flags, imagePath to what runs with them.
const (
	commandPath = "spec.containers.command"
	imagePath   = "spec.containers.image"
)

// label is what stands before a setting to say where it belongs; flags need none.
func (c change) label() string {
	if c.path == commandPath {
		return ""
	}
	return strings.TrimPrefix(strings.TrimPrefix(c.path, "spec."), "containers.") + ": "
}

// String is the change as an operator would say it.
func (c change) String() string {
	label := c.label()
	switch {
	case c.went == "":
		return label + c.now + " would come"
	case c.now == "":
		return label + c.went + " would go"
	}
	return label + c.went + " would become " + c.now
}
