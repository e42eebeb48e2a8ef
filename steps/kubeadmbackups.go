package steps

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
)

// KubeadmBackups reads which backups lie on a control plane (S30).
type KubeadmBackups struct {
	Manifests string `yaml:"manifests" doc:"The folder of manifests to compare with what lies in place; empty: the newest."`
	Dir       string `yaml:"dir" default:"/var/backups/rung" doc:"Folder of our own backups."`
}

// KubeadmBackupsOutput is what lies there. The newest come first.
type KubeadmBackupsOutput struct {
	APIServer  kube.Version `yaml:"apiserver" doc:"Version of the kube-apiserver whose manifest lies in place; unset where there is none."`
	Manifests  []string     `yaml:"manifests" doc:"kubeadm's folders that hold manifests."`
	Chosen     string       `yaml:"chosen" doc:"The one to compare with; empty where there is none."`
	Differing  []string     `yaml:"differing" doc:"Components whose manifest in it is not the one in place."`
	Restorable []string     `yaml:"restorable" doc:"Those of them that may go back: without an etcd of an older minor than the one in place, which has written the data since."`
	EtcdOlder  bool         `yaml:"etcd_older" doc:"Its etcd is of an older minor than the one in place."`
	KeptServer kube.Version `yaml:"kept_apiserver" doc:"Version of the kube-apiserver that its manifests would run; that in place where it holds none."`
	EtcdData   []string     `yaml:"etcd_data" doc:"Copies of etcd's data folder that kubeadm made."`
	Snapshots  []string     `yaml:"snapshots" doc:"Snapshots of etcd that etcd-snapshot made."`
}

//go:embed scripts/kubeadm-backups.sh
var kubeadmBackupsScript string

func kubeadmBackupsType() step.Type {
	return step.DefineWith[KubeadmBackups, KubeadmBackupsOutput](step.About{
		Name:    "kubeadm-backups",
		Summary: "Reads which backups of manifests and of etcd lie on a control plane, kubeadm's and ours.",
		Doc: `Needs neither the API nor etcd. kubeadm upgrade keeps what it replaces in
/etc/kubernetes/tmp: the manifest of each component that it changed, in
kubeadm-backup-manifests-TIME, and a copy of etcd's data, in kubeadm-backup-etcd-TIME. What
it did not change has no backup; what it rolled back it has moved out again; where etcd is
external, the folder for its data is empty (S30).

Source: cmd/kubeadm/app/phases/upgrade/staticpods.go, upgradeComponent and rollbackOldManifests.
`,
		Example: "kubeadm-backups: {}\n",
	})
}

// Plan returns the one question.
func (s KubeadmBackups) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read which backups lie on " + scope.Host.Name,
		Do:       step.Command{Script: kubeadmBackupsScript, Argv: []string{s.Dir}},
		ReadOnly: true,
	}}, nil
}

// keptManifest is a line of the list.
type keptManifest struct {
	folder, component, tag string
	differs                bool
}

// snapshotFile is another.
type snapshotFile struct {
	path string
	size int
	made time.Time
}

