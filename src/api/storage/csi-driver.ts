/**
 * storage.k8s.io/v1 CSIDriver: what a storage driver can do and needs.
 */

import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int64, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'

export interface TokenRequest extends Infer<typeof tokenRequest> {}
export const tokenRequest = struct('storage.v1.TokenRequest', {
  audience: field(1, string),
  expirationSeconds: field(2, int64).optional().pointer(),
})

export interface CSIDriverSpec extends Infer<typeof csiDriverSpec> {}
export const csiDriverSpec = struct('storage.v1.CSIDriverSpec', {
  attachRequired: field(1, boolean).optional().pointer(),
  podInfoOnMount: field(2, boolean).optional().pointer(),
  volumeLifecycleModes: field(3, list(string)).optional().listSet(),
  storageCapacity: field(4, boolean).optional().pointer(),
  fsGroupPolicy: field(5, string).optional().pointer(),
  tokenRequests: field(6, list(tokenRequest)).optional().listAtomic(),
  requiresRepublish: field(7, boolean).optional().pointer(),
  seLinuxMount: field(8, boolean).optional().pointer(),
  nodeAllocatableUpdatePeriodSeconds: field(9, int64).optional().pointer(),
})

export const csiDriver = struct('storage.v1.CSIDriver', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, csiDriverSpec),
})

export type CSIDriver = ObjectOf<typeof CSIDriver>
export const CSIDriver = defineKind({
  group: 'storage.k8s.io',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: csiDriver }],
  setDefaults: ({ spec }) => {
    spec.attachRequired ??= true
    spec.podInfoOnMount ??= false
    spec.storageCapacity ??= false
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent']
    spec.requiresRepublish ??= false
    spec.seLinuxMount ??= false
  },
  // Nobody sets it on create: the first change makes it one more than nothing.
  generation: (draft, old) => !semanticallyEqual(draft.spec, old.spec),
  prepareForCreate: ({ metadata, spec }, { gates }) => {
    delete metadata.generation
    if (!gates.isOn('MutableCSINodeAllocatableCount')) delete spec.nodeAllocatableUpdatePeriodSeconds
  },
  prepareForUpdate: ({ spec }, old, { gates }) => {
    if (gates.isOn('MutableCSINodeAllocatableCount')) return
    if ((old.spec.nodeAllocatableUpdatePeriodSeconds ?? null) === null) delete spec.nodeAllocatableUpdatePeriodSeconds
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  *validateUpdate({ spec }, old) {
    yield* validateSpec(spec, 'spec')
    // Upstream's spelling.
    yield* validateImmutable(spec.attachRequired, old.spec.attachRequired, 'spec.attachedRequired')
    yield* validateImmutable(spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, 'spec.volumeLifecycleModes')
  },
  allowUnconditionalUpdate: false,
  returnsDeletedObject: true,
  columns: [
    {
      name: 'AttachRequired',
      type: 'boolean',
      description:
        'attachRequired indicates this CSI volume driver requires an attach operation (because it implements the CSI ControllerPublishVolume() method), and that the Kubernetes attach detach controller should call the attach volume interface which checks the volumeattachment status and waits until the volume is attached before proceeding to mounting. The CSI external-attacher coordinates with CSI volume driver and updates the volumeattachment status when the attach operation is complete. If the value is specified to false, the attach operation will be skipped. Otherwise the attach operation will be called.\n\nThis field is immutable.',
      value: ({ spec }) => spec.attachRequired ?? true,
    },
    {
      name: 'PodInfoOnMount',
      type: 'boolean',
      description:
        'podInfoOnMount indicates this CSI volume driver requires additional pod information (like podName, podUID, etc.) during mount operations, if set to true. If set to false, pod information will not be passed on mount. Default is false.\n\nThe CSI driver specifies podInfoOnMount as part of driver deployment. If true, Kubelet will pass pod information as VolumeContext in the CSI NodePublishVolume() calls. The CSI driver is responsible for parsing and validating the information passed in as VolumeContext.\n\nThe following VolumeContext will be passed if podInfoOnMount is set to true. This list might grow, but the prefix will be used. "csi.storage.k8s.io/pod.name": pod.Name "csi.storage.k8s.io/pod.namespace": pod.Namespace "csi.storage.k8s.io/pod.uid": string(pod.UID) "csi.storage.k8s.io/ephemeral": "true" if the volume is an ephemeral inline volume\n                                defined by a CSIVolumeSource, otherwise "false"\n\n"csi.storage.k8s.io/ephemeral" is a new feature in Kubernetes 1.16. It is only required for drivers which support both the "Persistent" and "Ephemeral" VolumeLifecycleMode. Other drivers can leave pod info disabled and/or ignore this field. As Kubernetes 1.15 doesn\'t support this field, drivers can only support one mode when deployed on such a cluster and the deployment determines which mode that is, for example via a command line parameter of the driver.\n\nThis field was immutable in Kubernetes < 1.29 and now is mutable.',
      value: ({ spec }) => spec.podInfoOnMount ?? false,
    },
    {
      name: 'StorageCapacity',
      type: 'boolean',
      description:
        'storageCapacity indicates that the CSI volume driver wants pod scheduling to consider the storage capacity that the driver deployment will report by creating CSIStorageCapacity objects with capacity information, if set to true.\n\nThe check can be enabled immediately when deploying a driver. In that case, provisioning new volumes with late binding will pause until the driver deployment has published some suitable CSIStorageCapacity object.\n\nAlternatively, the driver can be deployed with the field unset or false and it can be flipped later when storage capacity information has been published.\n\nThis field was immutable in Kubernetes <= 1.22 and now is mutable.',
      value: ({ spec }) => spec.storageCapacity ?? false,
    },
    {
      name: 'TokenRequests',
      type: 'string',
      description:
        'tokenRequests indicates the CSI driver needs pods\' service account tokens it is mounting volume for to do necessary authentication. Kubelet will pass the tokens in VolumeContext in the CSI NodePublishVolume calls. The CSI driver should parse and validate the following VolumeContext: "csi.storage.k8s.io/serviceAccount.tokens": {\n  "<audience>": {\n    "token": <token>,\n    "expirationTimestamp": <expiration timestamp in RFC3339>,\n  },\n  ...\n}\n\nNote: Audience in each TokenRequest should be different and at most one token is empty string. To receive a new token after expiry, RequiresRepublish can be used to trigger NodePublishVolume periodically.',
      value: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>',
    },
    {
      name: 'RequiresRepublish',
      type: 'boolean',
      description:
        'requiresRepublish indicates the CSI driver wants `NodePublishVolume` being periodically called to reflect any possible change in the mounted volume. This field defaults to false.\n\nNote: After a successful initial NodePublishVolume call, subsequent calls to NodePublishVolume should only update the contents of the volume. New mount points will not be seen by a running container.',
      value: ({ spec }) => spec.requiresRepublish ?? false,
    },
    {
      name: 'Modes',
      type: 'string',
      description:
        'volumeLifecycleModes defines what kind of volumes this CSI volume driver supports. The default if the list is empty is "Persistent", which is the usage defined by the CSI specification and implemented in Kubernetes via the usual PV/PVC mechanism.\n\nThe other mode is "Ephemeral". In this mode, volumes are defined inline inside the pod spec with CSIVolumeSource and their lifecycle is tied to the lifecycle of that pod. A driver has to be aware of this because it is only going to get a NodePublishVolume call for such a volume.\n\nFor more information about implementing this mode, see https://kubernetes-csi.github.io/docs/ephemeral-local-volumes.html A driver can support one or more of these modes and more modes may be added in the future.\n\nThis field is beta. This field is immutable.',
      value: ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>',
    },
  ],
})

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType']
const expirationMin = 600
const expirationMax = 2 ** 32

