package twin_test

import (
	"bytes"
	"strings"
	"testing"
)

func TestGrepAndSortSayWhatRealOnesSay(t *testing.T) {
	c := pipeTwin()
	for line, want := range map[string]string{
		"grep -e a -e c":                "a\nca\na c\n",
		"grep -F -x -e a -e b":          "a\nb\n",
		"grep -v -x -F -e 'a\nca' -e b": "a c\n",
		"grep -m 1 c":                   "ca\n",
		"grep -c -m 2 .":                "2\n",
		"grep -v -m 1 a":                "b\n",
	} {
		var stdout, stderr bytes.Buffer
		c.Shell(t.Context(), "w1", strings.ReplaceAll(line, `\n`, "\n"), strings.NewReader("a\nb\nca\na c\n"), &stdout, &stderr)
		if stdout.String() != want || stderr.Len() > 0 {
			t.Errorf("%s says %q, want %q; %s", line, &stdout, want, &stderr)
		}
	}
	for order, want := range map[string]int{"1.9 1.10": 0, "1.10 1.9": 1, "1.9": 0} {
		if exit := c.Shell(t.Context(), "w1", "printf '%s\\n' "+order+" | sort -V -C", nil, &bytes.Buffer{}, &bytes.Buffer{}); exit != want {
			t.Errorf("of %s sort -V -C says %d, want %d", order, exit, want)
		}
	}
	for _, line := range []string{"grep -A 1 a", "grep -m many a", "sort -k 1 -k 2"} {
		var stderr bytes.Buffer
		if c.Shell(t.Context(), "w1", line, strings.NewReader("a\n"), &bytes.Buffer{}, &stderr); !strings.Contains(stderr.String(), "not known to the simulated hosts") {
			t.Errorf("%s is answered with %q, as if the twin knew it", line, &stderr)
		}
	}
}
