# yum_is_dnf5: whether it is here, and other options and other files count. Few hosts have a dnf5 at all.
yum_is_dnf5() {
  command -v dnf5 >/dev/null || return 1
  case $(readlink -f "$(command -v yum)") in */dnf5) ;; *) return 1 ;; esac
}

# no_excludes: the option for which the exclude line of the repository kubernetes does not count.
no_excludes() { if yum_is_dnf5; then echo --setopt=disable_excludes=kubernetes; else echo --disableexcludes=kubernetes; fi; }
