# yum_offer VERSION PACKAGE…: lists what yum knows of the packages. VERSION is the one that is wanted, or empty, or
# fresh: then the repositories have to answer now.
# To yum 3, what is not the locked version of a package is not there at all.
yum_list() {
  if test -s /etc/yum/pluginconf.d/versionlock.list; then set -- "$@" --disableplugin=versionlock; fi
  yum list --showduplicates "$@" --disableexcludes=kubernetes
}
yum_offer() {
  version=$1
  shift
  case $version in
    fresh) yum clean expire-cache >/dev/null ;;
  esac
  case $version in
    '' | fresh)
      yum_list "$@"
      return
      ;;
  esac
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
