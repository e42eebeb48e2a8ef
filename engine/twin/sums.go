package twin

import (
	"crypto/md5"  //nolint:gosec // md5sum is what a script may call
	"crypto/sha1" //nolint:gosec // as sha1sum is
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"strings"
)

// sums are the programs that print checksums, by name.
var sums = map[string]func(text []byte) string{
	"md5sum":    func(text []byte) string { return fmt.Sprintf("%x", md5.Sum(text)) },  //nolint:gosec // it secures nothing here
	"sha1sum":   func(text []byte) string { return fmt.Sprintf("%x", sha1.Sum(text)) }, //nolint:gosec // nor does this
	"sha256sum": func(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) },
	"sha512sum": func(text []byte) string { return fmt.Sprintf("%x", sha512.Sum512(text)) },
}

// checksum prints the checksums of files, or with -c looks whether they are those of a list.
func checksum(p *process) int {
	sum := sums[p.argv[0]]
	names, check, quiet := p.args(), false, false
	for len(names) > 0 && strings.HasPrefix(names[0], "-") && names[0] != "-" {
		switch names[0] {
		case "-c", "--check":
			check = true
		case "--quiet", "--status":
			quiet = true
		case "-b", "-t", "--":
		default:
			return p.usage()
		}
		names = names[1:]
	}
	if len(names) == 0 {
		names = []string{"-"}
	}
	ok := true
	for _, name := range names {
		text, err := p.read(name)
		switch {
		case err != nil:
			p.fail("%s: %s", name, sentence(err))
			ok = false
		case check:
			ok = p.checkSums(text, quiet) && ok
		default:
			p.outf("%s  %s\n", sum([]byte(text)), name)
		}
	}
	return status(ok)
}

// checkSums holds files against the lines of a list.
func (p *process) checkSums(list string, quiet bool) bool {
	ok := true
	for line := range strings.Lines(list) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		name = strings.TrimLeft(name, " *")
		if name == "" {
			continue
		}
		verdict := "OK"
		text, err := p.read(name)
		if err != nil {
			p.fail("%s: %s", name, sentence(err))
			verdict, ok = "FAILED open or read", false
		} else if sums[p.argv[0]]([]byte(text)) != want {
			verdict, ok = "FAILED", false
		}
		if !quiet || verdict != "OK" {
			p.outf("%s: %s\n", name, verdict)
		}
	}
	return ok
}
