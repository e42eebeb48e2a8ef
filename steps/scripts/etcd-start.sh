# $1: the folder with the manifest, $2: --initial-cluster of the cluster that it joins.
umask 077
manifest=$(etcd_manifest "$1")
while IFS= read -r line; do
  case $line in
    *"- --initial-cluster-state="*) ;;
    *"- --initial-cluster="*)
      echo "${line%%-*}- --initial-cluster=$2"
      echo "${line%%-*}- --initial-cluster-state=existing"
      ;;
    *) echo "$line" ;;
  esac
done <"$manifest" >"$manifest.next"
mv "$manifest.next" /etc/kubernetes/manifests/etcd.yaml
