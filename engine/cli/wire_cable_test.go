//go:build linux

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// cable leads into a network namespace: a pair of interfaces, one of them there.
type cable struct {
	space     string // the namespace
	near, end string // the interfaces
	far       string // the address at its end
}

// cablePrefix heads the names of our namespaces; the process that made it follows, and a number.
const cablePrefix = "rung-wire-"

var cables atomic.Int64

// lay makes a cable, in a network that is kept for tests of networks.
func lay() (*cable, error) {
	switch {
	case os.Getuid() != 0:
		return nil, &missing{why: "namespaces of the network are made by root"}
	case !inPath("ip"):
		return nil, lacks("ip", "iproute2")
	case !inPath("nft"):
		return nil, lacks("nft", "nftables")
	}
	sweep()
	pid, n := os.Getpid(), int(cables.Add(1))
	c := &cable{space: fmt.Sprintf("%s%d-%d", cablePrefix, pid, n), near: fmt.Sprintf("rw%x.%da", pid, n), end: fmt.Sprintf("rw%x.%db", pid, n)}
	net := (pid*8 + n) % (1 << 15) * 4 // of 198.18.0.0/15, four addresses each
	address := func(i int) string { return fmt.Sprintf("198.%d.%d.%d", 18+net>>16, net>>8&255, net&255+i) }
	c.far = address(2)
	for _, line := range []string{
		"ip netns add " + c.space,
		"ip link add " + c.near + " type veth peer name " + c.end + " netns " + c.space,
		"ip address add " + address(1) + "/30 dev " + c.near,
		"ip link set " + c.near + " up",
		"ip -n " + c.space + " address add " + c.far + "/30 dev " + c.end,
		"ip -n " + c.space + " link set " + c.end + " up",
		"ip netns exec " + c.space + " nft list tables",
	} {
		if err := do(line); err != nil {
			return nil, &missing{why: "this machine makes no namespaces of the network: " + errors.Join(err, c.remove()).Error()}
		}
	}
	return c, nil
}

// sweep removes what a test has left that was killed.
var sweep = sync.OnceFunc(func() {
	spaces, _ := exec.Command("ip", "netns", "list").Output()
	for line := range strings.Lines(string(spaces)) {
		space, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest, ours := strings.CutPrefix(space, cablePrefix)
		pid, _, _ := strings.Cut(rest, "-")
		if id, err := strconv.Atoi(pid); ours && err == nil {
			if _, err := os.Stat("/proc/" + strconv.Itoa(id)); err != nil {
				_ = do("ip netns delete " + space) // another test may do the same
			}
		}
	}
})

// enter goes into the namespace.
func (c *cable) enter() []string { return []string{"ip", "netns", "exec", c.space} }

// remove takes it away; its interfaces go with it.
func (c *cable) remove() error { return do("ip netns delete " + c.space) }

// The host at its end drops what comes, and what leaves.
const dropAll = `table inet cut {
	chain in { type filter hook input priority 0; policy drop; }
	chain out { type filter hook output priority 0; policy drop; }
}
`

func (m *machine) cut() error  { return m.cable.there(dropAll, "nft", "-f", "-") }
func (m *machine) mend() error { return m.cable.there("", "nft", "delete", "table", "inet", "cut") }

func (m *machine) unplug() error {
	return do("ip -n " + m.cable.space + " link set " + m.cable.end + " down")
}

func (m *machine) plug() error {
	return do("ip -n " + m.cable.space + " link set " + m.cable.end + " up")
}

func (c *cable) there(input string, argv ...string) error {
	argv = append(c.enter(), argv...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin = strings.NewReader(input)
	return said(cmd)
}

// do runs a line of words.
func do(line string) error {
	words := strings.Fields(line)
	return said(exec.Command(words[0], words[1:]...))
}

func said(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

func inPath(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// missing is what the machine does not have for a script.
type missing struct {
	why     string
	install string // the package with it, which the gate installs; "": it cannot be had here
}

func (m *missing) Error() string { return m.why }

func lacks(program, pkg string) error {
	return &missing{why: "there is no " + program + ": apt-get install " + pkg, install: pkg}
}

// skip leaves the script. In CI only what cannot be had there is left out.
func (m *missing) skip(ts *testscript.TestScript) {
	if m.install != "" && os.Getenv("CI") != "" {
		ts.Fatalf("%s; .ci/run does it", m.why)
	}
	ts.Value(skipper{}).(testscript.T).Skip(m.why)
}
