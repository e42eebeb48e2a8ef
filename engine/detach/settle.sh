# Names every command of a run that still works here, RUN/UNIT a line, and waits for it. $1 as in start.sh.
all=$1
if [ -z "$all" ]; then
  all=/var/lib/rung/runs
  [ "$(id -u)" = 0 ] || all=$HOME/.local/state/rung/hosts
fi
for lock in "$all"/*/*/lock; do
  [ -e "$lock" ] || continue
  if ! flock -s -n "$lock" true; then
    unit=${lock%/lock}
    echo "${unit#"$all"/}"
    flock -s "$lock" true
  fi
done
