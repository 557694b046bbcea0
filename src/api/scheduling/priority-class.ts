/**
 * scheduling.k8s.io/v1 PriorityClass: a name for a priority. Value and preemption policy never change.
 */
import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, forbiddenField, notSupported, required } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'

export const priorityClass = struct('scheduling.v1.PriorityClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  value: field(2, int32),
  globalDefault: field(3, boolean).optional(),
  description: field(4, string).optional(),
  preemptionPolicy: field(5, string).optional().pointer().enum('Never', 'PreemptLowerPriority'),
})

export type PriorityClass = ObjectOf<typeof PriorityClass>
export const PriorityClass = defineKind({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: priorityClass }],
  setDefaults: (draft) => {
    draft.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  // Nothing that counts can change.
  generation: () => false,
  validate: validatePriorityClass,
  *validateUpdate({ value, preemptionPolicy }, old) {
    if (value !== old.value) yield forbiddenField('value', 'may not be changed in an update.')
    yield* validateImmutable(preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy')
  },
  columns: [
    nameColumn,
    {
      name: 'Value',
      type: 'integer',
      description:
        'value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.',
      value: ({ value }) => value ?? 0,
    },
    {
      name: 'Global-Default',
      type: 'boolean',
      description:
        'globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.',
      value: ({ globalDefault }) => globalDefault ?? false,
    },
    ageColumn,
    {
      name: 'PreemptionPolicy',
      type: 'string',
      description:
        'preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
      value: ({ preemptionPolicy }) => preemptionPolicy ?? '',
    },
  ],
})

const systemPrefix = 'system-'
const userValueMax = 1_000_000_000
const systemValues: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

function* validatePriorityClass({
  metadata,
  value = 0,
  globalDefault,
  preemptionPolicy,
}: Infer<typeof priorityClass>): Generator<FieldError> {
  const { name = '' } = metadata
  if (name.startsWith(systemPrefix)) {
    const problem = systemClassProblem(name, value, globalDefault === true)
    const detail = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${problem}`
    if (problem !== undefined) yield forbiddenField('metadata.name', detail)
  } else if (value > userValueMax) {
    yield forbiddenField('value', `maximum allowed value of a user defined priority is ${userValueMax}`)
  }
  if (preemptionPolicy === undefined || preemptionPolicy === null) return
  const policies = ['PreemptLowerPriority', 'Never']
  if (preemptionPolicy === '') yield required('preemptionPolicy')
  else if (!policies.includes(preemptionPolicy)) yield notSupported('preemptionPolicy', preemptionPolicy, policies)
}

function systemClassProblem(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = Object.hasOwn(systemValues, name) ? systemValues[name] : undefined
  if (known === undefined) return `${name} is not a known system priority class`
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}
