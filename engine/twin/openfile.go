package twin

import (
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

// openFile opens a file of a twin for the shell's redirections.
func openFile(p *process, name string, flag int, perm fs.FileMode) (io.ReadWriteCloser, error) {
	if name == "/dev/null" {
		return null{}, nil
	}
	writing := flag&(os.O_WRONLY|os.O_RDWR) != 0
	f := &handle{process: p, name: name, appends: writing}
	err := p.locked(func(d *disk, now time.Time) error {
		data, err := d.read(name, now)
		switch {
		case !writing:
			f.reader = strings.NewReader(data)
			return err
		case err == syscall.EISDIR:
			return err
		case err != nil && flag&os.O_CREATE == 0:
			return err
		case err != nil || flag&os.O_TRUNC != 0:
			return d.write(name, "", perm&^p.mask(), now)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// handle is an open file of a twin.
type handle struct {
	process *process
	name    string
	reader  *strings.Reader
	appends bool
}

func (f *handle) Read(b []byte) (int, error) {
	if f.reader == nil {
		return 0, syscall.EBADF
	}
	return f.reader.Read(b)
}

func (f *handle) Write(b []byte) (int, error) { return f.WriteAt(b, f.process.now()) }

// WriteTo hands over all that is left in one piece: the interpreter copies a redirected file into a pipe.
func (f *handle) WriteTo(w io.Writer) (int64, error) {
	if f.reader == nil {
		return 0, syscall.EBADF
	}
	return f.reader.WriteTo(w)
}

// WriteAt appends data as of that time, which a long command has left behind already.
func (f *handle) WriteAt(b []byte, at time.Time) (int, error) {
	if !f.appends {
		return 0, syscall.EBADF
	}
	err := f.process.locked(func(d *disk, _ time.Time) error {
		before, err := d.read(f.name, at)
		if err != nil {
			return err
		}
		if strings.HasPrefix(f.name, "/proc/") {
			before = "" // there each write is a whole value
		}
		return d.write(f.name, before+string(b), 0o644, at)
	})
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

func (f *handle) Close() error { return nil }

// null is /dev/null.
type null struct{}

func (null) Read([]byte) (int, error)         { return 0, io.EOF }
func (null) WriteTo(io.Writer) (int64, error) { return 0, nil }
func (null) Write(b []byte) (int, error)      { return len(b), nil }
func (null) Close() error                     { return nil }

// info describes a file to the interpreter.
type info struct {
	name string
	file file
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(len(i.file.data)) }
func (i info) Mode() fs.FileMode  { return i.file.mode }
func (i info) ModTime() time.Time { return i.file.mtime }
func (i info) IsDir() bool        { return i.file.mode.IsDir() }

// Sys is a root-owned file: the interpreter takes it for granted.
func (i info) Sys() any { return owner() }
