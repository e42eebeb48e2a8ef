package twin

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"rung/engine/step"
)

func TestATransientUnitWorksOnAfterItsSessionHasEnded(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
	l.run("cp1", "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes")
	started := l.clock.Now()
	l.run("cp1", `mkdir -p /run/job; systemd-run --unit=rung-1 --collect -- sh -c 'kubeadm upgrade apply -y v1.32.6 >/run/job/out 2>&1; echo $? >/run/job/status'`)
	if took := l.clock.Now().Sub(started); took > 5*time.Second {
		t.Errorf("starting the unit took %s", took)
	}
	l.clock.Sleep(15*time.Second, nil)
	early := l.run("cp1", "systemctl is-active rung-1; test ! -e /run/job/status; cat /run/job/out")
	if !strings.HasPrefix(early, "active\n") || strings.Contains(early, "SUCCESS") || !strings.Contains(early, "Preparing for \"etcd\"") {
		t.Errorf("a little later: %s", early)
	}
	if got := l.run("w1", "hostname"); got != "w1\n" || l.Nodes()[0].APIServer == version("1.32.6") {
		t.Errorf("%q, and an apiserver that is ahead of its time: %+v", got, l.Nodes()[0])
	}
	l.clock.Sleep(4*time.Minute, nil)
	if late := l.run("cp1", "cat /run/job/status; cat /run/job/out"); !strings.HasPrefix(late, "0\n") || !strings.Contains(late, "SUCCESS") {
		t.Errorf("four minutes later: %s", late)
	}
	l.known()
}

func TestAnApiserverThatWasEndedComesBack(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
	got := l.run("cp1", `killall -s SIGTERM kube-apiserver; n=0; until `+kubectlAdmin+`get --raw /readyz >/dev/null 2>&1; do n=$((n + 1)); sleep 1; done; test $n -ge 1; echo back`)
	if got != "back\n" {
		t.Errorf("%q", got)
	}
}

func TestAHostThatIsDownIsNotReachedAndItsNodeIsNotReady(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 1, Workers: 2, Version: version("1.31.4")})
	l.Down("w1")
	_, err := l.Exec(t.Context(), "w1", step.Command{Argv: []string{"hostname"}}, nil)
	var unreachable *step.Unreachable
	if !errors.As(err, &unreachable) || unreachable.Why != step.NoContact {
		t.Errorf("err = %v", err)
	}
	l.clock.Sleep(time.Minute, nil)
	if got := l.run("cp1", kubectlAdmin+"get node w1"); !strings.Contains(got, "NotReady") {
		t.Errorf("%s", got)
	}
	l.Up("w1")
	l.clock.Sleep(time.Minute, nil)
	if got := l.run("cp1", kubectlAdmin+"get node w1"); strings.Contains(got, "NotReady") {
		t.Errorf("%s", got)
	}
}

func TestAFaultFailsOneCommandOnOneHost(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
	l.Fail("w1", "yum install", 1, "Error: disk full\n")
	if r := l.try("w1", "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes"); r.Exit != 1 || string(r.Stderr) != "Error: disk full\n" {
		t.Errorf("exit %d: %s", r.Exit, r.Stderr)
	}
	l.run("cp1", "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes")
	l.Heal()
	l.run("w1", "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes")
}

func TestTheLoginShellUnderstandsTheWire(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
	c := step.Command{Script: `echo "$1" "$LC_ALL" "$X"; cat; exit 7`, Argv: []string{"it's"}, Env: []string{"X=y z"}, Sudo: true}
	var out, err strings.Builder
	code := l.Shell(t.Context(), "w1", c.Wire(), strings.NewReader("input\n"), &out, &err)
	if code != 7 || out.String() != "it's C y z\ninput\n" || err.String() != "" {
		t.Errorf("exit %d, %q, %q", code, out.String(), err.String())
	}
}

// sped is a clock that runs a thousand times as quick as what the hosts' own show.
type sped struct {
	Wall
	shown *time.Time
}

func (s sped) Now() time.Time   { return s.shown.Add(1000 * s.shown.Sub(time.Unix(1_800_000_000, 0))) }
func (s sped) Shown() time.Time { return *s.shown }

