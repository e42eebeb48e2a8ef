package twin_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// A script with eval in it keeps its cases: what is said with them is what has to be said without.
func TestACaseChoosesWhatARealOneChooses(t *testing.T) {
	c := pipeTwin()
	say := func(line string) string {
		var stdout, stderr bytes.Buffer
		exit := c.Shell(t.Context(), "w1", line, strings.NewReader("from\noutside\n"), &stdout, &stderr)
		return fmt.Sprintf("exit %d\nstdout: %q\nstderr: %q", exit, &stdout, &stderr)
	}
	chosen := []string{
		"a) echo is a ;; b | c) echo is b or c ;; *) echo is another ;;",
		"'') echo is empty ;; *) echo has something ;;",
		"*.repo) echo repo ;; *.sources) echo sources ;;",
		"*\"\n\"*) echo lines ;; [!a-c]*) echo not at first ;; ?) echo one ;;",
		"'*') echo star ;; \\*) echo star too ;; a\\ b | 'a b') echo words ;; \"a\\b\" | [\\\\]) echo back ;;",
		"[[:digit:]]*) echo digits ;; [) echo open ;; a[) echo open too ;; [a) echo and this ;;",
		"\"$a\") echo as a ;; $b) echo as b ;;",
		"~ | ~/x | ~root) echo home ;;",
		"*) echo any ;;",
		"*) echo any ;; a) echo never ;;",
		"a) ;; *) false ;;",
		"*a*) case $2 in x) echo inner ;; *) echo inner other ;; esac ;; *) exit 4 ;;",
		"[0-9.]*) echo version ;; é*) echo accent ;; $'a') echo dollar ;;",
		"a) echo $? ;; *) exit ;;",
		"*) echo ${?} ;;",
	}
	words := []string{"$1", `"$1"`, "$@", `"$@"`, `"$*"`, "$*", "${1}x", "x$1", "$#", "$?", "$(echo \"$1\")", "$(false)", `"$(cat)"`, "~", `\*`, `a\b`, `"a\b"`, `"a\\b"`, "'a b'", "/etc/host*", "${1%%.*}", "${nothing:=a}", "$nothing", "${#1}", "$((1+1))", `"$1"'.repo'`}
	params := []string{"", "a", "b", "'a b'", "a x", "x.repo", "'' y", "'*'", `'a\b'`, `'\'`, "'\n'", "'['", "'a['", "é", "$(printf '\\377')", "1.2", "'a\nb'", "/root"}
	for _, word := range words {
		for _, arms := range chosen {
			// One script goes through all parameters: one session of shell is cheap, hundreds are not.
			script := fmt.Sprintf("f() { false; case %s in %s esac; echo \"then $?\"; }\n", word, arms)
			for _, p := range params {
				script += fmt.Sprintf("(b='a*' a=x; set -e -- %s; f \"$@\" || echo \"not $?\"); (set -u -- %s; f \"$@\"; trap 'echo over $?' EXIT; x=$(f \"$@\"); echo \"$x\"); (set -e -- %s; case %s in %s esac; echo on)\n", p, p, p, word, arms)
			}
			if got, want := say("true :; "+script), say("eval :; "+script); got != want {
				t.Errorf("%s\nwith its cases:    %s\nwithout: %s", script, want, got)
			}
		}
	}
}
