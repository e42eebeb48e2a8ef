package twin

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// file is a file, folder or link at one time. The zero file is none.
type file struct {
	mode  fs.FileMode
	data  string // of a link: where it leads
	mtime time.Time
}

func (f file) exists() bool { return f.mode != 0 }
func (f file) isLink() bool { return f.mode&fs.ModeSymlink != 0 }

// layer is an unchanging set of files, shared by many hosts, with the names in each folder.
type layer struct {
	files map[string]file
	names map[string][]string
}

func newLayer(files map[string]file) *layer {
	l := &layer{files: map[string]file{"/": {mode: fs.ModeDir | 0o755}}, names: map[string][]string{}}
	for name, f := range files {
		l.files[name] = f
		for dir := path.Dir(name); ; dir = path.Dir(dir) {
			if _, known := l.files[dir]; !known && !files[dir].exists() {
				l.files[dir] = file{mode: fs.ModeDir | 0o755}
			}
			if dir == "/" {
				break
			}
		}
	}
	for name := range l.files {
		if name != "/" {
			dir := path.Dir(name)
			l.names[dir] = append(l.names[dir], path.Base(name))
		}
	}
	return l
}

// disk is the file system of one host: a shared layer, what was written over it, and /proc.
type disk struct {
	base      *layer
	written   map[string]*timeline[file]
	full      []string                                          // folders without room
	proc      func(name string, now time.Time) (file, []string) // a file of /proc, or the names in a folder of it
	writeProc func(name, data string, now time.Time) error
}

// raw looks at exactly that name, following no link.
func (d *disk) raw(name string, now time.Time) file {
	if over := d.written[name]; over != nil {
		return over.at(now)
	}
	if f, ok := d.base.files[name]; ok {
		return f
	}
	if d.proc != nil && strings.HasPrefix(name, "/proc/") {
		f, _ := d.proc(name, now)
		return f
	}
	return file{}
}

// resolve follows the links in name, and the last one only if follow. The result need not exist, but the
// folder it is in does.
func (d *disk) resolve(name string, follow bool, now time.Time) (string, error) {
	if !path.IsAbs(name) {
		name = "/" + name
	}
	at := path.Clean(name)
	for range 41 {
		to, linked, err := d.followed(at, follow, now)
		if err != nil || !linked {
			return to, err
		}
		at = to
	}
	return "", syscall.ELOOP
}

// followed is a clean name with the first link in it replaced by where that leads; linked tells whether there was one.
// It is asked for at every glance at a disk, so it takes no memory where there is none.
func (d *disk) followed(at string, last bool, now time.Time) (to string, linked bool, err error) {
	for end := 1; end < len(at); end++ {
		if slash := strings.IndexByte(at[end:], '/'); slash >= 0 {
			end += slash
		} else {
			end = len(at)
		}
		f := d.raw(at[:end], now)
		switch {
		case f.isLink() && (last || end < len(at)):
			target := f.data
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(at[:end]), target)
			}
			return path.Join("/", target, at[end:]), true, nil
		case end == len(at):
		case !f.exists():
			return "", false, syscall.ENOENT
		case !f.mode.IsDir():
			return "", false, syscall.ENOTDIR
		}
	}
	return at, false, nil
}

// stat finds a file; an error is a syscall.Errno.
func (d *disk) stat(name string, follow bool, now time.Time) (file, error) {
	// That something is there by this very name does not say that the folders above it are: whoever took one away did not
	// see what a session that overlaps with his put there later.
	at, err := d.resolve(name, follow, now)
	if err != nil {
		return file{}, err
	}
	f := d.raw(at, now)
	if !f.exists() {
		return file{}, syscall.ENOENT
	}
	return f, nil
}

func (d *disk) exists(name string, now time.Time) bool {
	_, err := d.stat(name, true, now)
	return err == nil
}

func (d *disk) read(name string, now time.Time) (string, error) {
	f, err := d.stat(name, true, now)
	switch {
	case err != nil:
		return "", err
	case f.mode.IsDir():
		return "", syscall.EISDIR
	}
	return f.data, nil
}

// write makes or replaces a file; perm counts only where it is made.
func (d *disk) write(name, data string, perm fs.FileMode, now time.Time) error {
	at, err := d.resolve(name, true, now)
	if err != nil {
		return err
	}
	old := d.raw(at, now)
	switch {
	case old.mode.IsDir():
		return syscall.EISDIR
	case strings.HasPrefix(at, "/proc/sys/") && old.exists() && d.writeProc != nil:
		return d.writeProc(at, data, now)
	case old.exists():
		perm = old.mode
	case !d.raw(path.Dir(at), now).mode.IsDir():
		return syscall.ENOENT
	case strings.HasPrefix(at, "/proc/"):
		return syscall.EACCES
	case d.isFull(at):
		return syscall.ENOSPC
	}
	d.put(at, file{mode: perm, data: data, mtime: now}, now)
	return nil
}

