package twin

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// sentence is an error as the tools print it.
func sentence(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		text := number.Error()
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return err.Error()
}

// texts are the contents of the files, or of standard input where there are none. It prints what cannot be
// read; ok is false then.
func (p *process) texts(names []string) (found []string, ok bool) {
	if len(names) == 0 {
		names = []string{"-"}
	}
	ok = true
	for _, name := range names {
		text, err := p.read(name)
		if err != nil {
			p.unreadable(name, err)
			ok = false
			continue
		}
		found = append(found, text)
	}
	return found, ok
}

// unreadable says that a file cannot be read, in the words of the program that was to read it.
func (p *process) unreadable(name string, err error) {
	form := map[string]string{"sed": "sed: can't read %s: %s\n", "head": "head: cannot open '%s' for reading: %s\n", "tail": "tail: cannot open '%s' for reading: %s\n", "sort": "sort: cannot read: %s: %s\n"}[p.argv[0]]
	if form == "" {
		form = p.argv[0] + ": %s: %s\n"
	}
	p.errf(form, name, sentence(err))
}

func status(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

// linesOf splits text into lines without their ends.
func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func (p *process) outLines(lines []string) {
	if len(lines) > 0 {
		p.outf("%s\n", strings.Join(lines, "\n"))
	}
}

func cat(p *process) int {
	_, names, known := flags(p.args(), "u", "")
	if !known {
		return p.usage()
	}
	found, ok := p.texts(names)
	for _, text := range found {
		p.outf("%s", text)
	}
	return status(ok)
}

func echo(p *process) int {
	p.outf("%s\n", strings.Join(p.args(), " "))
	return 0
}

// headTail reads -n N, -c N and -N.
func (p *process) headTail() (n int, fromStart, bytes bool, names []string, ok bool) {
	args := slices.Clone(p.args())
	if len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && args[0][1] >= '0' && args[0][1] <= '9' {
		args = append([]string{"-n", args[0][1:]}, args[1:]...)
	}
	set, names, ok := flags(args, "qvfF", "nc")
	count := "10"
	if v, there := set['n']; there {
		count = v
	}
	if v, there := set['c']; there {
		count, bytes = v, true
	}
	fromStart = strings.HasPrefix(count, "+")
	n, err := strconv.Atoi(strings.TrimPrefix(count, "+"))
	return n, fromStart, bytes, names, ok && err == nil
}

func head(p *process) int {
	n, _, bytes, names, known := p.headTail()
	if !known {
		return p.usage()
	}
	found, ok := p.texts(names)
	for _, text := range found {
		if bytes {
			p.outf("%s", text[:min(max(n, 0), len(text))])
			continue
		}
		lines := linesOf(text)
		if n < 0 {
			n = max(0, len(lines)+n)
		}
		p.outLines(lines[:min(n, len(lines))])
	}
	return status(ok)
}

func tail(p *process) int {
	n, fromStart, bytes, names, known := p.headTail()
	if !known {
		return p.usage()
	}
	found, ok := p.texts(names)
	n = max(n, -n)
	for _, text := range found {
		lines := linesOf(text)
		switch {
		case bytes && fromStart:
			p.outf("%s", text[min(max(n-1, 0), len(text)):])
		case bytes:
			p.outf("%s", text[max(0, len(text)-n):])
		case fromStart:
			p.outLines(lines[min(max(n-1, 0), len(lines)):])
		default:
			p.outLines(lines[max(0, len(lines)-n):])
		}
	}
	return status(ok)
}

// fields reads a list such as "1,3-5,7-" and tells whether a position is in it.
func fields(list string) (func(int) bool, bool) {
	type span struct{ low, high int }
	var spans []span
	for part := range strings.SplitSeq(list, ",") {
		low, high, ranged := strings.Cut(part, "-")
		s := span{1, 1 << 30}
		var err1, err2 error
		if low != "" {
			s.low, err1 = strconv.Atoi(low)
		}
		if !ranged {
			s.high = s.low
		} else if high != "" {
			s.high, err2 = strconv.Atoi(high)
		}
		if err1 != nil || err2 != nil || part == "-" || part == "" {
			return nil, false
		}
		spans = append(spans, s)
	}
	return func(i int) bool {
		return slices.ContainsFunc(spans, func(s span) bool { return i >= s.low && i <= s.high })
	}, true
}

func cut(p *process) int {
	set, names, known := flags(p.args(), "s", "dfcb")
	delimiter, list := "\t", set['f']
	if d, there := set['d']; there {
		delimiter = d
	}
	characters := set['c'] + set['b']
	if list == "" {
		list = characters
	}
	in, valid := fields(list)
	if !known || !valid {
		return p.usage()
	}
	found, ok := p.texts(names)
	for _, line := range linesOf(strings.Join(found, "")) {
		parts, glue := strings.Split(line, delimiter), delimiter
		if characters != "" {
			parts, glue = strings.Split(line, ""), ""
		} else if len(parts) == 1 {
			if _, only := set['s']; !only {
				p.outf("%s\n", line)
			}
			continue
		}
		var kept []string
		for i, part := range parts {
			if in(i + 1) {
				kept = append(kept, part)
			}
		}
		p.outf("%s\n", strings.Join(kept, glue))
	}
	return status(ok)
}

func uniq(p *process) int {
	set, names, known := flags(p.args(), "cdu", "")
	found, ok := p.texts(names)
	if !known {
		return p.usage()
	}
	lines := linesOf(strings.Join(found, ""))
	for i := 0; i < len(lines); {
		n := 1
		for i+n < len(lines) && lines[i+n] == lines[i] {
			n++
		}
		_, repeated := set['d']
		_, single := set['u']
		switch {
		case set['c'] != "":
			p.outf("%7d %s\n", n, lines[i])
		case repeated && n == 1, single && n > 1:
		default:
			p.outf("%s\n", lines[i])
		}
		i += n
	}
	return status(ok)
}

func wc(p *process) int {
	set, names, known := flags(p.args(), "lwcm", "")
	if !known {
		return p.usage()
	}
	found, ok := p.texts(names)
	for i, text := range found {
		var cells []string
		for letter, n := range map[byte]int{'l': strings.Count(text, "\n")} {
			if _, there := set[letter]; there || len(set) == 0 {
				cells = append(cells, strconv.Itoa(n))
			}
		}
		if _, there := set['w']; there || len(set) == 0 {
			cells = append(cells, strconv.Itoa(len(strings.Fields(text))))
		}
		if set['c']+set['m'] != "" || len(set) == 0 {
			cells = append(cells, strconv.Itoa(len(text)))
		}
		if len(names) > 0 {
			cells = append(cells, names[i])
		}
		p.outf("%s\n", strings.Join(cells, " "))
	}
	return status(ok)
}

func seq(p *process) int {
	first, step, last := 1, 1, 0
	var numbers []int
	for _, arg := range p.args() {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return p.usage()
		}
		numbers = append(numbers, n)
	}
	switch len(numbers) {
	case 1:
		last = numbers[0]
	case 2:
		first, last = numbers[0], numbers[1]
	case 3:
		first, step, last = numbers[0], numbers[1], numbers[2]
	default:
		return p.usage()
	}
	for i := first; step > 0 && i <= last && i-first < 1_000_000; i += step {
		p.outf("%d\n", i)
	}
	return 0
}

func cmpFiles(p *process) int {
	_, names, known := flags(p.args(), "sqwub", "U")
	if !known || len(names) != 2 {
		return p.usage()
	}
	found, ok := p.texts(names)
	switch {
	case !ok:
		return 2
	case found[0] == found[1]:
		return 0
	}
	if p.argv[0] == "diff" {
		p.outf("Files %s and %s differ\n", names[0], names[1])
	}
	return 1
}
