# $1: the folder of our backups. Prints what rung wants to know of this host, one key=value a line.
manifests=/etc/kubernetes/manifests

# yes COMMAND…: whether it succeeds, as a word.
yes() { if "$@" >/dev/null 2>&1; then echo true; else echo false; fi; }

# has NAME: whether there is such a program.
has() { command -v "$1" >/dev/null 2>&1; }

# disk FOLDER FIELD: what df says of the file system that it is on, or would be made on: 4: free KiB, 6: where it is mounted.
disk() {
  folder=$1
  while ! test -d "$folder"; do
    folder=${folder%/*}
    folder=${folder:-/}
  done
  df -Pk "$folder" | tail -n 1 | tr -s ' ' | cut -d ' ' -f "$2"
}

# free FOLDER: MiB that are free there.
free() { echo $(($(disk "$1" 4) / 1024)); }

# size FOLDER: MiB that it takes; 0 where it is not. What etcd removes meanwhile does not count.
size() {
  kib=$(du -sk "$1" 2>/dev/null | cut -f 1)
  echo $((${kib:-0} / 1024))
}

echo "os=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')"
echo "os_version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')"
echo "arch=$(uname -m)"
echo "kernel=$(uname -r)"
echo "epoch=$(date +%s)"
echo "cpus=$(grep -c '^processor' /proc/cpuinfo)"
echo "boot_id=$(cat /proc/sys/kernel/random/boot_id)"
echo "root=$(yes test "$(id -u)" = 0)"

package_manager=$(package_manager)
if test "$package_manager" = yum && has dnf; then package_manager=dnf; fi
echo "package_manager=$package_manager"

echo "has_kubeadm=$(yes has kubeadm)"
if has kubeadm; then echo "kubeadm=$(kubeadm version -o short)"; fi
if has kubelet; then echo "kubelet=$(kubelet --version | cut -d ' ' -f 2)"; fi
# `kubectl version --client --short` is gone since 1.28; the JSON has always been there.
if has kubectl; then echo "kubectl=$(kubectl version --client -o json | grep gitVersion | cut -d '"' -f 4)"; fi
echo "crictl=$(yes has crictl)"
echo "kubelet_active=$(yes systemctl is-active kubelet)"
kubelet_stale=false
# A package that replaced the binary under a running process leaves it "(deleted)".
case $(readlink "/proc/$(systemctl show -p MainPID kubelet | cut -d = -f 2)/exe") in
  '' | *' (deleted)') kubelet_stale=true ;;
esac
echo "kubelet_stale=$kubelet_stale"

echo "swap=$(yes test -n "$(swapon --show=NAME --noheadings)")"
echo "swap_in_fstab=$(yes grep -q -E '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab)"

echo "control_plane=$(yes test -f "$manifests/kube-apiserver.yaml")"
echo "admin_conf=$(yes test -f /etc/kubernetes/admin.conf)"
etcd=$(etcd_kind)
if test "$etcd" = stacked && ! test -f "$manifests/etcd.yaml"; then etcd=none; fi # it was taken out
echo "etcd=$etcd"
data=$(flag_of "$manifests/etcd.yaml" data-dir 2>/dev/null)
data=${data:-/var/lib/etcd}
echo "etcd_data=$data"
echo "free_mib_etcd=$(free "$data")"
echo "etcd_mib=$(size "$data")"
echo "free_mib_kubernetes=$(free /etc/kubernetes)"
echo "free_mib_backups=$(free "$1")"
echo "backups_apart=$(yes test "$(disk "$1" 6)" != "$(disk /etc/kubernetes 6)")"
