/**
 * The shared types of meta.k8s.io/v1 that kinds use: label selectors, conditions, field selectors.
 */
import { listMeta, objectMeta } from './object.ts'
import { atomicStruct, boolean, field, type Infer, int32, int64, list, map, string, struct, time } from './schema/schema.ts'

/** kind and apiVersion, as every top-level object carries them. Not part of protobuf: there they are in the envelope. */
export const typeMeta = {
  kind: field(0, string).optional(),
  apiVersion: field(0, string).optional(),
}

export interface LabelSelectorRequirement extends Infer<typeof labelSelectorRequirement> {}
export const labelSelectorRequirement = struct('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: field(1, string),
  operator: field(2, string),
  values: field(3, list(string)).optional().listAtomic(),
})

export interface LabelSelector extends Infer<typeof labelSelector> {}
export const labelSelector = atomicStruct('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector', {
  matchLabels: field(1, map(string)).optional(),
  matchExpressions: field(2, list(labelSelectorRequirement)).optional().listAtomic(),
})

export interface Condition extends Infer<typeof condition> {}
export const condition = struct('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  type: field(1, string),
  status: field(2, string),
  observedGeneration: field(3, int64).optional(),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
})

export interface FieldSelectorRequirement extends Infer<typeof fieldSelectorRequirement> {}
export const fieldSelectorRequirement = struct('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: field(1, string),
  operator: field(2, string),
  values: field(3, list(string)).optional().listAtomic(),
})

export interface Preconditions extends Infer<typeof preconditions> {}
export const preconditions = struct('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', {
  uid: field(1, string).optional().pointer(),
  resourceVersion: field(2, string).optional().pointer(),
})

export interface DeleteOptions extends Infer<typeof deleteOptions> {}
export const deleteOptions = struct('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', {
  ...typeMeta,
  gracePeriodSeconds: field(1, int64).optional().pointer(),
  preconditions: field(2, preconditions).optional().pointer(),
  orphanDependents: field(3, boolean).optional().pointer(),
  propagationPolicy: field(4, string).optional().pointer(),
  dryRun: field(5, list(string)).optional().listAtomic(),
  ignoreStoreReadErrorWithClusterBreakingPotential: field(6, boolean).optional().pointer(),
})

const statusCause = struct('io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause', {
  reason: field(1, string).optional(),
  message: field(2, string).optional(),
  field: field(3, string).optional(),
})
const statusDetails = struct('io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails', {
  name: field(1, string).optional(),
  group: field(2, string).optional(),
  kind: field(3, string).optional(),
  uid: field(6, string).optional(),
  causes: field(4, list(statusCause)).optional().listAtomic(),
  retryAfterSeconds: field(5, int32).optional(),
})
/** What the API says when it does not answer with an object. The type is in status-error.ts. */
export const statusSchema = struct('io.k8s.apimachinery.pkg.apis.meta.v1.Status', {
  ...typeMeta,
  metadata: field(1, listMeta).optional(),
  status: field(2, string).optional(),
  message: field(3, string).optional(),
  reason: field(4, string).optional(),
  details: field(5, statusDetails).optional().pointer().listAtomic(),
  code: field(6, int32).optional(),
})

export const partialObjectMetadata = struct('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', {
  ...typeMeta,
  metadata: field(1, objectMeta).optional(),
})
