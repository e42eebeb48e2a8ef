package twin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
)

// script is a shell text to run, with what it runs in.
type script struct {
	text           string
	options        []string // -e, -u, …
	params         []string
	env            expand.Environ
	dir            string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// shell interprets a script on the session's host and returns its exit status.
func (s *session) shell(ctx context.Context, sc script) int {
	if !s.enter() {
		fmt.Fprintf(sc.stderr, "sh: Cannot fork\n")
		return 2
	}
	defer s.leave()
	programs := s.cluster.tools
	if slices.ContainsFunc(sc.options, func(o string) bool { return o == "-x" || o == "xtrace" || o == "pipefail" }) {
		programs = nil // they show how commands are carried out
	}
	p, err := parse(sc.text, programs)
	if err != nil {
		fmt.Fprintf(sc.stderr, "sh: %v\n", err)
		return 2
	}
	stdin, is := sc.stdin.(*os.File)
	if !is {
		in, err := newInput(sc.stdin)
		if err != nil {
			fmt.Fprintf(sc.stderr, "sh: %v\n", err)
			return 2
		}
		defer in.close()
		stdin = in.file
	}
	i := &invocation{session: s, choices: p.choices}
	environ := &environ{Environ: sc.env}
	vars := variables.Get().(map[string]expand.Variable)
	defer func() {
		clear(vars)
		variables.Put(vars)
	}()
	runner, err := interp.New(
		interp.Env(environ),
		func(r *interp.Runner) error {
			r.Dir = sc.dir // interp.Dir would look for it on this machine
			r.Vars = vars  // which is cleared before use
			return nil
		},
		interp.StdIO(stdin, sc.stdout, sc.stderr),
		interp.Params(append(append([]string(nil), sc.options...), append([]string{"--"}, sc.params...)...)...),
		interp.CallHandler(i.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return i.exec }),
		interp.OpenHandler(i.open),
		interp.ReadDirHandler2(i.readDir),
		interp.StatHandler(i.stat),
		interp.AccessHandler(i.access),
	)
	if err != nil {
		fmt.Fprintf(sc.stderr, "sh: %v\n", err)
		return 2
	}
	runner.Reset()
	environ.started = true
	err = runner.Run(ctx, p.File)
	if !p.straight {
		s.reap(ctx, runner)
	}
	var status interp.ExitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil:
		return 130
	}
	fmt.Fprintf(sc.stderr, "sh: %v\n", err)
	return 2
}

// variables are maps in which the interpreter leaves what a script set, for nobody: they need not grow anew each time.
var variables = sync.Pool{New: func() any { return map[string]expand.Variable{} }}

// reap waits for what the script left in the background: no goroutine outlives its session.
func (s *session) reap(ctx context.Context, runner *interp.Runner) {
	if wait, err := parse("trap - EXIT; wait", nil); err == nil {
		_ = runner.Run(ctx, wait.File) // its status is not the script's
	}
}

// environ is the environment of a shell. It answers for everything that the interpreter would otherwise
// ask of this machine.
type environ struct {
	expand.Environ
	started bool
}

func (e *environ) Get(name string) expand.Variable {
	text := func(value string) expand.Variable {
		return expand.Variable{Set: true, Kind: expand.String, Str: value}
	}
	if name == "TMPDIR" && !e.started {
		// The interpreter opens its own named pipes in this folder, past every handler; so it gets one that
		// cannot exist.
		return text("/\x00")
	}
	if user, found := strings.CutPrefix(name, "HOME "); found { // ~user
		if user == "root" {
			return text("/root")
		}
		return text("/home/" + user)
	}
	if v := e.Environ.Get(name); v.IsSet() {
		return v
	}
	switch name {
	case "HOME":
		return text("/root")
	case "UID", "EUID", "GID":
		return text("0")
	}
	return expand.Variable{}
}

// call sees every simple command, builtins too. It sends those builtins to programs of ours that the
// interpreter lacks, or would answer from this machine.
func (i *invocation) call(ctx context.Context, args []string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if args[0] == choiceName {
		return i.choices.choose(args[1], args[2]), nil
	}
	if !i.spend() {
		return nil, fmt.Errorf("twin: killed after %d commands or %s: the script does not end", mostCommands, mostTime)
	}
	for len(args) > 1 && args[0] == "command" && !strings.HasPrefix(args[1], "-") {
		args = args[1:]
	}
	switch args[0] {
	case "umask", "kill", "type", "ulimit", "hash", "pwd", "builtin":
		args = append([]string{"/usr/bin/" + args[0]}, args[1:]...)
	case "export":
		if len(args) == 2 && args[1] == "-p" { // with names it is the interpreter's own
			args = []string{"/usr/bin/export", "-p"}
		}
	case "command":
		if len(args) > 1 {
			args = append([]string{"/usr/bin/command"}, args[1:]...)
		}
	case ".", "source":
		if len(args) > 1 && !path.IsAbs(args[1]) {
			// Without a folder the interpreter would look for it in this machine's PATH.
			args = append([]string{args[0], path.Join(interp.HandlerCtx(ctx).Dir, args[1])}, args[2:]...)
		}
	}
	return args, nil
}

