package saved

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/facts"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
)

// book is a dry-run with one page for each stage.
func book(stages ...*report.Chapter) *report.Book {
	return &report.Book{Format: report.BookFormat, Inputs: map[string]string{}, Hosts: []string{}, Scripts: map[string]string{}, Stages: stages, Outcome: step.OK}
}

func chapter(stage, host string, steps ...*report.Entry) *report.Chapter {
	return &report.Chapter{Stage: stage, Outcome: step.OK, Pages: []*report.Page{report.NewPage(host, steps...)}}
}

// does is a step that changes something with these commands.
func does(key string, commands ...report.Order) *report.Entry {
	e := &report.Entry{Step: key, Outcome: step.Planned}
	for i, c := range commands {
		e.Actions = append(e.Actions, report.Act{Number: i + 1, Title: "do it", Mutates: true, Do: c})
	}
	return e
}

func argv(words ...string) report.Order { return report.Order{Argv: words} }

func TestARunDoesWhatWasPlannedAndNothingElse(t *testing.T) {
	open := does("2", argv("install", "kubelet-<steps.rel.release>"), report.Order{Script: "yum install 'kubelet-<steps.rel.release>' -y\n"})
	for i := range open.Actions {
		open.Actions[i].Unknown = []string{"<steps.rel.release>"}
	}
	mark := does("5", report.Order{Argv: []string{"mark", "<run>"}, Env: []string{"A=1", "https_proxy=http://…@proxy"}})
	admin := does("6", argv("kubectl", "drain", "w1"))
	admin.Actions[0].On = "cp1"
	agree := Hold(book(
		chapter("S", "w1", does("1", argv("touch", "a b")), open, &report.Entry{Step: "3", Outcome: step.Planned, Depends: []string{"steps.x.y"}}, &report.Entry{Step: "4", Outcome: step.Skipped, Text: "when: no"}, mark, admin,
			does("7", report.Order{Argv: []string{"log-in"}, Secret: true, Reads: step.SecretParts{{Text: "me:"}, {Input: "word"}}}),
			does("8", report.Order{Argv: []string{"log-in"}, Secret: true}),
			does("9", report.Order{Argv: []string{"log-in"}, Secret: true, Reads: step.SecretParts{{}}})),
		chapter("Climb[hop=…]/T", "w1", does("1", argv("climb"))),
	), "r7")
	login := func(who string) step.Action {
		return step.Action{Do: step.Command{Argv: []string{"log-in"}, Secret: true, Stdin: []byte(who + "hunter2"), Reads: step.SecretParts{{Text: who}, {Input: "word"}}}}
	}
	action := func(words ...string) step.Action { return step.Action{Do: step.Command{Argv: words}} }
	for _, test := range []struct {
		what  string
		where string // stage step action
		act   step.Action
		on    string
		wants string // a part of why not; "": it agrees
	}{
		{"what was planned", "S 1 1", action("touch", "a b"), "w1", ""},
		{"another word", "S 1 1", action("touch", "a c"), "w1", "another command"},
		{"one word more", "S 1 1", action("touch", "a b", "-f"), "w1", "another command"},
		{"the same words apart", "S 1 1", action("touch", "a", "b"), "w1", "another command"},
		{"on another host", "S 1 1", action("touch", "a b"), "w2", "on w1, and not on w2"},
		{"of another host", "S 1 1 w2", action("touch", "a b"), "w2", "the plan does not have it"},
		{"an action more", "S 1 2", action("touch", "a b"), "w1", "nothing to do for it"},
		{"a script in its place", "S 1 1", step.Action{Do: step.Command{Script: "touch 'a b'", Argv: []string{"touch", "a b"}}}, "w1", "another command"},
		{"a name that was open", "S 2 1", action("install", "kubelet-1.33.4-0"), "w1", ""},
		{"what stands around it", "S 2 1", action("install", "kubeadm-1.33.4-0"), "w1", "another command"},
		{"a name in a script, which needs no quotes then", "S 2 2", step.Action{Do: step.Command{Script: "yum install kubelet-1.33.4-0 -y\n"}}, "w1", ""},
		{"a name in a script, in quotes with a blank", "S 2 2", step.Action{Do: step.Command{Script: "yum install 'kubelet-1 2' -y\n"}}, "w1", ""},
		{"a further word in the place of a name", "S 2 2", step.Action{Do: step.Command{Script: "yum install kubelet-1 dovecot -y\n"}}, "w1", "another command"},
		{"a quotation that ends in the place of a name", "S 2 2", step.Action{Do: step.Command{Script: "yum install 'kubelet-1' dovecot '' -y\n"}}, "w1", "another command"},
		{"all files in the place of a name", "S 2 2", step.Action{Do: step.Command{Script: "yum install kubelet-* -y\n"}}, "w1", "another command"},
		{"a remark in the place of a name", "S 2 2", step.Action{Do: step.Command{Script: "yum install kubelet-1# -y\n"}}, "w1", "another command"},
		{"another command in the place of a name", "S 2 2", step.Action{Do: step.Command{Script: "yum install kubelet-1; reboot -y\n"}}, "w1", "another command"},
		{"a step that could not be planned", "S 3 1", action("anything"), "w1", ""},
		{"a step that was to be skipped", "S 4 1", action("anything"), "w1", "when: no"},
		{"the id of the run", "S 5 1", step.Action{Do: step.Command{Argv: []string{"mark", "r7"}, Env: []string{"A=1"}}}, "w1", ""},
		{"the id of another run", "S 5 1", step.Action{Do: step.Command{Argv: []string{"mark", "r8"}, Env: []string{"A=1"}}}, "w1", "another command"},
		{"another variable", "S 5 1", step.Action{Do: step.Command{Argv: []string{"mark", "r7"}, Env: []string{"A=2"}}}, "w1", "another command"},
		{"another control plane answers", "S 6 1", step.Action{On: step.AdminHost, Do: step.Command{Argv: []string{"kubectl", "drain", "w1"}}}, "cp2", ""},
		{"the text around a secret", "S 7 1", login("me:"), "w1", ""},
		{"another text around a secret", "S 7 1", login("root:"), "w1", "which reads: root:(secret: word)"},
		{"a text that looks like the secret", "S 7 1", step.Action{Do: step.Command{Argv: []string{"log-in"}, Secret: true, Stdin: []byte("me:(secret: word)"), Reads: step.SecretParts{{Text: "me:(secret: word)"}}}}, "w1", "another command"},
		{"the same text in other pieces", "S 7 1", step.Action{Do: step.Command{Argv: []string{"log-in"}, Secret: true, Reads: step.SecretParts{{Text: "m"}, {Text: "e:"}, {Input: "word"}}}}, "w1", ""},
		{"another secret", "S 7 1", step.Action{Do: step.Command{Argv: []string{"log-in"}, Secret: true, Reads: step.SecretParts{{Text: "me:"}, {Input: "other"}}}}, "w1", "another command"},
		{"a secret of which it was not known which it is", "S 9 1", login("root:"), "w1", ""},
		{"the text around a secret, of which the plan of an earlier rung says nothing", "S 8 1", login("me:"), "w1", ""},
		{"a round that was not known", "Climb[hop=1.33.4]/T 1 1", action("climb"), "w1", ""},
		{"another command in it", "Climb[hop=1.33.4]/T 1 1", action("fall"), "w1", "another command"},
		{"a stage in it that was not planned", "Climb[hop=1.33.4]/U 1 1", action("climb"), "w1", "the plan does not have it"},
		{"what tidies up after a failure", "S rescue_1 1", action("anything"), "w1", ""},
	} {
		words := strings.Fields(test.where)
		e := run.Event{Stage: words[0], Step: strings.ReplaceAll(words[1], "_", " "), Action: int(words[2][0] - '0'), Host: "w1"}
		if len(words) > 3 {
			e.Host = words[3]
		}
		err := agree(run.Task{Event: e, On: test.on, Action: test.act})
		var other *run.Disagreement
		switch {
		case test.wants == "" && err != nil:
			t.Errorf("%s: refused: %v", test.what, err)
		case test.wants != "" && (!errors.As(err, &other) || !strings.Contains(err.Error(), test.wants)):
			t.Errorf("%s: got %v, want %q in it", test.what, err, test.wants)
		}
	}
}

