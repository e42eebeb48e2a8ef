package twin

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rung/engine/kube"
)

// faultKind is a fault that can be named: "swap-on:w1".
type faultKind struct {
	name  string
	args  []string // what stands between the colons; one in brackets may be left out
	about string   // a sentence for people
	apply func(c *Cluster, args []string) error
}

// faultKinds are the faults that can be named, by name. A test applies each of them.
var faultKinds = []faultKind{
	{"apply-dies", []string{"COMPONENT"}, "The next kubeadm upgrade of a control plane is killed once the new manifest of this component is in place, and the component does not start with it.", func(c *Cluster, args []string) error {
		return c.ApplyDies(args[0])
	}},
	{"apply-fails", []string{"COMPONENT"}, "The next kubeadm upgrade of a control plane waits for this component in vain, and rolls back: etcd, apiserver; or it gives up once kubeadm-config is written.", func(c *Cluster, args []string) error {
		return c.ApplyFails(args[0])
	}},
	{"bare-pod", []string{"HOST"}, "A pod runs on the node that nothing starts again elsewhere.", onHost((*Cluster).BarePod)},
	{"ca-key-missing", []string{"HOST"}, "The key of the cluster's certificate authority is not on the host.", func(c *Cluster, args []string) error {
		return c.RemoveFile(args[0], "/etc/kubernetes/pki/ca.key")
	}},
	{"certs-expire", []string{"HOST", "DURATION"}, "The certificates of the control plane expire that soon.", func(c *Cluster, args []string) error {
		left, err := time.ParseDuration(args[1])
		if err == nil {
			c.CertsLast(args[0], left)
		}
		return err
	}},
	{"clock-ahead", []string{"HOST", "DURATION"}, "The clock of the host is wrong by that much; with a minus it is behind.", func(c *Cluster, args []string) error {
		by, err := time.ParseDuration(args[1])
		if err == nil {
			c.ClockAhead(args[0], by)
		}
		return err
	}},
	{"cni-csi", nil, "Calico runs the network, and a CSI driver the storage.", func(c *Cluster, _ []string) error {
		c.Plugins()
		return nil
	}},
	{"command-fails", []string{"HOST", "WORDS"}, "Commands that begin with these words fail on the host.", func(c *Cluster, args []string) error {
		c.Fail(args[0], args[1], 1, "error: "+args[1]+" was made to fail\n")
		return nil
	}},
	{"disk-full", []string{"HOST", "FOLDER"}, "There is no room on the disk of a folder.", func(c *Cluster, args []string) error {
		c.DiskFull(args[0], args[1])
		return nil
	}},
	{"disk-pressure", []string{"HOST"}, "The control plane is short of disk: its kubelet starts no static pod that kubeadm has changed.", func(c *Cluster, args []string) error {
		return c.DiskPressure(args[0])
	}},
	{"drain-blocked", []string{"HOST"}, "A pod runs on the node whose disruption budget never lets it go.", onHost((*Cluster).BlockDrain)},
	{"etcd-lost", []string{"COUNT"}, "So many of the three members of an external etcd are away.", func(c *Cluster, args []string) error {
		members, err := strconv.Atoi(args[0])
		switch {
		case err != nil:
			return err
		case !c.shape.ExternalEtcd:
			return errors.New("the etcd of this cluster runs on its control planes; rung demo --external-etcd has one that does not")
		}
		c.LoseEtcd(members)
		return nil
	}},
	{"etcd-member-broken", []string{"HOST"}, "The data of the etcd member on the host is damaged: it does not start.", func(c *Cluster, args []string) error {
		return c.EtcdMemberBroken(args[0])
	}},
	{"etcd-quorum-lost", nil, "The data of so many etcd members is damaged that there is no quorum: the API is gone.", func(c *Cluster, _ []string) error {
		return c.EtcdQuorumLost()
	}},
	{"etcdctl-missing", []string{"HOST"}, "The image of etcd has neither etcdctl nor etcdutl, and nor has the host.", onHost((*Cluster).NoEtcdctl)},
	{"file-missing", []string{"HOST", "PATH"}, "A file is gone from the host's disk.", func(c *Cluster, args []string) error {
		return c.RemoveFile(args[0], args[1])
	}},
	{"hazard", []string{"ID"}, "The cluster has a hazard of docs/hazards.md: dockershim, cgroup-v1, removed-apis-1.25.", func(c *Cluster, args []string) error {
		return c.Hazard(args[0])
	}},
	{"health-job-hangs", nil, "The Job of kubeadm's health check never completes.", func(c *Cluster, _ []string) error {
		c.HealthJobHangs()
		return nil
	}},
	{"hop-broken-off", []string{"VERSION"}, "The first control plane was upgraded to that version, and then the hop was broken off.", func(c *Cluster, args []string) error {
		v, err := kube.Parse(args[0])
		if err == nil {
			err = c.BreakOffHop(v)
		}
		return err
	}},
	{"host-down", []string{"HOST"}, "The host is off, and nobody reaches it.", onHost((*Cluster).Down)},
	{"image-missing", []string{"IMAGE", "[HOST]"}, "No registry has the image, such as kube-proxy, for the host, or for any.", func(c *Cluster, args []string) error {
		host := ""
		if len(args) > 1 {
			host = args[1]
		}
		c.MissImage(host, args[0])
		return nil
	}},
	{"kubelet-crash", []string{"HOST"}, "No kubelet of another version than today's starts on the host.", onHost((*Cluster).CrashKubelet)},
	{"kubelet-lags", []string{"HOST", "VERSION"}, "The kubelet of the host is of an older version.", func(c *Cluster, args []string) error {
		v, err := kube.Parse(args[1])
		if err == nil {
			c.Lag(args[0], v)
		}
		return err
	}},
	{"kubelet-stopped", []string{"HOST"}, "The kubelet of the host has stopped: its node is NotReady.", onHost((*Cluster).missed)},
	{"local-data", []string{"HOST"}, "A pod runs on the node whose data lies there: no other node may run it.", onHost((*Cluster).LocalData)},
	{"manifest-edited", []string{"HOST", "FLAG"}, "A flag stands in the manifest of the host's kube-apiserver that kubeadm does not know of: --profiling=false.", func(c *Cluster, args []string) error {
		c.EditManifest(args[0], args[1])
		return nil
	}},
	{"manual-upgrade", nil, "A component config wants to be upgraded by hand.", func(c *Cluster, _ []string) error {
		c.OldConfigs()
		return nil
	}},
	{"no-capacity", nil, "The workers are so full that no pod of one finds room on another.", func(c *Cluster, _ []string) error {
		c.NoCapacity()
		return nil
	}},
	{"package-drags", []string{"HOST", "NAME"}, "The next kubeadm of the host demands the newest release of another package.", func(c *Cluster, args []string) error {
		c.Drag(args[0], args[1])
		return nil
	}},
	{"package-held", []string{"HOST", "NAME"}, "A package is held on the host: apt-mark hold, or yum versionlock.", func(c *Cluster, args []string) error {
		return c.HoldPackage(args[0], args[1])
	}},
	{"package-locked", []string{"HOST"}, "Another program, such as an unattended upgrade, holds the lock of the host's packages.", onHost((*Cluster).LockPackages)},
	{"package-removed", []string{"HOST", "NAME"}, "A package is not installed on the host.", func(c *Cluster, args []string) error {
		c.Remove(args[0], args[1])
		return nil
	}},
	{"package-withheld", []string{"HOST", "PACKAGE"}, "No repository of the host offers what begins so: kubelet-1.22.17-, kubeadm-1.22.", func(c *Cluster, args []string) error {
		c.Withhold(args[0], args[1])
		return nil
	}},
	{"pod-pending", nil, "A workload waits for a node that there is not.", func(c *Cluster, _ []string) error {
		c.PodPending()
		return nil
	}},
	{"proxy-differs", []string{"HOST"}, "The manifests of the control plane have proxies that its logins have not.", onHost((*Cluster).BakeProxy)},
	{"reboot-hangs", []string{"HOST"}, "The host does not come back from its next reboot.", onHost((*Cluster).HangReboot)},
	{"repository-down", []string{"HOST"}, "The host reaches no package repository.", onHost((*Cluster).CutRepositories)},
	{"second-runtime", []string{"HOST"}, "CRI-O runs on the host, beside the containerd that the kubelet works with.", onHost((*Cluster).SecondRuntime)},
	{"sudo-refused", []string{"HOST"}, "The login is not root's, and may not become it.", onHost((*Cluster).RefuseSudo)},
	{"swap-on", []string{"HOST"}, "Swap is on at the host, and in its fstab.", onHost((*Cluster).SwapOn)},
	{"two-budgets", []string{"HOST"}, "A pod runs on the node that two disruption budgets select.", onHost((*Cluster).TwoBudgets)},
	{"workload-slow", []string{"NAME", "DURATION"}, "New pods of a workload need so much longer to be Ready.", func(c *Cluster, args []string) error {
		by, err := time.ParseDuration(args[1])
		if err == nil {
			err = c.SlowWorkload(args[0], by)
		}
		return err
	}},
	{"workload-stuck", []string{"NAME"}, "New pods of a workload are never Ready.", func(c *Cluster, args []string) error {
		return c.StuckWorkload(args[0])
	}},
}

