# dnf5: whether yum is dnf 5 here, of which other options and other files count.
dnf5() { case $(readlink -f "$(command -v yum)") in */dnf5) ;; *) return 1 ;; esac; }

# no_excludes: the option for which the exclude line of the repository kubernetes does not count.
no_excludes() { if dnf5; then echo --setopt=disable_excludes=kubernetes; else echo --disableexcludes=kubernetes; fi; }
