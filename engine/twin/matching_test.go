package twin

import (
	"strings"
	"testing"
)

func TestAGlanceAtTheBeginningOfALineLosesNoMatch(t *testing.T) {
	lines := strings.Fields("kubeadm.x86_64 kubeadm KUBEADM a ab b abb ac abc abd bcd deb rpm *a ^a é") // and an empty one
	lines = append(lines, "", "deb http", " deb")
	begins := map[string]string{
		`^kubeadm\..*64`: "kubeadm.", `^ab*`: "a", `^ab?c`: "a", `(?i)^kube`: "", `^a|b`: "", `^abc|^abd`: "", `^(deb|rpm)`: "", `^`: "", `^$`: "", `b`: "",
		`^é`: "é", `^\*a`: "*a", `^(?:abc)$`: "abc", `^a{0,1}b`: "", `^[ab]c`: "",
	}
	for expression, want := range begins {
		re, err := compiled(expression)
		if err != nil {
			t.Fatal(err)
		}
		if re.begins != want {
			t.Errorf("%s begins with %q, want %q", expression, re.begins, want)
		}
		for _, line := range lines {
			if got := matchesOf([]*pattern{re}, line, false) != nil; got != re.MatchString(line) {
				t.Errorf("%s finds %q: %t", expression, line, got)
			}
		}
	}
}
