package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

func TestB4OnlyTheRecipientReadsAFile(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	plain := bytes.Repeat([]byte("the keys of the cluster\n"), 9999)
	sum := sha256.Sum256(plain)
	path := filepath.Join(t.TempDir(), "cp1", "etcd.db.age")
	f, err := Create(path, []string{key.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	for piece := range bytes.Lines(plain) {
		if _, err := f.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it has its name before it is complete")
	}
	if err := f.Keep(hex.EncodeToString(sum[:])); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(path)
	if err != nil || bytes.Contains(sealed, []byte("keys of the cluster")) {
		t.Fatalf("it can be read by anybody, or not at all: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes come out of %d: %v", len(got), len(plain), err)
	}
	if _, err := Create(path, []string{key.Recipient().String()}); err == nil || !strings.Contains(err.Error(), "is not overwritten") {
		t.Errorf("a second file of this name: %v", err)
	}
}

func TestB4AFileThatIsNotWhatItShouldBeIsNotKept(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "a.age"), []string{key.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("half of it"))
	if err := f.Keep("0000"); err == nil || !strings.Contains(err.Error(), "it was not kept") {
		t.Errorf("%v", err)
	}
	for _, recipients := range [][]string{nil, {"age1nobody"}, {"ssh-ed25519 AAAA"}} {
		if _, err := Create(filepath.Join(dir, "b.age"), recipients); err == nil {
			t.Errorf("%q are taken for recipients", recipients)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}
