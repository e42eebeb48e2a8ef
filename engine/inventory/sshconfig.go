package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kevinburke/ssh_config"
)

const sshPort = 22

// ReadConfig reads an OpenSSH client configuration, such as ~/.ssh/config. A
// file that is not there is nil, without an error.
func ReadConfig(file string) (*ssh_config.Config, error) {
	src, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	cfg, err := ssh_config.DecodeBytes(src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return cfg, nil
}

// Resolve fills what the inventory leaves open of h: first from cfg (which may
// be nil) under the address as it is written there, then under the host's
// name; then with port 22 and the operator's own login. HostName,
// User, Port, IdentityFile, UserKnownHostsFile, ProxyJump, ConnectTimeout and
// ServerAliveInterval are read; ProxyCommand is not.
func Resolve(h Host, cfg *ssh_config.Config) Host {
	alias := h.Address
	say := func(key string) string {
		if cfg == nil {
			return ""
		}
		for _, name := range []string{alias, h.Name} {
			if value, err := cfg.Get(name, key); err == nil && value != "" {
				return value
			}
		}
		return ""
	}
	if cfg != nil {
		if real, err := cfg.Get(alias, "HostName"); err == nil && real != "" {
			h.Address = strings.ReplaceAll(real, "%h", alias)
		}
	}
	h.User = cmp.Or(h.User, say("User"), login())
	if h.Port == 0 {
		h.Port, _ = strconv.Atoi(say("Port"))
		h.Port = cmp.Or(h.Port, sshPort)
	}
	if file := say("IdentityFile"); h.IdentityFile == "" && file != "" && file != "none" {
		h.IdentityFile = expand(file, h)
	}
	if files := strings.Fields(say("UserKnownHostsFile")); len(files) > 0 && files[0] != "none" && files[0] != os.DevNull {
		// Who names none of either kind wants no key looked at, and that there is not: the usual file counts.
		h.UserKnownHosts = expand(strings.Trim(files[0], `"`), h)
	}
	h.Jump = cmp.Or(h.Jump, say("ProxyJump"))
	h.Handshake = cmp.Or(h.Handshake, span(say("ConnectTimeout")))
	h.Keepalive = cmp.Or(h.Keepalive, span(say("ServerAliveInterval")))
	return h
}

// HasAlias says whether cfg, which may be nil, knows by which address a host of that name is reached.
func HasAlias(name string, cfg *ssh_config.Config) bool {
	if cfg == nil {
		return false
	}
	real, err := cfg.Get(name, "HostName")
	return err == nil && real != ""
}

// span reads a time of an SSH configuration, seconds where it names no unit. What is none is 0, as what is not said.
func span(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		text = strconv.Itoa(seconds) + "s"
	}
	d, err := time.ParseDuration(strings.ToLower(text))
	if err != nil || d < 0 {
		return 0
	}
	return d
}

// expand replaces what OpenSSH would in a file name: ~ and the tokens that an
// IdentityFile may hold.
func expand(file string, h Host) string {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "~"
	}
	if rest, ok := strings.CutPrefix(file, "~/"); ok {
		file = filepath.Join(home, rest)
	}
	return strings.NewReplacer("%%", "%", "%d", home, "%h", h.Address, "%r", h.User, "%u", login(), "%p", strconv.Itoa(h.Port)).Replace(file)
}

func login() string {
	if me, err := user.Current(); err == nil {
		return me.Username
	}
	return os.Getenv("USER")
}
