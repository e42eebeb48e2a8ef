package journal

import (
	"fmt"
	"strings"

	"rung/engine/run"
)

// outputName is the folder of a run directory that holds what commands wrote.
const outputName = "output"

// action tells the actions of a run apart, while they run.
type action struct {
	stage, host, step string
	number            int
}

func actionOf(e run.Event) action { return action{e.Stage, e.Host, e.Step, e.Action} }

// OutputFile returns the name, in output/, of the file with what an action
// wrote; started is the event of its start, read from the journal. An action
// that wrote nothing has no file. Where a later life of the run follows the
// action, all that it wrote lies there, and beside it, as FILE.1, FILE.2 …, what
// the earlier ones had heard of it.
func OutputFile(started run.Event) string { return outputFile(started, started.Seq) }

// outputFile begins with the number of the event that started the action, so
// that files sort as the run went and never collide: one step runs once for
// each value of a loop, and once more when it is retried.
func outputFile(e run.Event, seq int64) string {
	return fmt.Sprintf("%06d-%s-%s-%d.log", seq, plain(e.Host), plain(e.Step), e.Action)
}

// outputOf returns the file for the output event e, j.mu being held. Output
// of an action whose start nobody recorded goes by its own first number.
func (j *Journal) outputOf(e run.Event) string {
	seq, known := j.started[actionOf(e)]
	if !known {
		seq = e.Seq
		j.started[actionOf(e)] = seq
	}
	return outputFile(e, seq)
}

// plain returns name with only what every file system takes, at most 60 bytes.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, name)
	if name == "" {
		return "_"
	}
	return name[:min(len(name), 60)]
}
