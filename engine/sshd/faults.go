package sshd

import (
	"net"
	"sync/atomic"
	"time"
)

// Faults are ways in which a host misbehaves. The zero value behaves well.
type Faults struct {
	Hang        bool                   // accepts connections and says nothing
	DropAfter   int64                  // breaks a connection once it has sent so many bytes; 0 never
	DropAt      func(line string) bool // breaks the connection when such a command has started
	Down        func() bool            // while it says so, hangs up on whoever connects
	Slow        time.Duration          // waits so long before each command
	MaxSessions int                    // refuses more sessions at once, on all connections together; 0 has no limit
	Mute        <-chan struct{}        // once closed, nothing is heard or said any more, without an end
}

// spoil returns c with the faults that lie in the wire.
func (f Faults) spoil(c net.Conn) net.Conn {
	if f.DropAfter == 0 && f.Mute == nil {
		return c
	}
	w := &wire{Conn: c, mute: f.Mute}
	w.left.Store(f.DropAfter)
	w.counted = f.DropAfter > 0
	return w
}

type wire struct {
	net.Conn
	counted bool
	left    atomic.Int64
	mute    <-chan struct{}
}

func (w *wire) muted() bool {
	select {
	case <-w.mute:
		return w.mute != nil
	default:
		return false
	}
}

func (w *wire) Read(b []byte) (int, error) {
	for {
		n, err := w.Conn.Read(b)
		if err != nil || !w.muted() {
			return n, err
		}
	}
}

func (w *wire) Write(b []byte) (int, error) {
	if w.muted() {
		return len(b), nil
	}
	if w.counted && w.left.Add(-int64(len(b))) < 0 {
		w.Conn.Close()
		return 0, net.ErrClosed
	}
	return w.Conn.Write(b)
}
