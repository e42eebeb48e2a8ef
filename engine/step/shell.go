package step

import (
	"regexp"
	"strings"
)

// Quote returns word as one word of a POSIX shell. It is the only quoting in
// the project.
func Quote(word string) string {
	if safe(word) {
		return word
	}
	return inQuotes(word)
}

func inQuotes(word string) string {
	var quoted strings.Builder
	writeInQuotes(&quoted, word)
	return quoted.String()
}

func writeInQuotes(to *strings.Builder, word string) {
	to.WriteByte('\'')
	for {
		part, rest, more := strings.Cut(word, "'")
		to.WriteString(part)
		if !more {
			break
		}
		to.WriteString(`'\''`)
		word = rest
	}
	to.WriteByte('\'')
}

// safe tells whether a word needs no quotes.
func safe(word string) bool { return word != "" && !strings.ContainsFunc(word, unsafe) }

func unsafe(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return false
	}
	return !strings.ContainsRune("@%+=:,./-_", r)
}

// Line returns c as a POSIX shell would be told it, without its surroundings:
// what an operator would type, or the script itself (which may span lines).
// Env stands before it, and standard input, but for a secret one, behind it.
func (c Command) Line() string {
	if c.Script == "" {
		return strings.Join(append(c.assignments(), quotedCommand(c.Argv)...), " ") + c.hereDocument()
	}
	var lines []string
	for _, set := range c.assignments() {
		lines = append(lines, "export "+set)
	}
	if len(c.Argv) > 0 {
		lines = append(lines, "set -- "+strings.Join(quoted(c.Argv), " "))
	}
	script := strings.Join(append(lines, c.Script), "\n")
	if here := c.hereDocument(); here != "" {
		return "{\n" + strings.TrimSuffix(script, "\n") + "\n}" + here
	}
	return script
}

// credentials finds a name and password in an address, as that of a proxy may have them: http://me:secret@proxy:3128.
var credentials = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*=[^\n]*://)[^\n]*@`)

// variables are those of c with credentials, hidden, and the others. Everybody on a host may read the arguments of a
// process, and sudo writes them into its log.
func (c Command) variables() (open, hidden []string) {
	for _, e := range c.Env {
		if credentials.MatchString(e) && !strings.Contains(e, "\n") {
			hidden = append(hidden, e)
		} else {
			open = append(open, e)
		}
	}
	return open, hidden
}

// Input is what is handed to the standard input of [Command.Wire]: variables that may stand in no argument, a line each
// up to an empty one, and Stdin.
func (c Command) Input() []byte {
	_, hidden := c.variables()
	if len(hidden) == 0 {
		return c.Stdin
	}
	return append([]byte(strings.Join(hidden, "\n")+"\n\n"), c.Stdin...)
}

// Shown is c as it may be shown and kept: without credentials in its variables, and without what it reads where that is
// secret.
func (c Command) Shown() Command {
	if c.Secret {
		c.Stdin = nil
	}
	var env []string
	for _, e := range c.Env {
		env = append(env, credentials.ReplaceAllString(e, "${1}…@"))
	}
	c.Env = env
	return c
}

// takeVariables reads them, and becomes the command.
const takeVariables = `while IFS= read -r e && [ -n "$e" ]; do eval "${e%%=*}=\${e#*=}; export ${e%%=*}"; done; exec "$@"`

// assignments are the variables of c, each as a shell sets it, without credentials: they are for people.
func (c Command) assignments() []string {
	var set []string
	for _, e := range c.Env {
		name, value, _ := strings.Cut(credentials.ReplaceAllString(e, "${1}…@"), "=")
		set = append(set, name+"="+Quote(value))
	}
	return set
}

// hereDocument is what c reads, as a shell would hand it over.
func (c Command) hereDocument() string {
	if len(c.Stdin) == 0 || c.Secret {
		return ""
	}
	text := strings.TrimSuffix(string(c.Stdin), "\n") + "\n"
	end := "EOF"
	for strings.Contains("\n"+text, "\n"+end+"\n") {
		end += "_"
	}
	return " <<'" + end + "'\n" + text + end
}

func quoted(words []string) []string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = Quote(w)
	}
	return q
}

// Path is the PATH of every command: a login's own may lack the sbin folders.
const Path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Wire returns the one line that is handed to the host's login shell, a POSIX
// shell, to run c, with Input as its standard input: a fixed locale and PATH, sudo where asked for, and the
// command as an argument vector. Without sudo the environment is set by the
// shell itself: an env beside it is one more program for every command.
func (c Command) Wire() string {
	open, hidden := c.variables()
	words := c.Argv
	if c.Script != "" {
		words = append([]string{"sh", "-euc", c.Script, "sh"}, c.Argv...)
	}
	if len(hidden) > 0 {
		words = append([]string{"sh", "-c", takeVariables, "sh"}, words...)
	}
	var line strings.Builder // a script comes through here for each host: it is copied once
	line.Grow(512 + len(c.Script) + 3*strings.Count(c.Script, "'"))
	if c.Sudo {
		line.WriteString("sudo -n -- env ")
	}
	line.WriteString("LC_ALL=C PATH=" + Path)
	for _, e := range open {
		if name, value, _ := strings.Cut(e, "="); c.Sudo {
			line.WriteString(" " + Quote(e))
		} else {
			line.WriteString(" " + name + "=" + Quote(value))
		}
	}
	for i, word := range words {
		line.WriteByte(' ')
		if safe(word) && (i > 0 || !assigns(words)) {
			line.WriteString(word)
		} else {
			writeInQuotes(&line, word)
		}
	}
	return line.String()
}

// quotedCommand quotes words so that the first is a command also where it
// looks like an assignment.
func quotedCommand(words []string) []string {
	q := quoted(words)
	if assigns(words) {
		q[0] = inQuotes(words[0])
	}
	return q
}

// assigns tells whether the first of words looks like an assignment.
func assigns(words []string) bool { return len(words) > 0 && strings.Contains(words[0], "=") }
