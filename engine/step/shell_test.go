package step

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// asRead returns the words as the real /bin/sh reads them quoted, many in one
// process.
func asRead(t testing.TB, words []string) []string {
	t.Helper()
	sh, err := exec.LookPath("/bin/sh")
	if err != nil {
		t.Skip("there is no /bin/sh here to ask: ", err)
	}
	script := "printf '%s\\0'"
	for _, w := range words {
		script += " " + Quote(w)
	}
	cmd := exec.Command(sh)
	cmd.Stdin = strings.NewReader(script + "\n") // the argument list of a process is too short for many
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sh: %v", err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func TestQuoteIsWhatTheShellReads(t *testing.T) {
	words := []string{
		"plain", "", " ", "two words", "it's", "''", `"`, `\`, `\\n`, "$HOME", "`id`", "$(id)", "a;b", "a&&b", "a|b", ">f", "*", "?", "[a]", "~", "~root", "#c", "!",
		"a=b", "-n", "--", "{a,b}", "line\nline", "\n", "\ttab", "größe", "日本", "e\u0301", "\x01\x7f", "%s", "kubeadm-1.21.14-0", "/etc/fstab", "a@b:c,d", "'", "'a'b'", "\xff\xfe",
	}
	for i, got := range asRead(t, words) {
		if got != words[i] {
			t.Errorf("Quote(%q) = %s, read as %q", words[i], Quote(words[i]), got)
		}
	}
}

func TestWhatNeedsNoQuotesHasNone(t *testing.T) {
	for _, word := range []string{"kubeadm", "--ignore-daemonsets", "a=b", "/etc/kubernetes/admin.conf", "1.21.14", "50%", "root@w1:/x", "a,b"} {
		if got := Quote(word); got != word {
			t.Errorf("Quote(%q) = %s", word, got)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("it's\x00a $HOME\x00`x`")
	f.Fuzz(func(t *testing.T, text string) {
		words := strings.Split(text, "\x00") // no argument of a process holds one
		got := asRead(t, words)
		if len(got) != len(words) {
			t.Fatalf("%q is read as %q", words, got)
		}
		for i := range words {
			if got[i] != words[i] {
				t.Fatalf("Quote(%q) = %s, read as %q", words[i], Quote(words[i]), got[i])
			}
		}
	})
}

func TestLineAndWire(t *testing.T) {
	tests := map[string]struct {
		command    Command
		line, wire string
	}{
		"a command": {
			Command{Argv: []string{"kubectl", "drain", "w 1"}},
			"kubectl drain 'w 1'",
			"LC_ALL=C PATH=" + Path + " kubectl drain 'w 1'",
		},
		"as root, with an environment": {
			Command{Argv: []string{"yum", "makecache"}, Sudo: true, Env: []string{"https_proxy=http://p:3128", "NO=a b"}},
			"https_proxy=http://p:3128 NO='a b' yum makecache",
			"sudo -n -- env LC_ALL=C PATH=" + Path + " https_proxy=http://p:3128 'NO=a b' yum makecache",
		},
		"with an environment, not as root": {
			Command{Argv: []string{"yum", "makecache"}, Env: []string{"NO=a b"}},
			"NO='a b' yum makecache",
			"LC_ALL=C PATH=" + Path + " NO='a b' yum makecache",
		},
		"a proxy with a password": {
			Command{Argv: []string{"yum", "makecache"}, Sudo: true, Env: []string{"https_proxy=http://me:secret@p:3128", "no_proxy=a"}},
			"https_proxy='http://…@p:3128' no_proxy=a yum makecache",
			"sudo -n -- env LC_ALL=C PATH=" + Path + ` no_proxy=a sh -c 'while IFS= read -r e && [ -n "$e" ]; do eval "${e%%=*}=\${e#*=}; export ${e%%=*}"; done; exec "$@"' sh yum makecache`,
		},
		"a command that looks like an assignment": {
			Command{Argv: []string{"A=b", "c d"}},
			"'A=b' 'c d'",
			"LC_ALL=C PATH=" + Path + " 'A=b' 'c d'",
		},
		"a script": {
			Command{Script: "test -e /x\necho 'y'\n"},
			"test -e /x\necho 'y'\n",
			"LC_ALL=C PATH=" + Path + " sh -euc 'test -e /x\necho '\\''y'\\''\n' sh",
		},
		"a command that reads": {
			Command{Argv: []string{"cat"}, Stdin: []byte("one\nEOF\ntwo")},
			"cat <<'EOF_'\none\nEOF\ntwo\nEOF_",
			"LC_ALL=C PATH=" + Path + " cat",
		},
		"a command that reads a secret": {
			Command{Argv: []string{"cat"}, Stdin: []byte("hush\n"), Secret: true},
			"cat",
			"LC_ALL=C PATH=" + Path + " cat",
		},
		"a script that reads, with an environment": {
			Command{Script: "cat\n", Argv: []string{"a b"}, Stdin: []byte("one\n"), Env: []string{"X=it's"}},
			"{\nexport X='it'\\''s'\nset -- 'a b'\ncat\n} <<'EOF'\none\nEOF",
			"LC_ALL=C PATH=" + Path + " X='it'\\''s' sh -euc 'cat\n' sh 'a b'",
		},
		"a script with arguments": {
			Command{Script: `echo "$1"`, Argv: []string{"it's"}},
			`set -- 'it'\''s'` + "\n" + `echo "$1"`,
			"LC_ALL=C PATH=" + Path + ` sh -euc 'echo "$1"' sh 'it'\''s'`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.command.Line(); got != test.line {
				t.Errorf("Line:\n%s\nwant:\n%s", got, test.line)
			}
			if got := test.command.Wire(); got != test.wire {
				t.Errorf("Wire:\n%s\nwant:\n%s", got, test.wire)
			}
		})
	}
}

