package steps

import (
	_ "embed"
	"path"
	"regexp"
	"strings"

	"rung/engine/step"
)

// Fetch takes files of a host to the machine that rung runs on, encrypted (B4).
type Fetch struct {
	Files      []string `yaml:"files,required" doc:"Each file's path, a space, and its SHA-256 digest."`
	To         string   `yaml:"to,required" doc:"Folder here; each host has its own below it, and in that each file its path."`
	Recipients []string `yaml:"recipients,required" doc:"Who can read them: recipients of age, age1…."`
}

//go:embed scripts/fetch.sh
var fetchScript string

func fetchType() step.Type {
	return step.Define[Fetch](step.About{
		Name:    "fetch",
		Summary: "Takes files of a host to the machine that rung runs on, encrypted for a recipient.",
		Doc: `Each file becomes TO/HOST/PATH.age. It is encrypted with age before it reaches the disk here, and
nothing of it is shown or journaled. It gets its name once it is complete and has its digest; none is
overwritten. The one exception to "no credential leaves a control plane" (B4): backups hold keys,
so that they are not fetched without a recipient. Decrypt with age --decrypt -i KEY.

An action for each file, and at most five files: those of a backup are three.
`,
		Example: `fetch:
  files: ["/var/backups/rung/r7/now/etcd.db 6667b2d1aab6a00caa5aee5af8ad9f1465e567abf1c209d15727d57b3e8f6e5f"]
  to: ./backups
  recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]
`,
	})
}

// recipient is one of age's, as far as its letters tell.
var recipient = regexp.MustCompile(`^age1[02-9ac-hj-np-z]{58,}$`)

// Plan returns an action for each file.
func (s Fetch) Plan(scope step.Scope) ([]step.Action, error) {
	if len(s.Recipients) == 0 {
		return nil, step.Refuse("recipients", "recipients names nobody: what is fetched holds keys, and is encrypted for somebody")
	}
	for i, text := range s.Recipients {
		if !recipient.MatchString(text) {
			return nil, step.RefuseItem("recipients", i, "recipients: %q is no recipient of age, which is age1 and 58 letters: age-keygen makes one, with its key", text)
		}
	}
	var actions []step.Action
	for i, text := range s.Files {
		file, sum, ok := strings.Cut(text, " ")
		if !ok || !path.IsAbs(file) || path.Clean(file) != file || len(sum) != 64 {
			return nil, step.RefuseItem("files", i, "files: %q is not an absolute path and a digest", text)
		}
		to := strings.TrimRight(s.To, "/") + "/" + scope.Host.Name + file + ".age"
		actions = append(actions, step.Action{
			Title: "fetch " + file + " to " + to,
			Do:    step.Command{Script: fetchScript, Argv: []string{file}},
			Save:  &step.Save{To: to, Recipients: s.Recipients, SHA256: sum},
		})
	}
	return actions, nil
}
