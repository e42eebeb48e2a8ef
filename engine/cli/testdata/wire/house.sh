# Becomes a host of its own, in mounts of its own: $1 is its folder; what follows is run there.
folder=$1
shift
mount --bind "$folder/lib" /var/lib
[ ! -d /run/systemd ] || mount --bind "$folder/none" /run/systemd # a unit of systemd would not see this /var/lib
for file in "$folder"/etc/*; do
  [ ! -e "$file" ] || mount --bind "$file" "/etc/${file##*/}"
done
exec "$@"
