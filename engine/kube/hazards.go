package kube

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Severity is what a hazard is worth.
type Severity string

// The severities. An upgrade does not begin while something blocks.
const (
	Block  Severity = "block"
	Warn   Severity = "warn"
	Inform Severity = "inform"
)

// Hazard is something that is known to go wrong, or to be lost, on some hops. Either Ask says how to
// find out whether a cluster has it, or HeldBy names the step or guard that looks at it anyway.
type Hazard struct {
	ID       string   `json:"id"`
	Targets  Minors   `json:"targets"`  // of the hops that it is about
	Crossing bool     `json:"crossing"` // only where the hop changes the minor, not the patch alone
	Severity Severity `json:"severity"`
	// Later is the severity while another hop comes first. Empty: the same. "silent": none, for the hops
	// before change what is asked, so that only the last answer counts.
	Later  Severity `json:"later"`
	Where  string   `json:"where"` // first control plane, each control plane, every node
	Why    string   `json:"why"`
	Ask    []Ask    `json:"ask"`
	HeldBy string   `json:"held_by"`
	Action string   `json:"action"`
	Source string   `json:"source"`
}

const silent Severity = "silent"

// Ask is a question, and the rule that reads the answer.
type Ask struct {
	Question string `json:"question"`
	Rule     string `json:"rule"`    // one of Rules
	Pattern  string `json:"pattern"` // a regular expression over a line
	Value    string `json:"value"`   // what the rule compares with
	But      string `json:"but"`     // lines that match this do not count
	Minors   Minors `json:"minors"`  // of the hops that this question is about; empty: those of the hazard
}

// Question is something to be read of a cluster or a host, whose answer is lines of text.
type Question struct {
	Name  string `json:"name"`
	Place Place  `json:"place"`
	About string `json:"about"`
}

// Place is where a question is asked.
type Place string

// The places. A question to control planes is asked of each.
const (
	OfCluster      Place = "cluster"
	OfControlPlane Place = "control plane"
	OfHost         Place = "host"
)

//go:embed hazards.json
var hazardsJSON []byte

var catalogue = func() (c struct {
	Questions []Question `json:"questions"`
	Hazards   []Hazard   `json:"hazards"`
},
) {
	if err := json.Unmarshal(hazardsJSON, &c); err != nil {
		panic("hazards.json: " + err.Error()) // embedded: a test of this package sees it
	}
	return c
}()

// Hazards is the whole catalogue.
func Hazards() []Hazard { return slices.Clone(catalogue.Hazards) }

// Questions are all questions that the catalogue asks.
func Questions() []Question { return slices.Clone(catalogue.Questions) }

// HazardOf is a hazard by its id; false where there is none.
func HazardOf(id string) (Hazard, bool) {
	i := slices.IndexFunc(catalogue.Hazards, func(h Hazard) bool { return h.ID == id })
	if i < 0 {
		return Hazard{}, false
	}
	return catalogue.Hazards[i], true
}

// NearestHazard is the id that is most like text, for people who mistyped one.
func NearestHazard(text string) string {
	best, most := "", 0
	for _, h := range catalogue.Hazards {
		shared := 0
		for shared < min(len(text), len(h.ID)) && text[shared] == h.ID[shared] {
			shared++
		}
		if shared > most {
			best, most = h.ID, shared
		}
	}
	return best
}

// due is a hazard on a way, by the first hop that meets it.
type due struct {
	Hazard
	minor    int
	severity Severity
}

// dueOn are the hazards that the way between two versions meets and that are to be asked about.
func dueOn(from, to Version) []due {
	var list []due
	for _, h := range catalogue.Hazards {
		minor, meets := h.meets(h.Targets, from, to)
		if !meets || len(h.Ask) == 0 {
			continue
		}
		severity := h.Severity
		if minor > from.Minor+1 && h.Later != "" {
			severity = h.Later
		}
		if severity != silent {
			list = append(list, due{h, minor, severity})
		}
	}
	return list
}

// meets is the first hop between two versions that is one of the minors.
func (h Hazard) meets(minors Minors, from, to Version) (int, bool) {
	first := from.Minor + 1
	if SameMinor(from, to) && !h.Crossing && from != to {
		first = to.Minor
	}
	for minor := first; minor <= to.Minor; minor++ {
		if minors.Has(minor) {
			return minor, true
		}
	}
	return 0, false
}

// asks are the questions of a hazard that are about this way.
func (d due) asks(from, to Version) []Ask {
	var list []Ask
	for _, a := range d.Ask {
		if _, meets := d.meets(a.Minors, from, to); meets || len(a.Minors) == 0 {
			list = append(list, a)
		}
	}
	return list
}

// QuestionsOn are the names of the questions to ask in some places before the way between two versions, in order.
func QuestionsOn(from, to Version, places ...Place) []string {
	wanted := map[string]bool{}
	for _, d := range dueOn(from, to) {
		for _, a := range d.asks(from, to) {
			wanted[a.Question] = true
		}
	}
	var names []string
	for _, q := range catalogue.Questions {
		if wanted[q.Name] && slices.Contains(places, q.Place) {
			names = append(names, q.Name)
		}
	}
	return names
}

// Minors are minors of Kubernetes 1, each from one to another.
type Minors []span

type span struct{ low, high int }

// Has tells whether a minor is one of them.
func (m Minors) Has(minor int) bool {
	return slices.ContainsFunc(m, func(s span) bool { return minor >= s.low && minor <= s.high })
}

// String is the minors as they are written: 1.21-1.37, 1.40.
func (m Minors) String() string {
	var parts []string
	for _, s := range m {
		text := fmt.Sprintf("1.%d", s.low)
		if s.high > s.low {
			text += fmt.Sprintf("-1.%d", s.high)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// UnmarshalText reads "1.21-1.37,1.40".
func (m *Minors) UnmarshalText(text []byte) error {
	for part := range strings.SplitSeq(string(text), ",") {
		low, high, ranged := strings.Cut(part, "-")
		if !ranged {
			high = low
		}
		s := span{}
		var err error
		if s.low, err = minorOf(low); err != nil {
			return err
		}
		if s.high, err = minorOf(high); err != nil {
			return err
		}
		*m = append(*m, s)
	}
	return nil
}

func minorOf(text string) (int, error) {
	number, ok := strings.CutPrefix(strings.TrimSpace(text), "1.")
	minor, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0, fmt.Errorf("%q is no minor such as 1.24", text)
	}
	return minor, nil
}

func mustMinor(text string) int {
	minor, err := minorOf(text)
	if err != nil {
		panic(err)
	}
	return minor
}
