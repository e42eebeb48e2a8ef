package playbook

import (
	"io/fs"
	"path/filepath"

	"rung/engine/diag"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

// Files are where a playbook finds the files that it includes. Neither has a way out of itself, so that who checks a
// playbook of a stranger shows nothing of what lies around it.
type Files struct {
	Folder  fs.FS // the folder of the playbook; nil: there is none
	Bundled fs.FS // the playbooks that come with the program; nil: there are none
}

// Included is a file that a playbook includes, directly or not.
type Included struct {
	Path    string // from the playbook's folder on, with slashes
	Bundled bool   // Path is that of one that comes with the program
	File    string // what findings call it
	Source  []byte
}

// BundledName begins what findings call a file that comes with the program.
const BundledName = "bundled/"

// origin is where a file was found.
type origin struct {
	path    string
	bundled bool
}

// reading is what the loaders of all files of one playbook share.
type reading struct {
	files     *Files
	types     *step.Set
	top       string // what the playbook's own file is called
	found     diag.List
	seen      map[diag.Diagnostic]bool // a sequence is compiled at every call: its mistakes are said once
	documents map[string]*document     // by what findings call them
	untyped   map[string]bool          // ids of steps whose type is not known, and so what they put out
	read      []Included
	libraries map[origin]*loader
	calling   []*Sequence // being expanded, outermost first
	within    []origin    // files being read, outermost first
	opened    int         // files so far, each counted as often as it is included
	size      int         // steps so far, those of every call counted
}

// Load reads the playbook src, the content of file, and what it includes.
// The list holds every mistake; where it holds an error there is no playbook.
func (f *Files) Load(file string, src []byte, types *step.Set) (*Playbook, diag.List) {
	return f.load(file, src, types, false)
}

// Check is Load for a file that may also be one of sequences, for others to include: such a one cannot be run.
func (f *Files) Check(file string, src []byte, types *step.Set) (*Playbook, diag.List) {
	return f.load(file, src, types, true)
}

func (f *Files) load(file string, src []byte, types *step.Set, library bool) (*Playbook, diag.List) {
	root, found := yamldoc.Parse(file, src)
	if found != nil {
		return nil, found
	}
	r := &reading{files: f, types: types, top: file, seen: map[diag.Diagnostic]bool{}, untyped: map[string]bool{}, documents: map[string]*document{}, libraries: map[origin]*loader{}}
	l := r.loader(file, src, root, origin{path: filepath.Base(file)})
	r.within = []origin{l.at}
	switch {
	case !isLibrary(root):
		l.root(root)
	case library:
		l.library(root)
	default:
		l.add(diag.Errorf("no-stages", root.Pos, "this file has sequences for others to include, and no stages of its own").
			WithHint("name the playbook that includes it, or give it  playbook:  and  stages:"))
	}
	if r.found.Err() != nil { // all of them at once, also what is seen of a whole playbook
		r.found = append(r.found, Plannable(l.pb)...)
	}
	place(r.documents, r.found)
	r.found = withoutEchoes(r.documents, r.untyped, r.found)
	if r.found.Err() != nil {
		return nil, r.found
	}
	l.pb.Included = r.read
	return l.pb, r.found
}

func (r *reading) loader(file string, src []byte, root *yamldoc.Node, at origin) *loader {
	r.documents[file] = &document{root: root, src: src}
	return &loader{reading: r, pb: &Playbook{File: file, Source: src, documents: r.documents}, at: at, sequences: map[string]*Sequence{}}
}

// called is what findings call the file at at.
func (r *reading) called(at origin) string {
	if at.bundled {
		return BundledName + at.path
	}
	return filepath.Join(filepath.Dir(r.top), filepath.FromSlash(at.path))
}
