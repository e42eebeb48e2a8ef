# Runs the command in folder $1, with the mask $2, in $3. Whoever runs this holds the lock of the folder.
mkdir "$1/claim" 2>/dev/null || exit 0
umask 077
status=0
(
  umask "$2"
  cd "$3"
  sh "$1/command"
) <"$1/in" >>"$1/out" 2>>"$1/err" || status=$?
echo "$status" >"$1/exit.new" && mv "$1/exit.new" "$1/exit"
