# $1: the folder, which must not be there yet; $2: the node; $3: the seconds that etcdctl may take.
umask 077
if test -e "$1"; then
  echo "$1 is there already, and a backup is never overwritten" >&2
  exit 1
fi
work=$1.unfinished
rm -rf "$work" "$work.files"
mkdir -p "$work"

# verified FILE: it is read again, where something here can.
verified() {
  reader=$(snapshot_reader "$node")
  if test -z "$reader"; then
    echo "status unread" >>"$work.files"
  elif status=$(in_etcd "$node" "$reader" snapshot status "$1"); then
    echo "status $status" >>"$work.files"
  else
    echo "the snapshot cannot be read: this is no backup" >&2
    exit 1
  fi
}
node=$2
etcd=$(apiserver_flag etcd-servers)

if test -f /etc/kubernetes/manifests/etcd.yaml; then
  # The data folder is the one place that both the host and the etcd container see.
  data=$(flag_of /etc/kubernetes/manifests/etcd.yaml data-dir)
  rm -f "$data/rung-snapshot.db"
  etcdctl_of "$node" --command-timeout="$3s" snapshot save "$data/rung-snapshot.db" >&2
  verified "$data/rung-snapshot.db"
  mv "$data/rung-snapshot.db" "$work/etcd.db"
  echo "version $(sed -n 's/^ *image: .*://p' /etc/kubernetes/manifests/etcd.yaml | head -n 1)" >>"$work.files"
elif test -n "$etcd" && command -v etcdctl >/dev/null; then
  # A snapshot is of one member: the first.
  ETCDCTL_API=3 etcdctl --endpoints="${etcd%%,*}" --cacert="$(apiserver_flag etcd-cafile)" \
    --cert="$(apiserver_flag etcd-certfile)" --key="$(apiserver_flag etcd-keyfile)" --command-timeout="$3s" snapshot save "$work/etcd.db" >&2
  verified "$work/etcd.db"
fi
# kubeadm's own backups in tmp are large, and stay where they are.
tar czf "$work/kubernetes.tar.gz" -C /etc --exclude=kubernetes/tmp kubernetes
kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get configmap kubeadm-config -o yaml >"$work/kubeadm-config.yaml"

chmod 600 "$work"/*
for file in "$work"/*; do
  if ! test -s "$file"; then
    echo "$file is empty: this is no backup" >&2
    exit 1
  fi
  echo "$1/${file##*/} $(stat -c %s "$file") $(sha256sum "$file" | cut -d ' ' -f 1)" >>"$work.files"
done
mv "$work.files" "$work/files"
mv "$work" "$1"
cat "$1/files"
