# $1: how many other nodes may be out. Input: what was ready before, a line each: kind, name, "before", number.
all=$(cat)
now=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get deployments.apps,statefulsets.apps,daemonsets.apps --all-namespaces \
  -o jsonpath='{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} now {.spec.replicas}{.status.desiredNumberScheduled} {.status.readyReplicas}{.status.numberReady}{"\n"}{end}')
# The usual answer: what is ready is what was ready, line for line.
test "$(echo "$now" | sed -n 's/ now [0-9]* \([1-9]\)/ before \1/p')" != "$all" || exit 0

# What is missing, where $1 nodes lack their pods of every DaemonSet. Sorted, what there was before stands right above what
# there is now.
missing() {
  { echo "$all"; echo "$now"; } | sort | {
    before= number=0
    while read -r kind name when wants ready; do
      if test "$when" = before; then
        before="$kind $name" number=$wants
      elif test "$kind $name" = "$before"; then
        test "$kind" != DaemonSet || number=$((number - $1))
        test "$number" -le "${wants:-0}" || number=${wants:-0}
        test "${ready:-0}" -ge "$number" || echo "$kind $name: ${ready:-0} of $number ready"
      fi
    done
  }
}
missing=$(missing "$1")
test -n "$missing" || exit 0
if echo "$missing" | grep -q '^DaemonSet '; then
  # A node that is not Ready lacks its pods of every DaemonSet: that is the node's matter. Asked last, for it may be a long list.
  nodes=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}')
  out=$(echo "$nodes" | grep -vc '^True$' || :)
  test "$out" -le "$1" || missing=$(missing "$out")
  test -n "$missing" || exit 0
fi
count=$(echo "$missing" | wc -l)
test "$count" -le 10 || echo "$((count)) workloads are not back; the first 10:" >&2
echo "$missing" | head -n 10 >&2
exit 1
