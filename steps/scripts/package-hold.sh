# A version lock is for the version that is installed now. A note goes once its package is held again.
cat "$notes" | while read -r manager name; do
  case $manager in
    apt) patient apt-mark hold "$name" ;;
    yum) yum versionlock add "$name" ;;
  esac
  grep -v -x "$manager $name" "$notes" >"$notes.new" || : # none is left
  mv "$notes.new" "$notes"
done
