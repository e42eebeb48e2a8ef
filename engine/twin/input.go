package twin

import (
	"io"
	"os"
	"sync"
)

// input is the standard input of a session, as a pipe of the operating system: the interpreter takes no
// other. One goroutine fills it, and close waits for that.
type input struct {
	file *os.File
	done sync.WaitGroup
	ends bool // stdin ends by itself
}

// newInput makes a pipe that stdin is copied into. Where the session ends first, close ends the copying at
// its next write; a stdin that neither ends nor says anything is the caller's to close.
func newInput(stdin io.Reader) (*input, error) {
	in := &input{}
	if stdin == nil {
		return in, nil
	}
	r0, ends := stdin.(interface{ Len() int }) // a reader of bytes that are all there
	if in.ends = ends; ends && r0.Len() == 0 {
		return in, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	in.file = r
	in.done.Go(func() {
		defer w.Close()
		_, _ = io.Copy(w, stdin) // a reader that has gone is no error of ours
	})
	return in, nil
}

func (in *input) close() {
	if in.file != nil {
		in.file.Close()
	}
	if in.ends {
		in.done.Wait()
	}
}
