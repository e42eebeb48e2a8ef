package kube

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Finding is a hazard that a cluster or a host has.
type Finding struct {
	Hazard
	Minor    int      // of the first hop that meets it
	Severity Severity // on this way; see Hazard.Later
	Found    []string // what was found, a line each
}

// Judge reads the answers to questions about the way between two versions. A question that is not
// among the answers was not asked, and finds nothing.
func Judge(from, to Version, answers map[string][]string) []Finding {
	var findings []Finding
	for _, d := range dueOn(from, to) {
		var found []string
		for _, a := range d.asks(from, to) {
			lines, asked := answers[a.Question]
			if !asked {
				continue
			}
			for _, text := range hazardRules[a.Rule](ruling{a, d.Hazard, from, to}, lines) {
				if text = readable(text); !slices.Contains(found, text) {
					found = append(found, text)
				}
			}
		}
		if found != nil {
			findings = append(findings, Finding{d.Hazard, d.minor, d.severity, found})
		}
	}
	return findings
}

// ruling is what a rule knows beside the answer.
type ruling struct {
	Ask
	hazard   Hazard
	from, to Version
}

// hazardRules are the ways to read an answer. Each gives what it found, and nothing where all is well.
var hazardRules = map[string]func(ruling, []string) []string{
	"always":        always,
	"any line":      anyLine,
	"any line in":   anyLineIn,
	"no line":       noLine,
	"version below": versionBelow,
	"number below": func(r ruling, lines []string) []string {
		return r.numbers(lines, func(n, limit int) bool { return n < limit })
	},
	"number above": func(r ruling, lines []string) []string {
		return r.numbers(lines, func(n, limit int) bool { return n > limit })
	},
	"newer than shipped": newerThanShipped,
	"removed flag":       removedFlags,
	"removed gate":       removedGates,
	"requested API":      requestedAPIs,
	"applied API":        appliedAPIs,
}

