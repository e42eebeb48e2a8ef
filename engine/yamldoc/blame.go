package yamldoc

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
)

// blame finds what is wrong with a file that the library cannot read. The
// library names the place where it gave up, which is often far below, or the
// beginning of the list that it stands in; this names the first line that does
// not fit the ones above it.
func blame(at diag.Pos, src []byte) (diag.Diagnostic, bool) {
	b := &blaming{at: at}
	for i, line := range strings.Split(string(src), "\n") {
		b.at.Line = i + 1
		if b.line([]rune(strings.TrimRight(line, "\r"))); b.found != nil {
			return *b.found, true
		}
	}
	switch {
	case b.quote.mark != 0:
		b.unclosed(b.quote, b.quote.mark)
	case len(b.open) > 0:
		last := b.open[len(b.open)-1]
		b.unclosed(last, closing[last.mark])
	default:
		return diag.Diagnostic{}, false
	}
	return *b.found, true
}

func (b *blaming) unclosed(m mark, with rune) {
	b.at = m.at
	b.say(m.at.Col-1, "this "+string(m.mark)+" is not closed", "close it with "+string(with))
}

type blaming struct {
	at     diag.Pos
	levels []level
	open   []mark // the brackets that are open
	quote  mark   // the quote that is open
	block  int    // > 0: the lines of a block text are indented by more than block-1
	took   take   // what the last line leaves to come
	found  *diag.Diagnostic
}

// level is a column where lines begin.
type level struct {
	col  int
	dash bool // items of a list
}

type mark struct {
	at   diag.Pos
	mark rune
}

// take is what may follow a line, deeper than it.
type take int

const (
	anything take = iota // a key or a dash without a value
	moreText             // the rest of a plain text
	nothing              // the value is complete
)

var closing = map[rune]rune{'{': '}', '[': ']'}

// say reports the mistake in column col, from 0, and what to do about it.
func (b *blaming) say(col int, text, hint string) {
	b.at.Col = col + 1
	d := diag.Errorf("yaml", b.at, "%s", text).WithHint("%s", hint)
	b.found = &d
}

func (b *blaming) line(line []rune) {
	col := 0
	for col < len(line) && line[col] == ' ' {
		col++
	}
	blank := strings.TrimSpace(string(line)) == ""
	switch {
	case b.quote.mark != 0 || len(b.open) > 0:
		b.value(line, col, true)
	case blank || line[col] == '#' || col == 0 && marker.MatchString(string(line)):
	case b.block > 0 && col >= b.block:
	default:
		wasBlock := b.block > 0
		b.block = 0
		b.content(line, col, wasBlock)
	}
}

var marker = regexp.MustCompile(`^(---|\.\.\.)(\s|$)`)

// content reads a line that begins in col: dashes, and then a key or a text.
func (b *blaming) content(line []rune, col int, afterBlock bool) {
	text := string(line[col:])
	if conflict.MatchString(text) {
		b.say(col, "a merge conflict is left here", "keep one of its sides")
		return
	}
	dash := strings.HasPrefix(text, "- ") || text == "-"
	colon := key.FindString(text)
	if !dash && colon == "" && b.took != nothing && len(b.levels) > 0 && col > b.levels[len(b.levels)-1].col {
		b.value(line, col, false) // a text on a line of its own, or the rest of one
		return
	}
	if !b.stands(col, dash) {
		return
	}
	switch {
	case dash:
		b.took = anything
		for next := col + 1; next < len(line); next++ {
			if line[next] != ' ' {
				if line[next] != '#' {
					b.content(line, next, false)
				}
				return
			}
		}
	case colon != "":
		b.took = anything
		b.value(line, col+utf8.RuneCountInString(colon), false)
	case len(b.levels) == 1 || len(b.levels) > 1 && b.levels[len(b.levels)-2].dash && b.took == anything:
		b.value(line, col, false) // an item that is a text, or a file that is one value
	default:
		b.noKey(text, col, afterBlock)
	}
}

var key = regexp.MustCompile(`^("[^"]*"|'[^']*'|[^\s"'#\[\]{},&*!|>@%-][^#"']*?|-[^\s][^#"']*?)\s*:(\s+|$)`)

// stands says whether a line, or what follows its dash, may begin in col.
func (b *blaming) stands(col int, dash bool) bool {
	popped := false
	for len(b.levels) > 0 && b.levels[len(b.levels)-1].col > col {
		b.levels, popped = b.levels[:len(b.levels)-1], true
	}
	n := len(b.levels)
	switch {
	case n == 0 || b.levels[n-1].col < col:
		if popped && n > 0 {
			b.say(col, "the indentation of this line fits none above it", "begin it in a column of the lines above: "+b.columns())
			return false
		}
		if n > 0 && b.took != anything {
			b.say(col, "this line is indented below one that has its value already", "let both begin in one column; or quote the value above, if it is to go on here")
			return false
		}
		b.levels = append(b.levels, level{col, dash})
	case b.levels[n-1].dash == dash:
	case dash && b.took == anything && !popped:
		b.levels = append(b.levels, level{col, true}) // a list may begin in the column of its key
	case !dash && n > 1 && b.levels[n-2].col == col:
		b.levels = b.levels[:n-1]
	case dash:
		b.say(col, "a dash stands here where keys begin", "move it below the key that its list belongs to")
		return false
	default:
		b.say(col, "a key stands here where the dashes of a list begin", "move it to the right, into the item that it belongs to, or begin a new item with a dash")
		return false
	}
	return true
}

func (b *blaming) columns() string {
	var list []string
	for i, l := range b.levels {
		if i == 0 || b.levels[i-1].col != l.col {
			list = append(list, fmt.Sprint(l.col+1))
		}
	}
	return strings.Join(list, ", ")
}

// noKey explains a line that is neither a key nor an item.
func (b *blaming) noKey(text string, col int, afterBlock bool) {
	word := tight.FindStringSubmatch(text)
	switch {
	case strings.ContainsRune(text, '\u00a0'):
		b.say(col, "this line holds a no-break space (U+00A0)", "write plain spaces: it was copied from a web page or a document")
	case word != nil:
		b.say(col, "a colon needs a space behind it", "write  "+word[1]+": "+word[2])
	case afterBlock || b.took == moreText:
		b.say(col, "this line is no key, and no part of the text above it", "indent a text of several lines deeper than its key")
	default:
		b.say(col, "this is neither a key with its value nor an item of a list", "a key is followed by a colon and a space, an item begins with a dash and a space")
	}
}

var (
	tight    = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_-]*):([^\s/].*)$`)
	conflict = regexp.MustCompile(`^(<<<<<<<|=======|>>>>>>>)`)
)
