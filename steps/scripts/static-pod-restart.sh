# $1: the component. Its container is stopped, and the kubelet starts another one at once, which reads the files anew.
# The mark holds the container that is to go, so that whoever continues this does not stop the new one.
mark=/var/lib/rung/restart/$1

# running: the container that runs now; nothing where there is none.
running() {
  crictl ps --quiet --name "^$component\$" --state Running 2>"$mark.crictl" || {
    cat "$mark.crictl" >&2
    echo "crictl cannot ask the container runtime: $component was not restarted" >&2
    exit 1
  }
}
component=$1
trap 'rm -f "$mark.crictl"' EXIT

if ! test -s "$mark"; then
  running >"$mark.new"
  echo >>"$mark.new" # not empty, also where nothing runs
  mv "$mark.new" "$mark"
fi
old=$(cat "$mark")
new=$(running)
if test -n "$old" && test "$new" = "$old"; then
  crictl stop --timeout 30 "$old"
fi
asked=0
until new=$(running) && test -n "$new" && test "$new" != "$old"; do
  asked=$((asked + 1))
  if test "$asked" -ge 150; then # the kubelet's longest back-off is five minutes
    echo "no new container of $component has started in five minutes: is the kubelet active?" >&2
    exit 1
  fi
  sleep 2
done
rm "$mark"
