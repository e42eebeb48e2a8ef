package twin_test

import (
	"context"
	"io"
	"strings"
	"testing"
)

// BenchmarkCommand is what small commands cost: a pipe no more than a program.
func BenchmarkCommand(b *testing.B) {
	c := pipeTwin()
	for _, line := range []string{":", "uname -r", "x=$(uname -r)", "echo a | tr a b", "echo a | tr a b | cat", "sh -c :", "cat </etc/os-release", "cat <<E\na\nE\n", "(:) | { :; }", "case a in b) ;; c) ;; a) ;; esac", "test a = b || :"} {
		b.Run(strings.ReplaceAll(line, "/", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if exit := c.Shell(context.Background(), "w1", line, nil, io.Discard, io.Discard); exit != 0 {
					b.Fatal(exit)
				}
			}
		})
	}
}

// BenchmarkKubectl is what a question to the API costs.
func BenchmarkKubectl(b *testing.B) {
	c := pipeTwin()
	const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf "
	for _, line := range []string{"get node w1 -o jsonpath={.metadata.name}", "get node w1 -o 'jsonpath={.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type==\"Ready\")].status}'", "get nodes -o json"} {
		b.Run(line[:16], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if exit := c.Shell(context.Background(), "cp1", kubectl+line, nil, io.Discard, io.Discard); exit != 0 {
					b.Fatal(exit)
				}
			}
		})
	}
}
