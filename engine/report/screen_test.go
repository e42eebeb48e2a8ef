package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

// screen is a terminal that understands as much as a Terminal may write. It
// reflows when it is resized, as terminals do: a line keeps its text, and
// takes as many rows as it needs.
type screen struct {
	t     *testing.T
	width int
	lines []string // without the last, whose row the cursor is on, when it is ""
	row   int      // of the cursor, from the top
}

// rows is the screen as it is seen.
func (s *screen) rows() []string {
	var rows []string
	for _, line := range s.lines {
		runes := []rune(line)
		for len(runes) > s.width {
			rows, runes = append(rows, string(runes[:s.width])), runes[s.width:]
		}
		rows = append(rows, string(runes))
	}
	return rows
}

func (s *screen) Write(p []byte) (int, error) {
	text := string(p)
	s.lines = s.rows() // what was wrapped stays so, once it is written over
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\x1b["):
			end := strings.IndexFunc(text[2:], func(r rune) bool { return r >= '@' && r <= '~' }) + 2
			s.control(text[2:end], text[end])
			text = text[end+1:]
		case text[0] == '\r':
			text = text[1:]
		default:
			end := strings.IndexAny(text, "\x1b\r\n")
			if end < 0 {
				s.t.Fatalf("text without a line's end: %q", text)
			}
			s.put(text[:end])
			if text[end] == '\n' {
				s.row++
				end++
			}
			text = text[end:]
		}
	}
	return len(p), nil
}

// put writes text from the beginning of the cursor's row on.
func (s *screen) put(text string) {
	if text == "" {
		return
	}
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, "")
	}
	if strings.HasSuffix(s.lines[s.row], "\x00") { // begun in this line, in another colour
		text = strings.TrimSuffix(s.lines[s.row], "\x00") + text
	}
	s.lines[s.row] = text + "\x00"
}

func (s *screen) control(arg string, what byte) {
	switch what {
	case 'A':
		var up int
		fmt.Sscan(arg, &up)
		if s.row -= up; s.row < 0 {
			s.t.Fatal("the cursor left the screen")
		}
	case 'K':
		if s.row < len(s.lines) {
			s.lines[s.row] = strings.TrimSuffix(s.lines[s.row], "\x00")
			if extra := (len([]rune(s.lines[s.row])) - 1) / s.width; extra > 0 {
				wrapped := (&screen{width: s.width, lines: []string{s.lines[s.row]}}).rows()
				tail := s.lines[min(len(s.lines), s.row+1+extra):]
				s.lines = append(append(s.lines[:s.row:s.row], wrapped...), tail...)
				s.row += extra
			}
		}
	case 'J':
		s.lines = s.lines[:min(len(s.lines), s.row)]
	case 'm':
	default:
		s.t.Fatalf("control code %s%c", arg, what)
	}
}

func (s *screen) want(what, want string) {
	s.t.Helper()
	got := strings.Join(s.rows(), "\n")
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		s.t.Errorf("%s:\n%s\n-- want --\n%s", what, got, want)
	}
}

// onScreen is a Terminal whose ticks are the test's.
func onScreen(t *testing.T, colour bool) (*Terminal, *screen, *time.Time) {
	s, now := &screen{t: t, width: 60}, nine
	term := NewTerminal(s, Options{Colour: colour, Run: "r1", Size: func() (int, int) { return s.width, 24 }, Now: func() time.Time { return now }})
	term.o.Live = true // without the ticker
	return term, s, &now
}

