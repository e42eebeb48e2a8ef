package facts

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// hidden stands where a secret stood.
const hidden = "(hidden)"

// secrets are what is taken out of all that is kept, and what stays of it. What a step makes of an answer must not depend
// on them: a version or a name never looks like these.
var secrets = []struct {
	pattern *regexp.Regexp
	stays   string
}{
	{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----([^"]*?-----END [A-Z ]*PRIVATE KEY-----|[^"]*)`), hidden},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`), hidden},                                                     // a JSON web token
	{regexp.MustCompile(`(?i)\bbearer +[A-Za-z0-9._~+/=-]+`), "Bearer " + hidden},                                                              // a header with one
	{regexp.MustCompile(`\b[a-z0-9]{6}\.[a-z0-9]{16}\b`), hidden},                                                                              // a bootstrap token
	{regexp.MustCompile(`(://)[^/@\s"'\\]*@`), "${1}" + hidden + "@"},                                                                          // http://me:secret@proxy
	{regexp.MustCompile(`(?i)\b((?:[a-z0-9]+[_-])*(?:password|passwd|passphrase)(?:\\*")?\s*[=:]\s*(?:\\*")?)[^\s"',;}\\]+`), "${1}" + hidden}, // password=…
	{regexp.MustCompile(`(\bclient-key-data"?\s*:\s*"?)[A-Za-z0-9+/=]+`), "${1}" + hidden},                                                     // of a kubeconfig
	{regexp.MustCompile(`(\btoken(?:\\*")?\s*[=:]\s*(?:\\*")?)[^\s"',;}\\]{8,}`), "${1}" + hidden},
}

// Hide is text without tokens, private keys and passwords. What was JSON stays JSON: it is read again.
func Hide(text string) string {
	found := hide(text)
	if found == text || !json.Valid([]byte(text)) || json.Valid([]byte(found)) {
		return found
	}
	in := json.NewDecoder(bytes.NewReader([]byte(text)))
	in.UseNumber()
	var value any
	if in.Decode(&value) != nil {
		return found
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if to.Encode(within("", value)) != nil {
		return found
	}
	return out.String()
}

func hide(text string) string {
	for _, s := range secrets {
		text = s.pattern.ReplaceAllString(text, s.stays)
	}
	return text
}

// within is the value of a key without secrets.
func within(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, item := range v {
			v[name] = within(name, item)
		}
	case []any:
		for i, item := range v {
			v[i] = within(key, item)
		}
	case string:
		if line := key + ": " + v; hide(line) != line {
			return hidden
		}
	case json.Number:
		if line := key + ": " + v.String(); hide(line) != line {
			return hidden
		}
	}
	return value
}
