package ansible

import (
	"fmt"
	"regexp"
	"strconv"
)

var ranges = regexp.MustCompile(`^(.*?)\[([0-9]+|[A-Za-z]):([0-9]+|[A-Za-z])(?::([0-9]+))?\](.*)$`)

// most bounds what a range makes.
const most = 10000

// expand returns the hosts that a pattern with ranges names: w[01:10:3] and
// db-[a:c], both ends counted.
func expand(pattern string) ([]string, error) {
	m := ranges.FindStringSubmatch(pattern)
	if m == nil {
		return []string{pattern}, nil
	}
	step := 1
	if m[4] != "" {
		step, _ = strconv.Atoi(m[4])
	}
	from, to, show, err := ends(m[2], m[3])
	if err != nil || step < 1 || from > to || (to-from)/step > most {
		return nil, fmt.Errorf("the range of %s goes nowhere", pattern)
	}
	rest, err := expand(m[5])
	if err != nil {
		return nil, err
	}
	var names []string
	for n := from; n <= to; n += step {
		for _, tail := range rest {
			names = append(names, m[1]+show(n)+tail)
		}
		if len(names) > most {
			return nil, fmt.Errorf("%s names more than %d hosts", pattern, most)
		}
	}
	return names, nil
}

// ends reads both ends of a range, and says how a number between is written:
// as wide as the first where that begins with 0.
func ends(first, last string) (from, to int, show func(int) string, err error) {
	if from, err = strconv.Atoi(first); err == nil {
		to, err = strconv.Atoi(last)
		width := 0
		if first[0] == '0' {
			width = len(first)
		}
		return from, to, func(n int) string { return fmt.Sprintf("%0*d", width, n) }, err
	}
	if len(last) != 1 || last[0] <= '9' {
		return 0, 0, nil, fmt.Errorf("not a range")
	}
	return int(first[0]), int(last[0]), func(n int) string { return string(rune(n)) }, nil
}
