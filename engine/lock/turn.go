package lock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rung/engine/step"
)

// What turn.sh says came of it.
const (
	shown  = "shown"
	taken  = "taken"
	held   = "held" // by another
	kept   = "kept"
	lost   = "lost" // it is not ours (any more)
	freed  = "freed"
	broken = "broken"
)

// mark heads what turn.sh says. What comes before is not ours: the greetings of a login shell.
const mark = "@rung "

// turn does one thing to the lock on one host: see turn.sh. Each may be done twice, so a lost link is no reason to give up.
func (s Site) turn(ctx context.Context, h Host, words ...string) (verdict string, f Found, err error) {
	c := step.Command{Script: lockScript, Argv: append([]string{s.Folder, turnScript}, words...), Sudo: h.Sudo}
	for again := false; ; again = true {
		result, err := s.Exec.Exec(ctx, h.Name, c, nil)
		if errors.Is(err, step.ErrLost) && !again && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return "", Found{}, err
		}
		return read(h.Name, result)
	}
}

// read understands what turn.sh said.
func read(host string, r step.Result) (verdict string, f Found, err error) {
	lines := strings.Split(string(r.Stdout), "\n")
	for len(lines) > 0 && !strings.HasPrefix(lines[0], mark) {
		lines = lines[1:]
	}
	if r.Exit != 0 || len(lines) < 3 {
		why := string(bytes.TrimSpace(r.Stderr))
		if why == "" {
			why = fmt.Sprintf("it exited with %d; somebody else may be at it for too long", r.Exit)
		}
		return "", Found{}, fmt.Errorf("%s: the lock of the cluster cannot be worked on there: %s", host, why)
	}
	said := strings.Fields(lines[0])
	if len(said) != 4 {
		return "", Found{}, fmt.Errorf("%s: the lock of the cluster cannot be read there: %q", host, lines[0])
	}
	f = Found{Host: host, Silent: seconds(said[2]), Now: moment(said[3])}
	if lines[1] == "none" {
		return said[1], f, nil
	}
	state := strings.Fields(lines[1])
	if len(state) != 6 {
		return "", Found{}, fmt.Errorf("%s: the lock of the cluster cannot be read there: %q", host, lines[1])
	}
	f.Held, f.Broken, f.Key, f.Since = state[0] == held, state[0] == broken, state[1], moment(state[5])
	f.Expired = f.Silent > seconds(state[2])
	_ = json.Unmarshal([]byte(lines[2]), &f.Who) // who cannot be read is somebody, too
	for _, text := range []*string{&f.Who.Run, &f.Who.Playbook, &f.Who.Owner} {
		*text = strings.Map(printable, *text) // it comes from a host, and goes to a terminal
	}
	return said[1], f, nil
}

// printable takes out what is no text.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

func seconds(text string) time.Duration {
	n, _ := strconv.Atoi(text) // made by the script's own arithmetic
	return time.Duration(n) * time.Second
}

func moment(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}
