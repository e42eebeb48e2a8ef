# What was held is written down here before it is released, a line of "apt NAME" or "yum NAME" each.
notes=/var/lib/rung/held-packages
toml=/etc/dnf/versionlock.toml

# held PACKAGE…: which of them are held, by apt or by a version lock of yum or dnf, as such lines.
held() {
  if command -v apt-mark >/dev/null; then
    on_hold=$(apt-mark showhold)
    for name in "$@"; do
      if echo "$on_hold" | grep -q -x "$name"; then echo "apt $name"; fi
    done
  fi
  test -s "$toml" || test -s /etc/yum/pluginconf.d/versionlock.list || test -s /etc/dnf/plugins/versionlock.list || return 0
  for name in "$@"; do
    # dnf 5: [[packages]] with a name and conditions; != is a version that is skipped, and no hold.
    if sed -n "/^name *= *\"$name\"/,/^\[\[packages\]\]/p" "$toml" 2>/dev/null | grep -q '^comparator *= *"[=<>]'; then echo "yum $name"; fi
    if grep -s -q -E "^([0-9]+:)?$name-([0-9]+:)?[0-9*]" /etc/yum/pluginconf.d/versionlock.list /etc/dnf/plugins/versionlock.list; then echo "yum $name"; fi
  done
}
