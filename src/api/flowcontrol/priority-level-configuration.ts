/**
 * flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration: how many requests of a level may run and wait.
 */

import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { rangeMessage } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { field, type Infer, int32, list, string, struct, time, union } from '../../apimachinery/schema/schema.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { validateFlowConditions } from './conditions.ts'

export interface ExemptPriorityLevelConfiguration extends Infer<typeof exemptPriorityLevelConfiguration> {}
export const exemptPriorityLevelConfiguration = struct('flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: field(1, int32).optional().pointer(),
  lendablePercent: field(2, int32).optional().pointer(),
})

export interface QueuingConfiguration extends Infer<typeof queuingConfiguration> {}
export const queuingConfiguration = struct('flowcontrol.v1.QueuingConfiguration', {
  queues: field(1, int32).printed(),
  handSize: field(2, int32).printed(),
  queueLengthLimit: field(3, int32).printed(),
})

export interface LimitResponse extends Infer<typeof limitResponse> {}
export const limitResponse = union(
  struct('flowcontrol.v1.LimitResponse', {
    type: field(1, string),
    queuing: field(2, queuingConfiguration).optional().pointer(),
  }),
  'type',
  { queuing: 'Queuing' },
)

export interface LimitedPriorityLevelConfiguration extends Infer<typeof limitedPriorityLevelConfiguration> {}
export const limitedPriorityLevelConfiguration = struct('flowcontrol.v1.LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: field(1, int32).printed().pointer(),
  limitResponse: field(2, limitResponse).optional(),
  lendablePercent: field(3, int32).optional().pointer(),
  borrowingLimitPercent: field(4, int32).optional().pointer(),
})

export interface PriorityLevelConfigurationSpec extends Infer<typeof priorityLevelConfigurationSpec> {}
export const priorityLevelConfigurationSpec = union(
  struct('flowcontrol.v1.PriorityLevelConfigurationSpec', {
    type: field(1, string),
    limited: field(2, limitedPriorityLevelConfiguration).optional().pointer(),
    exempt: field(3, exemptPriorityLevelConfiguration).optional().pointer(),
  }),
  'type',
  { exempt: 'Exempt', limited: 'Limited' },
)

export interface PriorityLevelConfigurationCondition extends Infer<typeof priorityLevelConfigurationCondition> {}
export const priorityLevelConfigurationCondition = struct('flowcontrol.v1.PriorityLevelConfigurationCondition', {
  type: field(1, string).optional(),
  status: field(2, string).optional(),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface PriorityLevelConfigurationStatus extends Infer<typeof priorityLevelConfigurationStatus> {}
export const priorityLevelConfigurationStatus = struct('flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: field(1, list(priorityLevelConfigurationCondition)).optional().listMap('type').patchMerge('type'),
})

export const priorityLevelConfiguration = struct('flowcontrol.v1.PriorityLevelConfiguration', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, priorityLevelConfigurationSpec).implied(),
  status: field(3, priorityLevelConfigurationStatus).optional(),
})

export type PriorityLevelConfiguration = ObjectOf<typeof PriorityLevelConfiguration>
export const PriorityLevelConfiguration = defineKind({
  group: 'flowcontrol.apiserver.k8s.io',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: priorityLevelConfiguration }],
  hasStatus: true,
  setDefaults: ({ spec }) => {
    if (spec.exempt) {
      spec.exempt.nominalConcurrencyShares ??= 0
      spec.exempt.lendablePercent ??= 0
    }
    if (!spec.limited) return
    spec.limited.nominalConcurrencyShares ??= 30
    spec.limited.lendablePercent ??= 0
    const queuing = spec.limited.limitResponse?.queuing
    if (!queuing) return
    if (!queuing.handSize) queuing.handSize = 8
    if (!queuing.queues) queuing.queues = 64
    if (!queuing.queueLengthLimit) queuing.queueLengthLimit = 50
  },
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validate: validatePriorityLevel,
  validateUpdate: validatePriorityLevel,
  validateStatusUpdate: ({ status }) => validateFlowConditions(status?.conditions),
  columns: [
    {
      name: 'Type',
      type: 'string',
      description:
        '`type` indicates whether this priority level is subject to limitation on request execution.  A value of `"Exempt"` means that requests of this priority level are not subject to a limit (and thus are never queued) and do not detract from the capacity made available to other priority levels.  A value of `"Limited"` means that (a) requests of this priority level _are_ subject to limits and (b) some of the server\'s limited capacity is made available exclusively to this priority level. Required.',
      value: ({ spec }) => spec.type,
    },
    {
      name: 'NominalConcurrencyShares',
      type: 'string',
      description:
        '`nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. This is the number of execution seats available at this priority level. This is used both for requests dispatched from this priority level as well as requests dispatched from other priority levels borrowing seats from this level. The server\'s concurrency limit (ServerCL) is divided among the Limited priority levels in proportion to their NCS values:\n\nNominalCL(i)  = ceil( ServerCL * NCS(i) / sum_ncs ) sum_ncs = sum[priority level k] NCS(k)\n\nBigger numbers mean a larger nominal concurrency limit, at the expense of every other priority level.\n\nIf not specified, this field defaults to a value of 30.\n\nSetting this field to zero supports the construction of a "jail" for this priority level that is used to hold some request(s)',
      value: ({ spec }) => (spec.limited ? (spec.limited.nominalConcurrencyShares ?? 0) : '<none>'),
    },
    {
      name: 'Queues',
      type: 'string',
      description:
        '`queues` is the number of queues for this priority level. The queues exist independently at each apiserver. The value must be positive.  Setting it to 1 effectively precludes shufflesharding and thus makes the distinguisher method of associated flow schemas irrelevant.  This field has a default value of 64.',
      value: ({ spec }) => spec.limited?.limitResponse?.queuing?.queues ?? '<none>',
    },
    {
      name: 'HandSize',
      type: 'string',
      description:
        "`handSize` is a small positive number that configures the shuffle sharding of requests into queues.  When enqueuing a request at this priority level the request's flow identifier (a string pair) is hashed and the hash value is used to shuffle the list of queues and deal a hand of the size specified here.  The request is put into one of the shortest queues in that hand. `handSize` must be no larger than `queues`, and should be significantly smaller (so that a few heavy flows do not saturate most of the queues).  See the user-facing documentation for more extensive guidance on setting this field.  This field has a default value of 8.",
      value: ({ spec }) => spec.limited?.limitResponse?.queuing?.handSize ?? '<none>',
    },
    {
      name: 'QueueLengthLimit',
      type: 'string',
      description:
        '`queueLengthLimit` is the maximum number of requests allowed to be waiting in a given queue of this priority level at a time; excess requests are rejected.  This value must be positive.  If not specified, it will be defaulted to 50.',
      value: ({ spec }) => spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? '<none>',
    },
  ],
})

