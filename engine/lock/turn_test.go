package lock

import (
	"testing"

	"rung/engine/step"
)

// FuzzWhatAHostSays hands garbage to who reads what turn.sh says: it is an error, or a whole answer.
func FuzzWhatAHostSays(f *testing.F) {
	f.Add("@rung shown 8 2026-03-14T15:09:26Z\nnone\n", 0)
	f.Add("welcome\n@rung held 8 2026-03-14T15:09:26Z\nheld KEY 300 77 boot 2026-03-14T15:09:26Z\n{\"run\":\"r\",\"owner\":\"ana@laptop\",\"process\":7}\n", 0)
	f.Add("@rung held 8 2026-03-14T15:09:26Z\nheld KEY\n", 0)
	f.Add("@rung", 0)
	f.Add("", 1)
	f.Fuzz(func(t *testing.T, stdout string, exit int) {
		verdict, found, err := read("cp1", step.Result{Stdout: []byte(stdout), Exit: exit})
		if err == nil && (exit != 0 || verdict == "" || found.Held && found.Key == "") {
			t.Errorf("%q: %+v", verdict, found)
		}
	})
}
