# $1: the component. Its manifest goes out, until the container is gone, and in again.
manifest=/etc/kubernetes/manifests/$1.yaml
aside=/etc/kubernetes/$1.yaml.restarting # on the same file system, and not where the kubelet looks
trap 'if test -e "$aside"; then mv "$aside" "$manifest"; fi' EXIT
runs() {
  containers=$(crictl ps --quiet --name "^$1\$" --state Running) || {
    echo "crictl cannot ask the container runtime: $1 was not restarted" >&2
    exit 1
  }
  test -n "$containers"
}

# until_it TIMES WHAT COMMAND…: asks every two seconds, so many times.
until_it() {
  left=$1 what=$2
  shift 2
  while ! "$@"; do
    left=$((left - 1))
    if test "$left" -le 0; then
      echo "$what" >&2
      exit 1
    fi
    sleep 2
  done
}
gone() { ! runs "$1"; }

gone "$1" || true # where crictl cannot ask, this is where it is known
if test -e "$manifest"; then mv "$manifest" "$aside"; fi
until_it 60 "the container of $1 did not end within two minutes: is the kubelet active?" gone "$1"
mv "$aside" "$manifest"
until_it 60 "the container of $1 did not start within two minutes: is the kubelet active?" runs "$1"
rm "/var/lib/rung/restart/$1"
