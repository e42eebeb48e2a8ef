package facts

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func sample() *File {
	at := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	return &File{
		Header: Header{Rung: "1", Began: at, Ended: at, Playbook: "look", Inventory: Inventory{Hosts: []Host{{Name: "w1", Node: "w1"}}, Groups: map[string][]string{"workers": {"w1"}}}},
		Recorded: []Answer{
			{Host: "w1", Key: "k", Command: "true", Stdout: "a <b>\n", At: at},
			{Host: "w1", Key: "l", Command: "false", Exit: 1, Stderr: "no", At: at},
			{Host: "w2", Key: "k", Command: "true", At: at},
			{Host: "w2", Key: "m", Command: long, Stdout: long, Stderr: long, At: at},
			{Host: "w2", Key: "n", At: at},
		},
		Found: []Finding{{Stage: "S", Host: "w1", Step: "1:look", Outcome: "ok", Outputs: map[string]any{"swap": true}}},
	}
}

func TestAFileIsReadAsItWasWritten(t *testing.T) {
	for _, name := range []string{"cluster.facts", "cluster.facts.gz"} {
		path := filepath.Join(t.TempDir(), name)
		if err := sample().Write(path, false); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", name, info.Mode(), err)
		}
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		want := sample()
		want.Facts, want.Answers, want.Findings = Version, 5, 1
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: wanted (-) and read (+):\n%s", name, diff)
		}
	}
}

func TestWhatLiesThereIsKeptUnlessItMayGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cluster.facts")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sample().Write(path, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want that it exists", err)
	}
	if content, _ := os.ReadFile(path); string(content) != "mine" {
		t.Errorf("it is now %q", content)
	}
	if err := sample().Write(path, true); err != nil {
		t.Error(err)
	}
	if _, err := Read(path); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files lie there, want 1", len(left))
	}
}

func TestAFileThatIsNotWholeIsRefused(t *testing.T) {
	var text bytes.Buffer
	if err := sample().Encode(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text.String(), "\n")
	for what, test := range map[string]struct{ text, wants string }{
		"cut between lines":    {strings.Join(lines[:2], ""), "cut short"},
		"cut in a line":        {text.String()[:len(text.String())-9], "not understood"},
		"another file":         {"hosts:\n", "no file of facts"},
		"nothing":              {"", "no file of facts"},
		"of a newer rung":      {strings.Replace(text.String(), `"facts":2`, `"facts":3`, 1), "take a newer rung"},
		"without a text":       {lines[0] + lines[2], "line 2: it names the text 1, and there are 0 before it"},
		"garbage in its lines": {lines[0] + "\x00\x01\n", "line 2 is not understood"},
	} {
		if _, err := Decode(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.wants) {
			t.Errorf("%s: got %v, want %q in it", what, err, test.wants)
		}
	}
}

const ofVersion1 = `{"facts":1,"rung":"1","began":"2026-03-14T15:09:26Z","ended":"2026-03-14T15:09:26Z","playbook":"look","inventory":{"hosts":[],"groups":{}},"answers":2,"findings":0}
{"answer":{"host":"w1","key":"k","command":"list","exit":0,"stdout":"` + long + `","stderr":"` + noise + `","at":"2026-03-14T15:09:26Z","took":1}}
{"answer":{"host":"w2","key":"k","command":"list","exit":0,"stdout":"` + long + `","stderr":"` + noise + `","at":"2026-03-14T15:09:26Z","took":1}}
`

const long = "a list of all packages that this host is offered, and another one has the same, so that it is long"

const noise = "a warning of the package manager, which has it for everybody who asks and is longer than it should be"

// What many hosts are asked and say is written once; files that wrote it to each answer are still read.
func TestALongTextIsWrittenOnce(t *testing.T) {
	old, err := Decode(strings.NewReader(ofVersion1))
	if err != nil || len(old.Recorded) != 2 || old.Recorded[1].Command != "list" || old.Recorded[1].Stdout != long {
		t.Fatalf("%+v, %v", old, err)
	}
	var text bytes.Buffer
	if err := old.Encode(&text); err != nil {
		t.Fatal(err)
	}
	for _, once := range []string{`"list"`, long, noise} {
		if n := strings.Count(text.String(), once); n != 1 {
			t.Errorf("%s is written %d times:\n%s", once, n, text.String())
		}
	}
	again, err := Decode(&text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(old.Recorded, again.Recorded); diff != "" {
		t.Errorf("version 1 (-) and 2 (+):\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	var text bytes.Buffer
	_ = sample().Encode(&text)
	f.Add(text.Bytes())
	f.Add([]byte("{\"facts\":1}\n{}"))
	f.Add([]byte(ofVersion1))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if file, err := Decode(bytes.NewReader(b)); err == nil {
			_, _ = file.Cluster()
		}
	})
}

// A file of thousands of hosts takes little more memory than what they say differently.
func TestWhatHostsSayAlikeIsKeptOnce(t *testing.T) {
	f := sample()
	f.Recorded[1].Host, f.Recorded[1].Stdout = "w2", f.Recorded[0].Stdout
	second := f.Found[0]
	second.Host, second.Outputs = "w2", map[string]any{"swap": true}
	f.Found = append(f.Found, second)
	var text bytes.Buffer
	if err := f.Encode(&text); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(&text)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := got.Recorded[0].Stdout, got.Recorded[1].Stdout; a != f.Recorded[0].Stdout || unsafe.StringData(a) != unsafe.StringData(b) {
		t.Errorf("%q and %q are no one text", a, b)
	}
	got.Found[0].Outputs["swap"] = "both"
	if got.Found[1].Outputs["swap"] != "both" || got.Found[1].Host != "w2" {
		t.Errorf("their outputs are kept twice: %+v", got.Found)
	}
}
