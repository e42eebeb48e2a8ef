//go:build linux

package cli

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// watched are the folders of a host, besides its own, in which nothing may change: what is configured, who has a job or a
// mail, what starts with it.
var watched = []string{"/etc", "/usr/local", "/var/spool", "/opt"}

// snapshot keeps what the host is: every file with its kind, mode, owner, times and content, and the processes that came of
// its server.
func snapshot(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "snapshot")
	m := hostOf(ts)
	m.was = m.snapshot(ts)
}

// same wants it to be as it was then.
func same(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, false, args, 0, 0, "same")
	m := hostOf(ts)
	now := m.snapshot(ts)
	diff := cmp.Diff(m.was, now)
	switch {
	case neg && diff == "":
		ts.Fatalf("nothing of %d things has changed", len(now))
	case !neg && diff != "":
		ts.Fatalf("it is another host than before (-):\n%s", diff)
	}
}

func (m *machine) snapshot(ts *testscript.TestScript) []string {
	ts.Check(eventually("its sessions are over", func() bool { return len(offspring(m.server.Process.Pid)) == 0 }))
	all := m.residents()
	for _, root := range append([]string{m.file("work"), m.file("home"), m.file("lib")}, watched...) {
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return nil // it cannot be read, or is going just now: others work on this machine
			}
			info, err := e.Info()
			if err != nil {
				return nil
			}
			all = append(all, describeFile(path, info))
			return nil
		})
	}
	slices.Sort(all)
	return all
}

// residents are the processes that live in the home of the host's login, which all have that its server has started, also
// those that have left it.
func (m *machine) residents() (all []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), "HOME="+m.file("home")+"\x00") {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "comm"))
			all = append(all, "process "+strings.TrimSpace(string(name)))
		}
	}
	return all
}

// describeFile is all that there is to say about a file.
func describeFile(path string, info fs.FileInfo) string {
	content := ""
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		content, _ = os.Readlink(path)
	case info.Mode().IsRegular() && info.Size() < 1<<20:
		text, _ := os.ReadFile(path)
		content = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	at := info.Sys().(*syscall.Stat_t)
	return strings.TrimSpace(fmt.Sprintf("%s %v %d:%d %d %d.%d %s", path, info.Mode(), at.Uid, at.Gid, info.Size(), at.Ctim.Sec, at.Ctim.Nsec, content))
}
