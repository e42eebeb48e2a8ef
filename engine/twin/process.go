package twin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
)

// process is one program that a session runs.
type process struct {
	*session
	ctx            context.Context
	argv           []string // argv[0] is the name, without its folder
	env            expand.Environ
	dir            string
	stdin          io.Reader
	stdout, stderr io.Writer
	said           []saying
}

// tool is a program that the hosts of a twin have.
type tool struct {
	run     func(*process) int // its exit status
	domain  bool               // logged, and run with the cluster locked: it must not read standard input
	pkg     string             // the package that it comes with; "" when it is always there
	missing func(*host) bool   // hosts that do not have it
}

// args are the arguments, without the name.
func (p *process) args() []string { return p.argv[1:] }

// outf prints on standard output, and errf on standard error.
func (p *process) outf(format string, args ...any) { p.say(false, format, args...) }
func (p *process) errf(format string, args ...any) { p.say(true, format, args...) }

func (p *process) say(err bool, format string, args ...any) {
	s := piece(&p.said, p.now(), err)
	if len(args) == 0 {
		s.data = append(s.data, format...)
		return
	}
	if text, is := args[0].(string); is && format == "%s" { // long lists are said so
		s.data = append(s.data, text...)
		return
	}
	s.data = fmt.Appendf(s.data, format, args...)
}

// fail prints what went wrong, after the name of the program, and returns status 1.
func (p *process) fail(format string, args ...any) int {
	p.errf("%s: %s\n", p.argv[0], fmt.Sprintf(format, args...))
	return 1
}

// flush hands on what the program said. It is not called with the cluster locked: the reader of a pipe
// may need the lock to come round to reading.
func (p *process) flush() {
	for _, s := range p.said {
		w := p.stdout
		if s.err {
			w = p.stderr
		}
		if t, is := w.(track); is {
			t.keep(s.data, s.at)
			continue
		}
		writeAt(w, s.data, s.at)
	}
	p.said = nil
}

// path makes name absolute.
func (p *process) path(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(p.dir, name)
	}
	return path.Clean(name)
}

// locked works on the host's disk, for programs that are not domain tools.
func (p *process) locked(work func(d *disk, now time.Time) error) error {
	p.host.lock()
	defer p.host.unlock()
	return work(p.host.disk, p.now())
}

// read is the content of a file, for programs that are not domain tools; "-" is standard input.
func (p *process) read(name string) (string, error) {
	if name == "-" {
		return p.input()
	}
	var data string
	err := p.locked(func(d *disk, now time.Time) (err error) {
		data, err = d.read(p.path(name), now)
		return err
	})
	return data, err
}

// input is all of standard input.
func (p *process) input() (string, error) {
	if p.stdin == nil {
		return "", nil
	}
	if b, ok := p.stdin.(*bytes.Buffer); ok { // all of it is there
		return string(b.Next(b.Len())), nil
	}
	data, err := io.ReadAll(p.stdin)
	return string(data), err
}

// flags takes leading options off args: letters without a value, and letters in valued with one.
// The rest, after a "--" too, comes back; a letter that is in neither gives ok false. The values of a letter that is given
// several times are lines.
func flags(args []string, plain, valued string) (set map[byte]string, rest []string, ok bool) {
	set = map[byte]string{}
	for len(args) > 0 {
		arg := args[0]
		if len(arg) < 2 || arg[0] != '-' {
			break
		}
		args = args[1:]
		if arg == "--" {
			break
		}
		for i := 1; i < len(arg); i++ {
			switch {
			case strings.IndexByte(plain, arg[i]) >= 0:
				set[arg[i]] = "set"
			case strings.IndexByte(valued, arg[i]) >= 0:
				value := arg[i+1:]
				if value == "" {
					if len(args) == 0 {
						return set, args, false
					}
					value, args = args[0], args[1:]
				}
				if before, again := set[arg[i]]; again {
					value = before + "\n" + value
				}
				set[arg[i]] = value
				i = len(arg)
			default:
				return set, args, false
			}
		}
	}
	return set, args, true
}

// usage says that the arguments are not known to this twin, and keeps them as unknown: a real program
// may well know them, so that a silent guess would hide a gap. It does not speak as the real program would: nobody is to
// take it for that one's answer.
func (p *process) usage() int {
	p.cluster.note(p.session, p.argv)
	p.errf("%s: these options or arguments are not known to the simulated hosts, and a real one may know them: %s\n", p.argv[0], strings.Join(p.args(), " "))
	return 2
}

func exitStatus(code int) error {
	if code == 0 {
		return nil
	}
	return interp.ExitStatus(code)
}
