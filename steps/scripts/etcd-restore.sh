# $1: a folder of etcd's data, or a snapshot, FILE.db; $2: the folder for the manifest; $3: the run.
umask 077
manifest=$(etcd_manifest "$2")
data=$(flag_of "$manifest" data-dir)
new=$data.new-$3
rm -rf "$new"

minor() { sed -n "s/^ *$2 *.*[: ]v*\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p" "$1" | head -n 1; }
refuse_newer() { # MAJOR MINOR of the data, MAJOR MINOR of the etcd that is to read it
  if test $# = 4 && { test "$1" -gt "$3" || { test "$1" = "$3" && test "$2" -gt "$4"; }; }; then
    echo "etcd $1.$2 has written that data, and etcd $3.$4 here would not read it: nothing was changed" >&2
    exit 1
  fi
}

place=$manifest
case $1 in
  *.db)
    list=${1%/*}/files
    sum=$(sed -n "s|^$1 [0-9]* ||p" "$list")
    if test "$sum" != "$(sha256sum "$1" | cut -d ' ' -f 1)"; then
      echo "$1 is not what $list says: nothing was changed" >&2
      exit 1
    fi
    refuse_newer $(minor "$list" version) $(minor "$manifest" image:)
    if ! program=$(etcd_program etcdutl || etcd_program etcdctl); then
      echo "there is neither etcdutl nor etcdctl here, on the host or in the image of an etcd that runs: install etcdutl; nothing was changed" >&2
      exit 1
    fi
    # Whoever watches must not take the old history for the new one.
    bump=
    if "$program" snapshot restore --help 2>&1 | grep -q -e --bump-revision; then bump="--bump-revision=1000000000 --mark-compacted"; fi
    name=$(flag_of "$manifest" name)
    peer=$(flag_of "$manifest" initial-advertise-peer-urls)
    ETCDCTL_API=3 "$program" snapshot restore "$1" --data-dir="$new" --name="$name" --initial-cluster="$name=$peer" --initial-advertise-peer-urls="$peer" $bump >&2
    ;;
  *)
    # kubeadm has kept the manifest of the same moment beside, where it replaced it.
    folder=${1%/*}
    beside=/etc/kubernetes/tmp/kubeadm-backup-manifests-${folder##*/kubeadm-backup-etcd-}/etcd.yaml
    if test -f "$beside"; then place=$beside; fi
    mkdir -p "$new"
    cp -rp "$1/member" "$new/member"
    ;;
esac
if ! test -s "$new/member/snap/db"; then
  echo "no data of etcd came of $1: nothing was changed" >&2
  exit 1
fi

halt_etcd "$2"
set_aside "$data" "$data.replaced-$3"
mkdir -p "$data"
mv "$new/member" "$data/member"
rm -rf "$new"
cp -p "$place" "$2/etcd.yaml.next"
mv "$2/etcd.yaml.next" /etc/kubernetes/manifests/etcd.yaml

# What has read the later data begins anew.
for name in kube-apiserver kube-controller-manager kube-scheduler; do
  if command -v killall >/dev/null; then
    killall -s SIGTERM "$name" || true
  else
    pkill -TERM -x "$(echo "$name" | cut -c 1-15)" || true # the kernel cuts names off
  fi
done
