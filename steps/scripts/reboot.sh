# Asked again and again until this is another boot than the one that was noted; it reboots once.
now=$(cat /proc/sys/kernel/random/boot_id)
if test "$now" != "$(cat /var/lib/rung/boot-before)"; then
  echo "$now"
  exit 0
fi
if ! test -e /run/rung-reboot; then
  # Not at once, so that this answer still gets through.
  systemd-run --on-active=2s --timer-property=AccuracySec=1s systemctl reboot
  touch /run/rung-reboot
fi
echo "it is asked to reboot, and is still in the boot of before" >&2
exit 1
