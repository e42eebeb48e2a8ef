package steps

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"rung/engine/step"
)

// EtcdSnapshot backs up a control plane, on itself (S7).
type EtcdSnapshot struct {
	Dir     string        `yaml:"dir" default:"/var/backups/rung" doc:"Folder of the backups on the host; each run has its own below it."`
	Label   string        `yaml:"label" default:"before" doc:"Folder below that of the run, such as the hop."`
	Timeout time.Duration `yaml:"timeout" default:"5m" doc:"How long etcdctl may take."`
}

// EtcdSnapshotOutput is what lies on the host now.
type EtcdSnapshotOutput struct {
	Files  []BackupFile `yaml:"files" doc:"The files of the backup."`
	Status string       `yaml:"status" doc:"What etcd says of the snapshot: hash, revision, keys, size; empty where nobody could ask."`
}

// BackupFile is one file of a backup.
type BackupFile struct {
	Path   string `yaml:"path" doc:"Where it lies on the host."`
	Size   int    `yaml:"size" doc:"Bytes."`
	SHA256 string `yaml:"sha256" doc:"Digest, in hexadecimal."`
}

//go:embed scripts/etcd-snapshot-check.sh
var etcdSnapshotCheck string

//go:embed scripts/etcdctl.sh
var etcdctlScript string

//go:embed scripts/snapshot-reader.sh
var snapshotReaderScript string

//go:embed scripts/etcd-snapshot.sh
var etcdSnapshotScript string

func etcdSnapshotType() step.Type {
	return step.DefineWith[EtcdSnapshot, EtcdSnapshotOutput](step.About{
		Name:    "etcd-snapshot",
		Summary: "Backs up etcd, /etc/kubernetes and kubeadm-config on a control plane.",
		Doc: `Writes etcd.db, kubernetes.tar.gz and kubeadm-config.yaml into DIR/RUN/LABEL, readable by
root only, and lists them with sizes and digests (S7, B4). The archive holds keys.

It writes beside the place and renames at the end: a folder that is there is complete. It
is never overwritten. The snapshot is made by the host's etcdctl, or where there is none by
that of the etcd container, which needs no shell there; etcdutl or etcdctl then reads it. Of an
external etcd the first member is asked, with the certificates that kube-apiserver has; that needs
etcdctl on the host, and without it a warning says that etcd is not in the backup.

Source: https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#backing-up-an-etcd-cluster
`,
		Example: "etcd-snapshot: {label: 1.21.14}\n",
	})
}

// Plan returns the one action.
func (s EtcdSnapshot) Plan(scope step.Scope) ([]step.Action, error) {
	switch {
	case !path.IsAbs(s.Dir) || path.Clean(s.Dir) != s.Dir:
		return nil, step.Refuse("dir", "dir must be an absolute path such as /var/backups/rung, not %q", s.Dir)
	case s.Dir == "/var/lib/etcd" || strings.HasPrefix(s.Dir, "/var/lib/etcd/"):
		return nil, step.Refuse("dir", "dir must lie outside /var/lib/etcd: what destroys the data must not destroy its backup")
	case s.Label == "" || s.Label[0] == '.' || strings.ContainsAny(s.Label, "/ \t\n"):
		return nil, step.Refuse("label", "label must be a plain word such as 1.21.14, not %q", s.Label)
	}
	folder := path.Join(s.Dir, runID(scope.Run), s.Label)
	return []step.Action{{
		Title: "back up etcd and /etc/kubernetes to " + folder,
		Check: &step.Command{Script: etcdSnapshotCheck, Argv: []string{folder}},
		Do:    step.Command{Script: etcdAccessScript + "\n" + etcdctlScript + "\n" + snapshotReaderScript + "\n" + etcdSnapshotScript, Argv: []string{folder, scope.Host.Node, seconds(s.Timeout)}, Detach: true},
	}}, nil
}

// Collect reads the list of files, be it of now or of the run that made them.
func (EtcdSnapshot) Collect(results []step.Result) (EtcdSnapshotOutput, []step.Note, error) {
	var out EtcdSnapshotOutput
	var notes []step.Note
	snapshot := false
	for line := range strings.Lines(string(results[0].Stdout)) {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "version ") { // of the etcd: for etcd-restore
			continue
		}
		if status, found := strings.CutPrefix(line, "status "); found {
			note := step.Note{Warning: true, Text: "nobody has read the snapshot of etcd again: there is no etcdutl, which etcd needs for that from 3.6"}
			if out.Status = strings.TrimSpace(status); out.Status == "unread" {
				out.Status = ""
			} else {
				note = step.Note{Text: "the snapshot of etcd can be read: hash, revision, keys and size are " + out.Status}
			}
			notes = append(notes, note)
			continue
		}
		file, err := backupFile(line)
		if err != nil {
			return out, notes, err
		}
		snapshot = snapshot || path.Base(file.Path) == "etcd.db"
		out.Files = append(out.Files, file)
		notes = append(notes, step.Note{Text: fmt.Sprintf("backup %s, %d bytes, sha256 %s", file.Path, file.Size, file.SHA256)})
	}
	if len(out.Files) == 0 {
		return out, notes, errors.New("the backup lists no files: look into its folder before going on")
	}
	if !snapshot {
		notes = append(notes, step.Note{Warning: true, Text: "etcd's data was not backed up: it does not run here as a static pod, and this host has no etcdctl to ask an external one; back it up where it runs"})
	}
	return out, notes, nil
}

// backupFile reads "path size sha256"; only the path may hold spaces.
func backupFile(line string) (BackupFile, error) {
	words := strings.Fields(line)
	if len(words) >= 3 {
		last := len(words) - 1
		if size, err := strconv.Atoi(words[last-1]); err == nil && len(words[last]) == 64 {
			return BackupFile{Path: strings.Join(words[:last-1], " "), Size: size, SHA256: words[last]}, nil
		}
	}
	return BackupFile{}, fmt.Errorf("a line of the backup's list is not understood: %q", strings.TrimSpace(line))
}
