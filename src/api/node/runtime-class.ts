/**
 * node.k8s.io/v1 RuntimeClass: a way to run containers, by name.
 */

import { duplicate, type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsLabel } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, map, quantity, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateLabels } from '../../apimachinery/selectors/labels.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { deprecatedNodeLabels } from '../core/node-labels.ts'
import { toleration } from '../core/pod-spec/affinity.ts'
import { validateResources } from '../core/pod-spec/validate-resources.ts'
import { validateTolerations } from '../core/pod-spec/validate-scheduling.ts'

export interface Overhead extends Infer<typeof overhead> {}
export const overhead = struct('node.v1.Overhead', {
  podFixed: field(1, map(quantity)).optional(),
})

export interface Scheduling extends Infer<typeof scheduling> {}
export const scheduling = struct('node.v1.Scheduling', {
  nodeSelector: field(1, map(string)).optional().atomic(),
  tolerations: field(2, list(toleration)).optional().listAtomic(),
})

export const runtimeClass = struct('node.v1.RuntimeClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  handler: field(2, string),
  overhead: field(3, overhead).optional().pointer(),
  scheduling: field(4, scheduling).optional().pointer(),
})

export type RuntimeClass = ObjectOf<typeof RuntimeClass>
export const RuntimeClass = defineKind({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: runtimeClass }],
  generation: 'none',
  validate: validateRuntimeClass,
  *validateUpdate(object, old) {
    yield* validateRuntimeClass(object)
    yield* validateImmutable(object.handler, old.handler, 'handler')
  },
  *warnings({ scheduling }) {
    for (const label in scheduling?.nodeSelector) {
      const text = deprecatedNodeLabels[label]
      if (text !== undefined) yield `scheduling.nodeSelector: ${text}`
    }
  },
  allowUnconditionalUpdate: false,
  columns: [
    // Upstream looks for the description in the wrong type.
    { name: 'Handler', type: 'string', description: '', value: ({ handler }) => handler },
  ],
})

function* validateRuntimeClass({ handler = '', overhead, scheduling }: Infer<typeof runtimeClass>): Generator<FieldError> {
  for (const problem of nameIsDnsLabel(handler, false)) yield invalidValue('handler', handler, problem)
  if (overhead) yield* validateResources({ limits: overhead.podFixed }, 'overhead')
  if (!scheduling) return
  yield* validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector')
  const tolerations = scheduling.tolerations ?? []
  yield* validateTolerations(tolerations, 'scheduling.tolerations.tolerations')
  const seen = new Set<string>()
  for (const [i, { key = '', operator = '', value = '', effect = '', tolerationSeconds = null }] of tolerations.entries()) {
    const text = JSON.stringify([key, operator, value, effect])
    const shown = { Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds }
    if (seen.has(text)) yield duplicate(index('scheduling.tolerations', i), shown)
    seen.add(text)
  }
}
