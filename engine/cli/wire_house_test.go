//go:build linux

package cli

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sync"
)

//go:embed testdata/wire/house.sh
var houseScript string

// hostUID is the number of an account that only the host knows.
const hostUID = 47110

// house makes what the host has of its own: /var/lib, and the account of login ("": none). It returns who logs in, and what
// goes in there. Where the test is not root the host is this machine as it is.
func (m *machine) house(login string, sudo bool) (who string, enter []string, err error) {
	me, err := user.Current()
	if err != nil {
		return "", nil, &missing{why: "sshd lets in whom the machine knows: " + err.Error()}
	}
	if err := os.Mkdir(m.file("home"), 0o755); err != nil {
		return "", nil, err
	}
	alone := me.Uid == "0" && houses()
	switch {
	case login != "" && !alone:
		return "", nil, &missing{why: "an account for the test alone is made by root, in a namespace of mounts"}
	case sudo && !inPath("sudo"):
		return "", nil, lacks("sudo", "sudo")
	case me.Uid == "0":
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // sshd wants its empty folder
			return "", nil, err
		}
	}
	if !alone {
		return me.Username, nil, nil
	}
	for _, name := range []string{"lib", "none", "etc"} {
		if err := os.Mkdir(m.file(name), 0o755); err != nil {
			return "", nil, err
		}
	}
	who = me.Username
	if login != "" {
		who = login
		if err := m.account(login, sudo); err != nil {
			return "", nil, err
		}
	}
	return who, []string{"unshare", "-m", "--propagation", "private", "sh", "-euc", houseScript, "sh", m.folder}, nil
}

// account adds a login to copies of the files of this machine that know logins.
func (m *machine) account(login string, sudo bool) error {
	home := m.file("home")
	if err := os.Chown(home, hostUID, hostUID); err != nil {
		return &missing{why: "root of this namespace of users gives nothing to another account: " + err.Error()}
	}
	more := map[string]string{
		"passwd": fmt.Sprintf("%s:x:%d:%d::%s:/bin/sh\n", login, hostUID, hostUID, home),
		"group":  fmt.Sprintf("%s:x:%d:\n", login, hostUID),
		"shadow": login + ":*:19000:0:99999:7:::\n",
	}
	if sudo {
		more["sudoers"] = login + " ALL=(ALL) NOPASSWD: ALL\n"
	}
	for name, line := range more {
		var text []byte
		if name != "sudoers" {
			var err error
			if text, err = os.ReadFile(filepath.Join("/etc", name)); err != nil {
				return err
			}
		}
		mode := map[string]os.FileMode{"passwd": 0o644, "group": 0o644, "shadow": 0o600, "sudoers": 0o440}[name]
		if err := os.WriteFile(filepath.Join(m.file("etc"), name), append(text, line...), mode); err != nil {
			return err
		}
	}
	return nil
}

// houses says whether this machine lets root have mounts of its own.
var houses = sync.OnceValue(func() bool {
	return exec.Command("unshare", "-m", "--propagation", "private", "mount", "--bind", "/var/lib", "/var/lib").Run() == nil
})
