# $1: the folder of our backups. Prints what else rung wants to know of this host.
manifests=/etc/kubernetes/manifests

# fact NAME COMMAND…: under that name, whether the command succeeds.
fact() {
  name=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "$name=true"; else echo "$name=false"; fi
}

# has NAME: whether there is such a program.
has() { command -v "$1" >/dev/null 2>&1; }

# place FOLDER: it, or the one above it in which it would be made.
place() {
  folder=$1
  while ! test -d "$folder"; do
    folder=${folder%/*}
    folder=${folder:-/}
  done
  echo "$folder"
}

sed -n -e 's/"//g' -e 's/^ID=/os=/p' -e 's/^VERSION_ID=/os_version=/p' /etc/os-release || :
kernel=$(uname -rm)
echo "kernel=${kernel% *}"
echo "arch=${kernel##* }"
echo "epoch=$(date +%s)"
echo "cpus=$(grep -c '^processor' /proc/cpuinfo)"
echo "boot_id=$(cat /proc/sys/kernel/random/boot_id)"
fact root test "$(id -u)" = 0

package_manager=$(package_manager)
if test "$package_manager" = yum && has dnf; then package_manager=dnf; fi
echo "package_manager=$package_manager"

if has kubeadm; then
  echo "has_kubeadm=true"
  echo "kubeadm=$(kubeadm version -o short)"
else
  echo "has_kubeadm=false"
fi
# `kubectl version --client --short` is gone since 1.28; the JSON has always been there.
if has kubectl; then echo "kubectl=$(kubectl version --client -o json | sed -n 's/.*"gitVersion": *"\([^"]*\)".*/\1/p')"; fi
fact crictl has crictl

fact swap test -n "$(swapon --show=NAME --noheadings)"
fact swap_in_fstab grep -q -E '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab

fact control_plane test -f "$manifests/kube-apiserver.yaml"
fact admin_conf test -f /etc/kubernetes/admin.conf
etcd=$(etcd_kind)
data=
if test -f "$manifests/etcd.yaml"; then
  data=$(flag_of "$manifests/etcd.yaml" data-dir)
elif test "$etcd" = stacked; then
  etcd=none # it was taken out
fi
data=${data:-/var/lib/etcd}
echo "etcd=$etcd"
echo "etcd_data=$data"
# What etcd removes meanwhile does not count.
kib=0
if test -d "$data"; then kib=$(du -sk "$data" 2>/dev/null) || :; fi
kib=${kib%%[!0-9]*}
echo "etcd_mib=$((${kib:-0} / 1024))"

# Of each of the three: the free KiB, and where it is mounted. Where more is taken than there is for everybody, df says
# a number below zero, and - where it does not know: nothing to count on is free there.
disks=$(df -Pk "$(place "$data")" "$(place /etc/kubernetes)" "$(place "$1")") || :
backups=$1
set -f # a folder may be called as a pattern is
set -- $(printf '%s\n' "$disks" | sed -n -E -e '2,$s/ -[0-9]*( +([0-9]+%|-) +\/)/ 0\1/' -e '2,$s/.* ([0-9]+) +([0-9]+%|-) +(\/[^ ]*).*/\1 \3/p')
if test $# != 6; then
  echo "df does not say what is free for each of $data, /etc/kubernetes and $backups: look at them with df -Pk; it says here: ${disks:-nothing}" >&2
  exit 1
fi
echo "free_mib_etcd=$(($1 / 1024))"
echo "free_mib_kubernetes=$(($3 / 1024))"
echo "free_mib_backups=$(($5 / 1024))"
fact backups_apart test "$6" != "$4"
