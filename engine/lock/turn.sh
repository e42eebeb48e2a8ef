# One look at the lock in folder $1, and one change of it. But for show, whoever runs this holds the guard.
#
# $2 show: who holds it   take: take it   keep: it is still held   free: give it back   break: take it away
# $3 the KEY of a run   $4 how long it holds without a sign of life, in seconds   $5 who says so, a line
# take: $6 the KEY that may lose it ("": nobody)   $7 expired: only once it has expired
#
# The state is a file of two lines: how it stands (held, freed, broken), KEY, expiry, the last sign of life (seconds of
# uptime, and the boot), and since when; then who. Time is the uptime of this host: no clock that is wrong, or is put
# right, makes a lock older.
file=$1/state do=$2
state=none key=- expiry=0 beat=0 boot=- since=- who=
if [ -e "$file" ]; then # a loss of power may have emptied it
  { read -r state key expiry beat boot since && IFS= read -r who; } <"$file" || state=none key=-
fi
read -r up rest </proc/uptime
up=${up%%.*}
read -r this </proc/sys/kernel/random/boot_id
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
age=$up # at least: the host was restarted since
[ "$boot" != "$this" ] || age=$((up - beat))
before=none
[ "$state" = none ] || before=$(printf '%s\n%s' "$state $key $expiry $beat $boot $since" "$who")

# Writes the state: all of it, or nothing.
put() {
  printf '%s\n%s\n' "$1 $2 $3 $up $this $4" "$5" >"$file.new"
  mv "$file.new" "$file"
}

# Says what came of it, how old the last sign of life was, and how the lock stood before. Nothing of it is heard twice.
say() {
  printf '@rung %s\n%s\n' "$1 $age $now" "$before"
  exit 0
}

mine=no
[ "$key" != "${3-}" ] || mine=yes
case $do in
show)
  say shown
  ;;
take)
  if [ "$state" = held ] && [ "$mine" = no ]; then
    [ "$key" = "$6" ] || say held
    [ "$7" != expired ] || [ "$age" -gt "$expiry" ] || say held
  fi
  [ "$state" = held ] && [ "$mine" = yes ] || since=$now
  put held "$3" "$4" "$since" "$5"
  say taken
  ;;
keep)
  if [ "$state" = none ]; then # the host was set up anew
    put held "$3" "$4" "$now" "$5"
  elif [ "$state" = held ] && [ "$mine" = yes ]; then
    put held "$3" "$4" "$since" "$5"
  else
    say lost
  fi
  say kept
  ;;
free | break)
  [ "$state" = held ] && [ "$mine" = yes ] || say lost
  how=freed
  [ "$do" = free ] || how=broken
  put "$how" "$3" "$expiry" "$since" "$5"
  say "$how"
  ;;
esac