// A plan that an earlier rung saved does not say what is read where that is secret: that is no difference.
func TestWhatOnlyALaterRungTellsIsNoDifference(t *testing.T) {
	logIn := func(who string, words ...string) *report.Book {
		var reads step.SecretParts
		if who != "" {
			reads = step.SecretParts{{Text: who}, {Input: "word"}}
		}
		return book(chapter("S", "w1", does("1", report.Order{Argv: append(words, "log-in"), Secret: true, Reads: reads})))
	}
	for _, test := range []struct {
		what     string
		was, now *report.Book
		differs  bool
	}{
		{"told by the later one", logIn(""), logIn("me:"), false},
		{"told by the first one", logIn("me:"), logIn(""), false},
		{"told by both, and another text", logIn("me:"), logIn("root:"), true},
		{"another command", logIn(""), logIn("me:", "sudo"), true},
		{"no secret", book(chapter("S", "w1", does("1", argv("log-in")))), logIn("me:"), true},
	} {
		if got := Compare(test.was, test.now); (len(got) > 0) != test.differs {
			t.Errorf("%s: compared: %+v", test.what, got)
		}
	}
	if got := Strays(logIn(""), logIn("me:")); len(got) > 0 {
		t.Errorf("held: %+v", got)
	}
}

func TestThePlanIsHeldAgainstWhatWouldBeDoneNow(t *testing.T) {
	maybe := does("1", argv("act"))
	maybe.If = "steps.x.y"
	skipped := &report.Entry{Step: "1", Outcome: step.Skipped}
	depends := &report.Entry{Step: "1", Outcome: step.Planned, Depends: []string{"steps.x"}}
	reads := &report.Entry{Step: "1", Outcome: step.OK, Read: true}
	for _, test := range []struct {
		what      string
		plan, now *report.Entry
		strays    bool
	}{
		{"the same", does("1", argv("act")), does("1", argv("act")), false},
		{"another command", does("1", argv("act")), does("1", argv("act", "more")), true},
		{"one more", skipped, does("1", argv("act")), true},
		{"one less", does("1", argv("act")), skipped, true},
		{"what was open is needed", maybe, does("1", argv("act")), false},
		{"what was open is not needed", maybe, skipped, false},
		{"what was sure is open", does("1", argv("act")), maybe, true},
		{"what could not be planned can be now", depends, does("1", argv("act")), false},
		{"what could be planned cannot be now", does("1", argv("act")), depends, true},
		{"what only reads is another", skipped, reads, false},
		{"an action less", does("1", argv("act"), argv("again")), does("1", argv("act")), true},
	} {
		got := Strays(book(chapter("S", "w1", test.plan)), book(chapter("S", "w1", test.now)))
		if (len(got) > 0) != test.strays {
			t.Errorf("%s: %+v", test.what, got)
		}
	}
	open, known := book(chapter("L[hop=…]/S", "w1", does("1", argv("act")))), book(chapter("L[hop=1]/S", "w1", does("1", argv("act"))), chapter("L[hop=2]/S", "w1", does("1", argv("else"))))
	if got := Strays(open, known); len(got) != 1 || got[0].Stage != "L[hop=2]/S" {
		t.Errorf("of rounds that were not known: %+v", got)
	}
}

