package twin

import (
	"slices"
	"strconv"
	"strings"
)

func sortLines(p *process) int {
	set, names, known := flags(p.args(), "urnVsC", "kt")
	if !known {
		return p.usage()
	}
	found, ok := p.texts(names)
	lines := linesOf(strings.Join(found, ""))
	key := func(line string) string { return line }
	if spec, there := set['k']; there {
		first, _, _ := strings.Cut(strings.TrimRight(spec, "nrV"), ",")
		n, err := strconv.Atoi(strings.TrimRight(first, "nrV"))
		if err != nil || n < 1 {
			return p.usage()
		}
		key = func(line string) string {
			parts := strings.Fields(line)
			if t, there := set['t']; there {
				parts = strings.Split(line, t)
			}
			return strings.Join(parts[min(n-1, len(parts)):], " ")
		}
	}
	compare := strings.Compare
	if _, there := set['n']; there {
		compare = func(a, b string) int { return leadingNumber(a) - leadingNumber(b) }
	}
	if _, there := set['V']; there {
		compare = compareEVR
	}
	ordered := func(a, b string) int {
		order := compare(key(a), key(b))
		if order == 0 {
			order = strings.Compare(a, b)
		}
		if _, reversed := set['r']; reversed {
			return -order
		}
		return order
	}
	if _, only := set['C']; only { // it tells whether they are in order
		return status(ok && slices.IsSortedFunc(lines, ordered))
	}
	slices.SortStableFunc(lines, ordered)
	if _, unique := set['u']; unique {
		lines = slices.Compact(lines)
	}
	p.outLines(lines)
	return status(ok)
}

func leadingNumber(text string) int {
	text = strings.TrimLeft(text, " \t")
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || end == 0 && text[end] == '-') {
		end++
	}
	n, _ := strconv.Atoi(text[:end]) // no number counts as 0, as sort has it
	return n
}

// tr replaces, deletes or squeezes characters; sets may have ranges, escapes and a few classes.
func tr(p *process) int {
	set, operands, known := flags(p.args(), "dsc", "")
	if !known || len(operands) == 0 {
		return p.usage()
	}
	text, err := p.input()
	if err != nil {
		return p.fail("%v", err)
	}
	from := characters(operands[0])
	_, complement := set['c']
	in := func(r rune) bool { return slices.Contains(from, r) != complement }
	_, deletes := set['d']
	_, squeezes := set['s']
	var to []rune
	if len(operands) > 1 {
		to = characters(operands[1])
	}
	var out strings.Builder
	var last rune
	for i, r := range text {
		mapped := r
		if in(r) {
			switch {
			case deletes:
				continue
			case len(to) > 0 && complement:
				mapped = to[len(to)-1]
			case len(to) > 0:
				mapped = to[min(slices.Index(from, r), len(to)-1)]
			}
			if squeezes && i > 0 && mapped == last {
				continue
			}
		}
		out.WriteRune(mapped)
		last = mapped
	}
	p.outf("%s", out.String())
	return 0
}

// spelledOut are the classes of a set of tr, and its escapes.
var spelledOut = strings.NewReplacer("[:space:]", " \t\n\v\f\r", "[:digit:]", "0-9", "[:lower:]", "a-z", "[:upper:]", "A-Z", "[:alnum:]", "0-9A-Za-z", "[:alpha:]", "A-Za-z",
	`\n`, "\n", `\t`, "\t", `\r`, "\r", `\0`, "\x00", `\\`, `\`)

// characters spells out a set of tr.
func characters(set string) []rune {
	var all []rune
	runes := []rune(spelledOut.Replace(set))
	for i := 0; i < len(runes); i++ {
		if i+2 < len(runes) && runes[i+1] == '-' && runes[i+2] >= runes[i] && runes[i+2]-runes[i] < 256 {
			for r := runes[i]; r <= runes[i+2]; r++ {
				all = append(all, r)
			}
			i += 2
			continue
		}
		all = append(all, runes[i])
	}
	return all
}
