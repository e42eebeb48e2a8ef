# per_minor FILE: the lines of a .repo, .list or .sources file that name the repository of one minor of Kubernetes.
# CRI-O, Istio and others number theirs likewise, but by calendars of their own: the line has to say that it is of
# Kubernetes, or the file by its name.
per_minor() {
  grep -q -F /v1. "$1" || return 1 # as most files
  ! idle "$1" && grep -E "^$lines(core:/stable:/v1\.[0-9]+/|$(mark "$1").*/v1\.[0-9]+/(rpm|deb))" "$1" | grep -v -F cri-o
}
lines='(baseurl|gpgkey|URIs:|deb|[[:space:]]).*'

# mark FILE: by what else a line says so.
mark() {
  case ${1##*/} in
    *kube* | *k8s*) echo '()' ;;
    *) echo '(kube|k8s)' ;;
  esac
}

# wanted MINOR: what such a line has where there is nothing to do.
wanted() { echo "/$1/"; }

# name_minor MINOR FILE…: names another minor in those lines, such as v1.32.
name_minor() {
  minor=$1
  shift
  for named; do
    sed -i -E \
      -e "/cri-o/!s#^(${lines}core:/stable:)/v1\.[0-9]+/#\1/$minor/#" \
      -e "/cri-o/!s#^($lines$(mark "$named").*)/v1\.[0-9]+/(rpm|deb)#\1/$minor/\4#" "$named"
  done
}
