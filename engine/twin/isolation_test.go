package twin

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/step"
)

func TestNoScriptReachesTheRealDisk(t *testing.T) {
	real := t.TempDir()
	secret := filepath.Join(real, "secret")
	for name, text := range map[string]string{"secret": "echo real-secret\n", "sh-interp-0": "real-secret\n", "program": "#!/bin/sh\necho real-secret\n"} {
		if err := os.WriteFile(filepath.Join(real, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", real)
	t.Setenv("PATH", real+":"+os.Getenv("PATH"))
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	scripts := []string{
		`cat "$1"`, `cat <"$1"`, `read -r line <"$1"; echo "$line"`, `. "$1"`, `. ./secret`, `. secret`, `sh "$1"`, `"$2"/program`, `program`, `env program`,
		`while read -r line; do echo "$line"; done <"$1"`, `cd "$2" && echo real-secret`, `cd "$2" && cat secret`, `echo "$2"/*`, `echo /proc/self/*`, `ls "$2"`, `ls /proc/self`,
		`[ -f "$1" ] && echo real-secret`, `test -e "$1" && echo real-secret`, `[ -d "$2" ] && echo real-secret`, `[ -r "$1" ] && echo real-secret`, `[ "$1" -ef "$1" ] && echo real-secret`,
		`command -v program`, `type program`, `which program`, `command -v "$2/program"`, `cat "$2/sh-interp-0"`, `cat <"$2/sh-interp-0"`, `cat <"$2//sh-interp-0"`,
		`eval 'cat <(cat '"$1"')'`, `cat <<END
$(cat "$1")
END`, `head -1 "$1"`, `cp "$1" /tmp/x && cat /tmp/x`, `grep -r real "$2"`, `find "$2"`, `tar czf /tmp/x "$2"; cat /tmp/x`, `kubectl --kubeconfig "$1" get nodes`, `yum -c "$1" list kubeadm`,
		`pwd -P`, `echo ~nobody`, `ulimit -n`, `kill -0 $$ && echo real-secret`, `sed p "$1"`, `sha256sum "$1"`, `exec "$2/program"`, `exec <"$1"; cat`,
	}
	before, err := os.ReadDir(real)
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		r := l.try("cp1", "set +e\n"+script, secret, real)
		if said := string(r.Stdout) + string(r.Stderr); strings.Contains(said, "real-secret") || strings.Contains(said, "/nonexistent") {
			t.Errorf("%s\nsees the real disk: %q", script, said)
		}
	}
	for _, script := range []string{
		`echo x >"$1"`, `echo x >>"$1"`, `: >"$1"`, `mkdir -p "$2/made" && echo x >"$2/made/file"`, `rm -rf "$2"`, `mv /etc/fstab "$2/"`, `sed -i s/real/x/ "$1"`, `chmod 000 "$1"`, `touch "$2/made"`, `tee "$1" </dev/null`,
		`ln -sf /etc "$2/link"`, `eval 'echo x > >(cat)'`, `mktemp -p "$2"`,
	} {
		l.try("cp1", "set +e\n"+script, secret, real)
	}
	after, err := os.ReadDir(real)
	if err != nil || len(after) != len(before) {
		t.Fatalf("the real folder was changed: %v, %v", after, err)
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "echo real-secret\n" {
		t.Errorf("the real file was changed: %q, %v", text, err)
	}
	if got := l.run("cp1", "cat /etc/passwd /etc/hostname; echo /*"); got != "root:x:0:0:root:/root:/bin/bash\ncp1\n/boot /dev /etc /home /mnt /opt /proc /root /run /tmp /usr /var\n" {
		t.Errorf("the twin's own disk: %q", got)
	}
}

func TestAnUnknownCommandIsAnErrorAndRemembered(t *testing.T) {
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	for _, script := range []string{"frobnicate --all", "kubectl --kubeconfig /etc/kubernetes/admin.conf rollout status x", "systemctl frob kubelet", "grep --frob x /etc/fstab", "/opt/tool"} {
		before := len(l.Unknown())
		r := l.try("cp1", script)
		if r.Exit == 0 || len(l.Unknown()) != before+1 {
			t.Errorf("%s: exit %d, %d unknown more: %s", script, r.Exit, len(l.Unknown())-before, r.Stderr)
		}
	}
	if r := l.try("cp1", "frobnicate"); r.Exit != 127 || string(r.Stderr) != "sh: frobnicate: command not found\n" {
		t.Errorf("exit %d: %q", r.Exit, r.Stderr)
	}
}

func TestAScriptThatDoesNotEndIsEnded(t *testing.T) {
	t.Parallel()
	l := newLab(t, Shape{Workers: 1, Version: version("1.31.4")})
	for _, script := range []string{"while :; do :; done", "while :; do sleep 3600; done", "f() { f; }; f", "echo 'sh /tmp/x' >/tmp/x; sh /tmp/x"} {
		if r := l.try("cp1", script); r.Exit == 0 {
			t.Errorf("%s: exit 0", script)
		}
	}
}

func TestManySessionsAtOnceLeaveNothingBehind(t *testing.T) {
	l := newLab(t, Shape{ControlPlanes: 3, Workers: 5, Version: version("1.31.4")})
	before := runtime.NumGoroutine()
	var all sync.WaitGroup
	for _, host := range l.Hosts() {
		for range 4 {
			all.Go(func() {
				for _, c := range []step.Command{
					{Script: `echo "$1" >/tmp/f; cat /tmp/f | tr a-z A-Z | head -n 1; yum list --showduplicates kubelet --disableexcludes=kubernetes | tail -n 1`, Argv: []string{"x"}},
					{Script: "systemctl restart kubelet; rpm -q kubelet; sleep 1 & wait; (sleep 2 &)"},
					{Script: "cat | wc -c; cat <<E\nhere\nE", Stdin: []byte(strings.Repeat("x", 200_000))},
					{Script: "head -n 1", Stdin: []byte(strings.Repeat("x\n", 200_000))},
					{Script: "exit 3", Stdin: []byte(strings.Repeat("x\n", 200_000))},
				} {
					if _, err := l.Exec(t.Context(), host, c, nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		buffer := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after:\n%s", before, after, buffer[:runtime.Stack(buffer, true)])
	}
	l.known()
}

func FuzzShell(f *testing.F) {
	for _, line := range []string{
		"env LC_ALL=C PATH=/usr/bin sh -euc 'echo $1 | cut -c 1' sh abc", "sudo -n -- env LC_ALL=C kubectl get nodes", "sed -n 's/\\(a\\)/\\1/p' /etc/fstab", "grep -E '[' /etc/fstab", "find / -name '*' -type d",
		"cat <<E\n$(rpm -q x)\nE", "kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o jsonpath='{range .items[*]}{.a[?(@.b==\"c\")]}{end}'", "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes",
		"tar czf /tmp/x -C / --exclude=x etc; tail -c +3 /tmp/x; head -c -1 /tmp/x", "kubeadm upgrade apply -y v1.32.6", "tr a-z A-Z </etc/fstab", "cut -d: -f1,3- /etc/passwd", "systemctl show -p MainPID kubelet",
	} {
		f.Add(line)
	}
	c := New(Shape{Workers: 1, Version: version("1.31.4")}, newFakeClock())
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 2000 {
			t.Skip("longer than any line that is worth the time")
		}
		var out, err strings.Builder
		if code := c.Shell(t.Context(), "cp1", line, nil, &out, &err); code < 0 || code > 255 {
			t.Errorf("exit %d", code)
		}
	})
}

func BenchmarkExec(b *testing.B) {
	c := New(Shape{ControlPlanes: 3, Workers: 997, Version: version("1.31.4")}, newFakeClock())
	for name, cmd := range map[string]step.Command{
		"argv":   {Argv: []string{"rpm", "-q", "kubeadm"}},
		"script": {Script: "v=$(kubelet --version | cut -d ' ' -f 2)\nif test \"$v\" = \"$1\"; then echo same; fi\ntest -f /etc/fstab", Argv: []string{"v1.31.4"}},
		"nodes":  {Argv: []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "nodes", "-o", "json"}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := c.Exec(b.Context(), "cp1", cmd, nil); err != nil || r.Exit != 0 {
					b.Fatal(err, r.Exit, string(r.Stderr))
				}
			}
		})
	}
}

func TestAThousandHostsAreQuickAndSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := newLab(t, Shape{ControlPlanes: 3, Workers: 997, Version: version("1.31.4")})
	for _, host := range l.Hosts() {
		l.run(host, "yum install -y kubeadm-1.32.6 --disableexcludes=kubernetes; systemctl restart kubelet")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if perHost := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 1000; perHost > 64<<10 {
		t.Errorf("%d bytes a host", perHost)
	}
	if got := strings.Count(l.run("cp1", kubectlAdmin+"get nodes --no-headers"), "\n"); got != 1000 {
		t.Errorf("%d nodes", got)
	}
}
