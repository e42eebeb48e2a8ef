package twin

import (
	"strconv"
	"strings"
)

// runSed edits text, line by line.
func runSed(commands []*sedCommand, text string, quiet bool) string {
	var out strings.Builder
	lines := linesOf(text)
	for _, c := range commands {
		c.inside = false
	}
	for i, line := range lines {
		deleted, stop := false, false
		for _, c := range commands {
			if !c.applies(line, i+1, i == len(lines)-1) {
				continue
			}
			switch c.verb {
			case 'p':
				out.WriteString(line + "\n")
			case 'd':
				deleted = true
			case 'q':
				stop = true
			case 's':
				edited, did := c.replace(line)
				line = edited
				if did && c.prints {
					out.WriteString(line + "\n")
				}
			}
			if deleted || stop {
				break
			}
		}
		if !deleted && !quiet {
			out.WriteString(line + "\n")
		}
		if stop {
			break
		}
	}
	return out.String()
}

// applies tells whether the command's address has this line.
func (c *sedCommand) applies(line string, number int, last bool) bool {
	at := func(word string, re *pattern) bool {
		switch {
		case re != nil:
			return re.MatchString(line)
		case word == "$":
			return last
		}
		n, err := strconv.Atoi(word)
		return err == nil && n == number
	}
	if c.first == "" && c.match == nil {
		return !c.negated
	}
	if c.last == "" && c.until == nil {
		return at(c.first, c.match) != c.negated
	}
	hit := c.inside
	if !c.inside && at(c.first, c.match) {
		hit, c.inside = true, true
		if n, err := strconv.Atoi(c.last); err == nil && n <= number {
			c.inside = false
		}
	} else if c.inside && at(c.last, c.until) {
		c.inside = false
	}
	return hit != c.negated
}