// exec runs a program of the twin.
func (i *invocation) exec(ctx context.Context, args []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	hc := interp.HandlerCtx(ctx)
	p := &process{session: i.session, ctx: ctx, argv: args, env: hc.Env, dir: hc.Dir, stdin: hc.Stdin, stdout: hc.Stdout, stderr: hc.Stderr}
	if args[0] == fedName {
		p.argv, p.stdin = args[2:], i.fed(bufferKey{args[1], hc.Stdin})
	}
	return exitStatus(p.start())
}

// start finds and runs the program of p.argv.
func (p *process) start() int {
	if p.ctx.Err() != nil {
		return 130
	}
	name := path.Base(p.argv[0])
	t, known := p.cluster.tools[name]
	if !known || strings.Contains(p.argv[0], "/") && !p.isBinary(p.argv[0]) {
		return p.unknown()
	}
	if !p.has(t) && !p.ofEtcd(p.argv[0]) {
		p.errf("sh: %s: command not found\n", name)
		p.flush()
		return 127
	}
	p.argv = append([]string{name}, p.argv[1:]...)
	defer p.flush()
	if !t.domain {
		return t.run(p)
	}
	c := p.cluster
	if keepsToItself(p.argv) {
		p.host.lock()
		defer p.host.unlock()
	} else {
		p.await()
		c.mu.Lock()
		defer c.mu.Unlock()
	}
	c.record(p.session, p.argv)
	if f := c.fault(p.host.name, p.argv); f != nil {
		p.errf("%s", f.stderr)
		return f.exit
	}
	return t.run(p)
}

// unknown is a command that the twin does not have: a file on its disk is run as a script, anything else
// is an error, and remembered.
func (p *process) unknown() int {
	defer p.flush()
	if strings.Contains(p.argv[0], "/") {
		if text, err := p.read(p.argv[0]); err == nil && strings.HasPrefix(text, "#!") && strings.Contains(firstLine(text), "sh") {
			return p.session.shell(p.ctx, script{text: text, params: p.args(), env: p.env, dir: p.dir, stdin: p.stdin, stdout: p.stdout, stderr: p.stderr})
		}
		p.errf("sh: %s: No such file or directory\n", p.argv[0])
	} else {
		p.errf("sh: %s: command not found\n", p.argv[0])
	}
	p.cluster.note(p.session, p.argv)
	return 127
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// isBinary tells whether a path with a folder names a program of the twin.
func (p *process) isBinary(name string) bool {
	switch path.Dir(p.path(name)) {
	case "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin":
		return true
	}
	return p.ofEtcd(name)
}

// ofEtcd tells whether a path is that of a program in the image of etcd.
func (p *process) ofEtcd(name string) bool {
	text, err := p.read(name)
	return err == nil && text == imageProgram
}

// has tells whether the host has the tool installed.
func (p *process) has(t tool) bool {
	p.host.lock()
	defer p.host.unlock()
	return p.host.hasTool(t, p.now())
}

func (i *invocation) open(ctx context.Context, name string, flag int, perm os.FileMode) (io.ReadWriteCloser, error) {
	hc := interp.HandlerCtx(ctx)
	if strings.HasPrefix(name, bufferPrefix) {
		return &buffer{of: i, key: bufferKey{name, hc.Stdin}}, nil
	}
	p := &process{session: i.session, dir: hc.Dir}
	f, err := openFile(p, p.path(name), flag, perm)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

func (s *session) readDir(_ context.Context, name string) ([]fs.DirEntry, error) {
	p := &process{session: s}
	var entries []fs.DirEntry
	err := p.locked(func(d *disk, now time.Time) error {
		names, err := d.list(name, now)
		for _, base := range names {
			f, _ := d.stat(path.Join(name, base), false, now)
			entries = append(entries, fs.FileInfoToDirEntry(info{base, f}))
		}
		return err
	})
	return entries, err
}

func (s *session) stat(_ context.Context, name string, follow bool) (fs.FileInfo, error) {
	p := &process{session: s}
	var f file
	err := p.locked(func(d *disk, now time.Time) (err error) {
		f, err = d.stat(name, follow, now)
		return err
	})
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return info{path.Base(name), f}, nil
}

func (s *session) access(ctx context.Context, name string, mode interp.AccessMode) error {
	i, err := s.stat(ctx, name, true)
	if err != nil {
		return err
	}
	if mode == interp.AccessExec && !i.IsDir() && i.Mode()&0o111 == 0 {
		return fs.ErrPermission
	}
	return nil
}