// A password of a proxy reaches the command, what reads of the standard input is left of it, and no argument has it.
func TestCredentialsStandInNoArgument(t *testing.T) {
	sh, err := exec.LookPath("/bin/sh")
	if err != nil {
		t.Skip("there is no /bin/sh here to ask: ", err)
	}
	const proxy = `http://me:s e"c'r\\et$HOME@proxy:3128`
	for _, c := range []Command{
		{Argv: []string{"sh", "-c", `printf '%s|' "$https_proxy" "$X" "$(cat)"`}},
		{Script: `printf '%s|' "$https_proxy" "$X" "$(cat)"`},
	} {
		c.Env, c.Stdin = []string{"https_proxy=" + proxy, "X=a b", "ALL_PROXY=socks5://me:hush@proxy"}, []byte("one\n\ntwo")
		if wire := c.Wire(); strings.Contains(wire, "et$HOME") || strings.Contains(wire, "hush") || strings.Contains(c.Line(), "hush") {
			t.Errorf("a password stands in\n%s\n%s", wire, c.Line())
		}
		var out bytes.Buffer
		cmd := exec.Command(sh, "-c", c.Wire())
		cmd.Stdin, cmd.Stdout = bytes.NewReader(c.Input()), &out
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), proxy+"|a b|one\n\ntwo|"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The line that goes to a login shell must survive that shell, env and sh.
func TestTheWireCarriesAScript(t *testing.T) {
	sh, err := exec.LookPath("/bin/sh")
	if err != nil {
		t.Skip("there is no /bin/sh here to ask: ", err)
	}
	c := Command{Script: `printf '%s|' "$@" "$LC_ALL" "$X"; false; echo unreached`, Argv: []string{"it's", "", "$HOME"}, Env: []string{"X=a b"}}
	var out bytes.Buffer
	cmd := exec.Command(sh, "-c", c.Wire())
	cmd.Stdout = &out
	if err := cmd.Run(); err == nil {
		t.Error("a script that fails in its midst exits 0")
	}
	if got, want := out.String(), "it's||$HOME|C|a b|"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