const preserveZero = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares'
const catchAll: PriorityLevelConfigurationSpec = {
  type: 'Limited',
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
}

function* validatePriorityLevel({ metadata, spec, status }: Infer<typeof priorityLevelConfiguration>): Generator<FieldError> {
  const { name = '', annotations } = metadata
  if (annotations?.[preserveZero] !== undefined) yield forbiddenField('metadata.annotations', `annotation '${preserveZero}' is forbidden`)
  yield* validateSpec(name, spec, 'spec')
  if (name === 'exempt' && (spec.type !== 'Exempt' || spec.limited)) {
    yield invalidValue('spec', spec, "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value")
  }
  if (name === 'catch-all' && !semanticallyEqual(spec, catchAll))
    yield invalidValue('spec', spec, "spec of 'catch-all' must equal the fixed value")
  yield* validateFlowConditions(status?.conditions)
}

function* validateSpec(name: string, { type = '', limited, exempt }: PriorityLevelConfigurationSpec, path: string): Generator<FieldError> {
  if ((name === 'exempt') !== (type === 'Exempt')) {
    yield invalidValue(child(path, 'type'), type, "must be 'Exempt' if and only if `name` is 'exempt'")
  }
  if (type === 'Exempt') {
    if (limited) yield forbiddenField(child(path, 'limited'), 'must be nil if the type is not Limited')
    if (exempt) {
      const at = child(path, 'exempt')
      if ((exempt.nominalConcurrencyShares ?? 0) < 0) {
        yield invalidValue(child(at, 'nominalConcurrencyShares'), exempt.nominalConcurrencyShares, 'must be a non-negative integer')
      }
      yield* validatePercent(exempt.lendablePercent, child(at, 'lendablePercent'))
    }
  } else if (type === 'Limited') {
    if (exempt) yield forbiddenField(child(path, 'exempt'), 'must be nil if the type is Limited')
    if (limited) yield* validateLimited(limited, child(path, 'limited'))
    else yield required(child(path, 'limited'), 'must not be empty when type is Limited')
  } else yield notSupported(child(path, 'type'), type, ['Exempt', 'Limited'])
}

function* validatePercent(percent: number | undefined, path: string): Generator<FieldError> {
  if (percent !== undefined && (percent < 0 || percent > 100)) yield invalidValue(path, percent, rangeMessage(0, 100))
}

function* validateLimited(limited: LimitedPriorityLevelConfiguration, path: string): Generator<FieldError> {
  const { nominalConcurrencyShares: shares, limitResponse, lendablePercent, borrowingLimitPercent } = limited
  if ((shares ?? 0) < 0) yield invalidValue(child(path, 'nominalConcurrencyShares'), shares, 'must be a non-negative integer')
  yield* validateResponse(limitResponse ?? { type: '' }, child(path, 'limitResponse'))
  yield* validatePercent(lendablePercent, child(path, 'lendablePercent'))
  if ((borrowingLimitPercent ?? 0) < 0) {
    yield invalidValue(child(path, 'borrowingLimitPercent'), borrowingLimitPercent, 'if specified, must be a non-negative integer')
  }
}

function* validateResponse({ type = '', queuing }: LimitResponse, path: string): Generator<FieldError> {
  const at = child(path, 'queuing')
  if (type === 'Reject') {
    if (queuing) yield forbiddenField(at, 'must be nil if limited.limitResponse.type is not Limited')
  } else if (type !== 'Queue') yield notSupported(child(path, 'type'), type, ['Queue', 'Reject'])
  else if (queuing) yield* validateQueuing(queuing, at)
  else yield required(at, 'must not be empty if limited.limitResponse.type is Limited')
}

const queuesMax = 10_000_000
const hashBitsMax = 60

function* validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, path: string): Generator<FieldError> {
  if (queueLengthLimit <= 0) yield invalidValue(child(path, 'queueLengthLimit'), queueLengthLimit, 'must be positive')
  if (queues <= 0) yield invalidValue(child(path, 'queues'), queues, 'must be positive')
  else if (queues > queuesMax) yield invalidValue(child(path, 'queues'), queues, `must not be greater than ${queuesMax}`)
  const at = child(path, 'handSize')
  const entropyBits = Math.ceil(Math.log2(queues) * handSize)
  if (handSize <= 0) yield invalidValue(at, handSize, 'must be positive')
  else if (handSize > queues) yield invalidValue(at, handSize, `should not be greater than queues (${queues})`)
  else if (entropyBits > hashBitsMax) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBitsMax}`
    yield invalidValue(at, handSize, detail)
  }
}
