package twin

import (
	"fmt"
	"path"
	"strings"
	"time"

	"rung/engine/kube"
)

// apply is `kubeadm upgrade apply VERSION`.
func (k *kubeadmCall) apply() int {
	target, ok := k.operand()
	switch {
	case !ok:
		k.errf("%scouldn't parse version %q\n", k.errorPrefix(), k.operands[2])
		return kube.ValidationExitCode(k.own)
	case target.IsZero():
		k.errf("%smissing one or more required arguments. Required arguments: [version]\n", k.errorPrefix())
		return kube.ValidationExitCode(k.own)
	case !k.needsControlPlane():
		return 1
	}
	k.charge(time.Second)
	if !k.reachesAPI() {
		return 1
	}
	k.reading("[upgrade]", "upgrade/config")
	if k.own.Minor >= 32 {
		k.outf("[upgrade/preflight] Running preflight checks\n")
	} else {
		k.outf("[preflight] Running pre-flight checks.\n")
	}
	k.outf("[upgrade] Running cluster health checks\n")
	if code := k.healthChecks(); code != 0 {
		return code
	}
	now := k.now()
	cluster := k.cluster.serverVersion(now)
	head := map[bool]string{true: "upgrade/preflight", false: "upgrade/version"}[k.own.Minor >= 32]
	k.outf("[%s] You have chosen to upgrade the cluster version to \"v%s\"\n[upgrade/versions] Cluster version: v%s\n[upgrade/versions] kubeadm version: v%s\n", head, target, cluster, k.own)
	force := k.option("-f", "--force") == "true"
	if text := kube.RefusalText(k.own, kube.KubeadmPolicy(k.own, cluster, target, k.cluster.kubelets(now)), force); text != "" {
		k.errf("%s", text)
		return 1
	}
	if !force && k.option("-y", "--yes") != "true" {
		k.outf("[%s] Are you sure you want to proceed? [y/N]: ", head)
		k.errf("%swon't proceed; the user didn't answer (Y|y) in order to continue\n", k.errorPrefix())
		return 1
	}
	prepull := map[bool]string{true: "upgrade/preflight", false: "upgrade/prepull"}[k.own.Minor >= 32]
	k.pull(prepull)
	if k.option("--dry-run") == "true" {
		k.outf("[dryrun] Finished dryrunning successfully!\n")
		return 0
	}
	head = map[bool]string{true: "upgrade/control-plane", false: "upgrade/apply"}[k.own.Minor >= 32]
	static := map[bool]string{true: "static", false: "Static"}[k.own.Minor >= 32]
	k.outf("[%s] Upgrading your %s Pod-hosted control plane to version \"v%s\" (timeout: 5m0s)...\n", head, static, target)
	if code := k.staticPods(target); code != 0 {
		return code
	}
	c := k.cluster
	k.charge(time.Second)
	k.outf("[upload-config] Storing the configuration used in ConfigMap \"kubeadm-config\" in the \"kube-system\" Namespace\n")
	config := c.config.at(k.now())
	config.version = target
	if strings.HasPrefix(config.repository, "k8s.gcr.io") || config.repository == "registry.k8s.io" {
		config.repository = kube.DefaultImageRepository(k.own)
	}
	pledged(k.host, &c.config, k.now(), config)
	k.outf("[kubelet] Creating a ConfigMap %q in namespace kube-system with the configuration for the kubelets in the cluster\n", kube.KubeletConfigMap(target))
	if k.failsBehindConfig() {
		return 1
	}
	pledged(k.host, &c.kubeletConfig, k.now(), target)
	if k.own.Minor == 29 && !k.host.disk.exists(superAdminFile, k.now()) {
		k.host.writeSuperAdmin(k.now())
	}
	k.kubeconfig("upgrad") // sic
	k.kubeletConfig(target)
	if k.own.Minor >= 32 {
		k.outf("[upgrade/bootstrap-token] Configuring bootstrap token and cluster-info RBAC rules\n")
	}
	k.outf("[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to get nodes\n[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials\n[bootstrap-token] Configured RBAC rules to allow the csrapprover controller automatically approve CSRs from a Node Bootstrap Token\n[bootstrap-token] Configured RBAC rules to allow certificate rotation for all node client certificates in the cluster\n")
	k.addons(target)
	tail := "\n[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.\n"
	if k.own.Minor < 32 {
		tail = "\n[upgrade/kubelet] Now that your control plane is upgraded, please proceed with upgrading your kubelets if you haven't already done so.\n"
	}
	k.outf("\n%s\n%s", kube.UpgradeSuccessLine(target), tail)
	return 0
}

