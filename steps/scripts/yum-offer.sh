# $1: the version that is wanted; the rest: packages.
version=$1
shift

list() { yum list --showduplicates "$@" --disableexcludes=kubernetes; }

offered=$(list "$@") || offered=
for package in "$@"; do
  if echo "$offered" | grep -q -E "^$package\..*[ :]$version-"; then continue; fi
  # What yum remembers may be older than the release: have it asked for again, once.
  yum clean expire-cache >/dev/null
  offered=$(list "$@")
  break
done
echo "$offered"
