# per_minor FILE: the lines of a .repo, .list or .sources file that name the repository of one minor of Kubernetes.
# CRI-O numbers its repositories likewise, but by its own calendar: not ours.
per_minor() { grep -E '^(baseurl|gpgkey|URIs:|deb|[[:space:]]).*/(core:/stable:/v1\.[0-9]+/|v1\.[0-9]+/(rpm|deb))' "$1" | grep -v -F cri-o; }

# wanted MINOR: what such a line has where there is nothing to do.
wanted() { echo "/$1/"; }

# name_minor MINOR FILE…: names another minor in those lines, such as v1.32.
name_minor() {
  minor=$1
  shift
  sed -i -E \
    -e "/cri-o/!s#^((baseurl|gpgkey|URIs:|deb|[[:space:]]).*/core:/stable:)/v1\.[0-9]+/#\1/$minor/#" \
    -e "/cri-o/!s#^((baseurl|gpgkey|URIs:|deb|[[:space:]]).*)/v1\.[0-9]+/(rpm|deb)#\1/$minor/\3#" "$@"
}
