# $1: the minor, such as v1.32; $2: where the .repo files are.
for file in "$2"/*.repo; do
  if per_minor "$file" | grep -q -v -F "/$1/"; then
    # As it was before the first switch; yum reads only what ends in .repo.
    if ! test -e "$file.rung-before"; then cp -a "$file" "$file.rung-before"; fi
    name_minor "$1" "$file"
    echo "$file now names $1"
  fi
done
yum clean expire-cache
