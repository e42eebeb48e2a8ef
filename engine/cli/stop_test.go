package cli

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"rung/engine/run"
)

func TestSignals(t *testing.T) {
	tests := []struct {
		name    string
		signals []os.Signal
		hard    bool
		left    bool
		says    int
	}{
		{"the first stops gently", []os.Signal{os.Interrupt}, false, false, 1},
		{"the second ends what may be cut off", []os.Signal{os.Interrupt, syscall.SIGTERM}, true, false, 2},
		{"the third leaves", []os.Signal{os.Interrupt, os.Interrupt, os.Interrupt}, true, true, 2},
		{"a terminal that goes away stops gently, however often it says so", []os.Signal{syscall.SIGHUP, syscall.SIGHUP, syscall.SIGHUP}, false, false, 1},
		{"a terminal that goes away after a Ctrl-C adds nothing", []os.Signal{os.Interrupt, syscall.SIGHUP}, false, false, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var why []string
			s := newStopper(t.Context(), func(text string) { why = append(why, text) })
			report := &book{}
			concluded := 0
			s.announce(report, run.Wall{}, func() { concluded++ })
			for _, sig := range test.signals {
				s.signals <- sig
			}
			close(s.signals)
			s.obey()
			defer s.cancel()
			select {
			case <-s.gentle:
			default:
				t.Error("it does not stop")
			}
			if hard := s.hard.Err() != nil; hard != test.hard {
				t.Errorf("hard stop %v, want %v", hard, test.hard)
			}
			if left := len(why) == 1; left != test.left || left != (concluded == 1) {
				t.Errorf("left: %q, want %v; %d last lines", why, test.left, concluded)
			}
			if len(report.events) != test.says {
				t.Errorf("%d announcements, want %d", len(report.events), test.says)
			}
			for _, e := range report.events {
				if strings.HasPrefix(e.Text, "stopping") {
					t.Errorf("%q: the report says stopping itself", e.Text)
				}
			}
		})
	}
}

func TestASignalDuringAQuestionLeavesAtOnce(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	left := make(chan string, 1)
	answered := asking(in, func(why string) { left <- why })
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case why := <-left:
		if !strings.Contains(why, "nothing was touched") {
			t.Errorf("it says %q", why)
		}
	case <-time.After(time.Minute):
		t.Fatal("the question outlives the signal")
	}
	answered()
	asking(in, func(string) { t.Error("left after the answer") })()
}
