package facts

import "regexp"

// hidden stands where a secret stood.
const hidden = "(hidden)"

// secrets are what is taken out of all that is kept, and what stays of it. What a step makes of an answer must not depend
// on them: a version or a name never looks like these.
var secrets = []struct {
	pattern *regexp.Regexp
	stays   string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`), hidden},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`), hidden},                                     // a JSON web token
	{regexp.MustCompile(`(?i)\bbearer +[A-Za-z0-9._~+/=-]+`), "Bearer " + hidden},                                              // a header with one
	{regexp.MustCompile(`\b[a-z0-9]{6}\.[a-z0-9]{16}\b`), hidden},                                                              // a bootstrap token
	{regexp.MustCompile(`(://)[^/@\s"'\\]*@`), "${1}" + hidden + "@"},                                                          // http://me:secret@proxy
	{regexp.MustCompile(`(?i)\b((?:[a-z0-9]+[_-])*(?:password|passwd|passphrase)"?\s*[=:]\s*"?)[^\s"',;}]+`), "${1}" + hidden}, // password=…
	{regexp.MustCompile(`(\bclient-key-data"?\s*:\s*"?)[A-Za-z0-9+/=]+`), "${1}" + hidden},                                     // of a kubeconfig
	{regexp.MustCompile(`(\btoken"?\s*[=:]\s*"?)[^\s"',;}]{8,}`), "${1}" + hidden},
}

// hide is text without tokens, private keys and passwords.
func hide(text string) string {
	for _, s := range secrets {
		text = s.pattern.ReplaceAllString(text, s.stays)
	}
	return text
}
