package twin

import (
	"fmt"
	"path"
	"strings"
	"syscall"
	"time"
)

func mktemp(p *process) int {
	set, names, known := flags(p.args(), "dqut", "p")
	if !known || len(names) > 1 {
		return p.usage()
	}
	dir := "/tmp"
	if v := p.env.Get("TMPDIR"); v.IsSet() && v.String() != "" {
		dir = v.String()
	}
	if v, there := set['p']; there {
		dir = v
	}
	name := "tmp.XXXXXXXXXX"
	if len(names) == 1 {
		name = names[0]
		if strings.Contains(name, "/") {
			dir = ""
		}
	}
	code := 0
	err := p.locked(func(d *disk, now time.Time) error {
		p.host.tmp++
		letters := suffix(p.host.name, p.host.tmp) + suffix(p.host.name, -p.host.tmp)
		stem := strings.TrimRight(name, "X")
		name = stem + (letters + letters)[:min(20, len(name)-len(stem))]
		if dir != "" {
			name = path.Join(dir, name)
		}
		if _, folder := set['d']; folder {
			return d.mkdir(p.path(name), false, 0o700, now)
		}
		return d.write(p.path(name), "", 0o600, now)
	})
	if err != nil {
		return p.fail("failed to create file via template '%s': %s", name, sentence(err))
	}
	p.outf("%s\n", name)
	return code
}

func readlink(p *process) int {
	set, names, known := flags(p.args(), "fenq", "")
	if !known {
		return p.usage()
	}
	ok := true
	for _, name := range names {
		answer := ""
		err := p.locked(func(d *disk, now time.Time) (err error) {
			at := p.path(name)
			if set['f']+set['e'] != "" {
				answer, err = d.resolve(at, true, now)
				return err
			}
			f, err := d.stat(at, false, now)
			if err == nil && !f.isLink() {
				return syscall.EINVAL
			}
			answer = f.data
			return err
		})
		if err != nil {
			ok = false
			continue
		}
		p.outf("%s\n", answer)
	}
	return status(ok)
}

func basename(p *process) int {
	args := p.args()
	if len(args) == 0 {
		return p.usage()
	}
	name := path.Base(args[0])
	if len(args) > 1 && name != args[1] {
		name = strings.TrimSuffix(name, args[1])
	}
	p.outf("%s\n", name)
	return 0
}

func dirname(p *process) int {
	if len(p.args()) != 1 {
		return p.usage()
	}
	p.outf("%s\n", path.Dir(p.args()[0]))
	return 0
}

// tar makes an archive of names and sizes, and lists one: no more than a backup's script looks at.
func tar(p *process) int {
	args := p.args()
	var archive, dir string
	var names, excludes []string
	makes, lists := false, false
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "-C" && i+1 < len(args):
			i++
			dir = args[i]
		case strings.HasPrefix(arg, "--exclude="):
			excludes = append(excludes, strings.TrimPrefix(arg, "--exclude="))
		case arg == "--warning=no-file-changed" || arg == "--ignore-failed-read":
		case strings.HasPrefix(arg, "--"):
			return p.usage()
		case i == 0 || arg[0] == '-':
			letters := strings.TrimPrefix(arg, "-")
			makes, lists = makes || strings.Contains(letters, "c"), lists || strings.Contains(letters, "t")
			if strings.Contains(letters, "f") && i+1 < len(args) {
				i++
				archive = args[i]
			}
		default:
			names = append(names, arg)
		}
	}
	switch {
	case lists:
		text, err := p.read(archive)
		if err != nil {
			return p.fail("%s: Cannot open: %s", archive, sentence(err))
		}
		for _, line := range linesOf(text) {
			name, _, _ := strings.Cut(line, "\t")
			p.outf("%s\n", name)
		}
		return 0
	case !makes || archive == "" || len(names) == 0:
		return p.usage()
	}
	code := 0
	var text strings.Builder
	err := p.locked(func(d *disk, now time.Time) error {
		for _, name := range names {
			from := p.path(path.Join(dir, name))
			if path.IsAbs(name) {
				from = path.Clean(name)
			}
			if path.IsAbs(name) && !strings.Contains(strings.Join(p.args(), " "), "-P") {
				p.errf("tar: Removing leading `/' from member names\n")
			}
			all := d.below(from, now)
			if all == nil {
				p.errf("tar: %s: Cannot stat: No such file or directory\ntar: Exiting with failure status due to previous errors\n", name)
				code = 2
			}
			for _, file := range all {
				inside := path.Join(strings.TrimPrefix(name, "/"), strings.TrimPrefix(file, from))
				if !excluded(excludes, inside) {
					fmt.Fprintf(&text, "%s\t%d\n", inside, len(d.raw(file, now).data))
				}
			}
		}
		if archive == "-" {
			return nil
		}
		return d.write(p.path(archive), text.String(), 0o666&^p.mask(), now)
	})
	if err != nil {
		return p.fail("%s: Cannot open: %s", archive, sentence(err))
	}
	if archive == "-" {
		p.outf("%s", text.String())
	}
	return code
}

func excluded(patterns []string, name string) bool {
	for _, pattern := range patterns {
		pattern = strings.TrimPrefix(pattern, "/")
		for at := name; at != "." && at != "/"; at = path.Dir(at) {
			if ok, _ := path.Match(pattern, at); ok || path.Base(at) == pattern {
				return true
			}
		}
	}
	return false
}
