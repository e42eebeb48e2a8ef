package yamldoc

import (
	"strings"
)

// value reads what stands on a line from col on: a text, quoted or plain, or
// brackets. inside: a quote or a bracket of an earlier line is open.
func (b *blaming) value(line []rune, col int, inside bool) {
	for !inside && col < len(line) && strings.ContainsRune("&!*", line[col]) { // an anchor or a tag: Parse refuses them
		for col < len(line) && line[col] != ' ' {
			col++
		}
		for col < len(line) && line[col] == ' ' {
			col++
		}
	}
	rest := strings.TrimSpace(string(line[min(col, len(line)):]))
	switch {
	case inside:
	case rest == "" || rest[0] == '#':
		return // what comes stands below
	case rest[0] == '|' || rest[0] == '>':
		b.block, b.took = b.levels[len(b.levels)-1].col+2, nothing
		return
	case rest[0] != '[' && rest[0] != '{' && rest[0] != '"' && rest[0] != '\'':
		b.plain(line, col)
		return
	}
	b.took = nothing
	for i := col; i < len(line) && b.found == nil; i++ {
		i = b.token(line, i)
	}
}

// plain reads a text without quotes: a colon in it would end a key.
func (b *blaming) plain(line []rune, col int) {
	b.took = moreText
	for i := col; i+1 < len(line); i++ {
		switch {
		case line[i] == '#' && line[i-1] == ' ':
			return
		case line[i] == ':' && line[i+1] == ' ':
			b.say(i, "a text with a colon and a space in it must be quoted", `put " before and after it`)
			return
		}
	}
}

// token reads what begins at i inside of quotes or brackets, and returns where
// it ends.
func (b *blaming) token(line []rune, i int) int {
	here := b.at
	here.Col = i + 1
	c := line[i]
	switch {
	case b.quote.mark == '"' && c == '\\':
		return i + 1
	case b.quote.mark == '\'' && c == '\'' && i+1 < len(line) && line[i+1] == '\'':
		return i + 1
	case b.quote.mark != 0:
		if c == b.quote.mark {
			b.quote = mark{}
		}
	case c == '#' && (i == 0 || line[i-1] == ' '):
		return len(line)
	case (c == '"' || c == '\'') && starts(line, i):
		b.quote = mark{here, c}
	case c == '$' && strings.HasPrefix(string(line[i:]), "${{") && len(b.open) > 0:
		b.say(i, "an expression inside of [ ] or { } must be quoted", `write "${{ x }}"`)
	case closing[c] != 0:
		b.open = append(b.open, mark{here, c})
	case c == '}' || c == ']':
		n := len(b.open)
		if n == 0 || closing[b.open[n-1].mark] != c {
			b.say(i, "this "+string(c)+" closes nothing that is open", "check the brackets before it")
			return i
		}
		b.open = b.open[:n-1]
	}
	return i
}

// starts says whether a quote at i begins a text, and is not a part of one.
func starts(line []rune, i int) bool {
	for i--; i >= 0 && line[i] == ' '; i-- {
	}
	return i < 0 || strings.ContainsRune(":,[{-?", line[i])
}