function* validateSpec(spec: CSIDriverSpec, path: string): Generator<FieldError> {
  if (!isSet(spec.attachRequired)) yield required(child(path, 'attachedRequired'))
  if (!isSet(spec.podInfoOnMount)) yield required(child(path, 'podInfoOnMount'))
  if (!isSet(spec.storageCapacity)) yield required(child(path, 'storageCapacity'))
  if (isSet(spec.fsGroupPolicy) && !groupPolicies.includes(spec.fsGroupPolicy)) {
    yield notSupported(child(path, 'fsGroupPolicy'), spec.fsGroupPolicy, groupPolicies)
  }
  yield* validateTokenRequests(spec.tokenRequests ?? [], child(path, 'tokenRequests'))
  for (const mode of spec.volumeLifecycleModes ?? []) {
    const modes = ['Persistent', 'Ephemeral']
    if (!modes.includes(mode)) yield notSupported(child(path, 'volumeLifecycleModes'), mode, modes)
  }
  if (!isSet(spec.seLinuxMount)) yield required(child(path, 'seLinuxMount'))
  const { nodeAllocatableUpdatePeriodSeconds: period } = spec
  if (isSet(period) && period < 10) {
    yield invalidValue(child(path, 'nodeAllocatableUpdatePeriodSeconds'), period, 'must be greater than or equal to 10 seconds')
  }
}

function* validateTokenRequests(requests: readonly TokenRequest[], path: string): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [i, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const at = child(index(path, i), 'expirationSeconds')
    if (seen.has(audience)) {
      yield duplicate(child(index(path, i), 'audience'), audience)
      continue
    }
    seen.add(audience)
    if (!isSet(seconds)) continue
    if (seconds < expirationMin) yield invalidValue(at, seconds, 'may not specify a duration less than 10 minutes')
    if (seconds > expirationMax) yield invalidValue(at, seconds, 'may not specify a duration larger than 2^32 seconds')
  }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
