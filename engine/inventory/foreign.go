package inventory

import (
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// foreign are words of Ansible, and others that people reach for, and what
// says the same here.
var foreign = map[string]string{
	"ansible_host": "address", "ansible_ssh_host": "address", "ip": "address", "hostname": "address", "host": "address", "access_ip": "address",
	"ansible_user": "user", "ansible_ssh_user": "user", "remote_user": "user", "username": "user", "login": "user",
	"ansible_port": "port", "ansible_ssh_port": "port", "ansible_become": "sudo", "become": "sudo",
	"ansible_ssh_private_key_file": "identity_file", "ansible_private_key_file": "identity_file", "key": "identity_file", "private_key": "identity_file", "ssh_key": "identity_file",
	"bastion": "jump", "proxy_jump": "jump", "ProxyJump": "jump", "environment": "env", "labels": "vars", "name": "node", "nodename": "node", "node_name": "node",
}

func unknownKey(f yamldoc.Field, what string, known []string) diag.Diagnostic {
	hint := didYouMeanOr(f.Key, known, "it may have "+strings.Join(known, ", "))
	before, after, tight := strings.Cut(f.Key, ":")
	switch {
	case slices.Contains(known, foreign[f.Key]):
		hint = "here that is " + foreign[f.Key]
	case tight && slices.Contains(known, before):
		hint = "a colon needs a space behind it:  " + before + ": " + after
	case f.Key == "children" || f.Key == "vars":
		hint = "an inventory of Ansible is read as a whole, or not at all: rung inventory import makes one of rung of it"
	}
	return diag.Errorf("unknown-key", f.Pos, "unknown key %q in %s", f.Key, what).Over(len([]rune(f.Key))).WithHint("%s", hint)
}
