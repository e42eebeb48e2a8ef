# apt_offer VERSION PACKAGE…: lists what apt knows of the packages; VERSION is the one that is wanted, or empty.
apt_offer() {
  version=$1
  shift
  offered=$(apt-cache madison "$@")
  for package in "$@"; do
    if echo "$offered" | grep -q -E "^ *$package \| ([0-9]+:)?$version${version:+-}"; then continue; fi
    # What apt remembers may be older than the release: have it asked for again, once.
    apt-get update -q >&2
    offered=$(apt-cache madison "$@")
    break
  done
  echo "$offered"
  dpkg-query -W -f '${Package} | ${Version} | ${db:Status-Status}\n' "$@" 2>/dev/null || : # some may not be installed
}