// onHost makes a fault of one that wants nothing but a host.
func onHost(change func(*Cluster, string)) func(*Cluster, []string) error {
	return func(c *Cluster, args []string) error {
		change(c, args[0])
		return nil
	}
}

// Fault is a fault that was named, to be applied to a cluster.
type Fault struct {
	kind faultKind
	args []string
	text string
}

// ParseFault reads "NAME:ARG:ARG". The last argument may hold colons.
func ParseFault(text string) (Fault, error) {
	name, rest, given := strings.Cut(text, ":")
	i := slices.IndexFunc(faultKinds, func(k faultKind) bool { return k.name == name })
	if i < 0 {
		return Fault{}, &UnknownFault{Name: name}
	}
	k := faultKinds[i]
	var args []string
	if given {
		args = strings.SplitN(rest, ":", max(1, len(k.args)))
	}
	least := slices.IndexFunc(k.args, func(a string) bool { return strings.HasPrefix(a, "[") })
	if least < 0 {
		least = len(k.args)
	}
	if len(args) < least || len(args) > len(k.args) || slices.Contains(args, "") {
		return Fault{}, fmt.Errorf("the fault is written %s, not %q", k.form(), text)
	}
	return Fault{kind: k, args: args, text: text}, nil
}

// UnknownFault is the error for a name that no fault has.
type UnknownFault struct{ Name string }

