# apt_upgrades PACKAGE…: what apt would upgrade now, a name a line. It fails where one of these, names or patterns,
# is among it: apt leaves alone only what is held.
apt_upgrades() {
  would=$(apt-get upgrade -s --with-new-pkgs)
  for name in $(echo "$would" | sed -n 's/^Inst \([^ ]*\) .*/\1/p'); do
    for pattern; do
      case $name in
        $pattern)
          echo "apt would upgrade $name, which is to stay as it is: hold it, with apt-mark hold $name" >&2
          exit 2
          ;;
      esac
    done
    echo "$name"
  done
}
