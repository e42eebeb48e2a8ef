package report

import (
	_ "embed"
	"fmt"
	"iter"
	"slices"
	"strings"

	"rung/engine/step"
)

//go:embed byhand.sh
var prelude string

// sheet is the text of a script while it is written.
type sheet struct {
	strings.Builder
	of     *stretch
	files  []kept
	inputs []string // bodies of functions that print what a command reads, where that is secret
	number int
}

// kept is a text that is written into a file of the script's folder.
type kept struct {
	name  string
	text  string
	fills []fill
	read  bool // by a command, to the last byte
}

// fill puts a variable in the place of a mark.
type fill struct{ mark, variable string }

// text is s as a script. node is the name of its host in Kubernetes, where that is another.
func (s *stretch) text(name, node string) string {
	w := &sheet{of: s}
	body := sheet{of: s}
	for i, x := range s.parts {
		if i == 0 || s.parts[i-1].chapter != x.chapter || s.parts[i-1].page != x.page {
			fmt.Fprintf(&body, "\n# %s, %s\n", x.chapter.Stage, x.page.Host)
		}
		body.part(x)
	}
	w.Grow(len(prelude) + body.Len() + 2048)
	w.head(s, name, node, body.sudo(s))
	for _, file := range body.files {
		w.file(file)
	}
	for i, input := range body.inputs {
		fmt.Fprintf(w, "reads_%d() {\n%s}\n", i+1, input)
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
		fmt.Fprintf(w, "on %s\n", words(hosts, nil))
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
		case aSecret:
			fmt.Fprintf(w, "secret %s %s\n", a.name, step.Quote(a.question))
		case aFile:
			fmt.Fprintf(w, "want %s %s\n", a.name, step.Quote(a.question))
		case aValue:
			fmt.Fprintf(w, "want %s %s\n", a.name, step.Quote(a.question))
			if a.inText {
				fmt.Fprintf(w, "word %s\n", a.name)
			}
		}
	}
	w.WriteString("work=$(mktemp -d)\n")
}

// file writes a text into a file of the script's folder, with the values that were asked for.
func (w *sheet) file(k kept) {
	end := "RUNG"
	for strings.Contains("\n"+k.text, "\n"+end+"\n") {
		end += "_"
	}
	target := "cat"
	if len(k.fills) > 0 {
		target = "sed"
	}
	for _, f := range k.fills {
		target += " -e " + step.Quote("s|"+pattern(f.mark)+"|") + "\"$" + f.variable + "\"'|g'"
	}
	fmt.Fprintf(w, "%s >\"$work/%s\" <<'%s'\n%s\n%s\n", target, k.name, end, strings.TrimSuffix(k.text, "\n"), end)
	if k.read && !strings.HasSuffix(k.text, "\n") { // which a command may read as part of a password
		fmt.Fprintf(w, "ends_so %s\n", k.name)
	}
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
		fmt.Fprintf(w, "if test \"$%s\" = yes; then\n", w.name(x.choice()))
		indent = "  "
	}
	for _, a := range x.acts {
		if a.Save != nil {
			fmt.Fprintf(w, "%s# %s: asked above\n", indent, oneLine(a.Title))
			continue
		}
		w.act(x, a, indent)
	}
	if e.If != "" {
		w.WriteString("fi\n")
	}
}

// name is the variable that holds the answer.
func (w *sheet) name(a ask) string {
	if i, known := w.of.found[a.answer()]; known {
		return w.of.asks[i].name
	}
	panic("a question that nobody asks: " + a.question) // part.asks has it
}

// act writes one action.
func (w *sheet) act(x part, a Act, indent string) {
	w.number++
	e := x.entry
	title := a.Title
	if e.Name != "" && e.Name != a.Title {
		title = e.Name + ": " + a.Title
	}
	fmt.Fprintf(w, "%sbegin %s\n", indent, step.Quote(fmt.Sprintf("%d. %s", w.number, oneLine(title))))
	if a.Check != nil {
		fmt.Fprintf(w, "%sif done_already %s; then :; else\n", indent, w.call(x, a, *a.Check))
		defer fmt.Fprintf(w, "%sfi\n", indent)
		indent += "  "
	}
	call := w.call(x, a, a.Do)
	switch {
	case a.Until != nil:
		every := max(1, int(a.Until.Every))
		call = fmt.Sprintf("wait_until %s %d %d %s", step.Quote(oneLine(a.Until.What)), every, int(a.Until.For), call)
	case !a.Mutates:
		call = fmt.Sprintf("shown %d.out %s", w.number, call)
	}
	fmt.Fprintf(w, "%s%s || gave_up\n", indent, call)
}

