# Prints what of this control plane works, one key=value a line. Whatever does not answer is no error.
manifests=/etc/kubernetes/manifests
ask() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s "$@" 2>/dev/null; }

api=false
endpoint=$(sed -n 's/.*kube-apiserver.advertise-address.endpoint: *//p' $manifests/kube-apiserver.yaml 2>/dev/null | tr -d "'\"")
if test -n "$endpoint" && ask --server "https://$endpoint" get --raw /readyz >/dev/null && ask --server "https://$endpoint" get nodes >/dev/null; then api=true; fi
echo "api=$api"

cluster_api=false
if config=$(ask -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}'); then
  cluster_api=true
  echo "version=$(echo "$config" | sed -n 's/^kubernetesVersion: *//p')"
fi
echo "cluster_api=$cluster_api"

etcd=$(etcd_kind)
echo "etcd=$etcd"
etcd_healthy=false
if program=$(etcd_program etcdctl) && test "$etcd" = stacked; then
  if ETCDCTL_API=3 "$program" $(etcd_options) --command-timeout=5s endpoint health >/dev/null 2>&1; then etcd_healthy=true; fi
elif test "$api" = true; then
  etcd_healthy=true # an apiserver is not ready without its etcd
elif test "$etcd" = external && test "$cluster_api" = true; then
  etcd_healthy=true # whichever apiserver has answered, the etcd is the same
fi
echo "etcd_healthy=$etcd_healthy"
