package playbook

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// Limits of includes: far above what people write, and low enough that files which include each other many times cost
// nothing.
const (
	deepestInclude = 10
	mostIncludes   = 200
)

// open reads the file that n names, and makes a loader of it; nil where that was reported.
func (l *loader) open(n *yamldoc.Node) (*loader, *yamldoc.Node) {
	if !l.scalar(n, "include") {
		return nil, nil
	}
	at, src, bad := l.fetch(n.Text)
	if bad != nil {
		bad.Pos, bad.Width = n.Pos, n.Width()
		l.add(*bad)
		return nil, nil
	}
	file := l.reading.called(at)
	root, found := yamldoc.Parse(file, src)
	inner := l.loader(file, src, root, at)
	inner.via = "included at " + n.Pos.String()
	if l.via != "" {
		inner.via += ", " + l.via
	}
	l.documents[file].via = inner.via
	if found != nil {
		inner.add(found...)
		return nil, nil
	}
	if !slices.ContainsFunc(l.read, func(i Included) bool { return i.Path == at.path && i.Bundled == at.bundled }) {
		l.read = append(l.read, Included{Path: at.path, Bundled: at.bundled, File: file, Source: src})
	}
	return inner, root
}

// fetch is the content of the file called name, and where it lies.
func (l *loader) fetch(name string) (origin, []byte, *diag.Diagnostic) {
	at, bad := l.find(name)
	if bad == nil {
		bad = l.bounded(at)
	}
	if bad != nil {
		return at, nil, bad
	}
	src, bad := l.content(at)
	return at, src, bad
}

// unfit is a finding about the name of a file, wherever that stands.
func unfit(code, hint, format string, args ...any) *diag.Diagnostic {
	d := diag.Errorf(code, diag.Pos{}, format, args...).WithHint("%s", hint)
	return &d
}

// find says where the file called name lies, for a file that lies where l's does.
func (l *loader) find(name string) (origin, *diag.Diagnostic) {
	at := origin{path: path.Join(path.Dir(l.at.path), name), bundled: l.at.bundled}
	switch {
	case strings.Contains(name, "${{"):
		return at, unfit("include", "files are read before anything else is known: choose between two stages with when", "include names a file, and is no expression")
	case strings.Contains(name, "://"):
		return at, unfit("include", "put a copy of the file beside the playbook: then it is the same tomorrow, and was read by you", "nothing is included over a network")
	case strings.Contains(name, `\`):
		return at, unfit("include", "write "+strings.ReplaceAll(name, `\`, "/"), "the folders of a path are parted by /")
	case name != "" && path.Ext(name) == "" && fs.ValidPath(name):
		return origin{path: name + ".yaml", bundled: true}, nil
	case path.IsAbs(name) || !fs.ValidPath(at.path) || at.path == ".":
		return at, unfit("include", "put the file there: rung opens no other, so that who checks a playbook of a stranger shows nothing of what lies around it",
			"%q does not lie in the folder of the playbook, or below it", name)
	}
	return at, nil
}

// bounded refuses files that include themselves, and too many.
func (l *loader) bounded(at origin) *diag.Diagnostic {
	l.opened++
	switch {
	case slices.Contains(l.within, at):
		var names []string
		for _, o := range append(slices.Clone(l.within[slices.Index(l.within, at):]), at) {
			names = append(names, o.name())
		}
		return unfit("cycle", "", "the file includes itself: %s", strings.Join(names, " → "))
	case len(l.within) > deepestInclude:
		return unfit("too-many", "", "files include each other more than %d deep here", deepestInclude)
	case l.opened > mostIncludes:
		return unfit("too-many", "", "the playbook includes more than %d files, each counted as often as it is included", mostIncludes)
	}
	return nil
}

// name is how a person would write where the file is.
func (o origin) name() string {
	if o.bundled {
		return strings.TrimSuffix(o.path, ".yaml")
	}
	return o.path
}

// content reads the file at at.
func (l *loader) content(at origin) ([]byte, *diag.Diagnostic) {
	from := l.files.Folder
	if at.bundled {
		from = l.files.Bundled
	}
	if from == nil {
		return nil, unfit("include", "", "there is no folder here that %s could lie in", at.name())
	}
	src, err := readAll(from, at.path)
	switch {
	case err == nil:
		return src, nil
	case errors.Is(err, fs.ErrNotExist) && at.bundled:
		return nil, unfit("include", cmp.Or(diag.DidYouMean(at.name(), beside(from, at)), "a file is named with its ending: "+at.path), "there is no bundled playbook called %s", at.name())
	case errors.Is(err, fs.ErrNotExist):
		return nil, unfit("include", diag.DidYouMean(path.Base(at.path), beside(from, at)), "there is no file %s", l.reading.called(at))
	}
	return nil, unfit("include", "", "%s cannot be read: %v", l.reading.called(at), err)
}

// readAll reads a plain file, and no more of it than is refused afterwards.
func readAll(from fs.FS, name string) ([]byte, error) {
	f, err := from.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is no plain file")
	}
	return io.ReadAll(io.LimitReader(f, yamldoc.MaxBytes+1))
}

// beside are the names of the files that at might have been.
func beside(from fs.FS, at origin) []string {
	entries, err := fs.ReadDir(from, path.Dir(at.path))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		name := e.Name()
		if at.bundled {
			name = strings.TrimSuffix(name, ".yaml")
		}
		names = append(names, name)
	}
	return names
}

// inside does something while the file of inner is being read.
func (l *loader) inside(inner *loader, do func()) {
	l.within = append(l.within, inner.at)
	do()
	l.within = l.within[:len(l.within)-1]
}
