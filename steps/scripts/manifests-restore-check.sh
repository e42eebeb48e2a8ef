# $1: the folder; then the components. Done is where each manifest is what the folder holds.
folder=$1
shift
for name in "$@"; do
  test -f "$folder/$name.yaml" || exit 2
  test "$(cat "$folder/$name.yaml")" = "$(cat "/etc/kubernetes/manifests/$name.yaml" 2>/dev/null)" || exit 1
done
