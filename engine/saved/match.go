package saved

import (
	"regexp"
	"strings"
)

// runID is what steps write for the id of a run in a dry-run.
const runID = "<run>"

// matcher compares a planned text with that of a run.
type matcher struct {
	id      string   // of the run
	unknown []string // what stands in planned texts for what was not known
}

// gap stands for what was not known while a pattern is made.
const gap = "\x00"

// matches says whether now is what planned became: one argument, or what is read, where what was not known may be anything.
func (m matcher) matches(planned, now string) bool {
	return m.match(planned, now, func(open string) string { return strings.ReplaceAll(regexp.QuoteMeta(open), gap, `.*`) })
}

// scripts compares scripts: there what was not known is a piece of a word, and no further word or command.
func (m matcher) scripts(planned, now string) bool { return m.match(planned, now, scriptPattern) }

func (m matcher) match(planned, now string, pattern func(open string) string) bool {
	planned = strings.ReplaceAll(planned, runID, m.id)
	if planned == now { // it may be a dry-run again, which knows no more
		return true
	}
	open := planned
	for _, name := range m.unknown {
		open = strings.ReplaceAll(open, name, gap)
	}
	return open != planned && whole(pattern(open), now)
}

func whole(pattern, now string) bool {
	return regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(now)
}

// What may stand in a script for a gap: nothing that ends a quotation or begins a command; and outside of quotation marks
// nothing that ends the word, makes several of it, or hides what follows.
const (
	quoted = "[^\n;&|<>$`()'\"\\\\]*"
	bare   = "[^\\s;&|<>$`()'\"\\\\#*?[]*"
)

// scriptPattern is the pattern of a script with gaps. A word may be in quotation marks only for what stands in it for a gap.
func scriptPattern(open string) string {
	if strings.Contains(open, "<<") { // what is quoted in a here-document, nobody tells without a parser
		return strings.ReplaceAll(regexp.QuoteMeta(open), gap, bare)
	}
	var p strings.Builder
	double := false
	for i := 0; i < len(open); i++ {
		length := 1
		switch c := open[i]; {
		case c == gap[0] && double:
			p.WriteString(quoted)
			continue
		case c == gap[0]:
			p.WriteString(bare)
			continue
		case c == '"':
			double = !double
		case c == '#' && !double && (i == 0 || strings.IndexByte(" \t\n;", open[i-1]) >= 0): // a remark
			length = len(open) - i
			if end := strings.IndexByte(open[i:], '\n'); end >= 0 {
				length = end
			}
			p.WriteString(strings.ReplaceAll(regexp.QuoteMeta(open[i:i+length]), gap, bare))
			i += length - 1
			continue
		case c == '\\':
			length = min(2, len(open)-i)
		case c == '\'' && !double && strings.Contains(open[i+1:], "'"):
			inside := open[i+1 : i+1+strings.IndexByte(open[i+1:], '\'')]
			p.WriteString(quotedPattern(inside))
			i += len(inside) + 1
			continue
		}
		p.WriteString(regexp.QuoteMeta(open[i : i+length]))
		i += length - 1
	}
	return p.String()
}

// quotedPattern is the pattern of what stands in single quotation marks.
func quotedPattern(inside string) string {
	literal := regexp.QuoteMeta(inside)
	within := "'" + strings.ReplaceAll(literal, gap, quoted) + "'"
	if !strings.Contains(inside, gap) {
		return within
	}
	return "(?:" + within + "|" + strings.ReplaceAll(literal, gap, bare) + ")"
}
