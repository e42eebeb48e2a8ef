# yum_offer VERSION PACKAGE…: lists what yum knows of the packages; VERSION is the one that is wanted, or empty.
yum_list() { yum list --showduplicates "$@" --disableexcludes=kubernetes; }
yum_offer() {
  version=$1
  shift
  if test -z "$version"; then
    yum_list "$@"
    return
  fi
  offered=$(yum_list "$@") || offered=
  for package in "$@"; do
    if echo "$offered" | grep -q -E "^$package\..*[ :]$version-"; then continue; fi
    # What yum remembers may be older than the release: have it asked for again, once.
    yum clean expire-cache >/dev/null
    offered=$(yum_list "$@")
    break
  done
  echo "$offered"
}
