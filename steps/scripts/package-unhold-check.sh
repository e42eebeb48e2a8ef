# The arguments are packages. There is something to do where one of them is held.
now=$(held "$@")
echo "held: ${now:-none}"
test -z "$now"
