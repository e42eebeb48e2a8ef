package rehearse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"rung/engine/run"
)

// vault stands for a file on the machine of the operator: nothing is written, and its digest is known all the same.
type vault struct{ sum hash.Hash }

func openVault(string, []string) (run.Vault, error) { return vault{sha256.New()}, nil }

// Write is of run.Vault.
func (v vault) Write(data []byte) (int, error) { return v.sum.Write(data) }

// Keep is of run.Vault.
func (v vault) Keep(want string) error {
	if is := hex.EncodeToString(v.sum.Sum(nil)); is != want {
		return fmt.Errorf("the digest is %s, and not %s", is, want)
	}
	return nil
}

// Discard is of run.Vault.
func (v vault) Discard() {}
