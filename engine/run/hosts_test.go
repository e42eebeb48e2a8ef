package run_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"rung/engine/step"
)

// reply is what a toy host answers to a command.
type reply struct {
	exit  int
	out   string
	err   error
	takes time.Duration // on the bubble's clock; the context ends it
	deaf  bool          // it is not seen to end when the context does
	then  func()        // called when the command has come, before it takes its time
}

var (
	no   = reply{exit: 1, out: "no"}
	lost = reply{err: step.ErrLost}
)

func says(text string) reply { return reply{out: text + "\n"} }

func away(host string) reply {
	return reply{err: &step.Unreachable{Host: host, Why: step.NoContact, Err: errors.New("no route"), Hint: "switch it on"}}
}

// hosts is a toy step.Exec. It answers by "host line", else by "line", one
// reply a command; the last one again and again. Without a reply a command
// succeeds, and one that starts with "check" says that there is something to
// do.
type hosts struct {
	replies map[string][]reply

	mu     sync.Mutex
	log    []string // "host line", with what stands before and behind it
	atWork map[string]int
	most   int              // hosts at work at one time
	units  map[string]reply // of detached commands
}

// attach answers for a detached command that was started.
func (h *hosts) attach(_ context.Context, host string, c step.Command, output io.Writer) (step.Result, bool, error) {
	h.mu.Lock()
	h.log = append(h.log, host+" attach")
	r, found := h.units[c.Unit]
	h.mu.Unlock()
	time.Sleep(r.takes) // of the bubble
	if output != nil {
		_, _ = io.WriteString(output, r.out)
	}
	return step.Result{Exit: r.exit, Stdout: []byte(r.out)}, found, r.err
}

func (h *hosts) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	line := strings.Join(c.Argv, " ")
	r := h.take(host, line, c)
	h.keep(c.Unit, r)
	defer h.leave(host)
	if r.then != nil {
		r.then()
	}
	if r.takes > 0 {
		t := time.NewTimer(r.takes)
		defer t.Stop()
		leave := ctx.Done()
		if c.Detach {
			leave = nil
		}
		select {
		case <-t.C:
		case <-leave:
			if r.deaf {
				return step.Result{}, errors.Join(step.ErrLost, context.Cause(ctx))
			}
			return step.Result{}, context.Cause(ctx)
		}
	}
	if ctx.Err() != nil && !c.Detach {
		return step.Result{}, context.Cause(ctx)
	}
	if output != nil {
		_, _ = io.WriteString(output, r.out)
	}
	return step.Result{Exit: r.exit, Stdout: []byte(r.out)}, r.err
}

func (h *hosts) keep(unit string, r reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.units == nil {
		h.units = map[string]reply{}
	}
	if _, known := h.units[unit]; known {
		h.log = append(h.log, "a second start of "+unit) // which a real host would not begin
	}
	if unit != "" {
		h.units[unit] = r
	}
}

func (h *hosts) take(host, line string, c step.Command) reply {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := host + " " + line
	if c.Sudo {
		told = "sudo " + told
	}
	if len(c.Env) > 0 {
		told += " " + strings.Join(c.Env, " ")
	}
	h.log = append(h.log, told)
	if h.atWork == nil {
		h.atWork = map[string]int{}
	}
	h.atWork[host]++
	h.most = max(h.most, len(h.atWork))
	for _, key := range []string{host + " " + line, line} {
		switch list := h.replies[key]; len(list) {
		case 0:
		case 1:
			return list[0]
		default:
			h.replies[key] = list[1:]
			return list[0]
		}
	}
	if strings.HasPrefix(line, "check") {
		return reply{exit: 1}
	}
	return reply{}
}

func (h *hosts) leave(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.atWork[host]--; h.atWork[host] == 0 {
		delete(h.atWork, host)
	}
}

// sent are the commands in the order in which they came, but for the probes of
// admin hosts.
func (h *hosts) sent() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for _, line := range h.log {
		if !strings.Contains(line, "/readyz") {
			list = append(list, line)
		}
	}
	return list
}
