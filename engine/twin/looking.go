package twin

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func ls(p *process) int {
	set, names, known := flags(p.args(), "1aAldtrhn", "")
	if !known {
		return p.usage()
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	long, self := set['l'] != "", set['d'] != ""
	ok := true
	for _, name := range names {
		err := p.locked(func(d *disk, now time.Time) error {
			at := p.path(name)
			f, err := d.stat(at, true, now)
			if err != nil {
				return err
			}
			if !f.mode.IsDir() || self {
				p.listing(name, f, long)
				return nil
			}
			bases, err := d.list(at, now)
			for _, base := range bases {
				if strings.HasPrefix(base, ".") && set['a']+set['A'] == "" {
					continue
				}
				f, _ := d.stat(path.Join(at, base), false, now) // it was listed just now
				p.listing(base, f, long)
			}
			return err
		})
		if err != nil {
			p.errf("ls: cannot access '%s': %s\n", name, sentence(err))
			ok = false
		}
	}
	if !ok {
		return 2
	}
	return 0
}

func (p *process) listing(name string, f file, long bool) {
	if !long {
		p.outf("%s\n", name)
		return
	}
	if f.isLink() {
		name += " -> " + f.data
	}
	p.outf("%s 1 root root %d %s %s\n", modeText(f.mode), len(f.data), f.mtime.UTC().Format("Jan _2 15:04"), name)
}

// modeText is a mode as ls writes it.
func modeText(mode fs.FileMode) string {
	kind := "-"
	switch {
	case mode.IsDir():
		kind = "d"
	case mode&fs.ModeSymlink != 0:
		kind = "l"
	}
	return kind + mode.Perm().String()[1:]
}

// stat answers stat -c FORMAT FILE….
func stat(p *process) int {
	set, names, known := flags(p.args(), "Lf", "c")
	format, there := set['c']
	if !known || !there || len(names) == 0 {
		return p.usage()
	}
	if _, system := set['f']; system {
		return p.statSystem(names, format)
	}
	_, follow := set['L']
	return p.each(names, "cannot stat", func(d *disk, name string, now time.Time) error {
		f, err := d.stat(name, follow, now)
		if err != nil {
			return err
		}
		kind := "regular file"
		switch {
		case f.mode.IsDir():
			kind = "directory"
		case f.isLink():
			kind = "symbolic link"
		case f.data == "":
			kind = "regular empty file"
		}
		p.outf("%s\n", strings.NewReplacer("%s", strconv.Itoa(len(f.data)), "%n", name, "%a", strconv.FormatUint(uint64(f.mode.Perm()), 8), "%A", modeText(f.mode), "%U", "root", "%G", "root",
			"%u", "0", "%g", "0", "%Y", strconv.FormatInt(f.mtime.Unix(), 10), "%F", kind, "%h", "1", "%i", strconv.FormatUint(hash(p.host.name, name)%1e9, 10), "%%", "%").Replace(format))
		return nil
	})
}

// find walks folders: -maxdepth, -mindepth, -type, -name, -path, -newer are tests; -print, -delete and
// -printf of a few letters act.
func find(p *process) int {
	args := p.args()
	var roots []string
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && args[0] != "!" {
		roots, args = append(roots, args[0]), args[1:]
	}
	if roots == nil {
		roots = []string{"."}
	}
	least, most := 0, 1<<20
	var tests []func(name string, f file) bool
	act := func(_ *disk, shown string, _ file, _ time.Time) { p.outf("%s\n", shown) }
	not := false
	for len(args) > 0 {
		word, value := args[0], ""
		args = args[1:]
		if word == "!" || word == "-not" {
			not = true
			continue
		}
		if word != "-print" && word != "-delete" && word != "-a" && word != "-print0" {
			if len(args) == 0 {
				return p.usage()
			}
			value, args = args[0], args[1:]
		}
		var test func(string, file) bool
		switch word {
		case "-maxdepth":
			most, _ = strconv.Atoi(value)
		case "-mindepth":
			least, _ = strconv.Atoi(value)
		case "-type":
			test = func(_ string, f file) bool {
				return map[string]bool{"d": f.mode.IsDir(), "l": f.isLink(), "f": f.mode.IsRegular()}[value]
			}
		case "-name":
			test = func(name string, _ file) bool { return matchesAny([]string{value}, path.Base(name)) }
		case "-path":
			test = func(name string, _ file) bool { return matchesAny([]string{value}, name) }
		case "-print", "-a":
		case "-print0":
			act = func(_ *disk, shown string, _ file, _ time.Time) { p.outf("%s\x00", shown) }
		case "-delete":
			act = func(d *disk, shown string, _ file, now time.Time) { d.remove(p.path(shown), now) }
		case "-printf":
			act = func(_ *disk, shown string, f file, _ time.Time) {
				p.outf("%s", strings.NewReplacer("%p", shown, "%f", path.Base(shown), "%s", strconv.Itoa(len(f.data)), "%M", modeText(f.mode), `\n`, "\n", `\t`, "\t").Replace(value))
			}
		default:
			return p.usage()
		}
		if test != nil {
			want := !not
			tests = append(tests, func(name string, f file) bool { return test(name, f) == want })
			not = false
		}
	}
	return p.each(roots, "", func(d *disk, root string, now time.Time) error {
		all := d.below(root, now)
		if all == nil {
			return syscall.ENOENT
		}
		for _, name := range all {
			rest := strings.Trim(strings.TrimPrefix(name, root), "/")
			depth := 0
			if rest != "" {
				depth = strings.Count(rest, "/") + 1
			}
			f := d.raw(name, now)
			if depth < least || depth > most || !allHold(tests, name, f) {
				continue
			}
			act(d, name, f, now)
		}
		return nil
	})
}

func allHold(tests []func(string, file) bool, name string, f file) bool {
	for _, test := range tests {
		if !test(name, f) {
			return false
		}
	}
	return true
}

// Space on a twin's disk, in KiB. A folder that is full is on one of its own.
const diskSize, diskUsed = 73_364_480, 21_000_000

func df(p *process) int {
	set, names, known := flags(p.args(), "Pkhm", "")
	if !known {
		return p.usage()
	}
	if len(names) == 0 {
		names = []string{"/"}
	}
	unit, head := 1, "1024-blocks"
	if _, mib := set['m']; mib {
		unit, head = 1024, "1048576-blocks"
	}
	code := 0
	var out strings.Builder
	for _, name := range names {
		err := p.locked(func(d *disk, now time.Time) error { _, err := d.stat(p.path(name), true, now); return err })
		if err != nil {
			p.errf("df: %s: %s\n", name, sentence(err))
			code = 1
			continue
		}
		device, used, mounted := "rl-root", diskUsed, "/"
		if full := p.host.disk.fullAt(p.path(name)); full != "" {
			device, used, mounted = "rl-data", diskSize, full
		}
		fmt.Fprintf(&out, "/dev/mapper/%s %d %d %d %d%% %s\n", device, diskSize/unit, used/unit, (diskSize-used)/unit, used*100/diskSize, mounted)
	}
	if out.Len() > 0 {
		p.outf("Filesystem %s Used Available Capacity Mounted on\n%s", head, out.String())
	}
	return code
}

func du(p *process) int {
	_, names, known := flags(p.args(), "skhxcm", "")
	if !known {
		return p.usage()
	}
	return p.each(names, "cannot access", func(d *disk, name string, now time.Time) error {
		all := d.below(name, now)
		if all == nil {
			return syscall.ENOENT
		}
		size := 0
		for _, inside := range all {
			size += (len(d.raw(inside, now).data) + 4095) / 4096 * 4
		}
		p.outf("%d\t%s\n", size, name)
		return nil
	})
}

// filesBelow are the regular files in folders.
func (p *process) filesBelow(names []string) []string {
	var files []string
	_ = p.locked(func(d *disk, now time.Time) error {
		for _, name := range names {
			for _, inside := range d.below(p.path(name), now) {
				if d.raw(inside, now).mode.IsRegular() {
					files = append(files, inside)
				}
			}
		}
		return nil
	})
	return files
}

// test is reached only past the interpreter's own, by env or sudo: it does the plainest.
func test(p *process) int {
	args := p.args()
	if p.argv[0] == "[" && len(args) > 0 {
		args = args[:len(args)-1]
	}
	if len(args) != 2 {
		return p.usage()
	}
	holds := false
	_ = p.locked(func(d *disk, now time.Time) error {
		f, err := d.stat(p.path(args[1]), true, now)
		switch args[0] {
		case "-e", "-r", "-w":
			holds = err == nil
		case "-f":
			holds = err == nil && f.mode.IsRegular()
		case "-d":
			holds = err == nil && f.mode.IsDir()
		case "-s":
			holds = err == nil && len(f.data) > 0
		case "-x":
			holds = err == nil && f.mode&0o111 != 0
		case "-n":
			holds = args[1] != ""
		case "-z":
			holds = args[1] == ""
		default:
			p.cluster.note(p.session, p.argv)
		}
		return nil
	})
	return status(holds)
}