// kubeconfig says that the kubeconfig files were looked at, from 1.32.
func (k *kubeadmCall) kubeconfig(word string) {
	if k.own.Minor >= 32 {
		k.outf("[%s/kubeconfig] The kubeconfig files for this node were successfully upgraded!\n", word)
	}
}

// reading prints where the configuration comes from, in the words of the era.
func (k *kubeadmCall) reading(head, old string) {
	if k.own.Minor >= 32 {
		k.outf("%s Reading configuration from the \"kubeadm-config\" ConfigMap in namespace \"kube-system\"...\n%s Use 'kubeadm init phase upload-config --config your-config.yaml' to re-upload it.\n", head, head)
		return
	}
	k.outf("[%s] Reading configuration from the cluster...\n[%s] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'\n", old, old)
}

func (k *kubeadmCall) pull(head string) {
	k.outf("[%s] Pulling images required for setting up a Kubernetes cluster\n[%s] This might take a minute or two, depending on the speed of your internet connection\n[%s] You can also perform this action %s using 'kubeadm config images pull'\n",
		head, head, head, map[bool]string{true: "beforehand", false: "in beforehand"}[k.own.Minor >= 30])
	k.charge(2 * time.Second)
}

// staticPods upgrades this node's control plane, one component after another.
func (k *kubeadmCall) staticPods(target kube.Version) int {
	h := k.host
	k.outf("[upgrade/staticpods] Writing new Static Pod manifests to %q\n", k.temporary("kubeadm-upgraded-manifests"))
	stamp := k.now().UTC().Format("2006-01-02-15-04-05")
	backup := "/etc/kubernetes/tmp/kubeadm-backup-manifests-" + stamp
	k.keepEtcd("/etc/kubernetes/tmp/kubeadm-backup-etcd-" + stamp)
	for _, component := range components {
		if !h.hasComponent(component) || component == "etcd" && k.option("--etcd-upgrade") == "false" {
			continue
		}
		if code := k.staticPod(component, target, backup); code != 0 {
			return code
		}
		if component == "etcd" {
			k.outf("[upgrade/etcd] Waiting for etcd to become available\n")
		}
	}
	if k.option("--certificate-renewal") != "false" {
		h.renew("admin.conf", k.now())
	}
	if k.own.Minor >= 32 {
		k.outf("[upgrade/control-plane] The control plane instance for this node was successfully upgraded!\n")
	}
	return 0
}

// keepEtcd copies the data of a stacked etcd, below the name of its folder. For an external one the folder stays empty.
func (k *kubeadmCall) keepEtcd(folder string) {
	d, now := k.host.disk, k.now()
	if d.mkdir(folder, true, 0o700, now) == nil && k.host.hasComponent("etcd") && k.option("--etcd-upgrade") != "false" {
		_ = copyTo(d, "/var/lib/etcd", folder+"/etcd", true, now) // the folder is new
	}
}

// renewed are the certificates that go with a component.
var renewed = map[string][]string{
	"etcd":                    {"etcd-server", "etcd-peer", "etcd-healthcheck-client"},
	"kube-apiserver":          {"apiserver", "apiserver-kubelet-client", "front-proxy-client", "apiserver-etcd-client"},
	"kube-controller-manager": {"controller-manager.conf"},
	"kube-scheduler":          {"scheduler.conf"},
}

