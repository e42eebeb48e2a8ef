# yum_minors FOLDER MINORS PACKAGE…: lists what the repositories of other minors, such as "v1.32 v1.33", offer,
# through a throw-away configuration and cache. FOLDER is where the .repo files are.
yum_minors() {
  repos=$1
  minors=$2
  shift 2

  tmp=
  for file in "$repos"/*.repo; do
    if ! test -f "$file" || ! per_minor "$file" >/dev/null; then continue; fi
    if test -z "$tmp"; then
      tmp=$(mktemp -d)
      trap 'rm -rf "$tmp"' EXIT
      mkdir -p "$tmp/repos"
    fi
    cp "$file" "$tmp/repos/"
  done
  if test -z "$tmp"; then
    echo "no repository of this host belongs to one minor: there is nothing else to ask"
    return
  fi

  # The host's own settings, such as a proxy, stay; keys are imported into the throw-away cache only.
  {
    echo "[main]"
    echo "reposdir=$tmp/repos"
    echo "cachedir=$tmp/cache"
    echo "persistdir=$tmp/state"
    echo "assumeyes=1"
    main=/etc/yum.conf
    if ! test -e "$main"; then main=/etc/dnf/dnf.conf; fi
    grep -s -v -E '^(\[main\]|reposdir|cachedir|persistdir|assumeyes)' "$main" || :
  } >"$tmp/yum.conf"

  if test -s /etc/yum/pluginconf.d/versionlock.list; then set -- "$@" --disableplugin=versionlock; fi # see yum_list
  for minor in $minors; do
    name_minor "$minor" "$tmp/repos"/*.repo
    rm -rf "$tmp/cache" "$tmp/state"
    # A minor that is not there is no failure: the ladder says which hop lacks its packages.
    yum --config="$tmp/yum.conf" list --showduplicates "$@" "$(no_excludes)" ||
      echo "no repository answers for $minor"
  done
}
