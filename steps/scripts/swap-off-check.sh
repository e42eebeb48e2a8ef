test -z "$(swapon --show=NAME --noheadings)" || exit 1
if grep -q -E '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab; then exit 1; fi