// What expires by the uptime of a host goes by the time of whoever asks for it.
func TestUptimeGoesAsTheHostsOwnClocks(t *testing.T) {
	shown := time.Unix(1_800_000_000, 0)
	c := New(Shape{Version: version("1.31.4")}, sped{shown: &shown})
	uptime := func() float64 {
		shown = shown.Add(10 * time.Second)
		var out strings.Builder
		if exit := c.Shell(t.Context(), "cp1", "cat /proc/uptime", strings.NewReader(""), &out, &out); exit != 0 {
			t.Fatalf("exit %d: %q", exit, out.String())
		}
		up, err := strconv.ParseFloat(strings.Fields(out.String())[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		return up
	}
	if was, is := uptime(), uptime(); is-was < 9 || is-was > 11 {
		t.Errorf("%.2f, and ten seconds later %.2f", was, is)
	}
}

// quickClock is a clock that runs ahead of the wall's, as that of a demo which other processes use.
type quickClock struct{ Wall }

func (quickClock) Now() time.Time   { return time.Now().Add(1000 * time.Hour) }
func (quickClock) Shown() time.Time { return time.Unix(1_800_000_000, 0) }

func TestHostsShowTheClockOfWhoeverAsks(t *testing.T) {
	c := New(Shape{Version: version("1.31.4")}, quickClock{})
	var out strings.Builder
	if exit := c.Shell(t.Context(), "cp1", "date +%s", strings.NewReader(""), &out, &out); exit != 0 || out.String() != "1800000000\n" {
		t.Errorf("exit %d: %q", exit, out.String())
	}
}

// A session that began before the loss looks at what was before it.
func TestALossOfPowerForDaysLeavesWhatWasBeforeIt(t *testing.T) {
	for _, off := range []time.Duration{time.Hour, 30 * time.Hour, 30 * 24 * time.Hour} {
		l := newLab(t, Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
		l.run("w1", "systemctl stop kubelet; systemctl stop containerd; swapoff -a; sleep 300; systemctl start containerd; systemctl start kubelet; echo one >/run/here; sleep 300")
		l.PowerLoss("w1", off)
		for _, at := range []struct {
			passes time.Duration
			says   string
		}{{-time.Second, "Ready v1.31.4"}, {-8 * time.Minute, "NotReady v1.31.4"}, {8*time.Minute + time.Second, "Ready v1.31.4"}, {off + 10*time.Minute, "Ready v1.31.4"}} {
			l.clock.Sleep(at.passes, nil)
			fields := strings.Fields(l.run("cp1", kubectlAdmin+"get node w1 --no-headers"))
			if got := fields[1] + " " + fields[4]; got != at.says {
				t.Errorf("without power for %s, %s on: %q, want %q", off, at.passes, got, at.says)
			}
		}
	}
	if got := new(host).ready(time.Now()); got != "Unknown" {
		t.Errorf("of a kubelet of which nothing is known: %s", got)
	}
}

// Whoever takes a folder away sees nothing of what a session that overlaps with his has put there later.
func TestWhatIsPutIntoAFolderThatWasTakenAwayIsNotThere(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 1, Workers: 1, Version: version("1.31.4")})
	began := l.clock.Now()
	for _, session := range []struct{ script, says string }{
		{"mkdir -p /tmp/a/b; sleep 10; echo x >/tmp/a/f; echo x >/tmp/a/b/f; echo was there", "was there\n"},
		{"sleep 5; rm -rf /tmp/a; ls -d /tmp/a 2>/dev/null || echo gone", "gone\n"},
		{"sleep 20; for f in /tmp/a/f /tmp/a/b/f; do cat $f || :; ls $f || :; test ! -e $f; done 2>/dev/null", ""},
		{"sleep 25; mkdir /tmp/else; ln -s /tmp/else /tmp/a; test ! -e /tmp/a/f; echo y >/tmp/else/f; cat /tmp/a/f", "y\n"},
		{"sleep 30; rm /tmp/a; mkdir -p /tmp/a/b; find /tmp/a; echo z >/tmp/a/f; cat /tmp/a/f", "/tmp/a\n/tmp/a/b\nz\n"},
		{"sleep 35; mkdir /tmp/new; echo new >/tmp/new/g; rm -r /tmp/a; mv /tmp/new /tmp/a; find /tmp/a", "/tmp/a\n/tmp/a/g\n"},
		{"sleep 22; mkdir /tmp/a; find /tmp/a", "/tmp/a\n"},
	} {
		l.clock.Sleep(began.Sub(l.clock.Now()), nil)
		if got := l.run("w1", "set -e; "+session.script); got != session.says {
			t.Errorf("%s\nsays %q, want %q", session.script, got, session.says)
		}
	}
}
