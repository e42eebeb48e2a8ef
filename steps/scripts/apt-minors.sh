# elsewhere PROGRAM ARGUMENT…: a program of apt, with the throw-away sources and lists in $tmp.
elsewhere() {
  program=$1
  shift
  "$program" -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$tmp/sources" -o "Dir::State::lists=$tmp/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

# apt_minors FOLDER MINORS PACKAGE…: lists what the repositories of other minors, such as "v1.32 v1.33", offer,
# through throw-away sources and lists. FOLDER is where the sources of apt are.
apt_minors() {
  sources=$1
  minors=$2
  shift 2

  tmp=
  for file in "$sources"/sources.list "$sources"/sources.list.d/*.list "$sources"/sources.list.d/*.sources; do
    if ! test -f "$file" || ! per_minor "$file" >/dev/null; then continue; fi
    if test -z "$tmp"; then
      tmp=$(mktemp -d)
      trap 'rm -rf "$tmp"' EXIT
      mkdir -p "$tmp/sources"
      chmod 755 "$tmp" # apt fetches as a user of its own
    fi
    case $file in
      *.list) per_minor "$file" >"$tmp/sources/${file##*/}" ;;
      *) cp "$file" "$tmp/sources/" ;;
    esac
  done
  if test -z "$tmp"; then
    echo "no repository of this host belongs to one minor: there is nothing else to ask"
    return
  fi

  for minor in $minors; do
    name_minor "$minor" "$tmp/sources"/*
    rm -rf "$tmp/lists"
    mkdir -p "$tmp/lists/partial"
    # A minor that is not there is no failure: the ladder says which hop lacks its packages.
    elsewhere apt-get update -q >&2 && elsewhere apt-cache madison "$@" || echo "no repository answers for $minor"
  done
}
