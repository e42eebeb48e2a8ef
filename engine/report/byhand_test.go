package report

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rung/engine/step"
)

// byHand is the only script of a stage in which each host has these steps.
func byHand(t *testing.T, hosts []string, steps func(host string) []*Entry) string {
	t.Helper()
	stage := &Chapter{Stage: "Do"}
	for _, host := range hosts {
		stage.Pages = append(stage.Pages, NewPage(host, steps(host)...))
	}
	all, err := (&Book{Stages: []*Chapter{stage}}).Sheets()
	if err != nil {
		t.Fatal(err)
	}
	sheets := slices.Collect(all)
	if len(sheets) != 1 {
		t.Fatalf("%d scripts", len(sheets))
	}
	return sheets[0].Text
}

// carriedOut is what the script says on host, which is this machine for it.
func carriedOut(t *testing.T, text, host string, env ...string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", text)
	cmd.Env = append(os.Environ(), append(env, "RUNG_HOST="+host)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func wantIn(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("there is no %q in\n%s", w, text)
		}
	}
}

// What is done for many hosts on one, such as a drain, has an answer for each of them.
func TestAScriptByHandAsksForEachHost(t *testing.T) {
	text := byHand(t, []string{"w1", "w2"}, func(host string) []*Entry {
		return []*Entry{{Step: "1", Outcome: step.Planned, If: "steps.a.old", Actions: []Act{
			{Number: 1, Title: "close " + host, On: "cp1", Mutates: true, Unknown: []string{"<steps.a.why>"}, Do: Order{Argv: []string{"echo", "closed", host, "<steps.a.why>"}}},
		}}}
	})
	wantIn(t, text, "'Is this so for w1? steps.a.old'", "'Is this so for w2? steps.a.old'", "STEPS_A_WHY 'steps.a.why, as an earlier script has read it for w1'", "STEPS_A_WHY_2 'steps.a.why, as an earlier script has read it for w2'")
	said := carriedOut(t, text, "cp1", "ANSWER_1=no", "ANSWER_3=yes", "STEPS_A_WHY=one", "STEPS_A_WHY_2=the other")
	if strings.Contains(said, "closed w1") || !strings.Contains(said, "closed w2 the other\n") {
		t.Errorf("w1 was not to be closed, and w2 was: %s", said)
	}
}

// What is put in the place of expressions is found by them, not by what looks like one.
func TestAScriptByHandLeavesAloneWhatLooksUnknown(t *testing.T) {
	const either, comma, colon = `<steps.a.n > 3 ? "more" : "less">`, `<steps.a.list + ",">`, `<steps.a.list + ":">`
	in := filepath.Join(t.TempDir(), "the.run.log")
	if err := os.WriteFile(in, []byte("read\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := byHand(t, []string{"w1"}, func(string) []*Entry {
		return []*Entry{{Step: "1", Outcome: step.Planned, Actions: []Act{
			{Number: 1, Title: "do", Mutates: true, Unknown: []string{either, comma, colon, "<steps.\nb>"}, Do: Order{
				Script: `cat < "$1/the.run.log" >/dev/stdout; echo "<steps.txt>" ` + "<steps.\nb> \"$@\"\n", Argv: []string{filepath.Dir(in), either, "-" + comma, colon},
			}},
		}}}
	})
	said := carriedOut(t, text, "w1", "STEPS_A_N___3____MORE_____LESS=less", "STEPS_A_LIST=,", "STEPS_A_LIST_2=:", "STEPS__B=second")
	wantIn(t, said, "read\n<steps.txt> second "+filepath.Dir(in)+" less -, :\n")
}

// What a command reads is the same to the last byte.
func TestAScriptByHandFeedsWhatARunFeeds(t *testing.T) {
	for _, text := range []string{"no end", "an end\n", "two\n\n"} {
		script := byHand(t, []string{"w1"}, func(string) []*Entry {
			return []*Entry{{Step: "1", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "read", Mutates: true, Do: Order{Argv: []string{"od", "-c"}, Stdin: text}}}}}
		})
		want := exec.Command("od", "-c")
		want.Stdin = strings.NewReader(text)
		out, err := want.Output()
		if err != nil {
			t.Fatal(err)
		}
		wantIn(t, carriedOut(t, script, "w1"), "== 1. read\n"+string(out))
	}
}

