# yum_offer VERSION PACKAGE…: lists what yum knows of the packages. VERSION is the one that is wanted, or empty; or
# fresh: then the repositories have to answer now; or installed: then they are not asked.
# To yum 3, what is not the locked version of a package is not there at all.
yum_list() {
  if test -s /etc/yum/pluginconf.d/versionlock.list; then set -- "$@" --disableplugin=versionlock; fi
  yum list --showduplicates "$@" "$(no_excludes)"
}
yum_offer() {
  version=$1
  shift
  if test "$version" = fresh; then yum clean expire-cache >/dev/null; fi
  case $version in
    installed)
      rpm -q --queryformat '%{NAME}.%{ARCH} %{VERSION}-%{RELEASE} @installed\n' "$@" || : # some may not be installed
      return
      ;;
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
