package twin

import (
	"math"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
)

// posix turns a POSIX regular expression into one of Go. In a basic one \( \) \{ \} \+ \? \| are the
// operators, and the plain characters are themselves.
func posix(expression string, extended, ignoreCase bool) (*pattern, error) {
	var out strings.Builder
	if ignoreCase {
		out.WriteString("(?i)")
	}
	for i := 0; i < len(expression); i++ {
		b := expression[i]
		switch {
		case b == '[':
			end := classEnd(expression[i:])
			if end < 0 {
				out.WriteString(`\[`)
				continue
			}
			out.WriteString(strings.ReplaceAll(expression[i:i+end+1], `\`, `\\`))
			i += end
		case b == '\\' && i+1 < len(expression):
			i++
			next := expression[i]
			switch {
			case !extended && strings.IndexByte("(){}+?|", next) >= 0:
				out.WriteByte(next)
			case next == '<' || next == '>':
				out.WriteString(`\b`)
			case next >= '0' && next <= '9', strings.IndexByte("wWsSbBn", next) >= 0:
				out.WriteByte('\\')
				out.WriteByte(next)
			default:
				out.WriteString(regexp.QuoteMeta(string(next)))
			}
		case !extended && strings.IndexByte("(){}+?|", b) >= 0:
			out.WriteByte('\\')
			out.WriteByte(b)
		case b == '*' && (i == 0 || !extended && expression[i-1] == '('):
			out.WriteString(`\*`)
		default:
			out.WriteByte(b)
		}
	}
	return compiled(out.String())
}

// classEnd is the index of the bracket that ends a class at the start of text.
func classEnd(text string) int {
	i := 1
	if i < len(text) && text[i] == '^' {
		i++
	}
	if i < len(text) && text[i] == ']' {
		i++
	}
	for ; i < len(text); i++ {
		if strings.HasPrefix(text[i:], "[:") {
			if end := strings.Index(text[i:], ":]"); end > 0 {
				i += end + 1
				continue
			}
		}
		if text[i] == ']' {
			return i
		}
	}
	return -1
}

func grep(p *process) int {
	args := p.args()
	set, rest, known := flags(reordered(args), "qEFovcsihHxwnlLr", "em")
	if !known {
		return p.usage()
	}
	has := func(letter byte) bool { _, there := set[letter]; return there }
	most := math.MaxInt
	if has('m') {
		var err error
		if most, err = strconv.Atoi(set['m']); err != nil {
			return p.usage()
		}
	}
	expression, named := set['e']
	if !named {
		if len(rest) == 0 {
			return p.usage()
		}
		expression, rest = rest[0], rest[1:]
	}
	var alternatives []string
	for line := range strings.SplitSeq(expression, "\n") {
		if has('F') {
			line = regexp.QuoteMeta(line)
		}
		alternatives = append(alternatives, line)
	}
	var patterns []*pattern
	for _, a := range alternatives {
		if has('w') {
			a = `\<` + a + `\>`
		}
		re, err := posix(a, has('E') || has('F'), has('i'))
		if has('F') {
			re, err = compiled(map[bool]string{true: "(?i)"}[has('i')] + a)
		}
		if err == nil && has('x') {
			re, err = compiled("^(?:" + re.String() + ")$")
		}
		if err != nil {
			p.errf("grep: Invalid regular expression\n")
			return 2
		}
		patterns = append(patterns, re)
	}
	return p.grepFiles(rest, patterns, most, has)
}

// grepFiles looks for the patterns; its status is 0 found, 1 not found, 2 trouble.
func (p *process) grepFiles(names []string, patterns []*pattern, most int, has func(byte) bool) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	if has('r') {
		names = p.filesBelow(names)
	}
	found, trouble := false, false
	for _, name := range names {
		text, err := p.read(name)
		if err != nil {
			trouble = true
			if !has('s') {
				p.errf("grep: %s: %s\n", name, sentence(err))
			}
			continue
		}
		count := 0
		head := ""
		if (len(names) > 1 || has('H') || has('r')) && !has('h') {
			head = name + ":"
		}
		for _, line := range linesOf(text) {
			if count == most {
				break
			}
			matches := matchesOf(patterns, line, has('o'))
			if (matches != nil) == has('v') {
				continue
			}
			count++
			if has('q') {
				return 0 // whatever else there is
			}
			switch {
			case has('c'), has('l'), has('L'):
			case has('o'):
				for _, match := range matches {
					if match != "" {
						p.outf("%s%s\n", head, match)
					}
				}
			default:
				p.outf("%s%s\n", head, line)
			}
		}
		found = found || count > 0
		switch {
		case has('c'):
			p.outf("%s%d\n", head, count)
		case has('l') && count > 0, has('L') && count == 0:
			p.outf("%s\n", name)
		}
	}
	switch {
	case found && !trouble:
		return 0
	case trouble:
		return 2
	}
	return 1
}

// matchesOf are the parts of a line that match, or the whole line where nobody asks for parts; nil where
// nothing does.
func matchesOf(patterns []*pattern, line string, parts bool) []string {
	for _, re := range patterns {
		if !strings.HasPrefix(line, re.begins) {
			continue
		}
		if !parts {
			if re.MatchString(line) {
				return []string{line}
			}
			continue
		}
		if matches := re.FindAllString(line, -1); matches != nil {
			return matches
		}
	}
	return nil
}

// reordered puts options before operands, as GNU programs let them stand anywhere before a "--".
func reordered(args []string) []string {
	var options, operands []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(append(append(options, "--"), operands...), args[i+1:]...)
		}
		if len(arg) > 1 && arg[0] == '-' {
			options = append(options, arg)
			if last := arg[len(arg)-1]; (last == 'e' || last == 'm') && i+1 < len(args) {
				i++
				options = append(options, args[i])
			}
			continue
		}
		operands = append(operands, arg)
	}
	return append(append(options, "--"), operands...)
}

// pattern is an expression that was compiled.
type pattern struct {
	*regexp.Regexp
	begins string // what every line that matches begins with: most lines of a long list need no more than a glance
}

// beginning is the text that every match of an expression begins with at the start of a line: of ^kubelet[.] it is kubelet.
func beginning(expression string) string {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil || tree.Op != syntax.OpConcat || len(tree.Sub) < 2 || tree.Sub[0].Op != syntax.OpBeginText {
		return ""
	}
	if text := tree.Sub[1]; text.Op == syntax.OpLiteral && text.Flags&syntax.FoldCase == 0 {
		return string(text.Rune)
	}
	return ""
}

// patterns are the expressions that were compiled last, of all twins: scripts have a hundred or so, and run on every host.
var patterns struct {
	sync.Mutex
	of map[string]*pattern // by text
}

// compiled is the pattern of an expression.
func compiled(text string) (*pattern, error) {
	patterns.Lock()
	defer patterns.Unlock()
	if known := patterns.of[text]; known != nil {
		return known, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	if patterns.of == nil || len(patterns.of) >= mostTrees {
		patterns.of = map[string]*pattern{}
	}
	patterns.of[text] = &pattern{re, beginning(text)}
	return patterns.of[text], nil
}
