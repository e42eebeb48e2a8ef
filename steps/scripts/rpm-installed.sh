# rpm exits with the number of packages that are missing; here any number means "to do".
rpm -q "$@" || exit 1
