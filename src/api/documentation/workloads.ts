/**
 * What the fields of workloads mean, a line each: apps, batch, autoscaling, policy. Forms and rules: apimachinery/schema/documentation.ts.
 */
export const workloadDocumentation = `
apps.v1.Deployment: Keeps a number of interchangeable Pods running, and moves them to a new template step by step.
apps.v1.DeploymentSpec: How many Pods of which kind, and how to change them.
  replicas: How many Pods. Default 1.
  selector: Labels of its Pods. They must be in the template. Cannot change.
  template: What Pods are made from. A change starts a rollout. Its restartPolicy is Always.
  strategy: How old Pods are replaced.
  minReadySeconds: How long a Pod must be ready to count as available. Default 0.
  revisionHistoryLimit: How many old ReplicaSets to keep, to be able to go back. Default 10.
  paused: Changes of the template start no rollout.
  progressDeadlineSeconds: After how long without progress the rollout is called failed. It goes on all the same. Default 600.
apps.v1.DeploymentStrategy: How old Pods are replaced.
  type: RollingUpdate, or Recreate to end all old ones first. Default RollingUpdate.
  rollingUpdate: Settings of RollingUpdate.
apps.v1.RollingUpdateDeployment: How far a rollout may stray from the number wanted.
  maxUnavailable: How many may be missing, a number or a percentage (rounded down). Default 25%.
  maxSurge: How many may be too many, a number or a percentage (rounded up). Default 25%.
apps.v1.DeploymentStatus: Where the rollout stands.
  observedGeneration: The generation that this speaks of.
  replicas: Pods there are.
  updatedReplicas: Those made from the template of now.
  readyReplicas: Those that are ready.
  availableReplicas: Those that were ready for minReadySeconds.
  unavailableReplicas: How many are still missing.
  terminatingReplicas: Those that are being ended.
  conditions: Facts about the Deployment: Available, Progressing, ReplicaFailure.
  collisionCount: How often the name of a new ReplicaSet was taken.
apps.v1.DeploymentCondition: A fact about a Deployment.
  type: Available, Progressing or ReplicaFailure.
  lastUpdateTime: When it was last looked at.

apps.v1.ReplicaSet: Keeps a number of Pods running. Mostly made by a Deployment.
apps.v1.ReplicaSetSpec: How many Pods of which kind.
  replicas: How many. Default 1.
  selector: Labels of its Pods. They must be in the template. Cannot change.
  template: What new Pods are made from.
  minReadySeconds: How long a Pod must be ready to count as available. Default 0.
apps.v1.ReplicaSetStatus: How many there are.
  replicas: Pods there are.
  fullyLabeledReplicas: Those with all labels of the template.
  readyReplicas: Those that are ready.
  availableReplicas: Those that were ready for minReadySeconds.
  terminatingReplicas: Those that are being ended.
  observedGeneration: The generation that this speaks of.
  conditions: Facts about the ReplicaSet.

apps.v1.StatefulSet: Keeps Pods that are not interchangeable: each has a number, a name that stays and storage of its own.
apps.v1.StatefulSetSpec: How many Pods of which kind, with which storage.
  replicas: How many Pods. Default 1.
  selector: Labels of its Pods. They must be in the template. Cannot change.
  template: What Pods are made from; they are called <name>-<number>.
  volumeClaimTemplates: What each Pod's claims are made from. The claims stay when the Pod goes.
  serviceName: The headless Service that gives the Pods their DNS names.
  podManagementPolicy: OrderedReady (one after the other) or Parallel. Default OrderedReady. Cannot change.
  updateStrategy: How Pods are moved to a new template.
  revisionHistoryLimit: How many old revisions to keep. Default 10.
  minReadySeconds: How long a Pod must be ready to count as available. Default 0.
  persistentVolumeClaimRetentionPolicy: What happens to claims that are no longer needed. Default: they stay.
  ordinals: How Pods are numbered. Default: from 0.
apps.v1.StatefulSetUpdateStrategy: How Pods are moved to a new template.
  type: RollingUpdate, or OnDelete to change those that somebody deletes. Default RollingUpdate.
  rollingUpdate: Settings of RollingUpdate.
apps.v1.RollingUpdateStatefulSetStrategy: Which Pods are moved.
  partition: Only those with this number or a higher one. Default 0.
  maxUnavailable: How many may be missing at a time. Default 1.
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy: What happens to claims.
  whenDeleted: When the StatefulSet is deleted: Retain or Delete. Default Retain.
  whenScaled: When there are to be fewer Pods: Retain or Delete. Default Retain.
apps.v1.StatefulSetOrdinals: How Pods are numbered.
  start: The first number. Default 0.
apps.v1.StatefulSetStatus: Where it stands.
  observedGeneration: The generation that this speaks of.
  replicas: Pods there are.
  readyReplicas: Those that are ready.
  availableReplicas: Those that were ready for minReadySeconds.
  currentReplicas: Those of currentRevision.
  updatedReplicas: Those of updateRevision.
  currentRevision: The revision that Pods are moved away from.
  updateRevision: The revision that Pods are moved to.
  collisionCount: How often the name of a new revision was taken.
  conditions: Facts about the StatefulSet.

apps.v1.DaemonSet: Keeps one Pod on every node that fits.
apps.v1.DaemonSetSpec: Which Pod on which nodes.
  selector: Labels of its Pods. They must be in the template. Cannot change.
  template: What Pods are made from. Its node selector says which nodes.
  updateStrategy: How Pods are moved to a new template.
  minReadySeconds: How long a Pod must be ready to count as available. Default 0.
  revisionHistoryLimit: How many old revisions to keep. Default 10.
apps.v1.DaemonSetUpdateStrategy: How Pods are moved to a new template.
  type: RollingUpdate, or OnDelete to change those that somebody deletes. Default RollingUpdate.
  rollingUpdate: Settings of RollingUpdate.
apps.v1.RollingUpdateDaemonSet: How many nodes at a time.
  maxUnavailable: On how many nodes it may be missing, a number or a percentage (rounded up). Default 1.
  maxSurge: On how many nodes there may be old and new, a number or a percentage (rounded up). Default 0.
apps.v1.DaemonSetStatus: On how many nodes it is.
  desiredNumberScheduled: Nodes that should run it.
  currentNumberScheduled: Those of them that do.
  numberMisscheduled: Nodes that run it and should not.
  numberReady: Nodes where it is ready.
  numberAvailable: Nodes where it was ready for minReadySeconds.
  numberUnavailable: Nodes that should run it and where it is not available.
  updatedNumberScheduled: Nodes that run it from the template of now.
  observedGeneration: The generation that this speaks of.
  collisionCount: How often the name of a new revision was taken.
  conditions: Facts about the DaemonSet.

apps.v1.ControllerRevision: What a StatefulSet or DaemonSet once looked like. Made by controllers; cannot change.
  data: What it looked like.
  revision: Its number.

batch.v1.Job: Runs Pods until enough of them have succeeded.
batch.v1.JobSpec: What to run, how often, and when to give up.
  parallelism: How many Pods at a time. Default 1.
  completions: How many must succeed. Unset: the success of any Pod is enough. Default 1.
  completionMode: NonIndexed (all Pods are alike) or Indexed (each has a number). Default NonIndexed.
  activeDeadlineSeconds: After how long it is ended and called failed.
  backoffLimit: How many failures it takes to give up. Default 6.
  backoffLimitPerIndex: How many failures of one index it takes to give that index up. Only for Indexed.
  maxFailedIndexes: How many indexes may fail before the whole Job does. Only with backoffLimitPerIndex.
  podFailurePolicy: What a failure means, by exit codes and conditions. Needs restartPolicy Never.
  successPolicy: When the Job counts as succeeded before all indexes have. Only for Indexed.
  suspend: No Pods are made; those there are ended. Default false.
  selector: Labels of its Pods. Filled in.
  manualSelector: The selector is given by hand. Rarely right.
  template: What Pods are made from. Its restartPolicy is Never or OnFailure.
  ttlSecondsAfterFinished: How long after its end it is deleted. Unset: never.
  podReplacementPolicy: When a Pod is replaced: TerminatingOrFailed (once it is going) or Failed (once it is gone).
  managedBy: Who cares for this Job, if not the built-in controller. Cannot change.
batch.v1.PodFailurePolicy: What failures mean.
  rules: The rules; the first that matches counts. At most 20.
batch.v1.PodFailurePolicyRule: What one sort of failure means. Exactly one of onExitCodes and onPodConditions is set.
  action: FailJob, FailIndex, Ignore (does not count) or Count.
  onExitCodes: Exit codes that it is about.
  onPodConditions: Conditions of Pods that it is about.
batch.v1.PodFailurePolicyOnExitCodesRequirement: A set of exit codes.
  containerName: Only of this container. Unset: of any.
  operator: In or NotIn.
  values: The codes; 0 not with In.
batch.v1.PodFailurePolicyOnPodConditionsPattern: A condition of a Pod.
  type: Its type.
  status: Its status. Default True.
batch.v1.SuccessPolicy: When a Job has succeeded.
  rules: The rules; one that holds is enough. At most 20.
batch.v1.SuccessPolicyRule: One way to succeed.
  succeededIndexes: Indexes that must succeed: 1,3-5. Unset: any.
  succeededCount: How many of them must.
batch.v1.JobStatus: Where the Job stands.
  conditions: Complete, Failed, Suspended and others; a finished Job has one of the first two.
  startTime: When it was first taken up, or resumed.
  completionTime: When it succeeded.
  active: Pods that run or wait to.
  ready: Those of them that are ready.
  terminating: Pods that are being ended.
  succeeded: Pods that succeeded.
  failed: Pods that failed.
  completedIndexes: Indexes that succeeded: 1,3-5.
  failedIndexes: Indexes that failed: 1,3-5.
  uncountedTerminatedPods: Pods that ended and are not yet in succeeded and failed.
batch.v1.JobCondition: A fact about a Job.
  type: Complete, Failed, Suspended, FailureTarget or SuccessCriteriaMet.
  lastProbeTime: When it was last looked at.
batch.v1.UncountedTerminatedPods: Pods that ended and are not yet counted.
  succeeded: Uids of those that succeeded.
  failed: Uids of those that failed.

batch.v1.CronJob: Makes Jobs by the clock.
batch.v1.CronJobSpec: When to make which Job.
  schedule: When, in cron's format: minute hour day month weekday.
  timeZone: The time zone of the schedule, for instance Europe/Berlin. Default: the controller's.
  startingDeadlineSeconds: How late a Job may start; later than this it is skipped. Unset: however late.
  concurrencyPolicy: When the one before still runs: Allow, Forbid (skip) or Replace. Default Allow.
  suspend: Makes no further Jobs. Default false.
  jobTemplate: What Jobs are made from.
  successfulJobsHistoryLimit: How many Jobs that succeeded to keep. Default 3.
  failedJobsHistoryLimit: How many Jobs that failed to keep. Default 1.
batch.v1.CronJobStatus: What was done.
  active: Jobs that run now.
  lastScheduleTime: When a Job was last made.
  lastSuccessfulTime: When a Job last succeeded.
batch.v1.JobTemplateSpec: What Jobs are made from.
  metadata: Labels and annotations that the Jobs get.
  spec: What the Jobs run.

policy.v1.PodDisruptionBudget: How many Pods of an application may be missing when nodes are drained and the like.
policy.v1.PodDisruptionBudgetSpec: The bound. Only one of minAvailable and maxUnavailable is set.
  minAvailable: How many must stay, a number or a percentage.
  maxUnavailable: How many may be missing, a number or a percentage.
  selector: Labels of the Pods. Empty: all of the namespace; unset: none.
  unhealthyPodEvictionPolicy: When a Pod that runs but is not ready may be evicted: IfHealthyBudget (if enough others are) or AlwaysAllow. Default IfHealthyBudget.
policy.v1.PodDisruptionBudgetStatus: How much room there is.
  observedGeneration: The generation that this speaks of.
  disruptedPods: Pods whose eviction was allowed and that are still there, with the time.
  disruptionsAllowed: How many evictions are allowed now.
  currentHealthy: Pods that are healthy now.
  desiredHealthy: How many must be.
  expectedPods: How many Pods count.
  conditions: DisruptionAllowed, with the reason.
policy.v1.Eviction: Asks for a Pod to go, unless a budget forbids.
  deleteOptions: How to delete it.

autoscaling.v1.Scale: How many replicas something has, whatever it is.
autoscaling.v1.ScaleSpec: How many are wanted.
  replicas: How many.
autoscaling.v1.ScaleStatus: How many there are.
  replicas: How many.
  selector: Labels of its Pods, as a query.
autoscaling.v1.HorizontalPodAutoscaler, autoscaling.v2.HorizontalPodAutoscaler: Sets the number of replicas by how busy they are.
autoscaling.v1.HorizontalPodAutoscalerSpec, autoscaling.v2.HorizontalPodAutoscalerSpec: What to scale, and by what.
  scaleTargetRef: What to scale.
  minReplicas: The fewest. Default 1.
  maxReplicas: The most.
  targetCPUUtilizationPercentage: How much of the requested CPU the Pods should use on average.
  metrics: What to measure; the one that asks for the most replicas counts. Default: 80 % of the requested CPU.
  behavior: How fast to go up and down.
autoscaling.v1.HorizontalPodAutoscalerStatus, autoscaling.v2.HorizontalPodAutoscalerStatus: What was measured and done.
  observedGeneration: The generation that this speaks of.
  lastScaleTime: When the number was last changed.
  currentReplicas: How many there are.
  desiredReplicas: How many there should be.
  currentCPUUtilizationPercentage: How much of the requested CPU the Pods use on average.
  currentMetrics: What was last measured.
  conditions: Whether it can scale, and why not.
autoscaling.v1.CrossVersionObjectReference, autoscaling.v2.CrossVersionObjectReference: An object, in whatever version.
  kind: Its kind.
  name: Its name.
  apiVersion: The version it is meant in.
autoscaling.v2.HorizontalPodAutoscalerBehavior: How fast to scale.
  scaleUp: To more. Default: at most 4 Pods or twice as many each 15 seconds.
  scaleDown: To fewer. Default: as needed by the most that was asked for in the last 300 seconds.
autoscaling.v2.HPAScalingRules: How fast to scale in one direction.
  stabilizationWindowSeconds: How far back to look at what was asked for, so as not to waver. Default 0 up, 300 down.
  selectPolicy: Which policy counts: Max, Min or Disabled. Default Max.
  policies: The policies.
  tolerance: How far a metric may be off without anything being done. Default 0.1.
autoscaling.v2.HPAScalingPolicy: How much change in how much time.
  type: Pods or Percent.
  value: How much.
  periodSeconds: In how many seconds, 1 to 1800.
autoscaling.v2.HorizontalPodAutoscalerCondition: A fact about an autoscaler.
  type: AbleToScale, ScalingActive or ScalingLimited.
autoscaling.v2.MetricSpec, autoscaling.v2.MetricStatus: One metric. The source named by type is set.
  type: Resource, ContainerResource, Pods, Object or External.
  resource: CPU or memory of the Pods.
  containerResource: CPU or memory of one container of each Pod.
  pods: Something that each Pod has; the average counts.
  object: Something that another object has.
  external: Something from outside the cluster.
autoscaling.v2.ResourceMetricSource, autoscaling.v2.ResourceMetricStatus: CPU or memory of the Pods.
  name: The resource.
  target: What it should be.
  current: What it is.
autoscaling.v2.ContainerResourceMetricSource, autoscaling.v2.ContainerResourceMetricStatus: CPU or memory of one container of each Pod.
  name: The resource.
  container: The container.
  target: What it should be.
  current: What it is.
autoscaling.v2.PodsMetricSource, autoscaling.v2.PodsMetricStatus: Something that each Pod has.
  metric: What.
  target: What its average should be.
  current: What its average is.
autoscaling.v2.ObjectMetricSource, autoscaling.v2.ObjectMetricStatus: Something that another object has.
  describedObject: The object.
  metric: What.
  target: What it should be.
  current: What it is.
autoscaling.v2.ExternalMetricSource, autoscaling.v2.ExternalMetricStatus: Something from outside the cluster.
  metric: What.
  target: What it should be.
  current: What it is.
autoscaling.v2.MetricIdentifier: Names a metric.
  name: Its name.
  selector: Labels that narrow it down.
autoscaling.v2.MetricTarget: What a metric should be.
  type: Utilization, Value or AverageValue.
  value: The value.
  averageValue: The value for each Pod, on average.
  averageUtilization: Percent of what the Pods request, on average.
autoscaling.v2.MetricValueStatus: What a metric is.
  value: The value.
  averageValue: The value for each Pod, on average.
  averageUtilization: Percent of what the Pods request, on average.

apps.v1.ReplicaSetCondition: A fact about a ReplicaSet.
apps.v1.StatefulSetCondition: A fact about a StatefulSet.
apps.v1.DaemonSetCondition: A fact about a DaemonSet.
`
