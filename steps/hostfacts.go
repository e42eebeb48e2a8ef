package steps

import (
	"cmp"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"rung/engine/kube"
	"rung/engine/step"
)

// HostFacts reads what a host is.
type HostFacts struct {
	Backups string `yaml:"backups" default:"/var/backups/rung" doc:"Folder of our backups, as etcd-snapshot is told it."`
}

// HostFactsOutput is what a host is. Versions are unset where the program is not installed.
type HostFactsOutput struct {
	OS                string       `yaml:"os" doc:"ID of /etc/os-release: centos, rocky, debian."`
	OSVersion         string       `yaml:"os_version" doc:"VERSION_ID of /etc/os-release."`
	Arch              string       `yaml:"arch" doc:"Machine, as uname says it: x86_64."`
	Kernel            string       `yaml:"kernel" doc:"Release of the running kernel."`
	PackageManager    string       `yaml:"package_manager" doc:"dnf, yum, apt or none: the one that kubeadm was installed with, or else the one there is; dnf where there are both dnf and yum."`
	Kubeadm           kube.Version `yaml:"kubeadm" doc:"Version of the installed kubeadm."`
	Kubelet           kube.Version `yaml:"kubelet" doc:"Version of the installed kubelet; the running one may be older."`
	Kubectl           kube.Version `yaml:"kubectl" doc:"Version of the installed kubectl."`
	HasKubeadm        bool         `yaml:"has_kubeadm" doc:"kubeadm is installed."`
	Swap              bool         `yaml:"swap" doc:"Swap is on."`
	SwapInFstab       bool         `yaml:"swap_in_fstab" doc:"/etc/fstab would turn swap on at the next boot."`
	ControlPlane      bool         `yaml:"control_plane" doc:"A kube-apiserver runs here as a static pod."`
	AdminConf         bool         `yaml:"admin_conf" doc:"/etc/kubernetes/admin.conf is here."`
	Etcd              string       `yaml:"etcd" doc:"stacked (a static pod here), external, or none."`
	KubeletActive     bool         `yaml:"kubelet_active" doc:"The kubelet service is active."`
	KubeletStale      bool         `yaml:"kubelet_stale" doc:"The running kubelet is not the installed one: it was replaced and not restarted since, or does not run."`
	Root              bool         `yaml:"root" doc:"Commands run as root."`
	Crictl            bool         `yaml:"crictl" doc:"crictl is installed."`
	EtcdData          string       `yaml:"etcd_data" doc:"Folder of etcd's data, as its manifest says: /var/lib/etcd."`
	EtcdMiB           int          `yaml:"etcd_mib" doc:"MiB that etcd_data takes; 0 where there is none."`
	FreeMiBEtcd       int          `yaml:"free_mib_etcd" doc:"Free MiB where etcd_data is, or would be."`
	FreeMiBKubernetes int          `yaml:"free_mib_kubernetes" doc:"Free MiB where /etc/kubernetes is, or would be."`
	FreeMiBBackups    int          `yaml:"free_mib_backups" doc:"Free MiB where backups is, or would be."`
	BackupsApart      bool         `yaml:"backups_apart" doc:"backups is on another file system than /etc/kubernetes."`
	BootID            string       `yaml:"boot_id" doc:"Changes with every boot."`
	CPUs              int          `yaml:"cpus" doc:"Processors."`
	ClockAhead        int          `yaml:"clock_ahead" doc:"Seconds by which the host's clock is ahead of ours, at least; negative: behind."`
}

//go:embed scripts/host-facts.sh
var hostFactsScript string

func hostFactsType() step.Type {
	return step.DefineWith[HostFacts, HostFactsOutput](step.About{
		Name:    "host-facts",
		Summary: "Reads what a host is: system, packages, role, swap and free space.",
		Doc: `One script that changes nothing. Guards then read, for example,
steps.facts.swap (S8), steps.facts.etcd (S6) and steps.facts.free_mib_etcd (S31:
kubeadm keeps a copy of etcd's data for every hop).

Where df gives no number of what is free, or one below zero, it is 0 MiB.
`,
		Example: "host-facts: {}\n",
	})
}

// Plan returns the one action.
func (s HostFacts) Plan(scope step.Scope) ([]step.Action, error) {
	return []step.Action{{
		Title:    "read the facts of " + scope.Host.Name,
		Do:       step.Command{Script: packageManager + "\n" + etcdAccessScript + "\n" + kubeletFactsScript + "\n" + hostFactsScript, Argv: []string{cmp.Or(s.Backups, "/var/backups/rung")}},
		ReadOnly: true,
	}}, nil
}

// Collect reads the lines of key=value. A line that is not understood is an error: a
// fact that is silently missing would become a wrong "no".
func (HostFacts) Collect(results []step.Result) (HostFactsOutput, []step.Note, error) {
	f := keyValues(string(results[0].Stdout))
	out := HostFactsOutput{
		OS: f["os"], OSVersion: f["os_version"], Arch: f["arch"], Kernel: f["kernel"],
		PackageManager: f["package_manager"], Etcd: f["etcd"], EtcdData: f["etcd_data"], BootID: f["boot_id"],
	}
	epoch := 0
	err := f.read(map[string]any{
		"kubeadm": &out.Kubeadm, "kubelet": &out.Kubelet, "kubectl": &out.Kubectl,
		"has_kubeadm": &out.HasKubeadm, "swap": &out.Swap, "swap_in_fstab": &out.SwapInFstab,
		"control_plane": &out.ControlPlane, "admin_conf": &out.AdminConf, "kubelet_active": &out.KubeletActive, "kubelet_stale": &out.KubeletStale,
		"root": &out.Root, "crictl": &out.Crictl, "cpus": &out.CPUs,
		"free_mib_etcd": &out.FreeMiBEtcd, "free_mib_kubernetes": &out.FreeMiBKubernetes, "epoch": &epoch, "etcd_mib": &out.EtcdMiB,
		"free_mib_backups": &out.FreeMiBBackups, "backups_apart": &out.BackupsApart,
	})
	out.ClockAhead = ahead(epoch, results[0])
	return out, nil, err
}

// ahead is by how much a host's clock, which said epoch while a command ran there, differs from ours. The host looked
// at it at some time of the command, so that a slow command says little.
func ahead(epoch int, r step.Result) int {
	if r.At.IsZero() {
		return 0
	}
	ended := int(r.At.Unix())
	began := int(r.At.Add(-r.Took).Unix())
	switch {
	case epoch < began:
		return epoch - began
	case epoch > ended:
		return epoch - ended
	}
	return 0
}

// factLines are the values by their keys.
type factLines map[string]string

// keyValues reads lines of key=value.
func keyValues(text string) factLines {
	f := factLines{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if ok {
			f[key] = value
		}
	}
	return f
}

// read parses values into the variables that into points to. Only a version may be absent.
func (f factLines) read(into map[string]any) error {
	for _, key := range sortedKeys(into) {
		value, want := f[key], ""
		var err error
		switch to := into[key].(type) {
		case *kube.Version:
			want = "a version or nothing"
			if value != "" {
				*to, err = kube.Parse(value)
			}
		case *bool:
			want = "true or false"
			*to, err = strconv.ParseBool(value)
		case *int:
			want = "a number"
			*to, err = strconv.Atoi(value)
		}
		if err != nil {
			return fmt.Errorf("the host's facts say %s=%s: want %s", key, value, want)
		}
	}
	return nil
}
