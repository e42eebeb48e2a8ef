# $1: the version, $2: the image repository ("": the default); the rest: names of images.
version=$1
repository=$2
shift 2
if ! command -v crictl >/dev/null; then
  echo "there is no crictl here: no image is pulled beforehand"
  exit 0
fi
images=$(kubeadm config images list --kubernetes-version "$version" ${repository:+--image-repository "$repository"})
for name in "$@"; do
  image=$(echo "$images" | grep "/$name:") || {
    echo "kubeadm lists no image called $name" >&2
    exit 1
  }
  crictl pull "$image"
done