// Rules are the names of the rules, in order.
func Rules() []string {
	var names []string
	for name := range hazardRules {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// expressions are those of the catalogue, compiled once.
var expressions sync.Map

func expression(pattern string) *regexp.Regexp {
	if re, there := expressions.Load(pattern); there {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(pattern) // embedded: a test compiles all
	expressions.Store(pattern, re)
	return re
}

// matches tells whether a line counts.
func (r ruling) matches(line string) bool {
	return expression(r.Pattern).MatchString(line) && (r.But == "" || !expression(r.But).MatchString(line))
}

// always is for what every cluster meets that makes the hop.
func always(ruling, []string) []string { return []string{""} }

func anyLine(r ruling, lines []string) []string {
	var found []string
	for _, line := range lines {
		if r.matches(line) {
			found = append(found, line)
		}
	}
	return found
}

// anyLineIn looks below one key of the first level of a YAML document.
func anyLineIn(r ruling, lines []string) []string {
	return anyLine(r, section(lines, r.Value))
}

// section is the lines below a key of the first level. kubeadm writes its YAML itself, in block style.
func section(lines []string, key string) []string {
	var below []string
	inside := false
	for _, line := range lines {
		if line != "" && line[0] != ' ' && line[0] != '-' {
			inside = strings.HasPrefix(line, key+":")
			continue
		}
		if inside {
			below = append(below, line)
		}
	}
	return below
}

// noLine is for what must be said, and is not.
func noLine(r ruling, lines []string) []string {
	switch {
	case slices.ContainsFunc(lines, r.matches):
		return nil
	case len(lines) == 1:
		return lines
	}
	return []string{"nothing says so"}
}

// versionBelow compares what the pattern's first group matches.
func versionBelow(r ruling, lines []string) []string {
	var found []string
	for _, line := range lines {
		match := expression(r.Pattern).FindStringSubmatch(line)
		if match != nil && slices.Compare(numbersOf(match[1]), numbersOf(r.Value)) < 0 {
			found = append(found, line)
		}
	}
	return found
}

// numbersOf are the leading numbers of a version: 3, 5, 15 of 3.5.15-0.
func numbersOf(text string) []int {
	text, _, _ = strings.Cut(text, "-")
	var numbers []int
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		numbers = append(numbers, n)
	}
	return numbers
}

func (r ruling) numbers(lines []string, holds func(n, limit int) bool) []string {
	limit, _ := strconv.Atoi(r.Value) // a test reads all of the catalogue
	var found []string
	for _, line := range lines {
		match := expression(r.Pattern).FindStringSubmatch(line)
		if match == nil {
			continue
		}
		if n, err := strconv.Atoi(match[1]); err == nil && holds(n, limit) {
			found = append(found, line)
		}
	}
	return found
}

// newerThanShipped compares an etcd with that of the target; where other hops lie between, nobody
// knows their patches yet.
func newerThanShipped(r ruling, lines []string) []string {
	shipped, known := ShippedBy(r.to)
	if !known || r.to.Minor > r.from.Minor+1 {
		return nil
	}
	var found []string
	for _, line := range lines {
		match := expression(r.Pattern).FindStringSubmatch(line)
		if match != nil && slices.Compare(numbersOf(match[1]), numbersOf(shipped.Etcd)) > 0 {
			found = append(found, fmt.Sprintf("%s, and %s ships %s", match[1], r.to, shipped.Etcd))
		}
	}
	return found
}

var (
	flagWord    = regexp.MustCompile(`--[a-z][a-z0-9-]*`)
	extraArg    = regexp.MustCompile(`^(?:    ([a-z][a-z0-9-]*):|\s+(?:- )?name: ([a-z][a-z0-9-]*)$)`)
	gateFlag    = regexp.MustCompile(`\b([A-Z][A-Za-z0-9]+)=(?:true|false)\b`)
	gateConfig  = regexp.MustCompile(`^\s+([A-Z][A-Za-z0-9]+): (?:true|false)$`)
	metricLabel = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)
)

// removedFlags reads "FILE:--flag" of a kubelet, and ClusterConfiguration for the others: extraArgs are
// a table up to v1beta3, and a list of names and values from v1beta4.
func removedFlags(r ruling, lines []string) []string {
	component := r.Value
	var found []string
	add := func(flag, where string) {
		minor, gone := RemovedFlag(component, flag, r.from, r.to)
		if gone && r.hazard.Targets.Has(minor) && !r.cleanedUp(flag, where, minor) {
			found = append(found, fmt.Sprintf("%s in %s, gone from 1.%d", flag, where, minor))
		}
	}
	if component == "kubelet" {
		for _, line := range lines {
			where, rest, _ := strings.Cut(line, ":")
			for _, flag := range flagWord.FindAllString(rest, -1) {
				add(flag, where)
			}
		}
		return found
	}
	key := map[string]string{"kube-apiserver": "apiServer", "kube-controller-manager": "controllerManager", "kube-scheduler": "scheduler"}[component]
	for _, line := range section(lines, key) {
		if match := extraArg.FindStringSubmatch(line); match != nil {
			add("--"+match[1]+match[2], key+".extraArgs")
		}
	}
	return found
}

// cleanedUp tells whether the kubeadm of a hop on the way takes the flag out of its own file before the
// kubelet meets it.
func (r ruling) cleanedUp(flag, file string, gone int) bool {
	return strings.HasSuffix(file, "/kubeadm-flags.env") && slices.ContainsFunc(FlagCleanUps(r.from, r.to), func(c FlagCleanUp) bool {
		return c.Flag == flag && c.Minor <= gone && !c.AddsScheme
	})
}

// removedGates reads gates of flags (Name=true), of a configuration (Name: true), or kubeadm's own.
func removedGates(r ruling, lines []string) []string {
	look, forms := RemovedGate, []*regexp.Regexp{gateFlag}
	switch r.Value {
	case "config":
		forms = []*regexp.Regexp{gateFlag, gateConfig}
	case "kubeadm":
		look, forms = RemovedKubeadmGate, []*regexp.Regexp{gateConfig}
	}
	var found []string
	for _, line := range lines {
		for _, form := range forms {
			for _, match := range form.FindAllStringSubmatch(line, -1) {
				if minor, gone := look(match[1], r.from, r.to); gone && r.hazard.Targets.Has(minor) {
					found = append(found, fmt.Sprintf("%s in %s, gone from 1.%d", match[1], r.Question, minor))
				}
			}
		}
	}
	return found
}

// requestedAPIs reads lines of the metric apiserver_requested_deprecated_apis that name a release.
// PodSecurityPolicies do not count: the garbage collector asks for them in every cluster up to 1.24, and
// they have hazards of their own.
func requestedAPIs(r ruling, lines []string) []string {
	var found []string
	for _, line := range lines {
		label := map[string]string{}
		for _, match := range metricLabel.FindAllStringSubmatch(line, -1) {
			label[match[1]] = match[2]
		}
		if label["removed_release"] != r.Value || label["resource"] == "podsecuritypolicies" || strings.HasSuffix(line, " 0") {
			continue
		}
		version := strings.TrimPrefix(label["group"]+"/"+label["version"], "/")
		text := label["resource"] + " in " + version
		if now := replacementOf(version, label["resource"], mustMinor(r.Value)); now != "" {
			text += ", now " + now
		}
		found = append(found, text)
	}
	return found
}

// client tells a field manager that is a person or a tool of theirs; controllers write what they write in
// the version of their time.
var client = regexp.MustCompile(`(?i)kubectl|helm|argocd|flux|kustomize|terraform|pulumi|ansible`)

// appliedAPIs reads lines of kind, name, managers with their versions, and the version last applied.
func appliedAPIs(r ruling, lines []string) []string {
	var found []string
	for _, line := range lines {
		fields := strings.Split(line, "\t")
		if len(fields) < 4 {
			continue
		}
		versions := []string{fields[3]}
		for _, manager := range strings.Fields(fields[2]) {
			if name, version, _ := strings.Cut(manager, "="); client.MatchString(name) {
				versions = append(versions, version)
			}
		}
		for _, version := range versions {
			if minor, now, gone := RemovedKind(version, fields[0], r.from, r.to); gone {
				text := fmt.Sprintf("%s %s in %s, gone from 1.%d", fields[0], strings.TrimPrefix(fields[1], "/"), version, minor)
				if now != "" {
					text += ", now " + now
				}
				found = append(found, text)
				break
			}
		}
	}
	return found
}

// readable is a found line without its tabs, and not too long.
func readable(text string) string {
	const longest = 160
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// String is the finding as a sentence or two for the operator.
func (f Finding) String() string {
	const shown = 5
	text := f.ID + ": " + f.Why
	found := f.Found
	if len(found) > shown {
		found = append(slices.Clone(found[:shown]), fmt.Sprintf("%d more", len(f.Found)-shown))
	}
	if list := strings.Join(found, "; "); list != "" {
		text += ". Found: " + list
	}
	return fmt.Sprintf("%s. To do before 1.%d: %s (%s)", text, f.Minor, f.Action, f.Source)
}
