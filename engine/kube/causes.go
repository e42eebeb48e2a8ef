package kube

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
)

// Cause is what probably lies behind a failure that is known.
type Cause struct {
	ID     string `json:"id"`
	Vague  bool   `json:"vague"` // something stands behind it that another cause may name
	Signs  []Sign `json:"signs"` // any of them is enough
	Why    string `json:"why"`
	Do     string `json:"do"`
	Source string `json:"source"`
}

// Sign is a text by which a cause is known.
type Sign struct {
	In      Trace          `json:"in"`
	Pattern *regexp.Regexp `json:"pattern"`
}

// Trace is where a failure leaves signs: in what the command printed that failed, or in a part of the diagnostics that
// were taken of the host after it.
type Trace string

// The traces.
const (
	InOutput     Trace = "output"     // of the command that failed
	InJournal    Trace = "journal"    // of the kubelet
	InStatus     Trace = "status"     // of the services kubelet and containerd
	InContainers Trace = "containers" // the last lines of static pods that ended
	InLogs       Trace = "logs"       // the last lines of static pods that run
	InDisk       Trace = "disk"       // df -P
	InNode       Trace = "node"       // its conditions, as Type=Status
	InPods       Trace = "pods"       // of kube-system
	InEvents     Trace = "events"     // of the node and of kube-system
)

//go:embed causes.json
var causesJSON []byte

var causes = func() (list []Cause) {
	if err := json.Unmarshal(causesJSON, &list); err != nil {
		panic("causes.json: " + err.Error()) // embedded: a test of this package sees it
	}
	return list
}()

// Causes is the whole catalogue.
func Causes() []Cause { return slices.Clone(causes) }

// CauseOf is a cause by its id; false where there is none.
func CauseOf(id string) (Cause, bool) {
	i := slices.IndexFunc(causes, func(c Cause) bool { return c.ID == id })
	if i < 0 {
		return Cause{}, false
	}
	return causes[i], true
}

// CausesIn are the causes that traces are a sign of, the vague ones last.
func CausesIn(traces map[Trace]string) []Cause {
	var telling, vague []Cause
	for _, c := range causes {
		switch {
		case !slices.ContainsFunc(c.Signs, func(s Sign) bool { return traces[s.In] != "" && s.Pattern.MatchString(traces[s.In]) }):
		case c.Vague:
			vague = append(vague, c)
		default:
			telling = append(telling, c)
		}
	}
	return append(telling, vague...)
}