func (u *UnknownFault) Error() string { return fmt.Sprintf("there is no fault %q", u.Name) }

// form is how the fault is written: "swap-on:HOST", "image-missing:NAME[:HOST]".
func (k faultKind) form() string {
	form := k.name
	for _, arg := range k.args {
		if inner, optional := strings.CutPrefix(arg, "["); optional {
			form += "[:" + inner
		} else {
			form += ":" + arg
		}
	}
	return form
}

// FaultForm is how a fault is written, and what it does.
type FaultForm struct{ Name, Form, About string }

// FaultForms lists the faults that can be named, by name.
func FaultForms() []FaultForm {
	var forms []FaultForm
	for _, k := range faultKinds {
		forms = append(forms, FaultForm{Name: k.name, Form: k.form(), About: k.about})
	}
	return forms
}

// Inject applies f, as of now. An error says which of its arguments does not fit the cluster; then nothing is changed.
func (c *Cluster) Inject(f Fault) error {
	for i, arg := range f.kind.args {
		if strings.Trim(arg, "[]") == "HOST" && i < len(f.args) && c.byName[f.args[i]] == nil {
			return fmt.Errorf("fault %s: there is no host %q; the hosts are %s", f.text, f.args[i], strings.Join(c.Hosts(), ", "))
		}
	}
	if err := f.kind.apply(c, f.args); err != nil {
		return fmt.Errorf("fault %s: %w", f.text, err)
	}
	return nil
}
