package ansible

import (
	"regexp"
	"strings"

	"rung/engine/diag"
)

// readINI reads sections of hosts, [group:children] and [group:vars].
func (b *book) readINI(src string) {
	g, kind := b.group("ungrouped"), "hosts"
	for i, line := range strings.Split(src, "\n") {
		pos := diag.Pos{File: b.file, Line: i + 1, Col: 1 + len(line) - len(strings.TrimLeft(line, " \t"))}
		line = strings.TrimSpace(line)
		head := header.FindStringSubmatch(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case head != nil:
			g, kind = b.group(head[1]), "hosts"
			if head[2] != "" {
				kind = head[2]
			}
			if kind != "hosts" && kind != "children" && kind != "vars" {
				b.found = append(b.found, diag.Errorf("value", pos, "a section is [group], [group:children] or [group:vars], not %s", line).Over(len(line)))
			}
		case kind == "children":
			name, _, _ := strings.Cut(line, " ")
			g.children = append(g.children, b.group(name).name)
		case kind == "vars":
			name, text, ok := strings.Cut(line, "=")
			if !ok {
				b.found = append(b.found, diag.Errorf("value", pos, "a variable is written name=value, not %q", line).Over(len(line)))
				continue
			}
			g.vars = append(g.vars, literal(strings.TrimSpace(name), strings.TrimSpace(text), pos))
		default:
			b.iniHost(g, line, pos)
		}
	}
}

var header = regexp.MustCompile(`^\[([^\]:]+)(?::(\w+))?\]\s*(?:[#;].*)?$`)

// iniHost reads  name key=value key='a b'  of a section of hosts.
func (b *book) iniHost(g *group, line string, pos diag.Pos) {
	words, err := split(line)
	if err != "" {
		b.found = append(b.found, diag.Errorf("value", pos, "%s", err).Over(len([]rune(line))))
		return
	}
	name, vars := words[0], []variable(nil)
	if host, port, ok := strings.Cut(name, ":"); ok && !strings.Contains(name, "[") && !strings.Contains(port, ":") {
		name = host
		vars = append(vars, variable{"ansible_port", port, pos, true})
	}
	for _, word := range words[1:] {
		key, text, ok := strings.Cut(word, "=")
		if !ok {
			b.found = append(b.found, diag.Errorf("value", pos, "behind the host %s stands %q, which is not name=value", name, word).Over(len([]rune(line))))
			return
		}
		vars = append(vars, literal(key, text, pos))
	}
	b.host(g, name, pos, vars)
}

// literal is a variable of an INI file: Ansible reads lists and maps of Python
// there, which are not plain.
func literal(name, text string, pos diag.Pos) variable {
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		text = text[1 : len(text)-1]
	}
	return variable{name, text, pos, text == "" || !strings.ContainsAny(text[:1], "[{")}
}

// split cuts a line at white space, as a shell does with quotes and comments.
func split(line string) (words []string, mistake string) {
	var word strings.Builder
	quote, began := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, began = r, true
		case r == '#' && !began:
			return words, ""
		case r == ' ' || r == '\t':
			if began {
				words = append(words, word.String())
			}
			word.Reset()
			began = false
		default:
			word.WriteRune(r)
			began = true
		}
	}
	if quote != 0 {
		return nil, "a quote is not closed on this line"
	}
	if began {
		words = append(words, word.String())
	}
	return words, ""
}
