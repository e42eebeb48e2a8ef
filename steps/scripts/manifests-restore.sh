# $1: the folder with the backup, $2: the folder for what is replaced; then the components.
umask 077
folder=$1 kept=$2
shift 2
place=/etc/kubernetes/manifests

minor() { sed -n 's/^ *image: .*:v*\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p' "$1" | head -n 1; }
older() { test "$1" -lt "$3" || { test "$1" = "$3" && test "$2" -lt "$4"; }; }

for name in "$@"; do
  if ! test -s "$folder/$name.yaml"; then
    echo "$folder/$name.yaml is missing or empty: nothing was changed" >&2
    exit 1
  fi
  if test "$name" = etcd && test -f "$place/etcd.yaml" && older $(minor "$folder/etcd.yaml") $(minor "$place/etcd.yaml"); then
    echo "etcd of $folder is older than the one that has written the data since, and would not read it: nothing was changed" >&2
    exit 1
  fi
done
mkdir -p "$kept"
for name in "$@"; do
  if test "$(cat "$folder/$name.yaml")" = "$(cat "$place/$name.yaml" 2>/dev/null)"; then continue; fi
  # A copy stays in the backup, and is complete before the kubelet sees it.
  cp "$folder/$name.yaml" "$kept/$name.yaml.next"
  if test -f "$place/$name.yaml" && ! test -f "$kept/$name.yaml"; then
    cp -p "$place/$name.yaml" "$kept/$name.yaml"
    echo "kept $kept/$name.yaml"
  fi
  mv "$kept/$name.yaml.next" "$place/$name.yaml"
  echo "restored $place/$name.yaml"
done
