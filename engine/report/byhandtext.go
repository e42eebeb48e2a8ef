package report

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"rung/engine/step"
)

//go:embed byhand.sh
var prelude string

// sheet is the text of a script while it is written.
type sheet struct {
	strings.Builder
	files  map[string]string // texts that are written into files, by their names in the script
	names  []string
	asks   []ask
	number int
}

// text is s as a script. node is the name of its host in Kubernetes, where that is another.
func (s *stretch) text(name, node string) string {
	w := &sheet{files: map[string]string{}, asks: s.asks}
	var body sheet
	body.files, body.asks = w.files, s.asks
	for i, x := range s.parts {
		if i == 0 || s.parts[i-1].chapter != x.chapter || s.parts[i-1].page != x.page {
			fmt.Fprintf(&body, "\n# %s, %s\n", x.chapter.Stage, x.page.Host)
		}
		body.part(x)
	}
	w.head(s, name, node, body.sudo(s))
	for _, file := range body.names {
		w.file(file, w.files[file])
	}
	w.WriteString(body.String())
	if !strings.Contains(body.String(), "shown ") {
		w.WriteString("rm -rf \"$work\"\n")
	}
	w.WriteString("\necho \"$self: done\"\n")
	return w.String()
}

// sudo says whether anything of s wants to be root.
func (w *sheet) sudo(s *stretch) bool {
	for _, x := range s.parts {
		for _, a := range x.acts {
			if a.Do.Sudo || a.Check != nil && a.Check.Sudo {
				return true
			}
		}
	}
	return false
}

// head is everything up to the first command: helpers, the host, and what has to be known.
func (w *sheet) head(s *stretch, name, node string, root bool) {
	fmt.Fprintf(w, "#!/bin/sh\n# %s: for %s. What it does: rung render --format text. Run the scripts in the order of their numbers.\nset -eu\nself=%s\n%s\n", name, s.host, step.Quote(name), prelude)
	if s.host != step.ThisMachine {
		hosts := []string{s.host}
		if node != "" {
			hosts = append(hosts, node)
		}
		fmt.Fprintf(w, "on %s\n", words(hosts))
	}
	if root {
		w.WriteString("test \"$(id -u)\" = 0 || { echo \"$self: run it as root\" >&2; exit 2; }\n")
	}
	for _, a := range s.asks {
		switch a.kind {
		case aChoice:
			fmt.Fprintf(w, "decide %s %s\n", a.name, step.Quote(a.question))
		case aDemand:
			fmt.Fprintf(w, "demand %s %s %s\n", a.name, step.Quote(a.question), step.Quote(a.otherwise))
		case aFile:
			fmt.Fprintf(w, "want %s %s\n", a.name, step.Quote(a.question))
		case aValue:
			fmt.Fprintf(w, "want %s %s\n", a.name, step.Quote(a.question))
			if !strings.HasPrefix(a.name, "SECRET_") {
				fmt.Fprintf(w, "word %s\n", a.name)
			}
		}
	}
	w.WriteString("work=$(mktemp -d)\n")
}

// file writes text into a file of the script's folder, with the values that were asked for.
func (w *sheet) file(name, text string) {
	end := "RUNG"
	for strings.Contains("\n"+text, "\n"+end+"\n") {
		end += "_"
	}
	var fill strings.Builder
	for _, found := range open.FindAllStringSubmatch(text, -1) {
		if mark := "-e " + step.Quote("s|"+pattern(found[0])+"|") + "\"$" + variable(found[1]) + "\"'|g' "; !strings.Contains(fill.String(), mark) {
			fill.WriteString(mark)
		}
	}
	target := "cat"
	if fill.Len() > 0 {
		target = "sed " + strings.TrimSpace(fill.String())
	}
	fmt.Fprintf(w, "%s >\"$work/%s\" <<'%s'\n%s\n%s\n", target, name, end, strings.TrimSuffix(text, "\n"), end)
}

