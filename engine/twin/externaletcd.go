package twin

import (
	"slices"
	"strings"
	"time"
)

// externalEtcd are the members of an etcd that does not run on the control planes.
var externalEtcd = []string{"https://10.200.0.5:2379", "https://10.200.0.6:2379", "https://10.200.0.7:2379"}

// LoseEtcd takes members of an external etcd away, the last ones first. Two of three are its quorum.
func (c *Cluster) LoseEtcd(members int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lostEtcd = members
}

// hasQuorum tells whether an external etcd answers; one on the control planes is no matter of this.
func (c *Cluster) hasQuorum() bool { return len(externalEtcd)-c.lostEtcd > len(externalEtcd)/2 }

// externalHealth is `etcdctl --endpoints=… endpoint health` for an external etcd.
func (k *kubectlCall) externalHealth(endpoints []string) int {
	code := 0
	for _, endpoint := range endpoints {
		i := slices.Index(externalEtcd, endpoint)
		if i >= 0 && i < len(externalEtcd)-k.cluster.lostEtcd && k.cluster.hasQuorum() {
			k.outf("%s is healthy: successfully committed proposal: took = 9.%dms\n", endpoint, hash(endpoint)%1000)
			continue
		}
		k.charge(5 * time.Second)
		k.errf("{\"level\":\"warn\",\"msg\":\"retrying of unary invoker failed\",\"target\":\"%s\",\"error\":\"context deadline exceeded\"}\n%s is unhealthy: failed to commit proposal: context deadline exceeded\n", endpoint, endpoint)
		code = 1
	}
	if code != 0 {
		k.errf("Error: unhealthy cluster\n")
	}
	return code
}

// endpointsOf are those that arguments of etcdctl name.
func endpointsOf(args []string) []string {
	for i, arg := range args {
		if list, joined := strings.CutPrefix(arg, "--endpoints="); joined {
			return strings.Split(list, ",")
		}
		if arg == "--endpoints" && i+1 < len(args) {
			return strings.Split(args[i+1], ",")
		}
	}
	return []string{"127.0.0.1:2379"}
}

// ready is /readyz, or one check of it: the apiserver reads a key of etcd.
func (k *kubectlCall) ready(path string) int {
	if k.cluster.shape.ExternalEtcd && !k.cluster.hasQuorum() {
		k.charge(2 * time.Second)
		k.errf("Error from server (InternalError): an error on the server (\"[+]ping ok\\n[-]etcd failed: reason withheld\\n%s check failed\") has prevented the request from succeeding\n", strings.Trim(path, "/"))
		return 1
	}
	k.outf("ok")
	return 0
}
