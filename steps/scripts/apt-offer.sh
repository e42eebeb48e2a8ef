# apt_refresh: fetches the lists of the files of sources that have Kubernetes, which have to answer. What this host gets
# from elsewhere is not our business; where no file says that it has Kubernetes, all are asked.
apt_refresh() {
  known=no
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    if grep -s -q -E '^(deb|URIs:).*(kube|k8s|core:/stable:)' "$file"; then
      known=yes
      said=$(patient apt-get update -q -o "Dir::Etc::sourcelist=$file" -o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0 2>&1) || :
      if echo "$said" | grep -E '^(E:|W: Failed to fetch)' >&2; then
        if locked "$said"; then return 1; fi
        echo "the package repository of $file does not answer: mend it, or name one that does" >&2
        return 1
      fi
    fi
  done
  if test "$known" = no; then patient apt-get update -q >&2; fi
}

# apt_offer VERSION PACKAGE…: lists what apt knows of the packages. VERSION is the one that is wanted, or empty; or
# fresh: then the repositories have to answer now; or installed: then they are not asked.
apt_offer() {
  version=$1
  shift
  dpkg-query -W -f '${Package} | ${Version} | ${db:Status-Status}\n' "$@" 2>/dev/null || : # some may not be installed
  if test "$version" = installed; then return; fi
  if test "$version" = fresh; then
    apt_refresh
    version=
  fi
  offered=$(apt-cache madison "$@")
  for package in "$@"; do
    if echo "$offered" | grep -q -E "^ *$package \| ([0-9]+:)?$version${version:+-}"; then continue; fi
    # What apt remembers may be older than the release: have it asked for again, once.
    apt_refresh
    offered=$(apt-cache madison "$@")
    break
  done
  echo "$offered"
}