// Collect reads the list.
func (s KubeadmBackups) Collect(results []step.Result) (KubeadmBackupsOutput, []step.Note, error) {
	var out KubeadmBackupsOutput
	var notes []step.Note
	place, kept, snapshots := map[string]string{}, []keptManifest{}, []snapshotFile{}
	for line := range strings.Lines(string(results[0].Stdout)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 3 && words[0] == "place":
			place[words[1]] = words[2]
		case len(words) == 5 && words[0] == "manifest":
			kept = append(kept, keptManifest{words[1], words[2], words[3], words[4] == "differs"})
		case len(words) == 3 && words[0] == "etcd":
			out.EtcdData = append(out.EtcdData, words[1])
		case len(words) == 4 && words[0] == "snapshot":
			size, _ := strconv.Atoi(words[2])
			made, err := strconv.ParseInt(words[3], 10, 64)
			if err != nil {
				return out, nil, fmt.Errorf("the list of backups is not understood: %q", strings.TrimSpace(line))
			}
			snapshots = append(snapshots, snapshotFile{words[1], size, time.Unix(made, 0).UTC()})
		default:
			return out, nil, fmt.Errorf("the list of backups is not understood: %q", strings.TrimSpace(line))
		}
	}
	out.APIServer = versionOfTag(place["kube-apiserver"])
	out.KeptServer = out.APIServer
	slices.Sort(out.EtcdData)
	slices.Reverse(out.EtcdData)
	slices.SortStableFunc(snapshots, func(a, b snapshotFile) int { return b.made.Compare(a.made) })
	for _, f := range snapshots {
		out.Snapshots = append(out.Snapshots, f.path)
	}
	s.choose(&out, kept, place)
	notes = append(notes, manifestNotes(out.Manifests, kept)...)
	for _, data := range out.EtcdData {
		notes = append(notes, step.Note{Text: "kubeadm's copy of etcd's data: " + data})
	}
	for _, f := range snapshots {
		notes = append(notes, step.Note{Text: fmt.Sprintf("our snapshot of etcd: %s, %d bytes, of %s", f.path, f.size, f.made.Format("2006-01-02 15:04 UTC"))})
	}
	if len(notes) == 0 {
		notes = append(notes, step.Note{Text: "no backup lies here: kubeadm keeps one only of what it changed, and has moved out again what it rolled back"})
	}
	return out, notes, nil
}

// choose compares a folder of manifests with what lies in place.
func (s KubeadmBackups) choose(out *KubeadmBackupsOutput, kept []keptManifest, place map[string]string) {
	for _, m := range kept {
		if !slices.Contains(out.Manifests, m.folder) {
			out.Manifests = append(out.Manifests, m.folder)
		}
	}
	slices.Sort(out.Manifests) // kubeadm writes the time so that it sorts
	slices.Reverse(out.Manifests)
	if len(out.Manifests) > 0 {
		out.Chosen = out.Manifests[0]
	}
	if s.Manifests != "" {
		out.Chosen = path.Clean(s.Manifests)
	}
	for _, m := range kept {
		if m.folder != out.Chosen {
			continue
		}
		if m.differs {
			out.Differing = append(out.Differing, m.component)
		}
		switch m.component {
		case "etcd":
			out.EtcdOlder = olderMinor(m.tag, place["etcd"])
		case "kube-apiserver":
			out.KeptServer = versionOfTag(m.tag)
		}
	}
	out.Restorable = slices.DeleteFunc(slices.Clone(out.Differing), func(name string) bool { return name == "etcd" && out.EtcdOlder })
}

func manifestNotes(folders []string, kept []keptManifest) []step.Note {
	var notes []step.Note
	for _, folder := range folders {
		var held []string
		for _, m := range kept {
			if m.folder == folder {
				held = append(held, m.component+" "+m.tag+map[bool]string{false: " (as in place)"}[m.differs])
			}
		}
		notes = append(notes, step.Note{Text: "kubeadm's backup of manifests: " + folder + ": " + strings.Join(held, ", ")})
	}
	return notes
}

// versionOfTag is the version in the tag of an image of Kubernetes; unset where it is none.
func versionOfTag(tag string) kube.Version {
	v, _ := kube.Parse(tag)
	return v
}

// olderMinor says whether a tag of etcd's image, such as 3.5.15-0, is of an older minor than another. etcd reads the
// data of the minor before it, and never that of a later one.
//
// Source: https://etcd.io/docs/v3.6/downgrades/
func olderMinor(tag, than string) bool {
	a, b := etcdMinor(tag), etcdMinor(than)
	return a != nil && b != nil && slices.Compare(a, b) < 0
}

// etcdMinor is 3, 5 of 3.5.15-0, or nil.
func etcdMinor(tag string) []int {
	parts := strings.SplitN(strings.TrimPrefix(tag, "v"), ".", 3)
	if len(parts) < 3 {
		return nil
	}
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	if err != nil || err2 != nil {
		return nil
	}
	return []int{major, minor}
}
