package twin

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rung/engine/step"
)

// What differs between two clusters of one shape, or from one minute to the next.
var readOnlyDifferences = []struct {
	pattern *regexp.Regexp
	same    string
}{
	{regexp.MustCompile(`(?m)[ \t]+$`), ""},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`), "TIME"},
	{regexp.MustCompile(`E\d{4} [\d:.]+ +\d+ memcache`), "E memcache"},
	{regexp.MustCompile(`(?m)^Last metadata expiration check: .*$`), "Last metadata expiration check"},
	{regexp.MustCompile(`(?m) +\d+[dms]\S*$`), " AGE"},
	{regexp.MustCompile(`\s+\d+[dms]\S* +v1`), " AGE v1"},
	{regexp.MustCompile(`MainPID=\d\d+`), "MainPID=PID"},
	{regexp.MustCompile(`GitCommit:"\w+"`), "GitCommit"},
	{regexp.MustCompile(`start exec "\w+"`), "start exec"},
	{regexp.MustCompile(`took = [\d.]+ms`), "took"},
	{regexp.MustCompile(`[0-9a-f]{14,16}, `), "ID, "},
	{regexp.MustCompile(`[\d.]+ MB, true, false, \d+, \d+, \d+,`), "SIZE"},
	{regexp.MustCompile(`(web|coredns|agent|kube-proxy)(-\w{8,10})?-[a-z0-9]{5}\b`), "$1"},
	{regexp.MustCompile(`cannot statx`), "cannot stat"}, // newer coreutils
	{regexp.MustCompile(`sh: (1: )?(\w+): (command )?not found`), "sh: $2: not found"},
}

func sameAnywhere(text string) string {
	for _, d := range readOnlyDifferences {
		text = d.pattern.ReplaceAllString(text, d.same)
	}
	return strings.TrimRight(text, "\n")
}

func TestReadOnlyCommandsSayWhatRealNodesSaid(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/read-only.txtar")
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]map[string]string{}
	for _, f := range archive.Files {
		name, part := path.Split(f.Name)
		if recorded[name] == nil {
			recorded[name] = map[string]string{}
		}
		recorded[name][part] = string(f.Data)
	}
	for name, real := range recorded {
		t.Run(strings.TrimSuffix(name, "/"), func(t *testing.T) {
			host, _, _ := strings.Cut(name, ".")
			l := newLab(t, Shape{ControlPlanes: 1, Workers: 2, Version: version("1.32.6"), Newest: version("1.32.6"), HostEtcdctl: true})
			r, err := l.Exec(t.Context(), host, step.Command{Argv: []string{"sh", "-uc", real["script"], "sh"}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Exit != exitOf(real["exit"]) {
				t.Errorf("exit %d, and it was %s", r.Exit, real["exit"])
			}
			for part, got := range map[string][]byte{"stdout": r.Stdout, "stderr": r.Stderr} {
				if diff := cmp.Diff(lines(sameAnywhere(real[part])), lines(sameAnywhere(string(got)))); diff != "" {
					t.Errorf("the real %s (-) and the twin's (+) differ:\n%s", part, diff)
				}
			}
		})
	}
}

func exitOf(text string) int {
	n := 0
	for _, digit := range strings.TrimSpace(text) {
		n = n*10 + int(digit-'0')
	}
	return n
}
