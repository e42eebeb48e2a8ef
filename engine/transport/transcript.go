package transport

import (
	"io"
	"sync"

	"rung/engine/step"
)

// transcript takes what a command writes: it hands it on as it comes, and
// keeps what a step.Result holds. Once closed it takes no more, so that a
// command that was abandoned cannot write to a caller that has gone.
type transcript struct {
	mu     sync.Mutex
	to     io.Writer // nil: nowhere
	stdout []byte
	stderr []byte // up to twice step.TailBytes, so that it is not moved for every line
	closed bool
}

func (t *transcript) out(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pass(b) {
		t.stdout = append(t.stdout, b[:min(len(b), step.MaxOutput-len(t.stdout))]...)
	}
}

func (t *transcript) err(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.pass(b) {
		return
	}
	if t.stderr = append(t.stderr, b...); len(t.stderr) > 2*step.TailBytes {
		t.stderr = t.stderr[:copy(t.stderr, tail(t.stderr))]
	}
}

// pass hands b on, and says whether it is to be kept. That nobody could read
// it is no reason to disturb the command.
func (t *transcript) pass(b []byte) bool {
	if t.closed {
		return false
	}
	if t.to != nil {
		_, _ = t.to.Write(b)
	}
	return true
}

// close returns what was said.
func (t *transcript) close() step.Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return step.Result{Stdout: t.stdout, Stderr: tail(t.stderr)}
}

func tail(b []byte) []byte { return b[max(0, len(b)-step.TailBytes):] }

// A pump starts with a small buffer, enough for a line, and takes a large one
// when a command fills it: most commands say one line, and there are thousands.
const (
	smallBuffer = 512
	largeBuffer = 32 << 10
)

func pump(from io.Reader, to func([]byte)) {
	buf := make([]byte, smallBuffer)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			to(buf[:n])
		}
		if err != nil {
			return
		}
		if n == len(buf) && n < largeBuffer {
			buf = make([]byte, largeBuffer)
		}
	}
}
