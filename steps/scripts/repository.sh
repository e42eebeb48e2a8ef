# A repository that is given takes the place of the one that the files of a host name for Kubernetes.
# $1: its address, for any minor, to apt with a suite and components behind it; $2: how else to know it in a file.
repository=$1
known=$2
shift 2

# per_minor FILE: the lines of a .repo, .list or .sources file that name a repository of Kubernetes.
per_minor() { ! idle "$1" && grep -E "^(baseurl|URIs:|deb(-src)?[[:space:]]+(\[[^]]*\][[:space:]]+)?[^[]).*(kube|k8s|core:/stable:|$known)" "$1" | grep -v -F cri-o; }

# wanted MINOR: what such a line has where there is nothing to do.
wanted() { echo "${repository%% *}" | sed -E "s#/v1\.[0-9]+#/$1#"; }

# name_minor MINOR FILE…: names the repository of that minor in those lines; keys and all else stay.
name_minor() {
  there=$(echo "$repository" | sed -E "s#/v1\.[0-9]+#/$1#")
  shift
  sed -i -E \
    -e "/cri-o/!s#^(baseurl[[:space:]]*=[[:space:]]*).*(kube|k8s|core:/stable:|$known).*#\1${there%% *}#" \
    -e "/cri-o/!s#^(URIs:[[:space:]]*).*(kube|k8s|core:/stable:|$known).*#\1${there%% *}#" \
    -e "/cri-o/!s#^(deb(-src)?[[:space:]]+(\[[^]]*\][[:space:]]+)?)[^[].*(kube|k8s|core:/stable:|$known).*#\1$there#" "$@"
}
