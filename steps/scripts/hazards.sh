# Answers questions, whose names are the arguments: NAME alone says that it was asked, and each line of
# the answer follows it as "NAME line". "NAME! why" says that this host cannot answer. Questions behind
# "--" are for control planes, and left out elsewhere.

# cannot WHY: this host has no answer; why not.
cannot() {
  echo "$1"
  return 3
}

# lines_with PATTERN: the lines that match; none is no error.
lines_with() { grep -E -e "$1" || test $? = 1; }

for question in "$@"; do
  if test "$question" = --; then
    test -f /etc/kubernetes/manifests/kube-apiserver.yaml || break
    continue
  fi
  if answer=$(ask "$question"); then
    echo "$question"
    case $answer in
      '') ;;
      *"
"*) printf '%s\n' "$answer" | sed "s|^|$question |" ;;
      *) printf '%s %s\n' "$question" "$answer" ;;
    esac
  elif test $? = 3; then
    printf '%s\n' "$answer" | tail -n 1 | sed "s|^|$question! |"
  else
    echo "the question $question could not be asked: see what is printed above" >&2
    exit 1
  fi
done
