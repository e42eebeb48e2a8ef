package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"rung/engine/step"
)

// Sheet is a shell script that does by hand, on one host, a stretch of what rung would do.
type Sheet struct {
	Name string // of its file: 003-cp1.sh
	Host string // where it runs
	Text string
}

// stretch is what is done on one host before another has to be gone to, or something has to be asked.
type stretch struct {
	host  string
	parts []part
	asks  []ask
	found map[answer]int // where in asks
	names map[string]int // of variables that are taken: how many begin so
}

// part is a step's actions, as far as they run on one host.
type part struct {
	chapter *Chapter
	page    *Page
	entry   *Entry
	acts    []Act
	before  []ask // what has to be known before it
}

// Sheets are scripts that do, one after the other, what b says; each is made while it is asked for. It is an error where b
// ends before the work does, or goes on where nobody knows: what it would do is then not known either.
func (b *Book) Sheets() (iter.Seq[Sheet], error) {
	if b.Exit != 0 {
		return nil, fmt.Errorf("there are no scripts for it: a run would stop: %s", b.Text)
	}
	if err := b.knowsTheWay(); err != nil {
		return nil, err
	}
	names := b.nodes()
	return func(yield func(Sheet) bool) {
		number := 0
		for s := range b.stretches {
			number++
			sheet := s.sheet(number)
			sheet.Text = s.text(sheet.Name, names[s.host])
			if !yield(sheet) {
				return
			}
		}
	}, nil
}

// sheet is the script of s without its text.
func (s *stretch) sheet(number int) Sheet {
	file := strings.Map(plain, s.host)
	if s.host == step.ThisMachine {
		file = "here"
	}
	return Sheet{Name: fmt.Sprintf("%03d-%s.sh", number, file), Host: s.host}
}

// knowsTheWay is an error where the rounds of a loop may be others than those that b shows.
func (b *Book) knowsTheWay() error {
	const hint = "look at the hosts, with --live or --facts"
	for _, n := range b.Notes {
		if slices.ContainsFunc(n.Depends, func(name string) bool { return strings.HasPrefix(name, "inputs.") }) { // else the operator said where to begin
			return fmt.Errorf("there are no scripts for it yet: %s; %s", n.Text, hint)
		}
	}
	for _, c := range b.Stages {
		if strings.Contains(c.Stage, ".<newest>]") || strings.Contains(c.Stage, "=…]") {
			return fmt.Errorf("there are no scripts for it yet: which round %s is, is not known; %s", c.Stage, hint)
		}
	}
	return nil
}

func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
		return r
	}
	return '_'
}

// nodes are the names of hosts in Kubernetes, where they are others.
func (b *Book) nodes() map[string]string {
	names := map[string]string{}
	for _, c := range b.Stages {
		for _, p := range c.Pages {
			names[p.Host] = p.Node
		}
	}
	return names
}

// cutter cuts the work into what is done on one host at a time.
type cutter struct {
	cut     func(*stretch) bool // takes what is complete, and says whether it wants more
	enough  bool                // it does not
	now     *stretch            // the one that is being made; nil: none yet
	waiting []part              // guards and questions, which go to the top of what comes next, wherever that is
}

// stretches hands the work to cut, a stretch at a time.
func (b *Book) stretches(cut func(*stretch) bool) {
	c := cutter{cut: cut}
	for _, stage := range b.Stages {
		for _, p := range stage.Pages {
			for e := range p.Steps() {
				if e.Outcome == step.Planned {
					c.step(part{chapter: stage, page: p, entry: e, acts: e.Actions})
				}
				if c.enough {
					return
				}
			}
		}
	}
	if len(c.waiting) > 0 {
		c.put(c.waiting[0].page.Host)
	}
	c.complete()
}

// complete hands over what is made.
func (c *cutter) complete() {
	if c.now != nil && !c.enough {
		c.enough = !c.cut(c.now)
	}
}

// step adds a step, whose actions may run on several hosts.
func (c *cutter) step(x part) {
	rest := x.acts
	if len(rest) == 0 {
		x.before = x.asks()
		c.waiting = append(c.waiting, x)
	}
	for len(rest) > 0 {
		host, n := rest[0].host(x.page), 0
		for n < len(rest) && rest[n].host(x.page) == host {
			n++
		}
		x.acts, rest = rest[:n], rest[n:]
		x.before = x.asks()
		c.waiting = append(c.waiting, x)
		c.put(host)
	}
}

// put puts what waits into the script that is being written, or begins another. What has to be asked is asked before
// anything of its script is done: what the answer is made of was read in an earlier one.
func (c *cutter) put(host string) {
	if c.now == nil || c.now.host != host || slices.ContainsFunc(c.waiting, c.now.mustEnd) {
		c.complete()
		c.now = &stretch{host: host, found: map[answer]int{}, names: map[string]int{}}
	}
	for _, x := range c.waiting {
		c.now.add(x)
	}
	c.waiting = nil
}

func (a Act) host(p *Page) string {
	if a.On != "" {
		return a.On
	}
	return p.Host
}

// mustEnd says whether x needs a script of its own: what it asks for comes of something that s does, or it is itself a
// thing to do by hand or to say yes to, at its time.
func (s *stretch) mustEnd(x part) bool {
	if x.entry.Confirm != "" || len(x.entry.Depends) > 0 || slices.ContainsFunc(x.acts, func(a Act) bool { return a.Save != nil }) {
		return true
	}
	return slices.ContainsFunc(x.before, func(a ask) bool {
		return slices.ContainsFunc(s.parts, func(earlier part) bool { return a.needs(earlier.entry.ID) })
	})
}

func (s *stretch) add(x part) {
	for _, a := range x.before {
		if i, known := s.found[a.answer()]; known {
			s.asks[i].inText = s.asks[i].inText || a.inText
			continue
		}
		if a.kind == aChoice || a.kind == aDemand {
			a.name = fmt.Sprintf("ANSWER_%d", len(s.asks)+1)
		}
		a.name = s.free(a.name, a.kind)
		s.found[a.answer()] = len(s.asks)
		s.asks = append(s.asks, a)
	}
	s.parts = append(s.parts, x)
}

// free is a name of a variable that is not taken, and is from now on: name, or name with the next number behind it. A
// secret takes another for its file.
func (s *stretch) free(name string, kind askKind) string {
	free := name
	for s.names[free] > 0 || kind == aSecret && s.names[free+ofFile] > 0 {
		s.names[name]++
		free = fmt.Sprintf("%s_%d", name, max(2, s.names[name]))
	}
	s.names[free]++
	if kind == aSecret {
		s.names[free+ofFile]++
	}
	return free
}
