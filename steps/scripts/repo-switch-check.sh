# $1: the minor, such as v1.32; $2: where the .repo files are.
# There is something to do where the URL of one minor's repository names another.
for file in "$2"/*.repo; do
  if test -f "$file" && per_minor "$file" | grep -v -F "/$1/"; then exit 1; fi
done