func TestTheLiveRegionFollowsTheHosts(t *testing.T) {
	for _, colour := range []bool{false, true} {
		t.Run(fmt.Sprintf("colour %v", colour), func(t *testing.T) {
			term, s, now := onScreen(t, colour)
			tick := func(since time.Duration, events string) {
				*now = nine.Add(since)
				recordAll(t, term, eventsIn(t, []byte(events)))
				term.draw(true)
			}
			tick(time.Second, `0s {"kind":"run.started","title":"demo","hosts":["w1","w2"]}
				0s {"kind":"stage.started","stage":"Workers","hosts":["w1","w2"],"text":"2 hosts"}
				0s {"kind":"host.started","stage":"Workers","host":"w1"}
				0s {"kind":"step.started","stage":"Workers","host":"w1","step":"1","title":"drain w1"}
				0s {"kind":"host.started","stage":"Workers","host":"w2"}
				1s {"kind":"step.started","stage":"Workers","host":"w2","step":"1","title":"drain w2"}`)
			s.want("two hosts at work", `
15:09:26 demo, run r1: 2 hosts
15:09:26 ── Workers: 2 hosts
Workers  0 of 2 hosts · 1s
  w1  drain w1      1s
  w2  drain w2    0.0s`)
			tick(8*time.Second, `2s {"kind":"output","stage":"Workers","host":"w1","step":"1","text":"evicting pod default/web-1 which has a very long name indeed"}
				8s {"kind":"step.ended","stage":"Workers","host":"w2","step":"1","title":"drain w2","outcome":"changed"}
				8s {"kind":"host.ended","stage":"Workers","host":"w2","outcome":"changed"}`)
			s.want("one is done", `
15:09:26 demo, run r1: 2 hosts
15:09:26 ── Workers: 2 hosts
15:09:34 w2  drain w2 … changed (7s)
Workers  1 of 2 hosts · 8s
  w1  drain w1      8s  evicting pod default/web-1 which h…`)

			s.width = 25 // the region wraps: it took two rows, it now takes four
			tick(9*time.Second, "")
			if got := strings.Join(s.rows()[len(s.rows())-2:], "\n"); got != "Workers  1 of 2 hosts ·…\n  w1  drain w1      9s" {
				t.Errorf("after it was made narrower:\n%q", s.rows())
			}
			if n := strings.Count(strings.Join(s.rows(), "\n"), "of 2 hosts"); n != 1 {
				t.Errorf("%d status lines are left:\n%s", n, strings.Join(s.rows(), "\n"))
			}
			s.width = 60
			tick(10*time.Second, `10s {"kind":"step.ended","stage":"Workers","host":"w1","step":"1","title":"drain w1","outcome":"ok"}
				10s {"kind":"host.ended","stage":"Workers","host":"w1","outcome":"ok"}
				10s {"kind":"stage.ended","stage":"Workers","outcome":"ok","took":10000000000}
				10s {"kind":"run.ended","outcome":"changed","took":10000000000}`)
			if err := term.Close(); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(s.rows(), "\n")
			if strings.Contains(got, "of 2 hosts") || !strings.HasSuffix(strings.TrimSpace(got), "rung show r1") {
				t.Errorf("at the end:\n%s", got)
			}
		})
	}
}

func TestManyHostsTakeTwelveLines(t *testing.T) {
	term, s, _ := onScreen(t, false)
	var hosts []string
	for i := range 40 {
		hosts = append(hosts, fmt.Sprintf("w%d", i+1))
	}
	recordAll(t, term, []run.Event{{Kind: run.StageStarted, At: nine, Stage: "Workers", Hosts: hosts, Text: "40 hosts"}})
	for _, h := range hosts {
		recordAll(t, term, []run.Event{{Kind: run.HostStarted, At: nine, Stage: "Workers", Host: h}, {Kind: run.StepStarted, At: nine, Stage: "Workers", Host: h, Title: "drain " + h}})
	}
	term.draw(true)
	rows := s.rows()
	if got := len(rows); got != 1+1+mostLive {
		t.Errorf("%d rows:\n%s", got, strings.Join(rows, "\n"))
	}
	if got := rows[len(rows)-1]; got != "  … and 29 more hosts" {
		t.Errorf("the last row is %q", got)
	}
	for _, row := range rows {
		if columns(row) >= s.width {
			t.Errorf("as wide as the screen: %q", row)
		}
	}
}

func TestNothingIsWrittenWhereNothingChanged(t *testing.T) {
	var out strings.Builder
	now := nine
	term := NewTerminal(&out, Options{Now: func() time.Time { return now }})
	term.o.Live = true
	recordAll(t, term, eventsIn(t, []byte(`0s {"kind":"stage.started","stage":"Workers","hosts":["w1"]}
		0s {"kind":"step.started","stage":"Workers","host":"w1","title":"drain w1"}`)))
	now = nine.Add(5 * time.Second)
	term.draw(true)
	before := out.Len()
	now = now.Add(300 * time.Millisecond)
	term.draw(true)
	if out.Len() != before {
		t.Errorf("wrote %q", out.String()[before:])
	}
}