// staticPod upgrades one component; its answer is 0, or the exit status with which kubeadm ends.
func (k *kubeadmCall) staticPod(component string, target kube.Version, backup string) int {
	h, file := k.host, manifests+"/"+component+".yaml"
	k.outf("[upgrade/staticpods] Preparing for %q upgrade\n", component)
	before, _ := h.disk.read(file, k.now()) // a manifest that is gone is unlike the new one, too
	after := k.patched(component, k.manifest(component, target))
	restarted := component == "etcd" && kube.EtcdFollowsAPIServer(k.own) && h.componentVersion("kube-apiserver", k.now()) != target
	if before == after && !restarted {
		k.outf("[upgrade/staticpods] Current and new manifests of %s are equal, skipping upgrade\n", component)
		k.charge(500 * time.Millisecond)
		return 0
	}
	if component == "etcd" && k.etcdGoesDown(target) {
		return 0
	}
	if k.option("--certificate-renewal") != "false" {
		for _, name := range renewed[component] {
			k.outf("[upgrade/staticpods] Renewing %s certificate\n", name)
			h.renew(name, k.now())
		}
	}
	k.keep(backup, component+".yaml", before)
	h.disk.put(file, k.manifestFile(after), k.now())
	moving := map[bool]string{true: "Moving", false: "Moved"}[k.own.Minor >= 30]
	k.outf("[upgrade/staticpods] %s new manifest to %q and %s up old manifest to %q\n", moving, file, map[bool]string{true: "backing", false: "backed"}[k.own.Minor >= 30], path.Join(backup, component+".yaml"))
	k.outf("[upgrade/staticpods] Waiting for the kubelet to restart the component\n[upgrade/staticpods] This can take up to 5m0s\n")
	if !h.pressed.IsZero() {
		return k.rolledBack(component, backup)
	}
	if f, spoiled := k.cluster.spoiled(component); spoiled {
		if f.dies {
			return k.killed(component)
		}
		return k.rolledBack(component, backup)
	}
	switch component {
	case "etcd":
		h.interrupt(k.now(), 6*time.Second, 0)
		k.charge(22 * time.Second)
	case "kube-apiserver":
		h.interrupt(k.now().Add(time.Second), 12*time.Second, 2*time.Second)
		k.charge(24 * time.Second)
	default:
		k.charge(46 * time.Second)
	}
	k.outf("[apiclient] Found %d Pods for label selector component=%s\n[upgrade/staticpods] Component %q upgraded successfully!\n", k.cluster.shape.ControlPlanes, component, component)
	return 0
}

// etcdGoesDown says so where the etcd of the target is older than the one here: kubeadm leaves it alone.
func (k *kubeadmCall) etcdGoesDown(target kube.Version) bool {
	shipped, _ := kube.ShippedBy(target)
	wanted, _, _ := strings.Cut(shipped.Etcd, "-")
	have, _, _ := strings.Cut(k.host.imageTag("etcd", k.now()), "-")
	a, err := kube.Parse(wanted)
	b, err2 := kube.Parse(have)
	if err != nil || err2 != nil || !a.Less(b) {
		return false
	}
	k.outf("[upgrade/etcd] Non fatal issue encountered during upgrade: the desired etcd version %q is older than the currently installed %q. Skipping etcd upgrade\n", wanted, have)
	return true
}

func (k *kubeadmCall) manifestFile(data string) file {
	return file{mode: 0o600, data: data, mtime: k.now()}
}

// keep puts a copy into a folder that is made where it is missing.
func (k *kubeadmCall) keep(dir, name, data string) {
	if err := k.host.disk.mkdir(dir, true, 0o700, k.now()); err == nil {
		k.host.disk.put(path.Join(dir, name), k.manifestFile(data), k.now())
	}
}

// kubeletConfig rewrites this node's kubelet configuration.
func (k *kubeadmCall) kubeletConfig(target kube.Version) {
	now := k.now()
	if k.own.Minor >= 27 {
		dir := k.temporary("kubeadm-kubelet-config")
		old, _ := k.host.disk.read("/var/lib/kubelet/config.yaml", now) // nothing to keep where there is none
		k.keep(dir, "config.yaml", old)
		k.errf("W%s    1381 postupgrade.go:117] Using temporary directory %s for kubelet config. To override it set the environment variable KUBEADM_UPGRADE_DRYRUN_DIR\n", now.UTC().Format("0102 15:04:05.000000"), dir)
		k.outf("[upgrade] Backing up kubelet config file to %s/config.yaml\n", dir)
	}
	k.host.disk.put("/var/lib/kubelet/config.yaml", file{mode: 0o644, data: kubeletConfigFile(target), mtime: now}, now)
	k.host.cleanFlags(k.own, now)
	k.outf("[kubelet-start] Writing kubelet configuration to file \"/var/lib/kubelet/config.yaml\"\n")
	if k.own.Minor >= 32 {
		k.outf("[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!\n")
	}
}

