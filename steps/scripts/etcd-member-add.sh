# $1: the name, $2: its peer URL. Each line of the list is "id, status, name, peer, client, learner".
others=
known=
while read -r id status name peer rest; do
  case "$name $peer" in
    "$1 "* | *" $2")
      if test "$status" = unstarted; then
        known=yes # an earlier run has added it
      else
        etcdctl_here member remove "$id" >&2
      fi
      ;;
    *) others="$others,$name=$peer" ;;
  esac
done <<LIST
$(echo "$list" | sed -e 's/, , /, - /' -e 's/,//g')
LIST
if test -z "$known"; then etcdctl_here member add "$1" --peer-urls="$2" >&2; fi
echo "initial_cluster=$1=$2$others"
