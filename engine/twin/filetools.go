package twin

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func fileMode(bits uint64) fs.FileMode { return fs.FileMode(bits) & fs.ModePerm }

// each does the same to several files, and prints what could not be done.
func (p *process) each(names []string, doing string, work func(d *disk, name string, now time.Time) error) int {
	ok := true
	for _, name := range names {
		err := p.locked(func(d *disk, now time.Time) error { return work(d, p.path(name), now) })
		if err != nil {
			p.fail("%s", strings.TrimSpace(fmt.Sprintf("%s '%s': %s", doing, name, sentence(err))))
			ok = false
		}
	}
	return status(ok)
}

func mkdir(p *process) int {
	set, names, known := flags(p.args(), "pv", "m")
	if !known || len(names) == 0 {
		return p.usage()
	}
	perm := 0o777 &^ p.mask()
	if text, there := set['m']; there {
		bits, err := strconv.ParseUint(text, 8, 12)
		if err != nil {
			return p.usage()
		}
		perm = fileMode(bits)
	}
	_, all := set['p']
	return p.each(names, "cannot create directory", func(d *disk, name string, now time.Time) error { return d.mkdir(name, all, perm, now) })
}

// rm removes files; rmdir is the same for empty folders.
func rm(p *process) int {
	set, names, known := flags(p.args(), "rRfvd", "")
	if !known {
		return p.usage()
	}
	_, force := set['f']
	recursive := set['r']+set['R'] != ""
	return p.each(names, "cannot remove", func(d *disk, name string, now time.Time) error {
		f, err := d.stat(name, false, now)
		switch {
		case err == syscall.ENOENT && force:
			return nil
		case err != nil:
			return err
		case name == "/":
			return syscall.EPERM
		case f.mode.IsDir() && p.argv[0] == "rmdir":
			if inside, _ := d.list(name, now); len(inside) > 0 {
				return syscall.ENOTEMPTY
			}
		case f.mode.IsDir() && !recursive:
			return syscall.EISDIR
		}
		d.remove(name, now)
		return nil
	})
}

// copyTo copies what is at exactly that name, a file or folder, to exactly that name, all of it that can be; the error is
// that of the first that cannot.
func copyTo(d *disk, from, to string, fresh bool, now time.Time) (err error) {
	for _, name := range d.below(from, now) {
		f := d.raw(name, now)
		if fresh {
			f.mtime = now
		}
		err = cmp.Or(err, d.place(to+strings.TrimPrefix(name, from), f, now))
	}
	return err
}

// target is where a file goes: into a folder, or to that name; through a link to a file, or in its place.
func target(d *disk, from, to string, through bool, now time.Time) (string, error) {
	at, err := d.resolve(to, true, now)
	if err == nil && d.raw(at, now).mode.IsDir() {
		return path.Join(at, path.Base(from)), nil
	}
	if !through {
		at, err = d.resolve(to, false, now)
	}
	if err == nil && !d.raw(path.Dir(at), now).mode.IsDir() {
		err = syscall.ENOENT
	}
	return at, err
}

// transfer is what mv and cp share.
func (p *process) transfer(names []string, work func(d *disk, from, to string, now time.Time) error) int {
	if len(names) < 2 {
		return p.usage()
	}
	last := p.path(names[len(names)-1])
	return p.each(names[:len(names)-1], "cannot stat", func(d *disk, from string, now time.Time) error {
		if _, err := d.stat(from, false, now); err != nil {
			return err
		}
		from, err := d.resolve(from, false, now)
		if err != nil {
			return err
		}
		to, err := target(d, from, last, p.argv[0] == "cp", now)
		if err != nil {
			return err
		}
		if to == from || strings.HasPrefix(to, from+"/") {
			return syscall.EINVAL
		}
		return work(d, from, to, now)
	})
}

func mv(p *process) int {
	set, names, known := flags(p.args(), "fnvT", "")
	if !known {
		return p.usage()
	}
	_, keeps := set['n']
	return p.transfer(names, func(d *disk, from, to string, now time.Time) error {
		if keeps && d.raw(to, now).exists() {
			return nil
		}
		if len(d.below(to, now)) > 1 {
			return syscall.ENOTEMPTY
		}
		err := copyTo(d, from, to, false, now)
		if err == nil {
			d.remove(from, now)
		}
		return err
	})
}

