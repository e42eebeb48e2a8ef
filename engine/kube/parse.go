package kube

import (
	"fmt"
	"strconv"
	"strings"
)

// The longest text quoted back in an error, and the most digits of one number: more of
// either is a mistake or an attack, and neither deserves a screen.
const (
	longestQuote  = 48
	longestNumber = 6
)

// Parse reads a version: "1.21.14", "v1.21.14", "1.30.0-rc.1". Build metadata after a
// plus sign is accepted and dropped. Anything less than one exact release is refused
// ("1.21", "1.21.x", "latest"), with an error that quotes the text and says what a
// version looks like. So is the version of a package ("1.21.14-0"), which Semantic
// Versioning would take for a pre-release, older than what it means; see [ReleaseOf].
func Parse(text string) (Version, error) {
	v, fault := parse(text)
	if fault != "" {
		return Version{}, fmt.Errorf("%s %s", quoted(text), fault)
	}
	return v, nil
}

const wanted = "want three numbers, such as 1.21.14"

// parse returns what is wrong as the rest of a sentence that begins with the text.
func parse(text string) (v Version, fault string) {
	if text == "" {
		return v, "is not a version: it is empty; " + wanted
	}
	if strings.ContainsAny(text, " \t\r\n\v\f") {
		return v, "is not a version: it has a space in it; " + wanted
	}
	switch word, _, _ := strings.Cut(text, "-"); word {
	case "latest", "stable", "newest":
		return v, "is not a version: it means another one every month; " + wanted
	}
	core, build, hasBuild := strings.Cut(strings.TrimPrefix(text, "v"), "+")
	core, pre, hasPre := strings.Cut(core, "-")
	numbers := strings.Split(core, ".")
	if len(numbers) == 2 && isNumber(numbers[0]) && isNumber(numbers[1]) && !hasPre {
		return v, fmt.Sprintf("names a minor, not a patch: say %s.N, such as %s.0", clipped(core), clipped(core))
	}
	if len(numbers) != 3 {
		return v, "is not a version: " + wanted
	}
	for i, into := range []*int{&v.Major, &v.Minor, &v.Patch} {
		if *into, fault = number(numbers[i]); fault != "" {
			return v, fault
		}
	}
	if hasPre {
		if fault := faultOfPre(pre, core); fault != "" {
			return v, fault
		}
		v.Pre = pre
	}
	if hasBuild && !areIdentifiers(build) {
		return v, "is not a version: after the + come letters, digits, dots and hyphens only"
	}
	if v.IsZero() {
		return v, "is not a version of kubernetes: there is no release 0.0.0"
	}
	return v, ""
}

func number(text string) (n int, fault string) {
	switch {
	case !isNumber(text):
		return 0, "is not a version: " + wanted
	case len(text) > 1 && text[0] == '0':
		return 0, fmt.Sprintf("is not a version: %s has a leading zero; %s", clipped(text), wanted)
	case len(text) > longestNumber:
		return 0, fmt.Sprintf("is not a version: %s is too large; %s", clipped(text), wanted)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, "is not a version: " + wanted
	}
	return n, ""
}

func faultOfPre(pre, core string) string {
	if !areIdentifiers(pre) {
		return "is not a version: after the - come letters, digits and dots, such as 1.30.0-rc.1"
	}
	if pre[0] >= '0' && pre[0] <= '9' {
		return "is the version of a package, not of kubernetes: say " + core
	}
	for identifier := range strings.SplitSeq(pre, ".") {
		if len(identifier) > 1 && identifier[0] == '0' && isNumber(identifier) {
			return fmt.Sprintf("is not a version: %s has a leading zero", clipped(identifier))
		}
	}
	return ""
}

func isNumber(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// areIdentifiers tells whether text is a dotted list of words of letters, digits and hyphens.
func areIdentifiers(text string) bool {
	for word := range strings.SplitSeq(text, ".") {
		if word == "" {
			return false
		}
		for _, r := range word {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			if !letter && (r < '0' || r > '9') && r != '-' {
				return false
			}
		}
	}
	return true
}

func quoted(text string) string { return strconv.Quote(clipped(text)) }

func clipped(text string) string {
	if len(text) <= longestQuote {
		return text
	}
	return strings.ToValidUTF8(text[:longestQuote], "") + "…"
}
