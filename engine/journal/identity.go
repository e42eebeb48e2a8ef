package journal

import (
	"crypto/sha256"
	"encoding/hex"

	"rung/engine/run"
)

// Identity says which action of a playbook an event is about, whenever and by
// whichever process it is planned: resuming compares these. Two plans of the
// same place whose command differs are two actions.
type Identity struct {
	Stage       string // with the values of its loops
	Host        string
	Step        string
	Action      int
	Fingerprint string // of the command
}

// IdentityOf returns the identity of the action of an ActionStarted or
// ActionPlanned event: only those carry the command.
func IdentityOf(e run.Event) Identity {
	return Identity{Stage: e.Stage, Host: e.Host, Step: e.Step, Action: e.Action, Fingerprint: Fingerprint(e.Command)}
}

// Fingerprint returns a short digest of the text of a command.
func Fingerprint(command string) string {
	sum := sha256.Sum256([]byte(command))
	return hex.EncodeToString(sum[:8])
}

// InFlight returns the starts of the mutating actions that have no end in
// events: each may or may not have done its work.
func InFlight(events []run.Event) []run.Event {
	open := map[action]int{}
	for i, e := range events {
		switch e.Kind {
		case run.ActionStarted:
			if e.Mutates {
				open[actionOf(e)] = i
			}
		case run.ActionEnded:
			delete(open, actionOf(e))
		}
	}
	var starts []run.Event
	for i, e := range events {
		if at, still := open[actionOf(e)]; still && at == i {
			starts = append(starts, e)
		}
	}
	return starts
}
