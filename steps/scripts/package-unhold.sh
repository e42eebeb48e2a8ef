# The arguments are packages. They are written down first, so that whatever happens later they can be held again.
now=$(held "$@")
mkdir -p "${notes%/*}"
echo "$now" | while read -r manager name; do
  if ! grep -s -q -x "$manager $name" "$notes"; then echo "$manager $name" >>"$notes"; fi
done
echo "$now" | while read -r manager name; do
  case $manager in
    apt) patient apt-mark unhold "$name" ;;
    yum) yum versionlock delete "$name" ;;
  esac
done