// call is a command of a, in one line of the script.
func (w *sheet) call(x part, a Act, o Order) string {
	blanks := w.blanks(x, a, o)
	var parts []string
	for _, e := range slices.Concat(o.Env, o.Host) {
		name, value, _ := strings.Cut(e, "=")
		if value = word(value, blanks); hasCredentials(e) {
			value = "\"$" + w.name(credentials(e)) + "\""
		}
		parts = append(parts, "with "+step.Quote(name)+"="+value)
	}
	if o.Script != "" {
		parts = append(parts, "script "+w.keep("script", o.Script, blanks))
	}
	if len(o.Argv) > 0 {
		parts = append(parts, words(o.Argv, blanks))
	}
	call := strings.Join(parts, " ")
	switch {
	case o.inParts():
		return fmt.Sprintf("told reads_%d %s", w.reads(o.Reads, blanks), call)
	case o.Secret:
		return "fed \"$" + w.name(x.secret(a)) + "\" " + call
	case o.Stdin != "":
		return "fed \"$work/" + w.keep("input", o.Stdin, blanks) + "\" " + call
	}
	return call + " </dev/null"
}

// reads is the number of the function that prints these parts. No list of processes has them: printf is of the shell.
func (w *sheet) reads(parts step.SecretParts, blanks []fill) int {
	body := ""
	for _, p := range parts {
		text := word(p.Text, blanks)
		if p.Input != "" {
			text = "\"$" + w.name(secretInput(p.Input)) + "\""
		}
		body += "  printf %s " + text + "\n"
	}
	i := slices.Index(w.inputs, body)
	if i < 0 {
		i, w.inputs = len(w.inputs), append(w.inputs, body)
	}
	return i + 1
}

// blanks are what stands in o for what is not known, with the variables that are put in their place.
func (w *sheet) blanks(x part, a Act, o Order) []fill {
	var all []fill
	for _, ask := range x.wants(a, &o) {
		if ask.kind == aValue && o.mentions(ask.stands) {
			all = append(all, fill{ask.stands, w.name(ask)})
		}
	}
	return all
}

// keep is the name of a file with text.
func (w *sheet) keep(kind, text string, blanks []fill) string {
	k := kept{name: fmt.Sprintf("%s-%d", kind, len(w.files)+1), read: kind == "input"}
	for piece, f := range pieces(text, blanks) {
		if f.variable == "" {
			k.text += piece
			continue
		}
		f.mark = "<" + f.variable + ">" // an expression may have several lines, and sed wants one
		for strings.Contains(text, f.mark) {
			f.mark = "<" + f.mark + ">"
		}
		if k.text += f.mark; !slices.Contains(k.fills, f) {
			k.fills = append(k.fills, f)
		}
	}
	for _, other := range w.files {
		if other.text == k.text && other.read == k.read && slices.Equal(other.fills, k.fills) {
			return other.name
		}
	}
	w.files = append(w.files, k)
	return k.name
}

// pieces are those of text between the blanks, and the blanks in it.
func pieces(text string, blanks []fill) iter.Seq2[string, fill] {
	return func(yield func(string, fill) bool) {
		for text != "" {
			at, next := len(text), fill{}
			for _, b := range blanks {
				if i := strings.Index(text, b.mark); i >= 0 && (i < at || i == at && len(b.mark) > len(next.mark)) {
					at, next = i, b
				}
			}
			if at > 0 && !yield(text[:at], fill{}) || next.variable != "" && !yield(next.mark, next) {
				return
			}
			text = text[at+len(next.mark):]
		}
	}
}

// words are quoted for the script, with the variables of what is not known.
func words(list []string, blanks []fill) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = word(text, blanks)
	}
	return strings.Join(quoted, " ")
}

func word(text string, blanks []fill) string {
	if text == "" {
		return step.Quote(text)
	}
	var b strings.Builder
	for piece, f := range pieces(text, blanks) {
		if f.variable != "" {
			b.WriteString("\"$" + f.variable + "\"")
			continue
		}
		b.WriteString(step.Quote(piece))
	}
	return b.String()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
