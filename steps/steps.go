// Package steps holds the step types that come with rung: one Go file for each,
// one page of examples in testdata/<type>.txtar, and its shell under scripts/.
//
// Its one invariant: a step is pure. It turns its fields into commands, and the
// output of commands into values; it opens nothing, waits for nothing and knows
// no time. So what the tests here compare as text is what a host will be told.
//
// Shell lives in scripts/*.sh, embedded as it is: POSIX sh, run with -eu, data
// only in $1, $2 …. Every script can be read, linted and run by hand.
//
// The package decides nothing about order: which step comes when, and whether it
// comes at all, is for playbooks. A type that wants more than five actions is a
// playbook sequence.
package steps

import "rung/engine/step"

// All returns the step types, in the order in which an upgrade meets them.
func All() []step.Type {
	return []step.Type{
		hostFactsType(),
		swapOffType(),
		clusterFactsType(), clusterReadyType(),
		hazardsType(),
		manifestDiffType(),
		cniCSIType(),
		packageVersionsType(),
		yumVersionsType(),
		repoSwitchType(),
		packageUnholdType(),
		yumInstallType(),
		aptInstallType(),
		packageHoldType(),
		kubeadmVersionType(),
		kubeadmPlanType(),
		certsType(),
		certsRenewType(),
		staticPodsRestartType(),
		imagePullType(),
		etcdctlType(),
		etcdSnapshotType(),
		upgradeApplyType(),
		upgradeNodeType(),
		apiReadyType(),
		workloadsType(),
		drainPreviewType(),
		capacityType(),
		cordonType(),
		drainType(),
		kubeletFactsType(),
		kubeletFlagsType(),
		kubeletRestartType(),
		osUpdatesType(),
		rebootType(),
		nodeReadyType(),
		uncordonType(),
		verifyType(),
		workloadsReadyType(),
		waitType(),
		commandType(),
		hookType(),
		kubeadmBackupsType(),
		controlPlaneStateType(),
		recoveryModeType(),
		manifestsRestoreType(),
		etcdMembersType(),
		etcdStopType(),
		etcdMemberAddType(),
		etcdStartType(),
		etcdPrepareType(),
		etcdRestoreType(),
		fetchType(),
		diagnosticsType(),
	}
}
