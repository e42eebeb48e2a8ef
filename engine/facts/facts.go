// Package facts keeps what a look at the hosts of an inventory found, in a file: `rung facts` takes it, `rung render
// --facts` goes by it without any connection, and a twin can be made of it.
//
// Facts are no subsystem of their own. They are the outputs of read-only steps, and those are made of what read-only
// commands said. So a file of facts is a recording of commands: a Recorder is a step.Exec in front of another one, and a
// Replay is a step.Exec that answers as the hosts did. A live rendering goes by either, and does not know which.
//
// Its invariant: nothing is invented. A command that was not recorded has no answer (Replay.Knows says so), and what
// depends on it is unknown, as in a rendering without hosts.
//
// # The file
//
// It is JSON, an object a line, compressed where its name ends with .gz. The first line is the Header, with the version
// of the format and how many lines of each kind follow; then the answers, by host and time; then the findings. Commands and
// what was said at length stand before the first answer that has them, and go by their numbers there, from 1: thousands of
// hosts are asked the same, and say the same.
//
//	{"facts":2,"rung":"0.9.0","began":"…","ended":"…","playbook":"kubeadm-upgrade","inputs":{"target":"1.34.2"},"inventory":{…},"answers":41,"findings":17}
//	{"text":"kubectl … get nodes -o json"}
//	{"text":"{\"apiVersion\":…"}
//	{"answer":{"host":"cp1","key":"9f2c…","exit":0,"at":"…","took":81000000,"asked":1,"said":2}}
//	{"finding":{"stage":"Look/The hosts","host":"w1","step":"1:facts","type":"host-facts","outcome":"ok","outputs":{"os":"rocky",…}}}
//
// Files of version 1 are read too: each answer has "command" and "stdout" of its own there.
//
// An answer is what one command said on one host, the last time it was asked. A finding is how a read-only step ended on a
// host, and its outputs, as guards read them: steps.<id>.<output>.
//
// Besides the steps of the playbook, `rung facts` asks a control plane what a simulated cluster is made of (Survey), and
// [File.Cluster] reads it: nodes, workloads, pods, PodDisruptionBudgets, and per host what the playbook's host-facts and
// package-versions found. What was not asked, or not answered, is named in Cluster.Missing.
//
// Objects of the API are trimmed to what steps use; see trim.go. No secret is kept: commands with a secret input are not
// recorded, Secrets lose their data and containers the values of their environment, and tokens, private keys and
// passwords are taken out of all that was said, of the inputs and of the variables of hosts.
package facts

import (
	"time"

	"rung/engine/step"
)

// Version is the version of the format that is written, and the newest that is read.
const Version = 2

// Header is the first line of a file: when, where and for what the facts were taken.
type Header struct {
	Facts     int               `json:"facts"` // the version of the format
	Rung      string            `json:"rung"`  // that of the program
	Began     time.Time         `json:"began"`
	Ended     time.Time         `json:"ended"`
	Playbook  string            `json:"playbook"`
	Inputs    map[string]string `json:"inputs,omitempty"` // as templates write them, without secrets
	Inventory Inventory         `json:"inventory"`
	Stopped   string            `json:"stopped,omitempty"` // why a run would stop, where it would; "" else
	Answers   int               `json:"answers"`           // how many lines of answers follow
	Findings  int               `json:"findings"`
}

// Inventory is whose facts they are.
type Inventory struct {
	Hosts  []Host              `json:"hosts"`
	Groups map[string][]string `json:"groups"`
}

// Host is a host of the inventory, without what only a login needs.
type Host struct {
	Name    string            `json:"name"`
	Node    string            `json:"node"`
	Address string            `json:"address,omitempty"`
	Vars    map[string]string `json:"vars,omitempty"`
}

// Answer is what a read-only command said on a host, the last time it was asked.
type Answer struct {
	Host    string        `json:"host"`
	Key     string        `json:"key"` // tells the command apart: see KeyOf
	Command string        `json:"command,omitempty"`
	Exit    int           `json:"exit"`
	Stdout  string        `json:"stdout,omitempty"`
	Stderr  string        `json:"stderr,omitempty"`
	Binary  bool          `json:"binary,omitempty"` // Stdout and Stderr are base64, because they are no text
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
}

// Finding is how a read-only step ended on a host.
type Finding struct {
	Stage   string         `json:"stage"`
	Host    string         `json:"host"`
	Step    string         `json:"step"` // its key in the stage
	Type    string         `json:"type,omitempty"`
	Title   string         `json:"title,omitempty"`
	Outcome step.Outcome   `json:"outcome"`
	Text    string         `json:"text,omitempty"` // why, where it did not end well
	Outputs map[string]any `json:"outputs,omitempty"`
}

// File is all that was found.
type File struct {
	Header
	Recorded []Answer
	Found    []Finding
}

// Cluster is what a simulated cluster is made of, read out of a File.
type Cluster struct {
	Taken     time.Time
	Version   string     // of kubeadm-config, 1.33.4; "" where it is not known
	Nodes     []Node     // by name
	Workloads []Workload // Deployments, StatefulSets and DaemonSets, by namespace and name
	Pods      []Pod
	Budgets   []Budget  // PodDisruptionBudgets
	Machines  []Machine // hosts, in the order of the inventory
	Groups    map[string][]string
	Missing   []string // what could not be read, a sentence each
}

// Node is a node of the cluster.
type Node struct {
	Name                          string
	ControlPlane, Ready, Cordoned bool
	Kubelet, Runtime, OS          string            // v1.33.4, containerd://1.7.27, Rocky Linux 8.10 (Green Obsidian)
	Address                       string            // InternalIP
	CPU, Memory, Pods             string            // allocatable, as Kubernetes writes quantities: 4, 16315Mi, 110
	Labels                        map[string]string // all of them
	Taints                        []Taint
}

// Taint is a taint of a node.
type Taint struct{ Key, Value, Effect string }

// Workload is a Deployment, a StatefulSet or a DaemonSet.
type Workload struct {
	Kind, Namespace, Name string
	Replicas              int // wanted; of a DaemonSet: on how many nodes
	Ready                 int
	Selector              map[string]string // matchLabels
}

// Pod is a pod that has not come to its end.
type Pod struct {
	Namespace, Name, Node, Phase string
	Ready                        bool
	Owner                        string // kind/name of its controller, ReplicaSet/web-5d4f; "" where nothing starts it again
	Labels                       map[string]string
	Requests                     []map[string]string // of each container: cpu, memory
	EmptyDir                     bool
	HostPath                     bool
	Mirror                       bool // a static pod
}

// Budget is a PodDisruptionBudget.
type Budget struct {
	Namespace, Name              string
	MinAvailable, MaxUnavailable string            // a number or a percentage; "" where it is not given
	Selector                     map[string]string // matchLabels
	Allowed, Healthy, Desired    int               // as the API counted when it was asked
}

// Machine is a host, as far as the playbook's steps have looked at it. What is not known is empty.
type Machine struct {
	Host
	OS, OSVersion  string // rocky, 8.10
	PackageManager string // yum, dnf or apt
	Kubeadm        string // 1.33.4
	Kubelet        string
	Offered        []string // versions of kubeadm on offer
	ControlPlane   bool     // static pods of a control plane are here
	Etcd           string   // stacked, external or none
	Swap           bool
	CPUs           int
	Facts          map[string]any // all outputs of host-facts
}