// place is put into a folder, where no folder may become anything else, and nothing else a folder.
func (d *disk) place(name string, f file, now time.Time) error {
	old := d.raw(name, now)
	switch {
	case old.mode.IsDir() && !f.mode.IsDir():
		return syscall.EISDIR
	case old.exists() && !old.mode.IsDir() && f.mode.IsDir(), !d.raw(path.Dir(name), now).mode.IsDir():
		return syscall.ENOTDIR
	}
	d.put(name, f, now)
	return nil
}

// put changes exactly that name, from now on; a folder that is new is empty.
func (d *disk) put(name string, f file, now time.Time) {
	if f.mode.IsDir() && !d.raw(name, now).mode.IsDir() {
		d.forget(name, now)
	}
	over := d.written[name]
	if over == nil {
		over = new(timeline[file])
		if below, ok := d.base.files[name]; ok {
			*over = always(below)
		}
		d.written[name] = over
	}
	over.set(now, f)
}

// forget takes away what was put below a name that is no folder, by whoever did not see that it was taken away before.
func (d *disk) forget(name string, now time.Time) {
	for below, over := range d.written {
		if strings.HasPrefix(below, name+"/") && over.at(now).exists() {
			over.set(now, file{})
		}
	}
}

// mkdir makes a folder, and with all those above it.
func (d *disk) mkdir(name string, all bool, perm fs.FileMode, now time.Time) error {
	at, err := d.resolve(name, true, now)
	if err == syscall.ENOENT && all {
		if err = d.mkdir(path.Dir(path.Clean(name)), true, perm, now); err == nil {
			at, err = d.resolve(name, true, now)
		}
	}
	if err != nil {
		return err
	}
	if old := d.raw(at, now); old.exists() {
		if all && old.mode.IsDir() {
			return nil
		}
		return syscall.EEXIST
	}
	if parent := d.raw(path.Dir(at), now); !parent.exists() {
		if !all {
			return syscall.ENOENT
		}
		if err := d.mkdir(path.Dir(at), true, perm, now); err != nil {
			return err
		}
	} else if !parent.mode.IsDir() {
		return syscall.ENOTDIR
	}
	if d.isFull(at) {
		return syscall.ENOSPC
	}
	d.put(at, file{mode: fs.ModeDir | perm, mtime: now}, now)
	return nil
}

// isFull tells whether nothing more can be made at a name.
func (d *disk) isFull(name string) bool { return d.fullAt(name) != "" }

// fullAt is the folder whose disk is full, where a name lies below one.
func (d *disk) fullAt(name string) string {
	for _, full := range d.full {
		if name == full || strings.HasPrefix(name, full+"/") {
			return full
		}
	}
	return ""
}

// list is the names in a folder, sorted.
func (d *disk) list(name string, now time.Time) ([]string, error) {
	at, err := d.resolve(name, true, now)
	if err != nil {
		return nil, err
	}
	if f := d.raw(at, now); !f.exists() {
		return nil, syscall.ENOENT
	} else if !f.mode.IsDir() {
		return nil, syscall.ENOTDIR
	}
	names := slices.Clone(d.base.names[at])
	for over := range d.written {
		if over != "/" && path.Dir(over) == at {
			names = append(names, path.Base(over))
		}
	}
	if d.proc != nil && strings.HasPrefix(at, "/proc") {
		_, more := d.proc(at, now)
		names = append(names, more...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(base string) bool { return !d.raw(path.Join(at, base), now).exists() }), nil
}

// remove takes away a name, and all below it if it is a folder; "/" stays.
func (d *disk) remove(name string, now time.Time) {
	for _, below := range d.below(name, now) {
		d.put(below, file{}, now)
	}
}

// below is name, if it exists, and everything in it, parents first. It follows no links.
func (d *disk) below(name string, now time.Time) []string {
	at, err := d.resolve(name, false, now)
	if err != nil || !d.raw(at, now).exists() {
		return nil
	}
	found := []string{at}
	if d.raw(at, now).mode.IsDir() {
		names, _ := d.list(at, now)
		for _, base := range names {
			found = append(found, d.below(path.Join(at, base), now)...)
		}
	}
	return found
}
