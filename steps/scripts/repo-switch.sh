# $1: the minor, such as v1.32; $2: where the .repo files are; $3: where the sources of apt are.
switch() {
  test -f "$2" && per_minor "$2" | grep -q -v -F "$(wanted "$1")" || return 1
  # As it was before the first switch; yum and apt do not read a file of that name.
  if ! test -e "$2.rung-before"; then cp -a "$2" "$2.rung-before"; fi
  name_minor "$1" "$2"
  echo "$2 now names $1"
}

stale=no
for file in "$2"/*.repo; do
  if switch "$1" "$file"; then stale=yes; fi
done
if test "$stale" = yes; then yum clean expire-cache; fi

# Only the lists of that one file: what else this host gets from elsewhere is not our business.
for file in "$3"/sources.list "$3"/sources.list.d/*.list "$3"/sources.list.d/*.sources; do
  if switch "$1" "$file"; then
    patient apt-get update -o "Dir::Etc::sourcelist=$file" -o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0
  fi
done
