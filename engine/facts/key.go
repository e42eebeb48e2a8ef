package facts

import (
	"crypto/sha256"
	"encoding/hex"

	"rung/engine/step"
)

// KeyOf tells commands apart: the same key, the same question. Credentials of a proxy do not count.
func KeyOf(c step.Command) string {
	sum := sha256.Sum256([]byte(lineOf(c)))
	return hex.EncodeToString(sum[:12])
}

// lineOf is c as people read it.
func lineOf(c step.Command) string {
	if c.Sudo {
		return "sudo " + c.Line()
	}
	return c.Line()
}
