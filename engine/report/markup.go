package report

import (
	"strings"
	"unicode"
)

// prose is text of people, or of hosts, on one line of Markdown: what is markup there, and above all <…>, which would vanish
// where HTML is made of it, is a character like any other.
func prose(text string) string { return escaped(oneLine(text)) }

// cell is prose that a table can hold.
func cell(text string) string { return strings.ReplaceAll(prose(text), "|", "\\|") }

// code is text to be shown as it is.
func code(text string) string {
	text = oneLine(text)
	ticks := "`"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// escaped is text whose markup is none: code, emphasis, tags, entities, links and escapes. An underscore inside of a word is
// no markup.
func escaped(text string) string {
	var b strings.Builder
	runes := []rune(" " + text + " ")
	for i, c := range runes[1 : len(runes)-1] {
		before, after := runes[i], runes[i+2]
		switch {
		case strings.ContainsRune("`*<~\\", c),
			c == '_' && !(isWord(before) && isWord(after)),
			c == '&' && (after == '#' || isWord(after)),
			c == '(' && before == ']':
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func isWord(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
