# $1: the folder of our own backups. Prints what lies in place, and what is kept, a line each.
components="etcd kube-apiserver kube-controller-manager kube-scheduler"
tag() { sed -n 's/^ *image: .*://p' "$1" | head -n 1; }

for name in $components; do
  if test -f "/etc/kubernetes/manifests/$name.yaml"; then
    echo "place $name $(tag "/etc/kubernetes/manifests/$name.yaml")"
  fi
done
for folder in /etc/kubernetes/tmp/kubeadm-backup-manifests-*; do
  for name in $components; do
    if test -f "$folder/$name.yaml"; then
      alike=differs
      if test "$(cat "$folder/$name.yaml")" = "$(cat "/etc/kubernetes/manifests/$name.yaml" 2>/dev/null)"; then alike=alike; fi
      echo "manifest $folder $name $(tag "$folder/$name.yaml") $alike"
    fi
  done
done
# kubeadm copies the data folder as it is called, /var/lib/etcd, into its own.
for data in /etc/kubernetes/tmp/kubeadm-backup-etcd-*/*; do
  if test -s "$data/member/snap/db"; then echo "etcd $data $(stat -c %s "$data/member/snap/db")"; fi
done
for folder in "$1"/*/*; do
  if test -s "$folder/files" && test -s "$folder/etcd.db"; then
    echo "snapshot $folder/etcd.db $(stat -c '%s %Y' "$folder/etcd.db")"
  fi
done
