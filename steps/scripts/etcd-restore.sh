# $1: the folder for the manifest; $2: the run. Both data and manifest lie ready: see etcd-prepare.
umask 077
manifest=$(etcd_manifest "$1")
data=$(flag_of "$manifest" data-dir)
new=$data.new-$2
if ! test -s "$new/member/snap/db" || ! test -s "$1/etcd.yaml.next"; then
  echo "$new holds no data that etcd-prepare has made in this run; nothing was changed" >&2
  exit 1
fi

halt_etcd "$1"
set_aside "$data" "$data.replaced-$2"
mkdir -p "$data"
mv "$new/member" "$data/member"
rm -rf "$new"
mv "$1/etcd.yaml.next" /etc/kubernetes/manifests/etcd.yaml

# What has read the later data begins anew.
for name in kube-apiserver kube-controller-manager kube-scheduler; do
  if command -v killall >/dev/null; then
    killall -s SIGTERM "$name" || true
  else
    pkill -TERM -x "$(echo "$name" | cut -c 1-15)" || true # the kernel cuts names off
  fi
done