// pattern is text as a basic regular expression between bars.
func pattern(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\.*[]^$|`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// part writes the actions of a step.
func (w *sheet) part(x part) {
	e := x.entry
	if len(x.acts) == 0 {
		fmt.Fprintf(w, "# %s: asked above\n", oneLine(e.title()))
		return
	}
	indent := ""
	if e.If != "" {
		fmt.Fprintf(w, "if test \"$%s\" = yes; then\n", w.answer(e.question(e.If)))
		indent = "  "
	}
	for _, a := range x.acts {
		if a.Save != nil {
			fmt.Fprintf(w, "%s# %s: asked above\n", indent, oneLine(a.Title))
			continue
		}
		w.act(e, a, indent)
	}
	if e.If != "" {
		w.WriteString("fi\n")
	}
}

// answer is the variable of a yes or no.
func (w *sheet) answer(question string) string {
	for _, a := range w.asks {
		if a.kind == aChoice && a.question == question {
			return a.name
		}
	}
	panic("a question that nobody asks: " + question) // part.asks has it
}

// act writes one action.
func (w *sheet) act(e *Entry, a Act, indent string) {
	w.number++
	title := a.Title
	if e.Name != "" && e.Name != a.Title {
		title = e.Name + ": " + a.Title
	}
	fmt.Fprintf(w, "%sbegin %s\n", indent, step.Quote(fmt.Sprintf("%d. %s", w.number, oneLine(title))))
	if a.Check != nil {
		fmt.Fprintf(w, "%sif done_already %s; then :; else\n", indent, w.call(*a.Check))
		defer fmt.Fprintf(w, "%sfi\n", indent)
		indent += "  "
	}
	call := w.call(a.Do)
	switch {
	case a.Until != nil:
		every := max(1, int(a.Until.Every))
		call = fmt.Sprintf("wait_until %s %d %d %s", step.Quote(oneLine(a.Until.What)), every, int(a.Until.For), call)
	case !a.Mutates:
		call = fmt.Sprintf("shown %d.out %s", w.number, call)
	}
	fmt.Fprintf(w, "%s%s || gave_up\n", indent, call)
}

// call is a command, in one line of the script.
func (w *sheet) call(o Order) string {
	var parts []string
	vars := slices.Concat(o.Env, o.Host)
	if len(vars) > 0 {
		env := make([]string, len(vars))
		for i, e := range vars {
			name, value, _ := strings.Cut(e, "=")
			if env[i] = name + "=" + word(value); strings.Contains(value, "://…@") {
				env[i] = name + "=\"$SECRET_" + variable(name) + "\""
			}
		}
		parts = append(parts, "env "+strings.Join(env, " "))
	}
	switch {
	case o.Script != "" && len(vars) > 0:
		parts = append(parts, "sh -eu \"$work/"+w.keep("script", o.Script)+"\"")
	case o.Script != "":
		parts = append(parts, "script "+w.keep("script", o.Script))
	}
	if len(o.Argv) > 0 {
		parts = append(parts, words(o.Argv))
	}
	call := strings.Join(parts, " ")
	switch {
	case o.Secret:
		return "fed \"$SECRET_FILE\" " + call
	case o.Stdin != "":
		return "fed \"$work/" + w.keep("input", o.Stdin) + "\" " + call
	}
	return call + " </dev/null"
}

// keep is the name of a file with text.
func (w *sheet) keep(kind, text string) string {
	for _, name := range w.names {
		if w.files[name] == text {
			return name
		}
	}
	name := fmt.Sprintf("%s-%d", kind, len(w.names)+1)
	w.names = append(w.names, name)
	w.files[name] = text
	return name
}

// words are quoted for the script, with the variables of what is not known.
func words(list []string) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = word(text)
	}
	return strings.Join(quoted, " ")
}

func word(text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range open.FindAllStringSubmatchIndex(text, -1) {
		if at[0] > rest {
			b.WriteString(step.Quote(text[rest:at[0]]))
		}
		b.WriteString("\"$" + variable(text[at[2]:at[3]]) + "\"")
		rest = at[1]
	}
	if rest < len(text) || text == "" {
		b.WriteString(step.Quote(text[rest:]))
	}
	return b.String()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
