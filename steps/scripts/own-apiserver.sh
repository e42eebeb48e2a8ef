# The address of this node's own apiserver: admin.conf may point at a load balancer.
endpoint=$(sed -n 's/.*kube-apiserver.advertise-address.endpoint: *//p' /etc/kubernetes/manifests/kube-apiserver.yaml | tr -d "'\"")
test -n "$endpoint" || {
  echo "/etc/kubernetes/manifests/kube-apiserver.yaml does not say its advertise-address.endpoint" >&2
  exit 1
}
