# $1: the name of the kubelets' ConfigMap; the others: questions.
kubelet_config=$1
shift

tab=$(printf '\t')

# api ARGUMENT…: kubectl, with the credentials of the control plane.
api() { kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"; }

# data CONFIGMAP KEY: a value of a ConfigMap of kube-system; nothing where there is none.
data() { api -n kube-system get configmap "$1" --ignore-not-found -o "jsonpath={.data.$2}"; }

# names RESOURCE…: the names of objects in every namespace; nothing where no such resource is served.
names() {
  for resource in "$@"; do
    # It fails, and prints the rest, where an aggregated API does not answer.
    known=$(api api-resources -o name --api-group="${resource#*.}") || true
    if printf '%s\n' "$known" | grep -q -x -F "$resource"; then
      found=$(api get "$resource" -A -o 'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\n"}{end}') || return 1
      printf '%s\n' "$found" | sed 's| /| |'
    fi
  done
}

ask() {
  case $1 in
    release) ;;
    nodes) api get nodes -o 'jsonpath={range .items[*]}{.metadata.name}{"\t"}{.status.nodeInfo.kubeletVersion}{"\t"}{.status.nodeInfo.containerRuntimeVersion}{"\t"}{.metadata.annotations.kubeadm\.alpha\.kubernetes\.io/cri-socket}{"\n"}{end}' ;;
    kubeadm-config) data kubeadm-config ClusterConfiguration ;;
    kubelet-config) data "$kubelet_config" kubelet ;;
    kube-proxy-config) data kube-proxy 'config\.conf' ;;
    corefile) data coredns Corefile ;;
    psp) names podsecuritypolicies.policy ;;
    scheduling-objects) names workloads.scheduling.k8s.io podgroups.scheduling.k8s.io ;;
    resource-objects) names resourceclaims.resource.k8s.io resourceclaimtemplates.resource.k8s.io resourceclasses.resource.k8s.io podschedulings.resource.k8s.io ;;
    helm-releases)
      # As a table: what is in a Secret does not leave the API server.
      found=$(api get secrets -A -l owner=helm --no-headers) || return 1
      printf '%s\n' "$found" | tr -s ' ' / | cut -d / -f 1,2
      ;;
    placements)
      # Selectors and affinity, then tolerations, of what makes pods.
      found=$(api get daemonsets,deployments,statefulsets -A -o 'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\t"}{.spec.template.spec.nodeSelector}{.spec.template.spec.affinity}{"\t"}{.spec.template.spec.tolerations[*].key}{"\n"}{end}') || return 1
      printf '%s\n' "$found" | lines_with 'node-role[.]kubernetes[.]io/'
      ;;
    volumes)
      found=$(api get persistentvolumes -o 'jsonpath={range .items[*]}{.metadata.name}{"\t"}{.spec}{"\n"}{end}') || return 1
      printf '%s\n' "$found" | sed -n -E "s/^([^$tab]*)$tab.*\"(flocker|quobyte|storageos|glusterfs|cephfs|rbd|awsElasticBlockStore)\":.*/\1$tab\2/p"
      ;;
    webhooks)
      api get validatingwebhookconfigurations,mutatingwebhookconfigurations -o 'jsonpath={range .items[*]}{.metadata.name}{"\t"}{.webhooks[*].failurePolicy}{"\n"}{end}'
      ;;
    applied-apis)
      # Only what was applied in a version that is not final; a last-applied-configuration begins with its own.
      kinds=ingresses.networking.k8s.io,networkpolicies.networking.k8s.io,cronjobs.batch,horizontalpodautoscalers.autoscaling,poddisruptionbudgets.policy
      kinds=$kinds,customresourcedefinitions.apiextensions.k8s.io,validatingwebhookconfigurations.admissionregistration.k8s.io,mutatingwebhookconfigurations.admissionregistration.k8s.io
      kinds=$kinds,clusterroles.rbac.authorization.k8s.io,clusterrolebindings.rbac.authorization.k8s.io,roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io
      kinds=$kinds,storageclasses.storage.k8s.io,csidrivers.storage.k8s.io,priorityclasses.scheduling.k8s.io,runtimeclasses.node.k8s.io
      found=$(api get "$kinds" -A -o 'jsonpath={range .items[*]}{.kind}{"\t"}{.metadata.namespace}/{.metadata.name}{"\t"}{range .metadata.managedFields[*]}{.manager}={.apiVersion} {end}{"\t"}{.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}{"\n"}{end}') || return 1
      printf '%s\n' "$found" | sed -E "s/$tab[{]\"apiVersion\":\"([^\"]*)\".*/$tab\1/" | lines_with 'v[0-9]+(alpha|beta)[0-9]+'
      ;;
    *) cannot "nobody knows this question" ;;
  esac
}
