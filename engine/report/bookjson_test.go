package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/run"
	"rung/engine/step"
)

// wholeBook, wholeChapter and wholePage are a Book as encoding/json would be given it.
type wholeBook struct {
	Format   int               `json:"rung_runbook"`
	Playbook string            `json:"playbook"`
	About    string            `json:"about,omitempty"`
	Inputs   map[string]string `json:"inputs"`
	Hosts    []string          `json:"hosts"`
	Stages   []wholeChapter    `json:"stages"`
	Scripts  map[string]string `json:"scripts"`
	Notes    []Remark          `json:"notes,omitempty"`
	Outcome  step.Outcome      `json:"outcome"`
	Exit     int               `json:"exit"`
	Text     string            `json:"text,omitempty"`
}

type wholeChapter struct {
	*Chapter
	Pages []wholePage `json:"on_hosts,omitempty"`
}

type wholePage struct {
	*Page
	Steps []*Entry `json:"steps,omitempty"`
}

func whole(t *testing.T, b *Book, indent string) string {
	t.Helper()
	w := wholeBook{b.Format, b.Playbook, b.About, b.Inputs, b.Hosts, []wholeChapter{}, b.Scripts, b.Notes, b.Outcome, b.Exit, b.Text}
	for _, c := range b.Stages {
		to := wholeChapter{Chapter: c}
		for _, p := range c.Pages {
			to.Pages = append(to.Pages, wholePage{p, slices.Collect(p.Steps())})
		}
		w.Stages = append(w.Stages, to)
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	out.SetIndent("", indent)
	if err := out.Encode(w); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// oddBook is a book of words that could be taken for something else in JSON, or in a stencil.
func oddBook(random *rand.Rand) *Book {
	words := []string{"w1", "w2", `"stages": []`, `stages":[]`, `\u0002`, "a\x02b", "<w1> & w2", "line\nw1", `\w2`, "é w1", "\xff", "ip-1", ""}
	word := func() string { return words[random.IntN(len(words))] }
	some := func(most int) []string {
		var all []string
		for range random.IntN(most + 1) {
			all = append(all, word())
		}
		return all
	}
	b := &Book{Format: BookFormat, Playbook: word(), About: word(), Inputs: map[string]string{word(): word()}, Hosts: some(3), Stages: []*Chapter{}, Scripts: map[string]string{"k": word()}, Text: word()}
	known := stencils{}
	for range random.IntN(3) {
		c := &Chapter{Stage: word(), Text: word(), Rescue: some(2)}
		for _, p := range []*Page{{Host: "w1", Node: "ip-1"}, {Host: "w2"}, {Host: `w"3`}}[:random.IntN(4)] {
			for range random.IntN(4) {
				p.seal(known)
				p.open = &Entry{Step: word(), Name: p.Host + " " + word(), Depends: some(2), Actions: []Act{{Number: 1, Title: word(), Do: Order{Argv: some(3), Called: "k", Script: b.Scripts["k"]}}}}
			}
			if random.IntN(2) == 0 {
				p.seal(known)
			}
			c.Pages = append(c.Pages, p)
		}
		b.Stages = append(b.Stages, c)
	}
	return b
}

// Whoever reads it does not see that it was written page by page.
func TestABookIsTheJSONThatItWasWhenItWasEncodedWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 700 {
		b := oddBook(random)
		var indented, line bytes.Buffer
		if err := b.WriteJSON(&indented); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole(t, b, " "), indented.String()); diff != "" {
			t.Fatalf("(-whole +page by page):\n%s", diff)
		}
		if err := b.WriteLine(&line); err != nil || line.String() != strings.TrimSuffix(whole(t, b, ""), "\n") {
			t.Fatalf("in one line it is %s\nand was %s", line.String(), whole(t, b, ""))
		}
		read, err := ReadBook(&indented)
		if err != nil {
			t.Fatalf("%v: %s", err, line.String())
		}
		if got := whole(t, read, ""); got != strings.TrimSpace(line.String())+"\n" && !strings.Contains(line.String(), `\ufffd`) {
			t.Fatalf("it is read as %s\nand was %s", got, line.String())
		}
	}
}

// alike is a book of so many hosts that do the same, each with its own name.
func alike(t *testing.T, hosts, actions int) (*Book, *Binder) {
	t.Helper()
	b := NewBinder()
	for _, e := range planned(hosts, actions, rand.New(rand.NewPCG(1, 1))) {
		if e.Kind == run.ActionPlanned {
			e.On, e.Plan = "", &step.Action{Title: e.Title, Do: step.Command{Argv: []string{"drain", e.Host}, Script: "exit 0"}}
			recordAll(t, b, []run.Event{e})
			e = run.Event{Kind: run.StepEnded, Stage: e.Stage, Host: e.Host, Step: e.Step, Outcome: step.Planned}
		}
		if e.Kind == run.StageEnded {
			for i := range hosts {
				recordAll(t, b, []run.Event{{Kind: run.HostEnded, Stage: e.Stage, Host: fmt.Sprintf("w%d", i+1)}})
			}
		}
		recordAll(t, b, []run.Event{e})
	}
	return b.Book(), b
}

func TestABookOfManyHostsIsAsSmallAsWhatTheyDoDifferently(t *testing.T) {
	book, binder := alike(t, 300, 4)
	if len(binder.known) != 4 {
		t.Errorf("there are %d stencils for 4 steps", len(binder.known))
	}
	last := book.Stages[0].Pages[299]
	if got := slices.Collect(last.Steps()); len(got) != 4 || got[3].Actions[0].Title != "drain w300" || got[3].Actions[0].Do.Argv[1] != "w300" {
		t.Errorf("%s does %+v", last.Host, got)
	}
}

// largest is the most that was written at once, and sum is all.
type largest struct{ most, sum int }

func (l *largest) Write(text []byte) (int, error) {
	l.most, l.sum = max(l.most, len(text)), l.sum+len(text)
	return len(text), nil
}

func TestNoFormOfABookIsMadeWholeBeforeItIsWritten(t *testing.T) {
	book, _ := alike(t, 1500, 4)
	for _, form := range []Format{JSON, Shell} {
		var out largest
		if err := book.Write(&out, form); err != nil {
			t.Fatal(err)
		}
		if out.sum < 8*out.most {
			t.Errorf("%s: %d of %d bytes were written at once", form, out.most, out.sum)
		}
	}
}
