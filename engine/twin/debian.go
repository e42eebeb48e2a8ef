package twin

import (
	"fmt"
	"path"
	"strings"

	"rung/engine/kube"
)

// The package managers of a twin's hosts: what Shape.Packages may be.
const (
	Yum   = "yum"   // yum, dnf and rpm; the usual
	Apt   = "apt"   // apt and dpkg
	Mixed = "mixed" // every second host has apt
)

// debRelease is the version of a deb: the legacy repository's revision up to 1.23, the community's from 1.24.
func debRelease(v kube.Version) string {
	if v.Minor <= 23 {
		return v.String() + "-00"
	}
	return v.String() + "-1.1"
}

// installedDebs is what a fresh host with apt has.
func (m *market) installedDebs(v kube.Version) map[string]string {
	packages := map[string]string{"bash": "5.1-6ubuntu1", "coreutils": "8.32-4.1ubuntu1", "systemd": "249.11-0ubuntu3", "procps": "2:3.3.17-6ubuntu2", "psmisc": "23.4-2build3", "apt": "2.4.12", "dpkg": "1.21.1ubuntu2"}
	for name, releases := range m.otherDebs {
		packages[name] = releases[0]
	}
	for _, name := range kubernetesPackages {
		packages[name] = debRelease(v)
	}
	return packages
}

// kubernetesSource is /etc/apt/sources.list.d/kubernetes.list of a new host.
func kubernetesSource(shape Shape) string {
	const keyring = "[signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg]"
	if shape.PerMinorRepository {
		return fmt.Sprintf("deb %s https://mirror.example/core:/stable:/v%s/deb/ /\n", keyring, shape.Version.MinorString())
	}
	return "deb " + keyring + " https://mirror.example/kubernetes/apt kubernetes-xenial main\n"
}

// debianFiles turns the files of a host with yum into those of one with apt.
func debianFiles(files map[string]file, shape Shape) {
	for name := range files {
		if strings.HasPrefix(name, "/etc/yum") || strings.HasPrefix(name, "/boot/") || strings.HasPrefix(name, "/etc/dnf") || strings.HasPrefix(name, "/etc/sysconfig") || name == "/etc/redhat-release" || name == "/var/cache/yum" || name == rpmCache {
			delete(files, name)
		}
	}
	made := files["/etc/os-release"].mtime
	text := func(name, data string) { files[name] = file{mode: 0o644, data: data, mtime: made} }
	text("/etc/os-release", "PRETTY_NAME=\"Ubuntu 22.04.5 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.5 LTS (Jammy Jellyfish)\"\nID=ubuntu\nID_LIKE=debian\n")
	text("/etc/apt/sources.list", "# See the files of sources.list.d too.\ndeb https://mirror.example/ubuntu jammy main\n")
	text("/etc/apt/sources.list.d/kubernetes.list", kubernetesSource(shape))
	for _, name := range []string{"/etc/apt/sources.list", "/etc/apt/sources.list.d/kubernetes.list"} {
		for _, s := range aptSources(name, files[name].data) {
			text(path.Join(aptLists, s.listName()), s.uri)
		}
	}
	text(kernelImage("5.15.0-100-generic"), "kernel\n")
	files[aptArchives] = file{mode: dirMode, mtime: made}
	files["/etc/default"] = file{mode: dirMode, mtime: made}
}

const (
	aptLists    = "/var/lib/apt/lists"
	aptArchives = "/var/cache/apt/archives"
)

// aptSource is one source of packages: a deb line, or an address of a stanza.
type aptSource struct{ uri, suite, component string }

// aptSources reads a .list or a .sources file.
func aptSources(name, text string) []aptSource {
	var found []aptSource
	if path.Ext(name) != ".sources" {
		for line := range strings.Lines(text) {
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "deb" {
				continue
			}
			words = words[1:]
			if strings.HasPrefix(words[0], "[") {
				for len(words) > 1 && !strings.HasSuffix(words[0], "]") {
					words = words[1:]
				}
				words = words[1:]
			}
			if len(words) >= 2 {
				found = append(found, sourcesOf(words[0], words[1], words[2:])...)
			}
		}
		return found
	}
	for stanza := range strings.SplitSeq(text, "\n\n") {
		fields := map[string][]string{}
		key := ""
		for line := range strings.Lines(stanza) {
			if name, value, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(name, " \t") {
				key, line = name, value
			}
			fields[key] = append(fields[key], strings.Fields(line)...)
		}
		for _, uri := range fields["URIs"] {
			for _, suite := range fields["Suites"] {
				found = append(found, sourcesOf(uri, suite, fields["Components"])...)
			}
		}
	}
	return found
}

func sourcesOf(uri, suite string, components []string) []aptSource {
	uri = strings.TrimSuffix(uri, "/")
	if len(components) == 0 { // a flat repository
		return []aptSource{{uri, suite, ""}}
	}
	var found []aptSource
	for _, c := range components {
		found = append(found, aptSource{uri, suite, c})
	}
	return found
}

// listName is the file that apt keeps a source's packages in.
func (s aptSource) listName() string {
	_, address, _ := strings.Cut(s.uri, "://")
	where := address + "/" + s.suite
	if s.component != "" {
		where = address + "/dists/" + s.suite + "/" + s.component + "/binary-amd64"
	}
	return strings.ReplaceAll(strings.TrimRight(where, "/"), "/", "_") + "_Packages"
}

// shown is how madison and policy show a source.
func (s aptSource) shown() string {
	if s.component != "" {
		return s.uri + " " + s.suite + "/" + s.component + " amd64 Packages"
	}
	return s.uri + " " + strings.TrimPrefix(s.suite, "/") + " Packages"
}
