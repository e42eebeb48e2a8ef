# $1: the minor, such as v1.32; $2: where the .repo files are; $3: where the sources of apt are.
# There is something to do where the URL of one minor's repository names another.
for file in "$2"/*.repo "$3"/sources.list "$3"/sources.list.d/*.list "$3"/sources.list.d/*.sources; do
  if test -f "$file" && found=$(per_minor "$file") && printf '%s\n' "$found" | grep -v -F "$(wanted "$1")"; then exit 1; fi
done
