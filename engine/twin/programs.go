package twin

import (
	"context"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
)

// sh runs a script of its argument (-c), of a file, or of standard input.
func sh(p *process) int {
	sc := script{env: p.env, dir: p.dir, stdin: p.stdin, stdout: p.stdout, stderr: p.stderr}
	args, inline := p.args(), false
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if arg == "-o" && len(args) > 0 {
			sc.options, args = append(sc.options, "-o", args[0]), args[1:]
			continue
		}
		for _, letter := range arg[1:] {
			switch letter {
			case 'c':
				inline = true
			case 's', 'l', 'i':
			case 'e', 'u', 'x', 'f', 'n', 'a', 'C':
				sc.options = append(sc.options, arg[:1]+string(letter))
			default:
				return p.usage()
			}
		}
	}
	switch {
	case inline && len(args) == 0:
		p.errf("sh: -c: option requires an argument\n")
		return 2
	case inline:
		sc.text, args = args[0], args[1:]
		if len(args) > 0 {
			sc.params = args[1:]
		}
	case len(args) > 0:
		text, err := p.read(args[0])
		if err != nil {
			p.errf("sh: %s: %s\n", args[0], sentence(err))
			return 127
		}
		sc.text, sc.params = text, args[1:]
	default:
		text, err := p.input()
		if err != nil {
			return p.fail("%v", err)
		}
		sc.text, sc.stdin = text, nil
	}
	return p.session.shell(p.ctx, sc)
}

// with runs another program in place of this one.
func (p *process) with(argv []string, vars expand.Environ) int {
	next := &process{session: p.session, ctx: p.ctx, argv: argv, env: vars, dir: p.dir, stdin: p.stdin, stdout: p.stdout, stderr: p.stderr}
	if !p.spend() {
		return 137
	}
	return next.start()
}

func env(p *process) int {
	args, vars := p.args(), p.env
	set := []string{}
	for len(args) > 0 {
		switch {
		case args[0] == "-i" || args[0] == "-":
			vars = expand.ListEnviron()
		case args[0] == "-u" && len(args) > 1:
			set, args = append(set, args[1]+"="), args[1:]
		case args[0] == "--":
		case strings.HasPrefix(args[0], "-"):
			return p.usage()
		case strings.Contains(args[0], "="):
			set = append(set, args[0])
		default:
			return p.with(args, overlaid(vars, set))
		}
		args = args[1:]
	}
	for _, pair := range exported(overlaid(vars, set)) {
		p.outf("%s\n", pair)
	}
	return 0
}

// exported are the variables that a program gets, as NAME=value.
func exported(vars expand.Environ) []string {
	var pairs []string
	vars.Each(func(name string, v expand.Variable) bool {
		if v.Exported && v.Kind == expand.String {
			pairs = append(pairs, name+"="+v.Str)
		}
		return true
	})
	return pairs
}

func overlaid(vars expand.Environ, set []string) expand.Environ {
	return expand.ListEnviron(append(exported(vars), set...)...)
}

// sudo is for root, who is allowed everything; see Cluster.RefuseSudo.
func sudo(p *process) int {
	if p.user != "root" {
		p.errf("sudo: a password is required\n")
		return 1
	}
	args := p.args()
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return p.with(args, p.env)
		case arg == "-n" || arg == "-E" || arg == "-H" || arg == "-S":
		case arg == "-v":
			return 0
		case arg == "-u" && len(args) > 0:
			args = args[1:]
		default:
			return p.usage()
		}
	}
	if len(args) == 0 {
		return p.usage()
	}
	return p.with(args, p.env)
}

// prefixed is a program that only runs another one.
func prefixed(p *process) int {
	_, rest, ok := flags(p.args(), "", "n")
	if !ok || len(rest) == 0 {
		return p.usage()
	}
	return p.with(rest, p.env)
}

// timeout runs a program and says 124 where that took longer. What it did after that time is not undone.
func timeout(p *process) int {
	_, rest, ok := flags(p.args(), "", "ks")
	if !ok || len(rest) < 2 {
		return p.usage()
	}
	limit, err := seconds(rest[0])
	if err != nil {
		return p.fail("invalid time interval '%s'", rest[0])
	}
	before := p.now()
	code := p.with(rest[1:], p.env)
	if limit > 0 && p.now().Sub(before) > limit {
		return 124
	}
	return code
}

// setsid runs a program that nobody waits for, in a session of its own.
func setsid(p *process) int {
	_, rest, ok := flags(p.args(), "fwc", "")
	if !ok || len(rest) == 0 {
		return p.usage()
	}
	p.background(0, rest, p.env, p.stdout, p.stderr)
	return 0
}

// background runs a program in a session of its own, which starts that much later, and reports how it ended. That the session
// which started it is cut off is nothing to it.
func (p *process) background(after time.Duration, argv []string, vars expand.Environ, stdout, stderr io.Writer) (end time.Time, exit int) {
	s := p.fork()
	s.charge(after)
	next := &process{session: s, ctx: context.WithoutCancel(p.ctx), argv: argv, env: vars, dir: p.dir, stdout: stdout, stderr: stderr}
	exit = next.start()
	return s.now(), exit
}