// addons upgrades CoreDNS and kube-proxy: from 1.28 only with the last control plane.
func (k *kubeadmCall) addons(target kube.Version) {
	c := k.cluster
	if behind := c.unlike(target, k.now()); kube.AddonsComeLast(k.own) && len(behind) > 0 {
		text := fmt.Sprintf("[upgrade/addons] skip upgrade addons because control plane instances %v have not been upgraded\n", behind)
		if k.own.Minor >= 32 {
			line := fmt.Sprintf("[upgrade/addon] Skipping upgrade of addons because control plane instances %v have not been upgraded\n", behind)
			text = line + line
		}
		k.outf("%s", text)
		return
	}
	c.moveAddons(k.host, target, k.now())
	k.outf("[addons] Applied essential addon: CoreDNS\n[addons] Applied essential addon: kube-proxy\n")
}

// moveAddons takes CoreDNS and kube-proxy to what kubeadm of that version ships, by the hand of a host.
func (c *Cluster) moveAddons(by *host, target kube.Version, now time.Time) {
	shipped, _ := kube.ShippedBy(target)
	if c.coreDNS.at(now) != shipped.CoreDNS {
		pledged(by, &c.coreDNS, now, shipped.CoreDNS)
		c.rollout(by, c.dns, revision(shipped.CoreDNS), now)
	}
	pledged(by, &c.proxy, now, target)
}

// node is `kubeadm upgrade node`, which goes to the version in ConfigMap kubeadm-config.
func (k *kubeadmCall) node() int {
	k.charge(400 * time.Millisecond)
	if !k.reachesAPI() {
		return 1
	}
	target := k.cluster.config.at(k.now()).version
	k.reading("[upgrade]", "upgrade")
	if !kube.SameMinor(k.own, target) { // the library that reads the configuration refuses other minors
		k.errf("%sthis version of kubeadm only supports deploying clusters with the control plane version >= %d.%d.0. Current version: v%s\nTo see the stack trace of this error execute with --v=5 or higher\n", k.errorPrefix(), k.own.Major, k.own.Minor-1, target)
		return 1
	}
	head := map[bool]string{true: "upgrade/preflight", false: "preflight"}[k.own.Minor >= 32]
	k.outf("[%s] Running pre-flight checks\n", head)
	if k.host.disk.exists(manifests+"/kube-apiserver.yaml", k.now()) {
		k.pull(head)
		k.outf("[upgrade%s] Upgrading your Static Pod-hosted control plane instance to version \"v%s\"...\n", map[bool]string{true: "/control-plane"}[k.own.Minor >= 32], target)
		if code := k.staticPods(target); code != 0 {
			return code
		}
		if k.own.Minor < 32 {
			k.outf("[upgrade] The control plane instance for this node was successfully updated!\n")
		}
		k.kubeconfig("upgrade")
		k.kubeletConfig(target)
		k.addons(target)
		return 0
	}
	k.outf("[%s] Skipping prepull. Not a control plane node.\n", head)
	if k.own.Minor < 32 {
		k.outf("[upgrade] Skipping phase. Not a control plane node.\n")
		k.kubeletConfig(target)
		k.outf("[upgrade] The configuration for this node was successfully updated!\n[upgrade] Now you should go ahead and upgrade the kubelet package using your package manager.\n")
		return 0
	}
	k.outf("[upgrade/control-plane] Skipping phase. Not a control plane node.\n[upgrade/kubeconfig] Skipping phase. Not a control plane node.\n")
	k.kubeletConfig(target)
	k.outf("[upgrade/addon] Skipping the addon/coredns phase. Not a control plane node.\n[upgrade/addon] Skipping the addon/kube-proxy phase. Not a control plane node.\n")
	return 0
}
