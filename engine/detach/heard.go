package detach

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"rung/engine/step"
)

// The last word of a session.
const (
	exited = "exit" // with a status
	lost   = "lost" // it was started, does not run, and left no status
	gone   = "gone" // nothing of it is there: it was never started, or all of it was removed
	none   = "none" // it did not start in time, and never will
)

// mark heads each line of start.sh. What stands between them that has none is
// not ours: greetings of a login shell, or a program's complaint.
const mark = "@rung "

// heard is what the sessions of a unit said, put together: start.sh heads each
// piece of the command's output with its stream and its length.
type heard struct {
	to       io.Writer
	out, err int // bytes so far
	stdout   []byte
	stderr   []byte // its end

	launched bool // in any session
	began    bool
	reached  bool // the session at hand said something
	folder   string
	verdict  string
	exit     int

	line  []byte // the beginning of a line
	left  int    // bytes of the piece at hand
	piece string // its stream
}

// begin is the start of a session: what the last one left unsaid never comes.
func (h *heard) begin() { h.line, h.left, h.reached = nil, 0, false }

// Write takes what a session says. It never fails.
func (h *heard) Write(b []byte) (int, error) {
	taken := len(b)
	for len(b) > 0 {
		if h.left > 0 {
			n := min(h.left, len(b))
			h.take(b[:n])
			h.left -= n
			b = b[n:]
			continue
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			h.line = append(h.line, b...)
			break
		}
		h.head(string(append(h.line, b[:i]...)))
		h.line, b = nil, b[i+1:]
	}
	return taken, nil
}

// head reads a line between two pieces.
func (h *heard) head(line string) {
	rest, ours := strings.CutPrefix(line, mark)
	if !ours {
		return
	}
	if !h.reached {
		h.reached = true
		if h.began {
			h.tell("contact again: what was started there is followed on")
		}
	}
	word, value, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(value)
	switch word {
	case "launch":
		h.launched = true
	case "began":
		h.began, h.folder = true, value
	case "out", "err":
		if err == nil && n > 0 {
			h.piece, h.left = word, n
		}
	case exited:
		if err == nil {
			h.verdict, h.exit = word, n
		}
	case lost, gone, none:
		h.verdict = word
	}
}

// take takes output of the command.
func (h *heard) take(b []byte) {
	if h.to != nil {
		_, _ = h.to.Write(b) // that nobody could read it is no reason to leave the command
	}
	if h.piece == "out" {
		h.out += len(b)
		h.stdout = append(h.stdout, b[:min(len(b), step.MaxOutput-len(h.stdout))]...)
		return
	}
	h.err += len(b)
	h.stderr = append(h.stderr, b...)
	if len(h.stderr) > 2*step.TailBytes {
		h.stderr = h.stderr[:copy(h.stderr, h.stderr[len(h.stderr)-step.TailBytes:])]
	}
}

// tell says what becomes of the way to the host, to an output that listens.
func (h *heard) tell(text string) {
	if l, listens := h.to.(step.Listener); listens {
		l.Tell(text)
	}
}

// where says where the command's traces lie.
func (h *heard) where() string {
	if h.folder == "" {
		return ""
	}
	return "; what it wrote lies in " + h.folder + " there"
}

func (h *heard) result() step.Result {
	return step.Result{Exit: h.exit, Stdout: h.stdout, Stderr: h.stderr[max(0, len(h.stderr)-step.TailBytes):]}
}