// systemdRun starts a transient unit.
func systemdRun(p *process) int {
	name, set, dir, timer := "", []string{"PATH=" + defaultPath}, "", time.Duration(-1)
	args := p.args()
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		option, value, joined := strings.Cut(args[0], "=")
		args = args[1:]
		if option == "--" {
			break
		}
		takesValue := map[string]bool{"--unit": true, "-u": true, "--property": true, "-p": true, "--setenv": true, "-E": true, "--description": true, "--slice": true, "--working-directory": true, "--uid": true, "--gid": true, "--service-type": true, "--on-active": true, "--timer-property": true}[option]
		if takesValue && !joined {
			if len(args) == 0 {
				return p.usage()
			}
			value, args = args[0], args[1:]
		}
		switch option {
		case "--unit", "-u":
			name = strings.TrimSuffix(value, ".service")
		case "--setenv", "-E":
			set = append(set, value)
		case "--working-directory":
			dir = value
		case "--on-active":
			d, err := time.ParseDuration(value)
			if err != nil {
				return p.fail("Failed to parse OnActiveSec=%s: Invalid argument", value)
			}
			timer = d
		case "--timer-property", "--property", "-p", "--description", "--slice", "--collect", "-G", "--quiet", "-q", "--no-block", "--no-ask-password", "--uid", "--gid", "--service-type", "--remain-after-exit", "-r":
		default:
			return p.usage()
		}
	}
	if len(args) == 0 {
		return p.usage()
	}
	c := p.cluster
	c.mu.Lock()
	if name == "" {
		name = fmt.Sprintf("run-r%016x", hash(p.host.name, p.now(), len(p.host.units)))
	}
	u, taken := p.host.units[name]
	if taken && u.end.After(p.now()) {
		c.mu.Unlock()
		p.errf("Failed to start transient service unit: Unit %s.service was already loaded or has a fragment file.\n", name)
		return 1
	}
	u = &unit{start: p.now(), end: p.now().Add(time.Hour)}
	p.host.units[name] = u
	c.record(p.session, p.argv)
	c.mu.Unlock()
	p.charge(30 * time.Millisecond)
	p.dir = path.Join("/", dir)
	end, exit := p.background(max(0, timer), args, expand.ListEnviron(set...), io.Discard, io.Discard)
	c.mu.Lock()
	u.end, u.exit = end, exit
	c.mu.Unlock()
	if timer >= 0 {
		p.errf("Running timer as unit: %s.timer\nWill run service as unit: %s.service\n", name, name)
		return 0
	}
	p.errf("Running as unit: %s.service\n", name)
	return 0
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// xargs runs a program with the words of its input.
func xargs(p *process) int {
	set, rest, ok := flags(p.args(), "r0", "n")
	text, err := p.input()
	if !ok || err != nil {
		return p.usage()
	}
	words := strings.Fields(text)
	if _, zero := set['0']; zero {
		words = strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
	}
	if _, skip := set['r']; skip && len(words) == 0 {
		return 0
	}
	if len(rest) == 0 {
		rest = []string{"echo"}
	}
	each := max(len(words), 1)
	if n, err := strconv.Atoi(set['n']); err == nil && n > 0 {
		each = n
	}
	p.stdin = nil
	code := 0
	for first := true; first || len(words) > 0; first = false {
		some := words[:min(each, len(words))]
		words = words[len(some):]
		if p.with(append(append([]string(nil), rest...), some...), p.env) != 0 {
			code = 123
		}
	}
	return code
}

// umask shows or sets the mask of new files.
func umask(p *process) int {
	if len(p.args()) == 0 {
		p.outf("%04o\n", p.mask())
		return 0
	}
	mask, err := strconv.ParseUint(p.args()[0], 8, 9)
	if err != nil {
		return p.usage()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.umask = fileMode(mask)
	return 0
}

func pwd(p *process) int {
	p.outf("%s\n", p.dir)
	return 0
}

// which answers which, type and command -v.
func which(p *process) int {
	code := 0
	for _, name := range p.args() {
		if strings.HasPrefix(name, "-") {
			continue
		}
		where := p.find(name)
		switch {
		case where == "":
			code = 1
			if p.argv[0] == "type" {
				p.errf("sh: type: %s: not found\n", name)
			}
		case p.argv[0] == "type":
			p.outf("%s is %s\n", name, where)
		default:
			p.outf("%s\n", where)
		}
	}
	return code
}

// find is where a program lies; a builtin is its own name.
func (p *process) find(name string) string {
	base := path.Base(name)
	if strings.Contains(name, "/") && !p.isBinary(name) {
		if _, err := p.read(name); err != nil {
			return ""
		}
		return name
	}
	switch base {
	case "cd", "exit", "export", "read", "set", "shift", "trap", "unset", "wait", ":", ".", "eval", "exec", "echo", "printf", "test", "[", "umask", "command", "type", "kill", "pwd", "true", "false":
		return base
	}
	if t, known := p.cluster.tools[base]; known && p.has(t) {
		return "/usr/bin/" + base
	}
	return ""
}
