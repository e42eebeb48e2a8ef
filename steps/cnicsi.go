package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// CNICSI lists the network plugin and the storage drivers of a cluster (B9).
type CNICSI struct {
	From        kube.Version `yaml:"from,required" doc:"Where the way begins."`
	To          kube.Version `yaml:"to,required" doc:"Where it ends: the target."`
	Acknowledge []string     `yaml:"acknowledge" doc:"What somebody has looked up: addon-versions-1.27 for the hop to 1.27, or addon-versions for the whole way."`
}

// CNICSIOutput is what runs.
type CNICSIOutput struct {
	CNI     []string `yaml:"cni" doc:"Network plugins that are known, with their versions: Calico v3.26.1 (DaemonSet kube-system/calico-node)."`
	CSI     []string `yaml:"csi" doc:"Storage drivers: their DaemonSets with versions, and the names of CSIDrivers."`
	Missing []string `yaml:"missing" doc:"The ids that acknowledge does not have: one for each minor on the way."`
}

func cniCSIType() step.Type {
	return step.DefineWith[CNICSI, CNICSIOutput](step.About{
		Name:    "cni-csi",
		Summary: "Lists the network plugin and the storage drivers with their versions: kubeadm upgrades neither.",
		Doc: `Each version of a CNI plugin or a CSI driver supports some minors of Kubernetes only, and only its
documentation says which (B9). A CNI plugin is known by the image of its DaemonSet: Amazon VPC, Antrea, Calico,
Canal (which is Calico and Flannel), Cilium, Flannel, kindnet, Kube-OVN, kube-router, Multus, OVN-Kubernetes and
Weave Net. A CSI driver is a DaemonSet with a registrar of kubernetes-csi beside it.

missing is for a guard, for a playbook that wants every hop's versions looked up.
`,
		Example: "cni-csi: {from: 1.25.16, to: 1.27.16, acknowledge: [addon-versions-1.26]}\n",
	})
}

// daemonSetImages are the images of every DaemonSet.
var daemonSetImages = listing{
	what:   "DaemonSets",
	get:    []string{"daemonsets.apps", "--all-namespaces"},
	fields: []string{".metadata.namespace", ".metadata.name", ".spec.template.spec.containers[*].image"},
}

// csiDrivers are the names of the drivers that are registered.
var csiDrivers = listing{what: "CSIDrivers", get: []string{"csidrivers.storage.k8s.io"}, fields: []string{".metadata.name"}}

// cniPlugins tell a plugin by the image of its agent, without its tag.
var cniPlugins = []struct {
	name  string
	image *regexp.Regexp
}{
	{"Amazon VPC CNI", regexp.MustCompile(`(^|/)amazon-k8s-cni$`)},
	{"Antrea", regexp.MustCompile(`(^|/)antrea-(agent-)?(ubuntu|ubi|photon)`)},
	{"Calico", regexp.MustCompile(`(^|[/-])calico[/-]node$`)},
	{"Cilium", regexp.MustCompile(`(^|[/-])cilium[/-]cilium$`)},
	{"Flannel", regexp.MustCompile(`(^|[/-])flannel$`)},
	{"kindnet", regexp.MustCompile(`(^|/)kindnetd$`)},
	{"Kube-OVN", regexp.MustCompile(`(^|/)kube-ovn$`)},
	{"kube-router", regexp.MustCompile(`(^|/)kube-router$`)},
	{"Multus", regexp.MustCompile(`(^|/)multus(-cni)?$`)},
	{"OVN-Kubernetes", regexp.MustCompile(`(^|/)ovn-kube(rnetes)?(-[a-z]+)?$`)},
	{"Weave Net", regexp.MustCompile(`(^|/)weave-kube$`)},
}

// registrar is the sidecar that makes a driver known to the kubelet, and helper those that may stand beside it.
var (
	registrar = regexp.MustCompile(`(^|[/-])node-driver-registrar$`)
	helper    = regexp.MustCompile(`(^|[/-])(node-driver-registrar|livenessprobe|csi-[a-z-]*(provisioner|attacher|resizer|snapshotter))$`)
)

// Plan returns the two questions.
func (s CNICSI) Plan(step.Scope) ([]step.Action, error) {
	if err := areHazards(s.Acknowledge); err != nil {
		return nil, err
	}
	return []step.Action{daemonSetImages.action("read the images of the DaemonSets"), csiDrivers.action("read the storage drivers")}, nil
}

// Collect reads the answers.
func (s CNICSI) Collect(results []step.Result) (CNICSIOutput, []step.Note, error) {
	var out CNICSIOutput
	sets, err := daemonSetImages.rows(results[0].Stdout)
	if err != nil {
		return out, nil, err
	}
	for _, set := range sets {
		where := fmt.Sprintf("(DaemonSet %s/%s)", set.text(".metadata.namespace"), set.text(".metadata.name"))
		images := strings.Fields(set.text(".spec.template.spec.containers[*].image"))
		out.CNI = append(out.CNI, pluginsIn(images, where)...)
		out.CSI = append(out.CSI, driversIn(images, where)...)
	}
	drivers, err := csiDrivers.rows(results[1].Stdout)
	if err != nil {
		return out, nil, err
	}
	for _, driver := range drivers {
		out.CSI = append(out.CSI, "CSIDriver "+driver.text(".metadata.name"))
	}
	minors := s.minors()
	for _, minor := range minors {
		if id := addonVersions + "-" + minor; !slices.Contains(s.Acknowledge, id) && !slices.Contains(s.Acknowledge, addonVersions) {
			out.Missing = append(out.Missing, id)
		}
	}
	return out, out.notes(minors), nil
}

// minors are those that the way goes to: 1.26, 1.27.
func (s CNICSI) minors() []string {
	var minors []string
	for minor := s.From.Minor + 1; minor <= s.To.Minor; minor++ {
		minors = append(minors, fmt.Sprintf("%d.%d", s.To.Major, minor))
	}
	return minors
}

// pluginsIn are the plugins among images.
func pluginsIn(images []string, where string) []string {
	var found []string
	for _, image := range images {
		for _, plugin := range cniPlugins {
			if plugin.image.MatchString(untagged(image)) {
				found = append(found, strings.TrimSpace(plugin.name+" "+tagOf(image))+" "+where)
			}
		}
	}
	return found
}

// driversIn are the images beside a registrar that are none of its helpers.
func driversIn(images []string, where string) []string {
	if !slices.ContainsFunc(images, func(image string) bool { return registrar.MatchString(untagged(image)) }) {
		return nil
	}
	var found []string
	for _, image := range images {
		if name := untagged(image); !helper.MatchString(name) {
			found = append(found, strings.TrimSpace(name[strings.LastIndexByte(name, '/')+1:]+" "+tagOf(image))+" "+where)
		}
	}
	return found
}

// notes list what runs, and say what is to be looked up.
func (out CNICSIOutput) notes(minors []string) []step.Note {
	notes := make([]step.Note, 0, len(out.CNI)+len(out.CSI)+1)
	for _, text := range out.CNI {
		notes = append(notes, step.Note{Text: "CNI: " + text})
	}
	for _, text := range out.CSI {
		notes = append(notes, step.Note{Text: "CSI: " + text})
	}
	if len(out.CNI) == 0 {
		notes = append(notes, step.Note{Text: "CNI: no plugin that is known; its versions are for you to look up"})
	}
	if len(minors) > 0 {
		notes = append(notes, step.Note{Text: "kubeadm upgrades neither CNI nor CSI: look up whether these versions support " + strings.Join(minors, ", ")})
	}
	return notes
}