// A secret is for the command that reads it, and no other; what stands in an environment stands in no list of processes.
func TestAScriptByHandKeepsSecretsApart(t *testing.T) {
	proxy := []string{"https_proxy=http://…@proxy"}
	text := byHand(t, []string{"w1"}, func(string) []*Entry {
		return []*Entry{
			{Step: "1", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "one", Mutates: true, Do: Order{Argv: []string{"cat"}, Secret: true}}}},
			{Step: "2", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "two", Mutates: true, Do: Order{Argv: []string{"cat"}, Secret: true, Host: proxy}}}},
			{Step: "3", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "three", Mutates: true, Do: Order{Script: `echo "$https_proxy $A"`, Env: []string{"A=b c"}, Host: proxy}}}},
		}
	})
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	for _, file := range []string{one, two} {
		if err := os.WriteFile(file, []byte(filepath.Base(file)+" is secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantIn(t, text, "secret: one'", "secret: two'")
	if strings.Contains(text, "\nenv ") {
		t.Errorf("who lists processes sees the password:\n%s", text)
	}
	said := carriedOut(t, text, "w1", "SECRET_FILE="+one, "SECRET_FILE_2="+two, "SECRET_HTTPS_PROXY=http://me:pw@proxy")
	wantIn(t, said, "one\none is secret\n", "two\ntwo is secret\n", "http://me:pw@proxy b c\n")
}

// A command gets the text around a secret too, to the last byte, and the secret alone is asked for, once.
func TestAScriptByHandPutsTheTextAroundASecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(`my '$tok\n`+"\nen \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	token := step.SecretPart{Input: "token"}
	reads := [][]step.SecretPart{
		{{Text: "[agent]\ntoken = "}, token, {Text: "\n"}},
		{token},
		{token, {Text: ":<steps.who.name>'s"}},
		{{Text: "me (secret: other), (secret: token):"}, token}, // a text that looks like a secret is a text
	}
	text := byHand(t, []string{"w1"}, func(string) []*Entry {
		var steps []*Entry
		for i, r := range reads {
			o := Order{Argv: []string{"od", "-c"}, Secret: true, Reads: r}
			steps = append(steps, &Entry{Step: strconv.Itoa(i + 1), Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "read", Mutates: true, Unknown: []string{"<steps.who.name>"}, Check: &Order{Script: "cat >/dev/null; exit 1", Secret: true, Reads: r}, Do: o}}})
		}
		return steps
	})
	wantIn(t, text, "secret SECRET_TOKEN 'The secret token, an input of the playbook'\n")
	if n := strings.Count(text, "\nsecret "); n != 1 {
		t.Errorf("one secret is asked for %d times", n)
	}
	said := carriedOut(t, text, "w1", "SECRET_TOKEN_FILE="+file, "STEPS_WHO_NAME=me")
	for _, r := range reads {
		want := exec.Command("od", "-c")
		given := ""
		for _, p := range r {
			if given += strings.ReplaceAll(p.Text, "<steps.who.name>", "me"); p == token {
				given += `my '$tok\n` + "\nen "
			}
		}
		want.Stdin = strings.NewReader(given)
		out, err := want.Output()
		if err != nil {
			t.Fatal(err)
		}
		wantIn(t, said, "read\n"+string(out))
	}
}

// The variable with a secret is handed on to no command, and none is the file of another.
func TestAScriptByHandTellsSecretsApart(t *testing.T) {
	dir := t.TempDir()
	env := []string{"SECRET_KEY_2=from the environment"}
	for _, name := range []string{"SECRET_KEY_FILE", "SECRET_KEY_2"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("in "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		env = append(env, name+ofFile+"="+file)
	}
	text := byHand(t, []string{"w1"}, func(string) []*Entry {
		return []*Entry{{Step: "1", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "tell", Mutates: true, Do: Order{Script: "cat; env | grep '^SECRET' | grep -v _FILE= || :", Secret: true, Reads: []step.SecretPart{{Input: "key_file"}, {Text: ", "}, {Input: "key"}, {Text: "\n"}}}}}}}
	})
	wantIn(t, carriedOut(t, text, "w1", env...), "tell\nin SECRET_KEY_FILE, in SECRET_KEY_2\n001-w1.sh: done\n")
}

func TestScriptsByHandAreMadeOneAfterTheOther(t *testing.T) {
	stage := &Chapter{Stage: "Do"}
	for _, host := range []string{"w1", "w2", "w3"} {
		stage.Pages = append(stage.Pages, NewPage(host, &Entry{Step: "1", Outcome: step.Planned, Actions: []Act{{Number: 1, Title: "go", Mutates: true, Do: Order{Argv: []string{"go"}}}}}))
	}
	stage.Pages = append(stage.Pages, NewPage("w4", &Entry{Step: "1", Outcome: step.Planned, Confirm: "All well?"}))
	sheets, err := (&Book{Stages: []*Chapter{stage}}).Sheets()
	if err != nil {
		t.Fatal(err)
	}
	for _, enough := range []int{1, 2, 3, 4, 5} {
		var names []string
		for s := range sheets {
			if names = append(names, s.Name); len(names) == enough {
				break
			}
		}
		if want := []string{"001-w1.sh", "002-w2.sh", "003-w3.sh", "004-w4.sh"}[:min(enough, 4)]; !slices.Equal(names, want) {
			t.Errorf("of %d: %q, want %q", enough, names, want)
		}
	}
}
