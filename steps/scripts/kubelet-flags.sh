# $1, …: the clean-ups, "drop FLAG" or "scheme FLAG", as the kubeadm of one single minor each would make them.
own=/var/lib/kubelet/kubeadm-flags.env
for change in "$@"; do
  flag=${change#* }
  case $change in
    'drop '*) edit="s#([ \"])$flag(=[^ \"]*| +[^- \"][^ \"]*)?([ \"])#\\1\\3#" ;;
    'scheme '*) edit="s#([ \"]$flag[ =]+)/#\\1unix:///#" ;;
  esac
  sed -E -e "$edit" -e 's#  +# #g' -e 's#=" #="#' -e 's# "$#"#' "$own" >"$own.new"
  cat "$own.new" >"$own"
  rm "$own.new"
done
