package transport_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rung/engine/transport"
)

// BenchmarkExec is one command on a standing connection.
func BenchmarkExec(b *testing.B) {
	b.Run("in process", func(b *testing.B) {
		f := newFleet(b)
		f.add("w1", nil)
		f.hosts[0].Name = "w1"
		benchmarkExec(b, f.dial(transport.Options{}))
	})
	b.Run("OpenSSH", func(b *testing.B) { benchmarkExec(b, openSSH(b).dial(transport.Options{}, "w1")) })
}

func benchmarkExec(b *testing.B, s *transport.SSH) {
	b.ReportAllocs()
	must(b, s.Connect(b.Context(), []string{"w1"})["w1"])
	for b.Loop() {
		if _, err := s.Exec(b.Context(), "w1", argv("true"), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLockstep is a whole run, handshakes included: every host runs a
// command, and only when all have does the next begin. Each iteration lets a
// bare x/crypto/ssh program do the same work first; "x-bare" is our time in
// that of the bare one. The promise is 1.15.
func BenchmarkLockstep(b *testing.B) {
	for _, size := range []struct{ hosts, steps int }{{50, 20}, {200, 5}} {
		b.Run(fmt.Sprintf("%d hosts x %d", size.hosts, size.steps), func(b *testing.B) {
			server := openSSH(b)
			var names []string
			for i := range size.hosts {
				names = append(names, fmt.Sprintf("w%d", i+1))
			}
			server.dial(transport.Options{}, names...) // writes known_hosts
			var bare, ours time.Duration
			for b.Loop() {
				began := time.Now()
				bareLockstep(b, server, size.hosts, size.steps)
				bare += time.Since(began)
				began = time.Now()
				lockstep(b, server, names, size.steps)
				ours += time.Since(began)
			}
			b.ReportMetric(float64(ours)/float64(bare), "x-bare")
			b.ReportMetric(float64(bare.Milliseconds())/float64(b.N), "bare-ms/op")
			b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ours-ms/op")
		})
	}
}

func lockstep(b *testing.B, server *server, names []string, steps int) {
	s := server.dial(transport.Options{ConnectTimeout: time.Minute}, names...) // server and client share the cores
	defer s.Close()
	if failed := s.Connect(b.Context(), names); failed != nil {
		b.Fatal(failed)
	}
	for range steps {
		var all sync.WaitGroup
		for _, name := range names {
			all.Go(func() {
				if _, err := s.Exec(context.Background(), name, argv("true"), nil); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
	}
}

func bareLockstep(b *testing.B, server *server, hosts, steps int) {
	src, err := os.ReadFile(server.file("id"))
	must(b, err)
	signer, err := ssh.ParsePrivateKey(src)
	must(b, err)
	key, err := os.ReadFile(server.file("host_key.pub"))
	must(b, err)
	public, _, _, _, err := ssh.ParseAuthorizedKey(key)
	must(b, err)
	config := &ssh.ClientConfig{User: server.login, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.FixedHostKey(public)}
	clients := make([]*ssh.Client, hosts)
	each := func(body func(i int) error) {
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				if err := body(i); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
	}
	each(func(i int) (err error) {
		clients[i], err = ssh.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", server.port), config)
		return err
	})
	defer each(func(i int) error { return clients[i].Close() })
	for range steps {
		each(func(i int) error {
			s, err := clients[i].NewSession()
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.CombinedOutput("true")
			return err
		})
	}
}
