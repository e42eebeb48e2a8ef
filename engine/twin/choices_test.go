package twin_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"testing"
)

// A script with eval in it keeps its cases: what is said with them is what has to be said without.
func TestACaseChoosesWhatItWouldAsItIsWritten(t *testing.T) {
	c := pipeTwin()
	say := func(line string) string { return said(t, c, line) }
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
		"a) asks ;; *) ends ;;",
	}
	words := []string{"$1", `"$1"`, "$@", `"$@"`, `"$*"`, "$*", "${1}x", "x$1", "$#", "$?", "$(echo \"$1\")", "$(false)", `"$(cat)"`, "~", `\*`, `a\b`, `"a\b"`, `"a\\b"`, "'a b'", "/etc/host*", "${1%%.*}", "${nothing:=a}", "$nothing", "${#1}", "$((1+1))", `"$1"'.repo'`}
	params := []string{"", "a", "b", "'a b'", "a x", "x.repo", "'' y", "'*'", `'a\b'`, `'\'`, "'\n'", "'['", "'a['", "é", "$(printf '\\377')", "1.2", "'a\nb'", "/root"}
	for _, word := range words {
		for _, arms := range chosen {
			// One script goes through all parameters: one session of shell is cheap, hundreds are not.
			script := fmt.Sprintf("asks() { echo $?; }; ends() { exit; }; f() { false; case %s in %s esac; echo \"then $?\"; }\n", word, arms)
			for _, p := range params {
				script += fmt.Sprintf("(b='a*' a=x; set -e -- %s; f \"$@\" || echo \"not $?\"); (set -u -- %s; f \"$@\"; trap 'echo over $?' EXIT; x=$(f \"$@\"); echo \"$x\"); (set -e -- %s; case %s in %s esac; echo on)\n", p, p, p, word, arms)
			}
			if got, want := say("true :; "+script), say("eval :; "+script); got != want {
				t.Errorf("%s\nwith its cases:    %s\nwithout: %s", script, want, got)
			}
		}
	}
}

// What an arm does first sees the status of what was before the case, and a choice has run a command since.
func TestAnArmSeesTheStatusThatItSeesInARealShell(t *testing.T) {
	c := pipeTwin()
	for _, line := range []string{
		`(exit 3); case a in a) echo $? ;; esac`,
		`(exit 3); case a in a) exit ;; esac`,
		`(exit 3); case a in a) "exit" ;; esac`,
		`e=exit; (exit 3); case a in a) $e ;; esac`,
		`e=; (exit 3); case a in a) exit $e ;; esac`,
		`(exit 3); case a in a) (exit) ;; esac; echo $?`,
		`f() { echo "was $?"; }; (exit 3); case a in a) f ;; esac`,
		`f() { echo "was $?"; }; (exit 3); case a in a) "f" ;; esac`,
		`f() { echo "was $?"; }; (exit 3); case b in a) ;; *) f ;; esac`,
		`if true; then f() { echo "was $?"; }; else f() { :; }; fi; (exit 3); case a in a) f ;; esac`,
		`f() { echo "was $?"; }; (exit 3); case a in a) f ;; esac; f() { :; }; (exit 4); case a in a) f ;; esac`,
		`f() { echo "was $?"; }; g=f; (exit 3); case a in a) $g ;; esac`,
		`f() { echo "was $?"; }; g() { f; }; (exit 3); case a in a) g ;; esac`,
		`f() { return $?; }; (exit 3); case a in a) f ;; esac; echo $?`,
		`f() { return; }; (exit 3); case a in a) f ;; esac; echo $?; (exit 3); f; echo $?`,
		`f() { (exit 3); case a in a) return ;; esac; }; f; echo $?`,
		`f() { (exit 3) || return; echo on; }; f && echo fine; f || "f" || echo "not fine: $?"`,
		`f() { return; }; set -eu; x=$(exit 3) || f || echo $?; f`,
		`f() { (exit 3); case a in a) g ;; esac; }; g() { echo $?; }; f`,
		`f() { echo "was $?"; }; (exit 3); case "$(f)" in *3) echo three ;; esac`,
		`die() { exit; }; (exit 3); case a in a) die ;; esac`,
		`die() { echo dies; exit 4; }; (exit 3); case a in a) [ a = b ] || die ;; esac`,
		`trap 'echo "ends with $?"' EXIT; (exit 3); case a in a) exit ;; esac`,
		`(exit 3); case a in a) ;; esac; echo $?; (exit 3); case a in b) ;; esac; echo $?`,
		`x=; (exit 3); case a in a) x=1 ;; esac; echo $?; (exit 3); case a in a) >/dev/null ;; esac; echo $?`,
	} {
		real, err := exec.Command("sh", "-c", line).Output()
		status := 0
		if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
			status = ended.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		if exit := c.Shell(t.Context(), "w1", line, nil, &stdout, io.Discard); exit != status || stdout.String() != string(real) {
			t.Errorf("%s\nexit %d, says %q; a real shell: %d, %q", line, exit, &stdout, status, real)
		}
	}
}
