package twin

import (
	"strings"
	"time"
)

// sedCommand is one command of a sed script: an address, and s, p, d or q.
type sedCommand struct {
	first, last string   // line numbers as text, or "$"; empty for none
	match       *pattern // an address that is a pattern
	until       *pattern // the end of a range that is a pattern
	negated     bool
	verb        byte
	pattern     *pattern
	replacement string
	global      bool
	prints      bool
	inside      bool // of a range
}

func sed(p *process) int {
	var scripts, names []string
	quiet, inPlace, extended, suffix := false, false, false, ""
	args := p.args()
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "-e" && i+1 < len(args):
			i++
			scripts = append(scripts, args[i])
		case arg == "--":
			names = append(names, args[i+1:]...)
			i = len(args)
		case strings.HasPrefix(arg, "-i") || strings.HasPrefix(arg, "--in-place"):
			inPlace, suffix = true, strings.TrimPrefix(strings.TrimPrefix(arg, "-i"), "--in-place=")
		case len(arg) > 1 && arg[0] == '-':
			for _, letter := range arg[1:] {
				switch letter {
				case 'n':
					quiet = true
				case 'E', 'r':
					extended = true
				case 'i':
					inPlace = true
				case 'e', 's':
				default:
					return p.usage()
				}
			}
		default:
			names = append(names, arg)
		}
	}
	if scripts == nil {
		if len(names) == 0 {
			return p.usage()
		}
		scripts, names = names[:1], names[1:]
	}
	commands, ok := parseSed(strings.Join(scripts, "\n"), extended)
	if !ok {
		return p.usage()
	}
	if !inPlace {
		found, ok := p.texts(names)
		p.outf("%s", runSed(commands, strings.Join(found, ""), quiet))
		return status(ok)
	}
	for _, name := range names {
		text, err := p.read(name)
		if err != nil {
			return p.fail("can't read %s: %s", name, sentence(err))
		}
		edited := runSed(commands, text, quiet)
		_ = p.locked(func(d *disk, now time.Time) error { // it was read, so it can be written
			at := p.path(name)
			if suffix != "" {
				d.put(at+suffix, file{mode: 0o644, data: text, mtime: now}, now)
			}
			return d.write(at, edited, 0o644, now)
		})
	}
	return 0
}

// parseSed reads commands separated by newlines or semicolons.
func parseSed(text string, extended bool) ([]*sedCommand, bool) {
	var commands []*sedCommand
	for {
		text = strings.TrimLeft(text, " \t\n;")
		if text == "" {
			return commands, len(commands) > 0
		}
		c := &sedCommand{}
		var ok bool
		if text, c.first, c.match, ok = sedAddress(text, extended); !ok {
			return nil, false
		}
		if strings.HasPrefix(text, ",") {
			if text, c.last, c.until, ok = sedAddress(text[1:], extended); !ok {
				return nil, false
			}
		}
		text = strings.TrimLeft(text, " ")
		if strings.HasPrefix(text, "!") {
			c.negated, text = true, text[1:]
		}
		if text == "" {
			return nil, false
		}
		c.verb, text = text[0], text[1:]
		switch c.verb {
		case 'p', 'd', 'q':
		case 's':
			if text, ok = c.substitution(text, extended); !ok {
				return nil, false
			}
		default:
			return nil, false
		}
		commands = append(commands, c)
	}
}

func sedAddress(text string, extended bool) (rest, line string, match *pattern, ok bool) {
	switch {
	case text == "":
		return text, "", nil, true
	case text[0] == '$':
		return text[1:], "$", nil, true
	case text[0] >= '0' && text[0] <= '9':
		end := 0
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		return text[end:], text[:end], nil, true
	case text[0] == '/' || text[0] == '\\' && len(text) > 1:
		delimiter := text[0]
		text = text[1:]
		if delimiter == '\\' {
			delimiter, text = text[0], text[1:]
		}
		expression, rest, found := upTo(text, delimiter)
		re, err := posix(expression, extended, false)
		return rest, "", re, found && err == nil
	}
	return text, "", nil, true
}

// upTo cuts text at a delimiter that is not escaped; an escaped one loses its backslash.
func upTo(text string, delimiter byte) (before, after string, found bool) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			if text[i+1] != delimiter {
				out.WriteByte('\\')
			}
			out.WriteByte(text[i+1])
			i++
		case text[i] == delimiter:
			return out.String(), text[i+1:], true
		default:
			out.WriteByte(text[i])
		}
	}
	return "", "", false
}

func (c *sedCommand) substitution(text string, extended bool) (rest string, ok bool) {
	if text == "" {
		return "", false
	}
	delimiter := text[0]
	expression, text, ok1 := upTo(text[1:], delimiter)
	replacement, text, ok2 := upTo(text, delimiter)
	if !ok1 || !ok2 {
		return "", false
	}
	ignoreCase := false
	for text != "" && strings.IndexByte("gpIi", text[0]) >= 0 {
		switch text[0] {
		case 'g':
			c.global = true
		case 'p':
			c.prints = true
		default:
			ignoreCase = true
		}
		text = text[1:]
	}
	var err error
	c.pattern, err = posix(expression, extended, ignoreCase)
	c.replacement = replacement
	return text, err == nil
}

// replace applies s to a line.
func (c *sedCommand) replace(line string) (string, bool) {
	var out strings.Builder
	at, done := 0, false
	for _, match := range c.pattern.FindAllStringSubmatchIndex(line, -1) {
		if done && !c.global {
			break
		}
		out.WriteString(line[at:match[0]])
		for i := 0; i < len(c.replacement); i++ {
			b := c.replacement[i]
			group := -1
			switch {
			case b == '&':
				group = 0
			case b == '\\' && i+1 < len(c.replacement):
				i++
				switch next := c.replacement[i]; {
				case next >= '0' && next <= '9':
					group = int(next - '0')
				case next == 'n':
					out.WriteByte('\n')
				case next == 't':
					out.WriteByte('\t')
				default:
					out.WriteByte(next)
				}
			default:
				out.WriteByte(b)
			}
			if group >= 0 && 2*group+1 < len(match) && match[2*group] >= 0 {
				out.WriteString(line[match[2*group]:match[2*group+1]])
			}
		}
		at, done = match[1], true
	}
	out.WriteString(line[at:])
	return out.String(), done
}
