# There is something to do where a hold was released and is not back.
if test -s "$notes"; then
  cat "$notes"
  exit 1
fi
