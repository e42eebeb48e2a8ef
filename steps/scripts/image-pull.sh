# $1: the version; $2: the node; the rest: names of images; none is all that a control plane needs.
version=$1
node=$2
shift 2
if ! command -v kubectl >/dev/null || { test $# -gt 0 && ! command -v crictl >/dev/null; }; then
  echo "there is no kubectl or no crictl here: no image is pulled beforehand"
  exit 0
fi
# With the node's own credentials, as kubeadm upgrade node has them.
ask() { kubectl --kubeconfig /etc/kubernetes/kubelet.conf "$@"; }

# The socket of the runtime that the kubelet works with: where a host has two, kubeadm takes neither.
socket=$(sed -n -e "s/[\"']//g" -e 's/^containerRuntimeEndpoint: *\([^ ]\)/\1/p' /var/lib/kubelet/instance-config.yaml /var/lib/kubelet/config.yaml 2>/dev/null) || :
socket=${socket%%
*} # the first
if test -z "$socket"; then socket=$(sed -n 's/.*--container-runtime-endpoint=\([^ "]*\).*/\1/p' /var/lib/kubelet/kubeadm-flags.env); fi
if test -z "$socket"; then socket=$(ask get node "$node" -o 'jsonpath={.metadata.annotations.kubeadm\.alpha\.kubernetes\.io/cri-socket}'); fi

# What the cluster says of its images counts, but for a default repository: kubeadm takes one of the two for a mirror of the
# other, where CoreDNS has no folder of its own. It wants no more of the rest than that it is there.
cluster=$(ask -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
  printf '%s\n' "$cluster" | sed -e "s/^kubernetesVersion:.*/kubernetesVersion: $version/" -e '/^imageRepository: k8s\.gcr\.io$/d' -e '/^imageRepository: registry\.k8s\.io$/d'
  echo "---"
  printf '%s\n' "$cluster" | grep '^apiVersion:'
  echo "kind: InitConfiguration"
  echo "localAPIEndpoint: {advertiseAddress: 1.2.3.4}"
  echo "nodeRegistration: {name: node${socket:+, criSocket: \"$socket\"}}"
} >"$folder/kubeadm.yaml"

if test $# = 0; then
  kubeadm config images pull --config "$folder/kubeadm.yaml"
  exit
fi
images=$(kubeadm config images list --config "$folder/kubeadm.yaml")
for name in "$@"; do
  image=$(echo "$images" | grep "/$name:") || {
    echo "kubeadm lists no image called $name" >&2
    exit 1
  }
  crictl ${socket:+--runtime-endpoint "$socket" --image-endpoint "$socket"} pull "$image"
done
