package run_test

import (
	"strconv"
	"strings"
	"time"

	"rung/engine/step"
)

// look is a toy step that reads.
type look struct {
	Run   string        `yaml:"run,required" doc:"What to run."`
	Admin bool          `yaml:"admin" doc:"On an admin host."`
	For   time.Duration `yaml:"for" doc:"Wait this long for it."`
	Every time.Duration `yaml:"every" default:"5s" doc:"The longest pause."`
	Count int           `yaml:"count" doc:"A field that is not text."`
}

// said is what the toys put out.
type said struct {
	Said   string   `yaml:"said" doc:"What it printed."`
	Number int      `yaml:"number" doc:"The same, as a number."`
	Words  []string `yaml:"words" doc:"The same, word by word."`
}

func (s look) Plan(step.Scope) ([]step.Action, error) {
	if s.Run == "nonsense" {
		return nil, strconv.ErrSyntax
	}
	a := step.Action{Title: s.Run, On: place(s.Admin), ReadOnly: true, Do: words(s.Run)}
	if s.For > 0 {
		a.Until = &step.Until{Every: s.Every, For: s.For, What: s.Run + " succeeds"}
	}
	return []step.Action{a}, nil
}

func (look) Collect(results []step.Result) (said, []step.Note, error) { return collected(results) }

// do is a toy step that changes something, in one action or two.
type do struct {
	Run    string `yaml:"run,required" doc:"What to run."`
	Then   string `yaml:"then" doc:"What to run after it, in an action of its own."`
	Back   string `yaml:"back" doc:"What to wait for after it."`
	Check  string `yaml:"check" doc:"What says whether it is done."`
	Why    string `yaml:"why" doc:"What says why it failed."`
	Admin  bool   `yaml:"admin" doc:"On an admin host."`
	Detach bool   `yaml:"detach" doc:"Never signalled."`
	Here   bool   `yaml:"here" doc:"On the machine that rung runs on."`
}

func (s do) Plan(step.Scope) ([]step.Action, error) {
	switch s.Run {
	case "nonsense":
		return nil, strconv.ErrSyntax
	case "unfit":
		return nil, step.Refuse("run", "run does not fit")
	case "panic":
		panic("a fault of the step type")
	}
	first := step.Action{Title: s.Run, On: place(s.Admin), Do: words(s.Run)}
	first.Do.Detach = s.Detach
	if s.Here {
		first.On = step.Here
	}
	if s.Check != "" {
		c := words(s.Check)
		first.Check = &c
	}
	if s.Why != "" {
		c := words(s.Why)
		first.Explain = &c
	}
	if s.Back != "" {
		until := &step.Until{Every: 5 * time.Second, For: time.Minute, What: s.Back + " succeeds"}
		return []step.Action{first, {Title: s.Back, ReadOnly: true, Do: words(s.Back), Until: until}}, nil
	}
	if s.Then == "" {
		return []step.Action{first}, nil
	}
	return []step.Action{first, {Title: s.Then, Do: words(s.Then)}}, nil
}

func (do) Collect(results []step.Result) (said, []step.Note, error) { return collected(results) }

func collected(results []step.Result) (said, []step.Note, error) {
	text := strings.TrimSpace(string(results[0].Stdout))
	if text == "gibberish" {
		return said{}, nil, strconv.ErrSyntax
	}
	n, _ := strconv.Atoi(text)
	return said{text, n, strings.Fields(text)}, nil, nil
}

// glance is a toy step that keeps what two commands print.
type glance struct {
	Run string `yaml:"run,required" doc:"What to run."`
}

func (s glance) Plan(step.Scope) ([]step.Action, error) {
	return []step.Action{
		{Title: s.Run, Do: words(s.Run), ReadOnly: true, Keep: "host.txt"},
		{Title: s.Run + " there", On: step.AdminHost, Do: words(s.Run + " there"), ReadOnly: true, Keep: "cluster.txt"},
	}, nil
}

func (glance) Collect(results []step.Result) (said, []step.Note, error) {
	out, notes, err := collected(append([]step.Result{{}}, results...))
	for _, r := range results {
		if strings.Contains(string(r.Stdout), "full") {
			notes = append(notes, step.Note{Text: "a disk", Cause: "no-space"})
		}
	}
	return out, notes, err
}

func words(line string) step.Command { return step.Command{Argv: strings.Fields(line)} }

func place(admin bool) step.Place {
	if admin {
		return step.AdminHost
	}
	return step.OwnHost
}

func toys() *step.Set {
	set, err := step.NewSet(
		step.DefineWith[look](step.About{Name: "look", Summary: "Reads."}),
		step.DefineWith[do](step.About{Name: "do", Summary: "Changes."}),
		step.DefineWith[glance](step.About{Name: "glance", Summary: "Keeps."}),
	)
	if err != nil {
		panic(err)
	}
	return set
}