func TestDifferencesAreToldByStageHostAndStep(t *testing.T) {
	a := book(chapter("S", "w1", does("1", argv("one")), does("2", argv("two", "2"))), chapter("Z", "w1", does("1", argv("last"))))
	b := book(chapter("S", "w1", does("1", argv("one")), does("2", argv("two", "3")), does("3", argv("three"))))
	var text bytes.Buffer
	if err := Write(&text, Compare(a, b), 0); err != nil {
		t.Fatal(err)
	}
	want := `STAGE S
  w1
    2: changed
        do it
      - $ two 2
      + $ two 3
    3: added
      + do it
      + $ three
STAGE Z
  w1
    1: taken away
      - do it
      - $ last
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("wanted (-) and written (+):\n%s", diff)
	}
	text.Reset()
	if err := Write(&text, Compare(a, b), 5); err != nil || !strings.HasSuffix(text.String(), "      + $ three\nSTAGE Z\n    taken away: 1 step on 1 host, 1 of them to change something\n") {
		t.Errorf("%v, and a stage that is gone is told in more than a line:\n%s", err, text.String())
	}
	text.Reset()
	long := book(chapter("S", "w1", does("1", argv("a\nb\nc\nd"))))
	short := book(chapter("S", "w1", does("0", argv("a"))))
	if err := Write(&text, Compare(short, long), 2); err != nil || !strings.Contains(text.String(), "  + do it\n      + $ 'a\n      + … 3 more lines\n") {
		t.Errorf("%v, of a long one:\n%s", err, text.String())
	}
	if got := Compare(a, a); got != nil {
		t.Errorf("the same differ: %+v", got)
	}
}

func samplePlan() *Plan {
	at := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	return &Plan{
		Header: Header{Rung: "1", Made: at, Playbook: "p", From: "the hosts", Folder: "/f"}, Texts: map[string]string{"playbook.yaml": "<&>\n"}, Shown: "STAGE\n",
		Book: book(chapter("S", "w1", does("1", argv("act")))), Facts: &facts.File{Header: facts.Header{Began: at, Ended: at}, Found: []facts.Finding{{Host: "w1"}}},
	}
}

func TestAPlanIsReadAsItWasSavedOrNotAtAll(t *testing.T) {
	var file bytes.Buffer
	if err := samplePlan().Encode(&file); err != nil {
		t.Fatal(err)
	}
	content := file.String()
	got, err := Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	want := samplePlan()
	if diff := cmp.Diff(want.Texts, got.Texts); diff != "" || got.Shown != want.Shown || len(Compare(want.Book, got.Book)) > 0 || len(got.Facts.Found) != 1 || got.Folder != "/f" {
		t.Errorf("read %+v", got)
	}
	for what, test := range map[string]struct {
		content string
		wants   string
	}{
		"edited":             {strings.Replace(content, `"act"`, `"axt"`, 1), "edited or cut short"},
		"edited at its head": {strings.Replace(content, `"folder":"/f"`, `"folder":"/g"`, 1), "edited or cut short"},
		"cut short":          {content[:len(content)-3], "edited or cut short"},
		"of another kind":    {"STAGE 1\n", "no saved plan"},
		"of a newer rung":    {strings.Replace(content, `"rung_plan":1`, `"rung_plan":9`, 1), "version 9"},
		"nothing":            {"", "no saved plan"},
	} {
		if _, err := Decode(strings.NewReader(test.content)); err == nil || !strings.Contains(err.Error(), test.wants) {
			t.Errorf("%s: got %v, want %q in it", what, err, test.wants)
		}
	}
}

func FuzzDecode(f *testing.F) {
	var content bytes.Buffer
	_ = samplePlan().Encode(&content)
	f.Add(content.Bytes())
	f.Add([]byte(`{"rung_plan":1}`))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = Decode(bytes.NewReader(b)) })
}

func TestWhatWasNotKnownIsAPieceOfAWordOfAScript(t *testing.T) {
	m := matcher{"r7", []string{"<x>"}}
	for _, test := range []struct {
		planned, now string
		fits         bool
	}{
		{"rm -rf /tmp/<x>\n", "rm -rf /tmp/<x>\n", true},
		{"rm -rf /tmp/<x>\n", "rm -rf /tmp/old\n", true},
		{"rm -rf /tmp/<x>\n", "rm -rf /tmp/old /etc\n", false},
		{"rm -rf /tmp/<x>\n", "rm -rf /tmp/*\n", false},
		{"rm -rf '/tmp/<x>'\n", "rm -rf '/tmp/a b'\n", true},
		{"rm -rf '/tmp/<x>'\n", "rm -rf '/tmp/a' b '/etc'\n", false},
		{"echo \"it is <x>\"\n", "echo \"it is very odd\"\n", true},
		{"echo \"it is <x>\"\n", "echo \"it is\" odd \"\"\n", false},
		{"echo 'a' <x> 'b'\n", "echo 'a' c 'b'\n", true},
		{"echo 'a' <x> 'b'\n", "echo 'a' c d 'b'\n", false},
		{"echo \"a\" <x> \"b\"\n", "echo \"a\" c d \"b\"\n", false},
		{"echo it\\'s <x> 'b'\n", "echo it\\'s c d 'b'\n", false},
		{"echo \"it's <x>\"\n", "echo \"it's c d\"\n", true},
		{"# don't\necho <x> # don't\n", "# don't\necho c # don't\n", true},
		{"# don't\necho <x> # don't\n", "# don't\necho c d # don't\n", false},
		{"cat <<E\nit's <x> 'a'\nE\n", "cat <<E\nit's c d 'a'\nE\n", false},
		{"echo <run> <x>\n", "echo r7 1\n", true},
		{"echo <run> <x>\n", "echo r8 1\n", false},
		{"echo <x>\n", "echo $(reboot)\n", false},
		{"echo <x>\n", "echo a\nreboot\n", false},
	} {
		if got := m.scripts(test.planned, test.now); got != test.fits {
			t.Errorf("%q for %q: %v", test.now, test.planned, got)
		}
	}
}

// A plan of 5,000 hosts is held against what would be done now: the time grows with the hosts, also where a round was open.
func BenchmarkStrays5000(b *testing.B) {
	of := func(stage string) *report.Book {
		c := &report.Chapter{Stage: stage, Outcome: step.OK}
		for i := range 5000 {
			var steps []*report.Entry
			for k := range 20 {
				steps = append(steps, does(strconv.Itoa(k), argv("a")))
			}
			c.Pages = append(c.Pages, report.NewPage(fmt.Sprintf("worker-%d", i), steps...))
		}
		return book(c)
	}
	plan, now := of("Climb[hop=…]/Workers"), of("Climb[hop=1.33.4]/Workers")
	for b.Loop() {
		if strays := Strays(plan, now); len(strays) > 0 {
			b.Fatal(len(strays))
		}
	}
}