func cp(p *process) int {
	set, names, known := flags(p.args(), "aprRfvLPn", "")
	if !known {
		return p.usage()
	}
	_, archive := set['a']
	_, keep := set['p']
	recursive := archive || set['r']+set['R'] != ""
	return p.transfer(names, func(d *disk, from, to string, now time.Time) error {
		f, err := d.stat(from, !archive, now)
		switch {
		case err != nil:
			return err
		case f.mode.IsDir() && !recursive:
			return syscall.EISDIR
		case !f.mode.IsDir():
			if !archive && !keep {
				return d.write(to, f.data, f.mode, now)
			}
			return d.place(to, f, now)
		}
		return copyTo(d, from, to, !archive && !keep, now)
	})
}

func ln(p *process) int {
	set, names, known := flags(p.args(), "sfnTv", "")
	if !known || len(names) != 2 {
		return p.usage()
	}
	return p.each(names[1:], "failed to create link", func(d *disk, name string, now time.Time) error {
		at, err := d.resolve(name, false, now)
		if err != nil {
			return err
		}
		if f := d.raw(at, now); f.mode.IsDir() {
			at = path.Join(at, path.Base(names[0]))
		}
		if _, force := set['f']; d.raw(at, now).exists() && !force {
			return syscall.EEXIST
		}
		if _, symbolic := set['s']; symbolic {
			return d.place(at, file{mode: fs.ModeSymlink | 0o777, data: names[0], mtime: now}, now)
		}
		f, err := d.stat(p.path(names[0]), true, now)
		if err == nil {
			err = d.place(at, f, now) // a copy: nothing here writes through a hard link
		}
		return err
	})
}

func chmod(p *process) int {
	set, names, known := flags(p.args(), "Rvf", "")
	if !known || len(names) < 2 {
		return p.usage()
	}
	bits, err := strconv.ParseUint(names[0], 8, 12)
	symbolic := map[string]fs.FileMode{"+x": 0o111, "u+x": 0o100, "a+x": 0o111}[names[0]]
	if err != nil && symbolic == 0 {
		return p.usage()
	}
	return p.each(names[1:], "cannot access", func(d *disk, name string, now time.Time) error {
		at, err := d.resolve(name, true, now)
		if err != nil {
			return err
		}
		all := d.below(at, now)
		if all == nil {
			return syscall.ENOENT
		}
		if _, recursive := set['R']; !recursive {
			all = all[:1]
		}
		for _, name := range all {
			f := d.raw(name, now)
			if symbolic != 0 {
				f.mode |= symbolic
			} else {
				f.mode = f.mode&^fs.ModePerm | fileMode(bits)
			}
			d.put(name, f, now)
		}
		return nil
	})
}

// chown does nothing but look: all files belong to root.
func chown(p *process) int {
	_, names, known := flags(p.args(), "Rhvf", "")
	if !known || len(names) < 2 {
		return p.usage()
	}
	return p.each(names[1:], "cannot access", func(d *disk, name string, now time.Time) error {
		_, err := d.stat(name, true, now)
		return err
	})
}

func touch(p *process) int {
	_, names, known := flags(p.args(), "acm", "")
	if !known {
		return p.usage()
	}
	return p.each(names, "cannot touch", func(d *disk, name string, now time.Time) error {
		data, err := d.read(name, now)
		if err != nil && err != syscall.ENOENT {
			return nil // a folder
		}
		return d.write(name, data, 0o666&^p.mask(), now)
	})
}

func tee(p *process) int {
	set, names, known := flags(p.args(), "ai", "")
	if !known {
		return p.usage()
	}
	text, err := p.input()
	if err != nil {
		return p.fail("%v", err)
	}
	p.outf("%s", text)
	return p.each(names, "cannot write", func(d *disk, name string, now time.Time) error {
		before := ""
		if _, appends := set['a']; appends {
			before, _ = d.read(name, now) // nothing before where there is no file
		}
		return d.write(name, before+text, 0o666&^p.mask(), now)
	})
}

// install copies files with a mode, or with -d makes folders.
func install(p *process) int {
	set, names, known := flags(p.args(), "dDv", "mog")
	if !known {
		return p.usage()
	}
	perm := fs.FileMode(0o755)
	if text, there := set['m']; there {
		bits, err := strconv.ParseUint(text, 8, 12)
		if err != nil {
			return p.usage()
		}
		perm = fileMode(bits)
	}
	if _, folders := set['d']; folders {
		return p.each(names, "cannot create directory", func(d *disk, name string, now time.Time) error {
			if err := d.mkdir(name, true, perm, now); err != nil {
				return err
			}
			at, err := d.resolve(name, true, now)
			if err == nil {
				d.put(at, file{mode: fs.ModeDir | perm, mtime: now}, now)
			}
			return err
		})
	}
	return p.transfer(names, func(d *disk, from, to string, now time.Time) error {
		data, err := d.read(from, now)
		if err == nil {
			err = d.place(to, file{mode: perm, data: data, mtime: now}, now)
		}
		return err
	})
}
