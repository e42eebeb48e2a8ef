package twin

import "strings"

// The plugin of dnf that locks packages at versions, and its list.
const (
	lockPlugin = "python3-dnf-plugin-versionlock"
	lockList   = "/etc/dnf/plugins/versionlock.list"
)

// lockOf is a line of the list, as dnf writes it.
func lockOf(name, evr string) string { return name + "-0:" + evr + ".*" }

// locked are the version-releases at which a package is locked; none where it is not. dnf, other than yum 3, lists
// the others too.
func (y *yumCall) locked(name string) []string {
	if y.host.pkg(lockPlugin, y.now()) == "" || y.verb == "list" {
		return nil
	}
	text, _ := y.host.disk.read(lockList, y.now()) // no list, no locks
	var at []string
	for line := range strings.Lines(text) {
		if evr, ok := strings.CutPrefix(strings.TrimSpace(line), name+"-0:"); ok {
			at = append(at, strings.TrimSuffix(evr, ".*"))
		}
	}
	return at
}

// versionlock answers list, add and delete.
func (y *yumCall) versionlock() int {
	if y.host.pkg(lockPlugin, y.now()) == "" {
		y.errf("No such command: versionlock. Please use /usr/bin/yum --help\nIt could be a YUM plugin command, try: \"yum install 'dnf-command(versionlock)'\"\n")
		return 1
	}
	y.charge(quick)
	y.sayf("%s", y.expiration())
	text, _ := y.host.disk.read(lockList, y.now())
	if len(y.args) == 0 || y.args[0] == "list" {
		y.outf("%s", text)
		return 0
	}
	for _, name := range y.args[1:] {
		switch y.args[0] {
		case "add":
			evr := y.host.pkg(name, y.now())
			if evr == "" {
				y.outf("No package found for: %s\n", name)
				return 1
			}
			y.outf("Adding versionlock on: %s\n", lockOf(name, evr))
			text += lockOf(name, evr) + "\n"
		case "delete":
			kept := ""
			for line := range strings.Lines(text) {
				if strings.HasPrefix(line, name+"-0:") {
					y.outf("Deleting versionlock for: %s", line)
					continue
				}
				kept += line
			}
			if kept == text {
				y.errf("Error: No package found for: %s\n", name)
				return 1
			}
			text = kept
		default:
			return y.usage()
		}
	}
	if err := y.host.disk.write(lockList, text, 0o644, y.now()); err != nil {
		y.errf("Error: %s: %s\n", lockList, sentence(err))
		return 1
	}
	return 0
}
