package facts

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"rung/engine/run"
	"rung/engine/step"
)

// Recorder is a step.Exec that keeps what commands said, and a run.Sink that keeps what steps found. Whoever gives it
// commands sees to it that they only read.
type Recorder struct {
	Of    step.Exec // who is asked
	Clock run.Clock

	mu      sync.Mutex
	answers map[question]Answer
	found   map[place]Finding
	common  *common
}

type (
	question struct{ host, key string }
	place    struct{ stage, host, step string }
)

// Exec carries c out, and keeps what it said. A command that had no answer is not kept, nor is one that was given a
// secret, or one on the machine that rung runs on.
func (r *Recorder) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	result, err := r.Of.Exec(ctx, host, c, output)
	if err != nil || c.Secret || host == step.ThisMachine {
		return result, err
	}
	a := Answer{Host: host, Key: KeyOf(c), Command: Hide(lineOf(c)), Exit: result.Exit, Took: result.Took, At: result.At}
	if a.At.IsZero() {
		a.At = r.Clock.Now()
	}
	a.At = a.At.UTC()
	a.hold(trim(result.Stdout), result.Stderr)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
	r.common.answer(&a)
	r.answers[question{host, a.Key}] = a
	return result, nil
}

// hold takes over what a command said, without secrets.
func (a *Answer) hold(stdout, stderr []byte) {
	if !utf8.Valid(stdout) || !utf8.Valid(stderr) {
		a.Binary = true
		a.Stdout, a.Stderr = base64.StdEncoding.EncodeToString(stdout), base64.StdEncoding.EncodeToString(stderr)
		return
	}
	a.Stdout, a.Stderr = Hide(string(stdout)), Hide(string(stderr))
}

// result is what the command said.
func (a *Answer) result() (step.Result, error) {
	r := step.Result{Exit: a.Exit, Stdout: []byte(a.Stdout), Stderr: []byte(a.Stderr), At: a.At, Took: a.Took}
	if !a.Binary {
		return r, nil
	}
	var err error
	if r.Stdout, err = base64.StdEncoding.DecodeString(a.Stdout); err == nil {
		r.Stderr, err = base64.StdEncoding.DecodeString(a.Stderr)
	}
	if err != nil {
		return r, fmt.Errorf("the recorded answer to %q cannot be read: %w", a.Command, err)
	}
	return r, nil
}

// Record keeps how steps ended that were performed.
func (r *Recorder) Record(e run.Event) error {
	at := place{e.Stage, e.Host, e.Step}
	switch {
	case e.Kind != run.StepEnded || e.Type == "" || e.Outcome == step.Planned || e.Outcome == step.Skipped:
		return nil
	case e.Outcome == step.OK && len(e.Data) == 0: // its check said that nothing is to be done
		return nil
	}
	f := Finding{Stage: e.Stage, Host: e.Host, Step: e.Step, Type: e.Type, Title: Hide(e.Title), Outcome: e.Outcome, Text: Hide(e.Text)}
	text, err := json.Marshal(e.Data) // as it is read back: versions and durations are text
	if err != nil {
		return err
	}
	outputs := []byte(Hide(string(text)))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
	if err := r.common.finding(&f, outputs); err != nil {
		return fmt.Errorf("%s: the outputs cannot be kept: %w", e.Step, err)
	}
	r.found[at] = f
	return nil
}

// begin makes what a Recorder keeps things in.
func (r *Recorder) begin() {
	if r.common == nil {
		r.answers, r.found, r.common = map[question]Answer{}, map[place]Finding{}, newCommon()
	}
}

// File is what was kept, under header, which says whose facts they are.
func (r *Recorder) File(header Header) *File {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := &File{Header: header}
	f.Stopped = Hide(header.Stopped)
	order := map[string]int{}
	for i, h := range header.Inventory.Hosts {
		order[h.Name] = i
	}
	for _, a := range r.answers {
		f.Recorded = append(f.Recorded, a)
	}
	slices.SortFunc(f.Recorded, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(order[a.Host], order[b.Host]), a.At.Compare(b.At), strings.Compare(a.Key, b.Key))
	})
	for _, found := range r.found {
		f.Found = append(f.Found, found)
	}
	slices.SortFunc(f.Found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.Host], order[b.Host]), strings.Compare(a.Stage, b.Stage), strings.Compare(a.Step, b.Step))
	})
	f.Facts, f.Answers, f.Findings = Version, len(f.Recorded), len(f.Found)
	return f
}
